//! `xt_recent/*`: addresses that rules of iptables remember; a file is a list, by its name.
//! `net/netfilter/xt_recent.c` `recent_seq_show`.
//!
//! Times are the kernel's clock (jiffies), whose rate and start are not told.

use std::net::IpAddr;

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};

/// `net/xt_recent/*`.
pub static XT_RECENT: File = File::new::<Lines>(
    "xt_recent/*",
    "addresses that iptables rules remember (recent)",
    "net/netfilter/xt_recent.c recent_seq_show",
    FileScope::Namespace,
);

row! {
    /// One address.
    pub struct XtRecent {
        key src: IpAddr, None, "src", "The address that is remembered.";
        info ttl: Option<u8>, None, "ttl", "Time to live of its first packet, 0 where it was added by hand.";
        info last_seen: Option<u64>, None, "last seen", "When its last packet came, in jiffies.";
        info oldest_pkt: Option<u32>, None, "oldest", "Place of the oldest time in the list of times: the next to be overwritten.";
        info stamps: Option<Span>, None, "stamps", "The times that are kept, in jiffies, with commas between them.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = XtRecent;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<XtRecent>, _: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let src = words.next().and_then(|word| word.strip_prefix(b"src=")).ok_or("no address")?;
        let src = std::str::from_utf8(src).ok().and_then(|src| src.parse().ok());
        let mut ttl = None;
        let mut last_seen = None;
        let mut oldest_pkt = None;
        let mut ahead = words.clone();
        while let Some(name) = ahead.next().and_then(|word| word.strip_suffix(b":")) {
            let value = ahead.next().and_then(number::decimal).ok_or("number unreadable")?;
            match name {
                b"ttl" => ttl = Some(value.try_into().map_err(|_| "ttl unreadable")?),
                b"last_seen" => last_seen = Some(value),
                b"oldest_pkt" => oldest_pkt = Some(value.try_into().map_err(|_| "place unreadable")?),
                _ => return Err("name not known"),
            }
            words = ahead.clone();
        }
        let stamps = words.rest().trim_ascii();
        let stamps = (!stamps.is_empty()).then(|| table.texts.keep(stamps));
        table.push(XtRecent { src: src.ok_or("address unreadable")?, ttl, last_seen, oldest_pkt, stamps });
        Ok(())
    }
}
