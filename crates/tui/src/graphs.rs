//! What is drawn over time: the figures of the moments that a session has seen, whether they are shown, and what has to be
//! read for them.

use std::sync::Arc;

use netmonitor_core::dumps;
use netmonitor_core::plan::{Needs, Plan};
use netmonitor_core::scope::Scope;
use netmonitor_core::series::{Drawn, Figures, Series};
use netmonitor_core::snapshot::Snapshot;

use crate::app::App;
use crate::event::Whom;
use crate::flash;

/// A screen with fewer lines has no room for a graph beside tables.
const LEAST: u16 = 14;

/// A screen with fewer lines shows them when they are asked for.
const USUAL: u16 = 30;

/// The tab that is a look at everything, and begins with a graph.
const OVERVIEW: &str = "overview";

/// What a session knows of graphs.
#[derive(Default)]
pub(crate) struct Graphs {
    /// The figures.
    pub(crate) series: Series,
    /// Whether they are to be shown; `None`: where there is room.
    wanted: Option<bool>,
    /// Lines of the screen when it was drawn last.
    pub(crate) lines: u16,
    /// What was drawn of the last moment.
    drawn: Option<Drawn>,
    /// Values of one drawing, kept for the next one.
    pub(crate) values: [Vec<f32>; 2],
}

impl Graphs {
    /// Lines of the graph above the tables: of one of which nothing is known the first one, which says why.
    pub(crate) fn strip(&self, lines: u16, is_overview: bool) -> u16 {
        let room = self.room(lines, is_overview);
        if self.series.is_told() { room } else { room.min(1) }
    }

    fn room(&self, lines: u16, is_overview: bool) -> u16 {
        let is_shown = self.wanted.unwrap_or(is_overview || lines >= USUAL);
        let lines = if is_shown { lines } else { 0 };
        match (lines, is_overview) {
            (0..LEAST, _) => 0,
            (LEAST..USUAL, _) => 3,
            (USUAL..45, false) => 5,
            (USUAL..45, true) | (45.., false) => 7,
            (45.., true) => 9,
        }
    }
}

impl App {
    /// Lines of the graph above the tables, on a screen of so many.
    pub(crate) fn strip(&self, lines: u16) -> u16 {
        self.graphs.strip(lines, self.view().name == OVERVIEW)
    }

    /// Whether graphs are seen.
    pub(crate) fn has_graphs(&self) -> bool {
        self.strip(self.graphs.lines) > 0
    }

    /// Shows graphs, or does not.
    pub(crate) fn toggle_graphs(&mut self) {
        if self.graphs.lines < LEAST {
            return self.remark(&format!("no room for graphs: they need a screen of {LEAST} lines"));
        }
        let is_shown = self.has_graphs();
        self.graphs.wanted = Some(!is_shown);
        self.panes.iter_mut().for_each(|pane| pane.columns.clear());
    }

    /// What is drawn of what is looked at.
    pub(crate) fn drawn(&self) -> Drawn {
        let view = Some(self.view().name).filter(|_| self.file.is_none() && self.has_graphs());
        Drawn { view, scope: self.asked_scope(), by: self.settings.by }
    }

    /// Adds to what is read what graphs need, while they are seen.
    pub(crate) fn plan_graphs(&self, plan: &mut Plan) {
        if !self.has_graphs() {
            return;
        }
        plan.drawn = Some(self.drawn());
        let asked = self.asked_scope();
        let scope = if asked == Scope::Namespace { Scope::Process } else { asked };
        plan.add(Needs { traffic: true, ..Needs::default() }, scope);
        // Where nothing is counted, TCP tells of its connections.
        let is_counted =
            self.snapshot.as_ref().is_none_or(|snapshot| !matches!(snapshot.traffic, Some(Err(_))));
        if !is_counted && asked == Scope::Process {
            plan.add(Needs { dumps: vec![&dumps::TCP], ends: true, ..Needs::default() }, asked);
        }
    }

    /// Takes over what is drawn of a moment.
    pub(crate) fn keep_figures(&mut self, snapshot: &Arc<Snapshot>) {
        let usual = match &self.time {
            Some(time) => time.about.interval,
            None => self.settings.interval.duration().as_nanos().try_into().unwrap_or(u64::MAX),
        };
        let drawn = self.drawn();
        self.graphs.series.expect(usual);
        // Of many rows those are enough that the thread that reads has made, of another tab say: a key may not wait for more.
        let made = if self.shows_many(snapshot) { snapshot.made_figures() } else { None };
        self.graphs.series.add(made.unwrap_or_else(|| snapshot.figures(drawn)));
        self.graphs.drawn = Some(drawn);
    }

    /// Whether the tables that are shown have so many rows on a snapshot that going through them takes long.
    fn shows_many(&self, snapshot: &Snapshot) -> bool {
        let tables = self.shown().plain_tables(snapshot);
        tables.iter().map(|table| table.counts().all).sum::<usize>() > flash::MANY
    }

    /// Takes over what is drawn of other moments.
    pub(crate) fn take_passed(&mut self, figures: Vec<Arc<Figures>>) {
        let shown = self.snapshot.as_ref().map_or(0, |snapshot| snapshot.moment.boottime);
        self.changed |= figures.iter().any(|figures| figures.moment.boottime <= shown);
        figures.into_iter().for_each(|figures| self.graphs.series.fill_in(figures));
    }

    /// Takes over what is drawn of the moment that is shown, where something else is drawn of it now.
    pub(crate) fn renew_figures(&mut self) {
        if self.graphs.drawn != Some(self.drawn())
            && let Some(snapshot) = self.snapshot.clone()
        {
            self.keep_figures(&snapshot);
        }
    }

    /// Why the rates of the processes are not known at this moment, as far as that is known.
    pub(crate) fn why_no_rates(&self) -> String {
        let why = match self.snapshot.as_ref().and_then(|snapshot| snapshot.traffic.as_ref()) {
            Some(Err(reason)) if self.watched.whom == Whom::All || self.settings.scope != Scope::Process => {
                format!("not counted: {}", reason.words)
            }
            _ if self.time.is_some() => "not recorded at this moment".to_owned(),
            _ => "not known yet".to_owned(),
        };
        netmonitor_core::format::harmless_text(why.as_bytes())
    }
}

const _: () = assert!(LEAST < USUAL);

#[cfg(test)]
mod tests {
    use netmonitor_core::views;

    use super::*;

    #[test]
    fn the_overview_is_a_tab() {
        assert!(views::find(OVERVIEW).is_some());
    }

    #[test]
    fn graphs_leave_room_for_tables() {
        let mut graphs = Graphs::default();
        for wanted in [None, Some(true), Some(false)] {
            graphs.wanted = wanted;
            for lines in 0..200 {
                for is_overview in [false, true] {
                    let room = graphs.room(lines, is_overview);
                    assert!(room * 3 < lines.max(1), "{lines}");
                    assert!(room == 0 || wanted != Some(false));
                    assert_eq!(graphs.strip(lines, is_overview), room.min(1), "nothing is known");
                }
            }
        }
    }
}
