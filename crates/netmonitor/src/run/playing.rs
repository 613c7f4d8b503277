//! The thread that plays a recording: it obeys the same orders as the one that reads live, and those of time.

mod search;

use std::io::{Read, Seek};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::{Duration, Instant};

use netmonitor_core::plan::Plan;
use netmonitor_core::record::{About, Head, LACKS, Player, Speed, Timeline, set_between, set_words};
use netmonitor_core::sample::{Moment, Sample};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_tui::{Go, Input, Shown, Whom};

use super::backfill::Backfill;
use super::order::Order;
use super::past::Grows;
use search::Search;

/// So long is played or sought before it is looked for orders.
const AT_ONCE: Duration = Duration::from_millis(20);

/// A longer time in which nothing was recorded is passed over after so much of it, nanoseconds.
const LONGEST: u64 = 10_000_000_000;

/// Plays a recording.
pub(super) struct Playing<R> {
    player: Player<R>,
    about: Arc<About>,
    inputs: Sender<Input>,
    /// What is looked at; `None`: it is not known yet.
    plan: Option<Plan>,
    shown: Option<Shown>,
    /// The last snapshot lies there still.
    untaken: bool,
    speed: Speed,
    clock: Option<Clock>,
    search: Option<Search>,
    /// Where they were found, as time since boot.
    changes: Vec<u64>,
    said: Option<String>,
    /// The process that is watched out of all.
    watched: Option<u32>,
    was_there: bool,
    /// What is to be handed over.
    is_moved: bool,
    is_changed: bool,
    /// It is what a session keeps, which goes on.
    grows: Option<Box<dyn Grows<R>>>,
    /// The session looks at what is live again.
    is_left: bool,
    /// What is drawn of moments before.
    backfill: Backfill,
}

/// Time goes on: where it was, and when that was.
#[derive(Clone, Copy)]
struct Clock {
    boottime: u64,
    at: Instant,
}

impl<R: Read + Seek> Playing<R> {
    pub(super) fn new(player: Player<R>, about: Arc<About>, inputs: Sender<Input>) -> Self {
        Self {
            player,
            about,
            inputs,
            plan: None,
            shown: None,
            untaken: false,
            speed: Speed::default(),
            clock: None,
            search: None,
            changes: Vec::new(),
            said: None,
            watched: None,
            was_there: true,
            is_moved: false,
            is_changed: false,
            grows: None,
            is_left: false,
            backfill: Backfill::default(),
        }
    }

    /// The same of what goes on, for a session that looks at it so.
    pub(super) fn growing(
        self,
        grows: Box<dyn Grows<R>>,
        (plan, shown): (Option<Plan>, Option<Shown>),
    ) -> Self {
        let mut playing = Self { grows: Some(grows), shown, ..self };
        plan.into_iter().for_each(|plan| playing.take(Order::Plan(plan)));
        playing
    }

    /// How the session looked at it last.
    pub(super) fn into_looks(self) -> (Option<Plan>, Option<Shown>) {
        (self.plan, self.shown)
    }

    /// Plays from a tick on, after this was done, until the session is over, or looks at what is live again. `false`: it is over.
    pub(super) fn run(&mut self, begin: u64, first: Option<Go>, orders: &Receiver<Order>) -> bool {
        while self.plan.is_none() {
            let Ok(order) = orders.recv() else { return false };
            self.take(order);
        }
        if !self.player.to(begin) {
            self.said = Some("nothing of the recording can be read from here on: it is damaged".to_owned());
        }
        (self.is_moved, self.is_changed) = (true, true);
        first.into_iter().for_each(|go| self.go(go));
        loop {
            self.is_moved |= self.go_on();
            if !self.hand_over() {
                return false;
            }
            if self.clock.is_none() && self.search.is_none() && !self.backfill.is_under_way() {
                let number = self.number();
                self.backfill.begin(&mut self.player, number);
            }
            let order = match self.due() {
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => orders.recv_timeout(due),
            };
            let mut next = match order {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return false,
            };
            // Steps that have piled up are made together.
            let mut ticks = 0;
            while let Some(order) = next {
                match order {
                    Order::Time(Go::Ticks(more)) => ticks += more,
                    order => {
                        self.step(std::mem::take(&mut ticks));
                        self.take(order);
                    }
                }
                next = match orders.try_recv() {
                    Ok(order) => Some(order),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return false,
                };
                if self.is_left {
                    return true;
                }
            }
            self.step(ticks);
        }
    }

    fn take(&mut self, order: Order) {
        if matches!(order, Order::Plan(_) | Order::Watch(_) | Order::Time(_)) {
            self.backfill.leave(&mut self.player);
        }
        match order {
            Order::Plan(plan) => {
                if self.search.is_none() {
                    self.player.follow(plan.clone());
                }
                (self.plan, self.is_moved) = (Some(plan), true);
            }
            Order::Arrange(shown) => self.shown = Some(shown),
            Order::Taken => self.untaken = false,
            Order::Watch(whom) => self.watch(whom),
            Order::Time(go) => self.go(go),
            Order::Keep(handed) => self.keep(&handed.sample),
            Order::Anew(head) => self.grows.iter_mut().for_each(|grows| grows.anew(Head::clone(&head))),
            // Nothing is read.
            Order::Interval(_) | Order::Refresh | Order::Pause(_) | Order::Away(_) => {}
        }
    }

