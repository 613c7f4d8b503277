//! `addresses`: the addresses of interfaces.

use super::files::FileTable;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "addresses",
    help: "addresses of the namespace: IPv6 by interface, IPv4 from its routing tables",
    needs: &["if_inet6", "fib_trie"],
    owners: false,
    tables: &[&IF_INET6, &FIB_TRIE],
};

static IF_INET6: TableDef = TableDef {
    name: "if_inet6",
    doc: "IPv6 addresses of interfaces",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("if_inet6"),
};

static FIB_TRIE: TableDef = TableDef {
    name: "fib_trie",
    doc: "IPv4 routing tables, leaf by leaf; local addresses are those of type LOCAL",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("fib_trie"),
};
