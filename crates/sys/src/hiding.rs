//! Whether a tree may leave processes out, so that nobody can be said to have looked at all.

use std::os::unix::ffi::OsStrExt;

use netmonitor_core::owners::may_trace;
use rustix::process::{getegid, getgroups};

use crate::dir::Dir;
use crate::stat::status_line;
use crate::threads::read_stat;

/// The first PID namespace and the first user namespace (`PROC_PID_INIT_INO` and `PROC_USER_INIT_INO` of
/// `include/linux/proc_ns.h`).
const FIRST_PIDS: &[u8] = b"pid:[4026531836]";
const FIRST_USERS: &[u8] = b"user:[4026531837]";

/// Longer than the text of a namespace's link.
const LINK: usize = 64;

/// Longest `status` or `fdinfo` that is read.
const SHORT: usize = 64 * 1024;

/// Longest list of mounts that is read.
const MOUNTS: usize = 16 * 1024 * 1024;

/// Whether a live tree may leave processes out.
pub(crate) fn hides(dir: &Dir, ours: bool) -> bool {
    below_the_first(dir, ours) || hides_processes(dir)
}

/// A live tree leaves processes of its own PID namespace out.
pub(crate) fn hides_processes(dir: &Dir) -> bool {
    !sees_all(dir) && hidden_from_us(dir)
}

/// Whether this process is in the first user namespace: elsewhere its capabilities count there alone.
pub(crate) fn in_first_user_namespace() -> bool {
    std::fs::read_link("/proc/self/ns/user").is_ok_and(|link| link.as_os_str().as_bytes() == FIRST_USERS)
}

/// The tree belongs to a PID namespace that is not the first.
pub(crate) fn below_the_first(dir: &Dir, ours: bool) -> bool {
    if ours {
        return !is_link(dir, "self/ns/pid", FIRST_PIDS);
    }
    // Kernel threads are in the first only, where kthreadd is the second process.
    !read_stat(dir, "2/stat", &mut Vec::new()).is_ok_and(|stat| stat.is_kernel_thread())
}

/// This process may look at every other.
fn sees_all(dir: &Dir) -> bool {
    let mut status = Vec::new();
    let _ = dir.small("self/status", SHORT, &mut status);
    let capable = status.split(|&byte| byte == b'\n').any(|line| may_trace(line) == Some(true));
    // Elsewhere a capability is one over the own user namespace alone.
    capable && is_link(dir, "self/ns/user", FIRST_USERS)
}

/// The tree's mount hides the processes of others from this one; also where that cannot be found out.
fn hidden_from_us(dir: &Dir) -> bool {
    let (mut info, mut mounts) = (Vec::new(), Vec::new());
    if let Some(descriptor) = dir.descriptor() {
        let _ = dir.small(&format!("self/fdinfo/{descriptor}"), SHORT, &mut info);
    }
    let _ = dir.small("self/mountinfo", MOUNTS, &mut mounts);
    let id = status_line(&info, "mnt_id").and_then(|mut words| words.next()?.parse().ok());
    let options = id.and_then(|id| super_options(&mounts, id));
    let member = |gid: u32| {
        getegid().as_raw() == gid || getgroups().is_ok_and(|all| all.iter().any(|own| own.as_raw() == gid))
    };
    options.is_none_or(|options| leaves_out(options, member))
}

/// What a mount's file system was mounted with: the last word of its line. The mount's number is the first.
fn super_options(mountinfo: &[u8], id: u64) -> Option<&str> {
    let id = id.to_string();
    mountinfo.split(|&byte| byte == b'\n').find_map(|line| {
        let mut words = line.split(|&byte| byte == b' ');
        let last = (words.next()? == id.as_bytes()).then(|| words.next_back())??;
        str::from_utf8(last).ok()
    })
}

/// Whether procfs with these options leaves out the processes of others. With `noaccess` (1) it shows that
/// they are there; with `invisible` (2) members of its group see them; with `ptraceable` (4) nobody does.
/// Kernels before 5.8 print numbers.
fn leaves_out(options: &str, member: impl Fn(u32) -> bool) -> bool {
    let option = |name| options.split(',').find_map(|option| option.strip_prefix(name));
    match option("hidepid=") {
        None | Some("0" | "off" | "1" | "noaccess") => false,
        // Without the option it is group 0.
        Some("2" | "invisible") => !option("gid=").unwrap_or("0").parse().is_ok_and(member),
        Some(_) => true,
    }
}

fn is_link(dir: &Dir, path: &str, target: &[u8]) -> bool {
    dir.link(path, &mut [std::mem::MaybeUninit::uninit(); LINK]) == Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kthreadd_tells_the_first_namespace_as_well_as_its_number_does() {
        let tree = crate::tree::ProcTree::open("/proc".as_ref()).unwrap();
        assert!(tree.is_ours());
        assert_eq!(below_the_first(tree.dir(), false), below_the_first(tree.dir(), true));
        assert!(below_the_first(&tree.dir().subdir("sys").unwrap(), false));
    }

    #[test]
    fn the_options_are_those_of_the_mount_with_the_number() {
        let mountinfo = b"22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw\n\
            122 27 0:22 / /a\\040- rw - proc proc rw,hidepid=invisible\n\
            \n\
            23 22 0:21 / /\xff rw - proc 22 rw,gid=7\n";
        assert_eq!(super_options(mountinfo, 22), Some("rw"));
        assert_eq!(super_options(mountinfo, 122), Some("rw,hidepid=invisible"));
        assert_eq!(super_options(mountinfo, 23), Some("rw,gid=7"));
        assert_eq!(super_options(mountinfo, 2), None);
        assert_eq!(super_options(b"", 22), None);
    }

    #[test]
    fn who_is_left_out_depends_on_hidepid_and_the_group() {
        for (options, nobody, group_0, group_7) in [
            ("rw", false, false, false),
            ("rw,hidepid=0", false, false, false),
            ("rw,gid=7,hidepid=1", false, false, false),
            ("rw,hidepid=noaccess", false, false, false),
            ("rw,hidepid=2", true, false, true),
            ("rw,gid=7,hidepid=invisible", true, true, false),
            ("rw,gid=7,hidepid=ptraceable", true, true, true),
            ("rw,gid=7,hidepid=4", true, true, true),
        ] {
            let of = |group: Option<u32>| leaves_out(options, |gid| group == Some(gid));
            assert_eq!([of(None), of(Some(0)), of(Some(7))], [nobody, group_0, group_7], "{options}");
        }
    }
}
