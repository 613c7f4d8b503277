//! `neighbour-address-changed`.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use procnet::rtnl::neigh::Neigh;
use serde::{Deserialize, Serialize};

use crate::detect::memory::MOST;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static SECONDS: Threshold = Threshold {
    name: "neighbour-change-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "For how long a change is told of; one back within it is said to be one.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "neighbour-address-changed",
    title: "the hardware address of a neighbour has changed",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs { seldom: vec![&dumps::NEIGH, &dumps::LINK], ..Needs::default() },
    thresholds: &[&SECONDS],
    rule: Rule::Look(|| Box::<Changes>::default()),
    why: "Packets for this address go to another machine now. Whoever forges ARP or neighbour discovery gets between two machines that way; addresses that two machines claim flip to and fro. A new network card, a standby machine that took over, or an address that was given to another machine look the same.",
    next: "Ask the machine at that address for its hardware address; see at the switch behind which port each of the two is. Fix the right one for important neighbours (ip neigh replace … nud permanent).",
    references: "ATT&CK T1557.002; RFC 5227; RFC 826; arpwatch(8), flip flop",
};

/// What is known of a neighbour.
#[derive(Serialize, Deserialize)]
struct Known {
    now: String,
    before: String,
    /// How often it changed, and when last.
    changes: u64,
    at: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Changes(BTreeMap<(u32, IpAddr), Known>);

impl Changes {
    fn read(&mut self, scene: &Scene<'_>) {
        let Some(neighbours) = scene.table::<Neigh>(dumps::NEIGH.name) else { return };
        let mut present = HashSet::new();
        for neighbour in neighbours.iter() {
            let Some((address, span)) = neighbour.dst.zip(neighbour.lladdr) else { continue };
            // They are digits and colons.
            let hardware = String::from_utf8_lossy(neighbours.texts.get(span));
            let key = (neighbour.ifindex, address);
            present.insert(key);
            match self.0.get_mut(&key) {
                Some(known) if known.now == *hardware => {}
                Some(known) => {
                    known.before = std::mem::replace(&mut known.now, hardware.into_owned());
                    (known.changes, known.at) = (known.changes.saturating_add(1), scene.at());
                }
                None => {
                    if self.0.len() >= MOST {
                        // Who is no neighbour any more makes room.
                        self.0.retain(|key, _| present.contains(key));
                    }
                    if self.0.len() < MOST {
                        let (now, before) = (hardware.into_owned(), String::new());
                        self.0.insert(key, Known { now, before, changes: 0, at: 0 });
                    }
                }
            }
        }
    }
}

impl Look for Changes {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        self.read(scene);
        let length = (scene.limit(&SECONDS) * 1e9) as u64;
        for ((ifindex, address), known) in self.0.iter().filter(|(_, known)| known.changes > 0) {
            if scene.at().saturating_sub(known.at) > length {
                continue;
            }
            let name = scene.interface(*ifindex);
            let (now, before) = (known.now.clone(), known.before.clone());
            let what = format!("{address} on {name} is at {now} now, and was at {before}");
            found
                .report(Subject::Neighbour(*address, name), what)
                .strength(known.changes as f64)
                .moved("lladdr", (Amount::Text(before), Amount::Text(now)), "rtnetlink/neigh")
                .shows("changes", Amount::Count(known.changes), "seen so far")
                .done();
        }
    }
}
