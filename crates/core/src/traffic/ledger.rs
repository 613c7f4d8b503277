//! Keeps what is counted: adds up what is over, and tells how much came in the last tick.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use procnet::Endian;
use procnet::number::decimal;
use serde::{Deserialize, Serialize};

use super::protocol;
use super::record::{PROCESS, ProcessId, ProcessRecord, SOCKET, SocketRecord, Way};
use super::wire::Wires;
use super::{Counts, Moved, Over, Process, Socket, Sums, Traffic};
use crate::plan::Ended;
use crate::sample::{Reading, Status};
use crate::views::explain;

/// Bytes that are not split by socket, in the place of a protocol.
pub(crate) const NOT_SPLIT: &str = "not split";

/// Processes that have ended and are still told of one by one.
const ENDED: usize = 20_000;

/// What is kept from tick to tick.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Ledger {
    /// Records of the tick under way.
    #[serde(skip)]
    processes: Vec<ProcessRecord>,
    #[serde(skip)]
    sockets: Vec<SocketRecord>,
    known: BTreeMap<ProcessId, Known>,
    /// What was read last.
    last: Option<Last>,
    #[serde(skip)]
    wires: Wires,
    /// Which processes have ended, oldest first.
    ended: VecDeque<ProcessId>,
    #[serde(skip)]
    pub(crate) traffic: Option<Result<Arc<Traffic>, Arc<Reason>>>,
    /// How many addresses and ports are told apart, of all processes together.
    peers: usize,
}

/// What was read last.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Last {
    at: u64,
    /// In which tick.
    tick: u64,
    /// Of this process alone: its number and when it began, in clock ticks since boot.
    of: Option<(u32, u64)>,
}

/// What a reading tells of, and what it can be compared with.
#[derive(Clone, Copy)]
struct Span {
    /// Nanoseconds since the reading before; 0 where nothing can be compared with it.
    elapsed: u64,
    /// The reading before told only of the target.
    after_own: bool,
    /// This one tells only of the target.
    is_own: bool,
}

impl Span {
    /// Whether what a process moved is told of in the reading before, too.
    fn has_before(self, id: ProcessId, group: Group<'_>) -> bool {
        self.elapsed > 0 && (!self.after_own || group.is_target(id))
    }
}

/// Why nothing is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// How it is.
    pub status: Status,
    /// In a sentence.
    pub words: String,
}

/// What a process moved through the sockets of a tick.
struct Living {
    id: ProcessId,
    /// Of few protocols.
    by_protocol: Vec<(&'static str, Moved)>,
    sums: Sums,
    /// It is one of those that are asked for.
    is_own: bool,
    has_ended: bool,
}

impl Living {
    fn new(id: ProcessId) -> Self {
        Self { id, by_protocol: Vec::new(), sums: Sums::default(), is_own: false, has_ended: false }
    }

