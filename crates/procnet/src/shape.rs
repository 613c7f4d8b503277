//! The forms in which the kernel prints: lines, and words in them.
//!
//! A [`Format`] says what a line means. [`Lines`] cuts the bytes, which come in pieces of any size, into
//! lines and keeps what a piece left unfinished. [`Records`] does the same with a binary file for a [`Record`].

use std::sync::Arc;

use crate::Endian;
use crate::row::Row;
use crate::table::{AnyTable, Fault, Table};

/// The longest line that is kept while its end has not come: no file prints one of a tenth of that.
const LONGEST_LINE: usize = 64 << 10;

/// What the lines of one file mean.
pub trait Format: Default + Send + 'static {
    /// What the file is a table of.
    type Row: Row;

    /// Lines before the first row.
    const HEADER: u64 = 1;

    /// Reads a line; `Err` says what is wrong with it. Most lines are a row for `table`.
    fn line(&mut self, line: &[u8], table: &mut Table<Self::Row>, endian: Endian)
    -> Result<(), &'static str>;

    /// The lines are over; `Err` says what is missing.
    fn end(&mut self) -> Result<(), &'static str> {
        Ok(())
    }

    /// Reads a header line.
    fn header(&mut self, _line: &[u8], _table: &mut Table<Self::Row>) {}
}

/// A decoder: bytes go in, a table comes out.
pub trait Decoder: Send {
    /// Makes room for so many rows, and so many bytes of their texts: about what there was last time.
    fn expect(&mut self, rows: usize, texts: usize);
    /// Takes the next bytes.
    fn feed(&mut self, bytes: &[u8]);
    /// How many rows there are so far.
    fn rows(&self) -> usize;
    /// Hands out the rows that there are so far, as a table of their own: what follows begins another. What is to be
    /// said of the bytes, faults and ending, stays for the last one.
    fn take(&mut self) -> Arc<dyn AnyTable>;
    /// The bytes are over.
    fn finish(self: Box<Self>) -> Arc<dyn AnyTable>;
}

/// What the records of a binary file mean: all of one size, without anything between them.
pub trait Record: Default + Send + 'static {
    /// What the file is a table of.
    type Row: Row;

    /// Bytes of a record.
    const SIZE: usize;

    /// Reads a record, which is [`SIZE`](Self::SIZE) bytes; `number` counts from 0. `Err` says what is wrong.
    fn record(
        &mut self,
        number: u64,
        bytes: &[u8],
        table: &mut Table<Self::Row>,
        endian: Endian,
    ) -> Result<(), &'static str>;
}

/// Cuts bytes into records for a [`Record`].
pub struct Records<R: Record> {
    record: R,
    table: Table<R::Row>,
    endian: Endian,
    number: u64,
    unfinished: Vec<u8>,
}

impl<R: Record> Records<R> {
    /// A decoder for a machine of this byte order.
    pub fn new(endian: Endian) -> Self {
        Self { record: R::default(), table: Table::default(), endian, number: 0, unfinished: Vec::new() }
    }

    fn record(&mut self, bytes: &[u8]) {
        let number = self.number;
        self.number += 1;
        if let Err(what) = self.record.record(number, bytes, &mut self.table, self.endian) {
            self.table.fault(Fault { line: self.number, what });
        }
    }
}

impl<R: Record> Decoder for Records<R> {
    fn expect(&mut self, rows: usize, texts: usize) {
        self.table.reserve(rows, texts);
    }

    fn feed(&mut self, mut bytes: &[u8]) {
        if !self.unfinished.is_empty() {
            let (start, rest) = bytes.split_at(bytes.len().min(R::SIZE - self.unfinished.len()));
            self.unfinished.extend_from_slice(start);
            bytes = rest;
            if self.unfinished.len() < R::SIZE {
                return;
            }
            let mut whole = std::mem::take(&mut self.unfinished);
            self.record(&whole);
            whole.clear();
            self.unfinished = whole;
        }
        let records = bytes.chunks_exact(R::SIZE);
        self.unfinished.extend_from_slice(records.remainder());
        records.for_each(|record| self.record(record));
    }

