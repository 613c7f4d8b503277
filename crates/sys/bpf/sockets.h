/* Lists the sockets of processes, by their descriptors, with what each tells of itself.
 *
 * Everything is written in the messages that asking the sockets one by one gives (src/own_sockets.rs): netlink messages
 * whose sequence number is the descriptor. Of a socket of TCP, UDP, UDP-Lite or ping and of a raw one there is the message
 * of a dump; of any other only that it is there, so that it can be asked. Nothing is locked: figures of one socket may be
 * some nanoseconds apart.
 */
#ifndef NETMONITOR_SOCKETS_H
#define NETMONITOR_SOCKETS_H

#include "abi.h"
#include "ahead.h"
#include "count.h"
#include "figures.h"
#include "kernel.h"

#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define IPPROTO_ICMP 1
#define IPPROTO_UDP 17
#define IPPROTO_ICMPV6 58
#define IPPROTO_UDPLITE 136
#define TCP_ESTABLISHED 1
#define TCP_CLOSE 7

/* Timers of a message (net/ipv4/inet_diag.c). */
#define TIMER_RETRANSMIT 1
#define TIMER_KEEPALIVE 2
#define TIMER_PROBE 4

/* icsk_pending (include/net/inet_connection_sock.h). */
#define PENDING_RETRANSMIT 1
#define PENDING_PROBE 3
#define PENDING_LOSS_PROBE 5
#define PENDING_REORDER 6

/* One listing at a time. */
struct listing {
	u64 session; /* the reading that the rest is of */
	u64 table; /* of descriptors, of the last thread that was begun */
	u32 process;
	u32 thread;
	u64 congestion; /* the congestion control whose name stands in the record */
	struct inet_record record;
};

struct {
	MAP_TYPE(ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(struct listing);
} listings SEC(".maps");

static ALWAYS_INLINE u64 cookie_of(struct sock *sk)
{
	u64 cookie = sk->__sk_common.skc_cookie.counter;

	return cookie ? cookie : socket_cookie(sk);
}

/* The number of a thread where the reader is. */
static ALWAYS_INLINE u32 number_of(struct task_struct *task)
{
	struct task_struct *reader = current_task();
	struct pid *pid = task->thread_pid;
	u32 level = READ(READ(reader, thread_pid), level);
	int number = 0;

	read_kernel(&number, sizeof(number), (const void *)&pid->numbers[0] + level * SIZE_OF(struct upid));
	return number;
}

/* Whether the descriptors of this thread are to be listed; begins its table when that is the first. Most threads that the
 * kernel goes through have a table of their own, but all threads of a process whose leader has exited are gone through. */
static ALWAYS_INLINE int begin(struct listing *listing, struct iter_task_file *context, struct task_struct *task)
{
	u64 session = context->meta->session_id;
	struct table_record record = {};

	if (listing->session == session && listing->thread == (u32)task->pid)
		return 1;
	record.table = (u64)task->files;
	if (listing->session == session && listing->process == (u32)task->tgid && listing->table == record.table)
		return 0;
	record.message.length = sizeof(record);
	record.message.type = TABLE;
	record.thread = number_of(task);
	record.process = number_of(task->group_leader);
	if (seq_write(context->meta->seq, &record, sizeof(record)))
		return 0;
	if (listing->session != session)
		listing->congestion = 0;
	listing->session = session;
	listing->table = record.table;
	listing->process = task->tgid;
	listing->thread = task->pid;
	return 1;
}

/* Writes; what did not fit is written anew as a whole, with its table's beginning. */
static ALWAYS_INLINE int put(struct listing *listing, struct iter_task_file *context, const void *from, u32 size)
{
	if (seq_write(context->meta->seq, from, size)) {
		listing->session = 0;
		return 0;
	}
	return 1;
}

/* What a connection shows is the same as when a process first used it, but for what was sent again since. If that is nothing,
 * or it is no connection, it is not told. */
static ALWAYS_INLINE int see_connection(struct socket_seen *seen, struct sock *sk)
{
	struct sock_common *common = &sk->__sk_common;
	struct tcp_sock *tp;
	u16 family = common->skc_family;

	if (common->skc_state != TCP_ESTABLISHED || sk->sk_protocol != IPPROTO_TCP || sk->sk_type != SOCK_STREAM)
		return 0;
	tp = family == AF_INET ? tcp_sock_of(sk) : 0;
	if (!tp || tp->total_retrans)
		return 0;
	*(u32 *)seen->local = common->skc_rcv_saddr;
	*(u32 *)seen->remote = common->skc_daddr;
	seen->netns = common->skc_net.net->ns.inum;
	seen->local_port = common->skc_num;
	seen->remote_port = __builtin_bswap16(common->skc_dport);
	seen->family = family;
	seen->type = SOCK_STREAM;
	seen->protocol = IPPROTO_TCP;
	return 1;
}

/* What the process has moved through a socket, if that is wanted of it and there is something. That it is closed is read
 * first: nothing is counted after that. */
static ALWAYS_INLINE int put_counts(struct listing *listing, struct iter_task_file *context, struct task_struct *task,
				    struct sock *sk)
{
	struct counted_record record = {};
	struct socket_seen *seen;
	struct counts *counts;

