//! `bad-syn-cookies`.

use crate::detect::{Detector, Rule, Severity, Sure, ext};
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "bad-syn-cookies",
    title: "acknowledgements came with a wrong SYN cookie",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[],
    rule: Rule::Grows(&[ext("SyncookiesFailed")], None),
    why: "Where more connections are asked for than can be remembered the kernel forgets a request at once, and puts a number into its answer by which it knows who comes back (a SYN cookie). Acknowledgements came without a right one: they were guessed, or came too late.",
    next: "Look for a flood at the same time; see where the packets come from with a capture of the port.",
    references: "Documentation/networking/snmp_counter.rst, TcpExtSyncookiesFailed; RFC 4987",
};
