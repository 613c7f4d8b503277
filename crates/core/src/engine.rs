//! Decodes and joins: a tick of parts goes in, a snapshot comes out.
//!
//! The engine is a [`Sink`]: it decodes each part while it arrives and keeps no bytes of it. It remembers
//! what comparisons need: the reading before and the first one of every counter, and the tables of files
//! that were not read this time, which stay with their age.

mod carry;
mod connections;
mod joining;

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

pub use carry::Resume;
use procnet::AnyTable;
use procnet::number::decimal;
use procnet::shape::Decoder;

use crate::derived::Derived;
use crate::detect::{Thresholds, Watch};
use crate::dumps::{self, LINK, OWN_INET, OWN_OTHER};
use crate::files::{Files, Measured, NetPath};
use crate::held::{inode_field, inodes_of, owned_rows};
use crate::history::History;
use crate::interfaces::Interfaces;
use crate::naming::Naming;
use crate::owners::{Collected, Owners, may_trace, namespace_inode};
use crate::part::FilePart;
use crate::plan::{Ended, Plan};
use crate::process::Process;
use crate::programs::Programs;
use crate::sample::{Machine, Moment, Origin, Reading, Sample, Sink, Status, Walk};
use crate::settings::{self, Set};
use crate::snapshot::{Netns, Note, NoteEvent, Snapshot, Source};
use crate::sockets::Sockets;
use crate::source;
use crate::tally::{Tally, Totals};
use crate::traffic::Group;
use crate::views;

/// The most bytes of a part that is held until it is whole (links, names): 64 MiB.
const LARGEST: usize = 64 << 20;

/// How many notes are kept.
const NOTES: usize = 16;

/// Turns samples into snapshots.
pub struct Engine {
    machine: Arc<Machine>,
    is_recorded: bool,
    moment: Moment,
    process: Arc<Process>,
    seen: Process,
    netns: Netns,
    owners: Collected,
    naming: Naming,
    notes: Vec<Note>,
    sources: BTreeMap<NetPath, Source>,
    history: History,
    files: Files,
    interfaces: Arc<Interfaces>,
    settings: BTreeMap<&'static str, Set>,
    /// What is kept with its rows; of other files only their measures are. `None`: all is.
    plan: Option<Plan>,
    picked: Arc<Owners>,
    /// Ticks that read files so far.
    ticks: u64,
    sockets: Vec<Arc<Sockets>>,
    pub(crate) programs: Programs,
    tally: Tally,
    totals: Option<Totals>,
    ends: Option<Reading>,
    read: Vec<NetPath>,
    part: FilePart,
    /// What is wrong, by what was seen so far.
    watch: Watch,
    /// Sockets that earlier pieces had, by cookie.
    handed_on: HashSet<u64>,
    held: Vec<u8>,
}

impl Engine {
    /// An engine for the samples of a machine.
    pub fn new(machine: Machine) -> Self {
        Self {
            machine: Arc::new(machine),
            is_recorded: false,
            moment: Moment::default(),
            process: Arc::default(),
            seen: Process::default(),
            netns: Netns::default(),
            owners: Collected::default(),
            naming: Naming::default(),
            notes: Vec::new(),
            sources: BTreeMap::new(),
            history: History::default(),
            files: Files::default(),
            interfaces: Arc::default(),
            settings: BTreeMap::new(),
            plan: None,
            picked: Arc::default(),
            ticks: 0,
            sockets: Vec::new(),
            programs: Programs::default(),
            tally: Tally::default(),
            totals: None,
            ends: None,
            read: Vec::new(),
            part: FilePart::default(),
            watch: Watch::default(),
            handed_on: HashSet::new(),
            held: Vec::new(),
        }
    }

    /// An engine for the process of this PID, which a captured copy may not name by itself.
    pub fn watching(machine: Machine, pid: u32) -> Self {
        let mut engine = Self::new(machine);
        engine.seen.pid = pid;
        engine
    }

    /// By which thresholds it is judged what is wrong.
    pub fn judge_by(&mut self, thresholds: Thresholds) {
        self.watch = Watch::new(thresholds);
    }

    /// The same: those thresholds.
    pub fn judges_by(&self) -> &Thresholds {
        self.watch.thresholds()
    }

