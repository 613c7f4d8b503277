//! `neighbour-sweep`.

use std::collections::BTreeMap;

use procnet::rtnl::neigh::Neigh;
use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

/// `NUD_INCOMPLETE` and `NUD_FAILED`.
const UNANSWERED: u32 = 0x01 | 0x20;

static ADDRESSES: Threshold = Threshold {
    name: "neighbour-sweep-addresses",
    usual: 25.0,
    unit: "addresses",
    doc: "How many addresses on a link that do not answer are a sweep.",
    source: "as many as simple-scan of Zeek takes for a scan; ours for neighbours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "neighbour-sweep",
    title: "many addresses on a link are asked for and do not answer",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Hint,
    needs: || Needs { seldom: vec![&dumps::NEIGH, &dumps::LINK], ..Needs::default() },
    thresholds: &[&ADDRESSES],
    rule: Rule::Look(|| Box::new(Sweep)),
    why: "Something here sends to many addresses of a link behind which there is nobody: whoever looks for machines tries all addresses of a network one after the other. A part of the network that is down looks the same.",
    next: "See which addresses in tab neighbours (state FAILED and INCOMPLETE): all numbers of a network in a row are a sweep. Find the process that sends there in tab events of the scope namespace.",
    references: "ATT&CK T1018; include/uapi/linux/neighbour.h; RFC 826; RFC 4861",
};

#[derive(Serialize, Deserialize)]
struct Sweep;

impl Look for Sweep {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(neighbours) = scene.table::<Neigh>(dumps::NEIGH.name) else { return };
        let mut links: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        for neighbour in neighbours.iter().filter(|it| it.dst.is_some()) {
            let (unanswered, all) = links.entry(neighbour.ifindex).or_default();
            *unanswered += u64::from(neighbour.state.0 & UNANSWERED != 0);
            *all += 1;
        }
        for (ifindex, (unanswered, all)) in links {
            if (unanswered as f64) < scene.limit(&ADDRESSES) {
                continue;
            }
            let name = scene.interface(ifindex);
            found
                .report(Subject::Interface(name.clone()), format!("{unanswered} addresses behind {name} do not answer"))
                .strength(unanswered as f64)
                .shows("neighbours INCOMPLETE or FAILED", Amount::Count(unanswered), "rtnetlink/neigh")
                .shows("neighbours", Amount::Count(all), "rtnetlink/neigh")
                .done();
        }
    }
}
