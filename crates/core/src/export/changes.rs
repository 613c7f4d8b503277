//! What has changed between two moments in print: text, JSON, CSV.

use std::io::{self, Write};

use procnet::{Column, Kind, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::SCHEMA;
use super::cells::{Cell, Harmless, Row};
use super::csv::{cause, plain};
use crate::diff::{CellDiff, RowDiff, TableDiff};
use crate::format::{self, rfc3339};
use crate::snapshot::Snapshot;
use crate::views::TableView;

/// The moments between which something has changed.
#[derive(Clone, Copy)]
pub struct Between<'a> {
    /// The earlier one.
    pub before: &'a Snapshot,
    /// The later one.
    pub after: &'a Snapshot,
}

/// Prints changes in a format of this name; `None`: there is none.
pub fn print_changes(
    format: &str,
    between: Between<'_>,
    tables: &[TableDiff<'_>],
    out: &mut dyn Write,
) -> Option<io::Result<()>> {
    match format {
        "text" => Some(text(between, tables, out)),
        "json" => Some(json(between, tables, out)),
        "csv" => Some(csv(tables, out)),
        _ => None,
    }
}

/// The formats that changes can be printed in.
pub const CHANGE_FORMATS: [&str; 3] = ["text", "json", "csv"];

fn is_key(column: &Column) -> bool {
    column.kind == Kind::Key
}

/// What is to be said of a table that is not whole at one of the moments.
fn problems(diff: &TableDiff<'_>) -> Option<String> {
    if diff.is_of_another {
        return Some("another network namespace: nothing is compared".to_owned());
    }
    let reason = |table: &TableView<'_>, when: &str| {
        (table.state.word != "ok").then(|| format!("{when}: {}", table.state.reason))
    };
    let words: Vec<String> =
        [reason(&diff.before, "before"), reason(&diff.after, "after")].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Lines: `+` what came, `-` what went, `~` what has changed.
fn text(between: Between<'_>, tables: &[TableDiff<'_>], out: &mut dyn Write) -> io::Result<()> {
    let [from, to] = [between.before, between.after].map(|snapshot| rfc3339(snapshot.moment.wall));
    writeln!(out, "from {from} to {to}")?;
    let clk_tck = between.after.machine.clk_tck;
    for diff in tables {
        let (came, went, changed) = counts(diff);
        let name = format::harmless_text(diff.after.name.as_bytes());
        let scope = diff.after.scope_title(between.after);
        write!(out, "\n{name} · {scope} · {came} came, {went} went, {changed} changed")?;
        match problems(diff) {
            Some(problems) => writeln!(out, " · ! {}", format::harmless_text(problems.as_bytes()))?,
            None => writeln!(out)?,
        }
        let columns = diff.after.all_columns();
        for row in &diff.rows {
            match row {
                RowDiff::Came(row) => writeln!(out, " + {}", named(&diff.after, *row, clk_tck))?,
                RowDiff::Went(row) => writeln!(out, " - {}", named(&diff.before, *row, clk_tck))?,
                RowDiff::Changed { before, after, cells } => {
                    let cells: Vec<String> = cells
                        .iter()
                        .map(|cell| {
                            let column = &columns[cell.column];
                            let [one, other] =
                                [(&diff.before, *before), (&diff.after, *after)].map(|(table, row)| {
                                    written(table.any_cell(row, cell.column), column, clk_tck)
                                });
                            format!("{} {one} → {other}{}", column.name, grown(cell, column))
                        })
                        .collect();
                    writeln!(out, " ~ {}: {}", keys(&diff.after, *after, clk_tck), cells.join(", "))?;
                }
            }
        }
    }
    Ok(())
}

fn counts(diff: &TableDiff<'_>) -> (usize, usize, usize) {
    let count = |is: fn(&RowDiff) -> bool| diff.rows.iter().filter(|row| is(row)).count();
    (
        count(|row| matches!(row, RowDiff::Came(_))),
        count(|row| matches!(row, RowDiff::Went(_))),
        count(|row| matches!(row, RowDiff::Changed { .. })),
    )
}

