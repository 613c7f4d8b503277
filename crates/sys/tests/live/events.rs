//! Connections as they come and go, told by the kernel: whose they were, how they ended, what they moved.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use netmonitor_core::engine::Engine;
use netmonitor_core::events::{Event, Events, Kind, Why};
use netmonitor_core::sample::{Moment, Sink};
use netmonitor_sys::bpf::{Counter, Watcher, Whom};
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::{self, Puppet};
use netmonitor_testkit::{PATIENCE, need, need_root, need_tool};

const ROLE: &str = "events::a_role";

#[test]
fn a_role() {
    puppet::run_if_asked();
}

/// What is watched, and what has been told.
struct Watch {
    _counter: Counter,
    watcher: Watcher,
    engine: Engine,
    seq: u64,
}

impl Watch {
    fn start(whom: Whom) -> Self {
        Self::of(Counter::start().unwrap(), whom)
    }

    fn of(counter: Counter, whom: Whom) -> Self {
        let watcher = counter.watch(whom).unwrap_or_else(|why| panic!("{why}\n{}", why.log));
        assert_eq!(watcher.missing(), [""; 0], "this kernel tells of everything");
        Self { _counter: counter, watcher, engine: Engine::new(crate::proc().machine()), seq: 0 }
    }

    /// All that has been told so far.
    fn read(&mut self) -> Arc<Events> {
        let boottime = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let boottime = boottime.tv_sec.unsigned_abs() * 1_000_000_000 + boottime.tv_nsec.unsigned_abs();
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
        self.engine.begin(Moment { wall: wall as i64, boottime, seq: self.seq });
        self.seq += 1;
        self.watcher.tick(&mut self.engine);
        self.engine.snapshot().events.clone().unwrap().unwrap()
    }

