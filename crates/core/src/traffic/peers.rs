//! What was moved to and from whom: by remote address and by port, sockets that are closed included.
//!
//! Of closed sockets the sums are kept with each process, in a room that is bounded for each and for all; what there is no
//! room to tell apart is told in sum.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::record::{ProcessId, SeenSocket};
use super::{Counts, Moved, Process, Socket, Traffic};

/// Addresses and ports of one process that are told apart.
const OF_ONE: usize = 4096;

/// Of all processes together.
const OF_ALL: usize = 65_536;

/// A remote address, and what is spoken with it; without an address: sockets that have no other end of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Host {
    /// What the sockets speak.
    pub protocol: &'static str,
    /// The address; one of IPv4 on a socket of IPv6 is that of IPv4.
    pub address: Option<IpAddr>,
}

/// A port, and what is spoken there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Port {
    /// What the sockets speak.
    pub protocol: &'static str,
    /// It is the other end's.
    pub is_remote: bool,
    /// Its number.
    pub number: u16,
}

impl Host {
    fn of(seen: &SeenSocket) -> Option<Self> {
        let address = seen.remote.map(|address| address.to_canonical())?;
        let address = Some(address).filter(|address| !address.is_unspecified());
        Some(Self { protocol: seen.speaks(), address })
    }
}

impl Port {
    /// Of the two ports of a connection the lower one, which mostly is that of the service.
    fn of(seen: &SeenSocket) -> Option<Self> {
        let protocol = seen.speaks();
        // What stands in the place of a port is a protocol, or chosen by the sender.
        if seen.local.is_none() || matches!(protocol, "raw" | "ping_sockets") {
            return None;
        }
        let is_remote = seen.remote_port > 0 && seen.remote_port < seen.local_port;
        let number = if is_remote { seen.remote_port } else { seen.local_port };
        Some(Self { protocol, is_remote, number })
    }
}

/// Sums of sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// What was moved.
    pub moved: Moved,
    /// Through how many sockets.
    pub sockets: u64,
    /// Of these, those that had another end.
    pub conns: u64,
    /// Segments that TCP sent again.
    pub retrans: u64,
    /// Of these, those of the last tick.
    pub retrans_lately: u64,
}

impl Part {
    fn of(socket: &Socket) -> Self {
        let Socket { moved, seen, retrans_lately, .. } = *socket;
        Self {
            moved,
            sockets: 1,
            conns: u64::from(seen.is_connected()),
            retrans: seen.retrans.into(),
            retrans_lately: retrans_lately.into(),
        }
    }

    fn add(&mut self, other: Self) {
        self.moved += other.moved;
        self.sockets += other.sockets;
        self.conns += other.conns;
        self.retrans += other.retrans;
        self.retrans_lately += other.retrans_lately;
    }

    fn add_past(&mut self, past: Past) {
        let Past { counts, sockets, conns, retrans } = past;
        let moved = Moved { counts, lately: Counts::default() };
        self.add(Self { moved, sockets, conns, retrans, retrans_lately: 0 });
    }

    fn order(&self) -> [Reverse<u64>; 2] {
        let sum = |counts: Counts| Reverse(counts.rx_bytes.saturating_add(counts.tx_bytes));
        [sum(self.moved.lately), sum(self.moved.counts)]
    }
}

/// Sums of sockets that are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Past {
    counts: Counts,
    sockets: u64,
    conns: u64,
    retrans: u64,
}

impl Past {
    fn add(&mut self, other: Self) {
        self.counts += other.counts;
        self.sockets += other.sockets;
        self.conns += other.conns;
        self.retrans += other.retrans;
    }
}

/// What a process moved through sockets that are closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Over {
    hosts: HashMap<Host, Past>,
    ports: HashMap<Port, Past>,
    /// What there was no room for.
    hosts_rest: Past,
    ports_rest: Past,
}

impl Over {
    /// A socket is closed. `used` counts the entries of all processes.
    pub(super) fn fold(&mut self, socket: &Socket, used: &mut usize) {
        let Part { moved, sockets, conns, retrans, .. } = Part::of(socket);
        let past = Past { counts: moved.counts, sockets, conns, retrans };
        if let Some(host) = Host::of(&socket.seen) {
            put(&mut self.hosts, &mut self.hosts_rest, host, past, used);
        }
        if let Some(port) = Port::of(&socket.seen) {
            put(&mut self.ports, &mut self.ports_rest, port, past, used);
        }
    }

    /// Takes over what another process had, which is not told of by itself any more.
    pub(super) fn absorb(&mut self, other: &Self, used: &mut usize) {
        *used = used.saturating_sub(other.hosts.len() + other.ports.len());
        for (host, past) in &other.hosts {
            put(&mut self.hosts, &mut self.hosts_rest, *host, *past, used);
        }
        for (port, past) in &other.ports {
            put(&mut self.ports, &mut self.ports_rest, *port, *past, used);
        }
        self.hosts_rest.add(other.hosts_rest);
        self.ports_rest.add(other.ports_rest);
    }
}

fn put<K: Hash + Eq>(map: &mut HashMap<K, Past>, rest: &mut Past, key: K, past: Past, used: &mut usize) {
    if let Some(known) = map.get_mut(&key) {
        known.add(past);
    } else if map.len() < OF_ONE && *used < OF_ALL {
        *used += 1;
        map.insert(key, past);
    } else {
        rest.add(past);
    }
}

