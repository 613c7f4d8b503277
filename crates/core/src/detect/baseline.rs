//! What a process normally does on the network: where it listens, whom it speaks with, how much it sends. It is learned from
//! what the process does for a while ([`Learner`]), kept in a file that people read and edit, and held against what it does
//! later by the detectors that need it.

use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::net::IpAddr;
use std::str::FromStr;

use serde::Deserialize;

use super::Thresholds;
use super::connections::Known;
use super::scene::Scene;
use crate::dumps;
use crate::format::{harmless_text, rfc3339};
use crate::plan::{Needs, Owners, Plan};
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::sockets::{SocketKind, TCP, UDP};

/// The most listeners and peers that are learned, of each.
const MOST: usize = 4096;

const ESTABLISHED: u8 = 1;
const UNCONNECTED: u8 = 7;
const LISTEN: u8 = 10;

/// What is normal.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Where it listens.
    #[serde(default, deserialize_with = "texts")]
    pub listeners: BTreeSet<Listener>,
    /// Whom it speaks with.
    #[serde(default, deserialize_with = "texts")]
    pub peers: BTreeSet<Peer>,
    /// The most that it sends over TCP in a second.
    #[serde(default)]
    pub sent_bytes_per_second: f64,
}

/// A place where it listens, or receives datagrams: `tcp 0.0.0.0:80`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listener {
    /// What is spoken.
    pub protocol: &'static str,
    /// The own address.
    pub address: IpAddr,
    /// The own port.
    pub port: u16,
}

/// Who is spoken with: `tcp to 192.0.2.0/24 port 443`, `tcp from 192.0.2.0/24 port 80`, where the port is that of whoever was
/// called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peer {
    /// What is spoken.
    pub protocol: &'static str,
    /// The peer has called.
    pub inbound: bool,
    /// Its network: an address in it, and the length of its prefix.
    pub network: (IpAddr, u8),
    /// The port; 0: any.
    pub port: u16,
}

fn protocol(word: &str) -> Result<&'static str, String> {
    let known = ["tcp", "udp"].into_iter().find(|known| *known == word);
    known.ok_or_else(|| format!("{word:?} is neither tcp nor udp"))
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.protocol, std::net::SocketAddr::from((self.address, self.port)))
    }
}

impl FromStr for Listener {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no listener: write it as \"tcp 0.0.0.0:80\" or \"udp [::]:53\"");
        let (word, end) = text.split_once(' ').ok_or_else(wrong)?;
        let end: std::net::SocketAddr = end.trim().parse().map_err(|_| wrong())?;
        Ok(Self { protocol: protocol(word)?, address: end.ip(), port: end.port() })
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.inbound { "from" } else { "to" };
        write!(f, "{} {way} {}/{}", self.protocol, self.network.0, self.network.1)?;
        if self.port > 0 { write!(f, " port {}", self.port) } else { Ok(()) }
    }
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is no peer: write it as \"tcp to 192.0.2.0/24 port 443\" or \"tcp from 0.0.0.0/0\""
            )
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let (word, way, network, port) = match *words {
            [word, way, network] => (word, way, network, "0"),
            [word, way, network, "port", port] => (word, way, network, port),
            _ => return Err(wrong()),
        };
        let inbound = ["to", "from"].into_iter().position(|known| known == way).ok_or_else(wrong)? == 1;
        let (address, prefix) = network.split_once('/').unwrap_or((network, ""));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = if prefix.is_empty() { most } else { prefix.parse().map_err(|_| wrong())? };
        if prefix > most {
            return Err(wrong());
        }
        let port = port.parse().map_err(|_| wrong())?;
        Ok(Self { protocol: protocol(word)?, inbound, network: (address, prefix), port })
    }
}

/// A list of texts that are read one by one.
fn texts<'de, D, T>(deserializer: D) -> Result<BTreeSet<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err = String> + Ord,
{
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(serde::de::Error::custom)).collect()
}

/// The first bits of an address.
fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

/// The network that is learned of an address: 24 bits of IPv4, 64 of IPv6.
fn network(address: IpAddr) -> (IpAddr, u8) {
    let prefix = if address.is_ipv4() { 24 } else { 64 };
    (masked(address, prefix), prefix)
}

