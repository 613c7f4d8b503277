//! Samples in, snapshots and print out.

use std::sync::Arc;
use std::time::Duration;

use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::report;
use netmonitor_core::sample::{Machine, Moment, Origin, Part, Reading, Sample, Status};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::{NoteEvent, Snapshot};
use netmonitor_core::views;
use procnet::Value;
use serde_json::Value as Json;

const SECOND: u64 = 1_000_000_000;

fn machine() -> Machine {
    Machine { kernel: "6.18.0".into(), arch: "x86_64".into(), ..Machine::default() }
}

/// A tick of process 42, with its identity.
fn tick(seq: u64) -> Sample {
    let moment =
        Moment { wall: 1_700_000_000_000_000_000 + (seq * SECOND) as i64, boottime: (seq + 1) * SECOND, seq };
    let mut sample = Sample { moment, parts: Vec::new() };
    sample.push(Origin::process("stat"), stat("web", 5000));
    sample.push(Origin::process("status"), *b"Uid:\t1000\t1000\t1000\t1000\n");
    sample.push(Origin::process("ns/net"), *b"net:[77]");
    sample
}

fn stat(name: &str, stack: u64) -> String {
    format!("42 ({name}) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 987654 1 1 1 1 1 {stack} 0 0")
}

fn fixture(path: &str) -> Vec<u8> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux-6.18/net");
    std::fs::read(root.join(path)).unwrap()
}

