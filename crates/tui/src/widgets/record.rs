//! A row of facts as people read it: name beside value, as many in a line as there is room for.
//!
//! ```text
//!  pid 42                  name curl               user root
//!  started 2001-09-09T01:46:40.000Z                threads 4
//! ```
//!
//! Facts stand in columns of one width, a long one in several of them, so that little moves when a value grows.

use netmonitor_core::format;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;
use procnet::Value;
use ratatui::text::{Line, Span};

use super::text;
use crate::theme::Theme;

/// The least width of a column.
const COLUMN: usize = 26;

/// Blanks between two facts.
const GAP: usize = 2;

/// The facts as lines of at most so many columns. What is not there, without a reason, is left out: all of the
/// row's cells can be opened.
pub(crate) fn lines(
    table: &TableView<'_>,
    snapshot: &Snapshot,
    room: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let columns = (room / COLUMN).max(1);
    let unit = (room / columns).max(1);
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut used = columns;
    for (place, column) in table.columns.iter().enumerate() {
        let value = table.cell(0, place);
        if value == Value::Absent("") {
            continue;
        }
        let style = if matches!(value, Value::Absent(_)) { theme.quiet() } else { theme.strong() };
        let mut fact = String::new();
        format::cell(value, column, snapshot, &mut fact);
        let width = text::width(column.title) + 1 + text::width(&fact);
        let takes = (width + GAP).div_ceil(unit);
        if lines.is_empty() || used + takes > columns {
            lines.push(Line::default());
            used = 0;
        }
        used += takes;
        let pad = (takes * unit).saturating_sub(width);
        if let Some(line) = lines.last_mut() {
            line.push_span(Span::styled(format!("{} ", column.title), theme.quiet()));
            line.push_span(Span::styled(fact, style));
            line.push_span(Span::raw(" ".repeat(pad)));
        }
    }
    lines.iter_mut().for_each(trim);
    lines
}

/// Takes away the blanks behind the last fact, which would be cut with a mark where they do not fit.
fn trim(line: &mut Line<'static>) {
    line.spans.pop();
}
