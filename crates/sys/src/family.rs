//! The target's relatives: the processes that share descriptors with it by birth.
//!
//! Ancestors (a socket can be handed down from any of them), descendants, and siblings. Siblings are left
//! out where the parent is PID 1 or 2: what init and kthreadd start shares nothing with its neighbours. Who
//! was found to be a relative stays one while it lives, also when the process between has ended: a daemon
//! that was forked twice still holds what it was born with.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;
use std::ops::ControlFlow;

use netmonitor_core::sample::{Origin, Sink, Status};
use netmonitor_core::scope::Scope;
use rustix::io::Errno;

use crate::bpf::Lister;
use crate::clock::boottime;
use crate::dir::{Dir, gone};
use crate::links::{LinkReader, Process};
use crate::reader::end;
use crate::stat::Stat;
use crate::threads::read_stat;
use crate::tree::ProcTree;

/// Most relatives that are followed.
const MOST: usize = 4096;

/// Relatives are not read again before this many nanoseconds have passed: a second, less what ticks of a
/// second may come early...
const PAUSE: u64 = 900_000_000;

/// ...nor before this many times what reading them took: large groups cost at most a tenth of a core...
const REST: u64 = 10;

/// ...and relatives beside the group at most a hundredth.
const OTHERS_FIRST: Others = Others { rest: 100, slice: 20_000_000 };

/// Once each was read, what is left to find is who has passed on a socket since: that may take longer, and costs a
/// fraction of a thousandth.
const OTHERS_AGAIN: Others = Others { rest: 4000, slice: 400_000 };

/// How relatives beside the group are read.
struct Others {
    /// They rest for this many times what reading them took.
    rest: u64,
    /// No further one is begun in a tick in which reading them took this many nanoseconds.
    slice: u64,
}

/// Longest file of `children` or `stat` that is read.
const CAP: usize = 1024 * 1024;

/// The relatives of one process.
#[derive(Debug, Default)]
pub(crate) struct Family {
    /// In the order in which they were found: ancestors from the parent up, descendants, siblings.
    members: Vec<u32>,
    /// Descendants, and when each began: one whose parent has ended stays, another process of its number does
    /// not take its place.
    tree: BTreeMap<u32, u64>,
    /// In which pass over the relatives each was read last; who is not in here never was.
    passes: HashMap<u32, u64>,
    /// The pass that is under way.
    pass: u64,
    /// When those of the group and when the others are due to be read, `CLOCK_BOOTTIME`.
    due: u64,
    others_due: u64,
    /// When the parent's children are due to be listed again: it may have thousands.
    siblings_due: u64,
    siblings: Vec<u32>,
    /// Whose members are told.
    group: Scope,
    in_group: HashSet<u32>,
    /// The tick in which they were found last, and how many nanoseconds that took.
    sought: u64,
    seeking: u64,
    kin: Kin,
}

impl Family {
    /// Reads the relatives' links, and those of the group that is asked for, if they are due in a tick that began
    /// at `now`, and tells `seen` of each. In slices a tick reads only some of the relatives beside the group where all
    /// would take long, and the next ones go on. Those that are left out are told of as not asked.
    pub(crate) fn tick(
        &mut self,
        (now, in_slices): (u64, bool),
        tree: &ProcTree,
        (target, group): ((u32, &Dir), Scope),
        (links, mut lister): (&mut LinkReader, Option<&mut Lister>),
        sink: &mut dyn Sink,
        mut seen: impl FnMut(u32, Status),
    ) {
        if self.sought != now && !self.seek(now, tree, (target, group), sink) {
            return tell_left_out(&self.members, sink);
        }
        let began = boottime() - self.seeking;
        let Self { members, in_group: group, kin, passes, pass, .. } = self;
        let others = if *pass == 0 { OTHERS_FIRST } else { OTHERS_AGAIN };
        let is_due = now >= self.others_due;
        let (mut took_of_others, mut left_out, mut is_whole) = (0, Vec::new(), true);
        members.retain(|&pid| {
            let is_other = !group.contains(&pid);
            let is_left = match (is_other && in_slices, passes.get(&pid)) {
                (false, _) => false,
                (true, Some(read)) if read >= pass => true,
                (true, _) => {
                    let is_left = !is_due || took_of_others >= others.slice;
                    is_whole &= !is_left;
                    is_left
                }
            };
            if is_left {
                left_out.push(pid);
                return true;
            }
            let began = boottime();
            let status = match tree.dir().subdir(kin.path_of(pid)) {
                Ok(dir) => {
                    let process = Process::new(tree, &dir, pid, kin.stat(&dir));
                    links.part(process, lister.as_deref_mut(), sink)
                }
                Err(errno) => {
                    let status = crate::reader::status_of(errno, 0);
                    end(sink, &Origin::Links(pid), status, boottime());
                    if gone(errno) {
                        passes.remove(&pid);
                        return false;
                    }
                    status
                }
            };
            passes.insert(pid, *pass);
            took_of_others += if is_other { boottime() - began } else { 0 };
            seen(pid, status);
            true
        });
        tell_left_out(&left_out, sink);
        if is_whole {
            self.pass += 1;
        }
        let took = boottime() - began - took_of_others;
        self.due = now + PAUSE.max(took.saturating_mul(REST));
        if took_of_others > 0 {
            self.others_due = now + PAUSE.max(took_of_others.saturating_mul(others.rest));
        }
    }