/// A connection, as it is held against a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spoken {
    pub(super) protocol: &'static str,
    pub(super) inbound: bool,
    pub(super) address: IpAddr,
    pub(super) port: u16,
}

impl Baseline {
    /// Whether it listens there normally.
    pub(super) fn has_listener(&self, seen: &Listener) -> bool {
        self.listeners.contains(seen)
    }

    /// Whether it speaks so normally.
    pub(super) fn has_peer(&self, seen: &Spoken) -> bool {
        self.peers.iter().any(|peer| {
            let (network, prefix) = peer.network;
            (peer.protocol, peer.inbound) == (seen.protocol, seen.inbound)
                && network.is_ipv4() == seen.address.is_ipv4()
                && masked(network, prefix) == masked(seen.address, prefix)
                && (peer.port == 0 || peer.port == seen.port)
        })
    }
}

/// Where it listens at a moment.
pub(super) fn listeners(scene: &Scene<'_>) -> BTreeSet<Listener> {
    let of = |kind: &SocketKind, protocol: &'static str, state: u8| {
        let sockets =
            scene.held(kind).filter(move |socket| socket.inet.st == state && socket.inet.local_port > 0);
        let listener = move |socket: crate::sockets::Socket<'_>| Listener {
            protocol,
            address: socket.inet.local_address,
            port: socket.inet.local_port,
        };
        sockets.map(listener).collect::<Vec<_>>()
    };
    of(&TCP, "tcp", LISTEN).into_iter().chain(of(&UDP, "udp", UNCONNECTED)).collect()
}

/// Whom it speaks with at a moment.
pub(super) fn spoken(scene: &Scene<'_>) -> BTreeSet<Spoken> {
    let tcp: BTreeSet<u16> = scene
        .held(&TCP)
        .filter(|socket| socket.inet.st == LISTEN)
        .map(|socket| socket.inet.local_port)
        .collect();
    let of = |kind: &SocketKind, protocol: &'static str| {
        let connected = scene.held(kind).filter(|socket| socket.inet.st == ESTABLISHED);
        let spoken = |socket: crate::sockets::Socket<'_>| {
            let inbound = protocol == "tcp" && tcp.contains(&socket.inet.local_port);
            let port = if inbound { socket.inet.local_port } else { socket.inet.remote_port };
            Spoken { protocol, inbound, address: socket.inet.remote_address.to_canonical(), port }
        };
        connected.map(spoken).collect::<Vec<_>>()
    };
    of(&TCP, "tcp").into_iter().chain(of(&UDP, "udp")).collect()
}

/// Payload that was sent and received over TCP since the look before, in bytes, and the seconds in which it was.
pub(super) fn moved(scene: &Scene<'_>) -> Option<(u64, u64, f64)> {
    let connections = scene.connections();
    let elapsed = connections.iter().filter(|it| it.grown.is_some()).map(|it| it.elapsed).max()?;
    let grown = || connections.iter().filter_map(|it| it.grown);
    let sent = grown().map(|it| it.bytes_sent.saturating_sub(it.bytes_retrans)).sum();
    Some((sent, grown().map(|it| it.bytes_received).sum(), elapsed as f64 / 1e9))
}

/// Learns what is normal.
#[derive(Default)]
pub struct Learner {
    baseline: Baseline,
    known: Known,
    last: u64,
    readings: u64,
    begun: i64,
    ended: i64,
    title: String,
    left_out: bool,
}

impl Learner {
    /// What is to be read for it.
    pub fn plan(scope: Scope) -> Plan {
        let mut plan = Plan { owners: Owners::Family, ..Plan::in_scope(scope) };
        plan.add(Needs { dumps: vec![&dumps::TCP, &dumps::UDP], ..Needs::default() }, scope);
        plan
    }

