//! The thread that reads: it collects a tick, decodes it, and hands the snapshot on.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use netmonitor_core::engine::Engine;
use netmonitor_core::interval::Interval;
use netmonitor_core::plan::Plan;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_sys::{Collector, Ended};

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
    pub(super) fn run(mut self, mut give: impl FnMut(Arc<Snapshot>) -> bool) -> bool {
        let mut waiting = Waiting::default();
        // Nothing is read before the first plan.
        match self.orders.recv() {
            Ok(order) => self.take(order, &mut waiting),
            Err(_) => return false,
        };
        loop {
            let begun = Instant::now();
            match self.collector.collect(&self.plan, &mut self.engine) {
                Ok(()) => {}
                Err(Ended) => return true,
            }
            waiting.untaken = true;
            if !give(self.engine.snapshot()) || !self.wait(begun, &mut waiting) {
                return false;
            }
        }
    }

    /// Waits for the next tick, or for an order to read at once. `false`: the session is over.
    fn wait(&mut self, begun: Instant, waiting: &mut Waiting) -> bool {
        loop {
            let left = match waiting.paused || waiting.untaken {
                // For an order, however long it takes: a terminal that takes nothing gets nothing to keep.
                true => Duration::MAX,
                false => (begun + self.interval.duration()).saturating_duration_since(Instant::now()),
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
                let new = plan.net.iter().any(|path| !self.plan.net.contains(path));
                let more = new || plan.owners > self.plan.owners;
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
