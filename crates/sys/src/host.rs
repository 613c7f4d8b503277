//! The whole machine, a tick at a time: who holds which socket, and the sockets of every network namespace
//! that can be entered.

use std::collections::BTreeMap;
use std::mem::MaybeUninit;
use std::ops::ControlFlow;

use netmonitor_core::plan::{Plan, Watch};
use netmonitor_core::sample::{Moment, Origin, Reading, Sink, Status};

use crate::bpf::{Counters, Watching, Whom};
use crate::caps::Capabilities;
use crate::clock::{boottime, wall};
use crate::collector::Kept;
use crate::etc::Etc;
use crate::links::{LinkReader, Process};
use crate::listed_links::ListedLinks;
use crate::net_files;
use crate::reader::{Reader, end};
use crate::roll::Roll;
use crate::socket_source::{SocketSource, Subject};
use crate::tree::ProcTree;
use crate::walk::{Share, Walker};
use crate::who_reads::WhoReads;

/// Reads a machine.
#[derive(Debug)]
pub struct HostCollector {
    tree: ProcTree,
    seq: u64,
    reader: Reader,
    links: LinkReader,
    walker: Walker,
    /// What asking in each namespace takes.
    sources: BTreeMap<u64, SocketSource>,
    etc: Etc,
    who_reads: WhoReads,
    capabilities: Capabilities,
    counters: Counters,
    watching: Watching,
    roll: Roll,
}

/// Hands on all, and keeps who is there, as a program in the kernel tells it.
struct Presence<'s> {
    sink: &'s mut dyn Sink,
    bytes: Vec<u8>,
}

impl Sink for Presence<'_> {
    fn begin(&mut self, moment: Moment) {
        self.sink.begin(moment);
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        if matches!(origin, Origin::Bpf(name) if name == "roll") {
            self.bytes.extend_from_slice(bytes);
        }
        self.sink.chunk(origin, bytes)
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        self.sink.end(origin, reading);
    }
}

/// Hands on all, and keeps which namespaces there are, each with a process that is in it.
struct Namespaces<'s> {
    sink: &'s mut dyn Sink,
    found: BTreeMap<u64, u32>,
    /// The beginning of the part under way.
    head: Vec<u8>,
}

/// Longer than the line of a namespace, which comes first.
const HEAD: usize = 64;

impl Sink for Namespaces<'_> {
    fn begin(&mut self, moment: Moment) {
        self.sink.begin(moment);
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.sink.chunk(origin, bytes)
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        let line = self.head.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let inode = line.strip_prefix(b"ns/net net:[").and_then(|rest| rest.strip_suffix(b"]"));
        if let (Origin::Links(pid), Some(inode)) =
            (origin, inode.and_then(|digits| str::from_utf8(digits).ok()?.parse().ok()))
        {
            self.found.entry(inode).or_insert(*pid);
        }
        self.head.clear();
        self.sink.end(origin, reading);
    }
}

impl HostCollector {
    /// A collector of all processes of a tree.
    pub fn new(tree: ProcTree) -> Self {
        Self {
            tree,
            seq: 0,
            reader: Reader::new(),
            links: LinkReader::default(),
            walker: Walker::default(),
            sources: BTreeMap::new(),
            etc: Etc::default(),
            who_reads: WhoReads::default(),
            capabilities: Capabilities::default(),
            counters: Counters::default(),
            watching: Watching::default(),
            roll: Roll::default(),
        }
    }

    /// The same, going on after another collector.
    pub fn going_on(tree: ProcTree, Kept { seq, counters, watching }: Kept) -> Self {
        Self { seq, counters, watching, ..Self::new(tree) }
    }

    /// Gives back what another collector can go on with.
    pub fn into_kept(self) -> (ProcTree, Kept) {
        (self.tree, Kept { seq: self.seq, counters: self.counters, watching: self.watching })
    }

    /// The tree that is read.
    pub fn tree(&self) -> &ProcTree {
        &self.tree
    }

