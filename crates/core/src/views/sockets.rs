//! `sockets`: every socket of the process, of every family, in one table.

use procnet::diag::{COLUMNS as DETAILS, DetailColumn};
use procnet::dictionary;
use procnet::{Column, Value};

use super::file_table::{RX_RING, rate};
use super::remote_columns;
use super::socket_columns::{
    ACCEPT_QUEUE, CONNECTED, DROPS, DROPS_RATE, FAMILY, OWNERS, RX_QUEUE, STATE, TX_QUEUE, UID, USER,
};
use super::socket_table::{OWN, Placed, told_by, told_by_list};
use super::traffic_columns::{self, Passes, Through};
use super::{Content, Rows, TableDef, View};
use crate::census::{AF_NETLINK, AF_PACKET, AF_UNIX, AF_VSOCK, AF_XDP, Census, Entry, Other, field};
use crate::dumps::{self, Dump, OWN_OTHER};
use crate::names::{End, Names};
use crate::plan::{Derive, Needs};
use crate::scope::Scope;
use crate::snapshot::{Snapshot, Source};

pub(super) static VIEW: View = View {
    name: "sockets",
    help: "every socket of the process, of every family: kind, state, both ends, queues, owners",
    owners: true,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "sockets",
    doc: "sockets of every family; in scope process also those that no list has",
    scope: None,
    content: &Everything,
};

/// All lists of sockets.
pub(super) const LISTS: [&Dump; 11] = [
    &dumps::TCP,
    &dumps::UDP,
    &dumps::UDPLITE,
    &dumps::RAW,
    &dumps::PING,
    &dumps::MPTCP,
    &dumps::SCTP,
    &dumps::UNIX,
    &dumps::NETLINK,
    &dumps::PACKET,
    &dumps::VSOCK,
];

struct Everything;

impl Content for Everything {
    fn needs(&self) -> Needs {
        let derive = Derive { names: true, ..Derive::default() };
        Needs { dumps: LISTS.to_vec(), own: true, derive, traffic: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        let traffic = traffic_columns::COLUMNS.iter().map(|column| column.column);
        let remote = remote_columns::all().map(|(column, _)| *column);
        COLUMNS.iter().map(|(column, _)| *column).chain(traffic).chain(remote).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let (census, names) = (snapshot.census(scope)?, snapshot.names(scope)?);
        Some(Box::new(SocketRows { snapshot, census, names }))
    }

    fn takes_what_is_there(&self) -> bool {
        true
    }
}

struct SocketRows<'a> {
    snapshot: &'a Snapshot,
    census: &'a Census,
    names: &'a Names,
}

impl Rows for SocketRows<'_> {
    fn len(&self) -> usize {
        self.census.entries().len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let socket =
            self.census.entries().get(row).and_then(|entry| Seen::of(self.snapshot, self.census, *entry));
        let Some(socket) = socket else { return Value::Absent("") };
        let Some((_, get)) = COLUMNS.get(column) else { return socket.more(column - COLUMNS.len()) };
        match get {
            Get::Name(end) => self.names.get(row, *end).map_or(Value::Absent(""), Value::Text),
            Get::Cell(get) => get(&socket),
        }
    }

    fn source(&self) -> Option<&'static str> {
        source(self.census)
    }

    fn remark(&self) -> Option<String> {
        let unknown = match self.census.unknown() {
            0 => None,
            1 => Some("of 1 socket only the number is known: see its note".to_owned()),
            more => Some(format!("of {more} sockets only the number is known: see their note")),
        };
        let remarks: Vec<String> =
            unknown.into_iter().chain(traffic_columns::wire_remark(self.snapshot)).collect();
        (!remarks.is_empty()).then(|| remarks.join("; "))
    }
}

