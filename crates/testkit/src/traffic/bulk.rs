//! Bytes that get into a socket or out of it without a buffer of the program: `sendfile`, `splice`, MSG_ZEROCOPY.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, AsRawFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::MemfdFlags;
use rustix::io::Errno;
use rustix::net::SendFlags;

use super::role::{received, sent};

pub(super) const TOTAL: usize = 8_000_009;
/// A pipe holds so much.
const PIPE: usize = 65_536;

/// Sends a file.
pub(super) fn sendfile(socket: impl AsFd) {
    let file = rustix::fs::memfd_create("traffic", MemfdFlags::CLOEXEC).unwrap();
    std::fs::File::from(file.try_clone().unwrap()).write_all(&vec![0x5a; TOTAL]).unwrap();
    let mut offset = 0;
    while offset < TOTAL as u64 {
        let moved = rustix::fs::sendfile(&socket, &file, Some(&mut offset), 777_777).unwrap();
        assert!(moved > 0, "the file ended early");
        sent(moved);
    }
}

/// Sends through a pipe.
pub(super) fn splice_in(socket: impl AsFd) {
    splice_parts(socket, |number| 1 + number * 7919 % PIPE);
}

/// The same with whole pages, that nobody else has.
pub(super) fn splice_pages(socket: impl AsFd) {
    splice_parts(socket, |_| PIPE);
}

fn splice_parts(socket: impl AsFd, part: impl Fn(usize) -> usize) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let (bytes, mut left, mut number) = (vec![0x5a; PIPE], TOTAL, 0);
    while left > 0 {
        number += 1;
        let mut part = left.min(part(number));
        writer.write_all(&bytes[..part]).unwrap();
        left -= part;
        while part > 0 {
            part -= sent(splice(&reader, &socket, part));
        }
    }
}

/// Receives through a pipe.
pub(super) fn splice_out(socket: impl AsFd) {
    let (mut reader, writer): (PipeReader, PipeWriter) = std::io::pipe().unwrap();
    let (mut bytes, mut left) = (vec![0; PIPE], TOTAL);
    while left > 0 {
        let moved = splice(&socket, &writer, left.min(PIPE));
        assert!(moved > 0, "ended with {left} bytes to come");
        left -= received(moved);
        reader.read_exact(&mut bytes[..moved]).unwrap();
    }
}

fn splice(from: impl AsFd, to: impl AsFd, length: usize) -> usize {
    let (from, to, none) = (from.as_fd().as_raw_fd(), to.as_fd().as_raw_fd(), std::ptr::null_mut());
    // SAFETY: no memory is passed.
    let moved = unsafe { libc::splice(from, none, to, none, length, 0) };
    usize::try_from(moved).unwrap_or_else(|_| panic!("splice: {}", std::io::Error::last_os_error()))
}

/// Sends with MSG_ZEROCOPY, and reads from the error queue which of it is done.
pub(super) fn zerocopy(socket: impl AsFd) {
    const AT_ONCE: u32 = 16;
    let on: libc::c_int = 1;
    let (fd, length) = (socket.as_fd().as_raw_fd(), size_of_val(&on).try_into().unwrap());
    // SAFETY: the value is of this length.
    let set =
        unsafe { libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_ZEROCOPY, (&raw const on).cast(), length) };
    assert_eq!(set, 0, "SO_ZEROCOPY: {}", std::io::Error::last_os_error());
    let flags = SendFlags::from_bits_retain(libc::MSG_ZEROCOPY.cast_unsigned());
    let (bytes, mut left, mut waiting, mut number) = (vec![0x5a; 1 << 16], TOTAL, 0, 0);
    while left > 0 || waiting > 0 {
        if left == 0 || waiting >= AT_ONCE {
            waiting -= completed(&socket);
            continue;
        }
        number += 1;
        let part = left.min(1 + number * 7919 % bytes.len());
        match rustix::net::send(&socket, &bytes[..part], flags) {
            Ok(moved) => {
                left -= sent(moved);
                waiting += 1;
            }
            // Too many of them wait to be done.
            Err(Errno::NOBUFS) if waiting > 0 => waiting -= completed(&socket),
            Err(error) => panic!("send: {error}"),
        }
    }
}

/// Waits for what the error queue says next: how many calls are done.
fn completed(socket: impl AsFd) -> u32 {
    // Errors are polled for even when nothing is asked for.
    poll(&mut [PollFd::new(&socket, PollFlags::empty())], None).unwrap();
    let mut control = [0_u64; 16];
    // SAFETY: a structure of numbers and pointers that may be null.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(&control);
    // SAFETY: the message points to memory of the length it says.
    let read = unsafe { libc::recvmsg(socket.as_fd().as_raw_fd(), &raw mut message, libc::MSG_ERRQUEUE) };
    assert_eq!(read, 0, "the error queue: {}", std::io::Error::last_os_error());
    // SAFETY: the kernel filled the control buffer in; the first message is of this kind on such a socket.
    let error = unsafe {
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        assert!(!header.is_null(), "no message in the error queue");
        std::ptr::read_unaligned(libc::CMSG_DATA(header).cast::<libc::sock_extended_err>())
    };
    // The numbers of the first and the last.
    error.ee_data - error.ee_info + 1
}
