//! Which processes hold a socket, from the links of their descriptors.

use std::collections::HashMap;
use std::sync::Arc;

use procnet::Value;
use procnet::number::decimal;

use crate::sample::{Status, Walk};

/// How long the list of a process counts when nothing says that the process is gone, in nanoseconds.
const KEPT: u64 = 10_000_000_000;

/// Bit of `CAP_SYS_PTRACE` in a capability set (`include/uapi/linux/capability.h`).
const CAP_SYS_PTRACE: u32 = 19;

/// Whether a `CapEff:` line holds CAP_SYS_PTRACE; `None` if it says nothing.
pub fn may_trace(line: &[u8]) -> Option<bool> {
    let digits = line.strip_prefix(b"CapEff:")?.trim_ascii();
    Some(procnet::number::hex(digits)? >> CAP_SYS_PTRACE & 1 == 1)
}

/// What the links of one process say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Links {
    netns: Option<u64>,
    /// Sorted, each once.
    inodes: Vec<u64>,
    status: Option<Status>,
    seen: u64,
    pass: u64,
}

/// The lists of all processes that were looked at so far.
#[derive(Debug, Default)]
pub struct Collected {
    links: HashMap<u32, Links>,
    walk: Option<Walk>,
    may_trace: bool,
    changed: bool,
    joined: Arc<Owners>,
}

/// Who holds which socket. Sockets and processes stand side by side, sorted by socket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    inodes: Vec<u64>,
    pids: Vec<u32>,
    target: Vec<u64>,
    /// How the reading of the target's own descriptors ended; `None` before it was tried.
    pub target_status: Option<Status>,
    /// Processes beyond the target's relatives are looked at.
    pub sought: bool,
    /// Every process was looked at.
    pub complete: bool,
    /// The namespace of every process was looked at.
    pub counted: bool,
    /// Processes that may not be looked at.
    pub denied: u64,
    /// The reader has CAP_SYS_PTRACE, so that a refusal has another cause.
    pub may_trace: bool,
    /// Processes known to be in the target's network namespace, itself included.
    pub sharing: u64,
}

impl Collected {
    /// Takes over the links of a process, read at `at`.
    pub fn read(&mut self, pid: u32, lines: &[u8], status: Status, at: u64) {
        if status == Status::Missing || (status == Status::Interrupted && lines.is_empty()) {
            self.changed |= self.links.remove(&pid).is_some();
            return;
        }
        let asked = status != Status::NotAsked;
        let mut links = match self.links.get(&pid) {
            // The descriptors stay as they were last read.
            Some(known) if !asked => Links { seen: at, pass: self.pass(), ..known.clone() },
            _ => Links { status: asked.then_some(status), seen: at, pass: self.pass(), ..Links::default() },
        };
        for line in lines.split(|&byte| byte == b'\n') {
            let Some(space) = line.iter().position(|&byte| byte == b' ') else { continue };
            let (path, target) = (&line[..space], &line[space + 1..]);
            if let Some(inode) = bracketed(target, b"socket:[") {
                links.inodes.push(inode);
            } else if path == b"ns/net" {
                links.netns = bracketed(target, b"net:[");
            }
        }
        links.inodes.sort_unstable();
        links.inodes.dedup();
        let old = self.links.insert(pid, links);
        let new = &self.links[&pid];
        self.changed |= old
            .is_none_or(|old| (old.netns, &old.inodes, old.status) != (new.netns, &new.inodes, new.status));
    }

    /// Takes over how far the walk has come.
    pub fn walked(&mut self, walk: Walk) {
        self.changed |= self.walk != Some(walk);
        self.walk = Some(walk);
    }

    /// Takes over whether the reader has CAP_SYS_PTRACE.
    pub fn permitted(&mut self, may_trace: bool) {
        self.changed |= self.may_trace != may_trace;
        self.may_trace = may_trace;
    }

