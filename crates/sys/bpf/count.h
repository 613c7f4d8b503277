/* Counts what every process sends and receives through every socket.
 *
 * net/socket.c tells of each message at sock_send_length and sock_recv_length, in the context of the process that sends
 * or receives it, with what the call will return. Splicing out of a stream does not pass there and is counted at the end
 * of the system call. Sums are exact: a socket that there is no room for is counted with its process, a process that
 * there is no room for with the unattributed.
 */
#ifndef NETMONITOR_COUNT_H
#define NETMONITOR_COUNT_H

#include "abi.h"
#include "calls.h"
#include "family.h"
#include "kernel.h"
#include "life.h"
#include "own.h"

/* Rooms, as the reader sets them before it loads. */
#define SOCKETS 65536
#define PROCESSES 16384
#define CALLS 1024

struct {
	/* Not one for each processor: making 65,536 of those takes a tenth of a second, and reading them as many times longer. */
	MAP_TYPE(HASH);
	MAP_ENTRIES(SOCKETS);
	MAP_KEY(struct socket_key);
	MAP_VALUE(struct counts);
} sockets SEC(".maps");

struct {
	MAP_TYPE(HASH);
	MAP_ENTRIES(SOCKETS);
	MAP_KEY(u64); /* cookie */
	MAP_VALUE(struct socket_seen);
} seen_sockets SEC(".maps");

struct {
	MAP_TYPE(HASH);
	MAP_ENTRIES(PROCESSES);
	MAP_KEY(struct process_key);
	MAP_VALUE(struct process_seen);
} processes SEC(".maps");

