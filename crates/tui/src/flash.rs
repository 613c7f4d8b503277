//! Rows that have just appeared or vanished: they are marked for a second of the samples' clock, or for one tick where
//! ticks are slower.
//!
//! What is compared are two moments of the same tables: what a filter, an order or another tab brings or takes away
//! has neither appeared nor vanished.

use std::cmp::Ordering;
use std::sync::Arc;

use netmonitor_core::format;
use netmonitor_core::series::RowKey;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;

use crate::app::App;
use crate::document::Extent;
use crate::shown::{Prepared, Shown};

/// How long rows are marked, in nanoseconds: a second, less the time by which a tick may come too early.
const LASTS: u64 = 900_000_000;

/// What was read longer ago than this is of another moment, in nanoseconds.
const OLD: u64 = 1_000_000_000;

/// How far from where it was the row is sought that stood before a vanished one.
const NEAR: usize = 256;

/// More rows than this in a tab are told apart beside: it takes longer than a key may wait.
pub(crate) const MANY: usize = 10_000;

/// Rows that have just appeared or vanished.
#[derive(Default)]
pub(crate) struct Flash {
    /// What was shown, and how: under a filter, say, vanished rows stand elsewhere.
    shown: Option<Shown>,
    appeared: Vec<Appeared>,
    gone: Vec<Gone>,
}

/// Rows of a table that have appeared at one moment.
struct Appeared {
    table: String,
    at: u64,
    /// What tells them apart, in order.
    rows: Vec<RowKey>,
}

/// A row that has vanished, as it was shown.
pub(crate) struct Gone {
    table: String,
    at: u64,
    /// The row that stood before it.
    after: Option<RowKey>,
    /// Where it stands now: before this row.
    before: usize,
    /// Names of columns and what stood in them.
    cells: Vec<(&'static str, String)>,
}

impl Gone {
    /// What stood in a column.
    pub(crate) fn cell(&self, column: &str) -> &str {
        self.cells.iter().find(|(name, _)| *name == column).map_or("", |(_, text)| text)
    }
}

impl Flash {
    /// The rows of a table that have vanished, in the order in which they stand.
    pub(crate) fn gone<'f>(&'f self, table: &'f str) -> impl Iterator<Item = &'f Gone> {
        self.gone.iter().filter(move |gone| gone.table == table)
    }

    /// Tells which rows of a table have appeared; `None` where none has.
    pub(crate) fn appeared<'f>(&'f self, table: &TableView<'_>) -> Option<(Vec<usize>, Vec<&'f [RowKey]>)> {
        let of_table = self.appeared.iter().filter(|appeared| appeared.table == table.name);
        let rows: Vec<&[RowKey]> = of_table.map(|appeared| &*appeared.rows).collect();
        (!rows.is_empty()).then(|| (RowKey::columns(table), rows))
    }

    /// Forgets what was long ago, or is to come where time went back.
    fn age(&mut self, now: u64) {
        let is_fresh = |at: u64| now.checked_sub(at).is_some_and(|age| age < LASTS);
        self.appeared.retain(|appeared| is_fresh(appeared.at));
        self.gone.retain(|gone| is_fresh(gone.at));
    }
}

impl App {
    /// Marks what has changed between what was shown before and what is shown now.
    pub(crate) fn mark_changes(&mut self, before: Option<(Arc<Prepared>, Arc<Snapshot>)>) {
        let (Some((old, before)), Some(now)) = (before, self.snapshot.clone()) else {
            return self.flash = Flash::default();
        };
        let new = self.prepared(&now);
        let is_same = before.process.start_time == now.process.start_time
            && before.netns.inode == now.netns.inode
            && self.is_shown(&old.shown);
        // Many rows are told apart by the thread that reads, or not: a key may not wait for it.
        let is_told = !self.large || old.has_identities() && new.has_identities();
        if !(is_same && is_told) {
            self.large = Self::are_many(&new.tables(&now));

            return self.flash = Flash::default();
        }
        if self.flash.shown.as_ref() != Some(&old.shown) {
            self.flash.gone.clear();
            self.flash.shown = Some(old.shown.clone());
        }
        self.flash.age(now.moment.boottime);
        let (old_tables, new_tables) = (old.tables(&before), new.tables(&now));
        // What is read for the first time since it was asked for is new to us only.
        if !self.awaits {
            let (old_rows, new_rows) = (old.identities(&before), new.identities(&now));
            for (at, (was, is)) in old_tables.iter().zip(&new_tables).enumerate() {
                let is_comparable = was.name == is.name && [was, is].iter().all(|table| is_current(table));
                if let (true, Some(was_rows), Some(is_rows)) = (is_comparable, &old_rows[at], &new_rows[at]) {
                    self.mark(at, (was, was_rows, &before), is_rows, now.moment.boottime);
                }
            }
        }
        for table in &new_tables {
            place(&mut self.flash.gone, table);
        }
        self.flash.gone.sort_by_key(|gone| gone.before);
        self.large = Self::are_many(&new_tables);
    }

