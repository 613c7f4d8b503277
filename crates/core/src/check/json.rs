//! The answer as one JSON document.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Check, Format};
use crate::detect::{Evidence, Finding};
use crate::export::SCHEMA;
use crate::export::schema::{document, list, nullable, object, or_null, scopes, text, time, version};
use crate::export::write_harmless;
use crate::format::{harmless_text, rfc3339};

pub(super) static FORMAT: Format = Format { name: "json", doc: "one JSON document", write };

fn write(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    let findings = check.told().into_iter().map(|finding| Found::of(check, finding)).collect();
    let blind = check.blind().map(|(detector, reason)| Blind {
        name: detector.name,
        scope: detector.scope.word(),
        reason: reason.to_owned(),
    });
    let last = check.last.as_ref();
    let target = last.filter(|last| last.process.is_known()).map(|last| Target {
        pid: last.process.pid,
        name: harmless_text(&last.process.name),
        start_time: last.process.start_time,
        netns: last.netns.inode,
    });
    let whole = Document {
        schema: SCHEMA,
        at: last.map(|last| rfc3339(last.moment.wall)),
        target,
        readings: check.readings,
        seconds: check.seconds(),
        severity: check.asked.severity.word(),
        findings,
        milder: check.milder(),
        left_out: check.left_out,
        could_not_look: blind.collect(),
    };
    write_harmless(out, &whole)
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    at: Option<String>,
    target: Option<Target>,
    readings: u64,
    seconds: f64,
    severity: &'static str,
    findings: Vec<Found>,
    milder: usize,
    left_out: u64,
    could_not_look: Vec<Blind>,
}

#[derive(Serialize)]
struct Target {
    pid: u32,
    name: String,
    start_time: u64,
    netns: Option<u64>,
}

#[derive(Serialize)]
struct Found {
    name: &'static str,
    title: &'static str,
    severity: &'static str,
    scope: &'static str,
    counts: bool,
    sure: &'static str,
    life: &'static str,
    since: String,
    seen: String,
    times: u64,
    about: String,
    what: String,
    evidence: Vec<Number>,
    why: &'static str,
    next: &'static str,
    references: Vec<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Number {
    name: String,
    now: Json,
    before: Option<Json>,
    unit: Option<&'static str>,
    source: &'static str,
}

impl Found {
    fn of(check: &Check, finding: &Finding) -> Self {
        let detector = finding.detector;
        Self {
            name: detector.name,
            title: detector.title,
            severity: finding.severity.word(),
            scope: finding.scope.word(),
            counts: check.counts(finding),
            sure: detector.sure.word(),
            life: finding.life.word(),
            since: rfc3339(finding.since),
            seen: rfc3339(finding.seen),
            times: finding.times,
            about: finding.subject.to_string(),
            what: finding.what.clone(),
            evidence: finding.evidence.iter().map(Number::of).collect(),
            why: detector.why,
            next: detector.next,
            references: detector.references.split("; ").collect(),
        }
    }
}

impl Number {
    pub(super) fn of(evidence: &Evidence) -> Self {
        Self {
            name: evidence.name.clone(),
            now: evidence.now.value(),
            before: evidence.before.as_ref().map(crate::detect::Amount::value),
            unit: evidence.now.unit(),
            source: evidence.source,
        }
    }
}

#[derive(Serialize)]
struct Blind {
    name: &'static str,
    scope: &'static str,
    reason: String,
}

/// The schema of the document.
pub(crate) fn schema() -> Json {
    let integer = || json!({"type": "integer"});
    let severities = || json!({"enum": crate::detect::Severity::ALL.map(crate::detect::Severity::word)});
    let amount = || json!({"type": ["number", "string"]});
    let evidence = object(json!({
        "name": text(),
        "now": amount(),
        "before": {"type": ["number", "string", "null"]},
        "unit": nullable("string"),
        "source": text(),
    }));
    let finding = object(json!({
        "name": text(),
        "title": text(),
        "severity": severities(),
        "scope": scopes(),
        "counts": {"type": "boolean"},
        "sure": {"enum": ["hint", "likely", "certain"]},
        "life": {"enum": ["open", "worse", "better", "over"]},
        "since": time(),
        "seen": time(),
        "times": integer(),
        "about": text(),
        "what": text(),
        "evidence": list(evidence),
        "why": text(),
        "next": text(),
        "references": list(text()),
    }));
    let whole = object(json!({
        "schema": version(),
        "at": or_null(time()),
        "target": or_null(object(json!({
            "pid": integer(),
            "name": text(),
            "start_time": integer(),
            "netns": nullable("integer"),
        }))),
        "readings": integer(),
        "seconds": {"type": "number"},
        "severity": severities(),
        "findings": list(finding),
        "milder": integer(),
        "left_out": integer(),
        "could_not_look": list(object(json!({"name": text(), "scope": scopes(), "reason": text()}))),
    }));
    document(
        "netmonitor check --format json",
        "What was found in some readings, and what could not be looked at",
        whole,
    )
}
