//! JSON: one document a snapshot.

use std::io::{self, Write};

use procnet::Value;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::cells::{Cell, Harmless, Row};
use super::{Export, Format, SCHEMA, Selection};
use crate::format::rfc3339;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::views::{TableView, View};

pub(super) static FORMAT: Format = Format {
    name: "json",
    doc: "one JSON document for each reading",
    one_table: false,
    titles: false,
    in_pieces: false,
    tells_problems: true,
    export: || Box::new(Json),
};

struct Json;

impl Export for Json {
    fn write(
        &mut self,
        mut out: &mut dyn Write,
        snapshot: &Snapshot,
        selection: &Selection,
    ) -> io::Result<()> {
        let document = Document { snapshot, selection };
        document.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Harmless::pretty()))?;
        out.write_all(b"\n")
    }
}

struct Document<'a> {
    snapshot: &'a Snapshot,
    selection: &'a Selection,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let views = Seq(self.selection.views.iter().map(|(view, tables)| ViewDocument {
            view,
            tables: tables.iter().map(|table| self.selection.view(table, self.snapshot)).collect(),
            snapshot: self.snapshot,
        }));
        let is_told = self.snapshot.namespaces.is_none() && self.snapshot.process.is_known();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", &SCHEMA)?;
        map.serialize_entry("at", &rfc3339(self.snapshot.moment.wall))?;
        map.serialize_entry("target", &is_told.then_some(Target(self.snapshot)))?;
        map.serialize_entry("views", &views)?;
        map.end()
    }
}

/// An iterator as a list.
struct Seq<I>(I);

impl<I: Iterator + Clone> Serialize for Seq<I>
where
    I::Item: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

struct Target<'a>(&'a Snapshot);

impl Serialize for Target<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let process = &self.0.process;
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("pid", &process.pid)?;
        map.serialize_entry("name", &Cell(Value::Text(&process.name)))?;
        map.serialize_entry("start_time", &process.start_time)?;
        map.serialize_entry("netns", &self.0.netns.inode)?;
        map.end()
    }
}

struct ViewDocument<'a> {
    view: &'static View,
    tables: Vec<TableView<'a>>,
    snapshot: &'a Snapshot,
}

impl Serialize for ViewDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tables = Seq(self.tables.iter().map(|table| TableDocument { table, snapshot: self.snapshot }));
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("view", self.view.name)?;
        map.serialize_entry("tables", &tables)?;
        map.end()
    }
}

struct TableDocument<'a, 's> {
    table: &'a TableView<'s>,
    snapshot: &'a Snapshot,
}

impl Serialize for TableDocument<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let table = self.table;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &table.name)?;
        map.serialize_entry("scope", table.scope.word())?;
        map.serialize_entry("netns", &netns(self.snapshot, table.scope))?;
        if let Some(held) = table.held {
            map.serialize_entry("sockets_held", &held)?;
        }
        if let Some(source) = table.source {
            map.serialize_entry("source", source)?;
        }
        map.serialize_entry("status", table.state.word)?;
        if !table.state.reason.is_empty() {
            map.serialize_entry("reason", &table.state.reason)?;
        }
        if let Some(remark) = table.remark() {
            map.serialize_entry("remark", &remark)?;
        }
        let rows = Seq((0..table.len()).map(|row| Row { table, row, before: &[] }));
        map.serialize_entry("rows", &rows)?;
        map.end()
    }
}

/// The namespace that a scope lies in; the machine lies in none.
pub(super) fn netns(snapshot: &Snapshot, scope: Scope) -> Option<u64> {
    snapshot.netns.inode.filter(|_| scope != Scope::Host)
}