    /// What the next ticks are read for: only the files of this plan are kept with their rows. Without one all
    /// that comes is kept.
    pub fn follow(&mut self, plan: &Plan) {
        self.owners.grouped(plan.group);
        if self.plan.as_ref() != Some(plan) {
            self.plan = Some(plan.clone());
        }
    }

    /// How entering the namespace went, of one among all of a machine.
    pub(crate) fn refuse(&mut self, status: Status) {
        self.netns.entered = Some(status);
    }

    /// Rows and bytes so far of the file that is being read.
    pub fn progress(&self) -> (usize, u64) {
        (self.part.rows(), self.part.bytes)
    }

    /// Takes a whole sample and gives the snapshot of its moment.
    pub fn advance(&mut self, sample: &Sample) -> Arc<Snapshot> {
        sample.replay(self);
        self.snapshot()
    }

    /// The rows that have come of the list under way, once they make a piece, in a snapshot where they are all that
    /// there is of it.
    pub(crate) fn piece(&mut self, origin: &Origin) -> Option<Arc<Snapshot>> {
        let name = match origin {
            Origin::Dump(name) => name.clone(),
            Origin::Own => NetPath::Borrowed(OWN_INET),
            _ => return None,
        };
        let table = self.part.piece()?;
        let reading = Reading { status: Status::Cut, at: self.moment.boottime, took: 0 };
        self.keep(&name, (table, None), reading);
        Some(self.snapshot())
    }

