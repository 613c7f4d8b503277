//! Columns of the tables of sockets that count: `drops` of `net/udp` and `net/raw`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// Rows of `udp`, `udp6`, `udplite` and `udplite6`.
const UDP_ROWS: Group = Group::new("udp", FileScope::Namespace, Unit::Packets);
/// Rows of `raw` and `raw6`.
const RAW_ROWS: Group = Group::new("raw", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    UDP_ROWS
        .warning("drops", "drops")
        .meaning(
            "Datagrams that this socket lost: its receive buffer was full, the checksum was wrong, or a \
             filter refused them.",
        )
        .next(
            "If Udp.RcvbufErrors grows with it: the program reads too slowly; give it a larger buffer \
             (SO_RCVBUF, net.core.rmem_max).",
        )
        .source("net/ipv4/udp.c udp4_format_sock, __udp_enqueue_schedule_skb, udp_queue_rcv_one_skb")
        .related(&["Udp.RcvbufErrors", "Udp.InErrors", "Udp6.RcvbufErrors"]),
    RAW_ROWS
        .warning("drops", "drops")
        .meaning(
            "Packets that this raw socket lost: its receive buffer was full, or a policy or filter refused \
             them.",
        )
        .next(
            "The program reads too slowly, or gets more than it wants: give it a filter or a larger buffer.",
        )
        .source("net/ipv4/raw.c raw_sock_seq_show, raw_rcv; net/core/sock.c sock_queue_rcv_skb_reason")
        .related(&["sockstat.RAW.inuse", "Ip.InDelivers"]),
];
