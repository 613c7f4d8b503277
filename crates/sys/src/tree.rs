//! A proc tree: the directory that everything is read from, usually `/proc`.

use std::io;
use std::path::{Path, PathBuf};

use netmonitor_core::sample::{Endian, Machine};
use rustix::fs::{CWD, Mode, OFlags, PROC_SUPER_MAGIC};
use rustix::process::{Pid, getpid};

use crate::dir::Dir;
use crate::hiding::hides;
use crate::stat::status_line;

/// `PID_MAX_LIMIT` of a 64-bit kernel (`include/linux/threads.h`), where the tree does not say.
const PID_MAX_LIMIT: u64 = 4 * 1024 * 1024;

/// A `status` or `stat` file of any machine is shorter.
const CAP: usize = 4 * 1024 * 1024;

/// What a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A mounted procfs.
    Live {
        /// PIDs in it mean what they mean to this process: the kernel may be asked about them by number.
        /// False for another PID namespace's procfs, such as the host's, mounted into a container.
        ours: bool,
    },
    /// Ordinary files, captured from a procfs. Its processes do not live here, so the running kernel is
    /// asked nothing about them.
    Copy,
}

/// A directory that is a proc tree. All of it is read relative to one descriptor, so that a mount over its
/// path changes nothing.
#[derive(Debug)]
pub struct ProcTree {
    dir: Dir,
    path: PathBuf,
    kind: Kind,
    hiding: bool,
}

/// A directory could not be opened as a proc tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// It does not exist, is no directory, or may not be entered.
    #[error("cannot open {} as a proc tree: {source}: give a mounted procfs or a directory copied from one", crate::target::shown(&.path.to_string_lossy()))]
    Open {
        /// The directory that was given.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
}

impl ProcTree {
    /// Opens a directory and finds out what kind of tree it is, by its file system's type.
    pub fn open(path: &Path) -> Result<Self, TreeError> {
        let error =
            |errno: rustix::io::Errno| TreeError::Open { path: path.to_owned(), source: errno.into() };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, path, flags, Mode::empty()).map_err(error)?;
        let live = rustix::fs::fstatfs(&fd).map_err(error)?.f_type == PROC_SUPER_MAGIC;
        let dir = Dir::new(fd, !live);
        let kind = if live { Kind::Live { ours: pids_are_ours(&dir) } } else { Kind::Copy };
        // A copy holds what somebody chose to copy.
        let hiding = match kind {
            Kind::Live { ours } => hides(&dir, ours),
            Kind::Copy => true,
        };
        Ok(Self { dir, path: path.to_owned(), kind, hiding })
    }

    /// What kind of tree it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The path by which it was opened, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The machine that the tree describes. Of a copy only what its files say is known.
    pub fn machine(&self) -> Machine {
        let live = self.kind != Kind::Copy;
        let uname = live.then(rustix::system::uname);
        let name = |value: &std::ffi::CStr| value.to_string_lossy().into_owned();
        let kernel = self.line("sys/kernel/osrelease").or_else(|| match &uname {
            Some(uname) => Some(name(uname.release())),
            // "Linux version RELEASE (compiler) …"
            None => self.line("version")?.split_ascii_whitespace().nth(2).map(str::to_owned),
        });
        let arch = match &uname {
            Some(uname) => Some(name(uname.machine())),
            // Linux 6.1 and later.
            None => self.line("sys/kernel/arch"),
        };
        let arch = arch.unwrap_or_else(|| "unknown".to_owned());
        Machine {
            kernel: kernel.unwrap_or_else(|| "unknown".to_owned()),
            endian: if live { native_endian() } else { endian_of(&arch) },
            arch,
            clk_tck: if live { rustix::param::clock_ticks_per_second() } else { 100 },
            page_size: if live { rustix::param::page_size() as u64 } else { 4096 },
            boot_id: self.line("sys/kernel/random/boot_id").unwrap_or_default(),
            boot_time: self.boot_time().unwrap_or(0),
        }
    }

    pub(crate) fn dir(&self) -> &Dir {
        &self.dir
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.kind == Kind::Live { ours: true }
    }

    /// It may leave out processes that live, as it did when it was opened.
    pub(crate) fn is_hiding(&self) -> bool {
        self.hiding
    }

    /// The greatest PID that the kernel gives, plus one: PIDs are below it.
    pub(crate) fn pid_max(&self) -> u64 {
        self.line("sys/kernel/pid_max").and_then(|line| line.parse().ok()).unwrap_or(PID_MAX_LIMIT)
    }

    fn boot_time(&self) -> Option<i64> {
        let mut bytes = Vec::new();
        self.dir.small("stat", CAP, &mut bytes).ok()?;
        let line = bytes.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"btime "))?;
        str::from_utf8(line).ok()?.trim().parse().ok()
    }

    /// The first line of a file, if it has one.
    fn line(&self, path: &str) -> Option<String> {
        let mut bytes = Vec::new();
        self.dir.small(path, 4096, &mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
    }
}

/// The tree's `self` is this process under the number by which this process knows itself, and has no other
/// number between here and the tree's PID namespace.
fn pids_are_ours(dir: &Dir) -> bool {
    let own = Pid::as_raw(Some(getpid())).to_string();
    let mut status = Vec::new();
    if dir.small("self/status", CAP, &mut status).is_err() {
        return false;
    }
    // A kernel without PID namespaces prints no NSpid; there a PID has one meaning only.
    match status_line(&status, "NSpid").map(Iterator::collect::<Vec<_>>) {
        Some(numbers) => numbers == [own.as_str()],
        None => status_line(&status, "Pid").is_some_and(|mut words| words.next() == Some(&own)),
    }
}

fn native_endian() -> Endian {
    if cfg!(target_endian = "big") { Endian::Big } else { Endian::Little }
}

/// The byte order that `uname -m` tells. MIPS says the same in both and is taken for little.
fn endian_of(arch: &str) -> Endian {
    let big = matches!(arch, "s390" | "s390x" | "ppc" | "ppc64" | "sparc" | "sparc64" | "m68k")
        || arch.starts_with("parisc")
        || arch.ends_with("_be")
        || (arch.starts_with("arm") && arch.ends_with('b'));
    if big { Endian::Big } else { Endian::Little }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_follows_the_architecture() {
        for (arch, endian) in [
            ("x86_64", Endian::Little),
            ("aarch64", Endian::Little),
            ("ppc64le", Endian::Little),
            ("unknown", Endian::Little),
            ("s390x", Endian::Big),
            ("ppc64", Endian::Big),
            ("armv7b", Endian::Big),
            ("aarch64_be", Endian::Big),
        ] {
            assert_eq!(endian_of(arch), endian, "{arch}");
        }
    }
}
