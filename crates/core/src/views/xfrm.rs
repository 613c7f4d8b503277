//! `xfrm`: what IPsec counted.

use super::counters::{CounterTable, Groups};
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View =
    View { name: "xfrm", help: "errors of IPsec, in the namespace", owners: false, tables: &[&TABLE] };

static TABLE: TableDef = TableDef {
    name: "xfrm_stat",
    doc: "errors of IPsec",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "xfrm_stat", groups: Groups::AllBut(&[]) },
};
