//! `--procfs` with what bundles for support carry: the tables of a namespace, in a directory or an archive, without a
//! process.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use netmonitor_testkit::need_tool;
use netmonitor_testkit::pty::Pty;
use serde_json::{Value as Json, json as value};

use crate::{copy, netmonitor, rows, run, stderr, stdout, table_of};

/// A bundle as `sosreport` makes them: `proc/net` is a link to that of the process that copied it.
pub(crate) fn bundle() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let proc = folder.path().join("sosreport-host-2026/proc");
    fs::create_dir_all(proc.join("4242")).unwrap();
    fs::rename(copy::tree().keep().join("4242/net"), proc.join("4242/net")).unwrap();
    symlink("4242", proc.join("self")).unwrap();
    symlink("self/net", proc.join("net")).unwrap();
    fs::write(proc.join("version"), "Linux version 6.18.0 (gcc) #1 SMP\n").unwrap();
    fs::create_dir_all(folder.path().join("sosreport-host-2026/sos_commands")).unwrap();
    let path = folder.path().to_owned();
    (folder, path)
}

/// A tar of a bundle, made by the tool that makes them.
pub(crate) fn packed(bundle: &Path, how: &str) -> PathBuf {
    let archive = bundle.with_extension(format!("tar{how}"));
    let made = Command::new("tar").arg("-caf").arg(&archive).arg("-C").arg(bundle).arg(".").status().unwrap();
    assert!(made.success());
    archive
}

fn shown(procfs: &Path, words: &[&str]) -> Json {
    let output = run(&[&["--procfs", procfs.to_str().unwrap(), "show", "--format", "json"], words].concat());
    assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
    let mut document: Json = serde_json::from_slice(&output.stdout).unwrap();
    document["at"] = Json::Null;
    document
}

fn tables(view: &mut Json) -> &mut Vec<Json> {
    view["tables"].as_array_mut().unwrap()
}

#[test]
fn the_tables_of_a_bundle_are_shown_without_a_process() {
    let (_folder, bundle) = bundle();
    let document = shown(&bundle, &["tcp", "udp", "arp", "stats"]);
    assert_eq!(document["target"], value!(null), "nobody knows whose they are");
    let tcp = table_of(&document, "tcp");
    assert_eq!((&tcp["scope"], &tcp["netns"]), (&value!("namespace"), &value!(null)));
    assert!(rows(&document, "tcp").iter().any(|row| row["local_port"] == 8080 && row["state"] == "LISTEN"));
    assert!(!rows(&document, "TcpExt").is_empty());
    let overview = shown(&bundle, &["overview"]);
    assert!(rows(&overview, "process").is_empty());
    assert_eq!(shown(&bundle, &[])["views"].as_array().unwrap().len(), 9);
    // A file that was not captured says so, and nobody asks the kernel that runs here.
    assert_eq!(table_of(&shown(&bundle, &["arp"]), "arp_cache")["status"], "missing");
    assert_eq!(table_of(&shown(&bundle, &["links"]), "links")["status"], "not-read");
    let text = run(&["--procfs", bundle.to_str().unwrap(), "show", "tcp"]);
    assert!(stdout(&text).starts_with("process not known · "), "{}", stdout(&text));
}

#[test]
fn archives_are_shown_like_the_directory_that_they_hold() {
    if !need_tool("tar") || !need_tool("zstd") || !need_tool("xz") {
        return;
    }
    let (_folder, bundle) = bundle();
    let words = ["tcp", "udp", "stats", "unix", "files"];
    // When it was read, and how long that took, is another matter.
    let without_times = |mut document: Json| {
        for table in document["views"].as_array_mut().unwrap().iter_mut().flat_map(tables) {
            for row in table["rows"].as_array_mut().unwrap() {
                row.as_object_mut().unwrap().retain(|name, _| name != "last_read" && name != "took_us");
            }
        }
        document
    };
    let expected = without_times(shown(&bundle, &words));
    for how in ["", ".gz", ".zst", ".xz"] {
        let archive = packed(&bundle, how);
        assert!(without_times(shown(&archive, &words)) == expected, "tar{how}");
        fs::remove_file(archive).unwrap();
    }
}

#[test]
fn what_cannot_be_looked_at_is_told() {
    let (folder, bundle) = bundle();
    let refused = |procfs: &Path, words: &[&str]| {
        let output = run(&[&["--procfs", procfs.to_str().unwrap()], words].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        stderr(&output).to_owned()
    };
    assert!(refused(&bundle, &["show", "nonsense"]).contains("no process is called \"nonsense\""));
    assert!(refused(&bundle, &["show", "--scope", "host", "tcp"]).contains("looks at a running machine"));
    assert!(refused(Path::new("/proc"), &["show", "tcp"]).contains("no process is called \"tcp\""));
    fs::remove_file(folder.path().join("sosreport-host-2026/proc/net")).unwrap();
    let error = refused(&bundle, &["show", "tcp"]);
    assert!(error.contains("has no net of its own, only of processes: name one of 4242"), "{error}");
    let nothing = tempfile::tempdir().unwrap();
    assert!(refused(nothing.path(), &["show", "tcp"]).contains("holds no proc tree"));
}

#[test]
fn a_session_shows_the_tables_of_a_bundle() {
    let (_folder, bundle) = bundle();
    let mut command = netmonitor();
    command.args(["--procfs", bundle.to_str().unwrap(), "--skip-intro", "--interval", "0.2"]);
    let mut pty = Pty::spawn(command, 30, 120);
    pty.wait("the sockets of the namespace", |screen| {
        screen.contains("process not known") && screen.contains("8080") && screen.contains("LISTEN")
    });
    pty.send("0");
    pty.wait("the overview", |screen| screen.contains("none of a process"));
    pty.send("q");
    assert!(pty.exit().success());
}
