//! `no-route`.

use crate::detect::{Detector, Rule, Severity, Sure, snmp, snmp6};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "no-route",
    title: "packets could not be sent, for there was no route",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["snmp", "snmp6"]),
    thresholds: &[],
    rule: Rule::Grows(&[snmp("Ip", "OutNoRoutes"), snmp6("Ip6", "OutNoRoutes")], None),
    why: "A program wanted to send to an address that no route leads to: it got ENETUNREACH, or its packet was dropped.",
    next: "Look at the routes (tab routing); see whether an interface went down or an address was lost.",
    references: "RFC 4293",
};
