//! Recordings: the samples of a target or of a machine as they were read, in a file that survives what happens to files.
//!
//! A recording holds bytes as the kernel gave them, not what this version makes of them: whoever reads it decodes it as if
//! it were live. The file is a stream of zstd frames that `zstd -d` takes, too:
//!
//! ```text
//! head · segment head, segment · segment head, segment · … · index, end
//! ```
//!
//! - Heads, index and end are skippable frames with checksums. The head says of which machine and target it is.
//! - A segment is one compressed frame of some ticks, each told by what differs from the one before and flushed
//!   when it is written. It begins with all that is needed to go on from there: sums so far, first readings of counters,
//!   last readings of all that the tick before its first one does not have, that tick, and what was found up to it with all
//!   that detectors remember. So any segment can be read alone, a moment is found by reading one segment, and what is damaged costs no more than the rest of its segment.
//! - Every segment head tells where the one before begins, so that a file without its end (cut, or still being written)
//!   is found through from behind.
//!
//! [`Recorder`] makes such a file, [`Recording`] reads one or several that follow each other.

mod bytes;
pub mod change;
mod delta;
mod file;
mod frame;
mod of_process;
mod origin;
mod player;
mod recorder;
mod recording;
mod ring;
mod segment;
mod state;
mod sums;
mod tick;
mod timeline;
mod when;

use serde::{Deserialize, Serialize};

pub use file::{Damage, Problem};
pub use of_process::{LACKS, OfProcess};
pub use player::Player;
pub use recorder::Recorder;
pub use recording::Recording;
pub use recording::clock::{Span, set_between, set_words};
pub use ring::{InMemory, Ring};
pub use timeline::{About, Speed, Timeline};
pub use when::{Sought, When, Zone};

use crate::format::harmless_text;
use crate::sample::{Machine, Origin, Sample};
use crate::scope::Scope;

/// Version of the format: one that reads an older one reads all before it, too. It grows only when an older reader would
/// misunderstand; what it does not know it leaves out.
pub const VERSION: u32 = 1;

/// In the place of the word of a scope: each tick tells whose sockets it was read for.
pub const EACH_ITS_OWN: &str = "each its own";

/// Whose sockets a tick was read for.
fn group_of(sample: &Sample) -> Scope {
    let members = sample.parts.iter().find(|part| part.origin == Origin::Members);
    let word = members.and_then(|part| part.bytes.split(|byte| *byte == b' ').next());
    let scope = word.and_then(|word| str::from_utf8(word).ok()?.parse().ok());
    scope.filter(|scope: &Scope| scope.is_held()).unwrap_or_default()
}

/// A segment has no more ticks, so that looking at one of them does not take long...
const SEGMENT_TICKS: u64 = 128;
/// ...nor is much more read in it.
const SEGMENT_BYTES: usize = 32 << 20;

/// A larger part is told whole, and is not believed when it is told by differences.
const LARGEST_PART: usize = 256 << 20;
/// Larger ticks are not believed.
const LARGEST_TICK: usize = 1 << 30;
/// Larger records are not believed.
const LARGEST_RECORD: usize = 512 << 20;

/// What the head of a file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Version of the format.
    pub format: u32,
    /// What wrote it, and its version.
    pub writer: String,
    /// The machine that was recorded.
    pub machine: Machine,
    /// Whose sockets were recorded: a word of [`Scope`].
    pub scope: String,
    /// The process, unless all of the machine was recorded.
    #[serde(default)]
    pub pid: Option<u32>,
    /// Nanoseconds between two ticks, as it was asked for.
    pub interval: u64,
}

impl Head {
    /// By what it was recorded, where, and how long before `now` its `last` moment was, in harmless words.
    pub fn origin(&self, last: i64, now: i64) -> String {
        let age = match now.saturating_sub(last).max(0) / 1_000_000_000 {
            seconds @ 0..120 => format!("{seconds} s"),
            seconds @ 120..7_200 => format!("{} min", seconds / 60),
            seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
            seconds => format!("{} days", seconds / 86_400),
        };
        let machine = &self.machine;
        let words = format!("recorded by {} on {} {}", self.writer, machine.kernel, machine.arch);
        // A line of a screen is all that it needs.
        let words: String = words.chars().take(100).collect();
        format!("{}, {age} ago", harmless_text(words.as_bytes()))
    }
}
