//! `udp-send-drops`.

use crate::detect::{Detector, Rule, Severity, Sure, snmp, snmp6};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "udp-send-drops",
    title: "datagrams were dropped when they were to be sent",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["snmp", "snmp6"]),
    thresholds: &[],
    rule: Rule::Grows(&[snmp("Udp", "SndbufErrors"), snmp6("Udp6", "SndbufErrors")], None),
    why: "A program sends datagrams faster than the interface takes them: the queue in front of it is full, or there is no memory. The program may get ENOBUFS, and nobody sends them again.",
    next: "See which interface drops (finding interface-drops, tab traffic); let the program send at an even rate; raise the txqueuelen of the interface.",
    references: "RFC 4113; net/ipv4/udp.c udp_send_skb",
};