    /// The events of a process, once so many of a kind have come.
    fn of_process(&mut self, process: &Puppet, kind: Kind, count: usize) -> Vec<Arc<Event>> {
        let until = Instant::now() + PATIENCE;
        loop {
            let all = self.read();
            let own = all.all.iter().filter(|event| event.owner().is_some_and(|id| id.pid == process.pid()));
            let own: Vec<Arc<Event>> = own.cloned().collect();
            if own.iter().filter(|event| event.kind == kind).count() >= count {
                return own;
            }
            assert!(Instant::now() < until, "no {kind:?} among {own:#?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Without packets, of which a busy machine may send one again.
fn of_connections(events: &[Arc<Event>]) -> Vec<Arc<Event>> {
    events.iter().filter(|event| !event.kind.is_of_packets()).cloned().collect()
}

fn kinds(events: &[Arc<Event>]) -> Vec<Kind> {
    of_connections(events).iter().map(|event| event.kind).collect()
}

fn only(events: &[Arc<Event>], kind: Kind) -> Arc<Event> {
    let mut found = events.iter().filter(|event| event.kind == kind);
    let first = found.next().unwrap_or_else(|| panic!("no {kind:?} among {events:#?}"));
    assert!(found.next().is_none(), "more than one {kind:?}: {events:#?}");
    first.clone()
}

fn moved(event: &Event) -> (u64, u64) {
    let bytes = event.bytes().expect("the end of a connection tells its bytes");
    (bytes.rx_bytes, bytes.tx_bytes)
}

fn inode(netns: &Netns) -> u32 {
    let link = netns.run("readlink /proc/self/ns/net");
    link.trim().trim_start_matches("net:[").trim_end_matches(']').parse().unwrap()
}

fn may() -> bool {
    need_root() && need_tool("ip") && need_tool("nft")
}

/// A namespace, and a process in another one: what else happens on the machine is not told.
fn only_these(netns: &Netns, process: &Puppet) -> Whom {
    Whom { netns: inode(netns), pid: process.pid() }
}

/// A client and a server in namespaces of their own.
fn pair() -> (Netns, Netns, Puppet, Puppet) {
    let here = Netns::new();
    let there = here.peer();
    let (client, server) = (Puppet::start(&here, ROLE), Puppet::start(&there, ROLE));
    (here, there, client, server)
}

fn connect(client: &mut Puppet, server: &mut Puppet) {
    assert_eq!(server.act("listen 4800"), "ok");
    server.tell("accept");
    assert_eq!(client.act("connect 192.0.2.2 4800"), "ok");
    assert_eq!(server.answer(), "ok");
}

#[test]
fn connections_come_and_go_on_both_sides() {
    if !may() {
        return;
    }
    let (here, _there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&here, &server));
    connect(&mut client, &mut server);
    for (process, step) in [(0, "send 1000"), (1, "receive 1000"), (1, "send 70000"), (0, "receive 70000")] {
        let puppet = if process == 0 { &mut client } else { &mut server };
        assert_eq!(puppet.act(step), "ok", "{step}");
    }
    assert_eq!(client.act("close"), "ok");
    assert_eq!(server.act("end"), "ok");
    assert_eq!(server.act("close"), "ok");
    assert_eq!(server.act("unlisten"), "ok");
    let events = watch.of_process(&client, Kind::Closed, 1);
    assert_eq!(kinds(&events), [Kind::Opened, Kind::Closed]);
    let (opened, closed) = (only(&events, Kind::Opened), only(&events, Kind::Closed));
    assert_eq!(moved(&closed), (70000, 1000));
    assert_eq!((opened.duration(), opened.bytes(), opened.first_byte()), (None, None, None));
    assert_eq!(opened.connecting(), closed.connecting());
    assert!(opened.connecting().is_some_and(|time| time > 0));
    let (first, whole) = (closed.first_byte().unwrap(), closed.duration().unwrap());
    assert!(0 < first && first < whole && whole < 20_000_000_000, "{first} {whole}");
    assert!(opened.wall < closed.wall && closed.name() == opened.name() && !closed.name().is_empty());
    assert_eq!((opened.socket(), opened.record.cookie), (closed.socket(), closed.record.cookie));
    assert_eq!((closed.socket().remote_port, closed.speaks()), (4800, "tcp"));
    assert_eq!(closed.socket().remote.unwrap().to_string(), "192.0.2.2");
    let port = closed.socket().local_port;
    assert!(port > 0);

    let events = of_connections(&watch.of_process(&server, Kind::Closed, 2));
    assert_eq!(kinds(&events), [Kind::Listening, Kind::Accepted, Kind::Closed, Kind::Closed]);
    // The connection ends when the last of its segments has come, which may be after its listener was closed.
    let accepted = only(&events, Kind::Accepted).record.cookie;
    let (closed, unlistened) = match events[2].record.cookie == accepted {
        true => (&events[2], &events[3]),
        false => (&events[3], &events[2]),
    };
    assert_eq!(moved(closed), (1000, 70000));
    assert_eq!((closed.socket().local_port, closed.socket().remote_port), (4800, port));
    assert!(closed.first_byte() < closed.duration() && closed.first_byte().is_some());
    assert_eq!((closed.connecting(), &closed.why), (None, &Why::Unknown));
    assert_eq!(closed.record.cookie, accepted);
    assert_eq!(unlistened.record.cookie, only(&events, Kind::Listening).record.cookie);
    assert!(unlistened.record.since < closed.record.since && unlistened.bytes().is_none());
}

#[test]
fn refused_reset_and_given_up() {
    if !may() {
        return;
    }
    let (here, there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&here, &server));
    assert_eq!(client.act("connect 192.0.2.2 4801"), "ConnectionRefused");
    let events = watch.of_process(&client, Kind::Refused, 1);
    let refused = only(&events, Kind::Refused);
    assert_eq!((kinds(&events), moved(&refused)), (vec![Kind::Refused], (0, 0)));
    assert!(refused.duration().is_some() && refused.connecting().is_none() && refused.record.error == 111);

    // The server leaves something unread.
    connect(&mut client, &mut server);
    assert_eq!(client.act("send 1000"), "ok");
    assert_eq!(server.act("receive 400"), "ok");
    assert_eq!(server.act("close"), "ok");
    let events = watch.of_process(&server, Kind::Reset, 1);
    let reset = only(&events, Kind::Reset);
    assert_eq!(moved(&reset), (400, 0));
    assert!(matches!(&reset.why, Why::Named(name) if name.contains("ABORT_ON_CLOSE")), "{reset:?}");
    let events = watch.of_process(&client, Kind::Reset, 1);
    let reset = only(&events, Kind::Reset);
    assert_eq!((moved(&reset), &reset.why), ((0, 1000), &Why::Words("by the other end")));
    assert_eq!(server.act("unlisten"), "ok");

    // The client breaks it off.
    connect(&mut client, &mut server);
    assert_eq!(client.act("abort"), "ok");
    let events = watch.of_process(&client, Kind::Reset, 2);
    assert!(matches!(events.iter().rfind(|it| it.kind == Kind::Reset).unwrap().why, Why::Named(_)));
    assert!(events.iter().all(|event| event.kind != Kind::ResetSent), "told once");
    let events = watch.of_process(&server, Kind::Reset, 2);
    let reset = events.iter().rfind(|event| event.kind == Kind::Reset).unwrap();
    assert_eq!((&reset.why, reset.record.error), (&Why::Words("by the other end"), 104));

    // Nobody answers, and the process ends before anything is decided.
    there.run(
        "nft 'add table ip t; add chain ip t c { type filter hook input priority 0; }; add rule ip t c drop'",
    );
    client.tell("connect 192.0.2.2 4802");
    let dying = Instant::now() + Duration::from_millis(200);
    while Instant::now() < dying {
        watch.read();
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = client.pid();
    drop(client);
    let until = Instant::now() + PATIENCE;
    let failed = loop {
        let all = watch.read();
        let is_it =
            |event: &&Arc<Event>| event.kind == Kind::Failed && event.owner().is_some_and(|id| id.pid == pid);
        let failed = all.all.iter().find(is_it);
        if let Some(failed) = failed {
            break failed.clone();
        }
        assert!(Instant::now() < until);
    };
    assert_eq!(failed.why, Why::Words("given up by its process"));
}

#[test]
fn timed_out_and_sent_again() {
    if !may() {
        return;
    }
    let (here, there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&here, &server));
    connect(&mut client, &mut server);
    there.run(
        "nft 'add table ip t; add chain ip t c { type filter hook input priority 0; }; add rule ip t c drop'",
    );
    assert_eq!(client.act("close"), "ok");
    assert_eq!(client.act("connect 192.0.2.2 4802 300"), "TimedOut");
    let events = watch.of_process(&client, Kind::TimedOut, 1);
    let timed_out = only(&events, Kind::TimedOut);
    assert_eq!((timed_out.socket().remote_port, timed_out.connecting()), (4802, None));
    assert!(timed_out.duration().unwrap() > 300_000_000);
    let again =
        events.iter().find(|event| event.kind == Kind::Retransmitted && event.socket().remote_port == 4802);
    assert_eq!(again.expect("a SYN was sent again").record.old_state, 2);

    there.run("nft flush chain ip t c");
    assert_eq!(server.act("unlisten"), "ok");
    assert_eq!(server.act("listen 4803"), "ok");
    assert_eq!(client.act("connect 192.0.2.2 4803 300"), "ok");
    assert_eq!(server.act("accept"), "ok");
    here.run("nft 'add table ip t; add chain ip t c { type filter hook output priority 0; }; add rule ip t c tcp dport 4803 drop'");
    assert_eq!(client.act("send 100"), "ok");
    assert_eq!(client.act("end"), "TimedOut");
    let events = watch.of_process(&client, Kind::TimedOut, 2);
    let of_it = |kind| events.iter().find(move |it| it.kind == kind && it.socket().remote_port == 4803);
    let timed_out = of_it(Kind::TimedOut).expect("it timed out");
    assert_eq!((moved(timed_out), timed_out.record.error), ((0, 100), 110));
    assert!(timed_out.connecting().is_some());
    // The sender's own filter has dropped it.
    let dropped = of_it(Kind::Dropped).expect("a drop");
    assert_eq!(dropped.why, Why::Named("NETFILTER_DROP".into()));
    assert_eq!((dropped.socket().remote_port, dropped.record.is_received), (4803, false));
    assert_eq!(dropped.record.cookie, timed_out.record.cookie);
}

#[test]
fn what_is_sent_again_adds_up() {
    if !may() {
        return;
    }
    let (here, there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&here, &server));
    connect(&mut client, &mut server);
    there.run(
        "nft 'add table ip t; add chain ip t c { type filter hook input priority 0; }; \
         add rule ip t c numgen random mod 100 < 10 drop'",
    );
    client.tell("send 3000000");
    assert_eq!(server.act("receive 3000000"), "ok");
    assert_eq!(client.answer(), "ok");
    there.run("nft flush chain ip t c");
    assert_eq!(client.act("close"), "ok");
    assert_eq!(server.act("end"), "ok");
    assert_eq!(server.act("close"), "ok");
    let events = watch.of_process(&client, Kind::Closed, 1);
    let closed = only(&events, Kind::Closed);
    assert_eq!(moved(&closed), (0, 3_000_000));
    let again: Vec<_> = events.iter().filter(|event| event.kind == Kind::Retransmitted).collect();
    let bytes: u64 = again.iter().map(|event| event.length).sum();
    let count: u64 = again.iter().map(|event| event.count).sum();
    assert_eq!(bytes, closed.bytes().unwrap().bytes_retrans, "{again:#?}");
    assert_eq!(count, u64::from(closed.total_retrans().unwrap()));
    assert!((again.len() as u64) < count, "those of one second are told of together");
    assert!(again.iter().all(|event| event.record.cookie == closed.record.cookie));
    let events = watch.of_process(&server, Kind::Closed, 1);
    assert_eq!(moved(&only(&events, Kind::Closed)), (3_000_000, 0));
}

#[test]
fn drops_are_the_receivers() {
    if !may() {
        return;
    }
    let (here, _there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&here, &server));
    assert_eq!(server.act("bind 4804"), "ok");
    assert_eq!(client.act("datagrams 192.0.2.2 4804 40"), "ok");
    let events = watch.of_process(&server, Kind::Dropped, 1);
    let dropped: Vec<_> = events.iter().filter(|event| event.kind == Kind::Dropped).collect();
    let count: u64 = dropped.iter().map(|event| event.count).sum();
    assert!((20..40).contains(&count), "{dropped:#?}");
    for event in dropped {
        assert_eq!(event.why, Why::Named("SOCKET_RCVBUFF".into()));
        assert_eq!(
            (event.speaks(), event.socket().local_port, event.record.is_received),
            ("udp", 4804, true)
        );
        assert_eq!(event.socket().remote.unwrap().to_string(), "192.0.2.1");
    }
}

