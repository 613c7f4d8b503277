//! What is to be read in the next tick.
//!
//! Views declare what they need; the plan is the union of what is looked at, and a collector reads nothing
//! else: a file under `net` can be huge.

use std::collections::BTreeSet;

use crate::scope::Scope;
use crate::views::View;

/// The sources of one tick. What identifies the process (`stat`, `status`, `exe`, `ns/net`) is always read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Files under `net`, by path, in the order in which they are read.
    pub net: Vec<&'static str>,
    /// Whose descriptors are read.
    pub owners: Owners,
    /// How the other processes are walked over, to find who shares the namespace and, for
    /// [`Owners::Everybody`], the sockets.
    pub walk: Pace,
}

/// Whose descriptors are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Owners {
    /// Nobody's.
    #[default]
    None,
    /// The target's, its ancestors', descendants' and siblings': where shared descriptors come from.
    Family,
    /// The family's at once, all other processes' in the walk.
    Everybody,
}

/// How fast the walk over all processes goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Pace {
    /// There is none.
    #[default]
    None,
    /// Piece by piece, within a small share of each tick.
    Background,
    /// To its end before the tick ends.
    Whole,
}

impl Plan {
    /// The plan of these views in a scope. Every view says how many processes share the namespace.
    pub fn of<'a>(views: impl IntoIterator<Item = &'a View>, scope: Scope) -> Self {
        let mut plan = Self { walk: Pace::Background, ..Self::default() };
        for view in views {
            plan.add(view.needs);
            if view.owners {
                plan.owners = plan.owners.max(match scope {
                    Scope::Process => Owners::Family,
                    _ => Owners::Everybody,
                });
            }
        }
        plan
    }

    /// Adds what every session reads once, after what is already in the plan: each counter file, so that
    /// "since start" has a base, and each socket table, so that a closing report has one.
    pub fn with_first_readings(mut self) -> Self {
        for view in crate::views::nine() {
            self.add(view.needs);
        }
        self.owners = self.owners.max(Owners::Family);
        self
    }

    fn add(&mut self, needs: &[&'static str]) {
        let known: BTreeSet<_> = self.net.iter().copied().collect();
        self.net.extend(needs.iter().filter(|path| !known.contains(*path)));
    }
}
