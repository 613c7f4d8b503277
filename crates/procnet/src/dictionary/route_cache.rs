//! Columns of `net/stat/rt_cache`: route look-ups of IPv4 by CPU. The cache is gone since Linux 3.6, its file
//! is not. `net/ipv4/route.c` `rt_cpu_seq_show`.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// Route look-ups of the machine, by CPU.
const RT_CACHE: Group = Group::new("rt_cache_stat", FileScope::Host, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    RT_CACHE
        .gauge("entries", "entries")
        .meaning(
            "IPv4 route objects of the machine that exist now, those held by sockets included. One total \
             that the file repeats for each CPU: do not add.",
        )
        .next("If it grows without end, something leaks route references.")
        .source("net/ipv4/route.c rt_cpu_seq_show")
        .related(&["rt_cache_stat.out_slow_tot", "rt_cache_stat.in_slow_tot"]),
    RT_CACHE
        .constant("in_hit", "input hits")
        .unit(Unit::Packets)
        .meaning("Always 0: the route cache was removed in Linux 3.6.")
        .source("net/ipv4/route.c rt_cpu_seq_show"),
    RT_CACHE
        .normal("in_slow_tot", "input routes made")
        .unit(Unit::Packets)
        .meaning(
            "A packet arrived for which a route object had to be made, to deliver it here or to forward it. \
             Where one is kept for use again, nothing is counted.",
        )
        .source("net/ipv4/route.c ip_route_input_slow, ip_mkroute_input")
        .related(&["rt_cache_stat.entries", "Ip.InReceives"]),
    RT_CACHE
        .normal("in_slow_mc", "input multicast routes made")
        .unit(Unit::Packets)
        .meaning("A multicast packet arrived, for which a route object is made each time.")
        .source("net/ipv4/route.c ip_route_input_mc")
        .related(&["IpExt.InMcastPkts"]),
    RT_CACHE
        .watch("in_no_route", "input without route")
        .unit(Unit::Packets)
        .meaning("A packet arrived for a destination to which no route leads, or forwarding is off for it.")
        .next("Look at the routing table for the destinations that arrive.")
        .source("net/ipv4/route.c ip_route_input_slow")
        .related(&["IpExt.InNoRoutes", "Ip.InAddrErrors"]),
    RT_CACHE
        .normal("in_brd", "input broadcasts")
        .unit(Unit::Packets)
        .meaning("A route was looked up for a broadcast packet that arrived.")
        .source("net/ipv4/route.c ip_route_input_slow")
        .related(&["IpExt.InBcastPkts"]),
    RT_CACHE
        .watch("in_martian_dst", "input martian destinations")
        .unit(Unit::Packets)
        .meaning("A packet arrived for an impossible destination, such as 127.0.0.0/8 from the wire.")
        .next("Turn on log_martians, and find the sender by its link address.")
        .source("net/ipv4/route.c ip_route_input_slow")
        .related(&["rt_cache_stat.in_martian_src"]),
    RT_CACHE
        .warning("in_martian_src", "input martian sources")
        .unit(Unit::Packets)
        .meaning(
            "A packet arrived from an impossible source, such as an own address, or one that reverse path \
             filtering refuses.",
        )
        .next("Turn on log_martians; spoofed packets or asymmetric routes (rp_filter).")
        .source("net/ipv4/route.c ip_handle_martian_source")
        .related(&["TcpExt.IPReversePathFilter", "rt_cache_stat.in_martian_dst"]),
    RT_CACHE
        .constant("out_hit", "output hits")
        .unit(Unit::Packets)
        .meaning("Always 0: the route cache was removed in Linux 3.6.")
        .source("net/ipv4/route.c rt_cpu_seq_show"),
    RT_CACHE
        .normal("out_slow_tot", "output routes made")
        .meaning(
            "A route object was made for packets to be sent. A socket keeps its route, so this counts routes \
             and not packets.",
        )
        .source("net/ipv4/route.c __mkroute_output")
        .related(&["rt_cache_stat.entries", "Ip.OutRequests"]),
    RT_CACHE
        .normal("out_slow_mc", "output multicast routes made")
        .meaning(
            "A route object was made for multicast or broadcast packets to be sent that this host listens to \
             as well.",
        )
        .source("net/ipv4/route.c __mkroute_output")
        .related(&["IpExt.OutMcastPkts"]),
    RT_CACHE
        .constant("gc_total", "collections")
        .meaning("Always 0: the route cache, and with it its upkeep, was removed in Linux 3.6.")
        .source("net/ipv4/route.c rt_cpu_seq_show"),
    RT_CACHE
        .constant("gc_ignored", "collections ignored")
        .meaning("Always 0: the route cache, and with it its upkeep, was removed in Linux 3.6.")
        .source("net/ipv4/route.c rt_cpu_seq_show"),
    RT_CACHE
        .constant("gc_goal_miss", "collections that missed their goal")
        .meaning("Always 0: the route cache, and with it its upkeep, was removed in Linux 3.6.")
        .source("net/ipv4/route.c rt_cpu_seq_show"),
    RT_CACHE
        .constant("gc_dst_overflow", "collections that overflowed")
        .meaning("Always 0: the route cache, and with it its upkeep, was removed in Linux 3.6.")
        .source("net/ipv4/route.c rt_cpu_seq_show"),
    RT_CACHE
        .constant("in_hlist_search", "input list searches")
        .meaning("Always 0: the route cache, and with it its upkeep, was removed in Linux 3.6.")
        .source("net/ipv4/route.c rt_cpu_seq_show"),
    RT_CACHE
        .constant("out_hlist_search", "output list searches")
        .meaning("Always 0: the route cache, and with it its upkeep, was removed in Linux 3.6.")
        .source("net/ipv4/route.c rt_cpu_seq_show"),
];
