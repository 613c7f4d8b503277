//! Lengths of time as people type them: `0.2`, `200ms`, `4s`, `1h`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

/// The time between two refreshes: 0.1 to 3600 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Typed")]
pub struct Interval(Duration);

/// A length of time in a configuration file: a number of seconds or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Typed {
    Seconds(f64),
    Text(String),
}

impl TryFrom<Typed> for Interval {
    type Error = String;

    fn try_from(typed: Typed) -> Result<Self, String> {
        match typed {
            Typed::Seconds(seconds) => seconds.to_string().parse(),
            Typed::Text(text) => text.parse(),
        }
    }
}

impl Interval {
    /// The shortest.
    pub const MIN: Duration = Duration::from_millis(100);
    /// The longest.
    pub const MAX: Duration = Duration::from_secs(3600);

    /// As a duration.
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl Default for Interval {
    fn default() -> Self {
        Self(Duration::from_secs(1))
    }
}

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let length = duration(text).ok_or_else(|| format!("not an interval: {text:?}"))?;
        if (Self::MIN..=Self::MAX).contains(&length) {
            Ok(Self(Duration::from_millis(length.as_millis() as u64)))
        } else {
            Err(format!("not an interval: {text:?} (0.1 to 3600 seconds)"))
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs_f64())
    }
}

/// A length of time: a number of seconds, or a number with `ms`, `s`, `m` or `h` behind it.
pub fn duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let (number, unit) = UNITS
        .iter()
        .find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)))
        .unwrap_or((text, 1.0));
    // The standard parser takes `inf`, `nan` and signs too: a length of time is digits and a point.
    if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * unit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        let of = |text: &str| duration(text).map(|length| length.as_millis());
        assert_eq!(of("0.2"), Some(200));
        assert_eq!(of("200ms"), Some(200));
        assert_eq!(of("4s"), Some(4000));
        assert_eq!(of("5m"), Some(300_000));
        assert_eq!(of("1h"), Some(3_600_000));
        for wrong in ["", "x", "-1", "+1", "inf", "nan", "1e3", "1 s", "s", ".", "1d"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn intervals_have_bounds() {
        assert_eq!("6".parse(), Ok(Interval(Duration::from_secs(6))));
        assert_eq!("0.1".parse(), Ok(Interval(Interval::MIN)));
        assert_eq!("1h".parse(), Ok(Interval(Interval::MAX)));
        for wrong in ["0", "0.09", "3601", "x", "99999999999999999999999"] {
            assert!(wrong.parse::<Interval>().is_err(), "{wrong}");
        }
        assert_eq!("x".parse::<Interval>().unwrap_err(), r#"not an interval: "x""#);
    }
}
