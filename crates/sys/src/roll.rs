//! Who is there: as a program in the kernel tells it, else read out of the tree.
//!
//! Of the tree only the list of directories is read in each tick. The kernel gives the directory of a process a number that that
//! of a later process with the same PID does not have, so processes that are new are told by it. What a process is, is read when
//! it is new, and again when that was read long ago, for a bounded time in each tick.

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

/// Nanoseconds of a tick in which processes are looked at again.
const BUDGET: u64 = 15_000_000;

/// Nanoseconds after which `stat` is read again: a process may have executed another file, or lost its parent.
const STAT_AGE: u64 = 3_000_000_000;

/// Nanoseconds after which the rest is looked at again, which takes longer and seldom changes.
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
    /// The first process that there was no time for in the last tick; 0: there was time for all.
    next: u32,
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
    /// The number of its directory.
    inode: u64,
    /// It is one that is told: no thread of the kernel's, and it has not ended.
    is_living: bool,
    start: u64,
    ppid: u32,
    comm: [u8; 16],
    /// When its `stat` was read.
    read: u64,
    /// When the rest was looked at; 0: never.
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
        let read = self.read(tree.dir(), (at, until));
        if !self.news.is_empty() {
            whole(sink, &Origin::Bpf("cgroups".into()), &self.news, at);
            self.news.clear();
        }
        let _ = sink.chunk(&Origin::Roll, &self.out);
        end(sink, &Origin::Roll, read.map_or_else(|errno| status_of(errno, 0), |()| Status::Ok), at);
        self.forget(at);
    }

    /// Until when those that are known already may be looked at again.
    fn read(&mut self, dir: &Dir, (at, until): (u64, u64)) -> Result<(), Errno> {
        let first = std::mem::take(&mut self.next);
        dir.listing(".")?.each::<DENTS>(0, |entry| {
            let Some(pid) = number(entry.name) else { return ControlFlow::Continue(()) };
            let known = self.known.get(&pid).filter(|known| known.inode == entry.inode).copied();
            let is_due = |known: Known| known.is_due(at) && pid >= first;
            let known = match known {
                Some(known) if !is_due(known) => Some(known),
                Some(known) if boottime() >= until => {
                    // The next tick goes on here.
                    if self.next == 0 {
                        self.next = pid;
                    }
                    Some(known)
                }
                known => self.process(dir, entry.name, known.unwrap_or(Known::new(entry.inode)), (at, until)),
            };
            if let Some(known) = known {
                self.known.insert(pid, Known { tick: at, ..known });
                self.tell(pid, known);
            }
            ControlFlow::Continue(())
        })
    }

    /// Reads one process, unless it has ended.
    fn process(&mut self, tree: &Dir, name: &[u8], known: Known, (at, until): (u64, u64)) -> Option<Known> {
        let dir = tree.subdir(str::from_utf8(name).ok()?).ok()?;
        dir.small("stat", CAP, &mut self.bytes).ok()?;
        let stat = Stat::parse(&self.bytes)?;
        let known = if known.start == stat.start_time { known } else { Known::new(known.inode) };
        let mut known = Known {
            is_living: is_living(&stat),
            start: stat.start_time,
            ppid: stat.ppid,
            comm: comm_of(&self.bytes),
            read: at,
            ..known
        };
        if known.is_living
            && (known.looked == 0 || at.saturating_sub(known.looked) > AGE)
            && boottime() < until
        {
            self.look(&dir, &mut known);
            known.looked = at;
        }
        Some(known)
    }

    fn tell(&mut self, pid: u32, known: Known) {
        let Known { is_living, start, ppid, comm, uid, netns, cgroup, sockets, .. } = known;
        if !is_living {
            return;
        }
        let tick = 1_000_000_000 / rustix::param::clock_ticks_per_second().max(1);
        self.out.extend([start * tick, cgroup].into_iter().flat_map(u64::to_ne_bytes));
        self.out.extend([pid, ppid, uid, netns, sockets, 0].into_iter().flat_map(u32::to_ne_bytes));
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
    const fn new(inode: u64) -> Self {
        Self {
            inode,
            is_living: false,
            start: 0,
            ppid: 0,
            comm: [0; 16],
            read: 0,
            looked: 0,
            tick: 0,
            uid: UNKNOWN,
            netns: 0,
            cgroup: 0,
            sockets: UNKNOWN,
        }
    }

    /// It is to be looked at again, or there was no time to look at it when it was new. A thread of the kernel's may become a
    /// process.
    fn is_due(&self, at: u64) -> bool {
        let age = if self.is_living { STAT_AGE } else { AGE };
        at.saturating_sub(self.read) > age || self.is_living && self.looked == 0
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

    /// A tree with one process of this name in a directory of its own.
    fn process(tree: &std::path::Path, directory: &str, name: &str) {
        let path = tree.join(directory);
        std::fs::create_dir(&path).unwrap();
        let stat = format!("42 ({name}) S 7 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 123456 1000 5\n");
        std::fs::write(path.join("stat"), stat).unwrap();
        std::fs::write(path.join("status"), "Name:\tx\nUid:\t5\t5\t5\t5\n").unwrap();
    }

    /// What is told at this moment, as PID and name, with so many nanoseconds of time for what is known.
    fn told(roll: &mut Roll, tree: &std::path::Path, at: u64, time: u64) -> Vec<(u32, String)> {
        let fd = rustix::fs::open(tree, rustix::fs::OFlags::PATH, rustix::fs::Mode::empty()).unwrap();
        roll.out.clear();
        roll.read(&Dir::new(fd, false), (at, boottime() + time)).unwrap();
        roll.forget(at);
        let pid = |record: &[u8]| u32::from_ne_bytes(*record[16..].first_chunk().unwrap());
        let name = |record: &[u8]| String::from_utf8_lossy(&record[40..]).trim_end_matches('\0').to_owned();
        let mut told: Vec<_> = roll.out.chunks(56).map(|record| (pid(record), name(record))).collect();
        told.sort();
        told
    }

    #[test]
    fn what_is_known_is_read_again_only_when_it_is_old_and_what_is_new_at_once() {
        const LONG: u64 = 60_000_000_000;
        let place = tempfile::tempdir().unwrap();
        let tree = place.path();
        let mut roll = Roll::default();
        let told = |roll: &mut Roll, at, time| {
            told(roll, tree, at, time).into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        let start = AGE;
        process(tree, "42", "first");
        assert_eq!(told(&mut roll, start, 0), ["first"], "what is new needs no time left");
        assert_eq!(roll.known[&42].uid, UNKNOWN, "but to be looked at it does");
        assert_eq!(told(&mut roll, start + 1, LONG), ["first"]);
        assert_eq!(roll.known[&42].uid, 5);
        // It executes another file.
        let stat = tree.join("42/stat");
        let second = std::fs::read_to_string(&stat).unwrap().replace("first", "second");
        std::fs::write(&stat, second).unwrap();
        assert_eq!(told(&mut roll, start + STAT_AGE, LONG), ["first"]);
        let old = start + 2 * STAT_AGE;
        assert_eq!(told(&mut roll, old, 0), ["first"], "there is no time");
        assert_eq!(told(&mut roll, old, LONG), ["second"]);
        // Another process has its number.
        process(tree, "new", "third");
        std::fs::rename(tree.join("42"), tree.join("old")).unwrap();
        std::fs::rename(tree.join("new"), tree.join("42")).unwrap();
        assert_eq!(told(&mut roll, old + 1, 0), ["third"]);
        std::fs::rename(tree.join("42"), tree.join("gone")).unwrap();
        assert_eq!(told(&mut roll, old + 2, LONG), [""; 0]);
        assert!(roll.known.is_empty());
    }

    #[test]
    fn whoever_there_was_no_time_for_comes_next() {
        let place = tempfile::tempdir().unwrap();
        let mut roll = Roll::default();
        for pid in 100..200 {
            process(place.path(), &pid.to_string(), "one");
        }
        let at = AGE;
        assert_eq!(told(&mut roll, place.path(), at, u64::MAX / 2).len(), 100);
        let mut ticks = 0;
        while roll.known.values().any(|known| known.read == at) {
            let old = at + STAT_AGE + 1 + ticks;
            assert_eq!(told(&mut roll, place.path(), old, 300_000).len(), 100);
            ticks += 1;
            assert!(ticks < 1000, "{} are never looked at", roll.next);
        }
        assert!(ticks > 1 || roll.next == 0);
    }

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
