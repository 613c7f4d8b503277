//! Tables of sockets: what files or diagnostics tell of each, joined with owners and names of users.

use procnet::diag::{COLUMNS as DETAILS, DetailColumn};
use procnet::proc::inet::LISTEN;
use procnet::table::unknown_column;
use procnet::{Column, Kind, Value};

use super::file_table::rate;
use super::remote_columns::{self, Remote};
use super::traffic_columns::{self, Passes, Through, TrafficColumn};
use super::{Content, Rows};
use crate::dumps::{OWN_INET, OWN_OTHER};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::{Snapshot, Source};
use crate::sockets::{List, Place, Reach, Socket, SocketKind, Sockets};

/// The sockets of one kind as a table.
pub(super) struct SocketTable {
    /// Which sockets.
    pub(super) kind: &'static SocketKind,
    /// Its columns that files tell too.
    pub(super) columns: &'static [SocketColumn],
    /// Which of those that only diagnostics tell follow them, each counter with its rate.
    pub(super) details: Details,
    /// Other kernels have such sockets, not all.
    pub(super) optional: bool,
    /// Names of those that are shown on a screen; `None`: all of them.
    pub(super) shown: Option<&'static [&'static str]>,
}

/// Columns that only diagnostics tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Details {
    /// All.
    All,
    /// These.
    Only(&'static [&'static str]),
}

/// What diagnostics tell of datagram sockets.
pub(super) const DATAGRAM: Details = Details::Only(&[
    "cookie",
    "cgroup",
    "mark",
    "tos",
    "tclass",
    "class_id",
    "rmem",
    "rcvbuf",
    "wmem",
    "sndbuf",
    "fwd_alloc",
    "wmem_queued",
    "optmem",
    "shutdown",
    "v6only",
    "sockopt",
]);

/// A column, and how its value is had.
#[derive(Clone, Copy)]
pub(super) struct SocketColumn {
    pub(super) column: Column,
    pub(super) get: for<'a> fn(&Placed<'a>) -> Value<'a>,
}

/// A socket in its surroundings.
pub(super) struct Placed<'a> {
    pub(super) socket: Socket<'a>,
    pub(super) place: Place,
    pub(super) snapshot: &'a Snapshot,
    /// It is looked at as one of the processes that are asked for.
    pub(super) own: bool,
}

/// Where a column's values come from.
#[derive(Clone, Copy)]
enum Slot {
    Column(&'static SocketColumn),
    Detail(&'static DetailColumn),
    Traffic(&'static TrafficColumn),
    Remote(remote_columns::Get),
    /// The rate of the counter.
    Rate(&'static DetailColumn),
}

impl SocketTable {
    fn slots(&self) -> impl Iterator<Item = (Slot, Column)> {
        let is_known = |name: &str| self.columns.iter().any(|known| known.column.name == name);
        let details = DETAILS.iter().filter(move |detail| {
            let name = detail.column.name;
            let wanted = match self.details {
                Details::All => true,
                Details::Only(names) => names.contains(&name),
            };
            wanted && !is_known(name)
        });
        let details = details.flat_map(|detail| {
            let rate = |name| (Slot::Rate(detail), Column { name, kind: Kind::Rate, ..detail.column });
            std::iter::once((Slot::Detail(detail), detail.column)).chain(detail.rate.map(rate))
        });
        let columns = self.columns.iter().map(|column| (Slot::Column(column), column.column));
        let traffic = traffic_columns::COLUMNS.iter().map(|column| (Slot::Traffic(column), column.column));
        let remote = remote_columns::all().filter(move |_| is_known("remote_address"));
        let remote = remote.map(|(column, get)| (Slot::Remote(*get), *column));
        columns.chain(traffic).chain(details).chain(remote)
    }
}

impl Content for SocketTable {
    fn needs(&self) -> Needs {
        let dumps = self.kind.parts.iter().map(|part| part.dump).collect();
        Needs { dumps, traffic: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        self.slots().map(|(_, column)| column).collect()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        self.shown
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let sockets = snapshot.sockets(self.kind)?;
        let is_there = match scope.is_held() {
            true => scope == snapshot.owners.group_scope,
            false => sockets.reach == Reach::Namespace,
        };
        if !is_there {
            return None;
        }
        let places = sockets.places(scope.is_held());
        let tables = sockets.lists().iter().filter_map(|list| snapshot.source(list.source));
        let mut unknown: Vec<_> = tables.flat_map(|source| source.table.extra_columns()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        let slots = self.slots().map(|(slot, _)| slot).collect();
        Some(Box::new(SocketRows { slots, sockets, places, unknown, snapshot, own: scope.is_held() }))
    }

    fn is_optional(&self) -> bool {
        self.optional
    }

    fn is_in_pieces(&self) -> bool {
        true
    }
}

struct SocketRows<'a> {
    slots: Vec<Slot>,
    sockets: &'a Sockets,
    places: &'a [Place],
    /// Numbers of columns of the files that no field declares; they stand behind the others.
    unknown: Vec<usize>,
    snapshot: &'a Snapshot,
    /// They are those of the processes that are asked for.
    own: bool,
}

impl Rows for SocketRows<'_> {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some(&place) = self.places.get(row) else { return Value::Absent("") };
        let Some(socket) = self.sockets.get(place) else { return Value::Absent("") };
        let placed = Placed { socket, place, snapshot: self.snapshot, own: self.own };
        match self.slots.get(column) {
            Some(Slot::Column(column)) => (column.get)(&placed),
            Some(Slot::Detail(detail)) => placed.detail(detail),
            Some(Slot::Traffic(column)) => placed.through().cell(column),
            Some(Slot::Remote(get)) => get(&placed.remote()),
            Some(Slot::Rate(detail)) => placed.rate(detail.column.name),
            None => {
                let number = self.unknown.get(column - self.slots.len());
                let cell = number.zip(placed.source());
                cell.map_or(Value::Absent(""), |(number, source)| {
                    source.table.extra_cell(place.row as usize, *number)
                })
            }
        }
    }

    fn more_columns(&self) -> Vec<Column> {
        self.unknown.iter().filter_map(|number| unknown_column(*number)).collect()
    }

    fn source(&self) -> Option<&'static str> {
        self.sockets.lists().first().map(told_by_list)
    }

    fn remark(&self) -> Option<String> {
        traffic_columns::wire_remark(self.snapshot)
    }
}

/// Who tells of the sockets of a list.
pub(super) fn told_by_list(list: &List) -> &'static str {
    match told_by(list.source) {
        OWN if list.rows.are_listed() => LISTED,
        word => word,
    }
}

/// Words for who tells of a process's own sockets: they themselves, or a program in the kernel that lists them.
pub(super) const OWN: &str = "getsockopt";
pub(super) const LISTED: &str = "bpf";

/// Who tells what a source holds.
pub(super) fn told_by(source: &str) -> &'static str {
    match source {
        OWN_INET | OWN_OTHER => OWN,
        name if name.starts_with("sock_diag/") => "sock_diag",
        name if name.starts_with("rtnetlink/") => "rtnetlink",
        _ => "proc",
    }
}

