//! What is read of a real process and recorded is, replayed, what it was live: every table of every tab, to the byte.

use std::collections::BTreeMap;
use std::io::Cursor;

use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::host::HostEngine;
use netmonitor_core::plan::Plan;
use netmonitor_core::record::{Head, Player, Recorder, Recording, VERSION};
use netmonitor_core::sample::{Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views;
use netmonitor_sys::HostCollector;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::{self, Puppet};
use netmonitor_testkit::{need_root, need_tool};

use crate::{collector, proc, tick};

const ROLE: &str = "recorded::a_role";

/// More than a segment has.
const TICKS: u64 = 140;

/// Ticks that are compared, out of turn, too: around the border of segments, and some others.
const COMPARED: [u64; 9] = [5, 139, 127, 60, 128, 129, 133, 0, 126];

#[test]
fn a_role() {
    puppet::run_if_asked();
}

fn head(scope: Scope, pid: Option<u32>) -> Head {
    let (scope, writer) = (scope.word().to_owned(), "a test".to_owned());
    Head { format: VERSION, writer, machine: proc().machine(), scope, pid, interval: 1_000_000_000 }
}

/// More bytes of events than this are not carried into a segment: others may do very much on the machine meanwhile.
const CARRIED: usize = 4 << 20;

/// All tables of all tabs that can be shown in a scope; events among them or not.
fn everything(snapshot: &Snapshot, scope: Scope, has_events: bool) -> String {
    let mut out = Vec::new();
    for view in views::ALL.iter().filter(|view| has_events || view.name != "events") {
        let names: Vec<String> =
            view.tables.iter().map(|table| format!("{}.{}", view.name, table.name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let selection = Selection::parse(&names, scope).unwrap();
        if scope == Scope::Host
            && selection.tables().any(|(_, table)| table.scope().is_some_and(|own| own != scope))
        {
            continue;
        }
        (export::find("json").unwrap().export)().write(&mut out, snapshot, &selection).unwrap();
    }
    // What nobody has read live is not in the recording: the one thing that is said in other words.
    String::from_utf8(out).unwrap().replace("not read yet", "not recorded")
}

fn assert_same(live: &str, replayed: &str, what: &str) {
    let place = live.bytes().zip(replayed.bytes()).position(|(live, replayed)| live != replayed);
    let place = place.or((live.len() != replayed.len()).then_some(live.len().min(replayed.len())));
    if let Some(place) = place {
        let around = |text: &str| {
            let bytes =
                &text.as_bytes()[place.saturating_sub(400).min(text.len())..text.len().min(place + 100)];
            String::from_utf8_lossy(bytes).into_owned()
        };
        panic!("{what}:\n{}\n--- replayed:\n{}", around(live), around(replayed));
    }
}

/// What was seen live in the ticks that are compared.
#[derive(Default)]
struct Live {
    /// With events and without.
    seen: BTreeMap<u64, [String; 2]>,
    /// Bytes of events.
    events: usize,
}

impl Live {
    fn see(&mut self, seq: u64, snapshot: &Snapshot, scope: Scope) {
        if COMPARED.contains(&seq) {
            self.seen.insert(seq, [true, false].map(|has_events| everything(snapshot, scope, has_events)));
        }
    }

    fn count_events(&mut self, sample: &Sample) {
        let are_events = |origin: &Origin| matches!(origin, Origin::Bpf(name) if name == "events");
        let parts = sample.parts.iter().filter(|part| are_events(&part.origin));
        self.events += parts.map(|part| part.bytes.len()).sum::<usize>();
    }

    /// Plays a recording: the ticks in turn, and some again out of turn.
    fn assert_replayed(&self, file: Vec<u8>, plan: &Plan, scope: Scope) {
        let mut player = Player::new(Recording::open([Cursor::new(file)]).unwrap(), plan.clone());
        assert_eq!(player.recording().ticks(), TICKS);
        let compare = |number: u64, snapshot: &Snapshot, how: &str| {
            if let Some(live) = self.seen.get(&number) {
                let has_events = how == "in" || self.events <= CARRIED;
                assert_same(
                    &live[usize::from(!has_events)],
                    &everything(snapshot, scope, has_events),
                    &format!("{scope:?}, tick {number} {how} turn"),
                );
            }
        };
        for number in 0..TICKS {
            assert!(player.step());
            compare(number, &player.now().unwrap().1, "in");
        }
        for number in COMPARED {
            assert!(player.to(number));
            compare(number, &player.now().unwrap().1, "out of");
        }
    }
}

/// A process that does something all the time.
struct Busy {
    server: Puppet,
    client: Puppet,
}

impl Busy {
    fn start(netns: &Netns) -> Self {
        netns.ip("link set lo up");
        let (mut server, client) = (Puppet::start(netns, ROLE), Puppet::start(netns, ROLE));
        assert_eq!(server.act("listen 7000"), "ok");
        Self { server, client }
    }

    fn act(&mut self, seq: u64) {
        let Self { server, client } = self;
        match seq % 6 {
            0 => assert_eq!(client.act("connect 127.0.0.1 7000"), "ok"),
            1 => assert_eq!(server.act("accept"), "ok"),
            2 => assert_eq!(client.act(&format!("send {}", 100 + seq)), "ok"),
            3 => assert_eq!(server.act(&format!("receive {}", 99 + seq)), "ok"),
            4 => assert_eq!(client.act(if seq % 12 < 6 { "close" } else { "abort" }), "ok"),
            _ => _ = server.act("close"),
        }
    }
}

#[test]
fn a_process_is_replayed_as_it_was() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    for scope in [Scope::Process, Scope::Tree, Scope::Namespace] {
        let netns = Netns::new();
        let mut busy = Busy::start(&netns);
        let pid = busy.server.pid();
        let (mut collector, plan) = (collector(pid), Plan::recording(scope));
        let mut engine = Engine::watching(proc().machine(), pid);
        engine.follow(&plan);
        let mut recorder = Recorder::new(head(scope, Some(pid)), &plan);
        let (mut file, mut live) = (recorder.begin(), Live::default());
        for seq in 0..TICKS {
            busy.act(seq);
            let sample = tick(&mut collector, &plan).unwrap();
            live.count_events(&sample);
            live.see(seq, &engine.advance(&sample), scope);
            file.extend(recorder.tick(sample).unwrap());
        }
        file.extend(recorder.close().unwrap());
        live.assert_replayed(file, &plan, scope);
    }
}

#[test]
fn a_machine_is_replayed_as_it_was() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let mut busy = Busy::start(&netns);
    let (scope, mut collector) = (Scope::Host, HostCollector::new(proc()));
    let plan = Plan::recording(scope);
    let mut engine = HostEngine::new(proc().machine());
    engine.follow(&plan);
    let mut recorder = Recorder::new(head(scope, None), &plan);
    let (mut file, mut live) = (recorder.begin(), Live::default());
    for seq in 0..TICKS {
        busy.act(seq);
        let mut sample = Sample::default();
        collector.collect(&plan, &mut sample);
        sample.replay(&mut engine);
        live.count_events(&sample);
        live.see(seq, &engine.snapshot(), scope);
        file.extend(recorder.tick(sample).unwrap());
    }
    file.extend(recorder.close().unwrap());
    live.assert_replayed(file, &plan, scope);
}
