//! Files of routing, netfilter and the load balancer: what their decoders make of what a kernel printed, of fewer
//! and more columns, and of lines that no kernel prints.

mod common;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use procnet::proc::fib_trie::{FibTrie, TableId};
use procnet::proc::fib_triestat::FibTriestat;
use procnet::proc::hashlimit::Hashlimit;
use procnet::proc::ip_vs::IpVs;
use procnet::proc::ip_vs_conn::IpVsConn;
use procnet::proc::ip_vs_stats::IpVsStats;
use procnet::proc::line::Line;
use procnet::proc::neigh_stat::NeighStat;
use procnet::proc::nf_conntrack::NfConntrack;
use procnet::proc::nf_conntrack_expect::NfConntrackExpect;
use procnet::proc::nf_conntrack_stat::NfConntrackStat;
use procnet::proc::nf_flowtable_stat::NfFlowtableStat;
use procnet::proc::nf_log::NfLog;
use procnet::proc::nfnetlink_log::NfnetlinkLog;
use procnet::proc::nfnetlink_queue::NfnetlinkQueue;
use procnet::proc::ntp_servers::NtpServer;
use procnet::proc::rt_acct::RtAcct;
use procnet::proc::rt_cache::RtCache;
use procnet::proc::rt_cache_stat::RtCacheStat;
use procnet::proc::rt6_stats::Rt6Stats;
use procnet::proc::synproxy_stat::SynproxyStat;
use procnet::proc::vlan_config::VlanConfig;
use procnet::proc::xt_names::XtName;
use procnet::proc::xt_recent::XtRecent;
use procnet::table::Span;
use procnet::{AnyTable, Endian, Kind, Row, Table, Value, proc};

fn decode_as<R: Row>(endian: Endian, path: &str, bytes: &[u8]) -> Arc<Table<R>> {
    let mut decoder = proc::find(path).unwrap().decoder(endian);
    decoder.feed(bytes);
    decoder.finish().into_any().downcast().unwrap()
}

fn decode<R: Row>(path: &str, text: &str) -> Arc<Table<R>> {
    let table = decode_as(Endian::Little, path, text.as_bytes());
    assert_eq!(table.faults(), 0, "{text:?}: {:?}", table.first_fault());
    table
}

/// What is wrong with the only line that is no row.
fn fault<R: Row>(path: &str, text: &str) -> &'static str {
    let table = decode_as::<R>(Endian::Little, path, text.as_bytes());
    assert_eq!(table.faults(), 1, "{text:?}");
    table.first_fault().unwrap().what
}

fn fixture<R: Row>(path: &str) -> Arc<Table<R>> {
    let table = decode_as(Endian::Little, path, &common::read(path));
    assert_eq!(table.faults(), 0, "{path}: {:?}", table.first_fault());
    table
}

fn text<R>(table: &Table<R>, span: impl Into<Option<Span>>) -> Option<&str> {
    span.into().map(|span| std::str::from_utf8(table.texts.get(span)).unwrap())
}

/// The cell of a column.
fn cell<'a, R: Row>(table: &'a Table<R>, row: usize, column: &str) -> Value<'a> {
    table.cell(row, R::FIELDS.iter().position(|field| field.column.name == column).unwrap())
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn columns_have_names_of_their_own_and_sentences() {
    for file in proc::FILES {
        let mut names = BTreeSet::new();
        for field in file.fields {
            let column = field.column;
            let place = format!("{}: {}", file.path, column.name);
            assert!(names.insert(column.name), "{place} twice");
            assert!(
                !["at", "view", "table", "scope", "status"].contains(&column.name),
                "{place} is reserved"
            );
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(column.name.chars().all(plain), "{place} is not in snake case");
            assert!(column.doc.ends_with(['.', '…']), "{place}: no sentence: {}", column.doc);
            assert_eq!(field.rate.is_some(), column.kind == Kind::Counter, "{place}");
        }
        assert!(file.source.contains(".c "), "{}: {}", file.path, file.source);
    }
}

