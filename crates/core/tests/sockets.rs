//! All sockets of a process in one table, wherever each is told of.

use std::sync::Arc;

use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::sample::{Endian, Machine, Moment, Origin, Part, Reading, Sample, Status};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::source;
use serde_json::Value as Json;

const SECOND: u64 = 1_000_000_000;

fn machine() -> Machine {
    Machine { kernel: "6.18.0".into(), arch: "x86_64".into(), ..Machine::default() }
}

fn fixture(path: &str) -> Vec<u8> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux-6.18");
    std::fs::read(root.join(path)).unwrap()
}

/// A tick of process 42, which holds these sockets.
fn holding(inodes: &[u64]) -> Sample {
    let mut sample = Sample { moment: Moment { wall: 1, boottime: SECOND, seq: 0 }, parts: Vec::new() };
    sample.push(
        Origin::process("stat"),
        *b"42 (web) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 987654 1 1 1 1 1 5000 0 0",
    );
    sample.push(Origin::process("ns/net"), *b"net:[77]");
    let mut links = String::from("ns/net net:[77]\n");
    for (fd, inode) in (3..).zip(inodes) {
        links.push_str(&format!("fd/{fd} socket:[{inode}]\n"));
    }
    sample.push(Origin::Links(42), links);
    sample.push(Origin::Users, *b"root:x:0:0::/:\n");
    sample
}

/// The inodes that a source tells.
fn inodes(name: &str, bytes: &[u8]) -> Vec<u64> {
    let mut decoder = source::decoder(name, Endian::Little);
    decoder.feed(bytes);
    let table = decoder.finish();
    let field = table.fields().iter().position(|field| field.column.name == "inode").unwrap();
    (0..table.len()).filter_map(|row| table.cell(row, field).count()).filter(|inode| *inode != 0).collect()
}

fn table(snapshot: &Arc<Snapshot>, scope: Scope) -> Json {
    let selection = Selection::parse(&["sockets"], scope).unwrap();
    let mut out = Vec::new();
    (export::find("json").unwrap().export)().write(&mut out, snapshot, &selection).unwrap();
    let document: Json = serde_json::from_slice(&out).unwrap();
    document["views"][0]["tables"][0].clone()
}

fn rows(table: &Json) -> &Vec<Json> {
    table["rows"].as_array().unwrap()
}

fn refused(origin: Origin) -> Part {
    Part { origin, reading: Reading { status: Status::Denied, at: SECOND, took: 0 }, bytes: Vec::new() }
}

fn word<'a>(row: &'a Json, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_default()
}

#[test]
fn sockets_that_were_asked_are_all_there_with_what_each_says() {
    let own = fixture("netlink/own_inet.bin");
    let mut sample = holding(&[inodes("own/inet", &own), inodes("own/other", &own), vec![999_999]].concat());
    sample.push(Origin::Own, own);
    let table = table(&Engine::new(machine()).advance(&sample), Scope::Process);
    assert_eq!((&table["source"], &table["sockets_held"]), (&"getsockopt".into(), &18.into()));
    let kinds: Vec<_> = rows(&table).iter().map(|row| word(row, "kind")).collect();
    let expected = [
        &["tcp"; 5][..],
        &["udp"; 2],
        &["udplite"; 2],
        &["raw"],
        &["unix stream"; 4],
        &["unix dgram", "netlink route", "packet raw", "unknown"],
    ];
    assert_eq!(kinds, expected.concat());
    let ends = |row: &Json| [word(row, "state"), word(row, "local"), word(row, "remote")].map(str::to_owned);
    assert_eq!(ends(&rows(&table)[1]), ["LISTEN", "[::1]:18081", ""]);
    assert_eq!(rows(&table)[1]["accept_queue"], 1);
    assert_eq!(ends(&rows(&table)[2]), ["ESTABLISHED", "127.0.0.1:18080", "127.0.0.1:56526"]);
    assert_eq!((&rows(&table)[2]["rx_queue"], &rows(&table)[2]["bytes_received"]), (&11.into(), &11.into()));
    assert_eq!(ends(&rows(&table)[5]), ["UNCONNECTED", "127.0.0.1:18082", ""]);
    assert_eq!(ends(&rows(&table)[10]), ["LISTEN", "a socket with blanks", ""]);
    assert_eq!(rows(&table)[10]["peer_pid"], Json::Null, "it would be its own");
    assert_eq!(ends(&rows(&table)[11]), ["ESTABLISHED", "", "a socket with blanks"]);
    assert_eq!(rows(&table)[11]["peer_pid"], 26606);
    assert_eq!(ends(&rows(&table)[14]), ["", "@abstract@name", ""]);
    assert_eq!(ends(&rows(&table)[15]), ["", "port 0 groups 0x0", ""], "the kernel is everybody's peer");
    let unknown = rows(&table).last().unwrap();
    assert_eq!((&unknown["inode"], &unknown["owners"]), (&999_999.into(), &serde_json::json!([42])));
    assert!(word(unknown, "note").starts_with("closed while it was read"));
    assert!(word(&table, "reason").contains("of 1 socket only the number is known"));
}

