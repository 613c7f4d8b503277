//! Whom the process has to do with: the other ends that it has connected to, and when it began to.
//!
//! It is looked at once for all detectors. Where connections are watched as they come and go each of them is told; else a
//! connection is seen when it is there at a look, and those that are shorter are not.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use procnet::proc::inet::LISTEN;
use serde::{Deserialize, Serialize};

use super::scene::Scene;
use crate::events::Kind;
use crate::sockets::{Socket, SocketKind, TCP, UDP};

/// The most sockets that are remembered: of what comes beyond it is not known when it began.
const SOCKETS: usize = 32_768;

/// The lowest port that the kernel usually chooses by itself (`ip_local_port_range`).
const CHOSEN: u16 = 32_768;

const ESTABLISHED: u8 = 1;
const SYN_SENT: u8 = 2;
const TIME_WAIT: u8 = 6;
const CLOSE: u8 = 7;

/// The other end of connections that the process has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// `tcp` or `udp`.
    pub protocol: &'static str,
    /// Its address; one of IPv4 on a socket of IPv6 is that of IPv4.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// Sockets that are connected to it now.
    pub open: u64,
    /// Of these, those that it has not answered for a second or more.
    pub unanswered: u64,
    /// Connections that were begun since the look before.
    pub begun: u64,
    /// Of these, those that are known to have failed.
    pub failed: u64,
}

impl Contact {
    /// It is on the internet: neither on this machine nor in a network of its owner's.
    pub fn is_public(&self) -> bool {
        is_public(self.address)
    }

    /// Where it was seen.
    pub fn source(&self) -> &'static str {
        match (self.open, self.protocol) {
            (0, _) => "bpf/events",
            (_, "udp") => "sock_diag/udp",
            _ => "sock_diag/tcp",
        }
    }
}

/// A connection that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// What is spoken, with whom.
    pub to: (&'static str, IpAddr, u16),
    /// When, `CLOCK_BOOTTIME`.
    pub at: u64,
}

/// The sockets of a kind that were there at the last look.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Known {
    /// Each with the number of the look.
    sockets: HashMap<u64, u64>,
    look: u64,
}

impl Known {
    fn is_new(&mut self, socket: u64) -> bool {
        let look = self.look;
        match self.sockets.get_mut(&socket) {
            Some(seen) => {
                *seen = look;
                false
            }
            None => {
                // Of what was there at the first look nobody knows when it began.
                let is_kept = self.sockets.len() < SOCKETS && self.sockets.insert(socket, look).is_none();
                is_kept && look > 1
            }
        }
    }

    fn forget(&mut self) {
        let look = self.look;
        self.sockets.retain(|_, seen| *seen == look);
    }
}

/// Whom the process has to do with, as of one look.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Contacts {
    tcp: Known,
    udp: Known,
    #[serde(skip)]
    pub(super) all: Vec<Contact>,
    #[serde(skip)]
    places: HashMap<(&'static str, IpAddr, u16), usize>,
    #[serde(skip)]
    pub(super) begun: Vec<Begun>,
    listening: HashSet<u16>,
}

impl Contacts {
    /// Looks at the sockets and events of a moment.
    pub(super) fn look(&mut self, scene: &Scene<'_>) {
        self.all.clear();
        self.places.clear();
        self.begun.clear();
        let is_watched = matches!(scene.now.events, Some(Ok(_)));
        self.listen(scene);
        let (mut tcp, mut udp) = (std::mem::take(&mut self.tcp), std::mem::take(&mut self.udp));
        self.take_sockets(scene, &TCP, &mut tcp, !is_watched);
        self.take_sockets(scene, &UDP, &mut udp, true);
        (self.tcp, self.udp) = (tcp, udp);
        self.take_events(scene);
    }

