//! Loading the programs into the kernel, and attaching them.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use netmonitor_core::sample::Status;
use rustix::io::Errno;

use super::btf::Types;
use super::lister::{Clock, Lister};
use super::maps::update;
use super::object::Object;
use super::roll::Roll;
use super::splice;
use super::why::Why;

/// Where the kernel describes its types.
pub(super) const TYPES: &str = "/sys/kernel/btf/vmlinux";

/// Programs without which nothing is counted: the tracepoints have the same names. Those that tell ends come first: what is
/// counted before its end can be told stays for ever.
const TRACEPOINTS: [&str; 4] =
    ["sched_process_exit", "tcp_destroy_sock", "sock_send_length", "sock_recv_length"];

/// Since when the kernel has the youngest of these tracepoints.
const SINCE: &str = "Linux 6.3";

/// Programs that count while this lives.
pub(super) struct Programs {
    /// More of them can be loaded out of it.
    pub(super) object: Arc<Object>,
    /// What holds them to their places.
    _links: Vec<OwnedFd>,
    pub(super) sockets: OwnedFd,
    pub(super) seen_sockets: OwnedFd,
    pub(super) processes: OwnedFd,
    pub(super) unattributed: OwnedFd,
    /// The process whose sockets are told one by one, and those that it has begun to use.
    pub(super) own_process: OwnedFd,
    pub(super) begun_sockets: OwnedFd,
    /// Lists the sockets of processes, or why it cannot.
    pub(super) lister: Result<Lister, Why>,
    /// Lists processes, or why it cannot.
    pub(super) roll: Result<Roll, Why>,
    /// How many processes were not followed, because there was no room.
    pub(super) unfollowed: OwnedFd,
    /// What is spliced out of streams is counted, and what TCP hands over without a copy.
    pub(super) has_splice: bool,
    /// The end of every socket of IP is noticed, not only of TCP's.
    pub(super) has_release: bool,
    /// Segments that TCP sends again are counted.
    pub(super) has_retransmissions: bool,
    /// Where packets are counted, if that was asked for, or why they are not.
    pub(super) wire: Option<Result<Wire, Why>>,
}

/// Counts of packets.
pub(super) struct Wire {
    pub(super) sockets: OwnedFd,
    /// Those of sockets that there was no room for.
    pub(super) rest: OwnedFd,
}

/// What is wanted beside counting.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    /// Room for so many sockets and so many processes, where that is not what the programs say.
    pub(super) room: Option<(u32, u32)>,
    /// For so many sockets packets are counted.
    pub(super) wire: Option<u32>,
    /// Room for so many bytes of events that wait, where that is not what the programs say.
    pub(super) events: Option<u32>,
    /// A process that is followed, with all that descend from it from now on.
    pub(super) followed: Option<u32>,
}

impl Wanted {
    /// How many entries there are in maps, where that is not what the programs say.
    fn entries(&self) -> Vec<(&'static str, u32)> {
        let wire = self.wire.map(|sockets| ("wire", sockets));
        let mut entries: Vec<_> =
            wire.into_iter().chain(self.events.map(|bytes| ("events", bytes))).collect();
        if let Some((sockets, processes)) = self.room {
            entries.extend([("sockets", sockets), ("seen_sockets", sockets), ("processes", processes)]);
        }
        entries
    }
}

/// Loads and attaches. What is attached counts at once.
pub(super) fn load(types: &Path, wanted: Wanted) -> Result<Programs, Why> {
    may_load()?;
    let types = read_types(types)?;
    let object = Object::new(&types, &wanted.entries(), Clock::of_kernel().globals())?;
    let follow = wanted.followed.map(|pid| follow(&object, pid, &types)).transpose()?;
    let links = TRACEPOINTS.iter().map(|name| object.trace(name, &types, SINCE));
    let mut links: Vec<OwnedFd> = links.collect::<Result<_, Why>>()?;
    let retransmissions = object.trace_at("count_retransmission", "tcp_retransmit_skb", &types, SINCE);
    let has_retransmissions = retransmissions.is_ok();
    links.extend(follow.into_iter().chain(retransmissions));
    let release = release(&object);
    let calls = calls(&object).unwrap_or_default();
    let lister = Lister::load(&object, &types);
    let (has_release, has_splice) = (release.is_ok(), !calls.is_empty());
    links.extend(release.into_iter().chain(calls));
    let wire = wanted.wire.map(|_| {
        wire(&object, &types, &mut links).map_err(|why| match why.status {
            Status::Denied => Why { reason: "it needs CAP_NET_ADMIN".to_owned(), ..why },
            _ => why,
        })
    });
    Ok(Programs {
        sockets: object.map("sockets")?,
        seen_sockets: object.map("seen_sockets")?,
        processes: object.map("processes")?,
        unattributed: object.map("unattributed")?,
        own_process: object.map("own_process")?,
        begun_sockets: object.map("begun_sockets")?,
        lister,
        roll: Roll::load(&object, &types),
        unfollowed: object.map("unfollowed")?,
        has_splice,
        has_release,
        has_retransmissions,
        wire,
        object: Arc::new(object),
        _links: links,
    })
}

/// Loads what lists descriptors, and nothing that counts.
pub(super) fn lister() -> Result<Lister, Why> {
    may_load()?;
    let types = read_types(Path::new(TYPES))?;
    // Maps that nothing is put into are small.
    let wanted = Wanted { room: Some((1, 1)), wire: Some(1), ..Wanted::default() };
    let object = Object::new(&types, &wanted.entries(), Clock::of_kernel().globals())?;
    Lister::load_descriptors(&object, &types)
}

