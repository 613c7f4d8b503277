//! The overview of a process: who it is, sums, the first by several orders, and what could not be read.

use std::sync::Arc;

use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::plan::{Ask, Plan};
use netmonitor_core::sample::{Endian, Machine, Moment, Origin, Part, Reading, Sample, Status};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views;
use serde_json::Value as Json;

const SECOND: u64 = 1_000_000_000;
const BOOT: i64 = 1_700_000_000;

fn engine() -> Engine {
    Engine::new(Machine {
        kernel: "6.18.0".into(),
        arch: "x86_64".into(),
        endian: Endian::Little,
        clk_tck: 100,
        page_size: 4096,
        boot_id: String::new(),
        boot_time: BOOT,
    })
}

/// A tick of process 42, which holds sockets 100 to 199.
fn tick(seq: u64) -> Sample {
    let boottime = (1_000 + seq) * SECOND;
    let moment = Moment { wall: BOOT * SECOND as i64 + boottime as i64 + 500_000_000, boottime, seq };
    let mut sample = Sample { moment, parts: Vec::new() };
    let stat = "42 (web) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 40000 1 1 1 1 1 5000 0 0";
    sample.push(Origin::process("stat"), stat);
    sample.push(Origin::process("status"), *b"Uid:\t1000\t1000\t1000\t1000\n");
    sample.push(Origin::process("ns/net"), *b"net:[77]");
    let sockets: String = (100..200).map(|inode| format!("fd/{inode} socket:[{inode}]\n")).collect();
    sample.push(Origin::Links(42), format!("ns/net net:[77]\n{sockets}"));
    sample.push(Origin::Users, *b"svc:x:1000:1000::/:\n");
    sample
}

/// A connection of IPv4, or a listening socket, as sock_diag tells it.
#[derive(Clone, Copy, Default)]
struct Socket {
    state: u8,
    local: u16,
    remote: [u8; 4],
    port: u16,
    queues: [u32; 2],
    inode: u32,
    cookie: u32,
    rtt_us: u32,
    acked: u64,
    received: u64,
    sent: u64,
    again: u64,
}

const ESTABLISHED: u8 = 1;
const CLOSE: u8 = 7;
const LISTEN: u8 = 10;

impl Socket {
    fn message(&self) -> Vec<u8> {
        let mut info = vec![0; 232];
        info[0] = self.state;
        info[68..72].copy_from_slice(&self.rtt_us.to_le_bytes());
        for (place, number) in [(120, self.acked), (128, self.received), (200, self.sent), (208, self.again)]
        {
            info[place..place + 8].copy_from_slice(&number.to_le_bytes());
        }
        let mut payload = vec![2, self.state, 0, 0];
        payload.extend(self.local.to_be_bytes());
        payload.extend(self.port.to_be_bytes());
        payload.extend([127, 0, 0, 1]);
        payload.extend([0; 12]);
        payload.extend(self.remote);
        payload.extend([0; 12]);
        payload.extend([0; 4]);
        payload.extend(self.cookie.to_le_bytes());
        payload.extend([0; 8]);
        payload.extend(self.queues.iter().flat_map(|queue| queue.to_le_bytes()));
        payload.extend([0; 4]);
        payload.extend(self.inode.to_le_bytes());
        payload.extend((4 + info.len() as u16).to_le_bytes());
        payload.extend(2u16.to_le_bytes());
        payload.extend(info);
        let mut message = (16 + payload.len() as u32).to_le_bytes().to_vec();
        message.extend(20u16.to_le_bytes());
        message.extend([0; 10]);
        message.extend(payload);
        message
    }
}

fn messages(sockets: &[Socket]) -> Vec<u8> {
    sockets.iter().flat_map(Socket::message).collect()
}

fn connection(number: u32, moved: u64) -> Socket {
    Socket {
        state: ESTABLISHED,
        local: 8080,
        remote: [192, 0, 2, number as u8 % 4],
        port: 50_000 + number as u16,
        inode: 100 + number,
        cookie: number + 1,
        rtt_us: 1_000 * (number + 1),
        acked: moved,
        sent: moved,
        received: 1,
        ..Socket::default()
    }
}

fn tables(snapshot: &Arc<Snapshot>, scope: Scope) -> Json {
    let selection = Selection::parse(&["overview"], scope).unwrap();
    let mut out = Vec::new();
    (export::find("json").unwrap().export)().write(&mut out, snapshot, &selection).unwrap();
    let document: Json = serde_json::from_slice(&out).unwrap();
    document["views"][0]["tables"].clone()
}

fn table<'a>(tables: &'a Json, name: &str) -> &'a Json {
    tables.as_array().unwrap().iter().find(|table| table["name"] == name).unwrap()
}

fn rows<'a>(tables: &'a Json, name: &str) -> &'a Vec<Json> {
    table(tables, name)["rows"].as_array().unwrap()
}

fn column(tables: &Json, name: &str, column: &str) -> Vec<Json> {
    rows(tables, name).iter().map(|row| row[column].clone()).collect()
}

