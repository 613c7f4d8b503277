//! A recording beside a session: a thread that reads for itself, so that what is recorded does not depend on what is shown.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Instant;

use netmonitor_core::detect::Thresholds;
use netmonitor_names::Names;
use netmonitor_sys::{Collector, HostCollector, ProcTree, Target};
use netmonitor_tui::Input;

use super::{Record, Said, Source};
use crate::run::show::Woken;

/// The recording of a session, if there is one.
pub(in crate::run) struct Beside {
    inputs: Sender<Input>,
    procfs: Option<PathBuf>,
    names: Names,
    thresholds: Thresholds,
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Beside {
    pub(in crate::run) fn new(
        inputs: Sender<Input>,
        procfs: Option<&Path>,
        (names, thresholds): (Names, Thresholds),
    ) -> Self {
        Self { inputs, procfs: procfs.map(Path::to_owned), names, thresholds, running: None }
    }

    /// Begins a recording, or ends the one under way.
    pub(in crate::run) fn order(&mut self, record: Option<netmonitor_tui::Record>) {
        self.end();
        let (Some(wanted), Some(procfs)) = (record, self.procfs.clone()) else { return };
        let (stop, stopped) = mpsc::channel();
        let (inputs, names) = (self.inputs.clone(), self.names.clone());
        let thresholds = self.thresholds.clone();
        let work = move || {
            let mut is_told = false;
            let mut say = |said: Said<'_>| {
                let input = match said {
                    Said::SoFar(words) if !is_told => {
                        Input::Recording(true, format!("{words} · :record ends it"))
                    }
                    Said::SoFar(_) => return,
                    Said::Remark(words) => Input::Recording(true, words.to_owned()),
                };
                is_told = true;
                let _ = inputs.send(input);
            };
            let mut last = String::new();
            let mut wait = |due: Instant, _: Option<&Target>| match stopped
                .recv_timeout(due.saturating_duration_since(Instant::now()))
            {
                Err(RecvTimeoutError::Timeout) => Woken::Due,
                _ => Woken::Stopped,
            };
            let done = source(&procfs, wanted.whom).and_then(|source| {
                let record = Record::beside(&wanted, names, thresholds);
                record.run(source, &mut wait, &mut |said| {
                    if let Said::Remark(words) = &said {
                        last = (*words).to_owned();
                    }
                    say(said);
                })
            });
            let words = match done {
                Ok(()) => last,
                Err(error) => format!("error: not recorded: {error:#}"),
            };
            let _ = inputs.send(Input::Recording(false, words));
        };
        // Where no thread can be had nothing is recorded, which the session hears of.
        match std::thread::Builder::new().name("recording".into()).spawn(work) {
            Ok(thread) => self.running = Some((stop, thread)),
            Err(error) => {
                let _ = self.inputs.send(Input::Recording(false, format!("error: not recorded: {error}")));
            }
        }
    }

    /// Ends it, and waits until its file is whole.
    pub(in crate::run) fn end(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

/// Reads the process, or all of the machine.
fn source(procfs: &Path, whom: Option<(u32, u64)>) -> anyhow::Result<Source> {
    let tree = ProcTree::open(procfs)?;
    let Some((pid, start_time)) = whom else {
        return Ok(Source::All(Box::new(HostCollector::new(tree))));
    };
    let target = Target::find(&tree, &pid.to_string())?;
    anyhow::ensure!(target.start_time() == start_time, "process {pid} has ended");
    Ok(Source::One(Box::new(Collector::new(tree, target))))
}