#[test]
fn each_path_finds_its_own_file_before_a_pattern() {
    let path = |name| proc::find(name).map(|file| file.path);
    assert_eq!(path("rpc/nfs"), Some("rpc/*"));
    assert_eq!(path("rpc/auth.unix.ip/content"), Some("rpc/*/*"));
    assert_eq!(path("rpc/auth.unix.ip/channel"), Some("rpc/*/channel"));
    assert_eq!(path("vlan/config"), Some("vlan/config"));
    assert_eq!(path("vlan/eth0.5"), Some("vlan/*"));
    assert_eq!(path("can/reset_stats"), Some("can/reset_stats"));
    assert_eq!(path("xt_recent/a/b"), None);
    assert_eq!(path("xt_recent/"), None);
    assert_eq!(path("xt_recent"), None);
    let paths: BTreeSet<_> = proc::FILES.iter().map(|file| file.path).collect();
    assert_eq!(paths.len(), proc::FILES.len(), "a path twice");
    let with_effect = proc::FILES.iter().filter(|file| file.side_effect.is_some());
    assert_eq!(with_effect.map(|file| file.path).collect::<Vec<_>>(), ["can/reset_stats", "rpc/*/channel"]);
}

#[test]
fn files_without_decoder_are_their_lines() {
    let table = fixture::<Line>("bonding/bond0");
    let file = proc::find("bonding/bond0").unwrap();
    assert!(file.raw_only.is_some() && !file.counted);
    assert_eq!(text(&table, table[0].text.0), Some("Ethernet Channel Bonding Driver: v6.18.0"));
}

#[test]
fn realms_are_binary_in_the_order_of_the_machine() {
    let table = fixture::<RtAcct>("rt_acct");
    let rows: Vec<_> =
        table.iter().map(|row| (row.realm, row.o_bytes, row.o_packets, row.i_bytes, row.i_packets)).collect();
    assert_eq!(rows, [(0, 5406, 121, 0, 0), (3, 4169, 77, 69_627, 205), (5, 64_221, 84, 4169, 77)]);
    let mut bytes = vec![0; 4096];
    bytes[255 * 16 + 3] = 7;
    bytes[255 * 16 + 15] = 1;
    let big = decode_as::<RtAcct>(Endian::Big, "rt_acct", &bytes);
    assert_eq!((big[0].realm, big[0].o_bytes, big[0].i_packets, big.len()), (255, 7, 1, 1));
    let little = decode_as::<RtAcct>(Endian::Little, "rt_acct", &bytes);
    assert_eq!((little[0].o_bytes, little[0].i_packets), (7 << 24, 1 << 24));
    // One byte too few, and a realm too many.
    let short = decode_as::<RtAcct>(Endian::Big, "rt_acct", &bytes[..4095]);
    assert_eq!((short.len(), short.faults()), (0, 1));
    assert_eq!(short.first_fault().unwrap().line, 256);
    bytes.extend([1; 16]);
    let long = decode_as::<RtAcct>(Endian::Big, "rt_acct", &bytes);
    assert_eq!((long.len(), long.faults()), (1, 1));
    // The bytes of a record may come one by one.
    let mut decoder = proc::find("rt_acct").unwrap().decoder(Endian::Big);
    bytes[..4096].chunks(1).for_each(|byte| decoder.feed(byte));
    let table = decoder.finish();
    assert_eq!((table.len(), table.faults()), (1, 0));
    let empty = decode_as::<RtAcct>(Endian::Big, "rt_acct", b"");
    assert_eq!((empty.len(), empty.faults()), (0, 0));
}

#[test]
fn the_routing_cache_of_old_kernels() {
    assert!(fixture::<RtCache>("rt_cache").is_empty());
    let line = "header\neth0\tC0000209\tC00002FE\t       0\t1\t12\t0\tC0000201\t1500\t0\t0\t00\t-1\t1\tC0000201   \n";
    let table = decode_as::<RtCache>(Endian::Big, "rt_cache", line.as_bytes());
    let row = &table[0];
    assert_eq!(
        (row.destination.0, row.gateway.0),
        (Ipv4Addr::new(192, 0, 2, 9), Ipv4Addr::new(192, 0, 2, 254))
    );
    assert_eq!((row.use_count, row.mtu, row.hh_ref, row.hh_uptod), (12, Some(1500), Some(-1), Some(1)));
    assert_eq!(row.spec_dst.map(|address| address.0), Some(Ipv4Addr::new(192, 0, 2, 1)));
    let little = decode::<RtCache>("rt_cache", line);
    assert_eq!(little[0].destination.0, Ipv4Addr::new(9, 2, 0, 192));
}

