//! A list that is handed on while it is read: nothing twice, nothing lost, and what is said of it at its end.

use std::ops::ControlFlow;
use std::sync::Arc;

use netmonitor_core::dumps;
use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::pieces::{PIECE, Pieces};
use netmonitor_core::plan::Plan;
use netmonitor_core::query::Query;
use netmonitor_core::sample::{Machine, Moment, Origin, Reading, Sink, Status};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;

/// Where `struct nlmsghdr` and `struct inet_diag_msg` have what tells sockets apart.
const PORT: usize = 16 + 4;
const COOKIE: usize = 16 + 44;
const INODE: usize = 16 + 68;

/// Messages of established connections with these numbers.
fn messages(numbers: std::ops::Range<u32>) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/linux-6.18/netlink/inet_tcp.bin");
    let captured = std::fs::read(path).unwrap();
    let length = u32::from_le_bytes(captured[..4].try_into().unwrap()) as usize;
    let mut out = Vec::new();
    for number in numbers {
        let mut message = captured[..length].to_vec();
        message[PORT..PORT + 2].copy_from_slice(&(number as u16).to_be_bytes());
        message[COOKIE..COOKIE + 8].copy_from_slice(&u64::from(number).to_le_bytes());
        message[INODE..INODE + 4].copy_from_slice(&(number + 100_000).to_le_bytes());
        out.extend(message);
    }
    out
}

struct Read {
    engine: Engine,
    handed_on: Vec<Arc<Snapshot>>,
    has_moved: bool,
}

impl Read {
    /// What is handed on while parts are given.
    fn of(give: impl FnOnce(&mut dyn Sink)) -> Self {
        let mut engine = Engine::watching(Machine::default(), 42);
        engine.follow(&Plan { dumps: vec![&dumps::TCP], pieces: true, ..Plan::in_scope(Scope::Namespace) });
        let mut handed_on = Vec::new();
        let mut each = |snapshot| {
            handed_on.push(snapshot);
            ControlFlow::Continue(())
        };
        let mut pieces = Pieces::new(&mut engine, &mut each);
        pieces.begin(Moment { wall: 1, boottime: 5, seq: 0 });
        give(&mut pieces);
        let has_moved = pieces.has_moved();
        Self { engine, handed_on, has_moved }
    }

    fn print(&mut self, format: &str, filter: Option<&str>) -> String {
        let query = Query { filter: filter.map(str::to_owned), ..Query::default() };
        let selection = Selection::parse(&["tcp"], Scope::Namespace).unwrap().asked(query).unwrap();
        let mut export = (export::find(format).unwrap().export)();
        let mut out = Vec::new();
        for snapshot in &self.handed_on {
            export.write_piece(&mut out, snapshot, &selection, false).unwrap();
        }
        export.write_piece(&mut out, &self.engine.snapshot(), &selection, true).unwrap();
        String::from_utf8(out).unwrap()
    }
}

fn tcp() -> Origin {
    Origin::Dump(dumps::TCP.name.into())
}

fn ended(status: Status) -> Reading {
    Reading { status, at: 5, took: 1 }
}

const MANY: u32 = 3 * PIECE as u32 - 7;

/// Gives so many sockets, a few at a time, some of them twice.
fn give(sink: &mut dyn Sink) -> ControlFlow<()> {
    let step = 100;
    for first in (0..MANY).step_by(step) {
        let again = first.saturating_sub(3);
        sink.chunk(&tcp(), &messages(again..MANY.min(first + step as u32)))?;
    }
    ControlFlow::Continue(())
}

#[test]
fn every_socket_is_handed_on_once_and_counted_at_the_end() {
    let mut read = Read::of(|sink| {
        assert!(give(sink).is_continue());
        sink.end(&tcp(), ended(Status::Ok));
    });
    assert_eq!(read.handed_on.len(), 3);
    let csv = read.print("csv", None);
    let mut ports: Vec<u32> =
        csv.lines().skip(1).map(|line| line.split(',').nth(2).unwrap().parse().unwrap()).collect();
    ports.sort_unstable();
    assert!(ports.into_iter().eq(0..MANY));
    assert!(csv.starts_with("at,local_address,local_port") && csv.matches("local_address").count() == 1);
    assert_eq!(read.print("jsonl", None).lines().count(), MANY as usize);
    let text = read.print("text", None);
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[2].starts_with("tcp · namespace") && lines[2].ends_with(" · counted at the end"),
        "{}",
        lines[2]
    );
    assert!(lines[3].starts_with("local_address"), "{}", lines[3]);
    assert_eq!((lines.len(), *lines.last().unwrap()), (MANY as usize + 5, &*format!("{MANY} rows")));
}

#[test]
fn a_filter_may_leave_nothing_of_a_piece() {
    let mut read = Read::of(|sink| {
        assert!(give(sink).is_continue());
        sink.end(&tcp(), ended(Status::Cut));
    });
    let text = read.print("text", Some(&format!("local_port>={}", MANY - 2)));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 7, "{text}");
    let last = format!("2 of {MANY} rows match · sock_diag/tcp was read in part: only its beginning is here");
    assert_eq!(*lines.last().unwrap(), last);
}

#[test]
fn what_cannot_be_read_is_said_at_the_end_wherever_it_was() {
    let mut read = Read::of(|sink| {
        let mut wrong = messages(0..1);
        wrong[4] = 99;
        assert!(sink.chunk(&tcp(), &wrong).is_continue());
        assert!(give(sink).is_continue());
        sink.end(&tcp(), ended(Status::Ok));
    });
    let text = read.print("text", None);
    let last = text.lines().last().unwrap();
    assert!(last.ends_with("1 line unreadable, line 1: message of another kind"), "{last}");
}

#[test]
fn a_list_that_changed_is_not_taken_anew_once_some_of_it_was_handed_on() {
    let mut read = Read::of(|sink| {
        assert!(give(sink).is_continue());
        sink.end(&tcp(), ended(Status::Interrupted));
        assert!(give(sink).is_break());
        sink.end(&tcp(), ended(Status::Cut));
    });
    let text = read.print("text", None);
    let last = format!("{MANY} rows · sock_diag/tcp changed while it was read");
    assert_eq!(text.lines().last().unwrap(), last);
}

#[test]
fn a_tick_that_is_begun_anew_is_told() {
    let read = Read::of(|sink| sink.begin(Moment::default()));
    assert!(!read.has_moved, "nothing had been handed on");
    let read = Read::of(|sink| {
        assert!(give(sink).is_continue());
        sink.begin(Moment::default());
        assert!(give(sink).is_break());
    });
    assert!(read.has_moved);
}
