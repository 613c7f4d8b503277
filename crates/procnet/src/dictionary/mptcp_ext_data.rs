//! Counters of Multipath TCP data: sequence mappings (DSS), out-of-order queue, windows.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const MPTCP_EXT: Group = Group::new("MPTcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    MPTCP_EXT
        .watch("MPTCPRetrans", "segments retransmitted by MPTCP")
        .meaning(
            "Data was sent again by the connection, on any subflow, since it was not acknowledged at MPTCP \
             level. TCP's own retransmissions inside a subflow are not in it.",
        )
        .next("A path went bad: see SubflowStale, and the subflows' retransmissions (ss -tiM).")
        .source("net/mptcp/protocol.c __mptcp_retrans; RFC 8684")
        .related(&["MPTcpExt.SubflowStale", "MPTcpExt.DuplicateData", "Tcp.RetransSegs"]),
    MPTCP_EXT
        .warning("DSSNotMatching", "data sequence signal (DSS): mapping against the current one")
        .meaning("A mapping (DSS) came that contradicts the mapping still in force.")
        .next("A peer with a fault, or a middlebox that splits or joins segments.")
        .source("net/mptcp/subflow.c get_mapping_status; RFC 8684")
        .related(&["MPTcpExt.DssFallback", "MPTcpExt.DSSNoMatchTCP"]),
    MPTCP_EXT
        .warning("DSSCorruptionFallback", "corrupt data sequence signal (DSS): fallback")
        .meaning("Data broke the rules of its mapping (DSS), and the connection fell back to plain TCP.")
        .next("A middlebox may change segments; find the path, see DSSCorruptionReset.")
        .source("net/mptcp/protocol.c mptcp_dss_corruption")
        .related(&["MPTcpExt.DSSCorruptionReset", "MPTcpExt.DssFallback"]),
    MPTCP_EXT
        .warning("DSSCorruptionReset", "corrupt data sequence signal (DSS): reset")
        .meaning(
            "Data broke the rules of its mapping (DSS) where no fallback was possible; the subflow was \
             reset.",
        )
        .next("A middlebox may change segments; find the path, see MPRstTx.")
        .source("net/mptcp/protocol.c mptcp_dss_corruption")
        .related(&["MPTcpExt.DSSCorruptionFallback", "MPTcpExt.MPRstTx"]),
    MPTCP_EXT
        .watch("InfiniteMapTx", "infinite mappings sent")
        .meaning(
            "We sent an infinite mapping: the connection goes on as plain TCP after a checksum failed at the \
             peer.",
        )
        .next("See MPFailRx and DataCsumErr at the peer: something on the path changes data.")
        .source("net/mptcp/protocol.c mptcp_update_infinite_map; RFC 8684")
        .related(&["MPTcpExt.MPFailRx", "MPTcpExt.InfiniteMapRx"]),
    MPTCP_EXT
        .watch("InfiniteMapRx", "infinite mappings received")
        .meaning("The peer sent an infinite mapping: it wants to go on as plain TCP.")
        .next("See DataCsumErr and MPFailTx: something on the path changes data.")
        .source("net/mptcp/subflow.c get_mapping_status; RFC 8684")
        .related(&["MPTcpExt.MPFailTx", "MPTcpExt.InfiniteMapTx"]),
    MPTCP_EXT
        .warning("DSSNoMatchTCP", "data sequence signal (DSS): mapping against TCP's sequence")
        .meaning(
            "A mapping (DSS) came that does not cover the TCP sequence numbers of the data it stands for.",
        )
        .next("A middlebox rewrites sequence numbers or splits segments.")
        .source("net/mptcp/subflow.c get_mapping_status; RFC 8684")
        .related(&["MPTcpExt.DSSNotMatching", "MPTcpExt.DssFallback"]),
    MPTCP_EXT
        .warning("DataCsumErr", "data checksum errors")
        .meaning("The MPTCP checksum over received data was wrong: the data was changed on the way.")
        .next(
            "A middlebox rewrites payload (application gateway, proxy); see MPFailTx. \
             net.mptcp.checksum_enabled asks for checksums.",
        )
        .source("net/mptcp/subflow.c validate_data_csum; RFC 8684")
        .related(&["MPTcpExt.MPFailTx", "Tcp.InCsumErrors"]),
    MPTCP_EXT
        .normal("OFOQueueTail", "out-of-order data queued at the tail")
        .meaning(
            "Data that came early was put at the end of the connection's out-of-order queue. It counts as \
             OFOQueue too.",
        )
        .source("net/mptcp/protocol.c mptcp_data_queue_ofo")
        .related(&["MPTcpExt.OFOQueue"]),
    MPTCP_EXT
        .normal("OFOQueue", "out-of-order data queued")
        .meaning(
            "Data came over one subflow before earlier data of another, and went into the out-of-order \
             queue. Normal with paths of unequal delay.",
        )
        .next("If it grows fast, the paths differ much: compare the round trips of the subflows (ss -tiM).")
        .source("net/mptcp/protocol.c mptcp_data_queue_ofo")
        .related(&["MPTcpExt.OFOQueueTail", "MPTcpExt.OFOMerge", "MPTcpExt.RcvPruned"]),
    MPTCP_EXT
        .normal("OFOMerge", "out-of-order data merged")
        .meaning(
            "Data that came early was appended to a buffer already in the connection's out-of-order queue.",
        )
        .source("net/mptcp/protocol.c mptcp_data_queue_ofo")
        .related(&["MPTcpExt.OFOQueue"]),
    MPTCP_EXT
        .warning("NoDSSInWindow", "data sequence signal (DSS) beyond the connection's window")
        .meaning("Data was dropped because it lies beyond the receive window of the connection.")
        .next(
            "A peer that ignores the window, or a fault: see RcvWndShared and the receive queue of the \
             connection.",
        )
        .source("net/mptcp/protocol.c mptcp_data_queue_ofo")
        .related(&["MPTcpExt.RcvWndShared", "MPTcpExt.OFOQueue"]),
    MPTCP_EXT
        .watch("DuplicateData", "duplicate data")
        .meaning("Data came that the connection already had, and was dropped.")
        .next(
            "The peer sends the same data on several subflows: retransmissions after a bad path, or a \
             redundant scheduler.",
        )
        .source(
            "net/mptcp/protocol.c mptcp_data_queue_ofo, __mptcp_move_skb; net/mptcp/subflow.c \
             mptcp_subflow_discard_data",
        )
        .related(&["MPTcpExt.MPTCPRetrans"]),
    MPTCP_EXT
        .warning("RcvPruned", "data dropped for lack of receive memory")
        .meaning(
            "Data of a subflow was dropped because no memory was to be had for the connection's receive \
             queue. Kernel 6.18 does not show this counter.",
        )
        .next("See TCP's memory use against net.ipv4.tcp_mem, and connections with a full receive queue.")
        .source("net/mptcp/protocol.c __mptcp_move_skb")
        .related(&["TcpExt.RcvPruned", "TcpExt.TCPMemoryPressures"]),
    MPTCP_EXT
        .normal("SndWndShared", "send windows raised to the connection's")
        .meaning("A subflow's own send window was smaller than the connection's, and was raised to it.")
        .source("net/mptcp/protocol.c mptcp_check_allowed_size; RFC 8684")
        .related(&["MPTcpExt.RcvWndShared"]),
    MPTCP_EXT
        .normal("RcvWndShared", "receive windows raised to the connection's")
        .meaning("A subflow advertised the connection's receive window in place of its own, smaller one.")
        .source("net/mptcp/options.c mptcp_set_rwin; RFC 8684")
        .related(&["MPTcpExt.RcvWndConflict", "MPTcpExt.SndWndShared"]),
    MPTCP_EXT
        .normal("RcvWndConflictUpdate", "receive window races that raised a subflow's window")
        .meaning(
            "Two subflows set the connection's window at once, and the one with the smaller took over the \
             larger.",
        )
        .source("net/mptcp/options.c mptcp_set_rwin")
        .related(&["MPTcpExt.RcvWndConflict", "MPTcpExt.RcvWndShared"]),
    MPTCP_EXT
        .normal("RcvWndConflict", "receive window races")
        .meaning("Two subflows set the connection's receive window at once, and one had to try again.")
        .source("net/mptcp/options.c mptcp_set_rwin")
        .related(&["MPTcpExt.RcvWndConflictUpdate"]),
    MPTCP_EXT
        .watch("WinProbe", "MPTCP zero window probes")
        .meaning("A probe was sent because the connection's window at the peer is closed.")
        .next("Find connections with a full send queue: the peer's program does not read.")
        .source("net/mptcp/protocol.c mptcp_sendmsg_frag")
        .related(&["TcpExt.TCPWinProbe"])
        .since("6.18"),
];