    fn are_many(tables: &[TableView<'_>]) -> bool {
        tables.iter().map(|table| table.counts().all).sum::<usize>() > MANY
    }

    /// Marks the changes of one table.
    fn mark(
        &mut self,
        at: usize,
        (was, was_rows, before): (&TableView<'_>, &[RowKey], &Snapshot),
        is_rows: &[RowKey],
        now: u64,
    ) {
        let (appeared, vanished) = apart(was_rows, is_rows);
        if !appeared.is_empty() {
            self.flash.appeared.push(Appeared { table: was.name.to_string(), at: now, rows: appeared });
        }
        if vanished.is_empty() {
            return;
        }
        let keys = RowKey::columns(was);
        // Those that were seen: nobody misses others.
        let seen = self.panes[self.place()].seen.iter().find(|(table, _)| *table == at);
        let seen = seen.map_or(0..0, |(_, rows)| rows.start..rows.end.min(was.len()));
        let is_gone = |row: &usize| vanished.binary_search(&RowKey::of(was, &keys, *row)).is_ok();
        for row in seen.filter(is_gone) {
            let after = (0..row).rev().take(NEAR).find(|row| !is_gone(row));
            let cells = was.columns.iter().enumerate().map(|(place, column)| {
                let mut text = String::new();
                format::cell(was.cell(row, place), column, before, &mut text);
                (column.name, text)
            });
            self.flash.gone.push(Gone {
                table: was.name.to_string(),
                at: now,
                after: after.map(|row| RowKey::of(was, &keys, row)),
                before: row,
                cells: cells.collect(),
            });
        }
    }

    /// The lines that a table of rows takes, with those that have vanished.
    pub(crate) fn extent(&self, table: &TableView<'_>, totals: bool) -> Extent {
        // Under another filter or order they stood elsewhere.
        let is_placed = self.flash.shown.as_ref().is_some_and(|shown| self.is_shown(shown));
        let gone = self.flash.gone(&table.name).filter(|_| is_placed && !table.is_empty());
        let gone = gone.map(|gone| gone.before).collect();
        Extent { gone, totals, ..Extent::of(table.len()) }
    }
}

/// Whether it was read at its moment, and not before.
fn is_current(table: &TableView<'_>) -> bool {
    table.state.word != "not-read" && table.age < OLD
}

/// What only the one and what only the other has, both in order.
fn apart<K: Ord + Copy>(one: &[K], other: &[K]) -> (Vec<K>, Vec<K>) {
    let (mut appeared, mut vanished) = (Vec::new(), Vec::new());
    let (mut before, mut now) = (one.iter().peekable(), other.iter().peekable());
    loop {
        let order = match (before.peek(), now.peek()) {
            (None, None) => return (appeared, vanished),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.cmp(other),
        };
        if order != Ordering::Greater {
            vanished.extend(before.next().filter(|_| order == Ordering::Less));
        }
        if order != Ordering::Less {
            appeared.extend(now.next().filter(|_| order == Ordering::Greater));
        }
    }
}

/// Finds the places of vanished rows of a table among those that are there: behind the row that they stood behind.
fn place(gone: &mut [Gone], table: &TableView<'_>) {
    let keys = RowKey::columns(table);
    for gone in gone.iter_mut().filter(|gone| gone.table == table.name) {
        let start = gone.before.min(table.len());
        let around = (start.saturating_sub(NEAR)..(start + NEAR).min(table.len())).rev();
        let found =
            gone.after.map(|after| around.into_iter().find(|row| RowKey::of(table, &keys, *row) == after));
        gone.before = match found {
            None => 0,
            Some(found) => found.map_or(start, |row| row + 1),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_what_went() {
        assert_eq!(apart(&[1, 3, 5], &[2, 3, 6, 7]), (vec![2, 6, 7], vec![1, 5]));
        assert_eq!(apart(&[], &[1]), (vec![1], vec![]));
        assert_eq!(apart(&[1], &[]), (vec![], vec![1]));
    }
}
