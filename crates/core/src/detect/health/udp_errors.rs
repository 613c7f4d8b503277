//! `namespace-udp-drops`.

use crate::detect::{Detector, Rule, Severity, Sure, snmp, snmp6};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "namespace-udp-drops",
    title: "datagrams were dropped at full sockets of the network namespace",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["snmp", "snmp6"]),
    thresholds: &[],
    rule: Rule::Grows(&[snmp("Udp", "RcvbufErrors"), snmp6("Udp6", "RcvbufErrors")], None),
    why: "Some program of the namespace reads datagrams more slowly than they arrive: they are lost, and nobody sends them again.",
    next: "See whose socket it is (tab udp in scope namespace, order by drops); finding udp-receive-drops says so of this process's own.",
    references: "RFC 4113, udpInErrors; net/ipv4/udp.c __udp_enqueue_schedule_skb",
};
