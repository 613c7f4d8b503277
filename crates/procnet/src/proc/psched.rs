//! `psched`: the clock of the packet schedulers, for `tc`. `net/sched/sch_api.c` `psched_show`.
//!
//! The same figures in every namespace. They have no names in the file; these are those of `tc`.

use super::{File, FileScope};
use crate::row::words;
use crate::word::Hex;

/// `net/psched`.
pub static PSCHED: File = File::new::<Lines>(
    "psched",
    "clock of the packet schedulers",
    "net/sched/sch_api.c psched_show",
    FileScope::Host,
);

words! {
    /// The clock.
    pub struct Psched,
    /// The line of the file.
    Lines, header 0 {
        info t2us: Hex<u32>, None, "t2us", "Nanoseconds of a microsecond (NSEC_PER_USEC).";
        info us2t: Hex<u32>, None, "us2t", "Nanoseconds of a tick of the schedulers (PSCHED_TICKS2NS).";
        info clock_res: Hex<u32>, None, "clock res", "Resolution of the clock, printed as 1,000,000.";
        info hz: Option<Hex<u32>>, None, "hz", "Ticks a second of the high resolution timer.";
    }
}
