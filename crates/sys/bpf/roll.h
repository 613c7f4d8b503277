/* Tells which processes there are, those that move nothing as well. */
#ifndef NETMONITOR_ROLL_H
#define NETMONITOR_ROLL_H

#include "abi.h"
#include "kernel.h"

SEC("iter/task")
int list_processes(struct iter_task *found)
{
	struct task_struct *task = found->task;
	struct present present = { .sockets = UNKNOWN };

	/* A process has the number of its first thread, which stays until the last one has ended. */
	if (!task || READ(task, pid) != READ(task, tgid) || READ(task, flags) & PF_KTHREAD)
		return 0;
	if (!READ(READ(task, signal), live.counter))
		return 0;
	present.start = READ(task, start_boottime);
	present.cgroup = READ(READ(READ(READ(task, cgroups), dfl_cgrp), kn), id);
	present.tgid = READ(task, tgid);
	present.ppid = READ(READ(task, real_parent), tgid);
	present.uid = READ(READ(task, cred), uid.val);
	/* One whose first thread has ended is in none that could be told. */
	present.netns = READ(READ(READ(task, nsproxy), net_ns), ns.inum);
	read_kernel(present.comm, sizeof(present.comm), task->comm);
	seq_write(found->meta->seq, &present, sizeof(present));
	return 0;
}

#endif