    /// Keeps a tick that was read meanwhile.
    fn keep(&mut self, sample: &Sample) {
        let Some(grows) = &mut self.grows else { return };
        grows.keep(sample);
        self.is_changed = true;
        if grows.has_dropped() {
            // Else what is dropped would take memory as long as it is looked at.
            self.renew();
        }
    }

    /// Goes on with what has been kept since.
    fn renew(&mut self) {
        let Some((recording, left_out)) = self.grows.as_mut().and_then(|grows| grows.renew()) else { return };
        self.backfill.leave(&mut self.player);
        self.backfill.forget();
        if !self.player.renew(recording, left_out) {
            self.to(0);
            self.said =
                Some("what was shown is not kept any more: this is the oldest moment that is".to_owned());
        }
    }

    /// Shows others from now on, once there is a plan for them.
    fn watch(&mut self, whom: Whom) {
        self.stop_search();
        let wanted = match (whom, self.player.recording().head().pid) {
            (Whom::All, None) => None,
            (Whom::Other { pid, start_time }, None) => Some((pid, start_time)),
            (Whom::First, Some(_)) => return,
            (Whom::All | Whom::First | Whom::Other { .. }, pid) => {
                let pid = pid.unwrap_or_default();
                let why = format!("the recording is of process {pid} alone");
                let _ = self.inputs.send(Input::Refused(why));
                return;
            }
        };
        self.player.watch(wanted);
        (self.watched, self.plan, self.was_there) = (wanted.map(|(pid, _)| pid), None, true);
    }

    fn go(&mut self, go: Go) {
        self.stop_search();
        self.is_changed = true;
        if !matches!(go, Go::Ticks(..=0) | Go::Seconds(..=0) | Go::Play(_)) {
            self.renew();
        }
        let last = self.player.recording().ticks().saturating_sub(1);
        match go {
            Go::Live => self.is_left = true,
            Go::Play(play) => {
                let is_at_end = self.number() == last;
                if play && is_at_end {
                    self.to(0);
                }
                self.clock = play.then(|| self.clock_now());
            }
            Go::Speed(speed) => {
                self.speed = speed;
                self.clock = self.clock.map(|_| self.clock_now());
            }
            Go::Ticks(ticks) => self.step(ticks),
            Go::Seconds(seconds) => self.seconds(seconds),
            Go::To(sought) => {
                let number = self.player.recording().seek(sought);
                self.to(number);
            }
            Go::Last => {
                self.clock = None;
                self.to(last);
            }
            Go::NextChange(scope) => self.seek(scope, false),
            Go::NextFinding(scope) => self.seek(scope, true),
        }
    }

    fn number(&self) -> u64 {
        self.player.now().map_or(0, |(number, _)| number)
    }

    fn moment(&self) -> Moment {
        self.player.now().map_or(Moment::default(), |(_, snapshot)| snapshot.moment)
    }

    fn boottime(&self) -> u64 {
        self.moment().boottime
    }

    /// Says that the clock was set between two moments that follow each other, if it was.
    fn say_if_set(&mut self, before: Moment, after: Moment) {
        self.said = set_between(before, after).map(set_words).or(self.said.take());
    }

    fn clock_now(&self) -> Clock {
        Clock { boottime: self.boottime(), at: Instant::now() }
    }

    /// Goes to a tick; time goes on from there, if it does.
    fn to(&mut self, number: u64) {
        if !self.player.to(number) {
            self.said = Some("nothing of the recording can be read from there on: it is damaged".to_owned());
        }
        self.is_moved = true;
        self.clock = self.clock.map(|_| self.clock_now());
    }

    /// Goes so many ticks on or back, and stands still there.
    fn step(&mut self, ticks: i64) {
        if ticks == 0 {
            return;
        }
        self.backfill.leave(&mut self.player);
        self.stop_search();
        self.clock = None;
        if ticks > 0 && self.player.next_moment().is_none() {
            self.renew();
        }
        let (now, last) = (self.number(), self.player.recording().ticks().saturating_sub(1));
        let wanted = now.checked_add_signed(ticks).filter(|wanted| *wanted <= last);
        let to = wanted.unwrap_or(if ticks < 0 { 0 } else { last });
        if wanted.is_none() {
            let which = if ticks < 0 { "first" } else { "last" };
            self.said = Some(match (&self.grows, ticks < 0) {
                (None, _) => format!("this is the {which} moment of the recording"),
                (Some(_), true) => "this is the oldest moment that is kept".to_owned(),
                (Some(_), false) => "this is the newest moment: L goes on with live figures".to_owned(),
            });
        }
        let before = self.moment();
        // Where ticks are missing the next one is that which is there.
        let is_missing =
            |player: &Player<R>| player.now().is_some_and(|(number, _)| number >= now && to < now);
        self.to(to);
        let mut further = to;
        while is_missing(&self.player) && further > 0 {
            further -= 1;
            self.to(further);
        }
        match ticks {
            1 => self.say_if_set(before, self.moment()),
            -1 => self.say_if_set(self.moment(), before),
            _ => {}
        }
    }

