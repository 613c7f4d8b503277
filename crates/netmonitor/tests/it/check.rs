//! `check` as a cron job or a health check uses it: its exit status, and what it tells.

use std::process::{Output, Stdio};
use std::time::Instant;

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::Puppet;
use netmonitor_testkit::{PATIENCE, need, need_root};
use serde_json::Value as Json;

use crate::events::ROLE;
use crate::schema::judged;
use crate::{HOLDER, netmonitor, run, schema, stderr, stdout};

fn check(pid: u32, words: &[&str]) -> Output {
    run(&[&["check", &pid.to_string()], words].concat())
}

fn status(output: &Output) -> Option<i32> {
    output.status.code()
}

fn parsed(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {}", stderr(output)))
}

fn names(document: &Json) -> Vec<&str> {
    document["findings"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

const QUEUE: &str = "accept-queue-near-full";

#[test]
fn a_full_accept_queue_is_found() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "busy");
    let output = check(holder.pid(), &[]);
    assert_eq!(status(&output), Some(1), "{}", stderr(&output));
    let text = stdout(&output);
    for said in
        [QUEUE, "critical", "2 connections wait to be accepted", "evidence  rx_queue 2", "why  ", "next "]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    // So is it by its name, and where the whole tree is looked at.
    let tree = check(holder.pid(), &["--scope", "tree", "--format", "json"]);
    let document = parsed(&tree);
    let found = document["findings"].as_array().unwrap().iter().find(|it| it["name"] == QUEUE).unwrap();
    assert_eq!((status(&tree), &found["scope"], &found["counts"]), (Some(1), &"tree".into(), &true.into()));
    assert_eq!(
        (&found["evidence"][0]["name"], &found["evidence"][0]["now"]),
        (&"rx_queue".into(), &2.into())
    );
    assert_eq!((&document["readings"], &document["target"]["pid"]), (&2.into(), &holder.pid().into()));
}

#[test]
fn where_all_is_well_the_status_is_0() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "unix");
    let output = check(holder.pid(), &[]);
    assert_eq!((status(&output), stderr(&output)), (Some(0), ""), "{}", stdout(&output));
    assert!(
        stdout(&output).ends_with("nothing was found that counts: warning or worse\n"),
        "{}",
        stdout(&output)
    );
    let sarif = parsed(&check(holder.pid(), &["--format", "sarif", "--interval", "0.2"]));
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn what_comes_while_it_looks_is_found() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let (mut receiver, mut sender) = (Puppet::start(&netns, ROLE), Puppet::start(&netns, ROLE));
    assert_eq!(receiver.act("bind 5353"), "ok");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let words = ["--for", "3s", "--interval", "0.5", "--format", "json", "-o", file.to_str().unwrap()];
    let mut child = netmonitor()
        .args([&["check", &receiver.pid().to_string()], &words[..]].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let end = Instant::now() + PATIENCE;
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "it does not end");
        // Nobody reads them.
        assert_eq!(sender.act("datagrams 127.0.0.1 5353 20"), "ok");
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let document: Json = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert!(names(&document).contains(&"udp-receive-drops"), "{document:#}");
    assert!(document["seconds"].as_f64().unwrap() >= 2.5 && document["readings"].as_u64().unwrap() >= 4);
    // What is milder than what is asked for makes no answer.
    let output = check(receiver.pid(), &["--severity", "critical", "--format", "json", "--interval", "0.2"]);
    assert_eq!(status(&output), Some(0), "{}", stdout(&output));
}

#[test]
fn a_recording_is_checked_from_its_beginning_to_its_end() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "busy");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("busy.nmr");
    let file = file.to_str().unwrap();
    let recorded = run(&["record", &holder.pid().to_string(), "--for", "2s", "-o", file]);
    assert_eq!(status(&recorded), Some(0), "{}", stderr(&recorded));
    let output = run(&["check", "--from", file, "--format", "json"]);
    assert_eq!(status(&output), Some(1), "{}", stderr(&output));
    assert!(names(&parsed(&output)).contains(&QUEUE));
    let output = run(&["check", "1", "--from", file]);
    assert_eq!(status(&output), Some(2));
    assert!(stderr(&output).contains("alone"), "{}", stderr(&output));
}