    fn is_in_pieces(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.pieces)
    }

    /// The snapshot of the tick whose parts have all come.
    pub fn snapshot(&mut self) -> Arc<Snapshot> {
        self.end_process();
        self.owners.about(self.process.pid, self.netns.inode);
        let mut owners = self.owners.join(self.moment.boottime);
        self.let_go();
        self.join_sockets();
        // A socket that came after its process was looked at is not known to have no owner.
        if !self.is_in_pieces() {
            let others = self.sources.iter().flat_map(|(path, source)| inodes_of(path, &*source.table));
            let inodes = self.sockets.iter().flat_map(|sockets| sockets.inodes()).chain(others);
            owners = self.owners.judge(inodes, self.moment.boottime);
        }
        for sockets in &mut self.sockets {
            let read = sockets.lists().iter().any(|list| self.read.iter().any(|name| name == list.source));
            if read || !Arc::ptr_eq(&owners, &self.picked) {
                Arc::make_mut(sockets).pick_owned(&owners);
            }
        }
        for (path, source) in &mut self.sources {
            let field = inode_field(path, &*source.table);
            source.owned = field.map(|field| owned_rows(&*source.table, field, &owners));
        }
        self.count_connections(&owners);
        self.picked = owners.clone();
        self.ticks += u64::from(!self.read.is_empty());
        self.read.clear();
        let mut snapshot = Snapshot {
            moment: self.moment,
            is_recorded: self.is_recorded,
            machine: self.machine.clone(),
            process: self.process.clone(),
            netns: self.netns,
            namespaces: None,
            owners,
            naming: self.naming.clone(),
            notes: self.notes.as_slice().into(),
            files: self.files.clone(),
            interfaces: self.interfaces.clone(),
            settings: self.settings.clone(),
            sources: self.sources.clone(),
            sockets: self.sockets.clone(),
            totals: self.totals,
            ends: self.ends,
            traffic: self.programs.traffic.traffic.clone(),
            events: self.programs.events.events.clone(),
            findings: None,
            roll: self.programs.roll.roll.clone(),
            cgroups: self.programs.cgroups.clone(),
            left_out: self.naming.reader.pid.filter(|_| self.plan.as_ref().is_some_and(|plan| !plan.own)),
            derived: Arc::default(),
        };
        if self.finds() {
            snapshot.findings = Some(self.watch.look(&snapshot));
        }
        let snapshot = Arc::new(snapshot);
        if let Some(plan) = &self.plan {
            Derived::prepare(&snapshot, plan);
        }
        snapshot
    }

    /// Whether detectors look at what was read.
    fn finds(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.findings)
    }

    fn end_process(&mut self) {
        if *self.process == self.seen {
            return;
        }
        let (old, new) = (&*self.process, &self.seen);
        let known = old.pid == new.pid && old.start_time == new.start_time;
        if known && new.executed_since(old) {
            self.note(NoteEvent::Exec { from: self.process.name.clone(), to: self.seen.name.clone() });
        }
        self.process = Arc::new(self.seen.clone());
    }

    fn note(&mut self, event: NoteEvent) {
        if self.notes.len() == NOTES {
            self.notes.remove(0);
        }
        self.notes.push(Note { wall: self.moment.wall, event });
    }

    /// Another namespace has other counters, interfaces and sockets: nothing is compared across the change,
    /// nor across a time in which nobody could see whether there was one.
    fn enter(&mut self, inode: Option<u64>) {
        if self.netns.inode == inode {
            return;
        }
        if let (Some(from), Some(to)) = (self.netns.inode, inode) {
            self.note(NoteEvent::NetnsChanged { from, to });
        }
        self.sources.clear();
        self.sockets.clear();
        self.history = History::default();
        self.files = Files::default();
        self.interfaces = Arc::default();
        self.settings.clear();
        self.netns = Netns { inode, ..Netns::default() };
        (self.tally, self.totals, self.ends) = (Tally::default(), None, None);
    }

    fn end_file(&mut self, path: &NetPath, reading: Reading) {
        let FilePart { decoder, second, bytes } = std::mem::take(&mut self.part);
        let table = decoder.unwrap_or_else(|| self.decoder(path)).finish();
        let measured = Measured { reading, rows: table.len() as u64, bytes, faults: table.faults() };
        self.files.measure(path.clone(), measured);
        if self.plan.as_ref().is_none_or(|plan| plan.keeps(path)) {
            self.keep(path, (table, second.map(Decoder::finish)), reading);
        }
    }

    /// A list that came over netlink.
    fn end_dump(&mut self, name: &NetPath, reading: Reading) {
        let decoder = std::mem::take(&mut self.part).decoder;
        let table = decoder.unwrap_or_else(|| self.decoder(name)).finish();
        self.keep(name, (table, None), reading);
    }

    /// The process's own sockets: those of IP, and the others.
    fn end_own(&mut self, reading: Reading) {
        let FilePart { decoder, second, .. } = std::mem::take(&mut self.part);
        for (name, decoder) in [(OWN_INET, decoder), (OWN_OTHER, second)] {
            let name = NetPath::Borrowed(name);
            let table = decoder.unwrap_or_else(|| self.decoder(&name)).finish();
            self.keep(&name, (table, None), reading);
        }
    }

    /// What was told of sockets at their end.
    fn end_destroyed(&mut self, reading: Reading) {
        if let Some(decoder) = std::mem::take(&mut self.part).decoder {
            self.tally.take_ends(&*decoder.finish());
        }
        self.tally.lost |= reading.status == Status::Interrupted;
        self.ends = Some(reading);
    }

    fn keep(
        &mut self,
        name: &NetPath,
        (table, text): (Arc<dyn AnyTable>, Option<Arc<dyn AnyTable>>),
        reading: Reading,
    ) {
        let (before, base) = self.history.relate(name, &table, reading, self.ticks);
        if name == LINK.name {
            self.interfaces = Arc::new(Interfaces::of(&table));
        }
        let order = views::order_of(name).map(|order| order(&*table).into());
        let source = Source { reading, table, text, before, base, order, owned: None };
        self.sources.insert(name.clone(), source);
        self.read.push(name.clone());
    }

    /// A decoder for a file, with room for what it had last time, and some more.
    /// The reading before the last one is let go: nothing is compared with it any more, and a large one takes as much room as
    /// what comes.
    fn decoder(&mut self, path: &str) -> Box<dyn Decoder> {
        let mut decoder = source::decoder(path, self.machine.endian);
        let is_kept = self.plan.as_ref().is_none_or(|plan| plan.keeps(path));
        if let Some(Source { table, before, .. }) = self.sources.get_mut(path) {
            if is_kept {
                *before = None;
            }
            let room = |last: usize| last + last / 16;
            decoder.expect(room(table.len()), room(table.text_bytes()));
        }
        decoder
    }

    fn end_held(&mut self, origin: &Origin, reading: Reading) {
        let held = std::mem::take(&mut self.held);
        match origin {
            Origin::Process(path) => self.end_identity(path, &held, reading),
            Origin::Links(pid) => {
                self.owners.about(self.seen.pid, self.netns.inode);
                self.owners.read(*pid, &held, reading.status, reading.at);
            }
            Origin::Members => self.owners.members(&held),
            Origin::LeftOut => self.owners.left_out(&held, reading.at),
            Origin::Walk => self.owners.walked(Walk::parse(&held), self.moment.boottime),
            Origin::Capabilities => self.owners.permitted(may_trace(&held).unwrap_or(false)),
            Origin::NetList => self.files.list(&held, reading),
            Origin::Sysctl(path) => {
                if let Some(setting) = settings::find(path) {
                    self.settings.insert(setting.path, Set::read(&held, reading));
                }
            }
            Origin::Bpf(name) => self.end_programs(name, &held, reading),
            Origin::Roll => self.end_programs("tree", &held, reading),
            Origin::Net(_) | Origin::Dump(_) | Origin::Own | Origin::Destroyed | Origin::Netns(_) => {}
            named => self.naming.end(named, &held, reading),
        }
        self.held = held;
        self.held.clear();
    }

    /// What was told of all processes.
    fn end_programs(&mut self, name: &str, bytes: &[u8], reading: Reading) {
        let target = (self.seen.pid, self.seen.start_time);
        let (clk_tck, members) = (self.machine.clk_tck, self.owners.group());
        let ended = self.plan.as_ref().map_or(Ended::Kept, |plan| plan.ended);
        let group = Group { target, clk_tck, members, ended };
        let (moment, endian) = (self.moment, self.machine.endian);
        self.programs.end(name, bytes, (reading, moment), (endian, group), self.plan.as_ref());
    }

    fn end_identity(&mut self, path: &str, bytes: &[u8], reading: Reading) {
        match path {
            "stat" => self.seen.read_stat(bytes),
            "status" => self.seen.read_status(bytes),
            "cmdline" => bytes.clone_into(&mut self.seen.cmdline),
            "exe" => self.seen.exe = (reading.status == Status::Ok).then(|| bytes.to_vec()),
            "cgroup" => self.seen.cgroup = (reading.status == Status::Ok).then(|| bytes.to_vec()),
            "limits" => self.seen.read_limits(bytes),
            "fd" => self.seen.fds = decimal(bytes).filter(|_| reading.status == Status::Ok),
            "ns/net" => {
                self.enter(namespace_inode(bytes).filter(|_| reading.status == Status::Ok));
                self.netns.refused = reading.status == Status::Denied;
            }
            _ => {}
        }
    }
}

