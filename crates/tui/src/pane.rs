//! Where the user is in a tab: row, column, and how wide the columns are.

use std::ops::Range;

use crate::document::{Cursor, Document, Move};

/// The place in a tab that is kept while another one is shown.
#[derive(Debug, Default)]
pub(crate) struct Pane {
    /// The selected row.
    pub(crate) cursor: Cursor,
    /// The cursor stays on its row when rows move; else it stays where it is. Who has not moved it, or has gone
    /// to the first row, wants to see what is first.
    pub(crate) follows: bool,
    /// Which rows are shown, as it was typed.
    pub(crate) filter: String,
    /// First line that is shown.
    pub(crate) top: usize,
    /// How many columns are scrolled out, behind those that stay.
    pub(crate) first_column: usize,
    /// How the columns are laid out.
    pub(crate) columns: Columns,
    /// The rows of each table that were seen in the last drawing.
    pub(crate) seen: Vec<(usize, Range<usize>)>,
    /// Lines of the last drawing.
    pub(crate) height: usize,
    /// Columns of the last drawing.
    pub(crate) width: usize,
    /// Whether columns were left out at the right in the last drawing.
    pub(crate) more_columns: bool,
}

impl Pane {
    /// Lines at the top that repeat title and column titles of a table whose own are scrolled out.
    pub(crate) fn pinned(height: usize) -> usize {
        match height {
            0..=2 => 0,
            3..=4 => 1,
            _ => 2,
        }
    }

    /// Moves the cursor.
    pub(crate) fn go(&mut self, document: &Document, to: Move) {
        let page = self.height.saturating_sub(Self::pinned(self.height) + 1);
        self.cursor = document.go(self.cursor, to, page);
        self.follows = to != Move::First;
    }

    /// Scrolls by so many lines; the cursor goes with them.
    pub(crate) fn scroll(&mut self, document: &Document, to: Move, lines: usize) {
        let last = document.height().saturating_sub(self.height);
        self.top = match to {
            Move::Up => self.top.saturating_sub(lines),
            _ => (self.top + lines).min(last),
        };
        (0..lines).for_each(|_| self.cursor = document.go(self.cursor, to, 1));
        self.follows = true;
    }

    /// Shows one more column at the right, if there is one.
    pub(crate) fn columns_right(&mut self) {
        if self.more_columns {
            self.first_column += 1;
        }
    }

    /// Shows one more column at the left.
    pub(crate) fn columns_left(&mut self) {
        self.first_column = self.first_column.saturating_sub(1);
    }

    /// Brings cursor and first line in accord with what there is to show.
    pub(crate) fn fit(&mut self, document: &Document, height: usize) {
        self.height = height;
        self.cursor = document.clamp(self.cursor);
        self.top = document.fit(self.cursor, self.top, height, Self::pinned(height));
    }
}

/// How the columns of a tab are laid out. Columns of one name are alike in all its tables, and grow but never
/// shrink while the tab is shown, so that nothing jumps.
#[derive(Debug, Default)]
pub(crate) struct Columns(Vec<(&'static str, Layout)>);

/// How one column is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Its width.
    pub(crate) width: usize,
    /// Whether it holds numbers, which stand at the right.
    pub(crate) right: bool,
}

impl Columns {
    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Makes room for what a column shows now.
    pub(crate) fn grow(&mut self, name: &'static str, width: usize, right: bool) -> Layout {
        let known = match self.0.iter().position(|(known, _)| *known == name) {
            Some(place) => &mut self.0[place].1,
            None => {
                self.0.push((name, Layout::default()));
                let last = self.0.len() - 1;
                &mut self.0[last].1
            }
        };
        known.width = known.width.max(width);
        known.right |= right;
        *known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_grow_and_never_shrink() {
        let mut columns = Columns::default();
        columns.grow("a", 5, false);
        assert_eq!(columns.grow("a", 3, true), Layout { width: 5, right: true });
        assert_eq!(columns.grow("b", 1, false), Layout { width: 1, right: false });
        columns.clear();
        assert_eq!(columns.grow("a", 1, false).width, 1);
    }
}
