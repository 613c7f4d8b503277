//! `neighbours`: the neighbours of both families with their states, and what the neighbour tables did.

use procnet::Table;
use procnet::rtnl::neigh::Neigh;

use super::arp::{ARP, ARP_CACHE};
use super::file_table::{FileTable, sorted_by};
use super::interface_column::{INTERFACE, MASTER_NAME};
use super::{TableDef, View};
use crate::dumps;
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "neighbours",
    help: "neighbours of the namespace with their states, and the operations of the machine's neighbour tables",
    owners: false,
    tables: &[&NEIGHBOURS, &ARP, &ARP_CACHE, &NDISC_CACHE],
};

pub(super) static NEIGHBOURS: TableDef = TableDef {
    name: "neighbours",
    doc: "neighbours of both families with their states",
    scope: Some(Scope::Namespace),
    content: &FileTable {
        first: &[
            "family",
            "dst",
            "lladdr",
            "interface",
            "state",
            "flags",
            "probes",
            "confirmed",
            "used",
            "updated",
        ],
        order: Some(|table| {
            sorted_by(table, |neighbours: &Table<Neigh>, row| {
                let Neigh { family, ifindex, dst, .. } = neighbours[row];
                (family.0, ifindex, dst)
            })
        }),
        interfaces: &[INTERFACE, MASTER_NAME],
        ..FileTable::list(&dumps::NEIGH, "")
    },
};

static NDISC_CACHE: TableDef = TableDef {
    name: "ndisc_cache",
    doc: "operations of the IPv6 neighbour table by CPU; entries is one total, repeated",
    scope: Some(Scope::Host),
    content: &FileTable::plain("stat/ndisc_cache"),
};
