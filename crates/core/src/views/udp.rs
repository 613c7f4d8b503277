//! `udp`: UDP and UDP-Lite sockets of both families.

use super::socket_columns::*;
use super::socket_table::{DATAGRAM, SocketColumn, SocketTable};
use super::{TableDef, View};
use crate::sockets;

pub(super) static VIEW: View = View {
    name: "udp",
    help: "UDP and UDP-Lite sockets: addresses, queues, drops, owners",
    owners: true,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "udp",
    doc: "UDP and UDP-Lite sockets",
    scope: None,
    content: &SocketTable {
        kind: &sockets::UDP,
        columns: COLUMNS,
        details: DATAGRAM,
        shown: Some(SHOWN),
        optional: false,
    },
};

const COLUMNS: &[SocketColumn] = &[
    LOCAL_ADDRESS,
    LOCAL_PORT,
    REMOTE_ADDRESS,
    REMOTE_PORT,
    CONNECTED,
    TX_QUEUE,
    RX_MEMORY,
    DROPS,
    DROPS_RATE,
    OWNERS,
    USER,
    PROTOCOL,
    FAMILY,
    UID,
    INODE,
    REF,
    KERNEL_STATE,
];

/// What fits on a screen of 120 columns.
const SHOWN: &[&str] = &[
    "local_address",
    "local_port",
    "remote_address",
    "remote_port",
    "state",
    "tx_queue",
    "rx_queue",
    "drops",
    "drops_rate",
    "owners",
    "user",
];
