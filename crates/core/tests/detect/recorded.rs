//! What a world was, recorded: whoever jumps into the middle of it finds what was found live, with all that it remembers.

use std::io::Cursor;

use netmonitor_core::detect::{Finding, Thresholds};
use netmonitor_core::plan::Plan;
use netmonitor_core::record::{Head, Player, Recorder, Recording, VERSION};
use netmonitor_core::sample::{Machine, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;

/// So many ticks a segment has, as long as there are few of them: a number that has nothing to do with any time.
const BORDER: u64 = 7;

/// At so many places it is jumped into.
const JUMPS: u64 = 12;

/// No more ticks and bytes are recorded: an hour is long.
const TICKS: u64 = 280;
const MOST: usize = 1 << 20;

/// A recording that is made while a world is there, and looked into when the world is over.
pub(crate) struct Recorded {
    recorder: Recorder,
    pub(crate) plan: Plan,
    thresholds: Thresholds,
    file: Vec<u8>,
    live: Vec<String>,
    is_over: bool,
}

impl Recorded {
    pub(crate) fn new(machine: Machine, plan: Plan, thresholds: Thresholds, scope: Scope) -> Self {
        let (writer, scope) = ("a test".to_owned(), scope.word().to_owned());
        let head = Head { format: VERSION, writer, machine, scope, pid: Some(42), interval: 1_000_000_000 };
        let mut recorder = Recorder::new(head, &plan);
        recorder.judge_by(thresholds.clone());
        let file = recorder.begin();
        Self { recorder, plan, thresholds, file, live: Vec::new(), is_over: false }
    }

    /// Takes a tick, and what was found in it.
    pub(crate) fn take(&mut self, sample: Sample, live: &Snapshot) {
        let ticks = self.live.len() as u64 + 1;
        self.is_over |= ticks > TICKS || self.file.len() > MOST;
        if self.is_over {
            return;
        }
        let is_last = ticks < JUMPS * BORDER && ticks.is_multiple_of(BORDER);
        self.file.extend(self.recorder.tick_in_segment(sample, is_last).unwrap());
        self.live.push(told(live));
    }

    /// Takes no more.
    pub(crate) fn stop(&mut self) {
        self.is_over = true;
    }

    /// Jumps into it, from behind, and looks whether all was found that was found live.
    pub(crate) fn assert_replayed(&mut self) {
        self.file.extend(self.recorder.close().unwrap());
        let file = std::mem::take(&mut self.file);
        let ticks = self.live.len() as u64;
        if ticks == 0 {
            return;
        }
        let recording = Recording::open([Cursor::new(file)]).unwrap();
        assert_eq!(recording.ticks(), ticks);
        let mut player = Player::new(recording, self.plan.clone()).judging_by(self.thresholds.clone());
        let apart = ticks.div_ceil(JUMPS).next_multiple_of(BORDER);
        let places = (0..ticks).step_by(apart as usize).flat_map(|place| [place + 3, place]);
        for place in places.filter(|place| *place < ticks).collect::<Vec<_>>().into_iter().rev() {
            assert!(player.to(place));
            let replayed = told(&player.now().unwrap().1);
            assert!(
                replayed == self.live[place as usize],
                "tick {place}, replayed:\n{replayed}\nlive:\n{}",
                self.live[place as usize]
            );
        }
    }
}

/// All that is told of findings.
fn told(snapshot: &Snapshot) -> String {
    let Some(findings) = &snapshot.findings else { return String::new() };
    let line = |it: &Finding| {
        let Finding { id, detector, subject, severity, scope, life, since, seen, times, what, .. } = it;
        let name = detector.name;
        let how = (severity, scope, life);
        format!("{id} {name} {subject} {how:?} {since} {seen} {times} {what} {}\n", it.evidence_text())
    };
    let all: String = findings.all.iter().map(line).collect();
    format!("{all}{:?} {}", findings.looked, findings.left_out)
}
