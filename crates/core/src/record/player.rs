//! Plays a recording: any of its moments as a snapshot, by the same engine that live samples go through.

use std::io::{Read, Seek};
use std::sync::Arc;

use super::recording::Opening;
use super::sums::Found;
use super::{EACH_ITS_OWN, Head, OfProcess, Recording, group_of, of_process};
use crate::detect::Thresholds;
use crate::engine::{Engine, Resume};
use crate::host::HostEngine;
use crate::plan::Plan;
use crate::sample::{Machine, Moment, Origin, Sample};
use crate::scope::Scope;
use crate::snapshot::Snapshot;

/// Stands at one tick of a recording.
pub struct Player<R> {
    recording: Recording<R>,
    engine: Decoding,
    plan: Plan,
    /// By which it is judged what is wrong.
    thresholds: Thresholds,
    /// The process that is watched out of all: its number, and when it began in clock ticks.
    watched: Option<(u32, u64)>,
    /// The tick that it stands at.
    number: Option<u64>,
    snapshot: Option<Arc<Snapshot>>,
}

/// What decodes.
enum Decoding {
    One(Box<Engine>),
    All(Box<HostEngine>),
    /// One process out of all.
    Picked(Box<Engine>, OfProcess),
}

impl Decoding {
    fn of(head: &Head, watched: Option<(u32, u64)>, (plan, thresholds): (&Plan, &Thresholds)) -> Self {
        let machine = head.machine.clone();
        let one = |machine: Machine, pid: u32| {
            let mut engine = Engine::watching(machine, pid).recorded();
            engine.judge_by(thresholds.clone());
            engine.follow(plan);
            Box::new(engine)
        };
        match (head.pid, watched) {
            (Some(pid), _) => Self::One(one(machine, pid)),
            (None, Some(process)) => {
                Self::Picked(one(machine.clone(), process.0), OfProcess::new(machine, process))
            }
            (None, None) => {
                let mut engine = HostEngine::new(machine).recorded();
                engine.judge_by(thresholds.clone());
                engine.follow(plan);
                Self::All(Box::new(engine))
            }
        }
    }

    /// Goes on from what stands before a tick.
    fn open(&mut self, opening: &Opening, first: Option<&Sample>, plan: &Plan) {
        let Opening { resume, primer, found } = opening;
        match self {
            Self::One(engine) => engine.resume(resume),
            Self::All(engine) => engine.resume(resume),
            Self::Picked(engine, process) => {
                primer.iter().chain(first).for_each(|sample| process.expect(sample));
                engine.resume(&Resume {
                    base: process.pick_kept(&resume.base),
                    old: process.pick_kept(&resume.old),
                    ..resume.clone()
                });
            }
        }
        if let Some(primer) = primer {
            self.take(primer, plan);
            self.snapshot();
        }
        let found: Found = rmp_serde::from_slice(found).unwrap_or_default();
        match self {
            Self::One(engine) | Self::Picked(engine, _) => {
                found
                    .iter()
                    .filter(|(netns, _)| *netns == 0)
                    .for_each(|(_, found)| engine.resume_findings(found));
            }
            Self::All(engine) => engine.resume_findings(&found),
        }
    }

    fn follow(&mut self, plan: &Plan) {
        match self {
            Self::One(engine) | Self::Picked(engine, _) => engine.follow(plan),
            Self::All(engine) => engine.follow(plan),
        }
    }

    fn take(&mut self, sample: &Sample, plan: &Plan) {
        // A file that nobody looks at is read for its size at most.
        let is_wanted = |origin: &Origin| match origin {
            Origin::Net(path) => plan.list || plan.reads(path),
            _ => true,
        };
        match self {
            Self::One(engine) => sample.replay_where(&mut **engine, is_wanted),
            Self::All(engine) => sample.replay_where(&mut **engine, is_wanted),
            Self::Picked(engine, process) => process.pick(sample).replay_where(&mut **engine, is_wanted),
        }
    }

    fn snapshot(&mut self) -> Arc<Snapshot> {
        match self {
            Self::One(engine) | Self::Picked(engine, _) => engine.snapshot(),
            Self::All(engine) => engine.snapshot(),
        }
    }
}

/// Who belongs to the process was told for the scope of the recording, and for no other; where each tick has its own, for
/// that.
fn as_recorded(head: &Head, plan: Plan, group: Scope) -> Plan {
    if head.scope == EACH_ITS_OWN {
        return Plan { group, ..plan };
    }
    let recorded = head.scope.parse().ok().filter(|scope: &Scope| scope.is_held());
    Plan { group: recorded.unwrap_or_default(), ..plan }
}

