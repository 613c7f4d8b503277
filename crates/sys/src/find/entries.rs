//! The processes of a tree, one after another: what all searches need to know of each.

use std::ops::ControlFlow;

use rustix::io::Errno;

use crate::dir::{Dir, denied, gone, number};
use crate::stat::Stat;
use crate::target::TargetError;
use crate::threads::live_thread;
use crate::tree::{Kind, ProcTree};

/// More than any `stat` line.
const STAT: usize = 4096;

/// Longer than any name.
const COMM: usize = 256;

/// A process that lives, or that a copy holds.
#[derive(Debug)]
pub(super) struct Entry<'d> {
    pub(super) dir: &'d Dir,
    pub(super) pid: u32,
    /// Of a copy it may be missing.
    pub(super) stat: Option<Stat>,
    /// Its name; empty where nothing tells it.
    pub(super) name: &'d [u8],
}

impl Entry<'_> {
    /// When it began; 0 where that is not known.
    pub(super) fn start_time(&self) -> u64 {
        self.stat.map_or(0, |stat| stat.start_time)
    }

    /// Its parent; 0 where there is none that the tree shows.
    pub(super) fn parent(&self) -> u32 {
        self.stat.map_or(0, |stat| stat.ppid)
    }
}

/// Calls `look` for every process of the tree but this one; how many there were.
pub(super) fn each(tree: &ProcTree, mut look: impl FnMut(&Entry<'_>)) -> Result<u64, TargetError> {
    let failed = |errno: Errno| TargetError::Io { path: tree.path().to_owned(), source: errno.into() };
    let own = own_pid(tree);
    let mut pids = Vec::new();
    let listing = tree.dir().listing(".").map_err(failed)?;
    let push = |pid| {
        pids.push(pid);
        ControlFlow::Continue(())
    };
    listing.numbers(push).map_err(failed)?;
    let (mut searched, mut bytes) = (0, Vec::new());
    for pid in pids.into_iter().filter(|pid| Some(*pid) != own) {
        // One that has ended since, or that is hidden in the listing's own way.
        let Ok(dir) = tree.dir().subdir(&pid.to_string()) else { continue };
        if let Some(entry) = entry(&dir, pid, &mut bytes) {
            searched += 1;
            look(&entry);
        }
    }
    Ok(searched)
}

/// What is known of one process; `None` if it has ended.
pub(super) fn entry<'d>(dir: &'d Dir, pid: u32, bytes: &'d mut Vec<u8>) -> Option<Entry<'d>> {
    let stat = match dir.small("stat", STAT, bytes) {
        Ok(()) => Stat::parse(bytes),
        Err(errno) if (gone(errno) || denied(errno)) && dir.is_copy() => None,
        Err(_) => return None,
    };
    if stat.is_some_and(|stat| stat.is_dead()) && live_thread(dir, None).ok().flatten().is_none() {
        return None;
    }
    let name = match stat {
        Some(_) => name(bytes).unwrap_or_default(),
        None => {
            let _ = dir.small("comm", COMM, bytes);
            bytes.strip_suffix(b"\n").unwrap_or(bytes)
        }
    };
    Some(Entry { dir, pid, stat, name })
}

/// The second field of `stat`, which may hold blanks and parentheses itself.
fn name(stat: &[u8]) -> Option<&[u8]> {
    let begin = stat.iter().position(|&byte| byte == b'(')? + 1;
    let end = stat.iter().rposition(|&byte| byte == b')')?;
    stat.get(begin..end)
}

/// This process, by the number that it has in the tree.
fn own_pid(tree: &ProcTree) -> Option<u32> {
    match tree.kind() {
        Kind::Live { ours: true } => Some(std::process::id()),
        // Empty in the procfs of a PID namespace in which this process is not.
        Kind::Live { ours: false } => {
            number(tree.dir().link("self", &mut [std::mem::MaybeUninit::uninit(); 32]).ok()?)
        }
        Kind::Copy => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_the_outer_parentheses_hold() {
        assert_eq!(name(b"7 (sh) S 1"), Some(&b"sh"[..]));
        assert_eq!(name(b"7 (a) (b)) S 1"), Some(&b"a) (b)"[..]));
        assert_eq!(name(b"7 () S 1"), Some(&b""[..]));
        assert_eq!(name(b"7 )( S"), None);
        assert_eq!(name(b""), None);
    }

    #[test]
    fn this_process_is_not_among_them() {
        let tree = ProcTree::open("/proc".as_ref()).unwrap();
        let (mut seen, mut parent) = (Vec::new(), None);
        let searched = each(&tree, |entry| {
            seen.push(entry.pid);
            if entry.pid == std::os::unix::process::parent_id() {
                parent = Some((entry.name.to_vec(), entry.parent(), entry.start_time()));
            }
        })
        .unwrap();
        assert_eq!(searched, seen.len() as u64);
        assert!(!seen.contains(&std::process::id()));
        let (name, above, began) = parent.expect("the process that started this one");
        assert!(!name.is_empty() && above > 0 && began > 0);
    }
}
