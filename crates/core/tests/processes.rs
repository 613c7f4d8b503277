//! Processes by what they moved, one by one and in groups, as records of the counting programs tell it.

use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::plan::{Ended, Plan};
use netmonitor_core::sample::{Machine, Moment, Origin, Part, Reading, Sample, Status};
use netmonitor_core::scope::Scope;
use netmonitor_core::views::By;
use serde_json::Value as Json;

const SECOND: u64 = 1_000_000_000;

fn engine() -> Engine {
    Engine::new(Machine::default())
}

/// A process as it is laid out for the programs.
struct Process {
    pid: u32,
    uid: u32,
    netns: u32,
    cgroup: u64,
    ended: bool,
    name: &'static str,
}

impl Process {
    fn record(&self) -> Vec<u8> {
        let mut bytes = [u64::from(self.pid) * SECOND, self.pid.into(), 0, 0, 0, 0, self.cgroup]
            .into_iter()
            .flat_map(u64::to_le_bytes)
            .collect::<Vec<u8>>();
        bytes.extend([1, self.uid, self.netns, u32::from(self.ended)].into_iter().flat_map(u32::to_le_bytes));
        let mut name = [0; 16];
        name[..self.name.len()].copy_from_slice(self.name.as_bytes());
        bytes.extend(name);
        bytes
    }
}

/// Bytes received through a UDP socket of a process from an address.
fn socket(pid: u32, remote: [u8; 4], rx_bytes: u64) -> Vec<u8> {
    let mut bytes = [u64::from(pid) * SECOND, u64::from(pid) + 100, pid.into(), rx_bytes, 0, 1, 0]
        .into_iter()
        .flat_map(u64::to_le_bytes)
        .collect::<Vec<u8>>();
    bytes.extend([10, 0, 0, 1].into_iter().chain([0; 12]).chain(remote).chain([0; 12]));
    bytes.extend(5_u32.to_le_bytes());
    bytes.extend([4000, 53, 2, 2, 17, 0].into_iter().flat_map(u16::to_le_bytes));
    bytes.extend([0; 8]);
    bytes
}

fn sample(seq: u64, processes: &[Process], sockets: &[Vec<u8>]) -> Sample {
    let moment = Moment { wall: 0, boottime: (seq + 1) * SECOND, seq };
    let mut sample = Sample { moment, parts: Vec::new() };
    sample.push(Origin::Users, *b"root:x:0:\nme:x:1000:\n");
    sample.push(
        Origin::Bpf("processes".into()),
        processes.iter().flat_map(Process::record).collect::<Vec<u8>>(),
    );
    sample.push(Origin::Bpf("cgroups".into()), *b"1 /a.service\n2 /b.service\n3 /a.service\n");
    sample.push(Origin::Bpf("sockets".into()), sockets.concat());
    sample.push(Origin::Bpf("state".into()), *b"since=1 splice=1 retrans=1 rx_bytes=0");
    sample
}

