//! The thread that reads: it collects a tick, decodes it, and hands the snapshot on.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use netmonitor_core::detect::Thresholds;
use netmonitor_core::engine::Engine;
use netmonitor_core::host::HostEngine;
use netmonitor_core::interval::Interval;
use netmonitor_core::plan::{Ask, Plan};
use netmonitor_core::series::Figures;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::traffic::Counted;
use netmonitor_names::{Names, Teller};
use netmonitor_sys::find::Query;
use netmonitor_sys::{Collector, Ended, HostCollector, Kept, ProcTree, Target, boottime};
use netmonitor_tui::{Prepared, Progress, Shown, Whom};

use super::follow::successor;
use super::keep::{Keeper, Tee};
use super::large::Large;
use super::naming;
use super::order::Order;

/// A reading that took longer than this is followed by a rest...
const LONG: Duration = Duration::from_millis(250);

/// ...of so many times what it took: reading never takes more than a quarter of a core for long.
const REST: u32 = 3;

/// What the reading thread has to tell.
pub(super) enum News<'n> {
    /// How the tables of the next tick are arranged.
    Arranged(Arc<Prepared>),
    /// A tick was read.
    Snapshot(Arc<Snapshot>),
    /// A tick was read while another moment is shown: what is drawn of it.
    Passed(Arc<Figures>),
    /// A large file is being read.
    Progress(Progress),
    /// The process has ended; what is waited for, in words.
    Waiting(String),
    /// Others were to be read, and cannot be.
    Refused(String),
    /// Others are read from now on; the process, if it is one, and how often the session has turned to others up to it.
    Turned(Option<&'n Target>, u64),
}

/// Why reading has come to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The process has ended.
    Ended,
    /// The session is over, or nobody takes the snapshots.
    Over,
}

/// Why nothing is read when its time has come.
#[derive(Default)]
struct Waiting {
    /// The session is frozen.
    paused: bool,
    /// The last snapshot lies there still.
    untaken: bool,
    /// Another moment is shown: what is read is kept, and nobody waits for it.
    away: bool,
}

/// Reads one process after another.
pub(super) struct Live {
    reader: Reader,
    /// Hands on names of addresses.
    teller: Teller,
    /// Whom it reads, and the process that the session began with.
    whom: Whom,
    first: Option<(u32, u64)>,
    wishes: Wishes,
    /// The plan to go on with after the first reading of a process, which reads more.
    after: Option<Plan>,
    /// Who keeps what is read.
    keeper: Option<Keeper>,
}

/// Reads and decodes.
pub(super) enum Reader {
    /// One process.
    One(Box<(Collector, Engine)>),
    /// All of the machine.
    All(Box<(HostCollector, HostEngine)>),
}

impl Reader {
    pub(super) fn of(tree: ProcTree, target: Option<Target>, thresholds: Thresholds) -> Self {
        Self::going_on((tree, target), Kept::default(), Counted::default(), thresholds)
    }

    fn going_on(
        (tree, target): (ProcTree, Option<Target>),
        kept: Kept,
        counted: Counted,
        thresholds: Thresholds,
    ) -> Self {
        let machine = tree.machine();
        match target {
            Some(target) => {
                let mut engine = Engine::watching(machine, target.pid()).going_on(counted);
                engine.judge_by(thresholds);
                Self::One(Box::new((Collector::going_on(tree, target, kept), engine)))
            }
            None => {
                let mut engine = HostEngine::new(machine).going_on(counted);
                engine.judge_by(thresholds);
                Self::All(Box::new((HostCollector::going_on(tree, kept), engine)))
            }
        }
    }

    fn tree(&self) -> &ProcTree {
        match self {
            Self::One(one) => one.0.tree(),
            Self::All(all) => all.0.tree(),
        }
    }

    fn target(&self) -> Option<&Target> {
        match self {
            Self::One(one) => Some(one.0.target()),
            Self::All(_) => None,
        }
    }

    /// The same counts, of others.
    fn turned(self, target: Option<Target>) -> Self {
        let (tree, kept, counted, thresholds) = match self {
            Self::One(one) => {
                let ((tree, kept), thresholds) = (one.0.into_kept(), one.1.judges_by().clone());
                (tree, kept, one.1.into_counted(), thresholds)
            }
            Self::All(all) => {
                let ((tree, kept), thresholds) = (all.0.into_kept(), all.1.judges_by().clone());
                (tree, kept, all.1.into_counted(), thresholds)
            }
        };
        Self::going_on((tree, target), kept, counted, thresholds)
    }
}

/// What is ordered.
struct Wishes {
    plan: Plan,
    interval: Interval,
    orders: Receiver<Order>,
    waiting: Waiting,
    /// What is shown, where there is work in arranging it.
    shown: Option<Shown>,
    /// Others are to be read.
    turn: Option<Whom>,
    /// How often that was ordered.
    turns: u64,
    /// There is a plan for whom is read.
    is_planned: bool,
}