/// Who tells of the sockets.
pub(super) fn source(census: &Census) -> Option<&'static str> {
    let mut told = census.entries().iter().filter_map(|entry| match *entry {
        Entry::Inet(kind, place) => census.inet(kind, place).map(|socket| told_by_list(socket.list)),
        Entry::Other(_) if census.is_own() => None,
        Entry::Other(other) => census.list(other.family).map(told_by),
        Entry::Unknown(_) => None,
    });
    told.next().or(census.is_own().then_some(OWN))
}

/// A socket as it is shown.
pub(super) enum Seen<'a> {
    /// One of IP.
    Inet(Placed<'a>),
    /// One of another family.
    Other(OtherSeen<'a>),
    /// One of which nobody tells.
    Unknown(UnknownSeen<'a>),
}

/// A socket of another family, and where it is told of.
pub(super) struct OtherSeen<'a> {
    family: u16,
    own: Option<(&'a Source, usize)>,
    list: Option<(&'a Source, usize)>,
    snapshot: &'a Snapshot,
    is_held: bool,
}

/// A socket of which only the number is known.
pub(super) struct UnknownSeen<'a> {
    inode: u64,
    /// The process's sockets were asked themselves.
    was_asked: bool,
    snapshot: &'a Snapshot,
}

impl<'a> Seen<'a> {
    /// The socket of an entry.
    pub(super) fn of(snapshot: &'a Snapshot, census: &'a Census, entry: Entry) -> Option<Self> {
        Some(match entry {
            Entry::Inet(kind, place) => {
                let socket = census.inet(kind, place)?;
                Self::Inet(Placed { socket, place, snapshot, own: census.is_held() })
            }
            Entry::Other(Other { family, own, list }) => {
                let row =
                    |name: Option<&str>, row: Option<u32>| Some((snapshot.source(name?)?, row? as usize));
                let (own, list) = (row(Some(OWN_OTHER), own), row(census.list(family), list));
                Self::Other(OtherSeen { family, own, list, snapshot, is_held: census.is_held() })
            }
            Entry::Unknown(inode) => {
                Self::Unknown(UnknownSeen { inode, was_asked: census.is_own(), snapshot })
            }
        })
    }

    fn snapshot(&self) -> &'a Snapshot {
        match self {
            Self::Inet(placed) => placed.snapshot,
            Self::Other(other) => other.snapshot,
            Self::Unknown(unknown) => unknown.snapshot,
        }
    }

    /// Its kind: the protocol, or family and type.
    pub(super) fn kind(&self) -> Value<'a> {
        match self {
            Self::Inet(placed) => Value::Label(match placed.protocol() {
                // It carries data of a socket of Multipath TCP, whose inode it has.
                "tcp" if is_subflow(placed) => "tcp subflow",
                "icmp" | "icmp6" => "ping",
                protocol => protocol,
            }),
            Self::Other(other) => other.kind(),
            Self::Unknown(_) => Value::Label("unknown"),
        }
    }

    /// Its state.
    pub(super) fn state(&self) -> Value<'a> {
        match self {
            Self::Inet(placed) if placed.is_tcp() || placed.protocol() == "sctp" => (STATE.get)(placed),
            Self::Inet(placed) => (CONNECTED.get)(placed),
            Self::Other(other) => match other.state() {
                Value::Named(_, name) => Value::Label(name),
                state => state,
            },
            Self::Unknown(_) => Value::Absent(""),
        }
    }

    /// A column that sockets of IP have by `inet`, and others by the first of these fields that is told.
    fn either(&self, inet: fn(&Placed<'a>) -> Value<'a>, fields: &[&str]) -> Value<'a> {
        match self {
            Self::Inet(placed) => inet(placed),
            Self::Other(other) => other.cell(fields),
            Self::Unknown(_) => Value::Absent(""),
        }
    }

    /// What diagnostics tell of a socket of IP, and the others by the field of the same name.
    pub(super) fn detail(&self, name: &str) -> Value<'a> {
        match self {
            Self::Inet(placed) => detail(name).map_or(Value::Absent(""), |detail| placed.detail(detail)),
            Self::Other(other) => other.cell(&[name]),
            Self::Unknown(_) => Value::Absent(""),
        }
    }

    fn rate(&self, name: &str) -> Value<'a> {
        match self {
            Self::Inet(placed) => placed.rate(name),
            Self::Other(other) => other.rate(name),
            Self::Unknown(_) => Value::Absent(""),
        }
    }

    /// Bytes received and not read.
    pub(super) fn rx_queue(&self) -> Value<'a> {
        match self {
            Self::Other(other) if other.is_listening() => Value::Absent(""),
            _ => self.either(RX_QUEUE.get, &["rx_queue", "rmem"]),
        }
    }

    /// What was sent and not taken.
    pub(super) fn tx_queue(&self) -> Value<'a> {
        match self {
            Self::Other(other) if other.is_listening() => Value::Absent(""),
            _ => self.either(TX_QUEUE.get, &["tx_queue", "wmem"]),
        }
    }

    /// Connections that wait to be accepted.
    pub(super) fn accept_queue(&self) -> Value<'a> {
        self.either(ACCEPT_QUEUE.get, &["accept_queue"])
    }

    /// Packets dropped.
    pub(super) fn drops(&self) -> Value<'a> {
        self.either(DROPS.get, &["drops"])
    }

    /// The same a second.
    pub(super) fn drops_rate(&self) -> Value<'a> {
        match self {
            Self::Inet(placed) => (DROPS_RATE.get)(placed),
            _ => self.rate("drops"),
        }
    }

    /// Its inode; 0 for none.
    pub(super) fn inode(&self) -> u64 {
        match self {
            Self::Inet(placed) => placed.inet().inode,
            Self::Other(other) => other.cell(&["inode"]).count().unwrap_or(0),
            Self::Unknown(unknown) => unknown.inode,
        }
    }

    /// Who holds it.
    pub(super) fn owners(&self) -> Value<'a> {
        match self {
            Self::Inet(placed) => (OWNERS.get)(placed),
            _ => self.snapshot().owners.cell(self.inode(), None),
        }
    }

    /// What was moved through it, and who is at its other end, by the place of the column.
    fn more(&self, column: usize) -> Value<'a> {
        match (column.checked_sub(traffic_columns::COLUMNS.len()), self) {
            (None, _) => self.moved(column),
            (Some(column), Self::Inet(placed)) => {
                let remote = remote_columns::all().nth(column);
                remote.map_or(Value::Absent(""), |(_, get)| get(&placed.remote()))
            }
            (Some(_), _) => Value::Absent(""),
        }
    }

    /// What was moved through it, by the place of the column.
    fn moved(&self, column: usize) -> Value<'a> {
        let through = match self {
            Self::Inet(placed) => placed.through(),
            Self::Other(other) => {
                let cookie = other.cell(&["cookie"]).count();
                let passes = other.passes();
                Through {
                    snapshot: other.snapshot,
                    cookie,
                    own: other.is_held,
                    tcp: None,
                    passes,
                    has_packets: false,
                }
            }
            Self::Unknown(_) => return Value::Absent(""),
        };
        traffic_columns::COLUMNS.get(column).map_or(Value::Absent(""), |column| through.cell(column))
    }

    fn user(&self) -> Value<'a> {
        match self {
            Self::Inet(placed) => (USER.get)(placed),
            Self::Other(other) => {
                let uid = other.cell(&["uid"]).count().and_then(|uid| uid.try_into().ok());
                let name = uid.and_then(|uid| other.snapshot.naming.users.name(uid));
                name.map_or(Value::Absent(""), Value::Text)
            }
            Self::Unknown(_) => Value::Absent(""),
        }
    }

    fn peer_owners(&self) -> Value<'a> {
        let Self::Other(other) = self else { return Value::Absent("") };
        let peer = other.cell(&["peer"]).count();
        peer.map_or(Value::Absent(""), |peer| other.snapshot.owners.cell(peer, None))
    }

    /// Why nothing is known of it.
    fn note(&self) -> Value<'a> {
        let Self::Unknown(unknown) = self else { return Value::Absent("") };
        Value::Label(match (unknown.was_asked, unknown.snapshot.owners.may_trace) {
            (true, _) => "closed while it was read, or kept from this program by a security module",
            (false, true) => "in no list; asking it was refused",
            (false, false) => "in no list; asking it needs CAP_SYS_PTRACE",
        })
    }
}