    fn add(&mut self, socket: &Socket) {
        let protocol = socket.seen.speaks();
        match self.by_protocol.iter_mut().find(|(known, _)| *known == protocol) {
            Some((_, moved)) => *moved += socket.moved,
            None => self.by_protocol.push((protocol, socket.moved)),
        }
        self.sums += Sums::of(socket);
    }
}

/// The processes of a tick's sockets, in order. Sockets that follow each other are mostly of one or of two.
struct Users {
    living: Vec<Living>,
    last: usize,
}

impl Users {
    fn of(sockets: &[Socket]) -> Self {
        let mut ids: Vec<ProcessId> = Vec::new();
        for socket in sockets {
            if !ids.iter().rev().take(2).any(|id| *id == socket.id) {
                ids.push(socket.id);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Self { living: ids.into_iter().map(Living::new).collect(), last: 0 }
    }

    fn find(&mut self, id: ProcessId) -> Option<&mut Living> {
        if self.living.get(self.last).is_none_or(|living| living.id != id) {
            self.last = self.living.binary_search_by_key(&id, |living| living.id).ok()?;
        }
        self.living.get_mut(self.last)
    }
}

impl Sums {
    fn of(socket: &Socket) -> Self {
        let Socket { seen, moved, retrans_lately, .. } = *socket;
        let mut sums = Self {
            moved,
            sockets: 1,
            conns: u64::from(seen.is_connected()),
            retrans: seen.retrans.into(),
            retrans_lately: retrans_lately.into(),
            ..Self::default()
        };
        match seen.way() {
            Way::Remote => sums.remote = moved,
            Way::Loopback => sums.loopback = moved,
            Way::Other if seen.speaks() == "unix" => sums.unix = moved,
            Way::Other => {}
        }
        sums
    }

    /// As they are for the ticks to come.
    fn past(self) -> Self {
        let past = |moved: Moved| Moved { lately: Counts::default(), ..moved };
        Self {
            moved: past(self.moved),
            remote: past(self.remote),
            loopback: past(self.loopback),
            unix: past(self.unix),
            retrans_lately: 0,
            ..self
        }
    }
}

/// A process.
#[derive(Serialize, Deserialize)]
struct Known {
    seen: ProcessRecord,
    /// What it moved through sockets that are over, by protocol.
    #[serde(deserialize_with = "protocol::counts")]
    folded: BTreeMap<&'static str, Counts>,
    over: Sums,
    peers: Arc<Over>,
    /// What was not split, up to the tick before.
    rest: Counts,
    /// It is among those that have ended.
    is_listed: bool,
}

/// Whom the target's figures are of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group<'a> {
    /// The target, and when it began, in clock ticks since boot.
    pub(crate) target: (u32, u64),
    pub(crate) clk_tck: u64,
    /// The others of its group.
    pub(crate) members: &'a [u32],
    /// What becomes of those that have ended.
    pub(crate) ended: Ended,
}

impl Ledger {
    /// A tick begins, or is begun anew.
    pub(crate) fn begin(&mut self) {
        self.processes.clear();
        self.sockets.clear();
    }

    pub(crate) fn take_processes(&mut self, bytes: &[u8], endian: Endian) {
        self.processes
            .extend(bytes.as_chunks::<PROCESS>().0.iter().map(|it| ProcessRecord::read(it, endian)));
    }

    pub(crate) fn take_sockets(&mut self, bytes: &[u8], endian: Endian) {
        self.sockets.extend(bytes.as_chunks::<SOCKET>().0.iter().map(|it| SocketRecord::read(it, endian)));
    }

    /// The control groups of the processes that are known.
    pub(crate) fn cgroups(&self) -> impl Iterator<Item = u64> {
        let known = self.known.values().map(|known| &known.seen);
        known.chain(&self.processes).map(|process| process.cgroup)
    }

    pub(crate) fn take_wire(&mut self, bytes: &[u8], endian: Endian, reading: Reading, tick: u64) {
        self.wires.take(bytes, endian, reading, tick);
    }

    /// The records have all come; `tick` counts the ticks.
    pub(crate) fn end(&mut self, words: &[u8], reading: Reading, tick: u64, group: Group<'_>) {
        if reading.status != Status::Ok {
            let said = String::from_utf8_lossy(words).into_owned();
            let other = || explain(reading.status).map_or(String::new(), |(_, why)| why);
            let words = if said.is_empty() { other() } else { said };
            self.traffic = Some(Err(Arc::new(Reason { status: reading.status, words })));
            (self.processes, self.sockets) = (Vec::new(), Vec::new());
            return;
        }
        let word = |name: &str| {
            let mut words = words.split(|byte| *byte == b' ');
            words
                .find_map(|word| decimal(word.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?))
                .unwrap_or(0)
        };
        let is_own = word("own") == 1;
        let of_target = is_own || word("target") == 1;
        let span = self.span((reading.at, tick), (is_own, of_target), group);
        let mut sockets = self.sockets(span, group);
        let processes = self.processes(Arc::make_mut(&mut sockets), span, group);
        self.traffic = Some(Ok(Arc::new(Traffic {
            reading,
            since: word("since"),
            elapsed: span.elapsed,
            is_own: of_target,
            has_splice: word("splice") == 1,
            has_retransmissions: word("retrans") == 1,
            unfollowed: word("unfollowed"),
            tells_over: group.ended == Ended::Kept,
            unattributed: Counts {
                rx_bytes: word("rx_bytes"),
                tx_bytes: word("tx_bytes"),
                rx_calls: word("rx_calls"),
                tx_calls: word("tx_calls"),
            },
            wire: self.wires.now.clone(),
            processes: processes.into(),
            sockets,
        })));
        // Only a reading of all tells of the end of a process.
        if !is_own {
            self.forget(if group.ended == Ended::Summed { 0 } else { ENDED });
        }
    }

