//! What the screen and `doctor` say where counting in the kernel cannot be, or loses sight of somebody.

use std::io::Write;
use std::process::{Command, Output};

use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::pty::Pty;
use netmonitor_testkit::{need, need_root, need_tool, traffic};
use serde_json::Value as Json;

use crate::stdout;
use crate::traffic::Showing;

const ROLE: &str = "traffic::a_role";

/// Where the kernel describes its types.
const TYPES: &str = "/sys/kernel/btf/vmlinux";

/// netmonitor where these commands were run in a mount namespace of its own.
fn where_mounted(commands: &str, words: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    let words = [&["-m", "sh", "-c", commands, "sh", env!("CARGO_BIN_EXE_netmonitor")], words].concat();
    command
        .args(words)
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env_remove("XDG_STATE_HOME")
        .env_remove("HOME");
    command
}

fn ready() -> bool {
    need_root() && need_tool("unshare") && need(TYPES, std::fs::exists(TYPES).unwrap())
}

/// What is printed of processes after some readings, and what `doctor` says of counting.
fn told(commands: &str) -> (String, String) {
    let me = std::process::id().to_string();
    let run = |words: &[&str]| -> Output { where_mounted(commands, words).output().unwrap() };
    let shown = run(&["show", &me, "processes", "--interval", "0.2", "--count", "4"]);
    let doctor = run(&["doctor", "--format", "json"]);
    let checks: Json = serde_json::from_slice(&doctor.stdout).unwrap();
    let counting = checks["checks"].as_array().unwrap().iter().find(|check| check["name"] == "counting");
    (stdout(&shown).to_owned(), counting.unwrap()["reason"].to_string())
}

/// What a session says on its screen.
fn screen_says(commands: &str, sentence: &str) {
    let me = std::process::id().to_string();
    let command = where_mounted(commands, &["--skip-intro", &me]);
    let mut pty = Pty::spawn(command, 40, 160);
    pty.wait_for("tcp · process");
    pty.send(":processes\r");
    pty.wait_for(sentence);
    pty.send("q");
    assert!(pty.exit().success());
}

#[test]
fn a_kernel_that_does_not_describe_its_types_is_said_in_a_sentence() {
    if !ready() {
        return;
    }
    let hide = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"";
    let (shown, doctor) = told(hide);
    let sentence = format!("this kernel does not describe its types ({TYPES})");
    assert!(shown.contains(&format!("not counted: {sentence}")), "{shown}");
    assert!(doctor.contains(&format!("bytes are told by TCP alone: {sentence}")), "{doctor}");
    screen_says(hide, &sentence);
}

#[test]
fn a_kernel_without_the_tracepoint_is_said_in_a_sentence() {
    if !ready() {
        return;
    }
    let mut types = std::fs::read(TYPES).unwrap();
    let name = b"\0btf_trace_sock_recv_length\0";
    let place = types.windows(name.len()).position(|bytes| bytes == name).unwrap();
    types[place + name.len() - 2] = b'z';
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&types).unwrap();
    let bind = format!("mount --bind {} {TYPES} && exec \"$@\"", file.path().display());
    let (shown, doctor) = told(&bind);
    let sentence = "this kernel has no tracepoint sock_recv_length: Linux 6.3 has it";
    assert!(shown.contains(&format!("not counted: {sentence}")), "{shown}");
    assert!(doctor.contains(sentence), "{doctor}");
    screen_says(&bind, sentence);
}

#[test]
fn who_moved_something_in_a_namespace_that_is_gone_is_told() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let mut showing = Showing::processes();
    let here = Netns::new();
    let there = here.peer();
    let numbers = [&here, &there].map(|netns| {
        let link = netns.run("readlink /proc/self/ns/net");
        link.trim().trim_start_matches("net:[").trim_end_matches(']').parse::<u64>().unwrap()
    });
    let told = traffic::run(traffic::scenario("udp-small"), ROLE, &here, &there);
    drop((here, there));
    // Each is told once, in an order of their own.
    let mut left: Vec<_> = told.iter().collect();
    while !left.is_empty() {
        let row =
            showing.find(|row| row["ended"] == "ended" && left.iter().any(|moved| row["pid"] == moved.pid));
        left.retain(|moved| {
            let is_other = row["pid"] != moved.pid;
            let bytes = (row["rx_bytes"].as_u64(), row["tx_bytes"].as_u64());
            assert!(is_other || bytes == (Some(moved.rx_bytes), Some(moved.tx_bytes)), "{row}");
            is_other
        });
        assert!(row["netns"].as_u64().is_some_and(|number| numbers.contains(&number)), "{row}");
    }
}
