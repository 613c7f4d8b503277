//! What the process's connections have moved, summed up tick by tick.

use super::Engine;
use crate::owners::Owners;
use crate::sample::Status;
use crate::scope::Scope;
use crate::sockets::{List, Rows, TCP};
use crate::tally::{Figures, Seen};

impl Engine {
    /// Adds up what the process's TCP connections have moved, where they were read in this tick with their figures.
    pub(super) fn count_connections(&mut self, owners: &Owners) {
        let Some(sockets) = self.sockets.iter().find(|sockets| *sockets.kind == TCP) else { return };
        if owners.group_scope != Scope::Process || self.is_in_pieces() {
            return;
        }
        let lists = sockets.lists();
        if !lists.iter().any(|list| self.read.iter().any(|name| name == list.source)) {
            return;
        }
        if !lists.iter().all(|list| matches!(list.rows, Rows::Diag(_))) {
            self.totals = None;
            return;
        }
        let is_whole = |list: &List| {
            self.sources.get(list.source).is_some_and(|source| source.reading.status == Status::Ok)
        };
        let all = owners.target_status == Some(Status::Ok) && lists.iter().all(is_whole);
        let at = lists.iter().filter_map(|list| self.sources.get(list.source)).map(|it| it.reading.at).max();
        let own = sockets.places(true).iter().filter_map(|place| sockets.get(*place));
        let figures = own.filter_map(|socket| {
            let detail = socket.detail()?;
            Some((socket.diag()?.cookie, Figures::of(detail.connection()?)))
        });
        let seen = Seen { living: figures.collect(), all, at: at.unwrap_or(0), tick: self.ticks };
        self.totals = Some(self.tally.tick(seen));
    }
}