impl<R: Read + Seek> Player<R> {
    /// A player that stands nowhere yet; what it decodes is looked at by this plan.
    pub fn new(recording: Recording<R>, plan: Plan) -> Self {
        let plan = as_recorded(recording.head(), plan, Scope::Process);
        let thresholds = Thresholds::default();
        let engine = Decoding::of(recording.head(), None, (&plan, &thresholds));
        Self { recording, engine, plan, thresholds, watched: None, number: None, snapshot: None }
    }

    /// The same, judging by these thresholds what is wrong.
    #[must_use]
    pub fn judging_by(mut self, thresholds: Thresholds) -> Self {
        self.thresholds = thresholds;
        self.again();
        self
    }

    fn decoding(&self) -> Decoding {
        Decoding::of(self.recording.head(), self.watched, (&self.plan, &self.thresholds))
    }

    /// What is played.
    pub fn recording(&mut self) -> &mut Recording<R> {
        &mut self.recording
    }

    /// The tick that it stands at, and its snapshot.
    pub fn now(&self) -> Option<(u64, Arc<Snapshot>)> {
        Some((self.number?, self.snapshot.clone()?))
    }

    /// Looks at what it stands at in another way.
    pub fn follow(&mut self, plan: Plan) {
        let plan = as_recorded(self.recording.head(), plan, self.plan.group);
        if self.plan != plan {
            self.plan = plan;
            self.again();
        }
    }

    /// Watches one process of a recording of all, by its number and when it began in clock ticks since boot; with `None`
    /// all of them. A recording of one process has no other.
    pub fn watch(&mut self, process: Option<(u32, u64)>) {
        if self.watched != process {
            self.watched = process;
            self.again();
        }
    }

    /// Watches the process out of all that has this number at the tick that it stands at; `false`: there is none.
    pub fn pick(&mut self, pid: u32) -> bool {
        let of_all = matches!(self.engine, Decoding::All(_));
        let snapshot = self.snapshot.as_ref().filter(|_| of_all);
        let found = snapshot.and_then(|snapshot| of_process::find(snapshot, pid));
        if found.is_some() {
            self.watch(found);
        }
        found.is_some()
    }

    /// Whether the process that is watched out of all was there at this tick.
    pub fn is_there(&self) -> bool {
        match &self.engine {
            Decoding::Picked(_, process) => process.is_there(),
            Decoding::One(_) | Decoding::All(_) => true,
        }
    }

    /// Decodes the tick anew that it stands at.
    fn again(&mut self) {
        match self.number.take() {
            Some(number) => _ = self.to(number),
            None => self.engine = self.decoding(),
        }
    }

    /// Plays what has become of the same, of which so many ticks at its beginning are left out now. `false`: the one that it
    /// stood at is among them.
    pub fn renew(&mut self, recording: Recording<R>, left_out: u64) -> bool {
        self.recording = recording;
        let number = self.number.take().and_then(|number| number.checked_sub(left_out));
        match number {
            Some(number) => self.to(number),
            None => false,
        }
    }

    /// Goes to a tick; where it is missing, to the next one that is there. `false`: there is none.
    pub fn to(&mut self, number: u64) -> bool {
        let number = number.min(self.recording.ticks().saturating_sub(1));
        if self.number == Some(number) {
            return true;
        }
        let is_ahead = self.number.is_some_and(|now| now < number) && self.recording.is_open_with(number);
        if !is_ahead {
            self.engine = self.decoding();
            self.number = None;
            let Some(opening) = self.recording.jump(number) else { return false };
            self.recording.peek();
            if let Some(primer) = &opening.primer {
                self.regroup(primer);
            }
            self.engine.open(&opening, self.recording.ahead(), &self.plan);
        }
        while self.recording.next_number().is_some_and(|next| next <= number) || self.number.is_none() {
            if !self.step() {
                break;
            }
        }
        self.number.is_some()
    }

    /// Decodes for those whom a tick was read for.
    fn regroup(&mut self, sample: &Sample) {
        if self.recording.head().scope == EACH_ITS_OWN && self.plan.group != group_of(sample) {
            self.plan.group = group_of(sample);
            self.engine.follow(&self.plan);
        }
    }

    /// When the next tick was; `None`: there is none, or it stands nowhere yet.
    pub fn next_moment(&mut self) -> Option<Moment> {
        self.number.and_then(|_| self.recording.peek())
    }

    /// Goes to the next tick, at first to the first one; `false`: there is none.
    pub fn step(&mut self) -> bool {
        if self.number.is_none() && self.recording.next_number().is_none() {
            return self.to(0);
        }
        let Some((number, sample, gap)) = self.recording.next() else { return false };
        self.regroup(&sample);
        if let Some(opening) = gap {
            self.engine = self.decoding();
            self.engine.open(&opening, Some(&sample), &self.plan);
        }
        self.engine.take(&sample, &self.plan);
        (self.number, self.snapshot) = (Some(number), Some(self.engine.snapshot()));
        true
    }
}
