//! `forged-segments`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Lately;
use crate::detect::{Counter, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold, ext};
use crate::plan::Needs;
use crate::scope::Scope;

static SEGMENTS: Threshold = Threshold {
    name: "forged-segments",
    usual: 20.0,
    unit: "segments",
    doc: "How many doubtful segments make one think of forged ones.",
    source: "ours: a connection whose other end has crashed makes one or two",
};

static SECONDS: Threshold = Threshold {
    name: "forged-segments-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "In which time that many do.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "forged-segments",
    title: "segments arrive that would break connections off if they were believed",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Hint,
    needs: || Needs::files(&["netstat"]),
    thresholds: &[&SEGMENTS, &SECONDS],
    rule: Rule::Look(|| Box::<Forged>::default()),
    why: "Resets, requests to connect and acknowledgements arrived for connections that are established, with numbers that do not quite fit. The kernel asks the other end whether it meant that (a challenge). Who does not see a connection has to guess its numbers, to break it off or to put data into it. Many connections of machines that crashed and came back make some, too.",
    next: "See with a capture from which address they come and for which connections; drop segments from outside that say they come from inside.",
    references: "RFC 5961; Documentation/networking/snmp_counter.rst, TcpExtTCPSYNChallenge and TcpExtTCPChallengeACK",
};

/// A request within a connection makes a challenge, too, which is not sent for each: of the two the greater one counts.
const COUNTERS: [Counter; 2] = [ext("TCPSYNChallenge"), ext("TCPChallengeACK")];

#[derive(Default, Serialize, Deserialize)]
struct Forged(Option<Lately>);

impl Look for Forged {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.source("netstat").is_none() {
            return;
        }
        let grown = COUNTERS.iter().map(|counter| scene.grown(*counter)).max().unwrap_or(0);
        let lately = self.0.get_or_insert_with(|| Lately::seconds(scene.limit(&SECONDS)));
        let sum = lately.add(grown, scene.at());
        if grown == 0 || (sum as f64) < scene.limit(&SEGMENTS) {
            return;
        }
        let seconds = scene.limit(&SECONDS);
        found
            .report(Subject::Namespace, format!("{sum} doubtful segments for established connections in the last {seconds:.0} s"))
            .strength(sum as f64)
            .counters(scene, &COUNTERS)
            .done();
    }
}
