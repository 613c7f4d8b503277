//! In what order rows are shown.
//!
//! Each cell is asked for once and becomes a code of fixed size; rows are compared by their codes. Rows whose
//! codes are the same are put in order by what follows of a text that is longer than a code, and then by the
//! next column: what many rows have in common is looked at once.

use std::net::IpAddr;
use std::ops::Range;

use procnet::{Column, Value};

use super::LONGEST;
use super::columns::words;
use super::error::{Error, cited};
use super::nearest;

/// Columns that rows are put in order by, the first one first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sort {
    keys: Vec<Key>,
}

/// A column, and which end of it comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    column: usize,
    descending: bool,
}

impl Sort {
    /// Reads names of columns, separated by commas, each with `:asc` or `:desc` behind it or without, which
    /// is ascending. An empty text leaves rows as they are.
    ///
    /// # Errors
    ///
    /// Says which name is no column's, and which order is none.
    pub fn parse(text: &str, columns: &[Column]) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::syntax(LONGEST..text.len(), format!("longer than {LONGEST} bytes")));
        }
        let mut keys: Vec<Key> = Vec::new();
        if text.trim().is_empty() {
            return Ok(Self { keys });
        }
        for (start, word) in words(text) {
            let (name, order) = word.split_once(':').unwrap_or((word, "asc"));
            let order_at = start + name.len() + 1..start + word.len();
            let at = start..start + name.trim_end().len();
            let descending = match order.trim() {
                order if order.eq_ignore_ascii_case("asc") => false,
                order if order.eq_ignore_ascii_case("desc") => true,
                other => {
                    let message = format!("{} is no order: asc or desc", cited(other));
                    return Err(Error::syntax(order_at, message));
                }
            };
            if at.is_empty() {
                return Err(Error::syntax(at, "the name of a column is missing here"));
            }
            let column = nearest::column(columns, name.trim_end(), at.clone())?;
            if keys.iter().any(|key| key.column == column) {
                return Err(Error::syntax(at, format!("{} stands here twice", cited(name.trim_end()))));
            }
            keys.push(Key { column, descending });
        }
        Ok(Self { keys })
    }

    /// By one column.
    pub fn by(column: usize, descending: bool) -> Self {
        Self { keys: vec![Key { column, descending }] }
    }

    /// Whether rows stay as they are.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The columns, and whether each is descending.
    pub fn keys(&self) -> impl Iterator<Item = (usize, bool)> + '_ {
        self.keys.iter().map(|key| (key.column, key.descending))
    }

    /// The rows of a table of `len` rows in order. `cell` gives a cell by row and column.
    pub fn order<'a>(&self, len: usize, cell: impl Fn(usize, usize) -> Value<'a>) -> Vec<u32> {
        let mut rows = (0..u32::try_from(len).unwrap_or(u32::MAX)).collect::<Vec<_>>();
        self.sort(&mut rows, cell);
        rows
    }

    /// Puts rows in order. Rows that are equal stay in theirs; what is absent comes last in both directions.
    pub fn sort<'a>(&self, rows: &mut [u32], cell: impl Fn(usize, usize) -> Value<'a>) {
        let mut runs: Vec<Range<usize>> = std::iter::once(0..rows.len()).collect();
        let (mut next, mut room) = (Vec::new(), Room::default());
        for key in &self.keys {
            for run in runs.drain(..) {
                let start = run.start;
                let equal = room.sort(&mut rows[run], *key, |row| cell(row as usize, key.column));
                next.extend(equal.into_iter().map(|run| start + run.start..start + run.end));
            }
            std::mem::swap(&mut runs, &mut next);
        }
    }
}

/// A row, and what it is put in order by.
#[derive(Debug, Clone, Copy)]
struct Entry {
    code: u128,
    class: u8,
    /// How much of the code is filled, where that is not always the same; more than all where more follows.
    filled: u8,
    row: u32,
    /// Its place before: rows that are equal stay in their order.
    place: u32,
}

