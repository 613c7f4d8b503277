//! `protocols`: the protocols that sockets can be opened with.

use super::file_table::FileTable;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "protocols",
    help: "protocols that the kernel offers, with their memory and pressure",
    owners: false,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "protocols",
    doc: "protocols",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("protocols"),
};
