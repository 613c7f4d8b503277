//! What a recorder sums up of the ticks that it writes, so that later segments can go on from there.

use std::sync::Arc;

use crate::detect::{self, Carried, Thresholds};
use crate::dumps::TCP;
use crate::engine::Engine;
use crate::host::HostEngine;
use crate::plan::{Needs, Plan};
use crate::sample::{Machine, Origin, Sample};
use crate::snapshot::Snapshot;

/// Sums up, and looks at what is wrong.
pub(super) struct Sums {
    of: Of,
    /// What detectors look at.
    judged: Needs,
}

/// What was found, by namespaces.
pub(super) type Found = Vec<(u64, Carried)>;

enum Of {
    One(Box<Engine>),
    All(Box<HostEngine>),
}

impl Sums {
    /// Of a process, or of a machine.
    pub(super) fn new(machine: Machine, pid: Option<u32>, plan: &Plan) -> Self {
        let of = match pid {
            Some(pid) => Of::One(Box::new(Engine::watching(machine, pid))),
            None => Of::All(Box::new(HostEngine::new(machine))),
        };
        let judged = if plan.findings { detect::needs(true) } else { Needs::default() };
        let mut sums = Self { of, judged };
        sums.follow(plan);
        sums
    }

    pub(super) fn follow(&mut self, plan: &Plan) {
        match &mut self.of {
            Of::One(engine) => engine.follow(plan),
            Of::All(engine) => engine.follow(plan),
        }
    }

    pub(super) fn judge_by(&mut self, thresholds: Thresholds) {
        match &mut self.of {
            Of::One(engine) => engine.judge_by(thresholds),
            Of::All(engine) => engine.judge_by(thresholds),
        }
    }

    pub(super) fn judges_by(&self) -> &Thresholds {
        match &self.of {
            Of::One(engine) => engine.judges_by(),
            Of::All(engine) => engine.judges_by(),
        }
    }

    /// What it hands on.
    pub(super) fn carry(&self) -> Vec<u8> {
        match &self.of {
            Of::One(engine) => engine.carry(),
            Of::All(engine) => engine.carry(),
        }
    }

    /// What was found up to the last tick, and what detectors remember: by namespaces, of one process under 0.
    pub(super) fn found(&self) -> Vec<u8> {
        let found: Found = match &self.of {
            Of::One(engine) => vec![(0, engine.findings())],
            Of::All(engine) => engine.findings(),
        };
        // Nothing in it can fail to be written: an empty one means that detectors begin anew.
        rmp_serde::to_vec(&found).unwrap_or_default()
    }

    /// Adds a tick; what it is all in all then: of lists those alone that are summed up or judged.
    pub(super) fn add(&mut self, sample: &Sample) -> Arc<Snapshot> {
        let Self { of, judged } = self;
        match of {
            Of::One(engine) => {
                sample.replay_where(&mut **engine, |origin| is_summed(origin, judged, true));
                engine.snapshot()
            }
            Of::All(engine) => {
                sample.replay_where(&mut **engine, |origin| is_summed(origin, judged, false));
                engine.snapshot()
            }
        }
    }
}

/// Whether a part is needed for sums, or by a detector; of a process, or of a machine.
fn is_summed(origin: &Origin, judged: &Needs, is_of_process: bool) -> bool {
    match origin {
        // Of a machine each tick tells who holds what.
        Origin::Links(_) | Origin::Walk | Origin::Own | Origin::Destroyed => is_of_process,
        Origin::Dump(name) => is_of_process && *name == TCP.name || judged.reads_dump(name),
        Origin::Net(path) => judged.reads_file(path),
        Origin::Sysctl(path) => judged.reads_setting(path),
        Origin::Process(_) | Origin::Members | Origin::LeftOut | Origin::Bpf(_) => true,
        Origin::Roll | Origin::Capabilities | Origin::Netns(_) => true,
        Origin::NetList => false,
        Origin::Users | Origin::Services | Origin::HostNames | Origin::Networks | Origin::Reader => false,
    }
}
