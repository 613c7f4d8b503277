//! Tables of what rtnetlink tells: samples in, rows out.

use std::sync::Arc;

use netmonitor_core::dumps;
use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::plan::Plan;
use netmonitor_core::sample::{Endian, Machine, Moment, Origin, Part, Reading, Sample, Status};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views;
use serde_json::Value as Json;

const SECOND: u64 = 1_000_000_000;

fn engine() -> Engine {
    Engine::new(Machine {
        kernel: "6.18.0".into(),
        arch: "x86_64".into(),
        endian: Endian::Little,
        clk_tck: 100,
        page_size: 4096,
        boot_id: String::new(),
        boot_time: 0,
    })
}

/// A tick in a namespace, with nothing read of it.
fn tick(seq: u64, netns: u64) -> Sample {
    let moment = Moment { wall: 0, boottime: (seq + 1) * SECOND, seq };
    let mut sample = Sample { moment, parts: Vec::new() };
    sample.push(
        Origin::process("stat"),
        *b"42 (web) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 9 1 1 1 1 1 5 0 0",
    );
    sample.push(Origin::process("ns/net"), format!("net:[{netns}]"));
    sample
}

/// What a kernel answered.
fn answer(dump: &dumps::Dump) -> Vec<u8> {
    let (subsystem, name) = dump.name.split_once('/').unwrap();
    let name = if subsystem == "sock_diag" && dump.is_own { format!("inet_{name}") } else { name.to_owned() };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux-6.18/netlink");
    std::fs::read(root.join(name).with_extension("bin")).unwrap()
}

const LISTS: [&dumps::Dump; 5] = [&dumps::LINK, &dumps::ADDR, &dumps::NEIGH, &dumps::ROUTE, &dumps::RULE];

/// The same with these lists.
fn with(mut sample: Sample, lists: &[&dumps::Dump]) -> Sample {
    for dump in lists {
        sample.push(Origin::Dump(dump.name.into()), answer(dump));
    }
    sample
}

/// The same with lists that were not given.
fn without(mut sample: Sample, status: Status) -> Sample {
    let reading = Reading { status, at: sample.moment.boottime, took: 0 };
    for dump in LISTS {
        sample.parts.push(Part { origin: Origin::Dump(dump.name.into()), reading, bytes: Vec::new() });
    }
    sample
}

fn table(snapshot: &Snapshot, name: &str) -> Json {
    let selection = Selection::parse(&[name], Scope::Process).unwrap();
    let mut out = Vec::new();
    (export::find("json").unwrap().export)().write(&mut out, snapshot, &selection).unwrap();
    let document: Json = serde_json::from_slice(&out).unwrap();
    document["views"][0]["tables"][0].clone()
}

fn rows(snapshot: &Snapshot, name: &str) -> Vec<Json> {
    table(snapshot, name)["rows"].as_array().unwrap().clone()
}

fn all() -> Arc<Snapshot> {
    engine().advance(&with(tick(0, 7), &LISTS))
}

/// These columns of the rows.
fn columns(rows: &[Json], names: &[&str]) -> Vec<String> {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |row: &Json| names.iter().map(|name| text(&row[*name])).collect::<Vec<_>>().join(" ");
    rows.iter().map(line).collect()
}

#[test]
fn interfaces_name_the_others_that_they_belong_to() {
    let rows = rows(&all(), "links.links");
    assert_eq!(
        columns(&rows, &["ifindex", "interface", "master_name", "link", "link_name", "link_netnsid"]),
        [
            "1 lo null null null null",
            // The other end has the same number, in another namespace.
            "2 veth0 null 2 null 0",
            "3 br0 null null null null",
            "4 veth2 null 5 veth1 null",
            "5 veth1 br0 4 veth2 null",
        ]
    );
    assert_eq!((&rows[1]["operstate"], &rows[1]["kind"]), (&"UP".into(), &"veth".into()));
    assert_eq!(rows[1]["flags"], serde_json::json!(["UP", "BROADCAST", "RUNNING", "MULTICAST", "LOWER_UP"]));
}

