//! JSON lines: one object a row.

use std::io::{self, Write};

use procnet::Value;
use serde::Serialize;

use super::cells::{Cell, Harmless, Row};
use super::json::netns;
use super::{Export, Format, Selection};
use crate::format::rfc3339;
use crate::snapshot::Snapshot;

pub(super) static FORMAT: Format = Format {
    name: "jsonl",
    doc: "one JSON object for each row, on a line of its own",
    one_table: false,
    titles: false,
    in_pieces: true,
    tells_problems: false,
    export: || Box::new(JsonLines),
};

struct JsonLines;

impl Export for JsonLines {
    fn write(
        &mut self,
        mut out: &mut dyn Write,
        snapshot: &Snapshot,
        selection: &Selection,
    ) -> io::Result<()> {
        let at = rfc3339(snapshot.moment.wall);
        for (view, table) in selection.tables() {
            let table = selection.view(table, snapshot);
            let netns = netns(snapshot, table.scope).map_or(Value::Absent(""), Value::Unsigned);
            let before = [
                ("at", Cell(Value::Text(at.as_bytes()))),
                ("view", Cell(Value::Label(view.name))),
                ("table", Cell(Value::Text(table.name.as_bytes()))),
                ("scope", Cell(Value::Label(table.scope.word()))),
                ("netns", Cell(netns)),
            ];
            // A table of the whole machine says it of each row.
            let told = table.columns.iter().any(|column| column.name == "netns");
            let before = &before[..before.len() - usize::from(told)];
            for row in 0..table.len() {
                let mut serializer = serde_json::Serializer::with_formatter(&mut out, Harmless::compact());
                Row { table: &table, row, before }.serialize(&mut serializer)?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }
}