	if (!own_process_of(task->tgid))
		return 1;
	record.key.start = task->group_leader->start_boottime;
	record.key.tgid = task->tgid;
	record.key.cookie = sk->__sk_common.skc_cookie.counter;
	counts = map_lookup(&sockets, &record.key);
	if (!counts)
		return 1;
	if (!see_connection(&record.seen, sk)) {
		seen = map_lookup(&seen_sockets, &record.key.cookie);
		if (seen)
			record.seen = *seen;
	}
	asm volatile("" ::: "memory");
	record.counts = *counts;
	record.message.length = sizeof(record);
	record.message.type = NLMSG_NOOP;
	record.message.flags = COUNTED;
	return put(listing, context, &record, sizeof(record));
}

static ALWAYS_INLINE void write_descriptor(struct listing *listing, struct iter_task_file *context, struct inode *inode,
					   struct sock *sk)
{
	struct descriptor_record record = {};

	record.message.length = sizeof(record);
	record.message.type = OTHER_SOCKET;
	record.message.descriptor = context->fd;
	record.family = sk->__sk_common.skc_family;
	record.type = sk->sk_type;
	record.protocol = sk->sk_protocol;
	record.user = inode->i_uid.val;
	record.accepts = sk->__sk_common.skc_state == TCP_LISTEN;
	record.inode = inode->i_ino;
	record.cookie = cookie_of(sk);
	put(listing, context, &record, sizeof(record));
}

/* What a message tells of every socket of IP. */
static ALWAYS_INLINE void fill(struct inet_record *record, struct iter_task_file *context, struct inode *inode,
			       struct sock *sk)
{
	struct sock_common *common = &sk->__sk_common;
	u16 family = common->skc_family;
	struct net *net = common->skc_net.net;
	u64 number = cookie_of(sk);
	u32 drops = sk->sk_drops.counter;

