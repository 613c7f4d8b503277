//! The row of the counter files (`netstat`, `snmp`, `snmp6`, `xfrm_stat`, `sockstat`, …): group, name, value, all
//! as the kernel says. Which of them are levels and not counters the dictionary knows.
//!
//! Names are read, not listed here: a counter that a new kernel brings appears by itself.

use crate::Endian;
use crate::cell::{Form, Value};
use crate::number;
use crate::row::{Cell, row};
use crate::shape::{Format, Words};
use crate::table::{Span, Table, Texts};

row! {
    /// One counter.
    pub struct Counter {
        key group: Span, None, "group", "Group that the kernel prints it in.";
        key name: Span, None, "name", "The kernel's name.";
        counter value: Number, None, "value", "Value since the namespace exists.";
    }
}

/// A value: counters have no sign, `Tcp.MaxConn` has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// Without sign.
    Unsigned(u64),
    /// Below zero.
    Negative(i64),
}

impl Cell for Number {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        match *self {
            Self::Unsigned(number) => Value::Unsigned(number),
            Self::Negative(number) => Value::Signed(number),
        }
    }
}

impl Number {
    /// A decimal number with or without sign.
    pub fn parse(word: &[u8]) -> Option<Self> {
        number::decimal(word).map(Self::Unsigned).or_else(|| number::signed(word).map(Self::Negative))
    }
}

/// Pairs of lines: `Group: name name …`, then `Group: value value …`.
#[derive(Default)]
pub struct Pairs {
    names: Vec<u8>,
}

impl Format for Pairs {
    type Row = Counter;
    const HEADER: u64 = 0;

    fn end(&mut self) -> Result<(), &'static str> {
        if self.names.is_empty() { Ok(()) } else { Err("names without values") }
    }

    fn line(&mut self, line: &[u8], table: &mut Table<Counter>, _: Endian) -> Result<(), &'static str> {
        if self.names.is_empty() {
            self.names.extend_from_slice(line);
            return Ok(());
        }
        let names = std::mem::take(&mut self.names);
        let (group, names) = split(&names).ok_or("no group before the names")?;
        let Some((same, values)) = split(line).filter(|(same, _)| *same == group) else {
            // The names stand alone; this line may begin the next pair.
            self.names.extend_from_slice(line);
            return Err("names without values");
        };
        let group = table.texts.keep(same);
        let (mut names, mut values) = (Words::new(names), Words::new(values));
        loop {
            match (names.next(), values.next()) {
                (Some(name), Some(word)) => {
                    let value = Number::parse(word).ok_or("value unreadable")?;
                    let name = table.texts.keep(name);
                    table.push(Counter { group, name, value });
                }
                (None, None) => return Ok(()),
                _ => return Err("names and values differ in number"),
            }
        }
    }
}

fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    Some((&line[..colon], &line[colon + 1..]))
}

/// Groups whose counters have the group in their names: nobody calls them without.
const PREFIXES: [&[u8]; 3] = [b"Sctp", b"Tls", b"Xfrm"];

/// The group that a name begins with, empty where it has none, and the name in it.
fn grouped(word: &[u8]) -> (&[u8], &[u8]) {
    match PREFIXES.iter().find(|prefix| word.starts_with(prefix)) {
        Some(prefix) => (prefix, word),
        // The others end in the version and are named without: Ip6, Icmp6, Udp6, UdpLite6.
        None => word.split_at(memchr::memchr(b'6', word).map_or(0, |six| six + 1)),
    }
}

/// Lines of one name, which begins with its group, and one value.
#[derive(Default)]
pub struct Names {
    group: Option<Span>,
}

impl Format for Names {
    type Row = Counter;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<Counter>, _: Endian) -> Result<(), &'static str> {
        let mut words = Words::new(line);
        let word = words.next().ok_or("no name")?;
        let (group, name) = grouped(word);
        let value = words.next().and_then(Number::parse).ok_or("value unreadable")?;
        let group = match self.group.filter(|&span| table.texts.get(span) == group) {
            Some(same) => same,
            None => table.texts.keep(group),
        };
        self.group = Some(group);
        let name = table.texts.keep(name);
        table.push(Counter { group, name, value });
        Ok(())
    }
}

/// Lines of `GROUP: name value name value …`.
#[derive(Default)]
pub struct Levels;

impl Format for Levels {
    type Row = Counter;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<Counter>, _: Endian) -> Result<(), &'static str> {
        let (group, pairs) = split(line).ok_or("no group")?;
        let group = table.texts.keep(group);
        let mut words = Words::new(pairs);
        while let Some(name) = words.next() {
            let value = words.next().and_then(Number::parse).ok_or("value unreadable")?;
            let name = table.texts.keep(name);
            table.push(Counter { group, name, value });
        }
        Ok(())
    }
}
