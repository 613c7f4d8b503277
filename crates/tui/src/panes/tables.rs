//! The tables of the selected tab, one below the other, as one scrolling text.
//!
//! ```text
//!  tcp · process · 2 rows                         title: name, scope, rows, what is to be said
//!  local address  port  remote address            titles of columns
//!  127.0.0.1        80  0.0.0.0                   rows
//!
//!  next · host · read 30 s ago
//!  reading…                                       why there are none
//! ```
//!
//! Where title and column titles of the first table are scrolled out, they are pinned to the top; totals that are not
//! reached yet are pinned to the bottom.

use std::ops::Range;

use netmonitor_core::series::{RowKey, Series};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::heading::Heading;
use crate::app::App;
use crate::document::{Cursor, Document, Place};
use crate::flash::{Flash, Gone};
use crate::hits::{Hit, Hits};
use crate::pane::Pane;
use crate::shown::Prepared;
use crate::theme::Theme;
use crate::widgets::sparkline::Spark;
use crate::widgets::table::{Cells, Painter, Piece, Row};
use crate::widgets::{record, text};

/// Why there may be nothing to see.
#[derive(Clone, Copy)]
struct Standing<'a> {
    ended: bool,
    paused: bool,
    /// It comes from a recording, and all that was asked for has come.
    recorded: bool,
    /// Which rows are asked for.
    filter: &'a str,
    theme: Theme,
}

/// Draws the tables.
pub(crate) fn draw(app: &mut App, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let filter = app.pane().filter.trim().to_owned();
    let standing = Standing {
        ended: app.ended(),
        paused: app.paused,
        recorded: app.time.is_some() && !app.awaits,
        filter: &filter,
        theme: app.theme,
    };
    let area = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(1), ..area };
    if area.is_empty() {
        return;
    }
    let Some(snapshot) = app.snapshot.clone() else {
        let word = if standing.ended { "the process ended before anything was read" } else { "reading…" };
        text::put(buf, area.x, area.y, usize::from(area.width), word, app.theme.quiet());
        return;
    };
    let prepared = app.prepared(&snapshot);
    let views = prepared.tables(&snapshot);
    let width = usize::from(area.width);
    let document = app.document_of(&views, &snapshot, width);
    let (place, has_graphs) = (app.place(), app.has_graphs());
    // What is drawn of the pane is kept in it; the rest of the session stays as it is.
    let mut pane = std::mem::take(&mut app.panes[place]);
    pane.width = width;
    pane.fit(&document, usize::from(area.height));
    let mut pane_view = PaneView {
        document: &document,
        pane: &mut pane,
        area,
        snapshot: &snapshot,
        prepared: &prepared,
        flash: &app.flash,
        series: has_graphs.then_some(&app.graphs.series),
        standing,
        hits,
    };
    pane_view.draw(&views, buf);
    app.panes[place] = pane;
}

struct PaneView<'a> {
    document: &'a Document,
    pane: &'a mut Pane,
    area: Rect,
    snapshot: &'a Snapshot,
    /// What rows moved over time, where that is drawn.
    series: Option<&'a Series>,
    prepared: &'a Prepared,
    flash: &'a Flash,
    standing: Standing<'a>,
    hits: &'a mut Hits,
}

