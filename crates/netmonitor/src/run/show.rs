//! `show`: prints tables, once or again and again.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::Context;
use netmonitor_core::detect::Thresholds;
use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Export, Format, Selection};
use netmonitor_core::interval::Interval;
use netmonitor_core::pieces::PIECE;
use netmonitor_core::plan::{Counting, Measure, Owners, Pace, Plan, Watch};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_sys::find::Query;
use netmonitor_sys::{Collector, Ended, ProcTree, Target};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::follow::successor;
use super::naming::{self, Naming};
use super::output::Output;
use super::show_from::From;
use super::{Refused, tell};

/// What to print, how, where to, and how often.
pub(crate) struct Show {
    pub(crate) selection: Selection,
    pub(crate) format: &'static Format,
    /// The file to print to; standard output if nowhere else.
    pub(crate) output: Option<PathBuf>,
    /// Time between readings, where more than one is wanted.
    pub(crate) interval: Option<Interval>,
    /// How many readings; `None` until interrupted.
    pub(crate) count: Option<u64>,
    /// The words by which the successor of the process is found, where it is to be.
    pub(crate) follow: Option<Query>,
    /// Whether every process's descriptors are looked at before a table is printed; `None`: where it takes no more
    /// than one reading.
    pub(crate) all_owners: Option<bool>,
    /// The recording that is printed in the place of what is read.
    pub(crate) from: Option<From>,
    /// Whether packets are counted, too.
    pub(crate) wire: bool,
    /// How names are had that the kernel does not know.
    pub(crate) naming: Naming,
    /// From when on something is wrong.
    pub(crate) thresholds: Thresholds,
}

/// What is printed into, and how much was.
pub(super) struct Print {
    pub(super) export: Box<dyn Export>,
    pub(super) out: Output,
    readings: u64,
    pub(super) told: Vec<String>,
    next: Instant,
}

