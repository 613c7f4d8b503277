//! `addresses`: the addresses of interfaces.

use std::net::Ipv4Addr;

use procnet::proc::fib_trie::FibTrie;
use procnet::rtnl::addr::Addr;
use procnet::{Column, Kind, Table, Unit, Value};

use super::file_table::{FileTable, sorted_by};
use super::interface_column::INTERFACE;
use super::{Content, Rows, TableDef, View};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;

pub(super) static VIEW: View = View {
    name: "addresses",
    help: "addresses of the namespace by interface; those that the files tell",
    owners: false,
    tables: &[&ADDRESSES, &IF_INET6, &LOCAL_ADDRESSES],
};

static ADDRESSES: TableDef = TableDef {
    name: "addresses",
    doc: "addresses of interfaces, of both families",
    scope: Some(Scope::Namespace),
    content: &FileTable {
        first: &[
            "interface",
            "family",
            "address",
            "prefix_length",
            "addr_scope",
            "flags",
            "label",
            "peer",
            "broadcast",
            "preferred_lft",
            "valid_lft",
        ],
        order: Some(|table| {
            // The kernel has the first address of a network before the others of it.
            sorted_by(table, |addresses: &Table<Addr>, row| (addresses[row].ifindex, addresses[row].family.0))
        }),
        interfaces: &[INTERFACE],
        ..FileTable::list(&dumps::ADDR, "")
    },
};

static IF_INET6: TableDef = TableDef {
    name: "if_inet6",
    doc: "IPv6 addresses of interfaces",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("if_inet6"),
};

static LOCAL_ADDRESSES: TableDef = TableDef {
    name: "local_addresses",
    doc: "IPv4 addresses of the namespace, each once, from fib_trie, which does not tell their interfaces",
    scope: Some(Scope::Namespace),
    content: &LocalAddresses,
};

const FIB_TRIE: &str = "fib_trie";

/// The addresses that routes of type LOCAL lead to.
struct LocalAddresses;

impl Content for LocalAddresses {
    fn needs(&self) -> Needs {
        Needs::file(FIB_TRIE)
    }

    fn columns(&self) -> Vec<Column> {
        vec![Column {
            name: "address",
            title: "address",
            unit: Unit::None,
            kind: Kind::Key,
            doc: "An address that packets are taken for here.",
        }]
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        let routes: &Table<FibTrie> = snapshot.source(FIB_TRIE)?.table.as_any().downcast_ref()?;
        // The kernel prints one tree under two names until there is a rule of policy routing.
        let local = routes.iter().filter(|route| route.is_local_address());
        let mut addresses: Vec<Ipv4Addr> = local.map(|route| route.prefix).collect();
        addresses.sort_unstable();
        addresses.dedup();
        Some(Box::new(addresses))
    }
}

impl Rows for Vec<Ipv4Addr> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn cell(&self, row: usize, _: usize) -> Value<'_> {
        self.get(row).map_or(Value::Absent(""), |address| Value::Ip((*address).into()))
    }
}
