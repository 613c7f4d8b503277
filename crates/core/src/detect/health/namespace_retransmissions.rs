//! `namespace-retransmissions`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Share;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold, snmp};
use crate::plan::Needs;
use crate::scope::Scope;

static PERCENT: Threshold = Threshold {
    name: "namespace-retransmission-percent",
    usual: 3.0,
    unit: "percent",
    doc: "Part of the segments sent from which retransmissions are many.",
    source: "a common rule of monitoring products: 3 % is to be looked at, 5 % is bad",
};

static LEAST: Threshold = Threshold {
    name: "namespace-retransmission-segments",
    usual: 10.0,
    unit: "segments",
    doc: "How many must have been sent again in the last while.",
    source: "a common rule of monitoring products",
};

static SECONDS: Threshold = Threshold {
    name: "namespace-retransmission-seconds",
    usual: 30.0,
    unit: "seconds",
    doc: "The while over which it is counted.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "namespace-retransmissions",
    title: "many segments have to be sent again in the network namespace",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["snmp"]),
    thresholds: &[&PERCENT, &LEAST, &SECONDS],
    rule: Rule::Look(|| Box::<Sent>::default()),
    why: "All processes of the namespace together send many segments again: one of them does so very often, or the link that they share loses packets.",
    next: "See whether it is this process (finding retransmissions) or others (tab tcp in scope namespace, order by bytes_retrans); look for errors and drops of the interfaces (tab traffic).",
    references: "RFC 4022, tcpRetransSegs; RFC 6298",
};

#[derive(Default, Serialize, Deserialize)]
struct Sent(Option<Share>);

impl Look for Sent {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let [again, out] = [snmp("Tcp", "RetransSegs"), snmp("Tcp", "OutSegs")];
        let (Some(retrans), Some(sent)) = (scene.counter(again), scene.counter(out)) else { return };
        let seconds = scene.limit(&SECONDS);
        let share = self.0.get_or_insert_with(|| Share::seconds(seconds));
        // OutSegs leaves out what was sent again.
        let (part, whole) = share.add((retrans.grown(), retrans.grown() + sent.grown()), scene.at());
        let share = part as f64 / whole.max(1) as f64;
        let is_much = part as f64 >= scene.limit(&LEAST) && share * 100.0 >= scene.limit(&PERCENT);
        if retrans.grown() == 0 || !is_much {
            return;
        }
        let what = format!("{:.1} % of the segments of the last {seconds:.0} s were sent again", share * 100.0);
        let subject = Subject::Counter(again.group, again.name);
        found
            .report(subject, what)
            .strength(share)
            .moved("Tcp.RetransSegs", (Amount::Count(retrans.before), Amount::Count(retrans.now)), "snmp")
            .moved("Tcp.OutSegs", (Amount::Count(sent.before), Amount::Count(sent.now)), "snmp")
            .done();
    }
}
