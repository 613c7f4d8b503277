//! `spoofed-sources`.

use crate::detect::{Counter, Detector, Rule, Severity, Sure};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "spoofed-sources",
    title: "packets came from addresses that are not reached that way",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[Counter { path: "netstat", group: "TcpExt", name: "IPReversePathFilter" }], None),
    why: "Reverse path filtering dropped packets whose source would be answered over another interface: forged addresses, or routes that differ in both directions.",
    next: "See which interface they come from (log_martians); if routing is asymmetric on purpose set net.ipv4.conf.*.rp_filter to 2.",
    references: "RFC 3704; net/ipv4/ip_input.c",
};
