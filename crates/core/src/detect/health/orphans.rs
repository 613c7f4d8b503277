//! `orphans-near-limit`.

use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Counter, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::settings::TCP_MAX_ORPHANS;

static SHARE: Threshold = Threshold {
    name: "orphans-percent",
    usual: 80.0,
    unit: "percent",
    doc: "Part of tcp_max_orphans from which orphaned connections are nearly too many.",
    source: "ours; Documentation/networking/ip-sysctl.rst, tcp_max_orphans",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "orphans-near-limit",
    title: "nearly too many connections belong to no process any more",
    severity: Severity::Warning,
    scope: Scope::Host,
    sure: Sure::Certain,
    needs: || Needs { settings: vec![&TCP_MAX_ORPHANS], ..Needs::file("sockstat") },
    thresholds: &[&SHARE],
    rule: Rule::Look(|| Box::new(Orphans)),
    why: "Programs have closed connections that the kernel still has to end: it waits for other ends that do not answer. Beyond the limit it breaks them off at once, and what was not sent yet is lost.",
    next: "See the states of these connections (tab tcp in scope namespace: FIN_WAIT1, FIN_WAIT2, LAST_ACK without an owner) and which hosts they go to; lower net.ipv4.tcp_orphan_retries, net.ipv4.tcp_fin_timeout.",
    references: "Documentation/networking/ip-sysctl.rst, tcp_max_orphans; net/ipv4/tcp.c tcp_check_oom",
};

#[derive(Serialize, Deserialize)]
struct Orphans;

impl Look for Orphans {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let orphans = Counter { path: "sockstat", group: "TCP", name: "orphan" };
        let (Some(count), Some(limit)) = (scene.level(orphans), scene.setting(&TCP_MAX_ORPHANS)) else { return };
        let share = count as f64 / limit.max(1) as f64;
        if share * 100.0 < scene.limit(&SHARE) {
            return;
        }
        let severity = if count >= limit { Severity::Critical } else { Severity::Warning };
        found
            .report(Subject::Counter("TCP", "orphan"), format!("{count} connections belong to no process any more, of {limit} that may"))
            .severity(severity)
            .strength(count as f64)
            .shows("TCP.orphan", Amount::Count(count), "sockstat")
            .shows("tcp_max_orphans", Amount::Count(limit), "net/ipv4/tcp_max_orphans")
            .done();
    }
}
