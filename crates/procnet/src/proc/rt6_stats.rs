//! `rt6_stats`: sizes of the IPv6 routing tables, one line in hexadecimal. `net/ipv6/route.c` `rt6_stats_seq_show`.

use super::{File, FileScope};
use crate::row::words;
use crate::word::Hex;

/// `net/rt6_stats`.
pub static RT6_STATS: File = File::new::<Lines>(
    "rt6_stats",
    "sizes of the IPv6 routing tables",
    "net/ipv6/route.c rt6_stats_seq_show",
    FileScope::Namespace,
);

words! {
    /// The figures of the namespace.
    pub struct Rt6Stats,
    /// The lines of the file.
    Lines, header 0 {
        gauge fib_nodes: Hex<u32>, Count, "fib nodes", "Nodes of the trees of routes.";
        gauge fib_route_nodes: Option<Hex<u32>>, Count, "route nodes", "Nodes that hold routes.";
        counter fib_rt_alloc: Option<Hex<u32>>, Count, "rt alloc", "Route objects ever made.";
        gauge fib_rt_entries: Option<Hex<u32>>, Count, "rt entries", "Routes in the tables.";
        gauge fib_rt_cache: Option<Hex<u32>>, Count, "rt cache", "Exceptions to routes that are kept: by redirect or path MTU.";
        gauge dst_entries: Option<Hex<u32>>, Count, "dst entries", "Route objects that the garbage collection counts.";
        counter fib_discarded_routes: Option<Hex<u32>>, Count, "discarded", "Routes ever removed.";
    }
}
