//! More of the target than what identifies it: its control groups, its limits, how many descriptors it has.

use std::ops::ControlFlow;

use netmonitor_core::sample::{Origin, Sink};
use rustix::io::Errno;

use crate::clock::boottime;
use crate::dir::Dir;
use crate::net_files::place;
use crate::reader::{Reader, end, status_of, whole};

/// Longest file that is read.
const CAP: usize = 64 * 1024;

/// Reads them, through a live thread where the leader has exited.
pub(crate) fn parts(
    dir: &Dir,
    thread: Option<u32>,
    path: &mut String,
    reader: &mut Reader,
    sink: &mut dyn Sink,
) {
    for file in ["cgroup", "limits"] {
        place(path, thread, "", file);
        reader.part(dir, path, CAP, &Origin::process(file), sink);
    }
    let (at, origin) = (boottime(), Origin::process("fd"));
    place(path, thread, "", "fd");
    match descriptors(dir, path) {
        Ok(count) => whole(sink, &origin, count.to_string().as_bytes(), at),
        Err(errno) => end(sink, &origin, status_of(errno, 0), at),
    }
}

/// How many descriptors there are. The kernel tells it as the directory's size from Linux 6.2 on, whoever asks;
/// an older one, and a copy, must be counted.
fn descriptors(dir: &Dir, path: &str) -> Result<u64, Errno> {
    if !dir.is_copy()
        && let told @ 1.. = dir.size(path)?
    {
        return Ok(told);
    }
    let mut count = 0;
    dir.listing(path)?.numbers(|_| {
        count += 1;
        ControlFlow::Continue(())
    })?;
    Ok(count)
}
