//! What an engine hands on to one that goes on in the middle of a recording: all that it has summed up, but for what the
//! last readings themselves tell.

use serde::{Deserialize, Serialize};

use super::Engine;
use crate::cgroup_paths::CgroupPaths;
use crate::detect::Carried;
use crate::events;
use crate::owners::Collected;
use crate::process::Process;
use crate::roll::RollBook;
use crate::sample::{Origin, Sample};
use crate::snapshot::Note;
use crate::tally::Tally;
use crate::traffic::Ledger;

/// A tick that no other one follows.
const LONG_AGO: u64 = u64::MAX - 1;

/// What is needed to go on from a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resume {
    /// What [`Engine::carry`] gave.
    pub carry: Vec<u8>,
    /// First readings of counters.
    pub base: Sample,
    /// Last readings of what the tick that comes next does not have.
    pub old: Sample,
    /// What had happened, tick by tick: parts `bpf/events`.
    pub past: Vec<Sample>,
}

/// As it is written...
#[derive(Serialize)]
struct Given<'e> {
    netns: Option<u64>,
    refused: bool,
    process: &'e Process,
    notes: &'e [Note],
    ticks: u64,
    owners: &'e Collected,
    traffic: &'e Ledger,
    roll: &'e RollBook,
    cgroups: &'e CgroupPaths,
    events: events::Carry,
    tally: &'e Tally,
}

/// ...and read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Taken {
    netns: Option<u64>,
    refused: bool,
    process: Process,
    notes: Vec<Note>,
    ticks: u64,
    owners: Collected,
    traffic: Ledger,
    roll: RollBook,
    cgroups: CgroupPaths,
    events: events::Carry,
    tally: Tally,
}

impl Engine {
    /// The same for the samples of a recording.
    #[must_use]
    pub fn recorded(self) -> Self {
        Self { is_recorded: true, ..self }
    }

    /// What it has summed up so far.
    pub fn carry(&self) -> Vec<u8> {
        let given = Given {
            netns: self.netns.inode,
            refused: self.netns.refused,
            process: &self.seen,
            notes: &self.notes,
            ticks: self.ticks,
            owners: &self.owners,
            traffic: &self.programs.traffic,
            roll: &self.programs.roll,
            cgroups: &self.programs.cgroups,
            events: self.programs.events.carry(),
            tally: &self.tally,
        };
        // Nothing in it can fail to be written: an empty one means that sums begin anew.
        rmp_serde::to_vec_named(&given).unwrap_or_default()
    }

    /// What was found so far, and what detectors remember.
    pub fn findings(&self) -> Carried {
        if self.finds() { self.watch.carry(self.seen.pid) } else { Carried::new() }
    }

    /// Goes on from that.
    pub fn resume_findings(&mut self, carried: &Carried) {
        self.watch.resume(carried, self.seen.pid);
    }

    /// What comes next is not compared with the tick before.
    pub(crate) fn rest(&mut self) {
        self.read.clear();
        self.ticks += 2;
    }

    /// Goes on from a moment. What cannot be read of it begins anew.
    pub fn resume(&mut self, resume: &Resume) {
        let taken: Taken = rmp_serde::from_slice(&resume.carry).unwrap_or_default();
        self.netns.inode = taken.netns;
        self.netns.refused = taken.refused;
        self.process = taken.process.clone().into();
        self.seen = taken.process;
        self.notes = taken.notes;
        let (scope, _) = self.owners.asked();
        self.owners = taken.owners;
        self.owners.grouped(scope);
        self.programs.traffic = taken.traffic;
        self.programs.roll = taken.roll;
        self.programs.cgroups = taken.cgroups;
        self.tally = taken.tally;
        self.ticks = LONG_AGO;
        resume.base.replay(self);
        resume.old.replay(self);
        self.read.clear();
        self.ticks = taken.ticks;
        let endian = self.machine.endian;
        let past = resume.past.iter().flat_map(|sample| {
            let is_of_events = |origin: &Origin| matches!(origin, Origin::Bpf(name) if name == "events");
            let parts = sample.parts.iter().filter(move |part| is_of_events(&part.origin));
            parts.map(|part| (sample.moment, part.bytes.as_slice()))
        });
        self.programs.events.resume(taken.events, past, endian);
    }
}
