//! Which rows and columns of a table are shown, in what order, and what its counters show.
//!
//! First comes the way to show counters, which may leave rows and columns out; then a query, which filters
//! and sorts what is left. A query sees every column, also those that are not shown, and of a counter what it
//! shows. One that does not fit a table leaves none of its rows: showing all of them would say that they
//! match.

use procnet::{Column, Kind, Value};

use super::Rows;
use super::counter_mode::CounterMode;
use crate::query::{Bound, Query, Refused};

/// How a table is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look<'q> {
    /// How counters are shown.
    pub counters: CounterMode,
    /// Which rows and columns are asked for, and in what order.
    pub query: &'q Query,
    /// Only the columns that the table shows on a screen, where the query names none.
    pub brief: bool,
}

/// What a table shows. It stays true for the same rows of the same snapshot.
#[derive(Debug, Clone, Default)]
pub struct Arrangement {
    mode: CounterMode,
    columns: Option<Vec<usize>>,
    rows: Option<Vec<u32>>,
    /// Columns whose cells are growth; the others are as they are.
    grown: Vec<usize>,
    /// How many rows have moved, where only those are shown.
    moved: Option<usize>,
    /// Rows that do not match are left out.
    is_filtered: bool,
    /// The query names columns.
    names_columns: bool,
    /// Columns that rows are sorted by, and whether each is descending.
    sort: Vec<(usize, bool)>,
    /// Why the query does not fit the table.
    refused: Option<Refused>,
}

impl Arrangement {
    /// The arrangement of rows with these columns; `defaults` are the columns that are shown on a screen.
    pub(super) fn new(
        look: Look<'_>,
        columns: &[Column],
        defaults: Option<&[&str]>,
        rows: &dyn Rows,
        clk_tck: u64,
    ) -> Self {
        let mut it = Self::default();
        it.show_counters(look.counters, columns, rows);
        if let Some(defaults) = defaults.filter(|_| look.brief) {
            it.show_defaults(defaults, columns);
        }
        if look.query.is_empty() {
            return it;
        }
        let shown = it.columns.clone().unwrap_or_else(|| (0..columns.len()).collect());
        match look.query.bind_known(columns, &shown, clk_tck) {
            Ok(bound) => it.ask(&bound, rows),
            Err(refused) => {
                it.rows = Some(Vec::new());
                it.refused = Some(refused);
            }
        }
        let names = look.query.columns.as_deref().map_or("", str::trim);
        it.names_columns = !names.is_empty() && !names.starts_with(['+', '-']);
        it
    }

    /// Whether a table has counters; in rate mode none of them is left, but their rates are.
    pub(super) fn has_counters(columns: &[Column], rows: &dyn Rows) -> bool {
        rows.are_counted()
            && columns.iter().any(|column| matches!(column.kind, Kind::Counter | Kind::Rate | Kind::Growth))
    }

    /// A table without counters is as it is in any mode.
    fn show_counters(&mut self, mode: CounterMode, columns: &[Column], rows: &dyn Rows) {
        if mode == CounterMode::All || !Self::has_counters(columns, rows) {
            return;
        }
        self.mode = mode;
        if mode == CounterMode::Moved {
            let all = 0..u32::try_from(rows.len()).unwrap_or(u32::MAX);
            let moved: Vec<u32> = all.filter(|row| rows.has_moved(*row as usize) != Some(false)).collect();
            self.moved = Some(moved.len());
            self.rows = Some(moved);
            return;
        }
        let has_growth = columns.iter().any(|column| column.kind == Kind::Growth);
        let places = || 0..columns.len();
        self.columns = Some(places().filter(|place| mode.shows(columns[*place].kind, has_growth)).collect());
        if mode == CounterMode::SinceStart {
            self.grown = places().filter(|place| columns[*place].kind == Kind::Counter).collect();
        }
    }

