//! `run`: a command is watched from before its exec, with all that descend from it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use netmonitor_testkit::{need_root, need_tool};
use serde_json::Value as Json;

use crate::{netmonitor, run, stderr, stdout};

#[test]
fn the_exit_status_is_passed_on_and_the_output_is_the_commands() {
    for (words, status) in [
        (&["run", "--", "sh", "-c", "echo out; exit 7"][..], 7),
        (&["run", "--", "sh", "-c", "kill -9 $$"], 128 + 9),
        (&["run", "--", "/nonexistent/command"], 127),
        (&["run", "--", "/etc/passwd"], 126),
        (&["run"], 2),
    ] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(status), "{words:?}: {}", stderr(&output));
        let said = if status == 7 { "out\n" } else { "" };
        assert_eq!(stdout(&output), said, "{words:?}");
    }
    let output = run(&["run", "-o", "/nonexistent/report", "--", "echo", "ran"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "it was not run");
    assert!(stderr(&output).starts_with("error: cannot write to /nonexistent/report: "));
    assert!(stderr(&run(&["run", "--", "true"])).starts_with("netmonitor: true: exit status 0 after "));
}

#[test]
fn descendants_are_counted_whether_or_not_their_parents_live() {
    if !need_root() || !need_tool("bash") {
        return;
    }
    // Each child's parent has ended before it sends; the shell itself sends before anything else.
    let script = "echo xx > /dev/udp/127.0.0.1/9; for i in 1 2 3; do ( ( sleep 0.1; echo x > /dev/udp/127.0.0.1/9 ) & ); done; sleep 0.4";
    let file = std::env::temp_dir().join(format!("netmonitor-run-{}.json", std::process::id()));
    let output = netmonitor()
        .args(["run", "--format", "json", "-o"])
        .arg(&file)
        .args(["--", "bash", "-c", script])
        .output()
        .unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    let told: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!((&told["schema"], &told["exit_status"], &told["signal"]), (&1.into(), &0.into(), &Json::Null));
    assert_eq!(told["command"][0], "bash");
    let totals = &told["totals"];
    let figures = ["tx_bytes", "rx_bytes", "conns", "processes", "total_retrans", "unfollowed"];
    assert_eq!(figures.map(|name| totals[name].as_u64()), [9, 0, 4, 4, 0, 0].map(Some), "{totals}");
    let tables = told["report"]["views"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|view| view["tables"].as_array().unwrap());
    let rows =
        |name: &str| tables.clone().find(|table| table["name"] == name).unwrap()["rows"].as_array().unwrap();
    assert!(rows("processes").iter().all(|row| row["name"] == "bash" && row["ended"] == "ended"));
    assert_eq!(rows("processes").len(), 4);
    let hosts = rows("hosts");
    assert_eq!(
        (hosts.len(), &hosts[0]["remote_address"], &hosts[0]["tx_bytes"]),
        (1, &"127.0.0.1".into(), &9.into())
    );
    let text = run(&["run", "--", "bash", "-c", script]);
    assert!(
        stderr(&text)
            .contains("received 0 bytes, sent 9; connections: 4, segments sent again: 0, processes: 4")
    );
}

#[test]
fn signals_are_handed_on() {
    let mut command = netmonitor();
    command.args(["run", "--", "sh", "-c", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
    assert_eq!(ready, "ready\n");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(5));
}

#[test]
fn without_the_privileges_the_command_is_run_all_the_same() {
    if !need_root() {
        return;
    }
    let output = netmonitor()
        .args(["run", "--", "sh", "-c", "echo hi; exit 3"])
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    assert_eq!((output.status.code(), stdout(&output)), (Some(3), "hi\n"));
    let why = "not counted: loading BPF programs needs CAP_BPF and CAP_PERFMON";
    assert!(stderr(&output).contains(why), "{}", stderr(&output));
}
