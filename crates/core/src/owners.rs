//! Which processes hold a socket, from the links of their descriptors.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use procnet::Value;
use procnet::number::decimal;
use serde::{Deserialize, Serialize};

use crate::numbers::first_from;
use crate::sample::{Status, Walk};
use crate::scope::Scope;

/// How long the descriptors of a process count that no walk comes to again, in nanoseconds: relatives are
/// told of at least once a second, or each tick.
const KEPT: u64 = 3_000_000_000;

/// Bit of `CAP_SYS_PTRACE` in a capability set (`include/uapi/linux/capability.h`).
const CAP_SYS_PTRACE: u32 = 19;

/// Whether a `CapEff:` line holds CAP_SYS_PTRACE; `None` if it says nothing.
pub fn may_trace(line: &[u8]) -> Option<bool> {
    let digits = line.strip_prefix(b"CapEff:")?.trim_ascii();
    Some(procnet::number::hex(digits)? >> CAP_SYS_PTRACE & 1 == 1)
}

/// The sockets of one process, as they were last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Descriptors {
    /// Sorted, each once.
    inodes: Vec<u64>,
    /// Those of standard input, output and error; 0 where they are no sockets.
    #[serde(default)]
    streams: [u64; 3],
    status: Status,
    read_at: u64,
    /// When it was last told that the process is one whose descriptors are read.
    told_at: u64,
    /// The lines that say so, of the target: mostly they are the same.
    #[serde(skip)]
    lines: Vec<u8>,
}

/// A walk over all processes: the pass under way, and the last one that has ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Walks {
    now: Walk,
    /// When the pass under way began, and what the last whole one is: when it began, whom it could not see.
    began: u64,
    whole: Option<(u64, u64)>,
}

/// What was read of all processes so far: which namespace each is in, which sockets it has. The two are read
/// at different times.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Collected {
    namespaces: HashMap<u32, (u64, u64)>,
    descriptors: HashMap<u32, Descriptors>,
    /// Relatives whose descriptors were not read yet, and when that was told.
    unread: HashMap<u32, u64>,
    walks: Option<Walks>,
    /// Sockets that nobody is known to hold, and when they were first seen so.
    ownerless: HashMap<u64, u64>,
    target: u32,
    /// The scope that is asked for, and the processes that belong to it beside the target.
    group: (Scope, Vec<u32>),
    netns: Option<u64>,
    may_trace: bool,
    /// What is read back was not joined yet.
    #[serde(skip, default = "yes")]
    changed: bool,
    #[serde(skip)]
    joined: Arc<Owners>,
}

/// Who holds which socket. Sockets and processes stand side by side, sorted by socket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    inodes: Vec<u64>,
    pids: Vec<u32>,
    /// Sockets of the group, sorted.
    group: Vec<u64>,
    /// Whose they are: the process's, its tree's, its control group's.
    pub group_scope: Scope,
    /// Processes of the group, the target included.
    pub group_size: usize,
    /// Of these, those whose descriptors may not be read.
    pub group_refused: usize,
    /// How the reading of the target's own descriptors ended; `None` before it was tried.
    pub target_status: Option<Status>,
    /// How many sockets it holds, of any family.
    pub target_sockets: usize,
    /// The sockets that are its standard input, output and error, by inode, 0 where they are none; those of several
    /// processes where they are looked at as one. None where there are none.
    pub target_streams: Vec<[u64; 3]>,
    /// The same of all processes that have some, with their PIDs, in order.
    pub streams: Arc<[(u32, [u64; 3])]>,
    /// Relatives whose descriptors were not read yet.
    pub unread_relatives: usize,
    /// Processes beyond the target's relatives are looked at.
    pub sought: bool,
    /// Every process was looked at just before the sockets were read.
    pub whole: bool,
    /// Processes that may not be looked at.
    pub denied: u64,
    /// The reader has CAP_SYS_PTRACE, so that a refusal has another cause.
    pub may_trace: bool,
    /// Processes known to be in the target's network namespace, itself included.
    pub sharing: u64,
    /// These are all: every process was looked at, and none can be hidden.
    pub all_counted: bool,
    /// Sockets without a known owner that were there before a walk that has come to everybody.
    judged: HashSet<u64>,
}

