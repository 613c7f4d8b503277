//! The answer as SARIF 2.1.0, the form in which tools that gather results of checks take them: each detector is a rule,
//! each finding a result.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::json::Number;
use super::{Answer, Check, Format};
use crate::detect::{ALL, Detector, Finding, Severity};
use crate::export::write_harmless;
use crate::format::rfc3339;

pub(super) static FORMAT: Format =
    Format { name: "sarif", doc: "SARIF 2.1.0, for tools that gather results of checks", write };

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

fn write(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    let last = check.last.as_ref();
    let mut invocation = json!({
        "executionSuccessful": !matches!(check.answer(), Answer::Blind(_)),
        "toolExecutionNotifications": check.blind().map(blind).collect::<Vec<_>>(),
    });
    if let Some(last) = last {
        let begun = last.wall(check.begun);
        invocation["startTimeUtc"] = json!(rfc3339(begun));
        invocation["endTimeUtc"] = json!(rfc3339(last.moment.wall));
    }
    let run = json!({
        "tool": {"driver": {
            "name": "netmonitor",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": ALL.iter().map(|detector| rule(detector)).collect::<Vec<_>>(),
        }},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": check.told().into_iter().map(|finding| result(check, finding)).collect::<Vec<_>>(),
    });
    write_harmless(out, &json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}))
}

/// Its words for how bad something is.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Critical => "error",
    }
}

fn rule(detector: &Detector) -> Json {
    json!({
        "id": detector.name,
        "shortDescription": {"text": detector.title},
        "fullDescription": {"text": detector.why},
        "help": {"text": format!("{}\n\n{}", detector.next, detector.references)},
        "defaultConfiguration": {"level": level(detector.severity)},
        "properties": {"scope": detector.scope.word(), "sure": detector.sure.word()},
    })
}

fn place(detector: &Detector) -> usize {
    ALL.iter().position(|other| other.name == detector.name).unwrap_or_default()
}

fn result(check: &Check, finding: &Finding) -> Json {
    let detector = finding.detector;
    let (about, last) = (finding.subject.to_string(), check.last.as_ref());
    let whose =
        last.filter(|last| last.process.is_known()).map_or_else(String::new, |last| last.process.title());
    // What is told again of the same is known by these.
    let same = format!("{}/{}/{about}", detector.name, finding.scope);
    json!({
        "ruleId": detector.name,
        "ruleIndex": place(detector),
        "level": level(finding.severity),
        "message": {"text": format!("{} ({})", finding.what, finding.evidence_text())},
        "locations": [{"logicalLocations": [{"name": about, "fullyQualifiedName": format!("{whose}/{about}")}]}],
        "partialFingerprints": {"netmonitor/v1": same},
        "properties": {
            "scope": finding.scope.word(),
            "counts": check.counts(finding),
            "life": finding.life.word(),
            "since": rfc3339(finding.since),
            "seen": rfc3339(finding.seen),
            "times": finding.times,
            "evidence": finding.evidence.iter().map(Number::of).collect::<Vec<_>>(),
        },
    })
}

/// A rule that could not be applied.
fn blind((detector, why): (&'static Detector, &str)) -> Json {
    json!({
        "level": "note",
        "message": {"text": format!("{} could not look: {why}", detector.name)},
        "associatedRule": {"id": detector.name, "index": place(detector)},
    })
}
