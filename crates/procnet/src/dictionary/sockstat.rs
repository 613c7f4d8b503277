//! Figures of `net/sockstat` and `net/sockstat6`: how many sockets there are, and their memory. Groups are
//! the file's, with `sockstat.` before them. `net/ipv4/proc.c` `sockstat_seq_show`, `net/ipv6/proc.c`
//! `sockstat6_seq_show`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// All sockets.
const SOCKETS: Group = Group::new("sockstat.sockets", FileScope::Namespace, Unit::Count);
/// TCP sockets.
const TCP: Group = Group::new("sockstat.TCP", FileScope::Namespace, Unit::Count);
/// UDP sockets.
const UDP: Group = Group::new("sockstat.UDP", FileScope::Namespace, Unit::Count);
/// UDP-Lite sockets.
const UDPLITE: Group = Group::new("sockstat.UDPLITE", FileScope::Namespace, Unit::Count);
/// Raw sockets.
const RAW: Group = Group::new("sockstat.RAW", FileScope::Namespace, Unit::Count);
/// Reassembly of IPv4.
const FRAG: Group = Group::new("sockstat.FRAG", FileScope::Namespace, Unit::Count);
/// TCP sockets of IPv6.
const TCP6: Group = Group::new("sockstat.TCP6", FileScope::Namespace, Unit::Count);
/// UDP sockets of IPv6.
const UDP6: Group = Group::new("sockstat.UDP6", FileScope::Namespace, Unit::Count);
/// UDP-Lite sockets of IPv6.
const UDPLITE6: Group = Group::new("sockstat.UDPLITE6", FileScope::Namespace, Unit::Count);
/// Raw sockets of IPv6.
const RAW6: Group = Group::new("sockstat.RAW6", FileScope::Namespace, Unit::Count);
/// Reassembly of IPv6.
const FRAG6: Group = Group::new("sockstat.FRAG6", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    SOCKETS
        .gauge("used", "used")
        .meaning("Sockets of the namespace that exist now, of every family, kernel-made ones left out.")
        .next("If it only rises: find the process whose descriptors grow.")
        .source("net/socket.c socket_seq_show; net/core/sock.c sock_inuse_get")
        .related(&["sockstat.TCP.inuse", "sockstat.UDP.inuse"]),
    TCP.gauge("inuse", "in use")
        .meaning(
            "TCP sockets of the namespace over IPv4 now: listening, connecting and connected. TIME_WAIT is \
             not in it.",
        )
        .source("net/ipv4/proc.c sockstat_seq_show")
        .related(&["Tcp.CurrEstab", "sockstat.TCP6.inuse"]),
    TCP.gauge("orphan", "orphans")
        .scope(FileScope::Host)
        .meaning(
            "TCP sockets of the whole machine that no process holds any more and that still finish their \
             connection.",
        )
        .next(
            "Compare net.ipv4.tcp_max_orphans: beyond it they are reset; look for peers that do not answer.",
        )
        .source("net/ipv4/proc.c sockstat_seq_show; net/ipv4/tcp.c tcp_orphan_count_sum")
        .related(&["TcpExt.TCPAbortOnMemory"]),
    TCP.gauge("tw", "time wait")
        .meaning("TCP connections of the namespace in TIME_WAIT now, both families.")
        .next("Compare net.ipv4.tcp_max_tw_buckets; many toward one destination use up its ports.")
        .source("net/ipv4/proc.c sockstat_seq_show")
        .related(&["TcpExt.TW", "TcpExt.TCPTimeWaitOverflow"]),
    TCP.gauge("alloc", "allocated")
        .scope(FileScope::Host)
        .meaning(
            "TCP sockets of the whole machine that exist now, both families, closed ones that are not freed \
             yet included.",
        )
        .source("net/ipv4/proc.c sockstat_seq_show")
        .related(&["sockstat.TCP.inuse"]),
    TCP.gauge("mem", "memory")
        .scope(FileScope::Host)
        .meaning("Pages of memory that TCP uses for its buffers, on the whole machine and for both families.")
        .next(
            "Compare the three limits of net.ipv4.tcp_mem, which are pages too: above the second TCP saves \
             memory, above the third it drops.",
        )
        .source("net/ipv4/proc.c sockstat_seq_show; net.ipv4.tcp_mem")
        .related(&["TcpExt.TCPMemoryPressures", "TcpExt.PruneCalled"]),
    UDP.gauge("inuse", "in use")
        .meaning("UDP sockets of the namespace over IPv4 that have a local port now.")
        .source("net/ipv4/proc.c sockstat_seq_show")
        .related(&["sockstat.UDP6.inuse"]),
    UDP.gauge("mem", "memory")
        .scope(FileScope::Host)
        .meaning("Pages of memory that UDP uses for its buffers, on the whole machine and for both families.")
        .next("Compare the three limits of net.ipv4.udp_mem, which are pages too: above the third it drops.")
        .source("net/ipv4/proc.c sockstat_seq_show; net.ipv4.udp_mem")
        .related(&["Udp.MemErrors", "Udp.RcvbufErrors"]),
    UDPLITE
        .gauge("inuse", "in use")
        .meaning("UDP-Lite sockets of the namespace over IPv4 now.")
        .source("net/ipv4/proc.c sockstat_seq_show")
        .related(&["sockstat.UDPLITE6.inuse"]),
    RAW.gauge("inuse", "in use")
        .meaning(
            "Raw sockets of the namespace over IPv4 now. They can read and forge packets, and need \
             privilege.",
        )
        .next("Find their owners in the table of raw sockets.")
        .source("net/ipv4/proc.c sockstat_seq_show")
        .related(&["sockstat.RAW6.inuse", "raw.drops"]),
    FRAG.gauge("inuse", "in use")
        .meaning("Datagrams of IPv4 that wait for missing fragments now, in the namespace.")
        .source("net/ipv4/proc.c sockstat_seq_show")
        .related(&["Ip.ReasmReqds", "sockstat.FRAG.memory"]),
    FRAG.gauge("memory", "memory")
        .unit(Unit::Bytes)
        .meaning("Bytes of memory that fragments of IPv4 hold while the rest is missing, in the namespace.")
        .next("At net.ipv4.ipfrag_high_thresh new fragments are dropped.")
        .source("net/ipv4/proc.c sockstat_seq_show; net.ipv4.ipfrag_high_thresh")
        .related(&["Ip.ReasmFails", "Ip.ReasmTimeout"]),
    TCP6.gauge("inuse", "in use")
        .meaning(
            "TCP sockets of the namespace over IPv6 now; those that serve IPv4 as well are here. TIME_WAIT \
             is not in it.",
        )
        .source("net/ipv6/proc.c sockstat6_seq_show")
        .related(&["sockstat.TCP.inuse"]),
    UDP6.gauge("inuse", "in use")
        .meaning(
            "UDP sockets of the namespace over IPv6 that have a local port now; those that serve IPv4 as \
             well are here.",
        )
        .source("net/ipv6/proc.c sockstat6_seq_show")
        .related(&["sockstat.UDP.inuse"]),
    UDPLITE6
        .gauge("inuse", "in use")
        .meaning("UDP-Lite sockets of the namespace over IPv6 now.")
        .source("net/ipv6/proc.c sockstat6_seq_show")
        .related(&["sockstat.UDPLITE.inuse"]),
    RAW6.gauge("inuse", "in use")
        .meaning(
            "Raw sockets of the namespace over IPv6 now. Router daemons hold them, and address \
             configuration.",
        )
        .next("Find their owners in the table of raw sockets.")
        .source("net/ipv6/proc.c sockstat6_seq_show")
        .related(&["sockstat.RAW.inuse"]),
    FRAG6
        .gauge("inuse", "in use")
        .meaning("Datagrams of IPv6 that wait for missing fragments now, in the namespace.")
        .source("net/ipv6/proc.c sockstat6_seq_show")
        .related(&["Ip6.ReasmReqds", "sockstat.FRAG6.memory"]),
    FRAG6
        .gauge("memory", "memory")
        .unit(Unit::Bytes)
        .meaning("Bytes of memory that fragments of IPv6 hold while the rest is missing, in the namespace.")
        .next("At net.ipv6.ip6frag_high_thresh new fragments are dropped.")
        .source("net/ipv6/proc.c sockstat6_seq_show; net.ipv6.ip6frag_high_thresh")
        .related(&["Ip6.ReasmFails", "Ip6.ReasmTimeout"]),
];
