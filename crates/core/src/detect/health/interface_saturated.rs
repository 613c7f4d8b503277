//! `interface-saturated`.

use std::collections::HashMap;

use procnet::Table;
use procnet::genl::linkmodes::{Duplex, LinkMode};
use procnet::proc::dev::Dev;
use procnet::rtnl::link::Link;
use serde::{Deserialize, Serialize};

use crate::detect::memory::Share;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::link_modes::LinkModes;
use crate::plan::Needs;
use crate::rates;
use crate::scope::Scope;

static PERCENT: Threshold = Threshold {
    name: "interface-saturated-percent",
    usual: 90.0,
    unit: "percent",
    doc: "Part of what a link can carry from which it is full.",
    source: "ours",
};

static SECONDS: Threshold = Threshold {
    name: "interface-saturated-seconds",
    usual: 5.0,
    unit: "seconds",
    doc: "For how long, on average.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "interface-saturated",
    title: "the link of an interface is full",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs { seldom: vec![&dumps::LINK_MODES, &dumps::LINK], ..Needs::files(&["dev"]) },
    thresholds: &[&PERCENT, &SECONDS],
    rule: Rule::Look(|| Box::<Saturated>::default()),
    why: "Nearly as much goes over the link as its driver says that it can carry: packets wait in front of it or are dropped, and everything that uses it becomes slow. A lower limit that somebody has set (tc) is not known here.",
    next: "See which process and which connection moves most (top, columns rx_bytes_rate and tx_bytes_rate); move large transfers to another time or limit them (tc); see whether both ends agree on the speed (columns speed and duplex of tab traffic): a tenth of what is expected is often a bad cable.",
    references: "ethtool(8); Documentation/networking/ethtool-netlink.rst, LINKMODES_GET; IEEE 802.3, 4A.4.2",
};

/// The most interfaces that are remembered.
const MOST: usize = 256;

/// What virtual interfaces of these kinds tell unless somebody sets it: a number that limits nothing.
const NOMINAL: [(&[u8], u32); 3] = [(b"veth", 10_000), (b"tun", 10), (b"tun", 10_000)];

/// `IFF_UP`, `IFF_LOOPBACK`.
const UP: u32 = 0x1;
const LOOPBACK: u32 = 0x8;

/// Bytes on the wire beside each packet, which the kernel does not count: preamble, checksum and the gap between two
/// (IEEE 802.3).
const FRAMING: u64 = 8 + 4 + 12;

/// What a link can carry.
#[derive(Serialize, Deserialize)]
struct Carries {
    /// Bits a second, each way; of both together where the ends take turns.
    speed: f64,
    is_half: bool,
    /// Bits that were received and sent, of those that could be.
    lately: [Share; 2],
}

#[derive(Default, Serialize, Deserialize)]
struct Saturated {
    known: HashMap<Vec<u8>, Carries>,
    /// Interfaces whose limit is not known: real ones, and virtual ones that have none of their own.
    unknown: Unknown,
}

#[derive(Default, Serialize, Deserialize)]
struct Unknown {
    real: Vec<String>,
    are_virtual: bool,
}

impl Saturated {
    /// Reads what links can carry, when that or the list of interfaces was read since.
    fn read(&mut self, scene: &Scene<'_>) {
        let is_read = |dump: &dumps::Dump| scene.source(dump.name).is_some();
        if !is_read(&dumps::LINK_MODES) && !is_read(&dumps::LINK) {
            return;
        }
        let Some(links) = scene.now.source(dumps::LINK.name) else { return };
        let Some(links) = links.table.as_any().downcast_ref::<Table<Link>>() else { return };
        let modes = LinkModes::of(scene.now);
        let mut before = std::mem::take(&mut self.known);
        self.unknown = Unknown::default();
        for link in links.iter().filter(|link| link.flags.0 & (UP | LOOPBACK) == UP) {
            let (name, kind) = (links.texts.get(link.interface), link.kind.map(|kind| links.texts.get(kind)));
            match modes.get(name).and_then(|mode| limit(mode, kind)) {
                Some((speed, is_half)) if self.known.len() < MOST => {
                    let known = before.remove(name).filter(|known| known.speed == speed);
                    let seconds = scene.limit(&SECONDS);
                    let lately = || std::array::from_fn(|_| Share::seconds(seconds));
                    let lately = known.map_or_else(lately, |known| known.lately);
                    self.known.insert(name.to_vec(), Carries { speed, is_half, lately });
                }
                Some(_) => {}
                None => self.unknown.add(name, kind.is_some()),
            }
        }
    }
}

