//! Sums of all sockets of a scope, and the first of them by several orders: made once a tick, in one pass, with
//! no more kept than is shown.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::IpAddr;

use procnet::Value;
use procnet::diag::{DiagSocket, Transport};
use procnet::proc::inet::LISTEN;

use super::super::sockets::Seen;
use super::super::state_of;
use crate::census::{Census, Entry};
use crate::rates::{self, Earlier};
use crate::snapshot::Snapshot;
use crate::sockets::Socket;
use crate::tally::{Figure, Figures};

/// How many of the busiest connections and hosts are shown, and of those with the longest round trip.
const BUSIEST: usize = 10;
const SLOWEST: usize = 5;

/// States of connections that are over: what is left of them only waits.
const TIME_WAIT: u8 = 6;

/// All of it.
#[derive(Default)]
pub(crate) struct Summary {
    /// By protocol, or family.
    pub(super) protocols: Vec<Protocol>,
    /// By protocol and state.
    pub(super) states: Vec<State>,
    /// Numbers in the census: of listening sockets, ...
    pub(super) listeners: Vec<u32>,
    /// ...of connections that moved most in the last tick, ...
    pub(super) busiest: Vec<u32>,
    /// ...of connections with the longest round trip.
    pub(super) slowest: Vec<u32>,
    /// Hosts that it is connected to.
    pub(super) hosts: Vec<Host>,
}

/// Sums of sockets.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) sockets: u64,
    pub(super) rx_queue: u64,
    pub(super) tx_queue: u64,
}

/// The sockets of one protocol.
#[derive(Default)]
pub(super) struct Protocol {
    pub(super) name: &'static str,
    pub(super) sum: Sum,
    /// Packets dropped, where any of them tells it.
    pub(super) drops: Option<u64>,
    /// The same a second.
    pub(super) drops_rate: Option<f64>,
    /// What those moved that tell it.
    pub(super) figures: Option<Figures>,
    /// Bytes acknowledged and received a second.
    pub(super) rates: Option<[f64; 2]>,
}

/// The sockets of one protocol in one state.
pub(super) struct State {
    pub(super) protocol: &'static str,
    pub(super) state: Option<&'static str>,
    pub(super) sum: Sum,
}

/// What is known of a remote address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Host {
    pub(super) address: IpAddr,
    pub(super) connections: u64,
    /// Bytes acknowledged and received a second, of those that tell it.
    pub(super) rates: Option<[f64; 2]>,
    /// Bytes moved in the last tick.
    moved: u64,
    /// The longest round trip of them.
    pub(super) rtt_us: Option<u32>,
}

/// The greatest so many of what comes, without sorting the rest.
struct Top<T> {
    most: usize,
    heap: BinaryHeap<Reverse<T>>,
}

impl<T: Ord> Top<T> {
    fn new(most: usize) -> Self {
        Self { most, heap: BinaryHeap::with_capacity(most + 1) }
    }

    fn push(&mut self, item: T) {
        if self.heap.len() < self.most {
            self.heap.push(Reverse(item));
        } else if self.heap.peek().is_some_and(|least| least.0 < item) {
            self.heap.pop();
            self.heap.push(Reverse(item));
        }
    }

    /// From the greatest on.
    fn into_vec(self) -> Vec<T> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(item)| item).collect()
    }
}

/// The pass over all sockets.
struct Pass {
    summary: Summary,
    hosts: HashMap<IpAddr, Host>,
    /// By bytes moved, and by the round trip; of equals the one that stands first.
    busiest: Top<(u64, Reverse<u32>)>,
    slowest: Top<(u32, Reverse<u32>)>,
}

/// What a socket of IP moved since the last tick.
#[derive(Clone, Copy)]
struct Moved {
    /// Bytes acknowledged and received.
    bytes: [u64; 2],
    /// Nanoseconds in which it did.
    elapsed: u64,
}

impl Moved {
    fn rates(&self) -> Option<[f64; 2]> {
        let rate = |bytes| rates::per_second(0, bytes, self.elapsed);
        Some([rate(self.bytes[0])?, rate(self.bytes[1])?])
    }
}