#[test]
fn neighbours_stand_by_family_device_and_address() {
    let snapshot = all();
    let rows = rows(&snapshot, "arp.neighbours");
    assert_eq!(rows, self::rows(&snapshot, "neighbours.neighbours"), "one table in two tabs");
    assert_eq!(
        columns(&rows[..9], &["family", "interface", "dst", "state"]),
        [
            "inet lo 0.0.0.0 NOARP",
            "inet veth0 10.77.0.2 REACHABLE",
            "inet veth0 10.77.0.66 PERMANENT",
            "inet veth0 10.77.0.78 INCOMPLETE",
            "inet veth0 10.88.0.9 STALE",
            "inet br0 224.0.0.22 NOARP",
            "inet6 lo ::1 NOARP",
            "inet6 veth0 fd77::2 REACHABLE",
            "inet6 veth0 fd77::99 PERMANENT",
        ]
    );
    assert_eq!((&rows[3]["lladdr"], &rows[3]["probes"]), (&Json::Null, &4.into()));
    assert_eq!(rows[8]["flags"], serde_json::json!(["ROUTER"]));
}

#[test]
fn routes_stand_by_table_and_next_hops_together() {
    let mut default = vec![0; 16];
    // IPv4, length 0, table 100, made at boot, to everywhere, a way for packets; by interface 2.
    default.extend([2, 0, 0, 0, 100, 3, 0, 1, 0, 0, 0, 0, 8, 0, 4, 0, 2, 0, 0, 0]);
    let length = default.len() as u8;
    default[..6].copy_from_slice(&[length, 0, 0, 0, 24, 0]);
    let mut sample = with(tick(0, 7), &[&dumps::LINK]);
    sample.push(Origin::Dump(dumps::ROUTE.name.into()), [answer(&dumps::ROUTE), default].concat());
    let rows = rows(&engine().advance(&sample), "routing.routes");
    let shown = columns(&rows, &["table_id", "family", "dst", "prefix_length", "interface", "hop", "weight"]);
    assert_eq!(shown[0], "100 inet 0.0.0.0 0 veth0 null null", "the default, of whichever table");
    assert_eq!(shown[1], "254 inet 10.77.0.0 24 veth0 null null");
    let tables: Vec<&str> = shown[1..].iter().map(|line| &line[..3]).collect();
    assert!(tables.is_sorted_by_key(|table| ["254", "100", "255"].iter().position(|known| known == table)));
    let at = shown.iter().position(|line| line.contains(" 198.51.100.0 ")).unwrap();
    assert_eq!(
        shown[at..at + 2],
        ["100 inet 198.51.100.0 25 veth0 1 3", "100 inet 198.51.100.0 25 veth0 2 5"]
    );
    let refused = rows.iter().find(|row| row["dst"] == "203.0.113.0").unwrap();
    assert_eq!((&refused["route_type"], &refused["interface"]), (&"UNREACHABLE".into(), &Json::Null));
}

#[test]
fn rules_stand_in_the_order_in_which_they_are_tried() {
    let rows = rows(&all(), "routing.rules");
    assert_eq!(
        columns(&rows[..10], &["family", "priority", "action", "table_id"]),
        [
            "inet 0 lookup 255",
            "inet 100 lookup 100",
            "inet 200 unreachable 0",
            "inet 300 lookup 254",
            "inet 400 goto 0",
            "inet 32766 lookup 254",
            "inet 32767 lookup 253",
            "inet 40000 blackhole 0",
            "inet6 0 lookup 255",
            "inet6 600 lookup 200",
        ]
    );
}

#[test]
fn addresses_stand_by_interface_the_first_of_a_network_before_the_others() {
    let rows = rows(&all(), "addresses.addresses");
    assert_eq!(
        columns(&rows[..6], &["interface", "family", "address", "label", "valid_lft"]),
        [
            "lo inet 127.0.0.1 lo null",
            "lo inet6 ::1 null null",
            "veth0 inet 10.77.0.1 veth0:x null",
            "veth0 inet 10.99.0.1 veth0 null",
            "veth0 inet 10.77.0.3 veth0 998",
            "veth0 inet6 fd77::3 null 1998",
        ]
    );
}

