//! `gateway-changed`.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::gateways::gateways;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "gateway-changed",
    title: "packets for the internet go to another gateway",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs { seldom: vec![&dumps::ROUTE, &dumps::LINK], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::<Change>::default()),
    why: "The default route leads over a gateway that it did not lead over before, though there was one: a change of configuration, a second line that took over, or somebody who has all packets sent to a machine of theirs (forged DHCP answers).",
    next: "See tab routes for the protocol that made the route (dhcp, ra, static); ask the network's people whether the new gateway is theirs.",
    references: "ATT&CK T1557; rtnetlink(7)",
};

/// The most gateways that are remembered.
const MOST: usize = 256;

#[derive(Default, Serialize, Deserialize)]
struct Change {
    /// Those that there were, and those of them that came while there was another one.
    known: BTreeSet<(u32, IpAddr)>,
    now: BTreeSet<(u32, IpAddr)>,
    /// Each with the one before.
    new: Vec<((u32, IpAddr), IpAddr)>,
}

impl Change {
    fn read(&mut self, scene: &Scene<'_>) {
        let Some(gateways) = gateways(scene) else { return };
        // What routers advertise has a detector of its own.
        let now: BTreeSet<_> =
            gateways.iter().filter(|it| !it.is_advertised).map(|it| (it.ifindex, it.address)).collect();
        for gateway in &now {
            let is_same_family = |other: &&(u32, IpAddr)| other.1.is_ipv4() == gateway.1.is_ipv4();
            let before = self.known.iter().rev().find(|other| self.now.contains(*other) && is_same_family(other));
            let before = before.or_else(|| self.known.iter().find(is_same_family)).map(|(_, address)| *address);
            if self.known.len() < MOST && self.known.insert(*gateway)
                && let Some(before) = before
            {
                self.new.push((*gateway, before));
            }
        }
        self.now = now;
    }
}

impl Look for Change {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        self.read(scene);
        for ((ifindex, address), before) in self.new.iter().filter(|(gateway, _)| self.now.contains(gateway)) {
            let name = scene.interface(*ifindex);
            found
                .report(Subject::Neighbour(*address, name.clone()), format!("the default route leads over {address} on {name}, and led over {before}"))
                .moved("gateway", (Amount::Text(before.to_string()), Amount::Text(address.to_string())), "rtnetlink/route")
                .done();
        }
    }
}
