//! What recording takes: `cargo bench -p netmonitor --bench recording`.
//!
//! The bench records itself with connections over loopback in a namespace of its own, of which some move each second, all
//! of them the same or each another number of bytes, and tells the bytes of a moment beside those of the kernel, and the
//! processor time.

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
        for alike in [true, false] {
            record((sockets, moving, alike), ticks);
        }
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

/// Numbers in a row that looks like chance, the same ones each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

/// Each moment some connections move: the first ones some bytes, as many each; or any of them, each another number of bytes
/// up to 16 KiB each way.
fn move_on(
    connections: &mut [(TcpStream, TcpStream)],
    (moving, alike): (usize, bool),
    tick: usize,
    dice: &mut Dice,
) {
    let pass = |from: &mut TcpStream, to: &mut TcpStream, bytes: usize| {
        from.write_all(&[1; 16 << 10][..bytes]).unwrap();
        to.read_exact(&mut [0; 16 << 10][..bytes]).unwrap();
    };
    let (count, first) = (connections.len(), dice.below(connections.len()));
    for number in 0..moving / 2 {
        if alike {
            let (client, server) = &mut connections[number];
            pass(client, server, 50 + tick);
            continue;
        }
        let (client, server) = &mut connections[(first + number * 7919) % count];
        pass(client, server, 1 + dice.below(16 << 10));
        pass(server, client, 1 + dice.below(16 << 10));
    }
}

fn record((sockets, moving, alike): (usize, usize, bool), ticks: usize) {
    let mut dice = Dice(1);
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
        move_on(&mut connections, (moving, alike), tick, &mut dice);
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
    let how = if alike { "alike" } else { "by chance" };
    println!(
        "{sockets} sockets, {moving} moving {how}: a moment {bytes} bytes of {raw} ({:.1} MB an hour), read {reading} µs, written {writing} µs",
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
