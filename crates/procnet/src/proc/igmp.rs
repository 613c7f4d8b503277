//! `igmp`: IPv4 multicast groups that interfaces have joined. `net/ipv4/igmp.c` `igmp_mc_seq_show`.
//!
//! The file prints a line for each interface and one for each of its groups; here each group is a row with
//! what is said of its interface. Interfaces without groups are not printed.

use super::{File, FileScope};
use crate::Endian;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};
use crate::word::{HexIpv4, next};

/// `net/igmp`.
pub static IGMP: File = File::new::<Lines>(
    "igmp",
    "IPv4 multicast groups of each interface",
    "net/ipv4/igmp.c igmp_mc_seq_show",
    FileScope::Namespace,
);

row! {
    /// One group of one interface.
    pub struct Igmp {
        key idx: u32, None, "idx", "Number of the interface.";
        key device: Span, None, "device", "Name of the interface.";
        gauge count: u32, Count, "count", "Groups that the interface has joined, the same in each of its rows.";
        info querier: Option<Span>, None, "querier", "Version of IGMP that is spoken on the interface.";
        key group: HexIpv4, None, "group", "The group.";
        gauge users: u32, Count, "users", "How many sockets and other users joined the group on this interface.";
        info tm_running: u32, None, "timer runs", "1 while a report is due.";
        gauge timer: Option<u64>, Ticks, "timer", "Time until the report is sent; absent while none is due.";
        info reporter: Option<u32>, None, "reporter", "1 when this host sent the last report of the group.";
    }
}

/// What the line of an interface said.
#[derive(Clone, Copy)]
struct Interface {
    idx: u32,
    device: Span,
    count: u32,
    querier: Option<Span>,
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines {
    interface: Option<Interface>,
}

impl Format for Lines {
    type Row = Igmp;

    fn line(&mut self, line: &[u8], table: &mut Table<Igmp>, endian: Endian) -> Result<(), &'static str> {
        if line.first().is_some_and(u8::is_ascii_whitespace) {
            let interface = self.interface.ok_or("a group without an interface")?;
            group(interface, line, table, endian)
        } else {
            // What is wrong with an interface holds for its groups.
            self.interface = None;
            self.interface = Some(interface(line, table, endian)?);
            Ok(())
        }
    }
}

fn interface(line: &[u8], table: &mut Table<Igmp>, endian: Endian) -> Result<Interface, &'static str> {
    let colon = memchr::memchr(b':', line).ok_or("no interface name")?;
    let (mut before, mut after) = (Words::new(&line[..colon]), Words::new(&line[colon + 1..]));
    let texts = &mut table.texts;
    Ok(Interface {
        idx: next(&mut before, texts, endian, "number of the interface unreadable")?,
        device: next(&mut before, texts, endian, "no interface name")?,
        count: next(&mut after, texts, endian, "number of groups unreadable")?,
        querier: next(&mut after, texts, endian, "querier unreadable")?,
    })
}

fn group(
    interface: Interface,
    line: &[u8],
    table: &mut Table<Igmp>,
    endian: Endian,
) -> Result<(), &'static str> {
    let Interface { idx, device, count, querier } = interface;
    let (mut words, texts) = (Words::new(line), &mut table.texts);
    let group = next(&mut words, texts, endian, "group unreadable")?;
    let users = next(&mut words, texts, endian, "users unreadable")?;
    let (tm_running, timer) = words.next().and_then(timer).ok_or("timer unreadable")?;
    let reporter = next(&mut words, texts, endian, "reporter unreadable")?;
    table.push(Igmp { idx, device, count, querier, group, users, tm_running, timer, reporter });
    // The line has four columns; they are numbered behind those of the interface.
    table.extras(9, words);
    Ok(())
}

/// Whether a timer runs, and the time that it has left.
fn timer(word: &[u8]) -> Option<(u32, Option<u64>)> {
    let colon = memchr::memchr(b':', word)?;
    let running = number::decimal(&word[..colon])?.try_into().ok()?;
    let left = number::hex(&word[colon + 1..])?;
    Some((running, (running != 0).then_some(left)))
}
