//! What a process in a role counts, says and starts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, set_parent_process_death_signal, waitpid};

pub(super) const READY: &str = "TRAFFIC-READY";
pub(super) const MOVED: &str = "MOVED ";

static RX: AtomicU64 = AtomicU64::new(0);
static TX: AtomicU64 = AtomicU64::new(0);

/// Counts what a call that sends returned.
pub(super) fn sent(bytes: usize) -> usize {
    TX.fetch_add(bytes as u64, Ordering::Relaxed);
    bytes
}

/// Counts what a call that receives returned.
pub(super) fn received(bytes: usize) -> usize {
    RX.fetch_add(bytes as u64, Ordering::Relaxed);
    bytes
}

/// Says that clients may come.
pub(super) fn ready() {
    say(READY);
}

/// Says what this process moved, if anything.
pub(super) fn report() {
    let (rx, tx) = (RX.load(Ordering::Relaxed), TX.load(Ordering::Relaxed));
    if rx + tx > 0 {
        let comm = std::fs::read_to_string("/proc/self/comm").unwrap();
        say(&format!("{MOVED}{} {rx} {tx} {}", std::process::id(), comm.trim_end()));
    }
}

/// In one write, since processes share the pipe; with line ends on both sides, since the test harness writes too.
fn say(line: &str) {
    let line = format!("\n{line}\n");
    assert_eq!(rustix::io::write(std::io::stdout(), line.as_bytes()), Ok(line.len()));
}

/// Has this process ended by SIGALRM if it takes longer.
pub(super) fn end_in(longest: Duration) {
    let seconds = longest.as_secs().try_into().expect("a short time");
    // SAFETY: sets a timer, whose signal has its default effect.
    unsafe { libc::alarm(seconds) };
}

/// Starts a process that does this, says what it moved and ends; it does not outlive this one.
pub(super) fn fork(work: impl FnOnce()) -> Pid {
    // SAFETY: the C library makes its own locks usable in the child, and no lock of this program is held by another
    // thread, since only this one runs.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork: {}", std::io::Error::last_os_error());
    if let Some(pid) = Pid::from_raw(pid) {
        return pid;
    }
    RX.store(0, Ordering::Relaxed);
    TX.store(0, Ordering::Relaxed);
    // A timer is not inherited.
    end_in(super::LONGEST);
    set_parent_process_death_signal(Some(Signal::KILL)).unwrap();
    let done = catch_unwind(AssertUnwindSafe(|| {
        work();
        report();
    }));
    end(if done.is_ok() { 0 } else { 101 })
}

/// Ends this process with all its threads, and without what else belongs to the process it was forked from.
pub(super) fn end(status: i32) -> ! {
    // SAFETY: only ends the process.
    unsafe { libc::_exit(status) }
}

/// Waits for the end of a process that [`fork`] started, or of any of them.
pub(super) fn wait(pid: Option<Pid>) {
    let (_, status) = waitpid(pid, WaitOptions::empty()).unwrap().expect("waited for its end");
    assert_eq!(status.exit_status(), Some(0), "a process that was started failed");
}
