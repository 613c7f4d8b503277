//! Where one stands in what was recorded, for whoever draws it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Damage, Span, Zone};
use crate::sample::Moment;
use crate::scope::Scope;

/// What stays the same while a recording is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The time zone of whoever looks.
    pub zone: Zone,
    /// By what it was recorded, where, and how long ago, in words.
    pub origin: String,
    /// Whose sockets were recorded; `None`: those of all processes.
    pub scope: Option<Scope>,
    /// Nanoseconds between two ticks, as it was asked for.
    pub interval: u64,
}

/// A place in a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// What stays the same.
    pub about: Arc<About>,
    /// What times there are in it.
    pub span: Span,
    /// The wall clock of the first moment and of the last one, nanoseconds since the epoch.
    pub ends: (i64, i64),
    /// The one that is shown.
    pub now: Moment,
    /// Its number, from 0.
    pub number: u64,
    /// How many there are.
    pub ticks: u64,
    /// Time goes on.
    pub is_playing: bool,
    /// The next change is being sought.
    pub is_searching: bool,
    /// How fast time goes.
    pub speed: Speed,
    /// Moments at which a change was found, as time since boot.
    pub changes: Arc<[u64]>,
    /// What was found to be missing so far.
    pub damage: Damage,
    /// What such a recording does not have, in words.
    pub lacks: Option<&'static str>,
    /// What is to be said, once.
    pub said: Option<String>,
}

impl Timeline {
    /// How far a moment is between the first and the last one, from 0 to 1, by its time since boot: the clock may be set.
    pub fn part(&self, boottime: u64) -> f64 {
        let (first, last) = self.span.boottimes;
        match last.saturating_sub(first) {
            0 => 0.0,
            whole => (boottime.saturating_sub(first) as f64 / whole as f64).min(1.0),
        }
    }
}

/// How fast time goes: thousandths of how fast it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed(u32);

impl Speed {
    /// So many times as fast.
    pub fn factor(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self(1000)
    }
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim_end_matches(['x', '×']);
        let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let factor = number.parse::<f64>().ok().filter(|factor| plain && (0.1..=1000.0).contains(factor));
        let factor = factor.ok_or_else(|| format!("not a speed: {text:?} (0.1 to 1000)"))?;
        Ok(Self((factor * 1000.0).round() as u32))
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×", self.factor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds() {
        let of = |text: &str| text.parse::<Speed>().map(|speed| speed.to_string());
        assert_eq!(of("10").as_deref(), Ok("10×"));
        assert_eq!(of("0.5x").as_deref(), Ok("0.5×"));
        assert_eq!(Speed::default().to_string(), "1×");
        for wrong in ["", "0", "x", "-1", "1001", "inf", "nan", "1e2", "0.05"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
