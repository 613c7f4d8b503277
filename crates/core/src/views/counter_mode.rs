//! How counters are shown: as totals, as rates, as growth since the start, or those only that have moved.

use std::str::FromStr;

use procnet::Kind;

/// A way to show counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CounterMode {
    /// All that is known of each.
    #[default]
    All,
    /// What they are.
    Total,
    /// Change a second.
    Rate,
    /// Change since they were first read.
    SinceStart,
    /// All that is known of those that have changed since they were first read.
    Moved,
}

impl CounterMode {
    /// All of them, in the order of the key that goes through them.
    pub const ALL: [Self; 5] = [Self::All, Self::Total, Self::Rate, Self::SinceStart, Self::Moved];

    /// The word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Total => "total",
            Self::Rate => "rate",
            Self::SinceStart => "since-start",
            Self::Moved => "moved",
        }
    }

    /// What is shown, in words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::All => "all of each counter",
            Self::Total => "totals",
            Self::Rate => "rates",
            Self::SinceStart => "since start",
            Self::Moved => "moved only",
        }
    }

    /// The next one, and from the last the first again.
    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|mode| *mode == self).unwrap_or(0);
        Self::ALL[(place + 1) % Self::ALL.len()]
    }

    /// Whether a column is shown. A table that has a column for growth needs no totals beside it.
    pub(super) fn shows(self, kind: Kind, has_growth: bool) -> bool {
        match self {
            Self::All | Self::Moved => true,
            Self::Total => !matches!(kind, Kind::Rate | Kind::Growth),
            Self::Rate => !matches!(kind, Kind::Counter | Kind::Growth),
            Self::SinceStart => kind != Kind::Rate && !(has_growth && kind == Kind::Counter),
        }
    }
}

impl FromStr for CounterMode {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.word() == word)
            .ok_or_else(|| format!("it is {}", Self::ALL.map(Self::word).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_go_round_and_read_back() {
        let mut mode = CounterMode::default();
        for expected in CounterMode::ALL {
            assert_eq!(mode, expected);
            assert_eq!(mode.word().parse(), Ok(mode));
            mode = mode.next();
        }
        assert_eq!(mode, CounterMode::All);
        assert_eq!("x".parse::<CounterMode>().unwrap_err(), "it is all, total, rate, since-start, moved");
    }
}
