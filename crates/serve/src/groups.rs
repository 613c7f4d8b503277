//! Processes in groups of one name and one control group: what they have moved and lost since it is counted, and which
//! sockets they hold now. So many groups stand alone, the others are one sum.
//!
//! What is counted is added up by growth from reading to reading: whoever leaves the sum takes nothing out of it, so that
//! it never goes down, and the sum of all is right whoever stands alone.

use std::collections::{HashMap, HashSet};
use std::ops::AddAssign;
use std::sync::Arc;

use netmonitor_core::detect::{Severity, Thresholds, groups};
use netmonitor_core::format::harmless_text;
use netmonitor_core::roll::Present;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::sockets::{Place, Socket, Sockets};
use netmonitor_core::traffic::{Counts, Process, ProcessId, Traffic};
use procnet::proc::inet::LISTEN;

use crate::exposition::Labels;
use crate::group_findings::{ByGroup, Found, Watches};

/// A group that has ended is told of for so long, in nanoseconds: whoever looks seldom sees its last figures, too.
const AFTER: u64 = 300_000_000_000;

/// Where what a process moves goes: over IP and not known to stay, over IP and to this machine, over UNIX sockets, and all
/// else.
pub(crate) const VIA: [&str; 4] = ["remote", "loopback", "unix", "other"];

/// Kinds of sockets that are counted, as [`groups::KINDS`] has them.
pub(crate) const PROTOCOLS: [&str; groups::KINDS.len()] = ["tcp", "udp", "raw"];

/// States of the kernel by number, as labels have them.
pub(crate) const STATES: [&str; 14] = [
    "unknown",
    "established",
    "syn_sent",
    "syn_recv",
    "fin_wait1",
    "fin_wait2",
    "time_wait",
    "close",
    "close_wait",
    "last_ack",
    "listen",
    "closing",
    "new_syn_recv",
    "bound_inactive",
];

/// Sockets by kind and state.
pub(crate) type ByState = [[u32; STATES.len()]; PROTOCOLS.len()];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Totals {
    pub(crate) rx_bytes: [u64; 4],
    pub(crate) tx_bytes: [u64; 4],
    pub(crate) retransmissions: u64,
    pub(crate) drops: u64,
}

/// How it is now.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Levels {
    pub(crate) processes: u64,
    pub(crate) sockets: ByState,
    /// Connections that wait to be accepted, how many may, and the fullest queue of all.
    pub(crate) waiting: u64,
    pub(crate) may_wait: u64,
    pub(crate) fullest: Option<f64>,
}

/// Who belongs together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) name: String,
    cgroup: String,
    /// Where every process stands for itself.
    pid: Option<u32>,
}

/// A group that stands alone, or all others.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) labels: Labels,
    pub(crate) totals: Totals,
    pub(crate) levels: Levels,
    /// Kinds and states of which there ever was a socket.
    pub(crate) seen: [[bool; STATES.len()]; PROTOCOLS.len()],
    /// What is wrong with it now; 0 of what was.
    pub(crate) found: Found,
    /// When its last process had ended.
    ended: Option<u64>,
}

/// What came of a group in one reading.
#[derive(Default)]
pub(crate) struct Lately {
    grown: Totals,
    levels: Levels,
    /// When the youngest of its processes began, nanoseconds since boot.
    pub(crate) began: u64,
    pub(crate) found: Found,
}

/// A process of which something was counted.
struct Known {
    key: Key,
    totals: Totals,
}

/// The groups.
pub(crate) struct Groups {
    most: usize,
    by_pid: bool,
    alone: HashMap<Key, Group>,
    other: Group,
    /// How many groups are in the sum.
    pub(crate) in_other: usize,
    known: HashMap<ProcessId, Known>,
    unattributed: Totals,
    /// What sockets had dropped, by cookie, those that dropped something.
    drops: HashMap<u64, u64>,
    watches: Watches,
}

impl Groups {
    /// At most so many groups stand alone; `by_pid`: every process is a group.
    pub(crate) fn new((most, by_pid): (usize, bool), thresholds: Thresholds) -> Self {
        let labels = labels("other", "", by_pid.then(String::new));
        let watches = Watches::new(crate::metrics::plan(), thresholds);
        Self {
            most,
            by_pid,
            alone: HashMap::new(),
            other: Group { found: watches.nothing(), ..Group::new(labels) },
            in_other: 0,
            known: HashMap::new(),
            unattributed: Totals::default(),
            drops: HashMap::new(),
            watches,
        }
    }