#[test]
fn whose_a_connection_is_that_nobody_uses() {
    if !may() {
        return;
    }
    let (here, _there, mut client, mut server) = pair();
    // Somebody connects and listens before anybody watches.
    connect(&mut client, &mut server);
    let mut watch = Watch::start(only_these(&here, &server));
    assert_eq!(client.act("close"), "ok");
    assert_eq!(server.act("close"), "ok");
    let events = watch.of_process(&client, Kind::Closed, 1);
    assert_eq!(
        (only(&events, Kind::Closed).duration(), only(&events, Kind::Closed).first_byte()),
        (None, None)
    );
    assert_eq!(kinds(&watch.of_process(&server, Kind::Closed, 1)), [Kind::Closed]);

    // One that is accepted and not used.
    server.tell("accept");
    assert_eq!(client.act("connect 192.0.2.2 4800"), "ok");
    assert_eq!(server.answer(), "ok");
    let accepted = only(&watch.of_process(&server, Kind::Accepted, 1), Kind::Accepted);
    assert_eq!(accepted.socket().local_port, 4800);
    assert_eq!(client.act("abort"), "ok");
    let events = watch.of_process(&server, Kind::Reset, 1);
    assert_eq!(only(&events, Kind::Reset).record.cookie, accepted.record.cookie);

    // One that nobody accepts.
    assert_eq!(client.act("connect 192.0.2.2 4800"), "ok");
    assert_eq!(server.act("unlisten"), "ok");
    let events = watch.of_process(&server, Kind::Reset, 2);
    let reset = events.iter().rfind(|event| event.kind == Kind::Reset).unwrap();
    assert!(reset.record.cookie != accepted.record.cookie && reset.first_byte().is_none());
}

