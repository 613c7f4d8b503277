//! `stat/arp_cache` and `stat/ndisc_cache`: what the neighbour tables of IPv4 and IPv6 did, a row for each
//! possible CPU, in hexadecimal. `net/core/neighbour.c` `neigh_stat_seq_show`.
//!
//! The tables are the machine's, and the files exist in the initial network namespace only. `entries` is one
//! figure of the whole table that the file repeats in each row: it must not be added up.

use super::cpu_stat::cpu_stat;
use super::{File, FileScope};

/// `net/stat/arp_cache`.
pub static ARP_CACHE: File = File::new::<Lines>(
    "stat/arp_cache",
    "operations of the IPv4 neighbour table",
    "net/core/neighbour.c neigh_stat_seq_show",
    FileScope::InitialNamespace,
);

/// `net/stat/ndisc_cache`.
pub static NDISC_CACHE: File = File::new::<Lines>(
    "stat/ndisc_cache",
    "operations of the IPv6 neighbour table",
    "net/core/neighbour.c neigh_stat_seq_show",
    FileScope::InitialNamespace,
);

cpu_stat! {
    /// What one CPU did.
    pub struct NeighStat,
    /// The lines of the file.
    Lines {
        gauge entries: Count, "entries", "Entries of the whole table, the same in each row.";
        counter allocs: Count, "allocs", "Entries allocated.";
        counter destroys: Count, "destroys", "Entries destroyed.";
        counter hash_grows: Count, "hash grows", "Times that the hash table grew.";
        counter lookups: Count, "lookups", "Lookups in the table.";
        counter hits: Count, "hits", "Lookups that found an entry.";
        counter res_failed: Count, "res failed", "Resolutions that failed.";
        counter rcv_probes_mcast: Count, "rcv mcast", "Multicast neighbour solicitations received (IPv6).";
        counter rcv_probes_ucast: Count, "rcv ucast", "Unicast neighbour solicitations received (IPv6).";
        counter periodic_gc_runs: Count, "periodic gc", "Runs of the periodic garbage collection.";
        counter forced_gc_runs: Count, "forced gc", "Runs of the garbage collection that a full table forced.";
        counter unresolved_discards: Count, "unresolved", "Packets dropped while their neighbour was unresolved.";
        counter table_fulls: Count, "table fulls", "Entries refused because the table was full.";
    }
}