impl<'a> OtherSeen<'a> {
    /// What of its bytes can be counted.
    fn passes(&self) -> Passes {
        match self.family {
            AF_XDP => Passes::Nothing,
            AF_PACKET if self.cell(&[RX_RING]).count().is_some() => Passes::Sent,
            _ => Passes::All,
        }
    }

    /// The first of these fields that is told, by the socket itself before its list.
    fn cell(&self, names: &[&str]) -> Value<'a> {
        for (source, row) in [self.own, self.list].into_iter().flatten() {
            let fields = names.iter().filter_map(|name| field(&*source.table, name));
            let mut cells = fields.map(|field| source.table.cell(row, field));
            if let Some(cell) = cells.find(|cell| !matches!(cell, Value::Absent(_))) {
                return cell;
            }
        }
        Value::Absent("")
    }

    fn state(&self) -> Value<'a> {
        // Each netlink socket names the kernel as its peer, connected or not: its list knows better.
        match (self.family, self.list) {
            (AF_NETLINK, None) => Value::Absent(""),
            (AF_NETLINK, list) => Self { own: None, list, ..*self }.cell(&["state"]),
            _ => self.cell(&["state", "st"]),
        }
    }

    fn rate(&self, name: &str) -> Value<'a> {
        for (source, row) in [self.own, self.list].into_iter().flatten() {
            if let Some(field) = field(&*source.table, name) {
                return rate(source, row, field);
            }
        }
        Value::Absent("")
    }

    fn is_listening(&self) -> bool {
        self.cell(&["state"]) == Value::Label("LISTEN")
    }

    fn kind(&self) -> Value<'a> {
        let number = |name| self.cell(&[name]).count().unwrap_or(0);
        let label = match (self.family, number("type")) {
            (AF_UNIX, 1) => "unix stream",
            (AF_UNIX, 2) => "unix dgram",
            (AF_UNIX, 5) => "unix seqpacket",
            (AF_PACKET, 2) => "packet dgram",
            (AF_PACKET, 3) => "packet raw",
            (AF_VSOCK, 1) => "vsock stream",
            (AF_VSOCK, 2) => "vsock dgram",
            (AF_VSOCK, 5) => "vsock seqpacket",
            (AF_NETLINK, _) => netlink(number("protocol")),
            (2 | 10, _) if number("protocol") == 132 => "sctp",
            _ => return dictionary::label(dictionary::FAMILY, self.family.into()),
        };
        Value::Label(label)
    }
}

