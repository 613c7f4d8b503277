//! Archives that hold a proc tree, as bundles for support do: what netmonitor reads of it is kept in memory, and nothing
//! is written anywhere.
//!
//! An archive is somebody else's: no size that it declares is believed, no path of it leads anywhere but into the tree
//! that is held, and what is no file, link or directory is left out.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use tar::{Archive, Entry, EntryType};

use crate::held::{Held, Node};

/// How much of an archive is borne.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Bytes of files that are kept.
    kept: u64,
    /// Files and directories that are kept.
    nodes: usize,
    /// Bytes that are unpacked: more than bundles have, and an end to what unpacks without one.
    unpacked: u64,
    /// Bytes of headers before a file: its names, however long, among them.
    headers: u64,
}

const LIMITS: Limits = Limits { kept: 1 << 30, nodes: 1 << 19, unpacked: 64 << 30, headers: 1 << 20 };

/// Names below a proc tree that are kept are not deeper: kernels have six levels.
const DEEPEST: usize = 16;

/// What is read of a process.
const PROCESS: [&str; 10] =
    ["cgroup", "cmdline", "comm", "exe", "fd", "limits", "net", "ns", "stat", "status"];

/// What is read of the machine.
const MACHINE: [&[&str]; 6] = [
    &["stat"],
    &["version"],
    &["sys", "kernel", "arch"],
    &["sys", "kernel", "osrelease"],
    &["sys", "kernel", "pid_max"],
    &["sys", "kernel", "random", "boot_id"],
];

/// Magic bytes of ways to compress: where they stand, how they are called, and how they are undone, if they are.
const PACKINGS: &[(&[u8], &str, Option<Unpack>)] = &[
    (b"\x1f\x8b", "gzip", Some(|file| Ok(Box::new(flate2::read::MultiGzDecoder::new(file))))),
    (b"\x28\xb5\x2f\xfd", "zstd", Some(zstd)),
    (b"\xfd7zXZ\0", "xz", Some(xz)),
    (b"BZh", "bzip2", None),
    (b"PK\x03\x04", "zip", None),
];

type Unpack = fn(BufReader<File>) -> io::Result<Box<dyn Read>>;

/// What was kept of an archive.
pub(crate) struct Kept {
    pub(crate) tree: Held,
    /// Why not all of it was read.
    pub(crate) cut: Option<io::Error>,
}

/// Reads an archive. What comes before damage is kept.
///
/// # Errors
///
/// It is none, or more of it would have to be kept than is.
pub(crate) fn read(file: File) -> io::Result<Kept> {
    read_within(file, LIMITS)
}

fn read_within(mut file: File, limits: Limits) -> io::Result<Kept> {
    let mut magic = Vec::new();
    file.by_ref().take(8).read_to_end(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    let file = BufReader::with_capacity(64 << 10, file);
    let unpacked = match PACKINGS.iter().find(|(bytes, ..)| magic.starts_with(bytes)) {
        None => Box::new(file),
        Some((_, _, Some(unpack))) => unpack(file)?,
        Some((_, name, None)) => return Err(other(format!("{name} is not unpacked here: unpack it before"))),
    };
    let headers = Rc::new(Cell::new(limits.headers));
    let bounded = Bounded { unpacked, headers: headers.clone(), left: limits.unpacked };
    let mut archive = Archive::new(bounded);
    let mut keep = Keep { tree: Held::new(), left: limits.kept, limits, seen: false };
    let cut = keep.all(archive.entries()?, &headers).err();
    match cut {
        Some(error) if !keep.seen || error.kind() == io::ErrorKind::FileTooLarge => Err(error),
        cut => Ok(Kept { tree: keep.tree, cut }),
    }
}

fn zstd(file: BufReader<File>) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(zstd::Decoder::with_buffer(file)?))
}

fn xz(file: BufReader<File>) -> io::Result<Box<dyn Read>> {
    // What it declares to need is no reason to take more.
    let stream = liblzma::stream::Stream::new_stream_decoder(256 << 20, liblzma::stream::CONCATENATED)?;
    Ok(Box::new(liblzma::bufread::XzDecoder::new_stream(file, stream)))
}

fn other(why: impl Into<String>) -> io::Error {
    io::Error::other(why.into())
}

/// Bytes of an archive, no more than are borne: of headers, which are held as a whole, few.
struct Bounded {
    unpacked: Box<dyn Read>,
    headers: Rc<Cell<u64>>,
    left: u64,
}

