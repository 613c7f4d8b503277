//! `raw`: raw sockets of both families.

use super::socket_columns::*;
use super::socket_table::{DATAGRAM, SocketColumn, SocketTable};
use super::{TableDef, View};
use crate::sockets;

pub(super) static VIEW: View = View {
    name: "raw",
    help: "raw sockets: protocol, addresses, drops, owners",
    owners: true,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "raw",
    doc: "raw sockets",
    scope: None,
    content: &SocketTable {
        kind: &sockets::RAW,
        columns: COLUMNS,
        details: DATAGRAM,
        shown: None,
        optional: false,
    },
};

const COLUMNS: &[SocketColumn] = &[
    RAW_PROTOCOL,
    LOCAL_ADDRESS,
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
    PROTOCOL_NAME,
];
