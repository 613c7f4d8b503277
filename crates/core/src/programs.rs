//! What is told of all processes of the machine beside their files: what programs in the kernel count and see happen, and who
//! is there.

use std::collections::HashSet;

use procnet::Endian;

use crate::cgroup_paths::CgroupPaths;
use crate::events::EventLedger;
use crate::plan::{Ended, Plan};
use crate::roll::RollBook;
use crate::sample::{Moment, Reading};
use crate::traffic::{Group, Ledger};

/// What is kept of it from tick to tick.
#[derive(Default)]
pub(crate) struct Programs {
    pub(crate) traffic: Ledger,
    pub(crate) events: EventLedger,
    pub(crate) roll: RollBook,
    pub(crate) cgroups: CgroupPaths,
}

impl Programs {
    /// A part has come whole; the last one of what is counted, and of what is seen to happen, is in words.
    pub(crate) fn end(
        &mut self,
        name: &str,
        bytes: &[u8],
        (reading, moment): (Reading, Moment),
        (endian, group): (Endian, Group<'_>),
        plan: Option<&Plan>,
    ) {
        match name {
            "events" => self.events.take_records(bytes, endian),
            "reasons" => self.events.take_reasons(bytes),
            "events_state" => self.events.end(bytes, (reading, moment), group, plan),
            "roll" => self.roll.take(bytes, endian, reading, (true, group.ended != Ended::Kept)),
            "tree" => self.roll.take(bytes, endian, reading, (false, group.ended != Ended::Kept)),
            "processes" => self.traffic.take_processes(bytes, endian),
            // They were taken while they came.
            "sockets" => {}
            "cgroups" => self.take_cgroups(bytes),
            "wire" => self.traffic.take_wire(bytes, endian, reading, moment.seq),
            _ => self.traffic.end(bytes, reading, moment.seq, group),
        }
    }

    fn take_cgroups(&mut self, lines: &[u8]) {
        let Self { traffic, events, roll, cgroups } = self;
        cgroups.take(lines, || {
            let used: HashSet<u64> =
                traffic.cgroups().chain(events.cgroups()).chain(roll.cgroups()).collect();
            used
        });
    }
}
