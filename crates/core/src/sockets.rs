//! Sockets of one kind, of both address families, in an order that does not change from tick to tick.

use std::collections::HashSet;
use std::sync::Arc;

use procnet::Table;
use procnet::diag::{Detail, DiagSocket, Transport};
use procnet::proc::inet::{Inet, LISTEN, UNKNOWN_TIMER};

use crate::dumps::{self, Dump};
use crate::owners::Owners;

/// The sockets of one table, and where they are told of.
#[derive(Debug, PartialEq, Eq)]
pub struct SocketKind {
    /// Name of the table.
    pub name: &'static str,
    /// Its parts: one for each protocol.
    pub parts: &'static [SocketPart],
}

/// The sockets of one protocol.
#[derive(Debug, PartialEq, Eq)]
pub struct SocketPart {
    /// Protocol over IPv4 and over IPv6.
    pub protocols: [&'static str; 2],
    /// What they are among a process's own sockets.
    pub(crate) transport: Transport,
    /// Where they are told of.
    pub dump: &'static Dump,
}

const fn part(protocol: &'static str, transport: Transport, dump: &'static Dump) -> SocketPart {
    SocketPart { protocols: [protocol; 2], transport, dump }
}

/// TCP.
pub static TCP: SocketKind = SocketKind { name: "tcp", parts: &[part("tcp", Transport::Tcp, &dumps::TCP)] };

/// UDP and UDP-Lite.
pub static UDP: SocketKind = SocketKind {
    name: "udp",
    parts: &[part("udp", Transport::Udp, &dumps::UDP), part("udplite", Transport::UdpLite, &dumps::UDPLITE)],
};

/// Raw sockets.
pub static RAW: SocketKind = SocketKind { name: "raw", parts: &[part("raw", Transport::Raw, &dumps::RAW)] };

/// Ping sockets.
pub static PING: SocketKind = SocketKind {
    name: "ping_sockets",
    parts: &[SocketPart { protocols: ["icmp", "icmp6"], transport: Transport::Ping, dump: &dumps::PING }],
};

/// Multipath TCP.
pub static MPTCP: SocketKind =
    SocketKind { name: "mptcp", parts: &[part("mptcp", Transport::Mptcp, &dumps::MPTCP)] };

/// SCTP.
pub static SCTP: SocketKind =
    SocketKind { name: "sctp", parts: &[part("sctp", Transport::Sctp, &dumps::SCTP)] };

/// All kinds.
pub static KINDS: &[&SocketKind] = &[&TCP, &UDP, &RAW, &PING, &MPTCP, &SCTP];

/// Where a socket stands: number of the list in its kind, row in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Number of the list.
    pub list: u8,
    /// Row.
    pub row: u32,
}

/// Rows of one source.
#[derive(Debug, Clone)]
pub enum Rows {
    /// As a file prints them.
    Text(Arc<Table<Inet>>),
    /// As the socket itself, or sock_diag, tells them.
    Diag(Arc<Table<DiagSocket>>),
}

/// The sockets of one part from one source.
#[derive(Debug, Clone)]
pub struct List {
    /// Which part.
    pub part: &'static SocketPart,
    /// Name of the source.
    pub source: &'static str,
    /// The rows; those of other transports among them are left out.
    pub rows: Rows,
    /// There may be some of its transport among them.
    pub(crate) has_some: bool,
}

/// A socket that was found.
#[derive(Clone, Copy)]
pub struct Socket<'a> {
    /// Where it is told of.
    pub list: &'a List,
    /// What a file prints of it.
    pub inet: &'a Inet,
    diag: Option<(&'a DiagSocket, &'a Table<DiagSocket>)>,
}

impl<'a> Socket<'a> {
    /// What diagnostics tell of it.
    pub fn diag(&self) -> Option<&'a DiagSocket> {
        self.diag.map(|(row, _)| row)
    }

    /// The attributes that came with it.
    pub fn detail(&self) -> Option<Detail<'a>> {
        self.diag.map(|(row, table)| row.detail(&table.texts))
    }

    /// Whether it is one of IPv6.
    pub fn is_v6(&self) -> bool {
        self.inet.local_address.is_ipv6()
    }
}

/// How far the sockets reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The target's own only.
    Own,
    /// All of its namespace.
    Namespace,
}

/// The sockets of one kind.
#[derive(Debug, Clone)]
pub struct Sockets {
    /// Which kind.
    pub kind: &'static SocketKind,
    /// Which of them there are.
    pub reach: Reach,
    lists: Vec<List>,
    all: Arc<[Place]>,
    owned: Arc<[Place]>,
}

impl Sockets {
    /// Puts the rows of a kind in order: listening sockets first, then by ports and addresses. `earlier` is the order that
    /// they had in the reading before: mostly it is the same.
    pub fn order(kind: &'static SocketKind, reach: Reach, lists: Vec<List>, earlier: Option<&Self>) -> Self {
        let rows = || (0..).zip(&lists).flat_map(|(number, list)| list.places(number));
        let count = rows().count();
        let mut keys: Vec<(u128, Place)> = Vec::with_capacity(count);
        if let Some(earlier) = earlier.filter(|earlier| earlier.all.len() == count) {
            let found = |place: &Place| Some((lists.get(usize::from(place.list))?.key(place.row)?, *place));
            keys.extend(earlier.all.iter().filter_map(found));
        }
        if keys.len() != count {
            keys.clear();
            let found = |place: Place| Some((lists[usize::from(place.list)].key(place.row)?, place));
            keys.extend(rows().filter_map(found));
        }
        // What the key does not tell apart stays in the kernel's order.
        keys.sort_by_key(|(key, place)| (*key, place.list, place.row));
        let mut sockets = Self { kind, reach, lists, all: Arc::default(), owned: Arc::default() };
        // The kernel walks its tables while they change, and tells of a socket twice when others come or go in
        // front of it.
        keys.dedup_by(|(later, twin), (first, place)| later == first && sockets.same(*twin, *place));
        sockets.all = keys.into_iter().map(|(_, place)| place).collect();
        sockets
    }

