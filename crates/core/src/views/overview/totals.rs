//! `totals` and `states`: the sockets in sum.
//!
//! Bytes are told by TCP and Multipath TCP only. Those of TCP include connections of the process that ended while
//! it was watched; those of the rest, and of a whole namespace, are of sockets that live.

use procnet::{Column, Kind, Unit, Value};

use super::summary::{Protocol, State, Summary};
use super::{column, needs};
use crate::census::Census;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::tally::{self, Figure};
use crate::views::sockets::source;
use crate::views::{Content, Rows};

/// Sums by protocol.
pub(super) struct Totals;

/// Sums by protocol and state.
pub(super) struct States;

impl Content for Totals {
    fn needs(&self) -> Needs {
        needs()
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let (census, summary) = (snapshot.census(scope)?, snapshot.summary(scope)?);
        let totals = snapshot.totals.filter(|_| scope == Scope::Process);
        // All connections of TCP may have ended.
        let gone = totals.filter(|totals| totals.dead.sockets > 0 && summary.protocol("tcp").is_none());
        let gone = gone.map(|_| Protocol { name: "tcp", ..Protocol::default() });
        Some(Box::new(TotalRows { census, summary, totals, gone }))
    }

    fn takes_what_is_there(&self) -> bool {
        true
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("no sockets")
    }
}

struct TotalRows<'a> {
    census: &'a Census,
    summary: &'a Summary,
    totals: Option<tally::Totals>,
    /// The row of TCP where no socket of it is left.
    gone: Option<Protocol>,
}

/// A row.
struct Row<'a> {
    protocol: &'a Protocol,
    /// With connections that are no more.
    totals: Option<&'a tally::Totals>,
}

impl Rows for TotalRows<'_> {
    fn len(&self) -> usize {
        self.summary.protocols.len() + usize::from(self.gone.is_some())
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let protocol = self.gone.iter().chain(&self.summary.protocols).nth(row);
        let Some((protocol, (_, get))) = protocol.zip(COLUMNS.get(column)) else { return Value::Absent("") };
        let totals = self.totals.as_ref().filter(|_| protocol.name == "tcp");
        get(&Row { protocol, totals })
    }

    fn source(&self) -> Option<&'static str> {
        source(self.census)
    }

    fn remark(&self) -> Option<String> {
        let totals = self.totals.filter(|totals| totals.lost)?;
        let (of, all) = (totals.dead.as_last_seen, totals.dead.sockets);
        Some(format!(
            "messages about ends of connections were lost: {of} of {all} count as they were last seen"
        ))
    }
}

impl Row<'_> {
    fn figure(&self, figure: Figure) -> Value<'static> {
        let told = match self.totals {
            Some(totals) => Some(totals.all()),
            None => self.protocol.figures,
        };
        match (told, self.protocol.name) {
            (Some(figures), _) => figures.get(figure).map_or(Value::Absent(""), Value::Unsigned),
            (None, "tcp") => Value::Absent("not told here"),
            (None, _) => Value::Absent("TCP only"),
        }
    }

    /// The same where a word beside would only say it again.
    fn further(&self, figure: Figure) -> Value<'static> {
        match self.figure(figure) {
            Value::Absent(_) => Value::Absent(""),
            value => value,
        }
    }

    fn rate(&self, figure: Figure) -> Value<'static> {
        let of_living = |place: usize| self.protocol.rates.map(|rates| rates[place]);
        let rate = match (self.totals, figure) {
            (Some(totals), figure) => totals.rate(figure),
            (None, Figure::BytesAcked) => of_living(0),
            (None, Figure::BytesReceived) => of_living(1),
            _ => None,
        };
        rate.map_or(Value::Absent(""), Value::Float)
    }
}

fn float(number: Option<f64>) -> Value<'static> {
    number.map_or(Value::Absent(""), Value::Float)
}

fn number(number: Option<u64>) -> Value<'static> {
    number.map_or(Value::Absent(""), Value::Unsigned)
}

