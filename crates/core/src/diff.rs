//! What has changed between two moments: rows that came and went, and cells that are others. Rows are told by their key
//! columns, as those of two ticks are.

use std::collections::HashMap;

use procnet::{Column, Kind, Unit, Value};

use crate::export::Selection;
use crate::rates;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::views::{TableView, View};

/// What has changed in one table.
pub struct TableDiff<'a> {
    /// The tab that it is of.
    pub view: &'static View,
    /// The table at the earlier moment.
    pub before: TableView<'a>,
    /// The table at the later one.
    pub after: TableView<'a>,
    /// What came, what went, what has changed, each in the order of its table.
    pub rows: Vec<RowDiff>,
    /// It is of another network namespace, so that nothing of it is compared.
    pub is_of_another: bool,
}

/// What has changed in one row. Numbers are those of rows.
#[derive(Debug, Clone, PartialEq)]
pub enum RowDiff {
    /// It was not there before.
    Came(usize),
    /// It is there no more.
    Went(usize),
    /// Cells of it are others.
    Changed {
        /// Its row before.
        before: usize,
        /// And after.
        after: usize,
        /// The cells.
        cells: Vec<CellDiff>,
    },
}

/// What has changed in one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellDiff {
    /// Its column, by its place among all.
    pub column: usize,
    /// By how much a counter has grown; `None` where it is none, or went back.
    pub growth: Option<u64>,
    /// The same a second.
    pub per_second: Option<f64>,
}

/// What has changed in the tables of a selection from one snapshot to a later one.
pub fn compare<'a>(
    selection: &'a Selection,
    before: &'a Snapshot,
    after: &'a Snapshot,
) -> Vec<TableDiff<'a>> {
    let elapsed = after.moment.boottime.saturating_sub(before.moment.boottime);
    let diff = |(view, table)| {
        let (one, other) = (selection.view(table, before), selection.view(table, after));
        let is_of_another = other.scope != Scope::Host && before.netns.inode != after.netns.inode;
        let mut diff = TableDiff { view, before: one, after: other, rows: Vec::new(), is_of_another };
        diff.rows = diff.compare(elapsed);
        diff
    };
    selection.tables().map(diff).collect()
}

impl TableDiff<'_> {
    fn compare(&self, elapsed: u64) -> Vec<RowDiff> {
        if self.is_of_another {
            return Vec::new();
        }
        let columns = self.after.all_columns();
        let keys: Vec<usize> = (0..columns.len()).filter(|place| columns[*place].kind == Kind::Key).collect();
        // Rows whose keys are alike are told by their order.
        let mut known: HashMap<String, Vec<usize>> = HashMap::new();
        for row in (0..self.before.len()).rev() {
            known.entry(key(&self.before, &keys, row)).or_default().push(row);
        }
        let mut rows = Vec::new();
        for after in 0..self.after.len() {
            match known.get_mut(&key(&self.after, &keys, after)).and_then(Vec::pop) {
                None => rows.push(RowDiff::Came(after)),
                Some(before) => {
                    let cells: Vec<CellDiff> = columns
                        .iter()
                        .enumerate()
                        .filter_map(|(place, column)| self.cell((before, after), (place, column), elapsed))
                        .collect();
                    if !cells.is_empty() {
                        rows.push(RowDiff::Changed { before, after, cells });
                    }
                }
            }
        }
        let mut gone: Vec<usize> = known.into_values().flatten().collect();
        gone.sort_unstable();
        rows.extend(gone.into_iter().map(RowDiff::Went));
        // Few come and go among many that move.
        rows.sort_by_key(|row| match row {
            RowDiff::Came(_) => 0,
            RowDiff::Went(_) => 1,
            RowDiff::Changed { .. } => 2,
        });
        rows
    }

    fn cell(
        &self,
        (before, after): (usize, usize),
        (place, column): (usize, &Column),
        elapsed: u64,
    ) -> Option<CellDiff> {
        let values = (self.before.any_cell(before, place), self.after.any_cell(after, place));
        // What was not told at one of the moments is not known to be another.
        let is_told = |value| !matches!(value, Value::Absent(_));
        let is_known = is_told(values.0) && is_told(values.1);
        if values.0 == values.1 || !is_known || !is_compared(column) {
            return None;
        }
        let counts = (values.0.count(), values.1.count());
        let counter = (column.kind == Kind::Counter).then_some(counts);
        let growth = counter.and_then(|(before, after)| rates::growth(before?, after?));
        let per_second = counter.and_then(|(before, after)| rates::per_second(before?, after?, elapsed));
        Some(CellDiff { column: place, growth, per_second })
    }
}

/// Rates are those of one tick, and times that pass are no change.
fn is_compared(column: &Column) -> bool {
    let is_time =
        matches!(column.unit, Unit::Nanoseconds | Unit::Microseconds | Unit::Milliseconds | Unit::Ticks);
    match column.kind {
        Kind::Key | Kind::Rate | Kind::Growth => false,
        Kind::Counter => true,
        Kind::Gauge | Kind::Amount | Kind::Info => !is_time,
    }
}

/// What a row is told by.
fn key(table: &TableView<'_>, keys: &[usize], row: usize) -> String {
    let mut text = String::new();
    for place in keys {
        // What is not there at one moment may be there at the other, and is no part of who it is.
        let cell = table.any_cell(row, *place);
        if !matches!(cell, Value::Absent(_)) {
            text.push_str(&format!("{place} {cell:?}\n"));
        }
    }
    text
}
