//! Asking one process's sockets themselves, through duplicates of its descriptors.
//!
//! A dump costs by the sockets of the whole namespace; this costs by those of the process, and finds some
//! that no dump has: never bound, of other namespaces, of families without a dump. Each descriptor is
//! duplicated, asked, and closed before the next. To duplicate it (`pidfd_getfd`) needs the permission to
//! attach to the process, which is more than to read its links: Yama can refuse it between processes of one
//! user.
//!
//! # Messages
//!
//! All are netlink messages in the byte order of the machine, with sequence number and port 0.
//!
//! An IPv4 or IPv6 socket of TCP, MPTCP, UDP, UDP-Lite or ping, and a raw one, gives the message that a
//! dump would have of it: `SOCK_DIAG_BY_FAMILY` with `struct inet_diag_msg`, `INET_DIAG_MARK`, and if they
//! are asked for `INET_DIAG_INFO` (and with it `INET_DIAG_ULP_INFO`), `INET_DIAG_MEMINFO`,
//! `INET_DIAG_SKMEMINFO`, `INET_DIAG_CONG`, `INET_DIAG_TOS`, `INET_DIAG_TCLASS`, and `INET_DIAG_VEGASINFO` or
//! its kin. What a dump's request says and its messages do not, this one says: [`ATTR_TYPE`], [`ATTR_PROTOCOL`],
//! [`ATTR_NETNS`]. Differences:
//!
//! - `idiag_timer` and `idiag_expires` cannot be known and are 0. `idiag_retrans` is TCP's count of
//!   retransmissions or, if there are none, of probes.
//! - `INET_DIAG_SHUTDOWN`, `INET_DIAG_CLASS_ID`, `INET_DIAG_CGROUP_ID` and `INET_DIAG_SOCKOPT` are missing;
//!   of `INET_DIAG_ULP_INFO` there is the name alone.
//! - The state of a socket that is not TCP's is 1 where it has a peer with a port, else 7; a raw socket that
//!   is connected has none. MPTCP's is 10 where it listens.
//! - `idiag_rqueue` of UDP still counts what was read and is not yet given back, up to a quarter of the
//!   buffer.
//!
//! Any other socket gives [`OTHER_SOCKET`].
//!
//! A program in the kernel lists sockets in the same messages (`bpf/sockets.h`), with the descriptor as sequence number and
//! [`ATTR_TIMER`]. It leaves out `INET_DIAG_MEMINFO`, the last four bytes of `INET_DIAG_INFO` and what only a socket's
//! congestion control can tell, but for BBR's; all else is there that a dump tells.
//!
//! # What asking does to a socket
//!
//! - It gets a cookie if it had none, as from a dump. `SO_ERROR` is not read: that would clear it.
//! - If the process closes the descriptor in the same moment, the end of the connection waits for the few
//!   microseconds until the duplicate is closed; a socket with `SO_LINGER` then lingers in this thread.
//! - The kernel treats a duplicate as a descriptor that was handed over: it marks the socket with the
//!   `net_cls` class and `net_prio` index of the process that asks. See [`would_reclassify`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};

use libc::{SOL_SOCKET, c_int};
use rustix::fs::{FileType, fstat};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use crate::netlink::Extensions;
use crate::sockopt::{SO_NETNS_COOKIE, option_u32, option_u64};

mod inet;
mod other;

/// Type of the message of a socket that has no `inet_diag_msg`. Its structure has 32 bytes:
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 2 | family (`SO_DOMAIN`) |
/// | 2 | 2 | type (`SO_TYPE`) |
/// | 4 | 4 | protocol (`SO_PROTOCOL`) |
/// | 8 | 4 | owner's user |
/// | 12 | 4 | 1 if it accepts connections |
/// | 16 | 8 | inode |
/// | 24 | 8 | cookie |
///
/// Attributes, each if it is known: [`ATTR_LOCAL`], [`ATTR_PEER`], [`ATTR_PEER_CREDENTIALS`],
/// [`ATTR_QUEUES`], [`ATTR_SKMEMINFO`], [`ATTR_MARK`], [`ATTR_NETNS`].
pub const OTHER_SOCKET: u16 = 0xff00;

