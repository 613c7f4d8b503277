//! The thread that keeps what a session reads, and shows moments of it: looking back is playing what is kept.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use netmonitor_core::detect::Thresholds;
use netmonitor_core::plan::Plan;
use netmonitor_core::record::{About, Head, InMemory, Player, Recording, Ring};
use netmonitor_core::sample::{Moment, Sample};
use netmonitor_tui::{Go, Input, Shown};

use super::order::Order;
use super::playing::Playing;
use super::recording;

/// What is kept, of whom.
struct Kept {
    ring: Ring,
    interval: u64,
    /// How often it has begun anew.
    turn: u64,
}

/// Keeps ticks, and shows them.
pub(super) struct Past {
    inputs: Sender<Input>,
    most: usize,
    /// From when on something is wrong.
    thresholds: Thresholds,
    kept: Option<Rc<RefCell<Kept>>>,
    plan: Option<Plan>,
    shown: Option<Shown>,
}

impl Past {
    /// Keeps so many bytes.
    pub(super) fn new(inputs: Sender<Input>, most: usize, thresholds: Thresholds) -> Self {
        Self { inputs, most, thresholds, kept: None, plan: None, shown: None }
    }

    /// Goes on until the session is over.
    pub(super) fn run(mut self, orders: &Receiver<Order>) {
        while let Ok(order) = orders.recv() {
            match order {
                Order::Anew(head) => self.anew(*head),
                Order::Keep(handed) => {
                    if let Some(kept) = &self.kept {
                        keep(&mut kept.borrow_mut().ring, &handed.sample);
                    }
                }
                Order::Plan(plan) => self.plan = Some(plan),
                Order::Arrange(shown) => self.shown = Some(shown),
                Order::Time(Go::Live) => {}
                Order::Time(go) if !self.look_back(go, orders) => return,
                _ => {}
            }
        }
    }

    fn anew(&mut self, head: Head) {
        match &self.kept {
            Some(kept) => kept.borrow_mut().anew(head, self.most),
            None => {
                let (interval, ring) = (head.interval, Ring::new(head, self.most));
                let ring = ring.judging_by(self.thresholds.clone());
                self.kept = Some(Rc::new(RefCell::new(Kept { ring, interval, turn: 0 })));
            }
        }
    }

    /// Shows moments, until the session goes back to what is live. `false`: it is over.
    fn look_back(&mut self, go: Go, orders: &Receiver<Order>) -> bool {
        let opened = self.kept.as_ref().map(|kept| (kept, kept.borrow().ring.recording()));
        let Some((kept, Ok(recording))) = opened else {
            return self.inputs.send(Input::Refused("nothing is kept so far".to_owned())).is_ok();
        };
        let about = About {
            origin: "kept by this session".to_owned(),
            scope: None,
            interval: kept.borrow().interval,
            zone: recording::zone(),
        };
        let last = recording.ticks().saturating_sub(1);
        let view = {
            let kept_now = kept.borrow();
            View {
                kept: kept.clone(),
                most: self.most,
                turn: kept_now.turn,
                dropped: kept_now.ring.dropped(),
                ticks: last + 1,
            }
        };
        let player = Player::new(recording, Plan::default()).judging_by(self.thresholds.clone());
        let playing = Playing::new(player, Arc::new(about), self.inputs.clone());
        let mut playing = playing.growing(Box::new(view), (self.plan.take(), self.shown.take()));
        let goes_on = playing.run(last, Some(go), orders);
        (self.plan, self.shown) = playing.into_looks();
        goes_on
    }
}

impl Kept {
    fn anew(&mut self, head: Head, most: usize) {
        (self.interval, self.turn) = (head.interval, self.turn + 1);
        let thresholds = self.ring.judges_by().clone();
        self.ring = Ring::new(head, most).judging_by(thresholds);
    }
}

fn keep(ring: &mut Ring, sample: &Sample) {
    // Compressing in memory does not fail; if it did, a moment would be missing.
    let _ = ring.tick(sample.clone());
}

/// What a session keeps, and goes on to keep while it is looked at.
pub(super) trait Grows<R> {
    /// Keeps a tick.
    fn keep(&mut self, sample: &Sample);
    /// What comes is of another target: what is looked at does not go on.
    fn anew(&mut self, head: Head);
    /// Something at its beginning is not kept any more.
    fn has_dropped(&self) -> bool;
    /// The newest tick, and how many there are; `None`: it does not go on.
    fn newest(&self) -> Option<(Moment, u64)>;
    /// What has become of it, and how many ticks at its beginning are left out; `None`: nothing else.
    fn renew(&mut self) -> Option<(Recording<R>, u64)>;
}

/// What is kept as it is looked at: it stays as it is until it is renewed.
struct View {
    kept: Rc<RefCell<Kept>>,
    most: usize,
    turn: u64,
    /// Ticks that were dropped when it was made, and those that were there.
    dropped: u64,
    ticks: u64,
}

impl Grows<InMemory> for View {
    fn keep(&mut self, sample: &Sample) {
        keep(&mut self.kept.borrow_mut().ring, sample);
    }

    fn anew(&mut self, head: Head) {
        self.kept.borrow_mut().anew(head, self.most);
    }

    fn has_dropped(&self) -> bool {
        let kept = self.kept.borrow();
        kept.turn == self.turn && kept.ring.dropped() != self.dropped
    }

    fn newest(&self) -> Option<(Moment, u64)> {
        let kept = self.kept.borrow();
        (kept.turn == self.turn).then(|| (kept.ring.last(), kept.ring.ticks()))
    }

    fn renew(&mut self) -> Option<(Recording<InMemory>, u64)> {
        let kept = self.kept.borrow();
        let (dropped, ticks) = (kept.ring.dropped(), kept.ring.ticks());
        if kept.turn != self.turn || (dropped, ticks) == (self.dropped, self.ticks) {
            return None;
        }
        let recording = kept.ring.recording().ok()?;
        let left_out = dropped - self.dropped;
        (self.dropped, self.ticks) = (dropped, ticks);
        Some((recording, left_out))
    }
}