    /// Those that stand alone in order, then the sum of the others.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Group> {
        let mut alone: Vec<_> = self.alone.iter().collect();
        alone.sort_unstable_by_key(|(key, _)| *key);
        alone.into_iter().map(|(_, group)| group).chain([&self.other])
    }

    /// How many stand alone.
    pub(crate) fn alone(&self) -> usize {
        self.alone.len()
    }

    /// Takes over a reading.
    pub(crate) fn take(&mut self, snapshot: &Snapshot) {
        let mut tick = Tick { by_pid: self.by_pid, ..Tick::default() };
        for present in snapshot.roll.iter().flat_map(|roll| roll.living.iter()) {
            tick.present(present, snapshot);
        }
        if let Some(Ok(traffic)) = &snapshot.traffic {
            self.count(traffic, snapshot, &mut tick);
        }
        self.look(snapshot, &mut tick);
        self.admit(&tick);
        self.apply(tick, snapshot.moment.boottime);
    }

    /// Takes over what was counted alone: what processes moved comes to the groups that they were last seen in.
    pub(crate) fn take_counted(&mut self, snapshot: &Snapshot) {
        let mut tick = Tick { by_pid: self.by_pid, ..Tick::default() };
        if let Some(Ok(traffic)) = &snapshot.traffic {
            self.count(traffic, snapshot, &mut tick);
        }
        self.admit(&tick);
        for (key, lately) in tick.groups {
            self.alone.get_mut(&key).unwrap_or(&mut self.other).totals += lately.grown;
        }
    }

    /// What processes moved since the last reading.
    fn count(&mut self, traffic: &Traffic, snapshot: &Snapshot, tick: &mut Tick) {
        let mut told = HashSet::with_capacity(traffic.processes.len());
        // Those that are known in sum only were told of one by one before.
        for process in traffic.processes.iter().filter(|process| process.seen.id.pid != 0) {
            let id = process.seen.id;
            let key = match (tick.living.get(&id), self.known.get(&id)) {
                (Some(place), _) => tick.groups[*place].0.clone(),
                (None, Some(known)) => known.key.clone(),
                (None, None) => tick.key((id.pid, &process.seen.name, process.seen.cgroup), snapshot),
            };
            let totals = Totals::of(process);
            let before = self.known.get(&id).map(|known| known.totals).unwrap_or_default();
            let place = tick.place(&key);
            tick.groups[place].1.grown += totals.since(before);
            told.insert(id);
            self.known.insert(id, Known { key, totals });
        }
        self.known.retain(|id, _| told.contains(id));
        let Counts { rx_bytes, tx_bytes, .. } = traffic.unattributed;
        let lost =
            Totals { rx_bytes: [0, 0, 0, rx_bytes], tx_bytes: [0, 0, 0, tx_bytes], ..Totals::default() };
        self.other.totals += lost.since(self.unattributed);
        self.unattributed = lost;
    }

    /// Which sockets there are now, what they dropped since the last reading, and what is wrong.
    fn look(&mut self, snapshot: &Snapshot, tick: &mut Tick) {
        let mut drops = HashMap::new();
        tick.take_streams(snapshot);
        self.watches.begin();
        for namespace in snapshot.namespaces.iter().flat_map(|namespaces| namespaces.iter()) {
            let held = self.look_at(namespace, tick, &mut drops);
            self.watches.look(namespace, held, tick);
        }
        self.watches.end();
        self.drops = drops;
    }

    /// The sockets of one namespace; who holds which.
    fn look_at(&self, namespace: &Snapshot, tick: &mut Tick, drops: &mut HashMap<u64, u64>) -> ByGroup {
        let mut held = ByGroup::default();
        for_each_socket(namespace, &mut |kind, place, socket| {
            let Some(group) = tick.holder(namespace.owners.of(socket.inet.inode)) else { return };
            held.of(group).take(kind, place);
            let lately = &mut tick.groups[group].1;
            lately.levels.sockets[kind][state(&socket)] += 1;
            if kind == 0 && socket.inet.st == LISTEN {
                lately.levels.listens(&socket);
            }
            if let Some(dropped) = socket.inet.drops.filter(|dropped| *dropped > 0) {
                let cookie = socket.diag().map_or(socket.inet.inode, |diag| diag.cookie);
                let before = self.drops.get(&cookie).copied().unwrap_or(0);
                lately.grown.drops += u64::from(dropped).saturating_sub(before);
                drops.insert(cookie, dropped.into());
            }
        });
        held
    }

    /// The groups that something is wrong with come to stand alone while there is room, then those that moved most.
    fn admit(&mut self, tick: &Tick) {
        let room = self.most.saturating_sub(self.alone.len());
        let is_new = |(key, lately): &&(Key, Lately)| lately.is_worth() && !self.alone.contains_key(key);
        let mut new: Vec<_> = tick.groups.iter().filter(is_new).collect();
        new.sort_unstable_by_key(|(key, lately)| (std::cmp::Reverse(lately.rank()), key));
        self.in_other = new.len().saturating_sub(room);
        for (key, _) in new.into_iter().take(room) {
            let pid = key.pid.map(|pid| pid.to_string());
            self.alone.insert(key.clone(), Group::new(labels(&key.name, &key.cgroup, pid)));
        }
    }

    fn apply(&mut self, tick: Tick, now: u64) {
        self.alone.values_mut().chain([&mut self.other]).for_each(Group::begin);
        for (key, lately) in tick.groups {
            match self.alone.get_mut(&key) {
                Some(group) => group.apply(&lately),
                None => self.other.apply(&lately),
            }
        }
        self.alone.retain(|_, group| {
            if group.levels.processes > 0 {
                group.ended = None;
                return true;
            }
            now.saturating_sub(*group.ended.get_or_insert(now)) < AFTER
        });
    }
}