	record->message.type = SOCK_DIAG_BY_FAMILY;
	record->message.flags = 0;
	record->message.descriptor = context->fd;
	record->message.port = 0;
	record->family = family;
	record->state = common->skc_state;
	record->timer = 0;
	record->count = 0;
	record->expires = 0;
	set_byte(&record->has_timer, ATTR_TIMER, 1);
	record->local_port = __builtin_bswap16(common->skc_num);
	record->remote_port = common->skc_dport;
	if (family == AF_INET) {
		__builtin_memset(record->local, 0, sizeof(record->local));
		__builtin_memset(record->remote, 0, sizeof(record->remote));
		record->local[0] = common->skc_rcv_saddr;
		record->remote[0] = common->skc_daddr;
	} else {
		read_kernel(record->local, sizeof(record->local), &common->skc_v6_rcv_saddr);
		read_kernel(record->remote, sizeof(record->remote), &common->skc_v6_daddr);
	}
	record->interface = common->skc_bound_dev_if;
	record->cookie[0] = number;
	record->cookie[1] = number >> 32;
	record->user = inode->i_uid.val;
	record->inode = inode->i_ino;
	set(&record->type, ATTR_TYPE, sk->sk_type);
	set(&record->protocol, ATTR_PROTOCOL, sk->sk_protocol);
	set(&record->mark, INET_DIAG_MARK, sk->sk_mark);
	set_byte(&record->shutdown, INET_DIAG_SHUTDOWN, sk->sk_shutdown);
	/* The protocol again, as far as it fits a byte. */
	set_byte(&record->protocol_byte, INET_DIAG_PROTOCOL, sk->sk_protocol);
	number = sk->sk_cgrp_data.classid;
	if (!number)
		number = sk->sk_priority;
	set(&record->class_id, INET_DIAG_CLASS_ID, number);
	set_long(&record->netns, ATTR_NETNS, net->net_cookie);
	set_long(&record->cgroup, INET_DIAG_CGROUP_ID, sk->sk_cgrp_data.cgroup->kn->id);
	if (FIELD_EXISTS(sk, sk_drop_counters)) {
		struct numa_drop_counters *counters = sk->sk_drop_counters;

		if (counters)
			drops = counters->drops0.counter + counters->drops1.counter;
	}
	record->memory.length = sizeof(record->memory) + sizeof(record->memories);
	record->memory.type = INET_DIAG_SKMEMINFO;
	record->memories[0] = sk->sk_backlog.rmem_alloc.counter;
	record->memories[1] = sk->sk_rcvbuf;
	record->memories[2] = sk->sk_wmem_alloc.refs.counter - 1;
	record->memories[3] = sk->sk_sndbuf;
	record->memories[4] = sk->sk_forward_alloc;
	record->memories[5] = sk->sk_wmem_queued;
	record->memories[6] = sk->sk_omem_alloc.counter;
	record->memories[7] = sk->sk_backlog.len;
	record->memories[8] = drops;
}

/* The options of a socket as a message has them: of each its bit in inet_flags (include/net/inet_sock.h), the lowest of the
 * message first. */
static ALWAYS_INLINE u32 options(u64 flags)
{
	return (flags >> 9 & 1) | (flags >> 16 & 1) << 1 | (flags >> 11 & 1) << 2 | (flags >> 12 & 1) << 3 |
	       (flags >> 13 & 1) << 4 | (flags >> 15 & 1) << 5 | (flags >> 14 & 1) << 6 | (flags >> 17 & 1) << 7 |
	       (flags >> 18 & 1) << 8 | (flags >> 10 & 1) << 9 | (flags >> 19 & 1) << 10;
}

/* What lies in the part that sockets of IP have in common. */
static ALWAYS_INLINE void fill_inet(struct inet_record *record, u8 tos, u64 flags)
{
	struct inet_sock *inet = 0;

	set_byte(&record->tos, INET_DIAG_TOS, tos);
	set_byte(&record->options, INET_DIAG_SOCKOPT, 0);
	record->options.length = sizeof(record->options.length) * 2 + sizeof(u16);
	record->options.value = options(flags);
	/* Older kernels have bits of another kind: what is not known is an attribute that nobody reads. */
	if (!FIELD_EXISTS(inet, inet_flags))
		record->options.type = 0;
}

/* What comes after a record. */
struct tail {
	struct attribute32 tclass;
	struct attribute32 v6only;
};

/* How long the part of a record that not every socket has will be. */
static ALWAYS_INLINE u32 tail_length(struct inet_record *record)
{
	if (record->family != AF_INET6)
		return 0;
	return record->state == TCP_LISTEN || record->state == TCP_CLOSE ? sizeof(struct tail) : sizeof(struct attribute32);
}

static ALWAYS_INLINE int put_tail(struct listing *listing, struct iter_task_file *context, struct sock *sk, u8 tclass,
				  u32 length)
{
	struct sock_common *common = &sk->__sk_common;
	struct tail tail = {};

	set_byte(&tail.tclass, INET_DIAG_TCLASS, tclass);
	if (length == sizeof(tail)) {
		set_byte(&tail.v6only, INET_DIAG_SKV6ONLY, BITS(common, skc_ipv6only));
		return put(listing, context, &tail, sizeof(tail));
	}
	return put(listing, context, &tail.tclass, sizeof(tail.tclass));
}

static ALWAYS_INLINE void write_datagrams(struct listing *listing, struct iter_task_file *context,
					  struct inode *inode, struct sock *sk)
{
	struct inet_record *record = &listing->record;
	struct inet_sock *inet = (struct inet_sock *)sk;
	u32 tail;
	u64 flags = 0;