#[test]
fn thresholds_of_the_configuration_hold() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "busy");
    let folder = tempfile::tempdir().unwrap();
    let (config, file) = (folder.path().join("config.toml"), folder.path().join("busy.nmr"));
    std::fs::write(&config, "[thresholds]\naccept-queue-percent = 500\n").unwrap();
    let with = |words: &[&str]| {
        let output = netmonitor().args(words).arg("--config").arg(&config).output().unwrap();
        assert!(matches!(status(&output), Some(0 | 1)), "{}", stderr(&output));
        stdout(&output).to_owned()
    };
    let (pid, file) = (holder.pid().to_string(), file.to_str().unwrap());
    let show = ["show", &pid, "findings.findings", "--format", "csv", "--columns", "name"];
    let check = ["check", &pid, "--interval", "0.3"];
    for words in [&show[..], &check] {
        assert!(stdout(&run(words)).contains(QUEUE) && !with(words).contains(QUEUE), "{words:?}");
    }
    with(&["record", &pid, "--for", "1s", "-o", file]);
    assert!(!with(&["check", "--from", file]).contains(QUEUE));
    let told = with(&["explain", "finding:accept-queue-near-full"]);
    assert!(told.contains("accept-queue-percent = 500 percent as set; 80 unless it is"), "{told}");
    let printed = with(&["config"]);
    assert!(
        printed.contains("accept-queue-percent = 500") && printed.contains("# file; percent"),
        "{printed}"
    );
    assert!(printed.contains("# default; seconds"), "{printed}");
    std::fs::write(&config, "[thresholds]\naccept-queue-per-cent = 500\n").unwrap();
    let output = netmonitor().args(check).arg("--config").arg(&config).output().unwrap();
    assert_eq!(status(&output), Some(2));
    assert!(stderr(&output).contains("nearest: accept-queue-percent"), "{}", stderr(&output));
}

#[test]
fn findings_are_explained() {
    let told = run(&["explain", "finding:close-wait-leak"]);
    assert_eq!(status(&told), Some(0));
    for said in [
        "finding:close-wait-leak: ",
        "warning · scope process",
        "\nwhy ",
        "\nreads     sock_diag/tcp",
        "close-wait-seconds = 60 seconds",
    ] {
        assert!(stdout(&told).contains(said), "{said}: {}", stdout(&told));
    }
    let all = run(&["explain", "finding:"]);
    assert_eq!(stdout(&all).lines().count(), netmonitor_core::detect::ALL.len());
    let found = run(&["explain", "--search", "accept queue"]);
    assert!(stdout(&found).contains("finding:accept-queue-near-full  "), "{}", stdout(&found));
    let unknown = run(&["explain", "finding:close-wait-leek"]);
    assert_eq!((status(&unknown), stdout(&unknown)), (Some(1), ""));
    assert!(stderr(&unknown).contains("the nearest: close-wait-leak"), "{}", stderr(&unknown));
    if schema::ready() {
        let one = run(&["explain", "finding:close-wait-leak", "--format", "json"]);
        assert_eq!(judged("explain", stdout(&one)), "");
        assert_eq!(parsed(&one)["findings"][0]["thresholds"][0]["default"], 60.0);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    for words in [
        &["check"][..],
        &["check", "4194305"],
        &["check", "no such process of this name"],
        &["check", "1", "--format", "xml"],
        &["check", "1", "--severity", "bad"],
        &["check", "1", "--for", "0s"],
        &["check", "--from", "/nonexistent.nmr"],
        &["check", "nginx", "--from", "/nonexistent.nmr"],
        &["check", "1", "--for", "3s", "--from", "/nonexistent.nmr"],
        &["check", "1", "-o", "/nonexistent/report"],
        &["1", "check"],
    ] {
        let output = run(words);
        assert_eq!((status(&output), stdout(&output)), (Some(2), ""), "{words:?}: {}", stderr(&output));
        assert!(!stderr(&output).is_empty());
    }
}

#[test]
fn whoever_may_not_look_is_told_so() {
    use std::os::unix::process::CommandExt;
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "unix");
    let mut command = netmonitor();
    let pid = holder.pid().to_string();
    let output = command.args(["check", &pid, "--interval", "0.2"]).uid(65534).gid(65534).output();
    let Ok(output) = output else {
        need("a build folder that others may enter", false);
        return;
    };
    assert_eq!(status(&output), Some(3), "{}", stdout(&output));
    assert!(stderr(&output).starts_with("error: could not look: "), "{}", stderr(&output));
    assert!(stdout(&output).contains("\ncould not look\n"), "{}", stdout(&output));
}

#[test]
fn the_forms_for_machines_are_what_they_are_said_to_be() {
    if !schema::ready() || !need_root() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "busy raw");
    let output = check(holder.pid(), &["--format", "json", "--severity", "info"]);
    assert_eq!(judged("check", stdout(&output)), "");
    let sarif = parsed(&check(holder.pid(), &["--format", "sarif"]));
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let of =
        |name: &str| results.iter().find(|it| it["ruleId"] == name).unwrap_or_else(|| panic!("{sarif:#}"));
    for (name, level) in [(QUEUE, "error"), ("raw-socket", "warning")] {
        let result = of(name);
        assert_eq!((&result["level"], &sarif["version"]), (&level.into(), &"2.1.0".into()));
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], name);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    }
}

#[test]
fn a_socket_that_is_told_of_otherwise_is_one_finding() {
    if !need_root() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "raw");
    // The first reading asks the sockets, the later ones have them listed.
    let document = parsed(&check(holder.pid(), &["--for", "3s", "--format", "json"]));
    let found = document["findings"].as_array().unwrap().iter().filter(|it| it["name"] == "raw-socket");
    let inodes: Vec<&Json> = found.map(|it| &it["evidence"][1]["now"]).collect();
    let different: std::collections::HashSet<String> = inodes.iter().map(|inode| inode.to_string()).collect();
    assert!(!inodes.is_empty() && inodes.len() == different.len(), "{document}");
}
