//! The session on a terminal: threads that send what happens, one loop that draws, effects performed.

use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use anyhow::Context;
use netmonitor_core::interval::Interval;
use netmonitor_core::report;
use netmonitor_core::session::State;
use netmonitor_sys::find::Query;
use netmonitor_sys::{EndWatch, ProcTree, Target};
use netmonitor_tui::{App, Effect, Input, Screen, Settings};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use super::live::{Live, News, Order, Outcome, Reader};

/// Watches a process until it ends or the user does; without one, all of the machine, until the user ends it. With
/// `follow`, those that these words name after the process.
pub(super) fn run(
    tree: ProcTree,
    target: Option<Target>,
    follow: Option<Query>,
    settings: Settings,
) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let (inputs, received) = mpsc::channel();
    let (orders, ordered) = mpsc::channel();
    let interval = settings.interval;
    let pid = target.as_ref().map_or(0, Target::pid);
    let turns = Arc::new(AtomicU64::new(0));
    // When the last snapshot was made, in milliseconds since the beginning.
    let last_read = Arc::new(AtomicU64::new(0));
    let mut app = App::new(settings);

    if let Some(target) = target.as_ref().filter(|_| follow.is_none()) {
        watch_end(target, inputs.clone(), &turns)?;
    }
    watch_signals(inputs.clone())?;
    // What the session wants first is read while the terminal is prepared.
    for effect in app.start() {
        perform_order(effect, &orders, &turns);
    }
    let reading = Reading {
        inputs: inputs.clone(),
        orders: orders.clone(),
        follow,
        begun,
        last_read: last_read.clone(),
        turns: turns.clone(),
    };
    let reader = Reader::of(tree, target);
    spawn("reading", move || reading.run(reader, interval, ordered))?;

    // Never dropped: it would write to a terminal that was given back already, and to one that is gone.
    let mut terminal = ManuallyDrop::new(netmonitor_tui::open().context("preparing the terminal")?);
    netmonitor_tui::read_terminal(inputs);
    let ended = netmonitor_tui::run(&mut terminal, &mut app, &received, &mut |effect, terminal| {
        perform(effect, terminal, &orders, &turns)
    });
    netmonitor_tui::restore();
    match ended {
        // The terminal is gone; its hang-up would have ended the session too.
        Err(error) if is_gone(&error) => return Ok(ExitCode::SUCCESS),
        ended => ended.context("drawing on the terminal")?,
    }
    if app.state() == State::Exited {
        let watched = begun.elapsed();
        let unread = watched.saturating_sub(Duration::from_millis(last_read.load(Ordering::Relaxed)));
        let report = report::closing(pid, app.snapshot().map(|snapshot| &**snapshot), watched, unread);
        // Whoever closed standard output does not want it.
        let _ = io::stdout().write_all(report.as_bytes());
    }
    Ok(ExitCode::SUCCESS)
}

/// What the reading thread needs beside what it reads.
struct Reading {
    inputs: Sender<Input>,
    /// Its own orders: that a process has ended is noticed by reading it.
    orders: Sender<Order>,
    follow: Option<Query>,
    begun: Instant,
    last_read: Arc<AtomicU64>,
    /// How often the session has turned to others.
    turns: Arc<AtomicU64>,
}