fn tcp(lines: &[&str]) -> String {
    let mut text = String::from("header\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

const LISTEN: &str =
    "0: 0100007F:1F90 00000000:0000 0A 00000000:00000002 00:00000000 00000000 1000 0 10 1 0 100 0 0 10 16";
const OURS: &str =
    "1: 0100007F:1F90 0100007F:C350 01 00000005:00000003 01:00000014 00000002 1000 1 11 1 0 20 4 30 10 7";
const THEIRS: &str =
    "2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 0 0 12 1 0 20 4 30 10 -1";
const WAITING: &str =
    "3: 0100007F:1F90 0100007F:C351 01 00000000:00000000 00:00000000 00000000 0 0 0 1 0 20 4 30 10 -1";
const GONE: &str = "4: 0100007F:1F90 0100007F:C352 06 00000000:00000000 03:000003E8 00000000 0 0 0 3 0";

fn sockets(seq: u64) -> Sample {
    let mut sample = tick(seq);
    sample.push(Origin::net("tcp"), tcp(&[THEIRS, WAITING, LISTEN, GONE, OURS]));
    sample.push(Origin::net("tcp6"), *b"header\n");
    sample.push(Origin::Links(42), *b"ns/net net:[77]\nfd/3 socket:[10]\nfd/4 socket:[11]\n");
    sample.push(Origin::Links(43), *b"ns/net net:[77]\nfd/0 socket:[11]\n");
    sample.push(Origin::Users, *b"root:x:0:0::/:\nsvc:x:1000:1000::/:\n");
    sample
}

fn json(snapshot: &Snapshot, words: &[&str], scope: Scope) -> Json {
    serde_json::from_str(&print(snapshot, words, scope, "json")).unwrap()
}

fn print(snapshot: &Snapshot, words: &[&str], scope: Scope, format: &str) -> String {
    let selection = Selection::parse(words, scope).unwrap();
    let mut out = Vec::new();
    (export::find(format).unwrap().export)().write(&mut out, snapshot, &selection).unwrap();
    String::from_utf8(out).unwrap()
}

fn rows(document: &Json) -> &Vec<Json> {
    document["views"][0]["tables"][0]["rows"].as_array().unwrap()
}

#[test]
fn a_process_owns_what_its_descriptors_say() {
    let snapshot = Engine::new(machine()).advance(&sockets(0));
    let own = json(&snapshot, &["tcp"], Scope::Process);
    let inodes =
        |document: &Json| rows(document).iter().map(|row| row["inode"].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(inodes(&own), [10, 11]);
    assert_eq!(own["views"][0]["tables"][0]["scope"], "process");
    let all = json(&snapshot, &["tcp"], Scope::Namespace);
    assert_eq!(inodes(&all), [10, 11, 0, 0, 12], "listening first, then by ports");
    assert_eq!(rows(&all)[1]["owners"], serde_json::json!([42, 43]));
    assert_eq!(rows(&all)[1]["user"], "svc");
    assert_eq!(rows(&all)[2]["owners"], Json::Null);
}

#[test]
fn a_row_that_the_kernel_printed_twice_is_one_socket() {
    let mut sample = sockets(0);
    sample.push(Origin::net("tcp"), tcp(&[LISTEN, OURS, GONE, THEIRS, OURS, GONE]));
    let snapshot = Engine::new(machine()).advance(&sample);
    let inodes: Vec<_> = rows(&json(&snapshot, &["tcp"], Scope::Namespace))
        .iter()
        .map(|row| row["inode"].as_u64().unwrap())
        .collect();
    assert_eq!(inodes, [10, 11, 0, 12]);
}

#[test]
fn a_listening_socket_has_an_accept_queue_and_others_have_not() {
    let snapshot = Engine::new(machine()).advance(&sockets(0));
    let document = json(&snapshot, &["tcp"], Scope::Process);
    let (listen, established) = (&rows(&document)[0], &rows(&document)[1]);
    assert_eq!(
        (&listen["state"], &listen["accept_queue"], &listen["rx_queue"]),
        (&"LISTEN".into(), &2.into(), &Json::Null)
    );
    assert_eq!((&listen["fastopen_max_queue"], &listen["snd_ssthresh"]), (&16.into(), &Json::Null));
    assert_eq!((&established["accept_queue"], &established["rx_queue"]), (&Json::Null, &3.into()));
    assert_eq!((&established["fastopen_max_queue"], &established["snd_ssthresh"]), (&Json::Null, &7.into()));
    assert_eq!((&established["timer"], &established["timer_expires"]), (&"retransmit".into(), &20.into()));
    assert_eq!((&established["retransmits"], &established["probes_out"]), (&2.into(), &1.into()));
}

#[test]
fn why_there_is_no_owner_is_said() {
    let mut sample = sockets(0);
    sample.push(Origin::Walk, *b"pass=1 visited=2 denied=0 descriptors=1 complete=0");
    let snapshot = Engine::new(machine()).advance(&sample);
    let text = print(&snapshot, &["tcp"], Scope::Namespace, "text");
    for reason in ["no owner possible", "in an accept queue", "none found so far", "42 43"] {
        assert!(text.contains(reason), "{reason} in {text}");
    }
}

#[test]
fn unreadable_descriptors_widen_the_scope_and_say_so() {
    let mut sample = sockets(0);
    sample.parts.retain(|part| !matches!(part.origin, Origin::Links(_)));
    let reading = Reading { status: Status::Denied, at: SECOND, took: 0 };
    sample.parts.push(Part { origin: Origin::Links(42), reading, bytes: Vec::new() });
    let document = json(&Engine::new(machine()).advance(&sample), &["tcp"], Scope::Process);
    let table = &document["views"][0]["tables"][0];
    assert_eq!((&table["scope"], &table["status"]), (&"namespace".into(), &"partial".into()));
    assert!(table["reason"].as_str().unwrap().contains("CAP_SYS_PTRACE"));
    assert_eq!(rows(&document).len(), 5);
}

fn snmp(in_segs: u64, resets: u64, types: &str) -> String {
    let types =
        if types.is_empty() { String::new() } else { format!("IcmpMsg: InType3\nIcmpMsg: {types}\n") };
    format!("{types}Tcp: RtoAlgorithm MaxConn CurrEstab InSegs OutRsts\nTcp: 1 -1 4 {in_segs} {resets}\n")
}

fn counter(snapshot: &Snapshot, view: &str, name: &str) -> Json {
    rows(&json(snapshot, &[view], Scope::Process)).iter().find(|row| row["name"] == name).unwrap().clone()
}

#[test]
fn counters_have_rates_and_gauges_and_constants_have_none() {
    let mut engine = Engine::new(machine());
    let mut last: Option<Arc<Snapshot>> = None;
    for (seq, (segs, resets, types)) in [(100, 9, ""), (150, 5, "4"), (350, 6, "6")].into_iter().enumerate() {
        let mut sample = tick(seq as u64 * 2);
        sample.push(Origin::net("snmp"), snmp(segs, resets, types));
        last = Some(engine.advance(&sample));
        if seq == 0 {
            let first = counter(last.as_ref().unwrap(), "analysis.Tcp", "InSegs");
            assert_eq!((&first["rate"], &first["since_start"]), (&Json::Null, &0.into()));
        }
        if seq == 1 {
            let back = counter(last.as_ref().unwrap(), "analysis.Tcp", "OutRsts");
            assert_eq!(
                (&back["rate"], &back["since_start"]),
                (&Json::Null, &Json::Null),
                "a counter that went back"
            );
            let new = counter(last.as_ref().unwrap(), "analysis.IcmpMsg", "InType3");
            assert_eq!((&new["rate"], &new["since_start"]), (&2.0.into(), &4.into()), "left out while zero");
        }
    }
    let last = last.unwrap();
    let segs = counter(&last, "analysis.Tcp", "InSegs");
    assert_eq!(
        (&segs["kind"], &segs["rate"], &segs["since_start"]),
        (&"counter".into(), &100.0.into(), &250.into())
    );
    let established = counter(&last, "analysis.Tcp", "CurrEstab");
    assert_eq!((&established["kind"], &established["rate"]), (&"gauge".into(), &Json::Null));
    let algorithm = counter(&last, "analysis.Tcp", "RtoAlgorithm");
    assert_eq!((&algorithm["kind"], &algorithm["value"]), (&"constant".into(), &1.into()));
    assert_eq!(counter(&last, "analysis.Tcp", "MaxConn")["value"], -1);
    assert_eq!(counter(&last, "analysis.IcmpMsg", "InType3")["type_name"], "destination unreachable");
    assert!(print(&last, &["analysis.Tcp"], Scope::Process, "text").contains("1 other"));
}

#[test]
fn nothing_is_compared_across_a_change_of_namespace() {
    let mut engine = Engine::new(machine());
    for (seq, link) in [(0, "net:[77]"), (1, "net:[88]")] {
        let mut sample = tick(seq);
        sample.push(Origin::process("ns/net"), link);
        sample.push(Origin::net("snmp"), snmp(100 + seq * 1000, 0, ""));
        let snapshot = engine.advance(&sample);
        let segs = counter(&snapshot, "analysis.Tcp", "InSegs");
        assert_eq!((&segs["rate"], &segs["since_start"]), (&Json::Null, &0.into()));
        assert_eq!(snapshot.netns.inode, Some(77 + seq * 11));
        if seq == 1 {
            assert!(
                snapshot.notes.iter().any(|note| note.event == NoteEvent::NetnsChanged { from: 77, to: 88 })
            );
        }
    }
}

#[test]
fn an_exec_is_noted_once() {
    let mut engine = Engine::new(machine());
    engine.advance(&tick(0));
    for seq in 1..4 {
        let mut sample = tick(seq);
        sample.push(Origin::process("stat"), stat("curl", 6000));
        let notes = engine.advance(&sample).notes.clone();
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].event, NoteEvent::Exec { from: b"web".to_vec(), to: b"curl".to_vec() });
    }
}

#[test]
fn interface_rates_follow_the_interface() {
    let mut engine = Engine::new(machine());
    let dev = |lines: &[&str]| {
        let rows: String =
            lines.iter().map(|line| format!("{line} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n")).collect();
        format!("Inter-|\n face |\n{rows}")
    };
    let mut first = tick(0);
    first.push(Origin::net("dev"), dev(&["lo: 10", "eth0: 100"]));
    engine.advance(&first);
    let mut second = tick(2);
    second.push(Origin::net("dev"), dev(&["new: 7", "eth0: 300", "lo: 4"]));
    let document = json(&engine.advance(&second), &["traffic"], Scope::Process);
    let rates: Vec<_> = rows(&document).iter().map(|row| row["rx_bytes_rate"].clone()).collect();
    assert_eq!(rates, [Json::Null, 100.0.into(), Json::Null]);
    assert_eq!(document["views"][0]["tables"][0]["scope"], "namespace");
}

#[test]
fn the_default_route_comes_first_and_a_refusing_one_is_not_it() {
    let mut sample = tick(0);
    sample.push(Origin::net("route"), fixture("route"));
    sample.push(Origin::net("ipv6_route"), fixture("ipv6_route"));
    let document = json(&Engine::new(machine()).advance(&sample), &["routing"], Scope::Process);
    let tables = document["views"][0]["tables"].as_array().unwrap();
    let first = |table: usize| &tables[table]["rows"][0];
    assert_eq!((&first(0)["gateway"], &first(0)["flags"]), (&"192.0.2.254".into(), &"UG".into()));
    assert_eq!((&first(1)["gateway"], &first(1)["flags"]), (&"2001:db8::fe".into(), &"UG".into()));
    let refusing = tables[1]["rows"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&refusing["flags"], &refusing["flag_names"]),
        (&"!n".into(), &serde_json::json!(["reject", "nonexthop"]))
    );
}