#[test]
fn packet_sockets_name_their_interface_whoever_tells_of_them() {
    let scope = Scope::Namespace;
    let packet = views::find("packet").unwrap().tables[0];
    assert!(packet.content.needs().dumps.contains(&&dumps::LINK));
    let named = |sample: &Sample, number: &str| {
        let snapshot = engine().advance(sample);
        let view = packet.view(&snapshot, scope);
        let cell = |row, column| {
            let column = view.columns.iter().find(|known| known.name == column).unwrap();
            let mut text = String::new();
            netmonitor_core::format::text(view.named(row, column.name).unwrap(), column, 100, &mut text);
            text
        };
        let names = (0..view.len()).map(|row| format!("{} {}", cell(row, number), cell(row, "interface")));
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let told = named(&with(tick(0, 7), &[&dumps::LINK, &dumps::PACKET]), "ifindex");
    assert_eq!(told, ["0 -", "2 veth0"].map(str::to_owned).into());
    let mut by_file = with(tick(0, 7), &[&dumps::LINK]);
    by_file.push(
        Origin::net("packet"),
        *b"sk RefCnt Type Proto Iface R Rmem User Inode\n0 3 3 0003 2 1 0 0 9\n",
    );
    assert_eq!(named(&by_file, "iface"), ["2 veth0".to_owned()].into());
}

#[test]
fn where_the_kernel_does_not_answer_the_tables_say_why_and_the_files_stand() {
    let entering = "may not be asked: entering another network namespace needs CAP_SYS_ADMIN";
    for (status, word, why) in [
        (Status::Denied, "denied", entering),
        (Status::NotAsked, "not-read", "is not asked of a copied tree"),
    ] {
        let mut sample = without(tick(0, 7), status);
        sample.push(
            Origin::net("route"),
            *b"header\neth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n",
        );
        sample.push(
            Origin::net("packet"),
            *b"sk RefCnt Type Proto Iface R Rmem User Inode\n0 3 3 0003 2 1 0 0 9\n",
        );
        let snapshot = engine().advance(&sample);
        for (table, source) in [
            ("arp.neighbours", "neigh"),
            ("traffic.links", "link"),
            ("routing.routes", "route"),
            ("routing.rules", "rule"),
            ("addresses.addresses", "addr"),
        ] {
            let shown = self::table(&snapshot, table);
            assert_eq!((&shown["status"], &shown["rows"]), (&word.into(), &serde_json::json!([])));
            assert_eq!(shown["reason"], format!("rtnetlink/{source} {why}"), "said once");
        }
        assert_eq!(table(&snapshot, "routing.routes_ipv4")["status"], "ok");
        let packet = table(&snapshot, "packet");
        assert_eq!((&packet["status"], &packet["rows"][0]["interface"]), (&"partial".into(), &Json::Null));
        assert_eq!(packet["reason"], format!("rtnetlink/link {why}"));
    }
}

#[test]
fn counters_of_an_interface_have_rates_and_growth() {
    let mut engine = engine();
    engine.advance(&with(tick(0, 7), &[&dumps::LINK]));
    let mut sample = tick(1, 7);
    // The bytes that veth0 received stand in `struct rtnl_link_stats64` as a number of eight bytes.
    let mut bytes = answer(&dumps::LINK);
    let place = bytes.windows(8).position(|window| window == 942u64.to_le_bytes()).unwrap();
    bytes[place..place + 8].copy_from_slice(&1042u64.to_le_bytes());
    sample.push(Origin::Dump(dumps::LINK.name.into()), bytes);
    let rows = rows(&engine.advance(&sample), "links.links");
    assert_eq!(columns(&rows[1..2], &["interface", "rx_bytes", "rx_bytes_rate"]), ["veth0 1042 100.0"]);
    assert_eq!(rows[1]["tx_bytes_rate"], 0.0);
}

#[test]
fn names_of_another_namespace_are_not_kept() {
    let mut engine = engine();
    let first = engine.advance(&with(tick(0, 7), &[&dumps::LINK]));
    assert_eq!(first.interfaces.name(2), Some(&b"veth0"[..]));
    let same = engine.advance(&with(tick(1, 7), &[&dumps::NEIGH]));
    assert_eq!(same.interfaces.name(2), Some(&b"veth0"[..]), "as long as it is not read again");
    let other = engine.advance(&with(tick(2, 8), &[&dumps::NEIGH]));
    assert_eq!(other.interfaces.name(2), None);
    let refused = engine.advance(&without(with(tick(3, 8), &[&dumps::LINK]), Status::Denied));
    assert_eq!(refused.interfaces.name(2), None);
}

#[test]
fn of_these_lists_only_the_one_with_counters_is_read_before_it_is_looked_at() {
    let plan = Plan::of([views::find("tcp").unwrap()], Scope::Process).with_first_readings();
    let first: Vec<_> = LISTS.into_iter().filter(|dump| plan.dumps.contains(dump)).collect();
    assert_eq!(first, [&dumps::LINK]);
    let plan = Plan::of([views::find("arp").unwrap()], Scope::Process);
    assert_eq!(plan.dumps, [&dumps::NEIGH, &dumps::LINK]);
}