    /// What this reading can be compared with.
    fn span(&mut self, (at, tick): (u64, u64), (is_own, of_target): (bool, bool), group: Group<'_>) -> Span {
        // A rate is that of the last tick: over a time in which nobody looked it would be an average. Where others than
        // the target are looked at, they must have been read in the tick before, too.
        let last = self.last.filter(|last| {
            let is_told = match last.of {
                None => true,
                Some(target) => target == group.target && of_target,
            };
            last.tick + 1 == tick && is_told
        });
        self.last = Some(Last { at, tick, of: is_own.then_some(group.target) });
        let elapsed = last.map_or(0, |last| at.saturating_sub(last.at));
        Span { elapsed, after_own: last.is_some_and(|last| last.of.is_some()), is_own }
    }

    /// The sockets in order, with what came in the last tick.
    fn sockets(&mut self, span: Span, group: Group<'_>) -> Arc<[Socket]> {
        let mut records = std::mem::take(&mut self.sockets);
        records.sort_unstable_by_key(|record| (record.cookie, record.id));
        let earlier = match &self.traffic {
            Some(Ok(traffic)) if span.elapsed > 0 => traffic.sockets.clone(),
            _ => Arc::default(),
        };
        // Both are in the same order.
        let mut earlier = earlier.iter().peekable();
        let with_lately = |SocketRecord { id, cookie, counts, seen }| {
            while earlier.next_if(|before| (before.cookie, before.id) < (cookie, id)).is_some() {}
            let before = earlier.peek().filter(|before| (before.cookie, before.id) == (cookie, id));
            let (counts_before, retrans_before) =
                before.map_or(Default::default(), |before| (before.moved.counts, before.seen.retrans));
            let has_before = span.has_before(id, group);
            let lately = if has_before { counts - counts_before } else { Counts::default() };
            let retrans_lately = if has_before { seen.retrans.saturating_sub(retrans_before) } else { 0 };
            Socket { cookie, id, is_own: false, moved: Moved { counts, lately }, seen, retrans_lately }
        };
        records.into_iter().map(with_lately).collect()
    }

    /// The processes in order, with all that they moved, and of each socket whether its process is one of those that are
    /// asked for. What is over is added up for the ticks to come.
    fn processes(&mut self, sockets: &mut [Socket], span: Span, group: Group<'_>) -> Vec<Process> {
        for seen in std::mem::take(&mut self.processes) {
            let id = seen.id;
            match self.known.get_mut(&id) {
                Some(known) => known.seen = seen,
                None => {
                    self.known.insert(id, Known::new(seen));
                }
            }
        }
        let mut users = Users::of(sockets);
        for socket in &*sockets {
            if let Some(living) = users.find(socket.id) {
                living.add(socket);
            }
        }
        for Living { id, has_ended, .. } in &mut users.living {
            // One that began after the processes were read is told of with the next tick; its sums are kept.
            let unknown = || Known::new(ProcessRecord { id: *id, ..ProcessRecord::default() });
            *has_ended = self.known.entry(*id).or_insert_with(unknown).seen.ended;
        }
        let mut processes = Vec::new();
        let all = ProcessId::default()..;
        let told = if span.is_own { self.known.range_mut(group.range()) } else { self.known.range_mut(all) };
        // Both are in the same order.
        let mut living = users.living.iter().peekable();
        for (id, known) in told {
            while living.next_if(|living| living.id < *id).is_some() {}
            let is_own = known.seen.followed || group.has(*id);
            let living = living.next_if(|living| living.id == *id);
            processes.push(known.process(living, span.has_before(*id, group), is_own));
        }
        group.keep_newest(&mut processes);
        for process in &processes {
            if let Some(living) = users.find(process.seen.id) {
                living.is_own = process.is_own;
            }
        }
        for socket in sockets {
            let Some(living) = users.find(socket.id) else { continue };
            socket.is_own = living.is_own;
            if socket.seen.closed || living.has_ended {
                self.fold(socket);
            }
        }
        processes
    }

