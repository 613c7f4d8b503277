//! `anycast6`: IPv6 anycast addresses of interfaces. `net/ipv6/anycast.c` `ac6_seq_show`.

use super::{File, FileScope};
use crate::row::words;
use crate::table::Span;
use crate::word::HexIpv6;

/// `net/anycast6`.
pub static ANYCAST6: File = File::new::<Lines>(
    "anycast6",
    "IPv6 anycast addresses of each interface",
    "net/ipv6/anycast.c ac6_seq_show",
    FileScope::Namespace,
);

words! {
    /// One address of one interface.
    pub struct Anycast6,
    /// The lines of the file.
    Lines, header 0 {
        key ifindex: u32, None, "ifindex", "Number of the interface.";
        key interface: Span, None, "interface", "Name of the interface.";
        key address: HexIpv6, None, "address", "The address; a router has that of each of its networks.";
        gauge users: u32, Count, "users", "How many sockets and other users asked for the address.";
    }
}
