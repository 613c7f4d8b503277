//! The session on a terminal: threads that send what happens, one loop that draws, effects performed.

use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use anyhow::Context;
use netmonitor_core::engine::Engine;
use netmonitor_core::plan::Plan;
use netmonitor_core::report;
use netmonitor_core::session::State;
use netmonitor_sys::{Collector, ProcTree, Target};
use netmonitor_tui::{App, Effect, Input, Screen, Settings};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use super::live::{Live, News, Order};

/// Watches a process until it ends or the user does.
pub(super) fn run(tree: ProcTree, target: Target, settings: Settings) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let (inputs, received) = mpsc::channel();
    let (orders, ordered) = mpsc::channel();
    let interval = settings.interval;
    let pid = target.pid();
    // When the last snapshot was made, in milliseconds since the beginning.
    let last_read = Arc::new(AtomicU64::new(0));
    let mut app = App::new(settings);

    watch_end(&target, inputs.clone())?;
    watch_signals(inputs.clone())?;
    // What the session wants first is read while the terminal is prepared.
    for effect in app.start() {
        perform_order(effect, &orders);
    }
    let engine = Engine::watching(tree.machine(), pid);
    let live = Live {
        collector: Collector::new(tree, target),
        engine,
        plan: Plan::default(),
        interval,
        orders: ordered,
        shown: None,
    };
    let (snapshots, last) = (inputs.clone(), last_read.clone());
    spawn("reading", move || {
        let ended = live.run(|news| {
            let input = match news {
                News::Snapshot(snapshot) => {
                    last.store(begun.elapsed().as_millis() as u64, Ordering::Relaxed);
                    Input::Snapshot(snapshot)
                }
                News::Arranged(prepared) => Input::Arranged(prepared),
                News::Progress(progress) => Input::Progress(progress),
            };
            snapshots.send(input).is_ok()
        });
        if ended {
            let _ = snapshots.send(Input::ProcessEnded);
        }
    })?;

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
