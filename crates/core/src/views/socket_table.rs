//! Tables of sockets: rows of the socket files joined with owners and names of users.

use procnet::dictionary::{self, IP_PROTOCOL, TCP_STATE, TIMER};
use procnet::proc::inet::{Inet, LISTEN};
use procnet::table::unknown_column;
use procnet::{Column, Kind, Unit, Value};

use super::file_table::rate;
use super::{Content, Rows};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::sockets::{Place, SocketFile, SocketKind, Sockets};

/// The sockets of one kind as a table.
pub(super) struct SocketTable {
    /// Which sockets.
    pub(super) kind: &'static SocketKind,
    /// Its columns.
    pub(super) columns: &'static [SocketColumn],
    /// Names of those that are shown on a screen; `None`: all of them.
    pub(super) shown: Option<&'static [&'static str]>,
}

/// A column, and how its value is had.
#[derive(Clone, Copy)]
pub(super) struct SocketColumn {
    column: Column,
    get: for<'a> fn(&Socket<'a>) -> Value<'a>,
}

/// A socket in its surroundings.
pub(super) struct Socket<'a> {
    row: &'a Inet,
    place: Place,
    file: &'static SocketFile,
    snapshot: &'a Snapshot,
}

impl Content for SocketTable {
    fn needs(&self) -> Needs {
        Needs { net: self.kind.files.iter().map(|file| file.path.into()).collect(), ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        self.columns.iter().map(|column| column.column).collect()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        self.shown
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let sockets = snapshot.sockets(self.kind)?;
        let places = sockets.places(scope == Scope::Process);
        let sources = self.kind.files.iter().filter_map(|file| snapshot.source(file.path));
        let mut unknown: Vec<_> = sources.flat_map(|source| source.table.extra_columns()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        Some(Box::new(SocketRows { table: self, sockets, places, unknown, snapshot }))
    }
}

struct SocketRows<'a> {
    table: &'a SocketTable,
    sockets: &'a Sockets,
    places: &'a [Place],
    /// Numbers of columns of the files that no field declares; they stand behind the others.
    unknown: Vec<usize>,
    snapshot: &'a Snapshot,
}

impl Rows for SocketRows<'_> {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some(&place) = self.places.get(row) else { return Value::Absent("") };
        let Some(column) = self.table.columns.get(column) else {
            let path = self.table.kind.files[usize::from(place.file)].path;
            let number = self.unknown.get(column - self.table.columns.len());
            let cell = number.zip(self.snapshot.source(path));
            return cell.map_or(Value::Absent(""), |(number, source)| {
                source.table.extra_cell(place.row as usize, *number)
            });
        };
        let Some(row) = self.sockets.get(place) else { return Value::Absent("") };
        let file = &self.table.kind.files[usize::from(place.file)];
        (column.get)(&Socket { row, place, file, snapshot: self.snapshot })
    }

    fn more_columns(&self) -> Vec<Column> {
        self.unknown.iter().filter_map(|number| unknown_column(*number)).collect()
    }
}

macro_rules! columns {
    ($($id:ident $name:literal $title:literal $kind:ident $unit:ident $doc:literal |$socket:ident| $get:expr;)*) => {
        $(pub(super) const $id: SocketColumn = SocketColumn {
            column: Column { name: $name, title: $title, unit: Unit::$unit, kind: Kind::$kind, doc: $doc },
            get: |$socket| $get,
        };)*
    };
}

