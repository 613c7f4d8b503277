//! Figures of the whole program on real sockets: `cargo bench -p netmonitor`.
//!
//! A tick beside the bare reads of the same files, the first frame, resident memory, and a file of 174 MB. Traffic stays on
//! loopback.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use netmonitor_core::engine::Engine;
use netmonitor_core::plan::Plan;
use netmonitor_core::scope::Scope;
use netmonitor_core::views;
use netmonitor_sys::{Collector, ProcTree, Target};
use netmonitor_testkit::hold::{self, Holder};
use netmonitor_testkit::pty::Pty;

fn main() {
    hold::run_if_asked();
    if std::env::args().any(|word| word == "--exact") {
        return;
    }
    let holder = Holder::start(None, "", "500");
    println!("1,000 TCP sockets in one process");
    tick(&holder);
    first_frame(&holder);
    memory(&holder);
    drop(holder);
    huge_file();
}

/// A tick of the tcp tab, and the bare reads that the kernel does for it, in turn.
fn tick(holder: &Holder) {
    let tree = ProcTree::open(Path::new("/proc")).unwrap();
    let target = Target::find(&tree, &holder.pid().to_string()).unwrap();
    let mut engine = Engine::new(tree.machine());
    let mut collector = Collector::new(tree, target);
    let plan = Plan::of([views::find("tcp").unwrap()], Scope::Process);
    let (mut ticks, mut reads) = (Vec::new(), Vec::new());
    for _ in 0..60 {
        let begun = Instant::now();
        collector.collect(&plan, &mut engine).unwrap();
        let snapshot = engine.snapshot();
        ticks.push(begun.elapsed());
        drop(snapshot);
        let begun = Instant::now();
        bare_reads(holder.pid());
        reads.push(begun.elapsed());
    }
    let (tick, read) = (median(&mut ticks), median(&mut reads));
    let ratio = tick.as_secs_f64() / read.as_secs_f64();
    println!("  tick {tick:.2?}, bare reads {read:.2?}, ratio {ratio:.2}");
}

fn bare_reads(pid: u32) {
    let mut buffer = vec![0; 64 << 10];
    for file in ["net/tcp", "net/tcp6"] {
        let mut file = File::open(format!("/proc/{pid}/{file}")).unwrap();
        while file.read(&mut buffer).unwrap() > 0 {}
    }
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap() {
        let _ = std::fs::read_link(entry.unwrap().path());
    }
}

fn session(pid: u32, words: &[&str], size: (u16, u16)) -> Pty {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netmonitor"));
    command.arg(pid.to_string()).arg("--skip-intro").args(words);
    command.env("XDG_CONFIG_HOME", "/nonexistent").env_remove("XDG_STATE_HOME").env_remove("HOME");
    Pty::spawn(command, size.0, size.1)
}

/// From the start of the program to a screen with rows, less what the kernel takes for the first readings.
fn first_frame(holder: &Holder) {
    let mut frames = Vec::new();
    let mut reads = Vec::new();
    for _ in 0..15 {
        let begun = Instant::now();
        let mut pty = session(holder.pid(), &[], (40, 120));
        pty.wait_for("ESTABLISHED");
        frames.push(begun.elapsed());
        pty.send("\x04");
        pty.exit();
        let begun = Instant::now();
        bare_first_reads(holder.pid());
        reads.push(begun.elapsed());
    }
    let (frame, read) = (median(&mut frames), median(&mut reads));
    println!("  first frame {frame:.2?}, of it the kernel's reads {read:.2?}");
}

fn bare_first_reads(pid: u32) {
    let mut buffer = vec![0; 64 << 10];
    let tables = views::nine().iter().flat_map(|view| view.tables);
    for path in tables.flat_map(|table| table.content.needs().net) {
        if let Ok(mut file) = File::open(format!("/proc/{pid}/net/{path}")) {
            while file.read(&mut buffer).unwrap() > 0 {}
        }
    }
    bare_reads(pid);
}

fn memory(holder: &Holder) {
    let pty = session(holder.pid(), &["--interval", "0.1"], (40, 120));
    pty.wait_for("ESTABLISHED");
    std::thread::sleep(Duration::from_secs(3));
    let status = std::fs::read_to_string(format!("/proc/{}/status", pty.pid())).unwrap();
    let of = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    println!("  resident after 30 ticks {}, highest {}", of("VmRSS:"), of("VmHWM:"));
}

/// A captured copy with 1,000,000 tracked connections, opened in a session: keys while it is read, and the whole.
fn huge_file() {
    let folder = tempfile::tempdir().unwrap();
    let net = folder.path().join("4242/net");
    std::fs::create_dir_all(&net).unwrap();
    let mut text = String::new();
    for number in 0..1_000_000 {
        let (a, b, port) = (number / 250 % 250, number % 250, 1024 + number % 60_000);
        let _ = writeln!(
            text,
            "ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.{a}.{b} dst=192.0.2.1 sport={port} dport=443 src=192.0.2.1 dst=10.0.{a}.{b} sport=443 dport={port} [ASSURED] mark=0 zone=0 use=2"
        );
    }
    std::fs::write(net.join("nf_conntrack"), &text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_netmonitor"));
    command
        .args(["--procfs", folder.path().to_str().unwrap(), "--skip-intro", "4242"])
        .env("XDG_CONFIG_HOME", "/nonexistent");
    let mut pty = Pty::spawn(command, 40, 120);
    pty.wait_for("[1 tcp]");
    let begun = Instant::now();
    pty.send(":conntrack\r");
    pty.wait_for("reading net/nf_conntrack");
    let (first, mut times) = (begun.elapsed(), Vec::new());
    while !pty.contents().contains("1000000 rows") {
        for (key, open) in [("?", true), ("\x1b", false)] {
            let begun = Instant::now();
            pty.send(key);
            pty.wait("an answer to the key", |screen| screen.contains("keys and commands") == open);
            times.push(begun.elapsed());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let whole = begun.elapsed();
    times.sort_unstable();
    let status = std::fs::read_to_string(format!("/proc/{}/status", pty.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
    println!("a conntrack table of 1,000,000 entries, {} MB of text", text.len() / 1_000_000);
    println!("  told after {first:.2?}, read whole after {whole:.2?}, highest memory {peak}");
    println!(
        "  key to screen meanwhile {:.2?} median, {:.2?} at worst",
        times[times.len() / 2],
        times[times.len() - 1]
    );
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
