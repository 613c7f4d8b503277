//! Whose state a figure is.

use std::fmt;
use std::str::FromStr;

/// Whose state a figure is. `/proc/PID/net` shows the network namespace, never the process alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Scope {
    /// What one process has open.
    #[default]
    Process,
    /// All that its network namespace has.
    Namespace,
    /// The whole machine.
    Host,
}

impl Scope {
    /// The scopes that can be asked for, from the narrowest.
    pub const CHOICES: [Self; 2] = [Self::Process, Self::Namespace];

    /// The word in output and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Namespace => "namespace",
            Self::Host => "host",
        }
    }

    /// The next wider choice, and from the widest the narrowest again.
    pub fn next(self) -> Self {
        match self {
            Self::Process => Self::Namespace,
            Self::Namespace | Self::Host => Self::Process,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::CHOICES
            .into_iter()
            .find(|scope| scope.word() == word)
            .ok_or_else(|| "it is process or namespace".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_go_round_and_read_back() {
        for scope in Scope::CHOICES {
            assert_eq!(scope.word().parse(), Ok(scope));
            assert!(Scope::CHOICES.contains(&scope.next()));
        }
        assert!("host".parse::<Scope>().is_err());
    }
}