/// Attribute: the socket's type (`SO_TYPE`), 4 bytes.
pub const ATTR_TYPE: u16 = 0x3f01;
/// Attribute: the socket's protocol (`SO_PROTOCOL`), 4 bytes.
pub const ATTR_PROTOCOL: u16 = 0x3f02;
/// Attribute: its network namespace (`SO_NETNS_COOKIE`), 8 bytes; see
/// [`Netlink::netns_cookie`](crate::netlink::Netlink::netns_cookie).
pub const ATTR_NETNS: u16 = 0x3f03;
/// Attribute: `getsockname`, the bytes of its `sockaddr`.
pub const ATTR_LOCAL: u16 = 0x3f04;
/// Attribute: `getpeername`, the bytes of its `sockaddr`.
pub const ATTR_PEER: u16 = 0x3f05;
/// Attribute of a UNIX socket: `SO_PEERCRED`, PID, user and group of 4 bytes each.
pub const ATTR_PEER_CREDENTIALS: u16 = 0x3f06;
/// Attribute of a UNIX or VSOCK socket: bytes that wait to be read and bytes that the peer has not read
/// (`SIOCINQ`, `SIOCOUTQ`), 4 bytes each.
pub const ATTR_QUEUES: u16 = 0x3f07;
/// Attribute: `SO_MEMINFO`, as `INET_DIAG_SKMEMINFO`.
pub const ATTR_SKMEMINFO: u16 = 0x3f08;
/// Attribute: `SO_MARK`, 4 bytes.
pub const ATTR_MARK: u16 = 0x3f09;

/// Attribute of a listed socket: 1 if the fields of its timer are true, 1 byte.
pub const ATTR_TIMER: u16 = 0x3f0a;
/// Flag of the message of a socket that was listed by a program in the kernel (`bpf/sockets.h`): its congestion control
/// tells something that only the socket itself hands out.
pub const ASK_CONGESTION: u16 = 0x200;

/// `PIDFD_THREAD` (`include/uapi/linux/pidfd.h`).
const PIDFD_THREAD: u32 = libc::O_EXCL.cast_unsigned();

/// Bytes that are gathered before they are handed on.
const GATHER: usize = 64 * 1024;

/// Sockets beyond those asked last that are remembered.
const REMEMBERED: usize = 1024;

/// A descriptor that was seen to be a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Descriptor {
    /// Its number in the process.
    pub fd: RawFd,
    /// The socket's inode: if it is another's by now, nothing is told of it.
    pub inode: u64,
}

/// How the asking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All were asked.
    Done,
    /// The process may not be traced.
    Denied,
    /// The process, or the thread, has ended.
    Ended,
    /// The kernel cannot duplicate descriptors (Linux < 5.6), or a filter forbids it.
    Unsupported,
    /// Another error, such as `MFILE`: this process has no descriptor left.
    Error(Errno),
}

/// What is known of an asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Asked {
    /// How it ended.
    pub outcome: Outcome,
    /// Sockets that a message was handed on of.
    pub messages: u64,
    /// The messages' bytes.
    pub bytes: u64,
    /// Descriptors that were closed since they were seen, or are another socket's or file's.
    pub gone: u64,
    /// Sockets that a security module keeps from this process.
    pub refused: u64,
}

/// A process's pidfd by the number of a live thread, for when its leader has exited and its own pidfd
/// answers no more, or for a thread with a table of descriptors of its own. Linux ≥ 6.9, else `INVAL`.
///
/// The number may be another thread's by then: see that the process still has it after this returned.
pub fn open_thread(tid: u32) -> Result<OwnedFd, Errno> {
    let tid = Pid::from_raw(tid.cast_signed()).ok_or(Errno::SRCH)?;
    pidfd_open(tid, PidfdFlags::from_bits_retain(PIDFD_THREAD))
}

/// Whether asking could change how a process's traffic is treated, by both processes' `/proc/PID/cgroup`:
/// they are in different groups of `net_cls` or `net_prio`, and their sockets would come to bear the mark of
/// the one that asks.
pub fn would_reclassify(theirs: &[u8], own: &[u8]) -> bool {
    let marking = |cgroups: &[u8]| -> Vec<Vec<u8>> {
        let mut lines: Vec<_> = cgroups
            .split(|&byte| byte == b'\n')
            .filter(|line| {
                let controllers = line.split(|&byte| byte == b':').nth(1).unwrap_or_default();
                controllers.split(|&byte| byte == b',').any(|name| matches!(name, b"net_cls" | b"net_prio"))
            })
            .map(<[u8]>::to_vec)
            .collect();
        lines.sort();
        lines
    };
    marking(theirs) != marking(own)
}

/// How much of a socket is asked anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// All that can change.
    #[default]
    Whole,
    /// Of a TCP connection that was asked before only what moves: state, figures, queues, memory. Its ends,
    /// interface, mark, congestion control and the protocol above it are told as they were the last time.
    Moving,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
struct Asking {
    extensions: Extensions,
    depth: Depth,
}

/// What stays the same as long as a socket lives, and what is remembered of its connection.
#[derive(Debug, Clone, Copy)]
struct Known {
    inode: u64,
    cookie: Option<u64>,
    uid: u32,
    family: c_int,
    kind: c_int,
    protocol: u32,
    /// `SO_NETNS_COOKIE`.
    netns: Option<u64>,
    connection: Option<inet::Connection>,
    /// When it was asked last.
    pass: u64,
}

