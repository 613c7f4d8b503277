//! A scrape of a machine with 1,000 more processes and 20,000 more sockets: `cargo bench -p netmonitor --bench serve`.
//!
//! The processes are this program itself, in a network namespace of their own; needs root. The figures are of the real server:
//! time of a scrape as a client sees it, processor time that it took, resident memory.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use netmonitor_testkit::netns::Netns;
use rustix::process::geteuid;

const ROLE: &str = "NETMONITOR_BENCH_SERVICE";
const PROCESSES: usize = 1000;
/// Of each process: connections to itself, with two sockets each, beside one that listens and one of UDP.
const CONNECTIONS: usize = 9;
const SCRAPES: usize = 15;

fn main() {
    if std::env::var_os(ROLE).is_some() {
        return service();
    }
    if !geteuid().is_root() {
        println!("a scrape of 1,000 processes: needs root, for a namespace of its own");
        return;
    }
    let netns = Netns::new();
    let services: Vec<(Child, ChildStdin)> = (0..PROCESSES).map(|_| start(&netns)).collect();
    let mut child = Command::new(env!("CARGO_BIN_EXE_netmonitor"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().trim_start_matches("serving http://").trim_end_matches("/metrics").to_owned();
    scrape(&address);
    let (mut times, begun) = (Vec::new(), cpu(child.id()));
    let mut bytes = 0;
    for _ in 0..SCRAPES {
        // Later than a reading is shared.
        std::thread::sleep(Duration::from_millis(1100));
        let now = Instant::now();
        bytes = scrape(&address);
        times.push(now.elapsed());
    }
    times.sort();
    let took = (cpu(child.id()) - begun) * 1000.0 / SCRAPES as f64;
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let resident = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    println!("a scrape of 1,000 processes with 20,000 sockets: {bytes} bytes");
    println!("  time: fastest {:.1?}, median {:.1?}", times[0], times[SCRAPES / 2]);
    println!("  processor time: {took:.0} ms");
    println!("  largest resident memory: {}", resident.trim_start_matches("VmHWM:").trim());
    let _ = child.kill();
    let _ = child.wait();
    for (mut service, stdin) in services {
        drop(stdin);
        let _ = service.wait();
    }
}

fn start(netns: &Netns) -> (Child, ChildStdin) {
    let mut command = netns.command(std::env::current_exe().unwrap());
    let mut child = command.env(ROLE, "1").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = [0];
    child.stdout.take().unwrap().read_exact(&mut ready).unwrap();
    let stdin = child.stdin.take().unwrap();
    (child, stdin)
}

/// Holds sockets that have moved something, until standard input ends.
fn service() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connect = |_| {
        let mut client = TcpStream::connect(address).unwrap();
        let mut server = listener.accept().unwrap().0;
        client.write_all(&[b'x'; 100]).unwrap();
        server.read_exact(&mut [0; 100]).unwrap();
        (client, server)
    };
    let connections: Vec<_> = (0..CONNECTIONS).map(connect).collect();
    println!("ready");
    let _ = std::io::stdin().read(&mut [0]);
    drop((connections, datagrams));
}

fn scrape(address: &str) -> usize {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
    answer.len()
}

/// Processor time of a process so far, seconds.
fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().unwrap()).sum();
    ticks as f64 / rustix::param::clock_ticks_per_second() as f64
}
