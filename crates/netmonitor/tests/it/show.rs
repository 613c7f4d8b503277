//! `show`: forms of output, repetition, ends.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{PATIENCE, need_root};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use crate::{HOLDER, json, netmonitor, rows, run, stderr, stdout, table_of};

fn me() -> String {
    std::process::id().to_string()
}

#[test]
fn a_listening_socket_of_this_process_is_shown_as_its_own() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let document = json(std::process::id(), &["tcp"]);
    let row = rows(&document, "tcp").iter().find(|row| row["local_port"] == port).unwrap();
    assert_eq!((&row["state"], &row["local_address"]), (&"LISTEN".into(), &"127.0.0.1".into()));
    assert!(row["owners"].as_array().unwrap().contains(&std::process::id().into()));
    assert_eq!(document["target"]["pid"], std::process::id());
    assert_eq!((&document["schema"], &document["views"][0]["view"]), (&1.into(), &"tcp".into()));
    let netns = std::fs::read_link("/proc/self/ns/net").unwrap();
    let shown = format!("net:[{}]", document["target"]["netns"]);
    assert_eq!(netns.to_str(), Some(&*shown));
    assert_eq!(table_of(&document, "tcp")["netns"], document["target"]["netns"]);
}

#[test]
fn without_a_tab_the_nine_are_printed() {
    let document = json(std::process::id(), &[]);
    let views: Vec<_> =
        document["views"].as_array().unwrap().iter().map(|view| view["view"].as_str().unwrap()).collect();
    assert_eq!(views, ["tcp", "udp", "arp", "traffic", "stats", "raw", "icmp", "routing", "analysis"]);
    let text = run(&["show", &me()]);
    for title in [
        "tcp · process",
        "TcpExt · namespace net:[",
        "packet_stats_per_cpu · host",
        "routes_ipv6 · namespace",
    ] {
        assert!(stdout(&text).contains(title), "{title}");
    }
}

#[test]
fn json_lines_and_csv_carry_the_same_rows_as_json() {
    let document = json(std::process::id(), &["traffic"]);
    let interfaces: Vec<_> =
        rows(&document, "interfaces").iter().map(|row| row["interface"].clone()).collect();
    let lines = run(&["show", &me(), "traffic.interfaces", "--format", "jsonl"]);
    let lines: Vec<Json> = stdout(&lines).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["interface"].clone()).collect::<Vec<_>>(), interfaces);
    for line in &lines {
        assert_eq!(
            (&line["view"], &line["table"], &line["scope"]),
            (&"traffic".into(), &"interfaces".into(), &"namespace".into())
        );
        assert!(line["at"].as_str().unwrap().ends_with('Z'));
    }
    let csv = run(&["show", &me(), "traffic.interfaces", "--format", "csv"]);
    let first: Vec<_> = stdout(&csv).lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(first, interfaces.iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>());
}

#[test]
fn repeated_readings_have_rates_from_the_second_on() {
    let words = ["show", &me(), "stats.IpExt", "--format", "jsonl", "--interval", "100ms", "--count", "3"];
    let output = run(&words);
    let lines: Vec<Json> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let octets: Vec<&Json> = lines.iter().filter(|line| line["name"] == "InOctets").collect();
    assert_eq!(octets.len(), 3);
    assert_eq!((&octets[0]["rate"], &octets[0]["since_start"]), (&Json::Null, &0.into()));
    assert!(octets[1]["rate"].is_number() && octets[2]["rate"].is_number());
}

#[test]
fn an_interval_alone_goes_on_until_interrupted_with_status_0() {
    let mut child = netmonitor()
        .args(["show", &me(), "tcp", "--interval", "0.1", "--format", "json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut documents = 0;
    let mut line = String::new();
    while documents < 3 {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "it ended by itself");
        documents += usize::from(line == "}\n");
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    out.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut child = netmonitor()
        .args(["show", &me(), "stats", "--interval", "0.1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.is_empty()), (Some(0), true));
}

#[test]
fn it_ends_with_the_process() {
    let mut holder = Holder::start(None, HOLDER, "udp");
    let mut child = netmonitor()
        .args(["show", &holder.pid().to_string(), "udp", "--interval", "1h"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    holder.kill();
    let end = Instant::now() + PATIENCE;
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "it goes on without the process");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_closed_pipe_is_noticed_without_rows() {
    let netmonitor = || {
        let mut command = netmonitor();
        command.args(["show", &me(), "raw", "--format", "jsonl", "--interval", "0.1"]).stdout(Stdio::piped());
        command.spawn().unwrap()
    };
    let mut child = netmonitor();
    drop(child.stdout.take());
    let end = Instant::now() + PATIENCE;
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "it goes on though nobody reads");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_large_table_is_printed_while_it_is_read() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "3000");
    let pid = holder.pid().to_string();
    let print = |words: &[&str]| {
        let output = run(&[&["show", &pid, "tcp"], words].concat());
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
        stdout(&output).to_owned()
    };
    let inodes = |csv: &str| {
        let rows = csv.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse().unwrap());
        let mut inodes: Vec<u64> = rows.collect();
        inodes.sort_unstable();
        inodes
    };
    // One that is sorted is read whole.
    let whole = inodes(&print(&["--format", "csv", "--columns", "inode", "--sort", "inode"]));
    assert_eq!(whole.len(), 6001);
    for scope in ["process", "tree", "namespace"] {
        let words = ["--format", "csv", "--columns", "inode,owners", "--scope", scope];
        let csv = print(&words);
        assert!(csv.lines().skip(1).all(|line| line.ends_with(&format!(",{pid}"))), "owners are known first");
        assert_eq!(inodes(&csv), whole, "{scope}");
    }
    let text = print(&[]);
    assert!(text.contains("tcp · process · counted at the end\n"), "{}", &text[..200]);
    assert_eq!(text.lines().last(), Some("6001 rows"));
    // Whose sockets are not known shows those of the namespace, with a reason.
    let output = netmonitor()
        .args(["show", &pid, "tcp", "--format", "csv", "--columns", "inode"])
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("descriptors not readable"), "{}", stderr(&output));
    assert_eq!(inodes(stdout(&output)), whole);
    // Nobody reads to the end.
    let line = format!("{} show {pid} tcp --format csv | head -1", env!("CARGO_BIN_EXE_netmonitor"));
    let output = Command::new("bash").args(["-o", "pipefail", "-c", &line]).output().unwrap();
    assert_eq!(stderr(&output), "");
}
