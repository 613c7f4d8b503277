//! `docs/scenarios.md`: the scenarios by which detectors are tried, and the detectors that each has to wake.

use std::fmt::Write;
use std::path::Path;

use netmonitor_core::detect::ALL;

use super::{SAMPLES, SCENARIOS};

#[path = "../../../../core/tests/detect/hours.rs"]
mod hours;

/// Set, the document is written anew.
const WRITE: &str = "NETMONITOR_WRITE_DOCS";

fn document() -> String {
    let mut text = String::from(
        "# How detectors are tried\n\n\
         Made by the tests from their own table: `NETMONITOR_WRITE_DOCS=1 cargo test -p netmonitor --test it detection::table`.\n\
         Each scenario is made for real, in network namespaces, and the real program has to find what is named; of what is healthy\n\
         it may find nothing that is a warning or worse. Beside that every detector is tried with samples of what the kernel tells\n\
         (`crates/core/tests/detect`): beyond its threshold it has to find it within two readings, and short of it nothing. What\n\
         each detector is stands in [detection.md](detection.md).\n\n\
         | a process that … | must be found |\n|---|---|\n",
    );
    let link = |name: &&str| format!("[`{name}`](detection.md#{name})");
    for scenario in SCENARIOS.iter().copied().flatten() {
        let names: Vec<_> = scenario.produces.iter().map(link).collect();
        let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        let _ = writeln!(text, "| {} | {names} |", scenario.name);
    }
    text.push_str(
        "\nHours of healthy work, of what the kernel tells in one, at a reading a second: in none of them anything may be found\n\
         that is a warning or worse.\n\n\
         | a process that … | false alarms that may be |\n|---|---|\n",
    );
    for (_, hour) in hours::HOURS {
        let _ = writeln!(text, "| {hour} | none |");
    }
    text.push_str("\n| detector | found in |\n|---|---|\n");
    for detector in ALL.iter() {
        let wakes = |it: &&super::Scenario| it.produces.contains(&detector.name);
        let scenarios: Vec<_> =
            SCENARIOS.iter().copied().flatten().filter(wakes).map(|scenario| scenario.name).collect();
        let samples = SAMPLES.iter().find(|(name, _)| *name == detector.name);
        let samples = samples.map(|(_, why)| format!("samples only: {why}"));
        let scenarios = samples.unwrap_or_else(|| scenarios.join("; "));
        let _ = writeln!(text, "| {} | {scenarios} |", link(&detector.name));
    }
    text
}

#[test]
fn the_document_tells_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenarios.md");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, document()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == document(), "docs/scenarios.md is not fresh: run this test with {WRITE}=1");
}
