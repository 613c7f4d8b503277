//! Rows, the texts that they refer to, and what could not be read.

use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;

use crate::cell::Value;
use crate::row::{Cell, Field, Row};

/// A text of a row: a place in the [`Texts`] of its table, so that rows have one size and own nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Cell for Span {
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

    /// The bytes of a text.
    pub fn get(&self, span: Span) -> &[u8] {
        self.0.get(span.start as usize..(span.start + span.len) as usize).unwrap_or_default()
    }
}

/// The first line that could not be read as a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file, from 1.
    pub line: u64,
    /// What was wrong with it.
    pub what: &'static str,
}

/// The rows of one file.
#[derive(Debug, Clone)]
pub struct Table<R> {
    rows: Vec<R>,
    /// The texts that the rows refer to.
    pub texts: Texts,
    faults: u64,
    first_fault: Option<Fault>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), texts: Texts::default(), faults: 0, first_fault: None }
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

    /// Counts a line that is no row.
    pub fn fault(&mut self, fault: Fault) {
        self.faults += 1;
        self.first_fault.get_or_insert(fault);
    }

    /// Makes room for rows.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.rows.reserve(rows);
    }

    /// Gives back what growing took in advance, where it is much.
    pub(crate) fn shrink(&mut self) {
        if self.rows.capacity() - self.rows.len() > self.rows.len() / 8 {
            self.rows.shrink_to_fit();
        }
        self.texts.0.shrink_to_fit();
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
    /// One cell; absent outside of the table.
    fn cell(&self, row: usize, field: usize) -> Value<'_>;
    /// How many lines were no rows.
    fn faults(&self) -> u64;
    /// The first of them.
    fn first_fault(&self) -> Option<Fault>;
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
    fn cell(&self, row: usize, field: usize) -> Value<'_> {
        self.rows.get(row).map_or(Value::Absent(""), |row| row.cell(field, &self.texts))
    }
    fn faults(&self) -> u64 {
        self.faults
    }
    fn first_fault(&self) -> Option<Fault> {
        self.first_fault
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