fn yes() -> bool {
    true
}

impl Collected {
    /// The process whose sockets are its own, and its namespace.
    pub fn about(&mut self, target: u32, netns: Option<u64>) {
        self.changed |= (self.target, self.netns) != (target, netns);
        (self.target, self.netns) = (target, netns);
    }

    /// Whose sockets are picked out from now on.
    pub fn grouped(&mut self, scope: Scope) {
        if self.group.0 != scope {
            self.group = (scope, Vec::new());
            self.changed = true;
        }
    }

    /// The scope that is asked for, and who belongs to it beside the target.
    pub(crate) fn asked(&self) -> (Scope, &[u32]) {
        (self.group.0, &self.group.1)
    }

    /// Takes over who belongs to the group: the word of its scope, then PIDs.
    pub fn members(&mut self, text: &[u8]) {
        let mut words = text.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
        if words.next() == Some(self.group.0.word().as_bytes()) {
            let pids: Vec<u32> = words.filter_map(|word| decimal(word)?.try_into().ok()).collect();
            self.changed |= self.group.1 != pids;
            self.group.1 = pids;
        }
    }

    /// The processes that belong to the group, beside the target.
    pub fn group(&self) -> &[u32] {
        &self.group.1
    }

    /// Takes over which relatives a tick has left out: they are relatives still.
    pub fn left_out(&mut self, text: &[u8], at: u64) {
        for word in text.split(|byte| byte.is_ascii_whitespace()) {
            let Some(pid) = decimal(word).and_then(|pid| pid.try_into().ok()) else { continue };
            match self.descriptors.get_mut(&pid) {
                Some(descriptors) => descriptors.told_at = at,
                None => self.changed |= self.unread.insert(pid, at).is_none(),
            }
        }
    }

    /// Takes over the links of a process, read at `at`.
    pub fn read(&mut self, pid: u32, lines: &[u8], status: Status, at: u64) {
        let gone = status == Status::Missing || (status == Status::Interrupted && lines.is_empty());
        // That the target's are missing is to be said; the target's own end is told otherwise.
        if gone && pid != self.target {
            self.changed |= self.namespaces.remove(&pid).is_some()
                | self.descriptors.remove(&pid).is_some()
                | self.unread.remove(&pid).is_some();
            return;
        }
        if self.are_same(pid, lines, status, at) {
            return;
        }
        let (mut inodes, mut streams) = (Vec::new(), [0; 3]);
        for line in lines.split(|&byte| byte == b'\n') {
            let Some(space) = line.iter().position(|&byte| byte == b' ') else { continue };
            let (path, target) = (&line[..space], &line[space + 1..]);
            if let Some(inode) = bracketed(target, b"socket:[") {
                inodes.push(inode);
                if let Some([number @ b'0'..=b'2']) = path.strip_prefix(b"fd/") {
                    streams[usize::from(number - b'0')] = inode;
                }
            } else if path == b"ns/net"
                && let Some(inode) = bracketed(target, b"net:[")
            {
                let old = self.namespaces.insert(pid, (inode, at));
                self.changed |= old.is_none_or(|(old, _)| old != inode);
            }
        }
        // Where only the namespace was looked at, the descriptors are as old as they are.
        if status != Status::NotAsked {
            self.changed |= self.unread.remove(&pid).is_some();
            inodes.sort_unstable();
            inodes.dedup();
            let lines = if pid == self.target { lines.to_vec() } else { Vec::new() };
            let new = Descriptors { inodes, streams, status, read_at: at, told_at: at, lines };
            let old = self.descriptors.insert(pid, new);
            let new = &self.descriptors[&pid];
            let told = |it: &Descriptors| (it.streams, it.status);
            self.changed |= old.is_none_or(|old| (&old.inodes, told(&old)) != (&new.inodes, told(new)));
        }
    }

