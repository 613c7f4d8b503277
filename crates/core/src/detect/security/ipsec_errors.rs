//! `ipsec-errors`.

use crate::detect::{Counter, Detector, Rule, Severity, Sure};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "ipsec-errors",
    title: "packets failed the checks of IPsec",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["xfrm_stat"]),
    thresholds: &[],
    rule: Rule::Grows(&[Counter { path: "xfrm_stat", group: "Xfrm", name: "XfrmInStateSeqError" }, Counter { path: "xfrm_stat", group: "Xfrm", name: "XfrmInNoStates" }, Counter { path: "xfrm_stat", group: "Xfrm", name: "XfrmInStateProtoError" }, Counter { path: "xfrm_stat", group: "Xfrm", name: "XfrmInStateInvalid" }, Counter { path: "xfrm_stat", group: "Xfrm", name: "XfrmInStateExpired" }, Counter { path: "xfrm_stat", group: "Xfrm", name: "XfrmInTmplMismatch" }, Counter { path: "xfrm_stat", group: "Xfrm", name: "XfrmInPolBlock" }, Counter { path: "xfrm_stat", group: "Xfrm", name: "XfrmOutStateExpired" }, Counter { path: "xfrm_stat", group: "Xfrm", name: "XfrmOutPolBlock" }], None),
    why: "Packets came twice, belong to nothing that both ends have agreed on (an association), or are against the policy of this machine: they are dropped. Keys or policies of both ends differ, somebody sends again what was recorded, or a policy forbids what somebody tries.",
    next: "Look at the counters in tab xfrm one by one; compare ip xfrm state and policy of both ends.",
    references: "Documentation/networking/xfrm_proc.rst; RFC 4303",
};
