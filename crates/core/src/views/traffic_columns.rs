//! Columns of what was moved through a socket: counted by programs in the kernel or, for TCP, told by itself.

use procnet::diag::Detail;
use procnet::proc::inet::{Inet, LISTEN};
use procnet::{Column, Kind, Unit, Value};

use crate::snapshot::Snapshot;
use crate::traffic::Counts;

/// A column.
pub(super) struct TrafficColumn {
    pub(super) column: Column,
    get: Get,
}

enum Get {
    Count(fn(&Counts) -> u64, Option<fn(&OfTcp) -> Option<u64>>),
    Rate(fn(&Counts) -> u64),
    Wire(fn(&Counts) -> u64),
    WireRate(fn(&Counts) -> u64),
    Source,
}

/// A socket, as far as it matters for what was moved through it.
#[derive(Clone, Copy)]
pub(super) struct Through<'a> {
    pub(super) snapshot: &'a Snapshot,
    /// Its cookie, where it is told.
    pub(super) cookie: Option<u64>,
    /// Only what the processes that are asked for have moved is shown.
    pub(super) own: bool,
    /// One of TCP, and what it tells of itself.
    pub(super) tcp: Option<(&'a Inet, Detail<'a>)>,
    /// How much of it passes the programs that count.
    pub(super) passes: Passes,
    /// Packets that go over the wire are its own: it is one of IP.
    pub(super) has_packets: bool,
}

/// What of a socket's bytes passes the programs that count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Passes {
    /// All that is sent and received.
    All,
    /// What is received lies in a ring that the program looks at without a call. Sending from a ring takes one.
    Sent,
    /// Nothing: both directions go through rings.
    Nothing,
}

/// What a connection of TCP tells of itself: payload that the program has sent and received.
#[derive(Clone, Copy)]
struct OfTcp {
    rx_bytes: Option<u64>,
    tx_bytes: Option<u64>,
}

impl OfTcp {
    /// From `tcp_info`: what was received less the FIN and what waits to be read, what was sent less what was sent again,
    /// and what waits to be sent.
    fn of(inet: &Inet, detail: &Detail<'_>) -> Option<Self> {
        /// States in which the other end has sent its FIN: TIME_WAIT, CLOSE_WAIT, LAST_ACK, CLOSING.
        const ENDED: [u8; 4] = [6, 8, 9, 11];
        if inet.st == LISTEN {
            return None;
        }
        let told = detail.tcp_info()?;
        let unread = u64::from(inet.rx_queue) + u64::from(ENDED.contains(&inet.st));
        let sent = told.bytes_sent().zip(told.bytes_retrans()).zip(told.notsent_bytes());
        Some(Self {
            rx_bytes: told.bytes_received().map(|bytes| bytes.saturating_sub(unread)),
            tx_bytes: sent.map(|((sent, again), waits)| sent.saturating_sub(again) + u64::from(waits)),
        })
    }
}

const fn column(
    name: &'static str,
    title: &'static str,
    kind: Kind,
    unit: Unit,
    doc: &'static str,
    get: Get,
) -> TrafficColumn {
    TrafficColumn { column: Column { name, title, unit, kind, doc }, get }
}

/// All of them.
pub(super) static COLUMNS: [TrafficColumn; 17] = [
    column(
        "rx_bytes",
        "rx bytes",
        Kind::Counter,
        Unit::Bytes,
        "Payload that programs received through the socket: in the scopes of a process its own, else everybody's. See bytes_from.",
        Get::Count(|counts| counts.rx_bytes, Some(|tcp| tcp.rx_bytes)),
    ),
    column(
        "rx_bytes_rate",
        "rx bytes",
        Kind::Rate,
        Unit::Bytes,
        "The same a second, where it is counted.",
        Get::Rate(|counts| counts.rx_bytes),
    ),
    column(
        "tx_bytes",
        "tx bytes",
        Kind::Counter,
        Unit::Bytes,
        "Payload that programs sent through the socket: in the scopes of a process its own, else everybody's. See bytes_from.",
        Get::Count(|counts| counts.tx_bytes, Some(|tcp| tcp.tx_bytes)),
    ),
    column(
        "tx_bytes_rate",
        "tx bytes",
        Kind::Rate,
        Unit::Bytes,
        "The same a second, where it is counted.",
        Get::Rate(|counts| counts.tx_bytes),
    ),
    column(
        "rx_calls",
        "rx calls",
        Kind::Counter,
        Unit::Count,
        "Calls that received something, since it is counted.",
        Get::Count(|counts| counts.rx_calls, None),
    ),
    column(
        "rx_calls_rate",
        "rx calls",
        Kind::Rate,
        Unit::Count,
        "Calls that received something, a second.",
        Get::Rate(|counts| counts.rx_calls),
    ),
    column(
        "tx_calls",
        "tx calls",
        Kind::Counter,
        Unit::Count,
        "Calls that sent something, since it is counted.",
        Get::Count(|counts| counts.tx_calls, None),
    ),
    column(
        "tx_calls_rate",
        "tx calls",
        Kind::Rate,
        Unit::Count,
        "Calls that sent something, a second.",
        Get::Rate(|counts| counts.tx_calls),
    ),
    column(
        "bytes_from",
        "bytes from",
        Kind::Info,
        Unit::None,
        "Where rx_bytes and tx_bytes come from: bpf counts exactly, of every family, since netmonitor began to; tcp_info tells since the connection began, of TCP; not counted is what goes through a ring of a packet socket or of AF_XDP.",
        Get::Source,
    ),
    column(
        "wire_rx_bytes",
        "wire rx",
        Kind::Counter,
        Unit::Bytes,
        "Bytes of the packets of IP that came for the socket, with all headers from IP's on; with --wire.",
        Get::Wire(|counts| counts.rx_bytes),
    ),
    column(
        "wire_rx_bytes_rate",
        "wire rx",
        Kind::Rate,
        Unit::Bytes,
        "The same a second.",
        Get::WireRate(|counts| counts.rx_bytes),
    ),
    column(
        "wire_tx_bytes",
        "wire tx",
        Kind::Counter,
        Unit::Bytes,
        "Bytes of the packets of IP that the socket sent, with all headers from IP's on, sent again and without payload, too; with --wire.",
        Get::Wire(|counts| counts.tx_bytes),
    ),
    column(
        "wire_tx_bytes_rate",
        "wire tx",
        Kind::Rate,
        Unit::Bytes,
        "The same a second.",
        Get::WireRate(|counts| counts.tx_bytes),
    ),
    column(
        "wire_rx_packets",
        "wire rx pkts",
        Kind::Counter,
        Unit::Packets,
        "Packets of IP that came for the socket, as they were on the wire; with --wire.",
        Get::Wire(|counts| counts.rx_calls),
    ),
    column(
        "wire_rx_packets_rate",
        "wire rx pkts",
        Kind::Rate,
        Unit::Packets,
        "The same a second.",
        Get::WireRate(|counts| counts.rx_calls),
    ),
    column(
        "wire_tx_packets",
        "wire tx pkts",
        Kind::Counter,
        Unit::Packets,
        "Packets of IP that the socket sent, as they are on the wire; with --wire.",
        Get::Wire(|counts| counts.tx_calls),
    ),
    column(
        "wire_tx_packets_rate",
        "wire tx pkts",
        Kind::Rate,
        Unit::Packets,
        "The same a second.",
        Get::WireRate(|counts| counts.tx_calls),
    ),
];

