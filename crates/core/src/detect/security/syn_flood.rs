//! `syn-flood`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "syn-flood",
    title: "the queue of connection requests was full",
    severity: Severity::Critical,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPReqQFullDrop"), ext("TCPReqQFullDoCookies"), ext("SyncookiesSent")], None),
    why: "More connection requests arrived than were completed: the kernel answers with cookies or drops them. It is a flood of forged requests, or more clients than the program can take. Where net.ipv4.tcp_syncookies is 2 the kernel always answers so, and it means nothing.",
    next: "See the addresses in state SYN_RECV (tab tcp, scope namespace): many different ones that never complete are an attack; raise net.ipv4.tcp_max_syn_backlog and the program's backlog if they are real clients.",
    references: "ATT&CK T1499.001; Documentation/networking/snmp_counter.rst, TcpExtTCPReqQFullDrop; RFC 4987",
};
