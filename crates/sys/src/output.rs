//! Whether anybody still reads what is printed, and how much fits into a line of it.

use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::tcgetwinsize;

/// Whether standard output is a pipe that nobody reads any more. A program that prints nothing would not
/// notice otherwise.
pub fn output_is_closed() -> bool {
    let stdout = rustix::stdio::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(poll(&mut fds, Some(&at_once)), Ok(1..)) && fds[0].revents().contains(PollFlags::ERR)
}

/// How many columns a terminal has; `None` if it is none or does not say.
pub fn terminal_columns(terminal: impl AsFd) -> Option<u16> {
    tcgetwinsize(terminal).ok().map(|size| size.ws_col).filter(|&columns| columns > 0)
}