impl Reading {
    /// Reads a process until it has ended, and those that take its place where they are to be followed.
    fn run(self, reader: Reader, interval: Interval, ordered: Receiver<Order>) {
        // Its end is waited for once it was read.
        let mut unwatched = None;
        let mut give = |news: News<'_>| {
            let input = match news {
                News::Snapshot(snapshot) => {
                    self.last_read.store(self.begun.elapsed().as_millis() as u64, Ordering::Relaxed);
                    Input::Snapshot(snapshot)
                }
                News::Arranged(prepared) => Input::Arranged(prepared),
                News::Progress(progress) => Input::Progress(progress),
                News::Waiting(words) => Input::Waiting(words),
                News::Refused(words) => Input::Refused(words),
                News::Turned(target, turn) => {
                    unwatched = target.and_then(|target| Some((target.end_watch().ok()?, turn)));
                    return true;
                }
            };
            let is_read = matches!(input, Input::Snapshot(_));
            let is_heard = self.inputs.send(input).is_ok();
            if let Some((watch, turn)) = unwatched.take_if(|_| is_read) {
                // Where no thread can be had the next reading notices the end.
                let _ = wait_for_end(watch, self.inputs.clone(), (&self.turns, turn));
            }
            is_heard
        };
        let Some(mut live) = Live::begin(reader, interval, ordered) else { return };
        loop {
            if let Some(target) = live.target().filter(|_| self.follow.is_some() && live.is_at_first()) {
                self.read_at_the_end(target);
            }
            let Some((now, Outcome::Ended)) = live.run(&mut give) else { return };
            live = now;
            match self.follow.as_ref().filter(|_| live.is_at_first()) {
                None => {
                    let _ = self.inputs.send(Input::ProcessEnded);
                    if !live.wait_for_turn() {
                        return;
                    }
                }
                Some(query) => match live.succeed(query, &mut give) {
                    Some(next) => live = next,
                    None => return,
                },
            }
        }
    }

    /// Has a process read once more when it has ended. Where that cannot be waited for, the next reading will
    /// notice the end.
    fn read_at_the_end(&self, target: &Target) {
        let Ok(watch) = target.end_watch() else { return };
        let orders = self.orders.clone();
        let _ = spawn("end", move || {
            if watch.wait() {
                let _ = orders.send(Order::Refresh);
            }
        });
    }
}

/// Whether writing failed because there is no terminal any more: EIO, ENXIO, EPIPE.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 6)) || error.kind() == io::ErrorKind::BrokenPipe
}

fn perform(
    effect: Effect,
    terminal: &mut Screen,
    orders: &Sender<Order>,
    turns: &AtomicU64,
) -> io::Result<()> {
    match effect {
        Effect::Redraw => netmonitor_tui::clear(terminal),
        Effect::Suspend | Effect::Reenter => {
            netmonitor_tui::restore();
            if effect == Effect::Suspend {
                netmonitor_sys::suspend_process_group()?;
            }
            netmonitor_tui::enter()?;
            netmonitor_tui::clear(terminal)
        }
        effect => {
            perform_order(effect, orders, turns);
            Ok(())
        }
    }
}

/// Hands on what concerns the reading thread.
fn perform_order(effect: Effect, orders: &Sender<Order>, turns: &AtomicU64) {
    if let Effect::Watch(_) = effect {
        turns.fetch_add(1, Ordering::Relaxed);
    }
    let order = match effect {
        Effect::Plan(plan) => Order::Plan(plan),
        Effect::Arrange(shown) => Order::Arrange(shown),
        Effect::Interval(interval) => Order::Interval(interval),
        Effect::Refresh => Order::Refresh,
        Effect::Pause(pause) => Order::Pause(pause),
        Effect::Taken => Order::Taken,
        Effect::Watch(whom) => Order::Watch(whom),
        Effect::Redraw | Effect::Reenter | Effect::Suspend => return,
    };
    // After the process has ended nobody takes orders: what was read stays.
    let _ = orders.send(order);
}

fn watch_end(target: &Target, inputs: Sender<Input>, turns: &Arc<AtomicU64>) -> anyhow::Result<()> {
    let watch = target.end_watch().context("waiting for the end of the process")?;
    wait_for_end(watch, inputs, (turns, 0))
}

/// Tells the session that a process has ended, unless it has turned to others since this turn.
fn wait_for_end(
    watch: EndWatch,
    inputs: Sender<Input>,
    (turns, turn): (&Arc<AtomicU64>, u64),
) -> anyhow::Result<()> {
    let turns = turns.clone();
    spawn("end", move || {
        if watch.wait() && turns.load(Ordering::Relaxed) == turn {
            let _ = inputs.send(Input::ProcessEnded);
        }
    })
}

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

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).context("starting a thread")?;
    Ok(())
}
