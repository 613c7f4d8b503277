/* Counts packets of IP as they go over the wire, by socket: what is sent with all headers from IP's on, what TCP sends again, and
 * what only acknowledges. A packet that the hardware or the kernel will cut into segments is counted as those.
 *
 * Attached only where that is asked for, at the root of the control groups. Packets of no socket, those that a packet socket
 * sends, and frames that are none of IP do not come here.
 */
#ifndef NETMONITOR_WIRE_H
#define NETMONITOR_WIRE_H

#include "abi.h"
#include "kernel.h"

struct {
	MAP_TYPE(HASH);
	MAP_ENTRIES(1); /* the reader makes room where it is asked for */
	MAP_KEY(u64);	/* cookie */
	MAP_VALUE(struct wire_seen);
} wire SEC(".maps");

/* Sockets that there was no room for. */
struct {
	MAP_TYPE(ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(struct wire_seen);
} wire_rest SEC(".maps");

/* What programs see of a packet (include/uapi/linux/bpf.h), as far as it is read. */
struct __sk_buff {
	u32 len;
	u32 unread[43];
	u32 gso_size;
};

/* What programs see of a socket. */
struct bpf_sock {
	u32 bound_dev_if;
	u32 family;
	u32 type;
	u32 protocol;
};

_Static_assert(__builtin_offsetof(struct __sk_buff, gso_size) == 176, "__sk_buff");

#define PROTOCOL_HOP 0
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define IP6_HEADER 40
#define UDP_HEADER 8

static ALWAYS_INLINE u32 byte_of(struct __sk_buff *skb, u32 place)
{
	u8 byte = 0;

	load_bytes(skb, place, &byte, sizeof(byte));
	return byte;
}

/* Adds what cutting a packet into segments adds: the headers of all but the first. */
static ALWAYS_INLINE void cut(struct __sk_buff *skb, u64 *bytes, u64 *packets)
{
	u32 network, protocol, headers, segments;

	if (byte_of(skb, 0) >> 4 == 4) {
		network = (byte_of(skb, 0) & 15) * 4;
		protocol = byte_of(skb, 9);
	} else {
		network = IP6_HEADER;
		protocol = byte_of(skb, 6);
		/* Only what is too long for IPv6's own field has this, and its segments have not. */
		if (protocol == PROTOCOL_HOP && !byte_of(skb, 4) && !byte_of(skb, 5)) {
			protocol = byte_of(skb, IP6_HEADER);
			network += (byte_of(skb, IP6_HEADER + 1) + 1) * 8;
		}
	}
	if (protocol == PROTOCOL_TCP)
		headers = network + (byte_of(skb, network + 12) >> 4) * 4;
	else if (protocol == PROTOCOL_UDP)
		headers = network + UDP_HEADER;
	else
		return;
	if (skb->len <= headers)
		return;
	segments = (skb->len - headers + skb->gso_size - 1) / skb->gso_size;
	if (byte_of(skb, 0) >> 4 == 6) {
		*bytes -= network - IP6_HEADER;
		headers -= network - IP6_HEADER;
	}
	*bytes += (u64)(segments - 1) * headers;
	*packets = segments;
}

static ALWAYS_INLINE void count_packet(struct __sk_buff *skb, int is_sent)
{
	u64 cookie = socket_cookie(skb), bytes = skb->len, packets = 1;
	struct wire_seen *seen = map_lookup(&wire, &cookie), new = {};
	u32 zero = 0;

	if (skb->gso_size)
		cut(skb, &bytes, &packets);
	if (!seen) {
		map_update(&wire, &cookie, &new, NOEXIST);
		seen = map_lookup(&wire, &cookie);
	}
	if (!seen)
		seen = map_lookup(&wire_rest, &zero);
	if (!seen)
		return;
	if (is_sent) {
		__sync_fetch_and_add(&seen->tx_bytes, bytes);
		__sync_fetch_and_add(&seen->tx_packets, packets);
	} else {
		__sync_fetch_and_add(&seen->rx_bytes, bytes);
		__sync_fetch_and_add(&seen->rx_packets, packets);
	}
}

SEC("cgroup_skb/egress")
int wire_sent(struct __sk_buff *skb)
{
	count_packet(skb, 1);
	return 1;
}

SEC("cgroup_skb/ingress")
int wire_received(struct __sk_buff *skb)
{
	count_packet(skb, 0);
	return 1;
}

static ALWAYS_INLINE void end_wire(u64 cookie)
{
	struct wire_seen *seen = map_lookup(&wire, &cookie);

	if (seen)
		seen->ended = 1;
}

/* A connection goes on after it was closed, until this. */
SEC("tp_btf/tcp_destroy_sock")
int wire_destroyed(u64 *arguments)
{
	end_wire(socket_cookie((void *)arguments[0]));
	return 0;
}

SEC("cgroup/sock_release")
int wire_released(struct bpf_sock *socket)
{
	if (socket->protocol != PROTOCOL_TCP)
		end_wire(socket_cookie(socket));
	return 1;
}

#endif