	fill(record, context, inode, sk);
	if (FIELD_EXISTS(inet, inet_flags))
		flags = READ(inet, inet_flags);
	fill_inet(record, READ(inet, tos), flags);
	record->rqueue = record->memories[0];
	record->wqueue = record->memories[2];
	/* What was read and is not yet given back. */
	if (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE)
		record->rqueue -= READ((struct udp_sock *)sk, forward_deficit);
	tail = tail_length(record);
	record->message.length = __builtin_offsetof(struct inet_record, congestion) + tail;
	if (put(listing, context, record, __builtin_offsetof(struct inet_record, congestion)) && tail)
		put_tail(listing, context, sk, READ(READ(inet, pinet6), tclass), tail);
}

/* Which timer runs, and until when. */
static ALWAYS_INLINE void fill_timer(struct inet_record *record, struct tcp_sock *tp)
{
	struct inet_connection_sock *connection = &tp->inet_conn;
	struct sock *sk = &connection->icsk_inet.sk;
	u64 expires = 0, keepalive = 0, now = jiffies64();
	u8 pending = connection->icsk_pending;

	if (FIELD_EXISTS(connection, icsk_timeout))
		expires = connection->icsk_timeout;
	else if (FIELD_EXISTS(connection, icsk_retransmit_timer))
		expires = connection->icsk_retransmit_timer.expires;
	else if (FIELD_EXISTS(sk, tcp_retransmit_timer))
		expires = sk->tcp_retransmit_timer.expires;
	else
		set_byte(&record->has_timer, ATTR_TIMER, 0);
	if (FIELD_EXISTS(connection, icsk_keepalive_timer)) {
		if (connection->icsk_keepalive_timer.entry.pprev)
			keepalive = connection->icsk_keepalive_timer.expires;
	} else if (FIELD_EXISTS(sk, sk_timer)) {
		if (sk->sk_timer.entry.pprev)
			keepalive = sk->sk_timer.expires;
	} else {
		set_byte(&record->has_timer, ATTR_TIMER, 0);
	}
	if (pending == PENDING_RETRANSMIT || pending == PENDING_LOSS_PROBE || pending == PENDING_REORDER) {
		record->timer = TIMER_RETRANSMIT;
		record->count = connection->icsk_retransmits;
	} else if (pending == PENDING_PROBE) {
		record->timer = TIMER_PROBE;
		record->count = connection->icsk_probes_out;
	} else if (keepalive) {
		record->timer = TIMER_KEEPALIVE;
		record->count = connection->icsk_probes_out;
		expires = keepalive;
	} else {
		return;
	}
	record->expires = (s64)(expires - now) > 0 ? milliseconds(expires - now) : 0;
}

/* The name of the congestion control. Nearly all sockets have the same. */
static ALWAYS_INLINE void fill_congestion(struct listing *listing, const struct tcp_congestion_ops *ops)
{
	struct inet_record *record = &listing->record;

	if (listing->congestion == (u64)ops)
		return;
	record->congestion.length = sizeof(record->congestion) + sizeof(record->congestion_name);
	record->congestion.type = INET_DIAG_CONG;
	read_kernel(record->congestion_name, sizeof(record->congestion_name), ops->name);
	listing->congestion = (u64)ops;
}

static ALWAYS_INLINE int is_bbr(const struct inet_record *record)
{
	struct bbr *bbr = 0;

	return record->congestion_name[0] == 'b' && record->congestion_name[1] == 'b' &&
	       record->congestion_name[2] == 'r' && !record->congestion_name[3] && FIELD_EXISTS(bbr, bw) &&
	       FIELD_EXISTS(bbr, lt_use_bw);
}

static ALWAYS_INLINE void write_tcp(struct listing *listing, struct iter_task_file *context, struct inode *inode,
				    struct tcp_sock *tp)
{
	struct inet_record *record = &listing->record;
	struct inet_connection_sock *connection = &tp->inet_conn;
	struct inet_sock *inet = &connection->icsk_inet;
	const struct tcp_congestion_ops *congestion = connection->icsk_ca_ops;
	const struct tcp_ulp_ops *above = connection->icsk_ulp_ops;
	u32 figures = figures_length(), tail, length;
	struct bbr_record bbr;
	struct above_record name = {};