#[test]
fn a_process_that_is_gone_is_still_named() {
    if !may() {
        return;
    }
    let (here, _there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&here, &server));
    connect(&mut client, &mut server);
    assert_eq!(client.act("send 10"), "ok");
    assert_eq!(client.act("die"), "dead");
    assert_eq!(server.act("receive 10"), "ok");
    assert_eq!(server.act("end"), "ok");
    assert_eq!(server.act("close"), "ok");
    let events = watch.of_process(&client, Kind::Closed, 1);
    let closed = only(&events, Kind::Closed);
    assert_eq!((moved(&closed), closed.name()), ((0, 10), only(&events, Kind::Opened).name()));
    assert!(!closed.name().is_empty() && closed.record.ppid == std::process::id());
}

#[test]
fn descendants_are_told_apart_although_they_live_for_a_moment() {
    if !may() || !need_tool("bash") {
        return;
    }
    let netns = Netns::new();
    let (mut client, mut server) = (Puppet::start(&netns, ROLE), Puppet::start(&netns, ROLE));
    let mut watch = Watch::start(Whom { netns: inode(&netns), pid: client.pid() });
    assert_eq!(server.act("listen 4800"), "ok");
    // A child of a child, and the process itself.
    assert_eq!(client.act("run bash -c 'exec 3<>/dev/tcp/127.0.0.1/4800'; true"), "ok");
    assert_eq!(client.act("connect 127.0.0.1 4800"), "ok");
    assert_eq!(server.act("run exec 3<>/dev/tcp/127.0.0.1/4800"), "ok");
    let events = watch.read();
    let opened: Vec<_> = events.all.iter().filter(|event| event.kind == Kind::Opened).collect();
    let told: Vec<bool> = opened.iter().map(|event| event.record.is_descendant).collect();
    assert_eq!(told, [true, false, false], "{opened:#?}");
    assert!(opened[0].owner() != opened[1].owner() && opened[0].record.ppid != client.pid());
    assert_eq!(opened[0].name(), b"bash");
}