/// One reading, while it is gone through.
#[derive(Default)]
pub(crate) struct Tick {
    by_pid: bool,
    pub(crate) groups: Vec<(Key, Lately)>,
    /// Sockets that are standard streams of processes, by group.
    pub(crate) streams: HashMap<usize, Vec<[u64; 3]>>,
    places: HashMap<Key, usize>,
    by_number: HashMap<u32, usize>,
    living: HashMap<ProcessId, usize>,
}

impl Tick {
    /// Two names that look the same are the same: a metric may be told once only.
    fn key(&self, (pid, name, cgroup): (u32, &[u8], u64), snapshot: &Snapshot) -> Key {
        let cgroup = snapshot.cgroups.get(cgroup).map_or_else(|| "unknown".to_owned(), harmless_text);
        Key { name: harmless_text(name), cgroup, pid: self.by_pid.then_some(pid) }
    }

    fn present(&mut self, present: &Present, snapshot: &Snapshot) {
        let key = self.key((present.id.pid, present.name(), present.cgroup), snapshot);
        let place = self.place(&key);
        let lately = &mut self.groups[place].1;
        lately.levels.processes += 1;
        lately.began = lately.began.max(present.id.start);
        self.by_number.insert(present.id.pid, place);
        self.living.insert(present.id, place);
    }

    fn place(&mut self, key: &Key) -> usize {
        if let Some(place) = self.places.get(key) {
            return *place;
        }
        let place = self.groups.len();
        self.places.insert(key.clone(), place);
        self.groups.push((key.clone(), Lately::default()));
        place
    }

    fn take_streams(&mut self, snapshot: &Snapshot) {
        for (pid, streams) in snapshot.owners.streams.iter() {
            if let Some(place) = self.by_number.get(pid) {
                self.streams.entry(*place).or_default().push(*streams);
            }
        }
    }

    /// A socket that several hold counts once, for the first of them.
    pub(crate) fn holder(&self, pids: &[u32]) -> Option<usize> {
        pids.iter().find_map(|pid| self.by_number.get(pid).copied())
    }
}

/// Goes through the sockets of a namespace, each with the number of its kind in [`PROTOCOLS`], and where it stands.
pub(crate) fn for_each_socket<'s>(namespace: &'s Snapshot, each: &mut impl FnMut(usize, Place, Socket<'s>)) {
    for (number, kind) in groups::KINDS.into_iter().enumerate() {
        let Some(sockets): Option<&Arc<Sockets>> = namespace.sockets(kind) else { continue };
        for place in sockets.places(false) {
            if let Some(socket) = sockets.get(*place) {
                each(number, *place, socket);
            }
        }
    }
}

