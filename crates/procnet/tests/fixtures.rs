//! What the decoders make of files that a kernel printed.

mod common;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;

use procnet::proc::arp::Arp;
use procnet::proc::counter::{Counter, Number};
use procnet::proc::dev::Dev;
use procnet::proc::inet::Inet;
use procnet::proc::ipv6_route::Ipv6Route;
use procnet::proc::neigh_stat::NeighStat;
use procnet::proc::route::Route;
use procnet::proc::softnet_stat::Softnet;
use procnet::{AnyTable, Endian, Row, Table, Value, proc};

fn decode<R: Row>(path: &str, bytes: &[u8], endian: Endian) -> Arc<Table<R>> {
    let mut decoder = proc::find(path).unwrap().decoder(endian);
    decoder.feed(bytes);
    decoder.finish().into_any().downcast().unwrap()
}

fn fixture<R: Row>(path: &str) -> Arc<Table<R>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux-6.18/net").join(path);
    let bytes = std::fs::read(file).unwrap();
    let table = decode(path, &bytes, Endian::Little);
    assert_eq!(table.faults(), 0, "{path}: {:?}", table.first_fault());
    table
}

fn text<R>(table: &Table<R>, span: procnet::table::Span) -> &str {
    std::str::from_utf8(table.texts.get(span)).unwrap()
}

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

#[test]
fn every_file_of_the_registry_has_a_fixture_without_faults() {
    for file in proc::FILES {
        let fixtures = common::paths_of(file);
        assert!(!fixtures.is_empty(), "{} has no fixture", file.path);
        for path in fixtures {
            let bytes = common::read(&path);
            let mut decoder = file.decoder(Endian::Little);
            decoder.feed(&bytes);
            let table = decoder.finish();
            assert_eq!(table.faults(), 0, "{path}: {:?}", table.first_fault());
            let empty = EMPTY.iter().any(|(known, _)| *known == path);
            assert_eq!(table.is_empty(), empty, "{path}: {} rows", table.len());
        }
    }
    for path in common::files(&common::root()) {
        assert!(proc::find(&path).is_some(), "{path}: a fixture of no file of the registry");
    }
}

#[test]
fn words_behind_the_last_known_column_are_kept_by_their_number() {
    let paths =
        ["tcp", "tcp6", "udp", "raw6", "arp", "dev", "route", "ipv6_route", "softnet_stat", "if_inet6"];
    for path in paths.into_iter().chain(["dev_mcast", "netlink", "igmp6", "packet"]) {
        let bytes = common::read(path);
        let decode = |bytes: &[u8]| {
            let mut decoder = proc::find(path).unwrap().decoder(Endian::Little);
            decoder.feed(bytes);
            decoder.finish()
        };
        // TCP sockets that are not whole have fewer words than others.
        let words = |line: &[u8]| line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
        let lines = || bytes.split_inclusive(|&byte| byte == b'\n');
        let headers = if path == "softnet_stat" { 0 } else { 2 };
        let most = lines().skip(headers).map(words).max().unwrap_or(0);
        let mut longer = Vec::new();
        for line in lines() {
            longer.extend_from_slice(line.trim_ascii_end());
            longer.extend_from_slice(if words(line) == most { b" 77 zz\n" } else { b"\n" });
        }
        let (plain, table) = (decode(&bytes), decode(&longer));
        assert_eq!((table.len(), table.faults()), (plain.len(), 0), "{path}: {:?}", table.first_fault());
        let numbers = table.extra_columns();
        let [.., known, next] = numbers[..] else { panic!("{path}: {numbers:?}") };
        assert_eq!(known + 1, next, "{path}: {numbers:?}");
        let is_longer = |row: &usize| table.extra_cell(*row, known) == Value::Text(b"77");
        let row = (0..table.len()).find(is_longer).unwrap_or_else(|| panic!("{path}: {numbers:?}"));
        assert_eq!(table.extra_cell(row, next), Value::Text(b"zz"), "{path}");
        for row in 0..plain.len() {
            for field in 0..plain.fields().len() {
                assert_eq!(table.cell(row, field), plain.cell(row, field), "{path}");
            }
        }
    }
}