#[test]
fn what_is_read_after_the_end_counts() {
    if !may() {
        return;
    }
    let (here, _there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&here, &server));
    connect(&mut client, &mut server);
    // Both ends are closed before the client has read anything.
    assert_eq!(client.act("finish"), "ok");
    assert_eq!(server.act("end"), "ok");
    assert_eq!(server.act("send 50000"), "ok");
    assert_eq!(server.act("close"), "ok");
    let first = watch.of_process(&server, Kind::Closed, 1);
    assert_eq!(moved(&only(&first, Kind::Closed)), (0, 50000));
    assert_eq!(kinds(&watch.of_process(&client, Kind::Opened, 1)), [Kind::Opened]);
    assert_eq!(client.act("receive 40000"), "ok");
    assert_eq!(client.act("close"), "ok");
    let events = watch.of_process(&client, Kind::Closed, 1);
    let (closed, other) = (only(&events, Kind::Closed), only(&first, Kind::Closed));
    assert_eq!(moved(&closed), (40000, 0));
    // When it had ended, not when it was read.
    assert!(closed.record.time.abs_diff(other.record.time) < 1_000_000_000);
    // Reset with something unread.
    assert_eq!(server.act("unlisten"), "ok");
    connect(&mut client, &mut server);
    assert_eq!(server.act("send 3000"), "ok");
    assert_eq!(client.act("receive 1000"), "ok");
    assert_eq!(server.act("abort"), "ok");
    watch.of_process(&server, Kind::Reset, 1);
    assert_eq!(client.act("receive 500"), "ok");
    assert_eq!(client.act("close"), "ok");
    let events = watch.of_process(&client, Kind::Reset, 1);
    let reset = only(&events, Kind::Reset);
    assert_eq!(
        (moved(&reset), &reset.why, reset.record.error),
        ((1500, 0), &Why::Words("by the other end"), 104)
    );
}