fn netlink(protocol: u64) -> &'static str {
    match protocol {
        0 => "netlink route",
        2 => "netlink usersock",
        4 => "netlink sock_diag",
        5 => "netlink nflog",
        6 => "netlink xfrm",
        7 => "netlink selinux",
        8 => "netlink iscsi",
        9 => "netlink audit",
        10 => "netlink fib_lookup",
        11 => "netlink connector",
        12 => "netlink netfilter",
        15 => "netlink kobject_uevent",
        16 => "netlink generic",
        18 => "netlink scsitransport",
        19 => "netlink ecryptfs",
        20 => "netlink rdma",
        21 => "netlink crypto",
        22 => "netlink smc",
        _ => "netlink",
    }
}

fn is_subflow(placed: &Placed<'_>) -> bool {
    let ulp = placed.socket.detail().and_then(|detail| detail.ulp());
    ulp.and_then(|ulp| ulp.name()) == Some(b"mptcp")
}

/// The column of this name that diagnostics tell.
pub(super) fn detail(name: &str) -> Option<&'static DetailColumn> {
    DETAILS.iter().find(|detail| detail.column.name == name)
}

/// How the value of a column is had.
enum Get {
    Name(End),
    Cell(for<'a> fn(&Seen<'a>) -> Value<'a>),
}

