//! `fragmentation-failures`.

use crate::detect::{Detector, Rule, Severity, Sure, snmp, snmp6};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "fragmentation-failures",
    title: "packets were too large for an interface and might not be fragmented",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["snmp", "snmp6"]),
    thresholds: &[],
    rule: Rule::Grows(&[snmp("Ip", "FragFails"), snmp6("Ip6", "FragFails")], None),
    why: "A packet was larger than the MTU of the interface that it had to leave by, and forbade fragmentation: it was dropped, and its sender was told by ICMP, if that gets through.",
    next: "Compare the MTU of the interfaces (tab traffic, links); see whether ICMP is filtered somewhere: then connections hang as soon as they send much.",
    references: "RFC 1191; RFC 8201",
};
