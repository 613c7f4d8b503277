//! The tables of the selected tab, one below the other, as one scrolling text.
//!
//! ```text
//!  tcp · process · 2 rows                         title: name, scope, rows, what is to be said
//!  local address  port  remote address            titles of columns
//!  127.0.0.1        80  0.0.0.0                   rows
//!
//!  next · host · read 3 s ago
//!  reading…                                       why there are none
//! ```
//!
//! Where title and column titles of the first table are scrolled out, they are pinned to the top.

use netmonitor_core::format::{self, harmless_text};
use netmonitor_core::scope::Scope;
use netmonitor_core::series::Series;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::document::Document;
use crate::pane::Pane;
use crate::theme::Theme;
use crate::widgets::sparkline::Spark;
use crate::widgets::table::{Cells, Painter, Piece};
use crate::widgets::{record, text};

/// A table that was read longer ago than this is called old, nanoseconds.
const OLD: u64 = 1_000_000_000;

const SECOND: u64 = 1_000_000_000;

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
pub(crate) fn draw(app: &mut App, area: Rect, buf: &mut Buffer) {
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
    let views = app.tables(&snapshot);
    let width = usize::from(area.width);
    let document = app.document_of(&views, &snapshot, width);
    // The pane is changed while they are drawn.
    let series = app.has_graphs().then(|| std::mem::take(&mut app.graphs.series));
    let pane = app.pane();
    pane.width = width;
    pane.fit(&document, usize::from(area.height));
    let mut pane_view =
        PaneView { document: &document, pane, area, snapshot: &snapshot, series: series.as_ref(), standing };
    pane_view.draw(&views, buf);
    if let Some(series) = series {
        app.graphs.series = series;
    }
}

struct PaneView<'a> {
    document: &'a Document,
    pane: &'a mut Pane,
    area: Rect,
    snapshot: &'a Snapshot,
    /// What rows moved over time, where that is drawn.
    series: Option<&'a Series>,
    standing: Standing<'a>,
}

impl PaneView<'_> {
    fn draw(&mut self, views: &[TableView<'_>], buf: &mut Buffer) {
        self.pane.more_columns = false;
        let bottom = self.pane.top + usize::from(self.area.height);
        for (at, view) in views.iter().enumerate() {
            let start = self.document.start(at);
            let end = start + self.document.head(at) + self.document.stops(at);
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
        let end = first_row + self.document.stops(at);
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
            let place = Rect { y, height: 1, ..self.area };
            text::put_line(buf, place, &heading(view, self.snapshot, self.standing, place.width));
        }
        let cursor = Some(self.pane.cursor).filter(|cursor| cursor.table == at);
        if view.is_empty() {
            let Some(y) = self.on_screen(first_row) else { return };
            let place = Rect { y, height: 1, ..self.area };
            let words = why_empty(view, self.standing, usize::from(place.width));
            text::put(buf, place.x, y, usize::from(place.width), &words, self.standing.theme.quiet());
            if cursor.is_some() && self.document.all_stops() > 1 {
                buf.set_style(place, self.standing.theme.selected());
            }
            return;
        }
        let Some(first_line) = self.on_screen(first) else { return };
        if is_record {
            return self.record(view, first - first_row, first_line, cursor.map(|cursor| cursor.row), buf);
        }
        let room = usize::from(self.area.bottom() - first_line);
        let piece = Piece {
            table: view,
            snapshot: self.snapshot,
            rows: first - first_row..view.len().min(first - first_row + room),
            first_line,
            header_line: header,
            selected: cursor.map(|cursor| cursor.row),
            first_column: self.pane.first_column,
            spark: self.series.and_then(|series| Spark::of(view, series, self.snapshot.moment.boottime)),
        };
        let theme = self.standing.theme;
        let mut painter = Painter { columns: &mut self.pane.columns, theme, cells: Cells::default() };
        self.pane.more_columns |= painter.draw(&piece, self.area, buf);
    }
}

impl PaneView<'_> {
    /// Draws a row of facts from its line `skipped` on.
    fn record(
        &self,
        view: &TableView<'_>,
        skipped: usize,
        first_line: u16,
        selected: Option<usize>,
        buf: &mut Buffer,
    ) {
        let theme = self.standing.theme;
        let lines = record::lines(view, self.snapshot, usize::from(self.area.width), theme);
        for ((number, line), y) in lines.iter().enumerate().skip(skipped).zip(first_line..self.area.bottom())
        {
            let place = Rect { y, height: 1, ..self.area };
            text::put_line(buf, place, line);
            if selected == Some(number) {
                buf.set_style(place, theme.selected());
            }
        }
    }
}

/// The title line of a table.
fn heading(view: &TableView<'_>, snapshot: &Snapshot, standing: Standing<'_>, room: u16) -> Line<'static> {
    let theme = standing.theme;
    let build = |scope: String| {
        let mut pieces = vec![
            vec![Span::styled(format::harmless_text(view.name.as_bytes()), theme.title())],
            vec![Span::raw(scope)],
        ];
        let counts = !view.is_empty() && !view.is_record || view.unmatched() > 0;
        if counts || view.held.is_some_and(|held| held > 0) {
            pieces.push(vec![Span::raw(view.counts().to_string())]);
        }
        if !standing.filter.is_empty() {
            let filter = harmless_text(standing.filter.as_bytes());
            pieces.push(vec![Span::styled("filter: ", theme.quiet()), Span::styled(filter, theme.strong())]);
        }
        if let Some(mode) = view.counter_mode() {
            pieces.push(vec![Span::styled(mode.title(), theme.strong())]);
        }
        // An empty table says below why it is.
        if !view.is_empty() && !view.state.reason.is_empty() {
            pieces.push(vec![Span::styled(format!("! {}", view.state.reason), theme.warning())]);
        }
        if view.age >= OLD && view.state.word != "not-read" {
            pieces.push(vec![Span::styled(age(view.age), theme.quiet())]);
        }
        text::joined(pieces, theme.quiet())
    };
    let line = build(view.scope_title(snapshot));
    if line.width() <= usize::from(room) || view.scope != Scope::Namespace {
        return line;
    }
    build(view.scope.word().to_owned())
}

fn age(age: u64) -> String {
    let seconds = age / SECOND;
    match seconds {
        0..120 => format!("read {seconds} s ago"),
        120..7200 => format!("read {} min ago", seconds / 60),
        _ => format!("read {} h ago", seconds / 3600),
    }
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
