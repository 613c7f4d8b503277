//! The ways to look at a snapshot: tabs, and tables in them.
//!
//! A view is a static value: what it is called, what it needs to be read, which tables it shows. A table
//! says where its rows come from through [`Content`]. To add a view: write its module and name it in [`ALL`].

/// Columns with how their values are had, a line or two for each.
macro_rules! described {
    ($($name:literal $title:literal $kind:ident $unit:ident $doc:literal $get:expr;)*) => {
        &[$((
            procnet::Column {
                name: $name,
                title: $title,
                unit: procnet::Unit::$unit,
                kind: procnet::Kind::$kind,
                doc: $doc,
            },
            $get,
        ),)*]
    };
}

/// The columns of a group of processes that fit on a screen.
macro_rules! shown {
    ($($key:literal),*) => {
        &[
            $($key,)*
            "processes",
            "remote_rx_bytes_rate",
            "remote_tx_bytes_rate",
            "rx_bytes",
            "tx_bytes",
            "loopback_bytes_rate",
            "unix_bytes_rate",
            "total_retrans",
            "conns",
        ]
    };
}

mod addresses;
mod analysis;
mod arp;
mod arrangement;
mod conntrack;
mod counter_mode;
mod counters;
mod counts;
mod events;
mod file_table;
mod files;
mod findings;
mod host_rows;
mod icmp;
mod interface_column;
mod links;
mod mptcp;
mod multicast;
mod neighbours;
mod netlink;
mod not_counted;
mod opened;
mod overview;
mod packet;
mod peers;
mod processes;
mod protocols;
mod raw;
mod readings;
mod remote_columns;
mod routing;
mod sctp;
mod socket_columns;
mod socket_table;
mod sockets;
mod sockstat;
mod softnet;
mod stats;
mod table;
mod tcp;
mod totals;
mod traffic;
mod traffic_columns;
mod udp;
mod unix;
mod xfrm;

use procnet::{AnyTable, Column, Field, Value};

use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;

pub use arrangement::{Arrangement, Look};
pub use counter_mode::CounterMode;
pub use counts::Counts;
pub use opened::Opened;
pub(crate) use overview::Summary;
pub use processes::By;
pub(crate) use processes::{Group as ProcessGroup, Place, listed as listed_processes};
pub use socket_columns::state_of;
pub use table::{TableState, TableView, explain};
pub use totals::Totals;

/// A tab.
pub struct View {
    /// Name, as typed.
    pub name: &'static str,
    /// What it shows, in a sentence.
    pub help: &'static str,
    /// Whether it tells the owners of sockets.
    pub owners: bool,
    /// Its tables, in order.
    pub tables: &'static [&'static TableDef],
}

impl View {
    /// The tables that are shown where rows are grouped so.
    pub fn tables_by(&self, by: By) -> impl Iterator<Item = &'static TableDef> + use<> {
        self.tables.iter().copied().filter(move |table| table.content.by().is_none_or(|its| its == by))
    }
}

/// All tabs: the overview, the nine with the numbers 1 to 9, then those that are reached by name.
pub static ALL: &[&View] = &[
    &overview::VIEW,
    &tcp::VIEW,
    &udp::VIEW,
    &arp::VIEW,
    &traffic::VIEW,
    &stats::VIEW,
    &raw::VIEW,
    &icmp::VIEW,
    &routing::VIEW,
    &analysis::VIEW,
    &findings::VIEW,
    &sockets::VIEW,
    &processes::VIEW,
    &peers::VIEW,
    &events::VIEW,
    &neighbours::VIEW,
    &multicast::VIEW,
    &conntrack::VIEW,
    &mptcp::VIEW,
    &sctp::VIEW,
    &unix::VIEW,
    &netlink::VIEW,
    &packet::VIEW,
    &addresses::VIEW,
    &links::VIEW,
    &protocols::VIEW,
    &softnet::VIEW,
    &sockstat::VIEW,
    &xfrm::VIEW,
    &files::VIEW,
];

/// Name of the view of what is wrong, and of its first table.
pub const FINDINGS: &str = "findings";

/// Name of the table of detectors.
pub const DETECTORS: &str = "detectors";

/// Name of the view that lists all files under `net`, and has each of them as a table.
pub const FILES: &str = "files";

/// Name of the view that lists all processes of the machine.
pub const PROCESSES: &str = "processes";

/// Name of the view of remote addresses and ports.
pub const PEERS: &str = "peers";

/// How many of them have a number: the overview has 0.
const NUMBERED: usize = 10;

/// Number of the tab that a session begins with.
pub const FIRST: usize = 1;

