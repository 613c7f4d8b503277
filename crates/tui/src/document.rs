//! The tables of a tab as one text of lines, and a cursor on its rows.
//!
//! ```text
//! line 0  title of table 0
//! line 1  titles of its columns
//! line 2… its rows                    ← the cursor stands on these
//! …       blank
//! …       title of table 1, empty
//! …       why it is empty             ← or on this
//! ```

/// The lines of a tab: nothing but the number of rows of each table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Document {
    lens: Vec<usize>,
    /// Tables whose columns have no titles: a row of facts, one line or more.
    untitled: Vec<usize>,
}

/// A row that the user stands on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Number of the table.
    pub(crate) table: usize,
    /// Row in it; 0 in an empty one.
    pub(crate) row: usize,
}

/// A way to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// One up.
    Up,
    /// One down.
    Down,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Move {
    /// Where it leads from a place among `count`.
    pub(crate) fn from(self, place: usize, count: usize, page: usize) -> usize {
        let page = page.max(1);
        let place = match self {
            Self::Up => place.saturating_sub(1),
            Self::Down => place.saturating_add(1),
            Self::PageUp => place.saturating_sub(page),
            Self::PageDown => place.saturating_add(page),
            Self::First => 0,
            Self::Last => usize::MAX,
        };
        place.min(count.saturating_sub(1))
    }
}

impl Document {
    /// A document of tables with so many rows.
    pub(crate) fn new(lens: impl IntoIterator<Item = usize>) -> Self {
        Self { lens: lens.into_iter().collect(), untitled: Vec::new() }
    }

    /// The same, with tables whose columns have no titles.
    pub(crate) fn with_untitled(mut self, tables: impl IntoIterator<Item = usize>) -> Self {
        self.untitled.extend(tables);
        self
    }

    /// Number of tables.
    pub(crate) fn tables(&self) -> usize {
        self.lens.len()
    }

    /// Lines of a table above its first row or the word that it is empty.
    pub(crate) fn head(&self, table: usize) -> usize {
        if self.lens[table] == 0 || self.untitled.contains(&table) { 1 } else { 2 }
    }

    /// Places for the cursor in a table.
    pub(crate) fn stops(&self, table: usize) -> usize {
        self.lens[table].max(1)
    }

    /// Places for the cursor in all tables.
    pub(crate) fn all_stops(&self) -> usize {
        (0..self.tables()).map(|table| self.stops(table)).sum()
    }

    /// First line of a table: its title.
    pub(crate) fn start(&self, table: usize) -> usize {
        (0..table).map(|table| self.head(table) + self.stops(table) + 1).sum()
    }

    /// Lines in all, without the blank one behind the last table.
    pub(crate) fn height(&self) -> usize {
        self.start(self.tables()).saturating_sub(1)
    }

    /// The line of a row.
    pub(crate) fn line(&self, cursor: Cursor) -> usize {
        if cursor.table >= self.tables() {
            return 0;
        }
        self.start(cursor.table) + self.head(cursor.table) + cursor.row
    }

    /// The nearest cursor that is on a row.
    pub(crate) fn clamp(&self, cursor: Cursor) -> Cursor {
        let Some(last) = self.tables().checked_sub(1) else { return Cursor::default() };
        let table = cursor.table.min(last);
        Cursor { table, row: cursor.row.min(self.stops(table) - 1) }
    }

    /// Where a move leads.
    pub(crate) fn go(&self, cursor: Cursor, to: Move, page: usize) -> Cursor {
        let cursor = self.clamp(cursor);
        let place = (0..cursor.table).map(|table| self.stops(table)).sum::<usize>() + cursor.row;
        let mut row = to.from(place, self.all_stops(), page);
        for table in 0..self.tables() {
            if row < self.stops(table) {
                return Cursor { table, row };
            }
            row -= self.stops(table);
        }
        cursor
    }

    /// The first line to be shown so that the row of the cursor can be seen in `height` lines, of which the
    /// first `pinned` may be covered by a title; as near to `top` as can be.
    pub(crate) fn fit(&self, cursor: Cursor, top: usize, height: usize, pinned: usize) -> usize {
        let line = self.line(cursor);
        let mut top = top;
        let start = self.start(cursor.table.min(self.tables()));
        if cursor.row == 0 && line.saturating_sub(start) < height {
            // The first row brings the title with it.
            top = top.min(start);
        } else if line < top + pinned {
            top = line.saturating_sub(pinned);
        }
        top = top.max((line + 1).saturating_sub(height));
        top.min(self.height().saturating_sub(height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(table: usize, row: usize) -> Cursor {
        Cursor { table, row }
    }

    #[test]
    fn lines_of_tables() {
        let document = Document::new([2, 0, 1]);
        assert_eq!((document.start(0), document.start(1), document.start(2)), (0, 5, 8));
        assert_eq!(document.height(), 11);
        assert_eq!(document.line(at(0, 1)), 3);
        assert_eq!(document.line(at(1, 0)), 6);
        assert_eq!(document.line(at(2, 0)), 10);
        assert_eq!(Document::default().height(), 0);
    }

    #[test]
    fn the_cursor_goes_through_all_tables_and_stays_on_rows() {
        let document = Document::new([2, 0, 1]);
        let mut cursor = at(0, 0);
        let mut seen = vec![cursor];
        for _ in 0..4 {
            cursor = document.go(cursor, Move::Down, 5);
            seen.push(cursor);
        }
        assert_eq!(seen, [at(0, 0), at(0, 1), at(1, 0), at(2, 0), at(2, 0)]);
        assert_eq!(document.go(cursor, Move::First, 5), at(0, 0));
        assert_eq!(document.go(at(0, 0), Move::Last, 5), at(2, 0));
        assert_eq!(document.go(at(0, 0), Move::PageDown, 2), at(1, 0));
        assert_eq!(document.go(at(2, 0), Move::PageUp, 0), at(1, 0));
        assert_eq!(document.clamp(at(9, 9)), at(2, 0));
        assert_eq!(document.clamp(at(0, 9)), at(0, 1));
        assert_eq!(Document::default().go(at(3, 3), Move::Down, 1), at(0, 0));
    }

    #[test]
    fn the_row_of_the_cursor_can_always_be_seen() {
        for lens in [vec![], vec![0], vec![100], vec![3, 0, 0, 50, 1, 0]] {
            let document = Document::new(lens);
            for (height, pinned) in [(1, 0), (2, 0), (3, 1), (6, 2), (20, 2)] {
                let (mut cursor, mut top) = (at(0, 0), 0);
                for to in [vec![Move::Down; 60], vec![Move::Up; 70], vec![Move::Last, Move::First]].concat() {
                    cursor = document.go(cursor, to, height);
                    top = document.fit(cursor, top, height, pinned);
                    let line = document.line(cursor);
                    assert!((top..top + height).contains(&line), "{document:?} {cursor:?} {top} {height}");
                    assert!(top == 0 || top + height <= document.height());
                }
                assert!(top == 0 || height <= 2, "back at the first row its title is seen");
            }
        }
    }
}