impl Read for Bounded {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let least = self.left.min(self.headers.get());
        if least == 0 && !room.is_empty() {
            return Err(other(match self.left {
                0 => "it unpacks to more than any bundle",
                _ => "a name in it is longer than any",
            }));
        }
        let room_for = room.len().min(usize::try_from(least).unwrap_or(usize::MAX));
        let read = self.unpacked.read(&mut room[..room_for])?;
        self.left -= read as u64;
        self.headers.set(self.headers.get() - read as u64);
        Ok(read)
    }
}

/// Keeps what is read of proc trees.
struct Keep {
    tree: Held,
    left: u64,
    limits: Limits,
    /// There was at least one header: it is an archive.
    seen: bool,
}

impl Keep {
    fn all<R: Read>(&mut self, entries: tar::Entries<'_, R>, headers: &Cell<u64>) -> io::Result<()> {
        for entry in entries {
            let mut entry = entry?;
            self.seen = true;
            // Its contents are skipped, or kept within other bounds.
            headers.set(self.limits.headers.saturating_add(stored(&entry)));
            self.one(&mut entry)?;
        }
        Ok(())
    }

    fn one<R: Read>(&mut self, entry: &mut Entry<'_, R>) -> io::Result<()> {
        let path = entry.path_bytes().into_owned();
        let Some(names) = names(&path).filter(|names| is_read(names)) else { return Ok(()) };
        let names = || names.iter().copied();
        let node = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => {
                let (declared, mut bytes) = (entry.size(), Vec::new());
                entry.take(self.left.saturating_add(1)).read_to_end(&mut bytes)?;
                self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(|| {
                    let why = format!("its proc tree has more than {} bytes", self.limits.kept);
                    io::Error::new(io::ErrorKind::FileTooLarge, why)
                })?;
                // What ends early ends without an error.
                if (bytes.len() as u64) < declared {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "it ends in the middle of a file",
                    ));
                }
                Node::File(bytes.into())
            }
            EntryType::Symlink => match entry.link_name_bytes() {
                Some(target) => Node::Link(target.into_owned().into()),
                None => return Ok(()),
            },
            // The same file under another name.
            EntryType::Link => {
                let target = entry.link_name_bytes().unwrap_or_default().into_owned();
                match self::names(&target).and_then(|names| self.tree.file(names)) {
                    Some(bytes) => Node::File(bytes),
                    None => return Ok(()),
                }
            }
            EntryType::Directory => Node::Directory(Default::default()),
            _ => return Ok(()),
        };
        self.tree.put(names(), node);
        if self.tree.len() > self.limits.nodes {
            let why = format!("its proc tree has more than {} files", self.limits.nodes);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        Ok(())
    }
}

/// Bytes of an entry as it is stored.
fn stored<R: Read>(entry: &Entry<'_, R>) -> u64 {
    let header = entry.header();
    match header.entry_type() {
        // Its size is that with its holes.
        EntryType::GNUSparse => header.entry_size().unwrap_or(0),
        _ => entry.size(),
    }
    .saturating_add(1024)
}

/// The names of a path, if it leads down only.
fn names(path: &[u8]) -> Option<Vec<&[u8]>> {
    let names: Vec<_> =
        path.split(|&byte| byte == b'/').filter(|name| !matches!(*name, b"" | b".")).collect();
    let leads_down = !path.starts_with(b"/") && !names.contains(&b"..".as_slice());
    (leads_down && !names.is_empty()).then_some(names)
}

/// Whether something at this path is read of a proc tree: one that is called `proc`, or the archive itself, or the
/// one directory of it.
fn is_read(names: &[&[u8]]) -> bool {
    let below_proc = names.iter().position(|name| *name == b"proc").map(|place| &names[place + 1..]);
    [below_proc, Some(names), names.get(1..)]
        .into_iter()
        .flatten()
        .any(|names| names.len() <= DEEPEST && is_read_of_a_tree(names))
}

/// Whether something at this path below a proc tree is read.
fn is_read_of_a_tree(names: &[&[u8]]) -> bool {
    let Some((first, rest)) = names.split_first() else { return false };
    match *first {
        b"net" => true,
        b"self" => rest.is_empty() || is_read_of_a_process(rest),
        first if first.iter().all(u8::is_ascii_digit) => is_read_of_a_process(rest),
        _ => MACHINE.iter().any(|path| path.iter().map(|name| name.as_bytes()).eq(names.iter().copied())),
    }
}

