//! `events`, with the real program: connections as they come and go, each told once.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Stdio};

use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::{self, Puppet};
use netmonitor_testkit::{need_root, need_tool};
use serde_json::Value as Json;

use crate::{netmonitor, run, stdout};

pub(crate) const ROLE: &str = "events::a_role";

#[test]
fn a_role() {
    puppet::run_if_asked();
}

/// `show` that prints what happens.
struct Showing {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Showing {
    fn start(words: &[&str]) -> Self {
        let mut command = netmonitor();
        command.arg("show").args(words).args(["events", "--format", "jsonl", "--interval", "0.1"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next events.
    fn next(&mut self, count: usize) -> Vec<Json> {
        let lines = self.lines.by_ref().take(count);
        lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
    }
}

impl Drop for Showing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Has something happen to a process again and again until it is told of: from then on all is.
fn begin(showing: &mut Showing, puppet: &mut Puppet) {
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                assert_eq!(puppet.act("connect 127.0.0.1 1"), "ConnectionRefused");
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        });
        let first = std::iter::repeat_with(|| showing.next(1).remove(0)).find(|row| row["remote_port"] == 1);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(first.unwrap()["event"], "refused");
    });
}

#[test]
fn each_event_is_printed_once() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let (mut client, mut server) = (Puppet::start(&netns, ROLE), Puppet::start(&netns, ROLE));
    let pid = client.pid().to_string();
    let mut showing = Showing::start(&[&pid]);
    begin(&mut showing, &mut client);
    assert_eq!(server.act("listen 4800"), "ok");
    assert_eq!(client.act("connect 127.0.0.1 4800"), "ok");
    for step in ["accept", "send 5000"] {
        assert_eq!(server.act(step), "ok");
    }
    for step in ["receive 5000", "send 70", "close"] {
        assert_eq!(client.act(step), "ok");
    }
    for step in ["receive 70", "end", "close"] {
        assert_eq!(server.act(step), "ok");
    }
    let rest = std::iter::repeat_with(|| showing.next(1).remove(0));
    let mut told: Vec<Json> = rest.take(1000).skip_while(|row| row["event"] == "refused").take(2).collect();
    let (closed, opened) = (told.pop().unwrap(), told.pop().unwrap());
    assert_eq!(
        (&opened["event"], &closed["event"]),
        (&"opened".into(), &"closed".into()),
        "{opened} {closed}"
    );
    for row in [&opened, &closed] {
        assert_eq!(
            (&row["pid"], &row["remote_port"], &row["protocol"]),
            (&client.pid().into(), &4800.into(), &"tcp".into())
        );
        assert_eq!((&row["user"], &row["local_address"]), (&"root".into(), &"127.0.0.1".into()));
        assert!(row["time"].as_str().unwrap().ends_with('Z') && row["name"].is_string(), "{row}");
    }
    assert_eq!((&closed["rx_bytes"], &closed["tx_bytes"]), (&5000.into(), &70.into()));
    let times = ["connect_us", "first_byte_us", "duration_us"].map(|name| closed[name].as_u64().unwrap());
    assert!(0 < times[0] && 0 < times[1] && times[1] <= times[2], "{times:?}");
    assert!(opened["cookie"] == closed["cookie"] && opened["seq"].as_u64() < closed["seq"].as_u64());

    // A wider scope tells of the other one, too.
    let mut showing = Showing::start(&[&pid, "--scope", "namespace"]);
    begin(&mut showing, &mut client);
    assert_eq!(server.act("unlisten"), "ok");
    let row =
        std::iter::repeat_with(|| showing.next(1).remove(0)).find(|row| row["pid"] == server.pid()).unwrap();
    assert_eq!(
        (&row["event"], &row["state"], &row["scope"]),
        (&"closed".into(), &"LISTEN".into(), &"namespace".into())
    );
}

