//! Which tick a time means. The wall clock may have been set while it was recorded, the time since boot never: a tick lasts
//! until the next one, and where a time came twice the later one is meant.

use std::io::{Read, Seek};

use super::Recording;
use crate::record::Sought;
use crate::sample::Moment;

/// Nanoseconds. By no more a clock goes right or wrong within a segment, unless it is set...
const SLEWED: i64 = 1_000_000_000;
/// ...nor by more between two ticks.
const SET: u64 = 500_000_000;

/// What times there are in a recording, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The earliest and the latest time of the wall clock, since the epoch: those of the first and the last tick, unless the
    /// clock was set.
    pub walls: (i64, i64),
    /// The first and the last time since boot.
    pub boottimes: (u64, u64),
}

/// By how many nanoseconds the wall clock was set between two moments; `None`: it was not.
pub fn set_between(before: Moment, after: Moment) -> Option<i64> {
    let by = ahead(after).saturating_sub(ahead(before));
    (by.unsigned_abs() >= SET).then_some(by)
}

/// That it was set by so many nanoseconds, in words.
pub fn set_words(by: i64) -> String {
    let seconds = format!("{:.1}", by.unsigned_abs() as f64 / 1e9);
    let way = if by < 0 { "back" } else { "forward" };
    format!("the wall clock was set {way} by {} s", seconds.trim_end_matches(".0"))
}

/// How far the wall clock is ahead of the time since boot.
fn ahead(moment: Moment) -> i64 {
    moment.wall.saturating_sub(i64::try_from(moment.boottime).unwrap_or(i64::MAX))
}

impl<R: Read + Seek> Recording<R> {
    /// What times there are.
    pub fn span(&mut self) -> Span {
        if let Some(span) = self.span {
            return span;
        }
        let (first, last) = (self.first(), self.last());
        let mut walls = (first.wall.min(last.wall), first.wall.max(last.wall));
        for place in 0..self.segments.len() {
            let told = match self.goes_evenly(place) {
                true => vec![self.segments[place].first],
                false => self.moments(place),
            };
            for Moment { wall, .. } in told {
                walls = (walls.0.min(wall), walls.1.max(wall));
            }
        }
        let span = Span { walls, boottimes: (first.boottime, last.boottime) };
        self.span = Some(span);
        span
    }

    /// The number of the tick that is meant.
    pub fn seek(&mut self, sought: Sought) -> u64 {
        match sought {
            Sought::Wall(wall) => self.find(wall),
            Sought::Boottime(boottime) => self.find_boottime(boottime),
        }
    }

    /// The number of the last tick that lasted at a time of the wall clock; where the clock was set over that time, of the one
    /// before. Of a time before the recording the first one, of a time after it the last one.
    pub fn find(&mut self, wall: i64) -> u64 {
        let lasted = |pair: &[Moment]| match set_between(pair[0], pair[1]) {
            None => pair[1].wall,
            Some(_) => {
                pair[0].wall.saturating_add_unsigned(pair[1].boottime.saturating_sub(pair[0].boottime))
            }
        };
        let found = self.find_until(wall, lasted).or_else(|| self.find_until(wall, |pair| pair[1].wall));
        let is_before = found.is_none() && wall < self.span().walls.0;
        found.unwrap_or(if is_before { 0 } else { self.ticks.saturating_sub(1) })
    }

    /// The last tick that a time is in, of which, with the one behind it, `end` says until when it lasted.
    fn find_until(&mut self, wall: i64, end: impl Fn(&[Moment]) -> i64) -> Option<u64> {
        (0..self.segments.len()).rev().find_map(|place| {
            let may_have = self.segments[place].first.wall <= wall && wall < self.after(place).wall;
            if !may_have && self.goes_evenly(place) {
                return None;
            }
            let mut moments = self.moments(place);
            moments.push(self.after(place));
            let found = moments.windows(2).rposition(|pair| pair[0].wall <= wall && wall < end(pair))?;
            Some(self.segments[place].before + found as u64)
        })
    }

    /// The wall clock was not set within a segment, nor up to the next one.
    fn goes_evenly(&self, place: usize) -> bool {
        let by = ahead(self.after(place)).saturating_sub(ahead(self.segments[place].first));
        by.abs() <= SLEWED
    }

    /// The first moment behind a segment; behind the last one that when the next tick was due.
    fn after(&self, place: usize) -> Moment {
        let interval = self.head().interval;
        let (wall, boottime) = (self.last.wall, self.last.boottime);
        let due = || Moment {
            wall: wall.saturating_add_unsigned(interval),
            boottime: boottime.saturating_add(interval),
            ..self.last
        };
        self.segments.get(place + 1).map_or_else(due, |segment| segment.first)
    }

    /// When the ticks of a segment were; of one that cannot be read its first one.
    pub(super) fn moments(&mut self, place: usize) -> Vec<Moment> {
        let mut moments = Vec::new();
        if let Some((mut cursor, _)) = self.open_segment(place) {
            while let Some(sample) = self.next_in(&mut cursor) {
                moments.push(sample.moment);
            }
        }
        if moments.is_empty() {
            moments.push(self.segments[place].first);
        }
        moments
    }
}
