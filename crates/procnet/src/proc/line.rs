//! Any file as its lines: what is shown of a file that has no decoder.

use crate::Endian;
use crate::row::{Field, Row, row};
use crate::shape::Format;
use crate::table::{Span, Table};

row! {
    /// One line.
    pub struct Line {
        key line: u64, None, "line", "Number of the line, from 1.";
        info text: Span, None, "text", "The line as the kernel printed it.";
    }
}

/// The columns of any file that is shown as it is.
pub const FIELDS: &[Field] = Line::FIELDS;

/// Lines as they are.
#[derive(Default)]
pub struct Text {
    number: u64,
}

impl Format for Text {
    type Row = Line;
    const HEADER: u64 = 0;

    fn line(&mut self, line: &[u8], table: &mut Table<Line>, _: Endian) -> Result<(), &'static str> {
        self.number += 1;
        let text = table.texts.keep(line);
        table.push(Line { line: self.number, text });
        Ok(())
    }
}
