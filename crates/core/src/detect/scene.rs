//! What a rule sees: the snapshot, with what has moved since the look before, and where it reports.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use procnet::proc::counter::{Counter as Row, Number};
use procnet::{Row as AnyRow, Table};

use super::connections::{Connection, Known};
use super::contacts::{Begun, Contact, Contacts};
use super::finding::{Amount, Evidence, Severity, Subject};
use super::{Baseline, Counter, Detector, Threshold, Thresholds};
use crate::events::Event;
use crate::rates;
use crate::sample::Status;
use crate::scope::Scope;
use crate::settings::Setting;
use crate::snapshot::{Snapshot, Source};
use crate::sockets::{Reach, Socket, SocketKind};

/// A moment as rules see it.
pub struct Scene<'a> {
    /// The snapshot.
    pub now: &'a Snapshot,
    thresholds: &'a Thresholds,
    /// When the look before was, `CLOCK_BOOTTIME`; what was read before that was looked at already.
    last: u64,
    /// Number of the last event that was looked at.
    last_event: u64,
    /// Whom the process has to do with.
    pub(super) contacts: Option<&'a Contacts>,
    rows: RefCell<HashMap<&'static str, Rc<Rows<'a>>>>,
    connections: Vec<Connection<'a>>,
    /// More is looked at than lists of sockets: `closely` in what a detector needs.
    is_close: bool,
}

/// What stands behind the path of an executed file that was deleted.
pub(super) const DELETED: &[u8] = b" (deleted)";

/// Places of counters in a file.
type Rows<'a> = HashMap<(&'a [u8], &'a [u8]), usize>;

/// A counter now and before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// What it is.
    pub now: u64,
    /// What it was at the reading before.
    pub before: u64,
    /// Nanoseconds between the two.
    pub elapsed: u64,
}

impl Counted {
    /// By how much it has grown.
    pub fn grown(self) -> u64 {
        rates::growth(self.before, self.now).unwrap_or(0)
    }

    /// How much it grows a second.
    pub fn per_second(self) -> f64 {
        rates::per_second(self.before, self.now, self.elapsed).unwrap_or(0.0)
    }
}

impl<'a> Scene<'a> {
    pub(super) fn new(now: &'a Snapshot, thresholds: &'a Thresholds, (last, last_event): (u64, u64)) -> Self {
        let (rows, connections) = (RefCell::default(), Vec::new());
        Self { now, thresholds, last, last_event, contacts: None, rows, connections, is_close: true }
    }

    /// The same, where nobody asks for connections and contacts: to gather them takes longer than all else.
    pub(super) fn afar(self) -> Self {
        Self { is_close: false, ..self }
    }

    /// Compares the connections with what was known of them.
    pub(super) fn compare(&mut self, known: &mut Known) {
        self.connections = known.look(self);
    }

    /// The connections of TCP that the process holds and that were read since, with what they have moved; those
    /// alone of which TCP tells that.
    pub fn connections(&self) -> &[Connection<'a>] {
        debug_assert!(self.is_close, "whoever asks for connections declares it");
        &self.connections
    }

