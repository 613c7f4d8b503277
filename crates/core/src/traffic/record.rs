//! The records of the counting programs, as `crates/sys/bpf/abi.h` lays them out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use procnet::Endian;
use serde::{Deserialize, Serialize};

use super::Counts;

/// Bytes of a record of a process: its key, and what was seen of it.
pub const PROCESS: usize = 16 + 72;
/// Bytes of a record of a socket: its key, its counts, and what was seen of it.
pub const SOCKET: usize = 24 + 32 + 56;

/// Bytes of a record of what a socket sent and received over the wire: its cookie, its counts, whether it is the last one.
pub const WIRE: usize = 8 + 32 + 8;

/// A process: its number may be given again, so that it stands beside the time since boot at which it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct ProcessId {
    /// PID.
    pub pid: u32,
    /// When it began, nanoseconds since boot.
    pub start: u64,
}

/// A process, as it was when it was first seen to send or receive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcessRecord {
    /// Which.
    pub id: ProcessId,
    /// What it moved through sockets that there was no room for.
    pub rest: Counts,
    /// Number of its control group.
    pub cgroup: u64,
    /// Its parent.
    pub ppid: u32,
    /// Its user.
    pub uid: u32,
    /// Inode of its network namespace.
    pub netns: u32,
    /// It has ended, and this is the last that is told of it.
    pub ended: bool,
    /// It is one of those that are followed, from before it moved anything.
    pub followed: bool,
    /// Its name.
    pub name: Vec<u8>,
}

/// What a process moved through a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketRecord {
    /// Which process.
    pub id: ProcessId,
    /// Which socket.
    pub cookie: u64,
    /// How much.
    pub counts: Counts,
    /// The socket, as it was when a process was first seen to use it.
    pub seen: SeenSocket,
}

/// Packets of IP that a socket sent and received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireRecord {
    /// Which socket; 0: those that there was no room for.
    pub cookie: u64,
    /// Bytes with all headers from IP's on, and packets in the place of calls.
    pub counts: Counts,
}

/// A socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeenSocket {
    /// Own address, of one of IP.
    pub local: Option<IpAddr>,
    /// Address of the other end.
    pub remote: Option<IpAddr>,
    /// Inode of its network namespace.
    pub netns: u32,
    /// Own port.
    pub local_port: u16,
    /// Port of the other end; 0 where it has none.
    pub remote_port: u16,
    /// Address family; 0: nothing was seen of it.
    pub family: u16,
    /// Type of the socket.
    pub kind: u16,
    /// Protocol.
    pub protocol: u16,
    /// Nobody can use it any more, and this is the last that is told of it.
    pub closed: bool,
    /// Segments of TCP that were sent again.
    pub retrans: u32,
}

/// Where what goes through a socket goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Over IP, and nothing is known of it but that it may leave this machine.
    Remote,
    /// Over IP to this machine itself.
    Loopback,
    /// Otherwise.
    Other,
}

const AF_UNIX: u16 = 1;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;
const AF_NETLINK: u16 = 16;
const AF_PACKET: u16 = 17;
const AF_VSOCK: u16 = 40;
const SOCK_RAW: u16 = 3;

/// All that [`SeenSocket::speaks`] says.
pub(super) const SPOKEN: [&str; 12] = [
    "unix",
    "netlink",
    "packet",
    "vsock",
    "raw",
    "tcp",
    "udp",
    "udplite",
    "ping_sockets",
    "sctp",
    "mptcp",
    "other",
];

impl SeenSocket {
    /// It is one of IP and has another end.
    pub fn is_connected(&self) -> bool {
        self.remote.is_some() && self.remote_port > 0
    }

    /// What goes through it stays on this machine.
    pub fn is_loopback(&self) -> bool {
        match (self.local, self.remote) {
            (Some(local), Some(remote)) if remote.is_unspecified() => local.is_loopback(),
            (Some(local), Some(remote)) => remote.is_loopback() || local == remote,
            _ => false,
        }
    }

    /// Where what goes through it goes.
    pub fn way(&self) -> Way {
        match self.family {
            AF_INET | AF_INET6 if self.is_loopback() => Way::Loopback,
            AF_INET | AF_INET6 => Way::Remote,
            _ => Way::Other,
        }
    }

