//! `traffic`: bytes and packets of every interface.

use super::file_table::FileTable;
use super::links::LINKS;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "traffic",
    help: "bytes, packets, errors and drops of every interface, and its state",
    owners: false,
    tables: &[&INTERFACES, &LINKS],
};

static INTERFACES: TableDef = TableDef {
    name: "interfaces",
    doc: "traffic of each interface, link headers included, and what its link carries",
    scope: Some(Scope::Namespace),
    content: &FileTable {
        first: &[
            "interface",
            "rx_bytes",
            "rx_bytes_rate",
            "tx_bytes",
            "tx_bytes_rate",
            "rx_packets",
            "rx_packets_rate",
            "tx_packets",
            "tx_packets_rate",
            "rx_errs",
            "rx_drop",
            "tx_errs",
            "tx_drop",
            "speed",
            "duplex",
        ],
        link: &["speed", "duplex"],
        ..FileTable::plain("dev")
    },
};
