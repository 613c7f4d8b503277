//! Ip6: the counters of IPv6, as `net/snmp6` prints them for the namespace and `net/dev_snmp6` for each
//! interface. `net/ipv6/proc.c` `snmp6_ipstats_list`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// IPv6 of the namespace.
const IP6: Group = Group::new("Ip6", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    IP6.normal("InReceives", "input receives")
        .meaning(
            "IPv6 packets that reached the IP layer, faulty ones included. Packets that GRO merged count \
             once.",
        )
        .next("For traffic on the wire compare rx_packets of the interfaces.")
        .source("net/ipv6/ip6_input.c ip6_rcv_core; RFC 4293 ipSystemStatsInReceives")
        .related(&["Ip6.InDelivers", "Ip6.InOctets", "interfaces.rx_packets"]),
    IP6.watch("InHdrErrors", "input header errors")
        .meaning(
            "A received IPv6 header was wrong or impossible, or its hop limit ran out on the way through. \
             Extension headers are part of it.",
        )
        .next(
            "On a router each traceroute adds to it; elsewhere capture the packets and look at their sender.",
        )
        .source(
            "net/ipv6/ip6_input.c ip6_rcv_core; net/ipv6/ip6_output.c ip6_forward; net/ipv6/exthdrs.c; RFC \
             4293 ipSystemStatsInHdrErrors",
        )
        .related(&["Ip6.InTruncatedPkts", "Icmp6.OutParmProblems", "Icmp6.OutTimeExcds"]),
    IP6.watch("InTooBigErrors", "input too big errors")
        .meaning(
            "A packet to be forwarded was larger than the MTU of the way out; its sender is told by Packet \
             Too Big. Each one is also a FragFails.",
        )
        .next(
            "In small numbers it is path MTU discovery; if it keeps growing, ICMPv6 is filtered on the way \
             back or a tunnel's MTU is wrong.",
        )
        .source("net/ipv6/ip6_output.c ip6_forward; RFC 2465 ipv6IfStatsInTooBigErrors")
        .related(&["Icmp6.OutPktTooBigs", "Ip6.FragFails"]),
    IP6.watch("InNoRoutes", "input no routes")
        .meaning(
            "A packet for another host arrived and no route led to its destination, or the route forbids it.",
        )
        .next(
            "Look at the routing table for the destinations that arrive, also for unreachable and prohibit \
             routes.",
        )
        .source("net/ipv6/route.c ip6_pkt_drop; RFC 4293 ipSystemStatsInNoRoutes")
        .related(&["Ip6.OutNoRoutes", "Icmp6.OutDestUnreachs"]),
    IP6.watch("InAddrErrors", "input address errors")
        .meaning(
            "A packet was dropped for its addresses: for another host while forwarding is off, or a bad \
             routing header.",
        )
        .next("Capture packets that are not for own addresses; check net.ipv6.conf.all.forwarding.")
        .source(
            "net/ipv6/ip6_output.c ip6_forward; net/ipv6/exthdrs.c ipv6_rthdr_rcv; net/ipv6/route.c \
             ip6_pkt_drop; RFC 4293 ipSystemStatsInAddrErrors",
        )
        .related(&["Ip6.InNoRoutes", "Ip6.InHdrErrors"]),
    IP6.watch("InUnknownProtos", "input unknown protocols")
        .meaning(
            "A packet carried a next header that nothing here handles, so ICMPv6 Parameter Problem was sent.",
        )
        .next("Capture by next header; a missing module or a protocol scan are the usual causes.")
        .source("net/ipv6/ip6_input.c ip6_protocol_deliver_rcu; RFC 4293 ipSystemStatsInUnknownProtos")
        .related(&["Icmp6.OutParmProblems"]),
    IP6.warning("InTruncatedPkts", "input truncated packets")
        .meaning("An IPv6 packet was shorter than the length in its header, and was dropped.")
        .next(
            "Look at the errors of the interface and its driver; a tunnel that cuts packets or a forged \
             header does it too.",
        )
        .source("net/ipv6/ip6_input.c ip6_rcv_core; RFC 4293 ipSystemStatsInTruncatedPkts")
        .related(&["Ip6.InHdrErrors", "interfaces.rx_frame"]),
    IP6.warning("InDiscards", "input discards")
        .meaning(
            "A sound IPv6 packet was dropped: IPv6 is off on the interface, memory is short, or an IPsec \
             policy refused it.",
        )
        .next(
            "Check net.ipv6.conf.*.disable_ipv6 of the interfaces that receive it, then the IPsec policies.",
        )
        .source(
            "net/ipv6/ip6_input.c ip6_rcv_core, ip6_protocol_deliver_rcu; net/ipv6/ip6_output.c ip6_forward; \
             RFC 4293 ipSystemStatsInDiscards",
        )
        .related(&["Ip6.OutDiscards", "Xfrm.XfrmInTmplMismatch"]),
    IP6.normal("InDelivers", "input delivers")
        .meaning("IPv6 packets handed to a protocol of this host: TCP, UDP, ICMPv6, a raw socket.")
        .source("net/ipv6/ip6_input.c ip6_protocol_deliver_rcu; RFC 4293 ipSystemStatsInDelivers")
        .related(&["Ip6.InReceives", "Icmp6.InMsgs", "Udp6.InDatagrams"]),
    IP6.normal("OutForwDatagrams", "output forwarded datagrams")
        .meaning(
            "IPv6 packets that were routed on to another host. It stands still on a host that does not \
             forward.",
        )
        .next("If it grows on a host that should not route: turn net.ipv6.conf.all.forwarding off.")
        .source(
            "net/ipv6/ip6_output.c ip6_forward; net/ipv6/ip6mr.c ip6mr_forward2_finish; RFC 4293 \
             ipSystemStatsOutForwDatagrams",
        )
        .related(&["Ip.ForwDatagrams", "Ip6.InReceives"]),
    IP6.normal("OutRequests", "output requests")
        .meaning(
            "IPv6 packets that this host itself wanted to send, neighbour discovery and multicast reports \
             included. A large TCP send that is cut later counts once.",
        )
        .source(
            "net/ipv6/ip6_output.c ip6_xmit, __ip6_make_skb; net/ipv6/ndisc.c ndisc_send_skb; RFC 4293 \
             ipSystemStatsOutRequests",
        )
        .related(&["Ip6.OutTransmits", "Ip6.OutDiscards"]),
    IP6.warning("OutDiscards", "output discards")
        .meaning(
            "An IPv6 packet to be sent was dropped here: no memory, a full queue, or IPv6 disabled on the \
             way out.",
        )
        .next(
            "Look at the drops of the queueing discipline (tc -s qdisc) and at disable_ipv6 of the \
             interface.",
        )
        .source(
            "net/ipv6/ip6_output.c ip6_output, ip6_finish_output2, __ip6_append_data; RFC 4293 \
             ipSystemStatsOutDiscards",
        )
        .related(&["Udp6.SndbufErrors", "interfaces.tx_drop"]),
    IP6.warning("OutNoRoutes", "output no routes")
        .meaning(
            "A program of this host wanted to send by IPv6 to where no route leads. A host without IPv6 \
             connectivity counts each attempt to a name that has an IPv6 address.",
        )
        .next("Look for a missing default route of IPv6; programs then fall back to IPv4.")
        .source(
            "net/ipv6/ip6_output.c ip6_dst_lookup_tail, ip6_finish_output2; net/ipv6/route.c ip6_pkt_drop; \
             RFC 4293 ipSystemStatsOutNoRoutes",
        )
        .related(&["Ip6.InNoRoutes", "Ip.OutNoRoutes"]),
    IP6.warning("ReasmTimeout", "reassembly timeouts")
        .meaning(
            "An IPv6 datagram was given up because fragments were missing when its time ran out (60 seconds \
             by default).",
        )
        .next("Look for loss, or a firewall that drops fragments, between sender and here.")
        .source("include/net/ipv6_frag.h ip6frag_expire_frag_queue")
        .related(&["Ip6.ReasmFails", "Icmp6.OutTimeExcds", "sockstat.FRAG6.memory"]),
    IP6.normal("ReasmReqds", "reassembly requests")
        .meaning(
            "IPv6 fragments that arrived and had to be put together. Connection tracking reassembles by \
             itself and does not count here.",
        )
        .source("net/ipv6/reassembly.c ipv6_frag_rcv; RFC 4293 ipSystemStatsReasmReqds")
        .related(&["Ip6.ReasmOKs", "Ip6.ReasmFails"]),
    IP6.normal("ReasmOKs", "reassembled datagrams")
        .meaning(
            "IPv6 datagrams that were put together from their fragments. A lone fragment that is the whole \
             datagram counts too.",
        )
        .source("net/ipv6/reassembly.c ip6_frag_reasm, ipv6_frag_rcv; RFC 4293 ipSystemStatsReasmOKs")
        .related(&["Ip6.ReasmReqds", "Ip6.ReasmFails"]),
    IP6.warning("ReasmFails", "reassembly failures")
        .meaning(
            "Putting IPv6 fragments together failed: time ran out, memory was full, or fragments overlapped.",
        )
        .next(
            "Compare ReasmTimeout; if it stands still, look at net.ipv6.ip6frag_high_thresh and capture for \
             overlapping fragments.",
        )
        .source(
            "net/ipv6/reassembly.c ip6_frag_queue, ip6_frag_reasm, ipv6_frag_rcv; RFC 4293 \
             ipSystemStatsReasmFails",
        )
        .related(&["Ip6.ReasmTimeout", "sockstat.FRAG6.memory"]),
    IP6.normal("FragOKs", "fragmented datagrams")
        .meaning("IPv6 datagrams of this host that were too large for the path and were cut into fragments.")
        .next("Fragments are often filtered on the Internet: lower the size that the sender uses.")
        .source("net/ipv6/ip6_output.c ip6_fragment; RFC 4293 ipSystemStatsOutFragOKs")
        .related(&["Ip6.FragCreates", "Ip6.FragFails"]),
    IP6.warning("FragFails", "fragmentation failures")
        .meaning(
            "An IPv6 packet was larger than the MTU and could not be cut. It was to be forwarded, or its \
             socket forbids fragments.",
        )
        .next(
            "Compare InTooBigErrors for forwarded packets; for own ones look at the MTU of the route and at \
             ICMPv6 filters.",
        )
        .source(
            "net/ipv6/ip6_output.c ip6_fragment, ip6_forward, ip6_xmit; RFC 4293 ipSystemStatsOutFragFails",
        )
        .related(&["Ip6.InTooBigErrors", "Icmp6.InPktTooBigs"]),
    IP6.normal("FragCreates", "fragments created")
        .meaning("IPv6 fragments that were made from datagrams too large for the path.")
        .source("net/ipv6/ip6_output.c ip6_fragment; RFC 4293 ipSystemStatsOutFragCreates")
        .related(&["Ip6.FragOKs"]),
    IP6.normal("InMcastPkts", "input multicast packets")
        .meaning("IPv6 multicast packets received, neighbour discovery and router advertisements included.")
        .source("net/ipv6/ip6_input.c ip6_mc_input; RFC 4293 ipSystemStatsInMcastPkts")
        .related(&["Ip6.InMcastOctets", "interfaces.rx_multicast"]),
    IP6.normal("OutMcastPkts", "output multicast packets")
        .meaning("IPv6 multicast packets sent, neighbour discovery and listener reports included.")
        .source("net/ipv6/ip6_output.c ip6_finish_output2; RFC 4293 ipSystemStatsOutMcastPkts")
        .related(&["Ip6.OutMcastOctets", "Icmp6.OutNeighborSolicits"]),
    IP6.normal("InOctets", "input octets")
        .unit(Unit::Bytes)
        .meaning(
            "Bytes of all IPv6 packets received, from the IPv6 header on. Link headers are not in it, so the \
             interface's rx_bytes is larger.",
        )
        .source("net/ipv6/ip6_input.c ip6_rcv_core; RFC 4293 ipSystemStatsInOctets")
        .related(&["Ip6.InReceives", "interfaces.rx_bytes"]),
    IP6.normal("OutOctets", "output octets")
        .unit(Unit::Bytes)
        .meaning(
            "Bytes of all IPv6 packets handed to a device, from the IPv6 header on. Link headers are not in \
             it, so the interface's tx_bytes is larger.",
        )
        .source("net/ipv6/ip6_output.c ip6_finish_output2; RFC 4293 ipSystemStatsOutOctets")
        .related(&["Ip6.OutTransmits", "interfaces.tx_bytes"]),
    IP6.normal("InMcastOctets", "input multicast octets")
        .unit(Unit::Bytes)
        .meaning("Bytes of the IPv6 multicast packets received, from the IPv6 header on.")
        .source("net/ipv6/ip6_input.c ip6_mc_input; RFC 4293 ipSystemStatsInMcastOctets")
        .related(&["Ip6.InMcastPkts"]),
    IP6.normal("OutMcastOctets", "output multicast octets")
        .unit(Unit::Bytes)
        .meaning("Bytes of the IPv6 multicast packets sent, from the IPv6 header on.")
        .source("net/ipv6/ip6_output.c ip6_finish_output2; RFC 4293 ipSystemStatsOutMcastOctets")
        .related(&["Ip6.OutMcastPkts"]),
    IP6.normal("InBcastOctets", "input broadcast octets")
        .unit(Unit::Bytes)
        .meaning("Stays 0: IPv6 has no broadcast. The list is shared with IPv4.")
        .source("net/ipv6/proc.c snmp6_ipstats_list")
        .related(&["Ip6.InMcastOctets"]),
    IP6.normal("OutBcastOctets", "output broadcast octets")
        .unit(Unit::Bytes)
        .meaning("Stays 0: IPv6 has no broadcast. The list is shared with IPv4.")
        .source("net/ipv6/proc.c snmp6_ipstats_list")
        .related(&["Ip6.OutMcastOctets"]),
    IP6.normal("InNoECTPkts", "input packets without ECN")
        .meaning(
            "IPv6 packets received whose ECN field says that the sender does not use ECN. A merged packet \
             counts with all its segments.",
        )
        .source("net/ipv6/ip6_input.c ip6_rcv_core; RFC 3168")
        .related(&["Ip6.InECT0Pkts", "Ip6.InCEPkts"]),
    IP6.normal("InECT1Pkts", "input ECT(1) packets")
        .meaning("IPv6 packets received with ECN codepoint ECT(1), which low-latency senders (L4S) use.")
        .source("net/ipv6/ip6_input.c ip6_rcv_core; RFC 3168, RFC 9331")
        .related(&["Ip6.InECT0Pkts", "Ip6.InCEPkts"]),
    IP6.normal("InECT0Pkts", "input ECT(0) packets")
        .meaning(
            "IPv6 packets received with ECN codepoint ECT(0): the sender can be told of congestion by a \
             mark.",
        )
        .source("net/ipv6/ip6_input.c ip6_rcv_core; RFC 3168")
        .related(&["Ip6.InCEPkts", "Ip6.InNoECTPkts"]),
    IP6.watch("InCEPkts", "input congestion experienced packets")
        .meaning(
            "IPv6 packets received that a router marked because its queue was building up (ECN codepoint \
             CE).",
        )
        .next("Its share of InECT0Pkts tells how congested the path is; find the bottleneck.")
        .source("net/ipv6/ip6_input.c ip6_rcv_core; RFC 3168")
        .related(&["Ip6.InECT0Pkts", "IpExt.InCEPkts"]),
    IP6.normal("OutTransmits", "output transmits")
        .meaning(
            "IPv6 packets handed to a device, forwarded ones and each fragment included. A large send that \
             the device cuts counts once.",
        )
        .source("net/ipv6/ip6_output.c ip6_finish_output2; RFC 4293 ipSystemStatsOutTransmits")
        .related(&["Ip6.OutRequests", "Ip6.OutForwDatagrams", "interfaces.tx_packets"])
        .since("6.7"),
];
