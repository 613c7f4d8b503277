//! The session on a terminal of what is read live.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use anyhow::Context;
use netmonitor_core::interval::Interval;
use netmonitor_core::report;
use netmonitor_core::session::State;
use netmonitor_names::Names;
use netmonitor_sys::find::Query;
use netmonitor_sys::{EndWatch, ProcTree, Target};
use netmonitor_tui::{Input, Settings};

use super::keep::Keeper;
use super::live::{Live, News, Outcome, Reader};
use super::on_terminal::{Session, spawn};
use super::order::Order;

/// Watches a process until it ends or the user does; without one, all of the machine, until the user ends it. With
/// `follow`, those that these words name after the process.
pub(super) fn run(
    tree: ProcTree,
    target: Option<Target>,
    follow: Option<Query>,
    settings: Settings,
    (names, history): (Names, u64),
) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let (interval, thresholds) = (settings.interval, settings.thresholds.clone());
    let pid = target.as_ref().map_or(0, Target::pid);
    // When the last snapshot was made, in milliseconds since the beginning.
    let last_read = Arc::new(AtomicU64::new(0));
    let mut session = Session::new(settings, Some(tree.path()), names.clone());

    if let Some(target) = target.as_ref().filter(|_| follow.is_none()) {
        watch_end(target, session.inputs.clone(), &session.turns)?;
    }
    let reading = Reading {
        inputs: session.inputs.clone(),
        orders: session.orders.reading.clone(),
        follow,
        begun,
        last_read: last_read.clone(),
        turns: session.turns.clone(),
    };
    let most = usize::try_from(history).unwrap_or(usize::MAX);
    let reader = Reader::of(tree, target, thresholds.clone());
    let keeper = (most > 0).then(|| session.keep(most, thresholds)).transpose()?;
    session.start(move |ordered| reading.run((reader, names), interval, (ordered, keeper)))?;
    let Some(app) = session.on_terminal()? else { return Ok(ExitCode::SUCCESS) };
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
    fn run(
        self,
        reader: (Reader, Names),
        interval: Interval,
        (ordered, keeper): (Receiver<Order>, Option<Keeper>),
    ) {
        // Its end is waited for once it was read.
        let mut unwatched = None;
        let mut give = |news: News<'_>| {
            let input = match news {
                News::Snapshot(snapshot) => {
                    self.last_read.store(self.begun.elapsed().as_millis() as u64, Ordering::Relaxed);
                    Input::Snapshot(snapshot)
                }
                News::Arranged(prepared) => Input::Arranged(prepared),
                News::Passed(figures) => Input::Passed(vec![figures]),
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
        let Some(mut live) = Live::begin(reader, interval, ordered, keeper) else { return };
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
