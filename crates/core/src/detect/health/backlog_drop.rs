//! `backlog-drops`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "backlog-drops",
    title: "segments were dropped at a full backlog of a socket that was in use",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPBacklogDrop")], None),
    why: "While a program is in the middle of a call on a socket, what arrives for it waits in a second queue, the backlog. It was full: segments were dropped, and must be sent again.",
    next: "See which connection receives much at once (tab tcp, rates); raise net.ipv4.tcp_rmem or SO_RCVBUF, which bound the backlog.",
    references: "Documentation/networking/snmp_counter.rst, TcpExtTCPBacklogDrop; net/ipv4/tcp_ipv4.c tcp_add_backlog",
};
