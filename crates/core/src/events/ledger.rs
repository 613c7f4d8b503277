//! Keeps what happened: says what each record means, puts together what belongs together, and keeps the newest.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use procnet::Endian;
use procnet::number::decimal;
use serde::{Deserialize, Serialize};

use super::record::{EVENT, EventRecord, Told};
use super::{Event, Events, Kind, Why};
use crate::plan::{Plan, Watch};
use crate::sample::{Moment, Reading, Status};
use crate::scope::Scope;
use crate::traffic::record::SeenSocket;
use crate::traffic::{Group, ProcessId, Reason};
use crate::views::explain;

/// As many events of connections are kept, and as many of packets.
pub(super) const KEPT: usize = 10_000;

/// A reset that is sent so soon after the end of a connection is why it has ended, nanoseconds.
const AT_ONCE: u64 = 10_000_000;

/// What is kept from tick to tick.
#[derive(Default)]
pub(crate) struct EventLedger {
    /// Records of the tick under way.
    pub(super) records: Vec<EventRecord>,
    reasons: Reasons,
    pub(super) connections: VecDeque<Arc<Event>>,
    pub(super) packets: VecDeque<Arc<Event>>,
    pub(super) last: u64,
    pub(super) forgotten: u64,
    pub(super) kin: Kin,
    /// Whom the last tick was asked for.
    members: Vec<u32>,
    pub(crate) events: Option<Result<Arc<Events>, Arc<Reason>>>,
}

/// The kernel's names of reasons.
#[derive(Default)]
struct Reasons {
    text: Vec<u8>,
    drops: HashMap<u32, Arc<str>>,
    resets: HashMap<u32, Arc<str>>,
}

impl Reasons {
    fn read(&mut self, text: &[u8]) {
        if self.text == text {
            return;
        }
        text.clone_into(&mut self.text);
        (self.drops, self.resets) = Default::default();
        for line in text.split(|&byte| byte == b'\n') {
            let mut words = line.splitn(3, |&byte| byte == b' ');
            let of = match words.next() {
                Some(b"drop") => &mut self.drops,
                Some(b"reset") => &mut self.resets,
                _ => continue,
            };
            let number = words.next().and_then(decimal).and_then(|number| u32::try_from(number).ok());
            if let (Some(number), Some(name)) = (number, words.next()) {
                of.insert(number, String::from_utf8_lossy(name).into());
            }
        }
    }

    fn of(names: &HashMap<u32, Arc<str>>, number: u32) -> Why {
        names.get(&number).map_or(Why::Number(number), |name| Why::Named(name.clone()))
    }
}

/// Processes that are or were of the group that is asked for: one that lives for less than a tick is of it when its parent
/// is, or another one of its control group.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kin {
    scope: Scope,
    ids: HashSet<ProcessId>,
    pids: HashSet<u32>,
    cgroups: HashSet<u64>,
}

impl Kin {
    fn begin(&mut self, scope: Scope, group: Group<'_>) {
        if self.scope != scope {
            *self = Self { scope, ..Self::default() };
        }
        self.pids.extend(group.members.iter().copied().chain([group.target.0]));
    }

    /// Whether a process is of the group; if it is, others may be by it.
    fn has(&mut self, record: &EventRecord, group: Group<'_>) -> bool {
        if record.id.pid == 0 {
            return false;
        }
        let is_known = group.has(record.id) || self.ids.contains(&record.id);
        let is_kin = is_known
            || match self.scope {
                Scope::Tree => record.is_descendant || self.pids.contains(&record.ppid),
                Scope::Cgroup => self.cgroups.contains(&record.cgroup),
                _ => false,
            };
        if is_kin && self.scope != Scope::Process {
            self.ids.insert(record.id);
            self.pids.insert(record.id.pid);
            self.cgroups.insert(record.cgroup);
        }
        is_kin
    }
}

/// Packets that can be told of together.
#[derive(PartialEq, Eq, Hash)]
struct Alike {
    kind: Kind,
    why: Why,
    cookie: u64,
    socket: SeenSocket,
    second: i64,
}

