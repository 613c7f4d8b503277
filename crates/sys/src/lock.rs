//! Files that one program at a time may write.

use std::fs::File;
use std::io;

use rustix::fs::{FlockOperation, flock};

/// Takes a file for this program alone, as long as it is open. `WouldBlock`: another one has it.
pub fn lock(file: &File) -> io::Result<()> {
    Ok(flock(file, FlockOperation::NonBlockingLockExclusive)?)
}
