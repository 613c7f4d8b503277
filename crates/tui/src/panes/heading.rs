//! The title line of a table: name, scope, rows, the filter as terms of which each can be taken away, and what is to be
//! said of it.
//!
//! ```text
//! tcp · process · 3 of 6 rows match · filter: state:ESTABLISHED × remote_port:443 ×
//! ```

use netmonitor_core::format::harmless_text;
use netmonitor_core::query;
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::hits::{Hit, Hits};
use crate::theme::Theme;
use crate::widgets::text;

/// A table that was read longer ago than this is called old, nanoseconds.
const OLD: u64 = 1_000_000_000;

const SECOND: u64 = 1_000_000_000;

/// What a heading is made of.
pub(crate) struct Heading<'a> {
    pub(crate) table: &'a TableView<'a>,
    pub(crate) snapshot: &'a Snapshot,
    /// Which rows are asked for.
    pub(crate) filter: &'a str,
    pub(crate) theme: Theme,
}

impl Heading<'_> {
    /// Draws it, and tells where its terms are.
    pub(crate) fn draw(&self, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
        let room = usize::from(area.width);
        let mut line = self.build(self.table.scope_title(self.snapshot));
        if line.width() > room && self.table.scope == Scope::Namespace {
            line = self.build(self.table.scope.word().to_owned());
        }
        text::put_line(buf, area, &line);
        let (mut x, mut term) = (0, 0);
        for span in &line.spans {
            let width = text::width(&span.content);
            if span.content.ends_with(TAKE_AWAY) && span.style == self.theme.term() {
                let place = Rect::new(area.x + x.min(room) as u16, area.y, width as u16, 1);
                hits.add(place.intersection(area), Hit::Term(term));
                term += 1;
            }
            x += width;
        }
    }

    fn build(&self, scope: String) -> Line<'static> {
        let (table, theme) = (self.table, self.theme);
        let mut pieces = vec![
            vec![Span::styled(harmless_text(table.name.as_bytes()), theme.title())],
            vec![Span::raw(scope)],
        ];
        let counts = !table.is_empty() && !table.is_record || table.unmatched() > 0;
        if counts || table.held.is_some_and(|held| held > 0) {
            pieces.push(vec![Span::raw(table.counts().to_string())]);
        }
        if !self.filter.is_empty() {
            pieces.push(terms(self.filter, theme));
        }
        if let Some(mode) = table.counter_mode() {
            pieces.push(vec![Span::styled(mode.title(), theme.strong())]);
        }
        // An empty table says below why it is.
        if !table.is_empty() && !table.state.reason.is_empty() {
            pieces.push(vec![Span::styled(format!("! {}", table.state.reason), theme.warning())]);
        }
        if table.age >= OLD && table.state.word != "not-read" {
            pieces.push(vec![Span::styled(age(table.age), theme.quiet())]);
        }
        text::joined(pieces, theme.quiet())
    }
}

/// Behind a term: what takes it away.
const TAKE_AWAY: &str = " ×";

/// The widest that a term becomes: the others are to be seen, too, and what takes them away.
const TERM: usize = 40;

/// The terms of a filter.
fn terms(filter: &str, theme: Theme) -> Vec<Span<'static>> {
    let mut spans = vec![Span::styled("filter:", theme.quiet())];
    for term in query::terms(filter) {
        let term = harmless_text(filter.get(term).unwrap_or_default().as_bytes());
        let term = text::shortened(&term, TERM);
        spans.extend([Span::raw(" "), Span::styled(format!("{term}{TAKE_AWAY}"), theme.term())]);
    }
    spans
}

fn age(age: u64) -> String {
    let seconds = age / SECOND;
    // By steps: what says that nothing is new is not to be new all the time.
    match seconds {
        0..10 => "read seconds ago".to_owned(),
        10..120 => format!("read {} s ago", seconds / 10 * 10),
        120..7200 => format!("read {} min ago", seconds / 60),
        _ => format!("read {} h ago", seconds / 3600),
    }
}
