//! `reordering`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Lately;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static TIMES: Threshold = Threshold {
    name: "reordering-times",
    usual: 20.0,
    unit: "times",
    doc: "How often segments must have overtaken each other.",
    source: "ours",
};

static SECONDS: Threshold = Threshold {
    name: "reordering-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "In which time.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "reordering",
    title: "segments overtake each other on the way",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], closely: true, ..Needs::default() },
    thresholds: &[&TIMES, &SECONDS],
    rule: Rule::Look(|| Box::<Order>::default()),
    why: "Segments arrive in another order than they were sent in: some are sent again though they are not lost, and loss is noticed later.",
    next: "Look for links that are used in turn (bonding by packets, several paths), and for a network card that spreads one connection over several queues.",
    references: "RFC 4737; RFC 8985; Documentation/networking/snmp_counter.rst, TcpExtTCPSACKReorder",
};

#[derive(Default, Serialize, Deserialize)]
struct Order(Option<Lately>);

impl Look for Order {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.connections().is_empty() {
            return;
        }
        let grown = scene.connections().iter().filter_map(|connection| connection.grown);
        let now: u64 = grown.map(|grown| u64::from(grown.reord_seen)).sum();
        let seconds = scene.limit(&SECONDS);
        let times = self.0.get_or_insert_with(|| Lately::seconds(seconds)).add(now, scene.at());
        if now == 0 || (times as f64) < scene.limit(&TIMES) {
            return;
        }
        found
            .report(Subject::Process, format!("segments overtook each other {times} times in the last {seconds:.0} s"))
            .strength(times as f64)
            .shows("reord_seen", Amount::Count(times), "sock_diag/tcp")
            .done();
    }
}
