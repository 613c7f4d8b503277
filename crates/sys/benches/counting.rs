//! How long it takes until what processes send and receive is counted: `cargo bench -p netmonitor-sys --bench counting`, as
//! root.

use divan::Bencher;
use netmonitor_sys::bpf::{Counter, Whom};

fn main() {
    divan::main();
}

#[divan::bench(max_time = 5)]
fn load(bencher: Bencher<'_, '_>) {
    // Taking the programs out again is not measured.
    bencher.bench_local(|| Counter::start().unwrap_or_else(|why| panic!("{why}")));
}

/// Beside counting, once somebody looks at what happens.
#[divan::bench(max_time = 5)]
fn watch(bencher: Bencher<'_, '_>) {
    let counter = Counter::start().unwrap_or_else(|why| panic!("{why}"));
    bencher.bench_local(|| counter.watch(Whom::default()).unwrap_or_else(|why| panic!("{why}")));
}