fn rows(engine: &mut Engine, words: &[&str], by: By) -> Vec<Json> {
    let selection = Selection::parse(words, Scope::Host).unwrap().grouped(by);
    let mut out = Vec::new();
    let snapshot = engine.snapshot();
    (export::find("jsonl").unwrap().export)().write(&mut out, &snapshot, &selection).unwrap();
    String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const fn processes(has_ended: bool) -> [Process; 4] {
    [
        Process { pid: 1, uid: 0, netns: 50, cgroup: 1, ended: false, name: "web" },
        Process { pid: 2, uid: 1000, netns: 50, cgroup: 2, ended: has_ended, name: "web" },
        Process { pid: 3, uid: 1000, netns: 60, cgroup: 3, ended: false, name: "\x1b[31m" },
        Process { pid: 4, uid: 1001, netns: 50, cgroup: 9, ended: false, name: "db" },
    ]
}

const AWAY: [u8; 4] = [192, 0, 2, 1];
const HERE: [u8; 4] = [10, 0, 0, 1];

fn sockets(grown: u64) -> [Vec<u8>; 4] {
    [
        socket(1, AWAY, 100),
        socket(2, AWAY, 200),
        socket(3, AWAY, 40 + grown),
        socket(4, HERE, 5000 + 9 * grown),
    ]
}

#[test]
fn groups_are_sums_of_their_processes() {
    let mut engine = engine();
    engine.advance(&sample(0, &processes(false), &sockets(0)));
    engine.advance(&sample(1, &processes(true), &sockets(10)));
    let told = |engine: &mut Engine, by: By, key: &str| -> Vec<(String, u64, u64, u64)> {
        let number = |row: &Json, name: &str| row[name].as_u64().unwrap();
        rows(engine, &["processes"], by)
            .iter()
            .map(|row| {
                assert_eq!(row["table"], format!("by_{}", by.word()));
                (
                    row[key].to_string(),
                    number(row, "processes"),
                    number(row, "ended"),
                    number(row, "rx_bytes"),
                )
            })
            .collect()
    };
    let wanted = |rows: &[(&str, u64, u64, u64)]| -> Vec<(String, u64, u64, u64)> {
        rows.iter()
            .map(|(key, processes, ended, bytes)| (key.to_string(), *processes, *ended, *bytes))
            .collect()
    };
    // What goes elsewhere comes before what stays here, and what moves before what has moved.
    let by_user = told(&mut engine, By::User, "uid");
    assert_eq!(by_user, wanted(&[("1000", 2, 1, 250), ("1001", 1, 0, 5090), ("0", 1, 0, 100)]));
    let by_netns = told(&mut engine, By::Netns, "netns");
    assert_eq!(by_netns, wanted(&[("60", 1, 0, 50), ("50", 3, 1, 5390)]));
    let by_cgroup = told(&mut engine, By::Cgroup, "cgroup");
    assert_eq!(
        by_cgroup,
        wanted(&[("\"/a.service\"", 2, 0, 150), ("null", 1, 0, 5090), ("\"/b.service\"", 1, 1, 200)])
    );
    let by_name = told(&mut engine, By::Name, "name");
    assert_eq!(
        by_name,
        wanted(&[("\"\\u001b[31m\"", 1, 0, 50), ("\"db\"", 1, 0, 5090), ("\"web\"", 2, 1, 300)])
    );
    // A table that is named is that table, whatever others are grouped by.
    assert_eq!(rows(&mut engine, &["processes.by_user"], By::Process).len(), 3);
}

#[test]
fn processes_tell_where_they_are_and_what_they_moved_where() {
    let mut engine = engine();
    engine.advance(&sample(0, &processes(false), &sockets(0)));
    engine.advance(&sample(1, &processes(true), &sockets(10)));
    let rows = rows(&mut engine, &["processes"], By::Process);
    let pids: Vec<u64> = rows.iter().map(|row| row["pid"].as_u64().unwrap()).collect();
    assert_eq!(pids, [3, 4, 2, 1]);
    let row = &rows[0];
    assert_eq!(
        (&row["cgroup"], &row["cgroup_id"], &row["netns"]),
        (&"/a.service".into(), &3.into(), &60.into())
    );
    assert_eq!((&row["start_time"], &row["ppid"], &row["user"]), (&300.into(), &1.into(), &"me".into()));
    assert_eq!(
        (&row["rx_bytes"], &row["rx_bytes_rate"], &row["conns"]),
        (&50.into(), &10.0.into(), &1.into())
    );
    assert_eq!((&row["remote_rx_bytes"], &row["loopback_bytes"]), (&50.into(), &0.into()));
    assert_eq!((&rows[1]["remote_rx_bytes"], &rows[1]["loopback_bytes"]), (&0.into(), &5090.into()));
    assert_eq!(
        (&rows[2]["ended"], &row["ended"], &rows[1]["cgroup"]),
        (&"ended".into(), &Json::Null, &Json::Null)
    );
    // Only one of the two says of which namespace a row is.
    let line = rows[0].as_object().unwrap();
    assert_eq!(line.keys().filter(|name| name.as_str() == "netns").count(), 1);
}

#[test]
fn who_is_over_is_left_out_where_that_is_told_once() {
    let mut engine = engine();
    let mut plan = Plan { ended: Ended::Once, ..Plan::default() };
    engine.follow(&plan);
    engine.advance(&sample(0, &processes(true), &sockets(0)));
    let count = |engine: &mut Engine| rows(engine, &["processes"], By::Process).len();
    assert_eq!(count(&mut engine), 4);
    let [one, _, three, four] = sockets(10);
    let [first, _, third, fourth] = processes(true);
    let (living, sockets) = ([first, third, fourth], [one, three, four]);
    engine.advance(&sample(1, &living, &sockets));
    assert_eq!(count(&mut engine), 3);
    plan.ended = Ended::Kept;
    engine.follow(&plan);
    engine.advance(&sample(2, &living, &sockets));
    assert_eq!(count(&mut engine), 4);
}

#[test]
fn peers_are_told_with_sockets_that_are_closed() {
    let mut engine = engine();
    let closed = |mut record: Vec<u8>| {
        let place = record.len() - 10;
        record[place] = 1;
        record
    };
    let [_, second, third, fourth] = processes(false);
    let all = [second, third, fourth];
    let [_, two, three, four] = sockets(0);
    engine.advance(&sample(0, &all, &[two.clone(), three, four.clone()]));
    let [_, _, three, _] = sockets(10);
    // One is closed in this tick, and gone in the next.
    engine.advance(&sample(1, &all, &[closed(two), three.clone(), four.clone()]));
    engine.advance(&sample(2, &all, &[three, four]));
    let told: Vec<_> = rows(&mut engine, &["peers.hosts"], By::Process)
        .iter()
        .map(|row| {
            (
                row["remote_address"].to_string(),
                row["protocol"].to_string(),
                row["rx_bytes"].as_u64().unwrap(),
                row["conns"].as_u64().unwrap(),
            )
        })
        .collect();
    let udp = || "\"udp\"".to_owned();
    assert_eq!(
        told,
        [("\"10.0.0.1\"".to_owned(), udp(), 5000, 1), ("\"192.0.2.1\"".to_owned(), udp(), 250, 2)]
    );
    let ports = rows(&mut engine, &["peers.ports"], By::Process);
    assert_eq!(ports.len(), 1);
    assert_eq!(
        (&ports[0]["port"], &ports[0]["end"], &ports[0]["rx_bytes"]),
        (&53.into(), &"remote".into(), &5250.into())
    );
    assert_eq!((&ports[0]["rx_bytes_rate"], &ports[0]["sockets"]), (&0.0.into(), &3.into()));
}

/// A process that is there.
fn present(pid: u32, uid: u32, sockets: u32, name: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        [u64::from(pid) * SECOND + 7, 2].into_iter().flat_map(u64::to_le_bytes).collect();
    bytes.extend([pid, 1, uid, 50, sockets, 0].into_iter().flat_map(u32::to_le_bytes));
    let mut comm = [0; 16];
    comm[..name.len()].copy_from_slice(name.as_bytes());
    bytes.extend(comm);
    bytes
}

fn with_roll(mut sample: Sample, origin: Origin, presents: &[Vec<u8>]) -> Sample {
    sample.parts.insert(0, Part { origin, reading: OK, bytes: presents.concat() });
    sample
}

const OK: Reading = Reading { status: Status::Ok, at: 1, took: 0 };
const NOT_KNOWN: u32 = u32::MAX;

fn by_kernel() -> Origin {
    Origin::Bpf("roll".into())
}

fn pids(rows: &[Json]) -> Vec<u64> {
    rows.iter().map(|row| row["pid"].as_u64().unwrap()).collect()
}

#[test]
fn who_moves_nothing_is_listed_and_its_figures_are_zero_while_it_is_counted() {
    let mut engine = engine();
    let presents = [
        present(1, 0, NOT_KNOWN, "renamed"),
        present(4, 1001, NOT_KNOWN, "db"),
        present(8, 1000, NOT_KNOWN, "idle"),
        present(7, NOT_KNOWN, NOT_KNOWN, "idle"),
    ];
    let [one, two, ..] = processes(false);
    let known = [one, two];
    let [first, second, ..] = sockets(0);
    let moved = [first, second];
    engine.advance(&with_roll(sample(0, &known, &moved), by_kernel(), &presents));
    engine.advance(&with_roll(sample(1, &known, &moved), by_kernel(), &presents));
    let told = rows(&mut engine, &["processes"], By::Process);
    // Whoever moved something comes first, and is told as it was then.
    assert_eq!(pids(&told), [2, 1, 4, 7, 8]);
    assert_eq!((&told[1]["name"], &told[1]["rx_bytes"]), (&"web".into(), &100.into()));
    let idle = &told[4];
    assert_eq!(
        (&idle["name"], &idle["user"], &idle["netns"], &idle["cgroup"]),
        (&"idle".into(), &"me".into(), &50.into(), &"/b.service".into())
    );
    assert_eq!((&idle["start_time"], &idle["ppid"], &idle["ended"]), (&800.into(), &1.into(), &Json::Null));
    for name in ["rx_bytes", "tx_calls", "conns", "total_retrans"] {
        assert_eq!(idle[name], 0, "{name}");
    }
    assert_eq!((&idle["rx_bytes_rate"], &idle["sockets_held"]), (&0.0.into(), &Json::Null));
    assert_eq!((&told[3]["uid"], &told[3]["user"]), (&Json::Null, &Json::Null));
    let by_name = rows(&mut engine, &["processes"], By::Name);
    let idle = by_name.iter().find(|row| row["name"] == "idle").unwrap();
    assert_eq!((&idle["processes"], &idle["rx_bytes"]), (&2.into(), &0.into()));
}

#[test]
fn what_there_was_no_room_for_may_be_anybodys() {
    let mut engine = engine();
    let presents = [present(1, 0, NOT_KNOWN, "web"), present(8, 1000, NOT_KNOWN, "idle")];
    let [one, ..] = processes(false);
    let [first, ..] = sockets(0);
    let mut lost = with_roll(sample(0, &[one], &[first]), by_kernel(), &presents);
    lost.parts.pop();
    lost.push(Origin::Bpf("state".into()), *b"since=1 rx_bytes=5");
    engine.advance(&lost);
    let told = rows(&mut engine, &["processes"], By::Process);
    assert_eq!((&told[0]["pid"], &told[0]["rx_bytes"]), (&1.into(), &100.into()));
    assert_eq!((&told[1]["pid"], &told[1]["rx_bytes"]), (&8.into(), &Json::Null));
}

#[test]
fn where_nothing_is_counted_all_are_listed_and_no_figure_is() {
    let mut engine = engine();
    let moment = Moment { wall: 0, boottime: SECOND, seq: 0 };
    let mut refused = Sample { moment, parts: Vec::new() };
    refused.push(Origin::Bpf("cgroups".into()), *b"2 /b.service\n");
    refused.push(Origin::Roll, [present(8, 0, 3, "\x1b[31m"), present(9, 1000, NOT_KNOWN, "b")].concat());
    let reading = Reading { status: Status::Denied, at: 1, took: 0 };
    let why = b"loading BPF programs needs CAP_BPF and CAP_PERFMON".to_vec();
    refused.parts.push(Part { origin: Origin::Bpf("state".into()), reading, bytes: why });
    engine.advance(&refused);
    let told = rows(&mut engine, &["processes"], By::Process);
    assert_eq!(pids(&told), [8, 9]);
    assert_eq!((&told[0]["sockets_held"], &told[1]["sockets_held"]), (&3.into(), &Json::Null));
    assert_eq!((&told[0]["rx_bytes"], &told[0]["cgroup"]), (&Json::Null, &"/b.service".into()));
    let by_user = rows(&mut engine, &["processes"], By::User);
    assert_eq!((by_user.len(), &by_user[0]["rx_bytes"]), (2, &Json::Null));
    let selection = Selection::parse(&["processes"], Scope::Host).unwrap();
    let mut text = Vec::new();
    (export::find("text").unwrap().export)().write(&mut text, &engine.snapshot(), &selection).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("not counted: loading BPF programs needs CAP_BPF and CAP_PERFMON"), "{text}");
    assert!(text.contains("not known") && !text.contains('\x1b'), "{text}");
}

