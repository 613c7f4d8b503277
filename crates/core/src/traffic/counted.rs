//! What is handed on to another engine when others are looked at: what was counted so far.

use super::Ledger;
use crate::cgroup_paths::CgroupPaths;
use crate::engine::Engine;

/// What was counted so far.
#[derive(Default)]
pub struct Counted {
    ledger: Ledger,
    /// Those that were told of once are not told of again.
    cgroups: CgroupPaths,
}

impl Engine {
    /// The same, going on with what was counted so far.
    #[must_use]
    pub fn going_on(mut self, Counted { ledger, cgroups }: Counted) -> Self {
        (self.programs.traffic, self.programs.cgroups) = (ledger, cgroups);
        self
    }

    /// Gives back what was counted.
    pub fn into_counted(self) -> Counted {
        Counted { ledger: self.programs.traffic, cgroups: self.programs.cgroups }
    }
}