static COLUMNS: &[(Column, Get)] = described! {
    "kind" "kind" Info None "What it is: tcp, udp, raw, unix stream, netlink route, packet raw and so on; unknown where only its number is known."
        Get::Cell(|s| s.kind());
    "state" "state" Info None "State, the kernel's name; of datagram sockets whether it is connected." Get::Cell(|s| s.state());
    "local" "local" Key None "What it is bound to: address and port, path, port ID, interface." Get::Name(End::Local);
    "remote" "remote" Key None "What it is connected to." Get::Name(End::Remote);
    "rx_queue" "rx queue" Amount Bytes "Bytes received and not read; of datagram sockets their memory." Get::Cell(|s| s.rx_queue());
    "tx_queue" "tx queue" Amount Bytes "TCP: bytes written and not acknowledged; else bytes or memory of what was sent and has not been taken."
        Get::Cell(|s| s.tx_queue());
    "accept_queue" "acceptq" Amount Count "Connections that wait to be accepted, of a listening socket."
        Get::Cell(|s| s.accept_queue());
    "drops" "drops" Counter Packets "Packets or messages that this socket dropped." Get::Cell(|s| s.drops());
    "drops_rate" "drops" Rate Packets "Packets or messages that this socket dropped, a second." Get::Cell(|s| s.drops_rate());
    "rtt_us" "rtt" Gauge Microseconds "Smoothed round-trip time of TCP." Get::Cell(|s| s.detail("rtt_us"));
    "bytes_sent" "bytes sent" Counter Bytes "Bytes sent by TCP, retransmitted ones too." Get::Cell(|s| s.detail("bytes_sent"));
    "bytes_sent_rate" "bytes sent" Rate Bytes "Bytes sent by TCP, a second." Get::Cell(|s| s.rate("bytes_sent"));
    "bytes_received" "bytes received" Counter Bytes "Bytes received by TCP; the FIN counts as one." Get::Cell(|s| s.detail("bytes_received"));
    "bytes_received_rate" "bytes received" Rate Bytes "Bytes received by TCP, a second." Get::Cell(|s| s.rate("bytes_received"));
    "peer_pid" "peer pid" Info None "Process that was on the other end when a UNIX socket was connected."
        Get::Cell(|s| match s {
            // A listening socket names its own process.
            Seen::Other(other) if other.is_listening() => Value::Absent(""),
            _ => s.detail("peer_pid"),
        });
    "peer_owners" "peer owners" Info None "All processes known to hold the other end of a UNIX socket." Get::Cell(|s| s.peer_owners());
    "owners" "owners" Info None "All processes known to hold the socket." Get::Cell(|s| s.owners());
    "user" "user" Info None "Name of the user that the socket belongs to." Get::Cell(|s| s.user());
    "uid" "uid" Info None "User that the socket belongs to." Get::Cell(|s| s.either(UID.get, &["uid"]));
    "mark" "mark" Info None "Mark of the socket's packets; told of the process's own sockets, or with CAP_NET_ADMIN." Get::Cell(|s| s.detail("mark"));
    "inode" "inode" Key None "Inode of the socket; 0 while no process can have it." Get::Cell(|s| Value::Unsigned(s.inode()));
    "cookie" "cookie" Key None "Number of the socket that is never given again while the machine runs." Get::Cell(|s| s.detail("cookie"));
    "family" "family" Info None "Address family."
        Get::Cell(|s| match s {
            Seen::Inet(placed) => (FAMILY.get)(placed),
            Seen::Other(other) => dictionary::label(dictionary::FAMILY, other.family.into()),
            Seen::Unknown(_) => Value::Absent(""),
        });
    "note" "note" Info None "Why nothing else is known of it." Get::Cell(|s| s.note());
};
