//! What netmonitor's own tests stand on: [`pty`] a real pseudo-terminal, [`netns`] network namespaces,
//! [`dns`] servers of names, [`hold`] processes that hold sockets of every kind,
//! [`hostile`] names that would do something to a terminal, [`traffic`] processes that move bytes and count them.
//!
//! A test that lacks root or a tool says why it is skipped; with `NETMONITOR_STRICT=1` that is a failure.

pub mod dns;
mod faults;
pub mod hold;
pub mod hostile;
mod intruder;
pub mod mmdb;
pub mod netns;
pub mod pty;
pub mod puppet;
mod ring;
mod tap;
pub mod traffic;

use std::time::Duration;

/// How long anything is waited for before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Whether a test may go on that needs something; says why not.
pub fn need(what: &str, there: bool) -> bool {
    if there {
        return true;
    }
    assert!(
        std::env::var_os("NETMONITOR_STRICT").is_none_or(|set| set != "1"),
        "{what} is needed, and skips are forbidden"
    );
    eprintln!("skipped: {what} is needed");
    false
}

/// Whether the test runs as root.
pub fn need_root() -> bool {
    need("root", rustix::process::geteuid().is_root())
}

/// Whether a command can be run.
pub fn need_tool(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    need(name, std::env::split_paths(&path).any(|directory| directory.join(name).is_file()))
}

/// Whether the kernel has `io_uring`, and lets this process use it.
pub fn has_io_uring() -> bool {
    ring::refused().is_none()
}
