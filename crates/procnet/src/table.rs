//! Rows, the texts that they refer to, and what could not be read.

use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;

use crate::cell::{Column, Form, Kind, Unit, Value};
use crate::row::{Cell, Field, Row};

/// A text of a row: a place in the [`Texts`] of its table, so that rows have one size and own nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// A part of it, from a place in it on; nothing where it does not reach so far.
    pub(crate) fn part(self, start: usize, len: usize) -> Self {
        match (u32::try_from(start), u32::try_from(len)) {
            (Ok(start), Ok(len)) if u64::from(start) + u64::from(len) <= u64::from(self.len) => {
                Self { start: self.start + start, len }
            }
            _ => Self::default(),
        }
    }
}

impl Cell for Span {
    const FORM: Form = Form::Text;

    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a> {
        Value::Text(texts.get(*self))
    }
}

/// The texts of a table, one after another.
#[derive(Debug, Clone, Default)]
pub struct Texts(Vec<u8>);

impl Texts {
    /// Keeps a text. Past 4 GiB of them texts are empty.
    pub fn keep(&mut self, text: &[u8]) -> Span {
        let (Ok(start), Ok(len)) = (u32::try_from(self.0.len()), u32::try_from(text.len())) else {
            return Span::default();
        };
        if start.checked_add(len).is_none() {
            return Span::default();
        }
        self.0.extend_from_slice(text);
        Span { start, len }
    }

    /// Keeps words as one text, with a blank between them.
    pub fn join<'a>(&mut self, words: impl Iterator<Item = &'a [u8]>) -> Span {
        let Ok(start) = u32::try_from(self.0.len()) else { return Span::default() };
        for (number, word) in words.enumerate() {
            if number > 0 {
                self.0.push(b' ');
            }
            self.0.extend_from_slice(word);
        }
        match u32::try_from(self.0.len()) {
            Ok(end) => Span { start, len: end - start },
            Err(_) => Span::default(),
        }
    }

    /// The bytes of a text.
    pub fn get(&self, span: Span) -> &[u8] {
        self.0.get(span.start as usize..(span.start + span.len) as usize).unwrap_or_default()
    }
}

/// The first line that could not be read as a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file or message of the stream, from 1.
    pub line: u64,
    /// What was wrong with it.
    pub what: &'static str,
}

/// What netlink said about the messages that it sent: whether they are all that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ending {
    /// Dumps that came to their end: a stream may hold several, one after another.
    pub dumps: u32,
    /// What the kernel put at the end of a dump (`NLMSG_DONE`): 0, or an error number below zero. Of several
    /// dumps, the first that failed.
    pub done: Option<i32>,
    /// What the kernel answered instead of rows (`NLMSG_ERROR`): an error number below zero, or 0 for done.
    pub error: Option<i32>,
    /// Something changed while the kernel walked (`NLM_F_DUMP_INTR`): rows may be missing or twice.
    pub interrupted: bool,
    /// The kernel had no room for all of them (`NLMSG_OVERRUN`).
    pub overrun: bool,
}

impl Ending {
    /// All that there was came, as it was at one time.
    pub fn is_whole(&self) -> bool {
        self.done == Some(0)
            && self.error.is_none_or(|error| error == 0)
            && !self.interrupted
            && !self.overrun
    }
}

/// The rows of one file.
#[derive(Debug, Clone)]
pub struct Table<R> {
    rows: Vec<R>,
    /// The texts that the rows refer to.
    pub texts: Texts,
    extras: Vec<Extra>,
    faults: u64,
    first_fault: Option<Fault>,
    ending: Option<Ending>,
}

/// A word that no declared column takes.
#[derive(Debug, Clone, Copy)]
struct Extra {
    row: u32,
    /// Number of its column in the file, from 1.
    number: u16,
    text: Span,
}

/// Columns beyond this number are not kept.
pub const MOST_COLUMNS: usize = 64;

macro_rules! unknown_columns {
    ($($number:literal)*) => {
        [$(Column {
            name: concat!("column_", $number),
            title: concat!("column ", $number),
            unit: Unit::None,
            kind: Kind::Info,
            doc: "A column that this version does not know, by its number in the file.",
        },)*]
    };
}

static UNKNOWN_COLUMNS: [Column; MOST_COLUMNS] = unknown_columns! {
    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
    33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64
};

/// The column of words that no declared column takes, by its number in the file, from 1: `column_17`.
pub fn unknown_column(number: usize) -> Option<Column> {
    UNKNOWN_COLUMNS.get(number.checked_sub(1)?).copied()
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            texts: Texts::default(),
            extras: Vec::new(),
            faults: 0,
            first_fault: None,
            ending: None,
        }
    }
}

impl<R> Deref for Table<R> {
    type Target = [R];
    fn deref(&self) -> &[R] {
        &self.rows
    }
}

impl<R> Table<R> {
    /// Adds a row.
    pub fn push(&mut self, row: R) {
        self.rows.push(row);
    }

    /// The last row, for files that print one over several lines.
    pub fn last_mut(&mut self) -> Option<&mut R> {
        self.rows.last_mut()
    }

