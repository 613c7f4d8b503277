//! Tables whose rows are those of one file, with the rates of its counters.

use procnet::genl::linkmodes::LinkMode;
use procnet::table::unknown_column;
use procnet::{AnyTable, Column, Field, Kind, Row, Table, Value, proc};

use super::interface_column::{InterfaceColumn, InterfacePlace};
use super::socket_table::told_by;
use super::traffic_columns::{self, Passes, Through, TrafficColumn};
use super::{Content, Order, Rows};
use crate::dumps::{self, Dump};
use crate::link_modes::LinkModes;
use crate::plan::Needs;
use crate::rates;
use crate::sample::Status;
use crate::scope::Scope;
use crate::snapshot::{Snapshot, Source};

/// A file as a table, or a list that comes over netlink and the file that tells some of it.
pub(super) struct FileTable {
    /// Path below `net`; empty where only the list tells.
    pub(super) path: &'static str,
    /// The list, where there is one.
    pub(super) dump: Option<&'static Dump>,
    /// Columns that come first, in this order; the others follow as the source declares them.
    pub(super) first: &'static [&'static str],
    /// The order of the rows.
    pub(super) order: Option<Order>,
    /// The field that holds the inode of a socket: the table can show the process's own rows only, and tells
    /// the owners of all.
    pub(super) inode: Option<&'static str>,
    /// The field that holds the inode of the socket on the other end, whose owners are told, too.
    pub(super) peer: Option<&'static str>,
    /// Names of interfaces beside their numbers.
    pub(super) interfaces: &'static [InterfaceColumn],
    /// Fields of the link of the interface that a row is about.
    pub(super) link: &'static [&'static str],
}

impl FileTable {
    /// The file as it declares itself.
    pub(super) const fn plain(path: &'static str) -> Self {
        Self {
            path,
            dump: None,
            first: &[],
            order: None,
            inode: None,
            peer: None,
            interfaces: &[],
            link: &[],
        }
    }

    /// A list, and the file that is read where the kernel does not give it; empty for none.
    pub(super) const fn list(dump: &'static Dump, path: &'static str) -> Self {
        Self { dump: Some(dump), ..Self::plain(path) }
    }
}

