//! `netlink`: netlink sockets: protocol, groups, queues, drops.

use super::file_table::FileTable;
use super::{TableDef, View};
use crate::dumps;

pub(super) static VIEW: View = View {
    name: "netlink",
    help: "netlink sockets: protocol, groups, queues, drops",
    owners: true,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "netlink",
    doc: "netlink sockets",
    scope: None,
    content: &FileTable { inode: Some("inode"), ..FileTable::list(&dumps::NETLINK, "netlink") },
};
