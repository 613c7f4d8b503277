//! What every process sends and receives, counted by programs in the kernel while netmonitor runs.
//!
//! The programs are loaded by a thread of their own: it takes as long as a first look at a process. Nothing is pinned, so that
//! they go with this process, however it ends. To add a program: write it in `bpf/netmonitor.bpf.c`, and name it in
//! `load.rs`.

mod abi;
mod btf;
mod groups;
mod life;
mod lister;
mod load;
mod maps;
mod object;
mod own;
mod ring;
mod roll;
mod splice;
mod syscall;
mod why;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};

use netmonitor_core::plan::{Counting, Plan};
use netmonitor_core::sample::{Origin, Sink, Status};

use crate::clock::boottime;
use crate::listed_sockets::Counted;
use crate::reader::{end, status_of, whole};
use abi::{
    CGROUP, CLOSED, COOKIE, COUNTS, ENDED, PROCESS_KEY, PROCESS_SEEN, SOCKET_KEY, SOCKET_SEEN, WIRE_ENDED,
    WIRE_SEEN,
};
use groups::Groups;
pub(crate) use groups::cgroup_root_path;
pub(crate) use life::Watching;
pub use life::{Watcher, Whom};
pub use lister::{Lister, Listing, Record, Told, descriptor_of, records};
use load::{Programs, TYPES, Wanted};
use maps::{Entries, delete};
use object::Object;
use own::Own;
pub use why::Why;

/// Sockets whose packets are counted.
const WIRE_SOCKETS: u32 = 65_536;

/// Bytes that are gathered before they are handed on.
const GATHER: usize = 64 * 1024;

/// The counting programs, as far as they have come.
#[derive(Default)]
pub(crate) struct Counters(Stage);

#[derive(Default)]
enum Stage {
    #[default]
    Off,
    Loading(Receiver<Result<Counter, Why>>),
    On(Box<Counter>),
    Failed(Why),
}

impl std::fmt::Debug for Counters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Stage::Off => "Off",
            Stage::Loading(_) => "Loading",
            Stage::On(_) => "On",
            Stage::Failed(_) => "Failed",
        })
    }
}

impl Counters {
    /// Begins to count when that is wanted for the first time, and hands on what was counted. `own`: a process that lives, and
    /// what was told of its sockets where they were listed.
    pub(crate) fn tick(
        &mut self,
        plan: &Plan,
        own: Option<(u32, Option<&mut Counted>)>,
        is_copy: bool,
        sink: &mut dyn Sink,
    ) {
        let wanted = plan.counting;
        if wanted == Counting::Off && matches!(self.0, Stage::Off) {
            return;
        }
        let (at, origin) = (boottime(), Origin::Bpf("state".into()));
        if is_copy {
            return end(sink, &origin, Status::NotAsked, at);
        }
        self.go_on(plan.wire);
        match (&mut self.0, own) {
            (Stage::On(counter), Some((pid, listed)))
                if wanted == Counting::Own && !counter.counts_packets() =>
            {
                counter.tick_own(pid, listed, sink);
            }
            (Stage::On(counter), _) if wanted >= Counting::Own => counter.tick(sink),
            (Stage::Failed(why), _) => {
                let _ = sink.chunk(&origin, why.reason.as_bytes());
                end(sink, &origin, why.status, at);
            }
            (Stage::Off | Stage::Loading(_), _) => {
                let _ = sink.chunk(&origin, b"counting begins");
                end(sink, &origin, Status::NotAsked, at);
            }
            (Stage::On(_), _) => {}
        }
    }

    /// What lists the sockets of processes, where the programs have come so far.
    pub(crate) fn lister(&mut self) -> Option<&mut Lister> {
        self.go_on_loading();
        match &mut self.0 {
            Stage::On(counter) => counter.lister().ok(),
            _ => None,
        }
    }

    /// Hands on who is there; `None`: nobody can tell by now.
    pub(crate) fn roll(&mut self, sink: &mut dyn Sink) -> Option<()> {
        self.go_on_loading();
        match &mut self.0 {
            Stage::On(counter) => counter.roll(sink).ok(),
            _ => None,
        }
    }

    /// What more can be loaded out of; `None`: it is not there yet.
    fn object(&self) -> Option<Result<&Arc<Object>, &Why>> {
        match &self.0 {
            Stage::On(counter) => Some(Ok(&counter.programs.object)),
            Stage::Failed(why) => Some(Err(why)),
            Stage::Off | Stage::Loading(_) => None,
        }
    }

    /// A step further where it has begun.
    fn go_on_loading(&mut self) {
        if let Stage::Loading(_) = self.0 {
            self.go_on(false);
        }
    }