impl Entry {
    fn key(&self) -> (u8, u128, u8) {
        (self.class, self.code, self.filled)
    }

    fn set(&mut self, (class, code, filled): (u8, u128, u8), descending: bool) {
        (self.class, self.code, self.filled) = match class {
            class::ABSENT => (class, code, filled),
            class if descending => (class::LIST - class, !code, !filled),
            class => (class, code, filled),
        };
    }
}

/// Kinds of cells, in the order in which they come where a column has several.
mod class {
    pub(super) const NUMBER: u8 = 0;
    pub(super) const V4: u8 = 1;
    pub(super) const V6: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const LIST: u8 = 4;
    pub(super) const ABSENT: u8 = 5;
}

/// What may be longer than a code.
#[derive(Debug, Clone, Copy)]
enum Long<'a> {
    Text(&'a [u8]),
    List(&'a [u32]),
}

impl Long<'_> {
    const LETTERS: usize = 16;
    const NUMBERS: usize = 4;

    /// The code of a part of it.
    fn part(self, part: usize) -> (u8, u128, u8) {
        match self {
            Self::Text(text) => {
                let rest = text.get(part * Self::LETTERS..).unwrap_or_default();
                let mut letters = [0; Self::LETTERS];
                letters.iter_mut().zip(rest).for_each(|(place, byte)| *place = byte.to_ascii_lowercase());
                (class::TEXT, u128::from_be_bytes(letters), rest.len().min(Self::LETTERS + 1) as u8)
            }
            Self::List(list) => {
                let rest = list.get(part * Self::NUMBERS..).unwrap_or_default();
                let number = |place: usize| u128::from(rest.get(place).copied().unwrap_or(0));
                let code = (0..Self::NUMBERS).fold(0, |code, place| code << 32 | number(place));
                (class::LIST, code, rest.len().min(Self::NUMBERS + 1) as u8)
            }
        }
    }

    /// Whether something follows a part.
    fn goes_on(self, part: usize) -> bool {
        match self {
            Self::Text(text) => text.len() > (part + 1) * Self::LETTERS,
            Self::List(list) => list.len() > (part + 1) * Self::NUMBERS,
        }
    }
}

/// Room that is used again for each run of rows.
#[derive(Default)]
struct Room<'a> {
    entries: Vec<Entry>,
    /// By place, as far as there are any.
    long: Vec<Option<Long<'a>>>,
    /// Runs of entries that are to be put in order, and by which part of what is long.
    open: Vec<(Range<usize>, usize)>,
}

impl<'a> Room<'a> {
    /// Puts rows in order by one column, and gives the runs of rows that are equal by it.
    fn sort(&mut self, rows: &mut [u32], key: Key, cell: impl Fn(u32) -> Value<'a>) -> Vec<Range<usize>> {
        self.fill(rows, key.descending, cell);
        let mut equal = Vec::new();
        self.open.push((0..rows.len(), 0));
        while let Some((run, part)) = self.open.pop() {
            let entries = &mut self.entries[run.clone()];
            if part > 0 {
                for entry in entries.iter_mut() {
                    if let Some(Some(long)) = self.long.get(entry.place as usize) {
                        entry.set(long.part(part), key.descending);
                    }
                }
            }
            entries.sort_unstable_by(|one, other| {
                one.key().cmp(&other.key()).then_with(|| one.place.cmp(&other.place))
            });
            let mut start = run.start;
            for same in entries.chunk_by(|one, other| one.key() == other.key()) {
                let run = start..start + same.len();
                start = run.end;
                if let [first, _, ..] = same {
                    match self.long.get(first.place as usize) {
                        Some(Some(long)) if long.goes_on(part) => self.open.push((run, part + 1)),
                        _ => equal.push(run),
                    }
                }
            }
        }
        for (row, entry) in rows.iter_mut().zip(&self.entries) {
            *row = entry.row;
        }
        equal
    }

