//! All sockets of a process, or of its namespace, of every family: where each is told of.
//!
//! A process's own sockets tell most of themselves; lists add what they do not say (the other end of a UNIX
//! socket) and stand in for them where asking is refused. Of a socket that the process holds and nobody tells of,
//! the number is all that is known.

use std::collections::HashMap;
use std::sync::Arc;

use procnet::{AnyTable, Table};

use crate::dumps::{self, Dump, OWN_OTHER};
use crate::scope::Scope;
use crate::snapshot::{Snapshot, Source};
use crate::sockets::{KINDS, Place, Reach, Socket, Sockets};

use procnet::diag::own::OtherSocket;

/// `AF_*` numbers of the families that have lists of their own.
pub(crate) const AF_UNIX: u16 = 1;
pub(crate) const AF_NETLINK: u16 = 16;
pub(crate) const AF_PACKET: u16 = 17;
pub(crate) const AF_VSOCK: u16 = 40;

/// One that has no list.
pub(crate) const AF_XDP: u16 = 44;

/// The lists of other families than IP.
static LISTS: [(u16, &Dump); 4] = [
    (AF_UNIX, &dumps::UNIX),
    (AF_NETLINK, &dumps::NETLINK),
    (AF_PACKET, &dumps::PACKET),
    (AF_VSOCK, &dumps::VSOCK),
];

/// One socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// One of IP: number of its kind in [`KINDS`], and its place there.
    Inet(u8, Place),
    /// One of another family.
    Other(Other),
    /// One of which only the inode is known.
    Unknown(u64),
}

/// Where a socket of another family is told of: at least one of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// Address family.
    pub family: u16,
    /// Row among the process's own sockets.
    pub own: Option<u32>,
    /// Row of its family's list.
    pub list: Option<u32>,
}

/// The sockets of one scope.
pub struct Census {
    entries: Vec<Entry>,
    sockets: Vec<Option<Arc<Sockets>>>,
    /// Names of the sources of other families, in the order of [`LISTS`].
    lists: [Option<&'static str>; LISTS.len()],
    own: bool,
    /// They are those of the processes that are asked for.
    is_held: bool,
    unknown: usize,
}

impl Census {
    /// Finds the sockets of a scope; `None` where none were read, or whose they are was not.
    pub fn of(snapshot: &Snapshot, scope: Scope) -> Option<Self> {
        let owned = scope.is_held();
        if owned && scope != snapshot.owners.group_scope {
            return None;
        }
        let known = |sockets: &&Arc<Sockets>| owned || sockets.reach == Reach::Namespace;
        let sockets: Vec<_> =
            KINDS.iter().map(|kind| snapshot.sockets(kind).filter(known).cloned()).collect();
        let lists = LISTS.map(|(_, dump)| told(snapshot, dump));
        let own = scope == Scope::Process && is_told(snapshot, OWN_OTHER);
        if sockets.iter().all(Option::is_none) && lists.iter().all(Option::is_none) && !own {
            return None;
        }
        let mut census = Self { entries: Vec::new(), sockets, lists, own, is_held: owned, unknown: 0 };
        census.take_inet(owned);
        census.take_others(snapshot, owned);
        if owned {
            census.take_unknown(snapshot);
        }
        Some(census)
    }

    fn take_inet(&mut self, owned: bool) {
        for (number, sockets) in (0..).zip(&self.sockets) {
            let places = sockets.iter().flat_map(|sockets| sockets.places(owned));
            self.entries.extend(places.map(|place| Entry::Inet(number, *place)));
        }
    }