/// A duplicate, and what is known of its socket.
struct Socket<'s> {
    fd: BorrowedFd<'s>,
    known: &'s mut Known,
}

/// Asks sockets, and remembers of each what never changes.
#[derive(Debug, Default)]
pub struct OwnSockets {
    known: HashMap<u64, Known>,
    pass: u64,
    out: Vec<u8>,
}

impl OwnSockets {
    /// Asks these descriptors of a process, in their order, and hands on whole messages. The process is
    /// named by its pidfd, or by that of a thread whose descriptors they are.
    pub fn ask(
        &mut self,
        process: BorrowedFd<'_>,
        sockets: &[Descriptor],
        extensions: Extensions,
        depth: Depth,
        each: &mut dyn FnMut(&[u8]),
    ) -> Asked {
        let mut asked = Asked { outcome: Outcome::Done, messages: 0, bytes: 0, gone: 0, refused: 0 };
        self.pass += 1;
        self.out.clear();
        for &descriptor in sockets {
            match self.one(process, descriptor, Asking { extensions, depth }) {
                Ok(()) => asked.messages += 1,
                Err(Errno::BADF) => asked.gone += 1,
                Err(Errno::ACCESS) => asked.refused += 1,
                Err(errno) => {
                    asked.outcome = outcome_of(errno);
                    break;
                }
            }
            if self.out.len() >= GATHER {
                self.hand_on(&mut asked, each);
            }
        }
        self.hand_on(&mut asked, each);
        if self.known.len() > 2 * sockets.len() + REMEMBERED {
            self.known.retain(|_, known| known.pass == self.pass);
        }
        asked
    }

    fn hand_on(&mut self, asked: &mut Asked, each: &mut dyn FnMut(&[u8])) {
        if !self.out.is_empty() {
            asked.bytes += self.out.len() as u64;
            each(&self.out);
            self.out.clear();
        }
    }

    /// Writes the message of one socket. `BADF`: there is no such socket behind the descriptor.
    fn one(&mut self, process: BorrowedFd<'_>, descriptor: Descriptor, asking: Asking) -> Result<(), Errno> {
        let duplicate = pidfd_getfd(process, descriptor.fd, PidfdGetfdFlags::empty())?;
        let fd = duplicate.as_fd();
        let cookie = option_u64(fd, SOL_SOCKET, libc::SO_COOKIE).ok();
        // A cookie is never given twice, so that one which is remembered with its inode is the same socket's.
        let known = match self.known.entry(descriptor.inode) {
            Entry::Occupied(entry) if cookie.is_some() && entry.get().cookie == cookie => entry.into_mut(),
            entry => entry.insert_entry(identify(fd, descriptor.inode, cookie)?).into_mut(),
        };
        known.pass = self.pass;
        let mut socket = Socket { fd, known };
        if !inet::write(&mut socket, asking, &mut self.out) {
            other::write(&socket, &mut self.out);
        }
        Ok(())
    }
}

/// What never changes of a socket, if it is the expected one.
fn identify(fd: BorrowedFd<'_>, inode: u64, cookie: Option<u64>) -> Result<Known, Errno> {
    let stat = fstat(fd)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::Socket || stat.st_ino != inode {
        return Err(Errno::BADF);
    }
    let number = |name| option_u32(fd, SOL_SOCKET, name).unwrap_or_default();
    Ok(Known {
        inode,
        cookie,
        uid: stat.st_uid,
        family: number(libc::SO_DOMAIN).cast_signed(),
        kind: number(libc::SO_TYPE).cast_signed(),
        protocol: number(libc::SO_PROTOCOL),
        netns: option_u64(fd, SOL_SOCKET, SO_NETNS_COOKIE).ok(),
        connection: None,
        pass: 0,
    })
}

fn outcome_of(errno: Errno) -> Outcome {
    match errno {
        Errno::PERM => Outcome::Denied,
        Errno::SRCH => Outcome::Ended,
        Errno::NOSYS => Outcome::Unsupported,
        errno => Outcome::Error(errno),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_groups_of_the_marking_controllers_matter() {
        let host = b"5:net_cls,net_prio:/\n3:cpu:/\n0::/a\n";
        assert!(!would_reclassify(host, b"0::/b\n5:net_cls,net_prio:/\n3:cpu:/x\n"));
        assert!(!would_reclassify(b"0::/a\n", b"1:name=systemd:/\n0::/b\n"));
        assert!(would_reclassify(b"5:net_cls,net_prio:/batch\n0::/\n", host));
        assert!(would_reclassify(b"7:net_prio:/x\n", b"7:net_prio:/\n"));
        assert!(would_reclassify(host, b"0::/\n"));
    }
}