/// The parts of some processes, those first that moved most; a part without a key is what could not be told apart.
pub struct Peers {
    /// By remote address.
    pub hosts: Vec<(Option<Host>, Part)>,
    /// By port.
    pub ports: Vec<(Option<Port>, Part)>,
}

impl Peers {
    /// Those of the processes that are meant.
    pub fn of(traffic: &Traffic, is_meant: impl Fn(&Process) -> bool) -> Self {
        let mut hosts: HashMap<Option<Host>, Part> = HashMap::new();
        let mut ports: HashMap<Option<Port>, Part> = HashMap::new();
        let mut meant: HashSet<ProcessId> = HashSet::new();
        for process in traffic.processes.iter().filter(|process| is_meant(process)) {
            meant.insert(process.seen.id);
            let over = &process.over;
            over.hosts.iter().for_each(|(host, past)| hosts.entry(Some(*host)).or_default().add_past(*past));
            over.ports.iter().for_each(|(port, past)| ports.entry(Some(*port)).or_default().add_past(*past));
            let not_split = process.by_protocol.iter().filter(|(protocol, _)| *protocol == super::NOT_SPLIT);
            let not_split = Part {
                moved: not_split.map(|(_, moved)| *moved).next().unwrap_or_default(),
                ..Part::default()
            };
            let rest = hosts.entry(None).or_default();
            rest.add_past(over.hosts_rest);
            rest.add(not_split);
            let rest = ports.entry(None).or_default();
            rest.add_past(over.ports_rest);
            rest.add(not_split);
        }
        for socket in traffic.sockets.iter().filter(|socket| meant.contains(&socket.id)) {
            let part = Part::of(socket);
            if let Some(host) = Host::of(&socket.seen) {
                hosts.entry(Some(host)).or_default().add(part);
            }
            if let Some(port) = Port::of(&socket.seen) {
                ports.entry(Some(port)).or_default().add(part);
            }
        }
        Self { hosts: sorted(hosts), ports: sorted(ports) }
    }
}

/// Those that moved most first; what could not be told apart only where there is some.
fn sorted<K: Ord + Copy>(parts: HashMap<Option<K>, Part>) -> Vec<(Option<K>, Part)> {
    let mut parts: Vec<_> =
        parts.into_iter().filter(|(key, part)| key.is_some() || *part != Part::default()).collect();
    parts.sort_unstable_by_key(|(key, part)| (part.order(), *key));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(remote: [u8; 4], local_port: u16, remote_port: u16, rx_bytes: u64) -> Socket {
        let counts = Counts { rx_bytes, rx_calls: 1, ..Counts::default() };
        let seen = SeenSocket {
            local: Some(IpAddr::from([10, 0, 0, 1])),
            remote: Some(IpAddr::from(remote)),
            netns: 1,
            local_port,
            remote_port,
            family: 2,
            kind: 1,
            protocol: 6,
            closed: true,
            retrans: 1,
        };
        let moved = Moved { counts, lately: counts };
        let id = ProcessId::default();
        Socket { cookie: 1, id, is_own: true, moved, seen, retrans_lately: 1 }
    }

    #[test]
    fn there_is_room_for_so_many_and_the_rest_is_a_sum() {
        let (mut over, mut used) = (Over::default(), 0);
        for number in 0..OF_ONE as u32 + 100 {
            let [_, high, mid, low] = number.to_be_bytes();
            over.fold(&socket([10, high, mid, low], 40_000, 443, 10), &mut used);
        }
        assert_eq!((over.hosts.len(), over.ports.len(), used), (OF_ONE, 1, OF_ONE + 1));
        assert_eq!((over.hosts_rest.counts.rx_bytes, over.hosts_rest.sockets), (1000, 100));
        let all = over.ports.values().next().unwrap();
        assert_eq!((all.sockets, all.conns, all.retrans), (4196, 4196, 4196));
        // Another process finds less room, and none where all of it is used.
        let (mut other, mut full) = (Over::default(), OF_ALL);
        other.fold(&socket([10, 0, 0, 9], 40_000, 443, 10), &mut full);
        assert_eq!((other.hosts.len(), other.hosts_rest.counts.rx_bytes), (0, 10));
        let mut sum = Over::default();
        sum.absorb(&over, &mut used);
        sum.absorb(&other, &mut used);
        assert_eq!((sum.hosts.len(), sum.hosts_rest.counts.rx_bytes, used), (OF_ONE, 1010, OF_ONE + 1));
    }

    #[test]
    fn the_lower_port_is_that_of_the_service() {
        let port = |local, remote| Port::of(&socket([1, 2, 3, 4], local, remote, 1).seen).unwrap();
        assert_eq!((port(40_000, 443).is_remote, port(40_000, 443).number), (true, 443));
        assert_eq!((port(80, 50_000).is_remote, port(80, 50_000).number), (false, 80));
        assert_eq!((port(5353, 0).is_remote, port(5353, 0).number), (false, 5353));
        let mut seen = socket([0; 4], 5, 0, 1).seen;
        assert_eq!(Host::of(&seen).unwrap().address, None);
        seen.kind = 3;
        assert_eq!((seen.speaks(), Port::of(&seen)), ("raw", None));
        seen.remote = Some("::ffff:192.0.2.1".parse().unwrap());
        assert_eq!(Host::of(&seen).unwrap().address, Some(IpAddr::from([192, 0, 2, 1])));
    }
}