    /// Adds up a socket that is over.
    fn fold(&mut self, socket: &Socket) {
        let Some(known) = self.known.get_mut(&socket.id) else { return };
        *known.folded.entry(socket.seen.speaks()).or_default() += socket.moved.counts;
        known.over += Sums::of(socket).past();
        Arc::make_mut(&mut known.peers).fold(socket, &mut self.peers);
    }

    /// Of those that have ended, the oldest are added up, until so many are left.
    fn forget(&mut self, left: usize) {
        let ended = self.known.iter_mut().filter(|(_, known)| known.seen.ended);
        let new = |(id, known): (&ProcessId, &mut Known)| {
            (!std::mem::replace(&mut known.is_listed, true)).then_some(*id)
        };
        let mut new: Vec<ProcessId> = ended.filter_map(new).collect();
        new.sort_unstable_by_key(|id| id.start);
        self.ended.extend(new);
        while self.ended.len() > left {
            let Some(known) = self.ended.pop_front().and_then(|id| self.known.remove(&id)) else { continue };
            let all = self.known.entry(ProcessId::default()).or_insert_with(|| {
                Known::new(ProcessRecord { name: b"(ended)".to_vec(), ..ProcessRecord::default() })
            });
            for (protocol, counts) in known.folded {
                *all.folded.entry(protocol).or_default() += counts;
            }
            all.seen.rest += known.seen.rest;
            all.over += known.over;
            Arc::make_mut(&mut all.peers).absorb(&known.peers, &mut self.peers);
        }
    }
}

impl Known {
    fn new(seen: ProcessRecord) -> Self {
        Self {
            seen,
            folded: BTreeMap::new(),
            over: Sums::default(),
            peers: Arc::default(),
            rest: Counts::default(),
            is_listed: false,
        }
    }

    fn process(&mut self, living: Option<&Living>, has_before: bool, is_own: bool) -> Process {
        let mut by: BTreeMap<&'static str, Moved> = BTreeMap::new();
        for (protocol, counts) in &self.folded {
            by.entry(protocol).or_default().counts += *counts;
        }
        let mut sums = self.over;
        if let Some(living) = living {
            for &(protocol, moved) in &living.by_protocol {
                *by.entry(protocol).or_default() += moved;
            }
            sums += living.sums;
        }
        let rest = self.seen.rest;
        if rest != Counts::default() {
            let lately = if has_before { rest - self.rest } else { Counts::default() };
            let moved = Moved { counts: rest, lately };
            *by.entry(NOT_SPLIT).or_default() += moved;
            sums.moved += moved;
        }
        self.rest = rest;
        let is_over = self.is_listed && sums.moved.lately == Counts::default();
        let by_protocol = by.into_iter().collect();
        Process { seen: self.seen.clone(), is_own, sums, by_protocol, over: self.peers.clone(), is_over }
    }
}

impl Group<'_> {
    /// Whether a process is one of them.
    pub(crate) fn has(&self, id: ProcessId) -> bool {
        self.is_target(id) || id.pid != self.target.0 && self.members.contains(&id.pid)
    }

