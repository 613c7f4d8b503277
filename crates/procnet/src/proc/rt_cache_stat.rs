//! `stat/rt_cache`: route lookups of IPv4 by CPU, in hexadecimal. `net/ipv4/route.c` `rt_cpu_seq_show`.
//!
//! The counters are the machine's, in every namespace. `entries` is one figure of all CPUs that the file repeats
//! in each row. Linux 3.6 has no routing cache any more: the columns of hits, of garbage collection and of
//! searches are constant 0 since.

use super::cpu_stat::cpu_stat;
use super::{File, FileScope};

/// `net/stat/rt_cache`.
pub static RT_CACHE_STAT: File = File::new::<Lines>(
    "stat/rt_cache",
    "IPv4 route lookups of each CPU",
    "net/ipv4/route.c rt_cpu_seq_show",
    FileScope::Host,
);

cpu_stat! {
    /// What one CPU did.
    pub struct RtCacheStat,
    /// The lines of the file.
    Lines {
        gauge entries: Count, "entries", "Route objects (dst) of IPv4 on the whole machine, the same in each row.";
        counter in_hit: Packets, "in hit", "Received packets whose route was in the routing cache; constant 0 since 3.6.";
        counter in_slow_tot: Packets, "in slow", "Received packets whose route object was made anew: none was kept with the routing table.";
        counter in_slow_mc: Packets, "in slow mc", "Received multicast packets, each with a route object of its own.";
        counter in_no_route: Packets, "in no route", "Received packets that no route leads on.";
        counter in_brd: Packets, "in brd", "Received broadcast packets.";
        counter in_martian_dst: Packets, "martian dst", "Received packets to an address that cannot be one's destination.";
        counter in_martian_src: Packets, "martian src", "Received packets from an address that cannot be one's source, or that the reverse path filter refused.";
        counter out_hit: Packets, "out hit", "Lookups for sending that the routing cache answered; constant 0 since 3.6.";
        counter out_slow_tot: Count, "out slow", "Lookups for sending that made a new route object.";
        counter out_slow_mc: Count, "out slow mc", "Lookups for sending to a multicast group that made a new route object.";
        counter gc_total: Count, "gc total", "Calls of the routing cache's garbage collection; constant 0 since 3.6.";
        counter gc_ignored: Count, "gc ignored", "Calls of it that did nothing; constant 0 since 3.6.";
        counter gc_goal_miss: Count, "gc goal miss", "Calls of it that freed too little; constant 0 since 3.6.";
        counter gc_dst_overflow: Count, "gc overflow", "Calls of it that left the cache too full; constant 0 since 3.6.";
        counter in_hlist_search: Count, "in search", "Cache entries compared for received packets; constant 0 since 3.6.";
        counter out_hlist_search: Count, "out search", "Cache entries compared for sending; constant 0 since 3.6.";
    }
}