	if (!type_of_files_struct)
		touch(tp);
	fill(record, context, inode, &inet->sk);
	fill_inet(record, inet->tos, FIELD_EXISTS(inet, inet_flags) ? inet->inet_flags : 0);
	fill_timer(record, tp);
	fill_congestion(listing, congestion);
	fill_figures(&record->figures, tp, record->state);
	if (record->state == TCP_LISTEN) {
		record->rqueue = inet->sk.sk_ack_backlog;
		record->wqueue = inet->sk.sk_max_ack_backlog;
	} else {
		int unread = tp->rcv_nxt - tp->copied_seq;

		record->rqueue = unread > 0 ? unread : 0;
		record->wqueue = tp->write_seq - tp->snd_una;
	}
	record->info.length = sizeof(record->info) + figures;
	record->info.type = INET_DIAG_INFO;
	length = __builtin_offsetof(struct inet_record, figures) + figures;
	tail = tail_length(record);
	record->message.length = length + tail;
	if (above)
		record->message.length += sizeof(name);
	if (is_bbr(record))
		record->message.length += sizeof(bbr);
	else if (congestion->get_info)
		record->message.flags |= ASK_CONGESTION;
	if (!put(listing, context, record, length))
		return;
	if (tail && !put_tail(listing, context, &inet->sk, inet->pinet6->tclass, tail))
		return;
	if (is_bbr(record)) {
		fill_bbr(&bbr, tp);
		if (!put(listing, context, &bbr, sizeof(bbr)))
			return;
	}
	if (above) {
		name.nest.length = sizeof(name);
		name.nest.type = INET_DIAG_ULP_INFO;
		name.name.length = sizeof(name) - sizeof(name.nest);
		name.name.type = INET_ULP_INFO_NAME;
		read_kernel(name.text, sizeof(name.text), above->name);
		put(listing, context, &name, sizeof(name));
	}
}

/* Whether it has the message of a dump. */
static ALWAYS_INLINE int is_datagrams(u16 type, u16 protocol)
{
	return type == SOCK_RAW || (type == SOCK_DGRAM && (protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
							   protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6));
}

SEC("iter/task_file")
int list_sockets(struct iter_task_file *context)
{
	struct task_struct *task = context->task;
	struct file *file = context->file;
	struct listing *listing;
	struct inode *inode;
	struct tcp_sock *tp;
	struct socket *socket;
	struct sock *sk;
	u32 zero = 0;
	u16 family;

	if (!file || !task)
		return 0;
	inode = file->f_inode;
	socket = socket_of_file(file);
	if (!socket)
		return 0;
	look_ahead(context, task, file, WHOLE);
	listing = map_lookup(&listings, &zero);
	sk = socket->sk;
	if (!listing || !sk || !begin(listing, context, task) || !put_counts(listing, context, task, sk))
		return 0;
	family = sk->__sk_common.skc_family;
	if (family != AF_INET && family != AF_INET6) {
		write_descriptor(listing, context, inode, sk);
		return 0;
	}
	if (is_datagrams(sk->sk_type, sk->sk_protocol)) {
		write_datagrams(listing, context, inode, sk);
		return 0;
	}
	tp = sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP ? tcp_sock_of(sk) : 0;
	if (tp)
		write_tcp(listing, context, inode, tp);
	else
		write_descriptor(listing, context, inode, sk);
	return 0;
}

/* The same, with nothing told of any socket but what the process has moved. */
SEC("iter/task_file")
int list_descriptors(struct iter_task_file *context)
{
	struct task_struct *task = context->task;
	struct file *file = context->file;
	struct listing *listing;
	struct socket *socket;
	struct sock *sk;
	u32 zero = 0;

	if (!file || !task)
		return 0;
	socket = socket_of_file(file);
	if (!socket)
		return 0;
	look_ahead(context, task, file, DESCRIPTOR);
	listing = map_lookup(&listings, &zero);
	sk = socket->sk;
	if (listing && sk && begin(listing, context, task) && put_counts(listing, context, task, sk))
		write_descriptor(listing, context, file->f_inode, sk);
	return 0;
}

#endif