    /// What the process normally does, where that was learned.
    pub fn baseline(&self) -> Option<&'a Baseline> {
        self.thresholds.baseline.as_deref()
    }

    /// What a threshold is.
    pub fn limit(&self, threshold: &Threshold) -> f64 {
        self.thresholds.get(threshold)
    }

    /// When it is, `CLOCK_BOOTTIME` in nanoseconds.
    pub fn at(&self) -> u64 {
        self.now.moment.boottime
    }

    /// A source that was read since the look before, and wholly.
    pub fn source(&self, name: &str) -> Option<&'a Source> {
        let source = self.now.source(name)?;
        (source.reading.status == Status::Ok && source.reading.at > self.last).then_some(source)
    }

    /// Its rows.
    pub fn table<R: AnyRow>(&self, name: &str) -> Option<&'a Table<R>> {
        self.source(name)?.table.as_any().downcast_ref()
    }

    /// The rows of its sockets that the process holds.
    pub fn held_rows<R: AnyRow>(&self, name: &str) -> impl Iterator<Item = &'a R> + use<'a, R> {
        let table = self.table::<R>(name);
        let rows =
            table.and(self.source(name)).and_then(|source| source.owned.as_deref()).unwrap_or_default();
        rows.iter().filter_map(move |row| table?.get(*row as usize))
    }

    fn counters(&self, path: &'static str) -> Option<(&'a Source, &'a Table<Row>, Rc<Rows<'a>>)> {
        let source = self.source(path)?;
        let table: &Table<Row> = source.table.as_any().downcast_ref()?;
        let index = || {
            let texts = &table.texts;
            let name = |(at, row): (usize, &Row)| ((texts.get(row.group), texts.get(row.name)), at);
            Rc::new(table.iter().enumerate().map(name).collect())
        };
        let rows = self.rows.borrow_mut().entry(path).or_insert_with(index).clone();
        Some((source, table, rows))
    }

    /// What a counter or a level is now.
    pub fn level(&self, Counter { path, group, name }: Counter) -> Option<u64> {
        let (_, table, rows) = self.counters(path)?;
        match table[*rows.get(&(group.as_bytes(), name.as_bytes()))?].value {
            Number::Unsigned(number) => Some(number),
            Number::Negative(_) => None,
        }
    }

    /// What a counter is and was; `None` at the first look, and where it went back.
    pub fn counter(&self, counter: Counter) -> Option<Counted> {
        const VALUE: usize = 2;
        let Counter { path, group, name } = counter;
        let now = self.level(counter)?;
        let (source, _, rows) = self.counters(path)?;
        let row = *rows.get(&(group.as_bytes(), name.as_bytes()))?;
        let zero = procnet::dictionary::omitted_when_zero(group.as_bytes(), name.as_bytes()).then_some(0);
        let before = source.before.as_ref()?.count(row, VALUE).or(zero)?;
        rates::growth(before, now)?;
        Some(Counted { now, before, elapsed: source.elapsed() })
    }

    /// By how much a counter has grown since the reading before.
    pub fn grown(&self, counter: Counter) -> u64 {
        self.counter(counter).map_or(0, Counted::grown)
    }

    /// A setting of the kernel: its last number, which is the limit where there are several.
    pub fn setting(&self, setting: &Setting) -> Option<u64> {
        self.now.setting(setting)?.limit()
    }

    /// The sockets of a kind that the process holds, or its tree or control group does, if they were read since.
    pub fn held(&self, kind: &SocketKind) -> impl Iterator<Item = Socket<'a>> + use<'a> {
        self.sockets(kind, true)
    }

    /// All sockets of a kind in the namespace, if they were read since: a process's own are not all.
    pub fn all(&self, kind: &SocketKind) -> Option<impl Iterator<Item = Socket<'a>> + use<'a>> {
        let sockets = self.now.sockets(kind)?;
        let is_read = sockets.reach == Reach::Namespace && self.is_read(sockets.lists());
        is_read.then(|| self.sockets(kind, false))
    }

    fn sockets(&self, kind: &SocketKind, held: bool) -> impl Iterator<Item = Socket<'a>> + use<'a> {
        let now = self.now;
        let sockets = now.sockets(kind).filter(|sockets| self.is_read(sockets.lists()));
        let places = sockets.map(|sockets| sockets.places(held)).unwrap_or_default();
        places.iter().filter_map(move |place| sockets?.get(*place))
    }

    /// Whether the sockets of a kind were read since the look before.
    pub fn has_read(&self, kind: &SocketKind) -> bool {
        self.now.sockets(kind).is_some_and(|sockets| self.is_read(sockets.lists()))
    }

    fn is_read(&self, lists: &[crate::sockets::List]) -> bool {
        lists
            .iter()
            .any(|list| self.now.source(list.source).is_some_and(|source| source.reading.at > self.last))
    }

    /// Whether whose sockets are the process's own is known.
    pub fn knows_own(&self) -> bool {
        matches!(self.now.owners.target_status, Some(Status::Ok | Status::Partial(..)))
    }

    /// What has happened to the connections of the process since the look before.
    pub fn events(&self) -> impl Iterator<Item = &'a Event> + use<'a> {
        let (last, now) = (self.last_event, self.now);
        let events = now.events.as_ref().and_then(|events| events.as_ref().ok());
        let own = events.into_iter().flat_map(|events| events.own.iter().map(move |place| (events, *place)));
        // The newest stand last.
        own.filter_map(|(events, place)| events.all.get(place as usize))
            .map(|event| &**event)
            .filter(move |event| event.seq > last)
    }

    /// Whom the process has connected to, or tried to; by protocol, port and address.
    pub fn contacts(&self) -> &'a [Contact] {
        debug_assert!(self.is_close, "whoever asks for contacts declares it");
        self.contacts.map_or(&[], |contacts| &contacts.all)
    }

    /// Those at a port of theirs.
    pub fn contacts_at(&self, protocol: &str, port: u16) -> &'a [Contact] {
        self.contacts.map_or(&[], |contacts| contacts.at(protocol, port))
    }

    /// The connections that it has begun since the look before.
    pub fn begun(&self) -> &'a [Begun] {
        debug_assert!(self.is_close, "whoever asks what was begun declares it");
        self.contacts.map_or(&[], |contacts| &contacts.begun)
    }

    /// Name of the file that the process executes, without its folder; else what the process calls itself.
    pub fn program(&self) -> Cow<'a, str> {
        let process = &*self.now.process;
        let exe = process.exe.as_deref().map(|exe| exe.strip_suffix(DELETED).unwrap_or(exe));
        let file =
            exe.and_then(|exe| exe.rsplit(|&byte| byte == b'/').next()).filter(|name| !name.is_empty());
        String::from_utf8_lossy(file.unwrap_or(&process.name))
    }

    /// Whether a socket is the process's own, also where those of its tree or control group are looked at.
    pub fn is_of_process(&self, inode: u64) -> bool {
        let owners = &self.now.owners;
        owners.group_scope == Scope::Process || owners.of(inode).contains(&self.now.process.pid)
    }

    /// The name of an interface.
    pub fn interface(&self, number: u32) -> String {
        self.now
            .interfaces
            .name(number)
            .map_or_else(|| format!("interface {number}"), |name| String::from_utf8_lossy(name).into_owned())
    }
}

