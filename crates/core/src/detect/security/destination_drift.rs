//! `destination-drift`.

use serde::{Deserialize, Serialize};

use crate::detect::baseline::spoken;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "destination-drift",
    title: "the process speaks with a network that its baseline does not have",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP, &dumps::UDP], baseline: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Drift)),
    why: "A service mostly speaks with the same networks and ports. Others are a new user or provider, or somebody who uses the program to reach out.",
    next: "See whose network it is (d looks up names, --geoip countries and owners) and what is sent there (tab peers). If it is meant to be, add it to the baseline.",
    references: "ATT&CK T1071; ATT&CK T1041",
};

#[derive(Serialize, Deserialize)]
struct Drift;

impl Look for Drift {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(baseline) = scene.baseline() else { return };
        for seen in spoken(scene).into_iter().filter(|seen| !baseline.has_peer(seen)) {
            let (way, address, port) = (if seen.inbound { "from" } else { "to" }, seen.address, seen.port);
            let subject = Subject::Peer(seen.protocol, address, port);
            found
                .report(subject, format!("{} {way} {address}, port {port}: no such peer in its baseline", seen.protocol))
                .shows("address", Amount::Text(address.to_string()), "sock_diag")
                .shows("peers in the baseline", Amount::Count(baseline.peers.len() as u64), "baseline")
                .done();
        }
    }
}
