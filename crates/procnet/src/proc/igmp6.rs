//! `igmp6`: IPv6 multicast groups that interfaces have joined. `net/ipv6/mcast.c` `igmp6_mc_seq_show`.

use super::{File, FileScope};
use crate::Endian;
use crate::dictionary;
use crate::number;
use crate::row::row;
use crate::shape::{Format, Words};
use crate::table::{Span, Table};
use crate::word::{HexIpv6, meaning, next};

/// `net/igmp6`.
pub static IGMP6: File = File::new::<Lines>(
    "igmp6",
    "IPv6 multicast groups of each interface",
    "net/ipv6/mcast.c igmp6_mc_seq_show",
    FileScope::Namespace,
);

row! {
    /// One group of one interface.
    pub struct Igmp6 {
        key ifindex: u32, None, "ifindex", "Number of the interface.";
        key interface: Span, None, "interface", "Name of the interface.";
        key group: HexIpv6, None, "group", "The group.";
        gauge users: u32, Count, "users", "How many sockets and other users joined the group on this interface.";
        info flags: MafFlags, None, "flags", "What holds of the group: TIMER_RUNNING while a report is due, LAST_REPORTER when this host sent the last one, LOADED once it is active, NOREPORT for one that is not reported.";
        gauge timer: Option<i64>, Ticks, "timer", "Time until the report is sent; absent while none is due.";
    }
}

meaning! {
    /// The `MAF_*` flags of a group.
    pub struct MafFlags by number::hex, flags dictionary::MAF
}

impl MafFlags {
    /// `MAF_TIMER_RUNNING`.
    pub const TIMER_RUNNING: u32 = 1;
}

/// The lines of the file.
#[derive(Default)]
pub struct Lines;

impl Format for Lines {
    type Row = Igmp6;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<Igmp6>, endian: Endian) -> Result<(), &'static str> {
        let (mut words, texts) = (Words::new(line), &mut table.texts);
        let mut row = Igmp6 {
            ifindex: next(&mut words, texts, endian, "number of the interface unreadable")?,
            interface: next(&mut words, texts, endian, "no interface name")?,
            group: next(&mut words, texts, endian, "group unreadable")?,
            users: next(&mut words, texts, endian, "users unreadable")?,
            flags: next(&mut words, texts, endian, "flags unreadable")?,
            timer: next(&mut words, texts, endian, "timer unreadable")?,
        };
        row.timer = row.timer.filter(|_| row.flags.0 & MafFlags::TIMER_RUNNING != 0);
        table.push(row);
        table.extras(7, words);
        Ok(())
    }
}