columns! {
    FAMILY "family" "family" Info None "Address family: inet or inet6." |s| Value::Label(s.file.family);
    PROTOCOL "protocol" "protocol" Key None "udp or udplite." |s| Value::Label(s.file.protocol);
    LOCAL_ADDRESS "local_address" "local address" Key None "Address that the socket is bound to."
        |s| Value::Ip(s.row.local_address);
    LOCAL_PORT "local_port" "port" Key None "Port that the socket is bound to." |s| number(s.row.local_port);
    REMOTE_ADDRESS "remote_address" "remote address" Key None "Address that the socket is connected to."
        |s| Value::Ip(s.row.remote_address);
    REMOTE_PORT "remote_port" "port" Key None "Port that the socket is connected to." |s| number(s.row.remote_port);
    STATE "state" "state" Info None "State of the connection, the kernel's name."
        |s| dictionary::label(TCP_STATE, s.row.st.into());
    CONNECTED "state" "state" Info None "CONNECTED to one remote socket, or UNCONNECTED." |s| connected(s.row.st);
    KERNEL_STATE "st" "st" Info None "State as the kernel's number: 1 connected, 7 not; it uses TCP's names."
        |s| number(s.row.st);
    TX_QUEUE "tx_queue" "tx queue" Gauge Bytes "TCP: bytes written and not yet acknowledged; else memory of packets that wait to be sent."
        |s| number(s.row.tx_queue);
    RX_QUEUE "rx_queue" "rx queue" Gauge Bytes "Bytes received and not yet read; see accept_queue for a listening socket."
        |s| unless(s.row.st == LISTEN, number(s.row.rx_queue));
    RX_MEMORY "rx_queue" "rx queue" Gauge Bytes "Memory of packets received and not yet read."
        |s| number(s.row.rx_queue);
    ACCEPT_QUEUE "accept_queue" "acceptq" Gauge Count "Connections that wait to be accepted, of a listening socket."
        |s| unless(s.row.st != LISTEN, number(s.row.rx_queue));
    TIMER_NAME "timer" "timer" Info None "Timer that runs: none, retransmit, keepalive, time-wait or window-probe."
        |s| dictionary::label(TIMER, s.row.tr.into());
    TIMER_EXPIRES "timer_expires" "expires" Gauge Ticks "Time until the timer ends, in clock ticks."
        |s| unless(s.row.tr == 0, Value::Unsigned(s.row.timer_expires));
    RETRANSMITS "retransmits" "retrans" Gauge Count "Retransmission timeouts since the last acknowledgement."
        |s| number(s.row.retransmits);
    UID "uid" "uid" Info None "User that the socket belongs to; in TIME_WAIT the kernel has forgotten it."
        |s| uid(s.row).map_or(Value::Absent(""), number);
    USER "user" "user" Info None "Name of that user on this machine."
        |s| uid(s.row).and_then(|uid| s.snapshot.users.name(uid)).map_or(Value::Absent(""), Value::Text);
    PROBES_OUT "probes_out" "probes" Gauge Count "Unanswered window probes; the file calls it timeout."
        |s| number(s.row.probes_out);
    INODE "inode" "inode" Key None "Inode of the socket; 0 while no process can have it."
        |s| Value::Unsigned(s.row.inode);
    REF "ref" "ref" Gauge Count "References that the kernel holds to the socket." |s| number(s.row.ref_count);
    OWNERS "owners" "owners" Info None "All processes known to hold the socket."
        |s| s.snapshot.owners.cell(s.row.inode, (s.file.protocol == "tcp").then_some(s.row.st));
    RTO "rto" "rto" Gauge Ticks "Retransmission timeout, in clock ticks." |s| maybe(s.row.rto);
    ATO "ato" "ato" Gauge Ticks "Delayed acknowledgement timeout, in clock ticks." |s| maybe(s.row.ato);
    SND_CWND "snd_cwnd" "cwnd" Gauge Segments "Congestion window, in segments." |s| maybe(s.row.snd_cwnd);
    SSTHRESH "ssthresh" "ssthresh" Gauge Segments "Slow start threshold, in segments; absent before there is one."
        |s| ssthresh(s.row);
    FASTOPEN "fastopen_max_queue" "fastopen" Gauge Count "Limit of the Fast Open queue, of a listening socket."
        |s| unless(s.row.st != LISTEN, s.row.last.map_or(Value::Absent(""), |limit| Value::Signed(limit.into())));
    DROPS "drops" "drops" Counter Packets "Packets that this socket dropped, mostly for want of room."
        |s| maybe(s.row.drops);
    DROPS_RATE "drops_rate" "drops" Rate Packets "Packets that this socket dropped, a second." |s| drops_rate(s);
    RAW_PROTOCOL "protocol" "protocol" Key None "Protocol number that the socket was opened with."
        |s| dictionary::named(IP_PROTOCOL, s.row.local_port.into());
    PROTOCOL_NAME "protocol_name" "protocol name" Info None "Name of that protocol."
        |s| dictionary::name(IP_PROTOCOL, s.row.local_port.into()).map_or(Value::Absent(""), Value::Label);
    IDENTIFIER "identifier" "id" Key None "ICMP identifier that the socket sends and receives with."
        |s| number(s.row.local_port);
}

/// The user of a socket. Where only the end of a connection is left (timer 3) the file says 0, whoever it
/// was.
fn uid(row: &Inet) -> Option<u32> {
    const TIME_WAIT_TIMER: u8 = 3;
    (row.tr != TIME_WAIT_TIMER).then_some(row.uid)
}

fn number<'a>(number: impl Into<u64>) -> Value<'a> {
    Value::Unsigned(number.into())
}

fn maybe<'a>(number: Option<u32>) -> Value<'a> {
    number.map_or(Value::Absent(""), |number| Value::Unsigned(number.into()))
}

fn unless(not: bool, value: Value<'_>) -> Value<'_> {
    if not { Value::Absent("") } else { value }
}

fn connected(st: u8) -> Value<'static> {
    match st {
        1 => Value::Label("CONNECTED"),
        7 => Value::Label("UNCONNECTED"),
        other => number(other),
    }
}

/// The name of a TCP state.
pub fn state_of(st: u8) -> &'static str {
    dictionary::name(TCP_STATE, st.into()).unwrap_or("unknown")
}

fn ssthresh<'a>(row: &Inet) -> Value<'a> {
    match row.last {
        Some(threshold) if row.st != LISTEN && threshold >= 0 => Value::Signed(threshold.into()),
        _ => Value::Absent(""),
    }
}

fn drops_rate<'a>(socket: &Socket<'a>) -> Value<'a> {
    const DROPS_FIELD: &str = "drops";
    let Some(source) = socket.snapshot.source(socket.file.path) else { return Value::Absent("") };
    let field = source.table.fields().iter().position(|field| field.column.name == DROPS_FIELD);
    field.map_or(Value::Absent(""), |field| rate(source, socket.place.row as usize, field))
}