#[test]
fn over_ipv6_too() {
    if !may() || !need_tool("bash") {
        return;
    }
    let (here, _there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&here, &server));
    assert_eq!(server.act("listen6 4800"), "ok");
    assert_eq!(client.act("run exec 3<>/dev/tcp/2001:db8::2/4800; echo 1234 >&3"), "ok");
    assert_eq!(server.act("accept"), "ok");
    assert_eq!(server.act("receive 5"), "ok");
    assert_eq!(server.act("end"), "ok");
    assert_eq!(server.act("close"), "ok");
    let events = watch.of_process(&server, Kind::Closed, 1);
    let closed = only(&events, Kind::Closed);
    assert_eq!((moved(&closed), closed.socket().local_port), ((5, 0), 4800));
    let ends = [closed.socket().local, closed.socket().remote].map(|end| end.unwrap().to_string());
    assert_eq!(ends, ["2001:db8::2", "2001:db8::1"]);
}

#[test]
fn what_there_is_no_room_for_is_counted() {
    if !may() {
        return;
    }
    const ROUNDS: usize = 40;
    let netns = Netns::new();
    let (mut client, mut server) = (Puppet::start(&netns, ROLE), Puppet::start(&netns, ROLE));
    let whom = Whom { netns: inode(&netns), pid: 0 };
    let mut watch = Watch::of(Counter::with_events(4096).unwrap(), whom);
    assert_eq!(server.act("listen 4800"), "ok");
    for _ in 0..ROUNDS {
        assert_eq!(client.act("connect 127.0.0.1 4800"), "ok");
        assert_eq!(server.act("accept"), "ok");
        assert_eq!(client.act("close"), "ok");
        assert_eq!(server.act("close"), "ok");
    }
    let events = watch.read();
    let told = kinds(&events.all).len() as u64;
    // One that listens; each connection is opened, accepted and closed on both sides.
    assert_eq!(told + events.lost_connections, 1 + 4 * ROUNDS as u64);
    assert!(told > 10 && events.lost_connections > 0, "{told}");
    // There is room again.
    assert_eq!(client.act("connect 127.0.0.1 4800"), "ok");
    let after = watch.read();
    assert_eq!(kinds(&after.all).len() as u64, told + 1);
    assert_eq!(after.lost_connections, events.lost_connections);
}

#[test]
fn a_flood_of_packets_leaves_room_for_connections() {
    if !may() {
        return;
    }
    const FLOOD: usize = 2000;
    let netns = Netns::new();
    let (mut client, mut server) = (Puppet::start(&netns, ROLE), Puppet::start(&netns, ROLE));
    let whom = Whom { netns: inode(&netns), pid: 0 };
    let mut watch = Watch::of(Counter::with_events(65536).unwrap(), whom);
    assert_eq!(server.act("bind 4804"), "ok");
    assert_eq!(client.act(&format!("datagrams 127.0.0.1 4804 {FLOOD}")), "ok");
    assert_eq!(server.act("listen 4800"), "ok");
    assert_eq!(client.act("connect 127.0.0.1 4800"), "ok");
    let events = watch.read();
    assert!(events.lost_packets > 1000, "{}", events.lost_packets);
    assert_eq!(events.lost_connections, 0);
    assert_eq!(kinds(&events.all), [Kind::Listening, Kind::Opened]);
    // Whatever the socket has not taken was dropped, told or lost.
    let dropped: u64 = events.all.iter().filter(|event| event.kind == Kind::Dropped).map(|it| it.count).sum();
    assert!((FLOOD as u64 - 20..=FLOOD as u64).contains(&(dropped + events.lost_packets)));
}

#[test]
fn only_who_is_meant_is_watched() {
    if !may() {
        return;
    }
    let (here, _there, mut client, mut server) = pair();
    let mut watch = Watch::start(Whom { netns: inode(&here), pid: 0 });
    connect(&mut client, &mut server);
    assert_eq!(kinds(&watch.of_process(&client, Kind::Opened, 1)), [Kind::Opened]);
    assert!(watch.read().all.iter().all(|event| event.socket().netns == inode(&here)));
    // A process wherever it is, from now on.
    watch.watcher.watch(Whom { netns: 1, pid: server.pid() });
    assert_eq!(server.act("close"), "ok");
    assert_eq!(client.act("close"), "ok");
    assert_eq!(kinds(&watch.of_process(&server, Kind::Closed, 1)), [Kind::Closed]);
    assert_eq!(kinds(&watch.of_process(&client, Kind::Opened, 1)), [Kind::Opened]);
}

