//! Text: aligned columns for people.

use std::io::{self, Write};

use procnet::{Kind, Value};

use super::{Export, Format, Selection};
use crate::format;
use crate::format::rfc3339;
use crate::snapshot::Snapshot;
use crate::views::TableView;

pub(super) static FORMAT: Format = Format {
    name: "text",
    doc: "aligned columns for people",
    one_table: false,
    titles: true,
    tells_problems: true,
    export: || Box::new(Text { again: false }),
};

struct Text {
    again: bool,
}

impl Export for Text {
    fn write(&mut self, out: &mut dyn Write, snapshot: &Snapshot, selection: &Selection) -> io::Result<()> {
        if std::mem::replace(&mut self.again, true) {
            writeln!(out)?;
        }
        let process = &snapshot.process;
        let name = format::harmless_text(&process.name);
        writeln!(out, "process {} {name} · {}", process.pid, rfc3339(snapshot.moment.wall))?;
        for (_, table) in selection.tables() {
            let table = selection.view(table, snapshot);
            if !table.is_worth_showing() {
                continue;
            }
            writeln!(out)?;
            write_table(out, snapshot, &table)?;
        }
        Ok(())
    }
}

fn write_table(out: &mut dyn Write, snapshot: &Snapshot, table: &TableView<'_>) -> io::Result<()> {
    write!(out, "{} · {}", table.name, table.scope_title(snapshot))?;
    if !table.is_record {
        write!(out, " · {}", table.count_title())?;
    }
    if !table.state.reason.is_empty() {
        write!(out, " · {}", table.state.reason)?;
    }
    writeln!(out)?;
    if table.is_empty() {
        return Ok(());
    }
    if table.is_record {
        return write_record(out, snapshot, table);
    }
    let mut columns: Vec<Column> =
        (0..table.columns.len()).filter_map(|place| Column::of(table, place)).collect();
    let mut cell = String::new();
    for row in 0..table.len() {
        for column in &mut columns {
            write_cell(snapshot, table, row, column.place, &mut cell);
            column.width = column.width.max(cell.chars().count());
        }
    }
    let last = columns.len().saturating_sub(1);
    for (number, column) in columns.iter().enumerate() {
        column.pad(out, table.columns[column.place].name, number == last)?;
    }
    for row in 0..table.len() {
        for (number, column) in columns.iter().enumerate() {
            write_cell(snapshot, table, row, column.place, &mut cell);
            column.pad(out, &cell, number == last)?;
        }
    }
    Ok(())
}

/// A row of facts, one below the other, name beside value.
fn write_record(out: &mut dyn Write, snapshot: &Snapshot, table: &TableView<'_>) -> io::Result<()> {
    let width = table.columns.iter().map(|column| column.name.len()).max().unwrap_or(0);
    let mut cell = String::new();
    for (place, column) in table.columns.iter().enumerate() {
        write_cell(snapshot, table, 0, place, &mut cell);
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
    /// A rate that no row has yet is left out; every other column is printed.
    fn of(table: &TableView<'_>, place: usize) -> Option<Self> {
        let present = |row| Some(table.cell(row, place)).filter(|value| !matches!(value, Value::Absent(_)));
        let first = (0..table.len()).find_map(present);
        let column = &table.columns[place];
        if column.kind == Kind::Rate && first.is_none() {
            return None;
        }
        let right = first.is_some_and(|value| format::right_aligned(&value));
        Some(Self { place, width: column.name.chars().count(), right })
    }

    fn pad(&self, out: &mut dyn Write, text: &str, last: bool) -> io::Result<()> {
        let width = self.width;
        match (self.right, last) {
            (true, true) => writeln!(out, "{text:>width$}"),
            (true, false) => write!(out, "{text:>width$}  "),
            (false, true) => writeln!(out, "{text}"),
            (false, false) => write!(out, "{text:width$}  "),
        }
    }
}

fn write_cell(snapshot: &Snapshot, table: &TableView<'_>, row: usize, place: usize, out: &mut String) {
    out.clear();
    format::text(table.cell(row, place), &table.columns[place], snapshot.machine.clk_tck, out);
}
