//! What lies where on the screen: recorded while it is drawn, asked when the mouse does something.
//!
//! Whoever draws something that can be clicked adds its place; nobody else knows where it is.

use ratatui::layout::{Position, Rect};

use crate::document::Cursor;

/// Something that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hit {
    /// The tab of this number.
    Tab(usize),
    /// This row.
    Row(Cursor),
    /// The heading of a column, by its place among all columns of the table of this number.
    Heading(usize, usize),
    /// The end of the filter's term of this number, which takes it away.
    Term(usize),
    /// The entry of this number in the list that is open.
    Entry(usize),
    /// The offer of this number for the line that is typed.
    Offer(usize),
}

/// The places of a screen.
#[derive(Debug, Default)]
pub(crate) struct Hits(Vec<(Rect, Hit)>);

impl Hits {
    /// Forgets all: another screen is drawn.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Something lies here.
    pub(crate) fn add(&mut self, place: Rect, hit: Hit) {
        if !place.is_empty() {
            self.0.push((place, hit));
        }
    }

    /// What lies at a place: of several what was drawn last.
    pub(crate) fn at(&self, x: u16, y: u16) -> Option<Hit> {
        let here = Position { x, y };
        self.0.iter().rev().find(|(place, _)| place.contains(here)).map(|(_, hit)| *hit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_last_lies_above() {
        let mut hits = Hits::default();
        hits.add(Rect::new(0, 0, 10, 5), Hit::Tab(1));
        hits.add(Rect::new(2, 2, 3, 1), Hit::Tab(2));
        hits.add(Rect::new(4, 4, 0, 1), Hit::Tab(3));
        assert_eq!((hits.at(2, 2), hits.at(5, 2)), (Some(Hit::Tab(2)), Some(Hit::Tab(1))));
        assert_eq!((hits.at(4, 4), hits.at(10, 0)), (Some(Hit::Tab(1)), None));
        hits.clear();
        assert_eq!(hits.at(2, 2), None);
    }
}
