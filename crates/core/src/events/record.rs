//! The records of events, as `crates/sys/bpf/abi.h` lays them out.

use procnet::Endian;

use crate::traffic::ProcessId;
use crate::traffic::record::{Numbers, SeenSocket};

/// Bytes of a record.
pub const EVENT: usize = 176;

/// What a program in the kernel tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A socket has gone from one state to another.
    State,
    /// A connection was accepted.
    Accept,
    /// A segment is sent again.
    Retransmit,
    /// A reset is sent.
    Reset,
    /// A packet was dropped.
    Drop,
}

/// Something that happened to a socket. Times are `CLOCK_BOOTTIME` in nanoseconds, 0 where they were not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRecord {
    /// What is told.
    pub told: Told,
    /// When.
    pub time: u64,
    /// Which socket; 0: none.
    pub cookie: u64,
    /// Whose socket; the number is 0 where nobody is known.
    pub id: ProcessId,
    /// Parent of the process.
    pub ppid: u32,
    /// Its user.
    pub uid: u32,
    /// Number of its control group.
    pub cgroup: u64,
    /// Its name, filled up with zeroes.
    pub name: [u8; 16],
    /// The socket, or both ends of the packet.
    pub socket: SeenSocket,
    /// When it was begun to connect.
    pub since: u64,
    /// When the connection was established.
    pub established: u64,
    /// When a call returned the first payload.
    pub first_rx: u64,
    /// Of TCP at its end: payload that processes received.
    pub rx_bytes: u64,
    /// And sent.
    pub tx_bytes: u64,
    /// Bytes of it that were sent again.
    pub bytes_retrans: u64,
    /// Segments that were sent again.
    pub total_retrans: u32,
    /// Bytes of the packet.
    pub length: u32,
    /// Segments in it, where it is one that is sent again.
    pub segments: u32,
    /// Number of the reason of a drop or a reset.
    pub reason: u32,
    /// Error of the socket.
    pub error: u16,
    /// State before.
    pub old_state: u8,
    /// State after.
    pub new_state: u8,
    /// The other end connected.
    pub is_passive: bool,
    /// And a process accepted.
    pub is_accepted: bool,
    /// The packet came in.
    pub is_received: bool,
    /// The process descends from the one that is watched.
    pub is_descendant: bool,
    /// It is a part of a connection of MPTCP.
    pub is_subflow: bool,
}

impl EventRecord {
    /// Reads a record. `None`: it tells something that this version does not know.
    pub fn read(bytes: &[u8; EVENT], endian: Endian) -> Option<Self> {
        let numbers = Numbers(bytes, endian);
        let [kind, old_state, new_state, flags] = [152, 153, 154, 155].map(|place| bytes[place]);
        let told = match kind {
            1 => Told::State,
            2 => Told::Accept,
            3 => Told::Retransmit,
            4 => Told::Reset,
            5 => Told::Drop,
            _ => return None,
        };
        let family = numbers.u16(144);
        let mut name = [0; 16];
        name.copy_from_slice(&bytes[EVENT - 16..]);
        Some(Self {
            told,
            time: numbers.u64(0),
            cookie: numbers.u64(8),
            id: ProcessId { start: numbers.u64(16), pid: numbers.u32(112) },
            cgroup: numbers.u64(24),
            since: numbers.u64(32),
            established: numbers.u64(40),
            first_rx: numbers.u64(48),
            rx_bytes: numbers.u64(56),
            tx_bytes: numbers.u64(64),
            bytes_retrans: numbers.u64(72),
            ppid: numbers.u32(116),
            uid: numbers.u32(120),
            length: numbers.u32(128),
            reason: numbers.u32(132),
            total_retrans: numbers.u32(136),
            segments: numbers.u32(156),
            socket: SeenSocket {
                local: numbers.address(80, family),
                remote: numbers.address(96, family),
                netns: numbers.u32(124),
                local_port: numbers.u16(140),
                remote_port: numbers.u16(142),
                family,
                kind: numbers.u16(146),
                protocol: numbers.u16(148),
                closed: false,
                retrans: 0,
            },
            error: numbers.u16(150),
            old_state,
            new_state,
            is_passive: flags & 1 != 0,
            is_accepted: flags & 2 != 0,
            is_received: flags & 4 != 0,
            is_descendant: flags & 8 != 0,
            is_subflow: flags & 16 != 0,
            name,
        })
    }
}
