//! What the filter that is typed can go on with: names of columns, and values that stand in a column, the most frequent
//! first.

use std::cell::RefCell;
use std::collections::HashMap;

use netmonitor_core::query::typed::{self, Unfinished};
use procnet::Column;

use crate::app::{App, Typing};

/// Rows whose values are looked at, at most: an offer must not keep anybody from typing.
const LOOKED_AT: usize = 20_000;

/// Different values that are kept, at most.
const DIFFERENT: usize = 2_000;

/// Offers that are made, at most.
const MOST: usize = 50;

/// What is offered for the line that is typed.
#[derive(Debug, Default)]
pub(crate) struct Offers {
    /// The byte of the line that an offer takes the place of, with those behind it up to the cursor.
    pub(crate) from: usize,
    /// What is offered.
    pub(crate) entries: Vec<Offer>,
    /// The one that was taken last.
    pub(crate) chosen: Option<usize>,
}

/// The values of the column that was typed last, with the number of rows that have each; looked up once for a line.
pub(crate) type Values = RefCell<Option<(String, Vec<(String, usize)>)>>;

/// Something that the line can go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// What is typed for it.
    pub(crate) text: String,
    /// What is said of it.
    pub(crate) note: String,
}

impl App {
    /// Makes offers for what is being typed.
    pub(crate) fn make_offers(&mut self) {
        let before = self.filter_line.before_cursor().to_owned();
        let (from, offers) = match typed::unfinished(&before) {
            Unfinished::Name(from) => (from, self.names_like(&before[from..])),
            Unfinished::Value(column, from) => (from, self.values_like(column, &before[from..])),
            Unfinished::Other => (0, Vec::new()),
        };
        // What is there already is no offer.
        let is_there = offers.len() == 1 && offers[0].text == before[from..];
        let offers = if is_there { Vec::new() } else { offers };
        self.draft.offers = Offers { from, entries: offers, chosen: None };
    }

    fn names_like(&self, typed: &str) -> Vec<Offer> {
        if typed.is_empty() {
            return Vec::new();
        }
        let begins = |column: &Column| column.name.starts_with(typed);
        let offer = |column: Column| Offer { text: column.name.to_owned(), note: column.doc.to_owned() };
        self.columns_of_tables().into_iter().filter(begins).take(MOST).map(offer).collect()
    }

    /// The values of a column that begin like what is typed, then those that hold it.
    pub(crate) fn values_like(&self, column: &str, typed: &str) -> Vec<Offer> {
        let mut known = self.values.borrow_mut();
        if known.as_ref().is_none_or(|(known, _)| known != column) {
            *known = Some((column.to_owned(), self.values_of(column)));
        }
        let Some((_, values)) = &*known else { return Vec::new() };
        let typed = typed.trim_start_matches(['"', '\'']).to_lowercase();
        let rank = |value: &str| {
            let value = value.to_lowercase();
            if value.starts_with(&typed) { Some(0) } else { value.contains(&typed).then_some(1) }
        };
        let mut found: Vec<_> =
            values.iter().filter_map(|value| rank(&value.0).map(|rank| (rank, value))).collect();
        found.sort_by_key(|(rank, _)| *rank);
        let offer = |(_, (value, count)): &(i32, &(String, usize))| {
            let rows = if *count == 1 { "row" } else { "rows" };
            Offer { text: typed::quoted(value), note: format!("{count} {rows}") }
        };
        found.iter().take(MOST).map(offer).collect()
    }

    /// The values in a column of the tables that are shown, filtered or not, the most frequent first.
    fn values_of(&self, name: &str) -> Vec<(String, usize)> {
        let Some(snapshot) = &self.snapshot else { return Vec::new() };
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut scratch = String::new();
        for table in self.shown().plain_tables(snapshot) {
            let is_it = |column: &Column| column.name == name;
            let Some(place) = table.all_columns().iter().position(is_it) else { continue };
            let column = table.all_columns()[place];
            for row in 0..table.len().min(LOOKED_AT) {
                typed::words(table.any_cell(row, place), &column, &mut scratch, |word| {
                    if let Some(count) = counts.get_mut(word) {
                        *count += 1;
                    } else if counts.len() < DIFFERENT {
                        counts.insert(word.to_owned(), 1);
                    }
                });
            }
        }
        let mut values: Vec<(String, usize)> = counts.into_iter().collect();
        values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        values
    }

    /// Takes the next offer into the line, or the one before, going round.
    pub(crate) fn take_beside(&mut self, forward: bool) {
        let Some(last) = self.draft.offers.entries.len().checked_sub(1) else { return };
        self.take_offer(match (self.draft.offers.chosen, forward) {
            (None, true) => 0,
            (None, false) | (Some(0), false) => last,
            (Some(chosen), true) => {
                if chosen == last {
                    0
                } else {
                    chosen + 1
                }
            }
            (Some(chosen), false) => chosen - 1,
        });
    }

    /// Takes an offer into the line.
    pub(crate) fn take_offer(&mut self, number: usize) {
        let offers = &self.draft.offers;
        let Some(offer) = offers.entries.get(number).filter(|_| self.typing == Some(Typing::Filter)) else {
            return;
        };
        self.filter_line.replace(offers.from, &offer.text);
        self.draft.offers.chosen = Some(number);
        self.try_filter();
    }
}
