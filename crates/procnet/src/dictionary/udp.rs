//! Udp, UdpLite, Udp6 and UdpLite6: four groups of the same counters, as `net/snmp` and `net/snmp6` print
//! them. `net/ipv4/proc.c` `snmp4_udp_list`, `net/ipv6/proc.c` `snmp6_udp6_list`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// What the four groups have in common: given the group's name, the protocol in words, the kernel's source
/// file and its functions that read, send and receive, and the counter of ICMP messages about closed ports.
macro_rules! common {
    (
        $name:literal, $what:literal, $file:literal, $read:literal, $send:literal, $receive:literal,
        $icmp:literal
    ) => {{
        const UDP: Group = Group::new($name, FileScope::Namespace, Unit::Packets);
        [
            UDP.normal("InDatagrams", concat!($what, " input datagrams"))
                .meaning(concat!(
                    $what,
                    " datagrams that programs have read. They count when they are read, not when they ",
                    "arrive: what waits in a socket is not in it. What a tunnel takes counts at once."
                ))
                .source(concat!($file, " ", $read, "; RFC 4113 udpInDatagrams"))
                .related(&[concat!($name, ".InErrors"), concat!($name, ".OutDatagrams")]),
            UDP.watch("NoPorts", concat!($what, " datagrams for no port"))
                .meaning(concat!(
                    "A ",
                    $what,
                    " datagram arrived for a port where no socket listens. Its sender is told so by ICMP."
                ))
                .next("Capture and look at the port: a service that is down, late answers, or a port scan.")
                .source(concat!($file, " ", $receive, "; RFC 4113 udpNoPorts"))
                .related(&[$icmp, concat!($name, ".InErrors")]),
            UDP.warning("InErrors", concat!($what, " receive errors"))
                .meaning(concat!(
                    "A ",
                    $what,
                    " datagram was lost before it reached its program. RcvbufErrors, MemErrors and ",
                    "InCsumErrors are in it: do not add them. The rest was refused by a filter or a policy."
                ))
                .next("See which of the three grows with it, then the drops of the sockets.")
                .source(concat!($file, " ", $receive, "; RFC 4113 udpInErrors"))
                .related(&[
                    concat!($name, ".RcvbufErrors"),
                    concat!($name, ".InCsumErrors"),
                    concat!($name, ".MemErrors"),
                    "udp.drops",
                ]),
            UDP.normal("OutDatagrams", concat!($what, " output datagrams"))
                .meaning(concat!($what, " datagrams sent. A send that is cut later (GSO) counts once."))
                .source(concat!($file, " ", $send, "; RFC 4113 udpOutDatagrams"))
                .related(&[concat!($name, ".SndbufErrors"), concat!($name, ".InDatagrams")]),
            UDP.warning("RcvbufErrors", concat!($what, " receive buffer errors"))
                .meaning(concat!(
                    "A ",
                    $what,
                    " datagram was dropped because the receive buffer of its socket was full. Each one is ",
                    "also an InErrors."
                ))
                .next(
                    "Find the socket by its drops: its program reads too slowly. A larger buffer (SO_RCVBUF, \
                     net.core.rmem_max) helps against bursts only.",
                )
                .source(concat!($file, " ", $receive))
                .related(&["udp.drops", concat!($name, ".InErrors"), concat!($name, ".MemErrors")]),
            UDP.warning("SndbufErrors", concat!($what, " send buffer errors"))
                .meaning(concat!(
                    "A ",
                    $what,
                    " datagram was not sent for want of room: the socket's send buffer or the device's ",
                    "queue was full."
                ))
                .next("Look at the drops of the device's queue (tc -s qdisc), then at SO_SNDBUF.")
                .source(concat!($file, " ", $send))
                .related(&[concat!($name, ".OutDatagrams"), "Ip.OutDiscards"]),
            UDP.warning("InCsumErrors", concat!($what, " input checksum errors"))
                .meaning(concat!(
                    "The checksum of a ",
                    $what,
                    " datagram was wrong, found when it arrived or when it was read. Each one is also an ",
                    "InErrors."
                ))
                .next("Suspect hardware, a broken offload or a device that rewrites packets.")
                .source(concat!($file, " ", $receive, ", ", $read))
                .related(&[concat!($name, ".InErrors"), "IpExt.InCsumErrors"]),
            UDP.warning("MemErrors", concat!($what, " memory errors"))
                .meaning(concat!(
                    "A ",
                    $what,
                    " datagram was dropped because all UDP of the machine used up its memory (udp_mem). ",
                    "Each one is also an InErrors."
                ))
                .next("Compare sockstat's UDP mem with net.ipv4.udp_mem, both in pages; find full sockets.")
                .source(concat!($file, " ", $receive))
                .related(&["sockstat.UDP.mem", concat!($name, ".InErrors"), concat!($name, ".RcvbufErrors")])
                .since("5.11"),
        ]
    }};
}

/// UDP over IPv4.
pub(super) const UDP: &[Entry] = &common!(
    "Udp",
    "UDP",
    "net/ipv4/udp.c",
    "udp_recvmsg",
    "udp_send_skb, udp_sendmsg",
    "__udp4_lib_rcv, __udp_queue_rcv_skb",
    "Icmp.OutDestUnreachs"
);

/// UDP-Lite over IPv4.
pub(super) const UDP_LITE: &[Entry] = &common!(
    "UdpLite",
    "UDP-Lite",
    "net/ipv4/udp.c",
    "udp_recvmsg",
    "udp_send_skb, udp_sendmsg",
    "__udp4_lib_rcv, __udp_queue_rcv_skb",
    "Icmp.OutDestUnreachs"
);

/// UDP over IPv6.
pub(super) const UDP6: &[Entry] = &common!(
    "Udp6",
    "UDPv6",
    "net/ipv6/udp.c",
    "udpv6_recvmsg",
    "udp_v6_send_skb, udpv6_sendmsg",
    "__udp6_lib_rcv, __udpv6_queue_rcv_skb",
    "Icmp6.OutDestUnreachs"
);

/// UDP-Lite over IPv6.
pub(super) const UDP_LITE6: &[Entry] = &common!(
    "UdpLite6",
    "UDP-Lite6",
    "net/ipv6/udp.c",
    "udpv6_recvmsg",
    "udp_v6_send_skb, udpv6_sendmsg",
    "__udp6_lib_rcv, __udpv6_queue_rcv_skb",
    "Icmp6.OutDestUnreachs"
);

/// Multicast that nobody wanted; UdpLite6 does not print it.
pub(super) const IGNORED_MULTI: &[Entry] = &[
    ignored_multi("Udp", "net/ipv4/udp.c __udp4_lib_mcast_deliver")
        .related(&["IpExt.InMcastPkts", "Udp.NoPorts"]),
    ignored_multi("UdpLite", "net/ipv4/udp.c __udp4_lib_mcast_deliver").related(&["IpExt.InMcastPkts"]),
    ignored_multi("Udp6", "net/ipv6/udp.c __udp6_lib_mcast_deliver")
        .related(&["Ip6.InMcastPkts", "Udp6.NoPorts"]),
];

const fn ignored_multi(group: &'static str, source: &'static str) -> Entry {
    Group::new(group, FileScope::Namespace, Unit::Packets)
        .normal("IgnoredMulti", "ignored multicast datagrams")
        .meaning(
            "A multicast or broadcast datagram arrived for which no socket asked; no ICMP is sent for it. \
             Announcements of other hosts on the link cause it.",
        )
        .source(source)
        .since("3.19")
}
