//! Where in a captured directory or archive the proc tree is.

use std::ops::ControlFlow;

use netmonitor_core::sample::Endian;

use crate::dir::Dir;

/// The most directories that are looked into.
const MOST: usize = 1 << 16;

/// How deep: bundles have it in the second or third.
const DEEPEST: usize = 8;

/// As many processes' files are searched for an address that tells the byte order, each as far as that.
const LOOKED_AT: usize = 64;
const BEGINNING: usize = 256 << 10;

/// What was found.
pub(crate) enum Found {
    /// One tree.
    One(Dir),
    /// None.
    Nothing,
    /// Several: their paths.
    Several(Vec<String>),
}

/// Searches the tree: the directory itself, else what is called `proc` below it, else one of its directories.
pub(crate) fn find(top: Dir) -> Found {
    if is_proc(&top) {
        return Found::One(top);
    }
    let mut paths = called_proc(&top);
    if paths.is_empty() {
        paths = directories(&top, ".").into_iter().filter(|path| is_proc_at(&top, path)).collect();
    }
    match &*paths {
        [] => Found::Nothing,
        [path] => top.subdir(path).map_or(Found::Nothing, Found::One),
        _ => Found::Several(paths),
    }
}

/// It has the files of a network namespace, or a process.
fn is_proc(dir: &Dir) -> bool {
    let mut found = false;
    if let Ok(net) = dir.listing("net") {
        // Other things are called net, too.
        let _ = net.each::<{ 16 << 10 }>(0, |entry| {
            found = str::from_utf8(entry.name).is_ok_and(|name| procnet::proc::find(name).is_some());
            if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }
    if found {
        return true;
    }
    let Ok(listing) = dir.listing(".") else { return false };
    // What came before an error is enough.
    let _ = listing.numbers(|pid| {
        found = is_process(dir, pid);
        if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}

/// A directory that is called by a number is a process's.
pub(crate) fn is_process(dir: &Dir, pid: u32) -> bool {
    dir.listing(&format!("{pid}/net")).is_ok() || dir.file_at_once(&format!("{pid}/stat")).is_ok()
}

fn is_proc_at(top: &Dir, path: &str) -> bool {
    top.subdir(path).is_ok_and(|dir| is_proc(&dir))
}

/// Byte order of the machine, if a socket at 127.0.0.1 tells it: files have the bytes of such addresses as a number.
/// Backwards it is 1.0.0.127, where nobody listens.
pub(crate) fn endian(dir: &Dir) -> Option<Endian> {
    let mut bytes = Vec::new();
    let mut pids = vec![String::new()];
    if let Ok(listing) = dir.listing(".") {
        let _ = listing.numbers(|pid| {
            pids.push(format!("{pid}/"));
            if pids.len() > LOOKED_AT { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }
    let paths = pids.iter().flat_map(|pid| ["tcp", "udp"].map(|file| format!("{pid}net/{file}")));
    for path in paths {
        if dir.small(&path, BEGINNING, &mut bytes).is_err() {
            continue;
        }
        let has = |address: &str| memchr::memmem::find(&bytes, address.as_bytes()).is_some();
        match (has(" 0100007F:"), has(" 7F000001:")) {
            (true, false) => return Some(Endian::Little),
            (false, true) => return Some(Endian::Big),
            _ => {}
        }
    }
    None
}

/// Paths of directories that are called `proc` and are proc trees, the nearest first.
fn called_proc(top: &Dir) -> Vec<String> {
    let (mut found, mut level, mut looked) = (Vec::new(), vec![".".to_owned()], 0);
    for _ in 0..DEEPEST {
        let mut below = Vec::new();
        for path in &level {
            looked += 1;
            if looked > MOST {
                return found;
            }
            for path in directories(top, path) {
                match path.rsplit('/').next() {
                    Some("proc") if is_proc_at(top, &path) => found.push(path),
                    _ => below.push(path),
                }
            }
        }
        level = below;
    }
    found
}

/// Paths of the directories in one, in order; links to them are none. Others than those of text have no tree.
fn directories(top: &Dir, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(listing) = top.listing(path) {
        let _ = listing.each::<{ 16 << 10 }>(0, |entry| {
            if let (true, Ok(name)) = (entry.is_directory, str::from_utf8(entry.name)) {
                found.push(if path == "." { name.to_owned() } else { format!("{path}/{name}") });
            }
            ControlFlow::Continue(())
        });
    }
    found.sort_unstable();
    found
}
