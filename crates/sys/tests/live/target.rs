//! Which process a text names, and why it names none.

use std::sync::mpsc;
use std::thread;

use netmonitor_sys::{Kind, ProcTree, Target, TargetError};
use rustix::process::Pid;

use crate::child::Role;
use crate::{proc, skip};

fn refused(text: &str) -> TargetError {
    Target::find(&proc(), text).expect_err("no process to watch")
}

fn pid_max() -> u64 {
    std::fs::read_to_string("/proc/sys/kernel/pid_max").unwrap().trim().parse().unwrap()
}

#[test]
fn the_own_process_is_found() {
    let tree = proc();
    assert_eq!(tree.kind(), Kind::Live { ours: true });
    let target = Target::find(&tree, &std::process::id().to_string()).unwrap();
    assert_eq!(target.pid(), std::process::id());
    assert!(target.start_time() > 0);
    assert!(target.pidfd().is_some());
}

#[test]
fn the_machine_is_this_one() {
    let machine = proc().machine();
    let uname = rustix::system::uname();
    assert_eq!(machine.kernel, uname.release().to_str().unwrap());
    assert_eq!(machine.arch, uname.machine().to_str().unwrap());
    assert_eq!(machine.clk_tck, rustix::param::clock_ticks_per_second());
    assert_eq!(machine.boot_id.len(), 36);
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime).tv_sec;
    assert!(machine.boot_time > 0 && machine.boot_time < now);
}

#[test]
fn a_text_that_is_no_pid_is_refused_with_its_reason() {
    assert!(matches!(refused("abc"), TargetError::NotANumber { text } if text == "abc"));
    assert!(matches!(refused("0"), TargetError::Zero));
    assert!(matches!(refused("-5"), TargetError::Negative { text } if text == "-5"));
    let (max, above) = (pid_max(), pid_max() + 1);
    for text in [above.to_string(), "99999999999999999999".to_owned()] {
        let error = refused(&text);
        assert!(
            matches!(&error, TargetError::AbovePidMax { text: shown, pid_max } if *shown == text && *pid_max == max)
        );
        assert!(error.to_string().contains(&max.to_string()), "{error}");
    }
}

#[test]
fn an_unused_number_is_no_process() {
    let unused = (1..pid_max()).rev().find(|pid| !std::fs::exists(format!("/proc/{pid}")).unwrap()).unwrap();
    assert!(
        matches!(refused(&unused.to_string()), TargetError::NoSuchProcess { pid } if u64::from(pid) == unused)
    );
}

#[test]
fn a_zombie_has_exited() {
    let child = Role::start("exit", "");
    child.await_zombie();
    assert!(matches!(refused(&child.pid().to_string()), TargetError::Exited { pid } if pid == child.pid()));
}

#[test]
fn a_zombie_leader_with_a_live_thread_is_a_process() {
    let mut child = Role::start("leader-exits", "");
    child.numbers::<1>();
    let target = Target::find(&proc(), &child.pid().to_string()).unwrap();
    assert!(target.pidfd().is_some());
}

#[test]
fn a_thread_is_refused_with_its_process() {
    let (say, told) = mpsc::channel();
    let (stay, end) = mpsc::channel::<()>();
    let other = thread::spawn(move || {
        say.send(Pid::as_raw(Some(rustix::thread::gettid()))).unwrap();
        let _ = end.recv();
    });
    let tid = told.recv().unwrap().cast_unsigned();
    let error = refused(&tid.to_string());
    drop(stay);
    other.join().unwrap();
    let own = std::process::id();
    assert_eq!(error.to_string(), format!("PID {tid} is a thread of process {own}: give {own}"));
}

#[test]
fn a_process_that_procfs_hides_is_told_from_one_that_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let own = std::process::id();
    let below = std::fs::read_link("/proc/self/ns/pid").unwrap().to_str() != Some("pid:[4026531836]");
    for hidepid in ["1", "2", "4"] {
        let mut child = Role::start("hidden", &format!("{} {hidepid} {own}", directory.path().display()));
        let kind = child.line();
        if kind.starts_with("cannot ") {
            return skip(&kind);
        }
        assert_eq!(kind, "Live { ours: true }", "hidepid={hidepid}");
        let error = child.line();
        assert!(
            error.starts_with(&format!("process {own} is hidden from you")),
            "hidepid={hidepid}: {error}"
        );
        // With 1, the numbers of processes are seen, and that they may not be looked at.
        let nobody = below || hidepid != "1";
        assert_eq!(child.line(), format!("hiding: {below} {nobody}"), "hidepid={hidepid}");
    }
}

#[test]
fn the_tree_of_a_lower_pid_namespace_leaves_processes_out() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = Role::start("own-namespace", directory.path().to_str().unwrap());
    let kind = child.line();
    if kind.starts_with("cannot ") {
        return skip(&kind);
    }
    assert_eq!(kind, "Live { ours: true }");
    assert_eq!(child.line(), "hiding: true");
}

#[test]
fn what_is_no_directory_is_no_tree() {
    for path in ["/nonexistent/\x1b[2Jproc", "/proc/version"] {
        let error = ProcTree::open(path.as_ref()).unwrap_err().to_string();
        assert!(error.starts_with("cannot open /") && !error.contains('\x1b'), "{error}");
    }
}