/// Fixtures without rows, and why there are none.
const EMPTY: &[(&str, &str)] =
    &[("rt_cache", "Linux 3.6 has no routing cache any more: the header alone is printed")];

#[test]
fn tcp_rows_have_17_fields_or_12() {
    for (path, address) in [("tcp", V4), ("tcp6", V6)] {
        let table = fixture::<Inet>(path);
        let listen = table.iter().find(|row| row.st == 10 && row.local_port == 8080).unwrap();
        assert_eq!((listen.local_address, listen.rx_queue, listen.last), (address, 1, Some(16)));
        let close_wait = table.iter().find(|row| row.st == 8).unwrap();
        assert_eq!((close_wait.remote_port, close_wait.rx_queue, close_wait.snd_cwnd), (8080, 1, Some(10)));
        let keepalive = table.iter().find(|row| row.tr == 2).unwrap();
        assert_eq!(
            (keepalive.rx_queue, keepalive.rto, keepalive.ato, keepalive.last),
            (100, Some(20), Some(4), Some(-1))
        );
        assert!(keepalive.timer_expires > 700_000);
        for st in [5, 6] {
            let short = table.iter().find(|row| row.st == st).unwrap();
            assert_eq!((short.inode, short.tr, short.rto, short.last), (0, 3, None, None));
        }
        let syn_sent = table.iter().find(|row| row.st == 2).unwrap();
        assert_eq!((syn_sent.tr, syn_sent.remote_port, syn_sent.tx_queue), (1, 81, 1));
        assert!(table.iter().any(|row| row.st == 1 && row.inode == 0), "a connection in the accept queue");
        assert!(table.iter().all(|row| row.drops.is_none()));
    }
    let mapped =
        fixture::<Inet>("tcp6").iter().find(|row| row.st == 1 && row.local_port == 9000).unwrap().clone();
    assert_eq!(mapped.local_address.to_string(), "::ffff:127.0.0.1");
}

#[test]
fn datagram_rows_end_in_drops() {
    for (path, address) in [("udp", V4), ("udp6", V6)] {
        let table = fixture::<Inet>(path);
        let bound = table.iter().find(|row| row.local_port == 5353).unwrap();
        assert_eq!((bound.local_address, bound.st, bound.drops), (address, 7, Some(37)));
        let connected = table.iter().find(|row| row.st == 1).unwrap();
        assert_eq!((connected.remote_port, connected.drops, connected.rto), (5353, Some(0), None));
    }
    let protocols = |path| fixture::<Inet>(path).iter().map(|row| row.local_port).collect::<Vec<_>>();
    assert_eq!(protocols("raw"), [1, 253]);
    assert_eq!(protocols("raw6"), [58, 253]);
    assert!(protocols("icmp").contains(&4242));
    assert_eq!(protocols("udplite"), [6000]);
}

#[test]
fn neighbours() {
    let table = fixture::<Arp>("arp");
    let of = |last| table.iter().find(|row| row.ip_address == Ipv4Addr::new(192, 0, 2, last)).unwrap();
    assert_eq!((of(9).flags.0, of(10).flags.0, of(77).flags.0), (6, 2, 12));
    assert_eq!(text(&table, of(9).hw_address.unwrap()), "02:00:00:00:00:09");
    assert_eq!((text(&table, of(9).mask), text(&table, of(9).device)), ("*", "v0"));
    let flags = table.cell(0, Arp::FIELDS.iter().position(|field| field.column.name == "flags").unwrap());
    assert!(matches!(flags, Value::Flags(2, _)));
    let without = b"IP address\n10.0.0.1 0x300 0x2      *        tun0\n";
    let table = decode::<Arp>("arp", without, Endian::Little);
    assert_eq!((table[0].hw_address, text(&table, table[0].device)), (None, "tun0"));
}

