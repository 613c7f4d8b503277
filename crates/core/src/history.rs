//! The readings that later ones are compared with.

use std::collections::BTreeMap;
use std::sync::Arc;

use procnet::proc::counter::Counter;
use procnet::{AnyTable, Table};

use crate::files::NetPath;
use crate::rates::Earlier;
use crate::sample::{Reading, Status};
use crate::source;

/// Rows of a table whose first reading is kept, for what has grown since. Counters by name are kept anyhow.
pub(crate) const BASE_ROWS: usize = 4096;

/// Of each source the first reading and the last.
#[derive(Default)]
pub(crate) struct History(BTreeMap<NetPath, Readings>);

/// The whole readings of a source: table and time of each.
struct Readings {
    first: Option<(Arc<dyn AnyTable>, u64)>,
    last: (Arc<dyn AnyTable>, u64),
    /// In which tick, of those that read files, the last one was.
    tick: u64,
}

impl History {
    /// Nothing is compared with what a source said.
    pub(crate) fn forget(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// The earlier readings of a source that this one is compared with, the one before and the first. A reading that
    /// was cut short is not compared with others, nor others with it.
    pub(crate) fn relate(
        &mut self,
        path: &NetPath,
        table: &Arc<dyn AnyTable>,
        reading: Reading,
        tick: u64,
    ) -> (Option<Earlier>, Option<Earlier>) {
        if !source::is_counted(path) || reading.status != Status::Ok {
            return (None, None);
        }
        let now = (table.clone(), reading.at);
        let Some(Readings { first, last, tick: then }) = self.0.remove(path) else {
            let is_kept = table.as_any().is::<Table<Counter>>() || table.len() <= BASE_ROWS;
            let first = is_kept.then(|| now.clone());
            self.0.insert(path.clone(), Readings { first, last: now, tick });
            return (None, None);
        };
        // A rate is that of the last tick: over a time in which nobody looked it would be an average.
        let before = (then + 1 == tick).then(|| Earlier::relate(&**table, last.0, last.1));
        let base = first.as_ref().map(|(first, at)| Earlier::relate(&**table, first.clone(), *at));
        self.0.insert(path.clone(), Readings { first, last: now, tick });
        (before, base)
    }
}