    /// Finds the relatives and tells who belongs to the group that is asked for, if that is due in the tick that began at
    /// `now`; else it stays as it is.
    pub(crate) fn seek(
        &mut self,
        now: u64,
        tree: &ProcTree,
        (target, group): ((u32, &Dir), Scope),
        sink: &mut dyn Sink,
    ) -> bool {
        let is_new = std::mem::replace(&mut self.group, group) != group;
        if now < self.due && !is_new {
            return false;
        }
        let began = boottime();
        self.find(tree.dir(), target);
        self.in_group = self.tell_members(tree, target, sink);
        (self.sought, self.seeking) = (now, boottime() - began);
        true
    }

    /// How many descriptors those of the group have, as far as the kernel tells it without listing them (from 6.2 on).
    pub(crate) fn descriptors(&self, tree: &ProcTree) -> u64 {
        self.in_group.iter().filter_map(|pid| tree.dir().size(&format!("{pid}/fd")).ok()).sum()
    }

    /// Who belongs to the group that is asked for.
    pub(crate) fn in_group(&self) -> &HashSet<u32> {
        &self.in_group
    }

    /// Tells who belongs to the group, and makes sure that their links are read.
    fn tell_members(
        &mut self,
        tree: &ProcTree,
        (pid, dir): (u32, &Dir),
        sink: &mut dyn Sink,
    ) -> HashSet<u32> {
        let at = boottime();
        let members = match self.group {
            Scope::Tree => Ok(self.tree.keys().copied().collect()),
            Scope::Cgroup => crate::cgroup::members(tree, dir),
            _ => return HashSet::new(),
        };
        let origin = Origin::Members;
        let members: Vec<u32> = match members {
            Ok(members) => members,
            Err(errno) => {
                end(sink, &origin, crate::reader::status_of(errno, 0), at);
                return HashSet::new();
            }
        };
        let known: HashSet<u32> = self.members.iter().copied().collect();
        self.members.extend(members.iter().filter(|member| **member != pid && !known.contains(member)));
        self.members.truncate(MOST);
        let mut text = self.group.word().to_owned();
        members.iter().for_each(|member| text.push_str(&format!(" {member}")));
        crate::reader::whole(sink, &origin, text.as_bytes(), at);
        members.into_iter().collect()
    }

    /// Adds those who are relatives now and were not known.
    fn find(&mut self, tree: &Dir, (target, dir): (u32, &Dir)) {
        self.kin.begin(tree, target, dir);
        let mut found = Found::new(target);
        let parent = self.kin.parent(dir).unwrap_or(0);
        let mut ancestor = parent;
        while found.add(ancestor) {
            let above = tree.subdir(self.kin.path_of(ancestor)).ok();
            ancestor = above.and_then(|dir| self.kin.parent(&dir)).unwrap_or(0);
        }
        let first = found.order.len();
        let mut next = first;
        self.kin.children(tree, target, &mut found);
        // Those whose parent has ended are no longer found from above, and have children of their own.
        let known = std::mem::take(&mut self.tree);
        for (&pid, &began) in &known {
            if self.kin.began(tree, pid) == Some(began) {
                found.add(pid);
            }
        }
        while let Some(&child) = found.order.get(next) {
            self.kin.children(tree, child, &mut found);
            next += 1;
        }
        for &pid in &found.order[first..] {
            if let Some(began) = self.kin.began(tree, pid) {
                self.tree.insert(pid, began);
            }
        }
        if parent > 2 {
            self.find_siblings(tree, parent, &mut found);
        }
        for &pid in &self.members {
            found.add(pid);
        }
        self.members = found.order;
    }
}

