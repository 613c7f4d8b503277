//! The one table: column titles, rows, as many columns as fit.
//!
//! ```text
//!  local address ‹ state        tx queue  ›
//!  127.0.0.1       ESTABLISHED         0
//! ```
//!
//! Only rows and columns that are seen are formatted, column by column, into one text that is used again.

use std::ops::Range;

use netmonitor_core::format;
use netmonitor_core::series::RowKey;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;
use procnet::{Kind, Unit, Value};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::sparkline::{self, Spark};
use super::{graph, text};
use crate::pane::Columns;
use crate::theme::{Marks, Theme};

/// Columns between two columns.
const GAP: usize = 2;

/// Columns behind the first one, where a mark says that some are scrolled out.
const MARKED_GAP: usize = 3;

/// The widest that a column behind the first becomes.
const WIDEST: usize = 40;

/// The least of a text that is worth showing.
const LEAST: usize = 6;

/// Cells of the bar beside a share.
const BAR: usize = 4;

/// The piece of a table that is seen.
pub(crate) struct Piece<'a> {
    /// The table.
    pub(crate) table: &'a TableView<'a>,
    /// Where it comes from.
    pub(crate) snapshot: &'a Snapshot,
    /// The rows that are seen.
    pub(crate) rows: Range<usize>,
    /// The line of the first of them.
    pub(crate) first_line: u16,
    /// The line of the column titles, where they are seen.
    pub(crate) header_line: Option<u16>,
    /// The selected row.
    pub(crate) selected: Option<usize>,
    /// How many columns behind the first are scrolled out.
    pub(crate) first_column: usize,
    /// What is drawn over time of each row.
    pub(crate) spark: Option<Spark<'a>>,
}

/// What is kept from drawing to drawing.
pub(crate) struct Painter<'a> {
    /// Layout of the columns.
    pub(crate) columns: &'a mut Columns,
    /// Looks.
    pub(crate) theme: Theme,
    /// The cells of one column.
    pub(crate) cells: Cells,
}

/// The formatted cells of one column.
#[derive(Default)]
pub(crate) struct Cells {
    text: String,
    /// End of each cell's text, its width and its look.
    ends: Vec<(usize, usize, Look)>,
    /// The column is narrower than it should be, for want of room.
    cut: bool,
}

/// How much room there is for a column.
#[derive(Clone, Copy)]
struct Room {
    /// Up to the right end.
    left: usize,
    /// The most that it may take.
    widest: usize,
    /// It is the first one, which is shown anyhow.
    first: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    Absent,
    Moving,
}

impl Cells {
    /// Formats the cells of a column; gives their greatest width and whether there is a number among them.
    fn format(&mut self, piece: &Piece<'_>, at: usize, marks: Marks) -> (usize, bool) {
        self.text.clear();
        self.ends.clear();
        let column = &piece.table.columns[at];
        let (mut widest, mut numbers) = (0, false);
        for row in piece.rows.clone() {
            let value = piece.table.cell(row, at);
            let look = match value {
                Value::Absent(_) => Look::Absent,
                Value::Float(rate) if column.kind == Kind::Rate && rate > 0.0 => Look::Moving,
                _ => Look::Plain,
            };
            numbers |= format::right_aligned(&value);
            let share = match value {
                Value::Float(share) if column.unit == Unit::Percent => Some(share),
                _ => None,
            };
            let start = self.text.len();
            format::cell(value, column, piece.snapshot, &mut self.text);
            if let Some(share) = share {
                self.text.push(' ');
                graph::bar(share, BAR, marks, &mut self.text);
            }
            let width = text::width(&self.text[start..]);
            widest = widest.max(width);
            self.ends.push((self.text.len(), width, look));
        }
        (widest, numbers)
    }
}

/// The heading of a column.
fn title(table: &TableView<'_>, at: usize) -> (&'static str, &'static str) {
    let column = &table.columns[at];
    let rate = column.kind == Kind::Rate && !column.title.ends_with("/s");
    let place = table.place_of(at);
    let sorted = table.sort().iter().find(|(sorted, _)| Some(*sorted) == place);
    let suffix = match (rate, sorted) {
        (false, None) => "",
        (true, None) => "/s",
        (false, Some((_, false))) => "↑",
        (false, Some((_, true))) => "↓",
        (true, Some((_, false))) => "/s↑",
        (true, Some((_, true))) => "/s↓",
    };
    (column.title, suffix)
}

