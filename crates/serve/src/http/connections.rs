//! Which connections are open. Where there is no room for one more, the one goes that has asked for nothing for longest:
//! whoever holds many and is silent keeps nobody out.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::AbortHandle;

use crate::readings::Tally;

/// So many are open at once.
const MOST: u64 = 256;

/// The connections.
#[derive(Clone)]
pub(super) struct Connections {
    tally: Arc<Tally>,
    /// Those that have asked for nothing yet, oldest first.
    silent: Arc<Mutex<VecDeque<(u64, AbortHandle)>>>,
    next: u64,
}

/// A connection that is open for as long as this is there.
pub(super) struct Open {
    number: u64,
    connections: Connections,
}

impl Connections {
    pub(super) fn new(tally: Arc<Tally>) -> Self {
        Self { tally, silent: Arc::default(), next: 0 }
    }

    /// Makes room for one more; `None`: all that are open have asked for something and wait for it.
    pub(super) fn open(&mut self) -> Option<Open> {
        if self.tally.connections.load(Ordering::Relaxed) >= MOST {
            let (_, oldest) = self.silent().pop_front()?;
            oldest.abort();
            self.tally.evicted.fetch_add(1, Ordering::Relaxed);
        }
        self.tally.connections.fetch_add(1, Ordering::Relaxed);
        self.next += 1;
        Some(Open { number: self.next, connections: self.clone() })
    }

    /// A connection can be cut by this until it asks for something.
    pub(super) fn began(&self, number: u64, task: AbortHandle) {
        if !task.is_finished() {
            self.silent().push_back((number, task));
        }
    }

    fn silent(&self) -> std::sync::MutexGuard<'_, VecDeque<(u64, AbortHandle)>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// It has asked for something.
    pub(super) fn asked(&self) {
        self.connections.silent().retain(|(number, _)| *number != self.number);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.asked();
        self.connections.tally.connections.fetch_sub(1, Ordering::Relaxed);
    }
}