#[test]
fn a_file_that_is_not_there_is_data_with_a_reason() {
    let mut sample = tick(0);
    sample.push(Origin::net("arp"), fixture("arp"));
    let reading = Reading { status: Status::Missing, at: SECOND, took: 0 };
    sample.parts.push(Part { origin: Origin::net("stat/arp_cache"), reading, bytes: Vec::new() });
    for list in ["rtnetlink/neigh", "rtnetlink/link"] {
        sample.push(Origin::Dump(list.into()), *b"");
    }
    let snapshot = Engine::new(machine()).advance(&sample);
    let document = json(&snapshot, &["arp"], Scope::Process);
    let tables = document["views"][0]["tables"].as_array().unwrap();
    assert_eq!((&tables[0]["status"], &tables[1]["status"]), (&"ok".into(), &"missing".into()));
    assert_eq!((&tables[1]["scope"], &tables[1]["netns"]), (&"host".into(), &Json::Null));
    assert_eq!(tables[1]["reason"], "net/stat/arp_cache does not exist here");
    assert_eq!(tables[0]["rows"][0]["flags"], serde_json::json!(["COMPLETE"]));
    let selection = Selection::parse(&["arp"], Scope::Process).unwrap();
    assert_eq!(
        export::problems(&snapshot, &selection),
        ["arp.arp_cache: net/stat/arp_cache does not exist here"]
    );
}

