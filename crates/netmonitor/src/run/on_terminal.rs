//! What every session on a terminal has, wherever its snapshots come from: threads that send what happens, one loop that
//! draws, effects performed.

use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Instant;

use anyhow::Context;
use netmonitor_core::detect::Thresholds;
use netmonitor_names::Names;
use netmonitor_tui::{App, Effect, Input, Screen, Settings};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use super::acting;
use super::keep;
use super::order::{Order, Orders};
use super::past::Past;
use super::record::beside::Beside;
use super::save;
use crate::state::Keeper;

/// A session, and what leads to it and from it to the thread that reads.
pub(super) struct Session {
    app: App,
    /// Where all that happens arrives.
    pub(super) inputs: Sender<Input>,
    received: Receiver<Input>,
    /// What the reading thread is told.
    pub(super) orders: Orders,
    ordered: Option<Receiver<Order>>,
    /// How often the session has turned to others.
    pub(super) turns: Arc<AtomicU64>,
    recording: Beside,
    /// The tree whose processes are watched.
    procfs: Option<PathBuf>,
    mouse: bool,
    keeper: Keeper,
}

impl Session {
    /// A session that begins so, of processes of this tree, where there is one.
    pub(super) fn new(mut settings: Settings, procfs: Option<&Path>, names: Names) -> Self {
        let (inputs, received) = mpsc::channel();
        let (orders, ordered) = mpsc::channel();
        let keeper;
        (keeper, settings.memory) = Keeper::open();
        let mouse = settings.mouse;
        let orders = Orders { reading: orders, past: None };
        let recording = Beside::new(inputs.clone(), procfs, (names, settings.thresholds.clone()));
        let (app, turns) = (App::new(settings), Arc::new(AtomicU64::new(0)));
        Self {
            app,
            inputs,
            received,
            orders,
            ordered: Some(ordered),
            turns,
            recording,
            mouse,
            keeper,
            procfs: procfs.map(Path::to_owned),
        }
    }

    /// Starts a thread that keeps so many bytes of what is read; gives who hands ticks to it.
    pub(super) fn keep(&mut self, most: usize, thresholds: Thresholds) -> anyhow::Result<keep::Keeper> {
        let (past, ordered) = mpsc::channel();
        self.orders.past = Some(past.clone());
        let inputs = self.inputs.clone();
        spawn("past", move || Past::new(inputs, most, thresholds).run(&ordered))?;
        Ok(keep::Keeper::new(past, most))
    }

    /// Starts the thread that reads: what the session wants first is read while the terminal is prepared.
    pub(super) fn start(
        &mut self,
        read: impl FnOnce(Receiver<Order>) + Send + 'static,
    ) -> anyhow::Result<()> {
        watch_signals(self.inputs.clone())?;
        for effect in self.app.start() {
            perform_order(effect, &self.orders, &self.turns);
        }
        match self.ordered.take() {
            Some(ordered) => spawn("reading", move || read(ordered)),
            None => Ok(()),
        }
    }

    /// Runs it on the terminal up to its end. `None`: the terminal is gone.
    pub(super) fn on_terminal(self) -> anyhow::Result<Option<App>> {
        let Self {
            mut app, inputs, received, orders, turns, mut recording, mouse, mut keeper, procfs, ..
        } = self;
        // Never dropped: it would write to a terminal that was given back already, and to one that is gone.
        let mut terminal = ManuallyDrop::new(netmonitor_tui::open(mouse).context("preparing the terminal")?);
        let begun = Instant::now();
        netmonitor_tui::read_terminal(inputs.clone(), move || begun.elapsed());
        let ended =
            netmonitor_tui::run(&mut terminal, &mut app, &received, &mut |effect, terminal| match effect {
                Effect::Record(record) => {
                    recording.order(record);
                    Ok(())
                }
                Effect::Act(act) => {
                    if let Some(procfs) = &procfs {
                        acting::act(act, procfs, &inputs);
                    }
                    Ok(())
                }
                Effect::Save(table) => {
                    save::beside(table, &inputs);
                    Ok(())
                }
                Effect::Remember(memo) => {
                    if let Err(why) = keeper.remember(memo) {
                        let _ = inputs.send(Input::Said(Err(format!("not remembered: {why}"))));
                    }
                    Ok(())
                }
                effect => perform(effect, mouse, terminal, &orders, &turns),
            });
        netmonitor_tui::restore();
        recording.end();
        match ended {
            // Its hang-up would have ended the session too.
            Err(error) if is_gone(&error) => return Ok(None),
            ended => ended.context("drawing on the terminal")?,
        }
        Ok(Some(app))
    }
}

/// Whether writing failed because there is no terminal any more: EIO, ENXIO, EPIPE.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 6)) || error.kind() == io::ErrorKind::BrokenPipe
}

/// Does what the session wants of the world.
fn perform(
    effect: Effect,
    mouse: bool,
    terminal: &mut Screen,
    orders: &Orders,
    turns: &AtomicU64,
) -> io::Result<()> {
    match effect {
        Effect::Redraw => netmonitor_tui::clear(terminal),
        Effect::Copy(text) => netmonitor_tui::copy(&text),
        Effect::Suspend | Effect::Reenter => {
            netmonitor_tui::restore();
            if effect == Effect::Suspend {
                netmonitor_sys::suspend_process_group()?;
            }
            netmonitor_tui::enter(mouse)?;
            netmonitor_tui::clear(terminal)
        }
        effect => {
            perform_order(effect, orders, turns);
            Ok(())
        }
    }
}

/// Hands on what concerns the reading thread.
fn perform_order(effect: Effect, orders: &Orders, turns: &AtomicU64) {
    if let Effect::Watch(_) = effect {
        turns.fetch_add(1, Ordering::Relaxed);
    }
    orders.give(effect);
}

/// Tells the session of signals.
fn watch_signals(inputs: Sender<Input>) -> anyhow::Result<()> {
    let mut signals =
        Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGWINCH]).context("waiting for signals")?;
    spawn("signals", move || {
        for signal in signals.forever() {
            let input = match signal {
                SIGCONT => Input::Resumed,
                SIGWINCH => Input::Resized,
                _ => Input::Quit,
            };
            if inputs.send(input).is_err() {
                return;
            }
        }
    })
}

/// Starts a thread.
pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).context("starting a thread")?;
    Ok(())
}
