//! The engine while a tick is read: a large file is told of, and left when it is not wanted any more.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use netmonitor_core::engine::Engine;
use netmonitor_core::files::NetPath;
use netmonitor_core::sample::{Moment, Origin, Reading, Sink};
use netmonitor_tui::Progress;

use super::live::News;
use super::order::Order;

/// How long a file may be read before somebody is told of it, and how often from then on.
const QUIET: Duration = Duration::from_millis(100);

/// More of one file's text is not read: its rows take about as much memory again.
const LARGEST: u64 = 256 << 20;

/// The engine while a tick is read: tells how far a large file has come, and leaves the rest of it when that
/// is not wanted any more.
pub(super) struct Large<'a, G> {
    engine: &'a mut Engine,
    orders: &'a Receiver<Order>,
    /// Orders that have come meanwhile.
    pub(super) taken: Vec<Order>,
    give: &'a mut G,
    /// When the part began, and when it was told of last.
    begun: Instant,
    told: Instant,
}

impl<'a, G: FnMut(News<'_>) -> bool> Large<'a, G> {
    /// Hands what is read to an engine; `give` is told of it.
    pub(super) fn new(engine: &'a mut Engine, orders: &'a Receiver<Order>, give: &'a mut G) -> Self {
        let begun = Instant::now();
        Self { engine, orders, taken: Vec::new(), give, begun, told: begun }
    }

    /// Looks whether the rest of a file is wanted.
    fn is_wanted(&mut self, path: &NetPath, bytes: u64) -> bool {
        let mut wanted = bytes <= LARGEST;
        loop {
            match self.orders.try_recv() {
                Ok(order) => {
                    wanted &= match &order {
                        Order::Plan(plan) => plan.reads(path),
                        Order::Watch(_) => false,
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

impl<G: FnMut(News<'_>) -> bool> Sink for Large<'_, G> {
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