    /// Takes what the process does at a moment.
    pub fn take(&mut self, now: &Snapshot) {
        let thresholds = Thresholds::default();
        let mut scene = Scene::new(now, &thresholds, (self.last, 0));
        scene.compare(&mut self.known);
        for listener in listeners(&scene) {
            if self.baseline.listeners.len() < MOST {
                self.baseline.listeners.insert(listener);
            } else {
                self.left_out = true;
            }
        }
        for Spoken { protocol, inbound, address, port } in spoken(&scene) {
            let peer = Peer { protocol, inbound, network: network(address), port };
            if self.baseline.peers.len() < MOST {
                self.baseline.peers.insert(peer);
            } else {
                self.left_out = true;
            }
        }
        if let Some((sent, _, seconds)) = moved(&scene).filter(|(_, _, seconds)| *seconds > 0.0) {
            let rate = (sent as f64 / seconds).ceil();
            self.baseline.sent_bytes_per_second = self.baseline.sent_bytes_per_second.max(rate);
        }
        if self.readings == 0 {
            self.begun = now.moment.wall;
        }
        self.readings += 1;
        (self.last, self.ended) = (now.moment.boottime, now.moment.wall);
        self.title = now.process.title();
    }

    /// What was learned.
    pub fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    /// The same as a file in TOML, with what each thing in it means.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let Baseline { listeners, peers, sent_bytes_per_second } = &self.baseline;
        let _ = write!(
            text,
            "# What process {} does on the network, as it was from {} to {}, in {} readings.\n\
             # Made by netmonitor learn. Edit it as you like; netmonitor check --baseline FILE tells what leaves it.\n",
            harmless_text(self.title.as_bytes()),
            rfc3339(self.begun),
            rfc3339(self.ended),
            self.readings
        );
        if self.left_out {
            let _ = writeln!(text, "# There was more than is kept: no more than {MOST} of each.");
        }
        text.push_str("\n# Where it listens: protocol, own address, port.\n");
        list(&mut text, "listeners", listeners.iter().map(Listener::to_string));
        text.push_str(
            "\n# Whom it speaks with: to whom it calls, from whom it is called, and the port of whoever was called. A network may be\n\
             # of any length (192.0.2.7/32, 0.0.0.0/0); without a port any is meant.\n",
        );
        list(&mut text, "peers", peers.iter().map(Peer::to_string));
        let _ = write!(
            text,
            "\n# The most that it sent over TCP in a second.\nsent_bytes_per_second = {sent_bytes_per_second:.1}\n"
        );
        text
    }
}

fn list(text: &mut String, name: &str, entries: impl Iterator<Item = String>) {
    let _ = writeln!(text, "{name} = [");
    entries.for_each(|entry| _ = writeln!(text, "  \"{entry}\","));
    text.push_str("]\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_read_as_they_are_written() {
        for text in ["tcp 0.0.0.0:80", "udp [::]:53"] {
            assert_eq!(text.parse::<Listener>().unwrap().to_string(), text);
        }
        for text in ["tcp to 192.0.2.0/24 port 443", "udp from 2001:db8::/64", "tcp from 0.0.0.0/0 port 80"] {
            assert_eq!(text.parse::<Peer>().unwrap().to_string(), text);
        }
        for wrong in ["", "tcp", "sctp 0.0.0.0:80", "tcp 0.0.0.0", "tcp 0.0.0.0:70000"] {
            assert!(wrong.parse::<Listener>().is_err(), "{wrong}");
        }
        for wrong in
            ["", "tcp to", "tcp at 192.0.2.0/24", "tcp to 192.0.2.0/33", "tcp to x", "tcp to ::/0 port x"]
        {
            assert!(wrong.parse::<Peer>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn networks_hold_their_addresses() {
        let peers = ["tcp to 192.0.2.9/24 port 443", "udp to 2001:db8::/64", "tcp from 0.0.0.0/0 port 80"];
        let baseline =
            Baseline { peers: peers.map(|peer| peer.parse().unwrap()).into(), ..Baseline::default() };
        let has = |protocol, inbound, address: &str, port| {
            baseline.has_peer(&Spoken { protocol, inbound, address: address.parse().unwrap(), port })
        };
        assert!(has("tcp", false, "192.0.2.200", 443) && has("udp", false, "2001:db8::9", 53));
        assert!(has("tcp", true, "203.0.113.1", 80));
        assert!(!has("tcp", false, "192.0.3.1", 443) && !has("tcp", false, "192.0.2.1", 80));
        assert!(!has("udp", false, "192.0.2.1", 443) && !has("tcp", true, "2001:db8::9", 80));
    }
}
