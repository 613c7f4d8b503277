//! `record`: a file that others read, whatever happens while it is made.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use netmonitor_core::record::Recording;
use netmonitor_testkit::pty::Pty;
use netmonitor_testkit::{PATIENCE, need_root, need_tool};

use crate::{netmonitor, run, stderr};

/// Starts to record the process of this test.
fn start(path: &Path, words: &[&str]) -> Child {
    let pid = std::process::id().to_string();
    let mut command = netmonitor();
    command.args(["record", &pid, "--interval", "0.1", "-o"]).arg(path).args(words);
    command.stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

fn end(child: Child) -> Output {
    signal(&child, "INT");
    child.wait_with_output().unwrap()
}

/// Waits until something is true.
fn wait(what: &str, mut is: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < until, "waiting for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn wait_for_bytes(path: &Path, bytes: u64) {
    wait("the recording to grow", || fs::metadata(path).is_ok_and(|meta| meta.len() >= bytes));
}

fn open(path: &Path) -> Recording<File> {
    Recording::open([File::open(path).unwrap()]).unwrap()
}

fn pieces(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let dir = fs::read_dir(path.parent().unwrap()).unwrap();
    let mut found: Vec<PathBuf> = dir.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&format!("{name}.")));
    found
}

#[test]
fn a_recording_is_private_whole_and_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("web.nmr");
    let child = start(&path, &[]);
    wait_for_bytes(&path, 2000);
    std::thread::sleep(Duration::from_millis(500));
    let output = end(child);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).starts_with("recorded "), "{}", stderr(&output));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let recording = open(&path);
    assert!(recording.damage().is_none());
    assert!(recording.ticks() >= 3);
    assert_eq!(recording.head().pid, Some(std::process::id()));
    if need_tool("zstd") {
        let status = Command::new("zstd").arg("-tq").arg(&path).status().unwrap();
        assert!(status.success());
    }
}

#[test]
fn what_is_there_is_not_overwritten_and_two_do_not_write_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("web.nmr");
    fs::write(&path, "mine").unwrap();
    let pid = std::process::id().to_string();
    let record =
        |words: &[&str]| netmonitor().args(["record", &pid, "-o"]).arg(&path).args(words).output().unwrap();
    let refused = record(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("exists"), "{}", stderr(&refused));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    // Where pieces are kept it becomes one.
    let first = start(&path, &["--keep", "1h"]);
    wait_for_bytes(&path, 2000);
    assert_eq!(fs::read_to_string(dir.path().join("web.nmr.1")).unwrap(), "mine");
    for words in [&[][..], &["--keep", "1h"]] {
        let second = record(words);
        assert_eq!(second.status.code(), Some(2), "{}", stderr(&second));
        assert!(stderr(&second).contains("another recorder writes"), "{}", stderr(&second));
    }
    assert_eq!(end(first).status.code(), Some(0));
    assert!(open(&path).damage().is_none());
    let nowhere = netmonitor().args(["record", &pid, "-o", "/nonexistent/dir/web.nmr"]).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(3), "{}", stderr(&nowhere));
}

#[test]
fn killed_at_any_time_it_reads_up_to_then() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("web.nmr");
    let mut child = start(&path, &[]);
    wait_for_bytes(&path, 2000);
    std::thread::sleep(Duration::from_millis(700));
    signal(&child, "KILL");
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    let recording = open(&path);
    assert!(recording.damage().open);
    assert!(recording.ticks() >= 3);
}

#[test]
fn it_ends_when_the_process_does_and_after_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Command::new("sleep").arg("1").spawn().unwrap();
    let path = dir.path().join("sleep.nmr");
    let pid = process.id().to_string();
    let output = netmonitor().args(["record", &pid, "--interval", "0.1", "-o"]).arg(&path).output().unwrap();
    process.wait().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("note: the process has ended"), "{}", stderr(&output));
    assert!(open(&path).damage().is_none());
    let path = dir.path().join("short.nmr");
    let begun = Instant::now();
    let output = start(&path, &["--for", "600ms"]).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(begun.elapsed() >= Duration::from_millis(600));
    assert!(open(&path).ticks() >= 2);
}

#[test]
fn no_more_is_kept_than_was_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("web.nmr");
    let limit = 1 << 20;
    let child = start(&path, &["--max-size", "1M"]);
    // Sockets that are others each time take room.
    wait("pieces", || {
        let _sockets: Vec<_> = (0..400).map(|_| std::net::UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
        std::thread::sleep(Duration::from_millis(100));
        pieces(&path).len() >= 3
    });
    assert_eq!(end(child).status.code(), Some(0));
    let sum: u64 = pieces(&path).iter().chain([&path]).map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(sum <= limit + limit / 4, "{sum}");
    let mut files = pieces(&path);
    files.sort();
    files.push(path);
    let recording = Recording::open(files.iter().map(|path| File::open(path).unwrap())).unwrap();
    assert!(recording.damage().is_none());
}

