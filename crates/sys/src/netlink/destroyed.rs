//! Sockets that are no more: the kernel's messages about TCP and UDP sockets at their end.
//!
//! Each is a `struct inet_diag_msg` as of a list, with `INET_DIAG_INFO` for TCP; its state is always 7 and
//! its inode 0, so that it is the cookie that says which socket it was. No privilege is needed.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, recvfrom};

use super::message::count;
use super::{Subsystem, is_kernel, open};

/// A bit for each of `SKNLGRP_INET_TCP_DESTROY`, `SKNLGRP_INET_UDP_DESTROY`, `SKNLGRP_INET6_TCP_DESTROY` and
/// `SKNLGRP_INET6_UDP_DESTROY` (`include/uapi/linux/sock_diag.h`), which are the groups 1 to 4.
const GROUPS: u32 = 0b1111;

/// Bytes that may wait, which the kernel doubles: room for 13,000 ends of TCP connections. What is not
/// drained in time is lost.
const RECEIVE_BUFFER: usize = 8 * 1024 * 1024;

/// Longer than any of the messages.
const LONGEST: usize = 8 * 1024;

/// Most datagrams of one call.
const MOST: u32 = 16 * 1024;

/// A subscription to the ends of sockets in one network namespace.
#[derive(Debug)]
pub struct Destroyed {
    fd: OwnedFd,
    buffer: Vec<u8>,
}

/// What one call has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use]
pub struct Drained {
    /// Messages that were handed on.
    pub messages: u64,
    /// Others are missing, because they were not drained in time.
    pub lost: bool,
    /// More wait than one call hands on.
    pub more: bool,
    /// Why nothing can be received.
    pub error: Option<Errno>,
}

impl Destroyed {
    /// Subscribes, in the network namespace of this thread.
    pub fn open() -> Result<Self, Errno> {
        let fd = open(Subsystem::SockDiag, GROUPS, RECEIVE_BUFFER)?;
        Ok(Self { fd, buffer: vec![0; LONGEST] })
    }

    /// Hands on what waits, a message or more each time, and waits for nothing.
    pub fn drain(&mut self, each: &mut dyn FnMut(&[u8])) -> Drained {
        let mut drained = Drained::default();
        let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
        for _ in 0..MOST {
            match retry_on_intr(|| recvfrom(&self.fd, &mut self.buffer[..], flags)) {
                Ok((_, _, sender)) if !is_kernel(sender.as_ref()) => {}
                Ok((_, len, _)) if len > self.buffer.len() => drained.lost = true,
                Ok((_, len, _)) => {
                    each(&self.buffer[..len]);
                    drained.messages += count(&self.buffer[..len]);
                }
                Err(Errno::NOBUFS) => drained.lost = true,
                Err(Errno::AGAIN) => return drained,
                Err(errno) => return Drained { error: Some(errno), ..drained },
            }
        }
        Drained { more: true, ..drained }
    }
}

/// To wait until there is something.
impl AsFd for Destroyed {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
