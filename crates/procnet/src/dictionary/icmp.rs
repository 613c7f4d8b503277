//! Icmp and IcmpMsg: the counters of ICMP, as `net/snmp` prints them. `net/ipv4/proc.c` `icmp_put`,
//! `icmpmsg_put`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// ICMP of the namespace.
const ICMP: Group = Group::new("Icmp", FileScope::Namespace, Unit::Packets);
/// ICMP by type; what is zero is left out.
const TYPES: Group = Group::new("IcmpMsg", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    ICMP.normal("InMsgs", "input messages")
        .meaning("ICMP messages received, faulty ones included.")
        .next("Look at the counters by type below it, or at IcmpMsg.")
        .source("net/ipv4/icmp.c icmp_rcv; RFC 4293 icmpStatsInMsgs")
        .related(&["Icmp.InErrors", "Icmp.OutMsgs", "IcmpMsg.InType*"]),
    ICMP.watch("InErrors", "input errors")
        .meaning(
            "An ICMP message was of no use: bad checksum, too short, of unknown type, or about a socket that \
             is gone.",
        )
        .next(
            "If InCsumErrors does not explain it: errors for sockets already closed are harmless; a flood of \
             them may be a scan or forged.",
        )
        .source(
            "net/ipv4/icmp.c icmp_rcv, icmp_socket_deliver; net/ipv4/tcp_ipv4.c tcp_v4_err; net/ipv4/udp.c \
             __udp4_lib_err; RFC 4293 icmpStatsInErrors",
        )
        .related(&["Icmp.InCsumErrors", "Icmp.InMsgs"]),
    ICMP.warning("InCsumErrors", "input checksum errors")
        .meaning("The checksum of an ICMP message was wrong. Each one is also an InErrors.")
        .next(
            "Suspect hardware or a device that rewrites packets without care (NAT); look at rx_errs of the \
             interface.",
        )
        .source("net/ipv4/icmp.c icmp_rcv")
        .related(&["Icmp.InErrors", "IpExt.InCsumErrors"]),
    ICMP.watch("InDestUnreachs", "input destination unreachables")
        .meaning(
            "Somebody told this host that a packet could not be delivered: no route, host or port, filtered, \
             or too large.",
        )
        .next(
            "Capture ICMP type 3: the code tells which, the quoted packet tells whose; code 4 is path MTU \
             discovery.",
        )
        .source("net/ipv4/icmp.c icmp_unreach; RFC 792 type 3; RFC 2011 icmpInDestUnreachs")
        .related(&["IcmpMsg.InType*", "Icmp.OutDestUnreachs", "Ip.FragFails"]),
    ICMP.watch("InTimeExcds", "input time exceededs")
        .meaning(
            "Somebody told this host that a packet's TTL ran out, or that fragments did not arrive in time. \
             Running traceroute causes it.",
        )
        .next("Without a traceroute: look for a routing loop on the path to the quoted destination.")
        .source("net/ipv4/icmp.c icmp_unreach; RFC 792 type 11; RFC 2011 icmpInTimeExcds")
        .related(&["IcmpMsg.InType*"]),
    ICMP.watch("InParmProbs", "input parameter problems")
        .meaning("Somebody told this host that the header of a packet it sent could not be understood.")
        .next("Capture ICMP type 12; IP options of a program here or damage on the way.")
        .source("net/ipv4/icmp.c icmp_unreach; RFC 792 type 12; RFC 2011 icmpInParmProbs")
        .related(&["IcmpMsg.InType*"]),
    ICMP.watch("InSrcQuenchs", "input source quenches")
        .meaning(
            "Source quench messages received, an old request to send slower; Linux takes no notice. RFC 6633 \
             withdrew it.",
        )
        .next("Nobody sends it today: look at the sender.")
        .source("net/ipv4/icmp.c icmp_rcv; RFC 792 type 4; RFC 6633")
        .related(&["IcmpMsg.InType*"]),
    ICMP.watch("InRedirects", "input redirects")
        .meaning(
            "A router said that another router on the link is the better first hop. It can be forged to \
             divert traffic.",
        )
        .next("Check that accept_redirects is off where it is not needed, and who sends them.")
        .source("net/ipv4/icmp.c icmp_redirect; RFC 792 type 5; RFC 2011 icmpInRedirects")
        .related(&["Icmp.OutRedirects", "Icmp6.InRedirects"]),
    ICMP.normal("InEchos", "input echo requests")
        .meaning("Pings received. Whether they are answered is set by net.ipv4.icmp_echo_ignore_all.")
        .next(
            "A high steady rate: a monitoring system, a flood, or data hidden in pings; capture and look at \
             size and source.",
        )
        .source("net/ipv4/icmp.c icmp_echo; RFC 792 type 8; RFC 2011 icmpInEchos")
        .related(&["Icmp.OutEchoReps"]),
    ICMP.normal("InEchoReps", "input echo replies")
        .meaning("Answers to pings received.")
        .next("Many without OutEchos: somebody pings in this host's name.")
        .source("net/ipv4/ping.c ping_rcv; RFC 792 type 0; RFC 2011 icmpInEchoReps")
        .related(&["Icmp.OutEchos"]),
    ICMP.normal("InTimestamps", "input timestamp requests")
        .meaning("Requests for this host's time of day received. Scanners send them.")
        .source("net/ipv4/icmp.c icmp_timestamp; RFC 792 type 13; RFC 2011 icmpInTimestamps")
        .related(&["Icmp.OutTimestampReps"]),
    ICMP.normal("InTimestampReps", "input timestamp replies")
        .meaning("Answers to timestamp requests received.")
        .source("net/ipv4/icmp.c icmp_rcv; RFC 792 type 14; RFC 2011 icmpInTimestampReps")
        .related(&["Icmp.OutTimestamps"]),
    ICMP.normal("InAddrMasks", "input address mask requests")
        .meaning(
            "Requests for the network mask received. Linux does not answer; only scanners and very old hosts \
             send them.",
        )
        .source("net/ipv4/icmp.c icmp_rcv; RFC 950 type 17; RFC 2011 icmpInAddrMasks")
        .related(&["Icmp.OutAddrMaskReps"]),
    ICMP.normal("InAddrMaskReps", "input address mask replies")
        .meaning("Answers to address mask requests received; Linux takes no notice.")
        .source("net/ipv4/icmp.c icmp_rcv; RFC 950 type 18; RFC 2011 icmpInAddrMaskReps")
        .related(&["Icmp.OutAddrMasks"]),
    ICMP.normal("OutMsgs", "output messages")
        .meaning("ICMP messages that were built to be sent, also those of raw and ping sockets.")
        .next("Look at the counters by type below it, or at IcmpMsg.")
        .source("net/ipv4/icmp.c icmp_out_count; RFC 4293 icmpStatsOutMsgs")
        .related(&["Icmp.OutErrors", "IcmpMsg.OutType*"]),
    ICMP.warning("OutErrors", "output errors")
        .meaning("An ICMP message could not be sent for a reason of ICMP's own, such as want of memory.")
        .next("Look for memory pressure; errors of routing are Ip.OutNoRoutes.")
        .source("net/ipv4/icmp.c icmp_push_reply; RFC 4293 icmpStatsOutErrors")
        .related(&["Icmp.OutMsgs", "Ip.OutDiscards"]),
    ICMP.watch("OutRateLimitGlobal", "output limited globally")
        .meaning(
            "A message was not sent because all ICMP together reached net.ipv4.icmp_msgs_per_sec. Messages \
             of ICMPv6 that this limit stops count here too.",
        )
        .next(
            "A scan or flood provokes them: look at Udp.NoPorts and OutDestUnreachs; the limit itself \
             protects.",
        )
        .source("net/ipv4/icmp.c icmpv4_global_allow; net/ipv6/icmp.c icmpv6_global_allow")
        .related(&["Icmp.OutRateLimitHost", "Icmp.OutDestUnreachs", "Udp.NoPorts"])
        .since("6.3"),
    ICMP.watch("OutRateLimitHost", "output limited for a host")
        .meaning("A message was not sent because its receiver got too many lately (net.ipv4.icmp_ratelimit).")
        .next(
            "Find the one host that provokes errors: a traceroute, a scan, or a program that sends to a \
             closed port.",
        )
        .source("net/ipv4/icmp.c icmpv4_xrlim_allow")
        .related(&["Icmp.OutRateLimitGlobal", "Icmp6.OutRateLimitHost"])
        .since("6.3"),
    ICMP.watch("OutDestUnreachs", "output destination unreachables")
        .meaning(
            "This host told a sender that its packet cannot be delivered. The port is closed, there is no \
             route, a rule rejects it, or it is too large.",
        )
        .next("Many in a short time: a port scan or a client of a service that is down; compare Udp.NoPorts.")
        .source("net/ipv4/icmp.c __icmp_send; RFC 792 type 3; RFC 2011 icmpOutDestUnreachs")
        .related(&["Udp.NoPorts", "Ip.FragFails", "IpExt.InNoRoutes"]),
    ICMP.normal("OutTimeExcds", "output time exceededs")
        .meaning(
            "This host, as a router, told a sender that its packet's TTL ran out, or that fragments were \
             missing.",
        )
        .next("Many for one destination: a routing loop through this host.")
        .source(
            "net/ipv4/icmp.c __icmp_send; net/ipv4/ip_forward.c ip_forward; RFC 792 type 11; RFC 2011 \
             icmpOutTimeExcds",
        )
        .related(&["Ip.InHdrErrors", "Ip.ReasmTimeout"]),
    ICMP.watch("OutParmProbs", "output parameter problems")
        .meaning("This host told a sender that it could not understand a header, mostly for IP options.")
        .next("Capture ICMP type 12 and look at the quoted packet.")
        .source(
            "net/ipv4/icmp.c __icmp_send; net/ipv4/ip_options.c ip_options_compile; RFC 792 type 12; RFC \
             2011 icmpOutParmProbs",
        )
        .related(&["Ip.InHdrErrors"]),
    ICMP.normal("OutSrcQuenchs", "output source quenches")
        .meaning("Stays 0 unless a program sends source quench by a raw socket; the kernel does not send it.")
        .source("net/ipv4/icmp.c icmp_out_count; RFC 6633")
        .related(&["Icmp.InSrcQuenchs"]),
    ICMP.watch("OutRedirects", "output redirects")
        .meaning("This host, as a router, told a neighbour that another router is the better first hop.")
        .next("Give the neighbour the better route, or turn send_redirects off.")
        .source("net/ipv4/route.c ip_rt_send_redirect; RFC 792 type 5; RFC 2011 icmpOutRedirects")
        .related(&["Icmp.InRedirects", "Ip.ForwDatagrams"]),
    ICMP.normal("OutEchos", "output echo requests")
        .meaning("Pings sent by programs of this host, by ping or raw sockets.")
        .source(
            "net/ipv4/icmp.c icmp_out_count; net/ipv4/ping.c ping_v4_sendmsg; RFC 792 type 8; RFC 2011 \
             icmpOutEchos",
        )
        .related(&["Icmp.InEchoReps"]),
    ICMP.normal("OutEchoReps", "output echo replies")
        .meaning("Pings answered by this host.")
        .source("net/ipv4/icmp.c icmp_echo, icmp_reply; RFC 792 type 0; RFC 2011 icmpOutEchoReps")
        .related(&["Icmp.InEchos"]),
    ICMP.normal("OutTimestamps", "output timestamp requests")
        .meaning("Timestamp requests sent by programs of this host, by raw sockets.")
        .source("net/ipv4/icmp.c icmp_out_count; RFC 792 type 13; RFC 2011 icmpOutTimestamps")
        .related(&["Icmp.InTimestampReps"]),
    ICMP.normal("OutTimestampReps", "output timestamp replies")
        .meaning("Timestamp requests answered by this host.")
        .source("net/ipv4/icmp.c icmp_timestamp, icmp_reply; RFC 792 type 14; RFC 2011 icmpOutTimestampReps")
        .related(&["Icmp.InTimestamps"]),
    ICMP.normal("OutAddrMasks", "output address mask requests")
        .meaning("Address mask requests sent by programs of this host, by raw sockets.")
        .source("net/ipv4/icmp.c icmp_out_count; RFC 950 type 17; RFC 2011 icmpOutAddrMasks")
        .related(&["Icmp.InAddrMaskReps"]),
    ICMP.normal("OutAddrMaskReps", "output address mask replies")
        .meaning(
            "Stays 0 unless a program sends them by a raw socket; the kernel does not answer such requests.",
        )
        .source("net/ipv4/icmp.c icmp_out_count; RFC 950 type 18; RFC 2011 icmpOutAddrMaskReps")
        .related(&["Icmp.InAddrMasks"]),
    TYPES
        .normal("InType*", "input messages of a type")
        .meaning(
            "ICMP messages received of the type that the number names. 0 is echo reply, 3 unreachable, 8 \
             echo request, 11 time exceeded; absent while it is zero.",
        )
        .source("net/ipv4/icmp.c icmp_rcv; RFC 4293 icmpMsgStatsInPkts")
        .related(&["Icmp.InMsgs", "IcmpMsg.OutType*"]),
    TYPES
        .normal("OutType*", "output messages of a type")
        .meaning(
            "ICMP messages sent of the type that the number names. 0 is echo reply, 3 unreachable, 8 echo \
             request, 11 time exceeded; absent while it is zero.",
        )
        .source("net/ipv4/icmp.c icmp_out_count; RFC 4293 icmpMsgStatsOutPkts")
        .related(&["Icmp.OutMsgs", "IcmpMsg.InType*"]),
];