fn is_read_of_a_process(names: &[&[u8]]) -> bool {
    match names {
        [b"task", _, rest @ ..] => is_read_of_a_process(rest),
        [first, ..] => PROCESS.iter().any(|name| name.as_bytes() == *first),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_kept(path: &str) -> bool {
        names(path.as_bytes()).is_some_and(|names| is_read(&names))
    }

    /// A tar of one header and what follows it.
    fn entry(path: &str, size: u64, kind: EntryType) -> Vec<u8> {
        let mut header = tar::Header::new_ustar();
        header.set_path(path).unwrap();
        header.set_size(size);
        header.set_entry_type(kind);
        header.set_cksum();
        header.as_bytes().to_vec()
    }

    fn read_bytes(bytes: &[u8], limits: Limits) -> io::Result<Kept> {
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, bytes).unwrap();
        file.rewind().unwrap();
        read_within(file, limits)
    }

    /// So much of zeros, compressed.
    fn zeros(head: &[u8], size: u64) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut packed, head).unwrap();
        io::copy(&mut io::repeat(0).take(size), &mut packed).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn what_declares_or_unpacks_to_more_than_is_borne_is_refused() {
        let small = Limits { kept: 1 << 16, nodes: 8, unpacked: 4 << 20, headers: 1 << 16 };
        let error = |bytes: &[u8]| read_bytes(bytes, small).err().map(|error| error.to_string());
        let size = 64 << 20;
        let file = zeros(&entry("proc/net/tcp", size, EntryType::Regular), size);
        assert_eq!(error(&file).unwrap(), "its proc tree has more than 65536 bytes");
        for kind in [EntryType::GNULongName, EntryType::XHeader] {
            let name = zeros(&entry("proc/net/tcp", size, kind), size);
            assert_eq!(error(&name).unwrap(), "a name in it is longer than any", "{kind:?}");
        }
        let mut many = Vec::new();
        for number in 0..10 {
            many.extend(entry(&format!("proc/net/{number}"), 0, EntryType::Regular));
        }
        assert_eq!(error(&many).unwrap(), "its proc tree has more than 8 files");
        // What is not of the tree is no reason to refuse it, but it is not unpacked for ever.
        let mut skipped = entry("proc/net/tcp", 0, EntryType::Regular);
        skipped.extend(entry("var/log", size, EntryType::Regular));
        let kept = read_bytes(&zeros(&skipped, size), small).unwrap();
        assert_eq!(kept.cut.unwrap().to_string(), "it unpacks to more than any bundle");
        assert!(kept.tree.file([b"proc".as_slice(), b"net", b"tcp"]).is_some());
    }

    #[test]
    fn a_size_that_is_only_declared_takes_no_memory() {
        let mut bytes = entry("proc/net/tcp", 0, EntryType::Regular);
        bytes.extend(entry("proc/net/udp", 8_000_000_000, EntryType::Regular));
        bytes.extend(b"rows");
        let kept = read_bytes(&bytes, Limits { kept: 1 << 40, ..LIMITS }).unwrap();
        assert!(kept.cut.is_some());
        assert_eq!(kept.tree.file([b"proc".as_slice(), b"net", b"udp"]), None, "it is not whole");
    }

    #[test]
    fn what_is_read_of_a_proc_tree_is_kept() {
        for path in [
            "sosreport-a-1/proc/net/tcp",
            "./proc/net/stat/nf_conntrack",
            "a/b/c/proc/4242/net/tcp",
            "proc/4242/task/4243/fd/7",
            "proc/self",
            "proc/stat",
            "x/proc/sys/kernel/random/boot_id",
            "4242/net/tcp",
            "./copy/4242/stat",
            "net/dev",
        ] {
            assert!(is_kept(path), "{path}");
        }
        for path in [
            "../proc/net/tcp",
            "/proc/net/tcp",
            "a/../proc/net/tcp",
            "a/b/4242/net/tcp",
            "sosreport/etc/passwd",
            "sosreport/sys/class/net/eth0",
            "proc/4242/smaps",
            "proc/4242",
            "proc/sys/kernel/hostname",
            "proc/kcore",
            "",
            ".",
        ] {
            assert!(!is_kept(path), "{path}");
        }
        assert!(!is_kept(&format!("proc/net/{}", "x/".repeat(50))));
    }
}
