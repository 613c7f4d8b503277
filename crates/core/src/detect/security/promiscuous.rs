//! `promiscuous-interface`.

use std::collections::HashMap;

use procnet::rtnl::link::Link;
use serde::{Deserialize, Serialize};

use crate::detect::memory::MOST;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "promiscuous-interface",
    title: "an interface takes frames that are for other machines",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs { seldom: vec![&dumps::LINK], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::<Promiscuous>::default()),
    why: "In promiscuous mode an interface takes all frames of the wire: somebody listens to the network. Captures ask for it, and so do virtual machines and bridges; what was so when it was first looked at is info, parts of a bridge or bond are left out.",
    next: "See in tab packet who holds a packet socket, with all in scope namespace; its memberships say who asked for it.",
    references: "ATT&CK T1040; packet(7), PACKET_MR_PROMISC; include/uapi/linux/if_link.h, IFLA_PROMISCUITY",
};

/// How many wanted it when an interface was first seen.
#[derive(Default, Serialize, Deserialize)]
struct Promiscuous(HashMap<u32, u32>);

impl Look for Promiscuous {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(links) = scene.table::<Link>(dumps::LINK.name) else { return };
        for link in links.iter().filter(|link| link.master.is_none()) {
            let Some(now) = link.promiscuity else { continue };
            let first = match self.0.get(&link.ifindex) {
                Some(first) => *first,
                None if self.0.len() < MOST => *self.0.entry(link.ifindex).or_insert(now),
                None => continue,
            };
            if now == 0 {
                continue;
            }
            let severity = if now > first { Severity::Warning } else { Severity::Info };
            let name = scene.interface(link.ifindex);
            found
                .report(Subject::Interface(name.clone()), format!("{name} is in promiscuous mode"))
                .severity(severity)
                .strength(now.into())
                .moved("promiscuity", (Amount::Count(first.into()), Amount::Count(now.into())), "rtnetlink/link")
                .done();
        }
    }
}
