//! Tables whose rows are those of one file, with the rates of its counters.

use procnet::{Column, Field, Kind, Value, proc};

use super::{Content, Order, Rows};
use crate::rates;
use crate::scope::Scope;
use crate::snapshot::{Snapshot, Source};

/// A file as a table.
pub(super) struct FileTable {
    /// Path below `net`.
    pub(super) path: &'static str,
    /// Columns that come first, in this order; the others follow as the file declares them.
    pub(super) first: &'static [&'static str],
    /// The order of the rows.
    pub(super) order: Option<Order>,
    /// The field that holds the inode of a socket: the table can show the process's own rows only.
    pub(super) inode: Option<&'static str>,
}

impl FileTable {
    /// The file as it declares itself.
    pub(super) const fn plain(path: &'static str) -> Self {
        Self { path, first: &[], order: None, inode: None }
    }
}

/// Where a column's values come from.
#[derive(Clone, Copy)]
enum Slot {
    Field(usize),
    Rate(usize),
}

impl FileTable {
    fn slots(&self) -> Vec<(Slot, Column)> {
        let fields = proc::find(self.path).map_or(&[][..], |file| file.fields);
        let mut slots: Vec<(Slot, Column)> =
            (0..).zip(fields).flat_map(|(at, field)| columns(at, field)).collect();
        slots.sort_by_key(|(_, column)| {
            self.first.iter().position(|name| *name == column.name).unwrap_or(self.first.len())
        });
        slots
    }
}

fn columns(at: usize, field: &Field) -> impl Iterator<Item = (Slot, Column)> {
    let rate = field.rate.map(|name| (Slot::Rate(at), Column { name, kind: Kind::Rate, ..field.column }));
    std::iter::once((Slot::Field(at), field.column)).chain(rate)
}

impl Content for FileTable {
    fn files(&self) -> Vec<&'static str> {
        vec![self.path]
    }

    fn columns(&self) -> Vec<Column> {
        self.slots().into_iter().map(|(_, column)| column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let slots = self.slots().into_iter().map(|(slot, _)| slot).collect();
        let source = snapshot.source(self.path)?;
        let owned = self.inode.filter(|_| scope == Scope::Process).and(source.owned.as_deref());
        Some(Box::new(FileRows { source, slots, order: owned.or(source.order.as_deref()) }))
    }

    fn order(&self, path: &str) -> Option<Order> {
        self.order.filter(|_| path == self.path)
    }

    fn inode(&self, path: &str) -> Option<&'static str> {
        self.inode.filter(|_| path == self.path)
    }
}

struct FileRows<'a> {
    source: &'a Source,
    slots: Vec<Slot>,
    /// The rows that are shown, in order; all of them in the kernel's where there is none.
    order: Option<&'a [u32]>,
}

impl Rows for FileRows<'_> {
    fn len(&self) -> usize {
        self.order.map_or(self.source.table.len(), <[u32]>::len)
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let row = match self.order {
            Some(order) => order.get(row).map_or(usize::MAX, |row| *row as usize),
            None => row,
        };
        match self.slots.get(column) {
            None => Value::Absent(""),
            Some(Slot::Field(field)) => self.source.table.cell(row, *field),
            Some(Slot::Rate(field)) => rate(self.source, row, *field),
        }
    }
}

/// The rate of a counter.
pub(super) fn rate(source: &Source, row: usize, field: usize) -> Value<'_> {
    let now = source.table.cell(row, field).count();
    let before = source.before.as_ref().and_then(|before| before.count(row, field));
    let rate = before.zip(now).and_then(|(before, now)| rates::per_second(before, now, source.elapsed()));
    rate.map_or(Value::Absent(""), Value::Float)
}
