//! Whose state a figure is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whose state a figure is. `/proc/PID/net` shows the network namespace, never the process alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Scope {
    /// What one process has open.
    #[default]
    Process,
    /// What it and its descendants have open, those too whose parent has ended.
    Tree,
    /// What the processes of its control group have open, and of those below it.
    Cgroup,
    /// All that its network namespace has.
    Namespace,
    /// The whole machine.
    Host,
}

impl Scope {
    /// The scopes that can be asked for, from the narrowest.
    pub const CHOICES: [Self; 4] = [Self::Process, Self::Tree, Self::Cgroup, Self::Namespace];

    /// The word in output and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Tree => "tree",
            Self::Cgroup => "cgroup",
            Self::Namespace => "namespace",
            Self::Host => "host",
        }
    }

    /// It is what processes hold, told by their descriptors.
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Process | Self::Tree | Self::Cgroup)
    }

    /// The next wider choice, and from the widest the narrowest again.
    pub fn next(self) -> Self {
        let place = Self::CHOICES.iter().position(|scope| *scope == self);
        place.and_then(|place| Self::CHOICES.get(place + 1)).copied().unwrap_or_default()
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
        let known = || Self::CHOICES.into_iter().chain([Self::Host]);
        known()
            .find(|scope| scope.word() == word)
            .ok_or_else(|| format!("it is {}", known().map(Self::word).collect::<Vec<_>>().join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_go_round_and_read_back() {
        let mut scope = Scope::default();
        for expected in Scope::CHOICES {
            assert_eq!(scope, expected);
            assert_eq!(scope.word().parse(), Ok(scope));
            scope = scope.next();
        }
        assert_eq!(scope, Scope::Process);
        assert_eq!("host".parse(), Ok(Scope::Host));
        assert_eq!("x".parse::<Scope>().unwrap_err(), "it is process, tree, cgroup, namespace, host");
    }
}
