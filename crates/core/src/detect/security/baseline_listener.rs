//! `new-listener`.

use serde::{Deserialize, Serialize};

use crate::detect::baseline::listeners;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "new-listener",
    title: "the process listens where its baseline does not have it",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP, &dumps::UDP], baseline: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Listeners)),
    why: "A program mostly listens at the same places for all of its life. One more is a new configuration, or a way in that somebody has opened.",
    next: "Find out why it listens there: its configuration, what was deployed, who started it. If it is meant to, add it to the baseline.",
    references: "ATT&CK T1571; ATT&CK T1205",
};

#[derive(Serialize, Deserialize)]
struct Listeners;

impl Look for Listeners {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(baseline) = scene.baseline() else { return };
        for listener in listeners(scene).into_iter().filter(|listener| !baseline.has_listener(listener)) {
            let local = (listener.address, listener.port);
            let remote = (if local.0.is_ipv4() { [0, 0, 0, 0].into() } else { [0_u16; 8].into() }, 0);
            let subject = Subject::Socket { table: listener.protocol, local, remote, number: 0 };
            found
                .report(subject, format!("it listens at {listener}, and did not when its baseline was learned"))
                .shows("listener", Amount::Text(listener.to_string()), "sock_diag")
                .shows("listeners in the baseline", Amount::Count(baseline.listeners.len() as u64), "baseline")
                .done();
        }
    }
}
