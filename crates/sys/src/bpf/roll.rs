//! Who is there, by an iterator of the kernel over all threads (`iter/task`, Linux 5.8). The program is in `bpf/roll.h`.

use std::os::fd::OwnedFd;

use rustix::io::Errno;

use super::btf::Types;
use super::object::Object;
use super::syscall;
use super::why::Why;

/// The kernel gathers so much before it hands it over.
const ROOM: usize = 32 * 1024;

/// The program, ready to go through.
#[derive(Debug)]
pub(super) struct Roll(OwnedFd);

impl Roll {
    /// Loads the program.
    pub(super) fn load(object: &Object, types: &Types) -> Result<Self, Why> {
        let kind = types
            .iterator("task")
            .ok_or_else(|| Why::missing("this kernel cannot go through processes: Linux 5.8 can"))?;
        let program = object.load("list_processes", kind)?;
        let listing = syscall::attach_iterator(&program, None);
        listing.map(Self).map_err(|errno| Why::refused("the BPF program list_processes", errno))
    }

    /// Adds the records of one pass.
    pub(super) fn read(&self, into: &mut Vec<u8>) -> Result<(), Errno> {
        let pass = syscall::iterate(&self.0)?;
        loop {
            into.reserve(ROOM);
            match rustix::io::read(&pass, rustix::buffer::spare_capacity(into)) {
                Ok(0) => return Ok(()),
                // It has gone through very many threads, and wants to be asked again.
                Ok(_) | Err(Errno::AGAIN | Errno::INTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
}