    /// Whether a process is the target, and none that had its number before.
    fn is_target(&self, id: ProcessId) -> bool {
        let (target, start) = self.target;
        id.pid == target && id.start / self.tick() == start
    }

    /// A clock tick in nanoseconds.
    fn tick(&self) -> u64 {
        1_000_000_000 / self.clk_tck.max(1)
    }

    /// Where the target is, among processes in order.
    fn range(&self) -> Range<ProcessId> {
        let (pid, start) = self.target;
        let began = start.saturating_mul(self.tick());
        let at = |start| ProcessId { pid, start };
        at(began)..at(began.saturating_add(self.tick()))
    }

    /// Of members only the number is known: the newest process that has it is meant.
    fn keep_newest(&self, processes: &mut [Process]) {
        for place in 1..processes.len() {
            let (before, after) = processes.split_at_mut(place);
            if let (Some(older), Some(newer)) = (before.last_mut(), after.first())
                && older.seen.id.pid == newer.seen.id.pid
                && newer.is_own
            {
                older.is_own = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Figure;

    const SECOND: u64 = 1_000_000_000;
    const GROUP: Group<'static> = Group { target: (7, 500), clk_tck: 100, members: &[9], ended: Ended::Kept };
    const RX: Figure = |counts| counts.rx_bytes;

    fn counts(rx_bytes: u64, tx_bytes: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (place, number) in [rx_bytes, tx_bytes, rx_bytes.min(1), tx_bytes.min(1)].into_iter().enumerate()
        {
            bytes[8 * place..][..8].copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn process(pid: u32, start: u64, rest: u64, ended: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(start.to_le_bytes());
        bytes.extend(u64::from(pid).to_le_bytes());
        bytes.extend(counts(rest, 0));
        bytes.extend(33_u64.to_le_bytes());
        for number in [1, 1000, 4_026_531_840, u32::from(ended)] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(*b"web\0garbage\0\0\0\0\0");
        bytes
    }

    fn socket(pid: u32, start: u64, cookie: u64, rx_bytes: u64, closed: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [start, cookie, u64::from(pid)] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(counts(rx_bytes, 1));
        bytes.extend([127, 0, 0, 1].into_iter().chain([0; 12]).chain([192, 0, 2, 1]).chain([0; 12]));
        bytes.extend(5_u32.to_le_bytes());
        for number in [80, 4000, 2, 1, 6, u16::from(closed)] {
            bytes.extend(number.to_le_bytes());
        }
        // Two segments were sent again.
        bytes.extend(2_u64.to_le_bytes());
        bytes
    }

    struct Book {
        ledger: Ledger,
        tick: u64,
    }

    impl Book {
        fn tick(&mut self, processes: &[Vec<u8>], sockets: &[Vec<u8>]) -> Arc<Traffic> {
            self.read("since=3 splice=1 rx_bytes=9", processes, sockets)
        }

        fn read(&mut self, words: &str, processes: &[Vec<u8>], sockets: &[Vec<u8>]) -> Arc<Traffic> {
            self.ledger.take_processes(&processes.concat(), Endian::Little);
            self.ledger.take_sockets(&sockets.concat(), Endian::Little);
            self.tick += 1;
            let reading = Reading { status: Status::Ok, at: self.tick * SECOND, took: 1 };
            self.ledger.end(words.as_bytes(), reading, self.tick, GROUP);
            self.ledger.traffic.clone().unwrap().unwrap()
        }
    }

    fn book() -> Book {
        Book { ledger: Ledger::default(), tick: 0 }
    }

    const START: u64 = 5 * SECOND;

    #[test]
    fn records_are_read_and_belong_to_whom_they_name() {
        let traffic = book().tick(
            &[process(7, START, 5, false), process(7, START - SECOND, 0, true), process(8, 1, 0, false)],
            &[socket(7, START, 40, 100, false), socket(8, 1, 40, 30, false)],
        );
        assert_eq!((traffic.since, traffic.has_splice, traffic.unattributed.rx_bytes), (3, true, 9));
        let own: Vec<_> = traffic.processes.iter().filter(|it| it.is_own).collect();
        assert_eq!(own.len(), 1, "another process had its number before");
        assert_eq!((own[0].seen.name.as_slice(), own[0].seen.ppid, own[0].seen.cgroup), (&b"web"[..], 1, 33));
        assert_eq!((own[0].sums.moved.counts.rx_bytes, own[0].sums.sockets), (105, 1));
        let seen = traffic.sockets[0].seen;
        assert_eq!((seen.speaks(), seen.local_port, seen.remote_port), ("tcp", 80, 4000));
        assert_eq!(seen.remote.unwrap().to_string(), "192.0.2.1");
        assert_eq!(traffic.socket(40, true).counts.rx_bytes, 100);
        assert_eq!(traffic.socket(40, false).counts.rx_bytes, 130);
        assert_eq!(traffic.socket(41, false), Moved::default());
        let parts = [("not split", 5), ("tcp", 100)];
        let told = traffic.by_protocol(|process| process.is_own);
        assert!(told.iter().map(|(name, moved)| (*name, moved.counts.rx_bytes)).eq(parts));
    }

    #[test]
    fn a_rate_is_that_of_the_last_tick() {
        let mut book = book();
        let sockets = |bytes| vec![socket(7, START, 40, bytes, false)];
        let processes = [process(7, START, 0, false)];
        let rate = |traffic: &Traffic| traffic.rate(&traffic.socket(40, true), RX);
        assert_eq!(rate(&book.tick(&processes, &sockets(100))), None);
        assert_eq!(rate(&book.tick(&processes, &sockets(150))), Some(50.0));
        // What is new has moved all of it since.
        let both = [sockets(150), vec![socket(7, START, 41, 7, false)]].concat();
        let traffic = book.tick(&processes, &both);
        assert_eq!((rate(&traffic), traffic.rate(&traffic.socket(41, true), RX)), (Some(0.0), Some(7.0)));
        assert_eq!(traffic.processes[0].sums.moved.lately.rx_bytes, 7);
        book.tick += 1;
        assert_eq!(rate(&book.tick(&processes, &sockets(900))), None, "nobody looked in between");
    }

    #[test]
    fn what_is_over_stays_in_the_sums() {
        let mut book = book();
        let living = [process(7, START, 0, false)];
        book.tick(&living, &[socket(7, START, 40, 100, false), socket(7, START, 41, 10, false)]);
        let of = |traffic: &Traffic| {
            (traffic.processes[0].sums.moved.counts.rx_bytes, traffic.processes[0].sums.sockets)
        };
        let sockets = [socket(7, START, 40, 120, true), socket(7, START, 41, 10, false)];
        assert_eq!(of(&book.tick(&living, &sockets)), (130, 2));
        let traffic = book.tick(&living, &[socket(7, START, 41, 11, false)]);
        assert_eq!((of(&traffic), traffic.processes[0].sums.moved.lately.rx_bytes), ((131, 2), 1));
        let ended = [process(7, START, 4, true)];
        assert_eq!(of(&book.tick(&ended, &[socket(7, START, 41, 12, false)])), (136, 2));
        let traffic = book.tick(&[], &[]);
        assert_eq!((of(&traffic), traffic.processes[0].sums.moved.lately.rx_bytes), ((136, 2), 0));
        assert!(traffic.processes[0].seen.ended);
    }

    /// Nobody looks at others than the target; they are told of all the same, or are not.
    const ALL: &str = "own=0 target=1";
    const OWN: &str = "own=1 target=1";

    #[test]
    fn readings_of_one_process_and_of_all_follow_each_other_without_a_jump() {
        let mut book = book();
        let (own, both) = ([process(7, START, 0, false)], |rest| {
            [process(7, START, rest, false), process(8, START, 0, false)]
        });
        let of =
            |own: u64, other: u64| [socket(7, START, 40, own, false), socket(8, START, 40, other, false)];
        let lately = |traffic: &Traffic, pid: u32| {
            let mut all = traffic.processes.iter().filter(|process| process.seen.id.pid == pid);
            all.next().map(|process| process.sums.moved.lately.rx_bytes)
        };
        book.read(ALL, &both(0), &of(100, 1000));
        let traffic = book.read(OWN, &own, &of(150, 0)[..1]);
        assert_eq!((lately(&traffic, 7), lately(&traffic, 8)), (Some(50), None));
        assert!(traffic.is_own && traffic.sockets.iter().all(|socket| socket.is_own));
        let traffic = book.read(OWN, &[process(7, START, 3, false)], &of(160, 0)[..1]);
        assert_eq!(lately(&traffic, 7), Some(13));
        // What others have moved meanwhile is no growth of the last tick.
        let traffic = book.read(ALL, &both(3), &of(190, 9000));
        assert_eq!((lately(&traffic, 7), lately(&traffic, 8)), (Some(30), Some(0)));
        assert_eq!((traffic.elapsed, traffic.is_own), (SECOND, true));
        // Everybody was read in the tick before, too.
        let traffic = book.tick(&both(3), &of(191, 9001));
        assert_eq!((lately(&traffic, 7), lately(&traffic, 8)), (Some(1), Some(1)));
        assert!(!traffic.is_own);
        book.read(OWN, &own, &of(200, 0)[..1]);
        let traffic = book.tick(&both(3), &of(201, 9005));
        assert_eq!((traffic.elapsed, lately(&traffic, 8)), (0, Some(0)), "others have no rate yet");
        let sums: Vec<u64> = traffic.processes.iter().map(|it| it.sums.moved.counts.rx_bytes).collect();
        assert_eq!(sums, [204, 9005]);
    }

    #[test]
    fn what_is_over_stays_in_the_sums_of_one_process() {
        let mut book = book();
        let (own, other) = (process(7, START, 0, false), process(8, START, 0, false));
        let open = |cookie: u64, bytes: u64| socket(7, START, cookie, bytes, false);
        book.read(ALL, &[own.clone(), other.clone()], &[open(40, 10), socket(8, START, 50, 9, true)]);
        let closed = socket(7, START, 41, 5, true);
        let of = |traffic: &Traffic| {
            (traffic.processes[0].sums.moved.counts.rx_bytes, traffic.processes[0].sums.sockets)
        };
        let traffic = book.read(OWN, std::slice::from_ref(&own), &[open(40, 12), closed]);
        assert_eq!(of(&traffic), (17, 2));
        let traffic = book.read(OWN, std::slice::from_ref(&own), &[open(40, 13)]);
        assert_eq!((of(&traffic), traffic.processes[0].sums.moved.lately.rx_bytes), ((18, 2), 1));
        // What is over is told of by nobody again.
        let traffic = book.read(OWN, &[], &[]);
        assert_eq!(of(&traffic), (5, 1));
        let traffic = book.tick(&[own, other], &[open(40, 13)]);
        assert_eq!((of(&traffic), traffic.processes[1].sums.moved.counts.rx_bytes), ((18, 2), 9));
    }

    #[test]
    fn the_oldest_of_very_many_are_told_in_sum() {
        let mut book = book();
        for pid in 1..=ENDED as u32 + 3 {
            book.ledger.take_processes(&process(pid, u64::from(pid), 1, true), Endian::Little);
        }
        book.tick(&[], &[]);
        let traffic = book.tick(&[], &[]);
        assert_eq!(traffic.processes.len(), ENDED + 1);
        assert_eq!(
            (traffic.processes[0].seen.id.pid, traffic.processes[0].sums.moved.counts.rx_bytes),
            (0, 3)
        );
        let sum: u64 = traffic.processes.iter().map(|process| process.sums.moved.counts.rx_bytes).sum();
        assert_eq!(sum, ENDED as u64 + 3);
    }

    #[test]
    fn that_a_process_has_ended_is_news_once() {
        let mut book = book();
        let is_over = |traffic: &Traffic| traffic.processes[0].is_over;
        assert!(!is_over(&book.tick(&[process(7, START, 1, false)], &[])));
        assert!(!is_over(&book.tick(&[process(7, START, 1, true)], &[])));
        assert!(is_over(&book.tick(&[], &[])));
        // What comes later is told.
        let traffic = book.tick(&[], &[socket(7, START, 40, 9, true)]);
        assert_eq!((is_over(&traffic), traffic.processes[0].sums.moved.lately.rx_bytes), (false, 9));
        let traffic = book.tick(&[], &[]);
        assert!(is_over(&traffic) && traffic.tells_over);
        assert_eq!(traffic.processes[0].sums.moved.counts.rx_bytes, 10);
    }

    #[test]
    fn what_stays_here_is_told_apart_and_so_is_what_was_sent_again() {
        let mut book = book();
        let unix = |cookie: u64, bytes: u64| {
            let mut record = socket(7, START, cookie, bytes, false);
            let family = SOCKET - 16;
            record[family..family + 2].copy_from_slice(&1_u16.to_le_bytes());
            record
        };
        let here = |cookie: u64, bytes: u64| {
            let mut record = socket(7, START, cookie, bytes, false);
            let remote = SOCKET - 40;
            record[remote..remote + 4].copy_from_slice(&[127, 0, 0, 1]);
            record
        };
        let again = |mut record: Vec<u8>| {
            record[SOCKET - 8] = 5;
            record
        };
        let sockets = [socket(7, START, 40, 100, false), here(41, 20), unix(42, 3)];
        book.tick(&[process(7, START, 0, false)], &sockets);
        let sockets = [again(socket(7, START, 40, 150, true)), here(41, 21), unix(42, 3)];
        let sums = |traffic: &Traffic| traffic.processes[0].sums;
        let told = sums(&book.tick(&[process(7, START, 0, false)], &sockets));
        let rx = |moved: Moved| (moved.counts.rx_bytes, moved.lately.rx_bytes);
        assert_eq!(rx(told.moved), (174, 51));
        assert_eq!((rx(told.remote), rx(told.loopback), rx(told.unix)), ((150, 50), (21, 1), (3, 0)));
        assert_eq!((told.retrans, told.retrans_lately, told.sockets, told.conns), (9, 3, 3, 2));
        let told = sums(&book.tick(&[process(7, START, 0, false)], &[here(41, 21), unix(42, 3)]));
        assert_eq!((rx(told.remote), told.retrans, told.retrans_lately), ((150, 0), 9, 0));
    }

    #[test]
    fn why_nothing_is_counted_is_kept() {
        let mut ledger = Ledger::default();
        let reading = Reading { status: Status::Denied, at: 1, took: 0 };
        ledger.end(b"loading BPF programs needs CAP_BPF and CAP_PERFMON", reading, 1, GROUP);
        let reason = ledger.traffic.unwrap().unwrap_err();
        assert_eq!(reason.status, Status::Denied);
        assert!(reason.words.contains("CAP_PERFMON"));
    }

    #[test]
    fn any_bytes_are_taken() {
        let mut ledger = Ledger::default();
        for length in [0, 1, PROCESS - 1, PROCESS + 1, 3 * SOCKET + 5] {
            ledger.take_processes(&vec![0xff; length], Endian::Big);
            ledger.take_sockets(&vec![0xff; length], Endian::Little);
        }
        let reading = Reading { status: Status::Ok, at: 1, took: 0 };
        ledger.end(b"\xff=\xff since=99999999999999999999 splice", reading, 1, GROUP);
        assert!(ledger.traffic.unwrap().is_ok());
    }
}
