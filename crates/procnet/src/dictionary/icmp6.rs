//! Icmp6: the counters of ICMPv6, as `net/snmp6` prints them for the namespace and `net/dev_snmp6` for each
//! interface. `net/ipv6/proc.c` `snmp6_seq_show`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// ICMPv6 of the namespace.
const ICMP6: Group = Group::new("Icmp6", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    ICMP6
        .normal("InMsgs", "input messages")
        .meaning("ICMPv6 messages received, faulty ones and neighbour discovery included.")
        .source("net/ipv6/icmp.c icmpv6_rcv; RFC 4293 icmpStatsInMsgs")
        .related(&["Icmp6.InErrors", "Icmp6.InType*"]),
    ICMP6
        .watch("InErrors", "input errors")
        .meaning(
            "An ICMPv6 message was of no use: bad checksum, too short, or an error about a socket that is \
             gone.",
        )
        .next(
            "If InCsumErrors does not explain it: errors for sockets already closed are harmless; a flood of \
             them may be forged.",
        )
        .source(
            "net/ipv6/icmp.c icmpv6_rcv, icmpv6_notify; net/ipv6/tcp_ipv6.c tcp_v6_err; net/ipv6/udp.c \
             __udp6_lib_err; RFC 4293 icmpStatsInErrors",
        )
        .related(&["Icmp6.InCsumErrors", "Icmp6.InMsgs"]),
    ICMP6
        .normal("OutMsgs", "output messages")
        .meaning(
            "ICMPv6 messages that were built to be sent: neighbour discovery, listener reports, errors, \
             pings.",
        )
        .source(
            "net/ipv6/ip6_output.c __ip6_make_skb; net/ipv6/ndisc.c ndisc_send_skb; net/ipv6/mcast.c \
             mld_sendpack; RFC 4293 icmpStatsOutMsgs",
        )
        .related(&["Icmp6.OutErrors", "Icmp6.OutType*"]),
    ICMP6
        .warning("OutErrors", "output errors")
        .meaning("An ICMPv6 message could not be put together to be sent, mostly for want of memory.")
        .next("Look for memory pressure; errors of routing are Ip6.OutNoRoutes.")
        .source(
            "net/ipv6/icmp.c icmp6_send, icmpv6_echo_reply; net/ipv6/ping.c ping_v6_sendmsg; RFC 4293 \
             icmpStatsOutErrors",
        )
        .related(&["Icmp6.OutMsgs", "Ip6.OutDiscards"]),
    ICMP6
        .warning("InCsumErrors", "input checksum errors")
        .meaning("The checksum of an ICMPv6 message was wrong. Each one is also an InErrors.")
        .next(
            "Suspect hardware or a device that rewrites packets without care; look at rx_errs of the \
             interface.",
        )
        .source("net/ipv6/icmp.c icmpv6_rcv")
        .related(&["Icmp6.InErrors"]),
    ICMP6
        .watch("OutRateLimitHost", "output limited for a host")
        .meaning(
            "A message was not sent because its receiver got too many lately (net.ipv6.icmp.ratelimit). A \
             receiver without a route counts too.",
        )
        .next(
            "Find the host that provokes errors. What the limit of all ICMP together stops is \
             Icmp.OutRateLimitGlobal.",
        )
        .source("net/ipv6/icmp.c icmpv6_xrlim_allow")
        .related(&["Icmp.OutRateLimitGlobal", "Icmp.OutRateLimitHost"])
        .since("6.3"),
    ICMP6
        .watch("InDestUnreachs", "input destination unreachables")
        .meaning(
            "Somebody told this host that a packet could not be delivered: no route, address or port, or \
             forbidden.",
        )
        .next("Capture ICMPv6 type 1: the code tells which, the quoted packet tells whose.")
        .source("net/ipv6/icmp.c icmpv6_rcv; RFC 4443 type 1")
        .related(&["Icmp6.OutDestUnreachs"]),
    ICMP6
        .watch("InPktTooBigs", "input packet too bigs")
        .meaning(
            "A router on the path said that a packet of this host was larger than its next link; the path's \
             MTU is lowered.",
        )
        .next(
            "Normal with tunnels; if connections hang although these arrive, look at the cached MTU (ip -6 \
             route show cache).",
        )
        .source("net/ipv6/icmp.c icmpv6_rcv; net/ipv6/route.c ip6_update_pmtu; RFC 4443 type 2; RFC 8201")
        .related(&["Ip6.FragFails", "Icmp6.OutPktTooBigs"]),
    ICMP6
        .watch("InTimeExcds", "input time exceededs")
        .meaning(
            "Somebody told this host that a packet's hop limit ran out, or that fragments did not arrive in \
             time. Running traceroute causes it.",
        )
        .next("Without a traceroute: look for a routing loop on the path to the quoted destination.")
        .source("net/ipv6/icmp.c icmpv6_rcv; RFC 4443 type 3")
        .related(&["Icmp6.OutTimeExcds"]),
    ICMP6
        .watch("InParmProblems", "input parameter problems")
        .meaning("Somebody told this host that a header of a packet it sent could not be understood.")
        .next("Capture ICMPv6 type 4; the code tells header, next header or option.")
        .source("net/ipv6/icmp.c icmpv6_rcv; RFC 4443 type 4")
        .related(&["Icmp6.OutParmProblems"]),
    ICMP6
        .normal("InEchos", "input echo requests")
        .meaning("Pings by IPv6 received.")
        .next(
            "A high steady rate: a monitoring system, a flood, or data hidden in pings; capture and look at \
             size and source.",
        )
        .source("net/ipv6/icmp.c icmpv6_rcv; RFC 4443 type 128")
        .related(&["Icmp6.OutEchoReplies"]),
    ICMP6
        .normal("InEchoReplies", "input echo replies")
        .meaning("Answers to pings by IPv6 received.")
        .next("Many without OutEchos: somebody pings in this host's name.")
        .source("net/ipv6/icmp.c icmpv6_rcv; net/ipv4/ping.c ping_rcv; RFC 4443 type 129")
        .related(&["Icmp6.OutEchos"]),
    ICMP6
        .normal("InGroupMembQueries", "input group membership queries")
        .meaning("A multicast router asked which groups are wanted on the link (MLD).")
        .source("net/ipv6/mcast.c igmp6_event_query; RFC 2710, RFC 3810 type 130")
        .related(&["Icmp6.OutMLDv2Reports", "Icmp6.OutGroupMembResponses"]),
    ICMP6
        .normal("InGroupMembResponses", "input group membership responses")
        .meaning("Listener reports of MLD version 1 received from others on the link.")
        .source("net/ipv6/mcast.c igmp6_event_report; RFC 2710 type 131")
        .related(&["Icmp6.InMLDv2Reports"]),
    ICMP6
        .normal("InGroupMembReductions", "input group membership reductions")
        .meaning("Messages received by which a listener of MLD version 1 leaves a group.")
        .source("net/ipv6/icmp.c icmpv6_rcv; RFC 2710 type 132")
        .related(&["Icmp6.InGroupMembResponses"]),
    ICMP6
        .normal("InRouterSolicits", "input router solicitations")
        .meaning("Hosts on the link that came up and asked for a router. Linux acts on it only as a router.")
        .source("net/ipv6/ndisc.c ndisc_recv_rs; RFC 4861 type 133")
        .related(&["Icmp6.OutRouterAdvertisements"]),
    ICMP6
        .watch("InRouterAdvertisements", "input router advertisements")
        .meaning(
            "A router announced itself, with prefixes and lifetimes; routers do so every few minutes. A \
             forged one diverts traffic.",
        )
        .next(
            "If the rate jumps or the default route changes: list the senders by capture of type 134; \
             consider accept_ra=0 or RA guard.",
        )
        .source("net/ipv6/ndisc.c ndisc_router_discovery; RFC 4861 type 134; RFC 6104")
        .related(&["Icmp6.OutRouterSolicits", "Icmp6.InRedirects"]),
    ICMP6
        .normal("InNeighborSolicits", "input neighbour solicitations")
        .meaning(
            "Others asked for the link address of an address of this host, or whether this host is still \
             there.",
        )
        .next("A high rate: a scan of the prefix.")
        .source("net/ipv6/ndisc.c ndisc_recv_ns; RFC 4861 type 135")
        .related(&["Icmp6.OutNeighborAdvertisements", "ndisc_cache.rcv_probes_mcast"]),
    ICMP6
        .normal("InNeighborAdvertisements", "input neighbour advertisements")
        .meaning("Neighbours told their link address, asked or on their own.")
        .next("Many unasked from one sender: a failover of addresses, or neighbour spoofing.")
        .source("net/ipv6/ndisc.c ndisc_recv_na; RFC 4861 type 136")
        .related(&["Icmp6.OutNeighborSolicits", "ndisc_cache.res_failed"]),
    ICMP6
        .watch("InRedirects", "input redirects")
        .meaning(
            "A router said that another first hop is better for a destination. It can be forged to divert \
             traffic.",
        )
        .next("Check that accept_redirects is off where it is not needed, and who sends them.")
        .source("net/ipv6/ndisc.c ndisc_redirect_rcv; RFC 4861 type 137")
        .related(&["Icmp6.OutRedirects", "Icmp.InRedirects"]),
    ICMP6
        .normal("InMLDv2Reports", "input MLDv2 reports")
        .meaning(
            "Listener reports of MLD version 2 received from others on the link; a host that is no router \
             ignores them.",
        )
        .source("net/ipv6/icmp.c icmpv6_rcv; RFC 3810 type 143")
        .related(&["Icmp6.OutMLDv2Reports"]),
    ICMP6
        .watch("OutDestUnreachs", "output destination unreachables")
        .meaning(
            "This host told a sender that its packet cannot be delivered. The port is closed, there is no \
             route, it is forbidden, or a neighbour does not answer.",
        )
        .next(
            "Many in a short time: a port scan or a client of a service that is down; compare Udp6.NoPorts.",
        )
        .source("net/ipv6/icmp.c icmp6_send; RFC 4443 type 1")
        .related(&["Udp6.NoPorts", "Ip6.InNoRoutes"]),
    ICMP6
        .watch("OutPktTooBigs", "output packet too bigs")
        .meaning("This host, as a router, told a sender that its packet was larger than the next link.")
        .next("Normal before a tunnel; if it goes on for one sender, the messages do not reach it.")
        .source("net/ipv6/ip6_output.c ip6_forward; RFC 4443 type 2")
        .related(&["Ip6.InTooBigErrors", "Ip6.FragFails"]),
    ICMP6
        .normal("OutTimeExcds", "output time exceededs")
        .meaning(
            "This host, as a router, told a sender that its packet's hop limit ran out, or that fragments \
             were missing.",
        )
        .next("Many for one destination: a routing loop through this host.")
        .source(
            "net/ipv6/ip6_output.c ip6_forward; include/net/ipv6_frag.h ip6frag_expire_frag_queue; RFC 4443 \
             type 3",
        )
        .related(&["Ip6.InHdrErrors", "Ip6.ReasmTimeout"]),
    ICMP6
        .watch("OutParmProblems", "output parameter problems")
        .meaning("This host told a sender that it could not understand a header, a next header or an option.")
        .next("Capture ICMPv6 type 4 and look at the quoted packet.")
        .source("net/ipv6/icmp.c icmpv6_param_prob_reason; RFC 4443 type 4")
        .related(&["Ip6.InUnknownProtos", "Ip6.InHdrErrors"]),
    ICMP6
        .normal("OutEchos", "output echo requests")
        .meaning("Pings by IPv6 sent by programs of this host.")
        .source("net/ipv6/ip6_output.c __ip6_make_skb; RFC 4443 type 128")
        .related(&["Icmp6.InEchoReplies"]),
    ICMP6
        .normal("OutEchoReplies", "output echo replies")
        .meaning("Pings by IPv6 answered by this host.")
        .source("net/ipv6/icmp.c icmpv6_echo_reply; RFC 4443 type 129")
        .related(&["Icmp6.InEchos"]),
    ICMP6
        .normal("OutGroupMembQueries", "output group membership queries")
        .meaning("Stays 0 unless a routing daemon here asks for listeners by a raw socket.")
        .source("net/ipv6/ip6_output.c __ip6_make_skb; RFC 2710 type 130")
        .related(&["Icmp6.InGroupMembQueries"]),
    ICMP6
        .normal("OutGroupMembResponses", "output group membership responses")
        .meaning(
            "Listener reports of MLD version 1 sent, because a router on the link speaks only that version.",
        )
        .source("net/ipv6/mcast.c igmp6_send; RFC 2710 type 131")
        .related(&["Icmp6.OutMLDv2Reports"]),
    ICMP6
        .normal("OutGroupMembReductions", "output group membership reductions")
        .meaning("Messages of MLD version 1 sent to leave a group.")
        .source("net/ipv6/mcast.c igmp6_send, igmp6_leave_group; RFC 2710 type 132")
        .related(&["Icmp6.OutGroupMembResponses"]),
    ICMP6
        .normal("OutRouterSolicits", "output router solicitations")
        .meaning("This host asked for a router, at the start of an interface and again while none answers.")
        .next("If it keeps growing: no router answers on the link.")
        .source("net/ipv6/ndisc.c ndisc_send_rs; RFC 4861 type 133; RFC 7559")
        .related(&["Icmp6.InRouterAdvertisements"]),
    ICMP6
        .normal("OutRouterAdvertisements", "output router advertisements")
        .meaning(
            "Router advertisements sent by a program here (radvd, a routing daemon); the kernel sends none.",
        )
        .next("If this host is no router: find the process that holds a raw ICMPv6 socket.")
        .source("net/ipv6/ip6_output.c __ip6_make_skb; RFC 4861 type 134")
        .related(&["Icmp6.InRouterSolicits"]),
    ICMP6
        .normal("OutNeighborSolicits", "output neighbour solicitations")
        .meaning(
            "This host asked for a neighbour's link address, or whether it is still there. The test of an \
             own address for duplicates counts too.",
        )
        .next("A high rate without answers: a sweep of a prefix, or a silent router.")
        .source("net/ipv6/ndisc.c ndisc_send_ns; RFC 4861 type 135; RFC 4862")
        .related(&["Icmp6.InNeighborAdvertisements", "ndisc_cache.res_failed"]),
    ICMP6
        .normal("OutNeighborAdvertisements", "output neighbour advertisements")
        .meaning("This host told its link address, asked or on its own.")
        .source("net/ipv6/ndisc.c ndisc_send_na; RFC 4861 type 136")
        .related(&["Icmp6.InNeighborSolicits"]),
    ICMP6
        .watch("OutRedirects", "output redirects")
        .meaning("This host, as a router, told a neighbour that another first hop is better.")
        .next("Give the neighbour the better route.")
        .source("net/ipv6/ndisc.c ndisc_send_redirect; RFC 4861 type 137")
        .related(&["Icmp6.InRedirects", "Ip6.OutForwDatagrams"]),
    ICMP6
        .normal("OutMLDv2Reports", "output MLDv2 reports")
        .meaning(
            "This host reported the multicast groups that it listens to, with each new address and when \
             asked.",
        )
        .source("net/ipv6/mcast.c mld_sendpack; RFC 3810 type 143")
        .related(&["Icmp6.InGroupMembQueries"]),
    ICMP6
        .normal("InType*", "input messages of a type")
        .meaning(
            "ICMPv6 messages received of the type that the number names. 1 is unreachable, 128 echo request, \
             135 neighbour solicitation; absent while it is zero.",
        )
        .source("net/ipv6/icmp.c icmpv6_rcv; RFC 4293 icmpMsgStatsInPkts")
        .related(&["Icmp6.InMsgs", "Icmp6.OutType*"]),
    ICMP6
        .normal("OutType*", "output messages of a type")
        .meaning(
            "ICMPv6 messages sent of the type that the number names. 1 is unreachable, 129 echo reply, 135 \
             neighbour solicitation; absent while it is zero.",
        )
        .source("net/ipv6/ip6_output.c __ip6_make_skb; RFC 4293 icmpMsgStatsOutPkts")
        .related(&["Icmp6.OutMsgs", "Icmp6.InType*"]),
];
