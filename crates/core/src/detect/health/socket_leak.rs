//! `socket-leak`.

use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static SECONDS: Threshold = Threshold {
    name: "socket-leak-seconds",
    usual: 600.0,
    unit: "seconds",
    doc: "For how long the number of sockets must grow: in each tenth of it, and never fall.",
    source: "ours",
};

static SOCKETS: Threshold = Threshold {
    name: "socket-leak-sockets",
    usual: 100.0,
    unit: "sockets",
    doc: "By how many it must have grown.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "socket-leak",
    title: "the process holds more and more sockets",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP], ..Needs::default() },
    thresholds: &[&SECONDS, &SOCKETS],
    rule: Rule::Look(|| Box::<Leak>::default()),
    why: "The number of sockets has grown all the time and never fell: there are more and more clients, or sockets are opened and never closed, until no descriptor is left.",
    next: "See which kind and which peers become more (tab overview, states and remote hosts; step back in time and compare); finding close-wait-leak tells of one common cause.",
    references: "getrlimit(2), RLIMIT_NOFILE; socket(7)",
};

/// Since when it grows, how many there were then, and the last tenth that has ended.
#[derive(Default, Serialize, Deserialize)]
struct Leak {
    began: Option<(u64, u64)>,
    /// Number of sockets and time at the beginning of the tenth under way.
    tenth: (u64, u64),
    last: u64,
}

impl Look for Leak {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if !scene.knows_own() {
            return;
        }
        let (at, count) = (scene.at(), scene.now.owners.target_sockets as u64);
        let length = scene.limit(&SECONDS) * 1e9;
        let is_tenth = at.saturating_sub(self.tenth.1) as f64 >= length / 10.0;
        let has_stood = is_tenth && count <= self.tenth.0;
        if self.began.is_none() || count < self.last || has_stood {
            (self.began, self.tenth) = (Some((at, count)), (count, at));
        } else if is_tenth {
            self.tenth = (count, at);
        }
        self.last = count;
        let Some((since, before)) = self.began else { return };
        let grown = count.saturating_sub(before);
        let age = at.saturating_sub(since) as f64;
        if age < length || (grown as f64) < scene.limit(&SOCKETS) {
            return;
        }
        let minutes = age / 60e9;
        found
            .report(Subject::Process, format!("{grown} sockets more than {minutes:.0} minutes ago, and never fewer"))
            .strength(count as f64)
            .moved("sockets", (Amount::Count(before), Amount::Count(count)), "/proc/PID/fd")
            .done();
    }
}
