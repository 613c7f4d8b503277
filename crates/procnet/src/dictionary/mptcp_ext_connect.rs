//! Counters of Multipath TCP connections: handshake (MP_CAPABLE), fallback to plain TCP, number.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const MPTCP_EXT: Group = Group::new("MPTcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    MPTCP_EXT
        .normal("MPCapableSYNRX", "SYNs with MP_CAPABLE received")
        .meaning("A SYN with MP_CAPABLE reached an MPTCP listener: a client asks for Multipath TCP.")
        .next("Compare with MPCapableACKRX: connections that made it.")
        .source("net/mptcp/subflow.c subflow_check_req; RFC 8684")
        .related(&["MPTcpExt.MPCapableACKRX", "MPTcpExt.MPCapableFallbackACK"]),
    MPTCP_EXT
        .normal("MPCapableSYNTX", "SYNs with MP_CAPABLE sent")
        .meaning("An MPTCP socket began to connect with MP_CAPABLE in its SYN. Retransmissions do not count.")
        .next("Compare with MPCapableSYNACKRX: servers that agreed.")
        .source("net/mptcp/protocol.c mptcp_connect; RFC 8684")
        .related(&[
            "MPTcpExt.MPCapableSYNACKRX",
            "MPTcpExt.MPCapableFallbackSYNACK",
            "MPTcpExt.MPCapableSYNTXDrop",
        ]),
    MPTCP_EXT
        .normal("MPCapableSYNACKRX", "SYN-ACKs with MP_CAPABLE received")
        .meaning("A server agreed to Multipath TCP: its SYN-ACK carried MP_CAPABLE.")
        .source("net/mptcp/subflow.c subflow_finish_connect; RFC 8684")
        .related(&["MPTcpExt.MPCapableSYNTX", "MPTcpExt.MPCapableFallbackSYNACK"]),
    MPTCP_EXT
        .normal("MPCapableACKRX", "third ACKs with MP_CAPABLE (connections accepted)")
        .meaning(
            "A program accepted a connection that is Multipath TCP. The kernel counts at accept(), not when \
             the ACK comes.",
        )
        .next("Compare with MPCapableSYNRX.")
        .source("net/mptcp/protocol.c mptcp_stream_accept; RFC 8684")
        .related(&["MPTcpExt.MPCapableSYNRX", "MPTcpExt.MPCapableFallbackACK"]),
    MPTCP_EXT
        .watch("MPCapableFallbackACK", "fallbacks at the third ACK (server)")
        .meaning(
            "A handshake that began with MP_CAPABLE ended as plain TCP, as the client's ACK did not go on \
             with it.",
        )
        .next("A middlebox may strip MPTCP options: compare a capture at both ends.")
        .source("net/mptcp/subflow.c subflow_syn_recv_sock; RFC 8684")
        .related(&["MPTcpExt.MPCapableSYNRX", "MPTcpExt.MPCapableACKRX"]),
    MPTCP_EXT
        .watch("MPCapableFallbackSYNACK", "fallbacks at the SYN-ACK (client)")
        .meaning(
            "We asked for Multipath TCP but the SYN-ACK had no MP_CAPABLE: the connection goes on as plain \
             TCP.",
        )
        .next(
            "Most servers speak plain TCP only. If this one should not, look for a middlebox that strips \
             options.",
        )
        .source("net/mptcp/subflow.c subflow_finish_connect; RFC 8684")
        .related(&["MPTcpExt.MPCapableSYNTX", "MPTcpExt.MPCapableSYNACKRX"]),
    MPTCP_EXT
        .watch("MPCapableSYNTXDrop", "fallbacks after unanswered SYNs (client)")
        .meaning(
            "SYNs with MP_CAPABLE stayed unanswered, so the next SYN of the connection goes out as plain \
             TCP.",
        )
        .next(
            "net.mptcp.syn_retrans_before_tcp_fallback sets how many; see Blackhole for whether plain TCP \
             got through.",
        )
        .source("net/mptcp/ctrl.c mptcp_active_detect_blackhole")
        .related(&["MPTcpExt.Blackhole", "MPTcpExt.MPCapableSYNTXDisabled"])
        .since("6.12"),
    MPTCP_EXT
        .watch("MPCapableSYNTXDisabled", "connections made as plain TCP after a blackhole")
        .meaning(
            "A socket connected by plain TCP from the start because a blackhole for MPTCP was found lately.",
        )
        .next("See Blackhole; net.mptcp.blackhole_timeout sets for how long (0 turns it off).")
        .source("net/mptcp/protocol.c mptcp_connect")
        .related(&["MPTcpExt.Blackhole", "MPTcpExt.MPCapableSYNTXDrop"])
        .since("6.12"),
    MPTCP_EXT
        .watch("MPCapableEndpAttempt", "MP_CAPABLE attempts on a signal endpoint's port")
        .meaning(
            "A client asked for a new connection on a port that only takes joins (an endpoint with a port); \
             it is reset.",
        )
        .next(
            "See the endpoints with a port (ip mptcp endpoint); the client should connect to the service's \
             own port.",
        )
        .source("net/mptcp/subflow.c subflow_reset_req_endp")
        .related(&["MPTcpExt.MPJoinPortSynRx"]),
    MPTCP_EXT
        .warning("MPFallbackTokenInit", "fallbacks for lack of a token")
        .meaning("No unique token could be made for a new connection, so it went on as plain TCP.")
        .next("Rare: look for lack of memory or a very large number of MPTCP connections.")
        .source("net/mptcp/protocol.c mptcp_connect; net/mptcp/subflow.c subflow_check_req")
        .related(&["MPTcpExt.MPCapableSYNTX", "MPTcpExt.MPCapableSYNRX"]),
    MPTCP_EXT
        .watch("Blackhole", "MPTCP blackholes found")
        .meaning(
            "A connection got through by plain TCP after its SYNs with MP_CAPABLE had stayed unanswered. New \
             outgoing connections use plain TCP for a while then.",
        )
        .next(
            "A firewall drops MPTCP options: find it; net.mptcp.blackhole_timeout sets the pause, which \
             doubles each time.",
        )
        .source("net/mptcp/ctrl.c mptcp_active_disable")
        .related(&["MPTcpExt.MPCapableSYNTXDrop", "MPTcpExt.MPCapableSYNTXDisabled"])
        .since("6.12"),
    MPTCP_EXT
        .watch("MPCapableDataFallback", "fallbacks at the first data")
        .meaning(
            "The first data of a new connection came without the MPTCP options, so it fell back to plain \
             TCP.",
        )
        .next("A middlebox may strip MPTCP options from data segments.")
        .source("net/mptcp/options.c check_fully_established; RFC 8684")
        .related(&["MPTcpExt.DssFallback", "MPTcpExt.FallbackFailed"])
        .since("6.17"),
    MPTCP_EXT
        .normal("MD5SigFallback", "fallbacks for TCP MD5 signatures")
        .meaning(
            "A socket connected by plain TCP because it uses TCP MD5 signatures, which leave no room for \
             MPTCP.",
        )
        .source("net/mptcp/protocol.c mptcp_connect")
        .related(&["TcpExt.TCPMD5NotFound"])
        .since("6.17"),
    MPTCP_EXT
        .watch("DssFallback", "fallbacks for a bad or missing data sequence signal (DSS)")
        .meaning("Data came with a bad mapping (DSS) or none, so the connection fell back to plain TCP.")
        .next(
            "A middlebox may strip or split MPTCP options; see DSSNotMatching, DSSNoMatchTCP and DataCsumErr \
             for what was wrong.",
        )
        .source("net/mptcp/subflow.c subflow_check_data_avail; RFC 8684")
        .related(&["MPTcpExt.DSSNotMatching", "MPTcpExt.DSSNoMatchTCP", "MPTcpExt.DataCsumErr"])
        .since("6.17"),
    MPTCP_EXT
        .normal("SimultConnectFallback", "fallbacks on simultaneous connect")
        .meaning(
            "Both ends connected to each other at the same time, so the connection fell back to plain TCP.",
        )
        .source("net/mptcp/options.c mptcp_syn_options; net/mptcp/subflow.c subflow_state_change")
        .related(&["MPTcpExt.MPCapableSYNTX"])
        .since("6.17"),
    MPTCP_EXT
        .warning("FallbackFailed", "fallbacks that were not possible")
        .meaning(
            "A connection should have fallen back to plain TCP but could not any more; the subflow was \
             reset. With several subflows, or after data was lost, there is no way back.",
        )
        .next(
            "See MPRstTx and which of the other fallback counters grow; look for a middlebox that strips \
             options on one path.",
        )
        .source(
            "net/mptcp/subflow.c subflow_finish_connect; net/mptcp/options.c check_fully_established; \
             net/mptcp/protocol.c mptcp_update_infinite_map",
        )
        .related(&["MPTcpExt.MPCapableDataFallback", "MPTcpExt.InfiniteMapTx", "MPTcpExt.MPRstTx"])
        .since("6.17"),
    MPTCP_EXT
        .gauge("MPCurrEstab", "established MPTCP connections at present")
        .meaning("The number of MPTCP connections in the states ESTABLISHED and CLOSE_WAIT at present.")
        .source("net/mptcp/protocol.c mptcp_set_state")
        .related(&["Tcp.CurrEstab"])
        .since("6.8"),
];
