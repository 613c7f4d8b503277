//! Working inside of the target's network namespace.
//!
//! What the kernel answers to a socket or prints of `/proc/sys/net` is about the namespace of the thread that
//! asks. A thread of its own enters the target's namespace, works, and ends: no other thread ever leaves the
//! one that the program was started in.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, fstat, statat};
use rustix::io::Errno;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::dir::{Dir, File, denied};

/// A network namespace.
#[derive(Debug)]
pub(crate) struct Namespace {
    /// Absent where it is the one that this program is in.
    other: Option<OwnedFd>,
}

impl Namespace {
    /// The namespace of a process, or of a thread of it.
    pub(crate) fn open(dir: &Dir, thread: Option<u32>) -> Result<Self, Errno> {
        if dir.is_copy() {
            return Err(Errno::NOTSUP);
        }
        let below = thread.map(|tid| format!("task/{tid}/")).unwrap_or_default();
        let fd = match dir.file(&format!("{below}ns/net")).and_then(File::into_fd) {
            Ok(fd) => fd,
            // Which one it is may be hidden while its files can be read by anyone.
            Err(errno) if denied(errno) && is_own(dir, &format!("{below}net/dev")) => {
                return Ok(Self { other: None });
            }
            Err(errno) => return Err(errno),
        };
        let there = fstat(&fd)?;
        // Where the own one cannot be seen, the other is entered all the same.
        let own = statat(CWD, "/proc/thread-self/ns/net", AtFlags::empty())
            .is_ok_and(|here| (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino));
        Ok(Self { other: (!own).then_some(fd) })
    }

    /// Whether it is the one that this program is in.
    pub(crate) fn is_own(&self) -> bool {
        self.other.is_none()
    }

    /// Whether this program may enter namespaces: a thread enters its own one, which needs what others need.
    pub(crate) fn may_enter() -> Result<(), Errno> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, "/proc/thread-self/ns/net", flags, Mode::empty())?;
        Self { other: Some(fd) }.run(|| ())
    }

    /// Works inside of it. Needs CAP_SYS_ADMIN where it is not the own one.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, Errno> {
        let Some(other) = &self.other else { return Ok(work()) };
        let enter_and_work = || {
            move_into_link_name_space(other.as_fd(), Some(LinkNameSpaceType::Network))?;
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

/// Whether a file under `net` is that of the own namespace: each has files of its own, with numbers of their
/// own.
fn is_own(dir: &Dir, path: &str) -> bool {
    let there = dir.file(path).and_then(File::into_fd).and_then(fstat);
    let here = statat(CWD, "/proc/thread-self/net/dev", AtFlags::empty());
    match (there, here) {
        (Ok(there), Ok(here)) => (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino),
        _ => false,
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
