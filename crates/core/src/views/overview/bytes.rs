//! `bytes`: what was moved, by what the sockets speak, as the kernel counts it.

use procnet::{Column, Kind, Unit, Value};

use super::column;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::traffic::{Counts, Figure, Moved, Traffic};
use crate::views::not_counted::NotCounted;
use crate::views::{Content, Rows};

/// Sums by protocol, and all of them.
pub(super) struct Bytes;

impl Content for Bytes {
    fn needs(&self) -> Needs {
        Needs { traffic: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let traffic = match &snapshot.traffic {
            // It is with the next tick.
            Some(Ok(traffic)) if traffic.is_own && scope != Scope::Process => {
                return Some(Box::new(NotCounted(None)));
            }
            Some(Ok(traffic)) => traffic,
            Some(Err(reason)) => return Some(Box::new(NotCounted::because(reason))),
            None => return Some(Box::new(NotCounted(None))),
        };
        let netns = snapshot.netns.inode;
        let is_meant = |process: &crate::traffic::Process| match scope {
            Scope::Host => true,
            Scope::Namespace => netns == Some(process.seen.netns.into()),
            Scope::Process | Scope::Tree | Scope::Cgroup => process.is_own,
        };
        let parts = traffic.by_protocol(is_meant);
        Some(Box::new(ByteRows { traffic, parts }))
    }

    fn is_of_the_machine(&self) -> bool {
        true
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("nothing was counted so far")
    }
}

struct ByteRows<'a> {
    traffic: &'a Traffic,
    parts: Vec<(&'static str, Moved)>,
}

impl Rows for ByteRows<'_> {
    fn len(&self) -> usize {
        self.parts.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let (Some((protocol, moved)), Some((_, get))) = (self.parts.get(row), COLUMNS.get(column)) else {
            return Value::Absent("");
        };
        match get {
            Get::Protocol => Value::Label(protocol),
            Get::Count(figure) => Value::Unsigned(figure(&moved.counts)),
            Get::Rate(figure) => self.traffic.rate(moved, *figure).map_or(Value::Absent(""), Value::Float),
        }
    }

    fn remark(&self) -> Option<String> {
        let lost = self.traffic.unattributed != Counts::default();
        let splice = (!self.traffic.has_splice)
            .then_some("what is spliced out of streams or received by TCP_ZEROCOPY_RECEIVE is not counted");
        let lost = lost.then_some("some processes were counted only in sum: there was no room for them");
        let remarks: Vec<&str> = splice.into_iter().chain(lost).collect();
        (!remarks.is_empty()).then(|| remarks.join("; "))
    }
}

enum Get {
    Protocol,
    Count(Figure),
    Rate(Figure),
}

static COLUMNS: &[(Column, Get)] = &[
    (
        column(
            "protocol",
            "protocol",
            Unit::None,
            Kind::Key,
            "What the sockets speak; not split: sockets that there was no room for.",
        ),
        Get::Protocol,
    ),
    (
        column(
            "rx_bytes",
            "received",
            Unit::Bytes,
            Kind::Counter,
            "Payload received, sockets that are closed included.",
        ),
        Get::Count(|counts| counts.rx_bytes),
    ),
    (
        column("rx_bytes_rate", "received", Unit::Bytes, Kind::Rate, "The same a second."),
        Get::Rate(|counts| counts.rx_bytes),
    ),
    (
        column(
            "tx_bytes",
            "sent",
            Unit::Bytes,
            Kind::Counter,
            "Payload sent, sockets that are closed included.",
        ),
        Get::Count(|counts| counts.tx_bytes),
    ),
    (
        column("tx_bytes_rate", "sent", Unit::Bytes, Kind::Rate, "The same a second."),
        Get::Rate(|counts| counts.tx_bytes),
    ),
    (
        column("rx_calls", "rx calls", Unit::Count, Kind::Counter, "Calls that received something."),
        Get::Count(|counts| counts.rx_calls),
    ),
    (
        column("rx_calls_rate", "rx calls", Unit::Count, Kind::Rate, "The same a second."),
        Get::Rate(|counts| counts.rx_calls),
    ),
    (
        column("tx_calls", "tx calls", Unit::Count, Kind::Counter, "Calls that sent something."),
        Get::Count(|counts| counts.tx_calls),
    ),
    (
        column("tx_calls_rate", "tx calls", Unit::Count, Kind::Rate, "The same a second."),
        Get::Rate(|counts| counts.tx_calls),
    ),
];
