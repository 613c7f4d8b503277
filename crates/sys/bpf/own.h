/* The sockets of one process, so that what it moved can be told without going through what everybody did.
 *
 * Those that it begins to use are kept apart until they are asked for; what it moved through those that it has open is
 * written where they are listed (sockets.h).
 */
#ifndef NETMONITOR_OWN_H
#define NETMONITOR_OWN_H

#include "abi.h"
#include "kernel.h"

/* Between two readings. */
#define BEGUN 4096

struct {
	MAP_TYPE(ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(struct own_process);
} own_process SEC(".maps");

struct {
	MAP_TYPE(HASH);
	MAP_ENTRIES(BEGUN);
	MAP_KEY(struct socket_key);
	MAP_VALUE(u32);
} begun_sockets SEC(".maps");

/* The process, if this is its number. */
static ALWAYS_INLINE struct own_process *own_process_of(u32 tgid)
{
	u32 zero = 0;
	struct own_process *own = map_lookup(&own_process, &zero);

	return own && own->tgid == tgid ? own : 0;
}

/* A process moves something for the first time. */
static ALWAYS_INLINE void begin_process(const struct process_key *key)
{
	struct own_process *own = own_process_of(key->tgid);

	if (own)
		own->start = key->start;
}

/* A process has moved something through a socket for the first time. */
static ALWAYS_INLINE void begin_socket(const struct socket_key *key)
{
	struct own_process *own = own_process_of(key->tgid);
	u32 zero = 0;

	if (own && map_update(&begun_sockets, key, &zero, 0))
		__sync_fetch_and_add(&own->lost, 1);
}

#endif