impl Show {
    /// Prints until there is nothing more to print.
    pub(super) fn run(self, mut tree: ProcTree, mut target: Target) -> anyhow::Result<ExitCode> {
        let stop = self.interval.map(|_| Stop::new(self.output.is_none())).transpose()?;
        let mut print = Print {
            export: (self.format.export)(),
            out: Output::open(self.output.as_deref())?,
            readings: 0,
            told: Vec::new(),
            next: Instant::now(),
        };
        loop {
            let pid = target.pid();
            let mut collector = Collector::new(tree, target);
            if !self.process(&mut collector, stop.as_ref(), &mut print)? {
                break;
            }
            let (Some(query), Some(stop), Some(interval)) = (&self.follow, &stop, self.interval) else {
                tell("note: the process has ended");
                break;
            };
            tell(&format!("note: process {pid} has ended"));
            tree = collector.into_tree();
            let mut rest =
                |least| stop.wait(Instant::now() + interval.duration().max(least), None) == Woken::Due;
            let Some(next) = successor(&tree, query, &mut |words| tell_note(words), &mut rest) else { break };
            tell(&format!("note: process {} has taken its place; figures begin anew", next.pid()));
            target = next;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Prints one process; whether it has ended.
    fn process(
        &self,
        collector: &mut Collector,
        stop: Option<&Stop>,
        print: &mut Print,
    ) -> anyhow::Result<bool> {
        let mut engine = Engine::watching(collector.tree().machine(), collector.target().pid());
        engine.judge_by(self.thresholds.clone());
        if let Some(stop) = stop {
            stop.watch_end(collector.target())?;
        }
        if self.naming.is_off() && self.is_in_pieces() && collector.sockets_in_use() > PIECE as u64 {
            return self.pieces(collector, &mut engine, print).map(|()| false);
        }
        let mut plan = self.plan(self.selection.scope);
        let mut teller = self.naming.names.teller();
        for reading in 1.. {
            engine.follow(&plan);
            match collector.collect(&plan, &mut engine) {
                Ok(()) => {}
                Err(Ended) if print.readings == 0 && (self.follow.is_none() || stop.is_none()) => {
                    return Err(Refused("the process ended while it was read".into()).into());
                }
                Err(Ended) => return self.rest((collector, &plan), &mut engine, print).map(|()| true),
            }
            let mut complete = |engine: &mut Engine, plan: &Plan| {
                self.naming.complete((engine, plan), &mut teller, Engine::snapshot)
            };
            let mut snapshot = complete(&mut engine, &plan);
            let (scope, _) = snapshot.scope(self.selection.scope);
            if reading == 1 && scope != self.selection.scope {
                // The process's own sockets cannot be told, so the namespace's are shown: their owners are
                // sought beside the tables that were read.
                plan = self.plan(scope);
                let owners = Plan { owners: plan.owners, walk: plan.walk, ..Plan::default() };
                if collector.collect(&owners, &mut engine).is_ok() {
                    snapshot = complete(&mut engine, &plan);
                }
            }
            if reading == 1 {
                naming::tell_otherwise(&snapshot);
            }
            let Print { export, out, .. } = print;
            out.print(|out| export.write(out, &snapshot, &self.selection))?;
            print.readings += 1;
            tell_problems(&snapshot, (&self.selection, self.format), &mut print.told);
            let (Some(interval), Some(stop)) = (self.interval, stop) else { break };
            print.next = (print.next + interval.duration()).max(Instant::now());
            if self.count == Some(print.readings) {
                break;
            }
            match stop.wait(print.next, Some(collector.target())) {
                Woken::Due => {}
                Woken::Ended => {
                    // Connections are taken down when their process has ended, together with their other ends.
                    stop.wait(Instant::now() + AFTER, None);
                    return self.rest((collector, &plan), &mut engine, print).map(|()| true);
                }
                Woken::Stopped => {
                    self.rest((collector, &plan), &mut engine, print)?;
                    break;
                }
            }
        }
        Ok(false)
    }

    /// Prints what has happened since the last reading, where that is printed.
    fn rest(
        &self,
        (collector, plan): (&mut Collector, &Plan),
        engine: &mut Engine,
        print: &mut Print,
    ) -> anyhow::Result<()> {
        let selection = self.selection.happened();
        if selection.views.is_empty() || print.out.is_closed() || !collector.rest(plan, engine) {
            return Ok(());
        }
        let Print { export, out, .. } = print;
        out.print(|out| export.write(out, &engine.snapshot(), &selection))
    }

    /// There is one reading, and it can be printed while it is made.
    fn is_in_pieces(&self) -> bool {
        let once = self.interval.is_none() || self.count == Some(1);
        once && self.format.in_pieces && self.selection.is_in_pieces()
    }

    /// What the tables that are printed need.
    pub(super) fn plan(&self, scope: Scope) -> Plan {
        let mut plan = self.naming.plan(Plan { wire: self.wire, ..Plan::in_scope(scope) });
        // What is moved in the time of one reading is nothing to speak of.
        if self.interval.is_some() && self.count != Some(1) {
            (plan.counting, plan.watch) = (Counting::On, Watch::Lately);
        }
        for (view, table) in self.selection.tables() {
            plan.add(table.needs(), table.scope().unwrap_or(scope));
            plan.tell_owners(view, scope);
        }
        // Each of the listed files is read once, to be measured.
        if plan.list {
            plan.measure = Measure::All;
        }
        if self.all_owners == Some(true) && plan.owners != Owners::None {
            plan.owners = Owners::Everybody;
        }
        // One reading is all that there may be. How many share the namespace is a fact of the process, and printed
        // in titles.
        let named =
            self.selection.tables().any(|(_, table)| table.scope().unwrap_or(scope) == Scope::Namespace);
        let needed = plan.owners == Owners::Everybody || plan.process || named && self.format.titles;
        let once = self.interval.is_none() || self.count == Some(1);
        plan.walk = match (needed, self.all_owners.unwrap_or(once)) {
            (false, _) if once => Pace::None,
            (false, _) => Pace::Background,
            (true, true) => Pace::Whole,
            (true, false) => Pace::Background,
        };
        plan
    }
}

/// Tells what is wrong with the tables when it is not what was told last, where the format does not.
pub(super) fn tell_problems(
    snapshot: &Snapshot,
    (selection, format): (&Selection, &Format),
    told: &mut Vec<String>,
) {
    if format.tells_problems {
        return;
    }
    let problems = export::problems(snapshot, selection);
    for problem in problems.iter().filter(|problem| !told.contains(problem)) {
        tell(&format!("note: {problem}"));
    }
    *told = problems;
}

/// How long after the end of a process it is heard what has happened to its connections.
pub(super) const AFTER: Duration = Duration::from_millis(200);

/// How long a pipe that nobody reads may go unnoticed while there is nothing to print.
const LOOK: Duration = Duration::from_millis(500);

/// Why a waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// The time has come.
    Due,
    /// The process has ended.
    Ended,
    /// A signal wants an end, or nobody reads any more.
    Stopped,
}

/// What can end a waiting before its time.
enum Event {
    Signal,
    /// A process has ended: its PID and when it began.
    Ended(u32, u64),
}

/// Where such events arrive.
pub(super) struct Stop {
    sender: mpsc::Sender<Event>,
    receiver: mpsc::Receiver<Event>,
    /// Somebody has to read standard output.
    is_read: bool,
}

impl Stop {
    /// Hears of signals from now on, but for those that are to be ignored; and of the end of whoever reads standard
    /// output, where that is printed to.
    pub(super) fn new(is_read: bool) -> anyhow::Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let meant =
            [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !netmonitor_sys::is_ignored(*signal));
        let mut signals = Signals::new(meant).context("waiting for signals")?;
        let to = sender.clone();
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                // The receiver is gone when the program is about to end anyway.
                let _ = signals.forever().next().map(|_| to.send(Event::Signal));
            })
            .context("starting a thread")?;
        Ok(Self { sender, receiver, is_read })
    }

    /// Hears of the end of a process, too.
    pub(super) fn watch_end(&self, target: &Target) -> anyhow::Result<()> {
        let watch = target.end_watch().context("waiting for the end of the process")?;
        let (to, ended) = (self.sender.clone(), Event::Ended(target.pid(), target.start_time()));
        std::thread::Builder::new()
            .name("end".into())
            .spawn(move || {
                if watch.wait() {
                    let _ = to.send(ended);
                }
            })
            .context("starting a thread")?;
        Ok(())
    }

    /// Waits until the next reading is due.
    pub(super) fn wait(&self, next: Instant, target: Option<&Target>) -> Woken {
        loop {
            let left = next.saturating_duration_since(Instant::now());
            match self.receiver.recv_timeout(left.min(LOOK)) {
                Err(RecvTimeoutError::Timeout) if self.is_read && netmonitor_sys::output_is_closed() => {
                    return Woken::Stopped;
                }
                Err(RecvTimeoutError::Timeout) if left <= LOOK => return Woken::Due,
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Event::Ended(pid, start_time)) => {
                    if target.is_some_and(|target| (target.pid(), target.start_time()) == (pid, start_time)) {
                        return Woken::Ended;
                    }
                }
                Ok(Event::Signal) | Err(RecvTimeoutError::Disconnected) => return Woken::Stopped,
            }
        }
    }
}

/// Tells what is waited for. Somebody may always hear it.
fn tell_note(words: &str) -> bool {
    tell(&format!("note: {words}"));
    true
}
