//! `show`: prints tables, once or again and again.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::Context;
use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Format, Selection};
use netmonitor_core::interval::Interval;
use netmonitor_core::plan::{Ask, Measure, Owners, Pace, Plan};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_sys::{Collector, Ended, ProcTree, Target};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{Refused, tell};

/// What to print, how, and how often.
pub(super) struct Show {
    pub(super) selection: Selection,
    pub(super) format: &'static Format,
    pub(super) interval: Option<Interval>,
    pub(super) count: Option<u64>,
}

impl Show {
    /// Prints until there is nothing more to print.
    pub(super) fn run(self, tree: ProcTree, target: Target) -> anyhow::Result<ExitCode> {
        let mut engine = Engine::watching(tree.machine(), target.pid());
        let stop = self.interval.map(|_| stop_signals(&target)).transpose()?;
        let mut collector = Collector::new(tree, target);
        let mut export = (self.format.export)();
        let mut out = io::BufWriter::with_capacity(64 << 10, io::stdout().lock());
        let mut plan = self.plan(self.selection.scope);
        let mut told = Vec::new();
        let mut next = Instant::now();
        for reading in 1.. {
            engine.follow(&plan);
            match collector.collect(&plan, &mut engine) {
                Ok(()) => {}
                Err(Ended) if reading == 1 => {
                    return Err(Refused("the process ended while it was read".into()).into());
                }
                Err(Ended) => return Ok(ExitCode::SUCCESS),
            }
            let mut snapshot = engine.snapshot();
            let (scope, _) = snapshot.scope(self.selection.scope);
            if reading == 1 && scope != self.selection.scope {
                // The process's own sockets cannot be told, so the namespace's are shown: their owners are
                // sought beside the tables that were read.
                plan = self.plan(scope);
                let owners = Plan { owners: plan.owners, walk: plan.walk, ..Plan::default() };
                if collector.collect(&owners, &mut engine).is_ok() {
                    snapshot = engine.snapshot();
                }
            }
            export
                .write(&mut out, &snapshot, &self.selection)
                .and_then(|()| out.flush())
                .context("writing")?;
            self.tell_problems(&snapshot, &mut told);
            let (Some(interval), Some(stop)) = (self.interval, &stop) else { break };
            next = (next + interval.duration()).max(Instant::now());
            if self.count == Some(reading) || !wait(next, stop) {
                break;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Tells what is wrong with the tables when it is not what was told last, where the format does not.
    fn tell_problems(&self, snapshot: &Snapshot, told: &mut Vec<String>) {
        if self.format.tells_problems {
            return;
        }
        let problems = export::problems(snapshot, &self.selection);
        for problem in problems.iter().filter(|problem| !told.contains(problem)) {
            tell(&format!("note: {problem}"));
        }
        *told = problems;
    }

    /// What the tables that are printed need.
    fn plan(&self, scope: Scope) -> Plan {
        let mut plan = Plan {
            ask: if scope == Scope::Process { Ask::IfCheaper } else { Ask::Never },
            ..Plan::default()
        };
        for (view, table) in self.selection.tables() {
            plan.add(table.needs());
            plan.tell_owners(view, scope);
        }
        // Each of the listed files is read once, to be measured.
        if plan.list {
            plan.measure = Measure::All;
        }
        // One reading is all that there may be. How many share the namespace is a fact of the process, and printed
        // in titles.
        let named =
            self.selection.tables().any(|(_, table)| table.scope().unwrap_or(scope) == Scope::Namespace);
        let needed = plan.owners == Owners::Everybody || plan.process || named && self.format.titles;
        let once = self.interval.is_none() || self.count == Some(1);
        plan.walk = match (needed, once) {
            (false, _) => Pace::None,
            (true, true) => Pace::Whole,
            (true, false) => Pace::Background,
        };
        plan
    }
}

/// How long a pipe that nobody reads may go unnoticed while there is nothing to print.
const LOOK: Duration = Duration::from_millis(500);

/// Waits until the next reading is due; `false` if there shall be none.
fn wait(next: Instant, stop: &mpsc::Receiver<()>) -> bool {
    loop {
        let left = next.saturating_duration_since(Instant::now());
        match stop.recv_timeout(left.min(LOOK)) {
            Err(RecvTimeoutError::Timeout) if netmonitor_sys::output_is_closed() => return false,
            Err(RecvTimeoutError::Timeout) if left <= LOOK => return true,
            Err(RecvTimeoutError::Timeout) => {}
            _ => return false,
        }
    }
}

/// A channel that says when a signal wants an end or the process has ended.
fn stop_signals(target: &Target) -> anyhow::Result<mpsc::Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    let (watch, ended) = (target.end_watch().context("waiting for the end of the process")?, sender.clone());
    std::thread::Builder::new()
        .name("end".into())
        .spawn(move || {
            if watch.wait() {
                tell("note: the process has ended");
                let _ = ended.send(());
            }
        })
        .context("starting a thread")?;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("waiting for signals")?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            // The receiver is gone when the program is about to end anyway.
            let _ = signals.forever().next().map(|_| sender.send(()));
        })
        .context("starting a thread")?;
    Ok(receiver)
}
