//! The one table: column titles, rows, totals, as many columns as fit.
//!
//! ```text
//!  local address  port ‹ state        tx queue  ›
//!  127.0.0.1        80   ESTABLISHED         0
//! +127.0.0.1        81   ESTABLISHED        12       a row that has just appeared
//! -127.0.0.1        82   TIME_WAIT           0       one that has just vanished
//!  Σ 2 rows                                 12
//! ```
//!
//! The first columns, as far as they tell rows apart, stay where the others are scrolled. Only rows and columns that are
//! seen are formatted, column by column, into one text that is used again.

use netmonitor_core::format;
use netmonitor_core::series::RowKey;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{TableView, Totals};
use procnet::{Column, Kind, Unit, Value};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::sparkline::{self, Spark};
use super::{graph, text};
use crate::document::Cursor;
use crate::flash::Gone;
use crate::hits::{Hit, Hits};
use crate::pane::Columns;
use crate::theme::{Marks, Theme};

/// Columns between two columns.
const GAP: usize = 2;

/// Columns behind those that stay, where a mark says that some are scrolled out.
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
    /// Number of it in its tab.
    pub(crate) number: usize,
    /// Where it comes from.
    pub(crate) snapshot: &'a Snapshot,
    /// The lines of rows that are seen.
    pub(crate) lines: &'a [Row<'a>],
    /// The place of the first of them.
    pub(crate) first_line: u16,
    /// The line of the column titles, where they are seen.
    pub(crate) header_line: Option<u16>,
    /// The sums, and their line, where they are seen.
    pub(crate) totals: Option<(&'a Totals, u16)>,
    /// The selected row.
    pub(crate) selected: Option<usize>,
    /// How many columns are scrolled out.
    pub(crate) first_column: usize,
    /// What is drawn over time of each row.
    pub(crate) spark: Option<Spark<'a>>,
}

/// A line of a table.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    /// The row of this number.
    There(usize),
    /// The same, which has just appeared.
    New(usize),
    /// One that has just vanished.
    Gone(&'a Gone),
}

/// What is kept from drawing to drawing.
pub(crate) struct Painter<'a> {
    /// Layout of the columns.
    pub(crate) columns: &'a mut Columns,
    /// Looks.
    pub(crate) theme: Theme,
    /// The cells of one column.
    pub(crate) cells: Cells,
    /// Where headings are told that can be clicked.
    pub(crate) hits: &'a mut Hits,
}

/// The formatted cells of one column.
#[derive(Default)]
pub(crate) struct Cells {
    text: String,
    /// End of each cell's text, its width and its look.
    ends: Vec<(usize, usize, Look)>,
    /// The sum is the last of them.
    has_sum: bool,
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
    Sum,
}

impl Row<'_> {
    /// The number of the row that is there.
    pub(crate) fn row(&self) -> Option<usize> {
        match *self {
            Self::There(row) | Self::New(row) => Some(row),
            Self::Gone(_) => None,
        }
    }
}

impl Cells {
    /// Formats the cells of a column; gives their greatest width and whether there is a number among them.
    fn format(&mut self, piece: &Piece<'_>, at: usize, marks: Marks) -> (usize, bool) {
        self.text.clear();
        self.ends.clear();
        let column = &piece.table.columns[at];
        let (mut widest, mut numbers) = (0, false);
        for line in piece.lines {
            let start = self.text.len();
            let look = match *line {
                Row::There(row) | Row::New(row) => {
                    let value = piece.table.cell(row, at);
                    numbers |= format::right_aligned(&value);
                    self.write(value, column, piece.snapshot, marks)
                }
                Row::Gone(gone) => {
                    self.text.push_str(gone.cell(column.name));
                    Look::Absent
                }
            };
            widest = widest.max(self.end(start, look));
        }
        let sum = piece.totals.and_then(|(totals, _)| totals.cell(at));
        self.has_sum = sum.is_some();
        if let Some(sum) = sum {
            let start = self.text.len();
            self.write(sum, column, piece.snapshot, marks);
            widest = widest.max(self.end(start, Look::Sum));
        }
        (widest, numbers)
    }

    /// Writes a value; gives its look.
    fn write(&mut self, value: Value<'_>, column: &Column, snapshot: &Snapshot, marks: Marks) -> Look {
        let look = match value {
            Value::Absent(_) => Look::Absent,
            Value::Float(rate) if column.kind == Kind::Rate && rate > 0.0 => Look::Moving,
            _ => Look::Plain,
        };
        format::cell(value, column, snapshot, &mut self.text);
        if let Value::Float(share) = value
            && column.unit == Unit::Percent
        {
            self.text.push(' ');
            graph::bar(share, BAR, marks, &mut self.text);
        }
        look
    }

    /// Ends the cell that began there; gives its width.
    fn end(&mut self, start: usize, look: Look) -> usize {
        let width = text::width(&self.text[start..]);
        self.ends.push((self.text.len(), width, look));
        width
    }
}

