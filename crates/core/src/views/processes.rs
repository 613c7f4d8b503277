//! `processes`: all processes of the machine by what they send and receive, as the kernel counts it.

use procnet::{Column, Value};

use super::not_counted::NotCounted;
use super::{Content, Rows, TableDef, View};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::traffic::{Counts, Figure, Process, Traffic};

pub(super) static VIEW: View = View {
    name: super::PROCESSES,
    help: "all processes of the machine by what they send and receive, those that have ended included",
    owners: false,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "processes",
    doc: "processes that sent or received something since netmonitor began to count, those first that moved most in the last tick",
    scope: Some(Scope::Host),
    content: &Processes,
};

struct Processes;

impl Content for Processes {
    fn needs(&self) -> Needs {
        Needs { traffic: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        Some(SHOWN)
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        let traffic = match &snapshot.traffic {
            Some(Ok(traffic)) => traffic,
            Some(Err(reason)) => return Some(Box::new(NotCounted::because(reason))),
            None => {
                let why = "counted from reading to reading: give --interval".to_owned();
                return Some(Box::new(NotCounted(Some(why))));
            }
        };
        let mut order: Vec<u32> = (0..traffic.processes.len() as u32).collect();
        let sum = |counts: Counts| counts.rx_bytes.saturating_add(counts.tx_bytes);
        order.sort_by_key(|place| {
            let moved = traffic.processes[*place as usize].moved;
            (std::cmp::Reverse(sum(moved.lately)), std::cmp::Reverse(sum(moved.counts)))
        });
        Some(Box::new(ProcessRows { snapshot, traffic, order }))
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("nothing was counted so far")
    }
}

struct ProcessRows<'a> {
    snapshot: &'a Snapshot,
    traffic: &'a Traffic,
    order: Vec<u32>,
}

impl Rows for ProcessRows<'_> {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let process = self.order.get(row).and_then(|place| self.traffic.processes.get(*place as usize));
        let (Some(process), Some((_, get))) = (process, COLUMNS.get(column)) else {
            return Value::Absent("");
        };
        match get {
            Get::Of(get) => get(process, self.snapshot),
            Get::Count(figure) => Value::Unsigned(figure(&process.moved.counts)),
            Get::Rate(figure) => {
                self.traffic.rate(&process.moved, *figure).map_or(Value::Absent(""), Value::Float)
            }
        }
    }

    fn remark(&self) -> Option<String> {
        let lost = self.traffic.unattributed;
        (lost != Counts::default()).then(|| {
            let Counts { rx_bytes, tx_bytes, .. } = lost;
            format!("{rx_bytes} bytes received and {tx_bytes} sent by processes that there was no room for")
        })
    }
}

enum Get {
    Of(for<'a> fn(&'a Process, &'a Snapshot) -> Value<'a>),
    Count(Figure),
    Rate(Figure),
}

/// What fits on a screen of 120 columns.
const SHOWN: &[&str] = &[
    "pid",
    "name",
    "user",
    "rx_bytes_rate",
    "tx_bytes_rate",
    "rx_bytes",
    "tx_bytes",
    "loopback_bytes",
    "unix_bytes",
    "conns",
    "ended",
];

static COLUMNS: &[(Column, Get)] = described! {
    "pid" "pid" Key None "Number of the process, as the first PID namespace has it; 0 for the oldest of very many that have ended, in sum."
        Get::Of(|process, _| Value::Unsigned(process.seen.id.pid.into()));
    "start_time" "start time" Key None "When it began, in clock ticks since boot."
        Get::Of(|process, snapshot| {
            let tick = 1_000_000_000 / snapshot.machine.clk_tck.max(1);
            Value::Unsigned(process.seen.id.start / tick)
        });
    "ppid" "ppid" Info None "Its parent when it first moved something." Get::Of(|process, _| Value::Unsigned(process.seen.ppid.into()));
    "name" "name" Info None "Its name when it first moved something." Get::Of(|process, _| Value::Text(&process.seen.name));
    "user" "user" Info None "Name of its user on this machine."
        Get::Of(|process, snapshot| {
            snapshot.users.name(process.seen.uid).map_or(Value::Unsigned(process.seen.uid.into()), Value::Text)
        });
    "uid" "uid" Info None "Its user." Get::Of(|process, _| Value::Unsigned(process.seen.uid.into()));
    "cgroup_id" "cgroup id" Info None "Number of its control group of version 2: the inode of the group's directory."
        Get::Of(|process, _| Value::Unsigned(process.seen.cgroup));
    "process_netns" "netns" Info None "Inode of its network namespace."
        Get::Of(|process, _| Value::Unsigned(process.seen.netns.into()));
    "rx_bytes" "received" Counter Bytes "Payload received since it is counted." Get::Count(|counts| counts.rx_bytes);
    "rx_bytes_rate" "received" Rate Bytes "The same a second." Get::Rate(|counts| counts.rx_bytes);
    "tx_bytes" "sent" Counter Bytes "Payload sent since it is counted." Get::Count(|counts| counts.tx_bytes);
    "tx_bytes_rate" "sent" Rate Bytes "The same a second." Get::Rate(|counts| counts.tx_bytes);
    "rx_calls" "rx calls" Counter Count "Calls that received something." Get::Count(|counts| counts.rx_calls);
    "rx_calls_rate" "rx calls" Rate Count "The same a second." Get::Rate(|counts| counts.rx_calls);
    "tx_calls" "tx calls" Counter Count "Calls that sent something." Get::Count(|counts| counts.tx_calls);
    "tx_calls_rate" "tx calls" Rate Count "The same a second." Get::Rate(|counts| counts.tx_calls);
    "loopback_bytes" "loopback" Gauge Bytes "Of the bytes received and sent, those through sockets of IP whose other end is known to be on this machine."
        Get::Of(|process, _| Value::Unsigned(process.loopback_bytes));
    "unix_bytes" "unix" Gauge Bytes "Of the bytes received and sent, those over UNIX sockets."
        Get::Of(|process, _| {
            let unix = process.by_protocol.iter().find(|(protocol, _)| *protocol == "unix");
            Value::Unsigned(unix.map_or(0, |(_, moved)| moved.counts.rx_bytes + moved.counts.tx_bytes))
        });
    "sockets" "sockets" Gauge Count "Sockets through which it moved something, closed ones included."
        Get::Of(|process, _| Value::Unsigned(process.sockets));
    "conns" "conns" Gauge Count "Of these, those of IP that had another end: connections seen so far."
        Get::Of(|process, _| Value::Unsigned(process.conns));
    "ended" "ended" Info None "ended where the process has ended."
        Get::Of(|process, _| if process.seen.ended { Value::Label("ended") } else { Value::Absent("") });
};
