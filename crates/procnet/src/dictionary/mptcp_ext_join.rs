//! Counters of Multipath TCP subflows that join a connection (MP_JOIN), at both ends.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const MPTCP_EXT: Group = Group::new("MPTcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    MPTCP_EXT
        .watch("MPJoinNoTokenFound", "joins with an unknown token")
        .meaning("A SYN with MP_JOIN carried a token of no connection here; it is reset.")
        .next(
            "The connection has ended, the SYN reached the wrong host (load balancer), or somebody guesses \
             tokens.",
        )
        .source("net/mptcp/subflow.c subflow_token_join_request; RFC 8684")
        .related(&["MPTcpExt.MPJoinSynRx"]),
    MPTCP_EXT
        .normal("MPJoinSynRx", "SYNs with MP_JOIN received")
        .meaning("A SYN with MP_JOIN came: the peer wants to add a subflow.")
        .next("Compare with MPJoinAckRx: subflows that made it.")
        .source("net/mptcp/subflow.c subflow_check_req; RFC 8684")
        .related(&["MPTcpExt.MPJoinAckRx", "MPTcpExt.MPJoinNoTokenFound", "MPTcpExt.MPJoinRejected"]),
    MPTCP_EXT
        .normal("MPJoinSynBackupRx", "SYNs with MP_JOIN and the backup flag received")
        .meaning("A SYN with MP_JOIN came that asks to use the new subflow as backup only.")
        .source("net/mptcp/subflow.c subflow_check_req; RFC 8684")
        .related(&["MPTcpExt.MPJoinSynRx", "MPTcpExt.MPPrioRx"]),
    MPTCP_EXT
        .normal("MPJoinSynAckRx", "SYN-ACKs with MP_JOIN received")
        .meaning("The peer answered our MP_JOIN, and its code (HMAC) was right.")
        .source("net/mptcp/subflow.c subflow_finish_connect; RFC 8684")
        .related(&["MPTcpExt.MPJoinSynTx", "MPTcpExt.MPJoinSynAckHMacFailure"]),
    MPTCP_EXT
        .normal("MPJoinSynAckBackupRx", "SYN-ACKs with MP_JOIN and the backup flag received")
        .meaning("The peer answered our MP_JOIN and asks to use the new subflow as backup only.")
        .source("net/mptcp/subflow.c subflow_finish_connect; RFC 8684")
        .related(&["MPTcpExt.MPJoinSynAckRx"]),
    MPTCP_EXT
        .warning("MPJoinSynAckHMacFailure", "wrong codes (HMAC) in SYN-ACKs with MP_JOIN")
        .meaning("The peer's answer to our MP_JOIN carried a wrong code (HMAC); the subflow is reset.")
        .next("The SYN reached another host (load balancer), or somebody tampers with it.")
        .source("net/mptcp/subflow.c subflow_finish_connect; RFC 8684")
        .related(&["MPTcpExt.MPJoinSynAckRx", "MPTcpExt.MPRstTx"]),
    MPTCP_EXT
        .normal("MPJoinAckRx", "third ACKs with MP_JOIN received")
        .meaning(
            "The last ACK of a join came and was right: the peer's new subflow is part of the connection.",
        )
        .source("net/mptcp/subflow.c subflow_syn_recv_sock; RFC 8684")
        .related(&["MPTcpExt.MPJoinSynRx", "MPTcpExt.MPJoinAckHMacFailure"]),
    MPTCP_EXT
        .warning("MPJoinAckHMacFailure", "wrong codes (HMAC) in third ACKs with MP_JOIN")
        .meaning("The last ACK of a join carried a wrong code (HMAC); the subflow is reset.")
        .next("A peer with a fault, or somebody who tries to join a foreign connection.")
        .source("net/mptcp/subflow.c subflow_syn_recv_sock; RFC 8684")
        .related(&["MPTcpExt.MPJoinAckRx", "MPTcpExt.MPRstTx"]),
    MPTCP_EXT
        .watch("MPJoinRejected", "joins refused by the path manager")
        .meaning("A join was refused because the path manager allows no further subflow.")
        .next("Raise the limit of subflows (ip mptcp limits).")
        .source(
            "net/mptcp/subflow.c subflow_check_req, subflow_syn_recv_sock; net/mptcp/protocol.c \
             mptcp_finish_join",
        )
        .related(&["MPTcpExt.MPJoinSynRx", "MPTcpExt.MPRstTx"])
        .since("6.16"),
    MPTCP_EXT
        .normal("MPJoinSynTx", "SYNs with MP_JOIN sent")
        .meaning("We began to connect another subflow: a SYN with MP_JOIN went out.")
        .next("Compare with MPJoinSynAckRx: subflows that made it.")
        .source("net/mptcp/subflow.c __mptcp_subflow_connect; RFC 8684")
        .related(&["MPTcpExt.MPJoinSynAckRx", "MPTcpExt.MPJoinSynTxConnectErr"]),
    MPTCP_EXT
        .warning("MPJoinSynTxCreatSkErr", "joins that failed: socket")
        .meaning("A new subflow failed because its socket could not be created.")
        .next("Look for lack of memory, or a security policy that refuses the socket.")
        .source("net/mptcp/subflow.c __mptcp_subflow_connect")
        .related(&["MPTcpExt.MPJoinSynTx"]),
    MPTCP_EXT
        .warning("MPJoinSynTxBindErr", "joins that failed: bind")
        .meaning("A new subflow failed because its socket could not be bound to the local address.")
        .next("Compare the endpoints (ip mptcp endpoint) with the addresses that the host has.")
        .source("net/mptcp/subflow.c __mptcp_subflow_connect")
        .related(&["MPTcpExt.MPJoinSynTx"]),
    MPTCP_EXT
        .warning("MPJoinSynTxConnectErr", "joins that failed: connect")
        .meaning("A new subflow failed because connect() returned an error at once.")
        .next("Look for a missing route from that local address (ip route get ADDRESS from LOCAL).")
        .source("net/mptcp/subflow.c __mptcp_subflow_connect")
        .related(&["MPTcpExt.MPJoinSynTx"]),
    MPTCP_EXT
        .normal("MPJoinPortSynRx", "joins on another port: SYN received")
        .meaning("A SYN with MP_JOIN came on a port that we announced and that is not the connection's own.")
        .source("net/mptcp/subflow.c subflow_check_req")
        .related(&["MPTcpExt.MPJoinPortAckRx", "MPTcpExt.MismatchPortSynRx", "MPTcpExt.MPJoinSynRx"]),
    MPTCP_EXT
        .normal("MPJoinPortSynAckRx", "joins on another port: SYN-ACK received")
        .meaning("The peer answered our MP_JOIN from a port that is not that of the connection.")
        .source("net/mptcp/subflow.c subflow_finish_connect")
        .related(&["MPTcpExt.MPJoinSynAckRx", "MPTcpExt.PortAdd"]),
    MPTCP_EXT
        .normal("MPJoinPortAckRx", "joins on another port: third ACK received")
        .meaning(
            "The last ACK of a join came on a port that we announced and that is not the connection's own.",
        )
        .source("net/mptcp/subflow.c subflow_syn_recv_sock")
        .related(&["MPTcpExt.MPJoinPortSynRx", "MPTcpExt.MismatchPortAckRx"]),
    MPTCP_EXT
        .watch("MismatchPortSynRx", "joins on a wrong port: SYN received")
        .meaning(
            "A SYN with MP_JOIN was refused because it came on a port that we did not announce to this peer.",
        )
        .next("Compare the ports of the endpoints (ip mptcp endpoint) with what the peer uses.")
        .source("net/mptcp/subflow.c subflow_check_req")
        .related(&["MPTcpExt.MPJoinPortSynRx"]),
    MPTCP_EXT
        .watch("MismatchPortAckRx", "joins on a wrong port: third ACK received")
        .meaning(
            "The last ACK of a join was refused because it came on a port that we did not announce to this \
             peer.",
        )
        .next(
            "Compare the ports of the endpoints (ip mptcp endpoint); one may have been removed during the \
             join.",
        )
        .source("net/mptcp/subflow.c subflow_syn_recv_sock")
        .related(&["MPTcpExt.MPJoinPortAckRx"]),
];