    /// Whether these are the lines of the reading before, whose time is theirs then.
    fn are_same(&mut self, pid: u32, lines: &[u8], status: Status, at: u64) -> bool {
        let Some(known) = self.descriptors.get_mut(&pid).filter(|known| known.status == status) else {
            return false;
        };
        if lines.is_empty() || known.lines != lines {
            return false;
        }
        (known.read_at, known.told_at) = (at, at);
        if let Some((_, then)) = self.namespaces.get_mut(&pid) {
            *then = at;
        }
        true
    }

    /// Takes over how far the walk has come in the tick that began at `tick`.
    pub fn walked(&mut self, walk: Walk, tick: u64) {
        let walks = match self.walks {
            Some(walks) if walks.now.pass == walk.pass => Walks { now: walk, ..walks },
            // A new pass: the one before has come to its end.
            Some(Walks { now: before, began, .. }) if before.descriptors == walk.descriptors => {
                let whole = walk.complete.then_some((began, before.denied));
                Walks { now: walk, began: tick, whole }
            }
            // The first of its kind.
            _ => Walks { now: walk, began: tick, whole: None },
        };
        // The first pass of its kind says itself that it has ended.
        let first = (walk.complete && walks.whole.is_none()).then_some((walks.began, walk.denied));
        let walks = Walks { whole: walks.whole.or(first), ..walks };
        let known =
            |walks: Walks| (walks.whole, walks.now.descriptors, walks.now.denied > 0, walks.now.hiding);
        self.changed |= self.walks.map(known) != Some(known(walks));
        self.walks = Some(walks);
    }

    /// Takes over whether the reader has CAP_SYS_PTRACE.
    pub fn permitted(&mut self, may_trace: bool) {
        self.changed |= self.may_trace != may_trace;
        self.may_trace = may_trace;
    }

    /// Forgets whom the last whole walk did not meet, and descriptors that nobody reads any more.
    fn forget(&mut self, now: u64) {
        let whole = self.walks.and_then(|walks| Some((walks.whole?.0, walks.now.descriptors)));
        let before = (self.namespaces.len(), self.descriptors.len(), self.unread.len());
        self.unread.retain(|_, told_at| now.saturating_sub(*told_at) < KEPT);
        self.namespaces.retain(|_, (_, at)| whole.is_none_or(|(began, _)| *at >= began));
        self.descriptors.retain(|pid, descriptors| {
            let at = descriptors.read_at;
            let fresh = now.saturating_sub(descriptors.told_at) < KEPT;
            let walked = self.walks.is_some_and(|walks| walks.now.descriptors);
            *pid == self.target
                || self.group.1.contains(pid)
                || fresh
                || walked && whole.is_none_or(|(began, _)| at >= began)
        });
        self.changed |= before != (self.namespaces.len(), self.descriptors.len(), self.unread.len());
    }