impl Summary {
    /// Sums up the sockets of a scope.
    pub(crate) fn of(snapshot: &Snapshot, census: &Census) -> Self {
        let mut pass = Pass {
            summary: Self::default(),
            hosts: HashMap::new(),
            busiest: Top::new(BUSIEST),
            slowest: Top::new(SLOWEST),
        };
        for (number, entry) in (0..).zip(census.entries()) {
            match *entry {
                Entry::Inet(kind, place) => {
                    let Some(socket) = census.inet(kind, place) else { continue };
                    let before = snapshot.source(socket.list.source);
                    let before = before.and_then(|it| Some((it.before.as_ref()?, it.elapsed())));
                    pass.inet(number, &socket, place.row as usize, before);
                }
                Entry::Other(_) => {
                    if let Some(socket) = Seen::of(snapshot, census, *entry) {
                        pass.other(number, &socket);
                    }
                }
                Entry::Unknown(_) => pass.count("unknown", None, Sum { sockets: 1, ..Sum::default() }),
            }
        }
        pass.end()
    }

    /// The sums of a protocol.
    pub(super) fn protocol(&self, name: &str) -> Option<&Protocol> {
        self.protocols.iter().find(|protocol| protocol.name == name)
    }
}

impl Pass {
    fn inet(&mut self, number: u32, socket: &Socket<'_>, row: usize, before: Option<(&Earlier, u64)>) {
        let (name, state) = (protocol_of(socket), state_name(socket));
        let is_listening = socket.inet.st == LISTEN;
        let rx_queue = if is_listening { 0 } else { socket.inet.rx_queue.into() };
        self.count(name, state, Sum { sockets: 1, rx_queue, tx_queue: socket.inet.tx_queue.into() });
        if is_listening {
            self.summary.listeners.push(number);
        }
        let detail = socket.detail();
        let info = detail.and_then(|detail| detail.connection());
        let figures = info.map(Figures::of).or_else(|| detail.and_then(|detail| Figures::of_socket(&detail)));
        let moved = figures.and_then(|now| moved(&now, row, before));
        let drops = socket.inet.drops.map(u64::from);
        let dropped = drops.zip(before).and_then(|(now, (before, elapsed))| {
            let (old, _) = before.row::<DiagSocket>(row)?;
            rates::per_second(old.socket.drops?.into(), now, elapsed)
        });
        let protocol = self.protocol(name);
        if let Some(drops) = drops {
            *protocol.drops.get_or_insert(0) += drops;
        }
        if let Some(dropped) = dropped {
            *protocol.drops_rate.get_or_insert(0.0) += dropped;
        }
        if let Some(figures) = &figures {
            protocol.figures.get_or_insert_default().add(figures);
        }
        if let Some(rates) = moved.and_then(|moved| moved.rates()) {
            add(&mut protocol.rates, rates);
        }
        let rtt = info.and_then(|info| info.rtt_us()).filter(|rtt| *rtt > 0);
        if let Some(rtt) = rtt {
            self.slowest.push((rtt, Reverse(number)));
        }
        if let Some(bytes) = moved.map(|moved| moved.bytes[0] + moved.bytes[1]).filter(|bytes| *bytes > 0) {
            self.busiest.push((bytes, Reverse(number)));
        }
        // Raw sockets have no connections.
        if socket.inet.remote_port != 0 && socket.inet.st != TIME_WAIT {
            self.host(socket.inet.remote_address.to_canonical(), moved, rtt);
        }
    }

    fn host(&mut self, address: IpAddr, moved: Option<Moved>, rtt: Option<u32>) {
        let new = Host { address, connections: 0, rates: None, moved: 0, rtt_us: None };
        let host = self.hosts.entry(address).or_insert(new);
        host.connections += 1;
        host.rtt_us = host.rtt_us.max(rtt);
        if let Some(moved) = moved {
            host.moved += moved.bytes[0] + moved.bytes[1];
            if let Some(rates) = moved.rates() {
                add(&mut host.rates, rates);
            }
        }
    }

