//! Any file as its lines: what is shown of a file that has no decoder.

use crate::Endian;
use crate::cell::{Form, Value};
use crate::row::{Cell, Field, Row, row};
use crate::shape::Format;
use crate::table::{Span, Table, Texts};

row! {
    /// One line.
    pub struct Line {
        key line: u64, None, "line", "Number of the line, from 1.";
        info text: LineText, None, "text", "The line as the kernel printed it.";
    }
}

/// The text of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineText(pub Span);

impl Cell for LineText {
    const FORM: Form = Form::Text;

    fn value<'a>(&'a self, texts: &'a Texts) -> Value<'a> {
        Value::Line(texts.get(self.0))
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
        table.push(Line { line: self.number, text: LineText(text) });
        Ok(())
    }
}