    /// Whether two rows are the same socket.
    fn same(&self, one: Place, other: Place) -> bool {
        let identity = |place| {
            let Socket { inet, diag, .. } = self.get(place)?;
            let ends = (inet.local_address, inet.local_port, inet.remote_address, inet.remote_port);
            Some((ends, inet.inode, diag.map(|(row, _)| row.cookie)))
        };
        // Sockets without an inode and without a remote end may be alike and still be several.
        one.list == other.list
            && identity(one).is_some_and(|(ends, inode, cookie)| {
                (inode != 0 || ends.3 != 0) && identity(other) == Some((ends, inode, cookie))
            })
    }

    /// Leaves out those that are among the handed on, and adds the others to these.
    pub(crate) fn leave_out(&mut self, handed_on: &mut HashSet<u64>) {
        let cookie = |place: &Place| self.get(*place)?.diag().map(|row| row.cookie);
        // What tells no cookies is a file, and read whole.
        let is_new = |place: &Place| cookie(place).is_none_or(|cookie| handed_on.insert(cookie));
        self.all = self.all.iter().copied().filter(is_new).collect();
    }

    /// Leaves out those of these inodes, which are in order.
    pub(crate) fn leave_out_inodes(&mut self, inodes: &[u64]) {
        let is_left = |place: &Place| {
            self.get(*place).is_none_or(|socket| inodes.binary_search(&socket.inet.inode).is_err())
        };
        self.all = self.all.iter().copied().filter(is_left).collect();
    }

    /// Picks those that the target holds.
    pub fn pick_owned(&mut self, owners: &Owners) {
        if self.reach == Reach::Own {
            self.owned = self.all.clone();
            return;
        }
        let is_owned =
            |place: &Place| self.get(*place).is_some_and(|socket| owners.group_has(socket.inet.inode));
        self.owned = self.all.iter().copied().filter(is_owned).collect();
    }

    /// The sockets of the namespace, or only those of the target.
    pub fn places(&self, owned: bool) -> &[Place] {
        if owned { &self.owned } else { &self.all }
    }

    /// The same, where these are the target's.
    pub(crate) fn held_at(&self, owned: Vec<Place>) -> Self {
        Self { owned: owned.into(), ..self.clone() }
    }

    /// Where they are told of.
    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    /// The inodes of all sockets.
    pub fn inodes(&self) -> impl Iterator<Item = u64> + '_ {
        self.all.iter().filter_map(|place| Some(self.get(*place)?.inet.inode))
    }

    /// One socket.
    pub fn get(&self, place: Place) -> Option<Socket<'_>> {
        let list = self.lists.get(usize::from(place.list))?;
        match &list.rows {
            Rows::Text(table) => Some(Socket { list, inet: table.get(place.row as usize)?, diag: None }),
            Rows::Diag(table) => {
                let row = table.get(place.row as usize)?;
                Some(Socket { list, inet: &row.socket, diag: Some((row, table)) })
            }
        }
    }
}

impl List {
    /// Its sockets, as the list of this number.
    fn places(&self, number: u8) -> impl Iterator<Item = Place> + '_ {
        let rows = if self.has_some { self.rows.len() as u32 } else { 0 };
        (0..rows).filter(|row| self.socket(*row).is_some()).map(move |row| Place { list: number, row })
    }

    /// What stands in a row, if it is a socket of its part.
    fn socket(&self, row: u32) -> Option<&Inet> {
        match &self.rows {
            Rows::Text(table) => table.get(row as usize),
            Rows::Diag(table) => {
                let row = table.get(row as usize)?;
                (row.transport == self.part.transport).then_some(&row.socket)
            }
        }
    }

    fn key(&self, row: u32) -> Option<u128> {
        self.socket(row).map(key)
    }
}

impl Rows {
    /// They were listed in the kernel, which alone tells of the timers of a process's own sockets.
    pub(crate) fn are_listed(&self) -> bool {
        matches!(self, Self::Diag(table) if table.iter().any(|row| row.socket.tr != UNKNOWN_TIMER))
    }

    /// Which transports there are among them, each a bit.
    pub(crate) fn transports(&self) -> u16 {
        match self {
            Self::Text(_) => u16::MAX,
            Self::Diag(table) => table.iter().fold(0, |known, row| known | bit(row.transport)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(table) => table.len(),
            Self::Diag(table) => table.len(),
        }
    }
}

/// The bit of a transport among transports.
pub(crate) fn bit(transport: Transport) -> u16 {
    1 << transport as u8
}

/// By which sockets of a kind stand in order, from tick to tick.
pub(crate) fn key(socket: &Inet) -> u128 {
    let address = match socket.remote_address {
        std::net::IpAddr::V4(address) => u128::from(u32::from(address)),
        std::net::IpAddr::V6(address) => u128::from(address) & 0xffff_ffff,
    };
    let listening = u128::from(socket.st != LISTEN);
    listening << 127
        | u128::from(socket.local_port) << 111
        | u128::from(socket.remote_port) << 95
        | (address & 0x7fff_ffff) << 64
        | u128::from(socket.inode)
}
