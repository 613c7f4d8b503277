//! What is printed as JSON fits the schemas in `docs/schema`, and what does not fit is noticed.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use netmonitor_core::views;
use netmonitor_testkit::{need, need_root};

use crate::top::Talker;
use crate::{copy, netmonitor, run, stderr, stdout};

/// What a validator says of documents.
pub(crate) fn judged(schema: &str, documents: &str) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate.py");
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema");
    let mut python = Command::new("python3");
    python.arg(tests).arg(schemas).arg(format!("{schema}.json"));
    let mut python =
        python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = python.stdin.take().unwrap();
    stdin.write_all(documents.as_bytes()).unwrap();
    drop(stdin);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).to_owned()
}

pub(crate) fn ready() -> bool {
    let has = |status: std::io::Result<std::process::ExitStatus>| status.is_ok_and(|status| status.success());
    need("python3 with jsonschema", has(Command::new("python3").args(["-c", "import jsonschema"]).status()))
}

/// All tabs, and files of which some are decoded, some are counters and some are lines.
fn all() -> Vec<&'static str> {
    let files =
        ["files.tcp", "files.snmp", "files.route", "files.nf_conntrack", "files.kcm", "files.nothing"];
    views::ALL.iter().map(|view| view.name).chain(files).collect()
}

/// What is printed of a captured tree, which has rows in most tables, and of a live process.
fn printed(format: &str) -> String {
    let tree = copy::tree();
    let captured = ["--procfs", tree.path().to_str().unwrap(), "show", "4242", "--format", format];
    let me = std::process::id().to_string();
    let live = ["show", &me, "--format", format, "--interval", "0.3", "--count", "2"];
    let mut text = String::new();
    for words in [&captured[..], &live] {
        let output = run(&[words, &all()].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        text.push_str(stdout(&output));
    }
    text
}

#[test]
fn lines_and_documents_fit() {
    if !ready() {
        return;
    }
    for (format, schema) in [("jsonl", "jsonl"), ("json", "show")] {
        let text = printed(format);
        assert!(text.contains("\"local_port\":") && text.contains("\"RetransSegs\""));
        assert_eq!(judged(schema, &text), "", "{format}");
    }
}

#[test]
fn what_is_of_all_processes_fits() {
    if !ready() || !need_root() {
        return;
    }
    let _talker = Talker::start();
    for by in ["process", "cgroup", "user", "name", "netns"] {
        let words = ["top", "--by", by, "--interval", "0.3", "--count", "4", "--format"];
        let print = |format: &str| run(&[&words[..], &[format]].concat());
        assert_eq!(judged("jsonl", stdout(&print("jsonl"))), "", "{by}");
        assert_eq!(judged("show", stdout(&print("json"))), "", "{by}");
    }
}

#[test]
fn reports_fit() {
    if !ready() {
        return;
    }
    assert_eq!(judged("doctor", stdout(&run(&["doctor", "--format", "json"]))), "");
    assert_eq!(judged("explain", stdout(&run(&["explain", "--format", "json"]))), "");
    let report =
        netmonitor().args(["run", "--format", "json", "--", "sh", "-c", "kill -9 $$"]).output().unwrap();
    assert_eq!(judged("run", stderr(&report)), "");
}

#[test]
fn what_does_not_fit_is_noticed() {
    if !ready() {
        return;
    }
    let me = std::process::id().to_string();
    let output = run(&["show", &me, "stats.TcpExt", "--format", "jsonl", "--filter", "name:TCPTimeouts"]);
    let line = stdout(&output).to_owned();
    assert_eq!(judged("jsonl", &line), "");
    for (right, wrong) in [
        ("\"name\":\"TCPTimeouts\"", "\"name\":7"),
        ("\"name\":", "\"nome\":"),
        ("\"scope\":\"namespace\"", "\"scope\":\"village\""),
        ("\"view\":", "\"wiew\":"),
    ] {
        let changed = line.replace(right, wrong);
        assert_ne!(changed, line);
        assert_ne!(judged("jsonl", &changed), "", "{changed}");
    }
    let output = run(&["show", &me, "stats.TcpExt", "--format", "json"]);
    let document = stdout(&output);
    for (right, wrong) in [
        ("\"schema\": 1", "\"schema\": 2"),
        ("\"status\": \"ok\"", "\"status\": \"fine\""),
        ("\"value\": ", "\"valve\": "),
        ("\"kind\": \"", "\"kind\": false, \"more\": \""),
    ] {
        let changed = document.replacen(right, wrong, 1);
        assert_ne!(changed, document, "{right}");
        assert_ne!(judged("show", &changed), "", "{wrong}");
    }
}