    /// A step further; `wire`: packets are counted, too, if it begins now.
    fn go_on(&mut self, wire: bool) {
        let next = match &self.0 {
            Stage::Off => {
                let (sender, receiver) = mpsc::channel();
                let load = move || {
                    let counter = if wire { Counter::with_wire(WIRE_SOCKETS) } else { Counter::start() };
                    give_back();
                    // Nobody waits any more when the program has ended.
                    let _ = sender.send(counter);
                };
                match std::thread::Builder::new().name("bpf".into()).spawn(load) {
                    Ok(_) => Stage::Loading(receiver),
                    Err(_) => return,
                }
            }
            Stage::Loading(receiver) => match receiver.try_recv() {
                Ok(Ok(counter)) => Stage::On(Box::new(counter)),
                Ok(Err(why)) => Stage::Failed(why),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => Stage::Off,
            },
            Stage::On(_) | Stage::Failed(_) => return,
        };
        self.0 = next;
    }
}

/// Gives the system back what describing the kernel's types took: more than all the rest of the program.
fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it may be called at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Counts while it lives.
pub struct Counter {
    programs: Programs,
    /// When it began, `CLOCK_BOOTTIME`.
    since: u64,
    sockets: Entries,
    seen_sockets: Entries,
    processes: Entries,
    unattributed: Entries,
    unfollowed: Entries,
    wire: Entries,
    wire_rest: Entries,
    /// What was seen of each socket, by cookie.
    seen: HashMap<u64, [u8; SOCKET_SEEN]>,
    groups: Groups,
    /// The process whose sockets are told one by one.
    own: Own,
    out: Vec<u8>,
    /// How making room went the last time.
    freed: Result<(), rustix::io::Errno>,
}

/// Entries that nothing is added to any more.
#[derive(Default)]
struct Over {
    processes: HashSet<[u8; PROCESS_KEY]>,
    /// Keys, one after another.
    sockets: Vec<u8>,
    /// Cookies of sockets that some process may still use.
    used: HashSet<u64>,
}

impl Counter {
    /// Loads the programs and begins to count. Fails with the reason why that cannot be.
    pub fn start() -> Result<Self, Why> {
        Self::load(Wanted::default())
    }

    /// The same, and counts packets of so many sockets as they go over the wire.
    pub fn with_wire(sockets: u32) -> Result<Self, Why> {
        Self::load(Wanted { wire: Some(sockets), ..Wanted::default() })
    }

    /// The same, following a process and all that descend from it from now on.
    pub fn following(pid: u32) -> Result<Self, Why> {
        Self::load(Wanted { followed: Some(pid), ..Wanted::default() })
    }

    /// The same with room for so many sockets and processes.
    pub fn with_room(sockets: u32, processes: u32) -> Result<Self, Why> {
        Self::load(Wanted { room: Some((sockets, processes)), ..Wanted::default() })
    }

    /// The same with so many bytes for events that wait.
    pub fn with_events(bytes: u32) -> Result<Self, Why> {
        Self::load(Wanted { events: Some(bytes), ..Wanted::default() })
    }

    /// Begins to watch connections, too.
    pub fn watch(&self, whom: Whom) -> Result<Watcher, Why> {
        Watcher::load(&self.programs.object, whom)
    }

    fn load(wanted: Wanted) -> Result<Self, Why> {
        let programs = load::load(Path::new(TYPES), wanted)?;
        Ok(Self {
            programs,
            since: boottime(),
            sockets: Entries::new(SOCKET_KEY, COUNTS),
            seen_sockets: Entries::new(COOKIE, SOCKET_SEEN),
            processes: Entries::new(PROCESS_KEY, PROCESS_SEEN),
            unattributed: Entries::new(4, COUNTS),
            unfollowed: Entries::new(4, 8),
            wire: Entries::new(COOKIE, WIRE_SEEN),
            wire_rest: Entries::new(4, WIRE_SEEN),
            seen: HashMap::new(),
            groups: Groups::default(),
            own: Own::default(),
            out: Vec::new(),
            freed: Ok(()),
        })
    }

    /// What lists the sockets of processes, or why that cannot be.
    pub fn lister(&mut self) -> Result<&mut Lister, &Why> {
        self.programs.lister.as_mut().map_err(|why| &*why)
    }

    /// Hands on who is there, whether or not something was counted of them. Fails with the reason why that cannot be, and then
    /// nothing was handed on.
    pub fn roll(&mut self, sink: &mut dyn Sink) -> Result<(), Why> {
        let Self { programs, groups, out, .. } = self;
        let roll = programs.roll.as_mut().map_err(|why| why.clone())?;
        let (at, origin) = (boottime(), Origin::Bpf("roll".into()));
        out.clear();
        roll.read(out).map_err(|errno| Why::refused("the list of processes", errno))?;
        for present in out.chunks_exact(abi::PRESENT) {
            groups.saw(abi::number(&present[abi::PRESENT_CGROUP..]));
        }
        whole(sink, &origin, out, at);
        Ok(())
    }

