//! `conntrack`: connections that netfilter tracks, and what tracking did.

use super::files::FileTable;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "conntrack",
    help: "connections that netfilter tracks in the namespace, expected ones, and what tracking did by CPU",
    needs: &["nf_conntrack", "nf_conntrack_expect", "stat/nf_conntrack"],
    owners: false,
    tables: &[&NF_CONNTRACK, &NF_CONNTRACK_EXPECT, &NF_CONNTRACK_STAT],
};

static NF_CONNTRACK: TableDef = TableDef {
    name: "nf_conntrack",
    doc: "tracked connections",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("nf_conntrack"),
};

static NF_CONNTRACK_EXPECT: TableDef = TableDef {
    name: "nf_conntrack_expect",
    doc: "connections that helpers expect",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("nf_conntrack_expect"),
};

static NF_CONNTRACK_STAT: TableDef = TableDef {
    name: "nf_conntrack_stat",
    doc: "what tracking did, by CPU; entries is one total, repeated",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("stat/nf_conntrack"),
};
