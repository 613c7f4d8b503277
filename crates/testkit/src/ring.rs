//! A ring of `io_uring`, with the system calls as the kernel has them.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};

/// Another entry for the same request follows.
const MORE: u32 = 1 << 1;

/// A flag of a ring: a thread of the kernel's looks for requests.
const POLLED: u32 = 1 << 1;

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

/// What is to be done.
#[repr(C)]
#[derive(Default)]
pub(crate) struct Request {
    pub(crate) opcode: u8,
    pub(crate) flags: u8,
    pub(crate) priority: u16,
    pub(crate) fd: i32,
    pub(crate) offset: u64,
    pub(crate) address: u64,
    pub(crate) length: u32,
    pub(crate) operation_flags: u32,
    pub(crate) user_data: u64,
    pub(crate) buffer: u16,
    pub(crate) personality: u16,
    /// One more than the place among the ring's own files.
    pub(crate) place: u32,
    pub(crate) rest: [u64; 2],
}

/// What has become of a request.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Completion {
    user_data: u64,
    result: i32,
    flags: u32,
}

impl Completion {
    /// What the request has given, or why it failed.
    pub(crate) fn result(self) -> std::io::Result<usize> {
        usize::try_from(self.result).map_err(|_| std::io::Error::from_raw_os_error(-self.result))
    }
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

/// A ring.
pub(crate) struct Ring {
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
    /// One whose requests are done when they are given.
    pub(crate) fn new() -> std::io::Result<Self> {
        Self::with(0)
    }

    /// One whose requests a thread of the kernel's looks for.
    pub(crate) fn polled() -> std::io::Result<Self> {
        Self::with(POLLED)
    }

    fn with(flags: u32) -> std::io::Result<Self> {
        let mut params = Params { flags, ..Params::default() };
        let fd = set_up(&mut params)?;
        let requests = params.sq.other[2] as usize + params.sq_entries as usize * size_of::<u32>();
        let results = params.cq.other[1] as usize + params.cq_entries as usize * size_of::<Completion>();
        Ok(Self {
            requests: Map::new(&fd, requests, 0),
            results: Map::new(&fd, results, 0x800_0000),
            entries: Map::new(&fd, params.sq_entries as usize * size_of::<Request>(), 0x1000_0000),
            fd,
            params,
        })
    }

    /// Makes room for so many files of the ring's own.
    pub(crate) fn make_room(&self, files: usize) -> std::io::Result<()> {
        const REGISTER_FILES: u32 = 2;
        let (number, fd, none) = (libc::SYS_io_uring_register, self.fd.as_raw_fd(), vec![-1_i32; files]);
        // SAFETY: the kernel reads as many numbers as there are.
        match unsafe { libc::syscall(number, fd, REGISTER_FILES, none.as_ptr(), files) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    }

    /// Has one request done, and returns its result. Of two results the second only says that the buffer is free.
    pub(crate) fn run(&self, request: Request) -> std::io::Result<usize> {
        let first = self.begin(request);
        if first.flags & MORE != 0 {
            self.result();
        }
        first.result()
    }

    /// Has a request begun that has results again and again, and returns the first.
    pub(crate) fn begin(&self, request: Request) -> Completion {
        let sq = &self.params.sq;
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
        self.result()
    }

    /// Waits for a result and takes it.
    pub(crate) fn result(&self) -> Completion {
        let cq = &self.params.cq;
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
        /// Of no meaning where no thread looks for requests.
        const WAKE_UP: u32 = 2;
        let (number, fd) = (libc::SYS_io_uring_enter, self.fd.as_raw_fd());
        // SAFETY: no memory but the ring's, and the buffers of its requests, which outlive their results.
        let entered = unsafe { libc::syscall(number, fd, submit, 1, GET_EVENTS | WAKE_UP, 0, 0) };
        assert_eq!(entered, i64::from(submit), "io_uring_enter: {}", std::io::Error::last_os_error());
    }
}

/// Why there is no ring.
pub(crate) fn refused() -> Option<String> {
    set_up(&mut Params::default()).err().map(|error| format!("io_uring_setup: {error}"))
}
