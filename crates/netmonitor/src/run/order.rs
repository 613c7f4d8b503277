//! What the session wants of the thread that reads.

use netmonitor_core::interval::Interval;
use netmonitor_core::plan::Plan;
use netmonitor_tui::{Effect, Go, Shown, Whom};

/// What the session wants of the reading thread.
pub(super) enum Order {
    /// What to read from now on; it is read at once.
    Plan(Plan),
    /// What is shown from now on.
    Arrange(Shown),
    /// The time between two readings.
    Interval(Interval),
    /// Read now.
    Refresh,
    /// Read nothing, or read on.
    Pause(bool),
    /// The last snapshot was taken.
    Taken,
    /// Read others from now on.
    Watch(Whom),
    /// Go somewhere else in what was recorded.
    Time(Go),
}

impl Order {
    /// What concerns the reading thread of an effect.
    pub(super) fn of(effect: Effect) -> Option<Self> {
        Some(match effect {
            Effect::Plan(plan) => Self::Plan(plan),
            Effect::Arrange(shown) => Self::Arrange(shown),
            Effect::Interval(interval) => Self::Interval(interval),
            Effect::Refresh => Self::Refresh,
            Effect::Pause(pause) => Self::Pause(pause),
            Effect::Taken => Self::Taken,
            Effect::Watch(whom) => Self::Watch(whom),
            Effect::Time(go) => Self::Time(go),
            Effect::Redraw | Effect::Reenter | Effect::Suspend | Effect::Record(_) | Effect::Act(_) => {
                return None;
            }
            Effect::Copy(_) | Effect::Save(_) | Effect::Remember(_) => return None,
        })
    }
}