    /// The owners as of now.
    pub fn join(&mut self, now: u64) -> Arc<Owners> {
        self.forget(now);
        if !std::mem::take(&mut self.changed) {
            return self.joined.clone();
        }
        let held = self.descriptors.values().map(|descriptors| descriptors.inodes.len()).sum();
        let mut pairs: Vec<(u64, u32)> = Vec::with_capacity(held);
        for (pid, descriptors) in &self.descriptors {
            pairs.extend(descriptors.inodes.iter().map(|inode| (*inode, *pid)));
        }
        // Those of one process are in order.
        pairs.sort();
        let some = self.descriptors.iter().filter(|(_, descriptors)| descriptors.streams != [0; 3]);
        let mut streams: Vec<_> = some.map(|(pid, descriptors)| (*pid, descriptors.streams)).collect();
        streams.sort_unstable();
        let own = self.descriptors.get(&self.target);
        let walks = self.walks.unwrap_or_default();
        let members: Vec<_> = self.group.1.iter().filter(|pid| **pid != self.target).collect();
        let read = members.iter().filter_map(|pid| self.descriptors.get(pid));
        let refused_members = read.clone().filter(|descriptors| descriptors.status == Status::Denied).count();
        let mut group: Vec<u64> =
            own.into_iter().chain(read).flat_map(|it| it.inodes.iter().copied()).collect();
        group.sort();
        group.dedup();
        let refused = self.descriptors.values().any(|descriptors| descriptors.status == Status::Denied);
        let denied = walks.now.denied.max(walks.whole.map_or(0, |(_, denied)| denied)).max(refused.into());
        let same = |(inode, _): &&(u64, u64)| self.netns == Some(*inode);
        self.joined = Arc::new(Owners {
            inodes: pairs.iter().map(|(inode, _)| *inode).collect(),
            pids: pairs.iter().map(|(_, pid)| *pid).collect(),
            group,
            group_scope: self.group.0,
            group_size: 1 + members.len(),
            group_refused: refused_members,
            target_status: own.map(|descriptors| descriptors.status),
            unread_relatives: self.unread.len(),
            target_sockets: own.map_or(0, |descriptors| descriptors.inodes.len()),
            target_streams: own
                .map(|it| it.streams)
                .filter(|streams| *streams != [0; 3])
                .into_iter()
                .collect(),
            streams: streams.into(),
            sought: walks.now.descriptors,
            denied,
            may_trace: self.may_trace,
            sharing: self.namespaces.values().filter(same).count() as u64,
            all_counted: walks.whole.is_some() && denied == 0 && !walks.now.hiding,
            judged: HashSet::new(),
            whole: false,
        });
        self.joined.clone()
    }

    /// Judges sockets of which no owner is known, as they stand in the tables of the tick that began at
    /// `tick`: whether they were there before a walk that has come to everybody.
    pub fn judge(&mut self, tables: impl Iterator<Item = u64>, tick: u64) -> Arc<Owners> {
        let known = std::mem::take(&mut self.ownerless);
        let owners = &self.joined;
        if owners.sought {
            let ownerless = tables.filter(|inode| *inode != 0 && owners.of(*inode).is_empty());
            self.ownerless =
                ownerless.map(|inode| (inode, known.get(&inode).copied().unwrap_or(tick))).collect();
        }
        let whole = self.walks.and_then(|walks| walks.whole).map(|(began, _)| began);
        let old_enough = |(_, seen): &(&u64, &u64)| whole.is_some_and(|began| **seen <= began);
        let judged: HashSet<u64> =
            self.ownerless.iter().filter(old_enough).map(|(inode, _)| *inode).collect();
        if judged != owners.judged {
            self.joined = Arc::new(Owners { judged, ..Owners::clone(owners) });
        }
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
    /// Of whoever holds so many sockets, with these standard streams, and of nobody else.
    pub(crate) fn of_one(sockets: usize, streams: &[[u64; 3]]) -> Self {
        Self {
            target_status: Some(Status::Ok),
            target_sockets: sockets,
            target_streams: streams.to_vec(),
            ..Self::default()
        }
    }

    /// The processes known to hold a socket.
    pub fn of(&self, inode: u64) -> &[u32] {
        let start = first_from(&self.inodes, inode, |known| *known);
        // Few hold the same one: to search for the last of them takes longer than to go there.
        let held = self.inodes[start..].iter().take_while(|known| **known == inode).count();
        &self.pids[start..start + held]
    }

    /// Whether a process of the group holds a socket: the target itself, unless a wider scope was asked for.
    pub fn group_has(&self, inode: u64) -> bool {
        inode != 0 && self.group.get(first_from(&self.group, inode, |known| *known)) == Some(&inode)
    }

    /// Why the descriptors or the namespace of a process may not be seen.
    pub fn refusal(&self) -> &'static str {
        if self.may_trace { "refused, although CAP_SYS_PTRACE is held" } else { "needs CAP_SYS_PTRACE" }
    }

