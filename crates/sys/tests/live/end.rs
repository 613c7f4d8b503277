//! The end of a process is noticed, and no other process is taken for it.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use netmonitor_sys::{EndWatch, Ended, Target};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::child::Role;
use crate::{EVERYBODY, FAMILY, collector, plan, proc, skip, tick};

/// Longer than anything here takes, also on a loaded machine.
const LONG: Duration = Duration::from_secs(30);

fn watch(pid: u32) -> EndWatch {
    Target::find(&proc(), &pid.to_string()).unwrap().end_watch().unwrap()
}

/// How long after the kill the end is reported.
fn latency() -> Duration {
    let mut child = Role::start("listen", "");
    child.numbers::<1>();
    let watch = watch(child.pid());
    let (say, told) = mpsc::channel();
    let waiting = thread::spawn(move || say.send((watch.wait(), Instant::now())));
    let killed = Instant::now();
    child.signal(Signal::KILL);
    let (ended, reported) = told.recv_timeout(LONG).expect("the end is reported");
    waiting.join().unwrap().unwrap();
    assert!(ended);
    reported.saturating_duration_since(killed)
}

#[test]
fn the_end_is_reported_within_100_ms() {
    // A machine under load may delay any one of them.
    let best = (0..5).map(|_| latency()).min().unwrap();
    assert!(best < Duration::from_millis(100), "{best:?}");
}

#[test]
fn the_end_is_reported_also_where_pids_are_not_ours() {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        match latency_from_another_namespace() {
            Ok(latency) => best = best.min(latency),
            Err(why) => return skip(&why),
        }
    }
    assert!(best < Duration::from_millis(100), "{best:?}");
}

fn latency_from_another_namespace() -> Result<Duration, String> {
    let mut victim = Role::start("listen", "");
    victim.numbers::<1>();
    let mut watcher = Role::start("other-namespace", &victim.pid().to_string());
    let found = watcher.line();
    if found.starts_with("cannot ") {
        return Err(found);
    }
    assert!(found.starts_with("Live { ours: false } false 1000000000 is above pid_max"), "{found}");
    let killed = Instant::now();
    victim.kill_to_zombie();
    assert_eq!(watcher.line(), "true");
    Ok(killed.elapsed())
}

#[test]
fn a_watch_that_is_stopped_says_that_nothing_has_ended() {
    let watch = watch(std::process::id());
    let waiting = thread::spawn({
        let watch = watch.clone();
        move || watch.wait()
    });
    watch.stop();
    assert!(!waiting.join().unwrap());
    assert!(!watch.wait());
}

#[test]
fn a_dead_leader_is_no_end_while_a_thread_lives() {
    let mut child = Role::start("leader-exits", "");
    child.numbers::<1>();
    let watch = watch(child.pid());
    watch.stop();
    assert!(!watch.wait());
    assert!(tick(&mut collector(child.pid()), &plan(&["tcp"], EVERYBODY)).is_ok());
}

#[test]
fn a_killed_process_has_ended_as_a_zombie_and_when_it_is_gone() {
    let mut child = Role::start("listen", "");
    child.numbers::<1>();
    let mut collector = collector(child.pid());
    let plan = plan(&["tcp"], FAMILY);
    assert_eq!(tick(&mut collector, &plan).unwrap().moment.seq, 0);
    assert_eq!(tick(&mut collector, &plan).unwrap().moment.seq, 1);
    child.kill_to_zombie();
    assert_eq!(tick(&mut collector, &plan), Err(Ended));
    child.kill_and_reap();
    assert_eq!(tick(&mut collector, &plan), Err(Ended));
}

#[test]
fn a_process_that_gets_the_number_is_not_followed() {
    let plan = plan(&["tcp"], EVERYBODY);
    // Another process of this machine may get the number first.
    for _ in 0..20 {
        let mut child = Role::start("listen", "");
        child.numbers::<1>();
        let pid = child.pid();
        let target = Target::find(&proc(), &pid.to_string()).unwrap();
        let watch = target.end_watch().unwrap();
        let mut collector = netmonitor_sys::Collector::new(proc(), target);
        assert!(tick(&mut collector, &plan).is_ok());
        child.kill_and_reap();
        let usurper = match process_with_number(pid) {
            Ok(usurper) => usurper,
            Err(error) if error.raw_os_error() == Some(libc::EEXIST) => continue,
            Err(error) => {
                assert_eq!(tick(&mut collector, &plan), Err(Ended));
                return skip(&format!("a process cannot be given a number here: {error}"));
            }
        };
        let (followed, exists) = (tick(&mut collector, &plan), std::fs::exists(format!("/proc/{pid}/stat")));
        let (ended, found) = (watch.wait(), Target::find(&proc(), &pid.to_string()));
        kill_process(usurper, Signal::KILL).unwrap();
        waitpid(Some(usurper), WaitOptions::empty()).unwrap();
        assert!(exists.unwrap(), "the number is in use again");
        assert_eq!(followed, Err(Ended));
        assert!(ended);
        assert_eq!(found.unwrap().pid(), pid);
        return;
    }
    panic!("the number was always taken by somebody else");
}

/// A child of this process with a number of our choice, which waits to be killed.
fn process_with_number(pid: u32) -> std::io::Result<Pid> {
    let mut number = pid.cast_signed();
    // SAFETY: clone_args is made of integers.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.exit_signal = libc::SIGCHLD as u64;
    args.set_tid = (&raw mut number).addr() as u64;
    args.set_tid_size = 1;
    // SAFETY: without flags this is a fork: the child has a copy of all memory, on the same stack. It makes
    // system calls only.
    match unsafe { libc::syscall(libc::SYS_clone3, &raw mut args, size_of::<libc::clone_args>()) } {
        -1 => Err(std::io::Error::last_os_error()),
        0 => loop {
            // SAFETY: waits for a signal; none has a handler.
            unsafe { libc::pause() };
        },
        child => Ok(Pid::from_raw(child as i32).expect("a PID is not 0")),
    }
}
