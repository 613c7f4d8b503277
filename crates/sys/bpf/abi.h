/* What the programs and the reader share. The reader has the same layouts in src/bpf/abi.rs; both assert the sizes. */
#ifndef NETMONITOR_ABI_H
#define NETMONITOR_ABI_H

#include "kernel.h"

/* A process: a number may be used again, so it stands beside the time since boot at which the process began. */
struct process_key {
	u64 start; /* nanoseconds */
	u32 tgid;
	u32 zero;
};

/* What a process does with a socket. */
struct socket_key {
	u64 start;
	u64 cookie;
	u32 tgid;
	u32 zero;
};

/* Payload as calls returned it, and how many calls moved some. */
struct counts {
	u64 rx_bytes;
	u64 tx_bytes;
	u64 rx_calls;
	u64 tx_calls;
};

/* A process as it was when it was first seen to send or receive, and what it moved through sockets that there was no
 * room for. */
struct process_seen {
	struct counts rest;
	u64 cgroup;
	u32 ppid;
	u32 uid;
	u32 netns;
	u16 ended; /* its last thread has ended: it moves nothing any more */
	u16 followed; /* it descends from a process that is followed, or is that */
	char comm[16];
};

/* A socket as it was when a process was first seen to use it. Ports in host byte order, addresses as on the wire; those of
 * other families than IP are zero. */
struct socket_seen {
	u8 local[16];
	u8 remote[16];
	u32 netns;
	u16 local_port;
	u16 remote_port;
	u16 family;
	u16 type;
	u16 protocol;
	u16 closed; /* nobody can use it any more */
	u32 retrans; /* segments of TCP that were sent again */
	u32 total_retrans; /* the same as the kernel counts it, since the connection began */
};

/* The process whose sockets are told one by one. */
struct own_process {
	u64 start; /* 0: it has moved nothing so far */
	u32 tgid; /* 0: there is none */
	u32 lost; /* sockets that it has begun to use and that there was no room to keep apart */
};

/* What follows is handed on as it is: messages and attributes of netlink, in the byte order of the machine.
 * The numbers of types are those of src/own_sockets.rs and of include/uapi/linux/inet_diag.h. */
#define SOCK_DIAG_BY_FAMILY 20
#define OTHER_SOCKET 0xff00
#define TABLE 0xff02
#define NLMSG_NOOP 1 /* to be passed over by whoever wants sockets */

/* Flags of a message. */
#define ASK_CONGESTION 0x200
#define COUNTED 0x400

#define ATTR_TYPE 0x3f01
#define ATTR_PROTOCOL 0x3f02
#define ATTR_NETNS 0x3f03
#define ATTR_TIMER 0x3f0a
#define INET_DIAG_INFO 2
#define INET_DIAG_CONG 4
#define INET_DIAG_TOS 5
#define INET_DIAG_TCLASS 6
#define INET_DIAG_SKMEMINFO 7
#define INET_DIAG_SHUTDOWN 8
#define INET_DIAG_PROTOCOL 10
#define INET_DIAG_SKV6ONLY 11
#define INET_DIAG_MARK 15
#define INET_DIAG_BBRINFO 16
#define INET_DIAG_CLASS_ID 17
#define INET_DIAG_ULP_INFO 19
#define INET_DIAG_CGROUP_ID 21
#define INET_DIAG_SOCKOPT 22
#define INET_ULP_INFO_NAME 1

struct message {
	u32 length;
	u16 type;
	u16 flags;
	u32 descriptor;
	u32 port;
};

struct attribute {
	u16 length; /* with this header */
	u16 type;
};

struct attribute32 {
	u16 length;
	u16 type;
	u32 value;
};

struct attribute64 {
	u16 length;
	u16 type;
	u32 value[2];
};

static ALWAYS_INLINE void set(struct attribute32 *attribute, u16 type, u32 value)
{
	attribute->length = sizeof(*attribute);
	attribute->type = type;
	attribute->value = value;
}

/* A value of one byte, which stands at its place in both byte orders. */
static ALWAYS_INLINE void set_byte(struct attribute32 *attribute, u16 type, u8 value)
{
	attribute->length = sizeof(struct attribute) + 1;
	attribute->type = type;
	attribute->value = 0;
	*(u8 *)&attribute->value = value;
}

