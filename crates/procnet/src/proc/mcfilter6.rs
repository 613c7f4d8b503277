//! `mcfilter6`: source filters of IPv6 multicast groups. `net/ipv6/mcast.c` `igmp6_mcf_seq_show`.
//!
//! The file can be empty though there are filters: the kernel begins with the first interface whose group
//! that was joined last has one (`igmp6_mcf_get_first`), and prints nothing if there is none.

use super::{File, FileScope};
use crate::row::words;
use crate::table::Span;
use crate::word::HexIpv6;

/// `net/mcfilter6`.
pub static MCFILTER6: File = File::new::<Lines>(
    "mcfilter6",
    "source filters of IPv6 multicast groups",
    "net/ipv6/mcast.c igmp6_mcf_seq_show",
    FileScope::Namespace,
);

words! {
    /// One source that one group takes or refuses.
    pub struct Mcfilter6,
    /// The lines of the file.
    Lines, header 1 {
        key idx: u32, None, "idx", "Number of the interface.";
        info device: Span, None, "device", "Name of the interface, cut to six characters.";
        key multicast_address: HexIpv6, None, "multicast address", "The group.";
        key source_address: HexIpv6, None, "source address", "The source.";
        gauge inc: u64, Count, "inc", "How many sockets want this source.";
        gauge exc: u64, Count, "exc", "How many sockets refuse this source.";
    }
}