impl EventLedger {
    pub(crate) fn take_records(&mut self, bytes: &[u8], endian: Endian) {
        let (records, _) = bytes.as_chunks::<EVENT>();
        self.records.extend(records.iter().filter_map(|record| EventRecord::read(record, endian)));
    }

    pub(crate) fn take_reasons(&mut self, text: &[u8]) {
        self.reasons.read(text);
    }

    /// The control groups of whom is told of.
    pub(crate) fn cgroups(&self) -> impl Iterator<Item = u64> {
        let kept = self.connections.iter().chain(&self.packets).map(|event| event.record.cgroup);
        kept.chain(self.records.iter().map(|record| record.cgroup))
    }

    /// The records have all come; `words` say how far they reach.
    pub(crate) fn end(
        &mut self,
        words: &[u8],
        (reading, moment): (Reading, Moment),
        group: Group<'_>,
        plan: Option<&Plan>,
    ) {
        let records = std::mem::take(&mut self.records);
        if reading.status != Status::Ok {
            let said = String::from_utf8_lossy(words).into_owned();
            let other = || explain(reading.status).map_or_else(String::new, |(_, why)| why);
            let words = if said.is_empty() { other() } else { said };
            self.events = Some(Err(Arc::new(Reason { status: reading.status, words })));
            return;
        }
        let scope = plan.map_or(Scope::Process, |plan| plan.group);
        let is_kept = plan.is_none_or(|plan| plan.watch == Watch::Kept);
        let (all, own) = self.pick(&records, moment, (scope, group), is_kept);
        let word = |name: &str| value(words, name).and_then(decimal).unwrap_or(0);
        let missing = value(words, "missing").unwrap_or_default().split(|&byte| byte == b',');
        let missing = missing.filter(|name| !name.is_empty());
        self.events = Some(Ok(Arc::new(Events {
            reading,
            since: word("since"),
            lost_connections: word("lost_connections"),
            lost_packets: word("lost_packets"),
            forgotten: self.forgotten,
            missing: missing.map(|name| String::from_utf8_lossy(name).into_owned()).collect(),
            is_kept,
            all,
            own,
        })));
    }