/// The nine tabs.
pub fn nine() -> &'static [&'static View] {
    &ALL[FIRST..NUMBERED]
}

/// The tabs that have a number, from 0.
pub fn numbered() -> &'static [&'static View] {
    &ALL[..NUMBERED]
}

/// Where the view of this name stands among all of them; behind the last where there is none.
pub fn place(name: &str) -> usize {
    ALL.iter().position(|view| view.name == name).unwrap_or(ALL.len())
}

/// The view of this name.
pub fn find(name: &str) -> Option<&'static View> {
    ALL.iter().copied().find(|view| view.name == name)
}

/// The tab that has the table of this name, the first where several have.
pub fn tab_of_table(table: &str) -> Option<&'static str> {
    ALL.iter().find(|view| view.tables.iter().any(|known| known.name == table)).map(|view| view.name)
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

/// Whether machine output uses this name beside a table for itself. A table of the whole machine may say of each row which
/// namespace it is of.
pub fn is_reserved(table: &TableDef, column: &str) -> bool {
    RESERVED.contains(&column) && !(column == "netns" && table.scope == Some(Scope::Host))
}

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
    /// What the rows are made of.
    fn needs(&self) -> Needs;
    /// The columns.
    fn columns(&self) -> Vec<Column>;
    /// The typed fields that columns of the same name come from, as far as there are such.
    fn fields(&self) -> Vec<&'static [Field]> {
        Vec::new()
    }
    /// Names of the columns that are shown on a screen where no others are asked for, in that order; `None`:
    /// all of them.
    fn default_columns(&self) -> Option<&'static [&'static str]> {
        None
    }
    /// The rows; `None` when nothing was read.
    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>>;
    /// What its rows are grouped by, of tables of which one is shown at a time.
    fn by(&self) -> Option<By> {
        None
    }
    /// It has one row, which people read as a list of facts, one below the other.
    fn is_record(&self) -> bool {
        false
    }
    /// Its rows are sockets, all of them: how many of those that the process holds they are is worth saying.
    fn lists_sockets(&self) -> bool {
        true
    }
    /// What is to be said while it is empty and everything was read.
    fn words_when_empty(&self) -> Option<&'static str> {
        None
    }
    /// There is nothing to be said while it is empty: it holds what other kernels have.
    fn is_optional(&self) -> bool {
        false
    }
    /// Its rows do not depend on each other: some of them can be looked at while others are not read yet.
    fn is_in_pieces(&self) -> bool {
        false
    }
    /// Its rows are of all namespaces of the machine, told at once with whom they belong to: no descriptors are asked.
    fn is_of_the_machine(&self) -> bool {
        false
    }
    /// A list that the kernel does not give has no such sockets: nothing is missing.
    fn takes_what_is_there(&self) -> bool {
        false
    }
    /// Its rows say themselves what could not be read of their sources.
    fn tells_what_is_missing(&self) -> bool {
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
    /// Columns behind the declared ones, which this kernel has and this version does not know.
    fn more_columns(&self) -> Vec<Column> {
        Vec::new()
    }
    /// The rows are counters, or things that are counted: they can be shown by what has moved.
    fn are_counted(&self) -> bool {
        false
    }
    /// Who tells the rows, where it can be one or another: `getsockopt`, `bpf`, `sock_diag`,
    /// `rtnetlink`, `proc`.
    fn source(&self) -> Option<&'static str> {
        None
    }
    /// What is to be said of the rows beside how their sources were read.
    fn remark(&self) -> Option<String> {
        None
    }
    /// How much the counter in a cell has grown since it was first read.
    fn since_start(&self, _row: usize, _column: usize) -> Option<u64> {
        None
    }
    /// Whether anything in the row has changed since it was first read; `None` where nobody knows.
    fn has_moved(&self, _row: usize) -> Option<bool> {
        None
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
                    assert!(!is_reserved(table, column.name), "{}.{}", table.name, column.name);
                    let counter = column.kind == procnet::Kind::Counter;
                    let rate = format!("{}_rate", column.name);
                    let special = column.name == "value" && names.contains("rate");
                    assert!(!counter || special || names.contains(&*rate), "{}.{rate}", table.name);
                }
                for name in table.content.default_columns().unwrap_or_default() {
                    assert!(names.contains(name), "{} shows {name}, which it has not", table.name);
                }
                let known = tables.entry(table.name).or_insert_with(|| columns.clone());
                assert_eq!(*known, columns, "{} has different columns", table.name);
                for path in table.content.needs().net {
                    assert!(procnet::proc::find(&path).is_some(), "{path} is not decoded");
                }
            }
        }
    }
}