fn written(value: Value<'_>, column: &Column, clk_tck: u64) -> String {
    let mut text = String::new();
    format::text(value, column, clk_tck, &mut text);
    text
}

/// By how much a counter has grown.
fn grown(cell: &CellDiff, column: &Column) -> String {
    let Some(growth) = cell.growth else {
        return if column.kind == Kind::Counter { " (went back)".to_owned() } else { String::new() };
    };
    let rate = Column { kind: Kind::Rate, ..*column };
    let per_second = cell.per_second.map(|rate_of| written(Value::Float(rate_of), &rate, 1));
    format!(" (+{growth}, {}/s)", per_second.unwrap_or_else(|| "-".to_owned()))
}

/// The key cells of a row, and its name.
fn keys(table: &TableView<'_>, row: usize, clk_tck: u64) -> String {
    cells(table, row, clk_tck, |column| is_key(column) || column.name == "name")
}

/// The same, and what state it is in.
fn named(table: &TableView<'_>, row: usize, clk_tck: u64) -> String {
    cells(table, row, clk_tck, |column| is_key(column) || matches!(column.name, "name" | "state"))
}

fn cells(table: &TableView<'_>, row: usize, clk_tck: u64, is_shown: fn(&Column) -> bool) -> String {
    let shown = table.all_columns().iter().enumerate().filter(|(_, column)| is_shown(column));
    let cells = shown.filter_map(|(place, column)| {
        let value = table.any_cell(row, place);
        (!matches!(value, Value::Absent(_))).then(|| written(value, column, clk_tck))
    });
    cells.collect::<Vec<_>>().join(" ")
}

fn json(between: Between<'_>, tables: &[TableDiff<'_>], mut out: &mut dyn Write) -> io::Result<()> {
    let document = Document { between, tables };
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Harmless::pretty()))?;
    out.write_all(b"\n")
}

struct Document<'a> {
    between: Between<'a>,
    tables: &'a [TableDiff<'a>],
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Between { before, after } = self.between;
        let elapsed = after.moment.boottime.saturating_sub(before.moment.boottime);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", &SCHEMA)?;
        map.serialize_entry("from", &rfc3339(before.moment.wall))?;
        map.serialize_entry("to", &rfc3339(after.moment.wall))?;
        map.serialize_entry("seconds", &(elapsed as f64 / 1e9))?;
        let tables: Vec<TableDocument<'_, '_>> = self.tables.iter().map(TableDocument).collect();
        map.serialize_entry("tables", &tables)?;
        map.end()
    }
}

struct TableDocument<'a, 's>(&'a TableDiff<'s>);

impl Serialize for TableDocument<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let diff = self.0;
        let of = |table, rows: Vec<usize>| -> Vec<Row<'_, '_>> {
            rows.into_iter().map(|row| Row { table, row, before: &[] }).collect()
        };
        let pick = |is: fn(&RowDiff) -> Option<usize>| diff.rows.iter().filter_map(is).collect::<Vec<_>>();
        let came = pick(|row| if let RowDiff::Came(row) = row { Some(*row) } else { None });
        let went = pick(|row| if let RowDiff::Went(row) = row { Some(*row) } else { None });
        let changed: Vec<ChangedRow<'_, '_>> = diff
            .rows
            .iter()
            .filter_map(|row| match row {
                RowDiff::Changed { before, after, cells } => {
                    Some(ChangedRow { diff, rows: (*before, *after), cells })
                }
                RowDiff::Came(_) | RowDiff::Went(_) => None,
            })
            .collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("view", diff.view.name)?;
        map.serialize_entry("name", &diff.after.name)?;
        map.serialize_entry("scope", diff.after.scope.word())?;
        map.serialize_entry("reason", &problems(diff))?;
        map.serialize_entry("came", &of(&diff.after, came))?;
        map.serialize_entry("went", &of(&diff.before, went))?;
        map.serialize_entry("changed", &changed)?;
        map.end()
    }
}