fn failed(sample: &mut Sample, origin: Origin, status: Status) {
    let reading = Reading { status, at: sample.moment.boottime, took: 0 };
    sample.parts.push(Part { origin, reading, bytes: Vec::new() });
}

#[test]
fn the_process_is_one_row_of_facts() {
    let mut sample = tick(0);
    sample.push(Origin::process("cmdline"), *b"web\0--port\080\0");
    sample.push(Origin::process("exe"), *b"/usr/bin/web");
    sample.push(Origin::process("cgroup"), *b"0::/system.slice/web.service\n");
    sample.push(Origin::process("limits"), *b"Max open files  400  800  files\n");
    sample.push(Origin::process("fd"), *b"110");
    let told = tables(&engine().advance(&sample), Scope::Process);
    let [row] = &rows(&told, "process")[..] else { panic!("one row") };
    assert_eq!(
        (&row["pid"], &row["name"], &row["user"], &row["uid"]),
        (&42.into(), &"web".into(), &"svc".into(), &1000.into())
    );
    assert_eq!((&row["command_line"], &row["exe"]), (&"web --port 80".into(), &"/usr/bin/web".into()));
    assert_eq!((&row["unit"], &row["container"]), (&"web.service".into(), &Json::Null));
    assert_eq!(
        (&row["fds"], &row["fd_limit"], &row["fds_percent"]),
        (&110.into(), &400.into(), &27.5.into())
    );
    assert_eq!((&row["threads"], &row["sockets"], &row["netns_inode"]), (&3.into(), &100.into(), &77.into()));
    // 400 s after the boot, told by the clock of the reading: half a second later than the boot's second says.
    assert_eq!((&row["start_time"], &row["age_ms"]), (&"2023-11-14T22:20:00.500Z".into(), &600_000.into()));
    assert_eq!((&row["netns_processes"], &row["netns_counted"]), (&1.into(), &"at least".into()));
}

#[test]
fn a_process_of_a_copy_began_when_its_machine_says() {
    let mut sample = tick(0);
    // The copy is looked at much later, on a machine that has run for a minute.
    sample.moment.wall += 86_400 * SECOND as i64;
    sample.moment.boottime = 60 * SECOND;
    let told = tables(&engine().advance(&sample), Scope::Process);
    assert_eq!(rows(&told, "process")[0]["start_time"], "2023-11-14T22:20:00.000Z");
}

#[test]
fn sums_and_the_first_by_rate_and_round_trip() {
    let listener =
        Socket { state: LISTEN, local: 8080, queues: [3, 4], inode: 199, cookie: 1_000, ..Socket::default() };
    let mut engine = engine();
    let mut last = None;
    for seq in 0..2 {
        let mut sample = tick(seq);
        let moved = |number: u32| if seq == 0 { 1_000 } else { 1_000 + 10 * u64::from(number) };
        let mut sockets: Vec<_> = (0..20).map(|number| connection(number, moved(number))).collect();
        sockets.push(listener);
        // Not the process's.
        sockets.push(Socket { inode: 5, cookie: 5_000, rtt_us: 999_999, ..connection(30, 1 << 40) });
        sample.push(Origin::Dump("sock_diag/tcp".into()), messages(&sockets));
        last = Some(engine.advance(&sample));
    }
    let told = tables(&last.unwrap(), Scope::Process);
    let tcp = &rows(&told, "totals")[0];
    assert_eq!(
        (&tcp["protocol"], &tcp["sockets"], &tcp["bytes_acked"]),
        (&"tcp".into(), &21.into(), &21_900.into())
    );
    assert_eq!((&tcp["bytes_acked_rate"], &tcp["retrans_percent"]), (&1_900.0.into(), &0.0.into()));
    assert_eq!((&tcp["ended"], &tcp["bytes_received"]), (&0.into(), &20.into()));
    assert_eq!(rows(&told, "totals").last().unwrap()["protocol"], "unknown", "the other 79 it holds");
    let ports: Vec<_> =
        column(&told, "busiest", "remote_port").iter().map(|port| port.as_u64().unwrap()).collect();
    assert_eq!(ports, (50_010..50_020).rev().collect::<Vec<_>>());
    assert_eq!(rows(&told, "busiest")[0]["bytes_acked_rate"], 190.0);
    let slowest: Vec<_> =
        column(&told, "worst_rtt", "rtt_us").iter().map(|rtt| rtt.as_u64().unwrap()).collect();
    assert_eq!(slowest, [20_000, 19_000, 18_000, 17_000, 16_000]);
    // 3, 7, 11, 15 and 19 of the twenty.
    let first = &rows(&told, "remote_hosts")[0];
    assert_eq!((&first["remote_address"], &first["connections"]), (&"192.0.2.3".into(), &5.into()));
    assert_eq!((&first["bytes_acked_rate"], &first["worst_rtt_us"]), (&550.0.into(), &20_000.into()));
    let [listener] = &rows(&told, "listeners")[..] else { panic!("one listens") };
    assert_eq!((&listener["accept_queue"], &listener["accept_backlog"]), (&3.into(), &4.into()));
    assert_eq!((&listener["accept_queue_percent"], &listener["local_port"]), (&75.0.into(), &8080.into()));
    assert_eq!(column(&told, "states", "state")[..2], ["LISTEN", "ESTABLISHED"]);
    assert_eq!(column(&told, "states", "sockets")[..2], [1, 20]);
}

