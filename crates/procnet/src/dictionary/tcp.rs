//! Tcp: the counters of TCP over both families, as `net/snmp` prints them. `net/ipv4/proc.c`
//! `snmp4_tcp_list`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// TCP over IPv4 and IPv6.
const TCP: Group = Group::new("Tcp", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TCP.constant("RtoAlgorithm", "retransmission timeout algorithm")
        .unit(Unit::None)
        .meaning(
            "The algorithm of the retransmission timer: always 1, which the MIB calls \"other\". It says \
             nothing about this host.",
        )
        .source("include/net/tcp.h tcp_mib_init; RFC 4022 tcpRtoAlgorithm")
        .related(&["Tcp.RtoMin", "Tcp.RtoMax"]),
    TCP.constant("RtoMin", "minimum retransmission timeout")
        .unit(Unit::Milliseconds)
        .meaning(
            "The least retransmission timeout, 200 ms. A route's rto_min or a socket option may set another; \
             this figure does not follow.",
        )
        .source("include/net/tcp.h tcp_mib_init; RFC 4022 tcpRtoMin")
        .related(&["Tcp.RtoMax"]),
    TCP.constant("RtoMax", "maximum retransmission timeout")
        .unit(Unit::Milliseconds)
        .meaning(
            "The greatest retransmission timeout, 120000 ms. A setting may lower it; this figure does not \
             follow.",
        )
        .source("include/net/tcp.h tcp_mib_init; RFC 4022 tcpRtoMax")
        .related(&["Tcp.RtoMin"]),
    TCP.constant("MaxConn", "maximum connections")
        .unit(Unit::Count)
        .meaning("Always -1: there is no fixed limit to connections.")
        .next("The limits that matter are memory (tcp_mem), ports and file descriptors.")
        .source("include/net/tcp.h tcp_mib_init; RFC 4022 tcpMaxConn")
        .related(&["Tcp.CurrEstab", "sockstat.TCP.inuse"]),
    TCP.normal("ActiveOpens", "active opens")
        .unit(Unit::Count)
        .meaning("Connections that programs of this host began: a SYN was built. Failed attempts are in it.")
        .next("Compare AttemptFails.")
        .source("net/ipv4/tcp_output.c tcp_connect; RFC 4022 tcpActiveOpens")
        .related(&["Tcp.AttemptFails", "Tcp.PassiveOpens"]),
    TCP.normal("PassiveOpens", "passive opens")
        .unit(Unit::Count)
        .meaning(
            "Connections from others that completed their handshake and got a socket here. It is counted \
             before the program accepts them.",
        )
        .source("net/ipv4/tcp_minisocks.c tcp_create_openreq_child; RFC 4022 tcpPassiveOpens")
        .related(&["Tcp.ActiveOpens", "TcpExt.ListenDrops"]),
    TCP.watch("AttemptFails", "attempt fails")
        .unit(Unit::Count)
        .meaning(
            "A connection ended before it was established, either way: refused, timed out, or reset in the \
             handshake.",
        )
        .next(
            "Look for sockets in SYN_SENT and their destinations; on a server for a scan that resets \
             half-open connections.",
        )
        .source("net/ipv4/tcp.c tcp_done; net/ipv4/tcp_minisocks.c tcp_check_req; RFC 4022 tcpAttemptFails")
        .related(&["Tcp.ActiveOpens", "Tcp.OutRsts"]),
    TCP.watch("EstabResets", "established resets")
        .unit(Unit::Count)
        .meaning(
            "An established connection ended at once instead of by FIN: reset by either end, timed out, or \
             closed with unread data.",
        )
        .next(
            "Find out which end resets: compare OutRsts, TcpExt.TCPAbortOnData, TCPAbortOnClose and \
             TCPAbortOnTimeout.",
        )
        .source("net/ipv4/tcp.c tcp_set_state; RFC 4022 tcpEstabResets")
        .related(&[
            "Tcp.OutRsts",
            "TcpExt.TCPAbortOnData",
            "TcpExt.TCPAbortOnClose",
            "TcpExt.TCPAbortOnTimeout",
        ]),
    TCP.gauge("CurrEstab", "currently established")
        .unit(Unit::Count)
        .meaning("Connections of the namespace that are in ESTABLISHED or CLOSE_WAIT now, IPv4 and IPv6.")
        .next("If it only rises: look for sockets in CLOSE_WAIT, which a program forgot to close.")
        .source("net/ipv4/tcp.c tcp_set_state; RFC 4022 tcpCurrEstab")
        .related(&["sockstat.TCP.inuse"]),
    TCP.normal("InSegs", "input segments")
        .meaning(
            "TCP segments received, faulty ones included, IPv4 and IPv6. Segments that GRO merged count \
             once, so it may be far below OutSegs of the peer.",
        )
        .source("net/ipv4/tcp_ipv4.c tcp_v4_rcv; net/ipv6/tcp_ipv6.c tcp_v6_rcv; RFC 4022 tcpInSegs")
        .related(&["Tcp.OutSegs", "Ip.InDelivers"]),
    TCP.normal("OutSegs", "output segments")
        .meaning(
            "TCP segments sent, each segment of a large send by itself, IPv4 and IPv6. Retransmitted ones \
             are left out.",
        )
        .next("Use it as the base of a retransmission rate: RetransSegs / OutSegs.")
        .source(
            "net/ipv4/tcp_output.c __tcp_transmit_skb, tcp_make_synack; net/ipv4/tcp_ipv4.c \
             tcp_v4_send_reset; RFC 4022 tcpOutSegs",
        )
        .related(&["Tcp.RetransSegs", "Tcp.OutRsts"]),
    TCP.watch("RetransSegs", "retransmitted segments")
        .meaning("TCP segments sent again: data, SYN and SYN-ACK alike.")
        .next(
            "Above 3 % of OutSegs: find the connections with high retransmissions, then the path; compare \
             TcpExt.TCPTimeouts and TCPLostRetransmit.",
        )
        .source("net/ipv4/tcp_output.c __tcp_retransmit_skb, tcp_rtx_synack; RFC 4022 tcpRetransSegs")
        .related(&[
            "Tcp.OutSegs",
            "TcpExt.TCPTimeouts",
            "TcpExt.TCPLostRetransmit",
            "TcpExt.TCPSynRetrans",
            "TcpExt.TCPFastRetrans",
        ]),
    TCP.watch("InErrs", "input errors")
        .meaning(
            "A TCP segment was faulty: bad checksum, header too short, or a SYN in the middle of a \
             connection.",
        )
        .next("Compare InCsumErrors; what remains is forged or comes from a peer that restarted.")
        .source(
            "net/ipv4/tcp_ipv4.c tcp_v4_rcv; net/ipv4/tcp_input.c tcp_validate_incoming; RFC 4022 tcpInErrs",
        )
        .related(&["Tcp.InCsumErrors", "TcpExt.TCPSYNChallenge"]),
    TCP.watch("OutRsts", "output resets")
        .meaning(
            "Segments with RST sent: for a closed port, for a connection that is gone, or because a program \
             aborted.",
        )
        .next("Many without EstabResets: a port scan, or clients of a service that is down.")
        .source(
            "net/ipv4/tcp_ipv4.c tcp_v4_send_reset; net/ipv4/tcp_output.c tcp_send_active_reset; RFC 4022 \
             tcpOutRsts",
        )
        .related(&["Tcp.EstabResets", "Tcp.AttemptFails", "TcpExt.TCPAbortOnData"]),
    TCP.warning("InCsumErrors", "input checksum errors")
        .meaning("The checksum of a received TCP segment was wrong. Each one is also an InErrs.")
        .next(
            "Suspect hardware, a broken offload or a device that rewrites packets; look at rx_errs of the \
             interface.",
        )
        .source("net/ipv4/tcp_ipv4.c tcp_v4_rcv, tcp_v4_do_rcv, tcp_add_backlog")
        .related(&["Tcp.InErrs", "IpExt.InCsumErrors"]),
];
