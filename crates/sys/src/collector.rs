//! The live collector: one tick of a process, read by a plan into a sink.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use netmonitor_core::files::is_harmless;
use netmonitor_core::plan::{Measure, Owners, Pace, Plan, Watch};
use netmonitor_core::sample::{Moment, Origin, Reading, Sink, Status};
use netmonitor_core::scope::Scope;
use procnet::number::decimal;

use crate::bpf::{Counters, Lister, Watching, Whom};
use crate::caps::Capabilities;
use crate::clock::{boottime, wall};
use crate::descriptors::{Descriptors, Tee};
use crate::details;
use crate::dir::gone;
use crate::ends::Ends;
use crate::etc::Etc;
use crate::family::Family;
use crate::links::{LinkReader, Process};
use crate::listed_group;
use crate::listed_links::{ListedLinks, MANY};
use crate::listed_sockets::ListedSockets;
use crate::net_files::{self, place, stays_below};
use crate::netns::Namespace;
use crate::reader::{Reader, end, link_part, status_of};
use crate::roll::Roll;
use crate::settings;
use crate::socket_source::{SocketSource, Subject, in_use};
use crate::stat::Stat;
use crate::target::Target;
use crate::threads::{live_thread, read_stat};
use crate::tree::ProcTree;
use crate::walk::{Share, Walker};
use crate::who_reads::{self, WhoReads};

/// As much of a command line as is read.
const CMDLINE: usize = 4096;

/// Longer than the text of a namespace's link.
const NAMESPACE: usize = 128;

/// The target no longer exists: it has been waited for, or all its threads have ended. What the sink was
/// given since the last `begin`, if anything, is no whole tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the process has ended")]
pub struct Ended;

/// What is kept when others are read from now on: counting goes on, and so do the numbers of ticks.
#[derive(Debug, Default)]
pub struct Kept {
    pub(crate) seq: u64,
    pub(crate) counters: Counters,
    pub(crate) watching: Watching,
}

/// Reads a process, its network namespace and who shares its sockets, a tick at a time.
#[derive(Debug)]
pub struct Collector {
    tree: ProcTree,
    target: Target,
    seq: u64,
    /// When the previous tick began.
    previous: Option<u64>,
    /// The thread through which the process is read, because its leader has exited.
    thread: Option<u32>,
    /// The target's `stat` and what it says, of this tick.
    stat_bytes: Vec<u8>,
    stat: Option<Stat>,
    /// What the target's `ns/net` said before the files of the namespace were read.
    namespace: Vec<u8>,
    path: String,
    reader: Reader,
    links: LinkReader,
    descriptors: Descriptors,
    /// How reading the target's links went in this tick.
    own_status: Option<Status>,
    /// The target's sockets were listed in this tick, and were told with their descriptors.
    is_listed: bool,
    is_told: bool,
    listed: ListedSockets,
    sockets: SocketSource,
    ends: Ends,
    family: Family,
    walker: Walker,
    etc: Etc,
    who_reads: WhoReads,
    capabilities: Capabilities,
    counters: Counters,
    watching: Watching,
    roll: Roll,
}

impl Collector {
    /// A collector of one process of a tree.
    pub fn new(tree: ProcTree, target: Target) -> Self {
        Self {
            tree,
            target,
            seq: 0,
            previous: None,
            thread: None,
            stat_bytes: Vec::new(),
            stat: None,
            namespace: Vec::new(),
            path: String::new(),
            reader: Reader::new(),
            links: LinkReader::default(),
            descriptors: Descriptors::default(),
            own_status: None,
            is_listed: false,
            is_told: false,
            listed: ListedSockets::default(),
            sockets: SocketSource::default(),
            ends: Ends::default(),
            family: Family::default(),
            walker: Walker::default(),
            etc: Etc::default(),
            who_reads: WhoReads::default(),
            capabilities: Capabilities::default(),
            counters: Counters::default(),
            watching: Watching::default(),
            roll: Roll::default(),
        }
    }

