//! Who is listed: those of which something was counted, and all others that are there.

use std::sync::LazyLock;

use procnet::Value;

use crate::roll::{Present, Roll};
use crate::snapshot::Snapshot;
use crate::traffic::record::ProcessRecord;
use crate::traffic::{Counts, Process, ProcessId, Sums, Traffic};

/// Where a process stands among those of which something was counted, and among those that are or were there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    counted: Option<u32>,
    present: Option<u32>,
}

/// A process with what is known of it.
pub(super) struct Who<'a> {
    counted: Option<&'a Process>,
    present: Option<&'a Present>,
    /// What it moved; `None` where that is not known.
    pub(super) sums: Option<&'a Sums>,
}

/// What somebody moved of whom nothing was counted.
pub(super) static NOTHING: LazyLock<Sums> = LazyLock::new(Sums::default);

/// What was counted, if anything was.
pub(super) fn traffic(snapshot: &Snapshot) -> Option<&Traffic> {
    // Where others were not looked at, they are with the next tick.
    snapshot.traffic.as_ref()?.as_deref().ok().filter(|traffic| !traffic.is_own)
}

/// All processes, those of both lists once.
pub(super) fn all(snapshot: &Snapshot) -> Vec<Place> {
    let counted = traffic(snapshot).map_or(&[][..], |traffic| &traffic.processes);
    let tick = 1_000_000_000 / snapshot.machine.clk_tck.max(1);
    // The tree tells no more than the tick in which a process began.
    let key = |id: ProcessId| (id.pid, id.start / tick);
    let find = |id| counted.binary_search_by_key(&key(id), |process| key(process.seen.id)).ok();
    let mut is_there = vec![false; counted.len()];
    let mut places = Vec::with_capacity(counted.len());
    for (place, present) in (0..).zip(snapshot.roll.iter().flat_map(|roll| presents(roll))) {
        let found = find(present.id);
        // Of somebody who has ended what was counted is the last word.
        if found.is_none() || !present.has_ended {
            places.push(Place { counted: found.map(|found| found as u32), present: Some(place) });
            found.into_iter().for_each(|found| is_there[found] = true);
        }
    }
    let rest = (0..).zip(is_there).filter(|(_, is_there)| !is_there);
    places.extend(rest.map(|(place, _)| Place { counted: Some(place), present: None }));
    if let Some(pid) = snapshot.left_out {
        places.retain(|place| {
            let who = Who::of(snapshot, *place);
            who.id().pid != pid || who.has_ended()
        });
    }
    places
}

/// Those who are there, and those who were.
fn presents(roll: &Roll) -> impl Iterator<Item = &Present> {
    roll.living.iter().chain(roll.ended.iter())
}

impl<'a> Who<'a> {
    /// The process of a place.
    pub(super) fn of(snapshot: &'a Snapshot, place: Place) -> Self {
        let traffic = traffic(snapshot);
        let counted = place.counted.and_then(|place| traffic?.processes.get(place as usize));
        let present = place.present.and_then(|place| {
            let (roll, place) = (snapshot.roll.as_ref()?, place as usize);
            roll.living.get(place).or_else(|| roll.ended.get(place - roll.living.len()))
        });
        // What there was no room for may be anybody's.
        let is_whole = traffic.is_some_and(|traffic| traffic.unattributed == Counts::default());
        let sums = counted.map(|process| &process.sums).or_else(|| is_whole.then(|| &*NOTHING));
        Self { counted, present, sums }
    }

    /// It stands for the oldest of very many that have ended.
    pub(super) fn is_many(&self) -> bool {
        self.id().pid == 0
    }

    /// It is told of in an earlier reading that it has ended.
    pub(super) fn is_over(&self) -> bool {
        self.counted.is_some_and(|process| process.is_over)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.counted.is_some_and(|process| process.seen.ended)
            || self.present.is_some_and(|present| present.has_ended)
    }

    /// Nothing was counted of it.
    pub(super) fn is_idle(&self) -> bool {
        self.counted.is_none()
    }

    pub(super) fn id(&self) -> ProcessId {
        let counted = self.counted.map(|process| process.seen.id);
        counted.or(self.present.map(|present| present.id)).unwrap_or_default()
    }

    /// As it was when it first moved something; of one that there was no room for nothing is known but its number.
    fn seen(&self) -> Option<&'a ProcessRecord> {
        let seen = self.counted.map(|process| &process.seen)?;
        (self.present.is_none() || !seen.name.is_empty()).then_some(seen)
    }

    /// What both lists tell.
    fn told<T>(&self, seen: fn(&'a ProcessRecord) -> T, present: fn(&'a Present) -> T) -> Option<T> {
        match (self.seen(), self.present) {
            _ if self.is_many() => None,
            (Some(record), _) => Some(seen(record)),
            (None, Some(it)) => Some(present(it)),
            (None, None) => None,
        }
    }

    pub(super) fn name(&self) -> &'a [u8] {
        let seen = self.seen().map(|seen| seen.name.as_slice());
        seen.or(self.present.map(Present::name)).unwrap_or_default()
    }

    pub(super) fn ppid(&self) -> Option<u32> {
        self.told(|seen| seen.ppid, |present| present.ppid)
    }

    pub(super) fn uid(&self) -> Option<u32> {
        self.told(|seen| Some(seen.uid), |present| present.uid)?
    }

    pub(super) fn cgroup(&self) -> Option<u64> {
        self.told(|seen| seen.cgroup, |present| present.cgroup).filter(|number| *number > 0)
    }

    pub(super) fn netns(&self) -> Option<u32> {
        self.told(|seen| seen.netns, |present| present.netns).filter(|number| *number > 0)
    }

    pub(super) fn sockets_held(&self) -> Option<u32> {
        self.present?.sockets
    }
}

/// A number, where it is known.
pub(super) fn number<'a>(number: Option<impl Into<u64>>) -> Value<'a> {
    number.map_or(Value::Absent(""), |number| Value::Unsigned(number.into()))
}
