//! `netfilter/nfnetlink_queue`: queues in which packets wait for a program's verdict.
//! `net/netfilter/nfnetlink_queue.c` `seq_show`.

use super::nfnetlink_log::CopyMode;
use super::{File, FileScope};
use crate::row::words;

/// `net/netfilter/nfnetlink_queue`.
pub static NFNETLINK_QUEUE: File = File::new::<Lines>(
    "netfilter/nfnetlink_queue",
    "queues in which packets wait for a program's verdict",
    "net/netfilter/nfnetlink_queue.c seq_show",
    FileScope::Namespace,
);

words! {
    /// One queue.
    pub struct NfnetlinkQueue,
    /// The lines of the file.
    Lines, header 0 {
        key queue_num: u16, None, "queue", "Number of the queue.";
        key peer_portid: Option<u32>, None, "portid", "Netlink port of the program that gives verdicts.";
        amount queue_total: Option<u32>, Packets, "total", "Packets that wait for a verdict.";
        info copy_mode: Option<CopyMode>, None, "copy mode", "How much of a packet is sent: NONE (nothing is queued yet), META (no contents), PACKET.";
        info copy_range: Option<u32>, Bytes, "copy range", "Most bytes of a packet that are sent.";
        counter queue_dropped: Option<u32>, Packets, "dropped", "Packets dropped because the queue was full.";
        counter queue_user_dropped: Option<u32>, Packets, "user dropped", "Packets dropped because the program's socket took no more.";
        counter id_sequence: Option<u32>, Packets, "id sequence", "Number of the last packet queued.";
        info r#use: Option<u32>, Count, "use", "Constant 1: a count of references once.";
    }
}
