//! `time-wait-near-limit`.

use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Counter, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::settings::TCP_MAX_TW_BUCKETS;

static SHARE: Threshold = Threshold {
    name: "time-wait-percent",
    usual: 80.0,
    unit: "percent",
    doc: "Part of tcp_max_tw_buckets from which connections in TIME_WAIT are nearly too many.",
    source: "ours; Documentation/networking/ip-sysctl.rst, tcp_max_tw_buckets",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "time-wait-near-limit",
    title: "nearly too many connections are in TIME_WAIT",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs { settings: vec![&TCP_MAX_TW_BUCKETS], ..Needs::file("sockstat") },
    thresholds: &[&SHARE],
    rule: Rule::Look(|| Box::new(TimeWait)),
    why: "Connections that have ended wait for a minute, so that late packets of theirs are not taken for those of a new one. Beyond the limit they are dropped at once, and that protection is gone.",
    next: "See who opens so many short connections (tab tcp in scope namespace, filter state:TIME_WAIT); keep connections open and use them again.",
    references: "Documentation/networking/ip-sysctl.rst, tcp_max_tw_buckets; RFC 9293, 3.6.1",
};

#[derive(Serialize, Deserialize)]
struct TimeWait;

impl Look for TimeWait {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let waiting = Counter { path: "sockstat", group: "TCP", name: "tw" };
        let limit = scene.setting(&TCP_MAX_TW_BUCKETS).filter(|limit| *limit > 0);
        let (Some(count), Some(limit)) = (scene.level(waiting), limit) else { return };
        if (count as f64) < limit as f64 * scene.limit(&SHARE) / 100.0 {
            return;
        }
        found
            .report(Subject::Counter("TCP", "tw"), format!("{count} connections that have ended are still remembered (TIME_WAIT), of {limit} that may"))
            .strength(count as f64)
            .shows("TCP.tw", Amount::Count(count), "sockstat")
            .shows("tcp_max_tw_buckets", Amount::Count(limit), "net/ipv4/tcp_max_tw_buckets")
            .done();
    }
}
