/* Counts what TCP hands over without a copy, by getsockopt(TCP_ZEROCOPY_RECEIVE): it passes no tracepoint of sockets. The
 * kernel tells the program how much that was, in memory of its own that is read when the call ends.
 */
#ifndef NETMONITOR_ZEROCOPY_H
#define NETMONITOR_ZEROCOPY_H

#include "count.h"

#define SOL_TCP 6
#define TCP_ZEROCOPY_RECEIVE 35

/* struct tcp_zerocopy_receive (include/uapi/linux/tcp.h) up to what is read of it. */
struct zerocopy {
	u64 address;
	u32 length; /* mapped */
	u32 recv_skip_hint;
	u32 inq;
	int err;
	u64 copybuf_address;
	int copybuf_len; /* copied, by kernels and programs that know it */
};

#define WITHOUT_COPIES 24
#define WITH_COPIES 36

SEC("tracepoint/syscalls/sys_enter_getsockopt")
int enter_getsockopt(struct sys_enter *enter)
{
	struct call call = {};
	u64 thread;

	if ((int)enter->arguments[1] != SOL_TCP || (int)enter->arguments[2] != TCP_ZEROCOPY_RECEIVE)
		return 0;
	thread = current_pid_tgid();
	call.sk = stream_of(enter->arguments[0]);
	call.value = enter->arguments[3];
	call.length = enter->arguments[4];
	if (call.sk)
		map_update(&calls, &thread, &call, 0);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_getsockopt")
int exit_getsockopt(struct sys_exit *exit)
{
	struct zerocopy told = {};
	int length = 0;
	u64 received;
	struct call call;

	if (!take_call(&call) || exit->result)
		return 0;
	read_user(&length, sizeof(length), (void *)call.length);
	if (length < WITHOUT_COPIES)
		return 0;
	if (length >= WITH_COPIES)
		read_user(&told, WITH_COPIES, (void *)call.value);
	else
		read_user(&told, WITHOUT_COPIES, (void *)call.value);
	received = told.length;
	if (told.copybuf_len > 0)
		received += told.copybuf_len;
	if (received)
		count_call(call.sk, received);
	return 0;
}

#endif
