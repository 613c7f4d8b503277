//! `ip_vs`: services of the kernel's load balancer and the servers behind them.
//! `net/netfilter/ipvs/ip_vs_ctl.c` `ip_vs_info_seq_show`.
//!
//! A service is a row without server, and then a row for each server. Addresses are printed as numbers of network
//! order, whatever the machine's.

use std::net::IpAddr;

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};
use crate::word::{Hex, Word};

/// `net/ip_vs`.
pub static IP_VS: File = File::new::<Lines>(
    "ip_vs",
    "services of the load balancer and their servers",
    "net/netfilter/ipvs/ip_vs_ctl.c ip_vs_info_seq_show",
    FileScope::Namespace,
);

row! {
    /// A service, or one server of it.
    pub struct IpVs {
        key prot: Span, None, "prot", "Protocol of the service; FWM where packets are chosen by their mark.";
        key local_address: Option<IpAddr>, None, "local address", "Address of the service.";
        key local_port: Option<u16>, None, "local port", "Port of the service.";
        key fwmark: Option<Hex<u32>>, None, "fwmark", "Mark of the service's packets.";
        info scheduler: Option<Span>, None, "scheduler", "How servers are chosen.";
        info flags: Option<Span>, None, "flags", "ops: one packet each; persistent: clients keep their server, with the seconds and the mask.";
        key remote_address: Option<IpAddr>, None, "remote address", "Address of the server; absent in the row of the service itself.";
        key remote_port: Option<u16>, None, "remote port", "Port of the server.";
        info forward: Option<Span>, None, "forward", "How packets reach the server: Masq, Tunnel, Route, Local, Bypass.";
        info weight: Option<i32>, None, "weight", "Share of the server.";
        amount active_conn: Option<i32>, Count, "active", "Connections to the server that are established.";
        amount in_act_conn: Option<i32>, Count, "inactive", "Other connections to the server.";
    }
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines {
    service: Option<IpVs>,
}

impl Format for Lines {
    type Row = IpVs;
    const HEADER: u64 = 3;

    fn line(&mut self, line: &[u8], table: &mut Table<IpVs>, endian: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let first = words.next().ok_or("no protocol")?;
        let ends = words.next().ok_or("no address")?;
        if first == b"->" {
            let service = self.service.clone().ok_or("server without service")?;
            let (address, port) = end(ends).ok_or("server unreadable")?;
            let texts = &mut table.texts;
            let forward = words.next().map(|word| texts.keep(word));
            let mut number = || Option::read(words.next(), texts, endian).ok_or("number unreadable");
            let (weight, active_conn, in_act_conn) = (number()?, number()?, number()?);
            let (remote_address, remote_port) = (Some(address), Some(port));
            table.push(IpVs {
                remote_address,
                remote_port,
                forward,
                weight,
                active_conn,
                in_act_conn,
                ..service
            });
            table.extras(7, words);
            return Ok(());
        }
        // Until this line is read, servers that follow belong to none.
        self.service = None;
        let (end, fwmark) = match end(ends) {
            Some(end) => (Some(end), None),
            None => (None, Some(Hex(number::hex32(ends).ok_or("service unreadable")?))),
        };
        let prot = table.texts.keep(first);
        let scheduler = words.next().map(|word| table.texts.keep(word));
        let flags = words.rest().trim_ascii();
        let service = IpVs {
            prot,
            local_address: end.map(|(address, _)| address),
            local_port: end.map(|(_, port)| port),
            fwmark,
            scheduler,
            flags: (!flags.is_empty()).then(|| table.texts.keep(flags)),
            remote_address: None,
            remote_port: None,
            forward: None,
            weight: None,
            active_conn: None,
            in_act_conn: None,
        };
        self.service = Some(service.clone());
        table.push(service);
        Ok(())
    }
}

/// `C0000201:0050` or `[2001:…]:0050`.
fn end(word: &[u8]) -> Option<(IpAddr, u16)> {
    let colon = memchr::memrchr(b':', word)?;
    Some((address(&word[..colon])?, port(&word[colon + 1..])?))
}

/// An address: eight hexadecimal digits, or eight groups of four.
pub(super) fn address(word: &[u8]) -> Option<IpAddr> {
    let inner = word.strip_prefix(b"[").and_then(|word| word.strip_suffix(b"]")).unwrap_or(word);
    if inner.contains(&b':') {
        return std::str::from_utf8(inner).ok()?.parse().ok();
    }
    number::ipv4(inner, Endian::Big).map(IpAddr::V4)
}

/// Four hexadecimal digits.
pub(super) fn port(word: &[u8]) -> Option<u16> {
    number::hex(word)?.try_into().ok()
}
