//! `connections-refused`.

use serde::{Deserialize, Serialize};

use super::failing::{Failing, Failure};
use crate::detect::{Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::events::Kind;
use crate::plan::Needs;
use crate::scope::Scope;

static LEAST: Threshold = Threshold {
    name: "connections-refused",
    usual: 5.0,
    unit: "connections",
    doc: "How many connections to the same address and port must have been refused.",
    source: "ours",
};

static SECONDS: Threshold = Threshold {
    name: "connections-refused-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "In which time.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "connections-refused",
    title: "connections are refused",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { events: true, ..Needs::default() },
    thresholds: &[&LEAST, &SECONDS],
    rule: Rule::Look(|| Box::<Refused>::default()),
    why: "The process tries again and again to connect where nobody listens, or where a firewall refuses: what it wants from there it does not get.",
    next: "See whether the service runs on that host, and listens on that port and that address; see whether the process has the right ones.",
    references: "RFC 9293, 3.5.2; connect(2), ECONNREFUSED",
};

#[derive(Default, Serialize, Deserialize)]
struct Refused(Failing);

const FAILURE: Failure = Failure { kind: Kind::Refused, word: "refused", least: &LEAST, seconds: &SECONDS };

impl Look for Refused {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        self.0.look(&FAILURE, scene, found);
    }
}
