//! Moments of a recording as people type them, and in what time zone they read them.
//!
//! `2026-11-30T03:12:07Z` or `2026-11-30 03:12` is that moment, `03:12` and `03:12:07` a time of the recording's last day
//! that has it, `-5m` so long before its end, `+90s` so long after its beginning.

use std::str::FromStr;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::Span;
use crate::interval::duration;

const SECOND: i64 = 1_000_000_000;
const MILLISECOND: i64 = 1_000_000;

/// The time zone of whoever looks: the program tells it, for nothing here may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    /// This zone.
    pub fn of(zone: TimeZone) -> Self {
        Self(zone)
    }

    /// Day and time of a moment, with how far that is from UTC: `2026-11-30 03:12:07 +02:00`.
    pub fn moment(&self, wall: i64) -> String {
        let is_utc = self.0.to_offset(timestamp(wall)).is_zero();
        self.written(wall, if is_utc { "%Y-%m-%d %H:%M:%S UTC" } else { "%Y-%m-%d %H:%M:%S %:z" })
    }

    /// Day and time of a moment.
    pub fn day_and_time(&self, wall: i64) -> String {
        self.written(wall, "%Y-%m-%d %H:%M:%S")
    }

    /// The time of a moment.
    pub fn time(&self, wall: i64) -> String {
        self.written(wall, "%H:%M:%S")
    }

    /// Whether two moments are of the same day.
    pub fn is_same_day(&self, one: i64, other: i64) -> bool {
        let day = |wall| timestamp(wall).to_zoned(self.0.clone()).date();
        day(one) == day(other)
    }

    fn written(&self, wall: i64, form: &str) -> String {
        timestamp(wall).to_zoned(self.0.clone()).strftime(form).to_string()
    }

    /// The moment at which clocks here show a day and time.
    fn wall(&self, shown: DateTime) -> Option<i64> {
        nanoseconds(shown.to_zoned(self.0.clone()).ok()?.timestamp())
    }
}

fn timestamp(wall: i64) -> Timestamp {
    Timestamp::from_nanosecond(wall.into()).unwrap_or_default()
}

fn nanoseconds(time: Timestamp) -> Option<i64> {
    time.as_nanosecond().try_into().ok()
}

/// A moment, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    typed: String,
    meaning: Meaning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// A moment of the wall clock, for so long.
    Wall(i64, i64),
    /// Day and time as clocks here show it, for so long.
    Shown(DateTime, i64),
    /// A time of some day, for so long.
    OfDay(Time, i64),
    /// So long before the end.
    BeforeEnd(i64),
    /// So long after the beginning.
    AfterBegin(i64),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let typed = text.trim();
        let wrong = || {
            format!(
                "not a time: {typed:?}; it is 03:12 or 03:12:07, 2026-11-30T03:12:07Z, -5m before the end, +5m after the beginning"
            )
        };
        let meaning = meaning(typed).ok_or_else(wrong)?;
        Ok(Self { typed: typed.to_owned(), meaning })
    }
}

fn meaning(typed: &str) -> Option<Meaning> {
    let length = |text: &str| i64::try_from(duration(text)?.as_nanos()).ok();
    if let Some(text) = typed.strip_prefix('-') {
        return length(text).map(Meaning::BeforeEnd);
    }
    if let Some(text) = typed.strip_prefix('+') {
        return length(text).map(Meaning::AfterBegin);
    }
    // A minute or a second, as exactly as it was typed.
    let lasts = |colons| if colons == 1 { 60 * SECOND } else { SECOND };
    let colons = typed.matches(':').count();
    if typed.contains('-') {
        if let Ok(time) = typed.parse::<Timestamp>() {
            // What is printed of a moment is cut to its millisecond.
            let lasts = if typed.contains('.') { MILLISECOND } else { SECOND };
            return nanoseconds(time).map(|wall| Meaning::Wall(wall, lasts));
        }
        return Some(Meaning::Shown(typed.parse().ok().filter(|_| colons > 0)?, lasts(colons)));
    }
    Some(Meaning::OfDay(typed.parse().ok().filter(|_| colons > 0)?, lasts(colons)))
}

/// A moment that is sought, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// By the wall clock, since the epoch.
    Wall(i64),
    /// By the time since boot, which goes on evenly when the clock is set.
    Boottime(u64),
}