    /// What it speaks, in a word.
    pub fn speaks(&self) -> &'static str {
        match (self.family, self.kind, self.protocol) {
            (AF_UNIX, ..) => "unix",
            (AF_NETLINK, ..) => "netlink",
            (AF_PACKET, ..) => "packet",
            (AF_VSOCK, ..) => "vsock",
            (AF_INET | AF_INET6, SOCK_RAW, _) => "raw",
            (AF_INET | AF_INET6, _, 6) => "tcp",
            (AF_INET | AF_INET6, _, 17) => "udp",
            (AF_INET | AF_INET6, _, 136) => "udplite",
            (AF_INET | AF_INET6, _, 1 | 58) => "ping_sockets",
            (AF_INET | AF_INET6, _, 132) => "sctp",
            // Of a protocol whose number has more than eight bits a socket keeps the whole.
            (AF_INET | AF_INET6, _, 262) => "mptcp",
            _ => "other",
        }
    }
}

/// Numbers in bytes whose length is known.
pub(crate) struct Numbers<'b>(pub(crate) &'b [u8], pub(crate) Endian);

impl Numbers<'_> {
    pub(crate) fn u16(&self, at: usize) -> u16 {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        match self.1 {
            Endian::Little => u16::from_le_bytes(bytes),
            Endian::Big => u16::from_be_bytes(bytes),
        }
    }

    pub(crate) fn u32(&self, at: usize) -> u32 {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        match self.1 {
            Endian::Little => u32::from_le_bytes(bytes),
            Endian::Big => u32::from_be_bytes(bytes),
        }
    }

    pub(crate) fn u64(&self, at: usize) -> u64 {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        match self.1 {
            Endian::Little => u64::from_le_bytes(bytes),
            Endian::Big => u64::from_be_bytes(bytes),
        }
    }

    fn counts(&self, at: usize) -> Counts {
        let [rx_bytes, tx_bytes, rx_calls, tx_calls] = [0, 8, 16, 24].map(|place| self.u64(at + place));
        Counts { rx_bytes, tx_bytes, rx_calls, tx_calls }
    }

    pub(crate) fn address(&self, at: usize, family: u16) -> Option<IpAddr> {
        let bytes: [u8; 16] = *self.0.get(at..)?.first_chunk()?;
        match family {
            AF_INET => Some(Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]).into()),
            AF_INET6 => Some(Ipv6Addr::from(bytes).into()),
            _ => None,
        }
    }
}

impl ProcessRecord {
    /// Reads a record.
    pub fn read(bytes: &[u8; PROCESS], endian: Endian) -> Self {
        let numbers = Numbers(bytes, endian);
        let name = &bytes[PROCESS - 16..];
        let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
        Self {
            id: ProcessId { start: numbers.u64(0), pid: numbers.u32(8) },
            rest: numbers.counts(16),
            cgroup: numbers.u64(48),
            ppid: numbers.u32(56),
            uid: numbers.u32(60),
            netns: numbers.u32(64),
            ended: numbers.u16(68) != 0,
            followed: numbers.u16(70) != 0,
            name: name[..end].to_vec(),
        }
    }
}

impl WireRecord {
    /// Reads a record.
    pub fn read(bytes: &[u8; WIRE], endian: Endian) -> Self {
        let numbers = Numbers(bytes, endian);
        Self { cookie: numbers.u64(0), counts: numbers.counts(8) }
    }
}

impl SocketRecord {
    /// Reads a record.
    pub fn read(bytes: &[u8; SOCKET], endian: Endian) -> Self {
        const SEEN: usize = 56;
        let numbers = Numbers(bytes, endian);
        let family = numbers.u16(SEEN + 40);
        Self {
            id: ProcessId { start: numbers.u64(0), pid: numbers.u32(16) },
            cookie: numbers.u64(8),
            counts: numbers.counts(24),
            seen: SeenSocket {
                local: numbers.address(SEEN, family),
                remote: numbers.address(SEEN + 16, family),
                netns: numbers.u32(SEEN + 32),
                local_port: numbers.u16(SEEN + 36),
                remote_port: numbers.u16(SEEN + 38),
                family,
                kind: numbers.u16(SEEN + 42),
                protocol: numbers.u16(SEEN + 44),
                closed: numbers.u16(SEEN + 46) != 0,
                retrans: numbers.u32(SEEN + 48),
            },
        }
    }
}