    fn pass(&self) -> u64 {
        self.walk.map_or(0, |walk| walk.pass)
    }

    /// The owners as of now. A process that two walks did not meet, or that nobody has looked at for a
    /// while, is gone.
    pub fn join(&mut self, target: u32, netns: Option<u64>, now: u64) -> Arc<Owners> {
        let pass = self.pass();
        let before = self.links.len();
        self.links.retain(|pid, links| {
            *pid == target
                || links.pass + 1 >= pass.max(1) && pass > 0
                || now.saturating_sub(links.seen) < KEPT
        });
        if !self.changed && before == self.links.len() {
            return self.joined.clone();
        }
        self.changed = false;
        let mut pairs: Vec<(u64, u32)> = self
            .links
            .iter()
            .flat_map(|(pid, links)| links.inodes.iter().map(|inode| (*inode, *pid)))
            .collect();
        pairs.sort_unstable();
        let own = self.links.get(&target);
        let denied = self.links.values().filter(|links| links.status == Some(Status::Denied)).count() as u64;
        let same = |links: &&Links| netns.is_some() && links.netns == netns;
        self.joined = Arc::new(Owners {
            inodes: pairs.iter().map(|(inode, _)| *inode).collect(),
            pids: pairs.iter().map(|(_, pid)| *pid).collect(),
            target: own.map(|links| links.inodes.clone()).unwrap_or_default(),
            target_status: own.and_then(|links| links.status),
            sought: self.walk.is_some_and(|walk| walk.descriptors),
            complete: self.walk.is_some_and(|walk| walk.descriptors && walk.complete),
            counted: self.walk.is_some_and(|walk| walk.complete),
            denied: self.walk.map_or(denied, |walk| walk.denied.max(denied)),
            may_trace: self.may_trace,
            sharing: self.links.values().filter(same).count() as u64,
        });
        self.joined.clone()
    }
}

fn bracketed(target: &[u8], before: &[u8]) -> Option<u64> {
    decimal(target.strip_prefix(before)?.strip_suffix(b"]")?)
}

/// The inode in the text of a namespace link, `net:[4026531840]`.
pub fn namespace_inode(link: &[u8]) -> Option<u64> {
    bracketed(link, b"net:[")
}

impl Owners {
    /// The processes known to hold a socket.
    pub fn of(&self, inode: u64) -> &[u32] {
        let start = self.inodes.partition_point(|known| *known < inode);
        let end = start + self.inodes[start..].partition_point(|known| *known == inode);
        &self.pids[start..end]
    }

    /// Whether the target itself holds a socket.
    pub fn target_has(&self, inode: u64) -> bool {
        inode != 0 && self.target.binary_search(&inode).is_ok()
    }