#[test]
fn what_was_not_read_this_time_stays_with_its_age() {
    let mut engine = Engine::new(machine());
    engine.advance(&sockets(0));
    let snapshot = engine.advance(&tick(5));
    let view = views::find("tcp").unwrap().tables[0].view(&snapshot, Scope::Process);
    assert_eq!((view.len(), view.age), (2, 5 * SECOND));
    let never = views::find("routing").unwrap().tables[0].view(&snapshot, Scope::Process);
    assert_eq!((never.state.word, never.len()), ("not-read", 0));
}

#[test]
fn json_has_the_promised_form() {
    let snapshot = Engine::new(machine()).advance(&sockets(3));
    let document = json(&snapshot, &["tcp"], Scope::Process);
    assert_eq!(document["schema"], 1);
    assert_eq!(document["at"], "2023-11-14T22:13:23.000Z");
    let target = serde_json::json!({"pid": 42, "name": "web", "start_time": 987_654, "netns": 77});
    assert_eq!(document["target"], target);
    let table = &document["views"][0]["tables"][0];
    assert_eq!(
        (&document["views"][0]["view"], &table["name"], &table["netns"]),
        (&"tcp".into(), &"tcp".into(), &77.into())
    );
    let lines = print(&snapshot, &["tcp"], Scope::Process, "jsonl");
    let lines: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["at"], &lines[0]["view"], &lines[0]["table"]),
        (&document["at"], &"tcp".into(), &"tcp".into())
    );
    assert_eq!((&lines[0]["scope"], &lines[0]["inode"]), (&"process".into(), &10.into()));
}

#[test]
fn csv_has_a_header_and_every_column() {
    let snapshot = Engine::new(machine()).advance(&sockets(0));
    let text = print(&snapshot, &["tcp"], Scope::Process, "csv");
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    assert_eq!((header[0], header[1]), ("at", "local_address"));
    let table = views::find("tcp").unwrap().tables[0];
    assert_eq!(header.len(), 1 + table.content.columns().len());
    let row: Vec<_> = lines.nth(1).unwrap().split(',').collect();
    let cell = |name: &str| row[header.iter().position(|column| *column == name).unwrap()];
    assert_eq!(
        (cell("owners"), cell("state"), cell("timer_expires"), cell("accept_queue")),
        ("42 43", "ESTABLISHED", "20", "")
    );
}

