//! A ring of records that programs write and one reader takes out: `kernel/bpf/ringbuf.c`.
//!
//! It is mapped as a page with the place of the reader, a page with that of the writers, and the bytes twice, one behind the
//! other, so that a record is never in two pieces. Each begins with its length, two bits that say whether it is still being
//! written or to be passed over, and a word of the kernel's own.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rustix::io::Errno;

use super::syscall;

const BUSY: u32 = 1 << 31;
const DISCARDED: u32 = 1 << 30;
const HEADER: usize = 8;

/// The reader of a ring.
#[derive(Debug)]
pub(super) struct Ring {
    /// Where the reader's place is.
    reader: Mapping,
    /// Where the writers' place is, and behind its page the bytes.
    bytes: Mapping,
    page: usize,
    /// How many bytes there are: a power of two.
    size: usize,
}

/// Memory that is shared with the kernel.
#[derive(Debug)]
struct Mapping {
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: the memory belongs to the mapping, and moves with it.
unsafe impl Send for Mapping {}

impl Mapping {
    fn new(map: &OwnedFd, length: usize, protection: libc::c_int, offset: usize) -> Result<Self, Errno> {
        let (fd, anywhere) = (map.as_fd().as_raw_fd(), std::ptr::null_mut());
        // SAFETY: a new mapping changes no memory that there is.
        let start =
            unsafe { libc::mmap(anywhere, length, protection, libc::MAP_SHARED, fd, offset as libc::off_t) };
        match NonNull::new(start.cast::<u8>()) {
            Some(start) if start.as_ptr().cast() != libc::MAP_FAILED => Ok(Self { start, length }),
            _ => {
                let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::ENOMEM);
                Err(Errno::from_raw_os_error(errno))
            }
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: it was mapped, and nobody refers to it any more.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
    }
}

impl Ring {
    /// Of a map of this kind.
    pub(super) fn open(map: &OwnedFd) -> Result<Self, Errno> {
        let (page, size) = (rustix::param::page_size(), syscall::room(map)? as usize);
        let reader = Mapping::new(map, page, libc::PROT_READ | libc::PROT_WRITE, 0)?;
        let bytes = Mapping::new(map, page + 2 * size, libc::PROT_READ, page)?;
        Ok(Self { reader, bytes, page, size })
    }

    /// Takes out what is there, at most so many records.
    pub(super) fn read(&mut self, most: usize, mut each: impl FnMut(&[u8])) {
        // SAFETY: both places stand at the beginning of a page that is mapped as long as this lives; the kernel changes them as
        // numbers of 64 bits.
        let (reader, writers) = unsafe {
            (self.reader.start.cast::<AtomicU64>().as_ref(), self.bytes.start.cast::<AtomicU64>().as_ref())
        };
        let mut place = reader.load(Ordering::Relaxed);
        for _ in 0..most {
            if place >= writers.load(Ordering::Acquire) {
                return;
            }
            let offset = self.page + (place as usize & (self.size - 1));
            // SAFETY: a record begins within the first copy of the bytes, at a multiple of eight.
            let head = unsafe { self.bytes.start.add(offset).cast::<AtomicU32>().as_ref() };
            let head = head.load(Ordering::Acquire);
            if head & BUSY != 0 {
                return;
            }
            let length = (head & !DISCARDED) as usize;
            if head & DISCARDED == 0 && length <= self.size - HEADER {
                // SAFETY: a record is no longer than the bytes, and those stand there twice. The kernel writes nothing to it
                // until the reader's place is behind it.
                each(unsafe {
                    std::slice::from_raw_parts(self.bytes.start.as_ptr().add(offset + HEADER), length)
                });
            }
            place += (length + HEADER).next_multiple_of(8) as u64;
            reader.store(place, Ordering::Release);
        }
    }
}
