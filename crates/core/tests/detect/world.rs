//! A process with a network that changes from second to second, as samples that the engine takes.

use std::sync::Arc;

use netmonitor_core::detect::{self, Carried, Finding, Thresholds};
use netmonitor_core::engine::Engine;
use netmonitor_core::plan::Plan;
use netmonitor_core::sample::{Endian, Machine, Moment, Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;

use crate::recorded::Recorded;

const SECOND: u64 = 1_000_000_000;

/// What is to be read in one second.
pub(crate) struct World {
    engine: Engine,
    recorded: Recorded,
    seconds: u64,
    /// Files under `net`, and other parts.
    parts: Vec<(Origin, Vec<u8>)>,
}

impl World {
    /// One with these thresholds set otherwise.
    pub(crate) fn with(thresholds: &[(&str, f64)]) -> Self {
        Self::in_scope(Scope::Process, thresholds)
    }

    /// One where the sockets of a scope are looked at.
    pub(crate) fn in_scope(scope: Scope, thresholds: &[(&str, f64)]) -> Self {
        let machine = Machine {
            kernel: "6.18.0".into(),
            arch: "x86_64".into(),
            endian: Endian::Little,
            clk_tck: 100,
            page_size: 4096,
            ..Machine::default()
        };
        let mut engine = Engine::watching(machine.clone(), 42);
        let mut plan = Plan::in_scope(scope);
        plan.add(detect::needs(true), scope);
        let thresholds = Thresholds::of(thresholds.iter().copied()).unwrap();
        engine.follow(&plan);
        engine.judge_by(thresholds.clone());
        let recorded = Recorded::new(machine, plan, thresholds, scope);
        let mut world = Self { engine, recorded, seconds: 0, parts: Vec::new() };
        world.links(&[]);
        world
    }

    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// One in which no detector looks.
    pub(crate) fn without_findings() -> Self {
        let mut plan = Plan::in_scope(Scope::Process);
        plan.add(detect::needs(true), Scope::Process);
        plan.findings = false;
        let mut world = Self::new();
        world.engine.follow(&plan);
        world.recorded.plan = plan;
        world
    }

    /// What was found so far, and what detectors remember.
    pub(crate) fn findings(&self) -> Carried {
        self.engine.findings()
    }

    /// Goes on from that. It is no world any more that could be recorded.
    pub(crate) fn resume(&mut self, carried: &Carried) {
        self.recorded.stop();
        self.engine.resume_findings(carried);
    }

    /// Replaces a part.
    pub(crate) fn set(&mut self, origin: Origin, bytes: impl Into<Vec<u8>>) {
        self.parts.retain(|(known, _)| *known != origin);
        self.parts.push((origin, bytes.into()));
    }

    /// Replaces a file under `net`.
    pub(crate) fn file(&mut self, path: &'static str, text: impl Into<Vec<u8>>) {
        self.set(Origin::net(path), text);
    }

    /// Counters of a file as `netstat` and `snmp` print them.
    pub(crate) fn counters(&mut self, path: &'static str, groups: &[(&str, &[(&str, u64)])]) {
        let mut text = String::new();
        for (group, counters) in groups {
            let names: Vec<&str> = counters.iter().map(|(name, _)| *name).collect();
            let values: Vec<String> = counters.iter().map(|(_, value)| value.to_string()).collect();
            text += &format!("{group}: {}\n{group}: {}\n", names.join(" "), values.join(" "));
        }
        self.file(path, text);
    }

    /// Which sockets the process holds: their inodes.
    pub(crate) fn links(&mut self, inodes: &[u64]) {
        let links: String = inodes
            .iter()
            .enumerate()
            .map(|(fd, inode)| format!("fd/{} socket:[{inode}]\n", fd + 3))
            .collect();
        self.set(Origin::Links(42), format!("ns/net net:[77]\n{links}"));
    }

    /// Lets seconds pass in which nobody looks.
    pub(crate) fn wait(&mut self, seconds: u64) {
        self.seconds += seconds;
    }

    /// Lets seconds pass, and gives the last snapshot.
    pub(crate) fn pass(&mut self, seconds: u64) -> Arc<Snapshot> {
        let mut last = None;
        for _ in 0..seconds {
            self.seconds += 1;
            let at = self.seconds * SECOND;
            let wall = 1_700_000_000_000_000_000 + at as i64;
            let moment = Moment { wall, boottime: at, seq: self.seconds };
            let mut sample = Sample { moment, parts: Vec::new() };
            sample.push(
                Origin::process("stat"),
                "42 (web) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 987654 1 1 1 1 1 5000 0 0".to_owned(),
            );
            sample.push(Origin::process("ns/net"), *b"net:[77]");
            for (origin, bytes) in &self.parts {
                sample.push(origin.clone(), bytes.clone());
            }
            let snapshot = self.engine.advance(&sample);
            self.recorded.take(sample, &snapshot);
            last = Some(snapshot);
        }
        last.unwrap()
    }

    /// Lets a second pass, and gives what is found then.
    pub(crate) fn found(&mut self) -> Vec<Finding> {
        self.pass(1).findings.as_ref().unwrap().all.to_vec()
    }
}

/// The findings of one name that are open.
pub(crate) fn open<'a>(findings: &'a [Finding], name: &str) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.detector.name == name && finding.is_open()).collect()
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.recorded.assert_replayed();
        }
    }
}
