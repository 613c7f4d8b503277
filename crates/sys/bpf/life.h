/* Tells of connections as they come and go, of segments that are sent again, of resets and of dropped packets.
 *
 * What a program here is called for happens to a socket, not in the context of its owner: on loopback the current process
 * is the other end, else it is whoever was interrupted. So the owner is kept with the socket, by whoever opens it,
 * connects it, listens with it, accepts it, or moves something through it for the first time, in its own context. What
 * threads of the kernel's do for a ring of io_uring belongs to the ring's process, because they are threads of it. A
 * connection that came in begins with its listener's.
 */
#ifndef NETMONITOR_LIFE_H
#define NETMONITOR_LIFE_H

#include "abi.h"
#include "calls.h"
#include "kernel.h"

/* Bytes of events that wait to be read; a power of two. */
#define EVENTS (4 << 20)
/* Connections that were accepted and of which nothing was told since. */
#define ACCEPTED 16384

struct event_ring {
	MAP_TYPE(RINGBUF);
	MAP_ENTRIES(EVENTS);
};

/* The ring, while somebody watches: it takes megabytes, and the programs that count are loaded with this map, too. */
struct {
	MAP_TYPE(ARRAY_OF_MAPS);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_OF(struct event_ring);
} events SEC(".maps");

struct {
	MAP_TYPE(ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(struct lost);
} lost_events SEC(".maps");

struct {
	MAP_TYPE(ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(struct watch);
} watched SEC(".maps");

/* It goes with the socket, and a connection gets a copy of its listener's. */
struct {
	MAP_TYPE(SK_STORAGE);
	MAP_FLAGS(NO_PREALLOC | CLONE);
	MAP_KEY(int);
	MAP_VALUE(struct life);
} lives SEC(".maps");

/* By cookie, because what is kept with a socket cannot be reached from a system call. */
struct {
	MAP_TYPE(HASH);
	MAP_ENTRIES(ACCEPTED);
	MAP_FLAGS(NO_PREALLOC);
	MAP_KEY(u64);
	MAP_VALUE(struct life);
} accepted SEC(".maps");

/* When connections were first received from past the tracepoints of sockets. By cookie for the same reason. */
struct {
	MAP_TYPE(HASH);
	MAP_ENTRIES(ACCEPTED);
	MAP_FLAGS(NO_PREALLOC);
	MAP_KEY(u64);
	MAP_VALUE(u64);
} first_received SEC(".maps");

/* Ancestors that are looked for. */
#define GENERATIONS 8

/* States of connections (include/net/tcp_states.h). */
#define ESTABLISHED 1
#define SYN_SENT 2
#define SYN_RECV 3
#define FIN_WAIT1 4
#define FIN_WAIT2 5
#define TIME_WAIT 6
#define CLOSED 7
#define CLOSE_WAIT 8
#define LAST_ACK 9
#define LISTEN 10
#define CLOSING 11
#define NEW_SYN_RECV 12

/* Bits of skc_flags: no process has the socket any more; a FIN was received. */
#define SOCK_DEAD 0
#define SOCK_DONE 1

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd

static ALWAYS_INLINE const struct watch *watching(void)
{
	u32 zero = 0;
	const struct watch *watch = map_lookup(&watched, &zero);

	return watch && watch->on ? watch : 0;
}

/* Whether a process descends from another one, as far as its ancestors live. */
static ALWAYS_INLINE int descends(struct task_struct *task, int tgid)
{
	int generation, ancestor;

	for (generation = 0; generation < GENERATIONS; generation++) {
		task = READ(task, real_parent);
		ancestor = READ(task, tgid);
		if (ancestor == tgid)
			return 1;
		if (ancestor <= 1)
			return 0;
	}
	return 0;
}

/* Makes the process of a thread the owner. Every pointer that the verifier is to follow has it search all types of the
 * kernel by name, which takes some milliseconds: it is let follow none. */
static NOINLINE int own(struct life *life, struct task_struct *task)
{
	struct task_struct *leader = READ(task, group_leader);
	const struct watch *watch = watching();

	life->flags &= ~FLAG_DESCENDANT;
	if (watch && watch->tgid && descends(leader, watch->tgid))
		life->flags |= FLAG_DESCENDANT;
	life->start = READ(leader, start_boottime);
	life->tgid = READ(task, tgid);
	life->ppid = READ(READ(leader, real_parent), tgid);
	life->uid = READ(READ(task, cred), uid.val);
	life->cgroup = READ(READ(READ(READ(task, cgroups), dfl_cgrp), kn), id);
	read_kernel(life->comm, sizeof(life->comm), leader->comm);
	return 0;
}

/* Takes over when the connection was first received from, and who has accepted it. */
static ALWAYS_INLINE void fold(u64 cookie, struct life *life)
{
	struct life *taken = map_lookup(&accepted, &cookie);
	u64 *first = map_lookup(&first_received, &cookie);

	if (first) {
		if (!life->first_rx || *first < life->first_rx)
			life->first_rx = *first;
		map_delete(&first_received, &cookie);
	}
	if (!taken)
		return;
	life->start = taken->start;
	life->cgroup = taken->cgroup;
	life->tgid = taken->tgid;
	life->ppid = taken->ppid;
	life->uid = taken->uid;
	__builtin_memcpy(life->comm, taken->comm, sizeof(life->comm));
	life->flags = (life->flags & ~FLAG_DESCENDANT) | taken->flags | FLAG_ACCEPTED;
	map_delete(&accepted, &cookie);
}

/* Room for an event that is wanted. Packets are told of only while half of the room is free, so that a flood of them leaves
 * room for connections. */
static NOINLINE struct event *begin_event(u8 kind, u32 netns, u32 tgid)
{
	int is_packet = kind != EVENT_STATE && kind != EVENT_ACCEPT;
	const struct watch *watch = watching();
	struct event *event = 0;
	struct lost *lost;
	u32 zero = 0;
	void *ring;

	if (!watch || (watch->netns && netns != watch->netns && (!tgid || tgid != watch->tgid)))
		return 0;
	ring = map_lookup(&events, &zero);
	if (!ring)
		return 0;
	if (!is_packet || 2 * ring_query(ring, RING_TAKEN) < ring_query(ring, RING_SIZE))
		event = ring_reserve(ring, sizeof(*event), 0);
	if (!event) {
		lost = map_lookup(&lost_events, &zero);
		if (lost && is_packet)
			__sync_fetch_and_add(&lost->packets, 1);
		else if (lost)
			__sync_fetch_and_add(&lost->connections, 1);
		return 0;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->time = boottime();
	event->kind = kind;
	event->netns = netns;
	return event;
}

static NOINLINE int tell_owner(struct event *event, const struct life *life)
{
	event->start = life->start;
	event->cgroup = life->cgroup;
	event->tgid = life->tgid;
	event->ppid = life->ppid;
	event->uid = life->uid;
	event->since = life->since;
	event->established = life->established;
	event->first_rx = life->first_rx;
	event->flags = life->flags;
	__builtin_memcpy(event->comm, life->comm, sizeof(event->comm));
	return 0;
}

/* Both ends of a socket, or of a request to connect. */
static NOINLINE int tell_ends(struct event *event, struct sock_common *common)
{
	event->family = READ(common, skc_family);
	if (event->family == AF_INET) {
		read_kernel(event->local, 4, &common->skc_rcv_saddr);
		read_kernel(event->remote, 4, &common->skc_daddr);
	} else if (event->family == AF_INET6) {
		read_kernel(event->local, 16, &common->skc_v6_rcv_saddr);
		read_kernel(event->remote, 16, &common->skc_v6_daddr);
	}
	if (event->family == AF_INET || event->family == AF_INET6) {
		event->local_port = READ(common, skc_num);
		event->remote_port = __builtin_bswap16(READ(common, skc_dport));
	}
	return 0;
}

static ALWAYS_INLINE int is_full(struct sock *sk)
{
	u8 state = READ(sk, __sk_common.skc_state);

	return state != TIME_WAIT && state != NEW_SYN_RECV;
}

static ALWAYS_INLINE void tell_socket(struct event *event, struct sock *sk)
{
	tell_ends(event, &sk->__sk_common);
	event->old_state = event->new_state = READ(sk, __sk_common.skc_state);
	if (is_full(sk)) {
		event->type = READ(sk, sk_type);
		event->protocol = READ(sk, sk_protocol);
		/* A port is given back before the end is told. */
		if (!event->local_port && (event->family == AF_INET || event->family == AF_INET6))
			event->local_port = __builtin_bswap16(READ((struct inet_sock *)sk, inet_sport));
	} else {
		event->type = SOCK_STREAM;
		event->protocol = IPPROTO_TCP;
	}
}

/* Both ends of a packet, where it is one of IP: the local one is that which it came to or went from. */
static NOINLINE int tell_packet(struct event *event, struct sk_buff *skb)
{
	u8 *header = READ(skb, head) + READ(skb, network_header), *ports, first = 0, protocol = 0;
	u16 kind = __builtin_bswap16(READ(skb, protocol)), from = 0, to = 0;
	int is_in = event->flags & FLAG_RECEIVED;
	u8 *source = is_in ? event->remote : event->local, *target = is_in ? event->local : event->remote;

	read_kernel(&first, 1, header);
	if (kind == ETH_P_IP && first >> 4 == 4) {
		read_kernel(&protocol, 1, header + 9);
		read_kernel(source, 4, header + 12);
		read_kernel(target, 4, header + 16);
		event->family = AF_INET;
		ports = header + 4 * (first & 15);
	} else if (kind == ETH_P_IPV6 && first >> 4 == 6) {
		read_kernel(&protocol, 1, header + 6);
		read_kernel(source, 16, header + 8);
		read_kernel(target, 16, header + 24);
		event->family = AF_INET6;
		ports = header + 40;
	} else {
		return 0;
	}
	if (!event->protocol)
		event->protocol = protocol;
	if (protocol != 6 && protocol != 17 && protocol != 132 && protocol != 136)
		return 0;
	read_kernel(&from, sizeof(from), ports);
	read_kernel(&to, sizeof(to), ports + 2);
	event->local_port = __builtin_bswap16(is_in ? to : from);
	event->remote_port = __builtin_bswap16(is_in ? from : to);
	return 0;
}

/* What processes took out of a connection of TCP, and what they put in. SYN and FIN count as a byte each: a FIN that was
 * received until it is read also as one that is unread, the SYN of whoever was connected to not at all. */
static ALWAYS_INLINE void tell_bytes(struct event *event, struct sock *sk)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	u64 has_fin = READ(sk, __sk_common.skc_flags) >> SOCK_DONE & 1, sent, given;
	u32 unread = READ(tcp, rcv_nxt) - READ(tcp, copied_seq), written = READ(tcp, write_seq);
	u8 state = event->old_state;

	event->rx_bytes = READ(tcp, bytes_received) - (unread > has_fin ? unread : has_fin);
	event->bytes_retrans = READ(tcp, bytes_retrans);
	event->total_retrans = READ(tcp, total_retrans);
	/* Acknowledged, and not yet. */
	given = READ(tcp, bytes_acked) + (u32)(written - READ(tcp, snd_una));
	if (given && (state == FIN_WAIT1 || state == FIN_WAIT2 || state == LAST_ACK || state == CLOSING))
		given--;
	if (!event->since) {
		/* Its beginning was not seen. What could not be sent counts as sent here, so this is no more than a hint. */
		sent = READ(tcp, bytes_sent) - event->bytes_retrans + (u32)(written - READ(tcp, snd_nxt));
		if (given == sent + 1)
			given--;
	} else if (given && !(event->flags & FLAG_PASSIVE)) {
		given--;
	}
	event->tx_bytes = given;
}

static ALWAYS_INLINE u32 netns_of(struct sock_common *common)
{
	return READ(READ(common, skc_net.net), ns.inum);
}

static ALWAYS_INLINE void tell_accepted(u64 cookie, struct sock *sk, const struct life *life)
{
	struct event *event = begin_event(EVENT_ACCEPT, netns_of(&sk->__sk_common), life->tgid);

	if (!event)
		return;
	tell_owner(event, life);
	tell_socket(event, sk);
	event->cookie = cookie;
	event->flags |= FLAG_PASSIVE | FLAG_ACCEPTED;
	ring_submit(event, RING_NO_WAKEUP);
}

/* The current process moves something through a socket for the first time, or receives. */
static NOINLINE int use_socket(struct sock *sk, int is_received)
{
	u64 cookie, process = current_pid_tgid() >> 32;
	struct life *life;

	if (!watching())
		return 0;
	life = storage_get(&lives, sk, 0, STORAGE_CREATE);
	if (!life)
		return 0;
	cookie = socket_cookie(sk);
	if (is_received && !life->first_rx)
		life->first_rx = boottime();
	fold(cookie, life);
	if (life->tgid != process)
		own(life, current_task());
	/* Accepted by io_uring to a place in the ring. */
	if ((life->flags & (FLAG_PASSIVE | FLAG_ACCEPTED)) == FLAG_PASSIVE) {
		life->flags |= FLAG_ACCEPTED;
		tell_accepted(cookie, sk, life);
	}
	return 0;
}

/* The current process receives from a socket past the tracepoints, for the first time. */
static ALWAYS_INLINE void receive_past(struct sock *sk, u64 cookie)
{
	u16 family = READ(sk, __sk_common.skc_family);
	u64 now = boottime();

	if (cookie && watching() && (family == AF_INET || family == AF_INET6))
		map_update(&first_received, &cookie, &now, NOEXIST);
}

/* Of every socket of IP, when a process opens it. */
SEC("cgroup/sock_create")
int sock_create(void *socket)
{
	struct life *life;

	if (!watching())
		return 1;
	life = storage_get(&lives, socket, 0, STORAGE_CREATE);
	if (life)
		own(life, current_task());
	/* From now on it has one. */
	socket_cookie(socket);
	return 1;
}

/* Sockets that were there before: whoever is told first, unless somebody is known already. */
SEC("iter/task_file")
int find_owners(struct iter_task_file *found)
{
	struct task_struct *task = found->task;
	struct file *file = found->file;
	struct socket *socket;
	struct life *life;

	if (!task || !file)
		return 0;
	socket = socket_of_file(file);
	if (!socket || !socket->sk)
		return 0;
	life = storage_get(&lives, socket->sk, 0, STORAGE_CREATE);
	if (life && !life->tgid)
		own(life, task);
	socket_cookie(socket->sk);
	return 0;
}

/* The current process has accepted a connection. */
static NOINLINE int accept_socket(struct sock *sk, u64 flags)
{
	/* Those of other families have none as long as nobody has asked for it. */
	u64 cookie = READ(sk, __sk_common.skc_cookie.counter);
	struct life life = {};

	if (!cookie)
		return 0;
	own(&life, current_task());
	if (!map_update(&accepted, &cookie, &life, flags))
		tell_accepted(cookie, sk, &life);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_accept4")
int exit_accept4(struct sys_exit *exit)
{
	struct sock *sk;

	if (exit->result < 0 || !watching())
		return 0;
	sk = sock_of(exit->result);
	return sk ? accept_socket(sk, 0) : 0;
}

/* Whether somebody connected to this end of TCP, and no process has received or sent anything through it. The SYN counts
 * as a byte for whoever connects. */
static ALWAYS_INLINE int is_unused(struct sock *sk)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	u8 state = READ(sk, __sk_common.skc_state);
	u16 family = READ(sk, __sk_common.skc_family);
	u32 unread, unacknowledged;

	if ((family != AF_INET && family != AF_INET6) || READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	if (state != ESTABLISHED && state != SYN_RECV && state != CLOSE_WAIT)
		return 0;
	unread = READ(tcp, rcv_nxt) - READ(tcp, copied_seq);
	unacknowledged = READ(tcp, write_seq) - READ(tcp, snd_una);
	return !READ(tcp, bytes_acked) && !unacknowledged && READ(tcp, bytes_received) == unread;
}

/* A request of io_uring was done, in the context of the process that has the ring. Results of one that accepts again and again
 * do not say what they are of, so the descriptor does: a socket that waits to be accepted has none. Who accepts to a place in
 * the ring is known when the connection is used or closed. */
SEC("tracepoint/io_uring/io_uring_complete")
int io_uring_complete(struct trace_event_raw_io_uring_complete *complete)
{
	struct io_kiocb *request = complete->req;
	int result = complete->res;
	struct sock *sk;

	if (result < 0 || !watching() || (request && READ(request, opcode) != IORING_OP_ACCEPT))
		return 0;
	sk = sock_of(result);
	return sk && is_unused(sk) ? accept_socket(sk, NOEXIST) : 0;
}

/* A process closes a connection that came in and that was not told to be accepted. The kernel closes what is in a ring that
 * is no more. */
static ALWAYS_INLINE void close_accepted(struct sock *sk, u64 cookie, struct life *life)
{
	struct task_struct *task = current_task();

	fold(cookie, life);
	if ((life->flags & (FLAG_PASSIVE | FLAG_ACCEPTED)) != FLAG_PASSIVE)
		return;
	if (!(READ(task, flags) & PF_KTHREAD))
		own(life, task);
	life->flags |= FLAG_ACCEPTED;
	tell_accepted(cookie, sk, life);
}

/* What a change of state says of the connection's life. Whether it is told. */
static ALWAYS_INLINE int go_on(struct sock *sk, struct life *life, u64 cookie, u8 old, u8 new)
{
	u64 now = boottime();

	switch (new) {
	case SYN_SENT:
	case LISTEN:
		life->flags = 0;
		own(life, current_task());
		life->since = now;
		life->established = life->first_rx = life->ended = 0;
		/* MPTCP says it twice. */
		return new == LISTEN && old != LISTEN;
	case SYN_RECV:
		if (old != SYN_SENT) {
			life->since = now;
			life->established = life->first_rx = life->ended = 0;
			life->flags = FLAG_PASSIVE | (life->flags & FLAG_DESCENDANT);
		}
		return 0;
	case ESTABLISHED:
		life->established = now;
		return old == SYN_SENT;
	case CLOSED:
		fold(cookie, life);
		return old != CLOSED;
	case FIN_WAIT1:
	case LAST_ACK:
		/* Closed by its owner. */
		if (!life->tgid)
			own(life, current_task());
		close_accepted(sk, cookie, life);
		return 0;
	default:
		return 0;
	}
}

/* Its process can still read what the connection has brought before its end: how much that is is known when the socket is
 * closed. Who breaks a connection off reads nothing more. */
static ALWAYS_INLINE int is_readable(struct sock *sk, u8 old, u16 error)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	u64 flags = READ(sk, __sk_common.skc_flags);
	u32 unread;

	if (READ(sk, sk_protocol) != IPPROTO_TCP || old == LISTEN || flags >> SOCK_DEAD & 1)
		return 0;
	if (!error && (old == ESTABLISHED || old == CLOSE_WAIT || old == FIN_WAIT1))
		return 0;
	unread = READ(tcp, rcv_nxt) - READ(tcp, copied_seq);
	return unread > (flags >> SOCK_DONE & 1);
}

static NOINLINE int tell_state(struct sock *sk, struct life *life, u8 old, u8 new, u16 error)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	struct event *event = begin_event(EVENT_STATE, netns_of(&sk->__sk_common), life->tgid);