impl Live {
    /// Waits for the first plan: nothing is read before it. `None`: the session is over.
    pub(super) fn begin(
        (reader, names): (Reader, Names),
        interval: Interval,
        orders: Receiver<Order>,
        keeper: Option<Keeper>,
    ) -> Option<Self> {
        let mut wishes = Wishes {
            plan: Plan::default(),
            interval,
            orders,
            waiting: Waiting::default(),
            shown: None,
            turn: None,
            turns: 0,
            is_planned: false,
        };
        wishes.wait_for_plan()?;
        let first = reader.target().map(|target| (target.pid(), target.start_time()));
        let whom = if first.is_some() { Whom::First } else { Whom::All };
        let mut live = Self { reader, teller: names.teller(), whom, first, wishes, after: None, keeper };
        live.keep_anew();
        Some(live)
    }

    /// Goes on until the process has ended, the session is over, or nobody takes the snapshots.
    pub(super) fn run(mut self, give: &mut impl FnMut(News<'_>) -> bool) -> Option<(Self, Outcome)> {
        loop {
            while let Some(whom) = self.wishes.turn.take() {
                self = self.turned(whom, give)?;
            }
            let begun = Instant::now();
            let Some((taken, snapshot)) = self.read(give) else {
                match self.wishes.turn {
                    // What has ended is not looked at any more.
                    Some(_) => continue,
                    None => return Some((self, Outcome::Ended)),
                }
            };
            let took = begun.elapsed();
            if !self.hand_over(&taken, snapshot, give) {
                return Some((self, Outcome::Over));
            }
            let mut now = false;
            for order in taken {
                now |= self.wishes.take(order);
            }
            let rest = if took > LONG { took * REST } else { Duration::ZERO };
            if !now && !self.wishes.wait(begun + took + rest, begun) {
                return Some((self, Outcome::Over));
            }
        }
    }

    /// Hands a tick over, or what is drawn of it while another moment is shown. `false`: nobody takes it.
    fn hand_over(
        &mut self,
        taken: &[Order],
        snapshot: Arc<Snapshot>,
        give: &mut impl FnMut(News<'_>) -> bool,
    ) -> bool {
        if self.wishes.waiting.away {
            let figures = self.wishes.plan.drawn.map(|drawn| News::Passed(snapshot.figures(drawn)));
            return figures.is_none_or(give);
        }
        self.wishes.waiting.untaken = true;
        let mut news = self.arranged(taken, &snapshot).into_iter().chain([News::Snapshot(snapshot)]);
        news.all(give)
    }

    /// What is kept from now on is of another target.
    fn keep_anew(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            let interval = self.wishes.interval.duration().as_nanos() as u64;
            keeper.begin_anew(self.reader.tree().machine(), self.reader.target(), interval);
        }
    }

    /// Reads a tick. None: the process has ended.
    fn read(&mut self, give: &mut impl FnMut(News<'_>) -> bool) -> Option<(Vec<Order>, Arc<Snapshot>)> {
        let plan = &self.wishes.plan;
        let (collector, engine) = match &mut self.reader {
            Reader::One(one) => (&mut one.0, &mut one.1),
            Reader::All(all) => {
                all.1.follow(plan);
                let mut tee = Tee { engine: &mut all.1, keeper: self.keeper.as_mut() };
                all.0.collect(plan, &mut tee);
                self.teller.tick(plan.resolve, boottime(), &mut tee);
                self.keeper.iter_mut().for_each(Keeper::hand_over);
                let snapshot = all.1.snapshot();
                naming::want(&self.teller, plan, &snapshot);
                return Some((Vec::new(), snapshot));
            }
        };
        engine.follow(plan);
        let mut large = Large::new(engine, &self.wishes.orders, give);
        let mut tee = Tee { engine: &mut large, keeper: self.keeper.as_mut() };
        let collected = collector.collect(plan, &mut tee);
        let taken = large.taken;
        if let Some(plan) = self.after.take() {
            self.wishes.plan = plan;
        }
        if collected == Err(Ended) {
            let mut tee = Tee { engine: &mut *engine, keeper: self.keeper.as_mut() };
            if collector.rest(&self.wishes.plan, &mut tee) {
                self.keeper.iter_mut().for_each(Keeper::hand_over);
                // What happened at its end, for whoever still looks.
                give(News::Snapshot(engine.snapshot()));
            }
            taken.into_iter().for_each(|order| _ = self.wishes.take(order));
            return None;
        }
        let plan = &self.wishes.plan;
        let mut tee = Tee { engine: &mut *engine, keeper: self.keeper.as_mut() };
        self.teller.tick(plan.resolve, boottime(), &mut tee);
        self.keeper.iter_mut().for_each(Keeper::hand_over);
        let snapshot = engine.snapshot();
        naming::want(&self.teller, plan, &snapshot);
        Some((taken, snapshot))
    }

    /// Reads others from now on, once there is a plan for them. Where they cannot be read it is told, and all is as it was.
    fn turned(mut self, whom: Whom, give: &mut impl FnMut(News<'_>) -> bool) -> Option<Self> {
        let wanted = match whom {
            Whom::All => None,
            Whom::First => self.first,
            Whom::Other { pid, start_time } => Some((pid, start_time)),
        };
        match wanted.map(|wanted| find(self.reader.tree(), wanted)).transpose() {
            Ok(target) => {
                self.reader = self.reader.turned(target);
                self.teller = self.teller.names().teller();
                (self.whom, self.after) = (whom, None);
                self.keep_anew();
                give(News::Turned(self.reader.target(), self.wishes.turns));
            }
            Err(why) => _ = give(News::Refused(why)),
        }
        self.wishes.waiting.untaken = false;
        self.wishes.wait_for_plan()?;
        Some(self)
    }

    /// Waits until others are to be read, for whom was read has ended. `false`: the session is over.
    pub(super) fn wait_for_turn(&mut self) -> bool {
        while self.wishes.turn.is_none() {
            let Ok(order) = self.wishes.orders.recv() else { return false };
            self.wishes.take(order);
        }
        true
    }

    /// Whether it reads the process that the session began with.
    pub(super) fn is_at_first(&self) -> bool {
        self.whom == Whom::First
    }

    /// Arranges the tables that are shown, by the last order: filtering and sorting them here keeps nobody from
    /// typing.
    fn arranged(&self, taken: &[Order], snapshot: &Arc<Snapshot>) -> Option<News<'static>> {
        let newest = taken.iter().rev().find_map(|order| match order {
            Order::Arrange(shown) => Some(shown),
            _ => None,
        });
        let shown = newest.or(self.wishes.shown.as_ref()).filter(|shown| !shown.is_plain())?;
        Some(News::Arranged(Arc::new(shown.arrange(snapshot))))
    }

    /// Waits for the process that takes the place of the one that has ended; its first reading is as whole
    /// as that of a session. `None`: the session is over.
    pub(super) fn succeed(mut self, query: &Query, give: &mut impl FnMut(News<'_>) -> bool) -> Option<Self> {
        let wishes = &mut self.wishes;
        let mut tell = |words: &str| give(News::Waiting(words.to_owned()));
        let target = successor(self.reader.tree(), query, &mut tell, &mut |least| wishes.rest(least))?;
        self.first = Some((target.pid(), target.start_time()));
        self.reader = self.reader.turned(Some(target));
        self.teller = self.teller.names().teller();
        self.keep_anew();
        self.after = Some(self.wishes.plan.clone());
        self.wishes.plan = self.wishes.plan.clone().with_first_readings();
        Some(self)
    }

    /// The process that is read, if it is one.
    pub(super) fn target(&self) -> Option<&Target> {
        self.reader.target()
    }
}

/// The process of this number that began then.
fn find(tree: &ProcTree, (pid, start_time): (u32, u64)) -> Result<Target, String> {
    let target = Target::find(tree, &pid.to_string()).ok();
    target
        .filter(|target| target.start_time() == start_time)
        .ok_or_else(|| format!("process {pid} has ended, or is not to be seen from here"))
}

impl Wishes {
    /// Waits for a plan: nothing is read before it. `None`: the session is over.
    fn wait_for_plan(&mut self) -> Option<()> {
        while !self.is_planned {
            let order = self.orders.recv().ok()?;
            self.take(order);
        }
        Some(())
    }

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
                (self.plan, self.is_planned) = (plan, true);
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
            Order::Watch(whom) => {
                (self.turn, self.is_planned) = (Some(whom), false);
                self.turns += 1;
                true
            }
            // What is read live has no other moments.
            Order::Time(_) => false,
            Order::Taken => {
                self.waiting.untaken = false;
                false
            }
            Order::Away(away) => {
                let is_back = self.waiting.away && !away;
                (self.waiting.away, self.waiting.untaken) = (away, false);
                is_back
            }
            // Those are for who keeps.
            Order::Keep(_) | Order::Anew(_) => false,
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
        || plan.seldom.iter().any(|dump| !before.seldom.contains(dump))
        || plan.ask < before.ask && !plan.dumps.is_empty()
        || plan.ask == Ask::Always && before.ask != Ask::Always
        || plan.owners > before.owners
        || plan.group != before.group
        || plan.process && !before.process
        || plan.events && !before.events
        || plan.roll && !before.roll
        || plan.resolve && !before.resolve
}
