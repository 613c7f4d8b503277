//! IpExt: the counters of IPv4 beyond `net/snmp`, as `net/netstat` prints them. `net/ipv4/proc.c`
//! `snmp4_ipextstats_list`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// IPv4 of the namespace.
const EXT: Group = Group::new("IpExt", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    EXT.watch("InNoRoutes", "input no routes")
        .meaning("A packet for another host arrived and no route led to its destination.")
        .next(
            "Look at the routing table for the destinations that arrive; on a router a missing or lost \
             route, on a host a wrong sender.",
        )
        .source("net/ipv4/route.c ip_error; RFC 4293 ipSystemStatsInNoRoutes")
        .related(&["Ip.InAddrErrors", "Ip.OutNoRoutes", "rt_cache_stat.in_no_route"]),
    EXT.warning("InTruncatedPkts", "input truncated packets")
        .meaning("An IPv4 packet was shorter than the length in its header, and was dropped.")
        .next(
            "Look at the errors of the interface and its driver; a tunnel that cuts packets or a forged \
             header does it too.",
        )
        .source("net/ipv4/ip_input.c ip_rcv_core; RFC 4293 ipSystemStatsInTruncatedPkts")
        .related(&["Ip.InHdrErrors", "interfaces.rx_frame"]),
    EXT.normal("InMcastPkts", "input multicast packets")
        .meaning("IPv4 multicast packets received for a group that this host joined or routes.")
        .source("net/ipv4/ip_input.c ip_rcv_finish_core; RFC 4293 ipSystemStatsInMcastPkts")
        .related(&["IpExt.InMcastOctets", "interfaces.rx_multicast", "Udp.IgnoredMulti"]),
    EXT.normal("OutMcastPkts", "output multicast packets")
        .meaning("IPv4 multicast packets sent or forwarded.")
        .source("net/ipv4/ip_output.c ip_finish_output2; RFC 4293 ipSystemStatsOutMcastPkts")
        .related(&["IpExt.OutMcastOctets"]),
    EXT.normal("InBcastPkts", "input broadcast packets")
        .meaning("IPv4 broadcast packets received.")
        .next("If it grows fast: capture broadcast frames and find the host that sends them.")
        .source("net/ipv4/ip_input.c ip_rcv_finish_core; RFC 4293 ipSystemStatsInBcastPkts")
        .related(&["IpExt.InBcastOctets", "Udp.IgnoredMulti", "rt_cache_stat.in_brd"]),
    EXT.normal("OutBcastPkts", "output broadcast packets")
        .meaning("IPv4 broadcast packets sent.")
        .source("net/ipv4/ip_output.c ip_finish_output2; RFC 4293 ipSystemStatsOutBcastPkts")
        .related(&["IpExt.OutBcastOctets"]),
    EXT.normal("InOctets", "input octets")
        .unit(Unit::Bytes)
        .meaning(
            "Bytes of all IPv4 packets received, from the IP header on. Link headers are not in it, so the \
             interface's rx_bytes is larger.",
        )
        .source("net/ipv4/ip_input.c ip_rcv_core; RFC 4293 ipSystemStatsInOctets")
        .related(&["Ip.InReceives", "interfaces.rx_bytes"]),
    EXT.normal("OutOctets", "output octets")
        .unit(Unit::Bytes)
        .meaning(
            "Bytes of all IPv4 packets handed to a device, from the IP header on. Link headers are not in \
             it, so the interface's tx_bytes is larger.",
        )
        .source("net/ipv4/ip_output.c ip_finish_output2; RFC 4293 ipSystemStatsOutOctets")
        .related(&["Ip.OutTransmits", "interfaces.tx_bytes"]),
    EXT.normal("InMcastOctets", "input multicast octets")
        .unit(Unit::Bytes)
        .meaning("Bytes of the IPv4 multicast packets received, from the IP header on.")
        .source("net/ipv4/ip_input.c ip_rcv_finish_core; RFC 4293 ipSystemStatsInMcastOctets")
        .related(&["IpExt.InMcastPkts"]),
    EXT.normal("OutMcastOctets", "output multicast octets")
        .unit(Unit::Bytes)
        .meaning("Bytes of the IPv4 multicast packets sent or forwarded, from the IP header on.")
        .source("net/ipv4/ip_output.c ip_finish_output2; RFC 4293 ipSystemStatsOutMcastOctets")
        .related(&["IpExt.OutMcastPkts"]),
    EXT.normal("InBcastOctets", "input broadcast octets")
        .unit(Unit::Bytes)
        .meaning("Bytes of the IPv4 broadcast packets received, from the IP header on.")
        .source("net/ipv4/ip_input.c ip_rcv_finish_core")
        .related(&["IpExt.InBcastPkts"]),
    EXT.normal("OutBcastOctets", "output broadcast octets")
        .unit(Unit::Bytes)
        .meaning("Bytes of the IPv4 broadcast packets sent, from the IP header on.")
        .source("net/ipv4/ip_output.c ip_finish_output2")
        .related(&["IpExt.OutBcastPkts"]),
    EXT.warning("InCsumErrors", "input checksum errors")
        .meaning(
            "The checksum of a received IPv4 header was wrong, and the packet was dropped. Each one is also \
             an Ip.InHdrErrors.",
        )
        .next(
            "Suspect hardware: cable, switch, memory of the card or of the sender; look at rx_errs of the \
             interface.",
        )
        .source("net/ipv4/ip_input.c ip_rcv_core")
        .related(&["Ip.InHdrErrors", "Tcp.InCsumErrors", "Udp.InCsumErrors", "interfaces.rx_errs"]),
    EXT.normal("InNoECTPkts", "input packets without ECN")
        .meaning(
            "IPv4 packets received whose ECN field says that the sender does not use ECN. A merged packet \
             counts with all its segments.",
        )
        .source("net/ipv4/ip_input.c ip_rcv_core; RFC 3168")
        .related(&["IpExt.InECT0Pkts", "IpExt.InCEPkts"]),
    EXT.normal("InECT1Pkts", "input ECT(1) packets")
        .meaning("IPv4 packets received with ECN codepoint ECT(1), which low-latency senders (L4S) use.")
        .source("net/ipv4/ip_input.c ip_rcv_core; RFC 3168, RFC 9331")
        .related(&["IpExt.InECT0Pkts", "IpExt.InCEPkts"]),
    EXT.normal("InECT0Pkts", "input ECT(0) packets")
        .meaning(
            "IPv4 packets received with ECN codepoint ECT(0): the sender can be told of congestion by a \
             mark.",
        )
        .source("net/ipv4/ip_input.c ip_rcv_core; RFC 3168")
        .related(&["IpExt.InCEPkts", "IpExt.InNoECTPkts"]),
    EXT.watch("InCEPkts", "input congestion experienced packets")
        .meaning(
            "IPv4 packets received that a router marked because its queue was building up (ECN codepoint \
             CE).",
        )
        .next("Its share of InECT0Pkts tells how congested the path is; find the bottleneck.")
        .source("net/ipv4/ip_input.c ip_rcv_core; RFC 3168")
        .related(&["IpExt.InECT0Pkts", "Ip6.InCEPkts"]),
    EXT.warning("ReasmOverlaps", "reassembly overlaps")
        .meaning(
            "Fragments of a datagram overlapped, so all of it was dropped. Honest senders do not do this.",
        )
        .next(
            "Capture the fragments and look at the sender: an attempt to get past a firewall, or a broken \
             stack.",
        )
        .source("net/ipv4/ip_fragment.c ip_frag_queue; RFC 5722")
        .related(&["Ip.ReasmFails"]),
];