#[test]
fn hostile_names_are_harmless_in_every_format() {
    let mut sample = sockets(0);
    sample.push(Origin::process("stat"), stat("e\x1b[2Jvil\u{202e}\u{9b}", 1));
    sample.push(Origin::Users, "s\x1b]0;x\x07,\"\n:x:1000:1:\n");
    let dev = "Inter-|\n face |\nev\x1b[31m\u{9b}il: 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
    sample.push(Origin::net("dev"), dev);
    let snapshot = Engine::new(machine()).advance(&sample);
    for format in export::FORMATS {
        for words in [["tcp"], ["traffic"]] {
            let text = print(&snapshot, &words, Scope::Process, format.name);
            let raw = text
                .chars()
                .find(|character| *character != '\n' && netmonitor_core::format::is_harmful(*character));
            assert_eq!(raw, None, "{} of {words:?}", format.name);
        }
    }
    let report = report::closing(42, Some(&snapshot), Duration::from_secs(3), Duration::from_secs(3600));
    assert!(
        !report.contains('\x1b')
            && report.contains("tcp: 2 (1 ESTABLISHED, 1 LISTEN), read 1 h 0 min before the end"),
        "{report}"
    );
}

#[test]
fn any_parts_never_panic_and_every_cell_can_be_shown() {
    let mut engine = Engine::new(machine());
    for seq in 0..3 {
        let mut sample = tick(seq);
        let files = procnet::proc::FILES.iter().filter(|file| !file.path.contains('*'));
        for file in files {
            let mut bytes = fixture(file.path);
            if bytes.is_empty() {
                continue;
            }
            let place = (seq as usize * 7919) % bytes.len();
            bytes[place] = 0xff;
            sample.push(Origin::net(file.path), bytes);
        }
        sample.push(Origin::net("unknown/file"), *b"x");
        sample.push(Origin::Walk, *b"\xff");
        let snapshot = engine.advance(&sample);
        for view in views::ALL {
            for table in view.tables {
                for scope in [Scope::Process, Scope::Namespace] {
                    let table = table.view(&snapshot, scope);
                    for row in 0..table.len() + 1 {
                        for column in 0..table.columns.len() + 1 {
                            let value = table.cell(row, column);
                            assert!(row < table.len() || matches!(value, Value::Absent(_)));
                        }
                    }
                }
            }
        }
        for format in export::FORMATS {
            print(&snapshot, &["stats.TcpExt"], Scope::Namespace, format.name);
        }
    }
}

#[test]
fn what_grows_since_the_start_begins_with_the_first_whole_reading() {
    let mut engine = Engine::new(machine());
    let mut tick = |seq: u64, status: Status, text: String| {
        let mut sample = tick(seq);
        let reading = Reading { status, at: sample.moment.boottime, took: 0 };
        sample.parts.push(Part { origin: Origin::net("snmp"), reading, bytes: text.into_bytes() });
        engine.advance(&sample)
    };
    tick(0, Status::Missing, String::new());
    // Cut in the middle of a number.
    tick(1, Status::Interrupted, snmp(9, 0, "1"));
    let first = tick(2, Status::Ok, snmp(950, 1, "5001"));
    assert_eq!(counter(&first, "analysis.Tcp", "InSegs")["since_start"], 0);
    assert_eq!(counter(&first, "analysis.Tcp", "InSegs")["rate"], Json::Null);
    assert_eq!(counter(&first, "analysis.IcmpMsg", "InType3")["since_start"], 0);
    let cut = tick(3, Status::Interrupted, snmp(95, 1, "5002"));
    assert_eq!(counter(&cut, "analysis.Tcp", "InSegs")["since_start"], Json::Null);
    let second = tick(4, Status::Ok, snmp(970, 1, "5003"));
    let row = counter(&second, "analysis.Tcp", "InSegs");
    assert_eq!(
        (&row["since_start"], &row["rate"]),
        (&20.into(), &Json::Null),
        "not compared with the cut one"
    );
}

