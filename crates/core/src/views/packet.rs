//! `packet`: packet sockets, by which a process sees whole frames.

use super::files::FileTable;
use super::{TableDef, View};

pub(super) static VIEW: View = View {
    name: "packet",
    help: "packet sockets, by which a process sees whole frames",
    needs: &["packet"],
    owners: true,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "packet",
    doc: "packet sockets, by which a process sees whole frames",
    scope: None,
    content: &FileTable { inode: Some("inode"), ..FileTable::plain("packet") },
};
