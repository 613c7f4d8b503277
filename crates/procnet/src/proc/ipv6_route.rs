//! `ipv6_route`: IPv6 routes of all tables, without saying which. `net/ipv6/ip6_fib.c`
//! `ipv6_route_native_seq_show`.
//!
//! The use column is printed as 0 and left out. Each namespace has a route to everywhere on `lo` with the
//! reject flag: it is not the default route.

use std::net::Ipv6Addr;

use super::route::{RouteFlagNames, RouteFlags};
use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};

/// `net/ipv6_route`.
pub static IPV6_ROUTE: File = File::new::<Lines>(
    "ipv6_route",
    "IPv6 routes of all tables",
    "net/ipv6/ip6_fib.c ipv6_route_native_seq_show",
    FileScope::Namespace,
);

row! {
    /// One route.
    pub struct Ipv6Route {
        key destination: Ipv6Addr, None, "destination", "Network or host that the route leads to.";
        key prefix_length: u8, None, "prefix", "Bits of the destination that must match.";
        info source: Ipv6Addr, None, "source", "Network that packets must come from, :: for any.";
        info source_prefix_length: u8, None, "src prefix", "Bits of the source that must match.";
        info gateway: Ipv6Addr, None, "gateway", "Next hop; :: where the destination is on the link.";
        info flags: RouteFlags, None, "flags", "U up, G gateway, H host, D by redirect, M modified by redirect, ! reject; of IPv6 also: d default, A learned from a router announcement, p its prefix, i its route, l local address, y anycast address, n no next hop, e expires, C cached, c kept per CPU, o all destinations on the link, f flow, r by policy.";
        info flag_names: RouteFlagNames, None, "flags in words", "The flags in words.";
        info metric: u32, None, "metric", "Priority: lower is taken first.";
        gauge ref_count: u32, Count, "ref", "References to the route object.";
        key interface: Span, None, "interface", "Interface that packets leave by.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Ipv6Route;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<Ipv6Route>, _: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let mut word = || words.next().ok_or("too few columns");
        let address = |word| number::ipv6_bytes(word).ok_or("address unreadable");
        let length = |word| {
            let length = number::hex(word).filter(|length| *length <= 128);
            length.map(|length| length as u8).ok_or("prefix length unreadable")
        };
        let number = |word| number::hex32(word).ok_or("number unreadable");
        let (destination, prefix_length) = (address(word()?)?, length(word()?)?);
        let (source, source_prefix_length) = (address(word()?)?, length(word()?)?);
        let gateway = address(word()?)?;
        let (metric, ref_count) = (number(word()?)?, number(word()?)?);
        let (_use, flags) = (word()?, RouteFlags(number(word()?)?));
        let interface = table.texts.keep(word()?);
        let row = Ipv6Route {
            destination,
            prefix_length,
            source,
            source_prefix_length,
            gateway,
            flags,
            flag_names: RouteFlagNames(flags.0),
            metric,
            ref_count,
            interface,
        };
        table.push(row);
        table.extras(11, words);
        Ok(())
    }
}