    /// How many sockets the group holds, of any family.
    pub fn group_sockets(&self) -> usize {
        self.group.len()
    }

    /// The inodes of the sockets that one process alone holds, in order.
    pub fn held_by(&self, pid: u32) -> Vec<u64> {
        let held = self.inodes.iter().zip(&self.pids).filter(|(_, holder)| **holder == pid);
        held.map(|(inode, _)| *inode).filter(|inode| self.of(*inode).len() == 1).collect()
    }

    /// The inodes of the sockets that the group holds, in order.
    pub fn group_inodes(&self) -> &[u64] {
        &self.group
    }

    /// All processes were looked at that can be with the privilege for it, and none holds this socket, which one could.
    pub fn has_no_owner(&self, inode: u64) -> bool {
        let is_judged = self.sought && (self.whole || self.judged.contains(&inode));
        inode != 0 && is_judged && self.sees_all() && self.of(inode).is_empty()
    }

    /// No process may not be looked at for want of a privilege.
    pub fn sees_all(&self) -> bool {
        self.denied == 0 || self.may_trace
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
            [] if !self.whole && !self.judged.contains(&inode) => Value::Absent("none found so far"),
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

    const SECOND: u64 = 1_000_000_000;

    fn collected() -> Collected {
        let mut collected = Collected::default();
        collected.about(1, Some(5));
        let own =
            b"ns/net net:[5]\nfd/3 socket:[30]\nfd/4 socket:[10]\ntask/9/fd/3 socket:[30]\nfd/5 pipe:[1]\n";
        collected.read(1, own, Status::Ok, 1);
        collected.read(2, b"ns/net net:[5]\nfd/0 socket:[30]\n", Status::Ok, 1);
        collected.read(3, b"ns/net net:[6]\n", Status::Denied, 1);
        collected
    }

    fn walk(pass: u64, complete: bool) -> Walk {
        Walk { pass, descriptors: true, complete, ..Walk::default() }
    }

    fn reason(owners: &Owners, inode: u64, state: Option<u8>) -> &'static str {
        match owners.cell(inode, state) {
            Value::Absent(reason) => reason,
            _ => "",
        }
    }

    #[test]
    fn all_who_hold_a_socket_are_found() {
        let list = [1, 2, 3, 4, 900, 901, 901, u64::MAX];
        let owners = Owners { inodes: list.to_vec(), pids: vec![1; list.len()], ..Owners::default() };
        for inode in [0, 1, 5, 900, 901, 902, u64::MAX] {
            let held = list.iter().filter(|known| **known == inode).count();
            assert_eq!(owners.of(inode).len(), held, "{inode}");
        }
    }

    #[test]
    fn shared_sockets_have_all_their_owners() {
        let owners = collected().join(1);
        assert_eq!(owners.of(30), [1, 2]);
        assert_eq!(owners.of(10), [1]);
        assert!(owners.of(11).is_empty());
        assert!(owners.group_has(10) && owners.group_has(30) && !owners.group_has(0));
        assert_eq!((owners.sharing, owners.denied, owners.group_sockets()), (2, 1, 2));
    }

    #[test]
    fn links_that_are_as_before_are_not_taken_for_those_that_changed() {
        let mut collected = collected();
        let mut held = |lines: &[u8], at| {
            collected.read(1, lines, Status::Ok, at);
            let owners = collected.join(at);
            [10, 30, 50].map(|inode| owners.of(inode).contains(&1))
        };
        let lines = b"ns/net net:[5]\nfd/3 socket:[30]\n";
        assert_eq!(held(lines, 2), [false, true, false]);
        assert_eq!(held(lines, 9 * SECOND), [false, true, false]);
        assert_eq!(held(b"ns/net net:[5]\nfd/3 socket:[50]\n", 9 * SECOND), [false, false, true]);
        assert_eq!(held(b"", 10 * SECOND), [false; 3]);
    }