#[test]
fn where_asking_is_refused_lists_tell_of_what_the_process_holds() {
    let (tcp, unix) = (fixture("netlink/inet_tcp.bin"), fixture("netlink/unix.bin"));
    let (first_tcp, pairs) = (inodes("sock_diag/tcp", &tcp)[0], inodes("sock_diag/unix", &unix));
    let mut sample = holding(&[&[first_tcp, 999_999], &pairs[..]].concat());
    sample.parts.push(refused(Origin::Own));
    sample.push(Origin::Dump("sock_diag/tcp".into()), tcp.clone());
    sample.push(Origin::Dump("sock_diag/unix".into()), unix);
    let snapshot = Engine::new(machine()).advance(&sample);
    let own = table(&snapshot, Scope::Process);
    assert_eq!(own["source"], "sock_diag");
    assert_eq!(rows(&own).iter().filter(|row| word(row, "kind") == "tcp").count(), 1);
    assert_eq!(rows(&own)[0]["inode"], first_tcp);
    // Both ends of a pair are held, and each knows who holds the other one.
    let with_peer = rows(&own).iter().filter(|row| row["peer_owners"] == serde_json::json!([42]));
    assert!(with_peer.clone().count() >= 2);
    assert!(with_peer.clone().all(|row| word(row, "kind").starts_with("unix")));
    let unknown = rows(&own).last().unwrap();
    assert_eq!((word(unknown, "kind"), &unknown["inode"]), ("unknown", &999_999.into()));
    assert_eq!(word(unknown, "note"), "in no list; asking it needs CAP_SYS_PTRACE");
    let all = table(&snapshot, Scope::Namespace);
    assert!(rows(&all).len() > rows(&own).len());
    assert!(rows(&all).iter().all(|row| word(row, "kind") != "unknown"), "others' are in the lists");
}

#[test]
fn files_tell_of_sockets_where_nothing_else_does() {
    let mut sample = holding(&[]);
    for path in ["tcp", "tcp6", "udp", "unix", "netlink", "packet"] {
        sample.push(Origin::net(path), fixture(&format!("net/{path}")));
    }
    for name in ["tcp", "udp", "unix", "netlink", "packet"] {
        sample.parts.push(refused(Origin::Dump(format!("sock_diag/{name}").into())));
    }
    let table = table(&Engine::new(machine()).advance(&sample), Scope::Namespace);
    assert_eq!(table["source"], "proc");
    let count = |kind: &str| rows(&table).iter().filter(|row| word(row, "kind").starts_with(kind)).count();
    for (kind, path) in [("unix", "unix"), ("netlink", "netlink"), ("packet", "packet")] {
        let text = fixture(&format!("net/{path}"));
        let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count() - 1;
        assert_eq!(count(kind), lines, "{kind}");
    }
    assert!(count("tcp") > 5 && count("udp") > 1);
    let bound = rows(&table).iter().filter(|row| word(row, "kind").starts_with("unix"));
    assert!(bound.clone().any(|row| word(row, "local").starts_with('@')));
}

#[test]
fn a_process_without_descriptors_to_see_shows_its_namespace() {
    let mut sample = holding(&[]);
    sample.parts.retain(|part| !matches!(part.origin, Origin::Links(_)));
    sample.parts.push(refused(Origin::Links(42)));
    sample.parts.push(refused(Origin::Own));
    sample.push(Origin::net("tcp"), fixture("net/tcp"));
    sample.push(Origin::net("tcp6"), fixture("net/tcp6"));
    let table = table(&Engine::new(machine()).advance(&sample), Scope::Process);
    assert_eq!(table["scope"], "namespace");
    assert!(word(&table, "reason").contains("CAP_SYS_PTRACE"));
    assert!(!rows(&table).is_empty());
}
