//! Counters of packets that fail a check: timestamps, signatures, ICMP errors, TTL, reverse path.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const TCP_EXT: Group = Group::new("TcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TCP_EXT
        .watch("PAWSActive", "SYN-ACKs rejected by PAWS (protection against wrapped sequences)")
        .meaning(
            "A SYN-ACK in answer to our SYN echoed a timestamp that we cannot have sent; it is answered with \
             an RST.",
        )
        .next("Look for a middlebox that rewrites TCP timestamps, or late answers to an earlier connection.")
        .source("net/ipv4/tcp_input.c tcp_rcv_synsent_state_process; RFC 7323")
        .related(&["TcpExt.PAWSEstab"]),
    TCP_EXT
        .watch("PAWSEstab", "segments rejected by PAWS (protection against wrapped sequences)")
        .meaning(
            "A segment with a timestamp older than the last one seen was dropped (PAWS). Half-open \
             connections count too; since 6.14 pure old ACKs go to PAWSOldAck, since 6.16 TIME_WAIT goes to \
             PAWSTimewait.",
        )
        .next(
            "Old duplicates on the path, or several hosts behind one NAT address or load balancer with \
             different clocks.",
        )
        .source(
            "net/ipv4/tcp_input.c tcp_validate_incoming; net/ipv4/tcp_minisocks.c tcp_check_req; RFC 7323",
        )
        .related(&["TcpExt.PAWSOldAck", "TcpExt.PAWSTimewait", "TcpExt.TCPACKSkippedPAWS"]),
    TCP_EXT
        .normal("PAWSOldAck", "old pure ACKs rejected by PAWS (protection against wrapped sequences)")
        .meaning(
            "A late pure ACK with an old timestamp was dropped (PAWS). Reordered ACKs do this, nothing is \
             lost.",
        )
        .next("If it grows fast, the path reorders: see TCPSACKReorder.")
        .source("net/ipv4/tcp_input.c tcp_validate_incoming; RFC 7323")
        .related(&["TcpExt.PAWSEstab"])
        .since("6.14"),
    TCP_EXT
        .watch(
            "PAWSTimewait",
            "segments for TIME_WAIT rejected by PAWS (protection against wrapped sequences)",
        )
        .meaning("A segment for a TIME_WAIT connection was rejected for its old timestamp (PAWS).")
        .next(
            "A NAT or load balancer may reuse ports for hosts with different clocks: new connections then \
             hang. Look at that device.",
        )
        .source("net/ipv4/tcp_minisocks.c tcp_timewait_state_process; RFC 7323")
        .related(&["TcpExt.PAWSEstab", "TcpExt.TW"])
        .since("6.16"),
    TCP_EXT
        .watch("OutOfWindowIcmps", "ICMP errors out of window")
        .meaning("An ICMP error was ignored because the TCP sequence number it quotes is not in flight.")
        .next("Late or forged ICMP errors; capture ICMP to see who sends them.")
        .source("net/ipv4/tcp_ipv4.c tcp_v4_err; RFC 5927")
        .related(&["TcpExt.LockDroppedIcmps"]),
    TCP_EXT
        .normal("LockDroppedIcmps", "ICMP errors that met a locked socket")
        .meaning(
            "An ICMP error came while a process held its socket, so it was not acted on in full. \
             \"Fragmentation needed\" is no part of this: it is kept for later.",
        )
        .source("net/ipv4/tcp_ipv4.c tcp_v4_err; net/ipv6/tcp_ipv6.c tcp_v6_err")
        .related(&["TcpExt.OutOfWindowIcmps"]),
    TCP_EXT
        .normal("ArpFilter", "ARP requests dropped by arp_filter")
        .meaning("An ARP request was ignored because our route to the asker leaves by another interface.")
        .next("Only with net.ipv4.conf.*.arp_filter=1; see the routes if the answer is missed.")
        .source("net/ipv4/arp.c arp_filter"),
    TCP_EXT
        .warning("IPReversePathFilter", "packets dropped by reverse path filter")
        .unit(Unit::Packets)
        .meaning(
            "An IPv4 packet was dropped because its source is not reached through the interface that it came \
             in by. In loose mode: through no interface at all.",
        )
        .next("See net.ipv4.conf.*.rp_filter (2 is loose) and the routes; log_martians names the packets.")
        .source("net/ipv4/ip_input.c ip_rcv_finish_core; RFC 3704")
        .related(&["IpExt.InNoRoutes"]),
    TCP_EXT
        .watch("TCPMinTTLDrop", "packets below the minimum TTL")
        .unit(Unit::Packets)
        .meaning(
            "A TCP packet or an ICMP error was dropped for a TTL or hop limit below the socket's IP_MINTTL.",
        )
        .next(
            "Packets from farther away than the program allows (GTSM, as with BGP): forged, or the path \
             changed.",
        )
        .source("net/ipv4/tcp_ipv4.c tcp_v4_rcv, tcp_v4_err; net/ipv6/tcp_ipv6.c tcp_v6_rcv; RFC 5082"),
    TCP_EXT
        .warning("TCPMD5NotFound", "segments without the MD5 signature they need")
        .meaning("A segment was dropped because it has no MD5 signature although a key is set for its peer.")
        .next("See the MD5 keys at both ends (BGP configuration).")
        .source("net/ipv4/tcp.c tcp_inbound_hash; RFC 2385")
        .related(&["TcpExt.TCPMD5Unexpected", "TcpExt.TCPMD5Failure"]),
    TCP_EXT
        .warning("TCPMD5Unexpected", "segments with an unexpected MD5 signature")
        .meaning("A segment was dropped because it has an MD5 signature although no key is set for its peer.")
        .next("Set the MD5 key here too, or remove it at the peer.")
        .source("net/ipv4/tcp.c tcp_inbound_md5_hash; RFC 2385")
        .related(&["TcpExt.TCPMD5NotFound", "TcpExt.TCPMD5Failure"]),
    TCP_EXT
        .warning("TCPMD5Failure", "segments with a wrong MD5 signature")
        .meaning("A segment was dropped because its MD5 signature is wrong.")
        .next("The keys of the two ends differ, or a middlebox (NAT) changes what is signed.")
        .source("net/ipv4/tcp.c tcp_inbound_md5_hash; RFC 2385")
        .related(&["TcpExt.TCPMD5NotFound", "TcpExt.TCPMD5Unexpected"]),
    TCP_EXT
        .warning("TCPAORequired", "segments without the authentication option (TCP-AO) they need")
        .meaning(
            "A segment was dropped because it has no TCP-AO option although its connection or peer requires \
             one.",
        )
        .next("See the TCP-AO keys at both ends.")
        .source("include/net/tcp.h tcp_ao_required; RFC 5925")
        .related(&["TcpExt.TCPAOKeyNotFound", "TcpExt.TCPAOBad"])
        .since("6.7"),
    TCP_EXT
        .warning("TCPAOBad", "segments with a bad authentication option (TCP-AO)")
        .meaning(
            "A segment was dropped because its TCP-AO code is wrong, of wrong length, or its options are \
             malformed.",
        )
        .next("The keys of the two ends differ, or a middlebox changes what is signed.")
        .source("net/ipv4/tcp_ao.c tcp_ao_verify_hash; net/ipv4/tcp.c tcp_inbound_hash; RFC 5925")
        .related(&["TcpExt.TCPAOGood", "TcpExt.TCPAOKeyNotFound"])
        .since("6.7"),
    TCP_EXT
        .warning("TCPAOKeyNotFound", "segments with an unknown key in the authentication option (TCP-AO)")
        .meaning("A segment was dropped because no key is known for the key number in its TCP-AO option.")
        .next("Compare the key numbers (SendID, RecvID) of the two ends.")
        .source("net/ipv4/tcp_ao.c tcp_inbound_ao_hash; RFC 5925")
        .related(&["TcpExt.TCPAOBad", "TcpExt.TCPAORequired"])
        .since("6.7"),
    TCP_EXT
        .normal("TCPAOGood", "segments with a good authentication option (TCP-AO)")
        .meaning("A segment's TCP-AO code was checked and found right.")
        .source("net/ipv4/tcp_ao.c tcp_ao_verify_hash; RFC 5925")
        .related(&["TcpExt.TCPAOBad"])
        .since("6.7"),
    TCP_EXT
        .watch("TCPAODroppedIcmps", "ICMP errors ignored for the authentication option (TCP-AO)")
        .meaning("An ICMP \"unreachable\" error was ignored because TCP-AO protects its connection.")
        .next(
            "Forged ICMP errors, a peer that really is gone, or a hidden path MTU problem; capture ICMP to \
             see.",
        )
        .source("net/ipv4/tcp_ao.c tcp_ao_ignore_icmp; RFC 5925")
        .related(&["TcpExt.OutOfWindowIcmps"])
        .since("6.7"),
];
