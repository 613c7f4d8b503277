//! `checksum-errors`.

use crate::detect::{Counter, Detector, Rule, Severity, Sure, snmp, snmp6};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "checksum-errors",
    title: "packets with a wrong checksum arrived",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["snmp", "snmp6", "netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[snmp("Tcp", "InCsumErrors"), snmp("Udp", "InCsumErrors"), snmp("Icmp", "InCsumErrors"), snmp6("Udp6", "InCsumErrors"), snmp6("Icmp6", "InCsumErrors"), Counter { path: "netstat", group: "IpExt", name: "InCsumErrors" }], None),
    why: "Something on the way changes packets: a faulty cable, card or memory, a broken offload, or a program that forges packets.",
    next: "See which interface receives them (tab traffic); try with offloads switched off (ethtool -K); replace cable or card.",
    references: "RFC 4022; RFC 4113; RFC 1071",
};