impl<'a> Placed<'a> {
    /// What a file prints of the socket.
    pub(super) fn inet(&self) -> &'a procnet::proc::inet::Inet {
        self.socket.inet
    }

    /// Name of the protocol.
    pub(super) fn protocol(&self) -> &'static str {
        self.socket.list.part.protocols[usize::from(self.socket.is_v6())]
    }

    /// Name of the address family.
    pub(super) fn family(&self) -> &'static str {
        if self.socket.is_v6() { "inet6" } else { "inet" }
    }

    /// The states of the row are TCP's.
    pub(super) fn is_tcp(&self) -> bool {
        matches!(self.protocol(), "tcp" | "mptcp")
    }

    /// The socket, for what was moved through it. What nobody holds tells only what is left of it.
    pub(super) fn through(&self) -> Through<'a> {
        let cookie = self.socket.diag().map(|diag| diag.cookie).filter(|_| self.inet().inode != 0);
        let tcp = self.socket.detail().filter(|_| self.is_tcp()).map(|detail| (self.inet(), detail));
        // What a socket of Multipath TCP moves goes over its subflows.
        let has_packets = self.protocol() != "mptcp";
        Through { snapshot: self.snapshot, cookie, own: self.own, tcp, passes: Passes::All, has_packets }
    }

    /// The other end.
    pub(super) fn remote(&self) -> Remote<'a> {
        let (row, protocol) = (self.inet(), self.protocol());
        let naming = &self.snapshot.naming;
        Remote { address: row.remote_address, port: row.remote_port, protocol, naming }
    }

    /// Where the socket is told of.
    fn source(&self) -> Option<&'a Source> {
        self.snapshot.source(self.socket.list.source)
    }

    pub(super) fn detail(&self, detail: &DetailColumn) -> Value<'a> {
        match self.socket.detail() {
            Some(told) => (detail.get)(&told),
            None => self.told_by_file(detail.column.name),
        }
    }

    /// What the file says of the same thing, in the unit of the column.
    fn told_by_file(&self, name: &str) -> Value<'a> {
        let row = self.inet();
        let ticks = |ticks: Option<u32>| {
            let time = ticks.filter(|_| row.st != LISTEN);
            let microseconds = 1_000_000 / self.snapshot.machine.clk_tck.max(1);
            time.map_or(Value::Absent(""), |ticks| Value::Unsigned(u64::from(ticks) * microseconds))
        };
        let count =
            |count: Option<u32>| count.map_or(Value::Absent(""), |count| Value::Unsigned(count.into()));
        match name {
            "rto_us" => ticks(row.rto),
            "ato_us" => ticks(row.ato),
            "snd_cwnd" => count(row.snd_cwnd.filter(|_| row.st != LISTEN)),
            "snd_ssthresh" => {
                count(row.last.filter(|_| row.st != LISTEN).and_then(|last| last.try_into().ok()))
            }
            _ => Value::Absent(""),
        }
    }

    /// The rate of the counter of this name.
    pub(super) fn rate(&self, name: &str) -> Value<'a> {
        let Some(source) = self.source() else { return Value::Absent("") };
        let field = source.table.fields().iter().position(|field| field.column.name == name);
        field.map_or(Value::Absent(""), |field| rate(source, self.place.row as usize, field))
    }
}
