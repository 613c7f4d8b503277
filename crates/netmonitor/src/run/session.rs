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
use netmonitor_sys::{Collector, ProcTree, Target};
use netmonitor_tui::{App, Effect, Input, Screen, Settings};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use super::live::{Live, News, Order};

/// Watches a process until it ends or the user does. With `follow`, those that these words name after it, until
/// the user ends it.
pub(super) fn run(
    tree: ProcTree,
    target: Target,
    follow: Option<Query>,
    settings: Settings,
) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let (inputs, received) = mpsc::channel();
    let (orders, ordered) = mpsc::channel();
    let interval = settings.interval;
    let pid = target.pid();
    // When the last snapshot was made, in milliseconds since the beginning.
    let last_read = Arc::new(AtomicU64::new(0));
    let mut app = App::new(settings);

    if follow.is_none() {
        watch_end(&target, inputs.clone())?;
    }
    watch_signals(inputs.clone())?;
    // What the session wants first is read while the terminal is prepared.
    for effect in app.start() {
        perform_order(effect, &orders);
    }
    let reading = Reading {
        inputs: inputs.clone(),
        orders: orders.clone(),
        follow,
        begun,
        last_read: last_read.clone(),
    };
    let collector = Collector::new(tree, target);
    spawn("reading", move || reading.run(collector, interval, ordered))?;

    // Never dropped: it would write to a terminal that was given back already, and to one that is gone.
    let mut terminal = ManuallyDrop::new(netmonitor_tui::open().context("preparing the terminal")?);
    netmonitor_tui::read_terminal(inputs);
    let ended = netmonitor_tui::run(&mut terminal, &mut app, &received, &mut |effect, terminal| {
        perform(effect, terminal, &orders)
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
}

impl Reading {
    /// Reads a process until it has ended, and those that take its place where they are to be followed.
    fn run(self, collector: Collector, interval: Interval, ordered: Receiver<Order>) {
        let mut give = |news| {
            let input = match news {
                News::Snapshot(snapshot) => {
                    self.last_read.store(self.begun.elapsed().as_millis() as u64, Ordering::Relaxed);
                    Input::Snapshot(snapshot)
                }
                News::Arranged(prepared) => Input::Arranged(prepared),
                News::Progress(progress) => Input::Progress(progress),
                News::Waiting(words) => Input::Waiting(words),
            };
            self.inputs.send(input).is_ok()
        };
        let Some(mut live) = Live::begin(collector, interval, ordered) else { return };
        loop {
            if self.follow.is_some() {
                self.read_at_the_end(live.target());
            }
            match (live.run(&mut give), &self.follow) {
                (false, _) => return,
                (true, None) => {
                    let _ = self.inputs.send(Input::ProcessEnded);
                    return;
                }
                (true, Some(query)) => match live.succeed(query, &mut give) {
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

fn perform(effect: Effect, terminal: &mut Screen, orders: &Sender<Order>) -> io::Result<()> {
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
            perform_order(effect, orders);
            Ok(())
        }
    }
}

/// Hands on what concerns the reading thread.
fn perform_order(effect: Effect, orders: &Sender<Order>) {
    let order = match effect {
        Effect::Plan(plan) => Order::Plan(plan),
        Effect::Arrange(shown) => Order::Arrange(shown),
        Effect::Interval(interval) => Order::Interval(interval),
        Effect::Refresh => Order::Refresh,
        Effect::Pause(pause) => Order::Pause(pause),
        Effect::Taken => Order::Taken,
        Effect::Redraw | Effect::Reenter | Effect::Suspend => return,
    };
    // After the process has ended nobody takes orders: what was read stays.
    let _ = orders.send(order);
}

fn watch_end(target: &Target, inputs: Sender<Input>) -> anyhow::Result<()> {
    let watch = target.end_watch().context("waiting for the end of the process")?;
    spawn("end", move || {
        if watch.wait() {
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