    /// Where connections are waited for: by the process, and by its parent, which it may have them from.
    fn listen(&mut self, scene: &Scene<'_>) {
        let Some(sockets) = scene.now.sockets(&TCP) else { return };
        self.listening.clear();
        // They stand first.
        let all = sockets.places(false).iter().filter_map(|place| sockets.get(*place));
        self.listening.extend(all.take_while(|it| it.inet.st == LISTEN).map(|it| it.inet.local_port));
    }

    fn take_sockets(
        &mut self,
        scene: &Scene<'_>,
        kind: &'static SocketKind,
        known: &mut Known,
        is_told: bool,
    ) {
        if !scene.knows_own() || !scene.has_read(kind) {
            return;
        }
        known.look = known.look.wrapping_add(1);
        for socket in scene.held(kind) {
            if !self.is_outgoing(&socket) {
                continue;
            }
            let key = socket.diag().map_or(socket.inet.inode, |row| row.cookie);
            let begun = u64::from(known.is_new(key) && is_told);
            let to = (kind.name, socket.inet.remote_address.to_canonical(), socket.inet.remote_port);
            let is_unanswered = socket.inet.st == SYN_SENT && socket.inet.retransmits > 0;
            let contact = self.contact(to);
            contact.open += 1;
            contact.unanswered += u64::from(is_unanswered);
            contact.begun += begun;
            if begun > 0 {
                self.begun.push(Begun { to, at: scene.at() });
            }
        }
        known.forget();
    }

    /// It was made by the process: nobody waits for connections at its own port, which mostly is one that the kernel has
    /// chosen.
    fn is_outgoing(&self, socket: &Socket<'_>) -> bool {
        let inet = socket.inet;
        let is_served = || self.listening.contains(&inet.local_port);
        let is_client = || inet.local_port >= CHOSEN || inet.local_port > inet.remote_port;
        let is_open = !matches!(inet.st, LISTEN | TIME_WAIT)
            && (inet.st != CLOSE || socket.list.part.protocols[0] != "tcp");
        inet.remote_port != 0 && is_open && is_client() && !is_served()
    }

    fn take_events(&mut self, scene: &Scene<'_>) {
        for event in scene.events() {
            let record = &event.record;
            let has_failed = matches!(event.kind, Kind::Refused | Kind::TimedOut)
                || event.kind == Kind::Failed && record.established == 0;
            if record.is_passive || !(has_failed || event.kind == Kind::Opened) || event.speaks() != "tcp" {
                continue;
            }
            let Some(address) = event.socket().remote.filter(|address| !address.is_unspecified()) else {
                continue;
            };
            let to = ("tcp", address.to_canonical(), event.socket().remote_port);
            let contact = self.contact(to);
            contact.begun += 1;
            contact.failed += u64::from(has_failed);
            let at = if record.since > 0 { record.since } else { record.time };
            self.begun.push(Begun { to, at });
        }
    }

    fn contact(&mut self, to: (&'static str, IpAddr, u16)) -> &mut Contact {
        let (protocol, address, port) = to;
        let place = *self.places.entry(to).or_insert(self.all.len());
        if place == self.all.len() {
            self.all.push(Contact { protocol, address, port, open: 0, unanswered: 0, begun: 0, failed: 0 });
        }
        &mut self.all[place]
    }
}

/// A state in which a connection of TCP carries data.
pub(super) fn is_established(socket: &Socket<'_>) -> bool {
    socket.inet.st == ESTABLISHED && socket.inet.remote_port != 0
}

/// An address on the internet: no private (RFC 1918, RFC 4193), shared (RFC 6598), link-local or loopback one, nor one of
/// many machines.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let is_shared = first == 100 && second & 0xc0 == 64;
            let is_own = address.is_private() || address.is_loopback() || address.is_link_local();
            !(is_own || is_shared || first == 0 || first >= 224)
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            let is_local = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || first & 0xff00 == 0xff00;
            !(is_local || address.is_loopback() || address.is_unspecified())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_internet_are_told_from_others() {
        for address in
            ["192.0.2.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db8::1", "::ffff:192.0.2.1"]
        {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        let others = [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.53",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
        ];
        for address in others {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }
}
