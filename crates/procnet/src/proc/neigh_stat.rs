//! `stat/arp_cache`: what the neighbour table of IPv4 did, a row for each possible CPU, in hexadecimal.
//! `net/core/neighbour.c` `neigh_stat_seq_show`.
//!
//! The table is the machine's, and the file exists in the initial network namespace only. `entries` is one
//! figure of the whole table that the file repeats in each row: it must not be added up.

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::Table;

/// `net/stat/arp_cache`.
pub static ARP_CACHE: File = File::new::<Lines>(
    "stat/arp_cache",
    "operations of the IPv4 neighbour table",
    "net/core/neighbour.c neigh_stat_seq_show",
    FileScope::InitialNamespace,
);

row! {
    /// What one CPU did.
    pub struct NeighStat {
        key cpu: u32, None, "CPU", "Place of the row: the file lists all possible CPUs in order and does not number them.";
        gauge entries: Option<u64>, Count, "entries", "Entries of the whole table, the same in each row.";
        counter allocs: Option<u64>, Count, "allocs", "Entries allocated.";
        counter destroys: Option<u64>, Count, "destroys", "Entries destroyed.";
        counter hash_grows: Option<u64>, Count, "hash grows", "Times that the hash table grew.";
        counter lookups: Option<u64>, Count, "lookups", "Lookups in the table.";
        counter hits: Option<u64>, Count, "hits", "Lookups that found an entry.";
        counter res_failed: Option<u64>, Count, "res failed", "Resolutions that failed.";
        counter rcv_probes_mcast: Option<u64>, Count, "rcv mcast", "Multicast neighbour solicitations received (IPv6).";
        counter rcv_probes_ucast: Option<u64>, Count, "rcv ucast", "Unicast neighbour solicitations received (IPv6).";
        counter periodic_gc_runs: Option<u64>, Count, "periodic gc", "Runs of the periodic garbage collection.";
        counter forced_gc_runs: Option<u64>, Count, "forced gc", "Runs of the garbage collection that a full table forced.";
        counter unresolved_discards: Option<u64>, Count, "unresolved", "Packets dropped while their neighbour was unresolved.";
        counter table_fulls: Option<u64>, Count, "table fulls", "Entries refused because the table was full.";
    }
}

/// Places of the known columns in a line, by the names in the file's header.
#[derive(Default)]
pub struct Lines {
    names: Vec<Vec<u8>>,
    cpu: u32,
}

impl Format for Lines {
    type Row = NeighStat;

    fn header(&mut self, line: &[u8], _: &mut Table<NeighStat>) {
        self.names = Words::new(line).take(64).map(<[u8]>::to_vec).collect();
    }

    fn line(&mut self, line: &[u8], table: &mut Table<NeighStat>, _: Endian) -> Result<(), &'static str> {
        let cpu = self.cpu;
        self.cpu += 1;
        let values: [Option<u64>; 64] = {
            let mut values = [None; 64];
            for (place, word) in values.iter_mut().zip(Words::new(line)) {
                *place = Some(number::hex(word).ok_or("not a hexadecimal number")?);
            }
            values
        };
        let value = |name: &str| {
            let place = self.names.iter().position(|known| known == name.as_bytes())?;
            values[place]
        };
        table.push(NeighStat {
            cpu,
            entries: value("entries"),
            allocs: value("allocs"),
            destroys: value("destroys"),
            hash_grows: value("hash_grows"),
            lookups: value("lookups"),
            hits: value("hits"),
            res_failed: value("res_failed"),
            rcv_probes_mcast: value("rcv_probes_mcast"),
            rcv_probes_ucast: value("rcv_probes_ucast"),
            periodic_gc_runs: value("periodic_gc_runs"),
            forced_gc_runs: value("forced_gc_runs"),
            unresolved_discards: value("unresolved_discards"),
            table_fulls: value("table_fulls"),
        });
        Ok(())
    }
}