/// What a column shows, by the name of a field.
#[derive(Clone, Copy)]
enum Want {
    Field(&'static str),
    Rate(&'static str),
    Owners(&'static str),
    Interface(&'static InterfaceColumn),
    Traffic(&'static TrafficColumn),
    /// A field of a link, by its place.
    Link(usize),
}

/// Where a column's values come from.
#[derive(Clone, Copy)]
enum Slot {
    Field(usize),
    Rate(usize),
    /// The owners of the socket whose inode the field holds.
    Owners(usize),
    /// What was moved through the socket whose cookie the field holds, and the field that tells of a ring.
    Traffic(usize, Option<usize>, &'static TrafficColumn),
    /// The name of the interface whose number the source has.
    Interface(InterfacePlace),
    /// The field with the name of an interface, and the field of its link.
    Link(usize, usize),
    /// The source has no such field.
    Nowhere,
}

impl Want {
    fn slot(self, fields: &[Field]) -> Slot {
        let place = |name: &str| fields.iter().position(|field| field.column.name == name);
        match self {
            Self::Field(name) => place(name).map_or(Slot::Nowhere, Slot::Field),
            Self::Rate(name) => place(name).map_or(Slot::Nowhere, Slot::Rate),
            Self::Owners(name) => place(name).map_or(Slot::Nowhere, Slot::Owners),
            Self::Traffic(column) => {
                place(COOKIE).map_or(Slot::Nowhere, |field| Slot::Traffic(field, place(RX_RING), column))
            }
            Self::Interface(column) => column.place(fields).map_or(Slot::Nowhere, Slot::Interface),
            Self::Link(field) => place(INTERFACE).map_or(Slot::Nowhere, |name| Slot::Link(name, field)),
        }
    }
}

const fn owners(name: &'static str, title: &'static str, doc: &'static str) -> Column {
    Column { name, title, unit: procnet::Unit::None, kind: Kind::Info, doc }
}

/// The field that tells one socket from all others.
const COOKIE: &str = "cookie";

/// The field with the name of an interface.
const INTERFACE: &str = "interface";

/// The field that is there where frames are received in a ring.
pub(super) const RX_RING: &str = "rx_ring_bytes";

/// The column of a socket's owners.
const OWNERS: Column = owners("owners", "owners", "All processes known to hold the socket.");
/// The column of the owners of the other end.
const PEER_OWNERS: Column =
    owners("peer_owners", "peer owners", "All processes known to hold the socket on the other end.");

/// The rows of a table of this kind in the order of a key; those with the same one stay in the kernel's.
pub(super) fn sorted_by<R: 'static, K: Ord>(
    table: &dyn AnyTable,
    key: impl Fn(&Table<R>, usize) -> K,
) -> Vec<u32> {
    let mut order: Vec<u32> = (0..table.len() as u32).collect();
    if let Some(rows) = table.as_any().downcast_ref::<Table<R>>() {
        order.sort_by_cached_key(|row| key(rows, *row as usize));
    }
    order
}

/// The columns of fields, each counter with its rate.
pub(super) fn columns_of(fields: &'static [Field]) -> Vec<Column> {
    wants(fields).map(|(_, column)| column).collect()
}

fn wants(fields: &'static [Field]) -> impl Iterator<Item = (Want, Column)> {
    fields.iter().flat_map(|field| {
        let name = field.column.name;
        let rate = move |rate| (Want::Rate(name), Column { name: rate, kind: Kind::Rate, ..field.column });
        std::iter::once((Want::Field(name), field.column)).chain(field.rate.map(rate))
    })
}

impl FileTable {
    fn wants(&self) -> Vec<(Want, Column)> {
        let file = proc::find(self.path).map_or(&[][..], |file| file.fields);
        let mut wants: Vec<(Want, Column)> = Vec::new();
        for fields in self.dump.map(|dump| dump.messages.fields).into_iter().chain([file]) {
            for (want, column) in self::wants(fields) {
                if !wants.iter().any(|(_, known)| known.name == column.name) {
                    wants.push((want, column));
                }
            }
        }
        self.name_interfaces(&mut wants);
        let links = LinkMode::FIELDS.iter().enumerate();
        let links = links.filter(|(_, field)| self.link.contains(&field.column.name));
        wants.extend(links.map(|(place, field)| (Want::Link(place), field.column)));
        wants.sort_by_key(|(_, column)| {
            self.first.iter().position(|name| *name == column.name).unwrap_or(self.first.len())
        });
        wants.extend(self.inode.map(|inode| (Want::Owners(inode), OWNERS)));
        if self.has_cookies() {
            let traffic = traffic_columns::COLUMNS.iter();
            wants.extend(traffic.map(|column| (Want::Traffic(column), column.column)));
        }
        wants.extend(self.peer.map(|peer| (Want::Owners(peer), PEER_OWNERS)));
        wants
    }

    /// Puts names of interfaces behind their numbers.
    fn name_interfaces(&self, wants: &mut Vec<(Want, Column)>) {
        for interface in self.interfaces {
            let is_known = |name: &str| wants.iter().any(|(_, column)| column.name == name);
            let place = wants.iter().position(|(_, column)| interface.follows(column.name, is_known));
            if let Some(place) = place {
                wants.insert(place + 1, (Want::Interface(interface), interface.column));
            }
        }
    }

    /// Its rows are sockets through which something is moved.
    fn has_cookies(&self) -> bool {
        self.dump.is_some_and(|dump| dump.messages.fields.iter().any(|field| field.column.name == COOKIE))
    }

    /// What tells of the rows: the list, unless the kernel did not give it.
    fn source<'a>(&self, snapshot: &'a Snapshot) -> Option<(&'static str, &'a Source)> {
        let told = |source: &&Source| {
            !matches!(source.reading.status, Status::Missing | Status::Denied | Status::Error(_))
        };
        let dump = self.dump.and_then(|dump| Some((dump.name, snapshot.source(dump.name).filter(told)?)));
        dump.or_else(|| Some((self.path, snapshot.source(self.path)?)))
    }
}

impl Content for FileTable {
    fn needs(&self) -> Needs {
        let mut needs = match self.dump {
            Some(dump) => Needs { dumps: vec![dump], ..Needs::default() },
            None => Needs::file(self.path),
        };
        needs.traffic = self.has_cookies();
        if !self.interfaces.is_empty() && !needs.dumps.contains(&&dumps::LINK) {
            needs.dumps.push(&dumps::LINK);
        }
        if !self.link.is_empty() {
            needs.seldom.push(&dumps::LINK_MODES);
        }
        needs
    }

    fn fields(&self) -> Vec<&'static [Field]> {
        let file = proc::find(self.path).map(|file| file.fields);
        self.dump.map(|dump| dump.messages.fields).into_iter().chain(file).collect()
    }

    fn columns(&self) -> Vec<Column> {
        self.wants().into_iter().map(|(_, column)| column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let (name, source) = self.source(snapshot)?;
        let fields = source.table.fields();
        let slots = self.wants().into_iter().map(|(want, _)| want.slot(fields)).collect();
        let owned = self.inode.filter(|_| scope.is_held()).and(source.owned.as_deref());
        if owned.is_some() && scope != snapshot.owners.group_scope {
            return None;
        }
        let own = owned.is_some();
        let rows = FileRows { snapshot: Some(snapshot), own, ..FileRows::new(source, slots) };
        let told_by = self.dump.map(|_| told_by(name));
        let links = (!self.link.is_empty()).then(|| LinkModes::of(snapshot));
        Some(Box::new(FileRows { order: owned.or(source.order.as_deref()), told_by, links, ..rows }))
    }

    fn order(&self, path: &str) -> Option<Order> {
        self.order.filter(|_| path == self.path || self.dump.is_some_and(|dump| dump.name == path))
    }

    fn inode(&self, path: &str) -> Option<&'static str> {
        self.inode.filter(|_| path == self.path || self.dump.is_some_and(|dump| dump.name == path))
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
    /// They are sockets of the processes that are asked for.
    own: bool,
    /// Who tells the rows, where it can be one or another.
    told_by: Option<&'static str>,
    /// The links of the interfaces, where they are told.
    links: Option<LinkModes<'a>>,
}

impl<'a> FileRows<'a> {
    fn new(source: &'a Source, slots: Vec<Slot>) -> Self {
        Self {
            source,
            slots,
            unknown: source.table.extra_columns(),
            order: None,
            snapshot: None,
            own: false,
            told_by: None,
            links: None,
        }
    }

    /// All rows as the file has them.
    pub(super) fn plain(source: &'a Source, fields: &'static [Field]) -> Self {
        Self::new(source, wants(fields).map(|(want, _)| want.slot(fields)).collect())
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
            Some(Slot::Traffic(field, ring, column)) => {
                let count = |field: usize| self.source.table.cell(row, field).count();
                let (cookie, has_ring) = (count(*field), ring.and_then(count).is_some());
                let passes = if has_ring { Passes::Sent } else { Passes::All };
                self.snapshot.map_or(Value::Absent(""), |snapshot| {
                    Through { snapshot, cookie, own: self.own, tcp: None, passes, has_packets: false }
                        .cell(column)
                })
            }
            Some(Slot::Interface(place)) => {
                self.snapshot.map_or(Value::Absent(""), |snapshot| place.cell(snapshot, self.source, row))
            }
            Some(Slot::Link(name, field)) => {
                let name = self.source.table.cell(row, *name);
                self.links.as_ref().map_or(Value::Absent(""), |links| links.cell(name, *field))
            }
            Some(Slot::Nowhere) => Value::Absent(""),
            None => match self.unknown.get(column - self.slots.len()) {
                Some(number) => self.source.table.extra_cell(row, *number),
                None => Value::Absent(""),
            },
        }
    }

    fn more_columns(&self) -> Vec<Column> {
        self.unknown.iter().filter_map(|number| unknown_column(*number)).collect()
    }

    fn source(&self) -> Option<&'static str> {
        self.told_by
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
