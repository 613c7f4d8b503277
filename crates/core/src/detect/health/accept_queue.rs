//! `accept-queue-overflow`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "accept-queue-overflow",
    title: "connections were dropped at a full accept queue",
    severity: Severity::Critical,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("ListenOverflows"), ext("ListenDrops")], None),
    why: "The accept queue of a listening socket holds connections until its program accepts them. One that arrives while it is full is dropped: its client waits, tries again, and may give up. ListenDrops also counts what is dropped for other reasons before a program could accept it.",
    next: "Find the listening socket whose queue is full (tab tcp, column rx_queue beside accept_backlog); see why its program accepts slowly; raise the backlog it gives to listen(), and net.core.somaxconn, which bounds it.",
    references: "Documentation/networking/snmp_counter.rst, TcpExtListenOverflows; listen(2)",
};
