//! Plays a recording: any of its moments as a snapshot, by the same engine that live samples go through.

use std::io::{Read, Seek};
use std::sync::Arc;

use super::recording::Opening;
use super::{Head, Recording};
use crate::engine::Engine;
use crate::host::HostEngine;
use crate::plan::Plan;
use crate::sample::{Sample, Sink};
use crate::snapshot::Snapshot;

/// Stands at one tick of a recording.
pub struct Player<R> {
    recording: Recording<R>,
    engine: Decoding,
    plan: Plan,
    /// The tick that it stands at.
    number: Option<u64>,
    snapshot: Option<Arc<Snapshot>>,
}

/// What decodes.
enum Decoding {
    One(Box<Engine>),
    All(Box<HostEngine>),
}

impl Decoding {
    fn of(head: &Head, plan: &Plan) -> Self {
        let machine = head.machine.clone();
        match head.pid {
            Some(pid) => {
                let mut engine = Engine::watching(machine, pid);
                engine.follow(plan);
                Self::One(Box::new(engine))
            }
            None => {
                let mut engine = HostEngine::new(machine);
                engine.follow(plan);
                Self::All(Box::new(engine))
            }
        }
    }

    fn open(&mut self, Opening { resume, primer }: &Opening) {
        match self {
            Self::One(engine) => engine.resume(resume),
            Self::All(engine) => engine.resume(resume),
        }
        if let Some(primer) = primer {
            self.take(primer);
            self.snapshot();
        }
    }

    fn take(&mut self, sample: &Sample) {
        let sink: &mut dyn Sink = match self {
            Self::One(engine) => &mut **engine,
            Self::All(engine) => &mut **engine,
        };
        sample.replay(sink);
    }

    fn snapshot(&mut self) -> Arc<Snapshot> {
        match self {
            Self::One(engine) => engine.snapshot(),
            Self::All(engine) => engine.snapshot(),
        }
    }
}

impl<R: Read + Seek> Player<R> {
    /// A player that stands nowhere yet; what it decodes is looked at by this plan.
    pub fn new(recording: Recording<R>, plan: Plan) -> Self {
        let engine = Decoding::of(recording.head(), &plan);
        Self { recording, engine, plan, number: None, snapshot: None }
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
        if self.plan != plan {
            self.plan = plan;
            if let Some(number) = self.number.take() {
                self.to(number);
            }
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
            self.engine = Decoding::of(self.recording.head(), &self.plan);
            self.number = None;
            let Some(opening) = self.recording.jump(number) else { return false };
            self.engine.open(&opening);
        }
        while self.recording.next_number().is_some_and(|next| next <= number) || self.number.is_none() {
            if !self.step() {
                break;
            }
        }
        self.number.is_some()
    }

    /// Goes to the next tick, at first to the first one; `false`: there is none.
    pub fn step(&mut self) -> bool {
        if self.number.is_none() && self.recording.next_number().is_none() {
            return self.to(0);
        }
        let Some((number, sample, gap)) = self.recording.next() else { return false };
        if let Some(opening) = gap {
            self.engine = Decoding::of(self.recording.head(), &self.plan);
            self.engine.open(&opening);
        }
        self.engine.take(&sample);
        (self.number, self.snapshot) = (Some(number), Some(self.engine.snapshot()));
        true
    }
}