impl Sink for Engine {
    fn begin(&mut self, moment: Moment) {
        self.moment = moment;
        self.part = FilePart::default();
        self.programs.traffic.begin();
        self.handed_on.clear();
        self.held.clear();
        self.read.clear();
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        let name = match origin {
            Origin::Net(name) | Origin::Dump(name) => name,
            Origin::Own => &NetPath::Borrowed(OWN_INET),
            // The same messages as those of the list.
            Origin::Destroyed => &NetPath::Borrowed(dumps::TCP.name),
            Origin::Bpf(name) if name == "sockets" => {
                self.programs.traffic.take_sockets(bytes, self.machine.endian);
                return ControlFlow::Continue(());
            }
            _ => {
                let room = LARGEST.saturating_sub(self.held.len()).min(bytes.len());
                self.held.extend_from_slice(&bytes[..room]);
                return ControlFlow::Continue(());
            }
        };
        if self.part.decoder.is_none() {
            self.part.decoder = Some(match origin {
                // What ended is no reading of the list: that is compared with the one before it still.
                Origin::Destroyed => source::decoder(name, self.machine.endian),
                _ => self.decoder(name),
            });
            let text = self.plan.as_ref().and_then(|plan| plan.text.as_ref());
            self.part.second = match origin {
                Origin::Own => Some(self.decoder(OWN_OTHER)),
                _ => (text == Some(name)).then(|| procnet::proc::unknown(self.machine.endian)),
            };
        }
        self.part.feed(bytes);
        ControlFlow::Continue(())
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        match origin {
            Origin::Net(path) => self.end_file(path, reading),
            Origin::Dump(name) => self.end_dump(name, reading),
            Origin::Own => self.end_own(reading),
            Origin::Destroyed => self.end_destroyed(reading),
            other => self.end_held(other, reading),
        }
    }
}