#[test]
fn what_happens_at_the_end_of_the_process_is_printed() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let mut puppet = Puppet::start(&netns, ROLE);
    let pid = puppet.pid().to_string();
    let mut showing = Showing::start(&[&pid]);
    begin(&mut showing, &mut puppet);
    assert_eq!(puppet.act("listen 4805"), "ok");
    assert_eq!(puppet.act("die"), "dead");
    // It ends by itself.
    let rest: Vec<Json> =
        showing.lines.by_ref().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    let told = rest.iter().filter(|row| row["local_port"] == 4805).map(|row| row["event"].as_str().unwrap());
    assert_eq!(told.collect::<Vec<_>>(), ["listening", "closed"], "{rest:?}");
}

#[test]
fn a_signal_ends_it_after_what_has_happened() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let mut puppet = Puppet::start(&netns, ROLE);
    let mut showing = Showing::start(&["--scope", "host"]);
    begin(&mut showing, &mut puppet);
    assert_eq!(puppet.act("listen 4806"), "ok");
    let pid = rustix::process::Pid::from_child(&showing.child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let mut rows = showing.lines.by_ref().map(|line| serde_json::from_str::<Json>(&line.unwrap()).unwrap());
    // Others of the machine may do the same.
    let is_it = |row: &Json| row["local_port"] == 4806 && row["pid"] == puppet.pid();
    let listening = rows.find(is_it).expect("it is told");
    assert_eq!(listening["event"], "listening");
    assert_eq!(listening["scope"], "host");
}

#[test]
fn the_two_privileges_suffice() {
    if !need_root() || !need_tool("ip") || !need_tool("setpriv") {
        return;
    }
    let netns = Netns::new();
    let mut puppet = Puppet::start(&netns, ROLE);
    let pid = puppet.pid().to_string();
    // Anybody may run a copy of it.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("netmonitor");
    // By a process of its own: nobody has it open for writing when it is started.
    let mut copy = std::process::Command::new("install");
    copy.args(["-m", "755", env!("CARGO_BIN_EXE_netmonitor")]).arg(&program);
    assert!(copy.status().unwrap().success());
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let only = "-all,+bpf,+perfmon";
    let mut command = std::process::Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    command.args(["--inh-caps", only, "--ambient-caps", only, "--bounding-set", only]).arg(&program);
    command.args(["show", &pid, "events", "--format", "jsonl", "--interval", "0.1"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut notes = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut showing = Showing { child, lines };
    begin(&mut showing, &mut puppet);
    assert_eq!(puppet.act("listen 4807"), "ok");
    assert_eq!(puppet.act("run exec 3<>/dev/tcp/127.0.0.1/4807; echo 1234 >&3"), "ok");
    for step in ["accept", "receive 5"] {
        assert_eq!(puppet.act(step), "ok");
    }
    let accepted =
        std::iter::repeat_with(|| showing.next(1).remove(0)).find(|row| row["event"] == "accepted").unwrap();
    assert_eq!((&accepted["pid"], &accepted["scope"]), (&puppet.pid().into(), &"process".into()));
    let note = notes.find(|line| line.as_ref().unwrap().contains("events.events")).unwrap().unwrap();
    assert!(note.contains("from its first use on: the rest needs CAP_NET_ADMIN and tracefs"), "{note}");
}

#[test]
fn why_nothing_is_watched_is_said() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let puppet = Puppet::start(&netns, ROLE);
    let pid = puppet.pid().to_string();
    let output = run(&["show", &pid, "events"]);
    assert!(
        stdout(&output).contains("watched from reading to reading: give --interval"),
        "{}",
        stdout(&output)
    );
    let mut command = netmonitor();
    command.args(["show", &pid, "events", "--interval", "0.2", "--count", "3"]).uid(65534).gid(65534);
    let output = command.output().unwrap();
    let text = stdout(&output);
    assert!(text.contains("not watched: loading BPF programs needs CAP_BPF and CAP_PERFMON"), "{text}");
}
