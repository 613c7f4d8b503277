//! Files of sockets, addresses, multicast and figures: what their decoders make of what a kernel printed, of
//! fewer and more columns, and of lines that no kernel prints.

mod common;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use procnet::proc::anycast6::Anycast6;
use procnet::proc::connector::Connector;
use procnet::proc::counter::{Counter, Number};
use procnet::proc::if_inet6::IfInet6;
use procnet::proc::igmp::Igmp;
use procnet::proc::igmp6::Igmp6;
use procnet::proc::ip_mr_cache::MrCache;
use procnet::proc::ip_mr_vif::IpMrVif;
use procnet::proc::ip6_flowlabel::FlowLabel;
use procnet::proc::ip6_mr_vif::Ip6MrVif;
use procnet::proc::mcfilter::Mcfilter;
use procnet::proc::mcfilter6::Mcfilter6;
use procnet::proc::netlink::Netlink;
use procnet::proc::packet::Packet;
use procnet::proc::pnp::Pnp;
use procnet::proc::protocols::Protocol;
use procnet::proc::psched::Psched;
use procnet::proc::ptype::Ptype;
use procnet::proc::sctp::{Address, Association, Endpoint};
use procnet::proc::unix::Unix;
use procnet::proc::wireless::Wireless;
use procnet::table::Span;
use procnet::word::Wrapped;
use procnet::{AnyTable, Endian, Row, Table, Value, proc};

fn decode_as<R: Row>(endian: Endian, path: &str, bytes: &str) -> Arc<Table<R>> {
    let mut decoder = proc::find(path).unwrap().decoder(endian);
    decoder.feed(bytes.as_bytes());
    decoder.finish().into_any().downcast().unwrap()
}

fn decode<R: Row>(path: &str, bytes: &str) -> Arc<Table<R>> {
    decode_as(Endian::Little, path, bytes)
}

/// A table that has this line after its header.
fn line<R: Row>(path: &str, line: &str) -> Arc<Table<R>> {
    let table = decode(path, &format!("header\n{line}\n"));
    assert_eq!(table.faults(), 0, "{line:?}: {:?}", table.first_fault());
    table
}

fn fixture<R: Row>(path: &str) -> Arc<Table<R>> {
    let table = decode(path, &String::from_utf8(common::read(path)).unwrap());
    assert_eq!(table.faults(), 0, "{path}: {:?}", table.first_fault());
    table
}

fn text<R>(table: &Table<R>, span: Span) -> &str {
    std::str::from_utf8(table.texts.get(span)).unwrap()
}

fn optional<R>(table: &Table<R>, span: Option<Span>) -> Option<&str> {
    span.map(|span| text(table, span))
}

/// The value of a column of a row.
fn cell<'a, R: Row>(table: &'a Table<R>, row: usize, column: &str) -> Value<'a> {
    let field = R::FIELDS.iter().position(|field| field.column.name == column);
    table.cell(row, field.unwrap_or_else(|| panic!("no column {column}")))
}

