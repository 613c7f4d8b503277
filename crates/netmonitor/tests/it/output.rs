//! Tables that are printed without a terminal, again and again, and to a file: by `show` and by `top`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use netmonitor_testkit::{need_root, need_tool};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use crate::top::Talker;
use crate::{netmonitor, run, stderr, stdout};

/// Through a shell, which says what is around the program.
fn in_a_shell(commands: &str, words: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", commands, "sh", env!("CARGO_BIN_EXE_netmonitor")]).args(words);
    command.env("XDG_CONFIG_HOME", "/nonexistent");
    command
}

fn lines(path: &Path) -> Vec<Json> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "a line is not whole");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Waits until a file has more bytes than that.
fn grown(path: &Path, than: u64) -> u64 {
    let begun = Instant::now();
    loop {
        match fs::metadata(path).map_or(0, |meta| meta.len()) {
            length if length > than => return length,
            length => assert!(begun.elapsed() < Duration::from_secs(20), "still {length} bytes"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn tables_go_to_a_file_that_is_written_anew_with_the_users_permissions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    let me = std::process::id().to_string();
    let words = ["show", &me, "stats.TcpExt", "--format", "jsonl", "-o", path.to_str().unwrap()];
    fs::write(&path, "what was there before").unwrap();
    let output = run(&[&words[..], &["--interval", "0.1", "--count", "3"]].concat());
    assert_eq!((output.status.code(), stdout(&output), stderr(&output)), (Some(0), "", ""));
    let rows = lines(&path);
    let mut times: Vec<_> = rows.iter().map(|row| row["at"].as_str().unwrap()).collect();
    times.dedup();
    assert_eq!(times.len(), 3);
    fs::remove_file(&path).unwrap();
    assert!(in_a_shell("umask 027; exec \"$@\"", &words).status().unwrap().success());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(lines(&path).len(), rows.len() / 3);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_read() {
    let me = std::process::id().to_string();
    for path in ["/nonexistent/rows", "/"] {
        let output = run(&["show", &me, "tcp", "--output", path]);
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(
            stderr(&output).starts_with(&format!("error: cannot write to {path}: ")),
            "{}",
            stderr(&output)
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows");
    fs::write(&path, "kept").unwrap();
    let output = run(&["show", "no such process", "tcp", "--output", path.to_str().unwrap()]);
    assert_eq!((output.status.code(), fs::read(&path).unwrap()), (Some(2), b"kept".to_vec()));
}

#[test]
fn a_full_disk_is_told_and_keeps_whole_rows() {
    let me = std::process::id().to_string();
    let output = run(&["show", &me, "stats", "--format", "jsonl", "--output", "/dev/full"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(stderr(&output), "error: writing /dev/full: No space left on device (os error 28)\n");
    if !need_root() || !need_tool("unshare") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let full = format!("{place}/full");
    let commands = format!(
        "mkdir {full} && mount -t tmpfs -o size=64k none {full} && \"$@\"; code=$?; cp {full}/rows {place}/rows; exit $code"
    );
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &commands, "sh", env!("CARGO_BIN_EXE_netmonitor")]);
    command.args(["show", &me, "stats", "--format", "jsonl", "--interval", "0.1"]);
    let output = command.arg("--output").arg(format!("{full}/rows")).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(
        stderr(&output).ends_with("/rows: No space left on device (os error 28)\n"),
        "{}",
        stderr(&output)
    );
    assert!(lines(&folder.path().join("rows")).len() > 100);
}

#[test]
fn a_signal_ends_printing_after_a_whole_reading_and_nohup_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows");
    let me = std::process::id().to_string();
    let words =
        ["show", &me, "stats.TcpExt", "--format", "jsonl", "--interval", "0.1", "-o", path.to_str().unwrap()];
    let start =
        |commands: &str| in_a_shell(commands, &words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let child = start("exec \"$@\"").unwrap();
        grown(&path, 0);
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""), "{signal:?}");
        assert!(!lines(&path).is_empty());
        fs::remove_file(&path).unwrap();
    }
    // What its parent has it ignore it ignores: SIGHUP by nohup, SIGINT in the background of a script.
    let child = start("trap '' HUP INT; exec \"$@\"").unwrap();
    let before = grown(&path, 0);
    send(&child, Signal::HUP);
    send(&child, Signal::INT);
    let after = grown(&path, before);
    grown(&path, after);
    send(&child, Signal::TERM);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn whoever_is_killed_leaves_whole_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows");
    let me = std::process::id().to_string();
    let mut command = netmonitor();
    command.args(["show", &me, "stats", "icmp", "tcp", "--scope", "namespace", "--format", "jsonl"]);
    let child = command.args(["--interval", "0.1", "-o"]).arg(&path).spawn();
    let mut child = child.unwrap();
    grown(&path, 300_000);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(lines(&path).len() > 100);
}

#[test]
fn top_prints_all_processes_again_and_again() {
    if !need_root() || !need_tool("bash") || !need_tool("jq") {
        return;
    }
    let talker = Talker::start();
    let pid = talker.pid().to_string();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows");
    // Until something was counted: how long it takes to begin with that depends on the machine.
    let print = |format: &str, more: &[&str], is_told: &dyn Fn(&str) -> bool| {
        let mut command = netmonitor();
        command.args(["top", "--format", format, "--interval", "0.1", "-o"]).arg(&path).args(more);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        while !is_told(&fs::read_to_string(&path).unwrap_or_default()) {
            assert!(begun.elapsed() < Duration::from_secs(30), "{format}");
            std::thread::sleep(Duration::from_millis(10));
        }
        send(&child, Signal::INT);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), stdout(&output)), (Some(0), ""), "{}", stderr(&output));
    };
    let is_sent = |line: &str| {
        let row: Json = serde_json::from_str(line).unwrap();
        row["pid"].as_u64() == Some(talker.pid().into())
            && row["tx_bytes"].as_u64().is_some_and(|bytes| bytes > 0)
    };
    print("jsonl", &["--columns", "pid,name,tx_bytes"], &|text| text.lines().any(is_sent));
    let sum = format!("[inputs | select(.pid == {pid}) | .tx_bytes] | max > 0");
    let told = Command::new("jq").args(["-n", &sum]).arg(&path).output().unwrap();
    assert_eq!(stdout(&told), "true\n", "{}", stderr(&told));
    let sent = |text: &str| {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names = reader.headers().unwrap().clone();
        let place = |name: &str| names.iter().position(|other| other == name);
        let (pid_at, tx_at) = place("pid").zip(place("tx_bytes"))?;
        let rows = reader.records().map(Result::unwrap).filter(|row| row[pid_at] == pid);
        rows.filter_map(|row| row[tx_at].parse::<u64>().ok()).max()
    };
    print("csv", &[], &|text| sent(text).is_some_and(|bytes| bytes > 0));
    print("text", &["--by", "name", "--filter", "name:bash"], &|text| text.contains("\nbash "));
    assert!(fs::read_to_string(&path).unwrap().starts_with("host · "));
    print("json", &["--by", "cgroup"], &|text| text.contains("\"tx_bytes\""));
}

#[test]
fn what_top_prints_needs_a_format() {
    for words in [&["--count", "3"][..], &["-o", "x"], &["--filter", "pid:1"], &["--columns", "pid"]] {
        let output = run(&[&["top"], words].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(" of top needs --format"), "{}", stderr(&output));
    }
    assert!(stderr(&run(&["top"])).contains("use: netmonitor top --format text"));
    assert!(stderr(&run(&["top", "--format", "yaml"])).contains("there are text, json, jsonl, csv"));
}
