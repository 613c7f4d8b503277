//! Columns of `net/stat/arp_cache` and `net/stat/ndisc_cache`: what the neighbour tables did, by CPU.
//! `net/core/neighbour.c` `neigh_stat_seq_show`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// The columns that both tables have: given the group's name, the family of its settings, and whose counter
/// moves along with the table.
macro_rules! common {
    ($name:literal, $family:literal, $solicits:literal) => {{
        const TABLE: Group = Group::new($name, FileScope::InitialNamespace, Unit::Count);
        [
            TABLE
                .gauge("entries", "entries")
                .meaning(
                    "Neighbours in the machine's table now. It is one total that the file repeats for each \
                     CPU: do not add.",
                )
                .next(concat!("Compare net.", $family, ".neigh.default.gc_thresh3: at it the table is full."))
                .source("net/core/neighbour.c neigh_stat_seq_show")
                .related(&[concat!($name, ".table_fulls"), concat!($name, ".forced_gc_runs")]),
            TABLE
                .normal("allocs", "allocations")
                .meaning("Neighbours entered into the table.")
                .next("If it grows fast: many addresses of a link are tried, perhaps by a scan.")
                .source("net/core/neighbour.c neigh_alloc")
                .related(&[concat!($name, ".destroys"), concat!($name, ".entries")]),
            TABLE
                .normal("destroys", "destructions")
                .meaning("Neighbours that were removed from the table and freed.")
                .source("net/core/neighbour.c neigh_destroy")
                .related(&[concat!($name, ".allocs")]),
            TABLE
                .normal("hash_grows", "hash growths")
                .meaning(
                    "The hash table of neighbours was enlarged because it had more entries than buckets.",
                )
                .source("net/core/neighbour.c neigh_hash_grow")
                .related(&[concat!($name, ".entries")]),
            TABLE
                .normal("lookups", "look-ups")
                .meaning(
                    "Searches in the table, by messages of neighbours and by commands. Sending takes a \
                     faster way that does not count.",
                )
                .source("net/core/neighbour.c neigh_lookup")
                .related(&[concat!($name, ".hits")]),
            TABLE
                .normal("hits", "hits")
                .meaning("Searches in the table that found the neighbour.")
                .source("net/core/neighbour.c neigh_lookup")
                .related(&[concat!($name, ".lookups")]),
            TABLE
                .warning("res_failed", "failed resolutions")
                .meaning(
                    "A neighbour did not answer any question for its link address and was marked FAILED. \
                     Packets that waited for it were dropped.",
                )
                .next(
                    "Look for neighbours in FAILED or INCOMPLETE: a host that is down, or a scan of the \
                     link's addresses from here.",
                )
                .source("net/core/neighbour.c neigh_invalidate")
                .related(&[$solicits, concat!($name, ".unresolved_discards")]),
            TABLE
                .normal("periodic_gc_runs", "periodic garbage collections")
                .meaning("The table was looked through for neighbours to forget, as happens at intervals.")
                .source("net/core/neighbour.c neigh_periodic_work")
                .related(&[concat!($name, ".forced_gc_runs")]),
            TABLE
                .watch("forced_gc_runs", "forced garbage collections")
                .meaning(
                    "The table was cleaned out of turn because a new neighbour met gc_thresh2 or gc_thresh3.",
                )
                .next(concat!(
                    "Raise net.",
                    $family,
                    ".neigh.default.gc_thresh2 and gc_thresh3 if the link has so many hosts; else look for a \
                     scan."
                ))
                .source("net/core/neighbour.c neigh_forced_gc, neigh_alloc")
                .related(&[concat!($name, ".table_fulls"), concat!($name, ".entries")]),
            TABLE
                .warning("unresolved_discards", "unresolved discards")
                .meaning(
                    "A packet was dropped because too many waited already for the link address of their \
                     neighbour.",
                )
                .next("Look for neighbours in INCOMPLETE; the room is unres_qlen_bytes of the interface.")
                .source("net/core/neighbour.c __neigh_event_send")
                .related(&[concat!($name, ".res_failed")]),
            TABLE
                .warning("table_fulls", "table overflows")
                .meaning(
                    "A new neighbour was refused because the table was at gc_thresh3 and nothing in it could \
                     be freed.",
                )
                .next(concat!(
                    "Raise net.",
                    $family,
                    ".neigh.default.gc_thresh3, or stop the scan that fills the table; the kernel log says \
                     \"neighbor table overflow\"."
                ))
                .source("net/core/neighbour.c neigh_alloc")
                .related(&[concat!($name, ".forced_gc_runs"), concat!($name, ".entries")]),
        ]
    }};
}

/// The table of IPv4.
pub(super) const ARP: &[Entry] = &common!("arp_cache", "ipv4", "arp_cache.allocs");

/// The table of IPv6.
pub(super) const NDISC: &[Entry] = &common!("ndisc_cache", "ipv6", "Icmp6.OutNeighborSolicits");

const ARP_TABLE: Group = Group::new("arp_cache", FileScope::InitialNamespace, Unit::Count);
const NDISC_TABLE: Group = Group::new("ndisc_cache", FileScope::InitialNamespace, Unit::Count);

/// Questions received, which IPv6 alone counts.
pub(super) const PROBES: &[Entry] = &[
    ARP_TABLE
        .normal("rcv_probes_mcast", "multicast probes received")
        .meaning("Stays 0: only neighbour discovery of IPv6 counts questions.")
        .source("net/ipv6/ndisc.c ndisc_recv_ns")
        .related(&["ndisc_cache.rcv_probes_mcast"]),
    ARP_TABLE
        .normal("rcv_probes_ucast", "unicast probes received")
        .meaning("Stays 0: only neighbour discovery of IPv6 counts questions.")
        .source("net/ipv6/ndisc.c ndisc_recv_ns")
        .related(&["ndisc_cache.rcv_probes_ucast"]),
    NDISC_TABLE
        .normal("rcv_probes_mcast", "multicast probes received")
        .meaning("Neighbours that asked all of a group for the link address of this host.")
        .next("A high rate: a scan of the prefix.")
        .source("net/ipv6/ndisc.c ndisc_recv_ns")
        .related(&["Icmp6.InNeighborSolicits", "ndisc_cache.rcv_probes_ucast"]),
    NDISC_TABLE
        .normal("rcv_probes_ucast", "unicast probes received")
        .meaning("Neighbours that asked this host directly whether it is still there.")
        .source("net/ipv6/ndisc.c ndisc_recv_ns")
        .related(&["Icmp6.InNeighborSolicits", "ndisc_cache.rcv_probes_mcast"]),
];
