//! `listeners`: sockets that accept connections.

use procnet::{Column, Kind, Unit, Value};

use super::{column, needs};
use crate::census::Census;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::views::conntrack::percent;
use crate::views::sockets::{Seen, source};
use crate::views::{Content, Rows};

/// Sockets that accept connections.
pub(super) struct Listeners;

impl Content for Listeners {
    fn needs(&self) -> Needs {
        needs()
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let census = snapshot.census(scope)?;
        Some(Box::new(ListenerRows { snapshot, census, numbers: &snapshot.summary(scope)?.listeners }))
    }

    fn takes_what_is_there(&self) -> bool {
        true
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("no socket listens")
    }
}

struct ListenerRows<'a> {
    snapshot: &'a Snapshot,
    census: &'a Census,
    numbers: &'a [u32],
}

impl Rows for ListenerRows<'_> {
    fn len(&self) -> usize {
        self.numbers.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let entry = self.numbers.get(row).and_then(|number| self.census.entries().get(*number as usize));
        let socket = entry.and_then(|entry| Seen::of(self.snapshot, self.census, *entry));
        let cell = socket.zip(COLUMNS.get(column));
        cell.map_or(Value::Absent(""), |(socket, (_, get))| get(&socket))
    }

    fn source(&self) -> Option<&'static str> {
        source(self.census)
    }
}

type Get = for<'a> fn(&Seen<'a>) -> Value<'a>;

static COLUMNS: &[(Column, Get)] = &[
    (column("protocol", "protocol", Unit::None, Kind::Key, "tcp, mptcp, unix stream and so on."), |s| {
        s.kind()
    }),
    (
        column(
            "local_address",
            "local address",
            Unit::None,
            Kind::Key,
            "Address or path that it is bound to.",
        ),
        |s| match s {
            Seen::Inet(placed) => Value::Ip(placed.inet().local_address),
            Seen::Other(_) => match s.detail("path") {
                Value::Absent(_) => s.detail("local"),
                path => path,
            },
            Seen::Unknown(_) => Value::Absent(""),
        },
    ),
    (column("local_port", "port", Unit::None, Kind::Key, "Port that it is bound to."), |s| match s {
        Seen::Inet(placed) => Value::Unsigned(placed.inet().local_port.into()),
        _ => Value::Absent(""),
    }),
    (
        column("accept_queue", "acceptq", Unit::Count, Kind::Amount, "Connections that wait to be accepted."),
        |s| s.accept_queue(),
    ),
    (
        column(
            "accept_backlog",
            "limit",
            Unit::Count,
            Kind::Info,
            "How many may wait; one more still fits in.",
        ),
        |s| s.detail("accept_backlog"),
    ),
    (
        column(
            "accept_queue_percent",
            "full",
            Unit::Percent,
            Kind::Gauge,
            "Connections that wait, of how many may.",
        ),
        |s| percent(s.accept_queue().count(), s.detail("accept_backlog").count()),
    ),
    (
        column(
            "drops",
            "drops",
            Unit::Packets,
            Kind::Counter,
            "Packets dropped: mostly connections for which there was no room.",
        ),
        |s| s.drops(),
    ),
    (column("drops_rate", "drops", Unit::Packets, Kind::Rate, "Packets dropped, a second."), |s| {
        s.drops_rate()
    }),
    (column("owners", "owners", Unit::None, Kind::Info, "All processes known to hold the socket."), |s| {
        s.owners()
    }),
    (column("inode", "inode", Unit::None, Kind::Key, "Inode of the socket."), |s| Value::Unsigned(s.inode())),
];
