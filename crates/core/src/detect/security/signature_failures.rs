//! `tcp-signature-failures`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "tcp-signature-failures",
    title: "segments with a missing or wrong signature arrived",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("TCPMD5NotFound"), ext("TCPMD5Unexpected"), ext("TCPMD5Failure"), ext("TCPAOBad"), ext("TCPAOKeyNotFound"), ext("TCPAORequired")], None),
    why: "A connection that is signed (TCP-MD5, TCP-AO), as of BGP, received segments that are not signed with the agreed key: wrong configuration, or somebody who tries to break in.",
    next: "Compare the keys of both ends; see which address sends.",
    references: "RFC 2385; RFC 5925",
};