    fn fill(&mut self, rows: &[u32], descending: bool, cell: impl Fn(u32) -> Value<'a>) {
        self.entries.clear();
        self.long.clear();
        for (place, row) in (0..).zip(rows) {
            let mut entry = Entry { code: 0, class: 0, filled: 0, row: *row, place };
            let value = cell(*row);
            let long = match value {
                Value::Label(word) => Some(Long::Text(word.as_bytes())),
                Value::Text(bytes) | Value::Line(bytes) => Some(Long::Text(bytes)),
                Value::Pids(pids) => Some(Long::List(pids)),
                _ => None,
            };
            entry.set(long.map_or_else(|| short(&value), |long| long.part(0)), descending);
            if long.is_some_and(|long| long.goes_on(0)) {
                self.long.resize(place as usize, None);
                self.long.push(long);
            }
            self.entries.push(entry);
        }
    }
}

/// The code of a cell that always fits in one.
fn short(value: &Value<'_>) -> (u8, u128, u8) {
    let number = |number: i128| (class::NUMBER, integer(number), 0);
    match *value {
        Value::Unsigned(cell) | Value::Named(cell, _) => number(cell.into()),
        Value::Signed(cell) | Value::Time(cell) => number(cell.into()),
        Value::Flags(bits, _) | Value::Letters(bits, _) => number(bits.into()),
        Value::Float(cell) if !cell.is_nan() => (class::NUMBER, float(cell, 0), 0),
        Value::Ip(address) => match address.to_canonical() {
            IpAddr::V4(address) => (class::V4, address.to_bits().into(), 0),
            IpAddr::V6(address) => (class::V6, address.to_bits(), 0),
        },
        Value::Float(_) | Value::Absent(_) | Value::Label(_) | Value::Text(_) | Value::Line(_) | Value::Pids(_) => {
            (class::ABSENT, 0, 0)
        }
    }
}

/// An integer among floats: the nearest float, then how far it is from it.
fn integer(number: i128) -> u128 {
    let nearest = number as f64;
    float(nearest, (number - nearest as i128) as i64)
}

fn float(number: f64, beyond: i64) -> u128 {
    const SIGN: u64 = 1 << 63;
    // Minus zero is zero.
    let bits = (number + 0.0).to_bits();
    let ordered = if bits & SIGN == 0 { bits | SIGN } else { !bits };
    u128::from(ordered) << 64 | u128::from(beyond.cast_unsigned() ^ SIGN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_stand_among_floats() {
        let ascending = [
            float(f64::NEG_INFINITY, 0),
            integer(i64::MIN.into()),
            float(-1.5, 0),
            integer(-1),
            integer(0),
            float(0.5, 0),
            integer(9_007_199_254_740_992),
            integer(9_007_199_254_740_993),
            integer(u64::MAX as i128 - 1),
            integer(u64::MAX.into()),
            float(1e30, 0),
        ];
        assert!(ascending.is_sorted_by(|one, other| one < other));
        assert_eq!(float(-0.0, 0), integer(0));
        assert_eq!(float(3.0, 0), integer(3));
    }

    #[test]
    fn long_texts_are_compared_to_their_end() {
        let texts = ["", "a", "a\0", "abcdefghijklmnop", "abcdefghijklmnop\0", "ABCDEFGHIJKLMNOPq", "b"];
        let long = format!("{}x", "abcdefghijklmnop".repeat(9));
        let longer = format!("{}X1", "abcdefghijklmnop".repeat(9));
        let texts: Vec<&str> = texts.into_iter().chain(["c", &long, &longer, &long]).collect();
        let cell = |row: usize, _: usize| Value::Text(texts[row].as_bytes());
        assert_eq!(Sort::by(0, false).order(texts.len(), cell), [0, 1, 2, 3, 4, 8, 10, 9, 5, 6, 7]);
        assert_eq!(Sort::by(0, true).order(texts.len(), cell), [7, 6, 5, 9, 8, 10, 4, 3, 2, 1, 0]);
    }
}
