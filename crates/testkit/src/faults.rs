//! A process that is held up by the kernel in the middle of receiving: where it is to put what came, there is no memory yet.

use std::io::{Error, Result};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// `include/uapi/linux/userfaultfd.h`.
const UFFDIO_API: libc::Ioctl = 0xc018_aa3f;
const UFFDIO_REGISTER: libc::Ioctl = 0xc020_aa00;
const UFFD_API: u64 = 0xaa;
const REGISTER_MODE_MISSING: u64 = 1;

/// One page on every machine.
const LENGTH: usize = 65_536;

/// Begins to receive from a socket, and stays in it, with the socket in use: the descriptor holds it there.
pub(crate) fn stall(socket: &impl AsRawFd) -> Result<OwnedFd> {
    let socket = socket.as_raw_fd();
    // SAFETY: a new descriptor.
    let faults = owned(unsafe { libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC) } as libc::c_int)?;
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: new memory, at a place that the kernel chooses.
    let memory = unsafe { libc::mmap(std::ptr::null_mut(), LENGTH, protection, flags, -1, 0) };
    if memory == libc::MAP_FAILED {
        return Err(Error::last_os_error());
    }
    let place = memory as u64;
    // Version, features, what can be done; then from where, how much, which faults, what can be done.
    ask(&faults, UFFDIO_API, &mut [UFFD_API, 0, 0])?;
    ask(&faults, UFFDIO_REGISTER, &mut [place, LENGTH as u64, REGISTER_MODE_MISSING, 0])?;
    std::thread::spawn(move || {
        // SAFETY: memory of this length, which is never given back.
        unsafe { libc::recv(socket, place as *mut libc::c_void, LENGTH, 0) };
    });
    wait_for_fault(&faults)?;
    Ok(faults)
}

fn owned(fd: libc::c_int) -> Result<OwnedFd> {
    match fd {
        // SAFETY: the kernel just gave it to us.
        0.. => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(Error::last_os_error()),
    }
}

fn ask<const N: usize>(faults: &OwnedFd, what: libc::Ioctl, words: &mut [u64; N]) -> Result<()> {
    // SAFETY: as many words as these calls take.
    match unsafe { libc::ioctl(faults.as_raw_fd(), what, words.as_mut_ptr()) } {
        0.. => Ok(()),
        _ => Err(Error::last_os_error()),
    }
}

/// The message that somebody waits for memory.
fn wait_for_fault(faults: &OwnedFd) -> Result<()> {
    let mut message = [0; 32];
    rustix::io::read(faults, &mut message)?;
    Ok(())
}
