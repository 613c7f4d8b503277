//! From all processes of the machine to the session of one of them, and back.

use std::sync::Arc;

use netmonitor_core::format::harmless_text;
use netmonitor_core::scope::Scope;
use netmonitor_core::session::Event;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views;
use procnet::Value;

use crate::app::{App, Message};
use crate::event::{Effect, Whom};
use crate::pane::Pane;

/// The tabs that tell of the whole machine.
pub(crate) const OF_ALL: &[&str] = &[views::PROCESSES, views::PEERS];

/// Whom a session watches, and whom it watched before.
pub(crate) struct Watched {
    pub(crate) whom: Whom,
    /// Whom it began with: Esc leads back there.
    pub(crate) home: Whom,
    /// The tab at home, which is shown there again.
    home_tab: usize,
    /// What was watched and shown before, until the first reading of what is watched now.
    before: Option<(Whom, usize, Option<Arc<Snapshot>>)>,
    /// The process that was visited last: what still comes of it is not of the first one.
    visited: Option<(u32, u64)>,
    /// The process that the session began with, or who took its place.
    first: Option<(u32, u64)>,
}

impl Watched {
    pub(crate) fn new(whom: Whom) -> Self {
        Self { whom, home: whom, home_tab: views::FIRST, before: None, visited: None, first: None }
    }

    /// Whether a snapshot is of whom the session watches: one that was under way may come later.
    pub(crate) fn is_of(&self, snapshot: &Snapshot) -> bool {
        let seen = (snapshot.process.pid, snapshot.process.start_time);
        match self.whom {
            Whom::All => snapshot.namespaces.is_some(),
            Whom::First => snapshot.namespaces.is_none() && self.visited != Some(seen),
            Whom::Other { pid, start_time } => snapshot.namespaces.is_none() && seen == (pid, start_time),
        }
    }

    /// A snapshot of it has come.
    pub(crate) fn saw(&mut self, snapshot: &Snapshot) {
        self.before = None;
        if self.whom == Whom::First {
            self.first = Some((snapshot.process.pid, snapshot.process.start_time));
        }
    }
}

impl App {
    /// The scope that is asked for.
    pub(crate) fn asked_scope(&self) -> Scope {
        if self.watched.whom == Whom::All { Scope::Host } else { self.settings.scope }
    }

    /// The process whose row is selected.
    pub(crate) fn selected_process(&self) -> Option<Whom> {
        let snapshot = self.snapshot.as_ref().filter(|_| self.view().name == views::PROCESSES)?;
        let cursor = self.panes[self.tab].cursor;
        let tables = self.tables(snapshot);
        let table = tables.get(cursor.table).filter(|table| table.name == views::PROCESSES)?;
        let number = |column: &str| match table.named(cursor.row, column)? {
            Value::Unsigned(number) => Some(number),
            _ => None,
        };
        let pid = number("pid").and_then(|pid| pid.try_into().ok()).filter(|pid| *pid > 0)?;
        Some(Whom::Other { pid, start_time: number("start_time")? })
    }

    /// Watches the process of a row.
    pub(crate) fn watch_process(&mut self, process: Whom, effects: &mut Vec<Effect>) {
        if self.ended() {
            self.message = Some(Message::Remark("the process has ended: nothing more will come".to_owned()));
            return;
        }
        let Whom::Other { pid, start_time } = process else { return };
        let is_shown = self.snapshot.as_ref().is_some_and(|snapshot| {
            let shown = (snapshot.process.pid, snapshot.process.start_time);
            snapshot.namespaces.is_none() && shown == (pid, start_time)
        });
        if is_shown {
            return self.select(views::FIRST);
        }
        if self.watched.first == Some((pid, start_time)) {
            _ = self.go_home(effects);
            return self.select(views::FIRST);
        }
        self.watch(process, views::FIRST, effects);
        self.message = Some(Message::Remark(match self.watched.home {
            Whom::All => "Esc or p: back to all processes".to_owned(),
            _ => "Esc: back to the process before".to_owned(),
        }));
    }