impl Painter<'_> {
    /// Draws the piece. Whether columns were left out at the right.
    pub(crate) fn draw(&mut self, piece: &Piece<'_>, area: Rect, buf: &mut Buffer) -> bool {
        let whole = area;
        let spark = piece.spark.as_ref().filter(|_| area.width >= sparkline::LEAST);
        let taken = if spark.is_some() { sparkline::WIDTH + GAP as u16 } else { 0 };
        let area = Rect { width: area.width - taken, ..area };
        // The last column is for the mark that there is more, the one before it stays blank.
        let right = area.right().saturating_sub(2).max(area.left());
        let room = usize::from(right.saturating_sub(area.left()));
        let count = piece.table.columns.len();
        let skipped = piece.first_column.min(count.saturating_sub(2));
        if let Some(y) = piece.header_line {
            buf.set_style(Rect { y, height: 1, ..whole }, self.theme.header());
        }
        let mut x = area.left();
        let mut more = false;
        for at in std::iter::once(0).chain(1 + skipped..count) {
            let left = usize::from(right.saturating_sub(x));
            let widest = match at {
                0 => (room * 3 / 5).max(left.min(LEAST)),
                // What comes last may have what is left.
                last if last + 1 == count => left.max(WIDEST),
                _ => WIDEST,
            };
            let Some(width) = self.column(piece, at, x, Room { left, widest, first: at == 0 }, buf) else {
                more = true;
                break;
            };
            more |= at > 0 && width == left && self.cells.cut;
            if at == 0 && skipped > 0 {
                self.mark(piece, x + width as u16 + 1, "‹", buf);
            }
            let gap = if at == 0 && skipped > 0 { MARKED_GAP } else { GAP };
            x = x.saturating_add((width + gap) as u16).min(right);
        }
        if more {
            self.mark(piece, area.right().saturating_sub(1), "›", buf);
        }
        if let Some(spark) = spark {
            // Beside the last column, or at the right end where there are more.
            let x = if more { area.right() + GAP as u16 } else { x.max(area.left()) };
            self.sparklines(piece, spark, Rect { x, width: sparkline::WIDTH, ..whole }, buf);
        }
        if let Some(row) = piece.selected.filter(|row| piece.rows.contains(row)) {
            let y = piece.first_line + (row - piece.rows.start) as u16;
            buf.set_style(Rect { y, height: 1, ..whole }, self.theme.selected());
        }
        more
    }

    /// Draws what rows moved over time.
    fn sparklines(&self, piece: &Piece<'_>, spark: &Spark<'_>, area: Rect, buf: &mut Buffer) {
        let place = Rect { height: 1, ..area };
        if let Some(y) = piece.header_line {
            spark.draw_title(Rect { y, ..place }, self.theme, buf);
        }
        for (y, row) in (piece.first_line..).zip(piece.rows.clone()) {
            let key = RowKey::of(piece.table, &spark.keys, row);
            spark.draw(key, Rect { y, ..place }, self.theme, buf);
        }
    }

    /// Draws a column if it fits, and gives its width. A text may be cut where there is something to be seen
    /// of it; part of a number would be another number.
    fn column(
        &mut self,
        piece: &Piece<'_>,
        at: usize,
        x: u16,
        room: Room,
        buf: &mut Buffer,
    ) -> Option<usize> {
        if room.left == 0 {
            return None;
        }
        let column = &piece.table.columns[at];
        let (widest, numbers) = self.cells.format(piece, at, self.theme.marks);
        let (name, suffix) = title(piece.table, at);
        let heading = text::width(name) + text::width(suffix);
        let layout = self.columns.grow(column.name, widest.max(heading), numbers);
        let wanted = layout.width.min(room.widest);
        if wanted > room.left && !room.first && (layout.right || room.left < LEAST) {
            return None;
        }
        let width = wanted.min(room.left);
        self.cells.cut = width < wanted;
        let pad = |wide: usize| if layout.right { width.saturating_sub(wide) } else { 0 };
        if let Some(y) = piece.header_line {
            let x = x + pad(heading) as u16;
            let used = text::put(buf, x, y, width, name, self.theme.header());
            text::put(buf, x + used as u16, y, width.saturating_sub(used), suffix, self.theme.header());
        }
        let moving = match column.name {
            name if name.starts_with("tx_") => self.theme.sent(),
            name if name.starts_with("rx_") => self.theme.received(),
            _ => self.theme.moving(),
        };
        let mut start = 0;
        for (y, &(end, wide, look)) in (piece.first_line..).zip(&self.cells.ends) {
            let style = match look {
                Look::Plain => Style::new(),
                Look::Absent => self.theme.quiet(),
                Look::Moving => moving,
            };
            text::put(buf, x + pad(wide) as u16, y, width, &self.cells.text[start..end], style);
            start = end;
        }
        Some(width)
    }

    fn mark(&self, piece: &Piece<'_>, x: u16, mark: &str, buf: &mut Buffer) {
        if let Some(y) = piece.header_line {
            text::put(buf, x, y, 1, mark, self.theme.strong());
        }
    }
}
