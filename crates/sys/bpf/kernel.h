/* The kernel's types as far as the programs touch them. The loader finds where each field is in the running kernel
 * (CO-RE), so only names and sizes of fields count here, not their places. */
#ifndef NETMONITOR_KERNEL_H
#define NETMONITOR_KERNEL_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define RELOCATED __attribute__((preserve_access_index))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define IPPROTO_TCP 6

/* Declarations of maps, in the form that loaders read from BTF. */
#define MAP_TYPE(number) int(*type)[number]
#define MAP_ENTRIES(number) int(*max_entries)[number]
#define MAP_KEY(of) of *key
#define MAP_VALUE(of) of *value
#define MAP_OF(maps) maps *values[]
#define MAP_FLAGS(number) int(*map_flags)[number]

/* Kinds of maps, and flags (include/uapi/linux/bpf.h). */
#define HASH 1
#define ARRAY 2
#define ARRAY_OF_MAPS 12
#define SK_STORAGE 24
#define RINGBUF 27
#define NOEXIST 1
#define NO_PREALLOC 1
#define CLONE 512
#define STORAGE_CREATE 1
#define RING_NO_WAKEUP 1
#define RING_TAKEN 0
#define RING_SIZE 1

/* Helpers by their number (include/uapi/linux/bpf.h, ___BPF_FUNC_MAPPER). */
static void *(*map_lookup)(void *map, const void *key) = (void *)1;
static long (*map_update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*map_delete)(void *map, const void *key) = (void *)3;
static u64 (*clock_ns)(void) = (void *)5;
static u64 (*current_pid_tgid)(void) = (void *)14;
static u64 (*current_uid_gid)(void) = (void *)15;
static long (*load_bytes)(const void *skb, u32 offset, void *to, u32 size) = (void *)26;
static u64 (*socket_cookie)(void *sock) = (void *)46;
static u64 (*current_cgroup_id)(void) = (void *)80;
static void *(*storage_get)(void *map, void *sock, void *value, u64 flags) = (void *)107;
static long (*read_user)(void *to, u32 size, const void *from) = (void *)112;
static long (*read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static u64 (*jiffies64)(void) = (void *)118;
static u64 (*boottime)(void) = (void *)125;
static long (*seq_write)(void *seq, const void *from, u32 size) = (void *)127;
static void *(*ring_reserve)(void *ring, u64 size, u64 flags) = (void *)131;
static void (*ring_submit)(void *record, u64 flags) = (void *)132;
static u64 (*ring_query)(void *ring, u64 flags) = (void *)134;
static void *(*tcp_sock_of)(void *sock) = (void *)137;
static void *(*current_task)(void) = (void *)158;
static void *(*socket_of_file)(void *file) = (void *)162;

/* The kernel's function bpf_rdonly_cast, which the loader puts in the place of this number: makes a pointer to one of the
 * kernel's types, by its number, out of an address. What cannot be read through it is 0. */
static void *(*pointer_to)(const void *address, u32 type) = (void *)0x7fffff00;

/* Reads a field through a pointer that the verifier does not follow. */
#define READ(from, field)                                                          \
	({                                                                         \
		typeof((from)->field) read = 0;                                    \
		read_kernel(&read, sizeof(read), &(from)->field);                  \
		read;                                                              \
	})

/* Loads something, and does nothing with it. */
#define TOUCH(what) asm volatile("" ::"r"(what))

/* What is known of a field in the running kernel (BPF_FIELD_* of clang). */
#define FIELD_EXISTS(from, field) __builtin_preserve_field_info((from)->field, 2)

/* Reads a field of bits, wherever and however wide the running kernel has it, through a pointer that the verifier follows. */
#define BITS(from, field)                                                          \
	({                                                                         \
		const void *place = (const void *)(from) +                         \
				    __builtin_preserve_field_info((from)->field, 0); \
		u64 bits = 0;                                                      \
		switch (__builtin_preserve_field_info((from)->field, 1)) {         \
		case 1:                                                            \
			bits = *(const u8 *)place;                                 \
			break;                                                     \
		case 2:                                                            \
			bits = *(const u16 *)place;                                \
			break;                                                     \
		case 4:                                                            \
			bits = *(const u32 *)place;                                \
			break;                                                     \
		case 8:                                                            \
			bits = *(const u64 *)place;                                \
			break;                                                     \
		}                                                                  \
		bits << __builtin_preserve_field_info((from)->field, 4) >>         \
			__builtin_preserve_field_info((from)->field, 5);           \
	})

/* The same through any pointer. The field must end in the four bytes that it begins in, as fields of numbers of 32 bits do. */
#define READ_BITS(from, field)                                                     \
	({                                                                         \
		u32 word = 0;                                                      \
		read_kernel(&word, sizeof(word),                                   \
			    (const void *)(from) + __builtin_preserve_field_info((from)->field, 0)); \
		(u64) word << __builtin_preserve_field_info((from)->field, 4) >>   \
			__builtin_preserve_field_info((from)->field, 5);           \
	})

/* Bytes of a type in the running kernel. */
#define SIZE_OF(type) __builtin_preserve_type_info(*(type *)0, 1)

/* The reader takes their names from the kernel's description. */
enum skb_drop_reason {
	SKB_NOT_DROPPED_YET,
};

enum sk_rst_reason {
	SK_RST_REASON_NOT_SPECIFIED,
};

struct ns_common {
	u32 inum;
} RELOCATED;

struct net {
	struct ns_common ns;
	u64 net_cookie;
} RELOCATED;

struct nsproxy {
	struct net *net_ns;
} RELOCATED;

typedef struct {
	u32 val;
} kuid_t;

struct inode {
	u16 i_mode;
	kuid_t i_uid;
	u64 i_ino;
} RELOCATED;

struct file {
	struct inode *f_inode;
	void *f_op;
	void *private_data;
	struct {
		struct {
			s64 counter;
		} refcnt;
	} f_ref;
	/* The same in older kernels. */
	struct {
		s64 counter;
	} f_count;
} RELOCATED;

struct fdtable {
	u32 max_fds;
	struct file **fd;
} RELOCATED;

struct files_struct {
	struct fdtable *fdt;
	struct file *fd_array[64];
} RELOCATED;

struct signal_struct {
	struct {
		int counter;
	} live;
} RELOCATED;

struct pid;

struct kernfs_node {
	u64 id;
} RELOCATED;

struct cgroup {
	struct kernfs_node *kn;
} RELOCATED;

struct css_set {
	struct cgroup *dfl_cgrp;
} RELOCATED;

struct cred {
	kuid_t uid;
} RELOCATED;

/* The thread is of the kernel, and of no process. */
#define PF_KTHREAD 0x00200000

struct task_struct {
	struct signal_struct *signal;
	u32 flags;
	int pid;
	int tgid;
	struct pid *thread_pid;
	u64 start_boottime;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct nsproxy *nsproxy;
	struct files_struct *files;
	struct css_set *cgroups;
	struct cred *cred;
	char comm[16];
} RELOCATED;

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	u8 bytes[16];
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	atomic_t refs;
} refcount_t;

