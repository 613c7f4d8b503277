//! Who is there: as a program in the kernel tells it, else read out of the tree.
//!
//! Of the tree every process's `stat` is read in each tick. What takes longer, and seldom changes, is looked at when a process
//! is new, and again when it was looked at long ago, for a bounded time in each tick.

use std::collections::{HashMap, HashSet};
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use netmonitor_core::plan::{Counting, Plan};
use netmonitor_core::roll::UNKNOWN;
use netmonitor_core::sample::{Origin, Sink, Status};
use procnet::number::decimal;
use rustix::io::Errno;

use crate::bpf::{Counters, cgroup_root_path};
use crate::clock::boottime;
use crate::dir::{Dir, gone, number};
use crate::reader::{end, status_of, whole};
use crate::stat::{Stat, status_line};
use crate::tree::ProcTree;

/// Nanoseconds of a tick in which more is looked at than `stat`.
const BUDGET: u64 = 20_000_000;

/// Nanoseconds after which a process is looked at again.
const AGE: u64 = 10_000_000_000;

/// Of a process with more descriptors it is not looked at which are sockets.
const DESCRIPTORS: u64 = 4096;

/// Paths of control groups are kept that no process is in any more, until there are so many.
const CGROUPS: usize = 4096;

/// Room for one round of `getdents64`.
const DENTS: usize = 8 * 1024;

/// A `stat`, a `status`, a `cgroup` is shorter.
const CAP: usize = 64 * 1024;

/// Reads who is there.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    known: HashMap<u32, Known>,
    /// Numbers of control groups by their paths.
    cgroups: HashMap<Vec<u8>, u64>,
    /// Lines that tell of new ones.
    news: Vec<u8>,
    bytes: Vec<u8>,
    out: Vec<u8>,
}

/// What is known of a process.
#[derive(Debug, Clone, Copy)]
struct Known {
    start: u64,
    /// When it was looked at; 0: never.
    looked: u64,
    /// In which tick it was there.
    tick: u64,
    uid: u32,
    netns: u32,
    cgroup: u64,
    sockets: u32,
}

impl Roll {
    /// Hands on who is there, where that is wanted.
    pub(crate) fn tick(
        &mut self,
        plan: &Plan,
        tree: &ProcTree,
        counters: &mut Counters,
        sink: &mut dyn Sink,
    ) {
        if !plan.roll {
            return;
        }
        let at = boottime();
        if tree.dir().is_copy() {
            return end(sink, &Origin::Roll, Status::NotAsked, at);
        }
        if counters.roll(sink).is_some() {
            self.known.clear();
            return;
        }
        // One reading is all that there may be.
        let until = if plan.counting == Counting::Off { u64::MAX } else { at + BUDGET };
        self.out.clear();
        let read = self.read(tree, (at, until));
        if !self.news.is_empty() {
            whole(sink, &Origin::Bpf("cgroups".into()), &self.news, at);
            self.news.clear();
        }
        let _ = sink.chunk(&Origin::Roll, &self.out);
        end(sink, &Origin::Roll, read.map_or_else(|errno| status_of(errno, 0), |()| Status::Ok), at);
        self.forget(at);
    }

    fn read(&mut self, tree: &ProcTree, time: (u64, u64)) -> Result<(), Errno> {
        tree.dir().listing(".")?.each::<DENTS>(0, |entry| {
            if let Some((pid, name)) = number(entry.name).zip(str::from_utf8(entry.name).ok())
                && let Ok(dir) = tree.dir().subdir(name)
            {
                self.process(&dir, pid, time);
            }
            ControlFlow::Continue(())
        })
    }

    /// Reads one process, unless it has ended.
    fn process(&mut self, dir: &Dir, pid: u32, (at, until): (u64, u64)) {
        if dir.small("stat", CAP, &mut self.bytes).is_err() {
            return;
        }
        let Some(stat) = Stat::parse(&self.bytes).filter(is_living) else { return };
        let comm = comm_of(&self.bytes);
        let known = self.known.get(&pid).copied().filter(|known| known.start == stat.start_time);
        let mut known = Known { tick: at, ..known.unwrap_or(Known::new(stat.start_time)) };
        let now = boottime();
        if now < until && (known.looked == 0 || now - known.looked > AGE) {
            self.look(dir, &mut known);
            known.looked = now;
        }
        self.known.insert(pid, known);
        let Known { uid, netns, cgroup, sockets, .. } = known;
        let tick = 1_000_000_000 / rustix::param::clock_ticks_per_second().max(1);
        self.out.extend([known.start * tick, cgroup].into_iter().flat_map(u64::to_ne_bytes));
        let numbers = [pid, stat.ppid, uid, netns, sockets, 0];
        self.out.extend(numbers.into_iter().flat_map(u32::to_ne_bytes));
        self.out.extend(comm);
    }

