//! The tables of a tab as one text of lines, and a cursor on its rows.
//!
//! ```text
//! line 0  title of table 0
//! line 1  titles of its columns
//! line 2… its rows                    ← the cursor stands on these
//! …       a row that has vanished     ← not on this
//! …       its totals, or not          ← nor on this
//! …       blank
//! …       title of table 1, empty
//! …       why it is empty             ← or on this
//! ```

/// The lines of a tab: nothing but how many each table has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Document {
    tables: Vec<Extent>,
}

/// The lines of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Number of rows.
    pub(crate) rows: usize,
    /// Its columns have no titles: a row of facts, one line or more.
    pub(crate) untitled: bool,
    /// The rows, ascending, before which one stands that has vanished.
    pub(crate) gone: Vec<usize>,
    /// There is a line of totals below the rows.
    pub(crate) totals: bool,
}

/// A line among the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// This row.
    Row(usize),
    /// One that has vanished: the number of it.
    Gone(usize),
}

impl Extent {
    /// A table of so many rows.
    pub(crate) fn of(rows: usize) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Places for the cursor.
    fn stops(&self) -> usize {
        self.rows.max(1)
    }

    /// Lines above the first row or the word that it is empty.
    fn head(&self) -> usize {
        if self.rows == 0 || self.untitled { 1 } else { 2 }
    }

    /// Lines of rows.
    fn body(&self) -> usize {
        self.stops() + self.gone.len()
    }

    /// The line of a row among them.
    fn line_of(&self, row: usize) -> usize {
        row + self.gone.partition_point(|before| *before <= row)
    }

    /// What stands in a line among them.
    fn place(&self, line: usize) -> Place {
        let above = (0..self.gone.len()).take_while(|number| self.gone[*number] + number < line).count();
        match self.gone.get(above) {
            Some(before) if before + above == line => Place::Gone(above),
            _ => Place::Row(line - above),
        }
    }
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
    /// A document of these tables.
    pub(crate) fn new(tables: impl IntoIterator<Item = Extent>) -> Self {
        Self { tables: tables.into_iter().collect() }
    }

    /// Number of tables.
    pub(crate) fn tables(&self) -> usize {
        self.tables.len()
    }

    /// Lines of a table above its first row or the word that it is empty.
    pub(crate) fn head(&self, table: usize) -> usize {
        self.tables[table].head()
    }

    /// Lines of rows of a table, or of the word that it is empty.
    pub(crate) fn body(&self, table: usize) -> usize {
        self.tables[table].body()
    }

    /// Lines of totals of a table.
    pub(crate) fn foot(&self, table: usize) -> usize {
        usize::from(self.tables[table].totals)
    }

    /// What stands in a line among the rows of a table.
    pub(crate) fn place(&self, table: usize, line: usize) -> Place {
        self.tables[table].place(line)
    }

    /// Places for the cursor in a table.
    pub(crate) fn stops(&self, table: usize) -> usize {
        self.tables[table].stops()
    }

    /// Places for the cursor in all tables.
    pub(crate) fn all_stops(&self) -> usize {
        (0..self.tables()).map(|table| self.stops(table)).sum()
    }

    /// First line of a table: its title.
    pub(crate) fn start(&self, table: usize) -> usize {
        (0..table).map(|table| self.head(table) + self.body(table) + self.foot(table) + 1).sum()
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
        self.start(cursor.table) + self.head(cursor.table) + self.tables[cursor.table].line_of(cursor.row)
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
    /// first `pinned` may be covered by a title, and the last one by totals; as near to `top` as can be.
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
        let below = if pinned > 1 && cursor.table < self.tables() { self.foot(cursor.table) } else { 0 };
        top = top.max((line + 1 + below).saturating_sub(height));
        top.min(self.height().saturating_sub(height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(table: usize, row: usize) -> Cursor {
        Cursor { table, row }
    }

    fn document(rows: impl IntoIterator<Item = usize>) -> Document {
        Document::new(rows.into_iter().map(Extent::of))
    }

    #[test]
    fn lines_of_tables() {
        let document = document([2, 0, 1]);
        assert_eq!((document.start(0), document.start(1), document.start(2)), (0, 5, 8));
        assert_eq!(document.height(), 11);
        assert_eq!(document.line(at(0, 1)), 3);
        assert_eq!(document.line(at(1, 0)), 6);
        assert_eq!(document.line(at(2, 0)), 10);
        assert_eq!(Document::default().height(), 0);
    }

    #[test]
    fn vanished_rows_and_totals_take_lines() {
        let first = Extent { gone: vec![0, 2, 2], totals: true, ..Extent::of(3) };
        let document = Document::new([first, Extent::of(1)]);
        let places: Vec<Place> = (0..document.body(0)).map(|line| document.place(0, line)).collect();
        let (row, gone) = (Place::Row, Place::Gone);
        assert_eq!(places, [gone(0), row(0), row(1), gone(1), gone(2), row(2)]);
        for (line, place) in places.into_iter().enumerate() {
            if let Place::Row(row) = place {
                assert_eq!(document.line(at(0, row)), 2 + line);
            }
        }
        assert_eq!((document.start(1), document.height()), (2 + 6 + 1 + 1, 13));
        assert_eq!(document.go(at(0, 2), Move::Down, 1), at(1, 0));
    }

    #[test]
    fn the_cursor_goes_through_all_tables_and_stays_on_rows() {
        let document = document([2, 0, 1]);
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
            let document = document(lens);
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