static ALWAYS_INLINE void set_long(struct attribute64 *attribute, u16 type, u64 value)
{
	attribute->length = sizeof(*attribute);
	attribute->type = type;
	__builtin_memcpy(attribute->value, &value, sizeof(value));
}

/* struct tcp_info, up to the last four bytes, which mean something else in younger kernels. */
struct figures {
	u8 state, ca_state, retransmits, probes, backoff, options;
	u8 snd_wscale : 4, rcv_wscale : 4;
	u8 rate_app_limited : 1, fastopen_client_fail : 2;
	u32 rto, ato, snd_mss, rcv_mss;
	u32 unacked, sacked, lost, retrans, fackets;
	u32 last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
	u32 pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering;
	u32 rcv_rtt, rcv_space, total_retrans;
	u64 pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
	u32 segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
	u64 delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
	u32 delivered, delivered_ce;
	u64 bytes_sent, bytes_retrans;
	u32 dsack_dups, reord_seen, rcv_ooopack, snd_wnd, rcv_wnd, rehash;
	u16 total_rto, total_rto_recoveries;
	u32 total_rto_time, received_ce;
	u32 delivered_e1_bytes, delivered_e0_bytes, delivered_ce_bytes;
	u32 received_e1_bytes, received_e0_bytes, received_ce_bytes;
} __attribute__((packed, aligned(8)));

/* A socket of IP: struct inet_diag_msg and attributes. Those from `congestion` on are TCP's. */
struct inet_record {
	struct message message;
	u8 family, state, timer, count;
	u16 local_port, remote_port;
	u32 local[4], remote[4];
	u32 interface;
	u32 cookie[2];
	u32 expires, rqueue, wqueue, user, inode;
	struct attribute32 type, protocol, mark, shutdown, protocol_byte, class_id, tos, options, has_timer;
	struct attribute64 netns, cgroup;
	struct attribute memory;
	u32 memories[9];
	struct attribute congestion;
	char congestion_name[16];
	struct attribute info;
	struct figures figures;
};

/* What BBR tells of itself. */
struct bbr_record {
	struct attribute attribute;
	u32 bandwidth[2], min_rtt, pacing_gain, cwnd_gain;
};

/* The name of what works on top of TCP. */
struct above_record {
	struct attribute nest, name;
	char text[16];
};

/* A socket that nothing more is told of. */
struct descriptor_record {
	struct message message;
	u16 family, type;
	u32 protocol, user, accepts;
	u64 inode, cookie;
};

/* What the process has moved through the socket that follows. */
struct counted_record {
	struct message message;
	struct socket_key key;
	struct counts counts;
	struct socket_seen seen;
};

/* What follows are descriptors of this table, which a thread of this process has. */
struct table_record {
	struct message message;
	u64 table; /* the same number, the same table */
	u32 process;
	u32 thread;
};

/* What the kernel hands to a program that goes through the descriptors of processes. */
struct iter_task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	u64 fd;
	struct file *file;
};

/* A process that is there. */
struct present {
	u64 start;
	u64 cgroup;
	u32 tgid;
	u32 ppid;
	u32 uid;
	u32 netns;
	u32 sockets; /* that it holds */
	u32 zero;
	char comm[16];
};

#define UNKNOWN 0xffffffff

/* What the kernel hands to a program that goes through threads. */
struct iter_task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

/* Packets of IP that a socket sent and received, with their headers. */
struct wire_seen {
	u64 rx_bytes;
	u64 tx_bytes;
	u64 rx_packets;
	u64 tx_packets;
	u64 ended; /* it sends and receives nothing any more */
};

/* Something that happened to a socket. Times are CLOCK_BOOTTIME in nanoseconds, 0 where they were not seen. Ports in host
 * byte order, addresses as on the wire. */
