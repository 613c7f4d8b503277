//! The files under `net`: one of them, the names of all, and each of them to be measured.

use std::fmt::Write;
use std::ops::ControlFlow;

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::io::Errno;

use crate::clock::boottime;
use crate::dir::{Dir, Listing};
use crate::reader::{Reader, status_of, whole};

/// Room for one round of `getdents64`.
const DENTS: usize = 8 * 1024;

/// Directories below directories are listed so deep: kernels have three levels.
const DEEPEST: usize = 8;

/// The most names that are listed.
const MOST: usize = 1 << 17;

/// A path below the target's directory, or below that of the thread through which it is read.
pub(crate) fn place(path: &mut String, thread: Option<u32>, below: &str, rest: &str) {
    path.clear();
    if let Some(tid) = thread {
        let _ = write!(path, "task/{tid}/");
    }
    path.push_str(below);
    path.push_str(rest);
}

/// A path that cannot lead out of the directory that it is relative to.
pub(crate) fn stays_below(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|name| !matches!(name, "" | "." | ".."))
}

/// Reads one file, at most `cap` bytes, as a part that is not ended here.
pub(crate) fn read(
    reader: &mut Reader,
    dir: &Dir,
    path: &str,
    cap: usize,
    origin: &Origin,
    sink: &mut dyn Sink,
) -> Status {
    match dir.file_at_once(path) {
        Ok(file) => reader.open_file(file, cap, |bytes| sink.chunk(origin, bytes)),
        Err(errno) => status_of(errno, 0),
    }
}

/// Lists all files, in directories too, and hands their names on. They are given back as far as they are
/// text: others cannot be asked for by name.
pub(crate) fn list(dir: &Dir, thread: Option<u32>, sink: &mut dyn Sink) -> Vec<String> {
    let at = boottime();
    let mut list = List { bytes: Vec::new(), names: Vec::new(), count: 0 };
    let mut top = String::new();
    place(&mut top, thread, "net", "");
    match dir.listing(&top).and_then(|listing| list.directory(dir, &top, &listing, &mut Vec::new())) {
        Ok(()) if list.count < MOST => whole(sink, &Origin::NetList, &list.bytes, at),
        ended => {
            let _ = sink.chunk(&Origin::NetList, &list.bytes);
            let status = ended.map_or_else(|errno| status_of(errno, list.count), |()| Status::Cut);
            crate::reader::end(sink, &Origin::NetList, status, at);
        }
    }
    list.names
}

struct List {
    bytes: Vec<u8>,
    names: Vec<String>,
    count: usize,
}

impl List {
    /// Lists an open directory whose path is `top` and, below that, `below`.
    fn directory(
        &mut self,
        dir: &Dir,
        top: &str,
        listing: &Listing,
        below: &mut Vec<u8>,
    ) -> Result<(), Errno> {
        listing.each::<DENTS>(0, |entry| {
            if self.count == MOST {
                return ControlFlow::Break(());
            }
            let before = below.len();
            below.extend_from_slice(entry.name);
            if entry.is_directory {
                self.below(dir, top, below);
            } else {
                self.count += 1;
                self.bytes.extend_from_slice(below);
                self.bytes.push(0);
                self.names.extend(str::from_utf8(below).ok().map(str::to_owned));
            }
            below.truncate(before);
            ControlFlow::Continue(())
        })
    }

    /// A directory below: one that may not be listed is left out, as the kernel leaves it out of what it shows.
    fn below(&mut self, dir: &Dir, top: &str, below: &mut Vec<u8>) {
        let Ok(name) = str::from_utf8(below) else { return };
        if name.split('/').count() >= DEEPEST {
            return;
        }
        let Ok(listing) = dir.listing(&format!("{top}/{name}")) else { return };
        below.push(b'/');
        // What came before an error stays.
        let _ = self.directory(dir, top, &listing, below);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_net_are_read() {
        for path in ["tcp", "stat/arp_cache", "..x", "x..y"] {
            assert!(stays_below(path), "{path}");
        }
        for path in ["", "/etc/passwd", "../status", "stat/../../fd", "..", "stat//x", "."] {
            assert!(!stays_below(path), "{path}");
        }
    }
}