    #[test]
    fn standard_streams_are_known() {
        let mut collected = collected();
        assert_eq!(collected.join(1).target_streams, [[0; 3]; 0]);
        let links = b"fd/0 socket:[30]\nfd/2 socket:[10]\nfd/10 socket:[11]\ntask/9/fd/1 socket:[12]\n";
        collected.read(1, links, Status::Ok, 1);
        let owners = collected.join(1);
        assert_eq!(owners.target_streams, [[30, 0, 10]]);
        assert_eq!(*owners.streams, [(1, [30, 0, 10]), (2, [30, 0, 0])]);
        // The same sockets at other numbers.
        collected.read(
            1,
            b"fd/9 socket:[30]\nfd/2 socket:[10]\nfd/10 socket:[11]\nfd/8 socket:[12]\n",
            Status::Ok,
            1,
        );
        assert_eq!(collected.join(1).target_streams, [[0, 0, 10]]);
    }

    #[test]
    fn the_reason_for_no_owner_is_said() {
        let mut collected = collected();
        let mut look = |change: &dyn Fn(&mut Collected)| {
            change(&mut collected);
            collected.join(1);
            collected.judge([99].into_iter(), 1)
        };
        let owners = look(&|_| {});
        assert_eq!(reason(&owners, 0, Some(6)), "no owner possible");
        assert_eq!(reason(&owners, 0, Some(1)), "in an accept queue");
        assert_eq!(reason(&owners, 99, None), "not looked for");
        assert_eq!(
            reason(&look(&|collected| collected.walked(walk(1, false), 1)), 99, None),
            "none found so far"
        );
        let owners = look(&|collected| collected.walked(walk(1, true), 1));
        assert_eq!(reason(&owners, 99, None), "not visible: needs CAP_SYS_PTRACE");
        let owners = look(&|collected| collected.read(3, b"", Status::Missing, 1));
        assert_eq!(reason(&owners, 99, None), "no visible owner");
    }

    #[test]
    fn a_socket_that_is_younger_than_the_last_whole_walk_is_not_judged() {
        let mut collected = collected();
        collected.read(3, b"", Status::Missing, 1);
        collected.walked(walk(1, true), 1);
        collected.join(1);
        collected.judge([99].into_iter(), 1);
        collected.join(5);
        let owners = collected.judge([99, 100].into_iter(), 5);
        assert_eq!(
            (reason(&owners, 99, None), reason(&owners, 100, None)),
            ("no visible owner", "none found so far")
        );
        // The second pass begins after the socket was seen; the third shows that it has ended.
        for (pass, tick) in [(2, 6), (3, 7)] {
            collected.read(1, b"fd/3 socket:[30]\n", Status::Ok, tick);
            collected.walked(walk(pass, true), tick);
            collected.join(tick);
            let owners = collected.judge([100].into_iter(), tick);
            let expected = if pass == 2 { "none found so far" } else { "no visible owner" };
            assert_eq!(reason(&owners, 100, None), expected);
        }
    }

    #[test]
    fn a_whole_walk_after_one_of_the_other_kind_judges_at_once() {
        let mut collected = collected();
        collected.walked(Walk { pass: 1, complete: true, ..Walk::default() }, 1);
        collected.join(1);
        assert_eq!(reason(&collected.judge([99].into_iter(), 1), 99, None), "not looked for");
        collected.walked(Walk { denied: 1, ..walk(2, true) }, 5);
        collected.join(5);
        let owners = collected.judge([99].into_iter(), 5);
        assert_eq!(reason(&owners, 99, None), "not visible: needs CAP_SYS_PTRACE");
    }

