/* What the programs and the reader share. The reader has the same layouts in src/bpf/abi.rs; both assert the sizes. */
#ifndef NETMONITOR_ABI_H
#define NETMONITOR_ABI_H

#include "kernel.h"

/* A process: a number may be used again, so it stands beside the time since boot at which the process began. */
struct process_key {
	u64 start; /* nanoseconds */
	u32 tgid;
	u32 zero;
};

/* What a process does with a socket. */
struct socket_key {
	u64 start;
	u64 cookie;
	u32 tgid;
	u32 zero;
};

/* Payload as calls returned it, and how many calls moved some. */
struct counts {
	u64 rx_bytes;
	u64 tx_bytes;
	u64 rx_calls;
	u64 tx_calls;
};

/* A process as it was when it was first seen to send or receive, and what it moved through sockets that there was no
 * room for. */
struct process_seen {
	struct counts rest;
	u64 cgroup;
	u32 ppid;
	u32 uid;
	u32 netns;
	u32 ended; /* its last thread has ended: it moves nothing any more */
	char comm[16];
};

/* A socket as it was when a process was first seen to use it. Ports in host byte order, addresses as on the wire; those of
 * other families than IP are zero. */
struct socket_seen {
	u8 local[16];
	u8 remote[16];
	u32 netns;
	u16 local_port;
	u16 remote_port;
	u16 family;
	u16 type;
	u16 protocol;
	u16 closed; /* nobody can use it any more */
};

_Static_assert(sizeof(struct process_key) == 16, "process_key");
_Static_assert(sizeof(struct socket_key) == 24, "socket_key");
_Static_assert(sizeof(struct counts) == 32, "counts");
_Static_assert(sizeof(struct process_seen) == 72, "process_seen");
_Static_assert(sizeof(struct socket_seen) == 48, "socket_seen");

#endif
