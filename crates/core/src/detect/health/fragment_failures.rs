//! `fragment-failures`.

use crate::detect::{Detector, Rule, Severity, Sure, snmp, snmp6};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "fragment-failures",
    title: "fragments could not be put together again",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["snmp", "snmp6"]),
    thresholds: &[],
    rule: Rule::Grows(&[snmp("Ip", "ReasmFails"), snmp6("Ip6", "ReasmFails")], None),
    why: "A datagram came in fragments and one of them was lost, late or wrong: the whole datagram is lost. Large UDP answers suffer most.",
    next: "See whether ReasmTimeout grows, too (then fragments get lost on the way); look for a smaller MTU on the path; let programs send smaller datagrams.",
    references: "RFC 8900; RFC 4293",
};
