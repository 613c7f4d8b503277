//! `check`: what is wrong, as an exit status and a report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use netmonitor_core::check::{self, Answer, Asked, Format};
use netmonitor_core::detect::Thresholds;
use netmonitor_core::engine::Engine;
use netmonitor_core::interval::Interval;
use netmonitor_core::record::Player;
use netmonitor_core::scope::Scope;
use netmonitor_core::session::Event;
use netmonitor_sys::{Collector, Ended, Kind, ProcTree, Target};

use super::output::Output;
use super::show::{Stop, Woken};
use super::show_from::pick;
use super::target::{self, Wanted};
use super::{COULD_NOT_LOOK, Refused, is_closed_pipe, open, recording, refuse, tell};

/// Exit status 1: something was found.
const FOUND: u8 = 1;

/// What is to be checked, and how.
pub(crate) struct Check {
    /// The process as typed, if one was.
    pub(crate) target: Option<String>,
    /// The proc tree.
    pub(crate) procfs: PathBuf,
    /// The recording that is checked in its stead, and the process of it.
    pub(crate) from: Option<PathBuf>,
    pub(crate) pid: Option<u32>,
    pub(crate) asked: Asked,
    /// From when on something is wrong.
    pub(crate) thresholds: Thresholds,
    /// How long it is looked; else two readings.
    pub(crate) length: Option<Duration>,
    pub(crate) interval: Interval,
    pub(crate) format: &'static Format,
    /// The file to print to; standard output if nowhere else.
    pub(crate) output: Option<PathBuf>,
}

impl Check {
    /// Looks, and tells what was found.
    pub(super) fn run(mut self) -> anyhow::Result<ExitCode> {
        self.asked.zone = recording::zone();
        if let Some(file) = &self.from {
            let mut check = check::Check::new(self.asked.clone());
            let mut out = Output::open(self.output.as_deref())?;
            self.recorded(file, &mut check)?;
            return self.tell(&check, &mut out);
        }
        let tree = open(&self.procfs)?;
        let target = match &self.target {
            Some(typed) => target::find(&tree, typed, false, false).map(|Wanted { target, .. }| target),
            None if tree.kind() == Kind::Copy => {
                // Nobody's sockets can be picked out.
                self.asked.scope = Scope::Namespace;
                Target::tables_of(&tree).map_err(|why| format!("no process given: {why}"))
            }
            None => {
                let why = "no process given\nusage: netmonitor check [OPTIONS] <TARGET>\n\
                           hint: find a PID with `netmonitor top`; or give a name, or :PORT";
                return Ok(refuse(Event::NoProcess, why));
            }
        };
        let target = match target {
            Ok(target) => target,
            Err(why) => return Ok(refuse(Event::BadProcess, &why)),
        };
        let mut check = check::Check::new(self.asked.clone());
        let mut out = Output::open(self.output.as_deref())?;
        self.live(tree, target, &mut check)?;
        self.tell(&check, &mut out)
    }

    /// Looks at a running process, or once at a captured one.
    fn live(&self, tree: ProcTree, target: Target, check: &mut check::Check) -> anyhow::Result<()> {
        let is_captured = tree.kind() == Kind::Copy;
        let stop = Stop::new(false)?;
        if !is_captured {
            stop.watch_end(&target)?;
        }
        let mut engine = Engine::watching(tree.machine(), target.pid());
        engine.judge_by(self.thresholds.clone());
        let mut collector = Collector::new(tree, target);
        let plan = check.plan();
        engine.follow(&plan);
        let interval = self.interval.duration();
        let mut next = Instant::now();
        let end = next + self.length.unwrap_or(interval);
        for reading in 1.. {
            match collector.collect(&plan, &mut engine) {
                Ok(()) => check.take(&engine.snapshot()),
                Err(Ended) if reading == 1 => {
                    return Err(Refused("the process ended while it was read".into()).into());
                }
                Err(Ended) => {
                    tell("note: the process has ended");
                    break;
                }
            }
            if is_captured || Instant::now() >= end {
                break;
            }
            next = (next + interval).max(Instant::now()).min(end);
            match stop.wait(next, Some(collector.target())) {
                Woken::Due => {}
                Woken::Ended => {
                    tell("note: the process has ended");
                    break;
                }
                Woken::Stopped => break,
            }
        }
        Ok(())
    }

    /// Looks at all that was recorded.
    fn recorded(&self, file: &Path, check: &mut check::Check) -> anyhow::Result<()> {
        let recording = recording::open(file)?;
        match (recording.head().pid, self.pid) {
            (Some(recorded), Some(pid)) if recorded != pid => {
                return Err(Refused(format!("the recording is of process {recorded} alone")).into());
            }
            (None, None) => {
                let why = "the recording is of all processes: give the PID of the one to check";
                return Err(Refused(why.into()).into());
            }
            _ => {}
        }
        let picked = self.pid.filter(|_| recording.head().pid.is_none());
        let mut player = Player::new(recording, check.plan()).judging_by(self.thresholds.clone());
        let mut is_there = match picked {
            Some(pid) => pick(&mut player, pid, (0, true)).map(|()| true)?,
            None => player.to(0),
        };
        while is_there {
            if let Some((_, snapshot)) = player.now().filter(|_| player.is_there()) {
                check.take(&snapshot);
            }
            is_there = player.step();
        }
        recording::tell_damage(file, player.recording());
        Ok(())
    }

    /// Prints it; the answer is the exit status.
    fn tell(&self, check: &check::Check, out: &mut Output) -> anyhow::Result<ExitCode> {
        let printed = out.print(|out| (self.format.write)(check, out));
        // The answer is the same where nobody reads the report.
        printed.or_else(|error| if error.chain().any(is_closed_pipe) { Ok(()) } else { Err(error) })?;
        Ok(match check.answer() {
            Answer::Nothing => ExitCode::SUCCESS,
            Answer::Found => ExitCode::from(FOUND),
            Answer::Blind(why) => {
                tell(&format!("error: could not look: {why}"));
                ExitCode::from(COULD_NOT_LOOK)
            }
        })
    }
}