/// Follows a process, and from now on all that are forked by it or by its descendants.
fn follow(object: &Object, pid: u32, types: &Types) -> Result<OwnedFd, Why> {
    update(object.map("followed")?, &pid.to_ne_bytes(), &1_u32.to_ne_bytes())
        .map_err(|errno| Why::refused("following a process", errno))?;
    object.trace_at("follow_fork", "sched_process_fork", types, SINCE)
}

/// What the object needs of the kernel's types.
pub(super) fn read_types(path: &Path) -> Result<Types, Why> {
    let place = path.display();
    let kernel = std::fs::read(path)
        .map_err(|_| Why::missing(format!("this kernel does not describe its types ({place})")))?;
    let types = Object::types(&kernel)?;
    types
        .ok_or_else(|| Why::missing(format!("this kernel describes its types in a way of its own ({place})")))
}

/// Whether it is worth the while to read all the kernel's types.
fn may_load() -> Result<(), Why> {
    const SYS_ADMIN: u64 = 1 << 21;
    const BOTH: u64 = 1 << 38 | 1 << 39;
    let held = crate::caps::effective();
    if held & SYS_ADMIN != 0 || held & BOTH == BOTH { Ok(()) } else { Err(Why::denied()) }
}

/// Attaches to the ends of sockets, at the root of the control groups.
fn release(object: &Object) -> Result<OwnedFd, Why> {
    object.attach_to_group("sock_release", cgroup_root()?)
}

/// Attaches to what goes over the wire, at the root of the control groups.
fn wire(object: &Object, types: &Types, links: &mut Vec<OwnedFd>) -> Result<Wire, Why> {
    let root = cgroup_root()?;
    // What ends sockets comes first: an entry that nothing ends stays.
    let mut attached = vec![object.trace_at("wire_destroyed", "tcp_destroy_sock", types, SINCE)?];
    for name in ["wire_released", "wire_sent", "wire_received"] {
        attached.push(object.attach_to_group(name, &root)?);
    }
    links.extend(attached);
    Ok(Wire { sockets: object.map("wire")?, rest: object.map("wire_rest")? })
}

/// The root of the second version of control groups, wherever it is mounted.
pub(super) fn cgroup_root() -> Result<OwnedFd, Why> {
    let mounts = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
    let place = mounts.split(|&byte| byte == b'\n').find_map(|line| {
        let line = str::from_utf8(line).ok()?;
        let (before, after) = line.split_once(" - ")?;
        let mut words = before.split(' ').skip(3);
        let (root, place) = (words.next()?, words.next()?);
        (after.starts_with("cgroup2 ") && root == "/").then(|| place.to_owned())
    });
    let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::CLOEXEC;
    let place = place.ok_or_else(|| Why::missing("no control groups of version 2 are mounted"))?;
    rustix::fs::open(place, flags, rustix::fs::Mode::empty())
        .map_err(|errno| Why::refused("the root of control groups", errno))
}

/// Attaches to the system calls that receive past the tracepoints of sockets.
fn calls(object: &Object) -> Result<Vec<OwnedFd>, Why> {
    let refused = |errno: Errno| Why::refused("tracefs", errno);
    let tracefs = splice::tracefs().map_err(refused)?;
    // Where a call ends first: one that is under way now has not been seen to begin.
    let names = ["exit_splice", "enter_splice", "exit_getsockopt", "enter_getsockopt"];
    let attach = |name: &str| {
        splice::attach(&tracefs, &format!("syscalls/sys_{name}"), object.load(name, 0)?).map_err(refused)
    };
    names.into_iter().map(attach).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use netmonitor_testkit::need_root;

    use super::*;

    /// Why nothing is counted where the kernel describes its types in this file.
    fn why(types: &Path) -> Why {
        load(types, Wanted::default()).map(drop).unwrap_err()
    }

    #[test]
    fn a_kernel_that_does_not_describe_its_types_is_said() {
        if !need_root() {
            return;
        }
        let why = why(Path::new("/sys/kernel/btf/none"));
        assert_eq!(why.reason, "this kernel does not describe its types (/sys/kernel/btf/none)");
        assert_eq!(why.status, Status::Missing);
    }

    #[test]
    fn types_that_are_not_understood_are_said() {
        if !need_root() {
            return;
        }
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"neither").unwrap();
        let place = file.path().display();
        let sentence = format!("this kernel describes its types in a way of its own ({place})");
        assert_eq!(why(file.path()).reason, sentence);
    }

    /// The kernel's types, with another letter at the end of a name.
    fn without(name: &str) -> tempfile::NamedTempFile {
        let mut types = std::fs::read(TYPES).unwrap();
        let told = format!("\0{name}\0");
        let place = types.windows(told.len()).position(|bytes| bytes == told.as_bytes()).unwrap();
        types[place + told.len() - 2] += 1;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&types).unwrap();
        file
    }

    #[test]
    fn sockets_are_listed_where_the_kernel_makes_no_pointers() {
        if !need_root() {
            return;
        }
        let file = without("bpf_rdonly_cast");
        assert_eq!(read_types(file.path()).unwrap().pointer_to(), None);
        let programs = load(file.path(), Wanted::default()).unwrap();
        assert!(programs.lister.is_ok(), "{:?}", programs.lister);
    }

    #[test]
    fn a_tracepoint_that_the_kernel_has_not_is_said() {
        if !need_root() {
            return;
        }
        for name in TRACEPOINTS {
            let why = why(without(&format!("btf_trace_{name}")).path());
            assert_eq!(why.reason, format!("this kernel has no tracepoint {name}: Linux 6.3 has it"));
            assert_eq!((why.status, &*why.log), (Status::Missing, ""));
        }
    }
}
