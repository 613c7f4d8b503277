//! `unix`: UNIX domain sockets: type, state, path.

use super::file_table::FileTable;
use super::{TableDef, View};
use crate::dumps;

pub(super) static VIEW: View =
    View { name: "unix", help: "UNIX domain sockets: type, state, path", owners: true, tables: &[&TABLE] };

static TABLE: TableDef = TableDef {
    name: "unix",
    doc: "UNIX domain sockets",
    scope: None,
    content: &FileTable {
        first: &["type", "state", "path", "peer", "rx_queue", "tx_queue", "accept_queue", "accept_backlog"],
        inode: Some("inode"),
        peer: Some("peer"),
        ..FileTable::list(&dumps::UNIX, "unix")
    },
};
