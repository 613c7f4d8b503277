//! Whom the process has to do with: the other ends that it has connected to, and when it began to.
//!
//! It is looked at once for all detectors. Where connections are watched as they come and go each of them is told; else a
//! connection is seen when it is there at a look, and those that are shorter are not. Nothing is hashed: sockets are met in
//! their order, and what is seen is put in order by the other end.

use std::net::{IpAddr, Ipv6Addr};

use procnet::proc::inet::LISTEN;
use serde::{Deserialize, Serialize};

use super::scene::Scene;
use crate::events::Kind;
use crate::sockets::{Socket, SocketKind, TCP, UDP, key};

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

/// The sockets of a kind that were there at the last look, in their order.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Known {
    /// Where each stands, and its number.
    sockets: Vec<(u128, u64)>,
    /// There was a look: of what was there at the first nobody knows when it began.
    has_looked: bool,
}

/// A walk through known sockets beside those that there are now, which stand in the same order.
struct Walk {
    before: Vec<(u128, u64)>,
    place: usize,
    now: Vec<(u128, u64)>,
    has_looked: bool,
}

impl Walk {
    fn along(known: Known) -> Self {
        let now = Vec::with_capacity(known.sockets.len());
        Self { before: known.sockets, place: 0, now, has_looked: known.has_looked }
    }

    /// Whether the next socket was begun since the look before.
    fn is_new(&mut self, place: u128, number: u64) -> bool {
        if self.now.len() >= SOCKETS {
            return false;
        }
        self.now.push((place, number));
        while self.before.get(self.place).is_some_and(|(known, _)| *known < place) {
            self.place += 1;
        }
        // Several may stand in one place.
        let here = self.before[self.place..].iter().take_while(|(known, _)| *known == place);
        self.has_looked && !here.into_iter().any(|(_, known)| *known == number)
    }

    fn end(self) -> Known {
        Known { sockets: self.now, has_looked: true }
    }
}

/// A socket or an attempt, as far as it counts for the other end that it is of.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// Protocol and port, and the address as one of IPv6: what they are put in order by.
    port: u32,
    address: u128,
    open: bool,
    is_unanswered: bool,
    is_begun: bool,
    has_failed: bool,
}

/// What is spoken, by the number that stands above the port.
const PROTOCOLS: [&str; 2] = ["tcp", "udp"];

impl Seen {
    fn of(protocol: &str, address: IpAddr, port: u16) -> Self {
        let number = PROTOCOLS.iter().position(|known| *known == protocol).unwrap_or_default();
        let address = match address {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        let port = (number as u32) << 16 | u32::from(port);
        Self { address: address.to_bits(), port, ..Self::default() }
    }

    fn key(&self) -> (u32, u128) {
        (self.port, self.address)
    }

    /// The other end, of which nothing was counted yet.
    fn contact(&self) -> Contact {
        let protocol = PROTOCOLS[(self.port >> 16) as usize];
        let address = IpAddr::V6(Ipv6Addr::from_bits(self.address)).to_canonical();
        Contact { protocol, address, port: self.port as u16, open: 0, unanswered: 0, begun: 0, failed: 0 }
    }
}

impl Contact {
    fn count(&mut self, seen: &Seen) {
        self.open += u64::from(seen.open);
        self.unanswered += u64::from(seen.is_unanswered);
        self.begun += u64::from(seen.is_begun);
        self.failed += u64::from(seen.has_failed);
    }
}

/// Whom the process has to do with, as of one look.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Contacts {
    tcp: Known,
    udp: Known,
    /// By protocol, port and address.
    #[serde(skip)]
    pub(super) all: Vec<Contact>,
    #[serde(skip)]
    seen: Vec<Seen>,
    #[serde(skip)]
    pub(super) begun: Vec<Begun>,
    /// Ports, in order.
    listening: Vec<u16>,
}

impl Contacts {
    /// Looks at the sockets and events of a moment.
    pub(super) fn look(&mut self, scene: &Scene<'_>) {
        self.seen.clear();
        self.begun.clear();
        let is_watched = matches!(scene.now.events, Some(Ok(_)));
        self.listen(scene);
        let (tcp, udp) = (std::mem::take(&mut self.tcp), std::mem::take(&mut self.udp));
        self.tcp = self.take_sockets(scene, &TCP, tcp, !is_watched);
        self.udp = self.take_sockets(scene, &UDP, udp, true);
        self.take_events(scene);
        self.sum_up();
    }

    /// Those at a port.
    pub(super) fn at(&self, protocol: &str, port: u16) -> &[Contact] {
        let to = (protocol, port);
        let begin = self.all.partition_point(|it| (it.protocol, it.port) < to);
        let end = begin + self.all[begin..].partition_point(|it| (it.protocol, it.port) == to);
        &self.all[begin..end]
    }

    /// Puts what was seen in order, and counts it by the other end.
    fn sum_up(&mut self) {
        self.seen.sort_unstable_by_key(Seen::key);
        self.all.clear();
        for ends in self.seen.chunk_by(|one, other| one.key() == other.key()) {
            let mut contact = ends[0].contact();
            ends.iter().for_each(|seen| contact.count(seen));
            self.all.push(contact);
        }
    }

