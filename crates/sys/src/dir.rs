//! A directory of a proc tree, held by its descriptor: everything below it is opened relative to it.
//!
//! A descriptor of `/proc/PID` belongs to that process, not to its number: once the process is gone every
//! lookup through it fails with ENOENT or ESRCH, also when the number has been given to another process.

use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};

use rustix::fs::{Mode, OFlags, RawDir, ResolveFlags};
use rustix::io::{Errno, retry_on_intr};

/// Room for one round of `getdents64`.
const DENTS: usize = 8 * 1024;

/// A directory of a proc tree.
#[derive(Debug)]
pub(crate) struct Dir {
    fd: OwnedFd,
    /// The tree is made of ordinary files, which may point anywhere and be anything.
    copy: bool,
}

impl Dir {
    pub(crate) fn new(fd: OwnedFd, copy: bool) -> Self {
        Self { fd, copy }
    }

    pub(crate) fn is_copy(&self) -> bool {
        self.copy
    }

    /// The number of its descriptor.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.fd.as_raw_fd()
    }

    /// A file for reading.
    pub(crate) fn file(&self, path: &str) -> Result<OwnedFd, Errno> {
        self.open(path, OFlags::RDONLY)
    }

    /// A file for reading that has nothing to say rather than make the reader wait.
    pub(crate) fn file_at_once(&self, path: &str) -> Result<OwnedFd, Errno> {
        self.open(path, OFlags::RDONLY | OFlags::NONBLOCK)
    }

    /// A directory for listing.
    pub(crate) fn listing(&self, path: &str) -> Result<OwnedFd, Errno> {
        self.open(path, OFlags::RDONLY | OFlags::DIRECTORY)
    }

    /// What the kernel says of the size of a directory; of one that may not be listed, too.
    pub(crate) fn size(&self, path: &str) -> Result<u64, Errno> {
        let fd = self.open(path, OFlags::PATH | OFlags::DIRECTORY)?;
        Ok(rustix::fs::fstat(&fd)?.st_size.unsigned_abs())
    }

    /// A directory to look things up in.
    pub(crate) fn subdir(&self, path: &str) -> Result<Dir, Errno> {
        let fd = self.open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW)?;
        Ok(Dir { fd, copy: self.copy })
    }

    /// What a link points to. Of a copy the link is opened first: readlinkat follows the directories before
    /// it wherever they lead.
    pub(crate) fn link<'b>(&self, path: &str, buf: &'b mut [MaybeUninit<u8>]) -> Result<&'b [u8], Errno> {
        if !self.copy {
            return rustix::fs::readlinkat_raw(&self.fd, path, buf).map(|(target, _)| &*target);
        }
        let link = self.open(path, OFlags::PATH | OFlags::NOFOLLOW)?;
        match rustix::fs::readlinkat_raw(&link, "", buf) {
            Ok((target, _)) => Ok(&*target),
            // So the kernel says that a descriptor is not a link's.
            Err(Errno::NOENT) => Err(Errno::INVAL),
            Err(errno) => Err(errno),
        }
    }

    /// A small file, whole or up to `cap` bytes, into a buffer that is kept.
    pub(crate) fn small(&self, path: &str, cap: usize, into: &mut Vec<u8>) -> Result<(), Errno> {
        into.clear();
        let file = self.file(path)?;
        while into.len() < cap {
            into.reserve(1024);
            let read = retry_on_intr(|| rustix::io::read(&file, rustix::buffer::spare_capacity(into)))?;
            if read == 0 {
                break;
            }
        }
        into.truncate(cap);
        Ok(())
    }

    /// A copy may hold a FIFO, which would block, or a link that leads out of it, to this machine's own
    /// files: both are kept from happening.
    fn open(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::CLOEXEC;
        if !self.copy {
            return retry_on_intr(|| rustix::fs::openat(&self.fd, path, flags, Mode::empty()));
        }
        let flags =
            if flags.contains(OFlags::PATH) { flags } else { flags | OFlags::NONBLOCK | OFlags::NOCTTY };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        match retry_on_intr(|| rustix::fs::openat2(&self.fd, path, flags, Mode::empty(), resolve)) {
            Err(Errno::NOSYS) => self.open_without_links(path, flags),
            opened => opened,
        }
    }

    /// For a kernel before 5.6, which has no openat2: goes down name by name and follows no link at all.
    fn open_without_links(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        if path.starts_with('/') || path.split('/').any(|name| name == "..") {
            return Err(Errno::XDEV);
        }
        let (above, last) = path.rsplit_once('/').unwrap_or((".", path));
        let way = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut dir = None;
        for name in above.split('/') {
            let from = dir.as_ref().unwrap_or(&self.fd).as_fd();
            dir = Some(rustix::fs::openat(from, name, way, Mode::empty())?);
        }
        let from = dir.as_ref().unwrap_or(&self.fd).as_fd();
        retry_on_intr(|| rustix::fs::openat(from, last, flags | OFlags::NOFOLLOW, Mode::empty()))
    }
}

/// Calls `each` for every entry of an open directory whose name is a number: the processes of a tree, the
/// threads of a process.
pub(crate) fn numbers(listing: &OwnedFd, mut each: impl FnMut(u32) -> ControlFlow<()>) -> Result<(), Errno> {
    let mut room = [MaybeUninit::uninit(); DENTS];
    let mut entries = RawDir::new(listing, &mut room);
    while let Some(entry) = entries.next() {
        if let Some(number) = number(entry?.file_name().to_bytes())
            && each(number).is_break()
        {
            break;
        }
    }
    Ok(())
}

/// A name made of digits only.
pub(crate) fn number(name: &[u8]) -> Option<u32> {
    if !name.first()?.is_ascii_digit() {
        return None;
    }
    str::from_utf8(name).ok()?.parse().ok()
}

/// The process, or the part of it, that was asked is not there.
pub(crate) fn gone(errno: Errno) -> bool {
    matches!(errno, Errno::NOENT | Errno::SRCH)
}

/// Permission was refused.
pub(crate) fn denied(errno: Errno) -> bool {
    matches!(errno, Errno::ACCESS | Errno::PERM)
}
