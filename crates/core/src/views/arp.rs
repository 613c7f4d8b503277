//! `arp`: the IPv4 neighbour cache, and what its table did.

use super::file_table::FileTable;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "arp",
    help: "the IPv4 neighbour cache of the namespace, and the operations of the machine's neighbour table",
    owners: false,
    tables: &[&ARP, &ARP_CACHE],
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