/// The place of a socket's state in [`STATES`].
pub(crate) fn state(socket: &Socket<'_>) -> usize {
    Some(usize::from(socket.inet.st)).filter(|state| *state < STATES.len()).unwrap_or(0)
}

fn labels(name: &str, cgroup: &str, pid: Option<String>) -> Labels {
    let pid = pid.map(|pid| ("pid", pid));
    [("name", name.to_owned()), ("cgroup", cgroup.to_owned())].into_iter().chain(pid).collect()
}

impl Group {
    fn new(labels: Labels) -> Self {
        Self {
            labels,
            totals: Totals::default(),
            levels: Levels::default(),
            seen: [[false; STATES.len()]; PROTOCOLS.len()],
            found: Found::new(),
            ended: None,
        }
    }

    /// Nothing is known of this reading so far.
    fn begin(&mut self) {
        self.levels = Levels::default();
        self.found.values_mut().for_each(|count| *count = 0);
    }

    fn apply(&mut self, lately: &Lately) {
        self.totals += lately.grown;
        self.levels += lately.levels;
        for (seen, now) in self.seen.iter_mut().flatten().zip(lately.levels.sockets.iter().flatten()) {
            *seen |= *now > 0;
        }
        for (what, count) in &lately.found {
            *self.found.entry(*what).or_default() += count;
        }
    }
}

impl Lately {
    /// Whoever has no sockets and moves nothing is not told of.
    fn is_worth(&self) -> bool {
        let has_sockets = self.levels.sockets.iter().flatten().any(|count| *count > 0);
        self.grown != Totals::default() || has_sockets || !self.found.is_empty()
    }

    fn rank(&self) -> (bool, u64, u32) {
        let is_wrong = self.found.keys().any(|(_, severity)| *severity > Severity::Info);
        let bytes = self.grown.rx_bytes.iter().chain(&self.grown.tx_bytes);
        let moved = bytes.fold(0_u64, |sum, bytes| sum.saturating_add(*bytes));
        (is_wrong, moved, self.levels.sockets.iter().flatten().sum())
    }
}

impl Totals {
    fn of(process: &Process) -> Self {
        let sums = &process.sums;
        let [all, remote, loopback, unix] =
            [sums.moved, sums.remote, sums.loopback, sums.unix].map(|moved| moved.counts);
        let other = all - (remote + loopback + unix);
        Self {
            rx_bytes: [remote, loopback, unix, other].map(|counts| counts.rx_bytes),
            tx_bytes: [remote, loopback, unix, other].map(|counts| counts.tx_bytes),
            retransmissions: sums.retrans,
            drops: 0,
        }
    }

    fn since(self, before: Self) -> Self {
        let grown = |now: [u64; 4], before: [u64; 4]| {
            let mut grown = now;
            grown.iter_mut().zip(before).for_each(|(now, before)| *now = now.saturating_sub(before));
            grown
        };
        Self {
            rx_bytes: grown(self.rx_bytes, before.rx_bytes),
            tx_bytes: grown(self.tx_bytes, before.tx_bytes),
            retransmissions: self.retransmissions.saturating_sub(before.retransmissions),
            drops: self.drops.saturating_sub(before.drops),
        }
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.rx_bytes.iter_mut().zip(other.rx_bytes).for_each(|(sum, more)| *sum += more);
        self.tx_bytes.iter_mut().zip(other.tx_bytes).for_each(|(sum, more)| *sum += more);
        self.retransmissions += other.retransmissions;
        self.drops += other.drops;
    }
}

impl Levels {
    fn listens(&mut self, socket: &Socket<'_>) {
        let waiting = u64::from(socket.inet.rx_queue);
        self.waiting += waiting;
        if let Some(may) = socket.diag().and_then(|diag| diag.accept_backlog) {
            self.may_wait += u64::from(may);
            // One more than the limit may wait.
            let full = waiting as f64 / (f64::from(may) + 1.0);
            self.fullest = Some(self.fullest.unwrap_or(0.0).max(full));
        }
    }
}

impl AddAssign for Levels {
    fn add_assign(&mut self, other: Self) {
        self.processes += other.processes;
        let sockets = self.sockets.iter_mut().flatten().zip(other.sockets.iter().flatten());
        sockets.for_each(|(sum, more)| *sum += more);
        self.waiting += other.waiting;
        self.may_wait += other.may_wait;
        self.fullest = match (self.fullest, other.fullest) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        };
    }
}
