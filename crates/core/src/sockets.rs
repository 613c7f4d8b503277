//! Sockets of one kind, of both address families, in an order that does not change from tick to tick.

use std::sync::Arc;

use procnet::Table;
use procnet::proc::inet::{Inet, LISTEN};

use crate::owners::Owners;

/// The files that hold the sockets of one kind.
#[derive(Debug, PartialEq, Eq)]
pub struct SocketKind {
    /// Name of the table.
    pub name: &'static str,
    /// The files, with the protocol of their sockets and whether they are IPv6's.
    pub files: &'static [SocketFile],
}

/// One file of sockets.
#[derive(Debug, PartialEq, Eq)]
pub struct SocketFile {
    /// Path below `net`.
    pub path: &'static str,
    /// Protocol of the sockets in it.
    pub protocol: &'static str,
    /// Address family of the sockets in it.
    pub family: &'static str,
}

const fn file(path: &'static str, protocol: &'static str, family: &'static str) -> SocketFile {
    SocketFile { path, protocol, family }
}

/// TCP.
pub static TCP: SocketKind =
    SocketKind { name: "tcp", files: &[file("tcp", "tcp", "inet"), file("tcp6", "tcp", "inet6")] };

/// UDP and UDP-Lite.
pub static UDP: SocketKind = SocketKind {
    name: "udp",
    files: &[
        file("udp", "udp", "inet"),
        file("udp6", "udp", "inet6"),
        file("udplite", "udplite", "inet"),
        file("udplite6", "udplite", "inet6"),
    ],
};

/// Raw sockets.
pub static RAW: SocketKind =
    SocketKind { name: "raw", files: &[file("raw", "raw", "inet"), file("raw6", "raw", "inet6")] };

/// Ping sockets.
pub static PING: SocketKind = SocketKind {
    name: "ping_sockets",
    files: &[file("icmp", "icmp", "inet"), file("icmp6", "icmp6", "inet6")],
};

/// All kinds.
pub static KINDS: &[&SocketKind] = &[&TCP, &UDP, &RAW, &PING];

/// Where a socket stands: number of the file in its kind, row in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Number of the file.
    pub file: u8,
    /// Row.
    pub row: u32,
}

/// The sockets of one kind.
#[derive(Debug, Clone)]
pub struct Sockets {
    /// Which kind.
    pub kind: &'static SocketKind,
    tables: Vec<Option<Arc<Table<Inet>>>>,
    all: Arc<[Place]>,
    owned: Arc<[Place]>,
}

impl Sockets {
    /// Puts the tables of a kind's files in order: listening sockets first, then by ports and addresses.
    pub fn order(kind: &'static SocketKind, tables: Vec<Option<Arc<Table<Inet>>>>) -> Self {
        let mut keys: Vec<(u128, Place)> = Vec::with_capacity(tables.iter().flatten().map(|t| t.len()).sum());
        for (file, table) in (0..).zip(&tables) {
            for (row, socket) in (0..).zip(table.iter().flat_map(|table| table.iter())) {
                keys.push((key(socket), Place { file, row }));
            }
        }
        // Stable, so that what the key does not tell apart stays in the kernel's order.
        keys.sort_by_key(|(key, _)| *key);
        let mut sockets = Self { kind, tables, all: Arc::default(), owned: Arc::default() };
        // The kernel walks its tables while they change, and prints a row twice when sockets come or go in
        // front of it.
        keys.dedup_by(|(later, twin), (first, place)| later == first && sockets.same(*twin, *place));
        sockets.all = keys.into_iter().map(|(_, place)| place).collect();
        sockets
    }

    /// Whether two rows are the same socket.
    fn same(&self, one: Place, other: Place) -> bool {
        let identity = |place| {
            let socket = self.get(place)?;
            let ends = (socket.local_address, socket.local_port, socket.remote_address, socket.remote_port);
            Some((ends, socket.inode))
        };
        // Sockets without an inode and without a remote end may be alike and still be several.
        one.file == other.file
            && identity(one).is_some_and(|(ends, inode)| {
                (inode != 0 || ends.3 != 0) && identity(other) == Some((ends, inode))
            })
    }

    /// Picks those that the target holds.
    pub fn pick_owned(&mut self, owners: &Owners) {
        let picked = self
            .all
            .iter()
            .copied()
            .filter(|place| self.get(*place).is_some_and(|socket| owners.target_has(socket.inode)));
        self.owned = picked.collect();
    }

    /// The sockets of the namespace, or only those of the target.
    pub fn places(&self, owned: bool) -> &[Place] {
        if owned { &self.owned } else { &self.all }
    }

    /// The inodes of all sockets.
    pub fn inodes(&self) -> impl Iterator<Item = u64> + '_ {
        self.tables.iter().flatten().flat_map(|table| table.iter().map(|socket| socket.inode))
    }

    /// One socket.
    pub fn get(&self, place: Place) -> Option<&Inet> {
        self.tables.get(usize::from(place.file))?.as_ref()?.get(place.row as usize)
    }
}

fn key(socket: &Inet) -> u128 {
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
