//! A directory of a proc tree, held by its descriptor: everything below it is opened relative to it.
//!
//! A descriptor of `/proc/PID` belongs to that process, not to its number: once the process is gone every
//! lookup through it fails with ENOENT or ESRCH, also when the number has been given to another process.
//!
//! What was unpacked from an archive is no directory of a file system: it is held in memory, and looked up the same way.

use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;

use rustix::fs::{FileType, Mode, OFlags, RawDir, ResolveFlags, SeekFrom, fstat, seek};
use rustix::io::{Errno, retry_on_intr};

use crate::held::{HeldDir, Node};

/// Room for one round of `getdents64`: some 300 entries.
const DENTS: usize = 8 * 1024;

/// A directory of a proc tree.
#[derive(Debug)]
pub(crate) struct Dir {
    place: Place,
    /// The tree is made of ordinary files, which may point anywhere and be anything.
    copy: bool,
}

/// Where something is.
#[derive(Debug)]
enum Place {
    /// In a file system.
    There(OwnedFd),
    /// In memory.
    Held(HeldDir),
}

/// A file that is open.
#[derive(Debug)]
pub(crate) enum File {
    /// In a file system.
    There(OwnedFd),
    /// In memory: its bytes, and how many were read.
    Held(Arc<[u8]>, usize),
}

/// A directory that is open, to be listed.
#[derive(Debug)]
pub(crate) struct Listing(Place);

/// What is listed.
pub(crate) struct Entry<'e> {
    /// Its name.
    pub(crate) name: &'e [u8],
    /// It is a directory.
    pub(crate) is_directory: bool,
    /// The number that it has in its file system; 0 of what is held in memory.
    pub(crate) inode: u64,
    /// From here the listing goes on behind it.
    pub(crate) next: u64,
}

impl File {
    /// Reads on; 0 at the end.
    pub(crate) fn read(&mut self, room: &mut [u8]) -> Result<usize, Errno> {
        match self {
            Self::There(fd) => retry_on_intr(|| rustix::io::read(&*fd, &mut *room)),
            Self::Held(bytes, at) => {
                let rest = bytes.get(*at..).unwrap_or_default();
                let read = rest.len().min(room.len());
                room[..read].copy_from_slice(&rest[..read]);
                *at += read;
                Ok(read)
            }
        }
    }

    /// Its descriptor, of a file system's.
    pub(crate) fn into_fd(self) -> Result<OwnedFd, Errno> {
        match self {
            Self::There(fd) => Ok(fd),
            Self::Held(..) => Err(Errno::NOTSUP),
        }
    }
}

impl Listing {
    /// Calls `each` for every entry but `.` and `..`, from the beginning (0) or from a place that an entry has told.
    /// `ROOM`: bytes for one round of `getdents64`.
    pub(crate) fn each<const ROOM: usize>(
        &self,
        from: u64,
        mut each: impl FnMut(Entry<'_>) -> ControlFlow<()>,
    ) -> Result<(), Errno> {
        let fd = match &self.0 {
            Place::There(fd) => fd,
            Place::Held(dir) => {
                let places = 1..;
                for (next, (name, node)) in places.zip(dir.entries()).skip(from as usize) {
                    let is_directory = matches!(node, Node::Directory(_));
                    if each(Entry { name, is_directory, inode: 0, next }).is_break() {
                        break;
                    }
                }
                return Ok(());
            }
        };
        if from > 0 {
            seek(fd, SeekFrom::Start(from))?;
        }
        let mut room = [MaybeUninit::uninit(); ROOM];
        let mut entries = RawDir::new(fd, &mut room);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let is_directory = entry.file_type() == FileType::Directory;
            let (inode, next) = (entry.ino(), entry.next_entry_cookie());
            if each(Entry { name, is_directory, inode, next }).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Calls `each` for every entry whose name is a number: the processes of a tree, the threads of a process.
    pub(crate) fn numbers(&self, mut each: impl FnMut(u32) -> ControlFlow<()>) -> Result<(), Errno> {
        self.each::<DENTS>(0, |entry| number(entry.name).map_or(ControlFlow::Continue(()), &mut each))
    }

    /// What one of its links points to.
    pub(crate) fn link<'b>(&'b self, name: &[u8], buf: &'b mut [MaybeUninit<u8>]) -> Result<&'b [u8], Errno> {
        match &self.0 {
            Place::There(fd) => rustix::fs::readlinkat_raw(fd, name, buf).map(|(target, _)| &*target),
            Place::Held(dir) => target(dir.find(name, false)?.1),
        }
    }

    /// Tells the directory from others of the tree.
    pub(crate) fn inode(&self) -> Result<u64, Errno> {
        match &self.0 {
            Place::There(fd) => Ok(fstat(fd)?.st_ino),
            Place::Held(dir) => Ok(dir.number()),
        }
    }
}

/// What a link in memory points to.
fn target(node: &Node) -> Result<&[u8], Errno> {
    match node {
        Node::Link(target) => Ok(target),
        _ => Err(Errno::INVAL),
    }
}

impl Dir {
    pub(crate) fn new(fd: OwnedFd, copy: bool) -> Self {
        Self { place: Place::There(fd), copy }
    }

    /// A directory that is held in memory.
    pub(crate) fn held(dir: HeldDir) -> Self {
        Self { place: Place::Held(dir), copy: true }
    }

    pub(crate) fn is_copy(&self) -> bool {
        self.copy
    }

    /// Its descriptor, where it has one.
    pub(crate) fn descriptor_fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.place {
            Place::There(fd) => Some(fd.as_fd()),
            Place::Held(_) => None,
        }
    }

    /// The number of its descriptor, where it has one.
    pub(crate) fn descriptor(&self) -> Option<RawFd> {
        match &self.place {
            Place::There(fd) => Some(fd.as_raw_fd()),
            Place::Held(_) => None,
        }
    }

    /// A file for reading.
    pub(crate) fn file(&self, path: &str) -> Result<File, Errno> {
        self.open_file(path, OFlags::RDONLY)
    }

    /// A file for reading that has nothing to say rather than make the reader wait.
    pub(crate) fn file_at_once(&self, path: &str) -> Result<File, Errno> {
        self.open_file(path, OFlags::RDONLY | OFlags::NONBLOCK)
    }

    fn open_file(&self, path: &str, flags: OFlags) -> Result<File, Errno> {
        let dir = match &self.place {
            Place::There(fd) => return self.open(fd, path, flags).map(File::There),
            Place::Held(dir) => dir,
        };
        match dir.find(path.as_bytes(), true)?.1 {
            Node::File(bytes) => Ok(File::Held(bytes.clone(), 0)),
            Node::Directory(_) => Err(Errno::ISDIR),
            Node::Link(_) => Err(Errno::LOOP),
        }
    }

    /// A directory for listing.
    pub(crate) fn listing(&self, path: &str) -> Result<Listing, Errno> {
        Ok(Listing(match &self.place {
            Place::There(fd) => Place::There(self.open(fd, path, OFlags::RDONLY | OFlags::DIRECTORY)?),
            Place::Held(dir) => Place::Held(directory(dir, path, true)?),
        }))
    }

    /// What the kernel says of the size of a directory; of one that may not be listed, too.
    pub(crate) fn size(&self, path: &str) -> Result<u64, Errno> {
        let Place::There(fd) = &self.place else { return Err(Errno::NOTSUP) };
        let fd = self.open(fd, path, OFlags::PATH | OFlags::DIRECTORY)?;
        Ok(fstat(&fd)?.st_size.unsigned_abs())
    }

    /// A directory to look things up in.
    pub(crate) fn subdir(&self, path: &str) -> Result<Dir, Errno> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW;
        let place = match &self.place {
            Place::There(fd) => Place::There(self.open(fd, path, flags)?),
            Place::Held(dir) => Place::Held(directory(dir, path, false)?),
        };
        Ok(Dir { place, copy: self.copy })
    }

