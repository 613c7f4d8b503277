//! Connections as they come and go, told by programs in the kernel from the moment somebody looks.
//!
//! They stand in the object of those that count, so they are loaded when those are; by a thread of their own, too. What they
//! tell waits in a ring until the next tick.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::io::{Errno, retry_on_intr};

use super::groups::Groups;
use super::load::{self, TYPES};
use super::maps::Entries;
use super::object::Object;
use super::ring::Ring;
use super::why::Why;
use super::{Counters, GATHER, abi, give_back, splice, syscall};
use crate::clock::boottime;
use crate::reader::{end, status_of, whole};

/// The program without which nothing is watched, and since when kernels have its tracepoint.
const STATES: (&str, &str) = ("inet_sock_set_state", "Linux 4.16");

/// Programs that tell more, by their tracepoints. Some kernels have those with less to be told.
const PACKETS: [&str; 4] = ["kfree_skb", "tcp_retransmit_skb", "tcp_retransmit_synack", "tcp_send_reset"];

/// The kernel's lists of reasons: what each is of, its name, what the names in it begin with.
const REASONS: [(&str, &str, &str); 2] =
    [("drop", "skb_drop_reason", "SKB_DROP_REASON_"), ("reset", "sk_rst_reason", "SK_RST_REASON_")];

/// Drops that are left out for their reasons, the last one if there was nothing in the packet.
const LEFT_OUT: [&str; 3] = ["NOT_SPECIFIED", "SKB_CONSUMED", "QUEUE_PURGE"];

/// Records that are taken out in a tick.
const MOST: usize = 32 * 1024;

/// Whom is watched: a network namespace, and one process wherever its sockets are. 0 for both: all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Whom {
    /// Inode of the namespace.
    pub netns: u32,
    /// Number of the process.
    pub pid: u32,
}

/// Watches while it lives.
pub struct Watcher {
    _links: Vec<OwnedFd>,
    object: Arc<Object>,
    ring: Ring,
    lost: (OwnedFd, Entries),
    watched: OwnedFd,
    whom: Whom,
    /// When it began, `CLOCK_BOOTTIME`.
    since: u64,
    /// Names of reasons, as lines.
    reasons: String,
    /// Numbers of those that are left out: the kernel says none, it was no drop, or nothing was in the packet.
    left_out: [u32; 3],
    /// What is not told.
    missing: Vec<&'static str>,
    groups: Groups,
    out: Vec<u8>,
}

impl Watcher {
    /// Loads the programs and begins to watch.
    pub(super) fn load(object: &Arc<Object>, whom: Whom) -> Result<Self, Why> {
        let types = load::read_types(Path::new(TYPES))?;
        let refused = |errno| Why::refused("the BPF map events", errno);
        let mut reasons = String::new();
        let mut left_out = [0; 3];
        for (of, list, prefix) in REASONS {
            for (number, name) in types.values(list) {
                let short = name.strip_prefix(prefix).unwrap_or(&name);
                let place = LEFT_OUT.iter().position(|name| of == "drop" && *name == short);
                if let Some(place) = place {
                    left_out[place] = number;
                }
                reasons.push_str(&format!("{of} {number} {short}\n"));
            }
        }
        let mut watcher = Self {
            _links: Vec::new(),
            object: object.clone(),
            ring: Ring::open(&object.make("events")?).map_err(refused)?,
            lost: (object.map("lost_events")?, Entries::new(4, abi::LOST)),
            watched: object.map("watched")?,
            whom,
            since: boottime(),
            reasons,
            left_out,
            missing: Vec::new(),
            groups: Groups::default(),
            out: Vec::new(),
        };
        watcher.set(true).map_err(refused)?;
        let mut links = Vec::new();
        let mut add = |name, link: Result<Vec<_>, Why>| match link {
            Ok(link) => links.extend(link),
            Err(_) => watcher.missing.push(name),
        };
        // Who owns what, before it is told of.
        let group = load::cgroup_root().and_then(|root| object.attach_to_group("sock_create", root));
        add("sock_create", group.map(|link| vec![link]));
        add("accept", accepts(object));
        let (name, since) = STATES;
        let states = object.trace(name, &types, since)?;
        // Of connections that had something to be read at their end.
        add(
            "tcp_destroy_sock",
            object.trace_at("tell_end", "tcp_destroy_sock", &types, since).map(|link| vec![link]),
        );
        for name in PACKETS {
            add(name, object.trace(name, &types, "a younger kernel").map(|link| vec![link]));
        }
        links.push(states);
        watcher._links = links;
        // Sockets that are there already; who has them is told by what they do else.
        if let Some(kind) = types.iterator("task_file") {
            let _ = object.load("find_owners", kind).map(find_owners);
        }
        Ok(watcher)
    }