#[test]
fn neighbour_statistics_follow_the_header() {
    let table = fixture::<NeighStat>("stat/arp_cache");
    assert_eq!(table.len(), 2);
    assert_eq!((table[0].cpu, table[1].cpu), (0, 1));
    assert_eq!((table[0].entries, table[1].entries), (Some(5), Some(5)));
    // A kernel without table_fulls, and one with a column that is not known here.
    let other = b"hits new entries\n0000000a 00000001 0000001f\n";
    let table = decode::<NeighStat>("stat/arp_cache", other, Endian::Little);
    assert_eq!((table[0].hits, table[0].entries, table[0].table_fulls), (Some(10), Some(31), None));
}

#[test]
fn interfaces_with_names_glued_to_their_numbers() {
    let table = fixture::<Dev>("dev");
    let names: Vec<_> = table.iter().map(|row| text(&table, row.interface)).collect();
    assert_eq!(names, ["lo", "v1", "v0"]);
    assert_eq!(table[0].rx_bytes, table[0].tx_bytes);
    assert!(table[2].tx_packets > 0);
    let glued = b"Inter-|\n face |\neth0:18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";
    let row = decode::<Dev>("dev", glued, Endian::Little)[0].clone();
    assert_eq!((row.rx_bytes, row.rx_packets, row.rx_multicast), (u64::MAX, 2, 8));
    assert_eq!((row.tx_bytes, row.tx_colls, row.tx_compressed), (9, 14, 16));
}

fn counter(path: &str, group: &str, name: &str) -> Option<Number> {
    let table = fixture::<Counter>(path);
    table
        .iter()
        .find(|row| text(&table, row.group) == group && text(&table, row.name) == name)
        .map(|row| row.value)
}

#[test]
fn counters_by_group_and_name() {
    assert_eq!(counter("snmp", "Tcp", "RtoMax"), Some(Number::Unsigned(120_000)));
    assert_eq!(counter("snmp", "Tcp", "MaxConn"), Some(Number::Negative(-1)));
    assert_eq!(counter("snmp", "Udp", "RcvbufErrors"), Some(Number::Unsigned(37)));
    assert_eq!(counter("snmp", "UdpLite", "RcvbufErrors"), Some(Number::Unsigned(0)));
    assert_eq!(counter("snmp", "IcmpMsg", "InType8"), Some(Number::Unsigned(1)));
    assert_eq!(counter("snmp6", "Icmp6", "InType128"), Some(Number::Unsigned(1)));
    assert_eq!(counter("snmp6", "UdpLite6", "InErrors"), Some(Number::Unsigned(0)));
    assert!(counter("netstat", "TcpExt", "TCPTimeouts").is_some());
    assert!(counter("netstat", "MPTcpExt", "MPCurrEstab").is_some());
    assert_eq!(counter("netstat", "IpExt", "TCPTimeouts"), None);
}

#[test]
fn counter_files_that_do_not_match_are_told() {
    let faults = |bytes: &[u8]| decode::<Counter>("snmp", bytes, Endian::Little).faults();
    assert_eq!(faults(b"Tcp: a b\nTcp: 1 2\n"), 0);
    assert_eq!(faults(b"Tcp: a b\nTcp: 1\n"), 1);
    assert_eq!(faults(b"Tcp: a b\nTcp: 1 2\nUdp: a\n"), 1);
    assert_eq!(faults(b"Tcp: a b\nUdp: a\nUdp: 1\n"), 1);
    assert_eq!(faults(b"nonsense\nTcp: 1\n"), 1);
    let table = decode::<Counter>("snmp", b"Tcp: a b\nUdp: a\nUdp: 1\n", Endian::Little);
    assert_eq!((table.len(), text(&table, table[0].group)), (1, "Udp"));
}

#[test]
fn routes_of_ipv4() {
    let table = fixture::<Route>("route");
    let default = &table[0];
    assert_eq!((default.prefix_length, default.gateway), (0, Ipv4Addr::new(192, 0, 2, 254)));
    assert_eq!((default.metric, default.flags.0, text(&table, default.interface)), (50, 3, "v0"));
    let refused = &table[1];
    assert_eq!((refused.prefix_length, refused.flags.0, text(&table, refused.interface)), (0, 0x201, "*"));
    let host = table.iter().find(|row| row.prefix_length == 32).unwrap();
    assert_eq!((host.metric, host.advmss_mtu, host.window, host.irtt), (4_294_967_000, 1340, 5000, 80));
    let old = b"Iface\neth0 00000000 0102000A 0003 0 0 -296 00000000 0 0 0\n";
    assert_eq!(decode::<Route>("route", old, Endian::Little)[0].metric, 4_294_967_000);
    let holes = b"Iface\neth0 00000000 0102000A 0003 0 0 0 00FF00FF 0 0 0\n";
    assert_eq!(decode::<Route>("route", holes, Endian::Little).faults(), 1);
}

