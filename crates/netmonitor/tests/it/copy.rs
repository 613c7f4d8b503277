//! `--procfs`: a captured copy of a proc tree, whose processes do not live here.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json as value;

use crate::{netmonitor, rows, run, stderr, table_of};

/// A tree with one process, and the files that a kernel printed for it.
pub(crate) fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let process = folder.path().join("4242");
    fs::create_dir_all(process.join("net/stat")).unwrap();
    fs::create_dir_all(process.join("fd")).unwrap();
    fs::create_dir_all(process.join("ns")).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux-6.18/net");
    for entry in fs::read_dir(fixtures).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), process.join("net").join(entry.file_name())).unwrap();
    }
    let stat = "4242 (captured) S 1 4242 4242 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 777 1 1 1 1 1 99 0 0\n";
    fs::write(process.join("stat"), stat).unwrap();
    fs::write(process.join("status"), "Name:\tcaptured\nTgid:\t4242\nPid:\t4242\nUid:\t0\t0\t0\t0\n")
        .unwrap();
    // Sockets of the capture, by their inodes.
    symlink("socket:[214209]", process.join("fd/3")).unwrap();
    symlink("socket:[214219]", process.join("fd/4")).unwrap();
    symlink("net:[4026532000]", process.join("ns/net")).unwrap();
    folder
}

#[test]
fn a_captured_copy_is_shown_like_a_live_process() {
    let folder = tree();
    let output = netmonitor()
        .args(["--procfs", folder.path().to_str().unwrap(), "show", "4242", "--format", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document = serde_json::from_slice(&output.stdout).unwrap();
    let own = rows(&document, "tcp");
    assert_eq!(own.len(), 1);
    assert_eq!((&own[0]["local_port"], &own[0]["state"]), (&value!(8080), &value!("LISTEN")));
    assert_eq!(own[0]["user"], value!(null), "users of another machine are not this one's");
    assert_eq!(rows(&document, "udp")[0]["drops"], 37);
    assert_eq!(
        document["target"],
        value!({"pid": 4242, "name": "captured", "start_time": 777, "netns": 4026532000u64})
    );
    assert_eq!(table_of(&document, "arp_cache")["status"], "missing");
}

#[test]
fn a_process_that_the_copy_has_not_is_refused() {
    let folder = tree();
    let pid = std::process::id().to_string();
    let output = run(&["--procfs", folder.path().to_str().unwrap(), "show", &pid, "tcp"]);
    assert_eq!(output.status.code(), Some(2), "the live process of that PID is not asked");
}
