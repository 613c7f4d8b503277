//! Exact bytes, with the real program: of processes and of sockets, with and without the privileges.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Stdio};

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::traffic::{self, Moved};
use netmonitor_testkit::{need_root, need_tool};
use serde_json::Value as Json;

use crate::{HOLDER, netmonitor, run, stderr, stdout};

const ROLE: &str = "traffic::a_role";

#[test]
fn a_role() {
    traffic::run_if_asked();
}

fn ready() -> bool {
    need_root() && need_tool("ip")
}

/// `show` that goes on printing lines of JSON.
struct Showing {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Showing {
    fn start(words: &[&str]) -> Self {
        let mut command = netmonitor();
        command.arg("show").args(words).args(["--format", "jsonl", "--interval", "0.2"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next row that is as wanted.
    fn find(&mut self, is_wanted: impl Fn(&Json) -> bool) -> Json {
        let rows = self.lines.by_ref().map(|line| serde_json::from_str::<Json>(&line.unwrap()).unwrap());
        rows.take(1_000_000).find(|row| is_wanted(row)).expect("it prints such a row")
    }
}

impl Drop for Showing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn processes_that_live_for_moments_are_listed_with_their_bytes() {
    if !ready() {
        return;
    }
    let mut showing = Showing::start(&["--scope", "host", "processes"]);
    // Anything that is told says that counting has begun: this test's own process has something to tell.
    let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();
    let me = std::process::id();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let talking = std::thread::spawn({
        let stop = stop.clone();
        move || {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let _ =
                    (std::io::Write::write(&mut &one, b"x"), std::io::Read::read(&mut &other, &mut [0; 1]));
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
    });
    showing.find(|row| row["pid"] == me);
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    talking.join().unwrap();
    let here = Netns::new();
    let there = here.peer();
    let told = traffic::run(traffic::scenario("processes"), ROLE, &here, &there);
    assert_eq!(told.len(), 1001, "1,000 senders and who received");
    let last = told.iter().max_by_key(|moved| moved.rx_bytes).unwrap().pid;
    let mut seen = std::collections::BTreeMap::new();
    // Those that have ended stay: once the receiver has ended all others have been told of.
    showing.find(|row| row["pid"] == last && row["ended"] == "ended");
    let mut wanted: std::collections::BTreeSet<u32> = told.iter().map(|moved| moved.pid).collect();
    while !wanted.is_empty() {
        let row = showing.find(|row| row["pid"].as_u64().is_some_and(|pid| wanted.contains(&(pid as u32))));
        let pid = row["pid"].as_u64().unwrap() as u32;
        wanted.remove(&pid);
        seen.insert(pid, row);
    }
    for Moved { pid, name, rx_bytes, tx_bytes } in &told {
        let row = &seen[pid];
        assert_eq!((&row["rx_bytes"], &row["tx_bytes"]), (&(*rx_bytes).into(), &(*tx_bytes).into()), "{row}");
        assert_eq!((&row["name"], &row["ended"]), (&name.as_str().into(), &"ended".into()), "{row}");
    }
}

#[test]
fn without_the_privileges_tcp_tells_its_bytes_and_it_is_said_why() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "busy");
    let pid = holder.pid().to_string();
    let words =
        ["show", &pid, "tcp", "--format", "csv", "--columns", "state,rx_queue,rx_bytes,tx_bytes,bytes_from"];
    let output = run(&words);
    // A megabyte was sent and read, and six bytes were answered, over each family; what nobody reads is not received.
    let rows: Vec<Vec<&str>> =
        stdout(&output).lines().skip(1).map(|line| line.split(',').skip(1).collect()).collect();
    let count = |state: &str, rx: &str, tx: &str| {
        rows.iter().filter(|row| row[0] == state && row[2..] == [rx, tx, "tcp_info"]).count()
    };
    assert_eq!(count("ESTABLISHED", "1048576", "6"), 2, "{rows:?}");
    assert_eq!(count("ESTABLISHED", "0", "1048576"), 2, "{rows:?}");
    let unread: Vec<_> = rows.iter().filter(|row| row[0] == "ESTABLISHED" && row[1] != "0").collect();
    assert!(!unread.is_empty() && unread.iter().all(|row| row[2] == "0"), "{unread:?}");
    let output = netmonitor()
        .args(["show", &pid, "processes", "--interval", "0.2", "--count", "3"])
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    let text = stdout(&output);
    assert!(text.contains("not counted: loading BPF programs needs CAP_BPF and CAP_PERFMON"), "{text}");
    let output = run(&["show", &pid, "processes"]);
    assert!(stdout(&output).contains("give --interval"), "{} {}", stdout(&output), stderr(&output));
}

#[test]
fn what_goes_through_a_ring_is_not_counted_and_is_named_so() {
    if !ready() {
        return;
    }
    let [packet, xdp] = traffic::sockets_with_rings();
    let inode = |socket: &std::os::fd::OwnedFd| rustix::fs::fstat(socket).unwrap().st_ino;
    let mut showing = Showing::start(&[&std::process::id().to_string(), "sockets", "packet"]);
    let is_of = |row: &Json, table: &str, inode: u64| row["table"] == table && row["inode"] == inode;
    // A socket without a ring says that counting has begun.
    let plain = traffic::send_a_frame();
    showing.find(|row| is_of(row, "packet", inode(&plain)) && row["bytes_from"] == "bpf");
    let plain = traffic::send_a_frame();
    for table in ["packet", "sockets"] {
        let row = showing.find(|row| is_of(row, table, inode(&plain)) && row["rx_bytes"] == 60);
        // What goes over loopback comes to its sender, too.
        assert_eq!((&row["bytes_from"], &row["tx_bytes"]), (&"bpf".into(), &60.into()), "{row}");
    }
    for (table, socket, tx_bytes) in [
        ("packet", &packet, Json::from(0)),
        ("sockets", &packet, Json::from(0)),
        ("sockets", &xdp, Json::Null),
    ] {
        let row = showing.find(|row| is_of(row, table, inode(socket)));
        assert_eq!(row["bytes_from"], "not counted", "{row}");
        let figures = ["rx_bytes", "rx_bytes_rate", "rx_calls", "tx_bytes"].map(|name| &row[name]);
        assert_eq!(figures, [&Json::Null, &Json::Null, &Json::Null, &tx_bytes], "{row}");
    }
}
