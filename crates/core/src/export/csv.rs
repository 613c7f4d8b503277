//! CSV (RFC 4180): the rows of one table, with the time before them.

use std::io::{self, Write};

use procnet::{Kind, Unit, Value};

use super::{Export, Format, Selection};
use crate::format;
use crate::format::rfc3339;
use crate::snapshot::Snapshot;
use crate::views::TableView;

pub(super) static FORMAT: Format = Format {
    name: "csv",
    doc: "comma-separated values of exactly one table, with a header line",
    one_table: true,
    titles: false,
    in_pieces: true,
    tells_problems: false,
    export: || Box::new(Csv { begun: false }),
};

struct Csv {
    begun: bool,
}

impl Export for Csv {
    fn write(&mut self, out: &mut dyn Write, snapshot: &Snapshot, selection: &Selection) -> io::Result<()> {
        let mut writer = csv::WriterBuilder::new().from_writer(out);
        for (_, table) in selection.tables() {
            let table = selection.view(table, snapshot);
            if !std::mem::replace(&mut self.begun, true) {
                heading(&mut writer, &table)?;
            }
            rows(&mut writer, snapshot, &table)?;
        }
        writer.flush()
    }
}

/// Writes a table as it is looked at, with its header line.
///
/// # Errors
///
/// What `out` says.
pub fn write_csv(out: &mut dyn Write, snapshot: &Snapshot, table: &TableView<'_>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    heading(&mut writer, table)?;
    rows(&mut writer, snapshot, table)?;
    writer.flush()
}

fn heading<W: Write>(writer: &mut csv::Writer<W>, table: &TableView<'_>) -> io::Result<()> {
    let names = table.columns.iter().map(|column| column.name);
    writer.write_record(std::iter::once("at").chain(names)).map_err(cause)
}

fn rows<W: Write>(writer: &mut csv::Writer<W>, snapshot: &Snapshot, table: &TableView<'_>) -> io::Result<()> {
    let at = rfc3339(snapshot.moment.wall);
    let mut field = String::new();
    for row in 0..table.len() {
        writer.write_field(&at).map_err(cause)?;
        for (place, column) in table.columns.iter().enumerate() {
            field.clear();
            plain(table.cell(row, place), column, &mut field);
            writer.write_field(&field).map_err(cause)?;
        }
        writer.write_record(None::<&[u8]>).map_err(cause)?;
    }
    Ok(())
}

/// What went wrong with the output: whoever prints tells a closed pipe from a full disk by it.
pub(super) fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// The value as a program reads it: raw units, nothing for what is absent, lists by spaces.
pub(super) fn plain(value: Value<'_>, column: &procnet::Column, out: &mut String) {
    use std::fmt::Write;
    match value {
        Value::Absent(_) => {}
        Value::Flags(0, _) => {}
        Value::Named(number, _) => {
            let _ = write!(out, "{number}");
        }
        value => {
            let raw = procnet::Column { unit: Unit::None, kind: Kind::Info, ..*column };
            format::text(value, &raw, 1, out);
        }
    }
}