    /// What a link points to. Of a copy the link is opened first: readlinkat follows the directories before
    /// it wherever they lead.
    pub(crate) fn link<'b>(&'b self, path: &str, buf: &'b mut [MaybeUninit<u8>]) -> Result<&'b [u8], Errno> {
        let fd = match &self.place {
            Place::There(fd) => fd,
            Place::Held(dir) => return target(dir.find(path.as_bytes(), false)?.1),
        };
        if !self.copy {
            return rustix::fs::readlinkat_raw(fd, path, buf).map(|(target, _)| &*target);
        }
        let link = self.open(fd, path, OFlags::PATH | OFlags::NOFOLLOW)?;
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
        match self.file(path)? {
            File::There(file) => {
                while into.len() < cap {
                    into.reserve(1024);
                    let read =
                        retry_on_intr(|| rustix::io::read(&file, rustix::buffer::spare_capacity(into)))?;
                    if read == 0 {
                        break;
                    }
                }
                into.truncate(cap);
            }
            File::Held(bytes, _) => into.extend_from_slice(&bytes[..bytes.len().min(cap)]),
        }
        Ok(())
    }

    /// A copy may hold a FIFO, which would block, or a link that leads out of it, to this machine's own
    /// files: both are kept from happening.
    fn open(&self, dir: &OwnedFd, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::CLOEXEC;
        if !self.copy {
            return retry_on_intr(|| rustix::fs::openat(dir, path, flags, Mode::empty()));
        }
        let flags =
            if flags.contains(OFlags::PATH) { flags } else { flags | OFlags::NONBLOCK | OFlags::NOCTTY };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        match retry_on_intr(|| rustix::fs::openat2(dir, path, flags, Mode::empty(), resolve)) {
            Err(Errno::NOSYS) => open_without_links(dir, path, flags),
            opened => opened,
        }
    }
}

/// A directory below one in memory.
fn directory(dir: &HeldDir, path: &str, follow: bool) -> Result<HeldDir, Errno> {
    match dir.find(path.as_bytes(), follow)? {
        (found, Node::Directory(_)) => Ok(found),
        _ => Err(Errno::NOTDIR),
    }
}

/// For a kernel before 5.6, which has no openat2: goes down name by name and follows no link at all.
fn open_without_links(from: &OwnedFd, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    if path.starts_with('/') || path.split('/').any(|name| name == "..") {
        return Err(Errno::XDEV);
    }
    let (above, last) = path.rsplit_once('/').unwrap_or((".", path));
    let way = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut dir = None;
    for name in above.split('/') {
        let from = dir.as_ref().unwrap_or(from).as_fd();
        dir = Some(rustix::fs::openat(from, name, way, Mode::empty())?);
    }
    let from = dir.as_ref().unwrap_or(from).as_fd();
    retry_on_intr(|| rustix::fs::openat(from, last, flags | OFlags::NOFOLLOW, Mode::empty()))
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