#[test]
fn who_has_ended_without_moving_anything_is_told_once_and_at_the_end() {
    let mut engine = engine();
    let mut plan = Plan { ended: Ended::Once, ..Plan::default() };
    engine.follow(&plan);
    let both = [present(8, 0, NOT_KNOWN, "a"), present(9, 0, NOT_KNOWN, "b")];
    let one = &both[1..];
    let told = |engine: &mut Engine| -> Vec<(u64, bool)> {
        let rows = rows(engine, &["processes"], By::Process);
        rows.iter().map(|row| (row["pid"].as_u64().unwrap(), row["ended"] == "ended")).collect()
    };
    engine.advance(&with_roll(sample(0, &[], &[]), by_kernel(), &both));
    assert_eq!(told(&mut engine), [(8, false), (9, false)]);
    engine.advance(&with_roll(sample(1, &[], &[]), by_kernel(), one));
    assert_eq!(told(&mut engine), [(9, false), (8, true)]);
    engine.advance(&with_roll(sample(2, &[], &[]), by_kernel(), one));
    assert_eq!(told(&mut engine), [(9, false)]);
    plan.ended = Ended::Kept;
    engine.follow(&plan);
    engine.advance(&with_roll(sample(3, &[], &[]), by_kernel(), one));
    assert_eq!(told(&mut engine), [(9, false), (8, true)]);
    // One that was counted is told of once, by what was counted.
    let [first, ..] = processes(true);
    let ended = Process { pid: 9, ended: true, ..first };
    engine.advance(&with_roll(sample(4, &[ended], &[]), by_kernel(), &[]));
    assert_eq!(told(&mut engine), [(9, true), (8, true)]);
}