/// Bits a second that a link carries, and whether that is of both directions together.
fn limit(mode: &LinkMode, kind: Option<&[u8]>) -> Option<(f64, bool)> {
    let speed = mode.speed.filter(|speed| *speed > 0)?;
    let is_nominal = kind.is_some_and(|kind| NOMINAL.contains(&(kind, speed)));
    (!is_nominal).then(|| (f64::from(speed) * 1e6, mode.duplex == Some(Duplex::HALF)))
}

impl Unknown {
    fn add(&mut self, name: &[u8], is_virtual: bool) {
        /// So many are named.
        const FEW: usize = 3;
        self.are_virtual |= is_virtual;
        match self.real.len() {
            _ if is_virtual => {}
            FEW => self.real.push("…".to_owned()),
            0..FEW => self.real.push(String::from_utf8_lossy(name).into_owned()),
            _ => {}
        }
    }

    /// Says so.
    fn tell(&self, knows_some: bool, found: &mut Found<'_>) {
        if !self.real.is_empty() {
            found.could_not_look(format!("the driver of {} does not tell its speed", self.real.join(", ")));
        } else if self.are_virtual && !knows_some {
            found.looks_elsewhere("the interfaces here are virtual: they have no speed of their own");
        }
    }
}

impl Carries {
    /// Adds what was moved in so many nanoseconds: packets and bytes, received and sent. Gives what is full, and how full.
    fn add(
        &mut self,
        [received, sent]: [u64; 2],
        elapsed: u64,
        scene: &Scene<'_>,
    ) -> impl Iterator<Item = (&'static str, f64)> {
        let ways: &[(&str, u64)] = match self.is_half {
            true => &[("received and sent", received.saturating_add(sent))],
            false => &[("received", received), ("sent", sent)],
        };
        let could = (self.speed * elapsed as f64 / 1e9) as u64;
        let (percent, seconds) = (scene.limit(&PERCENT), scene.limit(&SECONDS));
        let mut full = [None; 2];
        for (place, ((way, bits), lately)) in ways.iter().zip(&mut self.lately).enumerate() {
            let (part, whole) = lately.add((*bits, could), scene.at());
            let share = part as f64 / whole.max(1) as f64;
            // Of a shorter time an average says little.
            let is_long = whole as f64 / self.speed >= seconds * 0.9;
            full[place] = (is_long && share * 100.0 >= percent).then_some((*way, share));
        }
        full.into_iter().flatten()
    }
}

/// Bits on the wire that bytes and packets take, by how much they have grown.
fn bits(bytes: (u64, u64), packets: (u64, u64)) -> u64 {
    let grown = |(before, now)| rates::growth(before, now).unwrap_or(0);
    grown(packets).saturating_mul(FRAMING).saturating_add(grown(bytes)).saturating_mul(8)
}

impl Look for Saturated {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        self.read(scene);
        self.unknown.tell(!self.known.is_empty(), found);
        let Some((source, table)) = scene.source("dev").zip(scene.table::<Dev>("dev")) else { return };
        let Some(before) = &source.before else { return };
        for (row, dev) in table.iter().enumerate() {
            let name = table.texts.get(dev.interface);
            let Some(carries) = self.known.get_mut(name) else { continue };
            let Some((old, _)) = before.row::<Dev>(row) else { continue };
            let moved = [
                bits((old.rx_bytes, dev.rx_bytes), (old.rx_packets, dev.rx_packets)),
                bits((old.tx_bytes, dev.tx_bytes), (old.tx_packets, dev.tx_packets)),
            ];
            let full: Vec<_> = carries.add(moved, source.elapsed(), scene).collect();
            let Some(most) = full.iter().map(|(_, share)| *share).reduce(f64::max) else { continue };
            let (name, speed) = (String::from_utf8_lossy(name).into_owned(), carries.speed / 1e6);
            let duplex = if carries.is_half { "half duplex" } else { "full duplex" };
            let ways: Vec<_> =
                full.iter().map(|(way, share)| format!("{way} at {:.0} %", share * 100.0)).collect();
            let seconds = scene.limit(&SECONDS);
            let what =
                format!("{name} has {} of its {speed} Mbit/s in the last {seconds:.0} s", ways.join(", "));
            let bytes = |before, now| (Amount::Bytes(before), Amount::Bytes(now));
            found
                .report(Subject::Interface(name), what)
                .strength(most)
                .shows("part of the speed", Amount::Share(most), "dev")
                .moved("rx_bytes", bytes(old.rx_bytes, dev.rx_bytes), "dev")
                .moved("tx_bytes", bytes(old.tx_bytes, dev.tx_bytes), "dev")
                .shows("speed", Amount::Text(format!("{speed} Mbit/s, {duplex}")), dumps::LINK_MODES.name)
                .done();
        }
    }
}
