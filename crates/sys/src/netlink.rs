//! Asking the kernel over netlink for its lists of sockets, interfaces and their speeds, addresses, neighbours and routes.
//!
//! A [`Netlink`] answers for the network namespace in which it was opened, whichever thread uses it later.
//! What comes back is handed on as it came, in whole messages; only the messages that end a reply are read
//! here. The kernel makes a reply while it is received: a slow receiver loses nothing, and what is listed
//! changes meanwhile. Lists that the kernel watches say that they were changed
//! ([`Dump::interrupted`]); its tables of sockets are walked piece by piece and never say it.

use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::time::Duration;

use libc::c_int;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::netlink::{GENERIC, SOCK_DIAG, SocketAddrNetlink};
use rustix::net::sockopt::{
    Timeout, set_socket_recv_buffer_size, set_socket_recv_buffer_size_force, set_socket_timeout,
};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrAny, SocketFlags, SocketType, bind, getsockname, recvfrom,
    sendto, socket_with,
};

use crate::dir::denied;
use crate::sockopt::{SO_NETNS_COOKIE, option_u64, set_option};

mod destroyed;
pub(crate) mod message;
mod request;

pub use destroyed::{Destroyed, Drained};
pub use request::*;

use message::{Scan, family_number, scan, set_kind, set_sequence};

/// `include/uapi/linux/netlink.h`; options of the level `SOL_NETLINK`.
const NETLINK_CAP_ACK: c_int = 10;
const NETLINK_EXT_ACK: c_int = 11;
const NETLINK_GET_STRICT_CHK: c_int = 12;

/// The kernel makes datagrams as long as the longest read so far, up to 32 KiB, and longer ones only for
/// single messages that need it.
const BUFFER: usize = 64 * 1024;

/// A message longer than this is given up.
const LONGEST: usize = 4 * 1024 * 1024;

/// Bytes that may wait in the socket. A reply needs no more than two datagrams' room.
const RECEIVE_BUFFER: usize = 1024 * 1024;

/// A kernel that is silent for so long does not answer any more. The time in which it makes a reply does
/// not count.
const SILENCE: Duration = Duration::from_secs(2);

/// Times that a reply may be without memory.
const SHORTAGES: u32 = 100;

/// Bytes of a reply which was stopped that are read away before the next.
const REST: u64 = 8 * 1024 * 1024;

/// Which part of the kernel is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subsystem {
    /// `NETLINK_SOCK_DIAG`: sockets.
    SockDiag,
    /// `NETLINK_ROUTE`: interfaces, addresses, neighbours, routes.
    Route,
    /// `NETLINK_GENERIC`: families of requests that have names, as `ethtool`.
    Generic,
}

/// How a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was handed on to its end.
    Done,
    /// This kernel has no such list.
    Unsupported,
    /// Permission was refused.
    Denied,
    /// The receiver did not want more.
    Stopped,
    /// Another error. `TIMEDOUT`: the kernel did not answer; `BUSY`: too much of a stopped reply is left,
    /// see [`Netlink::has_rest`]; `PROTOTYPE`: the request is the other subsystem's.
    Error(Errno),
}

/// What is known of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Dump {
    /// How it ended.
    pub outcome: Outcome,
    /// What is listed was changed while it was listed: entries may be missing or come twice.
    pub interrupted: bool,
    /// Messages are missing: the kernel was out of memory, or one did not fit and was left out.
    pub lost: bool,
    /// Messages that were handed on.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What the kernel says about an error, if it does.
    pub said: Option<String>,
}

impl Dump {
    /// All that the kernel had to say has come, and nothing changed that it watches.
    pub fn is_settled(&self) -> bool {
        !self.interrupted && !self.lost
    }
}

/// Receives a reply that may be given more than once.
pub trait Receiver {
    /// The reply begins; what came before is void.
    fn begin(&mut self);
    /// Whole messages of it.
    fn messages(&mut self, messages: &[u8]) -> ControlFlow<()>;
}

/// A socket to the kernel, to be kept: opening and enlarging it costs more than a short reply.
#[derive(Debug)]
pub struct Netlink {
    fd: OwnedFd,
    subsystem: Subsystem,
    /// Its own address: replies are sent there.
    port: u32,
    sequence: u32,
    /// A reply has not been read to its end.
    rest: bool,
    /// Numbers of families of generic netlink that were asked for.
    families: Vec<(&'static str, u16)>,
    buffer: Vec<u8>,
    request: Vec<u8>,
}

impl Netlink {
    /// Opens one in the network namespace of this thread.
    pub fn open(subsystem: Subsystem) -> Result<Self, Errno> {
        let fd = open(subsystem, 0, RECEIVE_BUFFER)?;
        set_socket_timeout(&fd, Timeout::Recv, Some(SILENCE))?;
        let port = SocketAddrNetlink::try_from(getsockname(&fd)?)?.pid();
        let buffer = vec![0; BUFFER];
        let (families, request) = (Vec::new(), Vec::new());
        Ok(Self { fd, subsystem, port, sequence: 0, rest: false, families, buffer, request })
    }

