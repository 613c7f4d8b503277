//! `upload-imbalance`.

use serde::{Deserialize, Serialize};

use crate::detect::baseline::moved;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static TIMES: Threshold = Threshold {
    name: "upload-times",
    usual: 4.0,
    unit: "times",
    doc: "How many times as much as its baseline has a process may send in a second.",
    source: "ours",
};

static LEAST: Threshold = Threshold {
    name: "upload-bytes",
    usual: 1_048_576.0,
    unit: "bytes per second",
    doc: "What is less than this in a second is not looked at.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "upload-imbalance",
    title: "the process sends far more than its baseline has",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP], baseline: true, ..Needs::default() },
    thresholds: &[&TIMES, &LEAST],
    rule: Rule::Look(|| Box::new(Upload)),
    why: "It sends more than it receives, and far more than it did when its baseline was learned: a backup, a new client that takes much, or data that is carried away.",
    next: "See to whom it is sent (tab peers, columns tx_bytes_rate). If it is meant to be, raise sent_bytes_per_second in the baseline.",
    references: "ATT&CK T1048; ATT&CK T1041",
};

#[derive(Serialize, Deserialize)]
struct Upload;

impl Look for Upload {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(baseline) = scene.baseline() else { return };
        let Some((sent, received, seconds)) = moved(scene).filter(|(_, _, seconds)| *seconds > 0.0) else { return };
        let rate = sent as f64 / seconds;
        let usual = baseline.sent_bytes_per_second;
        if sent <= received || rate < scene.limit(&LEAST) || rate <= usual * scene.limit(&TIMES) {
            return;
        }
        found
            .report(Subject::Process, format!("{rate:.0} bytes a second are sent over TCP; the most was {usual:.0}"))
            .strength(rate)
            .moved("bytes sent", (Amount::Rate(usual), Amount::Rate(rate)), "sock_diag/tcp")
            .shows("bytes received", Amount::Rate(received as f64 / seconds), "sock_diag/tcp")
            .done();
    }
}
