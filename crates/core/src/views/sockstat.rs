//! `sockstat`: how many sockets there are, and their memory.

use super::counters::{CounterTable, Groups};
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "sockstat",
    help: "numbers of sockets of the namespace by protocol, and the memory they hold on the machine",
    needs: &["sockstat", "sockstat6"],
    owners: false,
    tables: &[&SOCKSTAT, &SOCKSTAT6],
};

static SOCKSTAT: TableDef = TableDef {
    name: "sockstat",
    doc: "sockets of IPv4 and in all; memory and orphans are the machine's",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "sockstat", groups: Groups::AllBut(&[]) },
};

static SOCKSTAT6: TableDef = TableDef {
    name: "sockstat6",
    doc: "sockets of IPv6",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "sockstat6", groups: Groups::AllBut(&[]) },
};
