//! `rt_cache`: the routing cache of IPv4. `net/ipv4/route.c` `rt_cache_seq_show`.
//!
//! Linux 3.6 has no such cache any more and prints the header alone.

use super::route::RouteFlags;
use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::words;
use crate::table::{Span, Texts};
use crate::word::{Hex, HexIpv4, Word};

/// `net/rt_cache`.
pub static RT_CACHE: File = File::new::<Lines>(
    "rt_cache",
    "IPv4 routing cache of kernels before 3.6, empty since",
    "net/ipv4/route.c rt_cache_seq_show",
    FileScope::Namespace,
);

words! {
    /// One cached route.
    pub struct RtCache,
    /// The lines of the file.
    Lines, header 1 {
        key interface: Span, None, "interface", "Interface that packets leave by; * where there is none.";
        key destination: HexIpv4, None, "destination", "Address that packets go to.";
        info gateway: HexIpv4, None, "gateway", "Next hop.";
        info flags: RouteFlags, None, "flags", "Flags as of a route, and others of the cache in higher bits.";
        gauge ref_cnt: i32, Count, "ref", "References to the entry.";
        counter use_count: u32, Count, "use", "Packets that took the route.";
        info metric: i32, None, "metric", "Constant 0.";
        key source: Option<HexIpv4>, None, "source", "Address that packets come from.";
        info mtu: Option<u32>, Bytes, "mtu", "Advertised segment size plus 40, or 0.";
        info window: Option<u32>, Bytes, "window", "Largest window to advertise, or 0.";
        info irtt: Option<u32>, Milliseconds, "irtt", "Round-trip time and its variance together.";
        key tos: Option<Hex<u8>>, None, "tos", "Type of service that the entry is for.";
        info hh_ref: Option<i32>, Count, "hh ref", "References to the cached link header, -1 without one.";
        info hh_uptod: Option<i32>, None, "hh uptod", "1 while the cached link header is up to date.";
        info spec_dst: Option<HexIpv4>, None, "spec dst", "Address that answers come from.";
    }
}

impl Word for RouteFlags {
    fn read(word: Option<&[u8]>, _: &mut Texts, _: Endian) -> Option<Self> {
        number::hex32(word?).map(Self)
    }
}
