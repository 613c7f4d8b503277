//! Copying a row or a table, and saving a table to a file.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use netmonitor_core::export::write_csv;
use netmonitor_core::format;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;

use crate::app::{App, Message};
use crate::event::Effect;
use crate::shown::Prepared;

/// The most bytes that are handed to the terminal: encoded they are a third more, and terminals cut at 100,000.
const MOST: usize = 74_000;

/// A table that is to be saved.
#[derive(Clone)]
pub struct Save {
    /// The file, as typed.
    pub file: String,
    snapshot: Arc<Snapshot>,
    prepared: Arc<Prepared>,
    table: usize,
}

impl Save {
    /// Writes the table as CSV: the columns and rows that are shown. Gives the number of rows.
    ///
    /// # Errors
    ///
    /// What `out` says.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<usize> {
        let tables = self.prepared.tables(&self.snapshot);
        let Some(table) = tables.get(self.table) else { return Ok(0) };
        write_csv(out, &self.snapshot, table)?;
        Ok(table.len())
    }
}

impl fmt::Debug for Save {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Save").field("file", &self.file).field("table", &self.table).finish_non_exhaustive()
    }
}

impl PartialEq for Save {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
            && self.table == other.table
            && Arc::ptr_eq(&self.snapshot, &other.snapshot)
            && Arc::ptr_eq(&self.prepared, &other.prepared)
    }
}

impl Eq for Save {}

/// Takes no more than there is room for.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl App {
    /// Copies the selected row as it is shown: its cells with tabs between them.
    pub(crate) fn copy_row(&mut self, effects: &mut Vec<Effect>) {
        let Some(snapshot) = self.snapshot.clone() else { return self.remark("nothing was read yet") };
        let row = self.pane().cursor.row;
        let text = self.with_table(|table| row_text(table, row, &snapshot));
        match text.flatten() {
            Some(text) => self.copy(text, "the row", effects),
            None => self.remark("there is no row to be copied"),
        }
    }

    /// Copies the table of the selected row as CSV.
    pub(crate) fn copy_table(&mut self, effects: &mut Vec<Effect>) {
        let Some(snapshot) = self.snapshot.clone() else { return self.remark("nothing was read yet") };
        let copied = self.with_table(|table| {
            let mut out = Bounded(Vec::new());
            let written = write_csv(&mut out, &snapshot, table);
            written.ok().map(|()| (String::from_utf8_lossy(&out.0).into_owned(), table.counts().to_string()))
        });
        match copied.flatten() {
            Some((text, counts)) => self.copy(text, &format!("the table as CSV, {counts}"), effects),
            None => self.too_much(),
        }
    }

    fn copy(&mut self, text: String, what: &str, effects: &mut Vec<Effect>) {
        if text.len() > MOST {
            return self.too_much();
        }
        effects.push(Effect::Copy(text));
        self.remark(&format!("{what}: handed to the terminal's clipboard, if it takes it (OSC 52)"));
    }

    fn too_much(&mut self) {
        let why = format!(
            "more than {} kB, too much for a terminal's clipboard: :save FILE writes it",
            MOST / 1000
        );
        self.message = Some(Message::Error(why));
    }

    /// Has the table of the selected row written to a file.
    pub(crate) fn save(&mut self, file: String, effects: &mut Vec<Effect>) {
        let Some(snapshot) = self.snapshot.clone() else { return self.remark("nothing was read yet") };
        if file.is_empty() {
            self.message = Some(Message::Error("usage: save <file>".to_owned()));
            return;
        }
        let prepared = self.prepared(&snapshot);
        let table = self.pane().cursor.table;
        effects.push(Effect::Save(Save { file, snapshot, prepared, table }));
    }

    /// Hears what has become of something that was to be done beside.
    pub(crate) fn said(&mut self, said: Result<String, String>) {
        let harmless = |words: String| format::harmless_text(words.as_bytes());
        self.message = Some(match said {
            Ok(words) => Message::Remark(harmless(words)),
            Err(words) => Message::Error(harmless(words)),
        });
        self.changed = true;
    }
}

/// The cells of a row with tabs between them. Text from outside has none: it is made harmless.
fn row_text(table: &TableView<'_>, row: usize, snapshot: &Snapshot) -> Option<String> {
    // The facts of a row stand in several lines.
    let row = if table.is_record { 0 } else { row };
    if row >= table.len() {
        return None;
    }
    let mut text = String::new();
    for (place, column) in table.columns.iter().enumerate() {
        if place > 0 {
            text.push('\t');
        }
        format::cell(table.cell(row, place), column, snapshot, &mut text);
    }
    Some(text)
}
