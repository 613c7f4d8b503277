//! `ipt_hashlimit/*`, `ip6t_hashlimit/*`: what each sender or receiver has left of a limit of iptables; a file is a limit,
//! by its name. `net/netfilter/xt_hashlimit.c` `dl_seq_show`.
//!
//! Parts of an address that the limit does not tell apart are 0. Where the limit matches rates of bytes, the last
//! three numbers are other fields of the kernel's in the same place and mean nothing.

use std::net::IpAddr;

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::Table;
use crate::word::Word;

/// `net/ipt_hashlimit/*`.
pub static IPT_HASHLIMIT: File = File::new::<Lines>(
    "ipt_hashlimit/*",
    "state of a limit of iptables (hashlimit)",
    "net/netfilter/xt_hashlimit.c dl_seq_show",
    FileScope::Namespace,
);

/// `net/ip6t_hashlimit/*`.
pub static IP6T_HASHLIMIT: File = File::new::<Lines>(
    "ip6t_hashlimit/*",
    "state of a limit of ip6tables (hashlimit)",
    "net/netfilter/xt_hashlimit.c dl_seq_show",
    FileScope::Namespace,
);

row! {
    /// One sender, receiver or pair of both.
    pub struct Hashlimit {
        gauge expires: i64, None, "expires", "Seconds until the entry goes unless packets come.";
        key src: IpAddr, None, "src", "Source of the packets.";
        key sport: u16, None, "sport", "Source port of the packets.";
        key dst: IpAddr, None, "dst", "Destination of the packets.";
        key dport: u16, None, "dport", "Destination port of the packets.";
        gauge credit: u64, None, "credit", "What is left, in the kernel's own unit.";
        info credit_cap: Option<u64>, None, "credit cap", "The most that can be left.";
        info cost: Option<u64>, None, "cost", "What a packet takes.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Hashlimit;
    const HEADER: u64 = 0;

    fn line(
        &mut self,
        line: &[u8],
        table: &mut Table<Hashlimit>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let texts = &mut table.texts;
        let expires = i64::read(words.next(), texts, endian).ok_or("expiry unreadable")?;
        let ends = words.next().ok_or("no addresses")?;
        let arrow = ends.windows(2).position(|pair| pair == b"->").ok_or("no addresses")?;
        let (src, sport) = end(&ends[..arrow]).ok_or("source unreadable")?;
        let (dst, dport) = end(&ends[arrow + 2..]).ok_or("destination unreadable")?;
        let mut number = || Option::read(words.next(), texts, endian).ok_or("number unreadable");
        let (credit, credit_cap, cost) = (number()?.ok_or("no credit")?, number()?, number()?);
        table.push(Hashlimit { expires, src, sport, dst, dport, credit, credit_cap, cost });
        table.extras(6, words);
        Ok(())
    }
}

/// An address and a port with a colon between them.
fn end(word: &[u8]) -> Option<(IpAddr, u16)> {
    let colon = memchr::memrchr(b':', word)?;
    let address = std::str::from_utf8(&word[..colon]).ok()?.parse().ok()?;
    Some((address, number::decimal(&word[colon + 1..])?.try_into().ok()?))
}