    /// Tells the programs whom to watch, or nobody.
    fn set(&self, on: bool) -> Result<(), Errno> {
        let Whom { netns, pid } = self.whom;
        let [unspecified, consumed, purged] = self.left_out;
        let words = [u32::from(on), netns, pid, unspecified, consumed, purged];
        let bytes: Vec<u8> = words.into_iter().flat_map(u32::to_ne_bytes).collect();
        syscall::set_first(&self.watched, &bytes)
    }

    /// Watches somebody else from now on.
    pub fn watch(&mut self, whom: Whom) {
        if self.whom != whom {
            self.whom = whom;
            // The map is there, and the same one that was set before.
            let _ = self.set(true);
        }
    }

    /// What is not told by this kernel, by names.
    pub fn missing(&self) -> &[&'static str] {
        &self.missing
    }

    /// Hands on what has happened, and how far that reaches.
    pub fn tick(&mut self, sink: &mut dyn Sink) {
        let (at, origin) = (boottime(), Origin::Bpf("events".into()));
        let Self { out, groups, .. } = self;
        self.ring.read(MOST, |record| {
            if record.len() == abi::EVENT {
                out.extend_from_slice(record);
                groups.saw(abi::number(&record[abi::EVENT_CGROUP..]));
            }
        });
        if !out.is_empty() {
            // They name them by their numbers.
            whole(sink, &Origin::Bpf("reasons".into()), self.reasons.as_bytes(), at);
            let paths = groups.news();
            if !paths.is_empty() {
                whole(sink, &Origin::Bpf("cgroups".into()), &paths, at);
            }
        }
        for piece in out.chunks(GATHER) {
            // All of it is wanted.
            let _ = sink.chunk(&origin, piece);
        }
        end(sink, &origin, Status::Ok, at);
        out.clear();
        out.shrink_to(16 * GATHER);
        self.hand_on_state(sink);
    }

    fn hand_on_state(&mut self, sink: &mut dyn Sink) {
        let (at, origin) = (boottime(), Origin::Bpf("events_state".into()));
        let (map, entries) = &mut self.lost;
        let mut lost = [0; 2];
        let read = entries.read(map, |_, value| lost = [0, 8].map(|place| abi::number(&value[place..])));
        if let Err(errno) = read {
            let said = format!("what was lost could not be read: {errno}");
            let _ = sink.chunk(&origin, said.as_bytes());
            return end(sink, &origin, status_of(errno, 0), at);
        }
        let [connections, packets] = lost;
        let text = format!(
            "since={} lost_connections={connections} lost_packets={packets} missing={}",
            self.since,
            self.missing.join(","),
        );
        whole(sink, &origin, text.as_bytes(), at);
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // The programs that count stay. What fails here has no use any more.
        let _ = self.set(false);
        let _ = self.object.unmake("events");
    }
}

impl std::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watcher")
            .field("whom", &self.whom)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

/// Runs the program that goes through the sockets of all processes.
fn find_owners(program: OwnedFd) -> Result<(), Errno> {
    let reading = syscall::iterate(syscall::attach_iterator(program, None)?)?;
    // It writes nothing.
    while retry_on_intr(|| rustix::io::read(&reading, &mut [0; 64]))? > 0 {}
    Ok(())
}

