//! `overview`: what the process is, what it does on the network at the moment, and what could not be read.

mod bytes;
mod listeners;
mod process;
mod summary;
mod top;
mod totals;
mod unread;

use procnet::{Column, Kind, Unit};

use super::findings::OPEN;
use super::sockets::LISTS;
use super::{TableDef, View};
use crate::plan::{Derive, Needs};
use crate::scope::Scope;

pub(crate) use summary::Summary;

pub(super) static VIEW: View = View {
    name: "overview",
    help: "the process, what is wrong, its sockets in sum, the busiest connections and hosts, and what could not be read",
    owners: true,
    tables: &[
        &PROCESS,
        &OPEN,
        &TOTALS,
        &BYTES,
        &LISTENERS,
        &BUSIEST,
        &REMOTE_HOSTS,
        &WORST_RTT,
        &STATES,
        &UNREAD,
    ],
};

static PROCESS: TableDef = TableDef {
    name: "process",
    doc: "the process: who it is, where it runs, how much it holds",
    scope: Some(Scope::Process),
    content: &process::Process,
};

static TOTALS: TableDef = TableDef {
    name: "totals",
    doc: "sums by protocol; those of TCP include connections that ended while the process was watched",
    scope: None,
    content: &totals::Totals,
};

static BYTES: TableDef = TableDef {
    name: "bytes",
    doc: "payload sent and received since netmonitor began to count, by what the sockets speak, exact",
    scope: None,
    content: &bytes::Bytes,
};

static STATES: TableDef =
    TableDef { name: "states", doc: "sums by protocol and state", scope: None, content: &totals::States };

static LISTENERS: TableDef = TableDef {
    name: "listeners",
    doc: "sockets that accept connections: how many wait, and how many may",
    scope: None,
    content: &listeners::Listeners,
};

static BUSIEST: TableDef = TableDef {
    name: "busiest",
    doc: "the 10 TCP connections that moved most bytes in the last tick",
    scope: None,
    content: &top::BUSIEST,
};

static REMOTE_HOSTS: TableDef = TableDef {
    name: "remote_hosts",
    doc: "the 10 remote addresses to and from which most bytes moved in the last tick, then those with most connections",
    scope: None,
    content: &top::Hosts,
};

static WORST_RTT: TableDef = TableDef {
    name: "worst_rtt",
    doc: "the 5 TCP connections with the longest round-trip time",
    scope: None,
    content: &top::WORST_RTT,
};

static UNREAD: TableDef = TableDef {
    name: "unread",
    doc: "what could not be read, and the command that would help",
    scope: Some(Scope::Process),
    content: &unread::Unread,
};

/// What sums of all sockets are made of.
fn needs() -> Needs {
    let derive = Derive { summary: true, ..Derive::default() };
    Needs { dumps: LISTS.to_vec(), own: true, derive, ends: true, ..Needs::default() }
}

const fn column(
    name: &'static str,
    title: &'static str,
    unit: Unit,
    kind: Kind,
    doc: &'static str,
) -> Column {
    Column { name, title, unit, kind, doc }
}
