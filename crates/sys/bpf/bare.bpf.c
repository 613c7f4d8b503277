/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 *
 * For a bench: the least that lists sockets with their addresses, and as much of TCP as netmonitor tells or next to nothing of it.
 */
#include "figures.h"
#include "kernel.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct bare {
	u64 inode, cookie;
	u32 process, descriptor, local, remote;
	u16 local_port, remote_port;
	u32 state, cwnd, total_retrans;
	struct figures figures;
};

static ALWAYS_INLINE void list(struct iter_task_file *found, int is_whole)
{
	struct task_struct *task = found->task;
	struct file *file = found->file;
	struct bare bare = {};
	struct socket *socket;
	struct tcp_sock *tp;
	struct sock *sk;

	if (!file || !task)
		return;
	socket = socket_of_file(file);
	sk = socket ? socket->sk : 0;
	tp = sk ? tcp_sock_of(sk) : 0;
	if (!tp)
		return;
	bare.process = task->tgid;
	bare.descriptor = found->fd;
	bare.inode = file->f_inode->i_ino;
	bare.cookie = socket_cookie(sk);
	bare.local = sk->__sk_common.skc_rcv_saddr;
	bare.remote = sk->__sk_common.skc_daddr;
	bare.local_port = sk->__sk_common.skc_num;
	bare.remote_port = sk->__sk_common.skc_dport;
	bare.state = sk->__sk_common.skc_state;
	if (is_whole) {
		fill_figures(&bare.figures, tp, bare.state);
		seq_write(found->meta->seq, &bare, sizeof(bare));
		return;
	}
	bare.cwnd = tp->snd_cwnd;
	bare.total_retrans = tp->total_retrans;
	seq_write(found->meta->seq, &bare, __builtin_offsetof(struct bare, figures));
}

SEC("iter/task_file")
int list_bare(struct iter_task_file *found)
{
	list(found, 0);
	return 0;
}

SEC("iter/task_file")
int list_bare_figures(struct iter_task_file *found)
{
	list(found, 1);
	return 0;
}