    /// The same, going on after another collector.
    pub fn going_on(tree: ProcTree, target: Target, Kept { seq, counters, watching }: Kept) -> Self {
        Self { seq, counters, watching, ..Self::new(tree, target) }
    }

    /// Gives back what another collector can go on with.
    pub fn into_kept(self) -> (ProcTree, Kept) {
        (self.tree, Kept { seq: self.seq, counters: self.counters, watching: self.watching })
    }

    /// The tree that is read.
    pub fn tree(&self) -> &ProcTree {
        &self.tree
    }

    /// Gives the tree back, to read another process of it.
    pub fn into_tree(self) -> ProcTree {
        self.tree
    }

    /// The process that is read.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// About how many sockets of IP the target's namespace has: a reading that costs nothing beside any list.
    pub fn sockets_in_use(&self) -> u64 {
        in_use(self.target.dir(), self.thread)
    }

    /// Reads one tick: what identifies the process, the names of users and services when they have changed, the files of the plan
    /// in its order, and the links of those whose descriptors it asks for. Whatever cannot be read is a part with
    /// its reason; only the end of the process ends the reading.
    ///
    /// A process that changes its namespace while the files are read would give files of both as those of
    /// one. The tick is then begun anew: the sink gets a second `begin` with the same number, and what it
    /// was given since the first is no whole tick. This happens once a tick at most, so that a process that
    /// moves all the time is read too.
    pub fn collect(&mut self, plan: &Plan, sink: &mut dyn Sink) -> Result<(), Ended> {
        let mut moment = self.identity_and_net(plan, sink)?;
        if self.has_moved() {
            moment = self.identity_and_net(plan, sink)?;
        }
        // A process that ended meanwhile leaves files that are empty or those of nobody.
        if !self.target.dir().is_copy() && self.look().status == Status::Interrupted {
            return Err(Ended);
        }
        self.seq += 1;
        if !plan.pieces {
            self.owners(plan, moment, sink)?;
        }
        self.programs(plan, true, sink);
        self.previous = Some(moment.boottime);
        Ok(())
    }

    /// Hands on what has happened since the last tick, although the process may have ended. `false`: nobody watches.
    pub fn rest(&mut self, plan: &Plan, sink: &mut dyn Sink) -> bool {
        if !self.watching.is_on() {
            return false;
        }
        sink.begin(Moment { wall: wall(), boottime: boottime(), seq: self.seq });
        self.seq += 1;
        self.programs(plan, false, sink);
        true
    }

    /// What programs in the kernel have counted, and what they have seen happen.
    fn programs(&mut self, plan: &Plan, lives: bool, sink: &mut dyn Sink) {
        let is_copy = self.target.dir().is_copy();
        self.roll.tick(plan, &self.tree, &mut self.counters, sink);
        let counted = self.is_listed.then(|| self.listed.counted());
        self.counters.tick(plan, lives.then(|| (self.target.pid(), counted)), is_copy, sink);
        let inode = self.namespace.strip_prefix(b"net:[").and_then(|rest| rest.strip_suffix(b"]"));
        let netns = inode.and_then(decimal).and_then(|inode| inode.try_into().ok()).unwrap_or(0);
        let whom = Whom { netns, pid: self.target.pid() };
        let wanted = plan.events && plan.watch != Watch::Never;
        self.watching.tick(wanted, &self.counters, (whom, is_copy), sink);
    }

