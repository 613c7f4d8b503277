//! Stopping this process and those it was started with, as a shell's Ctrl-Z does.

use std::io;
use std::mem::MaybeUninit;
use std::ptr;

use rustix::process::{Signal, kill_current_process_group};

/// Stops the process group and returns when it has been continued. The whole group is stopped, because a
/// parent in it (such as `cargo run`) would otherwise keep the terminal.
///
/// Call it from the main thread, with the terminal restored: the kernel hands a group's signal to that
/// thread, so that it has stopped before this returns. Does nothing where whoever started the process has
/// SIGTSTP ignored, which says that nobody is there to continue it.
pub fn suspend_process_group() -> io::Result<()> {
    let default = Disposition::default_action()?;
    let before = default.install()?;
    if before.ignores() {
        before.install()?;
        return Ok(());
    }
    let stopped = kill_current_process_group(Signal::TSTP);
    before.install()?;
    Ok(stopped?)
}

/// What SIGTSTP does.
struct Disposition(libc::sigaction);

impl Disposition {
    fn default_action() -> io::Result<Self> {
        // SAFETY: sigaction is made of integers, an integer-sized handler and an optional function
        // pointer: all zeroes is a valid value of it.
        let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        action.sa_sigaction = libc::SIG_DFL;
        // SAFETY: the mask is a live, writable sigset_t.
        match unsafe { libc::sigemptyset(&raw mut action.sa_mask) } {
            0 => Ok(Self(action)),
            _ => Err(io::Error::last_os_error()),
        }
    }

    fn ignores(&self) -> bool {
        self.0.sa_sigaction == libc::SIG_IGN
    }

    /// Makes it the disposition and returns the one before.
    fn install(&self) -> io::Result<Self> {
        let mut before = MaybeUninit::zeroed();
        // SAFETY: both point to a sigaction that lives through the call; this one holds either SIG_DFL or
        // what sigaction itself returned, so whatever handler it names was installed in this process.
        let failed = unsafe { libc::sigaction(libc::SIGTSTP, ptr::from_ref(&self.0), before.as_mut_ptr()) };
        if failed != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: sigaction has filled it, and zeroes were valid too.
        Ok(Self(unsafe { before.assume_init() }))
    }
}
