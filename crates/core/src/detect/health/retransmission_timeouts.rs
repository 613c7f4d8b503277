//! `tcp-timeouts`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "tcp-timeouts",
    title: "retransmission timeouts",
    severity: Severity::Info,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPTimeouts")], None),
    why: "No acknowledgement came in time, so the sender waited for its timer and began again slowly: data stand still for at least 200 ms each time. Some are normal on a lossy path.",
    next: "See which connections have a high backoff or rto_us (tab tcp), and whether one remote host or all are concerned.",
    references: "RFC 6298; Documentation/networking/snmp_counter.rst, TcpExtTCPTimeouts",
};
