//! `stats`: the counters of TCP, IP and MPTCP beyond the standard MIBs.

use super::counters::{CounterTable, Groups};
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "stats",
    help: "extended counters of TCP, IP and MPTCP of the namespace",
    owners: false,
    tables: &[&TCP_EXT, &IP_EXT, &MPTCP_EXT, &OTHERS],
};

static TCP_EXT: TableDef = TableDef {
    name: "TcpExt",
    doc: "TCP, what the kernel counts beyond the standard",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "netstat", groups: Groups::One("TcpExt") },
};

static IP_EXT: TableDef = TableDef {
    name: "IpExt",
    doc: "IPv4, what the kernel counts beyond the standard",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "netstat", groups: Groups::One("IpExt") },
};

static MPTCP_EXT: TableDef = TableDef {
    name: "MPTcpExt",
    doc: "Multipath TCP",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "netstat", groups: Groups::One("MPTcpExt") },
};

static OTHERS: TableDef = TableDef {
    name: "netstat_others",
    doc: "groups that this version does not know",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "netstat", groups: Groups::AllBut(&["TcpExt", "IpExt", "MPTcpExt"]) },
};
