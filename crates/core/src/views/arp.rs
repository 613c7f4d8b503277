//! `arp`: the IPv4 neighbour cache, what its table did, and the neighbours of both families.

use super::file_table::FileTable;
use super::neighbours::NEIGHBOURS;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "arp",
    help: "the IPv4 neighbour cache; neighbours of both families with their states",
    owners: false,
    tables: &[&ARP, &ARP_CACHE, &NEIGHBOURS],
};

pub(super) static ARP: TableDef = TableDef {
    name: "arp",
    doc: "IPv4 neighbours",
    scope: Some(Scope::Namespace),
    content: &FileTable {
        first: &["ip_address", "hw_type", "flags", "hw_address", "mask", "device"],
        ..FileTable::plain("arp")
    },
};

pub(super) static ARP_CACHE: TableDef = TableDef {
    name: "arp_cache",
    doc: "operations of the neighbour table by CPU; entries is one total, repeated",
    scope: Some(Scope::Host),
    content: &FileTable::plain("stat/arp_cache"),
};