struct ChangedRow<'a, 's> {
    diff: &'a TableDiff<'s>,
    rows: (usize, usize),
    cells: &'a [CellDiff],
}

impl Serialize for ChangedRow<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns: Vec<ChangedCell<'_, '_>> =
            self.cells.iter().map(|cell| ChangedCell { row: self, cell }).collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("key", &Keys(&self.diff.after, self.rows.1))?;
        map.serialize_entry("columns", &columns)?;
        map.end()
    }
}

struct Keys<'a, 's>(&'a TableView<'s>, usize);

impl Serialize for Keys<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (place, column) in self.0.all_columns().iter().enumerate().filter(|(_, column)| is_key(column)) {
            map.serialize_entry(column.name, &Cell(self.0.any_cell(self.1, place)))?;
        }
        map.end()
    }
}

struct ChangedCell<'a, 's> {
    row: &'a ChangedRow<'a, 's>,
    cell: &'a CellDiff,
}

impl Serialize for ChangedCell<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ChangedRow { diff, rows, .. } = self.row;
        let place = self.cell.column;
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("column", diff.after.all_columns()[place].name)?;
        map.serialize_entry("before", &Cell(diff.before.any_cell(rows.0, place)))?;
        map.serialize_entry("after", &Cell(diff.after.any_cell(rows.1, place)))?;
        map.serialize_entry("growth", &self.cell.growth)?;
        map.serialize_entry("per_second", &self.cell.per_second)?;
        map.end()
    }
}

/// A line for each row that came or went, and for each cell that has changed: the key columns, then what has changed.
fn csv(tables: &[TableDiff<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    for diff in tables {
        let columns = diff.after.all_columns();
        let keys: Vec<usize> = (0..columns.len()).filter(|place| is_key(&columns[*place])).collect();
        let names = keys.iter().map(|place| columns[*place].name);
        let rest = ["column", "before", "after", "growth", "per_second"];
        let header: Vec<&str> = std::iter::once("change").chain(names).chain(rest).collect();
        writer.write_record(&header).map_err(cause)?;
        let field = |table: &TableView<'_>, row: usize, place: usize| {
            let mut field = String::new();
            plain(table.any_cell(row, place), &columns[place], &mut field);
            field
        };
        let line = |what: &str, table: &TableView<'_>, row: usize| -> Vec<String> {
            let cells = keys.iter().map(|place| field(table, row, *place));
            std::iter::once(what.to_owned()).chain(cells).collect()
        };
        for row in &diff.rows {
            let (begin, before, after, cells) = match row {
                RowDiff::Came(row) => (line("came", &diff.after, *row), 0, 0, &[][..]),
                RowDiff::Went(row) => (line("went", &diff.before, *row), 0, 0, &[][..]),
                RowDiff::Changed { before, after, cells } => {
                    (line("changed", &diff.after, *after), *before, *after, cells.as_slice())
                }
            };
            if cells.is_empty() {
                let nothing = std::iter::repeat_n(String::new(), rest.len());
                let record: Vec<String> = begin.iter().cloned().chain(nothing).collect();
                writer.write_record(record).map_err(cause)?;
            }
            for cell in cells {
                let cells = [
                    columns[cell.column].name.to_owned(),
                    field(&diff.before, before, cell.column),
                    field(&diff.after, after, cell.column),
                    cell.growth.map(|growth| growth.to_string()).unwrap_or_default(),
                    cell.per_second.map(|rate| rate.to_string()).unwrap_or_default(),
                ];
                let record: Vec<String> = begin.iter().cloned().chain(cells).collect();
                writer.write_record(record).map_err(cause)?;
            }
        }
    }
    writer.flush()
}
