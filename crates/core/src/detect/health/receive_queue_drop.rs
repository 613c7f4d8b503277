//! `receive-queue-drops`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "receive-queue-drops",
    title: "segments were dropped because a receive buffer was full",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPRcvQDrop"), ext("TCPZeroWindowDrop"), ext("RcvPruned"), ext("OfoPruned")], None),
    why: "A program reads more slowly than data arrive, or has made its buffer too small for them: the kernel dropped what had arrived already, and the other end must send it again.",
    next: "Find the sockets with a large rx_queue (tab tcp) and see why their program does not read; see whether it sets SO_RCVBUF by itself.",
    references: "Documentation/networking/snmp_counter.rst, TcpExtTCPRcvQDrop",
};
