//! `stat/nf_conntrack`: what connection tracking did, by CPU, in hexadecimal.
//! `net/netfilter/nf_conntrack_standalone.c` `ct_cpu_seq_show`.
//!
//! `entries` is one figure of the namespace that the file repeats in each row. Newer kernels print some columns
//! as constant 0, and `clashres` and `chainlength` where older ones have `searched` and `delete_list`.

use super::cpu_stat::cpu_stat;
use super::{File, FileScope};

/// `net/stat/nf_conntrack`.
pub static NF_CONNTRACK_STAT: File = File::new::<Lines>(
    "stat/nf_conntrack",
    "connection tracking of each CPU",
    "net/netfilter/nf_conntrack_standalone.c ct_cpu_seq_show",
    FileScope::Namespace,
);

cpu_stat! {
    /// What one CPU did.
    pub struct NfConntrackStat,
    /// The lines of the file.
    Lines {
        gauge entries: Count, "entries", "Connections tracked in the namespace, the same in each row.";
        counter searched: Count, "searched", "Entries compared in lookups; older kernels.";
        counter clashres: Count, "clashres", "Insertions that met an entry of another packet of the same connection and were resolved to it.";
        counter found: Count, "found", "Lookups that found an entry which the packet could be taken for: addresses in use by a translation.";
        counter new: Count, "new", "Entries added that were not expected; constant 0 in newer kernels.";
        counter invalid: Packets, "invalid", "Packets that could not be tracked.";
        counter ignore: Packets, "ignore", "Packets that were tracked already; constant 0 in newer kernels.";
        counter delete: Count, "delete", "Entries removed; constant 0 in newer kernels.";
        counter delete_list: Count, "delete list", "Entries put on the list of dying ones; older kernels.";
        counter chainlength: Count, "chain length", "Insertions refused because the chain of the hash table was too long.";
        counter insert: Count, "insert", "Entries inserted; constant 0 in newer kernels, which count those by nfnetlink only.";
        counter insert_failed: Count, "insert failed", "Insertions that failed: the entry was there already, or its addresses were taken.";
        counter drop: Packets, "drop", "Packets dropped because their connection could not be tracked.";
        counter early_drop: Count, "early drop", "Entries removed before their time to make room in a full table.";
        counter icmp_error: Packets, "icmp error", "ICMP packets that are broken, or an error about a connection that is not tracked.";
        counter expect_new: Count, "expect new", "Entries added that were expected.";
        counter expect_create: Count, "expect create", "Expectations added.";
        counter expect_delete: Count, "expect delete", "Expectations removed.";
        counter search_restart: Count, "restart", "Lookups begun anew because the hash table was resized.";
    }
}