    /// Begins a tick and reads the target and its namespace.
    fn identity_and_net(&mut self, plan: &Plan, sink: &mut dyn Sink) -> Result<Moment, Ended> {
        let moment = Moment { wall: wall(), boottime: boottime(), seq: self.seq };
        let looked = self.look();
        if looked.status == Status::Interrupted {
            return Err(Ended);
        }
        sink.begin(moment);
        self.identity(looked, sink);
        let is_copy = self.target.dir().is_copy();
        self.etc.tick(is_copy, &mut self.reader, sink);
        self.who_reads.tick(&self.tree, Some(self.target.dir()), &mut self.reader, sink);
        self.capabilities.tick(is_copy, sink);
        if plan.process {
            details::parts(self.target.dir(), self.thread, &mut self.path, &mut self.reader, sink);
        }
        if plan.pieces {
            self.list_links(plan);
        }
        (self.is_listed, self.is_told) = (false, false);
        if plan.owners != Owners::None || plan.asks() {
            let listed = match plan.wants_group() {
                true => self.listed_group(plan, moment.boottime, sink),
                false => self.listed_sockets(plan, sink),
            };
            self.own_status = Some(match listed {
                Some(status) => status,
                None => self.own_links(sink)?,
            });
        }
        if plan.pieces {
            self.owners(plan, moment, sink)?;
        }
        for path in self.sockets(plan, sink) {
            if !plan.net.iter().any(|read| read == path) {
                self.net(path, usize::MAX, sink)?;
            }
        }
        for path in &plan.net {
            self.net(path, usize::MAX, sink)?;
        }
        let dir = self.target.dir();
        let listed = if plan.list { net_files::list(dir, self.thread, sink) } else { Vec::new() };
        let measured: Vec<&str> = match &plan.measure {
            Measure::Nothing => Vec::new(),
            Measure::One(path) => vec![path],
            Measure::All => listed.iter().map(String::as_str).filter(|path| is_harmless(path)).collect(),
        };
        for path in measured {
            if !plan.net.iter().any(|read| read == path) {
                self.net(path, Measure::MOST as usize, sink)?;
            }
        }
        self.settings(plan, sink);
        Ok(moment)
    }