/// The heading of a column: its title, what stands behind it, and the width of both.
fn heading(table: &TableView<'_>, at: usize) -> (&'static str, &'static str, usize) {
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
    (column.title, suffix, text::width(column.title) + text::width(suffix))
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
        let frozen = if piece.first_column > 0 { self.frozen(piece, room) } else { 1 };
        let skipped = piece.first_column.min(count.saturating_sub(frozen + 1));
        if let Some(y) = piece.header_line {
            buf.set_style(Rect { y, height: 1, ..whole }, self.theme.header());
        }
        let mut x = area.left();
        let mut more = false;
        let mut sums_from = None;
        for at in (0..frozen).chain(frozen + skipped..count) {
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
            if self.cells.has_sum {
                sums_from.get_or_insert(x);
            }
            more |= at > 0 && width == left && self.cells.cut;
            let is_marked = at + 1 == frozen && skipped > 0;
            if is_marked {
                self.mark(piece, x + width as u16 + 1, "‹", buf);
            }
            let gap = if is_marked { MARKED_GAP } else { GAP };
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
        if let Some((_, y)) = piece.totals {
            let end = sums_from.map_or(right, |x| x.saturating_sub(1));
            let words = format!("Σ {}", piece.table.counts());
            let room = usize::from(end.saturating_sub(area.left()));
            text::put(buf, area.left(), y, room, &words, self.theme.strong());
        }
        self.rows(piece, whole, buf);
        more
    }

    /// Draws what rows moved over time.
    fn sparklines(&self, piece: &Piece<'_>, spark: &Spark<'_>, area: Rect, buf: &mut Buffer) {
        let place = Rect { height: 1, ..area };
        if let Some(y) = piece.header_line {
            spark.draw_title(Rect { y, ..place }, self.theme, buf);
        }
        for (y, line) in (piece.first_line..).zip(piece.lines) {
            let Some(row) = line.row() else { continue };
            let key = RowKey::of(piece.table, &spark.keys, row);
            spark.draw(key, Rect { y, ..place }, self.theme, buf);
        }
    }

    /// How many of the first columns stay where others are scrolled out: those that tell rows apart, while more than
    /// a third is left for the others.
    fn frozen(&mut self, piece: &Piece<'_>, room: usize) -> usize {
        let columns = &piece.table.columns;
        let mut taken = 0;
        let stays = |at: &usize| {
            let (widest, numbers) = self.cells.format(piece, *at, self.theme.marks);
            let heading = heading(piece.table, *at);
            let layout = self.columns.grow(columns[*at].name, widest.max(heading.2), numbers);
            taken += layout.width.min(WIDEST) + GAP;
            columns[*at].kind == Kind::Key && taken <= room * 3 / 5
        };
        (0..columns.len()).take_while(stays).count().clamp(1, columns.len().max(1))
    }

    /// Marks rows: what has just appeared or vanished, and what is selected.
    fn rows(&mut self, piece: &Piece<'_>, area: Rect, buf: &mut Buffer) {
        for (line, y) in piece.lines.iter().zip(piece.first_line..) {
            let place = Rect { y, height: 1, ..area };
            let (mark, style) = match line {
                Row::There(_) => ("", Style::new()),
                Row::New(_) => ("+", self.theme.appeared()),
                Row::Gone(_) => ("-", self.theme.vanished()),
            };
            if !mark.is_empty() {
                buf.set_style(place, style);
                text::put(buf, area.left().saturating_sub(1), y, 1, mark, style);
            }
            let Some(row) = line.row() else { continue };
            self.hits.add(place, Hit::Row(Cursor { table: piece.number, row }));
            if piece.selected == Some(row) {
                buf.set_style(place, self.theme.selected());
            }
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
        let (name, suffix, heading) = heading(piece.table, at);
        let layout = self.columns.grow(column.name, widest.max(heading), numbers);
        let wanted = layout.width.min(room.widest);
        if wanted > room.left && !room.first && (layout.right || room.left < LEAST) {
            return None;
        }
        let width = wanted.min(room.left);
        self.cells.cut = width < wanted;
        let pad = |wide: usize| if layout.right { width.saturating_sub(wide) } else { 0 };
        if let Some(y) = piece.header_line {
            if let Some(place) = piece.table.place_of(at) {
                self.hits.add(Rect::new(x, y, width as u16, 1), Hit::Heading(piece.number, place));
            }
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
        let lines = (0..piece.lines.len() as u16).map(|line| piece.first_line + line);
        let lines = lines.chain(piece.totals.map(|(_, y)| y));
        for (y, &(end, wide, look)) in lines.zip(&self.cells.ends) {
            let style = match look {
                Look::Plain => Style::new(),
                Look::Absent => self.theme.quiet(),
                Look::Moving => moving,
                Look::Sum => self.theme.strong(),
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
