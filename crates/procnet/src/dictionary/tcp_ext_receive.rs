//! Counters of the receiver: queues, windows, memory.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const TCP_EXT: Group = Group::new("TcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TCP_EXT
        .watch("PruneCalled", "receive queue prunings")
        .meaning("A socket exceeded its receive memory, and the kernel began to compact its receive queues.")
        .next(
            "Find sockets with a full receive queue: their program reads too slowly; or raise \
             net.ipv4.tcp_rmem, see TCPMemoryPressures.",
        )
        .source("net/ipv4/tcp_input.c tcp_prune_queue")
        .related(&["TcpExt.TCPRcvCollapsed", "TcpExt.OfoPruned", "TcpExt.RcvPruned"]),
    TCP_EXT
        .warning("RcvPruned", "segments dropped after pruning")
        .meaning(
            "A socket stayed over its receive memory even after pruning, so the segment that came was \
             dropped.",
        )
        .next("Find the socket with the full receive queue; see net.ipv4.tcp_rmem and SO_RCVBUF.")
        .source("net/ipv4/tcp_input.c tcp_prune_queue")
        .related(&["TcpExt.PruneCalled", "TcpExt.OfoPruned", "TcpExt.TCPRcvQDrop"]),
    TCP_EXT
        .warning("OfoPruned", "prunings of the out-of-order queue")
        .meaning(
            "Out-of-order data already received was thrown away to free receive memory. The peer has to send \
             it again, although it may have been told by SACK that it arrived.",
        )
        .next(
            "Find sockets with much receive memory; raise net.ipv4.tcp_rmem, see TCPOFOQueue for the \
             disorder behind it.",
        )
        .source("net/ipv4/tcp_input.c tcp_prune_ofo_queue")
        .related(&["TcpExt.PruneCalled", "TcpExt.TCPOFOQueue", "TcpExt.TCPSACKReneging"]),
    TCP_EXT
        .watch("TCPRcvCollapsed", "receive buffers collapsed")
        .meaning("A buffer of a receive queue was merged away to save memory.")
        .next("Small packets in large buffers, or a slow reader: see PruneCalled.")
        .source("net/ipv4/tcp_input.c tcp_collapse_one")
        .related(&["TcpExt.PruneCalled"]),
    TCP_EXT
        .normal("TCPBacklogCoalesce", "segments merged in the backlog")
        .meaning(
            "A segment that came while a process held the socket was merged with the last one of its \
             backlog.",
        )
        .source("net/ipv4/tcp_ipv4.c tcp_add_backlog")
        .related(&["TcpExt.TCPBacklogDrop", "TcpExt.TCPRcvCoalesce"]),
    TCP_EXT
        .warning("TCPBacklogDrop", "segments dropped at a full backlog")
        .meaning("A segment was dropped because a process held the socket and the socket's backlog was full.")
        .next(
            "Raise the socket's receive buffer (net.ipv4.tcp_rmem), look for a program that stays long in \
             calls on one busy socket; see the drops of the socket (ss -m).",
        )
        .source("net/ipv4/tcp_ipv4.c tcp_add_backlog")
        .related(&["TcpExt.TCPBacklogCoalesce", "TcpExt.TCPRcvQDrop"]),
    TCP_EXT
        .normal("TCPRcvCoalesce", "receive buffers coalesced")
        .meaning("The data of a segment was appended to the buffer before it in a receive queue.")
        .source("net/ipv4/tcp_input.c tcp_try_coalesce")
        .related(&["TcpExt.TCPBacklogCoalesce"]),
    TCP_EXT
        .watch("TCPOFOQueue", "out-of-order segments queued")
        .meaning("A segment came ahead of missing data and was put into the out-of-order queue.")
        .next(
            "Loss or reordering towards this host: look at the interface's drops and at the peers of such \
             sockets.",
        )
        .source("net/ipv4/tcp_input.c tcp_data_queue_ofo")
        .related(&["TcpExt.TCPOFODrop", "TcpExt.TCPOFOMerge", "TcpExt.TCPAckCompressed"]),
    TCP_EXT
        .warning("TCPOFODrop", "out-of-order segments dropped")
        .meaning("A segment that came ahead of missing data was dropped for lack of receive memory.")
        .next("See PruneCalled and TCPMemoryPressures; raise net.ipv4.tcp_rmem or net.ipv4.tcp_mem.")
        .source("net/ipv4/tcp_input.c tcp_data_queue_ofo")
        .related(&["TcpExt.TCPOFOQueue", "TcpExt.PruneCalled"]),
    TCP_EXT
        .watch("TCPOFOMerge", "out-of-order duplicates")
        .meaning("An out-of-order segment, new or queued, was dropped because others hold all of its data.")
        .next("The peer retransmits needlessly, or the path duplicates: see TCPDSACKOfoSent.")
        .source("net/ipv4/tcp_input.c tcp_data_queue_ofo")
        .related(&["TcpExt.TCPOFOQueue", "TcpExt.TCPDSACKOfoSent"]),
    TCP_EXT
        .watch("TCPZeroWindowDrop", "segments dropped at a zero window")
        .meaning(
            "Data came although our receive window was zero, and was dropped. Zero window probes with data \
             count too.",
        )
        .next("Find sockets with a full receive queue: their program does not read. See TCPToZeroWindowAdv.")
        .source("net/ipv4/tcp_input.c tcp_data_queue")
        .related(&["TcpExt.TCPToZeroWindowAdv", "TcpExt.BeyondWindow"]),
    TCP_EXT
        .warning("TCPRcvQDrop", "in-order segments dropped for lack of memory")
        .meaning("Data came in order but was dropped because no receive memory was to be had.")
        .next(
            "See the memory use of TCP (sockstat: TCP mem) against net.ipv4.tcp_mem, and sockets with a full \
             receive queue.",
        )
        .source("net/ipv4/tcp_input.c tcp_data_queue, tcp_send_rcvq")
        .related(&["TcpExt.TCPMemoryPressures", "TcpExt.RcvPruned", "TcpExt.TCPOFODrop"]),
    TCP_EXT
        .watch("BeyondWindow", "segments beyond the receive window")
        .meaning(
            "A segment was refused because its sequence numbers lie beyond the receive window that we \
             offered.",
        )
        .next(
            "A peer that ignores our window, a stale connection, or forged segments; see TCPZeroWindowDrop.",
        )
        .source("net/ipv4/tcp_input.c tcp_validate_incoming; RFC 9293")
        .related(&["TcpExt.TCPACKSkippedSeq", "TcpExt.TCPZeroWindowDrop"])
        .since("6.17"),
    TCP_EXT
        .watch("TCPFromZeroWindowAdv", "windows reopened from zero")
        .meaning("The receive window that we advertise went from zero back to some bytes.")
        .next("See TCPToZeroWindowAdv.")
        .source("net/ipv4/tcp_output.c tcp_select_window")
        .related(&["TcpExt.TCPToZeroWindowAdv"]),
    TCP_EXT
        .watch("TCPToZeroWindowAdv", "windows closed to zero")
        .meaning(
            "The receive window that we advertise went from some bytes to zero: the peer must stop sending.",
        )
        .next("Find sockets with a full receive queue: their program reads too slowly.")
        .source("net/ipv4/tcp_output.c tcp_select_window")
        .related(&["TcpExt.TCPFromZeroWindowAdv", "TcpExt.TCPWantZeroWindowAdv", "TcpExt.TCPZeroWindowDrop"]),
    TCP_EXT
        .watch("TCPWantZeroWindowAdv", "zero windows wanted but not advertised")
        .meaning(
            "We would have advertised a zero window but kept the old one, since a window must not shrink.",
        )
        .next("As for TCPToZeroWindowAdv: a program reads too slowly.")
        .source("net/ipv4/tcp_output.c tcp_select_window; RFC 9293")
        .related(&["TcpExt.TCPToZeroWindowAdv"]),
    TCP_EXT
        .warning("TCPMemoryPressures", "entries into TCP memory pressure")
        .meaning(
            "TCP's memory use rose above the pressure limit (second figure of tcp_mem). The state is the \
             host's; it counts in the namespace whose socket met it first.",
        )
        .next(
            "See the memory use of TCP (sockstat: TCP mem) against net.ipv4.tcp_mem; find the sockets with \
             large queues.",
        )
        .source("net/ipv4/tcp.c tcp_enter_memory_pressure")
        .related(&["TcpExt.TCPMemoryPressuresChrono", "TcpExt.PruneCalled", "TcpExt.TCPAbortOnMemory"]),
    TCP_EXT
        .warning("TCPMemoryPressuresChrono", "time spent in TCP memory pressure")
        .unit(Unit::Milliseconds)
        .meaning(
            "The length of a memory pressure was added here as it ended. While one lasts, nothing shows yet.",
        )
        .next("See TCPMemoryPressures.")
        .source("net/ipv4/tcp.c tcp_leave_memory_pressure")
        .related(&["TcpExt.TCPMemoryPressures"]),
    TCP_EXT
        .warning("PFMemallocDrop", "packets from emergency memory (PF_MEMALLOC) dropped")
        .unit(Unit::Packets)
        .meaning(
            "A packet built from the kernel's emergency memory was dropped, as its socket has no right to \
             such memory.",
        )
        .next(
            "The host is short of memory for packets: see vm.min_free_kbytes, free memory, memory pressure.",
        )
        .source("net/core/filter.c sk_filter_trim_cap")
        .related(&["TcpExt.TCPMemoryPressures"]),
    TCP_EXT
        .normal("BusyPollRxPackets", "packets received by busy polling")
        .unit(Unit::Packets)
        .meaning("Packets were taken from a device's queue by a process that polls for its socket.")
        .next("Only with busy polling: net.core.busy_poll, net.core.busy_read, SO_BUSY_POLL.")
        .source("net/core/dev.c __napi_busy_loop"),
];
