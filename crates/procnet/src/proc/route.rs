//! `route`: IPv4 routes of the main table, first next hop only. `net/ipv4/fib_trie.c` `fib_route_seq_show`.
//!
//! Reference count and use are printed as 0 and left out. `MTU` is the advertised segment size plus 40,
//! not the MTU; `IRTT` is the metric shifted right by three.

use std::net::Ipv4Addr;

use super::{File, FileScope};
use crate::Endian;
use crate::cell::{Form, Value};
use crate::dictionary;
use crate::number;
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{Span, Table, Texts};

/// `net/route`.
pub static ROUTE: File = File::new::<Lines>(
    "route",
    "IPv4 routes of the main table",
    "net/ipv4/fib_trie.c fib_route_seq_show",
    FileScope::Namespace,
);

row! {
    /// One route.
    pub struct Route {
        key destination: Ipv4Addr, None, "destination", "Network or host that the route leads to.";
        key prefix_length: u8, None, "prefix", "Bits of the destination that must match.";
        info gateway: Ipv4Addr, None, "gateway", "Next hop; 0.0.0.0 where the destination is on the link.";
        info flags: RouteFlags, None, "flags", "U up, G gateway, H host, R reinstate, D by redirect, M modified by redirect, m MTU set, W window set, I initial round-trip time set, ! reject.";
        info flag_names: RouteFlagNames, None, "flags in words", "The flags in words.";
        info metric: u32, None, "metric", "Priority: lower is taken first.";
        info interface: Span, None, "interface", "Interface that packets leave by; * where there is none.";
        info advmss_mtu: u32, Bytes, "advmss mtu", "Advertised segment size plus 40, or 0: what the file calls MTU, and is not.";
        info window: u32, Bytes, "window", "Largest window to advertise, or 0.";
        info irtt: u32, Milliseconds, "irtt", "Initial round-trip time, as the metric shifted right by three.";
    }
}

/// The `RTF_*` flags of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteFlags(pub u32);

impl RouteFlags {
    /// `RTF_REJECT`: packets are refused, so the route leads nowhere.
    pub const REJECT: u32 = 0x200;
}

impl Cell for RouteFlags {
    const FORM: Form = Form::Text;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        Value::Letters(self.0, dictionary::RTF)
    }
}

/// The flags of a route in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteFlagNames(pub u32);

impl Cell for RouteFlagNames {
    const FORM: Form = Form::List;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        Value::Flags(self.0, dictionary::RTF_NAMES)
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Route;

    fn line(&mut self, line: &[u8], table: &mut Table<Route>, endian: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let interface = words.next().ok_or("no interface")?;
        let mut word = || words.next().ok_or("too few columns");
        let destination = number::ipv4(word()?, endian).ok_or("destination unreadable")?;
        let gateway = number::ipv4(word()?, endian).ok_or("gateway unreadable")?;
        let flags = RouteFlags(number::hex32(word()?).ok_or("flags unreadable")?);
        let (_ref_count, _use) = (word()?, word()?);
        let metric = metric(word()?).ok_or("metric unreadable")?;
        let mask = u32::from(number::ipv4(word()?, endian).ok_or("mask unreadable")?);
        if mask.leading_ones() + mask.trailing_zeros() < 32 {
            return Err("mask with holes");
        }
        let mut count =
            || word().map(number::decimal)?.and_then(|n| n.try_into().ok()).ok_or("number unreadable");
        let row = Route {
            destination,
            prefix_length: mask.leading_ones() as u8,
            gateway,
            flags,
            flag_names: RouteFlagNames(flags.0),
            metric,
            advmss_mtu: count()?,
            window: count()?,
            irtt: count()?,
            interface: table.texts.keep(interface),
        };
        table.push(row);
        table.extras(12, words);
        Ok(())
    }
}

/// A number of 32 bits without sign, which older kernels print with one.
fn metric(word: &[u8]) -> Option<u32> {
    let metric = number::signed(word)?;
    u32::try_from(metric).ok().or_else(|| i32::try_from(metric).ok().map(i32::cast_unsigned))
}
