//! The ways to look at a snapshot: tabs, and tables in them.
//!
//! A view is a static value: what it is called, what it needs to be read, which tables it shows. A table
//! says where its rows come from through [`Content`]. To add a view: write its module and name it in [`ALL`].

mod addresses;
mod analysis;
mod arp;
mod conntrack;
mod counters;
mod files;
mod icmp;
mod multicast;
mod neighbours;
mod netlink;
mod packet;
mod protocols;
mod raw;
mod routing;
mod socket_table;
mod sockstat;
mod softnet;
mod stats;
mod tcp;
mod traffic;
mod udp;
mod unix;
mod xfrm;

use std::borrow::Cow;

use procnet::{AnyTable, Column, Value};

use crate::sample::{Origin, Status};
use crate::scope::Scope;
use crate::snapshot::Snapshot;

pub use socket_table::state_of;

/// A tab.
pub struct View {
    /// Name, as typed.
    pub name: &'static str,
    /// What it shows, in a sentence.
    pub help: &'static str,
    /// The files under `net` that it is made of.
    pub needs: &'static [&'static str],
    /// Whether it tells the owners of sockets.
    pub owners: bool,
    /// Its tables, in order.
    pub tables: &'static [&'static TableDef],
}

/// All tabs: the nine that stand in the bar, in their order, then those that are reached by name.
pub static ALL: &[&View] = &[
    &tcp::VIEW,
    &udp::VIEW,
    &arp::VIEW,
    &traffic::VIEW,
    &stats::VIEW,
    &raw::VIEW,
    &icmp::VIEW,
    &routing::VIEW,
    &analysis::VIEW,
    &neighbours::VIEW,
    &multicast::VIEW,
    &conntrack::VIEW,
    &unix::VIEW,
    &netlink::VIEW,
    &packet::VIEW,
    &addresses::VIEW,
    &protocols::VIEW,
    &softnet::VIEW,
    &sockstat::VIEW,
    &xfrm::VIEW,
];

/// How many of them are the nine.
const NINE: usize = 9;

/// The nine tabs.
pub fn nine() -> &'static [&'static View] {
    &ALL[..NINE]
}

/// The view of this name.
pub fn find(name: &str) -> Option<&'static View> {
    ALL.iter().copied().find(|view| view.name == name)
}

/// The order in which rows of a file are shown, where it is not the kernel's.
pub type Order = fn(&dyn AnyTable) -> Vec<u32>;

/// The order of a file's rows, as the table that shows them declares it.
pub fn order_of(path: &str) -> Option<Order> {
    ALL.iter().flat_map(|view| view.tables).find_map(|table| table.content.order(path))
}

/// The field of a file that holds a socket's inode, for tables that can show the process's own rows only.
pub fn inode_of(path: &str) -> Option<&'static str> {
    ALL.iter().flat_map(|view| view.tables).find_map(|table| table.content.inode(path))
}

/// Names that machine output uses for itself: no column may have one.
pub const RESERVED: [&str; 6] = ["at", "view", "table", "scope", "netns", "status"];

/// A table as it is declared. The same name always has the same columns.
pub struct TableDef {
    /// Name, as typed and printed.
    pub name: &'static str,
    /// What it lists, in a sentence.
    pub doc: &'static str,
    /// Whose state it shows; `None` where the user chooses.
    pub scope: Option<Scope>,
    /// Where its rows come from.
    pub content: &'static dyn Content,
}

/// Where the rows of a table come from.
pub trait Content: Sync {
    /// Files under `net` that the rows are in.
    fn files(&self) -> Vec<&'static str>;
    /// The columns.
    fn columns(&self) -> Vec<Column>;
    /// The rows; `None` when nothing was read.
    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>>;
    /// There is nothing to be said while it is empty: it holds what other kernels have.
    fn is_optional(&self) -> bool {
        false
    }
    /// The order of the rows of a file, where this table wants one.
    fn order(&self, _path: &str) -> Option<Order> {
        None
    }
    /// The field of a file that holds a socket's inode, where this table can show the process's own only.
    fn inode(&self, _path: &str) -> Option<&'static str> {
        None
    }
}

/// Rows, without their types.
pub trait Rows {
    /// How many.
    fn len(&self) -> usize;
    /// None at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// One cell, by row and column.
    fn cell(&self, row: usize, column: usize) -> Value<'_>;
}

/// No rows.
struct Nothing;

impl Rows for Nothing {
    fn len(&self) -> usize {
        0
    }
    fn cell(&self, _: usize, _: usize) -> Value<'_> {
        Value::Absent("")
    }
}

/// A table as it is looked at: rows, and what is to be said about them.
pub struct TableView<'a> {
    /// Its declaration.
    pub def: &'static TableDef,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Whose state it shows.
    pub scope: Scope,
    /// How its sources were read.
    pub state: TableState,
    /// Nanoseconds since its oldest source was read.
    pub age: u64,
    /// How many sockets the process holds, of any family and in any namespace, where the table shows its own.
    pub held: Option<usize>,
    rows: Box<dyn Rows + 'a>,
}

/// How the sources of a table were read: a word and, where it is not `ok`, the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// `ok`, `not-read`, `missing`, `denied`, `partial`, `interrupted` or `error`.
    pub word: &'static str,
    /// What is to be said; empty when there is nothing.
    pub reason: String,
}

