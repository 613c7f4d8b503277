//! What processes send and receive, as programs in the kernel count it: payload, exact, from the moment they were
//! attached, of every family.
//!
//! It arrives in three parts: `bpf/processes` and `bpf/sockets` are [records](record), `bpf/state` is words, `NAME=NUMBER`,
//! that say since when it is counted and what was counted with nobody; where nothing is counted it is the reason.
//! Where packets are counted, too, `bpf/wire` has them, or the reason why not.

mod counted;
mod ledger;
mod peers;
mod protocol;
pub mod record;
mod wire;

use std::collections::BTreeMap;
use std::ops::{Add, AddAssign, Sub};
use std::sync::Arc;

pub use counted::Counted;
pub(crate) use ledger::NOT_SPLIT;
pub use ledger::Reason;
pub(crate) use ledger::{Group, Ledger};
pub use peers::{Host, Over, Part, Peers, Port};
pub use record::ProcessId;
use record::{ProcessRecord, SeenSocket};
pub use wire::Wire;

use serde::{Deserialize, Serialize};

use crate::numbers::first_from;
use crate::rates;
use crate::sample::Reading;

/// Bytes as calls returned them, and how many calls moved some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Received.
    pub rx_bytes: u64,
    /// Sent.
    pub tx_bytes: u64,
    /// Calls that received.
    pub rx_calls: u64,
    /// Calls that sent.
    pub tx_calls: u64,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            rx_bytes: self.rx_bytes.wrapping_add(other.rx_bytes),
            tx_bytes: self.tx_bytes.wrapping_add(other.tx_bytes),
            rx_calls: self.rx_calls.wrapping_add(other.rx_calls),
            tx_calls: self.tx_calls.wrapping_add(other.tx_calls),
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            rx_bytes: self.rx_bytes.saturating_sub(other.rx_bytes),
            tx_bytes: self.tx_bytes.saturating_sub(other.tx_bytes),
            rx_calls: self.rx_calls.saturating_sub(other.rx_calls),
            tx_calls: self.tx_calls.saturating_sub(other.tx_calls),
        }
    }
}

/// One of the four counts.
pub type Figure = fn(&Counts) -> u64;

/// What was moved, and how much of it in the last tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Moved {
    /// Since it is counted.
    pub counts: Counts,
    /// In the last tick.
    pub lately: Counts,
}

impl AddAssign for Moved {
    fn add_assign(&mut self, other: Self) {
        self.counts += other.counts;
        self.lately += other.lately;
    }
}

/// What was moved, and through how many sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sums {
    /// All of it.
    pub moved: Moved,
    /// Of that, what went through sockets of IP and is not known to have stayed on this machine.
    pub remote: Moved,
    /// Of that, what stayed on this machine over IP.
    pub loopback: Moved,
    /// Of that, what went over UNIX sockets.
    pub unix: Moved,
    /// Sockets, those that are closed included.
    pub sockets: u64,
    /// Of these, those of IP that had another end.
    pub conns: u64,
    /// Segments that TCP sent again through them.
    pub retrans: u64,
    /// Of these, those of the last tick.
    pub retrans_lately: u64,
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.moved += other.moved;
        self.remote += other.remote;
        self.loopback += other.loopback;
        self.unix += other.unix;
        self.sockets += other.sockets;
        self.conns += other.conns;
        self.retrans += other.retrans;
        self.retrans_lately += other.retrans_lately;
    }
}

/// A process that moved something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// As it was when it was first seen.
    pub seen: ProcessRecord,
    /// It is one of those that are asked for.
    pub is_own: bool,
    /// All that it moved.
    pub sums: Sums,
    /// Of that, by what the sockets speak; `not split` for sockets that there was no room for.
    pub by_protocol: Vec<(&'static str, Moved)>,
    /// What it moved through sockets that were closed before this tick, by remote address and port.
    pub over: Arc<Over>,
    /// That it has ended was told in an earlier tick, and it has moved nothing since.
    pub is_over: bool,
}

/// What a process moved through a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Socket {
    /// Which socket.
    pub cookie: u64,
    /// Which process.
    pub id: ProcessId,
    /// The process is one of those that are asked for.
    pub is_own: bool,
    /// How much.
    pub moved: Moved,
    /// The socket as it was first seen.
    pub seen: SeenSocket,
    /// Segments of TCP that were sent again in the last tick.
    pub retrans_lately: u32,
}

/// What was counted up to one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// How reading it went.
    pub reading: Reading,
    /// Since when it is counted, `CLOCK_BOOTTIME`.
    pub since: u64,
    /// Nanoseconds of the last tick; 0 where there was none before.
    pub elapsed: u64,
    /// What is spliced out of streams is counted.
    pub has_splice: bool,
    /// Segments that TCP sent again are counted.
    pub has_retransmissions: bool,
    /// Processes that were to be followed and are not, because there was no room.
    pub unfollowed: u64,
    /// Processes that are over are told of once more: those that are left out else.
    pub tells_over: bool,
    /// What others than the target have moved was not looked at: it is not told of, or not as of now.
    pub is_own: bool,
    /// What was counted with nobody, because there was no room.
    pub unattributed: Counts,
    /// What went over the wire, where that was asked for, or why it is not counted.
    pub wire: Option<Result<Arc<Wire>, Arc<Reason>>>,
    /// By number and start. Those that have ended stay.
    pub processes: Arc<[Process]>,
    /// By cookie, then by process. Those that are closed are here once more.
    pub sockets: Arc<[Socket]>,
}

impl Traffic {
    /// What was moved through a socket: by the processes that are asked for, or by all. What is not listed has moved
    /// nothing.
    pub fn socket(&self, cookie: u64, own: bool) -> Moved {
        let first = first_from(&self.sockets, cookie, |socket| socket.cookie);
        let same = self.sockets[first..].iter().take_while(|socket| socket.cookie == cookie);
        let mut moved = Moved::default();
        same.filter(|socket| socket.is_own || !own).for_each(|socket| moved += socket.moved);
        moved
    }

    /// The same of the processes alone that are asked for.
    pub(crate) fn of_own(&self) -> Self {
        let processes = self.processes.iter().filter(|process| process.is_own).cloned().collect();
        let sockets = self.sockets.iter().filter(|socket| socket.is_own).copied().collect();
        Self { processes, sockets, ..self.clone() }
    }

    /// What some processes have moved, by what their sockets speak.
    pub fn by_protocol(&self, is_meant: impl Fn(&Process) -> bool) -> Vec<(&'static str, Moved)> {
        let mut sums: BTreeMap<&'static str, Moved> = BTreeMap::new();
        for process in self.processes.iter().filter(|process| is_meant(process)) {
            for &(protocol, moved) in &process.by_protocol {
                *sums.entry(protocol).or_default() += moved;
            }
        }
        sums.into_iter().collect()
    }

    /// A figure in a second of the last tick.
    pub fn rate(&self, moved: &Moved, figure: Figure) -> Option<f64> {
        self.per_second(figure(&moved.lately))
    }

    /// What came in the last tick, a second.
    pub fn per_second(&self, lately: u64) -> Option<f64> {
        rates::per_second(0, lately, self.elapsed)
    }
}