struct sock_common {
	u32 skc_daddr;
	u32 skc_rcv_saddr;
	u16 skc_dport;
	u16 skc_num;
	u16 skc_family;
	u8 skc_state;
	u8 skc_ipv6only : 1;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	u64 skc_flags;
	struct {
		s64 counter;
	} skc_cookie;
} RELOCATED;

struct sock_cgroup_data {
	struct cgroup *cgroup;
	u32 classid;
} RELOCATED;

struct numa_drop_counters {
	atomic_t drops0;
	atomic_t drops1;
} RELOCATED;

struct hlist_node {
	void *pprev;
} RELOCATED;

struct timer_list {
	struct hlist_node entry;
	u64 expires;
} RELOCATED;

struct dst_metrics {
	u32 metrics[17];
} RELOCATED;

struct dst_entry {
	u64 _metrics;
} RELOCATED;

struct sock {
	struct sock_common __sk_common;
	u16 sk_type;
	u16 sk_protocol;
	u8 sk_shutdown;
	u32 sk_mark;
	u32 sk_priority;
	int sk_rcvbuf;
	int sk_sndbuf;
	int sk_forward_alloc;
	int sk_wmem_queued;
	refcount_t sk_wmem_alloc;
	atomic_t sk_omem_alloc;
	atomic_t sk_drops;
	struct numa_drop_counters *sk_drop_counters;
	struct {
		atomic_t rmem_alloc;
		int len;
	} sk_backlog;
	u32 sk_ack_backlog;
	u32 sk_max_ack_backlog;
	u64 sk_pacing_rate;
	u64 sk_max_pacing_rate;
	struct dst_entry *sk_dst_cache;
	struct sock_cgroup_data sk_cgrp_data;
	struct timer_list sk_timer;
	/* Younger kernels' place for TCP's timer of retransmissions. */
	struct timer_list tcp_retransmit_timer;
	int sk_err;
} RELOCATED;

struct request_sock {
	struct sock_common __req_common;
} RELOCATED;

struct net_device {
	possible_net_t nd_net;
} RELOCATED;

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	char cb[48];
	u32 len;
	int skb_iif;
	u16 protocol;
	u16 network_header;
	u8 *head;
} RELOCATED;

struct socket {
	struct sock *sk;
} RELOCATED;