/// What a rule has seen.
pub(super) struct Sighting {
    pub(super) subject: Subject,
    pub(super) severity: Severity,
    pub(super) strength: f64,
    pub(super) what: String,
    pub(super) evidence: Vec<Evidence>,
}

/// Where a rule reports.
pub struct Found<'a> {
    pub(super) detector: &'static Detector,
    pub(super) sightings: &'a mut Vec<Sighting>,
    /// What it could not look at, and why.
    pub(super) blind: Option<String>,
    /// Where it would have to look in the stead of this, and why.
    pub(super) elsewhere: Option<String>,
}

/// The most that one detector reports at once: the first of many say what is to be said.
pub(super) const MOST_AT_ONCE: usize = 64;

impl Found<'_> {
    /// Says that it could not look, or not at all of it, and why.
    pub fn could_not_look(&mut self, why: impl Into<String>) {
        self.blind = Some(why.into());
    }

    /// Says that there is nothing here that it could look at, and where or why not.
    pub fn looks_elsewhere(&mut self, why: impl Into<String>) {
        self.elsewhere = Some(why.into());
    }

    /// Reports something about a subject, in a sentence.
    pub fn report(&mut self, subject: Subject, what: String) -> Report<'_> {
        let severity = self.detector.severity;
        Report {
            is_kept: self.sightings.len() < MOST_AT_ONCE,
            sightings: self.sightings,
            sighting: Some(Sighting { subject, severity, strength: 1.0, what, evidence: Vec::new() }),
        }
    }
}

/// A report that is being written; it is handed in when it is dropped.
pub struct Report<'a> {
    sightings: &'a mut Vec<Sighting>,
    sighting: Option<Sighting>,
    is_kept: bool,
}

impl Report<'_> {
    fn change(mut self, change: impl FnOnce(&mut Sighting)) -> Self {
        self.sighting.as_mut().map(change);
        self
    }

    /// It is so bad, this time.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        self.change(|sighting| sighting.severity = severity)
    }

    /// How much of it there is: what it is compared by from look to look.
    #[must_use]
    pub fn strength(self, strength: f64) -> Self {
        self.change(|sighting| sighting.strength = strength)
    }

    /// A number that shows it, and where it was read.
    #[must_use]
    pub fn shows(self, name: impl Into<String>, now: Amount, source: &'static str) -> Self {
        self.change(|it| it.evidence.push(Evidence { name: name.into(), now, before: None, source }))
    }

    /// The same, with what it was before or what it is held against.
    #[must_use]
    pub fn moved(
        self,
        name: impl Into<String>,
        (before, now): (Amount, Amount),
        source: &'static str,
    ) -> Self {
        self.change(|it| it.evidence.push(Evidence { name: name.into(), now, before: Some(before), source }))
    }

    /// What these counters are and were, as far as they are told.
    #[must_use]
    pub fn counters(mut self, scene: &Scene<'_>, counters: &[Counter]) -> Self {
        for counter in counters {
            if let Some(Counted { now, before, .. }) = scene.counter(*counter) {
                let amounts = (Amount::Count(before), Amount::Count(now));
                self = self.moved(format!("{}.{}", counter.group, counter.name), amounts, counter.path);
            }
        }
        self
    }

    /// Hands it in.
    pub fn done(self) {}
}

impl Drop for Report<'_> {
    fn drop(&mut self) {
        self.sightings.extend(self.sighting.take().filter(|_| self.is_kept));
    }
}

/// A socket as a subject.
pub(super) fn subject(socket: &Socket<'_>) -> Subject {
    let inet = socket.inet;
    // Every source tells the inode, and only some the cookie: a socket stays one that is told of otherwise next time.
    let number = match inet.inode {
        0 => socket.diag().map_or(0, |row| row.cookie),
        inode => inode,
    };
    let table = socket.list.part.protocols[0];
    let table = match table {
        "icmp" => "ping_sockets",
        "udplite" => "udp",
        table => table,
    };
    Subject::Socket {
        table,
        local: (inet.local_address, inet.local_port),
        remote: (inet.remote_address, inet.remote_port),
        number,
    }
}

/// Whose state a finding of a detector is: what is asked of a process may be its tree's.
pub(super) fn scope_of(detector: &Detector, now: &Snapshot) -> Scope {
    match detector.scope {
        Scope::Process => now.owners.group_scope,
        scope => scope,
    }
}