    /// Looks at what takes longer.
    fn look(&mut self, dir: &Dir, known: &mut Known) {
        let bytes = &mut self.bytes;
        if dir.small("status", CAP, bytes).is_ok() {
            let uid = status_line(bytes, "Uid").and_then(|mut words| words.next()?.parse().ok());
            known.uid = uid.unwrap_or(UNKNOWN);
        }
        let mut target = [MaybeUninit::uninit(); 64];
        let link = dir.link("ns/net", &mut target).ok();
        let inode = link.and_then(|link| link.strip_prefix(b"net:[")?.strip_suffix(b"]"));
        known.netns = inode.and_then(decimal).and_then(|inode| inode.try_into().ok()).unwrap_or(0);
        known.sockets = sockets_of(dir).unwrap_or(UNKNOWN);
        if dir.small("cgroup", CAP, bytes).is_ok() {
            let path = bytes.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"0::"));
            let path = path.map(<[u8]>::to_vec);
            known.cgroup = path.map_or(0, |path| self.number_of(path));
        }
    }

    /// The number of a control group, which is told with its path when it is new; 0 where it cannot be seen.
    fn number_of(&mut self, path: Vec<u8>) -> u64 {
        if let Some(number) = self.cgroups.get(&path) {
            return *number;
        }
        let below = PathBuf::from(std::ffi::OsStr::from_bytes(path.strip_prefix(b"/").unwrap_or(&path)));
        let folder = cgroup_root_path().and_then(|root| root.join(below).metadata().ok());
        let number = folder.map_or(0, |folder| folder.ino());
        if number > 0 {
            self.news.extend_from_slice(format!("{number} ").as_bytes());
            self.news.extend_from_slice(&path);
            self.news.push(b'\n');
            self.cgroups.insert(path, number);
        }
        number
    }

    /// Those that were not there in this tick are not known any more.
    fn forget(&mut self, at: u64) {
        self.known.retain(|_, known| known.tick == at);
        if self.cgroups.len() > CGROUPS {
            let used: HashSet<u64> = self.known.values().map(|known| known.cgroup).collect();
            self.cgroups.retain(|_, number| used.contains(number));
        }
    }
}

impl Known {
    const fn new(start: u64) -> Self {
        Self { start, looked: 0, tick: 0, uid: UNKNOWN, netns: 0, cgroup: 0, sockets: UNKNOWN }
    }
}

/// Kernel threads are no processes; one that only waits to be waited for has ended.
fn is_living(stat: &Stat) -> bool {
    !stat.is_kernel_thread() && (!stat.is_dead() || stat.num_threads > 1)
}

/// The name in a `stat`, as the kernel keeps it.
fn comm_of(stat: &[u8]) -> [u8; 16] {
    let begin = stat.iter().position(|&byte| byte == b'(').map_or(0, |place| place + 1);
    let end = stat.iter().rposition(|&byte| byte == b')').unwrap_or(begin);
    let name = stat.get(begin..end).unwrap_or_default();
    let mut comm = [0; 16];
    let length = name.len().min(15);
    comm[..length].copy_from_slice(&name[..length]);
    comm
}

/// How many of a process's descriptors are sockets; `None` where that may not be seen, or they are very many.
fn sockets_of(dir: &Dir) -> Option<u32> {
    if dir.size("fd").ok()? > DESCRIPTORS {
        return None;
    }
    let listing = dir.listing("fd").ok()?;
    let (mut seen, mut sockets, mut is_seen) = (0, 0, true);
    let listed = listing.each::<DENTS>(0, |entry| {
        let mut target = [MaybeUninit::uninit(); 16];
        match listing.link(entry.name, &mut target) {
            Ok(target) => sockets += u32::from(target.starts_with(b"socket:[")),
            // It was closed since.
            Err(errno) if gone(errno) => {}
            Err(_) => is_seen = false,
        }
        seen += 1;
        is_seen &= seen <= DESCRIPTORS;
        if is_seen { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (listed.is_ok() && is_seen).then_some(sockets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_stands_between_the_outermost_parentheses() {
        for (stat, name) in [
            (&b"42 (sh) S 1"[..], &b"sh"[..]),
            (b"42 (a) (b) S 1", b"a) (b"),
            (b"42 (more than fifteen letters) S 1", b"more than fifte"),
            (b"42", b""),
            (b")(", b""),
        ] {
            let comm = comm_of(stat);
            assert_eq!(&comm[..name.len()], name);
            assert!(comm[name.len()..].iter().all(|&byte| byte == 0));
        }
    }
}
