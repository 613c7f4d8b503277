//! Text: aligned columns for people.

use std::io::{self, Write};

use procnet::Kind;

use super::{Export, Format, Selection, rfc3339};
use crate::format;
use crate::snapshot::Snapshot;
use crate::views::TableView;

pub(super) static FORMAT: Format = Format {
    name: "text",
    doc: "aligned columns for people",
    one_table: false,
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
            let table = table.view(snapshot, selection.scope);
            writeln!(out)?;
            write_table(out, snapshot, &table)?;
        }
        Ok(())
    }
}

fn write_table(out: &mut dyn Write, snapshot: &Snapshot, table: &TableView<'_>) -> io::Result<()> {
    let rows = match table.len() {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    };
    write!(out, "{} · {} · {rows}", table.def.name, table.scope_title(snapshot))?;
    if !table.state.reason.is_empty() {
        write!(out, " · {}", table.state.reason)?;
    }
    writeln!(out)?;
    if table.is_empty() {
        return Ok(());
    }
    let shown: Vec<usize> = (0..table.columns.len()).filter(|column| worth_showing(table, *column)).collect();
    let mut widths: Vec<usize> =
        shown.iter().map(|column| table.columns[*column].name.chars().count()).collect();
    let mut cell = String::new();
    for row in 0..table.len() {
        for (width, column) in widths.iter_mut().zip(&shown) {
            cell.clear();
            write_cell(snapshot, table, row, *column, &mut cell);
            *width = (*width).max(cell.chars().count());
        }
    }
    for (place, column) in shown.iter().enumerate() {
        let name = table.columns[*column].name;
        pad(out, name, widths[place], right(table, *column), place + 1 == shown.len())?;
    }
    for row in 0..table.len() {
        for (place, column) in shown.iter().enumerate() {
            cell.clear();
            write_cell(snapshot, table, row, *column, &mut cell);
            pad(out, &cell, widths[place], right(table, *column), place + 1 == shown.len())?;
        }
    }
    Ok(())
}

/// A rate that no row has yet is left out; every other column is shown.
fn worth_showing(table: &TableView<'_>, column: usize) -> bool {
    let absent = |row| matches!(table.cell(row, column), procnet::Value::Absent(_));
    table.columns[column].kind != Kind::Rate || !(0..table.len()).all(absent)
}

fn right(table: &TableView<'_>, column: usize) -> bool {
    let mut cells = (0..table.len()).map(|row| table.cell(row, column));
    cells
        .find(|cell| !matches!(cell, procnet::Value::Absent(_)))
        .is_some_and(|cell| format::right_aligned(&cell))
}

fn write_cell(snapshot: &Snapshot, table: &TableView<'_>, row: usize, column: usize, out: &mut String) {
    format::text(table.cell(row, column), &table.columns[column], snapshot.machine.clk_tck, out);
}

fn pad(out: &mut dyn Write, text: &str, width: usize, right: bool, last: bool) -> io::Result<()> {
    match (right, last) {
        (true, true) => writeln!(out, "{text:>width$}"),
        (true, false) => write!(out, "{text:>width$}  "),
        (false, true) => writeln!(out, "{text}"),
        (false, false) => write!(out, "{text:width$}  "),
    }
}