#[test]
fn nothing_is_compared_across_a_time_in_which_the_namespace_could_not_be_seen() {
    let mut engine = Engine::new(machine());
    for (seq, status) in [(0, Status::Ok), (1, Status::Denied), (2, Status::Ok)] {
        let mut sample = tick(seq);
        sample.parts.retain(|part| part.origin != Origin::process("ns/net"));
        let reading = Reading { status, at: 0, took: 0 };
        let bytes = if status == Status::Ok { b"net:[77]".to_vec() } else { Vec::new() };
        sample.parts.push(Part { origin: Origin::process("ns/net"), reading, bytes });
        sample.push(Origin::net("snmp"), snmp(100 + seq * 1_000_000, 0, ""));
        let snapshot = engine.advance(&sample);
        let row = counter(&snapshot, "analysis.Tcp", "InSegs");
        assert_eq!((&row["rate"], &row["since_start"]), (&Json::Null, &0.into()), "{seq}");
        assert_eq!(snapshot.netns.inode, (status == Status::Ok).then_some(77));
        assert!(snapshot.notes.is_empty());
    }
}

#[test]
fn the_user_of_a_connection_in_time_wait_is_not_known() {
    let snapshot = Engine::new(machine()).advance(&sockets(0));
    let document = json(&snapshot, &["tcp"], Scope::Namespace);
    let gone = rows(&document).iter().find(|row| row["state"] == "TIME_WAIT").unwrap();
    assert_eq!((&gone["uid"], &gone["user"]), (&Json::Null, &Json::Null));
}

#[test]
fn a_rate_is_that_of_the_last_tick_and_no_average_of_an_absence() {
    let mut engine = Engine::new(machine());
    let mut look = |seq: u64, path: &'static str, bytes: String| {
        let mut sample = tick(seq);
        sample.push(Origin::net(path), bytes);
        engine.advance(&sample)
    };
    look(0, "snmp", snmp(100, 0, ""));
    look(1, "tcp", tcp(&[]));
    let back = look(3600, "snmp", snmp(7300, 0, ""));
    let row = counter(&back, "analysis.Tcp", "InSegs");
    assert_eq!((&row["rate"], &row["since_start"]), (&Json::Null, &7200.into()));
    let next = look(3601, "snmp", snmp(7310, 0, ""));
    assert_eq!(counter(&next, "analysis.Tcp", "InSegs")["rate"], 10.0);
}

#[test]
fn sockets_that_stand_in_no_table_are_counted() {
    let mut sample = sockets(0);
    sample.push(
        Origin::Links(42),
        *b"ns/net net:[77]\nfd/3 socket:[10]\nfd/4 socket:[11]\nfd/5 socket:[999]\n",
    );
    let snapshot = Engine::new(machine()).advance(&sample);
    assert_eq!(json(&snapshot, &["tcp"], Scope::Process)["views"][0]["tables"][0]["sockets_held"], 3);
    assert!(
        print(&snapshot, &["tcp"], Scope::Process, "text").contains("tcp · process · 2 of 3 sockets held")
    );
}

#[test]
fn a_tree_without_descriptors_shows_the_namespace_and_says_why() {
    let mut sample = sockets(0);
    sample.parts.retain(|part| !matches!(part.origin, Origin::Links(_)));
    let reading = Reading { status: Status::Missing, at: SECOND, took: 0 };
    sample.parts.push(Part { origin: Origin::Links(42), reading, bytes: Vec::new() });
    let document = json(&Engine::watching(machine(), 42).advance(&sample), &["tcp"], Scope::Process);
    let table = &document["views"][0]["tables"][0];
    assert_eq!((&table["scope"], &table["status"]), (&"namespace".into(), &"partial".into()));
    assert!(table["reason"].as_str().unwrap().contains("no descriptors"), "{table}");
}

#[test]
fn groups_of_a_newer_kernel_are_shown() {
    let mut sample = tick(0);
    sample.push(Origin::net("netstat"), *b"TcpExt: TW New\nTcpExt: 1 2\nNewExt: First\nNewExt: 3\n");
    let snapshot = Engine::new(machine()).advance(&sample);
    let document = json(&snapshot, &["stats.netstat_others"], Scope::Process);
    let row = &rows(&document)[0];
    assert_eq!((&row["group"], &row["name"], &row["value"]), (&"NewExt".into(), &"First".into(), &3.into()));
    assert_eq!(counter(&snapshot, "stats.TcpExt", "New")["value"], 2);
    assert!(print(&snapshot, &["stats"], Scope::Process, "text").contains("netstat_others"));
    let mut sample = tick(0);
    sample.push(Origin::net("netstat"), *b"TcpExt: TW\nTcpExt: 1\n");
    let snapshot = Engine::new(machine()).advance(&sample);
    assert!(!print(&snapshot, &["stats"], Scope::Process, "text").contains("netstat_others"));
}
