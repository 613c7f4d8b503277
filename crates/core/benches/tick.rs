//! Cost of a tick once the kernel has printed: `cargo bench -p netmonitor-core`.

use std::fmt::Write;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::sample::{Machine, Moment, Origin, Sample};
use netmonitor_core::scope::Scope;

fn main() {
    divan::main();
}

fn machine() -> Machine {
    Machine::default()
}

/// A namespace with so many TCP sockets, a tenth of them the target's.
fn sample(rows: usize) -> Sample {
    let mut sample = Sample { moment: Moment { wall: 0, boottime: 1, seq: 0 }, parts: Vec::new() };
    sample.push(
        Origin::process("stat"),
        *b"42 (web) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 987654 1 1 1 1 1 5000 0 0",
    );
    let (mut tcp, mut links) = (String::from("header\n"), String::from("ns/net net:[77]\n"));
    for row in 0..rows {
        let inode = 1_000_000 + row;
        let port = (row * 7919) % 0xffff;
        writeln!(tcp, "{row:4}: 0100007F:{port:04X} 0100007F:1F90 01 00000000:00000000 02:000004A1 00000000  1000        0 {inode} 2 0000000000000000 20 4 30 10 -1").unwrap();
        if row % 10 == 0 {
            writeln!(links, "fd/{row} socket:[{inode}]").unwrap();
        }
    }
    sample.push(Origin::net("tcp"), tcp);
    sample.push(Origin::net("tcp6"), *b"header\n");
    sample.push(Origin::Links(42), links);
    sample
}

#[divan::bench(args = [1_000, 100_000], max_time = 3)]
fn decode_join_and_order(bencher: Bencher<'_, '_>, rows: usize) {
    let sample = sample(rows);
    let mut engine = Engine::new(machine());
    bencher.counter(ItemsCount::new(rows)).bench_local(|| engine.advance(&sample));
}

#[divan::bench(args = ["text", "json", "jsonl", "csv"], max_time = 3)]
fn print_10000_sockets(bencher: Bencher<'_, '_>, format: &str) {
    let snapshot = Engine::new(machine()).advance(&sample(10_000));
    let selection = Selection::parse(&["tcp"], Scope::Namespace).unwrap();
    bencher.counter(ItemsCount::new(10_000usize)).bench_local(|| {
        let mut out = Vec::new();
        (export::find(format).unwrap().export)().write(&mut out, &snapshot, &selection).unwrap();
        Arc::new(out)
    });
}