struct event {
	u64 time;
	u64 cookie; /* 0: of no socket */
	u64 start; /* of the owner */
	u64 cgroup;
	u64 since; /* when it was begun to connect */
	u64 established;
	u64 first_rx; /* when a call returned the first payload */
	u64 rx_bytes; /* of TCP at its end: payload that processes took */
	u64 tx_bytes; /* and gave */
	u64 bytes_retrans;
	u8 local[16];
	u8 remote[16];
	u32 tgid; /* of the owner; 0: not known */
	u32 ppid;
	u32 uid;
	u32 netns;
	u32 length; /* of the packet */
	u32 reason; /* number in skb_drop_reason or sk_rst_reason */
	u32 total_retrans;
	u16 local_port;
	u16 remote_port;
	u16 family;
	u16 type;
	u16 protocol;
	u16 error; /* of the socket */
	u8 kind; /* EVENT_... */
	u8 old_state;
	u8 new_state;
	u8 flags;
	u32 segments; /* in the packet */
	char comm[16];
};

/* Kinds of events. */
#define EVENT_STATE 1
#define EVENT_ACCEPT 2
#define EVENT_RETRANSMIT 3
#define EVENT_RESET 4 /* one was sent */
#define EVENT_DROP 5

/* Flags of an event. */
#define FLAG_PASSIVE 1 /* the other end connected */
#define FLAG_ACCEPTED 2 /* and a process took it */
#define FLAG_RECEIVED 4 /* the packet came in */
#define FLAG_DESCENDANT 8 /* the owner descends from the process that is watched */
#define FLAG_SUBFLOW 16 /* it is a part of a connection of MPTCP */

/* What is known of a socket while it lives, with the socket itself. */
struct life {
	u64 start;
	u64 cgroup;
	u64 since;
	u64 established;
	u64 first_rx;
	u64 ended; /* when, if its end is to be told when it is closed */
	u32 tgid;
	u32 ppid;
	u32 uid;
	u16 error; /* at its end */
	u8 flags;
	u8 last_state;
	char comm[16];
	u32 total_retrans; /* when it was last told */
	u32 zero;
};

/* What is watched. */
struct watch {
	u32 on;
	u32 netns; /* only sockets of this namespace, and those of this process; 0: all */
	u32 tgid;
	u32 unspecified; /* drops for these reasons are left out */
	u32 consumed;
	u32 purged; /* for this one if there was nothing in the packet */
};

/* Events that there was no room for. */
struct lost {
	u64 connections;
	u64 packets;
};

_Static_assert(sizeof(struct process_key) == 16, "process_key");
_Static_assert(sizeof(struct socket_key) == 24, "socket_key");
_Static_assert(sizeof(struct counts) == 32, "counts");
_Static_assert(sizeof(struct process_seen) == 72, "process_seen");
_Static_assert(sizeof(struct socket_seen) == 56, "socket_seen");
_Static_assert(sizeof(struct wire_seen) == 40, "wire_seen");
_Static_assert(sizeof(struct own_process) == 16, "own_process");
_Static_assert(sizeof(struct message) == 16, "message");
_Static_assert(__builtin_offsetof(struct figures, pacing_rate) == 104, "figures up to Linux 2.6");
_Static_assert(__builtin_offsetof(struct figures, delivery_rate) == 160, "figures up to Linux 4.8");
_Static_assert(__builtin_offsetof(struct figures, total_rto) == 240, "figures up to Linux 6.6");
_Static_assert(__builtin_offsetof(struct inet_record, type) == 88, "inet_diag_msg");
_Static_assert(__builtin_offsetof(struct inet_record, netns.value) == 164, "netns");
_Static_assert(__builtin_offsetof(struct inet_record, congestion) == 224, "inet_record");
_Static_assert(__builtin_offsetof(struct inet_record, figures) == 248, "figures");
_Static_assert(sizeof(struct bbr_record) == 24, "bbr_record");
_Static_assert(sizeof(struct above_record) == 24, "above_record");
_Static_assert(sizeof(struct descriptor_record) == 48, "descriptor_record");
_Static_assert(sizeof(struct counted_record) == 128, "counted_record");
_Static_assert(sizeof(struct table_record) == 32, "table_record");
_Static_assert(sizeof(struct present) == 56, "present");
_Static_assert(sizeof(struct event) == 176, "event");
_Static_assert(sizeof(struct life) == 88, "life");
_Static_assert(sizeof(struct watch) == 24, "watch");
_Static_assert(sizeof(struct lost) == 16, "lost");

#endif