#[test]
fn figures_by_cpu_follow_the_header() {
    let table = fixture::<NeighStat>("stat/ndisc_cache");
    assert_eq!((table[0].entries, table[1].entries, table[0].lookups), (Some(6), Some(6), Some(200)));
    let table = fixture::<RtCacheStat>("stat/rt_cache");
    assert_eq!((table.len(), table[1].cpu, table[0].entries), (2, 1, Some(0x16)));
    assert_eq!((table[0].in_slow_tot, table[0].in_no_route), (Some(0x7b), Some(4)));
    let table = fixture::<SynproxyStat>("stat/synproxy");
    assert_eq!((table[1].syn_received, table[1].conn_reopened), (Some(1), Some(0)));
    let table = fixture::<NfConntrackStat>("stat/nf_conntrack");
    assert_eq!((table[0].entries, table[1].invalid, table[1].expect_create), (Some(28), Some(1), Some(2)));
    assert_eq!((table[0].clashres, table[0].searched, table[0].delete_list), (Some(0), None, None));
    // Kernels of old have other names, new ones may have more; a line may end early.
    let old = "entries  searched found new moved delete_list \n00000001  0000000a 0000000b 00000002 0000000c 0000000d\n00000001  00000001\n";
    let table = decode::<NfConntrackStat>("stat/nf_conntrack", old);
    assert_eq!((table[0].searched, table[0].delete_list, table[0].clashres), (Some(10), Some(13), None));
    assert_eq!(table.extra_columns(), [5]);
    assert_eq!(table.extra_cell(0, 5), Value::Text(b"0000000c"));
    assert_eq!((table[1].searched, table[1].found), (Some(1), None));
    let table = decode::<SynproxyStat>("stat/synproxy", "entries\n00000000 00000007\n");
    assert_eq!(table.extra_cell(0, 2), Value::Text(b"00000007"));
    assert_eq!(fault::<SynproxyStat>("stat/synproxy", "entries\nzero\n"), "not a hexadecimal number");
    let table = fixture::<NfFlowtableStat>("stat/nf_flowtable");
    assert_eq!((table[0].wq_add, table[1].wq_add, table[1].wq_del), (3, -1, Some(2)));
}

#[test]
fn sizes_of_the_routing_tables() {
    let row = fixture::<Rt6Stats>("rt6_stats")[0].clone();
    assert_eq!((row.fib_nodes.0, row.fib_route_nodes.unwrap().0), (10, 7));
    assert!(row.fib_rt_alloc.unwrap().0 >= row.fib_rt_entries.unwrap().0);
    assert_eq!(decode::<Rt6Stats>("rt6_stats", "0001 0002\n")[0].fib_rt_entries, None);
    let table = fixture::<FibTriestat>("fib_triestat");
    assert_eq!(table.iter().map(|row| row.table_id.0).collect::<Vec<_>>(), [100, 254, 255]);
    assert_eq!(cell(&table, 1, "aver_depth"), Value::Float(2.75));
    assert_eq!((table[1].leaves, table[1].prefixes, table[1].null_ptrs), (Some(8), Some(9), Some(13)));
    assert_eq!((text(&table, table[1].node_sizes), table[1].leaf_size), (Some("2: 2  3: 2"), Some(48)));
    assert_eq!((table[1].total_size, table[1].tnode_size, table[1].gets), (Some(2), Some(40), None));
    let counted = "Main:\n\tMax depth:      1\n\nCounters:\n---------\ngets = 12\nbacktracks = 3\nsemantic match passed = 9\nsemantic match miss = 0\nnull node hit= 5\nskipped node resize = 0\n\n";
    let row = decode::<FibTriestat>("fib_triestat", counted)[0].clone();
    assert_eq!((row.gets, row.semantic_match_passed, row.null_node_hit), (Some(12), Some(9), Some(5)));
    assert_eq!((row.leaves, row.skipped_node_resize), (None, Some(0)));
    assert_eq!(fault::<FibTriestat>("fib_triestat", "Main:\nColour: 1\n"), "figure not known");
    assert_eq!(fault::<FibTriestat>("fib_triestat", "Leaves: 1\n"), "figure outside of a table");
    assert_eq!(fault::<FibTriestat>("fib_triestat", "Main:\nLeaves: \n"), "no figure");
}

