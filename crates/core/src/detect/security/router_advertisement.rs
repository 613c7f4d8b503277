//! `rogue-router-advertisement`.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::gateways::gateways;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, snmp6};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "rogue-router-advertisement",
    title: "a further router advertises itself as gateway",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs { seldom: vec![&dumps::ROUTE, &dumps::LINK], ..Needs::files(&["snmp6"]) },
    thresholds: &[],
    rule: Rule::Look(|| Box::<Routers>::default()),
    why: "A machine has said to all on the link that it is a router of IPv6, and packets go there now. Whoever wants to read them does so; so do wrongly configured machines and a second router that was put up on purpose.",
    next: "Find the machine by its link-local address (tab neighbours) and the switch's table; have switches drop advertisements from ports without a router (RA guard).",
    references: "RFC 6104; RFC 6105; RFC 4861; ATT&CK T1557",
};

/// The most routers that are remembered.
const MOST: usize = 256;

#[derive(Default, Serialize, Deserialize)]
struct Routers {
    /// Whether there was a look with routers in it.
    has_looked: bool,
    known: BTreeSet<(u32, IpAddr)>,
    now: BTreeSet<(u32, IpAddr)>,
    new: BTreeSet<(u32, IpAddr)>,
}

impl Look for Routers {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if let Some(gateways) = gateways(scene) {
            self.now = gateways.iter().filter(|it| it.is_advertised).map(|it| (it.ifindex, it.address)).collect();
            for router in &self.now {
                if self.known.len() < MOST && self.known.insert(*router) && self.has_looked {
                    self.new.insert(*router);
                }
            }
            self.has_looked |= !self.known.is_empty();
        }
        for (ifindex, address) in self.new.intersection(&self.now) {
            let name = scene.interface(*ifindex);
            let what = format!("{address} on {name} has begun to advertise itself as a gateway, as another one had");
            let mut report = found
                .report(Subject::Neighbour(*address, name.clone()), what)
                .shows("advertised gateways", Amount::Count(self.now.len() as u64), "rtnetlink/route");
            if let Some(counted) = scene.counter(snmp6("Icmp6", "InRouterAdvertisements")) {
                let amounts = (Amount::Count(counted.before), Amount::Count(counted.now));
                report = report.moved("Icmp6.InRouterAdvertisements", amounts, "snmp6");
            }
            report.done();
        }
    }
}
