//! `sctp`: SCTP sockets of both families.

use super::socket_columns::*;
use super::socket_table::{DATAGRAM, SocketColumn, SocketTable};
use super::{TableDef, View};
use crate::sockets;

pub(super) static VIEW: View =
    View { name: "sctp", help: "SCTP sockets, where the kernel has them", owners: true, tables: &[&TABLE] };

static TABLE: TableDef = TableDef {
    name: "sctp",
    doc: "SCTP sockets: one row for each endpoint and each association",
    scope: None,
    content: &SocketTable {
        kind: &sockets::SCTP,
        columns: COLUMNS,
        details: DATAGRAM,
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
    OWNERS,
    USER,
    FAMILY,
    UID,
    INODE,
];