struct tcp_skb_cb {
	u16 tcp_gso_segs;
} RELOCATED;

struct ipv6_pinfo {
	u8 tclass;
} RELOCATED;

struct inet_sock {
	struct sock sk;
	struct ipv6_pinfo *pinet6;
	u64 inet_flags;
	u16 inet_sport;
	u8 tos;
} RELOCATED;

struct udp_sock {
	int forward_deficit;
} RELOCATED;

struct tcp_congestion_ops {
	void *get_info;
	char name[16];
} RELOCATED;

struct tcp_ulp_ops {
	char name[16];
} RELOCATED;

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	struct timer_list icsk_retransmit_timer;
	struct timer_list icsk_keepalive_timer;
	u64 icsk_timeout;
	u32 icsk_rto;
	u32 icsk_rto_min;
	u32 icsk_delack_max;
	u32 icsk_pmtu_cookie;
	const struct tcp_congestion_ops *icsk_ca_ops;
	const struct tcp_ulp_ops *icsk_ulp_ops;
	u8 icsk_ca_state : 5;
	u8 icsk_retransmits;
	u8 icsk_pending;
	u8 icsk_backoff;
	u8 icsk_probes_out;
	struct {
		u32 ato : 8;
		u32 lrcvtime;
		u16 rcv_mss;
	} icsk_ack;
	u64 icsk_ca_priv[13];
} RELOCATED;

struct tcp_options_received {
	u16 tstamp_ok : 1;
	u16 wscale_ok : 1;
	u16 sack_ok : 3;
	u16 snd_wscale : 4;
	u16 rcv_wscale : 4;
} RELOCATED;

struct minmax_sample {
	u32 t;
	u32 v;
} RELOCATED;

struct minmax {
	struct minmax_sample s[3];
} RELOCATED;

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	u32 rcv_ssthresh;
	u32 reordering;
	u32 snd_wnd;
	u32 mss_cache;
	u32 snd_cwnd;
	u32 lost_out;
	u32 sacked_out;
	u8 tcp_usec_ts : 1;
	u32 copied_seq;
	u32 retrans_out;
	u16 advmss;
	u32 snd_ssthresh;
	struct minmax rtt_min;
	u32 segs_out;
	u32 data_segs_out;
	u64 bytes_sent;
	u8 chrono_type;
	u32 chrono_start;
	u32 chrono_stat[3];
	u32 write_seq;
	u32 lsndtime;
	u32 mdev_us;
	u8 ecn_flags;
	u8 rate_app_limited : 1;
	u32 rcv_nxt;
	u32 snd_nxt;
	u32 snd_una;
	u32 srtt_us;
	u32 packets_out;
	u32 delivered;
	u32 delivered_ce;
	u32 received_ce;
	u32 received_ecn_bytes[3];
	u32 rcv_wnd;
	u32 rcv_tstamp;
	struct tcp_options_received rx_opt;
	u64 bytes_received;
	u32 segs_in;
	u32 data_segs_in;
	u32 rate_delivered;
	u32 rate_interval_us;
	u32 delivered_ecn_bytes[3];
	u64 bytes_acked;
	struct {
		u32 rtt_us;
	} rcv_rtt_est;
	struct {
		int space;
	} rcvq_space;
	u32 dsack_dups;
	u8 fastopen_client_fail : 2;
	u8 syn_data_acked : 1;
	u8 syn_fastopen_child : 1;
	u32 reord_seen;
	u64 bytes_retrans;
	u8 is_mptcp;
	u32 total_retrans;
	u32 rto_stamp;
	u16 total_rto;
	u16 total_rto_recoveries;
	u32 total_rto_time;
	u16 timeout_rehash;
	u32 rcv_ooopack;
	u32 plb_rehash;
} RELOCATED;

/* What congestion control by BBR keeps with a connection. */
struct bbr {
	u32 min_rtt_us;
	struct minmax bw;
	u32 lt_use_bw : 1;
	u32 lt_bw;
	u32 pacing_gain : 10;
	u32 cwnd_gain : 10;
} RELOCATED;

/* The size of it tells how much this kernel knows. */
struct tcp_info {
	u8 tcpi_state;
} RELOCATED;

struct upid {
	int nr;
} RELOCATED;

struct pid {
	u32 level;
	struct upid numbers[1];
} RELOCATED;

/* A request of io_uring. */
struct io_kiocb {
	u8 opcode;
} RELOCATED;

#define IORING_OP_ACCEPT 13

/* What is told when it has a result. */
struct trace_event_raw_io_uring_complete {
	void *req; /* 0: not the last result */
	int res;
} RELOCATED;

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	u64 session_id;
} RELOCATED;

#endif
