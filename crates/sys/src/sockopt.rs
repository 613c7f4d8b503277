//! Options, names and queues of sockets, as the kernel's bytes.
//!
//! rustix has typed functions for many options; those used here are structures that grow from kernel to
//! kernel, options that it does not know, and names of families that it does not know.

use std::os::fd::{AsFd, AsRawFd};

use libc::{c_int, c_ulong, socklen_t};
use rustix::io::Errno;

/// `include/uapi/asm-generic/socket.h`.
pub(crate) const SO_PEERNAME: c_int = 28;
pub(crate) const SO_MEMINFO: c_int = 55;
pub(crate) const SO_BINDTOIFINDEX: c_int = 62;
pub(crate) const SO_NETNS_COOKIE: c_int = 71;

/// `SIOCINQ` and `SIOCOUTQ` (`include/uapi/linux/sockios.h`).
pub(crate) const SIOCINQ: c_ulong = libc::FIONREAD as c_ulong;
pub(crate) const SIOCOUTQ: c_ulong = libc::TIOCOUTQ as c_ulong;

/// As long as any socket's name (`sizeof(struct sockaddr_storage)`).
pub(crate) const NAME: usize = 128;

/// What a call said that gives 0 or fails.
fn outcome(answer: c_int) -> Result<(), Errno> {
    match answer {
        0.. => Ok(()),
        _ => Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO)),
    }
}

/// Reads an option; how many bytes of `into` the kernel has filled.
pub(crate) fn option(fd: impl AsFd, level: c_int, name: c_int, into: &mut [u8]) -> Result<usize, Errno> {
    let mut len = into.len() as socklen_t;
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: the kernel writes at most `len` bytes into `into`, and to `len`; both outlive the call.
    outcome(unsafe { libc::getsockopt(fd, level, name, into.as_mut_ptr().cast(), &raw mut len) })?;
    Ok((len as usize).min(into.len()))
}

/// Reads an option that is a number of 32 bits.
pub(crate) fn option_u32(fd: impl AsFd, level: c_int, name: c_int) -> Result<u32, Errno> {
    let mut value = [0; 4];
    option(fd, level, name, &mut value)?;
    Ok(u32::from_ne_bytes(value))
}

/// Reads an option that is a number of 64 bits.
pub(crate) fn option_u64(fd: impl AsFd, level: c_int, name: c_int) -> Result<u64, Errno> {
    let mut value = [0; 8];
    option(fd, level, name, &mut value)?;
    Ok(u64::from_ne_bytes(value))
}

/// Sets an option that is an int.
pub(crate) fn set_option(fd: impl AsFd, level: c_int, name: c_int, value: c_int) -> Result<(), Errno> {
    let (fd, len) = (fd.as_fd().as_raw_fd(), size_of::<c_int>() as socklen_t);
    // SAFETY: the kernel reads `len` bytes of `value`, which outlives the call.
    outcome(unsafe { libc::setsockopt(fd, level, name, (&raw const value).cast(), len) })
}

/// The local name, as the bytes of its `sockaddr`.
pub(crate) fn local_name(fd: impl AsFd, into: &mut [u8; NAME]) -> Result<&[u8], Errno> {
    let mut len = NAME as socklen_t;
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: the kernel writes at most `len` bytes into `into`, and to `len`; both outlive the call.
    // Whatever a sockaddr asks of alignment, the kernel copies bytes.
    outcome(unsafe { libc::getsockname(fd, into.as_mut_ptr().cast(), &raw mut len) })?;
    Ok(&into[..(len as usize).min(NAME)])
}

/// The peer's name, as the bytes of its `sockaddr`.
pub(crate) fn peer_name(fd: impl AsFd, into: &mut [u8; NAME]) -> Result<&[u8], Errno> {
    let mut len = NAME as socklen_t;
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: as of `local_name`.
    outcome(unsafe { libc::getpeername(fd, into.as_mut_ptr().cast(), &raw mut len) })?;
    Ok(&into[..(len as usize).min(NAME)])
}

/// Bytes in a queue of a socket: [`SIOCINQ`] or [`SIOCOUTQ`].
pub(crate) fn queued(fd: impl AsFd, queue: c_ulong) -> Result<u32, Errno> {
    let mut bytes: c_int = 0;
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: both requests write one int, which outlives the call.
    outcome(unsafe { libc::ioctl(fd, queue as _, &raw mut bytes) })?;
    Ok(bytes.cast_unsigned())
}
