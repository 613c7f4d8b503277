//! `mptcp`: Multipath TCP sockets; their subflows are TCP sockets with the same inode.

use super::socket_columns::*;
use super::socket_table::{Details, SocketColumn, SocketTable};
use super::{TableDef, View};
use crate::sockets;

pub(super) static VIEW: View = View {
    name: "mptcp",
    help: "Multipath TCP sockets, where the kernel has them; their subflows stand in tcp",
    owners: true,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "mptcp",
    doc: "Multipath TCP sockets",
    scope: None,
    content: &SocketTable {
        kind: &sockets::MPTCP,
        columns: COLUMNS,
        details: Details::Only(&[
            "subflows",
            "mptcp_flags",
            "mptcp_token",
            "bytes_sent",
            "bytes_acked",
            "bytes_received",
            "bytes_retrans",
            "cookie",
            "cgroup",
            "mark",
            "rmem",
            "rcvbuf",
            "wmem",
            "sndbuf",
            "drops",
            "accept_backlog",
        ]),
        shown: None,
        optional: false,
    },
};

const COLUMNS: &[SocketColumn] = &[
    LOCAL_ADDRESS,
    LOCAL_PORT,
    REMOTE_ADDRESS,
    REMOTE_PORT,
    STATE,
    TX_QUEUE,
    RX_QUEUE,
    ACCEPT_QUEUE,
    OWNERS,
    USER,
    FAMILY,
    UID,
    INODE,
];
