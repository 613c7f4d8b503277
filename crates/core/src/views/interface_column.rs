//! Columns with the name of an interface, beside the field that holds its number.

use procnet::{Column, Field, Kind, Unit, Value};

use crate::snapshot::{Snapshot, Source};

/// A column with the name of an interface.
pub(super) struct InterfaceColumn {
    pub(super) column: Column,
    /// Fields that may hold the number; the column stands behind the first one that the table has.
    numbers: &'static [&'static str],
    /// A field that tells that the number is one of another namespace.
    elsewhere: Option<&'static str>,
}

/// Where a source has what the column is made of.
#[derive(Clone, Copy)]
pub(super) struct InterfacePlace {
    number: usize,
    elsewhere: Option<usize>,
}

const fn interface(
    name: &'static str,
    title: &'static str,
    numbers: &'static [&'static str],
    doc: &'static str,
) -> InterfaceColumn {
    InterfaceColumn {
        column: Column { name, title, unit: Unit::None, kind: Kind::Info, doc },
        numbers,
        elsewhere: None,
    }
}

/// The interface that a row is about.
pub(super) const INTERFACE: InterfaceColumn =
    interface("interface", "interface", &["ifindex", "iface"], "Name of that interface.");
/// The interface that a route sends by.
pub(super) const ROUTE_INTERFACE: InterfaceColumn =
    interface("interface", "interface", &["oif"], "Name of the interface that packets leave by.");
/// The interface that a route is for packets of.
pub(super) const IIF_NAME: InterfaceColumn =
    interface("iif_name", "in name", &["iif"], "Name of the interface that packets come from.");
/// The bridge or bond of a row.
pub(super) const MASTER_NAME: InterfaceColumn =
    interface("master_name", "master name", &["master"], "Name of the interface of that number.");
/// What an interface is made on.
pub(super) const LINK_NAME: InterfaceColumn = InterfaceColumn {
    elsewhere: Some("link_netnsid"),
    ..interface(
        "link_name",
        "link name",
        &["link"],
        "Name of the interface of that number; absent where it is in another namespace.",
    )
};

impl InterfaceColumn {
    /// Whether it stands behind the field of this name.
    pub(super) fn follows(&self, field: &str, is_known: impl Fn(&str) -> bool) -> bool {
        self.numbers.iter().find(|number| is_known(number)).is_some_and(|number| *number == field)
    }

    /// Where a source with these fields has the number.
    pub(super) fn place(&self, fields: &[Field]) -> Option<InterfacePlace> {
        let place = |name: &&str| fields.iter().position(|field| field.column.name == *name);
        let number = self.numbers.iter().find_map(place)?;
        Some(InterfacePlace { number, elsewhere: self.elsewhere.as_ref().and_then(place) })
    }
}

impl InterfacePlace {
    /// The name of the interface in a row.
    pub(super) fn cell<'a>(self, snapshot: &'a Snapshot, source: &Source, row: usize) -> Value<'a> {
        let cell = |field| source.table.cell(row, field);
        match self.elsewhere.map(cell) {
            None | Some(Value::Absent(_)) => snapshot.interfaces.cell(cell(self.number)),
            Some(_) => Value::Absent(""),
        }
    }
}
