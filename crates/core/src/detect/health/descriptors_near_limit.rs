//! `descriptors-near-limit`.

use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::plan::Needs;
use crate::process::Limit;
use crate::scope::Scope;

static SHARE: Threshold = Threshold {
    name: "descriptors-percent",
    usual: 90.0,
    unit: "percent",
    doc: "Part of the limit from which descriptors are nearly used up.",
    source: "a common rule of monitoring: 90 % of RLIMIT_NOFILE",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "descriptors-near-limit",
    title: "the process has nearly used up its descriptors",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { process: true, ..Needs::default() },
    thresholds: &[&SHARE],
    rule: Rule::Look(|| Box::new(Descriptors)),
    why: "At the limit the process can open no file and no socket, and accept no connection: those wait in the accept queue until it is full, then they are dropped.",
    next: "See what the descriptors are (ls -l /proc/PID/fd; tab sockets for the sockets); if the number keeps growing look for what is never closed, else raise RLIMIT_NOFILE (ulimit -n, LimitNOFILE= of the unit).",
    references: "getrlimit(2), RLIMIT_NOFILE; accept(2), EMFILE",
};

#[derive(Serialize, Deserialize)]
struct Descriptors;

impl Look for Descriptors {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let process = &scene.now.process;
        let (Some(open), Some(Limit::Of(limit))) = (process.fds, process.fd_limit) else { return };
        let share = open as f64 / limit.max(1) as f64;
        if share * 100.0 < scene.limit(&SHARE) {
            return;
        }
        let severity = if open >= limit { Severity::Critical } else { Severity::Warning };
        found
            .report(Subject::Process, format!("{open} descriptors are open, of {limit} that may"))
            .severity(severity)
            .strength(open as f64)
            .shows("descriptors", Amount::Count(open), "/proc/PID/fd")
            .shows("Max open files", Amount::Count(limit), "/proc/PID/limits")
            .shows("of them sockets", Amount::Count(scene.now.owners.target_sockets as u64), "/proc/PID/fd")
            .done();
    }
}
