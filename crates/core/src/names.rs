//! What sockets are called: both ends of each as text, in the words of its family.

use std::io::Write;
use std::net::SocketAddr;

use procnet::diag::netlink::NetlinkSocket;
use procnet::diag::packet::PacketSocket;
use procnet::diag::unix::UnixSocket;
use procnet::diag::vsock::VsockSocket;
use procnet::proc::inet::{Inet, LISTEN};
use procnet::proc::netlink::Netlink;
use procnet::proc::packet::Packet;
use procnet::proc::unix::Unix;
use procnet::{Row, Table};

use crate::census::{AF_NETLINK, Census, Entry, Other, own_rows};
use crate::dumps::OWN_OTHER;
use crate::snapshot::Snapshot;
use crate::sockets::{PING, RAW, Socket, SocketKind};

/// The names of the sockets of a census, in its order.
pub struct Names {
    text: Vec<u8>,
    /// Where each name ends: two of each socket.
    ends: Vec<u32>,
}

/// An end of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its own.
    Local,
    /// The other one.
    Remote,
}

impl Names {
    /// Names the sockets of a census.
    pub fn of(census: &Census, snapshot: &Snapshot) -> Self {
        let entries = census.entries();
        let mut names = Self { text: Vec::new(), ends: Vec::with_capacity(2 * entries.len()) };
        for entry in entries {
            for end in [End::Local, End::Remote] {
                names.name(census, snapshot, *entry, end);
                // Past 4 GiB of them names are empty.
                let ended = u32::try_from(names.text.len());
                names.ends.push(ended.unwrap_or_else(|_| names.ends.last().copied().unwrap_or(0)));
            }
        }
        names
    }

    /// The name of an end of a socket by its number in the census; `None` where it has none.
    pub fn get(&self, number: usize, end: End) -> Option<&[u8]> {
        let place = 2 * number + usize::from(end == End::Remote);
        let start = place.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(0));
        let name = self.text.get(start as usize..*self.ends.get(place)? as usize)?;
        (!name.is_empty()).then_some(name)
    }

    fn name(&mut self, census: &Census, snapshot: &Snapshot, entry: Entry, end: End) {
        match entry {
            Entry::Inet(kind, place) => {
                if let Some(socket) = census.inet(kind, place) {
                    inet(&socket, end, &mut self.text);
                }
            }
            Entry::Other(other) => {
                self.other(census, snapshot, other, end);
            }
            Entry::Unknown(_) => {}
        }
    }

    fn other(&mut self, census: &Census, snapshot: &Snapshot, other: Other, end: End) -> Option<()> {
        let out = &mut self.text;
        if let (Some(row), Some(table)) = (other.own, snapshot.source(OWN_OTHER).and_then(own_rows)) {
            let socket = table.get(row as usize)?;
            let name = table.texts.get(if end == End::Local { socket.local } else { socket.remote }?);
            // Not connected: the kernel is the peer of each of them.
            let is_kernel = other.family == AF_NETLINK && end == End::Remote && name == b"port 0 groups 0x0";
            if !is_kernel {
                out.extend_from_slice(name);
            }
            return Some(());
        }
        let table = &snapshot.source(census.list(other.family)?)?.table;
        let row = other.list? as usize;
        let local = end == End::Local;
        if let Some((socket, table)) = row_of::<UnixSocket>(&**table, row) {
            out.extend_from_slice(table.texts.get(socket.path.filter(|_| local)?));
        } else if let Some((socket, table)) = row_of::<Unix>(&**table, row) {
            out.extend_from_slice(table.texts.get(socket.path.filter(|_| local)?));
        } else if let Some((socket, _)) = row_of::<NetlinkSocket>(&**table, row) {
            let (port, group) = (socket.dst_portid, socket.dst_group);
            match (local, port, group) {
                (true, ..) => write!(out, "port {}", socket.portid).ok()?,
                (false, 0, 0) => {}
                (false, ..) => write!(out, "port {port} group {group}").ok()?,
            }
        } else if let Some((socket, _)) = row_of::<Netlink>(&**table, row).filter(|_| local) {
            write!(out, "port {}", socket.portid).ok()?;
        } else if let Some((socket, _)) = row_of::<PacketSocket>(&**table, row).filter(|_| local) {
            write!(out, "ifindex {}", socket.ifindex?).ok()?;
        } else if let Some((socket, _)) = row_of::<Packet>(&**table, row).filter(|_| local) {
            write!(out, "ifindex {}", socket.iface).ok()?;
        } else if let Some((socket, _)) = row_of::<VsockSocket>(&**table, row) {
            let (cid, port) =
                if local { (socket.src_cid, socket.src_port) } else { (socket.dst_cid, socket.dst_port) };
            if (cid.0, port) != (u32::MAX, u32::MAX) && (local || (cid.0, port) != (0, 0)) {
                write!(out, "cid {} port {port}", cid.0).ok()?;
            }
        }
        Some(())
    }
}

/// A row, if the table is one of such rows.
fn row_of<R: Row>(table: &dyn procnet::AnyTable, row: usize) -> Option<(&R, &Table<R>)> {
    let table = table.as_any().downcast_ref::<Table<R>>()?;
    Some((table.get(row)?, table))
}

/// An end of a socket of IP: `127.0.0.1:80`, `[::1]:80`; of one without ports the address. An end that is not
/// bound or not connected has no name.
fn inet(socket: &Socket<'_>, end: End, out: &mut Vec<u8>) {
    let Inet { local_address, local_port, remote_address, remote_port, st, .. } = *socket.inet;
    let (address, port) = match end {
        End::Local => (local_address, local_port),
        End::Remote => (remote_address, remote_port),
    };
    let is = |kind: &SocketKind| kind.parts.iter().any(|part| *part == *socket.list.part);
    // Of a raw socket the port is the protocol, of a ping socket the identifier.
    let has_ports = !is(&RAW) && !is(&PING);
    if address.is_unspecified() && (port == 0 || !has_ports) || st == LISTEN && end == End::Remote {
        return;
    }
    // Writing to memory cannot fail.
    let _ = match has_ports {
        true => write!(out, "{}", SocketAddr::new(address, port)),
        false => write!(out, "{address}"),
    };
}
