//! What all detectors together cost in a tick: `cargo bench -p netmonitor-core --bench detect`.

use divan::Bencher;
use netmonitor_core::detect::groups::{self, Ground, Group, Held};
use netmonitor_core::detect::{self, Thresholds, Watch};
use netmonitor_core::dumps;
use netmonitor_core::engine::Engine;
use netmonitor_core::plan::Plan;
use netmonitor_core::sample::{Machine, Moment, Origin, Sample};
use netmonitor_core::scope::Scope;

const SOCKETS: u32 = 10_000;

/// Files of a real machine, with all of their counters.
const FILES: [(&str, &str); 5] = [
    ("netstat", include_str!("../../../fixtures/linux-6.18/net/netstat")),
    ("snmp", include_str!("../../../fixtures/linux-6.18/net/snmp")),
    ("snmp6", include_str!("../../../fixtures/linux-6.18/net/snmp6")),
    ("dev", include_str!("../../../fixtures/linux-6.18/net/dev")),
    ("softnet_stat", include_str!("../../../fixtures/linux-6.18/net/softnet_stat")),
];

fn main() {
    divan::main();
}

/// A connection that sends all the time.
fn message(number: u32, moved: u64, out: &mut Vec<u8>) {
    let start = out.len();
    let mut info = [0_u8; 280];
    info[0] = 1;
    info[16..20].copy_from_slice(&1448_u32.to_le_bytes());
    info[68..72].copy_from_slice(&(20_000 + number % 7919).to_le_bytes());
    info[148..152].copy_from_slice(&19_000_u32.to_le_bytes());
    info[228..232].copy_from_slice(&65_535_u32.to_le_bytes());
    for place in [120, 128, 168, 200] {
        info[place..place + 8].copy_from_slice(&(moved * u64::from(number % 1000)).to_le_bytes());
    }
    out.extend([0; 4]);
    out.extend(20_u16.to_le_bytes());
    out.extend([0; 10]);
    out.extend([2, 1, 0, 0]);
    out.extend((number as u16).to_be_bytes());
    out.extend(443_u16.to_be_bytes());
    out.extend([192, 0, 2, 1]);
    out.extend([0; 12]);
    out.extend([10, 0, (number >> 8) as u8, number as u8]);
    out.extend([0; 16]);
    out.extend((number + 1).to_le_bytes());
    out.extend([0; 20]);
    out.extend((1_000_000 + number).to_le_bytes());
    let kinds =
        [(0x3f01, &1_u32.to_le_bytes()[..]), (0x3f02, &6_u32.to_le_bytes()), (7, &[0; 36]), (2, &info)];
    for (kind, bytes) in kinds {
        out.extend((4 + bytes.len() as u16).to_le_bytes());
        out.extend((kind as u16).to_le_bytes());
        out.extend(bytes);
    }
    let len = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
}

fn sample(seq: u64, origin: Origin) -> Sample {
    let moment = Moment { wall: 0, boottime: (seq + 1) * 1_000_000_000, seq };
    let mut sample = Sample { moment, parts: Vec::new() };
    sample.push(
        Origin::process("stat"),
        *b"42 (web) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 987654 1 1 1 1 1 5000 0 0",
    );
    sample.push(Origin::process("ns/net"), *b"net:[77]");
    let mut links = String::from("ns/net net:[77]\n");
    let mut sockets = Vec::new();
    for number in 0..SOCKETS {
        links.push_str(&format!("fd/{number} socket:[{}]\n", 1_000_000 + number));
        message(number, seq + 1, &mut sockets);
    }
    sample.push(Origin::Links(42), links);
    sample.push(origin, sockets);
    for (path, text) in FILES {
        sample.push(Origin::net(path), text);
    }
    sample
}

/// All detectors, of a process whose connections all move; told by the sockets themselves, or by the list of the namespace.
#[divan::bench(args = ["own", "namespace"], max_time = 8)]
fn look(bencher: Bencher<'_, '_>, told_by: &str) {
    let origin = if told_by == "own" { Origin::Own } else { Origin::Dump("sock_diag/tcp".into()) };
    let mut plan = Plan::in_scope(Scope::Process);
    plan.add(detect::needs(true), Scope::Process);
    plan.findings = false;
    let mut engine = Engine::new(Machine::default());
    engine.follow(&plan);
    let mut watch = Watch::new(Thresholds::default());
    let mut seq = 0;
    let next = || {
        seq += 1;
        engine.advance(&sample(seq, origin.clone()))
    };
    bencher.with_inputs(next).bench_local_refs(|snapshot| watch.look(snapshot).all.len());
}

/// Groups of processes of a machine, so many, that hold all the sockets of a namespace, as `serve` looks at them: what each holds is
/// told apart before.
#[divan::bench(args = [1, 100, 1000], max_time = 8)]
fn look_at_groups(bencher: Bencher<'_, '_>, count: usize) {
    let mut plan = Plan::in_scope(Scope::Host);
    plan.dumps = vec![&dumps::TCP, &dumps::UDP, &dumps::RAW, &dumps::PACKET];
    let mut engine = Engine::new(Machine::default());
    engine.follow(&plan);
    let mut watches: Vec<Watch> = (0..count).map(|_| groups::watch(&plan, Thresholds::default())).collect();
    let mut seq = 0;
    let next = || {
        seq += 1;
        let snapshot = engine.advance(&sample(seq, Origin::Dump("sock_diag/tcp".into())));
        let mut held = vec![Held::default(); count];
        let sockets = snapshot.sockets(groups::KINDS[0]).unwrap();
        let places = sockets.places(false).iter().enumerate();
        places.for_each(|(number, place)| held[number % count].take(0, *place));
        (snapshot, held)
    };
    bencher.with_inputs(next).bench_local_values(|(snapshot, held)| {
        let group = Group { name: b"web", began: 0, streams: &[] };
        let mut ground = Ground::of(&snapshot);
        let looks = watches.iter_mut().zip(held);
        looks.map(|(watch, held)| ground.look(watch, group, held).all.len()).sum::<usize>()
    });
}