    /// Shows all processes: those that the session began with, or the tab of them.
    pub(crate) fn show_processes(&mut self, effects: &mut Vec<Effect>) {
        match (self.watched.home, self.watched.whom) {
            (Whom::All, Whom::First | Whom::Other { .. }) => _ = self.go_home(effects),
            _ => self.select(views::place(views::PROCESSES)),
        }
    }

    /// Watches again what the session began with; `false` if it does.
    pub(crate) fn go_home(&mut self, effects: &mut Vec<Effect>) -> bool {
        let is_away = self.watched.whom != self.watched.home;
        if is_away {
            self.watch(self.watched.home, self.watched.home_tab, effects);
        }
        is_away
    }

    /// A process that was opened has ended: the session goes on where it began. `false`: it is the session's own.
    pub(crate) fn leave_ended(&mut self, effects: &mut Vec<Effect>) -> bool {
        // It was of somebody that is not watched any more.
        if self.watched.whom == Whom::All || self.watched.before.is_some() {
            return true;
        }
        let ended = self.snapshot.as_ref().map(|snapshot| {
            format!("process {} {} has ended", snapshot.process.pid, harmless_text(&snapshot.process.name))
        });
        let is_away = self.go_home(effects);
        if is_away {
            self.message = ended.map(Message::Remark);
        }
        is_away
    }

    /// What was to be watched cannot be: what was watched before goes on.
    pub(crate) fn refused(&mut self, why: &str, effects: &mut Vec<Effect>) {
        if let Some((whom, tab, snapshot)) = self.watched.before.take() {
            self.watched.whom = whom;
            (self.tab, self.snapshot) = (tab, snapshot);
            self.planned = Default::default();
            self.plan(effects);
        }
        self.leave_past(effects);
        self.message = Some(Message::Error(harmless_text(why.as_bytes())));
        self.changed = true;
    }

    /// Watches others from now on.
    fn watch(&mut self, whom: Whom, tab: usize, effects: &mut Vec<Effect>) {
        if self.watched.whom == self.watched.home {
            self.watched.home_tab = self.tab;
        }
        if let Whom::Other { pid, start_time } = self.watched.whom {
            self.watched.visited = Some((pid, start_time));
        }
        self.leave_past(effects);
        self.pause(false, effects);
        self.close_file();
        let snapshot = self.snapshot.take();
        // Who is on the way from one to another comes from the one before.
        let before = self.watched.before.take().unwrap_or((self.watched.whom, self.tab, snapshot));
        self.watched.before = Some(before);
        self.watched.whom = whom;
        (self.tab, self.overlay, self.progress, self.waiting) = (tab, None, None, None);
        self.graphs.series.clear();
        let of_all = views::place(views::PROCESSES);
        let panes = self.panes.iter_mut().enumerate().filter(|(place, _)| *place != of_all);
        panes.for_each(|(_, pane)| *pane = Pane::default());
        self.state = self.state.next(Event::TabChosen);
        (self.planned, self.changed) = (Default::default(), true);
        effects.push(Effect::Watch(whom));
        self.plan(effects);
    }

    /// Whether there is this tab for whom the session watches; else it is said.
    pub(crate) fn has_tab(&mut self, tab: usize) -> bool {
        let has = self.watched.whom != Whom::All || OF_ALL.iter().any(|name| views::place(name) == tab);
        if !has {
            let tabs = OF_ALL.join(", ");
            self.message = Some(Message::Remark(format!(
                "of all processes there is {tabs}: Enter opens the session of one, with all tabs"
            )));
        }
        has
    }

    /// The next of the tabs that tell of the whole machine, or the one before, going round.
    pub(crate) fn select_beside_of_all(&mut self, forward: bool) {
        let places: Vec<usize> = OF_ALL.iter().map(|name| views::place(name)).collect();
        let at = places.iter().position(|place| *place == self.tab).unwrap_or(0);
        let next = if forward { at + 1 } else { at + places.len() - 1 } % places.len();
        if let Some(tab) = places.get(next % places.len()) {
            self.select(*tab);
        }
    }
}
