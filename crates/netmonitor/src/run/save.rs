//! Writing a table of a session to a file, beside the session: a large one takes a while.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::mpsc::Sender;

use netmonitor_tui::{Input, Save};

use super::on_terminal::spawn;

/// Writes the table, and tells the session what has become of it.
pub(super) fn beside(table: Save, inputs: &Sender<Input>) {
    let told = inputs.clone();
    let work = move || {
        let file = &table.file;
        let said = match write(&table) {
            Ok(1) => Ok(format!("1 row written to {file}")),
            Ok(rows) => Ok(format!("{rows} rows written to {file}")),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(format!("not saved: {file} is there already; name another file"))
            }
            Err(error) => Err(format!("not saved: {file}: {error}")),
        };
        let _ = told.send(Input::Said(said));
    };
    if let Err(error) = spawn("saving", work) {
        let _ = inputs.send(Input::Said(Err(format!("not saved: {error:#}"))));
    }
}

/// Writes it to a new file, which nobody else may read: it tells whom the user talks to.
fn write(table: &Save) -> io::Result<usize> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&table.file)?;
    let mut out = BufWriter::new(file);
    let rows = table.write(&mut out)?;
    out.flush()?;
    Ok(rows)
}
