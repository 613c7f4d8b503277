//! What one process has moved, read without what others have: nothing is lost and nothing told twice.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use netmonitor_core::plan::{Ask, Counting, Plan};
use netmonitor_core::sample::{Endian, Origin, Sample};
use netmonitor_core::traffic::record::{PROCESS, ProcessRecord, SOCKET, SocketRecord};
use netmonitor_sys::Collector;
use netmonitor_testkit::need_root;
use rustix::net::sockopt::socket_cookie;

use crate::{FAMILY, NOBODY, collector, part, plan, text, tick};

/// What a tick tells.
struct Told {
    /// Only of the target.
    is_own: bool,
    processes: Vec<ProcessRecord>,
    sockets: Vec<SocketRecord>,
}

impl Told {
    fn of(sample: &Sample) -> Option<Self> {
        let state = text(sample, &Origin::Bpf("state".into()));
        let is_own = state.split(' ').find_map(|word| word.strip_prefix("own="))? == "1";
        let bytes = |name: &'static str| &*part(sample, &Origin::Bpf(name.into())).bytes;
        let (processes, sockets) =
            (bytes("processes").as_chunks::<PROCESS>(), bytes("sockets").as_chunks::<SOCKET>());
        assert!(processes.1.is_empty() && sockets.1.is_empty());
        Some(Self {
            is_own,
            processes: processes.0.iter().map(|it| ProcessRecord::read(it, Endian::NATIVE)).collect(),
            sockets: sockets.0.iter().map(|it| SocketRecord::read(it, Endian::NATIVE)).collect(),
        })
    }

    /// What was sent through a socket, and whether it is closed; each time that it is told.
    fn sent(&self, cookie: u64) -> Vec<(u64, bool)> {
        let own = self.sockets.iter().filter(|socket| socket.id.pid == std::process::id());
        own.filter(|socket| socket.cookie == cookie).map(|it| (it.counts.tx_bytes, it.seen.closed)).collect()
    }
}

/// A tick of what is counted; one that is loaded first.
fn told(collector: &mut Collector, plan: &Plan) -> Told {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(told) = Told::of(&tick(collector, plan).unwrap()) {
            return told;
        }
        assert!(Instant::now() < end, "the programs are not loaded");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A connection whose first end has sent so many bytes, which the other has read.
fn connection(bytes: usize) -> (TcpStream, TcpStream, u64) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut first = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut second = listener.accept().unwrap().0;
    first.write_all(&vec![1; bytes]).unwrap();
    second.read_exact(&mut vec![0; bytes]).unwrap();
    let cookie = socket_cookie(&first).unwrap();
    (first, second, cookie)
}

/// By listing what sockets say, by listing descriptors alone, and by looking up.
fn plans() -> [Plan; 3] {
    [(Ask::Always, NOBODY), (Ask::Never, FAMILY), (Ask::Never, NOBODY)].map(|(ask, whose)| Plan {
        ask,
        counting: Counting::Own,
        ..plan(&[], whose)
    })
}

#[test]
fn what_the_process_moved_is_told_without_what_others_did() {
    if !need_root() {
        return;
    }
    let mut collector = collector(std::process::id());
    for plan in plans() {
        let (mut first, mut second, cookie) = connection(100);
        // It was begun before anybody looked, or kept apart since.
        told(&mut collector, &plan);
        first.write_all(&[1; 20]).unwrap();
        second.read_exact(&mut [0; 20]).unwrap();
        let again = first.try_clone().unwrap();
        let now = told(&mut collector, &plan);
        assert!(now.is_own && now.processes.len() == 1);
        assert_eq!(now.processes[0].id.pid, std::process::id());
        let sent = now.sent(cookie);
        assert!(matches!(sent[..], [(20 | 120, false)]), "two descriptors are of one socket: {sent:?}");
        assert!(now.sockets.iter().all(|socket| socket.id.pid == std::process::id()));
        drop((again, first, second));
        let now = told(&mut collector, &plan);
        assert_eq!(now.sent(cookie), [(sent[0].0, true)], "it is told for the last time");
        assert!(told(&mut collector, &plan).sent(cookie).is_empty());
    }
}

#[test]
fn what_is_opened_and_closed_between_two_ticks_is_told() {
    if !need_root() {
        return;
    }
    let mut collector = collector(std::process::id());
    for plan in plans() {
        told(&mut collector, &plan);
        let cookies: Vec<u64> = (1..=50).map(|bytes| connection(bytes).2).collect();
        let now = told(&mut collector, &plan);
        assert!(now.is_own);
        for (bytes, cookie) in (1..).zip(&cookies) {
            assert_eq!(now.sent(*cookie), [(bytes, true)]);
        }
        let now = told(&mut collector, &plan);
        assert!(cookies.iter().all(|cookie| now.sent(*cookie).is_empty()));
    }
}

#[test]
fn what_cannot_be_kept_apart_is_told_with_everything() {
    if !need_root() {
        return;
    }
    let mut collector = collector(std::process::id());
    let [plan, ..] = plans();
    told(&mut collector, &plan);
    let cookies: Vec<u64> = (0..3000).map(|_| connection(3).2).collect();
    let [now, then] = [told(&mut collector, &plan), told(&mut collector, &plan)];
    assert!(!now.is_own && then.is_own, "both ends of so many have no room");
    let of = |told: &Told| -> BTreeSet<u64> {
        let whole = told.sockets.iter().filter(|socket| socket.counts.tx_bytes == 3 && socket.seen.closed);
        whole.map(|socket| socket.cookie).collect()
    };
    let (now, then) = (of(&now), of(&then));
    assert!(cookies.iter().all(|cookie| now.contains(cookie) && !then.contains(cookie)));
}

#[test]
fn a_connection_is_shown_where_it_is_listed_as_it_was_first_seen() {
    if !need_root() {
        return;
    }
    let mut collector = collector(std::process::id());
    let [own, ..] = plans();
    let all = Plan { counting: Counting::Read, ..own.clone() };
    told(&mut collector, &own);
    let (first, second, _) = connection(100);
    let mut of = |plan: &Plan, is_own: bool| {
        let told = told(&mut collector, plan);
        assert_eq!(told.is_own, is_own);
        [&first, &second].map(|socket| {
            let cookie = socket_cookie(socket).unwrap();
            let socket = told.sockets.iter().find(|socket| socket.cookie == cookie);
            *socket.expect("it has moved something")
        })
    };
    assert_eq!(of(&own, true), of(&all, false));
}