    /// Whether what is spliced out of streams is counted, and whether the end of every socket of IP is noticed.
    pub fn parts(&self) -> (bool, bool) {
        (self.programs.has_splice, self.programs.has_release)
    }

    /// Packets are counted, by socket and not by process.
    fn counts_packets(&self) -> bool {
        self.programs.wire.is_some()
    }

    /// How many sockets are closed of which nobody has moved anything; the next tick makes their room free.
    pub fn closed_and_unused(&mut self) -> usize {
        if self.see().is_err() {
            return 0;
        }
        let mut used = HashSet::new();
        // What cannot be read holds nothing that is known.
        let _ = self.sockets.read(&self.programs.sockets, |key, _| _ = used.insert(abi::cookie_of(key)));
        let closed = self.seen.iter().filter(|(_, seen)| is_closed(seen));
        closed.filter(|(cookie, _)| !used.contains(*cookie)).count()
    }

    /// Hands on what was counted: processes, what each moved through each socket, and how far the counts reach. Whatever can
    /// change no more is handed on for the last time.
    pub fn tick(&mut self, sink: &mut dyn Sink) {
        // What cannot be told not to be kept apart costs next to nothing.
        let _ = self.watch_own(0);
        // How it went was told.
        let _ = self.tick_whole(false, sink);
    }

    /// `of_target`: nobody looks at what others than the target have moved.
    fn tick_whole(&mut self, of_target: bool, sink: &mut dyn Sink) -> Result<(), rustix::io::Errno> {
        let mut over = Over::default();
        // In this order: what is over when it is read here has its last counts by then.
        let seen = self.see();
        let processes = self.hand_on_processes(&mut over, sink);
        let sockets = self.hand_on_sockets(&mut over, sink);
        self.hand_on_wire(sink);
        let read = seen.and(processes).and(sockets);
        self.hand_on_state(read, (boottime(), false, of_target), sink);
        self.free(&over);
        read.and(self.freed)
    }

    fn see(&mut self) -> Result<(), rustix::io::Errno> {
        let seen = &mut self.seen;
        seen.clear();
        self.seen_sockets.read(&self.programs.seen_sockets, |key, value| {
            if let Some(value) = value.first_chunk() {
                seen.insert(abi::number(key), *value);
            }
        })
    }

    fn hand_on_processes(&mut self, over: &mut Over, sink: &mut dyn Sink) -> Result<(), rustix::io::Errno> {
        let (at, origin) = (boottime(), Origin::Bpf("processes".into()));
        let Self { out, groups, .. } = self;
        out.clear();
        let read = self.processes.read(&self.programs.processes, |key, value| {
            out.extend_from_slice(key);
            out.extend_from_slice(value);
            groups.saw(abi::number(&value[CGROUP..]));
            if let (true, Some(key)) = (value[ENDED..][..2] != [0; 2], key.first_chunk()) {
                over.processes.insert(*key);
            }
            hand_on(out, GATHER, &origin, sink);
        });
        hand_on(out, 0, &origin, sink);
        end(sink, &origin, read.map_or_else(|errno| status_of(errno, 0), |()| Status::Ok), at);
        let paths = self.groups.news();
        if !paths.is_empty() {
            whole(sink, &Origin::Bpf("cgroups".into()), &paths, boottime());
        }
        read
    }

    fn hand_on_sockets(&mut self, over: &mut Over, sink: &mut dyn Sink) -> Result<(), rustix::io::Errno> {
        let (at, origin) = (boottime(), Origin::Bpf("sockets".into()));
        let Self { out, seen, own, .. } = self;
        let read = self.sockets.read(&self.programs.sockets, |key, counts| {
            let cookie = abi::cookie_of(key);
            let seen = seen.get(&cookie).copied().unwrap_or([0; SOCKET_SEEN]);
            out.extend_from_slice(key);
            out.extend_from_slice(counts);
            out.extend_from_slice(&seen);
            let is_over = is_closed(&seen) || over.processes.contains(&abi::process_of(key));
            own.saw(key, is_over);
            if is_over {
                over.sockets.extend_from_slice(key);
            } else {
                over.used.insert(cookie);
            }
            hand_on(out, GATHER, &origin, sink);
        });
        hand_on(out, 0, &origin, sink);
        end(sink, &origin, read.map_or_else(|errno| status_of(errno, 0), |()| Status::Ok), at);
        read
    }

