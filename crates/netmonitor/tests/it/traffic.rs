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
pub(crate) struct Showing {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Showing {
    pub(crate) fn start(words: &[&str]) -> Self {
        let mut command = netmonitor();
        command.arg("show").args(words).args(["--format", "jsonl", "--interval", "0.2"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next row that is as wanted.
    pub(crate) fn find(&mut self, is_wanted: impl Fn(&Json) -> bool) -> Json {
        let rows = self.lines.by_ref().map(|line| serde_json::from_str::<Json>(&line.unwrap()).unwrap());
        rows.take(1_000_000).find(|row| is_wanted(row)).expect("it prints such a row")
    }

    /// Processes of the machine, once counting has begun.
    pub(crate) fn processes() -> Self {
        let mut showing = Self::start(&["--scope", "host", "processes"]);
        // Bytes that are told say so: this test's own process has some to tell.
        let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();
        let me = std::process::id();
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let talking = std::thread::spawn({
            let stop = stop.clone();
            move || {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    let _ = (
                        std::io::Write::write(&mut &one, b"x"),
                        std::io::Read::read(&mut &other, &mut [0; 1]),
                    );
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            }
        });
        showing.find(|row| row["pid"] == me && row["rx_bytes"].as_u64().is_some_and(|bytes| bytes > 0));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        talking.join().unwrap();
        showing
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
    let mut showing = Showing::processes();
    let here = Netns::new();
    let there = here.peer();
    let told = traffic::run(traffic::scenario("processes"), ROLE, &here, &there);
    assert_eq!(told.len(), 1001, "1,000 senders and who received");
    let mut seen = std::collections::BTreeMap::new();
    let mut wanted: std::collections::BTreeSet<u32> = told.iter().map(|moved| moved.pid).collect();
    while !wanted.is_empty() {
        let is_wanted = |row: &Json| row["pid"].as_u64().is_some_and(|pid| wanted.contains(&(pid as u32)));
        let row = showing.find(|row| row["ended"] == "ended" && is_wanted(row));
        let pid = row["pid"].as_u64().unwrap() as u32;
        wanted.remove(&pid);
        seen.insert(pid, row);
    }
    for Moved { pid, name, rx_bytes, tx_bytes } in &told {
        let row = &seen[pid];
        assert_eq!((&row["rx_bytes"], &row["tx_bytes"]), (&(*rx_bytes).into(), &(*tx_bytes).into()), "{row}");
        assert_eq!((&row["name"], &row["ended"]), (&name.as_str().into(), &"ended".into()), "{row}");
        // Nobody could be asked any more when this was read.
        assert_eq!((&row["user"], row["ppid"].is_u64()), (&"root".into(), true), "{row}");
    }
}

/// Where the second version's control groups are mounted.
fn cgroup_root() -> Option<std::path::PathBuf> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    let mount = mounts.lines().find(|line| line.split(' ').nth(2) == Some("cgroup2"))?;
    mount.split(' ').nth(1).map(Into::into)
}

#[test]
fn who_has_ended_is_told_once_and_again_at_the_end() {
    if !ready() || !netmonitor_testkit::need("cgroup2", cgroup_root().is_some()) {
        return;
    }
    let mut showing = Showing::start(&["--scope", "host", "processes"]);
    let name = format!("netmonitor-it-{}", std::process::id());
    let group = cgroup_root().unwrap().join(&name);
    std::fs::create_dir(&group).unwrap();
    let netns = Netns::new();
    let inode: u64 = {
        let link = netns.run("readlink /proc/self/ns/net");
        link.trim().trim_start_matches("net:[").trim_end_matches(']').parse().unwrap()
    };
    // In the group until it is told of, which it is once counting has begun.
    let (reader, mut go) = std::io::pipe().unwrap();
    let script = "read -r _; while :; do echo x > /dev/udp/127.0.0.1/9; sleep 0.02; done";
    let mut talking = netns.command("bash").args(["-c", script]).stdin(reader).spawn().unwrap();
    let pid = talking.id();
    std::fs::write(group.join("cgroup.procs"), pid.to_string()).unwrap();
    std::io::Write::write_all(&mut go, b"go\n").unwrap();
    let row = showing.find(|row| row["pid"] == pid && row["tx_bytes_rate"].as_f64() > Some(0.0));
    assert_eq!((&row["cgroup"], &row["netns"]), (&format!("/{name}").into(), &inode.into()), "{row}");
    assert_eq!((&row["name"], &row["user"], &row["ended"]), (&"bash".into(), &"root".into(), &Json::Null));
    talking.kill().unwrap();
    talking.wait().unwrap();
    // Its last child sleeps for a moment more.
    let is_gone = |_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        std::fs::remove_dir(&group).is_ok()
    };
    assert!((0..500).any(is_gone));
    let ended = showing.find(|row| row["pid"] == pid && row["ended"] == "ended");
    // Some sets later it is not told of any more, until the end is asked for.
    let mut last = ended["at"].clone();
    for _ in 0..3 {
        let other = showing.find(|row| {
            assert!(row["pid"] != pid || row["at"] == ended["at"], "{row}");
            row["at"] != last
        });
        last = other["at"].clone();
    }
    let status = std::process::Command::new("kill").args(["-INT", &showing.child.id().to_string()]).status();
    assert!(status.unwrap().success());
    let again = showing.find(|row| row["pid"] == pid && row["at"] != ended["at"]);
    assert_eq!((&again["tx_bytes"], &again["cgroup"]), (&ended["tx_bytes"], &format!("/{name}").into()));
    let rest: Vec<String> = showing.lines.by_ref().map(Result::unwrap).collect();
    assert!(rest.iter().all(|line| serde_json::from_str::<Json>(line).unwrap()["at"] == again["at"]));
    assert_eq!(showing.child.wait().unwrap().code(), Some(0));
}

#[test]
fn peers_are_told_of_connections_that_lived_between_two_looks() {
    if !ready() {
        return;
    }
    let mut showing = Showing::start(&["--scope", "host", "peers.hosts", "peers.ports"]);
    let here = Netns::new();
    let there = here.peer();
    // The first set that is not empty says that counting has begun.
    let mut talking = here
        .command("bash")
        .args(["-c", "while :; do echo x > /dev/udp/192.0.2.2/9; sleep 0.02; done"])
        .spawn()
        .unwrap();
    showing.find(|row| row["remote_address"] == "192.0.2.2" && row["protocol"] == "udp");
    talking.kill().unwrap();
    talking.wait().unwrap();
    // What is printed is read meanwhile: who cannot print does not look.
    let work = std::thread::spawn(move || traffic::run(traffic::scenario("tcp-short"), ROLE, &here, &there));
    // Of both ends: each is the other's remote address.
    let mut conns = 0;
    let mut sum = 0;
    for address in ["192.0.2.1", "192.0.2.2"] {
        let row = showing.find(|row| {
            row["remote_address"] == address
                && row["protocol"] == "tcp"
                && row["conns"].as_u64().is_some_and(|conns| conns >= 20_000)
        });
        conns += row["conns"].as_u64().unwrap();
        sum += row["tx_bytes"].as_u64().unwrap();
    }
    let bytes: u64 = work.join().unwrap().iter().map(|moved| moved.tx_bytes).sum();
    // Other tests have the same addresses, in namespaces of their own.
    assert!(conns >= 40_000 && sum >= bytes, "{conns} {sum} {bytes}");
    // The port of the service is one of those that others get by chance: where it is the lower one it is told.
    let port = showing.find(|row| row["table"] == "ports" && row["protocol"] == "tcp");
    assert!(port["port"].as_u64().is_some_and(|port| port > 0), "{port}");
}

#[test]
fn processes_are_grouped_as_asked() {
    if !ready() {
        return;
    }
    let mut showing = Showing::start(&["--scope", "host", "processes", "--by", "user"]);
    let netns = Netns::new();
    let script = "while :; do echo x > /dev/udp/127.0.0.1/9; sleep 0.02; done";
    let mut talking = netns.command("bash").args(["-c", script]).spawn().unwrap();
    let row = showing.find(|row| row["uid"] == 0 && row["tx_bytes"].as_u64() > Some(0));
    assert_eq!((&row["table"], &row["user"]), (&"by_user".into(), &"root".into()));
    assert!(row["processes"].as_u64() >= Some(1) && row.get("netns").is_none_or(Json::is_null), "{row}");
    talking.kill().unwrap();
    talking.wait().unwrap();
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

#[test]
fn packets_on_the_wire_are_counted_where_that_is_asked_for() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "busy");
    let pid = holder.pid().to_string();
    let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();
    let me = std::process::id().to_string();
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.connect(udp.local_addr().unwrap()).unwrap();
    let port = udp.local_addr().unwrap().port();
    let mut showing = Showing::start(&[&me, "sockets", "--wire"]);
    let is_udp = |row: &Json| row["kind"] == "udp" && row["local"].to_string().contains(&port.to_string());
    showing.find(|row| is_udp(row) && row["wire_tx_packets"] == 0);
    for _ in 0..7 {
        udp.send(&[0; 100]).unwrap();
    }
    // Each has 28 bytes of headers, and comes back.
    let row = showing.find(|row| is_udp(row) && row["wire_tx_packets"] == 7);
    let figures = ["wire_tx_bytes", "wire_rx_bytes", "wire_rx_packets", "tx_bytes"].map(|name| &row[name]);
    assert_eq!(figures.map(Json::as_u64), [Some(7 * 128), Some(7 * 128), Some(7), Some(700)], "{row}");
    showing.find(|row| is_udp(row) && row["wire_tx_bytes_rate"].is_f64());
    let row = showing.find(|row| row["kind"] == "unix stream");
    assert_eq!(row["wire_tx_bytes"], Json::Null, "{row}");
    drop((one, other));
    let mut without = Showing::start(&[&pid, "tcp.tcp"]);
    let row = without.find(|row| row["bytes_from"] == "bpf");
    assert_eq!((&row["wire_rx_bytes"], &row["wire_rx_bytes_rate"]), (&Json::Null, &Json::Null), "{row}");
}

#[test]
fn why_packets_on_the_wire_are_not_counted_is_said() {
    if !ready() || !need_tool("setpriv") {
        return;
    }
    let mut command = std::process::Command::new("setpriv");
    command.args(["--bounding-set", "-net_admin,-sys_admin", env!("CARGO_BIN_EXE_netmonitor"), "show"]);
    let me = std::process::id().to_string();
    let output =
        command.args([&me, "tcp.tcp", "--wire", "--interval", "0.3", "--count", "5"]).output().unwrap();
    let text = stdout(&output);
    assert!(text.contains("packets on the wire are not counted: it needs CAP_NET_ADMIN"), "{text}");
}