type Get = fn(&Row<'_>) -> Value<'static>;

static COLUMNS: &[(Column, Get)] = &[
    (
        column(
            "protocol",
            "protocol",
            Unit::None,
            Kind::Key,
            "tcp, udp, unix and so on; unknown where nothing is told.",
        ),
        |row| Value::Label(row.protocol.name),
    ),
    (column("sockets", "sockets", Unit::Count, Kind::Gauge, "Sockets."), |row| {
        Value::Unsigned(row.protocol.sum.sockets)
    }),
    (
        column(
            "bytes_acked_rate",
            "acked",
            Unit::Bytes,
            Kind::Rate,
            "Bytes that the other sides acknowledged, a second.",
        ),
        |row| row.rate(Figure::BytesAcked),
    ),
    (
        column("bytes_received_rate", "received", Unit::Bytes, Kind::Rate, "Bytes received, a second."),
        |row| row.rate(Figure::BytesReceived),
    ),
    (
        column(
            "bytes_acked",
            "acked",
            Unit::Bytes,
            Kind::Counter,
            "Bytes that the other sides acknowledged; of TCP the FIN counts one, and the SYN of the side that connected.",
        ),
        |row| row.figure(Figure::BytesAcked),
    ),
    (
        column(
            "bytes_received",
            "received",
            Unit::Bytes,
            Kind::Counter,
            "Bytes received; of TCP the FIN counts one.",
        ),
        |row| row.figure(Figure::BytesReceived),
    ),
    (
        column(
            "retrans_percent",
            "retrans",
            Unit::Percent,
            Kind::Gauge,
            "Bytes retransmitted, of the bytes sent in the last tick; absent while none were sent.",
        ),
        |row| float(row.totals.and_then(tally::Totals::retrans_now)),
    ),
    (
        column(
            "retrans_since_start_percent",
            "since start",
            Unit::Percent,
            Kind::Gauge,
            "Bytes retransmitted, of the bytes sent since the process is watched.",
        ),
        |row| float(row.totals.and_then(tally::Totals::retrans_since_start)),
    ),
    (
        column(
            "rx_queue",
            "rx queue",
            Unit::Bytes,
            Kind::Gauge,
            "Bytes, or memory, of what was received and not read.",
        ),
        |row| Value::Unsigned(row.protocol.sum.rx_queue),
    ),
    (
        column(
            "tx_queue",
            "tx queue",
            Unit::Bytes,
            Kind::Gauge,
            "Bytes, or memory, of what was written and not taken.",
        ),
        |row| Value::Unsigned(row.protocol.sum.tx_queue),
    ),
    (
        column(
            "drops",
            "drops",
            Unit::Packets,
            Kind::Counter,
            "Packets or messages that the sockets that live have dropped.",
        ),
        |row| number(row.protocol.drops),
    ),
    (
        column("drops_rate", "drops", Unit::Packets, Kind::Rate, "Packets that they dropped, a second."),
        |row| float(row.protocol.drops_rate),
    ),
    (
        column(
            "ended",
            "ended",
            Unit::Count,
            Kind::Gauge,
            "Connections that ended, or were given away, while they were watched.",
        ),
        |row| number(row.totals.map(|totals| totals.dead.sockets)),
    ),
    (
        column(
            "ended_as_last_seen",
            "as last seen",
            Unit::Count,
            Kind::Gauge,
            "Of these, those whose figures are as they were last seen: the kernel has not told their last ones, or not yet.",
        ),
        |row| number(row.totals.map(|totals| totals.dead.as_last_seen)),
    ),
    (
        column("bytes_sent", "sent", Unit::Bytes, Kind::Counter, "Bytes sent, retransmitted ones too."),
        |row| row.further(Figure::BytesSent),
    ),
    (column("bytes_sent_rate", "sent", Unit::Bytes, Kind::Rate, "Bytes sent, a second."), |row| {
        row.rate(Figure::BytesSent)
    }),
    (column("bytes_retrans", "retransmitted", Unit::Bytes, Kind::Counter, "Bytes retransmitted."), |row| {
        row.further(Figure::BytesRetrans)
    }),
    (
        column(
            "bytes_retrans_rate",
            "retransmitted",
            Unit::Bytes,
            Kind::Rate,
            "Bytes retransmitted, a second.",
        ),
        |row| row.rate(Figure::BytesRetrans),
    ),
    (column("segs_in", "segs in", Unit::Packets, Kind::Counter, "Segments received."), |row| {
        row.further(Figure::SegsIn)
    }),
    (column("segs_in_rate", "segs in", Unit::Packets, Kind::Rate, "Segments received, a second."), |row| {
        row.rate(Figure::SegsIn)
    }),
    (column("segs_out", "segs out", Unit::Packets, Kind::Counter, "Segments sent."), |row| {
        row.further(Figure::SegsOut)
    }),
    (column("segs_out_rate", "segs out", Unit::Packets, Kind::Rate, "Segments sent, a second."), |row| {
        row.rate(Figure::SegsOut)
    }),
];

impl Content for States {
    fn needs(&self) -> Needs {
        needs()
    }

    fn columns(&self) -> Vec<Column> {
        STATE_COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let (census, summary) = (snapshot.census(scope)?, snapshot.summary(scope)?);
        Some(Box::new(StateRows { census, states: &summary.states }))
    }

    fn takes_what_is_there(&self) -> bool {
        true
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("no sockets")
    }
}

struct StateRows<'a> {
    census: &'a Census,
    states: &'a [State],
}

impl Rows for StateRows<'_> {
    fn len(&self) -> usize {
        self.states.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let cell = self.states.get(row).zip(STATE_COLUMNS.get(column));
        cell.map_or(Value::Absent(""), |(state, (_, get))| get(state))
    }

    fn source(&self) -> Option<&'static str> {
        source(self.census)
    }
}

type GetState = fn(&State) -> Value<'static>;

static STATE_COLUMNS: &[(Column, GetState)] = &[
    (column("protocol", "protocol", Unit::None, Kind::Key, "tcp, udp, unix and so on."), |it| {
        Value::Label(it.protocol)
    }),
    (
        column(
            "state",
            "state",
            Unit::None,
            Kind::Key,
            "State, the kernel's name; absent where there is none.",
        ),
        |it| it.state.map_or(Value::Absent(""), Value::Label),
    ),
    (column("sockets", "sockets", Unit::Count, Kind::Gauge, "Sockets in it."), |it| {
        Value::Unsigned(it.sum.sockets)
    }),
    (
        column(
            "rx_queue",
            "rx queue",
            Unit::Bytes,
            Kind::Gauge,
            "Bytes, or memory, of what they received and nobody read.",
        ),
        |it| Value::Unsigned(it.sum.rx_queue),
    ),
    (
        column(
            "tx_queue",
            "tx queue",
            Unit::Bytes,
            Kind::Gauge,
            "Bytes, or memory, of what was written and not taken.",
        ),
        |it| Value::Unsigned(it.sum.tx_queue),
    ),
];