impl Family {
    fn find_siblings(&mut self, tree: &Dir, parent: u32, found: &mut Found) {
        let began = boottime();
        if began < self.siblings_due {
            self.siblings.iter().for_each(|&pid| _ = found.add(pid));
            return;
        }
        let first = found.order.len();
        self.kin.children(tree, parent, found);
        self.siblings = found.order[first..].to_vec();
        let now = boottime();
        self.siblings_due = now + (now - began).saturating_mul(OTHERS_AGAIN.rest);
    }
}

/// Tells of relatives that a tick does not read.
fn tell_left_out(pids: &[u32], sink: &mut dyn Sink) {
    if !pids.is_empty() {
        let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
        crate::reader::whole(sink, &Origin::LeftOut, pids.join(" ").as_bytes(), boottime());
    }
}

/// Relatives in the order in which they were found, each once and the target never.
struct Found {
    order: Vec<u32>,
    known: HashSet<u32>,
}

impl Found {
    fn new(target: u32) -> Self {
        Self { order: Vec::new(), known: HashSet::from([0, target]) }
    }

    /// Whether it was new and there was room: a copy's parents may run in a circle.
    fn add(&mut self, pid: u32) -> bool {
        let new = self.order.len() < MOST && self.known.insert(pid);
        if new {
            self.order.push(pid);
        }
        new
    }
}

/// Finds parents and children.
#[derive(Debug, Default)]
struct Kin {
    /// The kernel has no `children` files: every process's parent, ordered by parent.
    parents: Option<Vec<(u32, u32)>>,
    path: String,
    bytes: Vec<u8>,
}

impl Kin {
    /// Finds out how children are to be found in this round.
    fn begin(&mut self, tree: &Dir, target: u32, dir: &Dir) {
        self.parents = None;
        let missing = self.children_of_thread(dir, target, &mut Found::new(target)) == Err(Errno::NOENT);
        if missing && read_stat(dir, "stat", &mut self.bytes).is_ok() {
            self.parents = Some(self.scan(tree));
        }
    }

    fn path_of(&mut self, pid: u32) -> &str {
        self.path.clear();
        let _ = write!(self.path, "{pid}");
        &self.path
    }

    fn stat(&mut self, dir: &Dir) -> Option<Stat> {
        read_stat(dir, "stat", &mut self.bytes).ok()
    }

    /// When a process began.
    fn began(&mut self, tree: &Dir, pid: u32) -> Option<u64> {
        let dir = tree.subdir(self.path_of(pid)).ok()?;
        self.stat(&dir).filter(|stat| !stat.is_dead()).map(|stat| stat.start_time)
    }

    fn parent(&mut self, dir: &Dir) -> Option<u32> {
        self.stat(dir).map(|stat| stat.ppid)
    }

    /// Adds the children of all threads of a process, as far as they are not yet in `found`.
    fn children(&mut self, tree: &Dir, pid: u32, found: &mut Found) {
        if let Some(parents) = &self.parents {
            let first = parents.partition_point(|&(parent, _)| parent < pid);
            let own = parents[first..].iter().take_while(|&&(parent, _)| parent == pid);
            for &(_, child) in own {
                found.add(child);
            }
            return;
        }
        let Ok(dir) = tree.subdir(self.path_of(pid)) else { return };
        let Ok(task) = dir.listing("task") else { return };
        let _ = task.numbers(|tid| {
            let _ = self.children_of_thread(&dir, tid, found);
            ControlFlow::Continue(())
        });
    }

    /// `task/TID/children` holds PIDs with a blank after each (`fs/proc/array.c`, `children_seq_show`).
    fn children_of_thread(&mut self, dir: &Dir, tid: u32, found: &mut Found) -> Result<(), Errno> {
        self.path.clear();
        let _ = write!(self.path, "task/{tid}/children");
        dir.small(&self.path, CAP, &mut self.bytes)?;
        for word in self.bytes.split(u8::is_ascii_whitespace) {
            if let Some(pid) = crate::dir::number(word) {
                found.add(pid);
            }
        }
        Ok(())
    }

    fn scan(&mut self, tree: &Dir) -> Vec<(u32, u32)> {
        let mut parents = Vec::new();
        if let Ok(listing) = tree.listing(".") {
            let _ = listing.numbers(|pid| {
                self.path.clear();
                let _ = write!(self.path, "{pid}/stat");
                if let Ok(stat) = read_stat(tree, &self.path, &mut self.bytes) {
                    parents.push((stat.ppid, pid));
                }
                ControlFlow::Continue(())
            });
        }
        parents.sort_unstable();
        parents
    }
}
