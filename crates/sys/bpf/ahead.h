/* Has memory brought near before it is read: most of the time that a socket takes is waiting for it.
 *
 * Nothing that is loaded here is looked at. A pointer that is none any more costs nothing but the load.
 */
#ifndef NETMONITOR_AHEAD_H
#define NETMONITOR_AHEAD_H

#include "abi.h"
#include "kernel.h"

/* Loads that do not wait for each other, one right after the other, wait together: one of each part of a TCP socket that is
 * read. */
static ALWAYS_INLINE void touch(struct tcp_sock *tp)
{
	struct inet_connection_sock *connection = &tp->inet_conn;
	struct inet_sock *inet = &connection->icsk_inet;
	struct sock *sk = &inet->sk;

	TOUCH(sk->__sk_common.skc_family);
	TOUCH(sk->__sk_common.skc_cookie.counter);
	TOUCH(sk->sk_drops.counter);
	TOUCH(sk->sk_rcvbuf);
	TOUCH(sk->sk_forward_alloc);
	TOUCH(sk->sk_max_pacing_rate);
	TOUCH(sk->sk_mark);
	TOUCH(sk->sk_cgrp_data.cgroup);
	if (FIELD_EXISTS(sk, sk_drop_counters))
		TOUCH(sk->sk_drop_counters);
	TOUCH(inet->tos);
	if (FIELD_EXISTS(connection, icsk_retransmit_timer))
		TOUCH(connection->icsk_retransmit_timer.expires);
	TOUCH(connection->icsk_rto);
	TOUCH(connection->icsk_ulp_ops);
	TOUCH(tp->rcv_ssthresh);
	TOUCH(tp->snd_cwnd);
	TOUCH(tp->snd_ssthresh);
	TOUCH(tp->segs_out);
	TOUCH(tp->ecn_flags);
	TOUCH(tp->snd_nxt);
	TOUCH(tp->bytes_received);
	TOUCH(tp->bytes_acked);
	TOUCH(tp->dsack_dups);
	TOUCH(tp->reord_seen);
	TOUCH(tp->total_retrans);
	if (FIELD_EXISTS(tp, plb_rehash))
		TOUCH(tp->plb_rehash);
}

enum told { DESCRIPTOR, WHOLE };

/* Numbers of the kernel's types; 0 where it makes no pointers to them. */
volatile const u32 type_of_files_struct;
volatile const u32 type_of_socket;
volatile const u32 type_of_tcp_sock;

/* The same for the sockets that come next, all of the first and of each other one what leads to it: one lies behind three
 * pointers, one after the other. While this socket is told the loads come to their end. */
static ALWAYS_INLINE void look_ahead(struct iter_task_file *context, struct task_struct *task, struct file *file,
				     enum told told)
{
	struct fdtable *table = task->files->fdt;
	struct files_struct *files = 0;
	struct file *next;
	struct socket *socket;
	u64 fd = context->fd;

	if (!type_of_files_struct || fd + 3 >= table->max_fds)
		return;
	/* As if they were the first ones of such a structure. */
	files = pointer_to((void *)(table->fd + fd + 1) - __builtin_preserve_field_info(files->fd_array[0], 0),
			   type_of_files_struct);
	next = files->fd_array[0];
	if (next->f_op == file->f_op) {
		socket = pointer_to(next->private_data, type_of_socket);
		if (told == WHOLE) {
			touch(pointer_to(socket->sk, type_of_tcp_sock));
		} else {
			TOUCH(socket->sk->__sk_common.skc_family);
			TOUCH(socket->sk->__sk_common.skc_cookie.counter);
			TOUCH(socket->sk->sk_type);
		}
	}
	next = files->fd_array[1];
	if (next->f_op == file->f_op) {
		socket = pointer_to(next->private_data, type_of_socket);
		TOUCH(socket->sk);
		TOUCH(next->f_inode->i_uid.val);
		TOUCH(next->f_inode->i_ino);
	}
	next = files->fd_array[2];
	TOUCH(next->f_op);
	if (FIELD_EXISTS(next, f_ref))
		TOUCH(next->f_ref.refcnt.counter);
	else
		TOUCH(next->f_count.counter);
}

#endif
