//! Files of names under `/etc`, of users and of services: read once, and again when they have changed.

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::fs::{CWD, Mode, OFlags, open};
use rustix::io::Errno;

use crate::clock::boottime;
use crate::dir::Dir;
use crate::reader::{Reader, end};

/// A file longer than this is cut.
const CAP: usize = 8 * 1024 * 1024;

/// The files.
const FILES: [(&str, Origin); 2] = [("passwd", Origin::Users), ("services", Origin::Services)];

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: i64,
    seconds: i64,
    nanoseconds: i64,
}

/// The files, as they were when they were last handed on.
#[derive(Debug, Default)]
pub(crate) struct Etc {
    last: [Option<Result<Stamp, Errno>>; FILES.len()],
}

impl Etc {
    /// Hands those on that are not as they were. Those of a copied tree are not this machine's.
    pub(crate) fn tick(&mut self, copy: bool, reader: &mut Reader, sink: &mut dyn Sink) {
        for ((name, origin), last) in FILES.iter().zip(&mut self.last) {
            if copy {
                if last.replace(Err(Errno::NOSYS)).is_none() {
                    end(sink, origin, Status::NotAsked, boottime());
                }
                continue;
            }
            let now = stamp(name);
            if last.replace(now) == Some(now) {
                continue;
            }
            let at = boottime();
            match open("/etc", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
                Ok(etc) => reader.part(&Dir::new(etc, false), name, CAP, origin, sink),
                Err(errno) => end(sink, origin, crate::reader::status_of(errno, 0), at),
            }
        }
    }
}

fn stamp(name: &str) -> Result<Stamp, Errno> {
    let stat = rustix::fs::statat(CWD, format!("/etc/{name}"), rustix::fs::AtFlags::empty())?;
    Ok(Stamp {
        inode: stat.st_ino,
        size: stat.st_size,
        seconds: stat.st_mtime as i64,
        nanoseconds: stat.st_mtime_nsec as i64,
    })
}
