//! `/etc/passwd`, for the names of users: read once, and again when it has changed.

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::fs::{CWD, Mode, OFlags, open};
use rustix::io::Errno;

use crate::clock::boottime;
use crate::dir::Dir;
use crate::reader::{Reader, end};

/// A directory of users longer than this is cut.
const CAP: usize = 8 * 1024 * 1024;

/// What tells one state of the file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: i64,
    seconds: i64,
    nanoseconds: i64,
}

/// The file, as it was when it was last handed on.
#[derive(Debug, Default)]
pub(crate) struct Users {
    last: Option<Result<Stamp, Errno>>,
}

impl Users {
    /// Hands the file on if it is not as it was. The users of a copied tree are not this machine's.
    pub(crate) fn tick(&mut self, copy: bool, reader: &mut Reader, sink: &mut dyn Sink) {
        if copy {
            if self.last.replace(Err(Errno::NOSYS)).is_none() {
                end(sink, &Origin::Users, Status::NotAsked, boottime());
            }
            return;
        }
        let now = stamp();
        if self.last.replace(now) == Some(now) {
            return;
        }
        let at = boottime();
        match open("/etc", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
            Ok(etc) => reader.part(&Dir::new(etc, false), "passwd", CAP, &Origin::Users, sink),
            Err(errno) => end(sink, &Origin::Users, crate::reader::status_of(errno, 0), at),
        }
    }
}

fn stamp() -> Result<Stamp, Errno> {
    let stat = rustix::fs::statat(CWD, "/etc/passwd", rustix::fs::AtFlags::empty())?;
    Ok(Stamp {
        inode: stat.st_ino,
        size: stat.st_size,
        seconds: stat.st_mtime as i64,
        nanoseconds: stat.st_mtime_nsec as i64,
    })
}
