//! The thread that reads: it collects a tick, decodes it, and hands the snapshot on.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use netmonitor_core::engine::Engine;
use netmonitor_core::files::NetPath;
use netmonitor_core::interval::Interval;
use netmonitor_core::plan::{Ask, Plan};
use netmonitor_core::sample::{Moment, Origin, Reading, Sink};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_sys::{Collector, Ended};
use netmonitor_tui::Progress;

/// A reading that took longer than this is followed by a rest...
const LONG: Duration = Duration::from_millis(250);

/// ...of so many times what it took: reading never takes more than a quarter of a core for long.
const REST: u32 = 3;

/// How long a file may be read before somebody is told of it, and how often from then on.
const QUIET: Duration = Duration::from_millis(100);

/// More of one file's text is not read: its rows take about as much memory again.
const LARGEST: u64 = 256 << 20;

/// What the session wants of the reading thread.
pub(super) enum Order {
    /// What to read from now on; it is read at once.
    Plan(Plan),
    /// The time between two readings.
    Interval(Interval),
    /// Read now.
    Refresh,
    /// Read nothing, or read on.
    Pause(bool),
    /// The last snapshot was taken.
    Taken,
}

/// What the reading thread has to tell.
pub(super) enum News {
    /// A tick was read.
    Snapshot(Arc<Snapshot>),
    /// A large file is being read.
    Progress(Progress),
}

/// Why nothing is read when its time has come.
#[derive(Default)]
struct Waiting {
    /// The session is frozen.
    paused: bool,
    /// The last snapshot lies there still.
    untaken: bool,
}

/// Reads, and waits for orders.
pub(super) struct Live {
    pub(super) collector: Collector,
    pub(super) engine: Engine,
    pub(super) plan: Plan,
    pub(super) interval: Interval,
    pub(super) orders: Receiver<Order>,
}

impl Live {
    /// Goes on until the process has ended, the session is over, or nobody takes the snapshots. Gives
    /// whether the process has ended.
    pub(super) fn run(mut self, mut give: impl FnMut(News) -> bool) -> bool {
        let mut waiting = Waiting::default();
        // Nothing is read before the first plan.
        match self.orders.recv() {
            Ok(order) => self.take(order, &mut waiting),
            Err(_) => return false,
        };
        loop {
            let begun = Instant::now();
            self.engine.follow(&self.plan);
            let mut large = Large {
                engine: &mut self.engine,
                orders: &self.orders,
                taken: Vec::new(),
                give: &mut give,
                begun,
                told: begun,
            };
            match self.collector.collect(&self.plan, &mut large) {
                Ok(()) => {}
                Err(Ended) => return true,
            }
            let taken = large.taken;
            let took = begun.elapsed();
            waiting.untaken = true;
            if !give(News::Snapshot(self.engine.snapshot())) {
                return false;
            }
            let mut now = false;
            for order in taken {
                now |= self.take(order, &mut waiting);
            }
            let rest = if took > LONG { took * REST } else { Duration::ZERO };
            if !now && !self.wait(begun + took + rest, begun, &mut waiting) {
                return false;
            }
        }
    }

    /// Waits for the next tick, or for an order to read at once. `false`: the session is over.
    fn wait(&mut self, rested: Instant, begun: Instant, waiting: &mut Waiting) -> bool {
        loop {
            let left = match waiting.paused || waiting.untaken {
                // For an order, however long it takes: a terminal that takes nothing gets nothing to keep.
                true => Duration::MAX,
                false => {
                    let due = rested.max(begun + self.interval.duration());
                    due.saturating_duration_since(Instant::now())
                }
            };
            let order = match self.orders.recv_timeout(left) {
                Ok(order) => order,
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            };
            let mut now = self.take(order, waiting);
            // Orders that have piled up during a long reading are taken together.
            loop {
                match self.orders.try_recv() {
                    Ok(order) => now |= self.take(order, waiting),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return false,
                }
            }
            if now {
                return true;
            }
        }
    }

    /// Takes an order; `true` if it wants a reading at once.
    fn take(&mut self, order: Order, waiting: &mut Waiting) -> bool {
        match order {
            Order::Plan(plan) => {
                // What is being read already has just been read.
                let more = asks_for_more(&self.plan, &plan);
                self.plan = plan;
                more && !waiting.paused
            }
            Order::Interval(interval) => {
                self.interval = interval;
                false
            }
            Order::Refresh => true,
            Order::Pause(pause) => {
                let resumed = waiting.paused && !pause;
                waiting.paused = pause;
                resumed
            }
            Order::Taken => {
                waiting.untaken = false;
                false
            }
        }
    }
}

/// Whether a plan has something that the one before has not.
fn asks_for_more(before: &Plan, plan: &Plan) -> bool {
    plan.net.iter().any(|path| !before.net.contains(path))
        || plan.settings.iter().any(|setting| !before.settings.contains(setting))
        || plan.text.as_ref().is_some_and(|text| before.text.as_ref() != Some(text))
        || plan.list && !before.list
        || plan.measure != before.measure
        || plan.dumps.iter().any(|dump| !before.dumps.contains(dump))
        || plan.ask < before.ask && !plan.dumps.is_empty()
        || plan.ask == Ask::Always && before.ask != Ask::Always
        || plan.owners > before.owners
        || plan.process && !before.process
}

/// The engine while a tick is read: tells how far a large file has come, and leaves the rest of it when that
/// is not wanted any more.
struct Large<'a, G> {
    engine: &'a mut Engine,
    orders: &'a Receiver<Order>,
    /// Orders that have come meanwhile.
    taken: Vec<Order>,
    give: &'a mut G,
    /// When the part began, and when it was told of last.
    begun: Instant,
    told: Instant,
}

impl<G: FnMut(News) -> bool> Large<'_, G> {
    /// Looks whether the rest of a file is wanted.
    fn is_wanted(&mut self, path: &NetPath, bytes: u64) -> bool {
        let mut wanted = bytes <= LARGEST;
        loop {
            match self.orders.try_recv() {
                Ok(order) => {
                    wanted &= match &order {
                        Order::Plan(plan) => plan.reads(path),
                        _ => true,
                    };
                    self.taken.push(order);
                }
                Err(TryRecvError::Empty) => return wanted,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }
}

impl<G: FnMut(News) -> bool> Sink for Large<'_, G> {
    fn begin(&mut self, moment: Moment) {
        self.engine.begin(moment);
        self.begun = Instant::now();
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        self.engine.chunk(origin, bytes)?;
        let (Origin::Net(path) | Origin::Dump(path)) = origin else { return ControlFlow::Continue(()) };
        let now = Instant::now();
        if now - self.begun < QUIET || now - self.told < QUIET {
            return ControlFlow::Continue(());
        }
        self.told = now;
        let (rows, bytes) = self.engine.progress();
        let heard = (self.give)(News::Progress(Progress { path: path.clone(), rows, bytes }));
        match heard && self.is_wanted(path, bytes) {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        self.engine.end(origin, reading);
        self.begun = Instant::now();
    }
}
