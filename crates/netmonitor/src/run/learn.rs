//! `learn`: what a process normally does, in a file that it is held against later.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use netmonitor_core::detect::{Baseline, Learner};
use netmonitor_core::engine::Engine;
use netmonitor_core::interval::Interval;
use netmonitor_core::scope::Scope;
use netmonitor_core::session::Event;
use netmonitor_sys::{Collector, Kind, Target};

use super::show::{Stop, Woken};
use super::target::{self, Wanted};
use super::{Refused, open, refuse, tell};

/// From whom is learned, and for how long.
pub(crate) struct Learn {
    /// The process as typed.
    pub(crate) target: String,
    /// The proc tree.
    pub(crate) procfs: PathBuf,
    /// The file that is written.
    pub(crate) output: PathBuf,
    /// How long; else until it is ended.
    pub(crate) length: Option<Duration>,
    pub(crate) interval: Interval,
    pub(crate) scope: Scope,
}

impl Learn {
    /// Learns, and writes what was learned.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let tree = open(&self.procfs)?;
        if tree.kind() == Kind::Copy {
            return Err(Refused("a captured copy is one moment: there is nothing to learn".into()).into());
        }
        let target = match target::find(&tree, &self.target, false, false) {
            Ok(Wanted { target, .. }) => target,
            Err(why) => return Ok(refuse(Event::BadProcess, &why)),
        };
        let mut file = new_file(&self.output)?;
        let mut learner = Learner::default();
        let mut collector = Collector::new(tree, target);
        let written = self.learn(&mut collector, &mut learner).and_then(|()| {
            let text = learner.text();
            file.write_all(text.as_bytes()).with_context(|| format!("writing {}", self.output.display()))
        });
        if let Err(error) = written {
            // It was made just now, and says nothing.
            let _ = std::fs::remove_file(&self.output);
            return Err(error);
        }
        let Baseline { listeners, peers, .. } = learner.baseline();
        tell(&format!("{}: {} listeners, {} peers", self.output.display(), listeners.len(), peers.len()));
        Ok(ExitCode::SUCCESS)
    }

    fn learn(&self, collector: &mut Collector, learner: &mut Learner) -> anyhow::Result<()> {
        let stop = Stop::new(false)?;
        stop.watch_end(collector.target())?;
        let mut engine = Engine::watching(collector.tree().machine(), collector.target().pid());
        let plan = Learner::plan(self.scope);
        engine.follow(&plan);
        let (mut next, interval) = (Instant::now(), self.interval.duration());
        let end = self.length.map(|length| next + length);
        for reading in 1.. {
            let Ok(()) = collector.collect(&plan, &mut engine) else {
                if reading == 1 {
                    return Err(Refused("the process ended while it was read".into()).into());
                }
                tell("note: the process has ended");
                break;
            };
            let snapshot = engine.snapshot();
            if let (told, Some(why)) = snapshot.scope(self.scope)
                && told != self.scope
            {
                anyhow::bail!("could not look: {why}");
            }
            learner.take(&snapshot);
            if end.is_some_and(|end| Instant::now() >= end) {
                break;
            }
            next = (next + interval).max(Instant::now()).min(end.unwrap_or(next + interval));
            if self.rests(&stop, next, collector.target()) {
                break;
            }
        }
        Ok(())
    }

    /// Waits; whether there is an end.
    fn rests(&self, stop: &Stop, next: Instant, target: &Target) -> bool {
        match stop.wait(next, Some(target)) {
            Woken::Due => false,
            Woken::Stopped => true,
            Woken::Ended => {
                tell("note: the process has ended");
                true
            }
        }
    }
}

/// A file of the user alone, that was not there.
fn new_file(path: &Path) -> anyhow::Result<File> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    Ok(made.map_err(|error| Refused(format!("cannot make {}: {error}", path.display())))?)
}

/// Reads a baseline.
pub(crate) fn baseline(path: &Path) -> anyhow::Result<Baseline> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Refused(format!("cannot read the baseline {}: {error}", path.display())))?;
    let read = toml::from_str(&text);
    Ok(read.map_err(|error| Refused(format!("in the baseline {}: {error}", path.display())))?)
}