/// Attaches to what accepts: system calls, and requests of `io_uring`.
fn accepts(object: &Object) -> Result<Vec<OwnedFd>, Why> {
    let refused = |errno| Why::refused("tracefs", errno);
    let tracefs = splice::tracefs().map_err(refused)?;
    let program = object.load("exit_accept4", 0)?;
    let attach = |tracepoint, program: &OwnedFd| splice::attach(&tracefs, tracepoint, program);
    let calls = ["syscalls/sys_exit_accept4", "syscalls/sys_exit_accept"].map(|name| attach(name, &program));
    let mut links = calls.into_iter().collect::<Result<Vec<_>, _>>().map_err(refused)?;
    // A kernel may be built without it.
    let ring = object.load("io_uring_complete", 0);
    links.extend(ring.ok().and_then(|program| attach("io_uring/io_uring_complete", &program).ok()));
    Ok(links)
}

/// The watching programs, as far as they have come.
#[derive(Debug, Default)]
pub(crate) enum Watching {
    #[default]
    Off,
    Loading(Receiver<Result<Watcher, Why>>),
    On(Box<Watcher>),
    Failed(Why),
}

impl Watching {
    /// Begins to watch when that is wanted for the first time, and hands on what has happened since.
    pub(crate) fn tick(
        &mut self,
        wanted: bool,
        counters: &Counters,
        (whom, is_copy): (Whom, bool),
        sink: &mut dyn Sink,
    ) {
        if !wanted && matches!(self, Self::Off) {
            return;
        }
        let (at, origin) = (boottime(), Origin::Bpf("events_state".into()));
        if is_copy {
            return end(sink, &origin, Status::NotAsked, at);
        }
        self.go_on(counters, whom);
        match self {
            Self::On(watcher) => {
                watcher.watch(whom);
                watcher.tick(sink);
            }
            Self::Failed(why) => {
                let _ = sink.chunk(&origin, why.reason.as_bytes());
                end(sink, &origin, why.status, at);
            }
            Self::Off | Self::Loading(_) => {
                let _ = sink.chunk(&origin, b"watching begins");
                end(sink, &origin, Status::NotAsked, at);
            }
        }
    }

    /// Something may have been told since the last tick.
    pub(crate) fn is_on(&self) -> bool {
        matches!(self, Self::On(_))
    }

    fn go_on(&mut self, counters: &Counters, whom: Whom) {
        let next = match self {
            Self::Off => match counters.object() {
                Some(Ok(object)) => Self::begin(object.clone(), whom),
                Some(Err(why)) => Self::Failed(why.clone()),
                None => return,
            },
            Self::Loading(receiver) => match receiver.try_recv() {
                Ok(Ok(watcher)) => Self::On(Box::new(watcher)),
                Ok(Err(why)) => Self::Failed(why),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => Self::Off,
            },
            Self::On(_) | Self::Failed(_) => return,
        };
        *self = next;
    }

    fn begin(object: Arc<Object>, whom: Whom) -> Self {
        let (sender, receiver) = mpsc::channel();
        let load = move || {
            let watcher = Watcher::load(&object, whom);
            give_back();
            // Nobody waits any more when the program has ended.
            let _ = sender.send(watcher);
        };
        match std::thread::Builder::new().name("bpf-events".into()).spawn(load) {
            Ok(_) => Self::Loading(receiver),
            Err(_) => Self::Off,
        }
    }
}

#[cfg(test)]
mod tests {
    use netmonitor_testkit::need_root;

    use super::*;
    use crate::bpf::load::Wanted;
    use crate::bpf::maps::lookup;

    #[test]
    fn events_take_room_only_while_somebody_watches() {
        if !need_root() {
            return;
        }
        let programs = load::load(Path::new(TYPES), Wanted::default()).unwrap();
        let rings = programs.object.map("events").unwrap();
        let is_there = || lookup(&rings, &[0; 4], &mut [0; 4]).unwrap();
        assert!(!is_there());
        for _ in 0..2 {
            let watcher = Watcher::load(&programs.object, Whom::default()).unwrap();
            assert!(is_there());
            drop(watcher);
            assert!(!is_there());
        }
    }
}