impl When {
    /// The moment of a recording that has these times: the end of the second, or millisecond, that was typed.
    ///
    /// # Errors
    /// The recording does not have it; in words.
    pub fn within(&self, span: &Span, zone: &Zone) -> Result<Sought, String> {
        let ((first, last), (begin, end)) = (span.walls, span.boottimes);
        let starts = |wall: i64, length: i64| {
            let end = wall.saturating_add(length.min(SECOND) - 1);
            (wall <= last && wall.saturating_add(length) > first).then_some(end.clamp(first, last))
        };
        let found = match self.meaning {
            Meaning::BeforeEnd(length) => {
                return Ok(Sought::Boottime(end.saturating_sub(length.unsigned_abs()).max(begin)));
            }
            Meaning::AfterBegin(length) => {
                return Ok(Sought::Boottime(begin.saturating_add(length.unsigned_abs()).min(end)));
            }
            Meaning::Wall(wall, length) => starts(wall, length),
            Meaning::Shown(shown, length) => zone.wall(shown).and_then(|wall| starts(wall, length)),
            Meaning::OfDay(time, length) => {
                let day = timestamp(last).to_zoned(zone.0.clone()).date();
                let before = [0, 1, 2].into_iter().filter_map(|days| day.checked_sub(days.days()).ok());
                let mut walls = before.filter_map(|day| zone.wall(day.to_datetime(time)));
                walls.find_map(|wall| starts(wall, length))
            }
        };
        found.map(Sought::Wall).ok_or_else(|| {
            let (from, to) = (zone.moment(first), zone.moment(last));
            format!("{} is not in the recording, which goes from {from} to {to}", self.typed)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::Offset;

    /// 2026-11-29 23:00:00 UTC.
    const FIRST: i64 = 1_795_993_200 * SECOND;
    /// 2026-11-30 03:30:00.5 UTC.
    const LAST: i64 = FIRST + (4 * 3600 + 1800) * SECOND + SECOND / 2;

    /// So long after boot it began.
    const BEGIN: u64 = 77;

    fn span(first: i64) -> Span {
        Span { walls: (first, LAST), boottimes: (BEGIN, BEGIN + (LAST - first).unsigned_abs()) }
    }

    fn at(typed: &str, zone: &Zone) -> Result<String, String> {
        let wall = match typed.parse::<When>()?.within(&span(FIRST), zone)? {
            Sought::Wall(wall) => wall,
            Sought::Boottime(boottime) => FIRST + (boottime - BEGIN).cast_signed(),
        };
        Ok(zone.moment(wall))
    }

    #[test]
    fn times_are_found_in_the_recording() {
        let here = Zone::of(TimeZone::fixed(Offset::constant(2)));
        for (typed, utc, two_hours_on) in [
            ("03:12", "2026-11-30 03:12:00 UTC", "2026-11-30 03:12:00 +02:00"),
            ("03:12:07", "2026-11-30 03:12:07 UTC", "2026-11-30 03:12:07 +02:00"),
            ("2026-11-30 03:12", "2026-11-30 03:12:00 UTC", "2026-11-30 03:12:00 +02:00"),
            ("2026-11-30T02:12:07Z", "2026-11-30 02:12:07 UTC", "2026-11-30 04:12:07 +02:00"),
            ("2026-11-30T02:12:07+01:00", "2026-11-30 01:12:07 UTC", "2026-11-30 03:12:07 +02:00"),
            ("-5m", "2026-11-30 03:25:00 UTC", "2026-11-30 05:25:00 +02:00"),
            ("+90s", "2026-11-29 23:01:30 UTC", "2026-11-30 01:01:30 +02:00"),
            ("-99h", "2026-11-29 23:00:00 UTC", "2026-11-30 01:00:00 +02:00"),
        ] {
            assert_eq!(at(typed, &Zone::default()).as_deref(), Ok(utc), "{typed}");
            assert_eq!(at(typed, &here).as_deref(), Ok(two_hours_on), "{typed}");
        }
        // Of the evening before.
        assert_eq!(at("23:30", &Zone::default()).as_deref(), Ok("2026-11-29 23:30:00 UTC"));
        assert_eq!(here.time(FIRST), "01:00:00");
        assert!(!Zone::default().is_same_day(FIRST, LAST) && here.is_same_day(FIRST, LAST));
    }

    #[test]
    fn what_it_does_not_have_is_said() {
        for typed in ["12:00", "03:31", "2025-01-01T00:00:00Z", "2027-01-01 10:00"] {
            let why = at(typed, &Zone::default()).unwrap_err();
            let span = "goes from 2026-11-29 23:00:00 UTC to 2026-11-30 03:30:00 UTC";
            assert!(why.starts_with(typed) && why.ends_with(span), "{why}");
        }
        for typed in
            ["", "x", "3", "-", "+", "-x", "25:00", "03:61", "2026-11-30", "03:12Z", "--5m", "\u{1b}[m"]
        {
            assert!(typed.parse::<When>().is_err(), "{typed}");
        }
        assert!(!"\u{1b}[m".parse::<When>().unwrap_err().contains('\u{1b}'));
    }

    #[test]
    fn a_time_may_begin_before_the_recording() {
        // It began in the middle of that minute.
        let first = FIRST + 30 * SECOND;
        let at = |typed: &str| typed.parse::<When>().unwrap().within(&span(first), &Zone::default());
        assert_eq!(at("23:00"), Ok(Sought::Wall(first)));
        assert!(at("23:00:29").is_err());
    }
}
