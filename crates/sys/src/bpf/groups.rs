//! Paths of control groups by their numbers, as programs in the kernel tell them: what a group is called is looked up while
//! it is there, and kept while a process is told of that was in it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::DirEntryExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::load;

/// `FILEID_KERNFS` (include/linux/exportfs.h): the handle is the number.
const FILEID_KERNFS: i32 = 0xfe;

/// Groups that are looked through where a number alone opens none.
const MOST: usize = 16_384;

/// `struct file_handle` with the handle of a group.
#[repr(C)]
struct Handle {
    bytes: u32,
    kind: i32,
    number: [u8; 8],
}

/// What groups are called.
#[derive(Debug, Default)]
pub(super) struct Groups {
    root: Option<(OwnedFd, PathBuf)>,
    /// Those that were looked up; `None`: it was gone.
    known: HashMap<u64, Option<Vec<u8>>>,
    seen: HashSet<u64>,
}

/// Where the second version of control groups is mounted.
pub(crate) fn cgroup_root_path() -> Option<PathBuf> {
    path_of(&load::cgroup_root().ok()?).ok()
}

impl Groups {
    /// A process is in this group; 0: nobody knows in which.
    pub(super) fn saw(&mut self, number: u64) {
        if number > 0 {
            self.seen.insert(number);
        }
    }

    /// Looks up those that are new, and gives them in lines `NUMBER PATH`.
    pub(super) fn news(&mut self) -> Vec<u8> {
        let Self { known, seen, .. } = self;
        known.retain(|number, _| seen.contains(number));
        let new: Vec<u64> = seen.drain().filter(|number| !known.contains_key(number)).collect();
        let mut lines = Vec::new();
        if new.is_empty() {
            return lines;
        }
        let found = self.look_up(&new).unwrap_or_default();
        for number in new {
            let path = found.get(&number).cloned();
            if let Some(path) = &path {
                lines.extend_from_slice(format!("{number} ").as_bytes());
                lines.extend_from_slice(path);
                lines.push(b'\n');
            }
            self.known.insert(number, path);
        }
        lines
    }

    fn look_up(&mut self, numbers: &[u64]) -> io::Result<HashMap<u64, Vec<u8>>> {
        if self.root.is_none() {
            let root = load::cgroup_root().map_err(|_| io::ErrorKind::NotFound)?;
            let path = path_of(&root)?;
            self.root = Some((root, path));
        }
        let Some((root, path)) = &self.root else { return Ok(HashMap::new()) };
        let mut found = HashMap::new();
        for number in numbers {
            match open(root, *number) {
                Ok(group) => {
                    if let Some(below) = below(&path_of(&group)?, path) {
                        found.insert(*number, below);
                    }
                }
                Err(Errno::PERM | Errno::NOSYS | Errno::OPNOTSUPP) => return Ok(walk(path, numbers)),
                // It is gone.
                Err(_) => {}
            }
        }
        Ok(found)
    }
}

/// Opens a group by its number. Needs CAP_DAC_READ_SEARCH.
fn open(root: &OwnedFd, number: u64) -> Result<OwnedFd, Errno> {
    let mut handle = Handle { bytes: 8, kind: FILEID_KERNFS, number: number.to_ne_bytes() };
    let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: the handle has as many bytes as it says.
    let group = unsafe {
        libc::syscall(
            libc::SYS_open_by_handle_at,
            root.as_fd().as_raw_fd(),
            (&raw mut handle).cast::<libc::c_void>(),
            flags,
        )
    };
    match i32::try_from(group) {
        // SAFETY: the descriptor is new, and nobody else's.
        Ok(group) if group >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(group) }),
        _ => {
            let errno = io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO);
            Err(Errno::from_raw_os_error(errno))
        }
    }
}

fn path_of(dir: &OwnedFd) -> io::Result<PathBuf> {
    fs::read_link(format!("/proc/self/fd/{}", dir.as_raw_fd()))
}

/// The path of a group below the root.
fn below(path: &Path, root: &Path) -> Option<Vec<u8>> {
    let below = path.strip_prefix(root).ok()?;
    Some([b"/", below.as_os_str().as_bytes()].concat())
}

/// Looks through the hierarchy.
fn walk(root: &Path, numbers: &[u64]) -> HashMap<u64, Vec<u8>> {
    use std::os::unix::fs::MetadataExt;
    let mut found = HashMap::new();
    let is_wanted = |number: &u64| numbers.contains(number);
    if let Some(number) = fs::metadata(root).ok().map(|root| root.ino()).filter(is_wanted) {
        found.insert(number, b"/".to_vec());
    }
    let (mut left, mut seen) = (vec![PathBuf::new()], 0);
    while let Some(folder) = left.pop() {
        let entries = fs::read_dir(root.join(&folder)).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            let path = folder.join(entry.file_name());
            if is_wanted(&entry.ino()) {
                let path = path.clone().into_os_string().into_vec();
                found.insert(entry.ino(), [b"/", &*path].concat());
            }
            seen += 1;
            left.push(path);
        }
        if found.len() == numbers.len() || seen >= MOST {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_called_by_both_ways_what_it_is() {
        use std::os::unix::fs::MetadataExt;
        let Some(root) = cgroup_root_path() else {
            eprintln!("skipped: no hierarchy of the second version is mounted");
            return;
        };
        let name = format!("netmonitor-test-{}", std::process::id());
        let group = root.join(&name).join("below");
        if let Err(error) = fs::create_dir_all(&group) {
            eprintln!("skipped: no control group can be made: {error}");
            return;
        }
        let (top, number) = (fs::metadata(&root).unwrap().ino(), fs::metadata(&group).unwrap().ino());
        let walked = walk(&root, &[number, top, 1 << 60]);
        let mut groups = Groups::default();
        [number, top, 1 << 60].into_iter().for_each(|number| groups.saw(number));
        let told = String::from_utf8(groups.news()).unwrap();
        // What is known is not told again while it is seen.
        groups.saw(number);
        let again = groups.news();
        fs::remove_dir(&group).unwrap();
        fs::remove_dir(root.join(&name)).unwrap();
        let path = format!("/{name}/below");
        assert_eq!(walked, [(number, path.clone().into_bytes()), (top, b"/".to_vec())].into());
        let mut lines: Vec<&str> = told.lines().collect();
        lines.sort_unstable();
        let mut wanted = [format!("{number} {path}"), format!("{top} /")];
        wanted.sort_unstable();
        assert_eq!(lines, wanted);
        assert!(again.is_empty());
    }
}
