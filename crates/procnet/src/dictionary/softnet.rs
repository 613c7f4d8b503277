//! Columns of `net/softnet_stat`: packet processing of each CPU. `net/core/net-procfs.c` `softnet_seq_show`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// Figures of each CPU, of the whole machine.
const SOFTNET: Group = Group::new("packet_stats_per_cpu", FileScope::Host, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    SOFTNET
        .normal("processed", "packets processed")
        .unit(Unit::Packets)
        .meaning(
            "Packets that this CPU passed up the stack, from drivers and from its backlog. Packets merged by \
             GRO count once; one that goes on to a VLAN, bond or bridge counts again there.",
        )
        .next(
            "Compare the CPUs: if one does nearly all, spread the interrupts of the card's queues or turn on \
             RPS.",
        )
        .source("net/core/dev.c __netif_receive_skb_core; net/core/net-procfs.c softnet_seq_show")
        .related(&["packet_stats_per_cpu.received_rps", "interfaces.rx_packets"]),
    SOFTNET
        .warning("dropped", "packets dropped")
        .unit(Unit::Packets)
        .meaning(
            "A packet was dropped because the backlog of this CPU was full, or its flow took too much of it.",
        )
        .next("Raise net.core.netdev_max_backlog, or spread the load over more CPUs (RPS).")
        .source("net/core/dev.c enqueue_to_backlog")
        .related(&[
            "packet_stats_per_cpu.backlog_len",
            "packet_stats_per_cpu.flow_limit_count",
            "interfaces.rx_drop",
        ]),
    SOFTNET
        .watch("time_squeeze", "time squeezed")
        .meaning(
            "A round of receive processing ended with work left, because its budget of packets or of time \
             was used up.",
        )
        .next(
            "If it grows steadily and latency matters: raise net.core.netdev_budget and netdev_budget_usecs, \
             or give the interrupts more CPUs.",
        )
        .source("net/core/dev.c net_rx_action")
        .related(&["packet_stats_per_cpu.dropped", "packet_stats_per_cpu.processed"]),
    SOFTNET
        .normal("received_rps", "received for RPS")
        .meaning(
            "Another CPU woke this one to process packets that receive packet steering (RPS) had queued for \
             it. It counts interrupts, not packets.",
        )
        .source("net/core/dev.c rps_trigger_softirq")
        .related(&["packet_stats_per_cpu.processed"]),
    SOFTNET
        .watch("flow_limit_count", "flow limit count")
        .meaning(
            "A packet was dropped since most of the last packets were of its flow while the backlog was half \
             full. Needs net.core.flow_limit_cpu_bitmap.",
        )
        .next("One large flow is held back so that others get through: look for it.")
        .source("net/core/dev.c skb_flow_limit")
        .related(&["packet_stats_per_cpu.dropped"]),
    SOFTNET
        .gauge("backlog_len", "backlog length")
        .unit(Unit::Packets)
        .meaning("Packets that wait in the backlog of this CPU now, both queues together.")
        .next("Near net.core.netdev_max_backlog packets will be dropped.")
        .source("net/core/net-procfs.c softnet_seq_show")
        .related(&["packet_stats_per_cpu.dropped", "packet_stats_per_cpu.input_queue_len"])
        .since("5.10"),
    SOFTNET
        .gauge("input_queue_len", "input queue length")
        .unit(Unit::Packets)
        .meaning(
            "Packets that wait in the queue of the backlog into which other CPUs and virtual devices put \
             them.",
        )
        .source("net/core/net-procfs.c softnet_input_pkt_queue_len")
        .related(&["packet_stats_per_cpu.backlog_len"]),
    SOFTNET
        .gauge("process_queue_len", "process queue length")
        .unit(Unit::Packets)
        .meaning("Packets of the backlog that this CPU has taken over and not yet worked off.")
        .source("net/core/net-procfs.c softnet_process_queue_len")
        .related(&["packet_stats_per_cpu.backlog_len"]),
];
