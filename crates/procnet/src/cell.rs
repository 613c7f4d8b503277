//! One cell of a table, borrowed and typed, and what is known of its column.

use std::net::IpAddr;

/// A typed value, in the kernel's own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Not there, and why; an empty text means that the kernel does not report it.
    Absent(&'static str),
    /// A number without sign.
    Unsigned(u64),
    /// A number that may be negative.
    Signed(i64),
    /// A computed number.
    Float(f64),
    /// A number that has a name: the number is the value, the name helps.
    Named(u64, &'static str),
    /// A word of the kernel's or ours.
    Label(&'static str),
    /// Text from outside: any bytes, to be made harmless before it is shown.
    Text(&'a [u8]),
    /// A line of text from outside, with its tabs: to be shown as a terminal would, and as harmless.
    Line(&'a [u8]),
    /// An address.
    Ip(IpAddr),
    /// Bits, each with its name; bits without one are shown as a number.
    Flags(u32, &'static [(u32, &'static str)]),
    /// Bits, each with its letter, written together.
    Letters(u32, &'static [(u32, &'static str)]),
    /// A list of process identifiers.
    Pids(&'a [u32]),
    /// A moment of the wall clock, nanoseconds since the epoch.
    Time(i64),
}

impl Value<'_> {
    /// The value as a count, where it is one: what rates are computed from.
    pub fn count(&self) -> Option<u64> {
        match *self {
            Self::Unsigned(number) | Self::Named(number, _) => Some(number),
            Self::Signed(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }
}

/// Of what form the values of a column are, where they are not absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Whole numbers.
    Integer,
    /// Numbers, whole or not.
    Number,
    /// Words, texts, addresses, moments.
    Text,
    /// Words, or a number where it has none.
    Label,
    /// Lists of numbers or words.
    List,
}

/// What a number counts, as the kernel reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A name, an address, a plain number.
    None,
    /// Things that are counted.
    Count,
    /// Bytes.
    Bytes,
    /// Packets.
    Packets,
    /// Clock ticks: 1/`USER_HZ` of a second.
    Ticks,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
    /// Bytes a second.
    BytesPerSecond,
    /// Hundredths of a whole.
    Percent,
    /// Segments of the path's maximum size.
    Segments,
}

/// How a column behaves over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Part of the row's identity.
    Key,
    /// A level: goes up and down.
    Gauge,
    /// A level that is part of a whole: those of several rows can be added up.
    Amount,
    /// Only ever grows; has a rate.
    Counter,
    /// The rate of the counter of the same name.
    Rate,
    /// How much the counter of the row has grown since it was first read.
    Growth,
    /// Describes the row.
    Info,
}

/// A column: the same name in filters, JSON, CSV and documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Machine name.
    pub name: &'static str,
    /// Heading on a screen.
    pub title: &'static str,
    /// What its numbers count.
    pub unit: Unit,
    /// How it behaves.
    pub kind: Kind,
    /// What it says, in a sentence.
    pub doc: &'static str,
}

impl Column {
    /// Whether the sum over several rows means something: of what is counted in the same unit, and of what is
    /// part of a whole.
    pub fn is_additive(&self) -> bool {
        match self.kind {
            Kind::Amount => true,
            Kind::Counter | Kind::Rate | Kind::Growth => {
                matches!(self.unit, Unit::Count | Unit::Bytes | Unit::Packets)
            }
            Kind::Key | Kind::Gauge | Kind::Info => false,
        }
    }
}
