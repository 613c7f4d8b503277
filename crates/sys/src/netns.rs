//! Working inside of the target's network namespace.
//!
//! What the kernel answers to a socket or prints of `/proc/sys/net` is about the namespace of the thread that
//! asks. A thread of its own enters the target's namespace, works, and ends: no other thread ever leaves the
//! one that the program was started in.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags, fstat, statat};
use rustix::io::Errno;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::dir::Dir;

/// A network namespace.
#[derive(Debug)]
pub(crate) struct Namespace {
    fd: OwnedFd,
    /// It is the one that this program is in.
    own: bool,
}

impl Namespace {
    /// The namespace that a link below a process's directory leads to: `ns/net`, `task/71/ns/net`.
    pub(crate) fn open(dir: &Dir, link: &str) -> Result<Self, Errno> {
        if dir.is_copy() {
            return Err(Errno::NOTSUP);
        }
        let fd = dir.file(link)?;
        let there = fstat(&fd)?;
        // Where the own one cannot be seen, the other is entered all the same.
        let own = statat(CWD, "/proc/thread-self/ns/net", rustix::fs::AtFlags::empty())
            .is_ok_and(|here| (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino));
        Ok(Self { fd, own })
    }

    /// Whether it is the one that this program is in.
    pub(crate) fn is_own(&self) -> bool {
        self.own
    }

    /// Whether this program may enter namespaces: a thread enters its own one, which needs what others need.
    pub(crate) fn may_enter() -> Result<(), Errno> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, "/proc/thread-self/ns/net", flags, Mode::empty())?;
        Self { fd, own: false }.run(|| ())
    }

    /// Works inside of it. Needs CAP_SYS_ADMIN where it is not the own one.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, Errno> {
        if self.own {
            return Ok(work());
        }
        let enter_and_work = || {
            move_into_link_name_space(self.fd.as_fd(), Some(LinkNameSpaceType::Network))?;
            Ok(work())
        };
        std::thread::scope(|scope| {
            let inside = std::thread::Builder::new()
                .name("namespace".into())
                .spawn_scoped(scope, enter_and_work)
                .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::AGAIN))?;
            inside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

/// A file of the namespace in which this thread works, below `/proc/sys`.
pub(crate) fn sysctl(path: &str) -> Result<OwnedFd, Errno> {
    let root = rustix::fs::openat(
        CWD,
        "/proc/sys",
        OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    rustix::fs::openat(&root, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
}
