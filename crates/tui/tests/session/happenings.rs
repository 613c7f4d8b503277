//! Events as programs in the kernel tell of them.

use std::sync::Arc;

use netmonitor_core::sample::{Origin, Part, Reading, Sample, Status};
use netmonitor_core::snapshot::Snapshot;

use crate::world::{World, engine};

const SECOND: u64 = 1_000_000_000;

/// What is told in an event beside what all of them have in common.
#[derive(Clone, Copy)]
struct Told {
    kind: u8,
    /// Milliseconds before the tick.
    ago: u64,
    cookie: u64,
    pid: u32,
    states: (u8, u8),
    error: u16,
    flags: u8,
    ports: (u16, u16),
    reason: u32,
    length: u32,
    bytes: (u64, u64),
    protocol: u16,
    name: &'static [u8; 16],
}

const STATE: Told = Told {
    kind: 1,
    ago: 0,
    cookie: 40,
    pid: 42,
    states: (2, 1),
    error: 0,
    flags: 0,
    ports: (41_394, 443),
    reason: 0,
    length: 0,
    bytes: (0, 0),
    protocol: 6,
    name: b"curl\0\0\0\0\0\0\0\0\0\0\0\0",
};

fn record(told: Told, now: u64) -> Vec<u8> {
    let time = now - told.ago * 1_000_000;
    let [since, established, first_rx] = [900, 880, 800].map(|ago| now - ago * 1_000_000);
    // The process began 50 seconds after the machine.
    let start = 50 * SECOND;
    let mut bytes = Vec::new();
    for number in [time, told.cookie, start, 33, since, established, first_rx, told.bytes.0, told.bytes.1, 0]
    {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([192, 168, 0, 10].into_iter().chain([0; 12]).chain([93, 184, 216, 34]).chain([0; 12]));
    for number in [told.pid, 1, 1000, 4_026_531_840, told.length, told.reason, 0] {
        bytes.extend(number.to_le_bytes());
    }
    let kind = if told.protocol == 6 { 1 } else { 2 };
    for number in [told.ports.0, told.ports.1, 2, kind, told.protocol, told.error] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([told.kind, told.states.0, told.states.1, told.flags, 0, 0, 0, 0]);
    bytes.extend(told.name);
    bytes
}

/// A sample of the usual world in which things happen.
fn sample(seq: u64, told: &[Told], state: &str) -> Sample {
    let mut sample = World::default().sample(seq);
    let now = sample.moment.boottime;
    sample.push(Origin::Bpf("reasons".into()), *b"drop 6 SOCKET_RCVBUFF\nreset 11 TCP_ABORT_ON_CLOSE\n");
    let records: Vec<u8> = told.iter().flat_map(|told| record(*told, now)).collect();
    sample.push(Origin::Bpf("events".into()), records);
    sample.push(Origin::Bpf("events_state".into()), state);
    sample
}

/// Two ticks in which things happen to the process, and to another one.
pub(crate) fn snapshots() -> [Arc<Snapshot>; 2] {
    let end = Told { states: (5, 7), bytes: (1_250_000, 420), ago: 300, ..STATE };
    let drop = Told {
        kind: 5,
        protocol: 17,
        cookie: 41,
        ports: (5353, 5353),
        flags: 4,
        reason: 6,
        length: 120,
        ..STATE
    };
    let other = Told { pid: 77, cookie: 50, ports: (22, 50_000), states: (1, 1), kind: 2, flags: 3, ..STATE };
    let hostile = Told { name: b"\x1b[31mssh\0\0\0\0\0\0\0\0", ..other };
    let first = [
        Told { ago: 880, ..STATE },
        other,
        Told { ago: 500, kind: 3, length: 1448, states: (1, 1), ..STATE },
    ];
    let refused = Told { states: (2, 7), error: 111, cookie: 43, ports: (41_400, 8080), ..STATE };
    let aborted = Told { states: (1, 7), cookie: 44, ports: (41_402, 80), bytes: (99, 12), ..STATE };
    let reset = Told { kind: 4, reason: 11, cookie: 44, ..STATE };
    let second = [end, drop, drop, drop, refused, aborted, reset, hostile];
    let state = |lost: u64| format!("since=1 lost_connections=0 lost_packets={lost} missing=");
    let mut engine = engine();
    [engine.advance(&sample(0, &first, &state(0))), engine.advance(&sample(1, &second, &state(7)))]
}

/// Nothing is watched, for this reason.
pub(crate) fn unwatched() -> Arc<Snapshot> {
    let mut sample = World::default().sample(0);
    let reading = Reading { status: Status::Denied, at: sample.moment.boottime, took: 0 };
    let bytes = b"loading BPF programs needs CAP_BPF and CAP_PERFMON".to_vec();
    sample.parts.push(Part { origin: Origin::Bpf("events_state".into()), reading, bytes });
    engine().advance(&sample)
}