#[test]
fn a_full_disk_is_told_of_and_the_recording_goes_on_when_there_is_room() {
    if !need_root() || !need_tool("unshare") || !need_tool("mount") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().display();
    let program = env!("CARGO_BIN_EXE_netmonitor");
    // The file system is the child's own, and gone with it; what is left of it is copied out.
    let said = dir.path().with_extension("said");
    let file = said.display();
    let script = format!(
        "says() {{ for i in $(seq 600); do grep -q \"$1\" {file} && return; sleep 0.1; done; exit 8; }}; \
         mount -t tmpfs -o size=4m none {at} || exit 9; head -c 4056k /dev/zero > {at}/filler; \
         {program} record $$ --interval 0.1 -o {at}/web.nmr 2> {file} & pid=$!; says 'trying again'; rm {at}/filler; \
         says 'goes on'; sleep 1; kill -TERM $pid; wait $pid; status=$?; cat {file} >&2; rm {file}; cat {at}/web.nmr; exit $status"
    );
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &script]).env("XDG_CONFIG_HOME", "/nonexistent");
    let output = command.output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("trying again") && said.contains("goes on"), "{said}");
    assert_eq!(said.matches("No space left").count(), 1, "{said}");
    let mut recording = Recording::open([std::io::Cursor::new(output.stdout)]).unwrap();
    assert!(recording.damage().is_none());
    // Before, and after.
    let gap = recording.last().boottime - recording.first().boottime;
    assert!(gap > 5_000_000_000, "{gap}");
    assert!(recording.find(i64::MAX) > 3);
}

#[test]
fn the_machine_is_recorded_without_a_target() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("host.nmr");
    let output = netmonitor()
        .args(["record", "--scope", "host", "--for", "300ms", "--interval", "0.1", "-o"])
        .arg(&path)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let recording = open(&path);
    assert_eq!((recording.head().pid, recording.head().scope.as_str()), (None, "host"));
    for (words, why) in [
        (&["record", "1", "--scope", "host", "-o", "/tmp/x.nmr"][..], "leave the target out"),
        (&["record", "-o", "/tmp/x.nmr"], "no process given"),
        (&["record", "1"], "--output"),
        (&["record", "1", "-o", "x", "--max-size", "3"], "size"),
        (&["record", "1", "-o", "x", "--for", "0"], "length of time"),
    ] {
        let refused = run(words);
        assert_eq!(refused.status.code(), Some(2), "{words:?}");
        assert!(stderr(&refused).contains(why), "{words:?}: {}", stderr(&refused));
    }
}

#[test]
fn a_captured_copy_is_not_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let net = dir.path().join("proc/1234/net");
    fs::create_dir_all(&net).unwrap();
    fs::write(net.join("tcp"), "  sl  local_address\n").unwrap();
    let file = dir.path().join("copy.nmr");
    for words in [&["1234"][..], &["--scope", "host"]] {
        let mut command = netmonitor();
        command.arg("record").args(words).arg("--procfs").arg(dir.path()).arg("-o").arg(&file);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("nothing to record"), "{words:?}: {}", stderr(&output));
        assert!(!file.exists());
    }
}

#[test]
fn a_session_records_what_it_watches() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.nmr");
    let mut command = netmonitor();
    command.args([&std::process::id().to_string(), "--skip-intro", "--interval", "0.2"]);
    let mut pty = Pty::spawn(command, 30, 120);
    pty.wait_for("tcp · process");
    pty.send(":record\r");
    pty.wait_for("nothing is recorded");
    pty.send(":record /nonexistent/dir/x.nmr\r");
    pty.wait_for("not recorded: cannot make /nonexistent/dir/x.nmr");
    pty.send(&format!(":record {}\r", path.display()));
    pty.wait_for("RECORDING");
    wait_for_bytes(&path, 2000);
    pty.send(":record other.nmr\r");
    pty.wait_for("a recording is under way");
    std::thread::sleep(Duration::from_millis(600));
    pty.send(":record\r");
    pty.wait_for("recorded ");
    pty.wait("the mark to go", |screen| !screen.contains("RECORDING"));
    let recording = open(&path);
    assert!(recording.damage().is_none());
    assert!(recording.ticks() >= 3);
    // The end of the session closes the file, too.
    let second = dir.path().join("second.nmr");
    pty.send(&format!(":record {}\r", second.display()));
    wait_for_bytes(&second, 2000);
    pty.send("q");
    assert!(pty.exit().success());
    assert!(open(&second).damage().is_none());
}
