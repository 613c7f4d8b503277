//! `old-timestamps`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "old-timestamps",
    title: "segments with old timestamps or outside of the window were dropped",
    severity: Severity::Info,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("PAWSActive"), ext("PAWSEstab"), ext("PAWSOldAck"), ext("TSEcrRejected"), ext("BeyondWindow")], None),
    why: "A segment was older than what had arrived already, or answered what was never sent: late duplicates, clients behind one address translator with different clocks, or forged segments.",
    next: "See whether connections fail at the same time; look for address translation in front of the clients.",
    references: "RFC 7323",
};
