//! Text: aligned columns for people.

use std::io::{self, Write};
use std::ops::Range;

use procnet::{Kind, Value};

use super::{Export, Format, Selection};
use crate::format;
use crate::format::rfc3339;
use crate::snapshot::Snapshot;
use crate::views::{Counts, TableView};

pub(super) static FORMAT: Format = Format {
    name: "text",
    doc: "aligned columns for people",
    one_table: false,
    titles: true,
    in_pieces: true,
    tells_problems: true,
    export: || Box::new(Text { again: false, begun: None }),
};

struct Text {
    again: bool,
    /// The table under way, where it is printed in pieces.
    begun: Option<(Layout, Counts)>,
}

impl Export for Text {
    fn write(&mut self, out: &mut dyn Write, snapshot: &Snapshot, selection: &Selection) -> io::Result<()> {
        self.write_head(out, snapshot)?;
        for (_, table) in selection.tables() {
            let table = selection.brief_view(table, snapshot);
            if !table.is_worth_showing() {
                continue;
            }
            writeln!(out)?;
            write_table(out, snapshot, &table)?;
        }
        Ok(())
    }

    /// The title stands before the rows and their number after them, where other formats need nothing special.
    fn write_piece(
        &mut self,
        out: &mut dyn Write,
        snapshot: &Snapshot,
        selection: &Selection,
        is_last: bool,
    ) -> io::Result<()> {
        let Some((_, table)) = selection.tables().next() else { return Ok(()) };
        let table = selection.brief_view(table, snapshot);
        let (mut layout, counts) = match self.begun.take() {
            Some(begun) => begun,
            None => {
                self.write_head(out, snapshot)?;
                writeln!(out, "\n{} · {} · counted at the end", table.name, table.scope_title(snapshot))?;
                Default::default()
            }
        };
        layout.write_rows(out, snapshot, &table)?;
        let counts = counts + table.counts();
        if is_last {
            write!(out, "{counts}")?;
            return write_remarks(out, &table);
        }
        self.begun = Some((layout, counts));
        Ok(())
    }
}

impl Text {
    fn write_head(&mut self, out: &mut dyn Write, snapshot: &Snapshot) -> io::Result<()> {
        if std::mem::replace(&mut self.again, true) {
            writeln!(out)?;
        }
        let at = rfc3339(snapshot.moment.wall);
        match snapshot.namespaces {
            Some(_) => writeln!(out, "host · {at}"),
            None => writeln!(out, "process {} · {at}", snapshot.process.title()),
        }
    }
}

fn write_table(out: &mut dyn Write, snapshot: &Snapshot, table: &TableView<'_>) -> io::Result<()> {
    write!(out, "{} · {}", table.name, table.scope_title(snapshot))?;
    if !table.is_record {
        write!(out, " · {}", table.counts())?;
    }
    write_remarks(out, table)?;
    if table.is_record && !table.is_empty() {
        return write_record(out, snapshot, table);
    }
    Layout::default().write_rows(out, snapshot, table)
}

/// What is to be said of a table, and the end of the line.
fn write_remarks(out: &mut dyn Write, table: &TableView<'_>) -> io::Result<()> {
    if !table.state.reason.is_empty() {
        write!(out, " · {}", table.state.reason)?;
    }
    if let Some(remark) = table.remark() {
        write!(out, " · {remark}")?;
    }
    writeln!(out)
}

/// How rows stand below each other.
#[derive(Default)]
struct Layout {
    /// None before the first row.
    columns: Vec<Column>,
    cells: Cells,
    /// Lines that are not written yet.
    lines: Vec<u8>,
}

impl Layout {
    fn write_rows(
        &mut self,
        out: &mut dyn Write,
        snapshot: &Snapshot,
        table: &TableView<'_>,
    ) -> io::Result<()> {
        let Self { columns, cells, lines } = self;
        for first in (0..table.len()).step_by(BATCH) {
            let is_first = columns.is_empty();
            if is_first {
                columns.extend((0..table.columns.len()).filter_map(|place| Column::of(table, place)));
            }
            if columns.is_empty() {
                return Ok(());
            }
            cells.format(snapshot, table, first..table.len().min(first + BATCH), columns);
            if is_first {
                let names = columns.iter().map(|column| table.columns[column.place].name);
                lay_out(lines, columns, names.map(|name| (name, name.chars().count())));
            }
            let mut start = 0;
            for row in cells.ends.chunks(columns.len()) {
                let texts = row.iter().map(|&(end, wide)| {
                    let text = &cells.text[start..end];
                    start = end;
                    (text, wide)
                });
                lay_out(lines, columns, texts);
            }
            out.write_all(lines)?;
            lines.clear();
        }
        Ok(())
    }
}

/// Rows that are laid out together: a column becomes wider when a batch needs it, and never narrower.
const BATCH: usize = 4096;

/// The formatted cells of some rows, row by row.
#[derive(Default)]
struct Cells {
    text: String,
    /// End of each cell's text, and its width.
    ends: Vec<(usize, usize)>,
}

impl Cells {
    fn format(
        &mut self,
        snapshot: &Snapshot,
        table: &TableView<'_>,
        rows: Range<usize>,
        columns: &mut [Column],
    ) {
        self.text.clear();
        self.ends.clear();
        for row in rows {
            for column in &mut *columns {
                let start = self.text.len();
                let value = table.cell(row, column.place);
                format::cell(value, &table.columns[column.place], snapshot, &mut self.text);
                let text = &self.text[start..];
                let wide = format::width(text);
                column.width = column.width.max(wide);
                self.ends.push((self.text.len(), wide));
            }
        }
    }
}

/// Adds one line.
fn lay_out<'t>(lines: &mut Vec<u8>, columns: &[Column], texts: impl Iterator<Item = (&'t str, usize)>) {
    let last = columns.len() - 1;
    for (number, (column, (text, wide))) in columns.iter().zip(texts).enumerate() {
        let pad = column.width - wide;
        if column.right {
            blanks(lines, pad);
        }
        lines.extend_from_slice(text.as_bytes());
        if number < last {
            blanks(lines, if column.right { GAP } else { pad + GAP });
        }
    }
    lines.push(b'\n');
}

/// Blanks between two columns.
const GAP: usize = 2;

fn blanks(lines: &mut Vec<u8>, count: usize) {
    lines.resize(lines.len() + count, b' ');
}

/// A row of facts, one below the other, name beside value.
fn write_record(out: &mut dyn Write, snapshot: &Snapshot, table: &TableView<'_>) -> io::Result<()> {
    let width = table.columns.iter().map(|column| column.name.len()).max().unwrap_or(0);
    let mut cell = String::new();
    for (place, column) in table.columns.iter().enumerate() {
        cell.clear();
        format::cell(table.cell(0, place), column, snapshot, &mut cell);
        writeln!(out, "{:width$}  {cell}", column.name)?;
    }
    Ok(())
}

/// A column that is printed.
struct Column {
    place: usize,
    width: usize,
    right: bool,
}

impl Column {
    /// A rate that no row has yet is left out where it was not asked for; every other column is printed.
    fn of(table: &TableView<'_>, place: usize) -> Option<Self> {
        let present = |row| Some(table.cell(row, place)).filter(|value| !matches!(value, Value::Absent(_)));
        let first = (0..table.len()).find_map(present);
        let column = &table.columns[place];
        if column.kind == Kind::Rate && first.is_none() && !table.names_columns() {
            return None;
        }
        let right = first.is_some_and(|value| format::right_aligned(&value));
        Some(Self { place, width: column.name.chars().count(), right })
    }
}