#[test]
fn connections_that_are_no_more_count_on_with_their_last_figures() {
    let mut engine = engine();
    let mut totals = |seq, sockets: &[Socket], ended: &[Socket], status| {
        let mut sample = tick(seq);
        sample.push(Origin::Dump("sock_diag/tcp".into()), messages(sockets));
        sample.push(Origin::Destroyed, messages(ended));
        sample.parts.last_mut().unwrap().reading.status = status;
        let told = tables(&engine.advance(&sample), Scope::Process);
        let reason = table(&told, "totals")["reason"].as_str().unwrap_or_default().to_owned();
        (rows(&told, "totals")[0].clone(), reason)
    };
    let [one, two] = [0, 1].map(|number| connection(number, 1_000));
    totals(0, &[one, two], &[], Status::Ok);
    // The first one is closed: 5,000 bytes later its last figures come, under no inode.
    let (row, _) = totals(1, &[two], &[], Status::Ok);
    assert_eq!(
        (&row["bytes_acked"], &row["ended"], &row["ended_as_last_seen"]),
        (&2_000.into(), &1.into(), &1.into())
    );
    let end = Socket { state: CLOSE, inode: 0, acked: 6_002, sent: 7_000, again: 1_000, ..one };
    let foreign = Socket { cookie: 777, ..end };
    let (row, reason) = totals(2, &[two], &[foreign, end], Status::Ok);
    assert_eq!(
        (&row["bytes_acked"], &row["ended"], &row["ended_as_last_seen"]),
        (&7_002.into(), &1.into(), &0.into())
    );
    assert_eq!((&row["bytes_acked_rate"], &row["bytes_retrans"]), (&5_002.0.into(), &1_000.into()));
    assert!(row["retrans_percent"].as_f64().is_some_and(|share| (share - 100.0 / 6.0).abs() < 0.001));
    assert!(!reason.contains("lost"), "{reason}");
    // No socket of TCP is left, and its row is still there; messages were lost.
    let (row, reason) = totals(3, &[], &[], Status::Interrupted);
    assert_eq!((&row["protocol"], &row["sockets"], &row["ended"]), (&"tcp".into(), &0.into(), &2.into()));
    assert_eq!((&row["bytes_acked"], &row["ended_as_last_seen"]), (&7_002.into(), &1.into()));
    assert!(reason.contains("1 of 2 count as they were last seen"), "{reason}");
}

#[test]
fn what_could_not_be_read_is_listed_with_the_command_that_helps() {
    let mut sample = tick(0);
    sample.parts.retain(|part| !matches!(part.origin, Origin::Links(_)));
    failed(&mut sample, Origin::Links(42), Status::Denied);
    failed(&mut sample, Origin::Own, Status::Denied);
    failed(&mut sample, Origin::Dump("sock_diag/tcp".into()), Status::Denied);
    failed(&mut sample, Origin::Dump("sock_diag/vsock".into()), Status::Missing);
    failed(&mut sample, Origin::net("udp"), Status::Error(5));
    let told = tables(&engine().advance(&sample), Scope::Process);
    let what = column(&told, "unread", "what");
    assert!(what[0].as_str().unwrap().contains("descriptors"), "{what:?}");
    assert_eq!(what[1..], ["sock_diag/tcp", "net/udp"], "what nobody can read is not missing");
    assert_eq!(
        column(&told, "unread", "command"),
        [Json::from("sudo netmonitor 42"), "sudo netmonitor 42".into(), Json::Null]
    );
    assert_eq!(rows(&told, "process")[0]["sockets"], Json::Null);
    assert_eq!(table(&told, "totals")["scope"], "namespace");
    // As root there is no such command.
    sample.push(Origin::Capabilities, *b"CapEff:\t000001ffffffffff");
    let told = tables(&engine().advance(&sample), Scope::Process);
    assert!(column(&told, "unread", "command").iter().all(Json::is_null));
    let told = tables(&engine().advance(&tick(0)), Scope::Process);
    assert!(rows(&told, "unread").is_empty());
}

#[test]
fn the_overview_asks_for_all_that_it_shows() {
    let plan = Plan::of([views::find("overview").unwrap()], Scope::Process);
    assert!(plan.process && plan.ends && plan.derive.summary && !plan.derive.names);
    assert_eq!((plan.ask, plan.dumps.len()), (Ask::Always, 11));
    let plan = Plan::of([views::find("udp").unwrap()], Scope::Process);
    assert!(!plan.process && !plan.ends && !plan.derive.summary);
    assert!(Plan::of([views::find("tcp").unwrap()], Scope::Process).ends, "totals survive in the tab of TCP");
}
