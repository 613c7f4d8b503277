//! Who is in the target's control group, or in one below it.
//!
//! Where the second version's hierarchy is mounted its own list is read, which costs by the group; else every
//! process is asked which group it is in.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::dir::Dir;
use crate::tree::ProcTree;

/// Longer than a `cgroup` file.
const CAP: usize = 64 * 1024;

/// Groups below the target's that are looked into.
const MOST_GROUPS: usize = 4096;

/// The processes that share the control group of a process, itself included.
pub(crate) fn members(tree: &ProcTree, target: &Dir) -> Result<Vec<u32>, Errno> {
    let mut bytes = Vec::new();
    target.small("cgroup", CAP, &mut bytes)?;
    let (hierarchy, path) = group(&bytes).ok_or(Errno::NOENT)?;
    if hierarchy == "0"
        && tree.is_ours()
        && let Some(listed) = mounted(path).and_then(|folder| listed(&folder))
    {
        return Ok(listed);
    }
    let (hierarchy, path) = (hierarchy.to_owned(), path.to_owned());
    let mut found = Vec::new();
    let listing = tree.dir().listing(".")?;
    listing.numbers(|pid| {
        let is_in = tree.dir().small(&format!("{pid}/cgroup"), CAP, &mut bytes).is_ok()
            && of(&bytes, &hierarchy).is_some_and(|other| is_below(other, &path));
        if is_in {
            found.push(pid);
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// The group that says most about a process: of the second version's hierarchy, or where it is in its root the
/// one of systemd.
fn group(bytes: &[u8]) -> Option<(&str, &str)> {
    let text = str::from_utf8(bytes).ok()?;
    let lines = || {
        text.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':');
            Some((parts.next()?, parts.next()?, parts.next()?))
        })
    };
    let unified = lines().find(|(hierarchy, ..)| *hierarchy == "0");
    let systemd = lines().find(|(_, controllers, path)| *controllers == "name=systemd" && *path != "/");
    let chosen = match unified {
        Some((.., "/")) | None => systemd.or(unified).or_else(|| lines().next()),
        unified => unified,
    };
    chosen.map(|(hierarchy, _, path)| (hierarchy, path))
}

/// The group of a process in a hierarchy.
fn of<'b>(bytes: &'b [u8], hierarchy: &str) -> Option<&'b str> {
    let text = str::from_utf8(bytes).ok()?;
    text.lines().find_map(|line| {
        let (number, rest) = line.split_once(':')?;
        (number == hierarchy).then(|| rest.split_once(':').map(|(_, path)| path)).flatten()
    })
}

fn is_below(path: &str, top: &str) -> bool {
    let top = top.trim_end_matches('/');
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where a group of the second version's hierarchy is mounted.
fn mounted(path: &str) -> Option<PathBuf> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut words = before.split(' ');
        let (root, point) = (words.nth(3)?, words.next()?);
        let kind = after.split(' ').next()?;
        let below = path.strip_prefix(root.trim_end_matches('/'))?;
        (kind == "cgroup2").then(|| Path::new(point).join(below.trim_start_matches('/')))
    })
}

/// The processes of a group and of those below it.
fn listed(folder: &Path) -> Option<Vec<u32>> {
    let (mut found, mut left, mut seen) = (Vec::new(), vec![folder.to_owned()], 0);
    while let Some(folder) = left.pop() {
        let text = match std::fs::read_to_string(folder.join("cgroup.procs")) {
            Ok(text) => text,
            // A group of threads lists none; one that has gone has none.
            Err(_) if seen > 0 => continue,
            Err(_) => return None,
        };
        seen += 1;
        // A process outside of this PID namespace is listed as 0.
        found.extend(text.lines().filter_map(|line| line.parse::<u32>().ok()).filter(|pid| *pid != 0));
        let below = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let folders = below.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        left.extend(folders.map(|entry| entry.path()).take(MOST_GROUPS.saturating_sub(seen + left.len())));
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_the_one_that_says_most() {
        assert_eq!(group(b"0::/system.slice/nginx.service\n"), Some(("0", "/system.slice/nginx.service")));
        let hybrid = b"9:name=systemd:/user.slice\n4:memory:/x\n0::/\n";
        assert_eq!(group(hybrid), Some(("9", "/user.slice")));
        assert_eq!(group(b"4:memory:/\n0::/\n"), Some(("0", "/")));
        assert_eq!(group(b"4:memory:/x\n"), Some(("4", "/x")));
        assert_eq!((group(b""), group(b"\xff:")), (None, None));
        assert_eq!(of(hybrid, "4"), Some("/x"));
    }

    #[test]
    fn what_is_below_a_group() {
        assert!(is_below("/a/b", "/a/b") && is_below("/a/b/c", "/a/b") && is_below("/x", "/"));
        assert!(!is_below("/a/bc", "/a/b") && !is_below("/a", "/a/b"));
    }
}
