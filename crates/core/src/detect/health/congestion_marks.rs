//! `congestion-marks`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Share;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold, ip_ext};
use crate::plan::Needs;
use crate::scope::Scope;

static PERCENT: Threshold = Threshold {
    name: "congestion-marks-percent",
    usual: 5.0,
    unit: "percent",
    doc: "Part of the packets with ECN that were marked.",
    source: "ours",
};

static LEAST: Threshold = Threshold {
    name: "congestion-marks-packets",
    usual: 100.0,
    unit: "packets",
    doc: "How many must have been marked.",
    source: "ours",
};

static SECONDS: Threshold = Threshold {
    name: "congestion-marks-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "In which time.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "congestion-marks",
    title: "many received packets say that they met congestion",
    severity: Severity::Info,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[&PERCENT, &LEAST, &SECONDS],
    rule: Rule::Look(|| Box::<Marks>::default()),
    why: "A device on the way marks packets in the stead of dropping them (ECN) because its queue is long: the path to here is full. Senders slow down, nothing is lost.",
    next: "See who sends most to here (tab peers); find the narrow link. Marks are what ECN is for: only many of them, for long, are worth a look.",
    references: "RFC 3168; RFC 8087",
};

#[derive(Default, Serialize, Deserialize)]
struct Marks(Option<Share>);

impl Look for Marks {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(marked) = scene.counter(ip_ext("InCEPkts")) else { return };
        let others = scene.grown(ip_ext("InECT0Pkts")) + scene.grown(ip_ext("InECT1Pkts"));
        let seconds = scene.limit(&SECONDS);
        let share = self.0.get_or_insert_with(|| Share::seconds(seconds));
        let (part, whole) = share.add((marked.grown(), marked.grown() + others), scene.at());
        let percent = part as f64 * 100.0 / whole.max(1) as f64;
        let is_much = part as f64 >= scene.limit(&LEAST) && percent >= scene.limit(&PERCENT);
        if marked.grown() == 0 || !is_much {
            return;
        }
        found
            .report(Subject::Counter("IpExt", "InCEPkts"), format!("{percent:.0} % of the packets with ECN in the last {seconds:.0} s met congestion"))
            .strength(percent)
            .moved("IpExt.InCEPkts", (Amount::Count(marked.before), Amount::Count(marked.now)), "netstat")
            .shows("of all with ECN", Amount::Share(percent / 100.0), "netstat")
            .done();
    }
}