impl PaneView<'_> {
    fn draw(&mut self, views: &[TableView<'_>], buf: &mut Buffer) {
        self.pane.more_columns = false;
        self.pane.seen.clear();
        let bottom = self.pane.top + usize::from(self.area.height);
        for (at, view) in views.iter().enumerate() {
            let start = self.document.start(at);
            let end = start + self.document.head(at) + self.document.body(at) + self.document.foot(at);
            if start < bottom && end > self.pane.top {
                self.table(at, view, start, buf);
            }
        }
    }

    /// The line on screen of a line of the text, where it is seen.
    fn on_screen(&self, line: usize) -> Option<u16> {
        let below_top = line.checked_sub(self.pane.top)?;
        let below_top = u16::try_from(below_top).ok().filter(|line| *line < self.area.height)?;
        Some(self.area.y + below_top)
    }

    fn table(&mut self, at: usize, view: &TableView<'_>, start: usize, buf: &mut Buffer) {
        let (mut title, mut header) = (self.on_screen(start), self.on_screen(start + 1));
        let first_row = start + self.document.head(at);
        let end = first_row + self.document.body(at);
        let mut first = self.pane.top.max(first_row);
        let pinned = Pane::pinned(usize::from(self.area.height));
        let is_record = view.is_record && !view.is_empty();
        // Only where a row is left below them: titles of nothing help nobody.
        if !is_record && self.pane.top > start && pinned > 0 && self.pane.top + pinned < end {
            header = Some(self.area.y + pinned as u16 - 1);
            title = (pinned > 1).then_some(self.area.y);
            first = first.max(self.pane.top + pinned);
        }
        if let Some(y) = title {
            let Standing { filter, theme, .. } = self.standing;
            let heading = Heading { table: view, snapshot: self.snapshot, filter, theme };
            heading.draw(Rect { y, height: 1, ..self.area }, buf, self.hits);
        }
        let cursor = Some(self.pane.cursor).filter(|cursor| cursor.table == at);
        if view.is_empty() {
            return self.empty(view, first_row, cursor.is_some(), buf);
        }
        let totals_line = self.totals_line(at, end, first);
        let Some(first_line) = self.on_screen(first) else { return };
        if is_record {
            return self.record(at, view, first - first_row, first_line, buf);
        }
        let bottom = totals_line.map_or(self.area.bottom(), |line| line.min(self.area.bottom()));
        let seen =
            first - first_row..(end - first_row).min(first - first_row + usize::from(bottom - first_line));
        let lines = lines(self.flash, self.document, (at, view), seen);
        let mut rows = lines.iter().filter_map(Row::row);
        if let Some(first) = rows.next() {
            let last = rows.next_back().unwrap_or(first);
            self.pane.seen.push((at, first..last + 1));
        }
        let totals = self.prepared.totals.get(at).and_then(Option::as_ref);
        let piece = Piece {
            table: view,
            number: at,
            snapshot: self.snapshot,
            lines: &lines,
            first_line,
            header_line: header,
            totals: totals.zip(totals_line),
            selected: cursor.map(|cursor| cursor.row),
            first_column: self.pane.first_column,
            spark: self.series.and_then(|series| Spark::of(view, series, self.snapshot.moment.boottime)),
        };
        let mut painter = Painter {
            columns: &mut self.pane.columns,
            theme: self.standing.theme,
            cells: Cells::default(),
            hits: self.hits,
        };
        self.pane.more_columns |= painter.draw(&piece, self.area, buf);
    }

    /// The line of the totals of a table whose rows end before this line of the text: their own, or the last one of the
    /// screen where rows go on below it.
    fn totals_line(&self, at: usize, end: usize, first: usize) -> Option<u16> {
        if self.document.foot(at) == 0 {
            return None;
        }
        let is_pinned = Pane::pinned(usize::from(self.area.height)) > 1;
        let last = self.area.bottom() - 1;
        let has_row_above = self.on_screen(first).is_some_and(|line| line < last);
        self.on_screen(end).or((is_pinned && has_row_above && end > first).then_some(last))
    }

    /// Says why a table has no rows.
    fn empty(&self, view: &TableView<'_>, line: usize, is_selected: bool, buf: &mut Buffer) {
        let Some(y) = self.on_screen(line) else { return };
        let place = Rect { y, height: 1, ..self.area };
        let words = why_empty(view, self.standing, usize::from(place.width));
        text::put(buf, place.x, y, usize::from(place.width), &words, self.standing.theme.quiet());
        if is_selected && self.document.all_stops() > 1 {
            buf.set_style(place, self.standing.theme.selected());
        }
    }
}

impl PaneView<'_> {
    /// Draws a row of facts from its line `skipped` on.
    fn record(&mut self, at: usize, view: &TableView<'_>, skipped: usize, first_line: u16, buf: &mut Buffer) {
        let theme = self.standing.theme;
        let lines = record::lines(view, self.snapshot, usize::from(self.area.width), theme);
        for ((row, line), y) in lines.iter().enumerate().skip(skipped).zip(first_line..self.area.bottom()) {
            let place = Rect { y, height: 1, ..self.area };
            let cursor = Cursor { table: at, row };
            text::put_line(buf, place, line);
            self.hits.add(place, Hit::Row(cursor));
            if self.pane.cursor == cursor {
                buf.set_style(place, theme.selected());
            }
        }
    }
}

/// What stands in these lines of a table.
fn lines<'f>(
    flash: &'f Flash,
    document: &Document,
    (at, view): (usize, &'f TableView<'_>),
    seen: Range<usize>,
) -> Vec<Row<'f>> {
    let gone: Vec<&Gone> = flash.gone(&view.name).collect();
    let appeared = flash.appeared(view);
    let is_new = |row: usize| {
        appeared.as_ref().is_some_and(|(keys, rows)| {
            let identity = RowKey::of(view, keys, row);
            rows.iter().any(|rows| rows.binary_search(&identity).is_ok())
        })
    };
    let line = |line| match document.place(at, line) {
        Place::Row(row) if is_new(row) => Row::New(row),
        Place::Row(row) => Row::There(row),
        Place::Gone(number) => gone.get(number).map_or(Row::There(line), |gone| Row::Gone(gone)),
    };
    seen.map(line).collect()
}

/// Why a table has no rows.
fn why_empty(view: &TableView<'_>, standing: Standing<'_>, room: usize) -> String {
    const NONE_OWN: &str = "no sockets of this process: press n for all of the namespace";
    const NONE_HERE: &str = "none: those it holds are of other kinds, in another namespace, or not bound yet; n: all of the namespace";
    match view.state.word {
        "not-read" if standing.recorded => view.state.reason.clone(),
        "not-read" if standing.ended => "not read before the process ended".to_owned(),
        "not-read" if standing.paused => "not read yet: paused".to_owned(),
        "not-read" => "reading…".to_owned(),
        _ if view.remark().is_some() => {
            format!("none: {} in this table", view.remark().unwrap_or_default())
        }
        _ if view.unmatched() > 0 => "no row matches: / changes the filter, Esc takes it back".to_owned(),
        "ok" if view.unmoved() > 0 => "none has moved since the start: m shows all".to_owned(),
        "ok" if view.words_when_empty.is_some() => view.words_when_empty.unwrap_or_default().to_owned(),
        "ok" if view.is_scope_chosen && view.scope.is_held() => {
            let all = if view.held.is_some_and(|held| held > 0) { NONE_HERE } else { NONE_OWN };
            let words = if all.len() <= room { all } else { "none of this process: n widens" };
            words.to_owned()
        }
        "ok" => "none".to_owned(),
        _ => format!("none: {}", view.state.reason),
    }
}