    #[test]
    fn descriptors_that_nobody_reads_again_are_forgotten() {
        let mut collected = collected();
        // Only the namespaces are walked over now; the target itself is read on.
        for tick in 1..10 {
            collected.read(1, b"ns/net net:[5]\nfd/3 socket:[30]\n", Status::Ok, tick * SECOND);
            collected.read(2, b"ns/net net:[5]\n", Status::NotAsked, tick * SECOND);
            collected.walked(Walk { pass: tick, complete: true, ..Walk::default() }, tick * SECOND);
            let owners = collected.join(tick * SECOND);
            assert_eq!(owners.sharing, 2);
            assert!(!owners.sought);
            let expected: &[u32] = if tick < 4 { &[1, 2] } else { &[1] };
            assert_eq!(owners.of(30), expected, "{tick}");
        }
    }

    #[test]
    fn a_relative_that_is_left_out_keeps_its_descriptors_and_is_counted_before_it_was_read() {
        let mut collected = collected();
        let mut known = |tick: u64, seven: Option<&[u8]>| {
            collected.read(1, b"ns/net net:[5]\nfd/3 socket:[30]\n", Status::Ok, tick * SECOND);
            match seven {
                Some(lines) => collected.read(7, lines, Status::Ok, tick * SECOND),
                None => collected.left_out(b"7", tick * SECOND),
            }
            collected.left_out(b"2 8 x", tick * SECOND);
            let owners = collected.join(tick * SECOND);
            (owners.of(30).to_vec(), owners.unread_relatives)
        };
        assert_eq!(known(9, None), (vec![1, 2], 2));
        assert_eq!(known(10, Some(b"fd/3 socket:[30]\n")), (vec![1, 2, 7], 1));
        for tick in 11..20 {
            assert_eq!(known(tick, None), (vec![1, 2, 7], 1));
        }
    }

    #[test]
    fn a_process_that_a_whole_walk_did_not_meet_is_gone() {
        let mut collected = collected();
        collected.read(3, b"", Status::Missing, 1);
        for (pass, tick) in [(1, SECOND), (2, 9 * SECOND), (3, 20 * SECOND)] {
            collected.read(1, b"ns/net net:[5]\nfd/3 socket:[30]\n", Status::Ok, tick);
            collected.walked(walk(pass, true), tick);
        }
        let owners = collected.join(20 * SECOND);
        assert_eq!((owners.of(30), owners.sharing, owners.all_counted), (&[1][..], 1, true));
    }

    #[test]
    fn another_namespace_is_shared_by_others() {
        let mut collected = collected();
        assert_eq!(collected.join(1).sharing, 2);
        collected.about(1, Some(6));
        assert_eq!(collected.join(1).sharing, 1);
    }

    #[test]
    fn a_target_without_descriptors_is_told() {
        let mut collected = collected();
        collected.read(1, b"", Status::Missing, 1);
        assert_eq!(collected.join(1).target_status, Some(Status::Missing));
    }

    #[test]
    fn nobody_says_all_where_some_may_be_hidden() {
        let mut collected = collected();
        collected.read(3, b"", Status::Missing, 1);
        collected.walked(Walk { hiding: true, ..walk(1, true) }, 1);
        assert!(!collected.join(1).all_counted);
        collected.walked(walk(1, true), 1);
        assert!(collected.join(1).all_counted);
    }

    #[test]
    fn a_refusal_is_blamed_on_what_is_missing() {
        assert_eq!(may_trace(b"CapEff:\t000001fffeffffff\n"), Some(true));
        assert_eq!(may_trace(b"CapEff:\t0000000000000000"), Some(false));
        assert_eq!(may_trace(b"nonsense"), None);
        let mut collected = collected();
        collected.walked(walk(1, true), 1);
        collected.permitted(true);
        collected.join(1);
        let owners = collected.judge([99].into_iter(), 1);
        assert!(owners.refusal().starts_with("refused"));
        assert_eq!(owners.cell(99, None), Value::Absent("not visible"));
    }
}