#[test]
fn routes_of_all_tables_and_the_addresses_of_the_machine() {
    let table = fixture::<FibTrie>("fib_trie");
    let mut local: Vec<_> =
        table.iter().filter(|row| row.is_local_address()).map(|row| row.prefix.to_string()).collect();
    local.sort();
    assert_eq!(local, ["127.0.0.1", "198.51.100.1", "203.0.113.1"]);
    assert_eq!(table[0].table_id, TableId(100));
    assert_eq!(
        (cell(&table, 0, "table_id"), cell(&table, 2, "table_id")),
        (Value::Unsigned(100), Value::Named(254, "Main"))
    );
    assert_eq!(cell(&table, 1, "route_type"), Value::Named(5, "MULTICAST"));
    let tos: Vec<_> = table.iter().filter(|row| row.prefix_length == 28).map(|row| row.tos).collect();
    assert_eq!(tos, [Some(16), None, None]);
    let types: BTreeSet<_> = table.iter().map(|row| row.route_type.0).collect();
    assert_eq!(types.into_iter().collect::<Vec<_>>(), [1, 2, 3, 5, 6, 7, 8, 9]);
    // Until there is a rule, the kernel prints one tree under both names.
    let leaf = "  +-- 0.0.0.0/0 2 0 2\n     |-- 127.0.0.1\n        /32 host LOCAL\n";
    let both = decode::<FibTrie>("fib_trie", &format!("Main:\n{leaf}Local:\n{leaf}"));
    assert_eq!(both.iter().map(|row| row.table_id.0).collect::<Vec<_>>(), [254, 255]);
}

#[test]
fn routes_with_numbers_in_place_of_names() {
    let table = decode::<FibTrie>("fib_trie", "Id 7:\n |-- 10.0.0.0\n  /8 scope=42 type 13 tos=4 new=1\n");
    let row = &table[0];
    assert_eq!((row.table_id.0, row.route_scope.0, row.route_type.0, row.tos), (7, 42, 13, Some(4)));
    assert_eq!(cell(&table, 0, "route_scope"), Value::Unsigned(42));
    assert_eq!(table.extra_columns().len(), 1);
    for (lines, what) in [
        ("Main:\n  /8 host LOCAL\n", "route without prefix"),
        ("Main:\n |-- 10.0.0.0\nLocal:\n  /8 host LOCAL\n", "route without prefix"),
        ("Main:\n |-- 10.0.0.0\n  /33 host LOCAL\n", "prefix length unreadable"),
        ("Main:\n |-- 10.0.0.0\n  /8 host\n", "type unreadable"),
        ("Main:\n |-- 10.0.0.0\n  /8 near LOCAL\n", "scope unreadable"),
        ("Main:\n |-- 10.0.0\n", "prefix unreadable"),
        ("Other:\n", "neither table nor route"),
    ] {
        assert_eq!(fault::<FibTrie>("fib_trie", lines), what);
    }
}

fn tracked(table: &Table<NfConntrack>, sport: u16, v6: bool) -> &NfConntrack {
    table.iter().find(|row| row.sport == Some(sport) && row.src.is_ipv6() == v6).unwrap()
}

