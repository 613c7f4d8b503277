//! Ip: the counters of IPv4, as `net/snmp` prints them. `net/ipv4/proc.c` `snmp4_ipstats_list`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// IPv4 of the namespace.
const IP: Group = Group::new("Ip", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    IP.gauge("Forwarding", "forwarding")
        .unit(Unit::None)
        .meaning(
            "Whether the namespace routes IPv4 packets for others: 1 yes, 2 no. It shows the setting of all \
             interfaces together; one interface may differ.",
        )
        .next("Read net.ipv4.conf.*.forwarding; a machine that should not be a router shows 2.")
        .source("net/ipv4/proc.c snmp_seq_show_ipstats; RFC 4293 ipForwarding")
        .related(&["Ip.ForwDatagrams"]),
    IP.gauge("DefaultTTL", "default time to live")
        .unit(Unit::None)
        .meaning(
            "The TTL that new IPv4 packets start with where the socket sets none. It is the setting \
             net.ipv4.ip_default_ttl.",
        )
        .source("net/ipv4/proc.c snmp_seq_show_ipstats; RFC 4293 ipDefaultTTL"),
    IP.normal("InReceives", "input receives")
        .meaning(
            "IPv4 packets that reached the IP layer, faulty ones included. Packets that GRO merged count \
             once, so it can be below the interface's packets.",
        )
        .next("For traffic on the wire compare rx_packets of the interfaces.")
        .source("net/ipv4/ip_input.c ip_rcv_core; RFC 4293 ipSystemStatsInReceives")
        .related(&["Ip.InDelivers", "IpExt.InOctets", "interfaces.rx_packets"]),
    IP.watch("InHdrErrors", "input header errors")
        .meaning(
            "A received IPv4 header was wrong (version, length, checksum, options) or its TTL ran out on the \
             way through. It includes IpExt.InCsumErrors.",
        )
        .next(
            "On a router each traceroute adds to it; elsewhere compare InCsumErrors and look for a broken \
             sender or link.",
        )
        .source(
            "net/ipv4/ip_input.c ip_rcv_core, ip_rcv_options; net/ipv4/ip_forward.c ip_forward; RFC 4293 \
             ipSystemStatsInHdrErrors",
        )
        .related(&["IpExt.InCsumErrors", "IpExt.InTruncatedPkts", "Icmp.OutTimeExcds"]),
    IP.watch("InAddrErrors", "input address errors")
        .meaning(
            "A packet for another host arrived while forwarding was off, and was dropped. A sender with a \
             stale route or neighbour entry causes it.",
        )
        .next(
            "Capture packets that are not for own addresses; check Ip.Forwarding, and routes that point \
             here.",
        )
        .source("net/ipv4/route.c ip_error; RFC 4293 ipSystemStatsInAddrErrors")
        .related(&["Ip.Forwarding", "IpExt.InNoRoutes", "rt_cache_stat.in_martian_dst"]),
    IP.normal("ForwDatagrams", "forwarded datagrams")
        .meaning(
            "IPv4 packets that were routed on to another host. It stands still on a host that does not \
             forward.",
        )
        .next("If it grows on a host that should not route: turn net.ipv4.ip_forward off.")
        .source(
            "net/ipv4/ip_forward.c ip_forward; net/ipv4/ipmr.c ipmr_forward_finish; RFC 4293 \
             ipSystemStatsOutForwDatagrams",
        )
        .related(&["Ip.Forwarding", "Ip6.OutForwDatagrams"]),
    IP.watch("InUnknownProtos", "input unknown protocols")
        .meaning(
            "A packet carried a protocol number that nothing here handles, so ICMP protocol unreachable was \
             sent. A raw socket for that protocol takes the packet and it is not counted.",
        )
        .next(
            "Capture by protocol number; a missing module (GRE, ESP, SCTP) or a protocol scan are the usual \
             causes.",
        )
        .source("net/ipv4/ip_input.c ip_protocol_deliver_rcu; RFC 4293 ipSystemStatsInUnknownProtos")
        .related(&["Icmp.OutDestUnreachs"]),
    IP.warning("InDiscards", "input discards")
        .meaning(
            "A sound IPv4 packet was dropped on arrival for want of memory. Drops by a firewall, by IPsec \
             policy or by full sockets are not in it.",
        )
        .next("Look for memory pressure and allocation failures in the kernel log.")
        .source("net/ipv4/ip_input.c ip_rcv_core, ip_rcv_options; RFC 4293 ipSystemStatsInDiscards")
        .related(&["Ip.OutDiscards", "Udp.MemErrors"]),
    IP.normal("InDelivers", "input delivers")
        .meaning(
            "IPv4 packets handed to a protocol of this host: TCP, UDP, ICMP, a raw socket. What the protocol \
             then drops is still counted here.",
        )
        .source("net/ipv4/ip_input.c ip_protocol_deliver_rcu; RFC 4293 ipSystemStatsInDelivers")
        .related(&["Ip.InReceives", "Tcp.InSegs", "Udp.InDatagrams", "Icmp.InMsgs"]),
    IP.normal("OutRequests", "output requests")
        .meaning(
            "IPv4 packets that this host itself wanted to send. A large TCP send that is cut later counts \
             once. Before Linux 6.7 forwarded packets were counted too.",
        )
        .source("net/ipv4/ip_output.c __ip_local_out; RFC 4293 ipSystemStatsOutRequests")
        .related(&["Ip.OutTransmits", "Ip.OutDiscards", "IpExt.OutOctets"]),
    IP.warning("OutDiscards", "output discards")
        .meaning(
            "A packet to be sent was dropped here for want of memory or because the device's queue refused \
             it. TCP's own drops at the queue are not counted.",
        )
        .next("Look at the drops of the queueing discipline (tc -s qdisc) and at tx_drop of the interface.")
        .source(
            "net/ipv4/ip_output.c ip_send_skb, __ip_append_data; net/ipv4/raw.c raw_send_hdrinc; RFC 4293 \
             ipSystemStatsOutDiscards",
        )
        .related(&["Udp.SndbufErrors", "interfaces.tx_drop"]),
    IP.warning("OutNoRoutes", "output no routes")
        .meaning(
            "A program of this host wanted to send to where no route leads. Packets of others without a \
             route are IpExt.InNoRoutes.",
        )
        .next(
            "Compare the routes with the addresses that programs connect to; a default route that comes and \
             goes is typical.",
        )
        .source(
            "net/ipv4/ip_output.c __ip_queue_xmit; net/ipv4/udp.c udp_sendmsg; net/ipv4/tcp_ipv4.c \
             tcp_v4_connect; RFC 4293 ipSystemStatsOutNoRoutes",
        )
        .related(&["IpExt.InNoRoutes", "Ip6.OutNoRoutes"]),
    IP.warning("ReasmTimeout", "reassembly timeouts")
        .meaning(
            "A datagram was given up because fragments were still missing when its time ran out (30 seconds \
             by default). Each one is also a ReasmFails.",
        )
        .next(
            "Look for loss, or a firewall that drops fragments, between sender and here; better, avoid \
             fragments: lower the sender's size.",
        )
        .source("net/ipv4/ip_fragment.c ip_expire")
        .related(&["Ip.ReasmFails", "Ip.ReasmReqds", "sockstat.FRAG.memory"]),
    IP.normal("ReasmReqds", "reassembly requests")
        .meaning(
            "Fragments that arrived and had to be put together. Fragments that connection tracking or a \
             packet socket reassembles count too.",
        )
        .source("net/ipv4/ip_fragment.c ip_defrag; RFC 4293 ipSystemStatsReasmReqds")
        .related(&["Ip.ReasmOKs", "Ip.ReasmFails"]),
    IP.normal("ReasmOKs", "reassembled datagrams")
        .meaning(
            "Datagrams that were put together from their fragments. One of these stands for two or more \
             ReasmReqds.",
        )
        .source("net/ipv4/ip_fragment.c ip_frag_reasm; RFC 4293 ipSystemStatsReasmOKs")
        .related(&["Ip.ReasmReqds", "Ip.ReasmFails"]),
    IP.warning("ReasmFails", "reassembly failures")
        .meaning(
            "Putting fragments together failed: time ran out, memory was full, or fragments overlapped or \
             were too far apart.",
        )
        .next(
            "Compare ReasmTimeout (loss) and IpExt.ReasmOverlaps (attack or broken sender); if neither \
             moves, look at net.ipv4.ipfrag_high_thresh.",
        )
        .source(
            "net/ipv4/ip_fragment.c ip_expire, ip_frag_queue, ip_frag_reasm, ip_defrag; RFC 4293 \
             ipSystemStatsReasmFails",
        )
        .related(&["Ip.ReasmTimeout", "IpExt.ReasmOverlaps", "sockstat.FRAG.memory"]),
    IP.normal("FragOKs", "fragmented datagrams")
        .meaning(
            "Datagrams that were too large for the way out and were cut into fragments. Each one gives two \
             or more FragCreates.",
        )
        .next(
            "Fragments are costly and easily lost: lower the size that the sender uses, or find the link \
             with the small MTU.",
        )
        .source("net/ipv4/ip_output.c ip_do_fragment; RFC 4293 ipSystemStatsOutFragOKs")
        .related(&["Ip.FragCreates", "Ip.FragFails"]),
    IP.warning("FragFails", "fragmentation failures")
        .meaning(
            "A packet was too large for the way out and could not be cut, mostly because it forbids that \
             (DF). Its sender is told the MTU by ICMP.",
        )
        .next(
            "In small numbers it is path MTU discovery at work; if it keeps growing, ICMP is filtered or a \
             tunnel's MTU is set wrong.",
        )
        .source(
            "net/ipv4/ip_output.c ip_fragment, ip_do_fragment; net/ipv4/ip_forward.c ip_forward; RFC 4293 \
             ipSystemStatsOutFragFails",
        )
        .related(&["Icmp.OutDestUnreachs", "Ip.FragOKs"]),
    IP.normal("FragCreates", "fragments created")
        .meaning("Fragments that were made from datagrams too large for the way out.")
        .source("net/ipv4/ip_output.c ip_do_fragment; RFC 4293 ipSystemStatsOutFragCreates")
        .related(&["Ip.FragOKs"]),
    IP.normal("OutTransmits", "output transmits")
        .meaning(
            "IPv4 packets handed to a device, forwarded ones and each fragment included. A large send that \
             the device cuts counts once.",
        )
        .source("net/ipv4/ip_output.c ip_finish_output2; RFC 4293 ipSystemStatsOutTransmits")
        .related(&["Ip.OutRequests", "Ip.ForwDatagrams", "interfaces.tx_packets"])
        .since("6.7"),
];