#[test]
fn what_is_spliced_out_of_a_connection_is_its_first_byte() {
    if !may() {
        return;
    }
    let (here, _there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&here, &server));
    connect(&mut client, &mut server);
    assert_eq!(server.act("send 1000"), "ok");
    assert_eq!(client.act("splice 1000"), "ok");
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(server.act("send 10"), "ok");
    assert_eq!(client.act("receive 10"), "ok");
    assert_eq!(client.act("close"), "ok");
    assert_eq!(server.act("end"), "ok");
    assert_eq!(server.act("close"), "ok");
    let closed = only(&watch.of_process(&client, Kind::Closed, 1), Kind::Closed);
    assert_eq!(moved(&closed), (1010, 0));
    let (first, whole) = (closed.first_byte().unwrap(), closed.duration().unwrap());
    assert!(0 < first && first + 50_000_000 <= whole, "{first} {whole}");
}

/// A header of TCP or UDP in hexadecimal digits, with its checksum over 192.0.2.1 and 192.0.2.2 made wrong by so much.
fn segment(protocol: u16, words: &[u16], place: usize, wrong: u16) -> String {
    let ends = [0xc000, 0x0201, 0xc000, 0x0202, protocol, 2 * words.len() as u16];
    let sum: u32 = ends.iter().chain(words).map(|word| u32::from(*word)).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = ((folded & 0xffff) + (folded >> 16)) as u16;
    let mut words = words.to_vec();
    words[place] = (!folded).wrapping_add(wrong);
    words.iter().map(|word| format!("{word:04x}")).collect()
}

