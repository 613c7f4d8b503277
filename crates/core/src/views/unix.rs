//! `unix`: UNIX domain sockets: type, state, path.

use super::file_table::FileTable;
use super::{TableDef, View};

pub(super) static VIEW: View =
    View { name: "unix", help: "UNIX domain sockets: type, state, path", owners: true, tables: &[&TABLE] };

static TABLE: TableDef = TableDef {
    name: "unix",
    doc: "UNIX domain sockets",
    scope: None,
    content: &FileTable { inode: Some("inode"), ..FileTable::plain("unix") },
};
