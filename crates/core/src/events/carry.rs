//! What is handed on to a ledger that goes on in the middle of a recording.

use std::sync::Arc;

use procnet::Endian;
use serde::{Deserialize, Serialize};

use super::Event;
use super::ledger::{EventLedger, KEPT, Kin};
use crate::sample::Moment;

/// All that is kept beside what happened, which is told by its records.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Carry {
    /// Number of the last event.
    last: u64,
    forgotten: u64,
    kin: Kin,
}

impl EventLedger {
    pub(crate) fn carry(&self) -> Carry {
        Carry { last: self.last, forgotten: self.forgotten, kin: self.kin.clone() }
    }

    /// Goes on after these records, each with the tick that it came in.
    pub(crate) fn resume<'p>(
        &mut self,
        Carry { last, forgotten, kin }: Carry,
        past: impl Iterator<Item = (Moment, &'p [u8])>,
        endian: Endian,
    ) {
        for (moment, bytes) in past {
            self.take_records(bytes, endian);
            let records = std::mem::take(&mut self.records);
            self.keep(&records, moment, KEPT);
        }
        // Those before the first one that is told have had numbers, too.
        let before = last.saturating_sub(self.last);
        for event in self.connections.iter_mut().chain(&mut self.packets) {
            *event = Arc::new(Event { seq: event.seq + before, ..Event::clone(event) });
        }
        (self.last, self.forgotten, self.kin) = (last, forgotten, kin);
    }
}
