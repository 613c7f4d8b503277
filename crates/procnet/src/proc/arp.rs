//! `arp`: the IPv4 neighbour cache. `net/ipv4/arp.c` `arp_seq_show`.
//!
//! It tells the cache's flags, not the state of each neighbour, and leaves out those that it holds without
//! a resolved or published address.

use std::net::Ipv4Addr;

use super::{File, FileScope};
use crate::cell::{Form, Value};
use crate::number;
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{Span, Table, Texts};
use crate::{Endian, dictionary};

/// `net/arp`.
pub static ARP: File =
    File::new::<Lines>("arp", "IPv4 neighbour cache", "net/ipv4/arp.c arp_seq_show", FileScope::Namespace);

row! {
    /// One neighbour.
    pub struct Arp {
        key ip_address: Ipv4Addr, None, "IP address", "Address of the neighbour.";
        info hw_type: HwType, None, "type", "Kind of hardware address (ARPHRD_*).";
        info flags: ArpFlags, None, "flags", "What is known of the entry: COMPLETE, PERMANENT, PUBLISHED, …";
        info hw_address: Option<Span>, None, "HW address", "Hardware address of the neighbour.";
        info mask: Span, None, "mask", "Mask of a published range; `*` means this address alone.";
        key device: Span, None, "device", "Interface of the neighbour.";
    }
}

/// An `ARPHRD_*` number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HwType(pub u16);

impl Cell for HwType {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::named(dictionary::ARPHRD, self.0.into())
    }
}

/// The `ATF_*` flags of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArpFlags(pub u32);

impl Cell for ArpFlags {
    const FORM: Form = Form::List;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        Value::Flags(self.0, dictionary::ATF)
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Arp;

    fn line(&mut self, line: &[u8], table: &mut Table<Arp>, _: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let ip_address = words.next().and_then(dotted).ok_or("IP address unreadable")?;
        let hw_type = words.next().and_then(number::prefixed_hex).and_then(|n| n.try_into().ok());
        let flags = words.next().and_then(number::prefixed_hex).and_then(|n| n.try_into().ok());
        let third = words.next().ok_or("no mask")?;
        let fourth = words.next().ok_or("no device")?;
        // Hardware without addresses leaves its column empty.
        let (hw_address, mask, device) = match words.next() {
            Some(fifth) => (Some(table.texts.keep(third)), fourth, fifth),
            None => (None, third, fourth),
        };
        let row = Arp {
            ip_address,
            hw_type: HwType(hw_type.ok_or("hardware type unreadable")?),
            flags: ArpFlags(flags.ok_or("flags unreadable")?),
            hw_address,
            mask: table.texts.keep(mask),
            device: table.texts.keep(device),
        };
        table.push(row);
        table.extras(7, words);
        Ok(())
    }
}

fn dotted(word: &[u8]) -> Option<Ipv4Addr> {
    std::str::from_utf8(word).ok()?.parse().ok()
}