    /// Why the descriptors or the namespace of a process may not be seen.
    pub fn refusal(&self) -> &'static str {
        if self.may_trace { "refused, although CAP_SYS_PTRACE is held" } else { "needs CAP_SYS_PTRACE" }
    }

    /// How many sockets the target holds, of any family.
    pub fn target_sockets(&self) -> usize {
        self.target.len()
    }

    /// The owners of a socket as a cell, or why there are none. Never a guess.
    pub fn cell(&self, inode: u64, state: Option<u8>) -> Value<'_> {
        const ESTABLISHED: u8 = 1;
        const CLOSE_WAIT: u8 = 8;
        if inode == 0 {
            return Value::Absent(match state {
                Some(ESTABLISHED | CLOSE_WAIT) => "in an accept queue",
                _ => "no owner possible",
            });
        }
        match self.of(inode) {
            [] if !self.sought => Value::Absent("not looked for"),
            [] if !self.complete => Value::Absent("none found so far"),
            [] if self.denied > 0 && self.may_trace => Value::Absent("not visible"),
            [] if self.denied > 0 => Value::Absent("not visible: needs CAP_SYS_PTRACE"),
            [] => Value::Absent("no visible owner"),
            pids => Value::Pids(pids),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected() -> Collected {
        let mut collected = Collected::default();
        let own =
            b"ns/net net:[5]\nfd/3 socket:[30]\nfd/4 socket:[10]\ntask/9/fd/3 socket:[30]\nfd/5 pipe:[1]\n";
        collected.read(1, own, Status::Ok, 0);
        collected.read(2, b"ns/net net:[5]\nfd/0 socket:[30]\n", Status::Ok, 0);
        collected.read(3, b"ns/net net:[6]\n", Status::Denied, 0);
        collected
    }

    #[test]
    fn shared_sockets_have_all_their_owners() {
        let owners = collected().join(1, Some(5), 1);
        assert_eq!(owners.of(30), [1, 2]);
        assert_eq!(owners.of(10), [1]);
        assert!(owners.of(11).is_empty());
        assert!(owners.target_has(10) && owners.target_has(30) && !owners.target_has(0));
        assert_eq!((owners.sharing, owners.denied, owners.target_sockets()), (2, 1, 2));
    }

    #[test]
    fn the_reason_for_no_owner_is_said() {
        let mut collected = collected();
        let reason = |owners: &Owners, inode, state| match owners.cell(inode, state) {
            Value::Absent(reason) => reason,
            _ => "",
        };
        let owners = collected.join(1, Some(5), 1);
        assert_eq!(reason(&owners, 0, Some(6)), "no owner possible");
        assert_eq!(reason(&owners, 0, Some(1)), "in an accept queue");
        assert_eq!(reason(&owners, 99, None), "not looked for");
        collected.walked(Walk { pass: 1, descriptors: true, ..Walk::default() });
        assert_eq!(reason(&collected.join(1, Some(5), 1), 99, None), "none found so far");
        collected.walked(Walk { pass: 1, descriptors: true, complete: true, ..Walk::default() });
        assert_eq!(reason(&collected.join(1, Some(5), 1), 99, None), "not visible: needs CAP_SYS_PTRACE");
        collected.read(3, b"", Status::Missing, 1);
        assert_eq!(reason(&collected.join(1, Some(5), 1), 99, None), "no visible owner");
    }

    #[test]
    fn a_look_at_the_namespace_alone_leaves_the_descriptors() {
        let mut collected = collected();
        collected.read(2, b"ns/net net:[6]\n", Status::NotAsked, 1);
        collected.read(4, b"ns/net net:[5]\n", Status::NotAsked, 1);
        collected.walked(Walk { pass: 1, complete: true, ..Walk::default() });
        let owners = collected.join(1, Some(5), 1);
        assert_eq!((owners.of(30), owners.sharing), (&[1, 2][..], 2));
        assert!(owners.counted && !owners.complete && !owners.sought);
    }

    #[test]
    fn a_refusal_is_blamed_on_what_is_missing() {
        assert_eq!(may_trace(b"CapEff:\t000001fffeffffff\n"), Some(true));
        assert_eq!(may_trace(b"CapEff:\t0000000000000000"), Some(false));
        assert_eq!(may_trace(b"nonsense"), None);
        let mut collected = collected();
        collected.walked(Walk { pass: 1, descriptors: true, complete: true, ..Walk::default() });
        collected.permitted(true);
        let owners = collected.join(1, Some(5), 1);
        assert!(owners.refusal().starts_with("refused"));
        assert_eq!(owners.cell(99, None), Value::Absent("not visible"));
    }

    #[test]
    fn a_process_that_walks_no_longer_meet_is_dropped() {
        let mut collected = collected();
        for pass in 1..=3 {
            collected.walked(Walk { pass, descriptors: true, complete: true, ..Walk::default() });
            collected.read(1, b"fd/3 socket:[30]\n", Status::Ok, pass * KEPT);
        }
        assert_eq!(collected.join(1, Some(5), 3 * KEPT).of(30), [1]);
    }
}
