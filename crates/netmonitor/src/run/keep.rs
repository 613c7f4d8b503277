//! What a session keeps of what it reads: each tick goes, as it was read, to the thread that keeps them.
//!
//! Keeping costs some nanoseconds for each byte. Lists of sockets and the like are kept so seldom that all of it stays
//! within a hundredth of a core: of small targets each time, of 10,000 sockets each few seconds. All else is kept each
//! time, so that nothing that is summed up gets lost.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;

use netmonitor_core::record::{EACH_ITS_OWN, Head, VERSION};
use netmonitor_core::sample::{Machine, Moment, Origin, Reading, Sample, Sink};
use netmonitor_core::scope::Scope;
use netmonitor_sys::Target;

use super::order::Order;

/// So many nanoseconds after each byte of a tick no lists are kept: a hundredth of a core at ten for each byte.
const REST: u64 = 1000;

/// With so many ticks waiting to be kept the next one is kept without lists...
const BUSY: usize = 2;
/// ...and with so many not at all.
const FULL: usize = 64;

/// A list that is larger than this part of what may be kept is left out.
const PART: usize = 4;

/// A tick to be kept.
pub(super) struct Handed {
    pub(super) sample: Sample,
    waiting: Arc<AtomicUsize>,
}

impl Drop for Handed {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Keeps what is read.
pub(super) struct Keeper {
    past: Sender<Order>,
    /// Ticks that wait to be kept.
    waiting: Arc<AtomicUsize>,
    /// Larger lists are left out.
    largest: usize,
    sample: Sample,
    /// Whether lists are kept in this tick, and from when on they are again.
    has_lists: bool,
    due: u64,
    /// The part under way is not kept.
    is_left_out: bool,
}

impl Keeper {
    /// Hands ticks to a thread that keeps so many bytes.
    pub(super) fn new(past: Sender<Order>, most: usize) -> Self {
        Self {
            past,
            waiting: Arc::default(),
            largest: most / PART,
            sample: Sample::default(),
            has_lists: true,
            due: 0,
            is_left_out: false,
        }
    }

    /// What comes is of another target.
    pub(super) fn begin_anew(&mut self, machine: Machine, target: Option<&Target>, interval: u64) {
        let head = Head {
            format: VERSION,
            writer: "this session".to_owned(),
            machine,
            scope: if target.is_some() { EACH_ITS_OWN } else { Scope::Host.word() }.to_owned(),
            pid: target.map(Target::pid),
            interval,
        };
        self.due = 0;
        let _ = self.past.send(Order::Anew(Box::new(head)));
    }

    /// The tick is whole.
    pub(super) fn hand_over(&mut self) {
        let sample = std::mem::take(&mut self.sample);
        if self.waiting.load(Ordering::Relaxed) >= FULL {
            return;
        }
        if self.has_lists {
            let bytes: usize = sample.parts.iter().map(|part| part.bytes.len()).sum();
            self.due = sample.moment.boottime.saturating_add(bytes as u64 * REST);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.past.send(Order::Keep(Handed { sample, waiting: self.waiting.clone() }));
    }

    fn begin(&mut self, moment: Moment) {
        self.has_lists = moment.boottime >= self.due && self.waiting.load(Ordering::Relaxed) < BUSY;
        self.is_left_out = false;
        self.sample.begin(moment);
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) {
        if self.is_kept(origin) {
            let _ = self.sample.chunk(origin, bytes);
            let last = self.sample.parts.last();
            if is_list(origin) && last.is_some_and(|part| part.bytes.len() > self.largest) {
                self.is_left_out = true;
                self.sample.parts.pop();
            }
        }
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        if self.is_kept(origin) {
            self.sample.end(origin, reading);
        }
        self.is_left_out = false;
    }

    fn is_kept(&self, origin: &Origin) -> bool {
        !self.is_left_out && (self.has_lists || !is_list(origin))
    }
}

/// Whether a part is read anew each time, and shown with its age while it is not.
fn is_list(origin: &Origin) -> bool {
    matches!(origin, Origin::Net(_) | Origin::Dump(_) | Origin::Own)
}

/// Hands what is read to an engine, and to who keeps it.
pub(super) struct Tee<'a> {
    pub(super) engine: &'a mut dyn Sink,
    pub(super) keeper: Option<&'a mut Keeper>,
}

impl Sink for Tee<'_> {
    fn begin(&mut self, moment: Moment) {
        if let Some(keeper) = &mut self.keeper {
            keeper.begin(moment);
        }
        self.engine.begin(moment);
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        if let Some(keeper) = &mut self.keeper {
            keeper.chunk(origin, bytes);
        }
        self.engine.chunk(origin, bytes)
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        if let Some(keeper) = &mut self.keeper {
            keeper.end(origin, reading);
        }
        self.engine.end(origin, reading);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use netmonitor_core::sample::Status;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn tick(keeper: &mut Keeper, seconds: u64, list: usize) {
        keeper.begin(Moment { boottime: seconds * SECOND, ..Moment::default() });
        let reading = Reading { status: Status::Ok, at: 0, took: 0 };
        for (origin, bytes) in
            [(Origin::process("stat"), 100), (Origin::net("tcp"), list), (Origin::net("udp"), 10)]
        {
            keeper.chunk(&origin, &vec![b'x'; bytes]);
            keeper.end(&origin, reading);
        }
        keeper.hand_over();
    }

    fn kept(orders: &Receiver<Order>) -> Vec<Vec<String>> {
        let handed = orders.try_iter().filter_map(|order| match order {
            Order::Keep(handed) => Some(handed),
            _ => None,
        });
        handed
            .map(|handed| handed.sample.parts.iter().map(|part| part.origin.to_string()).collect())
            .collect()
    }

    #[test]
    fn large_lists_are_kept_seldom_and_all_else_each_time() {
        let (past, orders) = channel();
        let mut keeper = Keeper::new(past, 1 << 30);
        let mut lists = 0;
        for second in 1..=10 {
            // Five seconds for as many millions of bytes.
            tick(&mut keeper, second, 4_900_000);
            let parts = kept(&orders).pop().unwrap();
            assert_eq!(parts[0], "stat", "{parts:?}");
            lists += usize::from(parts.len() == 3);
        }
        assert_eq!(lists, 2);
        for second in 20..30 {
            tick(&mut keeper, second, 50_000);
            assert_eq!(kept(&orders)[0].len(), 3);
        }
    }

    #[test]
    fn what_is_too_large_is_left_out_and_nothing_piles_up() {
        let (past, orders) = channel();
        let mut keeper = Keeper::new(past, 4000);
        tick(&mut keeper, 1, 1001);
        let parts = kept(&orders).pop().unwrap();
        assert_eq!(parts.len(), 2, "{parts:?}");
        (2..200).for_each(|second| tick(&mut keeper, second, 10));
        let waiting = kept(&orders);
        assert_eq!(waiting.len(), FULL);
        assert!(waiting[BUSY..].iter().all(|parts| parts.len() == 1));
        tick(&mut keeper, 300, 10);
        assert_eq!(kept(&orders)[0].len(), 3);
    }
}
