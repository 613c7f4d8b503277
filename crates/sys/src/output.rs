//! Whether anybody still reads what is printed.

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Whether standard output is a pipe that nobody reads any more. A program that prints nothing would not
/// notice otherwise.
pub fn output_is_closed() -> bool {
    let stdout = rustix::stdio::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(poll(&mut fds, Some(&at_once)), Ok(1..)) && fds[0].revents().contains(PollFlags::ERR)
}
