//! What was read in one tick: bytes, where they come from, and how the reading went.
//!
//! A [`Sample`] is the only thing that enters the [`Engine`](crate::engine::Engine). A live collector, a
//! recording and a test hand the same type over, so that all of them run the same code. A large source
//! arrives in chunks through a [`Sink`] and is never held as bytes and rows at once.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

pub use procnet::Endian;
use serde::{Deserialize, Serialize};

/// The machine that a stream of samples comes from. It stands at the head of every stream, because
/// `/proc` prints addresses in the byte order of its host and times in its clock ticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `uname -r`.
    pub kernel: String,
    /// `uname -m`.
    pub arch: String,
    /// Byte order of the machine.
    #[serde(with = "ByteOrder")]
    pub endian: Endian,
    /// Clock ticks a second (`USER_HZ`), the unit of timers in `/proc`.
    pub clk_tck: u64,
    /// Bytes of a memory page.
    pub page_size: u64,
    /// `/proc/sys/kernel/random/boot_id`.
    pub boot_id: String,
    /// When the machine started, seconds since the epoch (`btime` of `/proc/stat`).
    pub boot_time: i64,
}

/// A machine that says nothing of itself, as nearly all are.
impl Default for Machine {
    fn default() -> Self {
        Self {
            kernel: String::new(),
            arch: String::new(),
            endian: Endian::Little,
            clk_tck: 100,
            page_size: 4096,
            boot_id: String::new(),
            boot_time: 0,
        }
    }
}

/// What a recording calls byte orders.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Endian", rename_all = "lowercase")]
enum ByteOrder {
    Little,
    Big,
}

