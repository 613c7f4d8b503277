//! Threads of a process: which of them live.

use std::ops::ControlFlow;

use rustix::io::Errno;

use crate::dir::Dir;
use crate::stat::Stat;

/// More than any `stat` line.
const STAT_LEN: usize = 4096;

/// Reads and parses a `stat` file. What cannot be parsed is an I/O error of the file.
pub(crate) fn read_stat(dir: &Dir, path: &str, bytes: &mut Vec<u8>) -> Result<Stat, Errno> {
    dir.small(path, STAT_LEN, bytes)?;
    // A process that ends between open and read can leave an empty file.
    if bytes.is_empty() && !dir.is_copy() {
        return Err(Errno::SRCH);
    }
    Stat::parse(bytes).ok_or(Errno::IO)
}

/// A thread of the process that is not dead: `keep` if it still lives, else the first that is found.
///
/// The kernel answers for a thread group through its leader; when the leader has exited and others go on,
/// `net`, `fd` and `ns` of the group are empty or refuse, and a live thread's must be read.
pub(crate) fn live_thread(dir: &Dir, keep: Option<u32>) -> Result<Option<u32>, Errno> {
    let mut path = String::new();
    let mut bytes = Vec::new();
    let mut lives = |tid: u32| {
        stat_path(&mut path, tid);
        read_stat(dir, &path, &mut bytes).is_ok_and(|stat| !stat.is_dead())
    };
    if let Some(tid) = keep.filter(|&tid| lives(tid)) {
        return Ok(Some(tid));
    }
    let mut found = None;
    dir.listing("task")?.numbers(|tid| {
        if lives(tid) {
            found = Some(tid);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

fn stat_path(path: &mut String, tid: u32) {
    use std::fmt::Write;
    path.clear();
    let _ = write!(path, "task/{tid}/stat");
}

/// Whether any thread of the process lives. `None`: it could not be found out.
pub(crate) fn process_lives(dir: &Dir, bytes: &mut Vec<u8>) -> Option<bool> {
    match read_stat(dir, "stat", bytes) {
        Ok(stat) if stat.is_dead() => match live_thread(dir, None) {
            Ok(thread) => Some(thread.is_some()),
            Err(errno) => crate::dir::gone(errno).then_some(false),
        },
        Ok(_) => Some(true),
        Err(errno) => crate::dir::gone(errno).then_some(false),
    }
}
