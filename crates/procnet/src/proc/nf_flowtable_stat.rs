//! `stat/nf_flowtable`: work that the flow table left to the hardware's drivers and that waits, by CPU, in decimal.
//! `net/netfilter/nf_flow_table_procfs.c` `nf_flow_table_cpu_seq_show`. Since Linux 6.0, where configured.
//!
//! A piece of work may end on another CPU than it began: the figure of one CPU can be below zero, their sum
//! cannot.

use super::{File, FileScope};
use crate::row::words;

/// `net/stat/nf_flowtable`.
pub static NF_FLOWTABLE_STAT: File = File::new::<Lines>(
    "stat/nf_flowtable",
    "offloads of the flow table that wait, by CPU",
    "net/netfilter/nf_flow_table_procfs.c nf_flow_table_cpu_seq_show",
    FileScope::Namespace,
);

words! {
    /// What waits, as one CPU counted it.
    pub struct NfFlowtableStat,
    /// The lines of the file.
    Lines, header 1 {
        gauge wq_add: i32, Count, "wq add", "Flows that wait to be given to the hardware.";
        gauge wq_del: Option<i32>, Count, "wq del", "Flows that wait to be taken from the hardware.";
        gauge wq_stats: Option<i32>, Count, "wq stats", "Flows whose figures wait to be read from the hardware.";
    }
}