    /// Keeps a word of the last row that no declared column takes: a kernel newer than this program prints
    /// more columns. `number` is the column's in the file, from 1.
    pub fn extra(&mut self, number: usize, word: &[u8]) {
        let Some(row) = self.rows.len().checked_sub(1).and_then(|row| row.try_into().ok()) else { return };
        if (1..=MOST_COLUMNS).contains(&number) {
            let text = self.texts.keep(word);
            self.extras.push(Extra { row, number: number as u16, text });
        }
    }

    /// Keeps what is left of the last row's line: words whose first is column `first` of the file, from 1.
    pub fn extras<'a>(&mut self, first: usize, words: impl Iterator<Item = &'a [u8]>) {
        for (number, word) in (first..).zip(words) {
            self.extra(number, word);
        }
    }

    /// Counts a line that is no row.
    pub fn fault(&mut self, fault: Fault) {
        self.faults += 1;
        self.first_fault.get_or_insert(fault);
    }

    /// Keeps what was said about the stream.
    pub(crate) fn set_ending(&mut self, ending: Ending) {
        self.ending = Some(ending);
    }

    /// Makes room for rows, and for bytes of their texts.
    pub(crate) fn reserve(&mut self, rows: usize, texts: usize) {
        self.rows.reserve(rows);
        self.texts.0.reserve(texts);
    }

    /// Takes out the rows, with their texts, and leaves room for as many.
    pub(crate) fn split(&mut self) -> Self {
        let (rows, texts) =
            (Vec::with_capacity(self.rows.len()), Texts(Vec::with_capacity(self.texts.0.len())));
        Self {
            rows: std::mem::replace(&mut self.rows, rows),
            texts: std::mem::replace(&mut self.texts, texts),
            extras: std::mem::take(&mut self.extras),
            ..Self::default()
        }
    }

    /// Gives back what growing took in advance, where it is much.
    pub(crate) fn shrink(&mut self) {
        if self.rows.capacity() - self.rows.len() > self.rows.len() / 8 {
            self.rows.shrink_to_fit();
        }
        if self.texts.0.capacity() - self.texts.0.len() > self.texts.0.len() / 8 {
            self.texts.0.shrink_to_fit();
        }
    }
}

/// A table of any kind of row: what generic code sees.
pub trait AnyTable: Send + Sync {
    /// The columns.
    fn fields(&self) -> &'static [Field];
    /// Number of rows.
    fn len(&self) -> usize;
    /// No rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Bytes of the texts of its rows.
    fn text_bytes(&self) -> usize;
    /// One cell; absent outside of the table.
    fn cell(&self, row: usize, field: usize) -> Value<'_>;
    /// The row's [identity](Row::identity).
    fn identity(&self, row: usize) -> Option<u64>;
    /// Numbers of the columns that the file has and this version does not know, in order.
    fn extra_columns(&self) -> Vec<usize>;
    /// A word of such a column.
    fn extra_cell(&self, row: usize, number: usize) -> Value<'_>;
    /// How many lines were no rows.
    fn faults(&self) -> u64;
    /// The first of them.
    fn first_fault(&self) -> Option<Fault>;
    /// What netlink said about its messages; `None` for a file.
    fn ending(&self) -> Option<Ending>;
    /// For the way back to the typed table.
    fn as_any(&self) -> &dyn Any;
    /// For the way back to the typed table, shared.
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<R: Row> AnyTable for Table<R> {
    fn fields(&self) -> &'static [Field] {
        R::FIELDS
    }
    fn len(&self) -> usize {
        self.rows.len()
    }
    fn text_bytes(&self) -> usize {
        self.texts.0.len()
    }
    fn cell(&self, row: usize, field: usize) -> Value<'_> {
        self.rows.get(row).map_or(Value::Absent(""), |row| row.cell(field, &self.texts))
    }
    fn identity(&self, row: usize) -> Option<u64> {
        self.rows.get(row)?.identity()
    }
    fn extra_columns(&self) -> Vec<usize> {
        let numbers = self.extras.iter().map(|extra| usize::from(extra.number));
        numbers.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }
    fn extra_cell(&self, row: usize, number: usize) -> Value<'_> {
        let wanted = (row as u64, number as u64);
        let place =
            self.extras.binary_search_by_key(&wanted, |extra| (extra.row.into(), extra.number.into()));
        place.map_or(Value::Absent(""), |place| Value::Text(self.texts.get(self.extras[place].text)))
    }
    fn faults(&self) -> u64 {
        self.faults
    }
    fn first_fault(&self) -> Option<Fault> {
        self.first_fault
    }
    fn ending(&self) -> Option<Ending> {
        self.ending
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_columns_are_named_by_their_number() {
        assert_eq!(unknown_column(17).map(|column| column.name), Some("column_17"));
        assert_eq!(unknown_column(MOST_COLUMNS).map(|column| column.name), Some("column_64"));
        assert_eq!((unknown_column(0), unknown_column(MOST_COLUMNS + 1)), (None, None));
    }
}