/// Where a part comes from, in the kernel's own words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file under `/proc/PID/net`, by its path below it: `tcp`, `stat/arp_cache`.
    Net(Cow<'static, str>),
    /// The names of all files under `/proc/PID/net`, in its directories too: paths below it, each ended by a
    /// zero byte, for a name may hold anything else.
    NetList,
    /// What the kernel answers over netlink, as messages: see [`crate::dumps`].
    Dump(Cow<'static, str>),
    /// What the target's own sockets say of themselves, as messages in the form of `sock_diag`'s answers: see
    /// [`procnet::diag::own`].
    Own,
    /// What the kernel told of TCP sockets at their end, as messages of [`procnet::diag::inet::TCP`] whose cookie
    /// says which socket it was. `Interrupted`: some are lost.
    Destroyed,
    /// A setting of the kernel, by its path below `/proc/sys`, as the target's network namespace has it; one
    /// that the machine has once, as the reader has it.
    Sysctl(Cow<'static, str>),
    /// A file or link of the target itself, by its path below `/proc/PID`: `stat`, `status`, `cmdline`,
    /// `exe`, `ns/net`, `cgroup`, `limits`. A link's bytes are what it points to; those of the directory `fd`
    /// are how many descriptors are in it, in digits.
    Process(Cow<'static, str>),
    /// The links of one process that say which namespace and which sockets it has: lines
    /// `PATH TARGET`, with `PATH` below `/proc/PID` (`ns/net net:[4026531840]`,
    /// `fd/7 socket:[1234]`, `task/71/fd/7 socket:[1234]`). Descriptors that are no sockets are left out. With
    /// the status `NotAsked` only the namespace was looked at.
    Links(u32),
    /// What follows is of this network namespace, in a tick of the whole machine. The status says whether it could
    /// be entered.
    Netns(u64),
    /// Which processes belong to the target's group, beside itself: the word of the scope (`tree`, `cgroup`), then
    /// their PIDs, with blanks between them.
    Members,
    /// Relatives that this tick has left out, although their descriptors are wanted: their PIDs.
    LeftOut,
    /// What programs in the kernel have counted: `processes`, `sockets`, `state`, see [`crate::traffic`]; what they have
    /// seen happen: `events`, `reasons`, `events_state`, see [`crate::events`]; who is there: `roll`, see [`crate::roll`];
    /// `cgroups`: lines, `NUMBER PATH`, of control groups that were not told of before.
    Bpf(Cow<'static, str>),
    /// Who is there, as the tree tells it: the same records as those of a program.
    Roll,
    /// How far the walk over the other processes has come: see [`Walk`].
    Walk,
    /// `/etc/passwd`, for the names of users.
    Users,
    /// `/etc/services`, for the names of ports.
    Services,
    /// Names of addresses that were looked up: see [`crate::host_names`]. `NotAsked`: nobody looks them up.
    HostNames,
    /// Countries and networks of addresses: see [`crate::networks`]. `NotAsked`: no file tells them.
    Networks,
    /// What the reader itself may do: the `CapEff` line of its own `status`.
    Capabilities,
    /// Who reads: see [`crate::naming::Reader`].
    Reader,
}

impl Origin {
    /// A file under `/proc/PID/net`.
    pub const fn net(path: &'static str) -> Self {
        Self::Net(Cow::Borrowed(path))
    }

    /// It is no part of a namespace, wherever in a tick it stands.
    pub(crate) const fn is_of_machine(&self) -> bool {
        matches!(self, Self::HostNames | Self::Networks)
    }

    /// A file or link of the target.
    pub const fn process(path: &'static str) -> Self {
        Self::Process(Cow::Borrowed(path))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(path) => write!(f, "net/{path}"),
            Self::NetList => f.write_str("the list of files under net"),
            Self::Dump(name) => f.write_str(name),
            Self::Own => f.write_str("the process's own sockets"),
            Self::Destroyed => f.write_str("ends of sockets"),
            Self::Sysctl(path) => write!(f, "/proc/sys/{path}"),
            Self::Process(path) => f.write_str(path),
            Self::Links(pid) => write!(f, "descriptors of {pid}"),
            Self::Netns(inode) => write!(f, "namespace net:[{inode}]"),
            Self::Members => f.write_str("the processes of the group"),
            Self::LeftOut => f.write_str("relatives that were left out"),
            Self::Bpf(name) => write!(f, "bpf/{name}"),
            Self::Roll => f.write_str("the list of processes"),
            Self::Walk => f.write_str("descriptors of other processes"),
            Self::Users => f.write_str("/etc/passwd"),
            Self::Services => f.write_str("/etc/services"),
            Self::HostNames => f.write_str("names of addresses"),
            Self::Networks => f.write_str("networks of addresses"),
            Self::Capabilities => f.write_str("own capabilities"),
            Self::Reader => f.write_str("who reads"),
        }
    }
}

/// How the reading of a part ended. What could not be read is data that the user sees with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Read to its end.
    Ok,
    /// The kernel does not offer it here.
    Missing,
    /// Permission was refused.
    Denied,
    /// It was not to be read in this tick, or must not be asked here (a copied tree).
    NotAsked,
    /// Only `.0` of `.1` pieces could be read; the rest was refused.
    Partial(u32, u32),
    /// Only its beginning was read: it is too large, or somebody did not want to wait for the rest.
    Cut,
    /// The source changed or vanished while it was read: what came before is kept.
    Interrupted,
    /// Another error, by its errno.
    Error(i32),
}

impl Status {
    /// Something was told, if not all of it.
    pub const fn is_answer(self) -> bool {
        !matches!(self, Self::Missing | Self::Denied | Self::Error(_))
    }
}

/// One moment: the header of a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// Wall clock, nanoseconds since the epoch.
    pub wall: i64,
    /// `CLOCK_BOOTTIME`, nanoseconds. Rates are computed with it.
    pub boottime: u64,
    /// Number of the tick, from 0.
    pub seq: u64,
}

/// How one part was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// How it ended.
    pub status: Status,
    /// `CLOCK_BOOTTIME` when reading began, nanoseconds.
    pub at: u64,
    /// How long it took, nanoseconds.
    pub took: u64,
}

/// How far the walk over the processes other than the target's relatives has come. It travels as the
/// text `pass=N visited=N denied=N descriptors=0|1 hiding=0|1
/// complete=0|1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Walk {
    /// Number of walks begun.
    pub pass: u64,
    /// Processes looked at in this pass.
    pub visited: u64,
    /// Of these, those that may not be looked at.
    pub denied: u64,
    /// Descriptors are read, not only which namespace a process is in.
    pub descriptors: bool,
    /// The tree may leave processes out: it belongs to a PID namespace below the first, or hides those of
    /// other users.
    pub hiding: bool,
    /// At least one whole pass of this kind has ended.
    pub complete: bool,
}

impl fmt::Display for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pass, visited, denied, descriptors, hiding, complete } = *self;
        let [descriptors, hiding, complete] = [descriptors, hiding, complete].map(u8::from);
        write!(f, "pass={pass} visited={visited} denied={denied} ")?;
        write!(f, "descriptors={descriptors} hiding={hiding} complete={complete}")
    }
}

