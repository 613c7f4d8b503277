//! `neighbours`: the neighbours of IPv4, and what the neighbour tables of both families did.

use super::arp::{ARP, ARP_CACHE};
use super::file_table::FileTable;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "neighbours",
    help: "IPv4 neighbours of the namespace, and the operations of the machine's neighbour tables",
    owners: false,
    tables: &[&ARP, &ARP_CACHE, &NDISC_CACHE],
};

static NDISC_CACHE: TableDef = TableDef {
    name: "ndisc_cache",
    doc: "operations of the IPv6 neighbour table by CPU; entries is one total, repeated",
    scope: Some(Scope::Host),
    content: &FileTable::plain("stat/ndisc_cache"),
};
