//! The forms in which the kernel prints: lines, and words in them.
//!
//! A [`Format`] says what a line means. [`Lines`] cuts the bytes, which come in pieces of any size, into
//! lines and keeps what a piece left unfinished.

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
    /// Makes room for as many rows as the file had last time.
    fn expect(&mut self, rows: usize);
    /// Takes the next bytes.
    fn feed(&mut self, bytes: &[u8]);
    /// The bytes are over.
    fn finish(self: Box<Self>) -> Arc<dyn AnyTable>;
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
    fn expect(&mut self, rows: usize) {
        self.table.reserve(rows);
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
