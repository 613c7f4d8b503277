//! Answers of rtnetlink that a kernel gave, against what was set in the namespace and what `ip` printed at the same
//! time.

mod common;

use std::net::IpAddr;

use procnet::rtnl::addr::Addr;
use procnet::rtnl::link::Link;
use procnet::rtnl::neigh::Neigh;
use procnet::rtnl::route::Route;
use procnet::rtnl::rule::Rule;
use procnet::table::Span;
use procnet::{AnyTable, Row, Table, Value};

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

fn text<R>(table: &Table<R>, span: Option<Span>) -> Option<String> {
    span.map(|span| String::from_utf8(table.texts.get(span).to_vec()).unwrap())
}

/// The name of a number, or the names of bits, in a column.
fn named<R: Row>(table: &Table<R>, row: &R, name: &str) -> String {
    let field = R::FIELDS.iter().position(|field| field.column.name == name).unwrap();
    match row.cell(field, &table.texts) {
        Value::Named(_, name) | Value::Label(name) => name.to_owned(),
        Value::Flags(bits, names) => {
            let set = names.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name);
            set.collect::<Vec<_>>().join(" ")
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn interfaces() {
    let table: Table<Link> = common::netlink_table("link");
    assert_eq!((table.len(), table.faults()), (5, 0));
    assert!(table.ending().unwrap().is_whole());
    let [lo, veth, bridge, other, part] = &table[..] else { panic!() };

    assert_eq!((lo.ifindex, text(&table, Some(lo.interface))), (1, Some("lo".into())));
    assert_eq!((lo.mtu, lo.link, lo.master, lo.kind), (Some(65536), None, None, None));
    assert_eq!((lo.rx_bytes, lo.tx_packets, lo.rx_errors), (Some(159_845), Some(107), Some(0)));
    assert_eq!(
        (named(&table, lo, "operstate"), named(&table, lo, "type")),
        ("UNKNOWN".into(), "loopback".into())
    );

    assert_eq!((veth.ifindex, text(&table, Some(veth.interface))), (2, Some("veth0".into())));
    assert_eq!(named(&table, veth, "flags"), "UP BROADCAST RUNNING MULTICAST LOWER_UP");
    assert_eq!((veth.mtu, veth.txqlen, veth.group), (Some(1400), Some(500), Some(7)));
    assert_eq!(text(&table, veth.address).unwrap(), "02:77:00:00:00:01");
    assert_eq!(text(&table, veth.kind).unwrap(), "veth");
    assert_eq!(text(&table, veth.qdisc).unwrap(), "noqueue");
    assert_eq!(text(&table, veth.alias).unwrap(), "the way out");
    assert_eq!(text(&table, veth.alt_names).unwrap(), "uplink uplink-b");
    assert_eq!((veth.link, veth.link_netnsid, veth.promiscuity), (Some(2), Some(0), Some(1)));
    assert_eq!((veth.num_tx_queues, veth.carrier, veth.carrier_changes), (Some(2), Some(1), Some(2)));
    assert_eq!((veth.rx_bytes, veth.rx_packets), (Some(942), Some(12)));
    assert_eq!((veth.tx_bytes, veth.tx_packets, veth.tx_dropped), (Some(1152), Some(15), Some(0)));
    assert_eq!((veth.min_mtu, veth.max_mtu, veth.gso_max_segs), (Some(68), Some(65535), Some(65535)));

    assert_eq!((bridge.multicast, bridge.rx_bytes, bridge.tx_bytes), (Some(6), Some(432), Some(704)));
    assert_eq!((other.link, part.link, part.master), (Some(5), Some(4), Some(3)));
    assert_eq!((text(&table, part.slave_kind), part.allmulti), (Some("bridge".into()), Some(1)));
}

#[test]
fn addresses() {
    let table: Table<Addr> = common::netlink_table("addr");
    assert_eq!((table.len(), table.faults()), (11, 0));
    let of = |address: &str| table.iter().find(|row| row.address == ip(address)).unwrap();

    let first = of("10.77.0.1");
    assert_eq!((first.ifindex, first.prefix_length, first.broadcast), (2, 24, ip("10.77.0.255")));
    assert_eq!(text(&table, first.label).unwrap(), "veth0:x");
    assert_eq!((first.peer, first.valid_lft, first.preferred_lft), (None, None, None));
    assert_eq!(
        (named(&table, first, "family"), named(&table, first, "addr_scope")),
        ("inet".into(), "universe".into())
    );
    assert_eq!(named(&table, first, "flags"), "PERMANENT");

    let second = of("10.77.0.3");
    assert_eq!((second.valid_lft, second.preferred_lft), (Some(998), Some(498)));
    assert_eq!(named(&table, second, "flags"), "SECONDARY");
    assert_eq!((of("10.99.0.1").peer, of("10.99.0.1").prefix_length), (ip("10.99.0.2"), 32));

    let old = of("fd77::3");
    assert_eq!((old.valid_lft, old.preferred_lft, old.label), (Some(1998), Some(0), None));
    assert_eq!(named(&table, old, "flags"), "NODAD DEPRECATED NOPREFIXROUTE");
    let link_local = of("fe80::77:ff:fe00:1");
    assert_eq!(named(&table, link_local, "addr_scope"), "link");
    assert_eq!(named(&table, link_local, "protocol"), "kernel_ll");
    assert_eq!(named(&table, of("127.0.0.1"), "addr_scope"), "host");
}

#[test]
fn neighbours() {
    let table: Table<Neigh> = common::netlink_table("neigh");
    assert_eq!((table.len(), table.faults()), (22, 0));
    let of = |address: &str| table.iter().find(|row| row.dst == ip(address)).unwrap();
    let told = |address: &str| (named(&table, of(address), "state"), text(&table, of(address).lladdr));

    assert_eq!(told("10.77.0.66"), ("PERMANENT".into(), Some("02:77:00:00:00:66".into())));
    assert_eq!(told("10.77.0.2"), ("REACHABLE".into(), Some("02:77:00:00:00:02".into())));
    assert_eq!(told("10.88.0.9"), ("STALE".into(), Some("02:77:00:00:00:02".into())));
    assert_eq!(told("10.77.0.78"), ("INCOMPLETE".into(), None));
    assert_eq!(told("fd77::2"), ("REACHABLE".into(), Some("02:77:00:00:00:02".into())));
    assert_eq!(told("ff02::1:ff00:1"), ("NOARP".into(), Some("33:33:ff:00:00:01".into())));
    assert_eq!(named(&table, of("fd77::99"), "flags"), "ROUTER");
    assert_eq!((of("10.77.0.78").probes, of("10.77.0.78").ref_count), (Some(4), Some(1)));
    // Hundredths of a second; `ip` said 60, 0 and 0 seconds.
    let stale = of("10.88.0.9");
    assert_eq!((stale.confirmed, stale.used, stale.updated), (Some(6095), Some(95), Some(95)));
    assert_eq!((stale.ifindex, named(&table, stale, "neigh_type")), (2, "UNICAST".into()));
}

#[test]
fn routes() {
    let table: Table<Route> = common::netlink_table("route");
    assert_eq!((table.len(), table.faults()), (37, 0));
    let of = |dst: &str| table.iter().find(|row| row.dst == ip(dst)).unwrap();

    let full = of("192.0.2.0");
    assert_eq!((full.prefix_length, full.table_id.0, full.priority), (24, 254, Some(50)));
    assert_eq!((full.gateway, full.oif, full.prefsrc), (ip("10.77.0.2"), Some(2), ip("10.77.0.1")));
    assert_eq!((full.mtu, full.advmss, full.window), (Some(1300), Some(1200), Some(20000)));
    // `ip` was told 100 ms.
    assert_eq!((full.rtt, full.hoplimit, full.quickack), (Some(800), Some(33), Some(1)));
    assert_eq!((full.initcwnd, full.initrwnd, full.hop), (Some(20), Some(30), None));
    assert_eq!(
        (named(&table, full, "protocol"), named(&table, full, "route_scope")),
        ("static".into(), "universe".into())
    );

    assert_eq!((of("192.0.3.0").gateway, of("192.0.4.0").nh_id), (ip("fd77::2"), Some(12)));
    assert_eq!(named(&table, of("203.0.113.0"), "route_type"), "UNREACHABLE");
    assert_eq!(named(&table, of("203.0.114.0"), "route_type"), "BLACKHOLE");
    assert_eq!(named(&table, of("10.77.0.255"), "route_type"), "BROADCAST");
    assert_eq!((of("10.77.0.1").table_id.0, of("10.77.0.1").oif), (255, Some(2)));

    let default = of("::");
    assert_eq!((default.prefix_length, default.src, default.src_prefix_length), (0, ip("2001:db8:5::"), 48));
    let advertised = of("2001:db8:1::");
    assert_eq!(
        (named(&table, advertised, "protocol"), named(&table, advertised, "pref")),
        ("ra".into(), "high".into())
    );
    // `ip` said 2997 seconds.
    assert_eq!((advertised.expires, default.expires), (Some(299_727), None));
}

#[test]
fn a_route_with_several_next_hops_is_a_row_for_each() {
    let table: Table<Route> = common::netlink_table("route");
    let hops = |dst: &str| {
        let rows = table.iter().filter(|row| row.dst == ip(dst));
        rows.map(|row| (row.hop, row.gateway, row.weight, row.oif, row.table_id.0)).collect::<Vec<_>>()
    };
    assert_eq!(
        hops("198.51.100.0"),
        [
            (Some(1), ip("10.77.0.2"), Some(3), Some(2), 100),
            (Some(2), ip("10.77.0.66"), Some(5), Some(2), 100),
        ]
    );
    assert_eq!(
        hops("2001:db8:2::"),
        [(Some(1), ip("fd77::2"), Some(2), Some(2), 254), (Some(2), ip("fd77::99"), Some(4), Some(2), 254),]
    );
}

#[test]
fn rules() {
    let table: Table<Rule> = common::netlink_table("rule");
    assert_eq!((table.len(), table.faults()), (13, 0));
    let of = |priority: u32| table.iter().find(|row| row.priority == priority).unwrap();

    let full = of(100);
    assert_eq!((full.src, full.src_prefix_length), (ip("10.77.0.0"), 24));
    assert_eq!((full.dst, full.dst_prefix_length), (ip("192.0.2.0"), 25));
    assert_eq!((text(&table, full.iif), text(&table, full.oif)), (Some("lo".into()), Some("veth0".into())));
    assert_eq!((full.fwmark, full.fwmask, full.table_id.0), (Some(16), Some(255), 100));
    assert_eq!((full.uid_start, full.uid_end), (Some(5), Some(9)));
    assert_eq!((full.sport_start, full.sport_end), (Some(1000), Some(2000)));
    assert_eq!((full.dport_start, full.dport_end), (Some(443), Some(443)));
    assert_eq!(
        (named(&table, full, "ip_proto"), named(&table, full, "protocol")),
        ("tcp".into(), "static".into())
    );
    assert_eq!((named(&table, full, "action"), full.suppress_prefixlength), ("lookup".into(), None));

    assert_eq!((named(&table, of(200), "action"), of(200).tos), ("unreachable".into(), 16));
    assert_eq!((of(300).suppress_prefixlength, of(300).suppress_ifgroup), (Some(0), Some(7)));
    assert_eq!((named(&table, of(400), "action"), of(400).goto), ("goto".into(), Some(32766)));
    assert_eq!((named(&table, of(40_000), "flags"), of(40_000).fwmark), ("not".into(), Some(7)));
    assert_eq!((of(600).src, of(600).dport_start, of(600).table_id.0), (ip("2001:db8:5::"), Some(53), 200));
    assert_eq!(of(0).table_id.0, 255);
}
