//! How fast links are, found by the names of their interfaces: what counts their traffic does not tell their numbers.

use procnet::genl::linkmodes::LinkMode;
use procnet::{Row, Table, Value};

use crate::dumps::LINK_MODES;
use crate::snapshot::Snapshot;

/// The links of a namespace whose drivers tell of them, as they were last read.
pub(crate) struct LinkModes<'a> {
    table: Option<&'a Table<LinkMode>>,
    /// Names and rows, by name.
    rows: Vec<(&'a [u8], usize)>,
}

impl<'a> LinkModes<'a> {
    /// Those of a snapshot.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let source = snapshot.source(LINK_MODES.name);
        let table = source.and_then(|source| source.table.as_any().downcast_ref::<Table<LinkMode>>());
        let name = |table: &'a Table<LinkMode>, row: usize| (table.texts.get(table[row].interface), row);
        let mut rows: Vec<_> =
            table.into_iter().flat_map(|table| (0..table.len()).map(|row| name(table, row))).collect();
        rows.sort_unstable();
        Self { table, rows }
    }

    /// The link of the interface of this name.
    pub(crate) fn get(&self, name: &[u8]) -> Option<&'a LinkMode> {
        let place = self.rows.binary_search_by_key(&name, |(name, _)| name).ok()?;
        self.table?.get(self.rows[place].1)
    }

    /// A field of it, by its place among the fields of a [`LinkMode`].
    pub(crate) fn cell(&self, name: Value<'_>, field: usize) -> Value<'a> {
        let Value::Text(name) = name else { return Value::Absent("") };
        let row = self.get(name).zip(self.table);
        row.map_or(Value::Absent(""), |(row, table)| row.cell(field, &table.texts))
    }
}
