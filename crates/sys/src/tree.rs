//! A proc tree: the directory that everything is read from, usually `/proc`; or one that was captured, as a directory or
//! in an archive.

use std::io;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use netmonitor_core::sample::{Endian, Machine};
use rustix::fs::{CWD, FileType, Mode, OFlags, PROC_SUPER_MAGIC, fstat, fstatfs};
use rustix::io::Errno;
use rustix::process::{Pid, getpid};

use crate::archive;
use crate::captured::{self, Found};
use crate::dir::Dir;
use crate::hiding::hides;
use crate::stat::status_line;
use crate::target::shown;

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
/// path changes nothing. That of an archive is held in memory.
#[derive(Debug)]
pub struct ProcTree {
    dir: Dir,
    path: PathBuf,
    kind: Kind,
    hiding: bool,
    /// Why not all of an archive was read.
    cut: Option<String>,
}

/// A directory could not be opened as a proc tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// It does not exist, is neither directory nor file, or may not be read.
    #[error("cannot open {} as a proc tree: {source}: {GIVE}", shown(&.path.to_string_lossy()))]
    Open {
        /// The directory or archive that was given.
        path: PathBuf,
        /// What the kernel said, or what is wrong with the archive.
        source: io::Error,
    },
    /// There is none in it.
    #[error("{} holds no proc tree, neither proc/net nor proc/PID: {GIVE}", shown(&.path.to_string_lossy()))]
    Nothing {
        /// The directory or archive that was given.
        path: PathBuf,
    },
    /// There is more than one in it.
    #[error("{} holds {} proc trees: {}: give the directory of one{}", shown(&.path.to_string_lossy()), .trees.len(), listed(.trees), if *.packed { ", unpacked" } else { "" })]
    Several {
        /// The directory or archive that was given.
        path: PathBuf,
        /// Paths of the trees in it.
        trees: Vec<String>,
        /// It is an archive.
        packed: bool,
    },
}

/// What can be opened.
const GIVE: &str = "give a mounted procfs, or a directory or tar archive that holds proc/net or proc/PID/net";

/// So many paths are told.
const LISTED: usize = 8;

/// The first of some paths.
fn listed(paths: &[String]) -> String {
    let mut first: Vec<_> = paths.iter().take(LISTED).map(|path| shown(path)).collect();
    if paths.len() > LISTED {
        first.push("…".to_owned());
    }
    first.join(", ")
}

impl ProcTree {
    /// Opens a tree: a procfs, by its file system's type; else a directory or a tar archive that holds a captured one,
    /// in itself or somewhere below.
    pub fn open(path: &Path) -> Result<Self, TreeError> {
        let error = |source: io::Error| TreeError::Open { path: path.to_owned(), source };
        let fd = look_at(path).map_err(|errno| error(errno.into()))?;
        match FileType::from_raw_mode(fstat(&fd).map_err(|errno| error(errno.into()))?.st_mode) {
            FileType::Directory if is_procfs(&fd) => {
                let dir = Dir::new(fd, false);
                let ours = pids_are_ours(&dir);
                let hiding = hides(&dir, ours);
                Ok(Self { dir, path: path.to_owned(), kind: Kind::Live { ours }, hiding, cut: None })
            }
            FileType::Directory => Self::captured(path, Dir::new(fd, true), None),
            FileType::RegularFile => {
                let kept = std::fs::File::open(path).and_then(archive::read).map_err(error)?;
                Self::captured(path, Dir::held(kept.tree.into_dir()), Some(kept.cut))
            }
            _ => Err(error(Errno::NOTDIR.into())),
        }
    }

    /// The tree in a captured directory, or in an archive of which all was read or not.
    fn captured(path: &Path, top: Dir, archive: Option<Option<io::Error>>) -> Result<Self, TreeError> {
        let (packed, cut) = (archive.is_some(), archive.flatten());
        match captured::find(top) {
            // A copy holds what somebody chose to copy.
            Found::One(dir) => {
                let cut = cut.map(|error| error.to_string());
                Ok(Self { dir, path: path.to_owned(), kind: Kind::Copy, hiding: true, cut })
            }
            Found::Nothing => Err(match cut {
                Some(source) => TreeError::Open { path: path.to_owned(), source },
                None => TreeError::Nothing { path: path.to_owned() },
            }),
            Found::Several(trees) => Err(TreeError::Several { path: path.to_owned(), trees, packed }),
        }
    }

    /// Whether a path is that of a captured tree: anything but a procfs.
    pub fn is_captured(path: &Path) -> bool {
        look_at(path).is_ok_and(|fd| !is_procfs(&fd))
    }

    /// Whether it has the files of a network namespace beside those of processes: `net`, which is a link in a procfs.
    pub fn has_tables(&self) -> bool {
        self.dir.listing("net").is_ok()
    }

    /// PIDs of its processes, in order.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let mut pids = Vec::new();
        if let Ok(listing) = self.dir.listing(".") {
            // What came before an error are some.
            let _ = listing.numbers(|pid| {
                if captured::is_process(&self.dir, pid) {
                    pids.push(pid);
                }
                ControlFlow::Continue(())
            });
        }
        pids.sort_unstable();
        pids
    }

    /// What is to be said of a captured tree: why not all of it was read, and what is only assumed of its machine.
    pub fn remarks(&self) -> Vec<String> {
        let name = shown(&self.path.to_string_lossy());
        let cut = self.cut.as_ref().map(|why| format!("{name} was read up to damage in it: {why}"));
        let assumed = (self.kind == Kind::Copy && self.endian().is_none()).then(|| {
            let order = if native_endian() == Endian::Big { "big" } else { "little" };
            format!("{name} does not tell its byte order: {order} endian, as here, is assumed")
        });
        cut.into_iter().chain(assumed).collect()
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
            endian: self.endian().unwrap_or_else(native_endian),
            clk_tck: if live { rustix::param::clock_ticks_per_second() } else { clock_ticks_of(&arch) },
            arch,
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

    /// The byte order, if it is known: of a copy by its architecture, else by an address that machines have and that
    /// is another one backwards.
    fn endian(&self) -> Option<Endian> {
        if self.kind != Kind::Copy {
            return Some(native_endian());
        }
        match self.line("sys/kernel/arch") {
            Some(arch) => Some(endian_of(&arch)),
            None => captured::endian(&self.dir),
        }
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

/// A descriptor for looking at what is at a path: to open a FIFO would block.
fn look_at(path: &Path) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
}

fn is_procfs(fd: &OwnedFd) -> bool {
    fstatfs(fd).is_ok_and(|told| told.f_type == PROC_SUPER_MAGIC)
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

/// Clock ticks a second as programs are told of them (`USER_HZ`): part of an architecture's interface, whatever the kernel
/// ticks by itself. One that is not told has 100, like nearly all.
fn clock_ticks_of(arch: &str) -> u64 {
    if arch == "alpha" { 1024 } else { 100 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_ticks_follow_the_architecture() {
        assert_eq!(["x86_64", "s390x", "unknown", "alpha"].map(clock_ticks_of), [100, 100, 100, 1024]);
    }

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
