//! Tables whose rows are those of one file, with the rates of its counters.

use procnet::table::unknown_column;
use procnet::{Column, Field, Kind, Value, proc};

use super::{Content, Order, Rows};
use crate::plan::Needs;
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
    /// The field that holds the inode of a socket: the table can show the process's own rows only, and tells
    /// the owners of all.
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
    /// The owners of the socket whose inode the field holds.
    Owners(usize),
}

/// The column of a socket's owners.
pub(super) const OWNERS: Column = Column {
    name: "owners",
    title: "owners",
    unit: procnet::Unit::None,
    kind: Kind::Info,
    doc: "All processes known to hold the socket.",
};

/// The columns of fields, each counter with its rate.
pub(super) fn columns_of(fields: &'static [Field]) -> Vec<Column> {
    slots(fields).map(|(_, column)| column).collect()
}

fn slots(fields: &'static [Field]) -> impl Iterator<Item = (Slot, Column)> {
    (0..).zip(fields).flat_map(|(at, field)| {
        let rate = |name| (Slot::Rate(at), Column { name, kind: Kind::Rate, ..field.column });
        std::iter::once((Slot::Field(at), field.column)).chain(field.rate.map(rate))
    })
}

impl FileTable {
    fn slots(&self) -> Vec<(Slot, Column)> {
        let fields = proc::find(self.path).map_or(&[][..], |file| file.fields);
        let mut slots: Vec<(Slot, Column)> = slots(fields).collect();
        slots.sort_by_key(|(_, column)| {
            self.first.iter().position(|name| *name == column.name).unwrap_or(self.first.len())
        });
        let inode = fields.iter().position(|field| Some(field.column.name) == self.inode);
        slots.extend(inode.map(|field| (Slot::Owners(field), OWNERS)));
        slots
    }
}

impl Content for FileTable {
    fn needs(&self) -> Needs {
        Needs::file(self.path)
    }

    fn columns(&self) -> Vec<Column> {
        self.slots().into_iter().map(|(_, column)| column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let slots = self.slots().into_iter().map(|(slot, _)| slot).collect();
        let source = snapshot.source(self.path)?;
        let owned = self.inode.filter(|_| scope == Scope::Process).and(source.owned.as_deref());
        let rows = FileRows { snapshot: Some(snapshot), ..FileRows::new(source, slots) };
        Some(Box::new(FileRows { order: owned.or(source.order.as_deref()), ..rows }))
    }

    fn order(&self, path: &str) -> Option<Order> {
        self.order.filter(|_| path == self.path)
    }

    fn inode(&self, path: &str) -> Option<&'static str> {
        self.inode.filter(|_| path == self.path)
    }
}

/// Rows of a file.
pub(super) struct FileRows<'a> {
    source: &'a Source,
    slots: Vec<Slot>,
    /// Numbers of columns that no field declares; they stand behind the others.
    unknown: Vec<usize>,
    /// The rows that are shown, in order; all of them in the kernel's where there is none.
    order: Option<&'a [u32]>,
    /// Where owners are told.
    snapshot: Option<&'a Snapshot>,
}

impl<'a> FileRows<'a> {
    fn new(source: &'a Source, slots: Vec<Slot>) -> Self {
        Self { source, slots, unknown: source.table.extra_columns(), order: None, snapshot: None }
    }

    /// All rows as the file has them.
    pub(super) fn plain(source: &'a Source, fields: &'static [Field]) -> Self {
        Self::new(source, slots(fields).map(|(slot, _)| slot).collect())
    }

    fn place(&self, row: usize) -> usize {
        match self.order {
            Some(order) => order.get(row).map_or(usize::MAX, |row| *row as usize),
            None => row,
        }
    }

    fn growth(&self, row: usize, field: usize) -> Option<u64> {
        let now = self.source.table.cell(row, field).count()?;
        let Some(base) = &self.source.base else {
            // This is the first reading.
            return self.source.before.is_none().then_some(0);
        };
        // What was not there at the start has grown from nothing.
        rates::growth(base.count(row, field).unwrap_or(0), now)
    }
}

impl Rows for FileRows<'_> {
    fn len(&self) -> usize {
        self.order.map_or(self.source.table.len(), <[u32]>::len)
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let row = self.place(row);
        match self.slots.get(column) {
            Some(Slot::Field(field)) => self.source.table.cell(row, *field),
            Some(Slot::Rate(field)) => rate(self.source, row, *field),
            Some(Slot::Owners(field)) => {
                let inode = self.source.table.cell(row, *field).count();
                let owners = self.snapshot.map(|snapshot| &*snapshot.owners);
                owners.zip(inode).map_or(Value::Absent(""), |(owners, inode)| owners.cell(inode, None))
            }
            None => match self.unknown.get(column - self.slots.len()) {
                Some(number) => self.source.table.extra_cell(row, *number),
                None => Value::Absent(""),
            },
        }
    }

    fn more_columns(&self) -> Vec<Column> {
        self.unknown.iter().filter_map(|number| unknown_column(*number)).collect()
    }

    fn are_counted(&self) -> bool {
        // A socket is not a counter, though it has some.
        !self.slots.iter().any(|slot| matches!(slot, Slot::Owners(_)))
    }

    fn since_start(&self, row: usize, column: usize) -> Option<u64> {
        match self.slots.get(column) {
            Some(Slot::Field(field)) => self.growth(self.place(row), *field),
            _ => None,
        }
    }

    fn has_moved(&self, row: usize) -> Option<bool> {
        let row = self.place(row);
        let counters =
            self.source.table.fields().iter().enumerate().filter(|(_, field)| field.rate.is_some());
        let mut grown = counters.map(|(field, _)| self.growth(row, field));
        // What went back has moved, too.
        Some(grown.any(|grown| grown != Some(0)))
    }
}

/// The rate of a counter.
pub(super) fn rate(source: &Source, row: usize, field: usize) -> Value<'_> {
    let now = source.table.cell(row, field).count();
    let before = source.before.as_ref().and_then(|before| before.count(row, field));
    let rate = before.zip(now).and_then(|(before, now)| rates::per_second(before, now, source.elapsed()));
    rate.map_or(Value::Absent(""), Value::Float)
}
