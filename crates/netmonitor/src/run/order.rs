//! What the session wants of the thread that reads, and of the one that keeps what was read.

use std::sync::mpsc::Sender;

use netmonitor_core::interval::Interval;
use netmonitor_core::plan::Plan;
use netmonitor_core::record::Head;
use netmonitor_tui::{Effect, Go, Shown, Whom};

use super::keep::Handed;

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
    /// Hand nothing over, or hand over again: another moment is shown.
    Away(bool),
    /// Keep this tick.
    Keep(Handed),
    /// The ticks to be kept from now on are of this.
    Anew(Box<Head>),
}

/// Where orders go.
#[derive(Clone)]
pub(super) struct Orders {
    /// To the thread that reads.
    pub(super) reading: Sender<Order>,
    /// To the one that keeps what it reads, if there is one.
    pub(super) past: Option<Sender<Order>>,
}

impl Orders {
    /// Hands on what concerns those threads. After the process has ended nobody takes orders: what was read stays.
    pub(super) fn give(&self, effect: Effect) {
        if let Some(past) = &self.past {
            let for_past = match &effect {
                Effect::Plan(plan) => Some(Order::Plan(plan.clone())),
                Effect::Arrange(shown) => Some(Order::Arrange(shown.clone())),
                Effect::Taken => Some(Order::Taken),
                Effect::Time(go) => Some(Order::Time(*go)),
                _ => None,
            };
            for_past.into_iter().for_each(|order| _ = past.send(order));
            if let Effect::Time(go) = &effect {
                let _ = self.reading.send(Order::Away(*go != Go::Live));
                return;
            }
        }
        let Some(order) = Order::of(effect) else { return };
        let _ = self.reading.send(order);
    }
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