	if (!event)
		return 0;
	tell_owner(event, life);
	tell_socket(event, sk);
	event->cookie = READ(sk, __sk_common.skc_cookie.counter);
	event->old_state = old;
	event->new_state = new;
	event->error = error;
	if (life->ended)
		event->time = life->ended;
	if (new == CLOSED && old != LISTEN && event->protocol == IPPROTO_TCP)
		tell_bytes(event, sk);
	if (event->protocol == IPPROTO_TCP && FIELD_EXISTS(tcp, is_mptcp) && READ(tcp, is_mptcp))
		event->flags |= FLAG_SUBFLOW;
	ring_submit(event, RING_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int inet_sock_set_state(u64 *arguments)
{
	struct sock *sk = (struct sock *)arguments[0];
	u8 old = arguments[1], new = arguments[2];
	u64 cookie = socket_cookie(sk);
	u16 error = READ(sk, sk_err);
	struct life *life;

	if (!watching())
		return 0;
	life = storage_get(&lives, sk, 0, STORAGE_CREATE);
	if (!life || !go_on(sk, life, cookie, old, new))
		return 0;
	if (new == CLOSED && is_readable(sk, old, error)) {
		life->ended = boottime();
		life->last_state = old;
		life->error = error;
		return 0;
	}
	return tell_state(sk, life, old, new, error);
}

/* The end of a connection that something was still to be read from. What is kept of others by their cookies goes, too: one
 * that was accepted after it had ended changes its state no more. */
SEC("tp_btf/tcp_destroy_sock")
int tell_end(u64 *arguments)
{
	struct sock *sk = (struct sock *)arguments[0];
	struct life *life = storage_get(&lives, sk, 0, 0);

	if (!life)
		return 0;
	fold(socket_cookie(sk), life);
	if (!life->ended)
		return 0;
	tell_state(sk, life, life->last_state, CLOSED, life->error);
	life->ended = 0;
	return 0;
}

/* An event of a packet of a socket. */
static NOINLINE struct event *begin_packet(u8 kind, struct sock *sk)
{
	struct life *life = storage_get(&lives, sk, 0, 0);
	struct event *event = begin_event(kind, netns_of(&sk->__sk_common), life ? life->tgid : 0);

	if (!event)
		return 0;
	if (life)
		tell_owner(event, life);
	tell_socket(event, sk);
	event->cookie = READ(sk, __sk_common.skc_cookie.counter);
	return event;
}

SEC("tp_btf/tcp_retransmit_skb")
int tcp_retransmit_skb(u64 *arguments)
{
	struct sock *sk = (struct sock *)arguments[0];
	struct sk_buff *skb = (struct sk_buff *)arguments[1];
	u32 total = READ((struct tcp_sock *)sk, total_retrans);
	struct life *life = storage_get(&lives, sk, 0, 0);
	struct event *event;

	/* Kernels from 6.17 on come here also when nothing could be sent. */
	if (life && life->total_retrans == total)
		return 0;
	if (life)
		life->total_retrans = total;
	event = begin_packet(EVENT_RETRANSMIT, sk);
	if (!event)
		return 0;
	event->length = READ(skb, len);
	event->segments = READ((struct tcp_skb_cb *)skb->cb, tcp_gso_segs);
	event->total_retrans = total;
	ring_submit(event, RING_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/tcp_retransmit_synack")
int tcp_retransmit_synack(u64 *arguments)
{
	struct sock *listener = (struct sock *)arguments[0];
	struct request_sock *request = (struct request_sock *)arguments[1];
	struct event *event = begin_packet(EVENT_RETRANSMIT, listener);

	if (!event)
		return 0;
	tell_ends(event, &request->__req_common);
	event->old_state = event->new_state = SYN_RECV;
	event->flags |= FLAG_PASSIVE;
	/* What the listener has been through is not the request's. */
	event->since = event->established = event->first_rx = 0;
	ring_submit(event, RING_NO_WAKEUP);
	return 0;
}

static NOINLINE int reset_of(struct sk_buff *skb, struct sock *sk, enum sk_rst_reason reason)
{
	struct event *event = begin_packet(EVENT_RESET, sk);

	if (!event)
		return 0;
	event->reason = reason;
	if (skb && !event->remote_port) {
		event->flags |= FLAG_RECEIVED;
		tell_packet(event, skb);
	}
	ring_submit(event, RING_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/tcp_send_reset")
int tcp_send_reset(u64 *arguments)
{
	struct sock *sk = (struct sock *)arguments[0];

	/* None, where a segment was for no socket. */
	return sk ? reset_of((struct sk_buff *)arguments[1], sk, arguments[2]) : 0;
}

static NOINLINE int drop_of(struct sk_buff *skb, struct sock *sk, enum skb_drop_reason reason, u8 flags)
{
	struct event *event = begin_packet(EVENT_DROP, sk);

	if (!event)
		return 0;
	event->reason = reason;
	event->flags |= flags;
	event->length = READ(skb, len);
	tell_packet(event, skb);
	ring_submit(event, RING_NO_WAKEUP);
	return 0;
}

static NOINLINE int drop_of_nobody(struct sk_buff *skb, enum skb_drop_reason reason, u8 flags)
{
	struct event *event = begin_event(EVENT_DROP, READ(READ(READ(skb, dev), nd_net.net), ns.inum), 0);

	if (!event)
		return 0;
	event->reason = reason;
	event->flags = flags;
	event->length = READ(skb, len);
	tell_packet(event, skb);
	ring_submit(event, RING_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/kfree_skb")
int kfree_skb(u64 *arguments)
{
	struct sk_buff *skb = (struct sk_buff *)arguments[0];
	u32 reason = arguments[2];
	struct sock *receiver = (struct sock *)arguments[3], *sender;
	const struct watch *watch = watching();
	u8 flags = 0;

	if (!watch || !reason || reason == watch->unspecified || reason == watch->consumed)
		return 0;
	/* The FIN that waits with a socket until that is closed. */
	if (reason == watch->purged && !skb->len)
		return 0;
	if (receiver)
		return drop_of(skb, receiver, reason, FLAG_RECEIVED);
	if (skb->skb_iif)
		flags = FLAG_RECEIVED;
	sender = skb->sk;
	if (sender)
		return drop_of(skb, sender, reason, flags);
	return drop_of_nobody(skb, reason, flags);
}

#endif