    fn other(&mut self, number: u32, socket: &Seen<'_>) {
        let name = match socket.kind() {
            // `unix stream` and `unix dgram` are one family.
            Value::Label(kind) => kind.split(' ').next().unwrap_or(kind),
            _ => "other",
        };
        let state = match socket.state() {
            Value::Label(state) => Some(state),
            _ => None,
        };
        let count = |value: Value<'_>| value.count().unwrap_or(0);
        let sum = Sum { sockets: 1, rx_queue: count(socket.rx_queue()), tx_queue: count(socket.tx_queue()) };
        self.count(name, state, sum);
        if state == Some("LISTEN") {
            self.summary.listeners.push(number);
        }
        if let Some(drops) = socket.drops().count() {
            *self.protocol(name).drops.get_or_insert(0) += drops;
        }
    }

    fn count(&mut self, protocol: &'static str, state: Option<&'static str>, sum: Sum) {
        let states = &mut self.summary.states;
        let place = match states.iter().position(|it| (it.protocol, it.state) == (protocol, state)) {
            Some(place) => place,
            None => {
                states.push(State { protocol, state, sum: Sum::default() });
                states.len() - 1
            }
        };
        states[place].sum.add(sum);
        self.protocol(protocol).sum.add(sum);
    }

    fn protocol(&mut self, name: &'static str) -> &mut Protocol {
        let protocols = &mut self.summary.protocols;
        let place = match protocols.iter().position(|protocol| protocol.name == name) {
            Some(place) => place,
            None => {
                protocols.push(Protocol { name, ..Protocol::default() });
                protocols.len() - 1
            }
        };
        &mut protocols[place]
    }

    fn end(self) -> Summary {
        let mut hosts = Top::new(BUSIEST);
        for (address, host) in &self.hosts {
            hosts.push((host.moved, host.connections, Reverse(*address)));
        }
        let hosts =
            hosts.into_vec().into_iter().filter_map(|(.., Reverse(address))| self.hosts.get(&address));
        Summary {
            hosts: hosts.copied().collect(),
            busiest: self.busiest.into_vec().into_iter().map(|(_, Reverse(number))| number).collect(),
            slowest: self.slowest.into_vec().into_iter().map(|(_, Reverse(number))| number).collect(),
            ..self.summary
        }
    }
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.sockets += other.sockets;
        self.rx_queue += other.rx_queue;
        self.tx_queue += other.tx_queue;
    }
}

fn add(sum: &mut Option<[f64; 2]>, rates: [f64; 2]) {
    let sum = sum.get_or_insert([0.0; 2]);
    sum[0] += rates[0];
    sum[1] += rates[1];
}

/// What a socket moved since the reading before; `None` where that did not have it, or it went back.
fn moved(now: &Figures, row: usize, before: Option<(&Earlier, u64)>) -> Option<Moved> {
    let (before, elapsed) = before?;
    let (old, table) = before.row::<DiagSocket>(row)?;
    let old = Figures::of_socket(&old.detail(&table.texts))?;
    let grown = |figure| rates::growth(old.get(figure)?, now.get(figure)?);
    let bytes = [grown(Figure::BytesAcked)?, grown(Figure::BytesReceived)?];
    Some(Moved { bytes, elapsed })
}

fn protocol_of(socket: &Socket<'_>) -> &'static str {
    match socket.list.part.protocols[0] {
        "icmp" => "ping",
        protocol => protocol,
    }
}

fn state_name(socket: &Socket<'_>) -> Option<&'static str> {
    match socket.list.part.transport {
        Transport::Tcp | Transport::Mptcp | Transport::Sctp => Some(state_of(socket.inet.st)),
        _ if socket.inet.st == 1 => Some("CONNECTED"),
        _ => Some("UNCONNECTED"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_are_kept_in_their_order() {
        let mut top = Top::new(3);
        for number in [5, 1, 9, 7, 2, 9, 0] {
            top.push(number);
        }
        assert_eq!(top.into_vec(), [9, 9, 7]);
        let mut none: Top<u8> = Top::new(0);
        none.push(1);
        assert!(none.into_vec().is_empty());
    }
}
