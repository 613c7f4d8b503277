//! `overlapping-fragments`.

use crate::detect::{Counter, Detector, Rule, Severity, Sure};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "overlapping-fragments",
    title: "fragments overlapped each other",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[Counter { path: "netstat", group: "IpExt", name: "ReasmOverlaps" }], None),
    why: "No honest sender makes fragments that overlap: it is a way to slip past filters, and the kernel throws the datagram away.",
    next: "Find the sender with a capture of fragments; drop fragments at the border.",
    references: "RFC 5722; net/ipv4/ip_fragment.c",
};
