//! What can be done to others, when the user asks for it: a TCP connection is closed, a process is sent a signal. Nothing here is
//! done by number alone: a connection is told by its cookie, a process by its descriptor.

use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;
use std::os::fd::AsFd;

use rustix::io::Errno;
use rustix::net::AddressFamily;
use rustix::process::{Signal, pidfd_send_signal};

use crate::caps;
use crate::dir::denied;
use crate::netlink::{Extensions, Netlink, Outcome, Protocol, Subsystem, destroy_tcp, inet_exact};
use crate::netns::Namespace;
use crate::target::Target;

/// Bits of capabilities (`include/uapi/linux/capability.h`).
const CAP_KILL: u32 = 5;
const CAP_NET_ADMIN: u32 = 12;

/// A TCP connection, as the kernel knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// It is a socket of IPv6, whatever its addresses are.
    pub is_v6: bool,
    /// Its own end.
    pub local: SocketAddr,
    /// The other one.
    pub remote: SocketAddr,
    /// The interface that it is bound to; 0 for none.
    pub ifindex: u32,
    /// The number that no other socket ever has.
    pub cookie: u64,
}

/// Why something was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// There is nothing to be done it to.
    #[error("the connection is no more")]
    NoConnection,
    /// The process has ended.
    #[error("the process has ended")]
    Ended,
    /// It cannot be told from others.
    #[error(
        "the process is of another PID namespace, or the kernel has no pidfd_open: it cannot be told for sure"
    )]
    NoDescriptor,
    /// There is no such signal.
    #[error("no such signal")]
    NoSignal,
    /// Permission was refused.
    #[error(
        "not permitted: closing connections needs CAP_NET_ADMIN, in another network namespace CAP_SYS_ADMIN, too"
    )]
    MayNotClose,
    /// Permission was refused.
    #[error("not permitted: to signal processes of others needs CAP_KILL")]
    MayNotSignal,
    /// The kernel cannot do it.
    #[error("this kernel does not close connections: it was built without CONFIG_INET_DIAG_DESTROY")]
    Unsupported,
    /// Another error.
    #[error("the kernel refused: {0}")]
    Kernel(Errno),
}

/// What this program may do to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions {
    /// Close connections.
    pub closes: bool,
    /// Signal processes of others.
    pub signals_all: bool,
    /// Its user.
    pub uid: u32,
}

impl Permissions {
    /// Those of this thread.
    pub fn own() -> Self {
        let held = caps::effective();
        let has = |capability: u32| held >> capability & 1 == 1;
        let uid = rustix::process::geteuid().as_raw();
        Self { closes: has(CAP_NET_ADMIN), signals_all: has(CAP_KILL), uid }
    }
}

/// Closes a connection of a process's network namespace (`SOCK_DESTROY`): whoever holds it gets ECONNABORTED, the other end a
/// reset.
pub fn close_tcp(target: &Target, connection: &Connection) -> Result<(), ActError> {
    let namespace = Namespace::open(target.dir(), None).map_err(closing)?;
    namespace.run(|| close_here(connection)).map_err(closing)?
}

fn closing(errno: Errno) -> ActError {
    match errno {
        Errno::SRCH | Errno::NOENT => ActError::Ended,
        errno if denied(errno) => ActError::MayNotClose,
        errno => ActError::Kernel(errno),
    }
}

fn close_here(connection: &Connection) -> Result<(), ActError> {
    let mut netlink = Netlink::open(Subsystem::SockDiag).map_err(closing)?;
    let family = if connection.is_v6 { AddressFamily::INET6 } else { AddressFamily::INET };
    let id = connection.id();
    let mut ignore = |_: &[u8]| ControlFlow::Continue(());
    let found = netlink.dump(&inet_exact(family, Protocol::TCP, Extensions::NONE, &id), &mut ignore);
    if found.outcome == Outcome::Done && found.messages == 0 {
        return Err(ActError::NoConnection);
    }
    match netlink.dump(&destroy_tcp(family, &id), &mut ignore).outcome {
        Outcome::Done | Outcome::Stopped => Ok(()),
        Outcome::Unsupported => Err(ActError::Unsupported),
        Outcome::Denied => Err(ActError::MayNotClose),
        Outcome::Error(errno) => Err(ActError::Kernel(errno)),
    }
}

impl Connection {
    /// As `struct inet_diag_sockid`.
    fn id(&self) -> [u8; 48] {
        let mut id = [0; 48];
        id[..2].copy_from_slice(&self.local.port().to_be_bytes());
        id[2..4].copy_from_slice(&self.remote.port().to_be_bytes());
        put_address(&mut id[4..20], self.local.ip());
        put_address(&mut id[20..36], self.remote.ip());
        id[36..40].copy_from_slice(&self.ifindex.to_ne_bytes());
        // Two words, the lower one first.
        id[40..44].copy_from_slice(&(self.cookie as u32).to_ne_bytes());
        id[44..].copy_from_slice(&((self.cookie >> 32) as u32).to_ne_bytes());
        id
    }
}

fn put_address(place: &mut [u8], address: IpAddr) {
    match address {
        IpAddr::V4(address) => place[..4].copy_from_slice(&address.octets()),
        IpAddr::V6(address) => place.copy_from_slice(&address.octets()),
    }
}

/// Sends a process a signal, by its number. A process that took the number of one that has ended gets nothing.
pub fn signal(target: &Target, number: i32) -> Result<(), ActError> {
    let pidfd = target.pidfd().ok_or(ActError::NoDescriptor)?;
    let signal = Signal::from_named_raw(number).ok_or(ActError::NoSignal)?;
    pidfd_send_signal(pidfd.as_fd(), signal).map_err(|errno| match errno {
        Errno::SRCH => ActError::Ended,
        errno if denied(errno) => ActError::MayNotSignal,
        errno => ActError::Kernel(errno),
    })
}