    /// Those of the columns that the mode shows, in the order of the defaults.
    fn show_defaults(&mut self, defaults: &[&str], columns: &[Column]) {
        let place = |name: &&str| columns.iter().position(|column| column.name == *name);
        let is_left = |place: &usize| self.columns.as_ref().is_none_or(|left| left.contains(place));
        // The first column says so where a table has rows of all namespaces.
        let netns = columns.first().map(|column| column.name).filter(|name| *name == "netns");
        let netns = netns.filter(|name| !defaults.contains(name));
        let shown: Vec<usize> = netns.iter().chain(defaults).filter_map(place).filter(is_left).collect();
        if !shown.is_empty() {
            self.columns = Some(shown);
        }
    }

    /// Filters, sorts and chooses.
    fn ask(&mut self, bound: &Bound, rows: &dyn Rows) {
        let cell = |row: usize, column: usize| self.value(rows, row, column);
        let arranged = match &self.rows {
            None => bound.arrange(rows.len(), cell),
            Some(left) => {
                let mut arranged = bound.arrange(left.len(), |row, column| cell(left[row] as usize, column));
                for row in arranged.rows.iter_mut().flatten() {
                    *row = left[*row as usize];
                }
                arranged
            }
        };
        self.rows = arranged.rows.or(self.rows.take());
        self.columns = arranged.columns.or(self.columns.take());
        self.is_filtered = bound.filters();
        self.sort = bound.sort().keys().collect();
    }

    /// A cell of the table as it is, with growth where that is shown.
    fn value<'a>(&self, rows: &'a dyn Rows, row: usize, column: usize) -> Value<'a> {
        match self.grown.contains(&column) {
            true => rows.since_start(row, column).map_or(Value::Absent(""), Value::Unsigned),
            false => rows.cell(row, column),
        }
    }

    /// A cell of what is shown.
    pub(super) fn cell<'a>(&self, rows: &'a dyn Rows, row: usize, column: usize) -> Value<'a> {
        match self.row(row).zip(self.column(column)) {
            Some((row, column)) => self.value(rows, row, column),
            None => Value::Absent(""),
        }
    }

    /// Where a row that is shown stands in the table.
    pub(super) fn row(&self, row: usize) -> Option<usize> {
        match &self.rows {
            Some(rows) => rows.get(row).map(|row| *row as usize),
            None => Some(row),
        }
    }

    /// Which row is shown of this place in a table of `all` rows.
    pub(super) fn row_of_place(&self, place: usize, all: usize) -> Option<usize> {
        match &self.rows {
            Some(rows) => rows.iter().position(|row| *row as usize == place),
            None => Some(place).filter(|place| *place < all),
        }
    }

    /// Where a column that is shown stands in the table.
    pub(super) fn column(&self, column: usize) -> Option<usize> {
        match &self.columns {
            Some(columns) => columns.get(column).copied(),
            None => Some(column),
        }
    }

    /// The columns that are shown.
    pub(super) fn columns(&self, columns: &[Column]) -> Vec<Column> {
        match &self.columns {
            Some(places) => places.iter().filter_map(|place| columns.get(*place)).copied().collect(),
            None => columns.to_vec(),
        }
    }

    /// How many rows are shown of so many.
    pub(super) fn len(&self, all: usize) -> usize {
        self.rows.as_ref().map_or(all, Vec::len)
    }

    /// How many rows there are before a filter.
    pub(super) fn before_filter(&self, all: usize) -> usize {
        self.moved.unwrap_or(all)
    }

    /// How counters are shown, where that is not all of each.
    pub(super) fn mode(&self) -> Option<CounterMode> {
        (self.mode != CounterMode::All).then_some(self.mode)
    }

    /// Whether rows that do not match are left out.
    pub(super) fn is_filtered(&self) -> bool {
        self.is_filtered
    }

    /// Whether columns were asked for by name.
    pub(super) fn names_columns(&self) -> bool {
        self.names_columns
    }

    /// Columns that rows are sorted by, and whether each is descending.
    pub(super) fn sort(&self) -> &[(usize, bool)] {
        &self.sort
    }

    /// Why the query does not fit the table.
    pub(super) fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }
}
