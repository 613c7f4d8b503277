//! Sending and receiving by `io_uring`, with the system calls and the rings as the kernel has them.

use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};

use super::processes::ring_client;
use super::role::{received, sent};

const READ: u8 = 22;
const WRITE: u8 = 23;
const SEND: u8 = 26;
const RECV: u8 = 27;
const SEND_ZC: u8 = 47;

/// A worker thread of the kernel's does it, which belongs to the process.
const ASYNC: u8 = 1 << 4;
/// Another entry for the same request follows.
const MORE: u32 = 1 << 1;

#[repr(C)]
#[derive(Default)]
struct Params {
    sq_entries: u32,
    cq_entries: u32,
    flags: u32,
    sq_thread_cpu: u32,
    sq_thread_idle: u32,
    features: u32,
    wq_fd: u32,
    reserved: [u32; 3],
    sq: Offsets,
    cq: Offsets,
}

/// Where a ring has what: for requests, the sixth is unused and the seventh the array of indices; for results, the
/// sixth is the array of entries.
#[repr(C)]
#[derive(Default)]
struct Offsets {
    head: u32,
    tail: u32,
    mask: u32,
    entries: u32,
    other: [u32; 4],
    address: u64,
}

#[repr(C)]
#[derive(Default)]
struct Request {
    opcode: u8,
    flags: u8,
    priority: u16,
    fd: i32,
    offset: u64,
    address: u64,
    length: u32,
    operation_flags: u32,
    user_data: u64,
    rest: [u64; 3],
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Completion {
    user_data: u64,
    result: i32,
    flags: u32,
}

/// A mapped part of a ring.
struct Map {
    start: *mut u8,
    length: usize,
}

impl Map {
    fn new(ring: &OwnedFd, length: usize, offset: i64) -> Self {
        let (access, shared) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_POPULATE);
        // SAFETY: a new mapping.
        let start =
            unsafe { libc::mmap(std::ptr::null_mut(), length, access, shared, ring.as_raw_fd(), offset) };
        assert_ne!(start, libc::MAP_FAILED, "mmap: {}", std::io::Error::last_os_error());
        Self { start: start.cast(), length }
    }

    /// The number at an offset, which the kernel reads or writes too.
    fn number(&self, offset: u32) -> &AtomicU32 {
        // SAFETY: the kernel gave the offset, which is within the mapping and aligned.
        unsafe { AtomicU32::from_ptr(self.at(offset, 0)) }
    }

    fn at<T>(&self, offset: u32, index: u32) -> *mut T {
        let offset = offset as usize + index as usize * size_of::<T>();
        assert!(offset + size_of::<T>() <= self.length);
        // SAFETY: within the mapping, as was just looked at.
        unsafe { self.start.add(offset) }.cast()
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: was mapped like this, and nothing refers to it any more.
        unsafe { libc::munmap(self.start.cast(), self.length) };
    }
}

struct Ring {
    fd: OwnedFd,
    params: Params,
    requests: Map,
    results: Map,
    entries: Map,
}

fn set_up(params: &mut Params) -> std::io::Result<OwnedFd> {
    // SAFETY: the structure is as the kernel's.
    let fd = unsafe { libc::syscall(libc::SYS_io_uring_setup, 8, &raw mut *params) };
    if fd < 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: the kernel just gave it to us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd.try_into().unwrap()) })
}

impl Ring {
    fn new() -> Self {
        let mut params = Params::default();
        let fd = set_up(&mut params).unwrap();
        let requests = params.sq.other[2] as usize + params.sq_entries as usize * size_of::<u32>();
        let results = params.cq.other[1] as usize + params.cq_entries as usize * size_of::<Completion>();
        Self {
            requests: Map::new(&fd, requests, 0),
            results: Map::new(&fd, results, 0x800_0000),
            entries: Map::new(&fd, params.sq_entries as usize * size_of::<Request>(), 0x1000_0000),
            fd,
            params,
        }
    }

    /// Has one request done, and returns its result. Of two results the second only says that the buffer is free.
    fn run(&self, request: Request) -> usize {
        let (sq, cq) = (&self.params.sq, &self.params.cq);
        let tail = self.requests.number(sq.tail);
        let now = tail.load(Ordering::Relaxed);
        let index = now & self.requests.number(sq.mask).load(Ordering::Relaxed);
        // SAFETY: the kernel reads neither before the tail moves.
        unsafe {
            self.entries.at::<Request>(0, index).write(request);
            self.requests.at::<u32>(sq.other[2], index).write(index);
        }
        tail.store(now.wrapping_add(1), Ordering::Release);
        self.enter(1);
        let first = self.result(cq);
        if first.flags & MORE != 0 {
            self.result(cq);
        }
        let failed = || panic!("{}", std::io::Error::from_raw_os_error(-first.result));
        usize::try_from(first.result).unwrap_or_else(|_| failed())
    }

    /// Waits for a result and takes it.
    fn result(&self, cq: &Offsets) -> Completion {
        let (head, tail) = (self.results.number(cq.head), self.results.number(cq.tail));
        let now = head.load(Ordering::Relaxed);
        while tail.load(Ordering::Acquire) == now {
            self.enter(0);
        }
        let index = now & self.results.number(cq.mask).load(Ordering::Relaxed);
        // SAFETY: the kernel has written it before it moved the tail.
        let result = unsafe { self.results.at::<Completion>(cq.other[1], index).read() };
        head.store(now.wrapping_add(1), Ordering::Release);
        result
    }

    /// Gives the kernel so many requests and waits for a result.
    fn enter(&self, submit: u32) {
        const GET_EVENTS: u32 = 1;
        let (number, fd) = (libc::SYS_io_uring_enter, self.fd.as_raw_fd());
        // SAFETY: no memory but the ring's, and the buffers of its requests, which outlive their results.
        let entered = unsafe { libc::syscall(number, fd, submit, 1, GET_EVENTS, 0, 0) };
        assert_eq!(entered, i64::from(submit), "io_uring_enter: {}", std::io::Error::last_os_error());
    }
}

/// Why there is no ring.
pub(super) fn refused() -> Option<String> {
    set_up(&mut Params::default()).err().map(|error| format!("io_uring_setup: {error}"))
}

/// Sends and receives with these operations in turn.
fn exchange(sending: &[u8], receiving: &[u8]) {
    let ((stream, total), ring) = (ring_client(), Ring::new());
    let mut bytes = vec![0x5a; 1 << 16];
    for (operations, count) in [(sending, sent as fn(usize) -> usize), (receiving, received)] {
        let (mut left, mut number) = (total, 0);
        while left > 0 {
            let length = left.min(1 + number * 7919 % (bytes.len() - 1));
            let moved = ring.run(Request {
                opcode: operations[number % operations.len()],
                flags: if number % 3 == 2 { ASYNC } else { 0 },
                fd: stream.as_fd().as_raw_fd(),
                address: bytes.as_mut_ptr().expose_provenance() as u64,
                length: length.try_into().unwrap(),
                ..Request::default()
            });
            assert!(moved > 0, "ended with {left} bytes to come");
            left -= count(moved);
            number += 1;
        }
    }
}

pub(super) fn plain() {
    exchange(&[SEND, WRITE], &[RECV, READ]);
}

pub(super) fn zero_copy() {
    exchange(&[SEND_ZC], &[RECV]);
}