    fn take_others(&mut self, snapshot: &Snapshot, owned: bool) {
        let mut others: Vec<(Other, u64)> = Vec::new();
        let mut places: HashMap<u64, usize> = HashMap::new();
        let own = snapshot.source(OWN_OTHER).filter(|_| self.own);
        for (row, socket) in (0..).zip(own.and_then(own_rows).into_iter().flat_map(|table| table.iter())) {
            places.insert(socket.inode, others.len());
            others.push((Other { family: socket.family.0, own: Some(row), list: None }, socket.inode));
        }
        for ((family, _), source) in LISTS.iter().zip(self.lists) {
            let Some(source) = source.and_then(|name| snapshot.source(name)) else { continue };
            let Some(field) = field(&*source.table, "inode") else { continue };
            for row in source.rows() {
                let inode = source.table.cell(row, field).count().unwrap_or(0);
                if owned && !snapshot.owners.group_has(inode) {
                    continue;
                }
                let list = Some(row as u32);
                match places.get(&inode).filter(|_| inode != 0) {
                    Some(&place) => others[place].0.list = list,
                    None => others.push((Other { family: *family, own: None, list }, inode)),
                }
            }
        }
        others.sort_by_key(|(other, inode)| (other.family, *inode));
        self.entries.extend(others.into_iter().map(|(other, _)| Entry::Other(other)));
    }

    /// Adds the sockets that are held and nobody tells of.
    fn take_unknown(&mut self, snapshot: &Snapshot) {
        let held = snapshot.owners.group_inodes();
        let mut seen = vec![false; held.len()];
        for entry in &self.entries {
            if let Ok(place) = held.binary_search(&self.inode(snapshot, *entry)) {
                seen[place] = true;
            }
        }
        let left = held.iter().zip(&seen).filter(|(_, seen)| !**seen);
        let before = self.entries.len();
        self.entries.extend(left.map(|(inode, _)| Entry::Unknown(*inode)));
        self.unknown = self.entries.len() - before;
    }

    /// The sockets: those of IP by kind, then the others by family, then the unknown ones.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many of them nobody tells of.
    pub fn unknown(&self) -> usize {
        self.unknown
    }

    /// Whether they are those of the processes that are asked for.
    pub fn is_held(&self) -> bool {
        self.is_held
    }

    /// Whether they were asked themselves.
    pub fn is_own(&self) -> bool {
        self.own
    }

    /// A socket of IP.
    pub fn inet(&self, kind: u8, place: Place) -> Option<Socket<'_>> {
        self.sockets.get(usize::from(kind))?.as_ref()?.get(place)
    }

    /// Name of the source that lists the sockets of a family.
    pub fn list(&self, family: u16) -> Option<&'static str> {
        let place = LISTS.iter().position(|(known, _)| *known == family)?;
        self.lists[place]
    }

    /// The inode of a socket; 0 for none.
    pub fn inode(&self, snapshot: &Snapshot, entry: Entry) -> u64 {
        let cell = |name: Option<&str>, row: Option<u32>| {
            let table = &snapshot.source(name?)?.table;
            table.cell(row? as usize, field(&**table, "inode")?).count()
        };
        match entry {
            Entry::Inet(kind, place) => self.inet(kind, place).map_or(0, |socket| socket.inet.inode),
            Entry::Other(other) => cell(Some(OWN_OTHER), other.own)
                .or_else(|| cell(self.list(other.family), other.list))
                .unwrap_or(0),
            Entry::Unknown(inode) => inode,
        }
    }
}

/// What tells of a list: the list itself, or the file that stands in for it.
fn told(snapshot: &Snapshot, dump: &'static Dump) -> Option<&'static str> {
    std::iter::once(dump.name).chain(dump.files.iter().copied()).find(|name| is_told(snapshot, name))
}

fn is_told(snapshot: &Snapshot, name: &str) -> bool {
    snapshot.source(name).is_some_and(|source| source.reading.status.is_answer())
}

/// The rows of the process's own sockets of other families.
pub(crate) fn own_rows(source: &Source) -> Option<&Table<OtherSocket>> {
    source.table.as_any().downcast_ref()
}

/// The place of a field of a table.
pub(crate) fn field(table: &dyn AnyTable, name: &str) -> Option<usize> {
    table.fields().iter().position(|field| field.column.name == name)
}
