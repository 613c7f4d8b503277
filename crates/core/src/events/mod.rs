//! Connections as they come and go, segments that are sent again, resets and dropped packets, as programs in the kernel tell of
//! them from the moment somebody first looked.
//!
//! They arrive in three parts: `bpf/events` are [records](record), `bpf/reasons` are lines `drop NUMBER NAME` and
//! `reset NUMBER NAME` with the kernel's own names, `bpf/events_state` is words, `NAME=NUMBER`, that say since when it is
//! watched and what was lost; where nothing is watched it is the reason.

mod carry;
mod ledger;
pub mod record;

use std::sync::Arc;

pub(crate) use carry::Carry;
pub(crate) use ledger::EventLedger;
use record::{EventRecord, Told};

use crate::sample::Reading;
use crate::traffic::ProcessId;
use crate::traffic::record::SeenSocket;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The process has connected.
    Opened,
    /// The process has accepted a connection.
    Accepted,
    /// The process waits for connections.
    Listening,
    /// The connection has ended on both sides, or nobody waits for connections any more.
    Closed,
    /// Nobody waits for connections where the process wanted to connect.
    Refused,
    /// One side has broken the connection off.
    Reset,
    /// The other end has not answered.
    TimedOut,
    /// It was no connection yet, or the kernel or a third program has ended it.
    Failed,
    /// A segment was sent again.
    Retransmitted,
    /// A reset was sent, and the connection has not ended by it.
    ResetSent,
    /// A packet was dropped.
    Dropped,
}

impl Kind {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Accepted => "accepted",
            Self::Listening => "listening",
            Self::Closed => "closed",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
            Self::Retransmitted => "retransmitted",
            Self::ResetSent => "reset_sent",
            Self::Dropped => "dropped",
        }
    }

    /// It tells of packets, of which there can be very many, and not of a connection.
    pub const fn is_of_packets(self) -> bool {
        matches!(self, Self::Retransmitted | Self::ResetSent | Self::Dropped)
    }

    /// It is the end of a connection, or of an attempt.
    const fn is_end(self) -> bool {
        matches!(self, Self::Closed | Self::Refused | Self::Reset | Self::TimedOut | Self::Failed)
    }
}

/// Why it happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Why {
    /// Nothing is told.
    Unknown,
    /// In words.
    Words(&'static str),
    /// The kernel's name of the reason.
    Named(Arc<str>),
    /// The kernel's number of a reason that has no name here.
    Number(u32),
}

/// What a connection of TCP has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes {
    /// Payload that processes received.
    pub rx_bytes: u64,
    /// And sent.
    pub tx_bytes: u64,
    /// Bytes of it that were sent again.
    pub bytes_retrans: u64,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number since it is watched, from 1.
    pub seq: u64,
    /// Wall clock, nanoseconds since the epoch.
    pub wall: i64,
    /// What.
    pub kind: Kind,
    /// Why.
    pub why: Why,
    /// What the kernel told.
    pub record: EventRecord,
    /// As many packets are told of here, of segments that are sent again as many of those.
    pub count: u64,
    /// Bytes of these packets.
    pub length: u64,
}

impl Event {
    /// Whose socket it is; `None`: nobody is known.
    pub fn owner(&self) -> Option<ProcessId> {
        Some(self.record.id).filter(|id| id.pid != 0)
    }

    /// Name of that process.
    pub fn name(&self) -> &[u8] {
        let name = &self.record.name;
        &name[..name.iter().position(|&byte| byte == 0).unwrap_or(name.len())]
    }

    /// The socket, or both ends of the packet.
    pub fn socket(&self) -> &SeenSocket {
        &self.record.socket
    }

    /// It is of a connection that was established, as far as was seen.
    fn established(&self) -> Option<u64> {
        Some(self.record.established).filter(|established| *established > 0)
    }

    /// Nanoseconds that it took to connect.
    pub fn connecting(&self) -> Option<u64> {
        let begun = Some(self.record.since).filter(|since| *since > 0 && !self.record.is_passive)?;
        self.established()?.checked_sub(begun)
    }

    /// Nanoseconds that the connection was there, or the attempt took; for how long somebody waited for connections.
    pub fn duration(&self) -> Option<u64> {
        let begun = self.established().or(Some(self.record.since).filter(|since| *since > 0))?;
        self.kind.is_end().then(|| self.record.time.checked_sub(begun))?
    }

    /// Nanoseconds from the connection to the first payload that a process received.
    pub fn first_byte(&self) -> Option<u64> {
        Some(self.record.first_rx).filter(|first| *first > 0)?.checked_sub(self.established()?)
    }

    /// What the connection has moved, at its end.
    pub fn bytes(&self) -> Option<Bytes> {
        const LISTEN: u8 = 10;
        let EventRecord { told, old_state, rx_bytes, tx_bytes, bytes_retrans, .. } = self.record;
        let is_told = told == Told::State && self.kind.is_end() && old_state != LISTEN;
        (is_told && self.speaks() == "tcp").then_some(Bytes { rx_bytes, tx_bytes, bytes_retrans })
    }

    /// Segments of the connection that were sent again, up to this moment.
    pub fn total_retrans(&self) -> Option<u32> {
        const SYN_RECV: u8 = 3;
        let is_told = match self.record.told {
            Told::State => self.bytes().is_some(),
            // An answer to a request is sent by no connection yet.
            Told::Retransmit => self.record.old_state != SYN_RECV,
            _ => false,
        };
        is_told.then_some(self.record.total_retrans)
    }

    /// What it speaks, in a word.
    pub fn speaks(&self) -> &'static str {
        let SeenSocket { kind, protocol, .. } = self.record.socket;
        match procnet::dictionary::name(procnet::dictionary::IP_PROTOCOL, protocol.into()) {
            // Of a packet for no socket the protocol is known, and no more.
            Some(name) if kind == 0 && protocol > 0 => name,
            _ => self.record.socket.speaks(),
        }
    }
}

/// What was watched up to one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// How reading it went.
    pub reading: Reading,
    /// Since when it is watched, `CLOCK_BOOTTIME`.
    pub since: u64,
    /// Events of connections that there was no room for.
    pub lost_connections: u64,
    /// Events of packets that there was no room for.
    pub lost_packets: u64,
    /// Events that are not kept any more.
    pub forgotten: u64,
    /// What this kernel does not tell, by the names of its tracepoints.
    pub missing: Arc<[String]>,
    /// Those of earlier ticks are among them.
    pub is_kept: bool,
    /// In order, the oldest first.
    pub all: Arc<[Arc<Event>]>,
    /// The places of those of the processes that are asked for.
    pub own: Arc<[u32]>,
}
