//! `connections-unanswered`.

use serde::{Deserialize, Serialize};

use super::failing::{Failing, Failure};
use crate::detect::{Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::events::Kind;
use crate::plan::Needs;
use crate::scope::Scope;

static LEAST: Threshold = Threshold {
    name: "connections-unanswered",
    usual: 1.0,
    unit: "connections",
    doc: "How many connections with the same address and port must have timed out.",
    source: "ours; each has taken minutes, unless the program has set a limit",
};

static SECONDS: Threshold = Threshold {
    name: "connections-unanswered-seconds",
    usual: 300.0,
    unit: "seconds",
    doc: "In which time.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "connections-unanswered",
    title: "connections of the process were given up without an answer",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { events: true, ..Needs::default() },
    thresholds: &[&LEAST, &SECONDS],
    rule: Rule::Look(|| Box::<Unanswered>::default()),
    why: "The other end has not answered for so long that the kernel gave the connection up, or the attempt to make it: the program gets an error, and what was not acknowledged is lost.",
    next: "See whether the host is reachable from here, and whether a firewall drops packets without a word or forgets idle connections (then keepalive helps).",
    references: "RFC 9293; tcp(7), ETIMEDOUT; Documentation/networking/ip-sysctl.rst, tcp_retries2, tcp_syn_retries",
};

#[derive(Default, Serialize, Deserialize)]
struct Unanswered(Failing);

const FAILURE: Failure =
    Failure { kind: Kind::TimedOut, word: "given up without an answer", least: &LEAST, seconds: &SECONDS };

impl Look for Unanswered {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        self.0.look(&FAILURE, scene, found);
    }
}