#[test]
fn routes_of_ipv6() {
    let table = fixture::<Ipv6Route>("ipv6_route");
    let source = table.iter().find(|row| row.source_prefix_length == 64).unwrap();
    assert_eq!(source.source.to_string(), "2001:db8::");
    assert_eq!((source.prefix_length, source.metric), (48, 1024));
    let default: Vec<_> = table.iter().filter(|row| row.prefix_length == 0).map(|row| row.flags.0).collect();
    assert_eq!(default, [3, 0x20_0200]);
}

#[test]
fn softnet_by_the_number_of_fields() {
    let table = fixture::<Softnet>("softnet_stat");
    assert_eq!((table[1].cpu, table[1].input_queue_len), (Some(1), Some(0)));
    let line = |fields: usize| {
        let words: Vec<_> = (1..=fields).map(|number| format!("{number:08x}")).collect();
        decode::<Softnet>("softnet_stat", format!("{}\n", words.join(" ")).as_bytes(), Endian::Little)[0]
            .clone()
    };
    let rows: Vec<_> = [9, 10, 11, 13, 15].map(line).into();
    assert!(rows.iter().all(|row| (row.processed, row.dropped, row.time_squeeze) == (1, 2, 3)));
    assert_eq!(
        rows.iter().map(|row| row.received_rps).collect::<Vec<_>>(),
        [None, Some(10), Some(10), Some(10), Some(10)]
    );
    assert_eq!(
        rows.iter().map(|row| row.flow_limit_count).collect::<Vec<_>>(),
        [None, None, Some(11), Some(11), Some(11)]
    );
    assert_eq!(
        rows.iter().map(|row| (row.backlog_len, row.cpu)).collect::<Vec<_>>()[2..4],
        [(None, None), (Some(12), Some(13))]
    );
    assert_eq!((rows[4].input_queue_len, rows[4].process_queue_len), (Some(14), Some(15)));
}

#[test]
fn a_big_endian_machine_prints_addresses_in_its_own_order() {
    let big = b"header\n 0: 7F000001:1F90 C0000209:0050 01 00000000:00000000 00:00000000 00000000 0 0 7 1 0 20 4 30 10 -1\n";
    let row = decode::<Inet>("tcp", big, Endian::Big)[0].clone();
    assert_eq!((row.local_address, row.local_port), (V4, 8080));
    assert_eq!(row.remote_address.to_string(), "192.0.2.9");
    let big = b"header\n 0: 20010DB8000000000000000000000001:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 7 1 0 5\n";
    let row = decode::<Inet>("udp6", big, Endian::Big)[0].clone();
    assert_eq!((row.local_address.to_string().as_str(), row.drops), ("2001:db8::1", Some(5)));
    let big = b"Iface\neth0 C0000200 00000000 0001 0 0 0 FFFFFF00 0 0 0\n";
    let row = decode::<Route>("route", big, Endian::Big)[0].clone();
    assert_eq!((row.destination, row.prefix_length), (Ipv4Addr::new(192, 0, 2, 0), 24));
}

#[test]
fn lines_that_are_no_rows_are_counted_and_the_others_kept() {
    let bytes = b"header\n 0: 0100007F:1F90 00000000:0000 0A\n\xff\xfe\n 0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 7 1 0 100 0 0 10 0\n 0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 99999999999 0 7 1 0\n";
    let table = decode::<Inet>("tcp", bytes, Endian::Little);
    assert_eq!((table.len(), table.faults()), (1, 3));
    assert_eq!(table.first_fault().map(|fault| (fault.line, fault.what)), Some((2, "queues unreadable")));
}
