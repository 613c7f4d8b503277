//! `time-wait-overflow`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "time-wait-overflow",
    title: "connections in TIME_WAIT were ended early, for there are too many",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPTimeWaitOverflow")], None),
    why: "Above net.ipv4.tcp_max_tw_buckets the kernel ends TIME_WAIT at once: a late segment of the old connection may then break a new one between the same ports.",
    next: "See who opens so many short connections (tabs peers and processes); keep connections open and use them again; raise net.ipv4.tcp_max_tw_buckets.",
    references: "Documentation/networking/ip-sysctl.rst, tcp_max_tw_buckets",
};
