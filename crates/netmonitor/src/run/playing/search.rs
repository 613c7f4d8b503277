//! Seeking the next change in a recording, or the next moment at which something begins to be wrong: a slice at a time, so
//! that orders are heard.

use std::io::{Read, Seek};
use std::time::{Duration, Instant};

use netmonitor_core::record::change::{self, Marked};
use netmonitor_core::scope::Scope;

use super::{AT_ONCE, Playing};

/// How often it is told how far seeking has come.
const TOLD: Duration = Duration::from_millis(100);

/// More found changes are not marked.
const MARKS: usize = 1000;

/// The next change is being sought.
pub(super) struct Search {
    scope: Scope,
    /// Only where something begins to be wrong.
    finds: bool,
    begun_at: u64,
    before: Marked,
    told: Instant,
}

impl<R: Read + Seek> Playing<R> {
    /// Begins to seek the next change.
    pub(super) fn seek(&mut self, scope: Scope, finds: bool) {
        self.clock = None;
        self.player.follow(change::plan(scope));
        let Some((number, snapshot)) = self.player.now() else { return };
        let before = Marked::of(&snapshot, scope);
        self.search = Some(Search { scope, finds, begun_at: number, before, told: Instant::now() });
    }

    pub(super) fn seek_on(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < AT_ONCE {
            let is_moved = self.player.step();
            let Some(search) = &mut self.search else { return false };
            if !is_moved {
                let (begun_at, finds) = (search.begun_at, search.finds);
                self.stop_search();
                let what = if finds { "nothing begins to be wrong" } else { "no change" };
                self.said = Some(format!("{what} up to the end of the recording"));
                self.to(begun_at);
                return true;
            }
            let Some((_, snapshot)) = self.player.now() else { return false };
            let now = Marked::of(&snapshot, search.scope);
            let said = match search.finds {
                true => search.before.finds(&now).then(|| "something begins to be wrong here: F".to_owned()),
                false => search.before.differs(&now).map(|words| format!("changed here: {words}")),
            };
            if said.is_some() {
                self.said = said;
                if self.changes.len() < MARKS {
                    self.changes.push(snapshot.moment.boottime);
                }
                self.stop_search();
                return true;
            }
            search.before = now;
        }
        if let Some(search) = self.search.as_mut().filter(|search| search.told.elapsed() >= TOLD) {
            search.told = Instant::now();
            self.is_changed = true;
        }
        false
    }

    /// Looks again as the session wants it.
    pub(super) fn stop_search(&mut self) {
        if self.search.take().is_some() {
            if let Some(plan) = self.plan.clone() {
                self.player.follow(plan);
            }
            (self.is_moved, self.is_changed) = (true, true);
        }
    }
}
