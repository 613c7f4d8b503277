//! Detectors before what they are for: each scenario makes it in network namespaces of its own, and the real program has
//! to find it.

mod forged;
mod health;
mod healthy;
mod kernel;
pub(crate) mod learned;
mod security;
mod table;
mod world;

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use netmonitor_testkit::PATIENCE;
use serde_json::Value as Json;

use crate::netmonitor;

/// Something that is made, and the findings that must come of it.
pub(crate) struct Scenario {
    /// What is made, in a few words.
    pub name: &'static str,
    /// Names of the detectors that must find it.
    pub produces: &'static [&'static str],
}

/// Declares the scenarios of a file: what each is called there, what is made, and the detectors that must find it.
macro_rules! scenarios {
    ($($id:ident $name:literal $produces:expr;)*) => {
        $(pub(crate) static $id: Scenario = Scenario { name: $name, produces: &$produces };)*

        /// All of them.
        pub(super) static SCENARIOS: &[Scenario] = &[$(Scenario { name: $name, produces: &$produces },)*];
    };
}
pub(crate) use scenarios;

/// All of them.
pub(crate) static SCENARIOS: &[&[Scenario]] = &[
    health::SCENARIOS,
    kernel::SCENARIOS,
    security::SCENARIOS,
    forged::SCENARIOS,
    learned::SCENARIOS,
    healthy::SCENARIOS,
];

/// Detectors that are tried by samples alone, and why: to reach these limits would cost all that runs on the machine.
pub(crate) static SAMPLES: &[(&str, &str)] = &[
    ("tcp-memory-pressure", "the memory for TCP is the machine's"),
    ("udp-memory-pressure", "the memory for UDP is the machine's"),
    ("neighbour-table-overflow", "the table of neighbours is the machine's"),
    ("softnet-drops", "the queues of CPUs are the machine's"),
    ("softnet-squeezes", "the time that CPUs may spend at once is the machine's"),
];

/// The findings that must come of the scenario of this name.
pub(crate) fn produces(name: &str) -> &'static [&'static str] {
    let found = SCENARIOS.iter().copied().flatten().find(|scenario| scenario.name == name);
    found.unwrap_or_else(|| panic!("no scenario {name}")).produces
}

/// The program, looking at a process for what is wrong.
pub(crate) struct Watching {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    names: &'static [&'static str],
    _config: tempfile::NamedTempFile,
}

impl Watching {
    /// Starts it, and waits until detectors of these names have looked for the first time.
    pub(crate) fn start(pid: u32, words: &[&str], names: &'static [&'static str]) -> Self {
        Self::by(&[], pid, words, names)
    }

    /// The same with thresholds that are set: those for which a test would have to wait for long, or to fill much.
    pub(crate) fn by(
        thresholds: &[(&str, f64)],
        pid: u32,
        words: &[&str],
        names: &'static [&'static str],
    ) -> Self {
        let config = tempfile::NamedTempFile::new().unwrap();
        let lines = thresholds.iter().map(|(name, value)| format!("{name} = {value}\n"));
        std::fs::write(config.path(), format!("[thresholds]\n{}", lines.collect::<String>())).unwrap();
        let mut command = netmonitor();
        command.arg("--config").arg(config.path());
        Self::run(command, config, pid, words, names)
    }

    /// The same with a command that runs the program with the words that are added.
    pub(crate) fn run_by(command: Command, pid: u32, words: &[&str], names: &'static [&'static str]) -> Self {
        Self::run(command, tempfile::NamedTempFile::new().unwrap(), pid, words, names)
    }

    fn run(
        mut command: Command,
        config: tempfile::NamedTempFile,
        pid: u32,
        words: &[&str],
        names: &'static [&'static str],
    ) -> Self {
        command.args(["show", &pid.to_string(), "findings", "--format", "jsonl", "--interval", "0.2"]);
        let mut child = command.args(words).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut watching = Self { child, lines, names, _config: config };
        for name in names {
            watching.wait(&format!("{name} looks"), |row| {
                row["table"] == "detectors" && row["name"] == *name && row["could_not_look"].is_null()
            });
        }
        watching
    }

    /// Waits until they have all found something that is so now; what each has found first.
    pub(crate) fn find(&mut self) -> Vec<Json> {
        let names = self.names;
        let mut found: Vec<Json> = Vec::new();
        while found.len() < names.len() {
            let missing = |row: &Json| {
                let is_open = row["table"] == "findings" && row["life"] != "over";
                let is_known = found.iter().any(|known| known["name"] == row["name"]);
                is_open && !is_known && names.iter().any(|name| row["name"] == *name)
            };
            let waits_for = names.iter().filter(|name| found.iter().all(|known| known["name"] != **name));
            let what = waits_for.copied().collect::<Vec<_>>().join(", ");
            let next = self.wait(&what, missing);
            found.push(next);
        }
        for row in &found {
            assert!(row["evidence"].as_str().is_some_and(|evidence| !evidence.is_empty()), "{row}");
        }
        found
    }

    fn wait(&mut self, what: &str, mut is_it: impl FnMut(&Json) -> bool) -> Json {
        let begun = Instant::now();
        let mut others = std::collections::BTreeSet::new();
        for line in self.lines.by_ref() {
            let row: Json = serde_json::from_str(&line.unwrap()).unwrap();
            if is_it(&row) {
                return row;
            }
            let said = if row["table"] == "findings" { &row["what"] } else { &row["could_not_look"] };
            others.insert(format!("{}: {said}", row["name"]));
            assert!(begun.elapsed() < PATIENCE, "{what}: not in time; {others:#?}");
        }
        panic!("{what}: the program has ended; {others:#?}");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn scenarios_have_names_of_their_own_and_detectors_that_exist() {
    let mut names = std::collections::HashSet::new();
    for scenario in SCENARIOS.iter().copied().flatten() {
        assert!(names.insert(scenario.name), "{}", scenario.name);
        for name in scenario.produces {
            assert!(netmonitor_core::detect::find(name).is_ok(), "{}: {name}", scenario.name);
        }
    }
}

#[test]
fn each_detector_is_tried_for_real_or_it_is_said_why_not() {
    let made = |name: &str| SCENARIOS.iter().copied().flatten().any(|it| it.produces.contains(&name));
    for detector in netmonitor_core::detect::ALL.iter() {
        let is_sampled = SAMPLES.iter().any(|(name, _)| *name == detector.name);
        assert!(made(detector.name) != is_sampled, "{}", detector.name);
    }
    for (name, _) in SAMPLES {
        assert!(netmonitor_core::detect::find(name).is_ok(), "{name}");
    }
}
