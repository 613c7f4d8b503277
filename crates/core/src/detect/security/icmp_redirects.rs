//! `icmp-redirects`.

use crate::detect::{Detector, Rule, Severity, Sure, snmp, snmp6};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "icmp-redirects",
    title: "redirects arrived that name another way",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Hint,
    needs: || Needs::files(&["snmp", "snmp6"]),
    thresholds: &[],
    rule: Rule::Grows(&[snmp("Icmp", "InRedirects"), snmp6("Icmp6", "InRedirects")], None),
    why: "Somebody on the link says that packets for some address shall go another way. Routers say so where two of them are on one link; forged redirects lead packets past whoever wants to read them.",
    next: "See who sends them with a capture (icmp[0] = 5, or type 137 of ICMPv6). Unless two routers on one link are meant, have the kernel ignore them: net.ipv4.conf.*.accept_redirects and net.ipv6.conf.*.accept_redirects = 0.",
    references: "RFC 792; RFC 4861, 8.3; RFC 6104; ATT&CK T1557",
};