    /// Which part of the kernel it asks.
    pub fn subsystem(&self) -> Subsystem {
        self.subsystem
    }

    /// The number by which the kernel knows its network namespace (`SO_NETNS_COOKIE`, Linux ≥ 5.14).
    pub fn netns_cookie(&self) -> Option<u64> {
        option_u64(&self.fd, libc::SOL_SOCKET, SO_NETNS_COOKIE).ok()
    }

    /// A reply has not been read to its end, because its receiver stopped it or the kernel fell silent. The
    /// next request reads up to 8 MiB of it away first, some 30 ms, and is refused with `BUSY` while there
    /// is more: to open another socket in its place can be quicker.
    pub fn has_rest(&self) -> bool {
        self.rest
    }

    /// Asks and hands on what comes, in whole messages without the one that ends it: for each message its
    /// `struct nlmsghdr`, its structure and its attributes, padded to 4 bytes.
    pub fn dump(&mut self, request: &Request, each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Dump {
        let mut dump = Dump {
            outcome: Outcome::Done,
            interrupted: false,
            lost: false,
            messages: 0,
            bytes: 0,
            said: None,
        };
        let ended = self.send(request).and_then(|()| self.receive(&mut dump, each));
        dump.outcome = match ended {
            Ok(outcome) => outcome,
            Err(Errno::NOENT) if request.exact => Outcome::Done,
            Err(errno) => outcome_of(errno, self.subsystem),
        };
        dump
    }

    /// Asks again, at most `retries` times, while the reply is [not settled](Dump::is_settled). Each time
    /// the receiver is told to begin anew; what is returned is about the last time.
    pub fn dump_settled(&mut self, request: &Request, mut retries: u32, receiver: &mut dyn Receiver) -> Dump {
        loop {
            receiver.begin();
            let dump = self.dump(request, &mut |messages| receiver.messages(messages));
            if dump.is_settled() || dump.outcome != Outcome::Done || retries == 0 {
                return dump;
            }
            retries -= 1;
        }
    }

    fn send(&mut self, request: &Request) -> Result<(), Errno> {
        // A request for sockets would be an order to add an address, if the other subsystem got it.
        if request.subsystem != self.subsystem {
            return Err(Errno::PROTOTYPE);
        }
        let family = request.family.map(|family| self.family(family)).transpose()?;
        self.read_away(REST)?;
        self.sequence = self.sequence.wrapping_add(1);
        self.request.clear();
        self.request.extend_from_slice(&request.message);
        if let Some(family) = family {
            set_kind(&mut self.request, family);
        }
        set_sequence(&mut self.request, self.sequence);
        let kernel = SocketAddrNetlink::new(0, 0);
        retry_on_intr(|| sendto(&self.fd, &self.request, SendFlags::empty(), &kernel))?;
        self.rest = true;
        Ok(())
    }

    /// The number that a family of generic netlink has on this machine.
    fn family(&mut self, name: &'static str) -> Result<u16, Errno> {
        if let Some((_, number)) = self.families.iter().find(|(known, _)| *known == name) {
            return Ok(*number);
        }
        let mut number = None;
        let dump = self.dump(&family(name), &mut |messages| {
            number = number.or(family_number(messages));
            ControlFlow::Continue(())
        });
        match (dump.outcome, number) {
            (Outcome::Error(errno), _) => Err(errno),
            (Outcome::Denied, _) => Err(Errno::PERM),
            (_, None) => Err(Errno::NOENT),
            (_, Some(number)) => {
                self.families.push((name, number));
                Ok(number)
            }
        }
    }

    fn receive(
        &mut self,
        dump: &mut Dump,
        each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Outcome, Errno> {
        let mut shortages = 0;
        // The reply may have ended in a datagram that was cut. The kernel makes the next one before it
        // hands one over, so that what is not there will not come.
        let mut cut = false;
        loop {
            let flags = if cut { RecvFlags::DONTWAIT } else { RecvFlags::empty() };
            let scan = match self.datagram(flags) {
                Ok(scan) => scan,
                Err(Errno::AGAIN) if cut => {
                    self.rest = false;
                    return Ok(Outcome::Done);
                }
                Err(Errno::AGAIN) => return Err(Errno::TIMEDOUT),
                Err(Errno::NOBUFS) if shortages < SHORTAGES => {
                    shortages += 1;
                    dump.lost = true;
                    continue;
                }
                Err(Errno::MSGSIZE) => {
                    (cut, dump.lost) = (true, true);
                    continue;
                }
                Err(errno) => return Err(errno),
            };
            dump.interrupted |= scan.interrupted;
            dump.lost |= scan.lost;
            if let Some(end) = &scan.end {
                dump.said.clone_from(&end.said);
                self.rest = false;
            }
            if scan.len > 0 {
                dump.messages += scan.messages;
                dump.bytes += scan.len as u64;
                if each(&self.buffer[..scan.len]).is_break() {
                    return Ok(Outcome::Stopped);
                }
            }
            if let Some(end) = scan.end {
                return end.error.map_or(Ok(Outcome::Done), Err);
            }
        }
    }

    /// Receives one datagram into the buffer and looks it through. One that is not the kernel's has
    /// nothing. `MSGSIZE`: it did not fit and is gone; the next of its size will fit.
    fn datagram(&mut self, flags: RecvFlags) -> Result<Scan, Errno> {
        let flags = flags | RecvFlags::TRUNC;
        let (_, len, sender) = retry_on_intr(|| recvfrom(&self.fd, &mut self.buffer[..], flags))?;
        if !is_kernel(sender.as_ref()) {
            return Ok(Scan::default());
        }
        if len > self.buffer.len() {
            self.buffer.resize(len.next_power_of_two().min(LONGEST), 0);
            return Err(Errno::MSGSIZE);
        }
        Ok(scan(&self.buffer[..len], self.sequence, self.port))
    }

    /// Reads the rest of an earlier reply, not much more than so many bytes.
    fn read_away(&mut self, most: u64) -> Result<(), Errno> {
        let mut read = 0;
        while self.rest {
            match self.datagram(RecvFlags::DONTWAIT) {
                Ok(scan) => {
                    read += scan.len as u64;
                    self.rest = scan.end.is_none();
                }
                Err(Errno::AGAIN) => self.rest = false,
                Err(Errno::MSGSIZE | Errno::NOBUFS) => read += BUFFER as u64,
                Err(errno) => return Err(errno),
            }
            if self.rest && read > most {
                return Err(Errno::BUSY);
            }
        }
        Ok(())
    }
}

/// A socket that listens to groups (a mask) and for whose datagrams there is so much room.
fn open(subsystem: Subsystem, groups: u32, room: usize) -> Result<OwnedFd, Errno> {
    let protocol = match subsystem {
        Subsystem::SockDiag => Some(SOCK_DIAG),
        // Its number is 0.
        Subsystem::Route => None,
        Subsystem::Generic => Some(GENERIC),
    };
    let fd = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol)?;
    if set_socket_recv_buffer_size_force(&fd, room).is_err() {
        // Without CAP_NET_ADMIN no more than `net.core.rmem_max`, and all the same it works with less.
        let _ = set_socket_recv_buffer_size(&fd, room);
    }
    // Errors with words, without the request that they are about; and requests that are read strictly, so
    // that one which an older kernel would misread is refused. Kernels that know none of it answer too.
    for option in [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK] {
        let _ = set_option(&fd, libc::SOL_NETLINK, option, 1);
    }
    bind(&fd, &SocketAddrNetlink::new(0, groups))?;
    Ok(fd)
}

/// Other programs may send to a netlink socket too.
fn is_kernel(sender: Option<&SocketAddrAny>) -> bool {
    sender
        .and_then(|sender| SocketAddrNetlink::try_from(sender.clone()).ok())
        .is_some_and(|sender| sender.pid() == 0)
}

/// What an error says about a list.
fn outcome_of(errno: Errno, subsystem: Subsystem) -> Outcome {
    match errno {
        // Nobody listens for the protocol, the family, the kind of request.
        Errno::NOENT | Errno::OPNOTSUPP | Errno::PROTONOSUPPORT | Errno::AFNOSUPPORT | Errno::CONNREFUSED => {
            Outcome::Unsupported
        }
        // The requests are right, so it is a family above those that this kernel knows.
        Errno::INVAL if subsystem == Subsystem::SockDiag => Outcome::Unsupported,
        errno if denied(errno) => Outcome::Denied,
        errno => Outcome::Error(errno),
    }
}

#[cfg(test)]
mod tests;
