//! `links`: what rtnetlink tells of every interface.

use procnet::Table;
use procnet::rtnl::link::Link;

use super::file_table::{FileTable, sorted_by};
use super::interface_column::{LINK_NAME, MASTER_NAME};
use super::{TableDef, View};
use crate::dumps;
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "links",
    help: "interfaces of the namespace: state, kind, queues, addresses, all their counters",
    owners: false,
    tables: &[&LINKS],
};

pub(super) static LINKS: TableDef = TableDef {
    name: "links",
    doc: "interfaces with their state, kind, queues, addresses and counters",
    scope: Some(Scope::Namespace),
    content: &FileTable {
        first: &[
            "interface",
            "ifindex",
            "operstate",
            "mtu",
            "kind",
            "master_name",
            "qdisc",
            "txqlen",
            "num_tx_queues",
            "num_rx_queues",
            "promiscuity",
            "allmulti",
            "address",
            "flags",
            "rx_dropped",
            "rx_dropped_rate",
            "rx_missed_errors",
            "rx_missed_errors_rate",
            "tx_dropped",
            "tx_dropped_rate",
            "carrier",
            "carrier_changes",
            "carrier_changes_rate",
            "link",
            "link_name",
            "link_netnsid",
        ],
        order: Some(|table| sorted_by(table, |links: &Table<Link>, row| links[row].ifindex)),
        interfaces: &[MASTER_NAME, LINK_NAME],
        ..FileTable::list(&dumps::LINK, "")
    },
};