    /// Goes so many seconds on or back, one tick at least.
    fn seconds(&mut self, seconds: i64) {
        let wanted = self.boottime().saturating_add_signed(seconds.saturating_mul(1_000_000_000));
        let found = self.player.recording().find_boottime(wanted);
        let now = self.number();
        if found == now || (seconds < 0) == (found > now) {
            return self.step(seconds.signum());
        }
        self.to(found);
    }

    /// How long nothing is to be done unless an order comes; `None`: for ever.
    fn due(&mut self) -> Option<Duration> {
        if self.search.is_some() || self.backfill.is_under_way() {
            return Some(Duration::ZERO);
        }
        let clock = self.clock.filter(|_| !self.untaken && self.plan.is_some())?;
        let next = self.player.next_moment()?.boottime.min(self.boottime().saturating_add(LONGEST));
        let ahead = next.saturating_sub(clock.boottime) as f64 / 1e9 / self.speed.factor();
        let due = clock.at + Duration::from_secs_f64(ahead);
        Some(due.saturating_duration_since(Instant::now()))
    }

    /// Goes on as far as time has gone on, or a change is sought; whether it has moved.
    fn go_on(&mut self) -> bool {
        if self.search.is_some() {
            return self.seek_on();
        }
        if self.backfill.is_under_way() {
            let made = self.backfill.go_on(&mut self.player, AT_ONCE);
            // Nobody is left to be told: that is noticed when something else is handed over.
            let _ = self.inputs.send(Input::Passed(made));
            return false;
        }
        let begun = Instant::now();
        let mut is_moved = false;
        while begun.elapsed() < AT_ONCE && self.due() == Some(Duration::ZERO) {
            let before = self.moment();
            if !self.player.step() {
                break;
            }
            is_moved = true;
            let now = self.moment();
            self.say_if_set(before, now);
            if now.boottime.saturating_sub(before.boottime) > LONGEST {
                self.clock = Some(self.clock_now());
            }
        }
        if is_moved && begun.elapsed() >= AT_ONCE {
            // Faster than it can be decoded: what was missed is not made up for.
            self.clock = self.clock.map(|_| self.clock_now());
        }
        if self.clock.is_some() && self.player.next_moment().is_none() {
            (self.clock, self.is_changed) = (None, true);
            self.said = Some("this is the end of the recording".to_owned());
        }
        is_moved
    }

    /// Hands over what is new. `false`: the session is over.
    fn hand_over(&mut self) -> bool {
        if self.backfill.is_under_way() {
            return true;
        }
        let Some((number, snapshot)) = self.player.now().filter(|_| self.plan.is_some()) else {
            let Some(said) = self.said.take() else { return true };
            return self.inputs.send(Input::Refused(said)).is_ok();
        };
        let is_moved = self.is_moved && self.search.is_none();
        if !is_moved && !self.is_changed && self.said.is_none() {
            return true;
        }
        self.is_changed = false;
        self.say_who_is_there();
        let time = Box::new(self.timeline(number, &snapshot));
        if !is_moved {
            return self.inputs.send(Input::Time(time)).is_ok();
        }
        self.is_moved = false;
        self.untaken = true;
        self.backfill.handed(self.plan.as_ref().and_then(|plan| plan.drawn), number);
        let shown = self.shown.as_ref().filter(|shown| !shown.is_plain());
        let arranged = shown.map(|shown| Input::Arranged(Arc::new(shown.arrange(&snapshot))));
        let inputs = [Some(Input::Time(time)), arranged, Some(Input::Snapshot(snapshot))];
        inputs.into_iter().flatten().all(|input| self.inputs.send(input).is_ok())
    }

    /// Says that the process that is watched is not there, once.
    fn say_who_is_there(&mut self) {
        let is_there = self.player.is_there();
        if let Some(pid) = self.watched.filter(|_| !is_there && self.was_there) {
            self.said =
                Some(format!("process {pid} was not there at this moment, and is shown as it was last"));
        }
        self.was_there = is_there;
    }

    fn timeline(&mut self, number: u64, snapshot: &Snapshot) -> Timeline {
        let recording = self.player.recording();
        let (mut span, mut ends) = (recording.span(), (recording.first().wall, recording.last().wall));
        if let Some((newest, _)) = self.grows.as_ref().and_then(|grows| grows.newest()) {
            (ends.1, span.boottimes.1) = (newest.wall, newest.boottime);
            span.walls.1 = span.walls.1.max(newest.wall);
        }
        Timeline {
            span,
            ends,
            now: snapshot.moment,
            number,
            ticks: recording.ticks(),
            damage: recording.damage(),
            about: self.about.clone(),
            is_playing: self.clock.is_some(),
            is_searching: self.search.is_some(),
            speed: self.speed,
            changes: self.changes.as_slice().into(),
            lacks: self.watched.map(|_| LACKS),
            said: self.said.take(),
        }
    }
}