#[test]
fn connections_that_are_tracked() {
    let table = fixture::<NfConntrack>("nf_conntrack");
    for v6 in [false, true] {
        let row = tracked(&table, 40001, v6);
        assert_eq!((text(&table, row.state), row.flags.0), (Some("ESTABLISHED"), 2));
        assert_eq!((row.l3proto.0, row.l4proto.0, row.dport), (if v6 { 10 } else { 2 }, 6, Some(80)));
        assert_eq!((row.reply_sport, row.reply_dport, row.mark), (Some(80), Some(40001), Some(42)));
        assert_eq!((row.reply_src, row.reply_dst), (Some(row.dst), Some(row.src)));
        assert!(row.timeout > Some(400_000) && row.packets > Some(0) && row.reply_bytes > Some(5000));
        assert_eq!((row.zone, row.zone_orig, row.r#use, row.other), (Some(0), None, Some(2), None));
        assert_eq!(text(&table, tracked(&table, 40002, v6).state), Some("TIME_WAIT"));
        let syn = tracked(&table, 40007, v6);
        assert_eq!((text(&table, syn.state), syn.flags.0, syn.reply_packets), (Some("SYN_SENT"), 1, Some(0)));
        let udp = tracked(&table, 40004, v6);
        assert_eq!((udp.l4proto.0, udp.state, udp.flags.0, udp.r#type), (17, None, 2, None));
        assert_eq!(tracked(&table, 40005, v6).zone, Some(7));
        let echo = table.iter().find(|row| row.id == Some(4242) && row.src.is_ipv6() == v6).unwrap();
        let types = if v6 { (128, 129) } else { (8, 0) };
        assert_eq!((echo.r#type.unwrap().number, echo.reply_type.unwrap().number), types);
        assert_eq!(
            (echo.code, echo.reply_code, echo.reply_id, echo.sport),
            (Some(0), Some(0), Some(4242), None)
        );
    }
    let redirected = tracked(&table, 40009, false);
    assert_eq!((redirected.dport, redirected.reply_sport), (Some(8444), Some(8443)));
    let sctp = tracked(&table, 40010, false);
    assert_eq!((sctp.l4proto.0, text(&table, sctp.state)), (132, Some("CLOSED")));
    let gre = table.iter().find(|row| row.l4proto.0 == 47).unwrap();
    assert_eq!((gre.srckey, gre.dstkey, gre.reply_srckey), (Some(0), Some(77), Some(77)));
    assert_eq!(text(&table, gre.other), Some("timeout=30, stream_timeout=180"));
    let unknown = table.iter().position(|row| row.l4proto.0 == 253).unwrap();
    assert_eq!(cell(&table, unknown, "l4proto"), Value::Unsigned(253));
    let echo = table.iter().position(|row| row.src == ip("2001:db8::1") && row.id.is_some()).unwrap();
    assert_eq!(cell(&table, echo, "l3proto"), Value::Named(10, "ipv6"));
    assert_eq!(cell(&table, echo, "l4proto"), Value::Named(58, "icmpv6"));
    assert_eq!(cell(&table, echo, "type"), Value::Named(128, "echo request"));
}

#[test]
fn connections_of_other_kernels() {
    let offloaded = "ipv4     2 tcp      6 src=192.0.2.1 dst=192.0.2.2 sport=1 dport=2 zone-orig=3 src=192.0.2.2 dst=192.0.2.1 sport=2 dport=1 zone-reply=4 [HW_OFFLOAD] mark=4294967295 secctx=system_u:object_r:unlabeled_t:s0 delta-time=9 use=3\n";
    let table = decode::<NfConntrack>("nf_conntrack", offloaded);
    let row = &table[0];
    assert_eq!((row.timeout, row.state, row.flags.0, row.mark), (None, None, 8, Some(u32::MAX)));
    assert_eq!((row.zone, row.zone_orig, row.zone_reply, row.delta_time), (None, Some(3), Some(4), Some(9)));
    assert_eq!(text(&table, row.secctx), Some("system_u:object_r:unlabeled_t:s0"));
    assert_eq!((row.packets, row.bytes, row.reply_packets), (None, None, None));
    // Fewer words, more of them, some of them twice or unreadable.
    let short = decode::<NfConntrack>("nf_conntrack", "ipv4 2 udp 17 5 src=192.0.2.1 dst=192.0.2.2\n");
    assert_eq!((short[0].timeout, short[0].reply_src, short[0].r#use), (Some(5), None, None));
    let odd = "ipv4 2 tcp 6 -1 NEW_STATE src=192.0.2.1 dst=192.0.2.2 sport=70000 src=192.0.2.2 src=192.0.2.3 [NEW] secmark=1 use=2 use=3 word =\n";
    let table = decode::<NfConntrack>("nf_conntrack", odd);
    let row = &table[0];
    assert_eq!((row.timeout, text(&table, row.state), row.sport), (Some(-1), Some("NEW_STATE"), None));
    assert_eq!((row.reply_src, row.r#use), (Some(ip("192.0.2.2")), Some(2)));
    assert_eq!(text(&table, row.other), Some("sport=70000 src=192.0.2.3 [NEW] secmark=1 use=3 word ="));
    for (line, what) in [
        ("ipv4 2 tcp 6 5 ESTABLISHED\n", "no source"),
        ("ipv4 2 tcp 6 5 src=192.0.2.1\n", "no destination"),
        ("tcp 6 5 src=192.0.2.1 dst=192.0.2.2\n", "l4proto unreadable"),
        ("ipv4\n", "l3proto unreadable"),
        ("ipv4 2 tcp 256\n", "l4proto unreadable"),
    ] {
        assert_eq!(fault::<NfConntrack>("nf_conntrack", line), what);
    }
}

#[test]
fn connections_that_are_expected() {
    let table = fixture::<NfConntrackExpect>("nf_conntrack_expect");
    let row = table.iter().find(|row| row.l3proto.0 == 10).unwrap();
    assert_eq!((row.src, row.dst), (ip("2001:db8::1"), ip("2001:db8::2")));
    assert_eq!((row.sport, row.dport, row.l4proto.0, row.flags.0), (Some(0), Some(40017), 6, 0));
    assert_eq!((text(&table, row.helper), row.class), (Some("ftp"), None));
    let other = "- l3proto = 2 proto=17 src=192.0.2.1 dst=192.0.2.2 sport=0 dport=5060 PERMANENT,INACTIVE sip/signalling more new=1\n";
    let table = decode::<NfConntrackExpect>("nf_conntrack_expect", other);
    let row = &table[0];
    assert_eq!((row.timeout, row.flags.0), (None, 3));
    assert_eq!((text(&table, row.helper), text(&table, row.class)), (Some("sip"), Some("signalling")));
    assert_eq!(text(&table, row.other), Some("more new=1"));
    let none = decode::<NfConntrackExpect>(
        "nf_conntrack_expect",
        "0 l3proto = 2 proto=6 src=192.0.2.1 dst=192.0.2.2\n",
    );
    assert_eq!((none[0].timeout, none[0].helper, none[0].dport), (Some(0), None, None));
    assert_eq!(
        fault::<NfConntrackExpect>("nf_conntrack_expect", "298 proto=6 src=192.0.2.1\n"),
        "no l3proto"
    );
    assert_eq!(
        fault::<NfConntrackExpect>("nf_conntrack_expect", "298 l3proto = 2 src=192.0.2.1\n"),
        "no proto"
    );
}

#[test]
fn logs_and_queues_of_netfilter() {
    let table = fixture::<NfLog>("netfilter/nf_log");
    assert_eq!((table.len(), table[0].logger), (11, None));
    assert_eq!((cell(&table, 2, "pf"), cell(&table, 4, "pf")), (Value::Named(2, "IPV4"), Value::Unsigned(4)));
    let names = (text(&table, table[2].logger), text(&table, table[2].loggers));
    assert_eq!(names, (Some("nfnetlink_log"), Some("nf_log_ipv4,nfnetlink_log")));
    let short = decode::<NfLog>("netfilter/nf_log", " 3 NONE\n 4 NONE ()\n");
    assert_eq!((short[0].loggers, text(&short, short[1].loggers)), (None, Some("")));
    assert_eq!(fault::<NfLog>("netfilter/nf_log", " 3 NONE nf_log_arp\n"), "list of loggers unreadable");
    let table = fixture::<NfnetlinkLog>("netfilter/nfnetlink_log");
    assert_eq!((table[0].group_num, table[0].copy_range, table[1].group_num), (5, Some(128), 31000));
    assert_eq!(cell(&table, 0, "copy_mode"), Value::Named(2, "PACKET"));
    let table = fixture::<NfnetlinkQueue>("netfilter/nfnetlink_queue");
    assert_eq!((table[0].queue_num, table[0].peer_portid, table[0].copy_range), (7, Some(4242), Some(65531)));
    assert_eq!(cell(&table, 1, "copy_mode"), Value::Named(0, "NONE"));
    let long = decode::<NfnetlinkQueue>("netfilter/nfnetlink_queue", "1 2 3 2 5 6 7 8 1 10\n");
    assert_eq!((long[0].queue_dropped, long[0].id_sequence), (Some(6), Some(8)));
    assert_eq!(long.extra_cell(0, 10), Value::Text(b"10"));
}

#[test]
fn names_of_tables_matches_and_targets() {
    let names = |path: &str| {
        let table = fixture::<XtName>(path);
        table.iter().map(|row| text(&table, row.name).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("ip_tables_names"), ["mangle", "nat", "filter"]);
    assert_eq!(names("ip6_tables_names"), ["raw", "filter"]);
    assert_eq!(names("arp_tables_names"), ["filter"]);
    assert_eq!(names("ip_tables_matches").iter().filter(|name| *name == "conntrack").count(), 3);
    assert!(names("ip6_tables_matches").contains(&"icmp6".to_owned()));
    assert!(names("arp_tables_targets").contains(&"mangle".to_owned()));
}

#[test]
fn limits_and_lists_of_iptables() {
    let table = fixture::<Hashlimit>("ipt_hashlimit/web");
    let row = table.iter().find(|row| row.sport == 40001).unwrap();
    assert_eq!((row.src, row.dst, row.dport), (ip("198.51.100.2"), ip("198.51.100.1"), 80));
    assert_eq!((row.credit, row.credit_cap), (274_877_906_000_000, Some(274_877_906_000_000)));
    let table = fixture::<Hashlimit>("ip6t_hashlimit/web6");
    let row = table.iter().find(|row| row.dport == 53).unwrap();
    assert_eq!((row.src, row.dst, row.sport), (ip("2001:db8::2"), ip("::"), 0));
    let row = decode::<Hashlimit>("ipt_hashlimit/x", "-3 192.0.2.1:1->0.0.0.0:0 5\n")[0].clone();
    assert_eq!((row.expires, row.credit, row.credit_cap, row.cost), (-3, 5, None, None));
    assert_eq!(fault::<Hashlimit>("ipt_hashlimit/x", "1 192.0.2.1:1-0.0.0.0:0 5\n"), "no addresses");
    assert_eq!(fault::<Hashlimit>("ipt_hashlimit/x", "1 192.0.2.1->0.0.0.0:0 5\n"), "source unreadable");
    assert_eq!(
        fault::<Hashlimit>("ipt_hashlimit/x", "1 192.0.2.1:1->0.0.0.0:65536 5\n"),
        "destination unreadable"
    );

    let table = fixture::<XtRecent>("xt_recent/seen");
    let row = table.iter().find(|row| row.src == ip("127.0.0.1")).unwrap();
    let stamps = text(&table, row.stamps).unwrap();
    assert_eq!(row.ttl, Some(64));
    assert_eq!(row.oldest_pkt, Some(stamps.split(", ").count() as u32));
    assert!(stamps.ends_with(&row.last_seen.unwrap().to_string()));
    assert!(fixture::<XtRecent>("xt_recent/seen6").iter().all(|row| row.src.is_ipv6()));
    let short = decode::<XtRecent>("xt_recent/x", "src=192.0.2.1 ttl: 0\n");
    assert_eq!((short[0].ttl, short[0].last_seen, short[0].stamps), (Some(0), None, None));
    assert_eq!(fault::<XtRecent>("xt_recent/x", "src=192.0.2.1 ttl: 256\n"), "ttl unreadable");
    assert_eq!(fault::<XtRecent>("xt_recent/x", "src=192.0.2 ttl: 6\n"), "address unreadable");
}

#[test]
fn services_of_the_load_balancer() {
    let table = fixture::<IpVs>("ip_vs");
    assert_eq!(table.len(), 8);
    let service = &table[0];
    assert_eq!((service.local_address, service.local_port), (Some(ip("192.0.2.100")), Some(80)));
    assert_eq!((text(&table, service.scheduler), service.remote_address), (Some("wrr"), None));
    assert_eq!(text(&table, service.flags), Some("persistent 300 FFFFFFFF"));
    let server = &table[1];
    assert_eq!(
        (server.local_address, server.remote_address),
        (Some(ip("192.0.2.100")), Some(ip("198.51.100.10")))
    );
    assert_eq!((text(&table, server.forward), server.weight), (Some("Masq"), Some(10)));
    assert_eq!((server.active_conn, server.in_act_conn), (Some(1), Some(4)));
    assert_eq!((text(&table, table[3].prot), text(&table, table[3].flags)), (Some("UDP"), Some("ops")));
    assert_eq!((table[5].local_address, table[5].remote_port), (Some(ip("2001:db8::64")), Some(443)));
    assert_eq!((table[6].local_address, table[6].fwmark.map(|mark| mark.0)), (None, Some(7)));
    assert_eq!((table[7].fwmark.map(|mark| mark.0), table[7].remote_port), (Some(7), Some(0)));
    // The kernel prints addresses in network order, on every machine.
    let big = decode_as::<IpVs>(Endian::Big, "ip_vs", &common::read("ip_vs"));
    assert_eq!(big[0].local_address, Some(ip("192.0.2.100")));
    let header = "a\nb\nc\n";
    let server = "  -> C633640A:0050      Masq    10     1          4         \n";
    assert_eq!(fault::<IpVs>("ip_vs", &format!("{header}{server}")), "server without service");
    let lost = decode_as::<IpVs>(
        Endian::Little,
        "ip_vs",
        format!("{header}TCP  C0000264:0050 rr \nTCP  nowhere rr \n{server}").as_bytes(),
    );
    assert_eq!((lost.len(), lost.faults()), (1, 2), "a server of a service that could not be read");
}

#[test]
fn connections_and_traffic_of_the_load_balancer() {
    let table = fixture::<IpVsConn>("ip_vs_conn");
    let row = &table[0];
    assert_eq!((row.from_ip, row.f_prt, row.dest_ip), (ip("192.0.2.9"), 40001, ip("198.51.100.10")));
    assert_eq!((text(&table, row.state), row.expires, row.pe_name), (Some("ESTABLISHED"), Some(899), None));
    let names = (text(&table, table[1].pe_name), text(&table, table[1].pe_data));
    assert_eq!(names, (Some("sip"), Some("a84b4c76e66710@192.0.2.9")));
    assert_eq!((table[3].to_ip, table[3].t_prt), (ip("2001:db8::64"), 443));
    let short = "header\nTCP C0000209 9C41 C0000264 0050 C633640A 0050\n";
    assert_eq!(decode::<IpVsConn>("ip_vs_conn", short)[0].expires, None);
    assert_eq!(fault::<IpVsConn>("ip_vs_conn", "header\nTCP C0000209 9C41\n"), "address unreadable");
    let row = fixture::<IpVsStats>("ip_vs_stats")[0].clone();
    assert_eq!((row.conns, row.inpkts, row.outbytes), (7, 42, 65535));
    assert_eq!((row.cps, row.outbps), (Some(1), Some(1000)));
    let totals = decode::<IpVsStats>("ip_vs_stats", "a\nb\n 1 2 3 4 5\n\n");
    assert_eq!((totals[0].outbytes, totals[0].cps), (5, None));
}

#[test]
fn what_the_kernel_was_told_at_boot_and_vlans() {
    let table = fixture::<NtpServer>("ipconfig/ntp_servers");
    assert_eq!(table[1].server, Ipv4Addr::new(198, 51, 100, 123));
    let table = fixture::<VlanConfig>("vlan/config");
    let names = (text(&table, table[1].device), text(&table, table[1].real_dev));
    assert_eq!((names, table[1].vlan_id), ((Some("storage"), Some("bond0")), 4094));
    let more = decode::<VlanConfig>("vlan/config", "a\nb\neth0.5         | 5  | eth0 | new\n");
    assert_eq!(more.extra_cell(0, 4), Value::Text(b"new"));
    assert_eq!(fault::<VlanConfig>("vlan/config", "a\nb\neth0.5 | 70000 | eth0\n"), "VLAN ID unreadable");
}
