//! `window-closed`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "window-closed",
    title: "others were told to stop sending, for there was no room",
    severity: Severity::Info,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPToZeroWindowAdv"), ext("TCPZeroWindowDrop")], None),
    why: "A receive buffer was full because its program reads more slowly than data arrive: the sender has to wait (TCPToZeroWindowAdv), or what it had sent before it knew was dropped (TCPZeroWindowDrop). For a moment that is normal.",
    next: "See which sockets have a large rx_queue (tab tcp in scope namespace, order by rx_queue), and why their programs read slowly.",
    references: "RFC 9293, 3.8.6; Documentation/networking/snmp_counter.rst, TcpExtTCPToZeroWindowAdv",
};
