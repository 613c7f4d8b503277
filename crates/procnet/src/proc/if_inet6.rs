//! `if_inet6`: IPv6 addresses of interfaces. `net/ipv6/addrconf.c` `if6_seq_show`.
//!
//! Flags beyond the first eight bits (a managed temporary address, no prefix route) are not printed.

use super::{File, FileScope};
use crate::dictionary;
use crate::number;
use crate::row::words;
use crate::table::Span;
use crate::word::{Hex, HexIpv6, meaning};

/// `net/if_inet6`.
pub static IF_INET6: File = File::new::<Lines>(
    "if_inet6",
    "IPv6 addresses of interfaces",
    "net/ipv6/addrconf.c if6_seq_show",
    FileScope::Namespace,
);

words! {
    /// One address.
    pub struct IfInet6,
    /// The lines of the file.
    Lines, header 0 {
        key address: HexIpv6, None, "address", "The address.";
        key ifindex: Hex<u32>, None, "ifindex", "Number of the interface.";
        info prefix_length: Hex<u8>, None, "prefix", "Bits of the address that name its network.";
        info addr_scope: AddrScope, None, "reaches", "How far the address is valid: global, linklocal, loopback.";
        info flags: IfaFlags, None, "flags", "What holds of the address: PERMANENT, TENTATIVE while its uniqueness is tested, DADFAILED, DEPRECATED, …";
        key interface: Span, None, "interface", "Name of the interface.";
    }
}

meaning! {
    /// How far an address reaches.
    pub struct AddrScope by number::hex, named dictionary::IPV6_ADDR_SCOPE
}

meaning! {
    /// The `IFA_F_*` flags of an address.
    pub struct IfaFlags by number::hex, flags dictionary::IFA_FLAGS
}
