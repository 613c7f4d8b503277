//! `tcp`: TCP sockets of both families.

use super::socket_columns::*;
use super::socket_table::{Details, SocketColumn, SocketTable};
use super::{TableDef, View};
use crate::sockets;

pub(super) static VIEW: View = View {
    name: "tcp",
    help: "TCP connections and listening sockets: addresses, state, queues, timers, owners",
    owners: true,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "tcp",
    doc: "TCP sockets",
    scope: None,
    content: &SocketTable {
        kind: &sockets::TCP,
        columns: COLUMNS,
        details: Details::All,
        shown: Some(SHOWN),
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
    TIMER_NAME,
    TIMER_EXPIRES,
    RETRANSMITS,
    PROBES_OUT,
    FASTOPEN,
    FAMILY,
    UID,
    INODE,
    REF,
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
    "accept_queue",
    "rtt_us",
    "total_retrans",
    "owners",
];
