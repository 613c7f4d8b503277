//! `stats`: the counters of TCP, IP and MPTCP beyond the standard MIBs.

use super::counters::CounterTable;
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "stats",
    help: "extended counters of TCP, IP and MPTCP of the namespace",
    needs: &["netstat"],
    owners: false,
    tables: &[&TCP_EXT, &IP_EXT, &MPTCP_EXT],
};

static TCP_EXT: TableDef = TableDef {
    name: "TcpExt",
    doc: "TCP, what the kernel counts beyond the standard",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "netstat", group: Some("TcpExt") },
};

static IP_EXT: TableDef = TableDef {
    name: "IpExt",
    doc: "IPv4, what the kernel counts beyond the standard",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "netstat", group: Some("IpExt") },
};

static MPTCP_EXT: TableDef = TableDef {
    name: "MPTcpExt",
    doc: "Multipath TCP",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "netstat", group: Some("MPTcpExt") },
};