impl Through<'_> {
    /// The value of a column.
    pub(super) fn cell(&self, column: &TrafficColumn) -> Value<'static> {
        let is_counted = match self.passes {
            Passes::All => true,
            Passes::Sent => !column.column.name.starts_with("rx_"),
            Passes::Nothing => false,
        };
        match column.get {
            Get::Source if self.passes != Passes::All => return Value::Label("not counted"),
            Get::Count(..) | Get::Rate(_) if !is_counted => return Value::Absent(""),
            _ => {}
        }
        if let Get::Wire(figure) | Get::WireRate(figure) = column.get {
            return self.wire(figure, matches!(column.get, Get::WireRate(_)));
        }
        let number = |number: Option<u64>| number.map_or(Value::Absent(""), Value::Unsigned);
        let counted = match &self.snapshot.traffic {
            Some(Ok(traffic)) if self.own || !traffic.is_own => {
                self.cookie.filter(|cookie| *cookie != 0).map(|cookie| (traffic, cookie))
            }
            _ => None,
        };
        let moved = counted.map(|(traffic, cookie)| (traffic, traffic.socket(cookie, self.own)));
        match (&column.get, moved) {
            (Get::Count(figure, _), Some((_, moved))) => Value::Unsigned(figure(&moved.counts)),
            (Get::Count(_, tcp), None) => number(self.of_tcp().zip(*tcp).and_then(|(told, get)| get(&told))),
            (Get::Rate(figure), Some((traffic, moved))) => {
                traffic.rate(&moved, *figure).map_or(Value::Absent(""), Value::Float)
            }
            (Get::Rate(_), None) => Value::Absent(""),
            (Get::Wire(_) | Get::WireRate(_), _) => Value::Absent(""),
            (Get::Source, Some(_)) => Value::Label("bpf"),
            (Get::Source, None) if self.of_tcp().is_some() => Value::Label("tcp_info"),
            (Get::Source, None) => Value::Absent(""),
        }
    }

    /// What TCP tells, which takes looking for it.
    fn of_tcp(&self) -> Option<OfTcp> {
        self.tcp.and_then(|(inet, detail)| OfTcp::of(inet, &detail))
    }

    /// What went over the wire.
    fn wire(&self, figure: fn(&Counts) -> u64, is_rate: bool) -> Value<'static> {
        let wire = match &self.snapshot.traffic {
            Some(Ok(traffic)) if self.has_packets => {
                traffic.wire.as_ref().and_then(|wire| wire.as_ref().ok())
            }
            _ => None,
        };
        let Some((wire, cookie)) = wire.zip(self.cookie.filter(|cookie| *cookie != 0)) else {
            return Value::Absent("");
        };
        let moved = wire.socket(cookie);
        match is_rate {
            true => wire.rate(&moved, figure).map_or(Value::Absent(""), Value::Float),
            false => Value::Unsigned(figure(&moved.counts)),
        }
    }
}

/// What is to be said of packets that are counted: why they are not, or that some are not split.
pub(super) fn wire_remark(snapshot: &Snapshot) -> Option<String> {
    let Some(Ok(traffic)) = &snapshot.traffic else { return None };
    match traffic.wire.as_ref()? {
        Err(why) => Some(format!("packets on the wire are not counted: {}", why.words)),
        Ok(wire) if wire.unattributed() != Counts::default() => {
            Some("packets of some sockets were counted only in sum: there was no room for them".to_owned())
        }
        Ok(_) => None,
    }
}
