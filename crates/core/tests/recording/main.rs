//! Recordings: what is written comes back as it was live, from any moment on, and whatever happens to the file.

mod clock;
mod damage;
mod day;
mod golden;
mod kept;
mod machines;
mod same;

use std::io::Cursor;

use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::plan::Plan;
use netmonitor_core::record::{Head, Player, Problem, Recorder, Recording, VERSION};
use netmonitor_core::sample::{Endian, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;

fn head() -> Head {
    day::head(Some(day::PID), Scope::Process)
}

fn plan() -> Plan {
    Plan::recording(Scope::Process)
}

fn recorder() -> Recorder {
    Recorder::new(head(), &plan())
}

/// A file of these samples.
fn file(samples: &[Sample]) -> Vec<u8> {
    let mut recorder = recorder();
    let mut file = recorder.begin();
    for sample in samples {
        file.extend(recorder.tick(sample.clone()).unwrap());
        assert_eq!(recorder.length(), file.len() as u64);
    }
    file.extend(recorder.close().unwrap());
    file
}

fn open(file: &[u8]) -> Result<Player<Cursor<Vec<u8>>>, Problem> {
    Ok(Player::new(Recording::open([Cursor::new(file.to_vec())])?, plan()))
}

fn engine() -> Engine {
    let mut engine = Engine::watching(head().machine, day::PID).recorded();
    engine.follow(&plan());
    engine
}

/// What an engine makes of each sample as it comes.
fn live(samples: &[Sample]) -> Vec<String> {
    let mut engine = engine();
    samples.iter().map(|sample| everything(&engine.advance(sample))).collect()
}

/// All tables of all tabs.
fn everything(snapshot: &Snapshot) -> String {
    let mut out = Vec::new();
    for scope in [Scope::Process, Scope::Namespace] {
        let names: Vec<&str> = netmonitor_core::views::ALL.iter().map(|view| view.name).collect();
        let selection = Selection::parse(&names, scope).unwrap();
        let mut json = (export::find("json").unwrap().export)();
        json.write(&mut out, snapshot, &selection).unwrap();
    }
    String::from_utf8(out).unwrap()
}

/// Where two texts differ first.
fn difference(one: &str, other: &str) -> String {
    let place = one.bytes().zip(other.bytes()).position(|(one, other)| one != other);
    let place = place.unwrap_or(one.len().min(other.len()));
    let around = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[place.saturating_sub(300)..text.len().min(place + 80)])
            .into_owned()
    };
    format!("{}\n---\n{}", around(one), around(other))
}
