//! What the overview and the table of all sockets cost, of a process with many connections:
//! `cargo bench -p netmonitor-core --bench overview`.

use std::sync::Arc;

use divan::Bencher;
use netmonitor_core::engine::Engine;
use netmonitor_core::plan::Plan;
use netmonitor_core::sample::{Machine, Moment, Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{self, By, View};

/// Sockets of the process.
const SOCKETS: u32 = 100_000;

fn main() {
    divan::main();
}

fn engine(view: &View) -> Engine {
    let mut engine = Engine::new(Machine::default());
    engine.follow(&Plan::of([view], Scope::Process));
    engine
}

/// A connection that was asked itself.
fn message(number: u32, moved: u64, out: &mut Vec<u8>) {
    let start = out.len();
    let mut info = [0u8; 280];
    info[0] = 1;
    info[68..72].copy_from_slice(&(number % 7919).to_le_bytes());
    for place in [120, 128, 200] {
        info[place..place + 8].copy_from_slice(&(moved * u64::from(number % 1000)).to_le_bytes());
    }
    out.extend([0; 4]);
    out.extend(20u16.to_le_bytes());
    out.extend([0; 10]);
    out.extend([2, 1, 0, 0]);
    out.extend(8080u16.to_be_bytes());
    out.extend((number as u16).to_be_bytes());
    out.extend([127, 0, 0, 1]);
    out.extend([0; 12]);
    out.extend([10, 0, (number >> 8) as u8, number as u8]);
    out.extend([0; 16]);
    out.extend((number + 1).to_le_bytes());
    out.extend([0; 20]);
    out.extend((1_000_000 + number).to_le_bytes());
    for (kind, bytes) in
        [(0x3f01, &1u32.to_le_bytes()[..]), (0x3f02, &6u32.to_le_bytes()), (7, &[0; 36]), (2, &info)]
    {
        out.extend((4 + bytes.len() as u16).to_le_bytes());
        out.extend((kind as u16).to_le_bytes());
        out.extend(bytes);
    }
    let len = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
}

fn sample(seq: u64) -> Sample {
    let moment = Moment { wall: 0, boottime: (seq + 1) * 1_000_000_000, seq };
    let mut sample = Sample { moment, parts: Vec::new() };
    sample.push(
        Origin::process("stat"),
        *b"42 (web) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 987654 1 1 1 1 1 5000 0 0",
    );
    let mut links = String::from("ns/net net:[77]\n");
    let mut own = Vec::new();
    for number in 0..SOCKETS {
        links.push_str(&format!("fd/{number} socket:[{}]\n", 1_000_000 + number));
        message(number, seq + 1, &mut own);
    }
    sample.push(Origin::Links(42), links);
    sample.push(Origin::Own, own);
    sample
}

/// The snapshot of the second tick.
fn snapshot(view: &View) -> Arc<Snapshot> {
    let mut engine = engine(view);
    engine.advance(&sample(0));
    engine.advance(&sample(1))
}

/// All that the thread that reads does in a tick: decoding, joining, sums. The tab of TCP is there to compare with.
#[divan::bench(args = ["tcp", "overview", "sockets"], max_time = 10)]
fn tick(bencher: Bencher<'_, '_>, name: &str) {
    let mut engine = engine(views::find(name).unwrap());
    let samples = [sample(0), sample(1)];
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        engine.advance(&samples[number % 2])
    });
}

/// What a screen of 40 lines takes of a snapshot that is there.
#[divan::bench(args = ["tcp", "overview", "sockets"], max_time = 3)]
fn frame(bencher: Bencher<'_, '_>, name: &str) {
    let view = views::find(name).unwrap();
    let snapshot = snapshot(view);
    bencher.bench_local(|| {
        let mut cells = 0;
        for table in view.tables_on(&snapshot, Scope::Process, By::default()) {
            for row in 0..table.len().min(40) {
                for column in 0..table.columns.len() {
                    cells += usize::from(table.cell(row, column).count().is_some());
                }
            }
        }
        cells
    });
}