impl Walk {
    /// Reads the text form; a word that is not understood counts as 0.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut walk = Self::default();
        for word in String::from_utf8_lossy(bytes).split_whitespace() {
            let Some((name, value)) = word.split_once('=') else { continue };
            let value = value.parse().unwrap_or(0);
            match name {
                "pass" => walk.pass = value,
                "visited" => walk.visited = value,
                "denied" => walk.denied = value,
                "descriptors" => walk.descriptors = value == 1,
                "hiding" => walk.hiding = value == 1,
                "complete" => walk.complete = value == 1,
                _ => {}
            }
        }
        walk
    }
}

/// One source as it was read: origin, how it went, bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it comes from.
    pub origin: Origin,
    /// How the reading went.
    pub reading: Reading,
    /// What the kernel said.
    pub bytes: Vec<u8>,
}

/// All that was read in one tick.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    /// When.
    pub moment: Moment,
    /// What.
    pub parts: Vec<Part>,
}

/// Receives a tick while it is read: `begin`, then for each part any number of `chunk`s and one `end`.
/// Parts do not overlap. The tick is whole when the reader says so by returning.
pub trait Sink {
    /// A tick begins; what came since an earlier `begin` and was not asked for as a whole is dropped: a tick
    /// in which the namespace changed is read again.
    fn begin(&mut self, moment: Moment);
    /// Bytes of a part, in order; pieces end anywhere. `Break`: no more of this part is wanted, and it ends as
    /// [`Status::Cut`].
    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()>;
    /// A part is over. A part without bytes has an `end` alone.
    fn end(&mut self, origin: &Origin, reading: Reading);
}

/// A sample is what a sink gets when it keeps everything.
impl Sink for Sample {
    fn begin(&mut self, moment: Moment) {
        self.moment = moment;
        self.parts.clear();
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        match self.parts.last_mut() {
            Some(part) if part.origin == *origin => part.bytes.extend_from_slice(bytes),
            _ => self.parts.push(Part { origin: origin.clone(), reading: OPEN, bytes: bytes.to_vec() }),
        }
        ControlFlow::Continue(())
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        match self.parts.last_mut() {
            Some(part) if part.origin == *origin => part.reading = reading,
            _ => self.parts.push(Part { origin: origin.clone(), reading, bytes: Vec::new() }),
        }
    }
}

/// The reading of a part whose end has not come.
const OPEN: Reading = Reading { status: Status::Interrupted, at: 0, took: 0 };

impl Sample {
    /// Hands the sample to a sink, as a collector would have.
    pub fn replay(&self, sink: &mut dyn Sink) {
        self.replay_where(sink, |_| true);
    }

    /// The same of the parts whose origins are wanted.
    pub(crate) fn replay_where(&self, sink: &mut dyn Sink, is_wanted: impl Fn(&Origin) -> bool) {
        sink.begin(self.moment);
        for part in self.parts.iter().filter(|part| is_wanted(&part.origin)) {
            if !part.bytes.is_empty() {
                // What is recorded is there: nobody waits for it.
                let _ = sink.chunk(&part.origin, &part.bytes);
            }
            sink.end(&part.origin, part.reading);
        }
    }

    /// Adds a part that was read whole, for recordings made by hand.
    pub fn push(&mut self, origin: Origin, bytes: impl Into<Vec<u8>>) {
        let reading = Reading { status: Status::Ok, at: self.moment.boottime, took: 0 };
        self.parts.push(Part { origin, reading, bytes: bytes.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replayed_sample_is_the_same_sample() {
        let mut sample = Sample { moment: Moment { wall: 5, boottime: 7, seq: 1 }, parts: Vec::new() };
        sample.push(Origin::net("tcp"), *b"rows");
        sample.push(Origin::net("tcp6"), *b"");
        let mut copy = Sample::default();
        sample.replay(&mut copy);
        assert_eq!(copy, sample);
    }

    #[test]
    fn a_walk_survives_its_text() {
        let walk = Walk { pass: 3, visited: 120, denied: 4, descriptors: true, hiding: true, complete: true };
        assert_eq!(Walk::parse(walk.to_string().as_bytes()), walk);
        assert_eq!(Walk::parse(b"\xff pass=x nonsense"), Walk::default());
    }
}