    /// Where connections are waited for: by the process, and by its parent, which it may have them from.
    fn listen(&mut self, scene: &Scene<'_>) {
        let Some(sockets) = scene.now.sockets(&TCP) else { return };
        self.listening.clear();
        // They stand first.
        let all = sockets.places(false).iter().filter_map(|place| sockets.get(*place));
        self.listening.extend(all.take_while(|it| it.inet.st == LISTEN).map(|it| it.inet.local_port));
        self.listening.sort_unstable();
        self.listening.dedup();
    }

    fn take_sockets(
        &mut self,
        scene: &Scene<'_>,
        kind: &'static SocketKind,
        known: Known,
        is_told: bool,
    ) -> Known {
        if !scene.knows_own() || !scene.has_read(kind) {
            return known;
        }
        let mut walk = Walk::along(known);
        for socket in scene.held(kind) {
            if !self.is_outgoing(&socket) {
                continue;
            }
            let (inet, number) = (socket.inet, socket.diag().map_or(socket.inet.inode, |row| row.cookie));
            let is_begun = walk.is_new(key(inet), number) && is_told;
            let is_unanswered = inet.st == SYN_SENT && inet.retransmits > 0;
            let seen = Seen::of(kind.name, inet.remote_address, inet.remote_port);
            self.seen.push(Seen { open: true, is_unanswered, is_begun, ..seen });
            if is_begun {
                let to = (kind.name, inet.remote_address.to_canonical(), inet.remote_port);
                self.begun.push(Begun { to, at: scene.at() });
            }
        }
        walk.end()
    }

    /// It was made by the process: nobody waits for connections at its own port, which mostly is one that the kernel has
    /// chosen.
    fn is_outgoing(&self, socket: &Socket<'_>) -> bool {
        let inet = socket.inet;
        let is_served = || self.listening.binary_search(&inet.local_port).is_ok();
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
            self.seen.push(Seen { is_begun: true, has_failed, ..Seen::of(to.0, to.1, to.2) });
            let at = if record.since > 0 { record.since } else { record.time };
            self.begun.push(Begun { to, at });
        }
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

    /// Which of these sockets are new beside those that are known.
    fn new(known: &mut Known, sockets: &[(u128, u64)]) -> Vec<u64> {
        let mut walk = Walk::along(std::mem::take(known));
        let is_new = |walk: &mut Walk, (place, number): (u128, u64)| walk.is_new(place, number);
        let new = sockets.iter().filter(|socket| is_new(&mut walk, **socket)).map(|(_, number)| *number);
        let new = new.collect();
        *known = walk.end();
        new
    }

    #[test]
    fn sockets_that_were_not_there_are_new() {
        let mut known = Known::default();
        assert_eq!(
            new(&mut known, &[(1, 11), (5, 15)]),
            [0_u64; 0],
            "nobody knows when those of the first look began"
        );
        assert_eq!(new(&mut known, &[(1, 11), (3, 13), (5, 15), (9, 19)]), [13, 19]);
        // One went, and another one stands in its place; two stand in one place, in another order.
        assert_eq!(new(&mut known, &[(3, 23), (5, 25), (5, 15), (9, 19)]), [23, 25]);
        assert_eq!(new(&mut known, &[(5, 15), (5, 25)]), [0_u64; 0]);
        assert_eq!(new(&mut known, &[]), [0_u64; 0]);
        assert_eq!(new(&mut known, &[(5, 15)]), [15]);
    }

    #[test]
    fn what_is_beyond_the_bound_is_not_new() {
        let mut known = Known::default();
        new(&mut known, &[]);
        let many: Vec<_> = (0..2 * SOCKETS as u64).map(|number| (number.into(), number)).collect();
        assert_eq!(new(&mut known, &many).len(), SOCKETS);
        assert_eq!(known.sockets.len(), SOCKETS);
    }

    #[test]
    fn ends_are_counted_together_and_found_by_their_port() {
        let mut contacts = Contacts::default();
        let end = |protocol, address: &str, port| Seen::of(protocol, address.parse().unwrap(), port);
        contacts.seen = vec![
            Seen { open: true, ..end("udp", "192.0.2.1", 443) },
            Seen { open: true, is_begun: true, ..end("tcp", "::ffff:192.0.2.1", 443) },
            Seen { is_begun: true, has_failed: true, ..end("tcp", "192.0.2.1", 443) },
            Seen { open: true, is_unanswered: true, ..end("tcp", "2001:db8::1", 443) },
            Seen { open: true, ..end("tcp", "192.0.2.1", 80) },
        ];
        contacts.sum_up();
        let [first, second] = contacts.at("tcp", 443) else { panic!("{:?}", contacts.all) };
        assert_eq!(
            (first.address.to_string(), second.address.to_string()),
            ("192.0.2.1".into(), "2001:db8::1".into())
        );
        assert_eq!((first.open, first.unanswered, first.begun, first.failed), (1, 0, 2, 1));
        assert_eq!((second.open, second.unanswered, second.begun, second.failed), (1, 1, 0, 0));
        let lengths = [("tcp", 80), ("udp", 443), ("tcp", 81), ("udp", 80)]
            .map(|(what, port)| contacts.at(what, port).len());
        assert_eq!((lengths, contacts.all.len()), ([1, 1, 0, 0], 4));
    }

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