    /// Sockets and lists over netlink. Gives the files to be read in the stead of what the kernel does not give.
    fn sockets(&mut self, plan: &Plan, sink: &mut dyn Sink) -> Vec<&'static str> {
        let is_listed = self.own_status.is_some_and(Status::is_answer);
        let subject = subject(&self.target, self.thread, &self.namespace, is_listed);
        self.ends.listen(plan.ends, subject);
        let files = self.sockets.tick(plan, subject, (self.is_told, &self.descriptors), sink);
        self.ends.hand_on(sink);
        files
    }

    /// Settings of the kernel, as the target's namespace has them.
    fn settings(&mut self, plan: &Plan, sink: &mut dyn Sink) {
        if !plan.settings.is_empty() {
            let namespace = Namespace::open(self.target.dir(), self.thread);
            settings::parts(&plan.settings, &namespace, sink);
        }
    }

    /// The target is known to be in another namespace than it was. A copy's processes do not move.
    fn has_moved(&mut self) -> bool {
        if self.target.dir().is_copy() {
            return false;
        }
        place(&mut self.path, self.thread, "", "ns/net");
        let mut target = [MaybeUninit::uninit(); NAMESPACE];
        let now = self.target.dir().link(&self.path, &mut target);
        !self.namespace.is_empty() && now.is_ok_and(|now| now != self.namespace)
    }

    /// Reads the target's `stat` and, if its leader has exited, finds a thread that lives. The status is
    /// `Interrupted` if there is none. A copy's processes do not end.
    fn look(&mut self) -> Reading {
        let at = boottime();
        if self.target.is_nobody() {
            return Reading { status: Status::Missing, at, took: 0 };
        }
        let dir = self.target.dir();
        let status = match read_stat(dir, "stat", &mut self.stat_bytes) {
            Ok(stat) => {
                let lives = !stat.is_dead();
                self.thread = if lives { None } else { live_thread(dir, self.thread).unwrap_or(None) };
                self.stat = Some(stat);
                if lives || self.thread.is_some() || dir.is_copy() { Status::Ok } else { Status::Interrupted }
            }
            Err(errno) if gone(errno) && !dir.is_copy() => Status::Interrupted,
            // Its bytes are handed on; to parse them is somebody else's task.
            Err(rustix::io::Errno::IO) if !self.stat_bytes.is_empty() => Status::Ok,
            Err(errno) => status_of(errno, 0),
        };
        Reading { status, at, took: boottime().saturating_sub(at) }
    }

    /// What identifies the process. `stat` and `status` are the leader's own also when it has exited, for
    /// its start time is the process's; the rest of it is empty then.
    fn identity(&mut self, stat: Reading, sink: &mut dyn Sink) {
        let origin = Origin::process("stat");
        if self.target.is_nobody() {
            // What the machine has by these names is of no process.
            for name in ["stat", "status", "cmdline", "exe", "ns/net"] {
                sink.end(&Origin::process(name), stat);
            }
            return;
        }
        if stat.status == Status::Ok {
            let _ = sink.chunk(&origin, &self.stat_bytes);
        }
        sink.end(&origin, stat);
        let dir = self.target.dir();
        self.reader.part(dir, "status", usize::MAX, &Origin::process("status"), sink);
        place(&mut self.path, self.thread, "", "cmdline");
        self.reader.part(dir, &self.path, CMDLINE, &Origin::process("cmdline"), sink);
        for link in ["exe", "ns/net"] {
            place(&mut self.path, self.thread, "", link);
            // The last is kept.
            link_part(dir, &self.path, &Origin::process(link), &mut self.namespace, sink);
        }
    }

    /// One file of the network namespace, at most `cap` bytes of it.
    fn net(&mut self, path: &str, cap: usize, sink: &mut dyn Sink) -> Result<(), Ended> {
        let at = boottime();
        let origin = Origin::Net(known(path));
        if !stays_below(path) {
            end(sink, &origin, Status::Missing, at);
            return Ok(());
        }
        let mut status = self.net_file(path, cap, &origin, sink);
        // A leader that exits takes its `net` with it: a missing file may be a missing process.
        if status == Status::Missing && !self.target.dir().is_copy() {
            let before = self.thread;
            if self.look().status == Status::Interrupted {
                end(sink, &origin, Status::Interrupted, at);
                return Err(Ended);
            }
            if self.thread != before {
                status = self.net_file(path, cap, &origin, sink);
            }
        }
        end(sink, &origin, status, at);
        Ok(())
    }

    fn net_file(&mut self, path: &str, cap: usize, origin: &Origin, sink: &mut dyn Sink) -> Status {
        place(&mut self.path, self.thread, "net/", path);
        net_files::read(&mut self.reader, self.target.dir(), &self.path, cap, origin, sink)
    }

    /// The target's links to its sockets, and what these say where somebody looks at that, as a program in the kernel lists
    /// them; `None` where there is none.
    fn listed_sockets(&mut self, plan: &Plan, sink: &mut dyn Sink) -> Option<Status> {
        if plan.pieces {
            return None;
        }
        let lister = lister(&self.tree, &mut self.counters)?;
        let subject = subject(&self.target, self.thread, &self.namespace, true);
        let told = match plan.asks() {
            true => self.listed.tell(lister, subject, &mut self.sockets, sink).ok()? == Status::Ok,
            false => self.listed.list_links(lister, subject).ok().map(|()| false)?,
        };
        (self.is_listed, self.is_told) = (true, told);
        let process = Process {
            thread: self.thread,
            ..Process::new(&self.tree, subject.dir, self.target.pid(), self.stat)
        };
        Some(self.links.listed_part(process, self.listed.links(), sink))
    }

    /// The sockets of IP of the target's group with the links of its processes, as a program in the kernel lists them; `None`
    /// where there is none.
    fn listed_group(&mut self, plan: &Plan, now: u64, sink: &mut dyn Sink) -> Option<Status> {
        let lister = lister(&self.tree, &mut self.counters)?;
        let (pid, dir) = (self.target.pid(), self.target.dir());
        self.family.seek(now, &self.tree, ((pid, dir), plan.group), sink);
        let subject = subject(&self.target, self.thread, &self.namespace, true);
        let group = self.family.in_group();
        let (told, links) =
            listed_group::tell(lister, (&self.tree, subject), (pid, group), &mut self.sockets, sink).ok()?;
        (self.is_told, self.links.listed) = (told == Status::Ok, Some(links));
        let process = Process { thread: self.thread, ..Process::new(&self.tree, dir, pid, self.stat) };
        Some(self.links.part(process, None, sink))
    }

    /// The target's links, with those of threads that have descriptors of their own.
    fn own_links(&mut self, sink: &mut dyn Sink) -> Result<Status, Ended> {
        let (pid, dir) = (self.target.pid(), self.target.dir());
        let process = Process { thread: self.thread, ..Process::new(&self.tree, dir, pid, self.stat) };
        self.descriptors.clear();
        let mut tee = Tee { sink, descriptors: &mut self.descriptors };
        let status = self.links.part(process, None, &mut tee);
        let cut = matches!(status, Status::Missing | Status::Interrupted) && !dir.is_copy();
        if cut && self.look().status == Status::Interrupted { Err(Ended) } else { Ok(status) }
    }

    /// Lists the links of all processes, if they will all be gone through and that is cheaper.
    fn list_links(&mut self, plan: &Plan) {
        if plan.walk == Pace::Whole && plan.owners == Owners::Everybody && self.links.listed.is_none() {
            self.links.listed = ListedLinks::of_all(&self.tree, &mut self.counters);
        }
    }

    /// What lists the links of the target's group once, where they are so many that it is worth being loaded.
    fn lister_of_group(&mut self, plan: &Plan, now: u64, sink: &mut dyn Sink) -> Option<Lister> {
        let is_once =
            plan.walk != Pace::Background && plan.group != Scope::Process && self.links.listed.is_none();
        if !is_once || !self.tree.is_ours() || self.counters.lister().is_some() {
            return None;
        }
        self.family.seek(now, &self.tree, ((self.target.pid(), self.target.dir()), plan.group), sink);
        (self.family.descriptors(&self.tree) > MANY).then(Lister::of_descriptors)?.ok()
    }

    /// The links of everybody whom the plan asks for.
    fn owners(&mut self, plan: &Plan, moment: Moment, sink: &mut dyn Sink) -> Result<(), Ended> {
        let share = match plan.walk {
            Pace::None => None,
            Pace::Background => {
                Some(Share::Since(self.previous.map(|previous| moment.boottime.saturating_sub(previous))))
            }
            Pace::Whole => Some(Share::Whole),
        };
        if let Some(share) = share {
            self.walker.begin(&self.tree, share, plan.owners == Owners::Everybody);
        }
        self.list_links(plan);
        if plan.owners != Owners::None && !self.target.is_nobody() {
            let mut loaded = self.lister_of_group(plan, moment.boottime, sink);
            let (tree, walker) = (&self.tree, &mut self.walker);
            let lister = loaded.as_mut().or_else(|| lister(tree, &mut self.counters));
            let (pid, dir) = (self.target.pid(), self.target.dir());
            if let Some(status) = self.own_status {
                walker.saw(pid, status);
            }
            let saw = |pid, status| walker.saw(pid, status);
            self.family.tick(
                (moment.boottime, plan.walk == Pace::Background),
                tree,
                ((pid, dir), plan.group),
                (&mut self.links, lister),
                sink,
                saw,
            );
        }
        if let Some(share) = share {
            let lister = lister(&self.tree, &mut self.counters);
            self.walker.tick(&self.tree, share, (&mut self.links, lister), sink);
        }
        self.links.listed = None;
        if plan.resolve && plan.owners == Owners::Everybody && self.tree.is_ours() {
            who_reads::own_links(&self.tree, &mut self.links, sink);
        }
        Ok(())
    }
}

/// The target, as far as its sockets are concerned.
fn subject<'t>(target: &'t Target, thread: Option<u32>, namespace: &'t [u8], is_listed: bool) -> Subject<'t> {
    Subject { dir: target.dir(), pidfd: target.pidfd(), thread, namespace, is_listed }
}

/// What lists the sockets of this kernel's processes, where the programs have come so far.
fn lister<'c>(tree: &ProcTree, counters: &'c mut Counters) -> Option<&'c mut Lister> {
    if tree.is_ours() { counters.lister() } else { None }
}

/// A path as an origin has it: most are known, and need no copy.
fn known(path: &str) -> Cow<'static, str> {
    match procnet::proc::find(path) {
        Some(file) if file.path == path => Cow::Borrowed(file.path),
        _ => Cow::Owned(path.to_owned()),
    }
}
