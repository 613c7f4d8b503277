//! What processes are grouped by.

use std::str::FromStr;

/// What processes are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// Each stands for itself.
    #[default]
    Process,
    /// Their control group.
    Cgroup,
    /// Their user.
    User,
    /// Their name.
    Name,
    /// Their network namespace.
    Netns,
}

impl By {
    /// All of them, in the order of the key that goes through them.
    pub const ALL: [Self; 5] = [Self::Process, Self::Cgroup, Self::User, Self::Name, Self::Netns];

    /// The word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Cgroup => "cgroup",
            Self::User => "user",
            Self::Name => "name",
            Self::Netns => "netns",
        }
    }

    /// What a row is, in words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Process => "each process",
            Self::Cgroup => "by control group",
            Self::User => "by user",
            Self::Name => "by name",
            Self::Netns => "by network namespace",
        }
    }

    /// The next one, and from the last the first again.
    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|by| *by == self).unwrap_or(0);
        Self::ALL[(place + 1) % Self::ALL.len()]
    }
}

impl FromStr for By {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let words = || Self::ALL.map(Self::word).join(", ");
        Self::ALL.into_iter().find(|by| by.word() == word).ok_or_else(|| format!("it is {}", words()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_the_key_goes_round() {
        let mut by = By::default();
        for expected in By::ALL {
            assert_eq!((by, by.word().parse()), (expected, Ok(expected)));
            by = by.next();
        }
        assert_eq!(by, By::Process);
        assert_eq!("x".parse::<By>().unwrap_err(), "it is process, cgroup, user, name, netns");
    }
}
