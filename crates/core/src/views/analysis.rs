//! `analysis`: the counters of the standard MIBs, and packet processing by CPU.

use super::counters::{CounterTable, Groups};
use super::file_table::FileTable;
use super::findings::FINDINGS;
use super::icmp::{ICMP, ICMP_MSG, ICMP6};
use super::{TableDef, View};
use crate::scope::Scope;

pub(super) static VIEW: View = View {
    name: "analysis",
    help: "what is wrong here, counters of IP, ICMP, TCP and UDP of the namespace, and packet processing by CPU",
    owners: true,
    tables: &[
        &FINDINGS,
        &IP,
        &ICMP,
        &ICMP_MSG,
        &TCP,
        &UDP,
        &UDP_LITE,
        &IP6,
        &ICMP6,
        &UDP6,
        &UDP_LITE6,
        &PACKET_STATS_PER_CPU,
        &SNMP_OTHERS,
        &SNMP6_OTHERS,
    ],
};

macro_rules! groups {
    ($($id:ident $name:literal $path:literal $doc:literal;)*) => {
        $(static $id: TableDef = TableDef {
            name: $name,
            doc: $doc,
            scope: Some(Scope::Namespace),
            content: &CounterTable { path: $path, groups: Groups::One($name) },
        };)*
    };
}

groups! {
    IP "Ip" "snmp" "IPv4 packets, forwarding and fragments";
    TCP "Tcp" "snmp" "TCP connections and segments; retransmission timeout algorithm and bounds";
    UDP "Udp" "snmp" "UDP datagrams over IPv4";
    UDP_LITE "UdpLite" "snmp" "UDP-Lite datagrams over IPv4";
    IP6 "Ip6" "snmp6" "IPv6 packets, forwarding and fragments";
    UDP6 "Udp6" "snmp6" "UDP datagrams over IPv6";
    UDP_LITE6 "UdpLite6" "snmp6" "UDP-Lite datagrams over IPv6";
}

pub(super) static PACKET_STATS_PER_CPU: TableDef = TableDef {
    name: "packet_stats_per_cpu",
    doc: "packets processed by each CPU of the machine",
    scope: Some(Scope::Host),
    content: &FileTable::plain("softnet_stat"),
};

static SNMP_OTHERS: TableDef = TableDef {
    name: "snmp_others",
    doc: "groups of IPv4 and transports that this version does not know",
    scope: Some(Scope::Namespace),
    content: &CounterTable {
        path: "snmp",
        groups: Groups::AllBut(&["Ip", "Icmp", "IcmpMsg", "Tcp", "Udp", "UdpLite"]),
    },
};

static SNMP6_OTHERS: TableDef = TableDef {
    name: "snmp6_others",
    doc: "groups of IPv6 that this version does not know",
    scope: Some(Scope::Namespace),
    content: &CounterTable { path: "snmp6", groups: Groups::AllBut(&["Ip6", "Icmp6", "Udp6", "UdpLite6"]) },
};