fn v4(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn unix_paths_with_blanks_and_abstract_names() {
    let table = fixture::<Unix>("unix");
    let place = |path| table.iter().position(|row| optional(&table, row.path) == Some(path)).unwrap();
    let listen = place("/run/demo/listen.sock");
    assert_eq!((table[listen].ref_count, table[listen].protocol), (2, 0));
    assert!(matches!(cell(&table, listen, "flags"), Value::Flags(0x1_0000, [(0x1_0000, "listening")])));
    assert_eq!(cell(&table, listen, "type"), Value::Named(1, "stream"));
    assert_eq!(cell(&table, listen, "st"), Value::Named(1, "UNCONNECTED"));
    assert_eq!(cell(&table, place("/run/demo/with two  spaces "), "type"), Value::Named(2, "dgram"));
    assert_eq!(cell(&table, place("@seq packet@x"), "type"), Value::Named(5, "seqpacket"));
    assert!(table.iter().any(|row| row.path.is_none() && row.st.0 == 3), "a pair has no path");
    let waiting = table.iter().position(|row| row.inode == 0).unwrap();
    assert_eq!(cell(&table, waiting, "st"), Value::Named(2, "CONNECTING"));
    assert_eq!(optional(&table, table[waiting].path), Some("/run/demo/listen.sock"));
}

#[test]
fn unix_paths_begin_one_blank_after_the_inode() {
    let row = |end: &str| format!("0000000000000000: 00000002 00000000 00000000 0009 05    12{end}");
    let path = |end: &str| {
        let table = line::<Unix>("unix", &row(end));
        assert_eq!(table[0].inode, 12);
        optional(&table, table[0].path).map(str::to_owned)
    };
    assert_eq!(path(""), None);
    assert_eq!(path("   /a "), Some("  /a ".into()));
    assert_eq!(path(" @"), Some("@".into()));
    let table = line::<Unix>("unix", &row(""));
    assert_eq!((cell(&table, 0, "type"), cell(&table, 0, "st")), (Value::Unsigned(9), Value::Unsigned(5)));
    // The rest of a path with a newline is a line of its own, and no row.
    let table = decode::<Unix>("unix", &format!("header\n{}\n", row(" /tmp/a\n/b")));
    assert_eq!((table.len(), table.faults()), (1, 1));
    assert_eq!(optional(&table, table[0].path), Some("/tmp/a"));
}

#[test]
fn netlink_sockets() {
    let table = fixture::<Netlink>("netlink");
    let place = table.iter().position(|row| row.portid == 4242).unwrap();
    assert_eq!(cell(&table, place, "protocol"), Value::Named(0, "ROUTE"));
    assert_eq!(cell(&table, place, "groups"), Value::Flags(0x11, &[]));
    assert_eq!((table[place].locks, table[place].dump.0, table[place].drops), (2, 0, Some(0)));
    assert!(table[place].rmem > 0);
    assert!(table.iter().any(|row| row.portid == 0xffff_f000));
    let generic = table.iter().position(|row| row.protocol.0 == 16 && row.portid == 4243).unwrap();
    assert_eq!(cell(&table, generic, "protocol"), Value::Named(16, "GENERIC"));
    // Fewer columns, more columns, and the dump of kernels before 3.12.
    let old = line::<Netlink>("netlink", "ffff8800 99 17 00000000 0 0 ffff880012345678 2");
    assert_eq!((old[0].drops, old[0].inode, old[0].dump.0), (None, None, 0xffff_8800_1234_5678));
    assert_eq!(cell(&old, 0, "protocol"), Value::Unsigned(99));
    let new = line::<Netlink>("netlink", "0 0 17 00000000 0 0 1 2 3 4 extra");
    assert_eq!((new[0].drops, new[0].inode), (Some(3), Some(4)));
    assert_eq!((new.extra_columns(), new.extra_cell(0, 11)), (vec![11], Value::Text(b"extra")));
}

#[test]
fn packet_sockets() {
    let table = fixture::<Packet>("packet");
    assert_eq!(cell(&table, 0, "type"), Value::Named(3, "raw"));
    assert_eq!(cell(&table, 0, "proto"), Value::Named(3, "ALL"));
    assert_eq!((table[0].iface, table[0].running, table[0].uid), (0, 1, 0));
    let bound = table.iter().position(|row| row.proto.0 == 0x800).unwrap();
    assert_eq!(cell(&table, bound, "type"), Value::Named(2, "dgram"));
    assert_eq!(cell(&table, bound, "proto"), Value::Named(0x800, "IP"));
    assert!(table[bound].rmem > 0 && table[bound].iface > 0);
    assert!(table.iter().any(|row| row.proto.0 == 0 && row.running == 0 && row.ref_cnt == 2));
    let new = line::<Packet>("packet", "0 3 10 88b5   3     1 0      1000   77 x");
    assert_eq!(cell(&new, 0, "type"), Value::Named(10, "packet"));
    assert_eq!(cell(&new, 0, "proto"), Value::Unsigned(0x88b5));
    assert_eq!((new[0].uid, new[0].inode, new.extra_columns()), (1000, 77, vec![10]));
}

#[test]
fn ipv6_addresses_of_interfaces() {
    let table = fixture::<IfInet6>("if_inet6");
    let place =
        |address: &str| table.iter().position(|row| IpAddr::V6(row.address.0) == ip(address)).unwrap();
    let loopback = place("::1");
    assert_eq!((table[loopback].ifindex.0, table[loopback].prefix_length.0), (1, 128));
    assert_eq!(cell(&table, loopback, "addr_scope"), Value::Named(0x10, "loopback"));
    assert_eq!(text(&table, table[loopback].interface), "lo");
    assert_eq!(cell(&table, place("fe80::ff:fe00:1"), "addr_scope"), Value::Named(0x20, "linklocal"));
    let flags = |address| table[place(address)].flags.0;
    // PERMANENT and TENTATIVE, PERMANENT and NODAD, DEPRECATED and NODAD.
    assert_eq!((flags("2001:db8::77"), flags("2001:db8::1"), flags("2001:db8::2")), (0xc0, 0x82, 0x22));
    assert!(table.iter().any(|row| text(&table, row.interface) == "bridge-to-lan01"));
    let many = decode::<IfInet6>("if_inet6", "20010db8000000000000000000000001 1a2b 40 00 80 veth0 more\n");
    assert_eq!((many[0].ifindex.0, many.extra_columns()), (0x1a2b, vec![7]));
    let short = decode::<IfInet6>("if_inet6", "20010db8 01 40 00 80 lo\n::1 01 80 10 80 lo\n");
    assert_eq!((short.len(), short.faults()), (0, 2));
}

#[test]
fn igmp_groups_with_what_is_said_of_their_interface() {
    let table = fixture::<Igmp>("igmp");
    let row = table.iter().find(|row| row.group.0 == v4("239.1.2.3")).unwrap();
    assert_eq!((row.idx, text(&table, row.device), row.count, row.users), (2, "v0", 3, 2));
    assert_eq!((optional(&table, row.querier), row.tm_running, row.timer), (Some("V3"), 0, None));
    assert_eq!(row.reporter, Some(0));
    // A name that is as wide as its column stands at the colon.
    let glued = table.iter().find(|row| row.idx == 3).unwrap();
    assert_eq!((text(&table, glued.device), glued.group.0), ("bridge-to-lan01", v4("224.0.0.1")));
    assert_eq!(table.iter().filter(|row| row.idx == 2).count(), 3);
}

#[test]
fn igmp_timers_byte_orders_and_groups_without_interface() {
    let file = |group: &str| format!("Idx\n2\teth0      :     1      V2\n\t\t\t\t{group}\n");
    let table = decode::<Igmp>("igmp", &file("010000E0     1 1:00000064\t\t1"));
    assert_eq!((table[0].timer, table[0].reporter), (Some(100), Some(1)));
    let table = decode_as::<Igmp>(Endian::Big, "igmp", &file("E0000001     1 0:00000000\t\t0"));
    assert_eq!(table[0].group.0, v4("224.0.0.1"));
    let short = decode::<Igmp>("igmp", &file("010000E0     1 0:00000000"));
    assert_eq!((short[0].reporter, short.faults()), (None, 0));
    let long = decode::<Igmp>("igmp", &file("010000E0     1 0:00000000\t\t0 7"));
    assert_eq!((long.extra_columns(), long.extra_cell(0, 9)), (vec![9], Value::Text(b"7")));
    let orphan = decode::<Igmp>("igmp", "Idx\n\t\t\t\t010000E0     1 0:00000000\t\t0\n");
    assert_eq!((orphan.len(), orphan.first_fault().map(|fault| fault.line)), (0, Some(2)));
    // The groups of an interface that cannot be read are not given to the one before it.
    let bad = file("010000E0     1 0:00000000\t\t0") + "x\ty\n\t\t\t\t020000E0     1 0:00000000\t\t0\n";
    let table = decode::<Igmp>("igmp", &bad);
    assert_eq!((table.len(), table.faults()), (1, 2));
}

#[test]
fn igmp6_groups() {
    let table = fixture::<Igmp6>("igmp6");
    let place = |group: &str| {
        let of = |row: &Igmp6| IpAddr::V6(row.group.0) == ip(group) && row.ifindex == 2;
        table.iter().position(of).unwrap()
    };
    let joined = place("ff05::1:3");
    assert_eq!((text(&table, table[joined].interface), table[joined].users), ("v0", 1));
    assert_eq!((table[joined].flags.0, table[joined].timer), (4, None));
    // Two addresses end alike: their solicited-node group has two users.
    assert_eq!(table[place("ff02::1:ff00:1")].users, 2);
    assert_eq!(table[place("ff02::1")].flags.0, 12);
    let bytes = "2 eth0 ff020000000000000000000000000001 1 00000005 250 9\n2 eth0 ff020000000000000000000000000001 1 00000005 -3\n";
    let table = decode::<Igmp6>("igmp6", bytes);
    assert_eq!((table[0].timer, table[1].timer, table.extra_columns()), (Some(250), Some(-3), vec![7]));
}

#[test]
fn source_filters_are_in_network_order_on_any_machine() {
    let table = fixture::<Mcfilter>("mcfilter");
    assert_eq!(table.len(), 3);
    let include = &table[0];
    assert_eq!((include.mca.0, include.src.0), (v4("232.1.1.1"), v4("192.0.2.9")));
    assert_eq!((include.inc, include.exc, text(&table, include.device)), (1, 0, "v0"));
    let exclude = &table[2];
    assert_eq!((exclude.mca.0, exclude.src.0), (v4("239.1.2.3"), v4("203.0.113.66")));
    assert_eq!((exclude.inc, exclude.exc), (0, 2));
    let big = decode_as::<Mcfilter>(Endian::Big, "mcfilter", "h\n  2 bridge 0xe8010101 0xc0000209 1 0\n");
    assert_eq!((big[0].mca.0, big[0].src.0), (include.mca.0, include.src.0));
    let bare = decode::<Mcfilter>("mcfilter", "h\n  2 v0 e8010101 c0000209 1 0\n");
    assert_eq!((bare.len(), bare.faults()), (0, 1));
    let table = fixture::<Mcfilter6>("mcfilter6");
    assert_eq!(IpAddr::V6(table[0].multicast_address.0), ip("ff3e::8000:1"));
    assert_eq!(IpAddr::V6(table[0].source_address.0), ip("2001:db8::9"));
    assert_eq!((table[0].inc, table[0].exc, table[1].inc, table[1].exc), (1, 0, 0, 1));
}

#[test]
fn anycast_addresses() {
    let table = fixture::<Anycast6>("anycast6");
    let asked = table.iter().find(|row| IpAddr::V6(row.address.0) == ip("2001:db8::aaaa")).unwrap();
    assert_eq!((asked.ifindex, text(&table, asked.interface), asked.users), (2, "v0", 1));
    let router = table.iter().find(|row| IpAddr::V6(row.address.0) == ip("2001:db8::")).unwrap();
    assert!(router.users > 1);
}

#[test]
fn interfaces_of_multicast_routing() {
    let table = fixture::<IpMrVif>("ip_mr_vif");
    let names: Vec<_> = table.iter().map(|row| text(&table, row.interface)).collect();
    assert_eq!(names, ["v0", "bridge-to-lan01", "pimreg"]);
    let local = |row: &IpMrVif| row.local.map(|address| address.0);
    assert_eq!((local(&table[0]), table[0].lcl_ifindex), (Some(v4("192.0.2.1")), None));
    assert_eq!((local(&table[1]), table[1].lcl_ifindex), (None, Some(3)));
    assert_eq!((table[0].bytes_in, table[0].pkts_in), (Wrapped(640), Wrapped(5)));
    assert_eq!((table[1].bytes_out, table[1].pkts_out), (Wrapped(640), Wrapped(5)));
    assert!(matches!(cell(&table, 2, "flags"), Value::Flags(4, _)));
    let row = " 1 none 0 0 0 0 00009 00000003 090200C0 more";
    let new = line::<IpMrVif>("ip_mr_vif", row);
    assert_eq!(
        (new[0].lcl_ifindex, new[0].remote.map(|address| address.0)),
        (Some(3), Some(v4("192.0.2.9")))
    );
    assert_eq!(new.extra_columns(), [10]);
    let big = " 0 eth0 0 0 0 0 00000 C0000201 00000000";
    let big = decode_as::<IpMrVif>(Endian::Big, "ip_mr_vif", &format!("header\n{big}\n"));
    assert_eq!(local(&big[0]), Some(v4("192.0.2.1")));
    let table = fixture::<Ip6MrVif>("ip6_mr_vif");
    assert_eq!((table[0].bytes_in, table[1].bytes_out), (Wrapped(740), Wrapped(740)));
    assert!(matches!(cell(&table, 2, "flags"), Value::Flags(1, [(1, "REGISTER")])));
}

#[test]
fn figures_past_the_largest_number_with_a_sign() {
    let bytes = |bytes: &str| {
        let row = format!(" 0 eth0 {bytes} 0 0 0 00000");
        line::<Ip6MrVif>("ip6_mr_vif", &row)[0].bytes_in.0
    };
    assert_eq!(bytes("-1"), u64::from(u32::MAX));
    assert_eq!(bytes("-2147483648"), 1 << 31);
    assert_eq!(bytes("-9223372036854775808"), 1 << 63);
    assert_eq!(bytes("18446744073709551615"), u64::MAX);
}

#[test]
fn multicast_routes_and_what_waits_for_one() {
    for (path, group, origin, bytes, oifs) in [
        ("ip_mr_cache", "239.9.9.9", "192.0.2.9", 640, "1:1 2:64"),
        ("ip6_mr_cache", "ff0e::9", "2001:db8::9", 740, "1:1"),
    ] {
        let table = fixture::<MrCache>(path);
        assert_eq!((table[0].group, table[0].origin, table[0].iif), (ip(group), ip(origin), Some(0)));
        let figures = (table[0].pkts, table[0].bytes, table[0].wrong);
        assert_eq!(figures, (Some(Wrapped(5)), Some(Wrapped(bytes)), Some(Wrapped(0))));
        assert_eq!(optional(&table, table[0].oifs), Some(oifs));
        let waiting = &table[1];
        assert_eq!((waiting.origin, waiting.iif), (ip(origin), None));
        assert_eq!((waiting.pkts, waiting.bytes, waiting.wrong, waiting.oifs), (None, None, None, None));
    }
    let big = decode_as::<MrCache>(Endian::Big, "ip_mr_cache", "h\nEF090909 C0000209 0 1 2 3\n");
    assert_eq!((big[0].group, big[0].origin), (ip("239.9.9.9"), ip("192.0.2.9")));
    let short = line::<MrCache>("ip_mr_cache", "090909EF 090200C0 0");
    assert_eq!((short[0].iif, short[0].pkts), (Some(0), None));
}

#[test]
fn flow_labels_have_an_owner_by_share() {
    let table = fixture::<FlowLabel>("ip6_flowlabel");
    let of = |label| table.iter().position(|row| row.label.0 == label).unwrap();
    assert_eq!(cell(&table, of(0x12345), "share"), Value::Named(1, "EXCL"));
    assert_eq!(table[of(0x12345)].owner, None);
    assert_eq!(cell(&table, of(0xabc), "share"), Value::Named(255, "ANY"));
    assert_eq!(table[of(0xabc)].owner, None);
    // Owned by root, whose number is 0, and by a process.
    assert_eq!((table[of(0xfffff)].share.0, table[of(0xfffff)].owner), (3, Some(0)));
    assert!(table[of(0x777)].owner.is_some_and(|owner| owner > 0));
    let row = &table[of(0x12345)];
    assert_eq!((row.users, row.linger, row.expires, row.opt), (1, 30, 599, Some(0)));
    assert_eq!(IpAddr::V6(row.dst.0), ip("2001:db8::9"));
    let late = "00001 1 0 0 6 -12 20010db8000000000000000000000009";
    assert_eq!(line::<FlowLabel>("ip6_flowlabel", late)[0].expires, -12);
}

#[test]
fn protocols_and_their_methods() {
    let table = fixture::<Protocol>("protocols");
    let place = |name| table.iter().position(|row| text(&table, row.protocol) == name).unwrap();
    let tcp = &table[place("TCP")];
    assert_eq!((optional(&table, tcp.press), text(&table, tcp.slab)), (Some("no"), "yes"));
    assert_eq!((text(&table, tcp.module), tcp.maxhdr), ("kernel", 192));
    assert!(tcp.sockets > 0 && tcp.memory.is_some() && tcp.size > 1000);
    // All but sendpage, which the kernel no longer has, and bind.
    assert_eq!(tcp.methods.0, 0x7_ffff & !0x3000);
    let packet = &table[place("PACKET")];
    assert_eq!((packet.memory, packet.press, packet.methods.0), (None, None, 0));
    assert!(table.extra_columns().is_empty());
}

#[test]
fn methods_follow_the_header() {
    let file = |methods: &str, row: &str| {
        format!(
            "protocol size sockets memory press maxhdr slab module {methods}\nTCP 2000 1 5 yes 192 no ipv6 {row}\n"
        )
    };
    let old = decode::<Protocol>("protocols", &file("cl re sp bi", "y n y y"));
    assert_eq!(old[0].methods.0, 0x1 | 0x1000 | 0x2000);
    let new = decode::<Protocol>("protocols", &file("cl zz bi", "y y n z"));
    assert_eq!((new[0].methods.0, new.extra_columns()), (1, vec![10, 12]));
    let short = decode::<Protocol>("protocols", &file("cl co", "y"));
    assert_eq!((short[0].methods.0, short.faults()), (1, 0));
    assert_eq!((short[0].memory, optional(&short, short[0].press)), (Some(5), Some("yes")));
}

#[test]
fn functions_that_take_packets() {
    let table = fixture::<Ptype>("ptype");
    let all: Vec<_> = table
        .iter()
        .filter(|row| row.r#type.0 == 3)
        .map(|row| (optional(&table, row.device), text(&table, row.function)))
        .collect();
    assert_eq!(
        all,
        [(Some("v0"), "packet_rcv"), (Some("bridge-to-lan01"), "packet_rcv"), (None, "packet_rcv")]
    );
    let ip = table.iter().position(|row| row.r#type.0 == 0x800).unwrap();
    assert_eq!(cell(&table, ip, "type"), Value::Named(0x800, "IP"));
    assert_eq!((table[ip].device, text(&table, table[ip].function)), (None, "ip_rcv"));
    let module = line::<Ptype>("ptype", "88cc eth0     packet_rcv [af_packet]");
    assert_eq!(
        (optional(&module, module[0].device), text(&module, module[0].function)),
        (Some("eth0"), "packet_rcv [af_packet]")
    );
    let module = line::<Ptype>("ptype", "0004          llc_rcv [llc]");
    assert_eq!((module[0].device, text(&module, module[0].function)), (None, "llc_rcv [llc]"));
    let bad = decode::<Ptype>("ptype", "h\n0800\n0800 eth0\nzzzz          f\n\u{e9}\u{e9}\u{e9}\u{e9}\n");
    assert_eq!((bad.len(), bad.faults()), (0, 4));
}

#[test]
fn clock_settings_and_connector() {
    let clock = fixture::<Psched>("psched");
    let figures = (clock[0].t2us.0, clock[0].us2t.0, clock[0].clock_res.0, clock[0].hz.map(|hz| hz.0));
    assert_eq!((clock.len(), figures), (1, (1000, 64, 1_000_000, Some(1_000_000_000))));
    let settings = |bytes: &str| {
        let table = decode::<Pnp>("pnp", bytes);
        assert_eq!(table.faults(), 0);
        let row =
            |row: &Pnp| (text(&table, row.name).to_owned(), optional(&table, row.value).map(str::to_owned));
        table.iter().map(row).collect::<Vec<_>>()
    };
    let captured = settings(&String::from_utf8(common::read("pnp")).unwrap());
    assert_eq!(captured[0], ("PROTO".into(), Some("DHCP".into())));
    assert_eq!(captured[2], ("nameserver".into(), Some("192.0.2.53".into())));
    assert_eq!(settings("#MANUAL\n"), [("MANUAL".into(), None)]);
    let table = fixture::<Connector>("connector");
    assert_eq!((text(&table, table[0].name), table[0].idx, table[0].val), ("cn_proc", 1, 1));
    let table = line::<Connector>("connector", "two words       4294967295:7");
    assert_eq!((text(&table, table[0].name), table[0].idx, table[0].val), ("two words", u32::MAX, 7));
    assert_eq!(decode::<Connector>("connector", "h\nname 1\nname\n:\n").faults(), 3);
}

fn counter(path: &str, group: &str, name: &str) -> Option<Number> {
    let table = fixture::<Counter>(path);
    let named = |row: &&Counter| (text(&table, row.group), text(&table, row.name)) == (group, name);
    table.iter().find(named).map(|row| row.value)
}

#[test]
fn counter_files_by_group_and_name() {
    let number = |number| Some(Number::Unsigned(number));
    assert_eq!(counter("dev_snmp6/lo", "", "ifIndex"), number(1));
    assert_eq!(counter("dev_snmp6/v0", "", "ifIndex"), number(2));
    assert_ne!(counter("dev_snmp6/v0", "Ip6", "InReceives"), number(0));
    assert_eq!(counter("dev_snmp6/v0", "Icmp6", "InType143"), number(1));
    assert_eq!(counter("xfrm_stat", "Xfrm", "XfrmInNoStates"), number(0));
    assert_eq!(counter("tls_stat", "Tls", "TlsTxSw"), number(17));
    assert_eq!(counter("sctp/snmp", "Sctp", "SctpOutCtrlChunks"), number(211));
    assert_eq!(counter("sockstat", "sockets", "used"), number(37));
    assert_eq!(counter("sockstat", "TCP", "inuse"), number(3));
    assert_eq!(counter("sockstat", "FRAG", "memory"), number(0));
    assert_eq!(counter("sockstat6", "TCP6", "inuse"), number(1));
    assert_eq!(counter("sockstat6", "TCP6", "mem"), None);
}

#[test]
fn levels_that_are_cut_keep_the_pairs_before() {
    let table = decode::<Counter>("sockstat", "TCP: inuse -1 orphan 2 tw\nnothing\nUDP:\n");
    let values: Vec<_> = table.iter().map(|row| row.value).collect();
    assert_eq!(values, [Number::Negative(-1), Number::Unsigned(2)]);
    assert_eq!(table.faults(), 2);
}

#[test]
fn radio_links_with_and_without_points() {
    let table = fixture::<Wireless>("wireless");
    let first = &table[0];
    assert_eq!((text(&table, first.interface), first.iw_status.0), ("wlan0", 0));
    assert_eq!((first.link.0, first.level.0, first.noise.0), (58, -52, -256));
    assert_eq!(
        (first.crypt, first.retry, first.misc, first.beacon),
        (Wrapped(3), Wrapped(17), Wrapped(4), Some(Wrapped(2)))
    );
    let second = &table[1];
    assert_eq!((second.iw_status.0, second.link.0, second.level.0), (0x1f, 70, 200));
    assert_eq!(second.retry, Wrapped(4_000_000_000));
    let old = decode::<Wireless>("wireless", "h\nh\neth1:0000 1. 2. 3. 4 5 6 7 8\n");
    assert_eq!((old[0].misc, old[0].beacon), (Wrapped(8), None));
}

#[test]
fn sctp_endpoints_and_associations() {
    let table = fixture::<Endpoint>("sctp/eps");
    assert_eq!(cell(&table, 0, "sty"), Value::Named(2, "TCP"));
    assert_eq!(cell(&table, 0, "sst"), Value::Named(10, "LISTENING"));
    assert_eq!((table[0].hbkt, table[0].lport, table[0].uid, table[0].inode), (16, 3868, 1003, 227_065));
    assert_eq!(optional(&table, table[0].laddrs), Some("192.0.2.1 198.51.100.1"));
    let table = fixture::<Association>("sctp/assocs");
    let first = &table[0];
    assert_eq!(cell(&table, 0, "st"), Value::Named(3, "ESTABLISHED"));
    assert_eq!((first.assoc_id, first.tx_queue, first.rx_queue), (60, 496, 0));
    assert_eq!((first.uid, first.inode, first.lport, first.rport), (1003, 227_066, 3868, 55312));
    assert_eq!(optional(&table, first.laddrs), Some("*192.0.2.1 198.51.100.1"));
    assert_eq!(optional(&table, first.raddrs), Some("*192.0.2.9 198.51.100.9"));
    assert_eq!(
        (first.hbint, first.ins, first.outs, first.maxrt),
        (Some(30000), Some(10), Some(12), Some(10))
    );
    assert_eq!((first.rtxc, first.wmema, first.wmemq), (Some(7), Some(497), Some(496)));
    assert_eq!((table[1].t1x, table[1].rcvbuf), (Some(1), Some(212_992)));
    assert_eq!(optional(&table, table[1].raddrs), Some("*2001:0db8:0000:0000:0000:0000:0000:0009"));
}

#[test]
fn sctp_associations_of_other_kernels() {
    let start = "0 0 2 1 3 0 60 1 2 0 9 10 11  ";
    let row = |end: &str| line::<Association>("sctp/assocs", &format!("{start}{end}"));
    let short = row("10.0.0.1 <-> *10.0.0.2 10.0.0.3 ");
    assert_eq!(optional(&short, short[0].raddrs), Some("*10.0.0.2 10.0.0.3"));
    assert_eq!((short[0].hbint, short[0].rcvbuf), (None, None));
    let seven = row("10.0.0.1 <-> *10.0.0.2 \t    1000     2     3   10    0    0        4");
    assert_eq!((seven[0].outs, seven[0].rtxc, seven[0].wmema), (Some(3), Some(4), None));
    let more = row("10.0.0.1 <-> *10.0.0.2 \t1 2 3 4 5 6 7 8 9 10 11 new");
    assert_eq!((more[0].rcvbuf, more.extra_columns()), (Some(11), vec![28]));
    let none = row("<-> ");
    assert_eq!((none[0].laddrs, none[0].raddrs), (None, None));
    let left = row("<-> 10.0.0.2 ");
    assert_eq!((left[0].laddrs, optional(&left, left[0].raddrs)), (None, Some("10.0.0.2")));
}

#[test]
fn sctp_addresses_of_peers() {
    let table = fixture::<Address>("sctp/remaddr");
    let first = &table[0];
    assert_eq!((first.addr, first.assoc_id, first.hb_act), (ip("192.0.2.9"), 60, 1));
    assert_eq!((first.rto, first.max_path_rtx), (1000, 5));
    assert_eq!(cell(&table, 0, "state"), Value::Named(2, "ACTIVE"));
    assert_eq!(cell(&table, 1, "state"), Value::Named(3, "UNCONFIRMED"));
    assert_eq!(table[2].addr, ip("2001:db8::9"));
    let old = line::<Address>("sctp/remaddr", "10.0.0.1  1 1 1000 5 0 0");
    assert!(old[0].state.is_none());
}