    /// Reads one tick: the links of every process, then for each network namespace what the plan asks for, and where
    /// sockets were opened for that, this program's own links once more.
    pub fn collect(&mut self, plan: &Plan, sink: &mut dyn Sink) {
        sink.begin(Moment { wall: wall(), boottime: boottime(), seq: self.seq });
        self.seq += 1;
        self.etc.tick(false, &mut self.reader, sink);
        self.who_reads.tick(&self.tree, None, &mut self.reader, sink);
        self.capabilities.tick(false, sink);
        let mut present = Presence { sink, bytes: Vec::new() };
        self.roll.tick(plan, &self.tree, &mut self.counters, &mut present);
        let present = present.bytes;
        self.counters.tick(plan, None, false, sink);
        let wanted = plan.events && plan.watch != Watch::Never;
        self.watching.tick(wanted, &self.counters, (Whom::default(), false), sink);
        // Whoever wants no sockets needs not know whose they are, nor which namespaces there are.
        if plan.dumps.is_empty() && plan.net.is_empty() {
            return;
        }
        let mut namespaces = Namespaces { sink, found: BTreeMap::new(), head: Vec::new() };
        match ListedLinks::of_present(&self.tree, &present, &mut self.counters, &mut namespaces) {
            Some(visited) => self.walker.told(&self.tree, visited, &mut namespaces),
            None => {
                self.links.listed = ListedLinks::of_all(&self.tree, &mut self.counters);
                self.walker.begin(&self.tree, Share::Whole, true);
                self.walker.tick(&self.tree, Share::Whole, (&mut self.links, None), &mut namespaces);
                self.links.listed = None;
            }
        }
        let (found, sink) = (namespaces.found, namespaces.sink);
        self.sources.retain(|inode, _| found.contains_key(inode));
        let before = self.opened();
        for (inode, pid) in found {
            self.namespace(plan, inode, pid, sink);
        }
        if self.opened() > before {
            self.own_links(sink);
        }
    }

    fn opened(&self) -> usize {
        self.sources.values().map(SocketSource::opened).sum()
    }

    /// Reads again which sockets this program has: those by which it asked are among what was told.
    fn own_links(&mut self, sink: &mut dyn Sink) {
        let mut room = [MaybeUninit::uninit(); 16];
        let own = self
            .tree
            .dir()
            .link("self", &mut room)
            .ok()
            .and_then(|pid| str::from_utf8(pid).ok()?.parse().ok());
        let Some(pid) = own else { return };
        if let Ok(dir) = self.tree.dir().subdir(&u32::to_string(&pid)) {
            self.links.part(Process::new(&self.tree, &dir, pid, None), None, sink);
        }
    }

    /// What the plan asks for of one namespace, through a process that is in it.
    fn namespace(&mut self, plan: &Plan, inode: u64, pid: u32, sink: &mut dyn Sink) {
        let at = boottime();
        let origin = Origin::Netns(inode);
        let dir = match self.tree.dir().subdir(&pid.to_string()) {
            Ok(dir) => dir,
            // It has ended since; another one may be in there still, which the next tick finds.
            Err(errno) => return end(sink, &origin, crate::reader::status_of(errno, 1), at),
        };
        end(sink, &origin, Status::Ok, at);
        let name = format!("net:[{inode}]");
        let subject =
            Subject { dir: &dir, pidfd: None, thread: None, namespace: name.as_bytes(), is_listed: false };
        let source = self.sources.entry(inode).or_default();
        let mut paths: Vec<String> = source
            .tick(plan, subject, (false, &Default::default()), sink)
            .into_iter()
            .map(str::to_owned)
            .collect();
        paths.extend(plan.net.iter().map(|path| path.to_string()));
        for path in paths {
            let at = boottime();
            let origin = Origin::Net(path.clone().into());
            let status =
                net_files::read(&mut self.reader, &dir, &format!("net/{path}"), usize::MAX, &origin, sink);
            end(sink, &origin, status, at);
        }
    }
}
