//! `diff`: what has changed between two moments of a recording.

use std::collections::BTreeMap;
use std::path::Path;

use netmonitor_core::scope::Scope;
use serde_json::Value as Json;

use crate::replay::{bytes, day, head, quiet, written};
use crate::{netmonitor, schema, stderr, stdout};

fn diff(path: &Path, words: &[&str]) -> String {
    let output = netmonitor().arg("diff").arg(path).args(words).env("TZ", "UTC").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
    assert_eq!(stderr(&output), "");
    stdout(&output).to_owned()
}

fn json(path: &Path, words: &[&str]) -> Json {
    serde_json::from_str(&diff(path, &[&["--format", "json"], words].concat())).unwrap()
}

/// The rows of a table at a moment, by some of their columns.
fn rows(path: &Path, at: &str, table: &str, keys: &[&str]) -> BTreeMap<String, Json> {
    let mut command = netmonitor();
    command.args(["show", "--from"]).arg(path).args(["--at", at, table, "--format", "json"]).env("TZ", "UTC");
    let document: Json = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let rows = document["views"][0]["tables"][0]["rows"].as_array().unwrap().clone();
    rows.into_iter().map(|row| (key(&row, keys), row)).collect()
}

fn key(row: &Json, keys: &[&str]) -> String {
    keys.iter().map(|key| row[*key].to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn rows_that_came_and_went_and_counters_that_moved() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &day::of(80)));
    let words =
        ["--from-time", "22:13:30", "--to-time", "22:14:30", "tcp", "traffic.interfaces", "stats.TcpExt"];
    let document = json(&path, &words);
    assert_eq!((&document["schema"], &document["seconds"]), (&1.into(), &60.0.into()));
    assert_eq!(document["from"], "2023-11-14T22:13:30.000Z");
    let table = |name: &str| {
        let mut tables = document["tables"].as_array().unwrap().iter();
        tables.find(|table| table["name"] == name).unwrap_or_else(|| panic!("no {name} in {document}"))
    };
    // Sockets, as both moments tell of them.
    const KEYS: &[&str] = &["local_address", "local_port", "remote_address", "remote_port"];
    let (before, after) = (rows(&path, "22:13:30", "tcp", KEYS), rows(&path, "22:14:30", "tcp", KEYS));
    let found = |what: &str| -> Vec<String> {
        let mut keys: Vec<String> =
            table("tcp")[what].as_array().unwrap().iter().map(|row| key(row, KEYS)).collect();
        keys.sort();
        keys
    };
    let missing = |one: &BTreeMap<String, Json>, other: &BTreeMap<String, Json>| -> Vec<String> {
        one.keys().filter(|key| !other.contains_key(*key)).cloned().collect()
    };
    assert_eq!(found("came"), missing(&after, &before));
    assert_eq!(found("went"), missing(&before, &after));
    assert!(!found("came").is_empty() && !found("went").is_empty());
    // Counters, by how much and how fast.
    let (before, after) = (
        rows(&path, "22:13:30", "traffic.interfaces", &["interface"]),
        rows(&path, "22:14:30", "traffic.interfaces", &["interface"]),
    );
    let (interface, row) = after.iter().next().unwrap();
    let growth = row["rx_bytes"].as_u64().unwrap() - before[interface]["rx_bytes"].as_u64().unwrap();
    let changed = &table("interfaces")["changed"][0];
    let cells = changed["columns"].as_array().unwrap();
    let cell = cells.iter().find(|cell| cell["column"] == "rx_bytes").unwrap();
    assert_eq!(changed["key"]["interface"], row["interface"]);
    assert_eq!((cell["growth"].as_u64(), &cell["after"]), (Some(growth), &row["rx_bytes"]));
    assert_eq!(cell["per_second"].as_f64(), Some(growth as f64 / 60.0));
    // What has not moved is not named.
    let names: Vec<&Json> =
        table("TcpExt")["changed"].as_array().unwrap().iter().map(|row| &row["key"]["name"]).collect();
    assert_eq!(names, ["InSegs"]);
    // The same in words, and as a table.
    let text = diff(&path, &words);
    let segments = text.lines().find(|line| line.contains(" ~ ") && line.contains("InSegs")).unwrap();
    assert!(segments.contains(" → ") && segments.contains("/s)"), "{segments}");
    let came = found("came").len();
    assert_eq!(text.lines().filter(|line| line.starts_with(" + ")).count(), came, "{text}");
    let csv =
        diff(&path, &["--from-time", "22:13:30", "--to-time", "22:14:30", "tcp.tcp", "--format", "csv"]);
    assert!(csv.starts_with("change,local_address,local_port,remote_address,remote_port"), "{csv}");
    assert_eq!(csv.lines().filter(|line| line.starts_with("came,")).count(), came);
    let widths: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{csv}");
}

#[test]
fn nothing_has_changed_where_nothing_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &quiet(200, 150)));
    let changes = |words: &[&str]| {
        let document = json(&path, words);
        let tables = document["tables"].as_array().unwrap().clone();
        let of = |table: &Json| {
            ["came", "went", "changed"]
                .map(|what| table[what].as_array().unwrap().len())
                .into_iter()
                .sum::<usize>()
        };
        tables.iter().map(of).sum::<usize>()
    };
    assert_eq!(changes(&["--to-time", "+100s"]), 0);
    assert_eq!(changes(&["tcp"]), 1);
    assert_eq!(changes(&["--from-time", "+100s", "--to-time", "-10s", "tcp"]), 1);
    assert_eq!(changes(&["--from-time", "+160s", "tcp"]), 0);
}

#[test]
fn across_a_change_of_namespace_nothing_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &day::of(120)));
    let text = diff(&path, &["stats", "tcp"]);
    assert!(text.contains("another network namespace: nothing is compared"), "{text}");
    assert!(!text.contains(" ~ "), "{text}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &day::of(20)));
    for (words, why) in [
        (&["--from-time", "+9s", "--to-time", "+2s"][..], "--from-time is the earlier moment"),
        (&["--from-time", "10:00"], "10:00 is not in the recording"),
        (&["--format", "csv"], "csv takes exactly one table"),
        (&["--format", "xml"], "invalid value"),
        (&["nonsense"], "no tab \"nonsense\""),
    ] {
        let output = netmonitor().arg("diff").arg(&path).args(words).output().unwrap();
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{words:?}");
        assert!(stderr(&output).contains(why), "{words:?}: {}", stderr(&output));
    }
}

#[test]
fn what_is_printed_as_json_fits_its_schema() {
    if !schema::ready() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &day::of(80)));
    let names: Vec<&str> = netmonitor_core::views::ALL.iter().map(|view| view.name).collect();
    let words = [&["--format", "json", "--from-time", "+5s"], &names[..]].concat();
    assert_eq!(schema::judged("diff", &diff(&path, &words)), "");
}