    /// What is told after this tick, and the places of what is of the group.
    fn pick(
        &mut self,
        records: &[EventRecord],
        moment: Moment,
        (scope, group): (Scope, Group<'_>),
        is_kept: bool,
    ) -> (Arc<[Arc<Event>]>, Arc<[u32]>) {
        let is_same = records.is_empty() && scope == self.kin.scope && group.members == self.members;
        if let (true, true, Some(Ok(before))) = (is_same, is_kept, &self.events) {
            return (before.all.clone(), before.own.clone());
        }
        group.members.clone_into(&mut self.members);
        if !is_kept {
            self.connections.clear();
            self.packets.clear();
        }
        self.keep(records, moment, if is_kept { KEPT } else { usize::MAX });
        let mut all: Vec<Arc<Event>> = self.connections.iter().chain(&self.packets).cloned().collect();
        // Both parts are in order.
        all.sort_by_key(|event| event.seq);
        self.kin.begin(scope, group);
        let is_own = |(place, event): (u32, &Arc<Event>)| self.kin.has(&event.record, group).then_some(place);
        let own = (0..).zip(&all).filter_map(is_own).collect();
        (all.into(), own)
    }

    pub(super) fn keep(&mut self, records: &[EventRecord], moment: Moment, most: usize) {
        let mut batch: Vec<Event> = Vec::with_capacity(records.len());
        let mut alike: HashMap<Alike, usize> = HashMap::new();
        let mut ended: HashMap<u64, usize> = HashMap::new();
        for record in records {
            let (kind, why) = self.meaning(record);
            // It may have happened since the tick has begun.
            let later = record.time.cast_signed().saturating_sub(moment.boottime.cast_signed());
            let wall = moment.wall.saturating_add(later);
            let length = record.length.into();
            let count = u64::from(record.segments).max(1);
            let event = Event { seq: 0, wall, kind, why, record: *record, count, length };
            if kind == Kind::ResetSent
                && let Some(end) = ended.get(&record.cookie).and_then(|place| batch.get_mut(*place))
                && record.time.saturating_sub(end.record.time) < AT_ONCE
            {
                (end.kind, end.why) = (Kind::Reset, event.why);
                continue;
            }
            if kind.is_of_packets() {
                let (cookie, socket) = (record.cookie, record.socket);
                let second = wall.div_euclid(1_000_000_000);
                let alike = alike.entry(Alike { kind, why: event.why.clone(), cookie, socket, second });
                let place = *alike.or_insert(batch.len());
                if let Some(first) = batch.get_mut(place) {
                    first.count += event.count;
                    first.length += event.length;
                    first.record.total_retrans = first.record.total_retrans.max(record.total_retrans);
                    continue;
                }
            } else if kind.is_end() {
                ended.insert(record.cookie, batch.len());
            }
            batch.push(event);
        }
        for mut event in batch {
            self.last += 1;
            event.seq = self.last;
            let list = if event.kind.is_of_packets() { &mut self.packets } else { &mut self.connections };
            if list.len() == most {
                list.pop_front();
                self.forgotten += 1;
            }
            list.push_back(Arc::new(event));
        }
    }

    /// What a record means.
    fn meaning(&self, record: &EventRecord) -> (Kind, Why) {
        match record.told {
            Told::State => meaning_of_state(record),
            Told::Accept => (Kind::Accepted, Why::Unknown),
            Told::Retransmit => (Kind::Retransmitted, Why::Unknown),
            Told::Reset => (Kind::ResetSent, Reasons::of(&self.reasons.resets, record.reason)),
            Told::Drop => (Kind::Dropped, Reasons::of(&self.reasons.drops, record.reason)),
        }
    }
}

const ESTABLISHED: u8 = 1;
const SYN_SENT: u8 = 2;
const FIN_WAIT1: u8 = 4;
const CLOSE_WAIT: u8 = 8;
const LISTEN: u8 = 10;

const EPIPE: u16 = 32;
const ECONNRESET: u16 = 104;
const ETIMEDOUT: u16 = 110;
const ECONNREFUSED: u16 = 111;

/// What a change of state means. A reset that was received leaves its error with the socket; one that is sent by whoever
/// closes the connection comes after it.
fn meaning_of_state(record: &EventRecord) -> (Kind, Why) {
    match (record.old_state, record.new_state, record.error) {
        (_, ESTABLISHED, _) => (Kind::Opened, Why::Unknown),
        (_, LISTEN, _) => (Kind::Listening, Why::Unknown),
        (LISTEN, ..) => (Kind::Closed, Why::Unknown),
        (SYN_SENT, _, ECONNREFUSED) => (Kind::Refused, Why::Words("by the other end")),
        (_, _, ETIMEDOUT) => (Kind::TimedOut, Why::Unknown),
        (_, _, ECONNRESET | EPIPE | ECONNREFUSED) => (Kind::Reset, Why::Words("by the other end")),
        (SYN_SENT, _, 0) => (Kind::Failed, Why::Words("given up by its process")),
        (ESTABLISHED | CLOSE_WAIT | FIN_WAIT1, _, 0) => (Kind::Reset, Why::Words("by this end")),
        (_, _, 0) if record.established == 0 && record.is_passive => (Kind::Failed, Why::Unknown),
        (_, _, 0) if record.is_passive && !record.is_accepted && !record.is_subflow => {
            (Kind::Closed, Why::Words("never accepted"))
        }
        (_, _, 0) => (Kind::Closed, Why::Unknown),
        _ => (Kind::Failed, Why::Unknown),
    }
}

fn value<'w>(words: &'w [u8], name: &str) -> Option<&'w [u8]> {
    let mut words = words.split(|&byte| byte == b' ');
    words.find_map(|word| word.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Ended;

    const SECOND: u64 = 1_000_000_000;
    const GROUP: Group<'static> = Group { target: (7, 500), clk_tck: 100, members: &[], ended: Ended::Kept };
    /// When process 7 began.
    const START: u64 = 5 * SECOND;

    /// A record, as a program writes it.
    #[derive(Clone, Copy)]
    struct Record {
        kind: u8,
        time: u64,
        cookie: u64,
        pid: u32,
        ppid: u32,
        cgroup: u64,
        states: (u8, u8),
        error: u16,
        reason: u32,
        flags: u8,
        times: [u64; 3],
    }

    const RECORD: Record = Record {
        kind: 1,
        time: 100 * SECOND,
        cookie: 40,
        pid: 7,
        ppid: 1,
        cgroup: 33,
        states: (5, 7),
        error: 0,
        reason: 0,
        flags: 0,
        times: [97 * SECOND, 98 * SECOND, 99 * SECOND],
    };

    impl Record {
        fn bytes(self) -> Vec<u8> {
            let mut bytes = Vec::new();
            let start = if self.pid == 7 { START } else { 9 * SECOND };
            for number in [self.time, self.cookie, start, self.cgroup].into_iter().chain(self.times) {
                bytes.extend(number.to_le_bytes());
            }
            for number in [1000_u64, 2000, 30] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend([127, 0, 0, 1].into_iter().chain([0; 12]).chain([192, 0, 2, 1]).chain([0; 12]));
            for number in [self.pid, self.ppid, 1000, 50, 60, self.reason, 3] {
                bytes.extend(number.to_le_bytes());
            }
            for number in [80, 4000, 2, 1, 6, self.error] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend([self.kind, self.states.0, self.states.1, self.flags, 0, 0, 0, 0]);
            bytes.extend(*b"web\0garbage\0\0\0\0\0");
            bytes
        }
    }

    struct Book {
        ledger: EventLedger,
        scope: Scope,
        watch: Watch,
    }

    impl Default for Book {
        fn default() -> Self {
            Self { ledger: EventLedger::default(), scope: Scope::Process, watch: Watch::Kept }
        }
    }

    impl Book {
        fn tick(&mut self, records: &[Record], group: Group<'_>) -> Arc<Events> {
            let bytes: Vec<u8> = records.iter().flat_map(|record| record.bytes()).collect();
            self.ledger.take_records(&bytes, Endian::Little);
            self.ledger
                .take_reasons(b"drop 6 SOCKET_RCVBUFF\nreset 11 TCP_ABORT_ON_CLOSE\nnonsense\ndrop x Y\n");
            let reading = Reading { status: Status::Ok, at: 1, took: 1 };
            let moment = Moment { wall: 1_000 * SECOND as i64, boottime: 99 * SECOND, seq: 1 };
            let words = b"since=3 lost_connections=4 lost_packets=5 missing=accept,kfree_skb";
            let plan = Plan { group: self.scope, watch: self.watch, ..Plan::default() };
            self.ledger.end(words, (reading, moment), group, Some(&plan));
            self.ledger.events.clone().unwrap().unwrap()
        }
    }

    #[test]
    fn a_record_is_read() {
        let events = Book::default().tick(&[RECORD], GROUP);
        let Events { since, lost_connections, lost_packets, missing, own, .. } = &*events;
        assert_eq!((*since, *lost_connections, *lost_packets), (3, 4, 5));
        assert_eq!((&**missing, &**own), (&["accept".to_owned(), "kfree_skb".to_owned()][..], &[0][..]));
        let event = &events.all[0];
        assert_eq!(
            (event.seq, event.kind, &event.why, event.name()),
            (1, Kind::Closed, &Why::Unknown, &b"web"[..])
        );
        assert_eq!(event.wall, 1_001 * SECOND as i64, "it happened after the tick began");
        assert_eq!(event.owner(), Some(ProcessId { pid: 7, start: START }));
        assert_eq!(
            (event.connecting(), event.duration(), event.first_byte()),
            (Some(SECOND), Some(2 * SECOND), Some(SECOND))
        );
        let bytes = event.bytes().unwrap();
        assert_eq!((bytes.rx_bytes, bytes.tx_bytes, bytes.bytes_retrans), (1000, 2000, 30));
        assert_eq!((event.total_retrans(), event.speaks()), (Some(3), "tcp"));
        let socket = event.socket();
        assert_eq!((socket.local_port, socket.remote_port, socket.netns), (80, 4000, 50));
        assert_eq!(socket.remote.unwrap().to_string(), "192.0.2.1");
        let EventRecord { ppid, uid, cgroup, .. } = event.record;
        assert_eq!((ppid, uid, cgroup), (1, 1000, 33));
    }

    #[test]
    fn what_states_and_errors_mean() {
        const PASSIVE: u8 = 1;
        const ACCEPTED: u8 = 2;
        let by_other = Why::Words("by the other end");
        for ((old, new), error, flags, kind, why) in [
            ((2, 1), 0, 0, Kind::Opened, Why::Unknown),
            ((7, 10), 0, 0, Kind::Listening, Why::Unknown),
            ((10, 7), 0, 0, Kind::Closed, Why::Unknown),
            ((9, 7), 0, PASSIVE | ACCEPTED, Kind::Closed, Why::Unknown),
            ((9, 7), 0, PASSIVE, Kind::Closed, Why::Words("never accepted")),
            ((2, 7), 111, 0, Kind::Refused, by_other.clone()),
            ((2, 7), 110, 0, Kind::TimedOut, Why::Unknown),
            ((1, 7), 110, 0, Kind::TimedOut, Why::Unknown),
            ((2, 7), 113, 0, Kind::Failed, Why::Unknown),
            ((2, 7), 0, 0, Kind::Failed, Why::Words("given up by its process")),
            ((1, 7), 104, 0, Kind::Reset, by_other.clone()),
            ((8, 7), 32, 0, Kind::Reset, by_other),
            ((1, 7), 0, 0, Kind::Reset, Why::Words("by this end")),
            ((1, 7), 103, 0, Kind::Failed, Why::Unknown),
        ] {
            let record = Record { states: (old, new), error, flags, ..RECORD };
            let events = Book::default().tick(&[record], GROUP);
            assert_eq!((events.all[0].kind, &events.all[0].why), (kind, &why), "{old} {new} {error} {flags}");
        }
        let accepted = Record { kind: 2, states: (1, 1), ..RECORD };
        let event = &Book::default().tick(&[accepted], GROUP).all[0];
        assert_eq!((event.kind, event.bytes(), event.duration()), (Kind::Accepted, None, None));
    }

    #[test]
    fn what_belongs_together_is_told_together() {
        let drop = Record { kind: 5, reason: 6, states: (7, 7), ..RECORD };
        let later = Record { time: RECORD.time + SECOND, ..drop };
        let unnamed = Record { reason: 9, ..drop };
        let other = Record { cookie: 41, ..drop };
        let events = Book::default().tick(&[drop, drop, later, other, unnamed, drop], GROUP);
        let told: Vec<_> = events.all.iter().map(|event| (event.count, event.length)).collect();
        assert_eq!(told, [(3, 180), (1, 60), (1, 60), (1, 60)]);
        assert_eq!(events.all[0].why, Why::Named("SOCKET_RCVBUFF".into()));
        assert_eq!(events.all[3].why, Why::Number(9));

        // The reset that ends a connection is sent behind its end.
        let end = Record { states: (1, 7), ..RECORD };
        let reset = Record { kind: 4, reason: 11, time: end.time + 1000, ..RECORD };
        let events = Book::default().tick(&[end, reset, Record { cookie: 41, ..reset }], GROUP);
        let kinds: Vec<_> = events.all.iter().map(|event| (event.kind, &event.why)).collect();
        let why = Why::Named("TCP_ABORT_ON_CLOSE".into());
        assert_eq!(kinds, [(Kind::Reset, &why), (Kind::ResetSent, &why)]);
        let late = Record { time: end.time + SECOND, ..reset };
        assert_eq!(Book::default().tick(&[end, late], GROUP).all[1].kind, Kind::ResetSent);
    }

    #[test]
    fn the_newest_are_kept_of_connections_and_of_packets() {
        let mut book = Book::default();
        let drops = (0..KEPT as u64 + 5).map(|cookie| Record { kind: 5, cookie, ..RECORD });
        let all: Vec<Record> = [RECORD].into_iter().chain(drops).collect();
        let events = book.tick(&all, GROUP);
        assert_eq!((events.all.len(), events.forgotten), (KEPT + 1, 5));
        assert_eq!(
            (events.all[0].kind, events.all[1].seq),
            (Kind::Closed, 7),
            "a flood drowns no connections"
        );
        let events = book.tick(&[], GROUP);
        assert_eq!((events.all.len(), events.own.len()), (KEPT + 1, KEPT + 1));
        book.watch = Watch::Lately;
        assert_eq!(book.tick(&all, GROUP).all.len(), all.len(), "what is told once is told whole");
        assert_eq!(book.tick(&[RECORD], GROUP).all.len(), 1);
        assert_eq!(book.tick(&[], GROUP).all.len(), 0);
    }

    #[test]
    fn of_a_group_are_those_too_who_lived_for_less_than_a_tick() {
        let member = Record { pid: 8, ..RECORD };
        let child = Record { pid: 9, ppid: 8, cgroup: 34, ..RECORD };
        let grandchild = Record { pid: 10, ppid: 9, cgroup: 34, ..RECORD };
        let stranger = Record { pid: 11, ppid: 1, cgroup: 35, ..RECORD };
        let neighbour = Record { pid: 12, ppid: 1, cgroup: 33, ..RECORD };
        let nobody = Record { pid: 0, ..RECORD };
        let distant = Record { pid: 13, cgroup: 36, flags: 8, ..RECORD };
        let all = [RECORD, member, child, grandchild, stranger, neighbour, nobody, distant];
        let with = Group { members: &[8], ..GROUP };
        let mut book = Book::default();
        assert_eq!(*book.tick(&all, with).own, [0, 1]);
        book.scope = Scope::Tree;
        assert_eq!(*book.tick(&[], with).own, [0, 1, 2, 3, 7]);
        assert_eq!(*book.tick(&[], GROUP).own, [0, 1, 2, 3, 7], "although they have ended");
        book.scope = Scope::Cgroup;
        assert_eq!(*book.tick(&[], GROUP).own, [0, 1, 5]);
        // Another one had the target's number.
        let group = Group { target: (7, 501), ..GROUP };
        assert!(Book::default().tick(&all, group).own.is_empty());
    }

    #[test]
    fn why_nothing_is_watched_is_kept() {
        let mut ledger = EventLedger::default();
        let reading = Reading { status: Status::Denied, at: 1, took: 0 };
        let said = b"loading BPF programs needs CAP_BPF and CAP_PERFMON";
        ledger.end(said, (reading, Moment::default()), GROUP, None);
        let reason = ledger.events.unwrap().unwrap_err();
        assert_eq!((reason.status, reason.words.as_bytes()), (Status::Denied, &said[..]));
    }

    #[test]
    fn any_bytes_are_taken() {
        for byte in [0_u8, 1, 2, 4, 5, 0x7f, 0xff] {
            for length in [0, 1, EVENT - 1, EVENT, 3 * EVENT + 5] {
                for endian in [Endian::Little, Endian::Big] {
                    let mut ledger = EventLedger::default();
                    let mut bytes = vec![byte; length];
                    bytes.iter_mut().skip(152).step_by(EVENT).for_each(|kind| *kind = byte % 7);
                    ledger.take_records(&bytes, endian);
                    ledger.take_reasons(&bytes);
                    let reading = Reading { status: Status::Ok, at: 1, took: 0 };
                    ledger.end(&bytes, (reading, Moment::default()), GROUP, None);
                    let events = ledger.events.unwrap().unwrap();
                    for event in events.all.iter() {
                        let _ = (event.connecting(), event.duration(), event.first_byte(), event.bytes());
                        let _ = (event.speaks(), event.name(), event.total_retrans());
                    }
                }
            }
        }
    }
}
