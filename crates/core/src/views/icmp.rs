//! `icmp`: ping sockets, and apart from them the counters of ICMP messages.

use super::counters::{CounterTable, Groups};
use super::socket_columns::*;
use super::socket_table::{DATAGRAM, SocketColumn, SocketTable};
use super::{TableDef, View};
use crate::scope::Scope;
use crate::sockets;

pub(super) static VIEW: View = View {
    name: "icmp",
    help: "ping sockets, and the counters of ICMP messages of the namespace",
    owners: true,
    tables: &[&PING_SOCKETS, &ICMP, &ICMP_MSG, &ICMP6],
};

static PING_SOCKETS: TableDef = TableDef {
    name: "ping_sockets",
    doc: "ping sockets, by which a process sends ICMP echo requests without privilege",
    scope: None,
    content: &SocketTable {
        kind: &sockets::PING,
        columns: COLUMNS,
        details: DATAGRAM,
        shown: None,
        optional: false,
    },
};

pub(super) static ICMP: TableDef = TableDef {
    name: "Icmp",
    doc: "ICMP messages",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "snmp", groups: Groups::One("Icmp") },
};

pub(super) static ICMP_MSG: TableDef = TableDef {
    name: "IcmpMsg",
    doc: "ICMP messages by type, those that came or went",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "snmp", groups: Groups::One("IcmpMsg") },
};

pub(super) static ICMP6: TableDef = TableDef {
    name: "Icmp6",
    doc: "ICMPv6 messages",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "snmp6", groups: Groups::One("Icmp6") },
};

const COLUMNS: &[SocketColumn] = &[
    LOCAL_ADDRESS,
    IDENTIFIER,
    REMOTE_ADDRESS,
    CONNECTED,
    TX_QUEUE,
    RX_MEMORY,
    DROPS,
    DROPS_RATE,
    OWNERS,
    USER,
    FAMILY,
    UID,
    INODE,
    REF,
    KERNEL_STATE,
];
