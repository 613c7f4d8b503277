//! Counters of Multipath TCP path management: addresses announced, subflows removed, reset, stale.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const MPTCP_EXT: Group = Group::new("MPTcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    MPTCP_EXT
        .normal("AddAddr", "ADD_ADDR received")
        .meaning("The peer announced a further address of its own.")
        .next(
            "Compare with MPJoinSynTx; limits of the path manager (ip mptcp limits: add_addr_accepted) \
             decide whether it is used.",
        )
        .source("net/mptcp/options.c mptcp_incoming_options; RFC 8684")
        .related(&["MPTcpExt.EchoAddTx", "MPTcpExt.AddAddrDrop", "MPTcpExt.PortAdd"]),
    MPTCP_EXT
        .normal("AddAddrTx", "ADD_ADDR sent")
        .meaning("We announced a further address of ours to the peer. Repeated announcements count again.")
        .next("Compare with EchoAdd: announcements that arrived.")
        .source("net/mptcp/options.c mptcp_established_options_add_addr; RFC 8684")
        .related(&["MPTcpExt.EchoAdd", "MPTcpExt.AddAddrTxDrop"]),
    MPTCP_EXT
        .watch("AddAddrTxDrop", "ADD_ADDR not sent")
        .meaning(
            "An address could not be announced: an announcement was still waiting, or the option did not \
             fit.",
        )
        .next(
            "Fewer other TCP options (timestamps) leave more room; see net.mptcp.add_addr_timeout for \
             repetitions.",
        )
        .source("net/mptcp/pm.c mptcp_pm_announce_addr, mptcp_pm_add_addr_signal")
        .related(&["MPTcpExt.AddAddrTx", "MPTcpExt.EchoAddTxDrop"]),
    MPTCP_EXT
        .normal("EchoAdd", "ADD_ADDR echoes received")
        .meaning("The peer confirmed an address that we had announced.")
        .source("net/mptcp/options.c mptcp_incoming_options; RFC 8684")
        .related(&["MPTcpExt.AddAddrTx"]),
    MPTCP_EXT
        .normal("EchoAddTx", "ADD_ADDR echoes sent")
        .meaning("We confirmed an address that the peer had announced.")
        .source("net/mptcp/options.c mptcp_established_options_add_addr; RFC 8684")
        .related(&["MPTcpExt.AddAddr", "MPTcpExt.EchoAddTxDrop"]),
    MPTCP_EXT
        .watch("EchoAddTxDrop", "ADD_ADDR echoes not sent")
        .meaning(
            "An announced address could not be confirmed: a confirmation was waiting, or the option did not \
             fit.",
        )
        .next("The peer will announce again; see AddAddr.")
        .source("net/mptcp/pm.c mptcp_pm_announce_addr, mptcp_pm_add_addr_signal")
        .related(&["MPTcpExt.EchoAddTx", "MPTcpExt.AddAddrTxDrop"]),
    MPTCP_EXT
        .normal("PortAdd", "ADD_ADDR with a port received")
        .meaning("An announcement of an address, or its echo, came with a port number.")
        .source("net/mptcp/options.c mptcp_incoming_options; RFC 8684")
        .related(&["MPTcpExt.AddAddr", "MPTcpExt.MPJoinPortSynAckRx"]),
    MPTCP_EXT
        .watch("AddAddrDrop", "ADD_ADDR received but dropped")
        .meaning(
            "The peer's announcement of an address was dropped because the path manager could not take it.",
        )
        .next("Many announcements in a row do this: the path manager handles one at a time.")
        .source("net/mptcp/pm.c mptcp_pm_add_addr_received")
        .related(&["MPTcpExt.AddAddr"]),
    MPTCP_EXT
        .normal("RmAddr", "addresses removed by the peer")
        .meaning("The peer withdrew an address, and its subflows here were closed. Each address counts.")
        .source("net/mptcp/pm_kernel.c mptcp_pm_nl_rm_addr_or_subflow; RFC 8684")
        .related(&["MPTcpExt.RmSubflow", "MPTcpExt.RmAddrDrop"]),
    MPTCP_EXT
        .watch("RmAddrDrop", "RM_ADDR received but dropped")
        .meaning(
            "The peer's withdrawal of an address was dropped because the path manager could not take it.",
        )
        .next("The subflows to that address stay until TCP finds them dead; see SubflowStale.")
        .source("net/mptcp/pm.c mptcp_pm_rm_addr_received")
        .related(&["MPTcpExt.RmAddr"]),
    MPTCP_EXT
        .normal("RmAddrTx", "RM_ADDR sent")
        .meaning("We withdrew addresses announced or used earlier.")
        .source("net/mptcp/options.c mptcp_established_options_rm_addr; RFC 8684")
        .related(&["MPTcpExt.RmAddrTxDrop"]),
    MPTCP_EXT
        .watch("RmAddrTxDrop", "RM_ADDR not sent")
        .meaning("Addresses could not be withdrawn because another signal to the peer was still waiting.")
        .next("The peer keeps the address and may still try it.")
        .source("net/mptcp/pm.c mptcp_pm_remove_addr")
        .related(&["MPTcpExt.RmAddrTx"]),
    MPTCP_EXT
        .normal("RmSubflow", "subflows removed by our path manager")
        .meaning(
            "Our path manager closed a subflow: its endpoint was removed, or a user-space manager asked for \
             it.",
        )
        .next("See who changes the endpoints (ip mptcp monitor).")
        .source(
            "net/mptcp/pm_kernel.c mptcp_pm_nl_rm_addr_or_subflow; net/mptcp/pm_userspace.c \
             mptcp_pm_nl_subflow_destroy_doit",
        )
        .related(&["MPTcpExt.RmAddr", "MPTcpExt.RmAddrTx"]),
    MPTCP_EXT
        .normal("MPPrioTx", "MP_PRIO sent")
        .meaning("We told the peer to use a subflow as backup, or as regular again.")
        .source("net/mptcp/options.c mptcp_write_options; RFC 8684")
        .related(&["MPTcpExt.MPPrioRx"]),
    MPTCP_EXT
        .normal("MPPrioRx", "MP_PRIO received")
        .meaning("The peer told us to use a subflow as backup, or as regular again.")
        .source("net/mptcp/options.c mptcp_incoming_options; RFC 8684")
        .related(&["MPTcpExt.MPPrioTx"]),
    MPTCP_EXT
        .warning("MPFailTx", "MP_FAIL sent")
        .meaning("We told the peer that its data failed the checksum.")
        .next("Something on the path changes data: see DataCsumErr.")
        .source("net/mptcp/options.c mptcp_established_options_mp_fail; RFC 8684")
        .related(&["MPTcpExt.DataCsumErr", "MPTcpExt.InfiniteMapRx"]),
    MPTCP_EXT
        .warning("MPFailRx", "MP_FAIL received")
        .meaning("The peer told us that our data failed the checksum.")
        .next("Something on the path changes data: see InfiniteMapTx.")
        .source("net/mptcp/options.c mptcp_incoming_options; RFC 8684")
        .related(&["MPTcpExt.InfiniteMapTx", "MPTcpExt.MPFailTx"]),
    MPTCP_EXT
        .watch("MPFastcloseTx", "MP_FASTCLOSE sent")
        .meaning("We aborted a whole MPTCP connection: the option MP_FASTCLOSE was sent.")
        .next("The program closed with data unread, or disconnected; or the connection timed out.")
        .source("net/mptcp/options.c mptcp_established_options_fastclose; RFC 8684")
        .related(&["MPTcpExt.MPFastcloseRx", "MPTcpExt.MPRstTx"]),
    MPTCP_EXT
        .watch("MPFastcloseRx", "MP_FASTCLOSE received")
        .meaning("The peer aborted a whole MPTCP connection: the option MP_FASTCLOSE came.")
        .next("Look at the peer's program.")
        .source("net/mptcp/options.c mptcp_incoming_options; RFC 8684")
        .related(&["MPTcpExt.MPFastcloseTx", "MPTcpExt.MPRstRx"]),
    MPTCP_EXT
        .watch("MPRstTx", "MP_TCPRST sent")
        .meaning("We reset a subflow and told the reason in the option MP_TCPRST.")
        .next(
            "See FallbackFailed, MPJoinRejected and DSSCorruptionReset for what may have caused it; a \
             capture shows the reason.",
        )
        .source("net/mptcp/options.c mptcp_established_options_rst; RFC 8684")
        .related(&["MPTcpExt.MPRstRx", "MPTcpExt.FallbackFailed", "MPTcpExt.MPJoinRejected"]),
    MPTCP_EXT
        .watch("MPRstRx", "MP_TCPRST received")
        .meaning("The peer reset a subflow and told the reason in the option MP_TCPRST.")
        .next("A capture, or the events of ip mptcp monitor, show the reason.")
        .source("net/mptcp/options.c mptcp_incoming_options; RFC 8684")
        .related(&["MPTcpExt.MPRstTx"]),
    MPTCP_EXT
        .watch("SubflowStale", "subflows gone stale")
        .meaning(
            "A subflow with unsent or unacknowledged data made no progress, and others took over its data.",
        )
        .next(
            "A path went bad: see the subflow's retransmissions (ss -tiM); net.mptcp.stale_loss_cnt sets the \
             limit.",
        )
        .source("net/mptcp/pm_kernel.c mptcp_pm_nl_subflow_chk_stale")
        .related(&["MPTcpExt.SubflowRecover", "MPTcpExt.MPTCPRetrans"]),
    MPTCP_EXT
        .normal("SubflowRecover", "stale subflows recovered")
        .meaning("A subflow that had gone stale made progress again and is back in use.")
        .next("Compare with SubflowStale: what did not come back.")
        .source("net/mptcp/protocol.c mptcp_subflow_set_active")
        .related(&["MPTcpExt.SubflowStale"]),
];
