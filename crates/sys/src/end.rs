//! Waiting for the end of a process.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;

use crate::dir::Dir;
use crate::threads::process_lives;
use crate::tree::Kind;

/// How often a process without a pidfd is looked at: its end is known within 100 ms.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Tells when a process has ended. Clones watch the same process and are stopped together.
#[derive(Debug, Clone)]
pub struct EndWatch {
    kind: Kind,
    dir: Arc<Dir>,
    pidfd: Option<Arc<OwnedFd>>,
    stopped: Arc<OwnedFd>,
}

impl EndWatch {
    pub(crate) fn new(kind: Kind, dir: Arc<Dir>, pidfd: Option<Arc<OwnedFd>>) -> io::Result<Self> {
        let stopped = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self { kind, dir, pidfd, stopped: Arc::new(stopped) })
    }

    /// Blocks until all threads of the process have ended (true) or [`stop`](Self::stop) was called
    /// (false; also where the kernel refuses to wait). A process of a copied tree never ends.
    pub fn wait(&self) -> bool {
        let looking = self.pidfd.is_none() && self.kind != Kind::Copy;
        let mut bytes = Vec::new();
        loop {
            if looking && process_lives(&self.dir, &mut bytes) == Some(false) {
                return true;
            }
            let pidfd = self.pidfd.as_ref().unwrap_or(&self.stopped);
            let mut fds = [&self.stopped, pidfd].map(|fd| PollFd::new(&**fd, PollFlags::IN));
            match poll(&mut fds, looking.then_some(&LOOK)) {
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(_) => return false,
            }
            match fds.map(|fd| !fd.revents().is_empty()) {
                [true, _] => return false,
                [false, true] => return true,
                [false, false] => {}
            }
        }
    }

    /// Makes every [`wait`](Self::wait) return, now and later.
    pub fn stop(&self) {
        // Fails only when the counter is full, and then the watch has been stopped long since.
        let _ = rustix::io::write(&*self.stopped, &1u64.to_ne_bytes());
    }
}
