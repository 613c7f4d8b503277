//! The two clocks of a tick.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// `CLOCK_BOOTTIME`, nanoseconds: goes on while the machine sleeps, so a rate over a suspend is right.
pub fn boottime() -> u64 {
    nanoseconds(clock_gettime(ClockId::Boottime)).unsigned_abs()
}

/// The wall clock, nanoseconds since the epoch.
pub(crate) fn wall() -> i64 {
    nanoseconds(clock_gettime(ClockId::Realtime))
}

fn nanoseconds(time: Timespec) -> i64 {
    time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec)
}
