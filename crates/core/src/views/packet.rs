//! `packet`: packet sockets, by which a process sees whole frames.

use super::file_table::FileTable;
use super::interface_column::INTERFACE;
use super::{TableDef, View};
use crate::dumps;

pub(super) static VIEW: View = View {
    name: "packet",
    help: "packet sockets, by which a process sees whole frames",
    owners: true,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "packet",
    doc: "packet sockets, by which a process sees whole frames",
    scope: None,
    content: &FileTable {
        inode: Some("inode"),
        interfaces: &[INTERFACE],
        ..FileTable::list(&dumps::PACKET, "packet")
    },
};
