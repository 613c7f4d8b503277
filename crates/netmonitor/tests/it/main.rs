//! The program as its users meet it: the real binary, real sockets, a real pseudo-terminal.

mod acts;
mod arguments;
mod captured;
mod check;
mod compare;
mod copy;
mod detection;
mod diag;
mod diff;
mod doctor;
mod events;
mod every_key;
mod faults;
mod files;
mod history;
mod hostile;
mod learn;
mod names;
mod output;
mod overview;
mod query;
mod record;
mod replay;
mod rtnl;
mod run_command;
mod schema;
mod scope;
mod serve;
mod session;
mod session_tables;
mod show;
mod show_from;
mod targets;
mod terminals;
mod top;
mod traffic;

use std::process::{Command, Output};

use netmonitor_testkit::hold;
use serde_json::Value as Json;

/// Not a test of anything: the process that holds sockets for the others.
#[test]
fn holder() {
    hold::run_if_asked();
}

/// Name of the test above.
const HOLDER: &str = "holder";

fn netmonitor() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netmonitor"));
    // Nobody's configuration, and nothing that is remembered, but the test's own.
    let set = std::env::vars_os().map(|(name, _)| name);
    for name in set.filter(|name| name.as_encoded_bytes().starts_with(b"NETMONITOR_")) {
        command.env_remove(name);
    }
    command.env("XDG_CONFIG_HOME", "/nonexistent").env_remove("XDG_STATE_HOME").env_remove("HOME");
    command
}

fn run(words: &[&str]) -> Output {
    netmonitor().args(words).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// What `show` prints as JSON.
fn json(pid: u32, words: &[&str]) -> Json {
    let pid = pid.to_string();
    let words: Vec<&str> = [&["show", &pid, "--format", "json"], words].concat();
    let output = run(&words);
    assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The rows of a table of such a document.
fn rows<'a>(document: &'a Json, table: &str) -> &'a [Json] {
    table_of(document, table)["rows"].as_array().unwrap()
}

fn table_of<'a>(document: &'a Json, name: &str) -> &'a Json {
    let views = document["views"].as_array().unwrap().iter();
    let mut tables = views.flat_map(|view| view["tables"].as_array().unwrap());
    tables.find(|table| table["name"] == name).unwrap_or_else(|| panic!("no table {name}"))
}
