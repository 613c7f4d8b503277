//! `record`: reads a target or the machine again and again, and keeps what the kernel said in a file.

pub(crate) mod beside;
mod output;
pub(crate) mod series;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use netmonitor_core::detect::Thresholds;
use netmonitor_core::format::harmless_text;
use netmonitor_core::interval::Interval;
use netmonitor_core::plan::Plan;
use netmonitor_core::record::{Head, Recorder, VERSION};
use netmonitor_core::sample::{Machine, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_names::Names;
use netmonitor_sys::{Collector, Ended, HostCollector, ProcTree, Target, boottime};

use super::naming::{self, Naming};
use super::show::{Stop, Woken};
use super::tell;
use output::{Failure, Output};
use series::Limits;

/// How long after a failure writing is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// A recording to be made.
pub(crate) struct Record {
    pub(crate) output: PathBuf,
    pub(crate) interval: Interval,
    /// How long.
    pub(crate) length: Option<Duration>,
    pub(crate) max_size: Option<u64>,
    pub(crate) keep: Option<Duration>,
    pub(crate) scope: Scope,
    pub(crate) naming: Naming,
    /// From when on something is wrong.
    pub(crate) thresholds: Thresholds,
}

/// Whom it is of.
enum Source {
    One(Box<Collector>),
    All(Box<HostCollector>),
}

impl Source {
    fn machine(&self) -> Machine {
        match self {
            Self::One(collector) => collector.tree().machine(),
            Self::All(collector) => collector.tree().machine(),
        }
    }

    fn target(&self) -> Option<&Target> {
        match self {
            Self::One(collector) => Some(collector.target()),
            Self::All(_) => None,
        }
    }

    fn read(&mut self, plan: &Plan) -> Result<Sample, Ended> {
        let mut sample = Sample::default();
        match self {
            Self::One(collector) => collector.collect(plan, &mut sample)?,
            Self::All(collector) => collector.collect(plan, &mut sample),
        }
        Ok(sample)
    }

    /// What has happened since the last reading of a process that has ended.
    fn rest(&mut self, plan: &Plan) -> Option<Sample> {
        let mut sample = Sample::default();
        match self {
            Self::One(collector) => collector.rest(plan, &mut sample).then_some(sample),
            Self::All(_) => None,
        }
    }
}

impl Record {
    /// Records one process.
    pub(super) fn of_process(self, tree: ProcTree, target: Target) -> anyhow::Result<ExitCode> {
        let stop = Stop::new(false)?;
        stop.watch_end(&target)?;
        self.at_terminal(Source::One(Box::new(Collector::new(tree, target))), &stop)
    }

    /// Records all processes of the machine.
    pub(super) fn of_host(self, tree: ProcTree) -> anyhow::Result<ExitCode> {
        let stop = Stop::new(false)?;
        self.at_terminal(Source::All(Box::new(HostCollector::new(tree))), &stop)
    }

    /// One that a session asks for.
    fn beside(wanted: &netmonitor_tui::Record, names: Names, thresholds: Thresholds) -> Self {
        let (output, interval, scope) = (PathBuf::from(&wanted.file), wanted.interval, wanted.scope);
        let naming = Naming { names, resolve: wanted.resolve, own: true };
        Self { output, interval, length: None, max_size: None, keep: None, scope, naming, thresholds }
    }

    /// Records from the command line: what is to be said goes to standard error.
    fn at_terminal(self, source: Source, stop: &Stop) -> anyhow::Result<ExitCode> {
        let at_terminal = io::stderr().is_terminal();
        let clear = if at_terminal { "\r\x1b[K" } else { "" };
        let mut say = |said: Said<'_>| match said {
            Said::SoFar(words) if at_terminal => {
                let _ = write!(io::stderr(), "{clear}{words} · Ctrl-C ends it");
            }
            Said::SoFar(_) => {}
            Said::Remark(words) => {
                let _ = write!(io::stderr(), "{clear}");
                tell(words);
            }
        };
        self.run(source, &mut |due, target| stop.wait(due, target), &mut say)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Records until `wait` says that there is an end.
    fn run(
        self,
        mut source: Source,
        wait: &mut dyn FnMut(Instant, Option<&Target>) -> Woken,
        say: &mut dyn FnMut(Said<'_>),
    ) -> anyhow::Result<()> {
        let plan = self.naming.plan(Plan::recording(self.scope));
        let mut teller = self.naming.names.teller();
        let mut writing = Writing::begin(&self, &source, &plan, say)?;
        let begun = Instant::now();
        let end = self.length.map(|length| begun + length);
        let mut next = begun;
        let why = loop {
            if writing.is_ready() {
                match source.read(&plan) {
                    Ok(mut sample) => {
                        teller.tick(plan.resolve, boottime(), &mut sample);
                        writing.tick(sample)?;
                        if let Some(summed) = writing.recorder.summed() {
                            naming::want(&teller, &plan, &summed);
                        }
                    }
                    Err(Ended) => break Woken::Ended,
                }
            }
            writing.progress();
            next = (next + self.interval.duration()).max(Instant::now());
            let due = end.map_or(next, |end| next.min(end));
            match wait(due, source.target()) {
                Woken::Due if end.is_some_and(|end| Instant::now() >= end) => break Woken::Due,
                Woken::Due => {}
                woken => break woken,
            }
        };
        if why == Woken::Ended {
            // Connections are taken down when their process has ended, together with their other ends.
            wait(Instant::now() + super::show::AFTER, None);
            if let Some(sample) = source.rest(&plan) {
                writing.tick(sample)?;
            }
        }
        writing.finish(why)
    }
}

/// What is said of a recording.
enum Said<'w> {
    /// How far it has come.
    SoFar(&'w str),
    /// Something that is to be known.
    Remark(&'w str),
}

/// A recording under way.
struct Writing<'s> {
    recorder: Recorder,
    output: Output,
    path: PathBuf,
    limits: Limits,
    /// When the file under way was begun, and the recording.
    piece: Instant,
    begun: Instant,
    /// Bytes and ticks of the pieces before this one.
    before: (u64, u64),
    trouble: Trouble,
    /// What was told of: the disk is too slow.
    is_slow: bool,
    say: &'s mut dyn FnMut(Said<'_>),
}

impl<'s> Writing<'s> {
    fn begin(
        record: &Record,
        source: &Source,
        plan: &Plan,
        say: &'s mut dyn FnMut(Said<'_>),
    ) -> anyhow::Result<Self> {
        let head = Head {
            format: VERSION,
            writer: concat!("netmonitor ", env!("CARGO_PKG_VERSION")).to_owned(),
            machine: source.machine(),
            scope: record.scope.word().to_owned(),
            pid: source.target().map(Target::pid),
            interval: record.interval.duration().as_nanos() as u64,
        };
        let mut recorder = Recorder::new(head, plan);
        recorder.judge_by(record.thresholds.clone());
        let limits = Limits { max_size: record.max_size, keep: record.keep };
        let output = Output::begin(record.output.clone(), limits, &recorder.begin())?;
        Ok(Self {
            recorder,
            output,
            path: record.output.clone(),
            limits,
            piece: Instant::now(),
            begun: Instant::now(),
            before: (0, 0),
            trouble: Trouble::None,
            is_slow: false,
            say,
        })
    }

    /// Whether the disk keeps up. What is not read now is read later: nothing that is counted is lost.
    fn is_ready(&mut self) -> bool {
        let is_slow = !self.output.has_room();
        if is_slow && !self.is_slow {
            self.say("note: writing is slower than reading: some moments are left out");
        }
        self.is_slow = is_slow;
        !is_slow
    }

    fn tick(&mut self, sample: Sample) -> anyhow::Result<()> {
        self.look_at_output();
        let is_new_try = match self.trouble {
            Trouble::None | Trouble::Tried => false,
            Trouble::Until(again) if Instant::now() < again => {
                // What it sums up is not lost.
                self.recorder.leave(sample);
                return Ok(());
            }
            Trouble::Until(_) => true,
        };
        let (length, is_between) = (self.recorder.length(), self.recorder.is_between());
        let is_full = self.limits.is_full(length, self.piece.elapsed(), is_between);
        if is_full && self.trouble == Trouble::None {
            self.rotate()?;
        }
        let bytes = self.recorder.tick(sample).context("compressing")?;
        self.output.append(bytes, self.recorder.ticks(), is_new_try);
        if is_new_try {
            self.trouble = Trouble::Tried;
        }
        Ok(())
    }

    /// Learns what has become of what was handed to the disk.
    fn look_at_output(&mut self) {
        for warning in self.output.warnings() {
            self.say(&format!("note: {warning}"));
        }
        if let Some(Failure { error, length, ticks }) = self.output.failure() {
            self.recorder.resume_at(length, ticks);
            if self.trouble == Trouble::None {
                let (path, seconds) = (self.path.display(), AGAIN.as_secs());
                self.say(&format!("error: writing {path}: {error}; trying again every {seconds} s"));
            }
            self.trouble = Trouble::Until(Instant::now() + AGAIN);
        } else if self.trouble == Trouble::Tried && self.output.is_idle() {
            self.trouble = Trouble::None;
            self.say(&format!("note: writing {} goes on", self.path.display()));
        }
    }

    fn rotate(&mut self) -> anyhow::Result<()> {
        let ticks = self.recorder.ticks();
        let end = self.recorder.close().context("compressing")?;
        self.before = (self.before.0 + self.recorder.length(), self.before.1 + ticks);
        self.output.rotate(end, self.recorder.begin());
        self.piece = Instant::now();
        Ok(())
    }

    fn progress(&mut self) {
        let words = self.so_far("recording");
        (self.say)(Said::SoFar(&words));
    }

    fn so_far(&self, word: &str) -> String {
        let (bytes, ticks) = (self.before.0 + self.recorder.length(), self.before.1 + self.recorder.ticks());
        let elapsed = self.begun.elapsed();
        let mebibytes = bytes as f64 / f64::from(1 << 20);
        let hourly = mebibytes * 3600.0 / elapsed.as_secs_f64().max(1.0);
        let seconds = elapsed.as_secs();
        let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let moments = if ticks == 1 { "1 moment".to_owned() } else { format!("{ticks} moments") };
        let path = harmless_text(self.path.as_os_str().as_encoded_bytes());
        format!("{word} {path} · {clock} · {moments} · {mebibytes:.2} MiB · {hourly:.1} MiB/h")
    }

    fn say(&mut self, words: &str) {
        (self.say)(Said::Remark(words));
    }

    /// Closes the file and tells what is in it.
    fn finish(mut self, why: Woken) -> anyhow::Result<()> {
        self.look_at_output();
        let is_written = self.trouble == Trouble::None;
        if is_written {
            let end = self.recorder.close().context("compressing")?;
            self.output.append(end, self.recorder.ticks(), false);
        }
        if why == Woken::Ended {
            self.say("note: the process has ended");
        }
        let said = self.so_far("recorded");
        let Self { output, path, say, .. } = self;
        let failure = output.finish();
        say(Said::Remark(&said));
        match failure {
            Some(Failure { error, .. }) => anyhow::bail!("writing {}: {error}", path.display()),
            None if !is_written => anyhow::bail!("{} ends where writing failed", path.display()),
            None => Ok(()),
        }
    }
}

/// Whether writing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// It does.
    None,
    /// It failed, and is tried again then.
    Until(Instant),
    /// It was tried again, and is not known to have failed.
    Tried,
}