    fn rows(&self) -> usize {
        self.table.len()
    }

    fn take(&mut self) -> Arc<dyn AnyTable> {
        Arc::new(self.table.split())
    }

    fn finish(mut self: Box<Self>) -> Arc<dyn AnyTable> {
        if !self.unfinished.is_empty() {
            self.table.fault(Fault { line: self.number + 1, what: "record cut short" });
        }
        self.table.shrink();
        Arc::new(std::mem::take(&mut self.table))
    }
}

/// Cuts bytes into lines for a [`Format`].
pub struct Lines<F: Format> {
    format: F,
    table: Table<F::Row>,
    endian: Endian,
    line: u64,
    unfinished: Vec<u8>,
    too_long: bool,
}

impl<F: Format> Lines<F> {
    /// A decoder for a machine of this byte order.
    pub fn new(endian: Endian) -> Self {
        let (format, table) = (F::default(), Table::default());
        Self { format, table, endian, line: 0, unfinished: Vec::new(), too_long: false }
    }

    /// Decodes bytes that are there as a whole.
    pub fn decode(bytes: &[u8], endian: Endian) -> Table<F::Row> {
        let mut lines = Self::new(endian);
        lines.feed(bytes);
        lines.end()
    }

    fn line(&mut self, line: &[u8]) {
        self.line += 1;
        if self.line <= F::HEADER {
            return self.format.header(line, &mut self.table);
        }
        if line.is_empty() {
            return;
        }
        if let Err(what) = self.format.line(line, &mut self.table, self.endian) {
            self.table.fault(Fault { line: self.line, what });
        }
    }

    fn keep(&mut self, rest: &[u8]) {
        if self.too_long || self.unfinished.len() + rest.len() > LONGEST_LINE {
            self.too_long = true;
            self.unfinished.clear();
        } else {
            self.unfinished.extend_from_slice(rest);
        }
    }

    fn end_kept_line(&mut self) {
        let mut line = std::mem::take(&mut self.unfinished);
        if std::mem::take(&mut self.too_long) {
            self.line += 1;
            self.table.fault(Fault { line: self.line, what: "longer than 64 KiB" });
        } else {
            self.line(&line);
        }
        line.clear();
        self.unfinished = line;
    }

    fn end(&mut self) -> Table<F::Row> {
        if self.too_long || !self.unfinished.is_empty() {
            self.end_kept_line();
        }
        if let Err(what) = self.format.end() {
            self.table.fault(Fault { line: self.line, what });
        }
        self.table.shrink();
        std::mem::take(&mut self.table)
    }
}

impl<F: Format> Decoder for Lines<F> {
    fn expect(&mut self, rows: usize, texts: usize) {
        self.table.reserve(rows, texts);
    }

    fn feed(&mut self, bytes: &[u8]) {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            let piece = &bytes[start..end];
            start = end + 1;
            if self.unfinished.is_empty() && !self.too_long {
                self.line(piece);
            } else {
                self.keep(piece);
                self.end_kept_line();
            }
        }
        self.keep(&bytes[start..]);
    }

    fn rows(&self) -> usize {
        self.table.len()
    }

    fn take(&mut self) -> Arc<dyn AnyTable> {
        Arc::new(self.table.split())
    }

    fn finish(mut self: Box<Self>) -> Arc<dyn AnyTable> {
        Arc::new(self.end())
    }
}

/// The words of a line: what stands between blanks and tabs.
#[derive(Debug, Clone)]
pub struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    /// The words of this line.
    pub fn new(line: &'a [u8]) -> Self {
        Self(line)
    }

    /// What follows the last word, with the blanks before it.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.0.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let rest = &self.0[start..];
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        self.0 = &rest[end..];
        Some(&rest[..end])
    }
}
