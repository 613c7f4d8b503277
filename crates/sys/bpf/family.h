/* Processes that are followed with all that descend from them, whether or not their parents still live.
 *
 * A number stands here only while its process lives: it is taken out when the last thread ends.
 */
#ifndef NETMONITOR_FAMILY_H
#define NETMONITOR_FAMILY_H

#include "kernel.h"

#define FOLLOWED 32768

struct {
	MAP_TYPE(HASH);
	MAP_ENTRIES(FOLLOWED);
	MAP_KEY(u32); /* tgid */
	MAP_VALUE(u32);
} followed SEC(".maps");

/* How many there was no room for. */
struct {
	MAP_TYPE(ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(u64);
} unfollowed SEC(".maps");

static ALWAYS_INLINE u16 is_followed(u32 tgid)
{
	return map_lookup(&followed, &tgid) != 0;
}

static ALWAYS_INLINE void forget_followed(u32 tgid)
{
	map_delete(&followed, &tgid);
}

SEC("tp_btf/sched_process_fork")
int follow_fork(u64 *arguments)
{
	struct task_struct *parent = (struct task_struct *)arguments[0];
	struct task_struct *child = (struct task_struct *)arguments[1];
	u32 tgid = parent->tgid, one = 1, zero = 0;
	u64 *lost;

	/* A new thread is of the same process. */
	if (child->tgid == parent->tgid || !map_lookup(&followed, &tgid))
		return 0;
	tgid = child->tgid;
	if (map_update(&followed, &tgid, &one, 0)) {
		lost = map_lookup(&unfollowed, &zero);
		if (lost)
			__sync_fetch_and_add(lost, 1);
	}
	return 0;
}

#endif
