//! What recording takes: `cargo bench -p netmonitor --bench recording`.
//!
//! The bench records itself with connections over loopback in a namespace of its own, of which some move each second, and
//! tells the bytes of a moment beside those of the kernel, and the processor time.

use std::io::{Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use netmonitor_core::plan::Plan;
use netmonitor_core::record::{Head, Player, Recorder, Recording, VERSION};
use netmonitor_core::sample::Sample;
use netmonitor_core::scope::Scope;
use netmonitor_sys::{Collector, ProcTree, Target};
use rustix::process::geteuid;
use rustix::time::{ClockId, clock_gettime};

const INSIDE: &str = "NETMONITOR_BENCH_INSIDE";

fn main() {
    if !geteuid().is_root() {
        return println!("recording: needs root, for a namespace of its own");
    }
    if std::env::var_os(INSIDE).is_none() {
        // Nobody else's connections are among what is heard in there.
        let script = "ip link set lo up && exec \"$0\" --bench";
        let mut command = Command::new("unshare");
        command.args(["-n", "sh", "-c", script]).arg(std::env::current_exe().unwrap()).env(INSIDE, "1");
        assert!(command.status().unwrap().success());
        return;
    }
    for (sockets, moving, ticks) in [(100, 5, 20), (100, 100, 20), (10_000, 500, 8)] {
        record(sockets, moving, ticks);
    }
}

/// Connections whose both ends are here.
fn connections(count: usize) -> Vec<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let connect = |_| {
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    };
    (0..count).map(connect).collect()
}

/// Processor time of this process.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn record(sockets: usize, moving: usize, ticks: usize) {
    let mut connections = connections(sockets / 2);
    let tree = ProcTree::open(Path::new("/proc")).unwrap();
    let pid = std::process::id();
    let machine = tree.machine();
    let head = Head {
        format: VERSION,
        writer: "bench".into(),
        machine,
        scope: Scope::Process.word().into(),
        pid: Some(pid),
        interval: 1_000_000_000,
    };
    let target = Target::find(&tree, &pid.to_string()).unwrap();
    let (mut collector, plan) = (Collector::new(tree, target), Plan::recording(Scope::Process));
    let mut recorder = Recorder::new(head, &plan);
    let mut file = recorder.begin();
    let (mut bytes, mut raw, mut reading, mut writing) = (Vec::new(), 0, Vec::new(), Vec::new());
    for tick in 0..ticks {
        for (client, server) in connections.iter_mut().take(moving / 2) {
            client.write_all(&[1; 100][..50 + tick]).unwrap();
            server.read_exact(&mut [0; 100][..50 + tick]).unwrap();
        }
        let begun = processor();
        let mut sample = Sample::default();
        collector.collect(&plan, &mut sample).unwrap();
        let read = processor();
        raw = sample.parts.iter().map(|part| part.bytes.len()).sum();
        let told = recorder.tick(sample).unwrap();
        reading.push(read - begun);
        writing.push(processor() - read);
        // The first one has all, and programs are loaded beside it.
        if tick > 2 {
            bytes.push(told.len());
        }
        file.extend(told);
        std::thread::sleep(Duration::from_secs(1));
    }
    file.extend(recorder.close().unwrap());
    let (bytes, reading, writing) = (median(bytes), median(reading), median(writing));
    println!(
        "{sockets} sockets, {moving} moving: a moment {bytes} bytes of {raw} ({:.1} MB an hour), read {reading} µs, written {writing} µs",
        bytes as f64 * 3600.0 / 1e6
    );
    let begun = Instant::now();
    let mut player = Player::new(Recording::open([Cursor::new(file)]).unwrap(), plan);
    let opened = begun.elapsed();
    assert!(player.to(ticks as u64 - 1));
    println!("  opened in {opened:.1?}, at its last moment after {:.1?}", begun.elapsed());
}

/// What lies in the middle, as a number: microseconds of times.
fn median<T: Ord + Amount>(mut all: Vec<T>) -> u128 {
    all.sort_unstable();
    all[all.len() / 2].amount()
}

trait Amount {
    fn amount(&self) -> u128;
}

impl Amount for usize {
    fn amount(&self) -> u128 {
        *self as u128
    }
}

impl Amount for Duration {
    fn amount(&self) -> u128 {
        self.as_micros()
    }
}
