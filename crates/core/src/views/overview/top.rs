//! `busiest`, `remote_hosts` and `worst_rtt`: the first of the connections and hosts by what they move, and by
//! their round-trip time.

use procnet::{Column, Kind, Unit, Value};

use super::summary::{Host, Summary};
use super::{column, needs};
use crate::census::Census;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::views::socket_columns::*;
use crate::views::socket_table::SocketColumn;
use crate::views::sockets::{Seen, detail, source};
use crate::views::{Content, Rows};

/// Connections in an order of the summary.
pub(super) struct Top {
    numbers: fn(&Summary) -> &[u32],
    columns: &'static [TopColumn],
    when_empty: &'static str,
}

/// A column, and how its value is had.
enum TopColumn {
    /// As in the tab of TCP.
    Socket(SocketColumn),
    /// What diagnostics tell, by its name.
    Told(&'static str),
    /// The rate of that.
    Rate(&'static str),
}

pub(super) static BUSIEST: Top = Top {
    numbers: |summary| &summary.busiest,
    columns: &[
        TopColumn::Socket(LOCAL_ADDRESS),
        TopColumn::Socket(LOCAL_PORT),
        TopColumn::Socket(REMOTE_ADDRESS),
        TopColumn::Socket(REMOTE_PORT),
        TopColumn::Rate("bytes_acked"),
        TopColumn::Rate("bytes_received"),
        TopColumn::Told("rtt_us"),
        TopColumn::Socket(TX_QUEUE),
        TopColumn::Socket(RX_QUEUE),
        TopColumn::Told("bytes_acked"),
        TopColumn::Told("bytes_received"),
        TopColumn::Socket(STATE),
        TopColumn::Socket(OWNERS),
        TopColumn::Socket(INODE),
        TopColumn::Told("cookie"),
    ],
    when_empty: "no bytes moved in the last tick",
};

pub(super) static WORST_RTT: Top = Top {
    numbers: |summary| &summary.slowest,
    columns: &[
        TopColumn::Socket(LOCAL_ADDRESS),
        TopColumn::Socket(LOCAL_PORT),
        TopColumn::Socket(REMOTE_ADDRESS),
        TopColumn::Socket(REMOTE_PORT),
        TopColumn::Told("rtt_us"),
        TopColumn::Told("rttvar_us"),
        TopColumn::Told("min_rtt_us"),
        TopColumn::Told("total_retrans"),
        TopColumn::Rate("total_retrans"),
        TopColumn::Told("retrans_percent"),
        TopColumn::Socket(STATE),
        TopColumn::Socket(OWNERS),
        TopColumn::Socket(INODE),
        TopColumn::Told("cookie"),
    ],
    when_empty: "no connection has a round-trip time",
};

impl TopColumn {
    fn column(&self) -> Option<Column> {
        match self {
            Self::Socket(column) => Some(column.column),
            Self::Told(name) => detail(name).map(|detail| detail.column),
            Self::Rate(name) => detail(name)
                .and_then(|told| Some(Column { name: told.rate?, kind: Kind::Rate, ..told.column })),
        }
    }
}

impl Content for Top {
    fn needs(&self) -> Needs {
        needs()
    }

    fn columns(&self) -> Vec<Column> {
        self.columns.iter().filter_map(TopColumn::column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let (census, summary) = (snapshot.census(scope)?, snapshot.summary(scope)?);
        Some(Box::new(TopRows { snapshot, census, numbers: (self.numbers)(summary), columns: self.columns }))
    }

    fn takes_what_is_there(&self) -> bool {
        true
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some(self.when_empty)
    }
}

struct TopRows<'a> {
    snapshot: &'a Snapshot,
    census: &'a Census,
    numbers: &'a [u32],
    columns: &'static [TopColumn],
}

impl Rows for TopRows<'_> {
    fn len(&self) -> usize {
        self.numbers.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let entry = self.numbers.get(row).and_then(|number| self.census.entries().get(*number as usize));
        let Some(Seen::Inet(placed)) = entry.and_then(|entry| Seen::of(self.snapshot, self.census, *entry))
        else {
            return Value::Absent("");
        };
        match self.columns.get(column) {
            Some(TopColumn::Socket(column)) => (column.get)(&placed),
            Some(TopColumn::Told(name)) => {
                detail(name).map_or(Value::Absent(""), |detail| placed.detail(detail))
            }
            Some(TopColumn::Rate(name)) => placed.rate(name),
            None => Value::Absent(""),
        }
    }

    fn source(&self) -> Option<&'static str> {
        source(self.census)
    }
}

/// Remote addresses.
pub(super) struct Hosts;

impl Content for Hosts {
    fn needs(&self) -> Needs {
        needs()
    }

    fn columns(&self) -> Vec<Column> {
        HOST_COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let census = snapshot.census(scope)?;
        Some(Box::new(HostRows { census, hosts: &snapshot.summary(scope)?.hosts }))
    }

    fn takes_what_is_there(&self) -> bool {
        true
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("no connections")
    }
}

struct HostRows<'a> {
    census: &'a Census,
    hosts: &'a [Host],
}

impl Rows for HostRows<'_> {
    fn len(&self) -> usize {
        self.hosts.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let cell = self.hosts.get(row).zip(HOST_COLUMNS.get(column));
        cell.map_or(Value::Absent(""), |(host, (_, get))| get(host))
    }

    fn source(&self) -> Option<&'static str> {
        source(self.census)
    }
}

type GetHost = fn(&Host) -> Value<'static>;

static HOST_COLUMNS: &[(Column, GetHost)] = &[
    (
        column(
            "remote_address",
            "remote address",
            Unit::None,
            Kind::Key,
            "Address that sockets are connected to; one of IPv4 on a socket of IPv6 is that of IPv4.",
        ),
        |host| Value::Ip(host.address),
    ),
    (
        column(
            "connections",
            "connections",
            Unit::Count,
            Kind::Gauge,
            "Sockets that are connected to it, of TCP and of datagrams; those in TIME_WAIT not.",
        ),
        |host| Value::Unsigned(host.connections),
    ),
    (
        column(
            "bytes_acked_rate",
            "acked",
            Unit::Bytes,
            Kind::Rate,
            "Bytes that it acknowledged a second; TCP only.",
        ),
        |host| host.rates.map_or(Value::Absent(""), |rates| Value::Float(rates[0])),
    ),
    (
        column(
            "bytes_received_rate",
            "received",
            Unit::Bytes,
            Kind::Rate,
            "Bytes received from it a second; TCP only.",
        ),
        |host| host.rates.map_or(Value::Absent(""), |rates| Value::Float(rates[1])),
    ),
    (
        column(
            "worst_rtt_us",
            "worst rtt",
            Unit::Microseconds,
            Kind::Gauge,
            "Longest round-trip time of its connections.",
        ),
        |host| host.rtt_us.map_or(Value::Absent(""), |rtt| Value::Unsigned(rtt.into())),
    ),
];
