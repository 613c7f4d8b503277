//! What is known of a counter, for those who want to know what its number means.

use super::CounterKind;
use crate::cell::Unit;
use crate::proc::FileScope;

/// What growth of a counter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// Part of normal work.
    Normal,
    /// Normal in small numbers, worth a look when it grows fast.
    Watch,
    /// Something is lost, refused or broken each time.
    Warning,
    /// It does not grow: a gauge or a constant.
    None,
}

impl Growth {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Watch => "watch",
            Self::Warning => "warning",
            Self::None => "none",
        }
    }
}

/// One counter, explained. Texts are our own words, from the places where the kernel counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Group, as the kernel prints it; for a column of a table the table's name.
    pub group: &'static str,
    /// The kernel's name. A `*` at its end stands for a number (`InType*`).
    pub name: &'static str,
    /// What the name abbreviates.
    pub full_name: &'static str,
    /// How it behaves over time.
    pub kind: CounterKind,
    /// Whose state it shows.
    pub scope: FileScope,
    /// What it counts.
    pub unit: Unit,
    /// What makes it move, in one or two sentences; the first stands by itself.
    pub meaning: &'static str,
    /// What growth says.
    pub growth: Growth,
    /// What to look at next, where there is something.
    pub next: &'static str,
    /// RFC, or kernel source file and function.
    pub source: &'static str,
    /// Related counters, as `Group.Name`.
    pub related: &'static [&'static str],
    /// Since which kernel, where known.
    pub since: Option<&'static str>,
}
