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
use netmonitor_sys::find::Query;
use netmonitor_sys::{Collector, Ended, Target};
use netmonitor_tui::{Prepared, Progress, Shown};

use super::follow::successor;

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
    /// What is shown from now on.
    Arrange(Shown),
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
    /// How the tables of the next tick are arranged.
    Arranged(Arc<Prepared>),
    /// A tick was read.
    Snapshot(Arc<Snapshot>),
    /// A large file is being read.
    Progress(Progress),
    /// The process has ended; what is waited for, in words.
    Waiting(String),
}

/// Why nothing is read when its time has come.
#[derive(Default)]
struct Waiting {
    /// The session is frozen.
    paused: bool,
    /// The last snapshot lies there still.
    untaken: bool,
}

/// Reads one process after another.
pub(super) struct Live {
    collector: Collector,
    engine: Engine,
    wishes: Wishes,
    /// The plan to go on with after the first reading of a process, which reads more.
    after: Option<Plan>,
}

/// What is ordered.
struct Wishes {
    plan: Plan,
    interval: Interval,
    orders: Receiver<Order>,
    waiting: Waiting,
    /// What is shown, where there is work in arranging it.
    shown: Option<Shown>,
}

impl Live {
    /// Waits for the first plan: nothing is read before it. `None`: the session is over.
    pub(super) fn begin(collector: Collector, interval: Interval, orders: Receiver<Order>) -> Option<Self> {
        let engine = Engine::watching(collector.tree().machine(), collector.target().pid());
        let mut wishes =
            Wishes { plan: Plan::default(), interval, orders, waiting: Waiting::default(), shown: None };
        let order = wishes.orders.recv().ok()?;
        wishes.take(order);
        Some(Self { collector, engine, wishes, after: None })
    }

    /// Goes on until the process has ended, the session is over, or nobody takes the snapshots. Gives
    /// whether the process has ended.
    pub(super) fn run(&mut self, give: &mut impl FnMut(News) -> bool) -> bool {
        loop {
            let begun = Instant::now();
            self.engine.follow(&self.wishes.plan);
            let mut large = Large {
                engine: &mut self.engine,
                orders: &self.wishes.orders,
                taken: Vec::new(),
                give: &mut *give,
                begun,
                told: begun,
            };
            let collected = self.collector.collect(&self.wishes.plan, &mut large);
            let taken = large.taken;
            let took = begun.elapsed();
            if let Some(plan) = self.after.take() {
                self.wishes.plan = plan;
            }
            if collected == Err(Ended) {
                taken.into_iter().for_each(|order| _ = self.wishes.take(order));
                return true;
            }
            self.wishes.waiting.untaken = true;
            let snapshot = self.engine.snapshot();
            let news = self.arranged(&taken, &snapshot).into_iter().chain([News::Snapshot(snapshot)]);
            if !news.into_iter().all(&mut *give) {
                return false;
            }
            let mut now = false;
            for order in taken {
                now |= self.wishes.take(order);
            }
            let rest = if took > LONG { took * REST } else { Duration::ZERO };
            if !now && !self.wishes.wait(begun + took + rest, begun) {
                return false;
            }
        }
    }

    /// Arranges the tables that are shown, by the last order: filtering and sorting them here keeps nobody from
    /// typing.
    fn arranged(&self, taken: &[Order], snapshot: &Arc<Snapshot>) -> Option<News> {
        let newest = taken.iter().rev().find_map(|order| match order {
            Order::Arrange(shown) => Some(shown),
            _ => None,
        });
        let shown = newest.or(self.wishes.shown.as_ref()).filter(|shown| !shown.is_plain())?;
        Some(News::Arranged(Arc::new(shown.arrange(snapshot))))
    }

    /// Waits for the process that takes the place of the one that has ended; its first reading is as whole
    /// as that of a session. `None`: the session is over.
    pub(super) fn succeed(mut self, query: &Query, give: &mut impl FnMut(News) -> bool) -> Option<Self> {
        let wishes = &mut self.wishes;
        let mut tell = |words: &str| give(News::Waiting(words.to_owned()));
        let target = successor(self.collector.tree(), query, &mut tell, &mut |least| wishes.rest(least))?;
        let tree = self.collector.into_tree();
        let engine = Engine::watching(tree.machine(), target.pid());
        let after = Some(self.wishes.plan.clone());
        self.wishes.plan = self.wishes.plan.with_first_readings();
        Some(Self { collector: Collector::new(tree, target), engine, wishes: self.wishes, after })
    }

    /// The process that is read.
    pub(super) fn target(&self) -> &Target {
        self.collector.target()
    }
}

impl Wishes {
    /// Waits for the next tick, or for an order to read at once. `false`: the session is over.
    fn wait(&mut self, rested: Instant, begun: Instant) -> bool {
        loop {
            let left = match self.waiting.paused || self.waiting.untaken {
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
            let mut now = self.take(order);
            // Orders that have piled up during a long reading are taken together.
            loop {
                match self.orders.try_recv() {
                    Ok(order) => now |= self.take(order),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return false,
                }
            }
            if now {
                return true;
            }
        }
    }

    /// Waits for an interval while there is no process to be read. `false`: the session is over.
    fn rest(&mut self, least: Duration) -> bool {
        let begun = Instant::now();
        loop {
            let due = begun + self.interval.duration().max(least);
            match self.orders.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(Order::Refresh) | Err(RecvTimeoutError::Timeout) => return true,
                Ok(order) => _ = self.take(order),
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// Takes an order; `true` if it wants a reading at once.
    fn take(&mut self, order: Order) -> bool {
        match order {
            Order::Plan(plan) => {
                // What is being read already has just been read.
                let more = asks_for_more(&self.plan, &plan);
                self.plan = plan;
                more && !self.waiting.paused
            }
            Order::Arrange(shown) => {
                self.shown = Some(shown);
                false
            }
            Order::Interval(interval) => {
                self.interval = interval;
                false
            }
            Order::Refresh => true,
            Order::Pause(pause) => {
                let resumed = self.waiting.paused && !pause;
                self.waiting.paused = pause;
                resumed
            }
            Order::Taken => {
                self.waiting.untaken = false;
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
        || plan.group != before.group
        || plan.process && !before.process
        || plan.events && !before.events
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
