//! What is handed on to another engine when others are looked at: what was counted so far.

use super::Ledger;
use crate::engine::Engine;

/// What was counted so far.
#[derive(Default)]
pub struct Counted(Ledger);

impl Engine {
    /// The same, going on with what was counted so far.
    #[must_use]
    pub fn going_on(mut self, counted: Counted) -> Self {
        self.traffic = counted.0;
        self
    }

    /// Gives back what was counted.
    pub fn into_counted(self) -> Counted {
        Counted(self.traffic)
    }
}
