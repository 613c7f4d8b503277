//! Columns of `net/dev`: traffic of each interface. `net/core/net-procfs.c` `dev_seq_printf_stats`. What a
//! figure means in detail is the driver's choice.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// Figures of one interface.
const INTERFACE: Group = Group::new("interfaces", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    INTERFACE
        .normal("rx_bytes", "received bytes")
        .unit(Unit::Bytes)
        .meaning("Bytes received by the interface, link headers included.")
        .source("net/core/net-procfs.c dev_seq_printf_stats (rx_bytes)")
        .related(&["IpExt.InOctets", "Ip6.InOctets", "interfaces.tx_bytes"]),
    INTERFACE
        .normal("rx_packets", "received packets")
        .meaning(
            "Packets received by the interface and passed up the stack. Virtual interfaces count a large \
             merged packet once.",
        )
        .source("net/core/net-procfs.c dev_seq_printf_stats (rx_packets)")
        .related(&["Ip.InReceives", "Ip6.InReceives"]),
    INTERFACE
        .warning("rx_errs", "receive errors")
        .meaning(
            "A packet was received damaged: bad checksum of the frame, wrong length, or an error of the \
             hardware.",
        )
        .next(
            "Look at ethtool -S for the kind, then at cable, transceiver and duplex; above 1 % of the \
             packets it hurts.",
        )
        .source("net/core/net-procfs.c dev_seq_printf_stats (rx_errors)")
        .related(&["interfaces.rx_frame", "interfaces.rx_fifo", "interfaces.rx_packets"]),
    INTERFACE
        .watch("rx_drop", "received and dropped")
        .meaning(
            "A good packet was dropped on arrival: no buffer, a full backlog, or a protocol that nobody here \
             handles.",
        )
        .next(
            "Compare softnet_stat's dropped and the card's own figures (ethtool -S, missed); unknown \
             protocols (LLDP, STP) are harmless.",
        )
        .source(
            "net/core/net-procfs.c dev_seq_printf_stats (rx_dropped + rx_missed_errors); net/core/dev.c \
             dev_get_stats",
        )
        .related(&["packet_stats_per_cpu.dropped", "interfaces.rx_fifo"]),
    INTERFACE
        .warning("rx_fifo", "receive FIFO errors")
        .meaning(
            "The card's receive queue overflowed because packets came faster than the driver fetched them.",
        )
        .next("Enlarge the receive ring (ethtool -G), use more queues, or look for CPUs that are busy.")
        .source("net/core/net-procfs.c dev_seq_printf_stats (rx_fifo_errors)")
        .related(&["interfaces.rx_drop", "packet_stats_per_cpu.time_squeeze"]),
    INTERFACE
        .warning("rx_frame", "receive frame errors")
        .meaning(
            "A frame was malformed: wrong length, overrun, bad checksum (CRC) or cut in the middle of a \
             byte. Four figures of the driver added up.",
        )
        .next(
            "Look at ethtool -S for the kind; CRC errors mean cable, transceiver or the port of the switch.",
        )
        .source(
            "net/core/net-procfs.c dev_seq_printf_stats (rx_length_errors + rx_over_errors + rx_crc_errors + \
             rx_frame_errors)",
        )
        .related(&["interfaces.rx_errs"]),
    INTERFACE
        .normal("rx_compressed", "received compressed packets")
        .meaning("Packets received compressed, on links that compress, such as PPP or SLIP.")
        .source("net/core/net-procfs.c dev_seq_printf_stats (rx_compressed)")
        .related(&["interfaces.tx_compressed"]),
    INTERFACE
        .normal("rx_multicast", "received multicast packets")
        .meaning(
            "Multicast packets received by the interface, as far as its driver counts them; some count \
             broadcast too.",
        )
        .next("If it grows fast: capture multicast frames and find their sender.")
        .source("net/core/net-procfs.c dev_seq_printf_stats (multicast)")
        .related(&["IpExt.InMcastPkts", "Ip6.InMcastPkts"]),
    INTERFACE
        .normal("tx_bytes", "transmitted bytes")
        .unit(Unit::Bytes)
        .meaning("Bytes sent by the interface, link headers included.")
        .source("net/core/net-procfs.c dev_seq_printf_stats (tx_bytes)")
        .related(&["IpExt.OutOctets", "Ip6.OutOctets", "interfaces.rx_bytes"]),
    INTERFACE
        .normal("tx_packets", "transmitted packets")
        .meaning(
            "Packets sent by the interface. Virtual interfaces count a large packet that is cut later once.",
        )
        .source("net/core/net-procfs.c dev_seq_printf_stats (tx_packets)")
        .related(&["Ip.OutTransmits", "Ip6.OutTransmits"]),
    INTERFACE
        .warning("tx_errs", "transmit errors")
        .meaning(
            "A packet could not be sent for an error of the device or, with a tunnel, of the way to its \
             other end.",
        )
        .next("Hardware: ethtool -S; a tunnel: the route to its end, and its MTU.")
        .source("net/core/net-procfs.c dev_seq_printf_stats (tx_errors)")
        .related(&["interfaces.tx_carrier", "interfaces.tx_packets"]),
    INTERFACE
        .warning("tx_drop", "transmitted and dropped")
        .meaning(
            "A packet was dropped on its way out by the device or its driver. Drops by the queueing \
             discipline are not in it.",
        )
        .next(
            "Compare tc -s qdisc for the drops before the device; here look at the driver and at the state \
             of the link.",
        )
        .source("net/core/net-procfs.c dev_seq_printf_stats (tx_dropped); net/core/dev.c dev_get_stats")
        .related(&["Ip.OutDiscards", "interfaces.tx_errs"]),
    INTERFACE
        .warning("tx_fifo", "transmit FIFO errors")
        .meaning(
            "The card's send queue ran empty in the middle of a frame, because data came too slowly from \
             memory.",
        )
        .next("Look at the card's firmware and at the load of its bus.")
        .source("net/core/net-procfs.c dev_seq_printf_stats (tx_fifo_errors)")
        .related(&["interfaces.tx_errs"]),
    INTERFACE
        .watch("tx_colls", "collisions")
        .meaning("A collision on a half-duplex link. On full duplex it stays 0.")
        .next("Look for a duplex mismatch: both ends to automatic negotiation.")
        .source("net/core/net-procfs.c dev_seq_printf_stats (collisions)")
        .related(&["interfaces.tx_carrier", "interfaces.tx_errs"]),
    INTERFACE
        .warning("tx_carrier", "transmit carrier errors")
        .meaning(
            "Sending failed on the wire: carrier lost, too many collisions, a late collision or a missing \
             heartbeat. Four figures of the driver added up.",
        )
        .next(
            "Look at cable, transceiver and duplex, and for a link that goes up and down in the kernel log.",
        )
        .source(
            "net/core/net-procfs.c dev_seq_printf_stats (tx_carrier_errors + tx_aborted_errors + \
             tx_window_errors + tx_heartbeat_errors)",
        )
        .related(&["interfaces.tx_errs", "interfaces.tx_colls"]),
    INTERFACE
        .normal("tx_compressed", "transmitted compressed packets")
        .meaning("Packets sent compressed, on links that compress, such as PPP or SLIP.")
        .source("net/core/net-procfs.c dev_seq_printf_stats (tx_compressed)")
        .related(&["interfaces.rx_compressed"]),
];