struct {
	MAP_TYPE(ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(struct counts);
} unattributed SEC(".maps");

/* A system call that receives from a stream past the tracepoints. */
struct call {
	struct sock *sk;
	u64 value; /* where it tells how much, if it does not return that */
	u64 length;
};

/* Those that threads are in. */
struct {
	MAP_TYPE(HASH);
	MAP_ENTRIES(CALLS);
	MAP_KEY(u64); /* of the thread */
	MAP_VALUE(struct call);
} calls SEC(".maps");

#define MSG_PEEK 0x2
#define MSG_ERRQUEUE 0x2000

static ALWAYS_INLINE void add(struct counts *counts, u64 received, u64 sent)
{
	if (received) {
		counts->rx_bytes += received;
		counts->rx_calls++;
	}
	if (sent) {
		counts->tx_bytes += sent;
		counts->tx_calls++;
	}
}

static ALWAYS_INLINE void add_shared(struct counts *counts, u64 received, u64 sent)
{
	if (received) {
		__sync_fetch_and_add(&counts->rx_bytes, received);
		__sync_fetch_and_add(&counts->rx_calls, 1);
	}
	if (sent) {
		__sync_fetch_and_add(&counts->tx_bytes, sent);
		__sync_fetch_and_add(&counts->tx_calls, 1);
	}
}

/* Keeps what a process is. */
static ALWAYS_INLINE struct process_seen *see_process(const struct process_key *key)
{
	struct process_seen *known = map_lookup(&processes, key), seen = {};
	struct task_struct *task, *leader, *parent;

	if (known)
		return known;
	task = current_task();
	leader = READ(task, group_leader);
	parent = READ(leader, real_parent);
	seen.cgroup = current_cgroup_id();
	seen.ppid = READ(parent, tgid);
	seen.uid = current_uid_gid();
	seen.netns = READ(READ(READ(task, nsproxy), net_ns), ns.inum);
	seen.followed = is_followed(key->tgid);
	read_kernel(seen.comm, sizeof(seen.comm), leader->comm);
	map_update(&processes, key, &seen, NOEXIST);
	begin_process(key);
	return map_lookup(&processes, key);
}

/* Keeps what a socket is. */
static ALWAYS_INLINE void see_socket(u64 cookie, struct sock *sk, u32 total_retrans)
{
	struct socket_seen seen = {};
	struct sock_common *common = &sk->__sk_common;

	seen.netns = READ(READ(common, skc_net.net), ns.inum);
	seen.family = READ(common, skc_family);
	seen.type = READ(sk, sk_type);
	seen.protocol = READ(sk, sk_protocol);
	if (seen.family == AF_INET) {
		read_kernel(seen.local, 4, &common->skc_rcv_saddr);
		read_kernel(seen.remote, 4, &common->skc_daddr);
	} else if (seen.family == AF_INET6) {
		read_kernel(seen.local, 16, &common->skc_v6_rcv_saddr);
		read_kernel(seen.remote, 16, &common->skc_v6_daddr);
	}
	if (seen.family == AF_INET || seen.family == AF_INET6) {
		seen.local_port = READ(common, skc_num);
		seen.remote_port = __builtin_bswap16(READ(common, skc_dport));
	}
	seen.total_retrans = total_retrans;
	map_update(&seen_sockets, &cookie, &seen, NOEXIST);
}

/* Segments of a connection that the kernel counts as sent again. */
static ALWAYS_INLINE u32 tcp_total_retrans(struct sock *sk)
{
	if (READ(sk, sk_type) != SOCK_STREAM || READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	return READ((struct tcp_sock *)sk, total_retrans);
}

/* The first time that a process moves something through a socket, or every time where there is no room. */
static NOINLINE int count_new(struct socket_key *key, struct sock *sk, u64 received, u64 sent)
{
	struct process_key process = {};
	struct process_seen *seen;
	struct counts counts = {}, *rest;
	u32 zero = 0;

	if (!key || !sk)
		return 0;
	process.start = key->start;
	process.tgid = key->tgid;
	seen = see_process(&process);
	if (key->cookie) {
		add(&counts, received, sent);
		if (!map_update(&sockets, key, &counts, NOEXIST)) {
			see_socket(key->cookie, sk, tcp_total_retrans(sk));
			begin_socket(key);
			return 0;
		}
		/* Another thread of the process may have been first. */
		rest = map_lookup(&sockets, key);
		if (rest) {
			add_shared(rest, received, sent);
			return 0;
		}
	}
	if (seen) {
		add_shared(&seen->rest, received, sent);
		return 0;
	}
	rest = map_lookup(&unattributed, &zero);
	if (rest)
		add_shared(rest, received, sent);
	return 0;
}

/* Whether the process has moved nothing through the socket before, or received nothing. */
static ALWAYS_INLINE int count(struct socket_key *key, struct sock *sk, u64 received, u64 sent)
{
	struct counts *counts = map_lookup(&sockets, key);
	int is_first = 1;

	if (counts) {
		is_first = received && !counts->rx_calls;
		add_shared(counts, received, sent);
	} else {
		count_new(key, sk, received, sent);
	}
	return is_first;
}

static ALWAYS_INLINE void key_of(struct socket_key *key, struct sock *sk)
{
	struct task_struct *task = current_task();

	key->start = task->group_leader->start_boottime;
	key->tgid = task->tgid;
	/* Once a socket has a cookie, reading it here takes 35 ns less than the helper, which gives it one. */
	key->cookie = sk->__sk_common.skc_cookie.counter;
	if (!key->cookie)
		key->cookie = socket_cookie(sk);
}

SEC("tp_btf/sock_send_length")
int sock_send_length(u64 *arguments)
{
	struct sock *sk = (struct sock *)arguments[0];
	int length = arguments[1];
	struct socket_key key = {};

	if (length <= 0)
		return 0;
	key_of(&key, sk);
	if (count(&key, sk, 0, length))
		use_socket(sk, 0);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int sock_recv_length(u64 *arguments)
{
	struct sock *sk = (struct sock *)arguments[0];
	int length = arguments[1], flags = arguments[2];
	struct socket_key key = {};

	/* What is only looked at is received later, and the error queue holds what was sent. */
	if (length <= 0 || flags & (MSG_PEEK | MSG_ERRQUEUE))
		return 0;
	key_of(&key, sk);
	if (count(&key, sk, length, 0))
		use_socket(sk, 1);
	return 0;
}

/* A process whose last thread ends moves nothing any more, although its descriptors are closed only then. */
SEC("tp_btf/sched_process_exit")
int sched_process_exit(u64 *arguments)
{
	struct task_struct *task = (struct task_struct *)arguments[0];
	struct process_key key = {};
	struct process_seen *seen;
	u64 thread = current_pid_tgid();

	/* Killed in a splice, it comes to no end of the call. */
	map_delete(&calls, &thread);
	if (task->signal->live.counter)
		return 0;
	forget_followed(task->tgid);
	key.start = task->group_leader->start_boottime;
	key.tgid = task->tgid;
	seen = map_lookup(&processes, &key);
	if (seen)
		seen->ended = 1;
	return 0;
}

/* Retransmissions are of the socket: whoever is running then need not be its owner. Kernels from 6.17 on come here also
 * when nothing could be sent, so that what they have counted tells. What is sent again before anybody
 * has sent anything is a request for a connection. */
SEC("tp_btf/tcp_retransmit_skb")
int count_retransmission(u64 *arguments)
{
	struct sock *sk = (struct sock *)arguments[0];
	struct sk_buff *skb = (struct sk_buff *)arguments[1];
	u32 segments = READ((struct tcp_skb_cb *)skb->cb, tcp_gso_segs);
	u32 total = READ((struct tcp_sock *)sk, total_retrans);
	u64 cookie = socket_cookie(sk);
	struct socket_seen *seen = map_lookup(&seen_sockets, &cookie);

	if (!seen) {
		see_socket(cookie, sk, total > segments ? total - segments : 0);
		seen = map_lookup(&seen_sockets, &cookie);
	}
	/* The kernel holds the socket meanwhile. */
	if (seen) {
		/* A socket that is connected once more begins anew. */
		if (total < seen->total_retrans)
			seen->total_retrans = 0;
		seen->retrans += total - seen->total_retrans;
		seen->total_retrans = total;
	}
	return 0;
}

static ALWAYS_INLINE void close_socket(u64 cookie)
{
	struct socket_seen *seen = map_lookup(&seen_sockets, &cookie);

	if (seen)
		seen->closed = 1;
}

SEC("tp_btf/tcp_destroy_sock")
int tcp_destroy_sock(u64 *arguments)
{
	close_socket(socket_cookie((void *)arguments[0]));
	return 0;
}

/* Of every socket of IP, when its last descriptor is closed. */
SEC("cgroup/sock_release")
int sock_release(void *socket)
{
	close_socket(socket_cookie(socket));
	return 1;
}

/* A stream whose splicing passes no tracepoint. */
static ALWAYS_INLINE struct sock *stream_of(u32 fd)
{
	struct sock *sk = sock_of(fd);
	u16 family;

	if (!sk || READ(sk, sk_type) != SOCK_STREAM)
		return 0;
	family = READ(sk, __sk_common.skc_family);
	if (family == AF_UNIX)
		return sk;
	if ((family == AF_INET || family == AF_INET6) && READ(sk, sk_protocol) == IPPROTO_TCP)
		return sk;
	return 0;
}

/* The call that the current thread was in, which has ended. */
static ALWAYS_INLINE int take_call(struct call *call)
{
	u64 thread = current_pid_tgid();
	struct call *found = map_lookup(&calls, &thread);

	if (!found)
		return 0;
	*call = *found;
	map_delete(&calls, &thread);
	return 1;
}

/* Counts what the current process has received past the tracepoints. */
static ALWAYS_INLINE void count_call(struct sock *sk, u64 received)
{
	struct task_struct *task = current_task(), *leader = READ(task, group_leader);
	struct socket_key key = {};

	key.start = READ(leader, start_boottime);
	key.tgid = READ(task, tgid);
	/* 0 as long as nobody has asked for it: the bytes are the process's, then, and of no socket. */
	key.cookie = READ(sk, __sk_common.skc_cookie.counter);
	if (count(&key, sk, received, 0))
		receive_past(sk, key.cookie);
}

SEC("tracepoint/syscalls/sys_enter_splice")
int enter_splice(struct sys_enter *enter)
{
	struct call call = { .sk = stream_of(enter->arguments[0]) };
	u64 thread = current_pid_tgid();

	if (call.sk)
		map_update(&calls, &thread, &call, 0);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_splice")
int exit_splice(struct sys_exit *exit)
{
	struct call call;

	if (take_call(&call) && exit->result > 0)
		count_call(call.sk, exit->result);
	return 0;
}

#endif
