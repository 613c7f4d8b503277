//! How many rows a table shows, and of how many.

use std::fmt;
use std::ops::Add;

/// Number of rows in words: of how many that match, that have moved, or of how many sockets that the process holds.
/// Those in no table are of other families, in another namespace, or not bound yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows that are shown.
    pub shown: usize,
    /// Rows that have moved, where only those are looked at; else all.
    pub moved: usize,
    /// All rows.
    pub all: usize,
    /// Rows are picked out by a filter.
    pub is_filtered: bool,
    /// The query does not fit the table.
    pub is_refused: bool,
    /// How many sockets the process holds, where the table shows its own.
    pub held: Option<usize>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shown, moved, all, .. } = *self;
        match self.held {
            _ if self.is_filtered && moved < all => {
                write!(f, "{shown} of {moved} rows match, {moved} of {all} have moved")
            }
            _ if self.is_filtered => write!(f, "{shown} of {all} rows match"),
            _ if self.is_refused => write!(f, "0 of {all} rows"),
            _ if moved < all => write!(f, "{moved} of {all} rows have moved"),
            Some(held) if held > shown => write!(f, "{shown} of {held} sockets held"),
            _ if shown == 1 => f.write_str("1 row"),
            _ => write!(f, "{shown} rows"),
        }
    }
}

/// Pieces of one table make its counts together.
impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            shown: self.shown + other.shown,
            moved: self.moved + other.moved,
            all: self.all + other.all,
            ..other
        }
    }
}
