//! `mptcp-fallback`.

use crate::detect::{Counter, Detector, Rule, Severity, Sure};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "mptcp-fallback",
    title: "Multipath TCP fell back to plain TCP, or was refused",
    severity: Severity::Info,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[Counter { path: "netstat", group: "MPTcpExt", name: "MPCapableFallbackACK" }, Counter { path: "netstat", group: "MPTcpExt", name: "MPCapableFallbackSYNACK" }, Counter { path: "netstat", group: "MPTcpExt", name: "MPFallbackTokenInit" }, Counter { path: "netstat", group: "MPTcpExt", name: "MPJoinAckHMacFailure" }, Counter { path: "netstat", group: "MPTcpExt", name: "DSSCorruptionFallback" }, Counter { path: "netstat", group: "MPTcpExt", name: "DSSCorruptionReset" }, Counter { path: "netstat", group: "MPTcpExt", name: "Blackhole" }], None),
    why: "The other end or something on the way does not let Multipath TCP through: the connection works over one path only.",
    next: "See which peers are concerned (tab mptcp); look for devices on the path that remove TCP options.",
    references: "RFC 8684; net/mptcp/mib.h",
};
