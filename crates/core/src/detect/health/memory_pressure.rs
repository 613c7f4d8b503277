//! `tcp-memory-pressure`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "tcp-memory-pressure",
    title: "TCP is short of memory",
    severity: Severity::Critical,
    scope: Scope::Host,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPMemoryPressures"), ext("TCPAbortOnMemory")], None),
    why: "All TCP sockets of the machine together take more memory than they may: the kernel lets each receive less at once, throws received data away, and at the end breaks connections off (TCPAbortOnMemory).",
    next: "Compare mem with tcp_mem in tab sockstat; find sockets with large queues; raise net.ipv4.tcp_mem if there is memory.",
    references: "Documentation/networking/ip-sysctl.rst, tcp_mem; Documentation/networking/snmp_counter.rst, TcpExtTCPMemoryPressures",
};
