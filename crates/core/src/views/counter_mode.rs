//! How counters are shown: as totals, as rates, as growth since the start, or those only that have moved.

use std::str::FromStr;

use procnet::{Column, Kind, Value};

use super::Rows;

/// A way to show counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CounterMode {
    /// All that is known of each.
    #[default]
    All,
    /// What they are.
    Total,
    /// Change a second.
    Rate,
    /// Change since they were first read.
    SinceStart,
    /// All that is known of those that have changed since they were first read.
    Moved,
}

impl CounterMode {
    /// All of them, in the order of the key that goes through them.
    pub const ALL: [Self; 5] = [Self::All, Self::Total, Self::Rate, Self::SinceStart, Self::Moved];

    /// The word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Total => "total",
            Self::Rate => "rate",
            Self::SinceStart => "since-start",
            Self::Moved => "moved",
        }
    }

    /// What is shown, in words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::All => "all of each counter",
            Self::Total => "totals",
            Self::Rate => "rates",
            Self::SinceStart => "since start",
            Self::Moved => "moved only",
        }
    }

    /// The next one, and from the last the first again.
    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|mode| *mode == self).unwrap_or(0);
        Self::ALL[(place + 1) % Self::ALL.len()]
    }

    /// Whether a column is shown. A table that has a column for growth needs no totals beside it.
    fn shows(self, kind: Kind, has_growth: bool) -> bool {
        match self {
            Self::All | Self::Moved => true,
            Self::Total => !matches!(kind, Kind::Rate | Kind::Growth),
            Self::Rate => !matches!(kind, Kind::Counter | Kind::Growth),
            Self::SinceStart => kind != Kind::Rate && !(has_growth && kind == Kind::Counter),
        }
    }
}

impl FromStr for CounterMode {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.word() == word)
            .ok_or_else(|| format!("it is {}", Self::ALL.map(Self::word).join(", ")))
    }
}

/// A table seen in a mode: which of its columns and rows, and what counters show.
#[derive(Debug, Default)]
pub(super) struct Lens {
    mode: CounterMode,
    columns: Option<Vec<usize>>,
    rows: Option<Vec<usize>>,
    /// Columns whose cells are growth; the others are as they are.
    grown: Vec<usize>,
}

impl Lens {
    /// The lens of a mode for a table. One without counters is seen as it is.
    pub(super) fn new(mode: CounterMode, columns: &[Column], rows: &dyn Rows) -> Self {
        if mode == CounterMode::All || !Self::fits(columns, rows) {
            return Self::default();
        }
        if mode == CounterMode::Moved {
            let moved = (0..rows.len()).filter(|row| rows.has_moved(*row) != Some(false));
            return Self { mode, rows: Some(moved.collect()), ..Self::default() };
        }
        let has_growth = columns.iter().any(|column| column.kind == Kind::Growth);
        let shown = (0..columns.len()).filter(|place| mode.shows(columns[*place].kind, has_growth));
        let grown = (0..columns.len())
            .filter(|place| mode == CounterMode::SinceStart && columns[*place].kind == Kind::Counter);
        Self { mode, columns: Some(shown.collect()), rows: None, grown: grown.collect() }
    }

    /// Whether a table has counters; in rate mode none of them is left, but their rates are.
    pub(super) fn fits(columns: &[Column], rows: &dyn Rows) -> bool {
        rows.are_counted()
            && columns.iter().any(|column| matches!(column.kind, Kind::Counter | Kind::Rate | Kind::Growth))
    }

    pub(super) fn mode(&self) -> Option<CounterMode> {
        (self.mode != CounterMode::All).then_some(self.mode)
    }

    pub(super) fn columns(&self, columns: Vec<Column>) -> Vec<Column> {
        match &self.columns {
            Some(places) => places.iter().map(|place| columns[*place]).collect(),
            None => columns,
        }
    }

    pub(super) fn len(&self, all: usize) -> usize {
        self.rows.as_ref().map_or(all, Vec::len)
    }

    pub(super) fn cell<'a>(&self, rows: &'a dyn Rows, row: usize, column: usize) -> Value<'a> {
        let place = |places: &Option<Vec<usize>>, at: usize| match places {
            Some(places) => places.get(at).copied(),
            None => Some(at),
        };
        let Some((row, column)) = place(&self.rows, row).zip(place(&self.columns, column)) else {
            return Value::Absent("");
        };
        match self.grown.contains(&column) {
            true => rows.since_start(row, column).map_or(Value::Absent(""), Value::Unsigned),
            false => rows.cell(row, column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_go_round_and_read_back() {
        let mut mode = CounterMode::default();
        for expected in CounterMode::ALL {
            assert_eq!(mode, expected);
            assert_eq!(mode.word().parse(), Ok(mode));
            mode = mode.next();
        }
        assert_eq!(mode, CounterMode::All);
        assert_eq!("x".parse::<CounterMode>().unwrap_err(), "it is all, total, rate, since-start, moved");
    }
}