impl TableDef {
    /// The table on a snapshot.
    pub fn view<'a>(&'static self, snapshot: &'a Snapshot, asked: Scope) -> TableView<'a> {
        let (scope, restricted) = match self.scope {
            Some(fixed) => (fixed, None),
            None => snapshot.scope(asked),
        };
        let rows = self.content.rows(snapshot, scope).unwrap_or_else(|| Box::new(Nothing));
        let readings = || self.content.files().into_iter().filter_map(|path| snapshot.source(path));
        let age = readings().map(|source| snapshot.age(source.reading)).max().unwrap_or(0);
        let mut state = self.state(snapshot);
        if let Some(reason) = restricted {
            state.add("partial", reason);
        }
        let owners = &snapshot.owners;
        let columns = self.content.columns();
        let tells_owners = columns.iter().any(|column| column.name == "owners");
        if tells_owners
            && scope == Scope::Namespace
            && owners.sought
            && owners.denied > 0
            && !owners.may_trace
        {
            state.add("partial", "owners among processes of other users not visible: needs CAP_SYS_PTRACE");
        }
        let own = self.scope.is_none() && scope == Scope::Process && owners.target_status.is_some();
        let held = own.then(|| owners.target_sockets());
        TableView { def: self, columns, scope, state, age, held, rows }
    }

    fn state(&self, snapshot: &Snapshot) -> TableState {
        let mut state = TableState { word: "ok", reason: String::new() };
        let files = self.content.files();
        let is_read =
            |path: &&str| snapshot.source(path).is_some_and(|source| source.reading.status == Status::Ok);
        let some_read = files.iter().any(is_read);
        for path in files {
            match snapshot.source(path) {
                None => state.add("not-read", format!("{} not read yet", Origin::net(path))),
                Some(source) => {
                    if let Some((word, why)) = explain(source.reading.status) {
                        let word = if some_read { "partial" } else { word };
                        state.add(word, format!("{} {why}", Origin::net(path)));
                    }
                    let faults = source.table.faults();
                    if let (1.., Some(first)) = (faults, source.table.first_fault()) {
                        let lines = if faults == 1 { "line" } else { "lines" };
                        let (path, line, what) = (Origin::net(path), first.line, first.what);
                        state.add(
                            "partial",
                            format!("{path}: {faults} {lines} unreadable, line {line}: {what}"),
                        );
                    }
                }
            }
        }
        state
    }
}

impl TableState {
    /// Adds a reason; the first word that is not `ok` stays.
    fn add(&mut self, word: &'static str, reason: impl Into<Cow<'static, str>>) {
        if self.word == "ok" {
            self.word = word;
        }
        if !self.reason.is_empty() {
            self.reason.push_str("; ");
        }
        self.reason.push_str(&reason.into());
    }
}

/// A word and a sentence for a status that is not `Ok`.
pub fn explain(status: Status) -> Option<(&'static str, String)> {
    Some(match status {
        Status::Ok => return None,
        Status::Missing => ("missing", "does not exist here".to_owned()),
        Status::Denied => ("denied", "may not be read: permission denied".to_owned()),
        Status::NotAsked => ("not-read", "was not asked for".to_owned()),
        Status::Partial(read, of) => ("partial", format!("could be read in part: {read} of {of}")),
        Status::Interrupted => ("interrupted", "changed while it was read".to_owned()),
        Status::Error(errno) => {
            ("error", format!("could not be read: {}", std::io::Error::from_raw_os_error(errno)))
        }
    })
}

impl View {
    /// The tables that there is something to be said of.
    pub fn tables_on<'a>(&self, snapshot: &'a Snapshot, asked: Scope) -> Vec<TableView<'a>> {
        let tables = self.tables.iter().map(|table| table.view(snapshot, asked));
        tables.filter(TableView::is_worth_showing).collect()
    }
}

impl TableView<'_> {
    /// Something is to be said of it.
    pub fn is_worth_showing(&self) -> bool {
        !self.is_empty() || !self.def.content.is_optional()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One cell.
    pub fn cell(&self, row: usize, column: usize) -> Value<'_> {
        self.rows.cell(row, column)
    }

    /// Number of rows in words, and of how many sockets that the process holds: those in no table are of other
    /// families, in another namespace, or not bound yet.
    pub fn count_title(&self) -> String {
        match (self.len(), self.held) {
            (rows, Some(held)) if held > rows => format!("{rows} of {held} sockets held"),
            (1, _) => "1 row".to_owned(),
            (rows, _) => format!("{rows} rows"),
        }
    }

    /// The scope in words: `process`, `namespace net:[4026531840] · shared by 12 processes`, `host`.
    pub fn scope_title(&self, snapshot: &Snapshot) -> String {
        match self.scope {
            Scope::Namespace => snapshot.namespace_title(),
            scope => scope.word().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashSet};

    #[test]
    fn names_are_unique_and_columns_follow_the_rules() {
        let mut tables: BTreeMap<&str, Vec<Column>> = BTreeMap::new();
        for view in ALL {
            assert_eq!(ALL.iter().filter(|other| other.name == view.name).count(), 1, "{}", view.name);
            for table in view.tables {
                let columns = table.content.columns();
                let names: HashSet<_> = columns.iter().map(|column| column.name).collect();
                assert_eq!(names.len(), columns.len(), "a column twice in {}", table.name);
                for column in &columns {
                    assert!(!RESERVED.contains(&column.name), "{}.{}", table.name, column.name);
                    let counter = column.kind == procnet::Kind::Counter;
                    let rate = format!("{}_rate", column.name);
                    let special = column.name == "value" && names.contains("rate");
                    assert!(!counter || special || names.contains(&*rate), "{}.{rate}", table.name);
                }
                let known = tables.entry(table.name).or_insert_with(|| columns.clone());
                assert_eq!(*known, columns, "{} has different columns", table.name);
                for path in table.content.files() {
                    assert!(view.needs.contains(&path), "{} needs {path}", view.name);
                    assert!(procnet::proc::find(path).is_some(), "{path} is not decoded");
                }
            }
        }
    }
}