    /// What went over the wire, by socket, or why that is not counted; the cookie 0 has what there was no room for. What has
    /// ended is told for the last time.
    fn hand_on_wire(&mut self, sink: &mut dyn Sink) {
        let (at, origin) = (boottime(), Origin::Bpf("wire".into()));
        let maps = match &self.programs.wire {
            Some(Ok(maps)) => maps,
            Some(Err(why)) => {
                let _ = sink.chunk(&origin, why.reason.as_bytes());
                return end(sink, &origin, why.status, at);
            }
            None => return,
        };
        let (out, mut over) = (&mut self.out, Vec::new());
        out.clear();
        let read = self.wire.read(&maps.sockets, |cookie, seen| {
            out.extend_from_slice(cookie);
            out.extend_from_slice(seen);
            if seen[WIRE_ENDED..] != [0; 8] {
                over.extend_from_slice(cookie);
            }
            hand_on(out, GATHER, &origin, sink);
        });
        let rest = self.wire_rest.read(&maps.rest, |_, seen| {
            out.extend_from_slice(&[0; COOKIE]);
            out.extend_from_slice(seen);
        });
        hand_on(out, 0, &origin, sink);
        let freed = delete(&maps.sockets, COOKIE, &over);
        let done = read.and(rest).and(freed);
        end(sink, &origin, done.map_or_else(|errno| status_of(errno, 0), |()| Status::Ok), at);
    }

    /// Tells in words how far the counts reach, whether only one process was told of, and whether only that is looked at.
    fn hand_on_state(
        &mut self,
        read: Result<(), rustix::io::Errno>,
        (at, own, of_target): (u64, bool, bool),
        sink: &mut dyn Sink,
    ) {
        let origin = Origin::Bpf("state".into());
        let mut lost = [0; COUNTS];
        let unattributed =
            self.unattributed.read(&self.programs.unattributed, |_, counts| lost.copy_from_slice(counts));
        if let Err(errno) = read.and(unattributed).and(self.freed) {
            let _ = sink.chunk(&origin, format!("what was counted could not be read: {errno}").as_bytes());
            return end(sink, &origin, status_of(errno, 0), at);
        }
        let [rx_bytes, tx_bytes, rx_calls, tx_calls] =
            [0, 8, 16, 24].map(|place| abi::number(&lost[place..]));
        let (splice, release) = self.parts();
        let unfollowed = self.unfollowed();
        let text = format!(
            "since={} own={} target={} splice={} release={} retrans={} unfollowed={unfollowed} rx_bytes={rx_bytes} tx_bytes={tx_bytes} rx_calls={rx_calls} tx_calls={tx_calls}",
            self.since,
            u8::from(own),
            u8::from(of_target),
            u8::from(splice),
            u8::from(release),
            u8::from(self.programs.has_retransmissions),
        );
        whole(sink, &origin, text.as_bytes(), at);
    }

    /// How many processes were not followed, because there was no room.
    fn unfollowed(&mut self) -> u64 {
        let mut lost = 0;
        // Of a map that cannot be read the others tell.
        let _ = self.unfollowed.read(&self.programs.unfollowed, |_, value| lost = abi::number(value));
        lost
    }

    /// Makes room: what was handed on for the last time goes.
    fn free(&mut self, over: &Over) {
        let cookies = over.sockets.chunks_exact(SOCKET_KEY).map(abi::cookie_of);
        // Of those through which nobody has moved anything, too.
        let closed = self.seen.iter().filter(|(_, seen)| is_closed(seen)).map(|(cookie, _)| *cookie);
        let unused: Vec<u8> = cookies
            .chain(closed)
            .filter(|cookie| !over.used.contains(cookie))
            .flat_map(u64::to_ne_bytes)
            .collect();
        let processes: Vec<u8> = over.processes.iter().flatten().copied().collect();
        // What cannot be taken out is handed on again, and counted twice: it is said.
        let sockets = delete(&self.programs.sockets, SOCKET_KEY, &over.sockets);
        let seen = delete(&self.programs.seen_sockets, COOKIE, &unused);
        let freed = sockets.and(seen).and(delete(&self.programs.processes, PROCESS_KEY, &processes));
        self.freed = freed;
    }
}

fn is_closed(seen: &[u8; SOCKET_SEEN]) -> bool {
    seen[CLOSED..][..2] != [0; 2]
}

/// Hands on what was gathered, once it is so much.
fn hand_on(out: &mut Vec<u8>, least: usize, origin: &Origin, sink: &mut dyn Sink) {
    if out.len() > least {
        hand_on_all(out, origin, sink);
        out.clear();
    }
}

fn hand_on_all(bytes: &[u8], origin: &Origin, sink: &mut dyn Sink) {
    // All of it is wanted.
    let _ = sink.chunk(origin, bytes);
}
