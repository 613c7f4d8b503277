//! `connection-timed-out`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "connection-timed-out",
    title: "connections were given up because the other end did not answer",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPAbortOnTimeout")], None),
    why: "The kernel sent again until its limit and then gave the connection up: the program gets an error, and what was not acknowledged is lost.",
    next: "See in tab events which connections timed out; look at the path to that host, and at net.ipv4.tcp_retries2 and TCP_USER_TIMEOUT.",
    references: "Documentation/networking/snmp_counter.rst, TcpExtTCPAbortOnTimeout; RFC 9293",
};
