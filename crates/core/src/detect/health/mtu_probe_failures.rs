//! `mtu-probe-failures`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "mtu-probe-failures",
    title: "larger packets were tried and did not get through",
    severity: Severity::Info,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPMTUPFail")], None),
    why: "The kernel looks for the largest packet that a path carries (net.ipv4.tcp_mtu_probing), and one that it tried was lost. TCP goes on with smaller ones: it only says that the path carries less than the interface.",
    next: "See the column pmtu of the connections (tab tcp), and compare it with the MTU of the interface (tab traffic, links).",
    references: "RFC 4821; net/ipv4/tcp_input.c tcp_mtup_probe_failed",
};