#[test]
fn packets_that_are_no_good_are_dropped_for_the_reason_that_the_kernel_gives() {
    if !may() {
        return;
    }
    let (_here, there, mut client, mut server) = pair();
    let mut watch = Watch::start(only_these(&there, &client));
    connect(&mut client, &mut server);
    let opened = only(&watch.of_process(&client, Kind::Opened, 1), Kind::Opened);
    let port = opened.socket().local_port;
    assert_eq!(server.act("bind 4804"), "ok");
    let mut drop_of = |protocol: u16, bytes: String, reason: &str| {
        assert_eq!(client.act(&format!("inject 192.0.2.2 {protocol} {bytes}")), "ok");
        let until = Instant::now() + PATIENCE;
        loop {
            let all = watch.read();
            let is_it = |event: &&Arc<Event>| event.why == Why::Named(reason.into());
            if let Some(event) = all.all.iter().find(is_it) {
                assert_eq!(event.kind, Kind::Dropped);
                break event.clone();
            }
            assert!(Instant::now() < until, "no drop for {reason}: {:#?}", all.all);
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    // No flag at all, in a segment that is whole: the connection's owner is known.
    let none = [port, 4800, 0, 1, 0, 1, 0x5000, 0xffff, 0, 0];
    let event = drop_of(6, segment(6, &none, 8, 0), "TCP_FLAGS");
    assert_eq!(event.owner().map(|id| id.pid), Some(server.pid()));
    assert_eq!((event.socket().local_port, event.socket().remote_port), (4800, port));
    assert!(event.record.is_received);
    let event = drop_of(6, segment(6, &none, 8, 1), "TCP_CSUM");
    assert_eq!((event.socket().local_port, event.speaks()), (4800, "tcp"));
    let datagram = [4900, 4804, 12, 0, 0x7878, 0x7878];
    let event = drop_of(17, segment(17, &datagram, 3, 1), "UDP_CSUM");
    assert_eq!((event.socket().local_port, event.socket().remote_port, event.speaks()), (4804, 4900, "udp"));
}

/// A server that listens on port 4800, with a ring, and a client.
fn ringed(kind: &str) -> Option<(Watch, Puppet, Puppet, [Netns; 2])> {
    if !may() || !need("io_uring", netmonitor_testkit::has_io_uring()) {
        return None;
    }
    let (here, there, client, mut server) = pair();
    let watch = Watch::start(only_these(&here, &server));
    assert_eq!(server.act("listen 4800"), "ok");
    assert_eq!(server.act(kind), "ok");
    Some((watch, client, server, [here, there]))
}

#[test]
fn what_a_ring_accepts_is_its_process_s_before_anybody_uses_it() {
    for kind in ["ring", "ring polled"] {
        let Some((mut watch, mut client, mut server, _netns)) = ringed(kind) else { return };
        server.tell("ring-accept");
        assert_eq!(client.act("connect 192.0.2.2 4800"), "ok");
        assert_eq!(server.answer(), "ok");
        let accepted = only(&watch.of_process(&server, Kind::Accepted, 1), Kind::Accepted);
        assert_eq!((accepted.socket().local_port, accepted.bytes()), (4800, None));
        assert_eq!(client.act("send 100"), "ok");
        assert_eq!(server.act("receive 100"), "ok");
        assert_eq!(client.act("close"), "ok");
        assert_eq!(server.act("end"), "ok");
        assert_eq!(server.act("close"), "ok");
        let events = of_connections(&watch.of_process(&server, Kind::Closed, 1));
        assert_eq!(kinds(&events), [Kind::Listening, Kind::Accepted, Kind::Closed], "{kind}");
        assert_eq!(events[1].record.cookie, events[2].record.cookie);
        assert_eq!(moved(&events[2]), (100, 0));
    }
}

#[test]
fn one_request_of_a_ring_accepts_many_each_of_which_is_told_once() {
    let Some((mut watch, mut client, mut server, _netns)) = ringed("ring") else { return };
    server.tell("ring-accepts 3");
    for _ in 0..3 {
        assert_eq!(client.act("connect 192.0.2.2 4800"), "ok");
    }
    assert_eq!(server.answer(), "ok");
    let events = of_connections(&watch.of_process(&server, Kind::Accepted, 3));
    assert_eq!(
        kinds(&events),
        [Kind::Listening, Kind::Accepted, Kind::Accepted, Kind::Accepted],
        "{events:#?}"
    );
    let mut cookies: Vec<u64> = events.iter().map(|event| event.record.cookie).collect();
    cookies.sort_unstable();
    cookies.dedup();
    assert_eq!(cookies.len(), 4);
    // Using one tells nothing new.
    assert_eq!(server.act("send 10"), "ok");
    let all = watch.read();
    assert_eq!(all.all.iter().filter(|event| event.kind == Kind::Accepted).count(), 3);
}

#[test]
fn who_takes_over_a_listener_and_accepts_by_a_ring_is_the_owner() {
    let Some((_, mut client, server, [here, there])) = ringed("ring") else { return };
    let mut other = Puppet::start(&there, ROLE);
    let mut watch = Watch::start(only_these(&there, &client));
    for step in [&format!("take {}", server.pid()), "ring"] {
        assert_eq!(other.act(step), "ok", "{step}");
    }
    other.tell("ring-accept");
    assert_eq!(client.act("connect 192.0.2.2 4800"), "ok");
    assert_eq!(other.answer(), "ok");
    watch.of_process(&other, Kind::Accepted, 1);
    assert_eq!(client.act("close"), "ok");
    assert_eq!(other.act("close"), "ok");
    assert_eq!(kinds(&watch.of_process(&other, Kind::Closed, 1)), [Kind::Accepted, Kind::Closed]);
    // What stays in the ring and nobody uses is told when it is closed.
    other.tell("ring-keep");
    assert_eq!(client.act("connect 192.0.2.2 4800"), "ok");
    assert_eq!(other.answer(), "ok");
    assert_eq!(client.act("close"), "ok");
    assert_eq!(other.act("ring-drop"), "ok");
    let events = of_connections(&watch.of_process(&other, Kind::Closed, 2));
    assert_eq!(kinds(&events), [Kind::Accepted, Kind::Closed, Kind::Accepted, Kind::Closed]);
    assert_eq!(events[2].record.cookie, events[3].record.cookie);
    let all = watch.read();
    let of_server = all.all.iter().filter(|event| event.owner().is_some_and(|id| id.pid == server.pid()));
    let of_server: Vec<_> = of_server.cloned().collect();
    assert_eq!(kinds(&of_server), [], "it has accepted nothing: {of_server:#?}");
    drop(here);
}
