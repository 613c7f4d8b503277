/* What is known at the beginning and at the end of a system call. */
#ifndef NETMONITOR_CALLS_H
#define NETMONITOR_CALLS_H

#include "kernel.h"

struct sys_enter {
	u64 common;
	s64 number;
	u64 arguments[6];
};

struct sys_exit {
	u64 common;
	s64 number;
	s64 result;
};

#define S_IFMT 0170000
#define S_IFSOCK 0140000

/* The socket behind a descriptor of the current thread. */
static ALWAYS_INLINE struct sock *sock_of(u32 fd)
{
	struct task_struct *task = current_task();
	struct fdtable *table = READ(READ(task, files), fdt);
	struct file *file = 0;

	if (fd >= READ(table, max_fds))
		return 0;
	read_kernel(&file, sizeof(file), READ(table, fd) + fd);
	if (!file || (READ(READ(file, f_inode), i_mode) & S_IFMT) != S_IFSOCK)
		return 0;
	return READ((struct socket *)READ(file, private_data), sk);
}

#endif
