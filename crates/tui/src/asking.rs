//! What is asked of the tables that are shown: the filter that is typed, what rows are sorted by, which columns
//! there are; and the cursor, which stays on its row while rows come, go and move.

use std::sync::Arc;

use netmonitor_core::query::{self, Error, Query, Refused};
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::TableView;
use procnet::{Column, Kind, Value};

use crate::app::{App, Message, Typing};
use crate::document::Cursor;
use crate::filter_offers::Offers;
use crate::overlay::{Content, Overlay};
use crate::picker::{Picker, Purpose, sort_by};
use crate::shown::{Prepared, Shown, name_of};

/// A filter that is being typed.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// What is wrong with it.
    pub(crate) wrong: Option<Error>,
    /// What it can go on with.
    pub(crate) offers: Offers,
    /// What there was before: filter, cursor, first line.
    before: (String, Cursor, usize),
}

impl App {
    /// Which tables are shown, and how.
    pub(crate) fn shown(&self) -> Shown {
        Shown {
            tab: self.tab,
            file: self.file.as_ref().map(|file| file.opened.clone()),
            scope: self.asked_scope(),
            counters: self.counters,
            by: self.settings.by,
            filter: self.panes[self.place()].filter.clone(),
            choices: self.choices.clone(),
            totals: self.totals,
            large: self.large,
        }
    }

    /// Whether this is what is shown.
    pub(crate) fn is_shown(&self, shown: &Shown) -> bool {
        shown.tab == self.tab
            && shown.file.as_ref() == self.file.as_ref().map(|file| &file.opened)
            && shown.scope == self.asked_scope()
            && shown.counters == self.counters
            && shown.by == self.settings.by
            && shown.filter == self.panes[self.place()].filter
            && shown.choices == self.choices
            && shown.totals == self.totals
    }

    /// The tables that are shown: those of the selected tab, or the file that lies over it. They are arranged
    /// once for a snapshot.
    pub(crate) fn tables<'a>(&self, snapshot: &'a Arc<Snapshot>) -> Vec<TableView<'a>> {
        self.prepared(snapshot).tables(snapshot)
    }

    /// How they are arranged.
    pub(crate) fn prepared(&self, snapshot: &Arc<Snapshot>) -> Arc<Prepared> {
        let fits = |prepared: &&Arc<Prepared>| prepared.is_of(snapshot) && self.is_shown(&prepared.shown);
        let mut arranged = self.arranged.borrow_mut();
        if let Some(prepared) = arranged.as_ref().filter(fits) {
            return prepared.clone();
        }
        let ready = self.ready.as_ref().filter(fits).cloned();
        let earlier = arranged.as_deref();
        let prepared = ready.unwrap_or_else(|| Arc::new(self.shown().arrange_as(snapshot, earlier)));
        *arranged = Some(prepared.clone());
        prepared
    }

    /// Opens the line in which a filter is typed, with the one that there is.
    pub(crate) fn open_filter(&mut self) {
        let pane = self.pane();
        let before = (pane.filter.clone(), pane.cursor, pane.top);
        self.filter_line.clear();
        self.filter_line.set(&before.0);
        self.draft = Draft { before, ..Draft::default() };
        self.values.take();
        self.typing = Some(Typing::Filter);
    }

    /// Filters by what is typed, as far as it can be understood. A word that may become the name of a column
    /// is not looked for: no row would be left until the name is followed by a value.
    pub(crate) fn try_filter(&mut self) {
        let (text, before) = (self.filter_line.text(), self.filter_line.before_cursor());
        let name = name_before(before);
        let begins = before[..before.len() - name.len()].chars().next_back();
        let is_word = before.len() == text.len() && !name.is_empty() && begins.is_none_or(is_before_word);
        let unfinished = is_word && self.names_of_columns().iter().any(|known| known.starts_with(name));
        self.filter_by_line(!unfinished);
    }

    fn filter_by_line(&mut self, finished: bool) {
        let text = self.filter_line.text().to_owned();
        let query = Query { filter: Some(text.clone()), ..Query::default() };
        self.is_filter_due = false;
        self.draft.wrong = self.check(&query).err().map(|refused| refused.error);
        if self.draft.wrong.is_none() && finished {
            self.keeping_row(|app| app.pane().filter = text);
        }
    }

    /// Keeps the filter that is typed, if it can be understood.
    pub(crate) fn apply_filter(&mut self) {
        self.filter_by_line(true);
        if self.draft.wrong.is_none() {
            self.filter_line.take();
            self.typing = None;
            let pane = self.pane();
            pane.columns.clear();
            if pane.filter.trim().is_empty() {
                pane.filter.clear();
            }
        }
    }

    /// Leaves the line: all is as it was before.
    pub(crate) fn cancel_filter(&mut self) {
        let (filter, cursor, top) = std::mem::take(&mut self.draft).before;
        let pane = self.pane();
        pane.filter = filter;
        (pane.cursor, pane.top) = (cursor, top);
        self.filter_line.clear();
        self.typing = None;
    }

    /// Filters by a text; where it is wrong it stands in the line, marked.
    pub(crate) fn set_filter(&mut self, text: &str) {
        self.open_filter();
        self.filter_line.set(text);
        self.apply_filter();
    }

    /// Shows all rows again; `false` if they are.
    pub(crate) fn clear_filter(&mut self) -> bool {
        let is_filtered = !self.pane().filter.is_empty();
        if is_filtered {
            self.keeping_row(|app| app.pane().filter.clear());
            self.pane().columns.clear();
        }
        is_filtered
    }

    /// Whether a query can be asked of what is shown. Of what is not there yet nobody knows.
    fn check(&self, query: &Query) -> Result<(), Refused> {
        if self.snapshot.is_none() {
            return Ok(());
        }
        query.check(&self.columns_by_table())
    }

    pub(crate) fn columns_by_table(&self) -> Vec<Vec<Column>> {
        let Some(snapshot) = &self.snapshot else { return Vec::new() };
        self.tables(snapshot).iter().map(|table| table.all_columns().to_vec()).collect()
    }

    /// The columns of what is shown, each name once.
    pub(crate) fn columns_of_tables(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        for column in self.columns_by_table().into_iter().flatten() {
            if columns.iter().all(|known| known.name != column.name) {
                columns.push(column);
            }
        }
        columns
    }

    /// The columns that can be named in a filter.
    pub(crate) fn names_of_columns(&self) -> Vec<&'static str> {
        self.columns_of_tables().iter().map(|column| column.name).collect()
    }

    /// Does something with the table of the selected row.
    pub(crate) fn with_table<T>(&self, look: impl FnOnce(&TableView<'_>) -> T) -> Option<T> {
        let snapshot = self.snapshot.as_ref()?;
        let cursor = self.panes[self.place()].cursor;
        self.tables(snapshot).get(cursor.table).map(look)
    }

    /// Opens the list of the columns of the table under the cursor.
    pub(crate) fn open_columns(&mut self, purpose: Purpose) {
        let file = self.file.as_ref().map(|file| &file.opened);
        let picker = self.with_table(|table| Picker::new(purpose, name_of(&table.name, file), table));
        if let Some(picker) = picker {
            self.overlay = Some(Overlay::new(Content::Columns(picker)));
        }
    }

    /// The list of columns, while it is open.
    pub(crate) fn picker(&mut self) -> Option<&mut Picker> {
        match self.overlay.as_mut().map(|overlay| &mut overlay.content) {
            Some(Content::Columns(picker)) => Some(picker),
            _ => None,
        }
    }

    /// Sorts by the column that is chosen in the list; by the same once more in the other direction.
    pub(crate) fn choose_sort(&mut self) {
        let Some(picker) = self.picker() else { return };
        let Some(sort) = picker.sort_chosen() else { return };
        let name = picker.name.clone();
        self.overlay = None;
        self.sort(name, sort);
    }

    /// Reverses the order of the table under the cursor.
    pub(crate) fn reverse(&mut self) {
        let file = self.file.as_ref().map(|file| &file.opened);
        let reversed = self.with_table(|table| {
            let word = |(place, descending): &(usize, bool)| {
                let name = table.all_columns().get(*place)?.name;
                Some(sort_word(name, !descending))
            };
            let words: Vec<String> = table.sort().iter().filter_map(word).collect();
            (name_of(&table.name, file), table.name.to_string(), words)
        });
        match reversed {
            Some((_, table, words)) if words.is_empty() => {
                let why = format!("{table} is not sorted: o chooses a column");
                self.message = Some(Message::Remark(netmonitor_core::format::harmless_text(why.as_bytes())));
            }
            Some((name, _, words)) => self.sort(name, Some(words.join(","))),
            None => {}
        }
    }

    /// Sorts a table by a column; by the same once more in the other direction. The cursor goes there.
    pub(crate) fn sort_by(&mut self, table: usize, place: usize) {
        let pane = self.pane();
        if pane.cursor.table != table {
            pane.cursor = Cursor { table, row: 0 };
        }
        let file = self.file.as_ref().map(|file| &file.opened);
        let asked = self.with_table(|table| {
            let sorted = table.sort().first().copied();
            (name_of(&table.name, file), sort_by(table.all_columns(), place, sorted))
        });
        if let Some((name, Some(sort))) = asked {
            self.sort(name, Some(sort));
        }
    }

    /// Leaves a term out of the filter.
    pub(crate) fn leave_term_out(&mut self, number: usize) {
        let filter = self.pane().filter.clone();
        let terms = query::terms(&filter).into_iter().enumerate().filter(|(term, _)| *term != number);
        let left: Vec<&str> = terms.filter_map(|(_, term)| filter.get(term)).collect();
        let left = left.join(" ");
        self.keeping_row(|app| app.pane().filter = left);
        self.pane().columns.clear();
    }

    fn sort(&mut self, name: String, sort: Option<String>) {
        self.keeping_row(|app| {
            let chosen = app.choices.entry(name).or_default();
            chosen.sort = sort;
        });
        self.forget_defaults();
    }

    /// Does something in the list of columns, and shows the columns that are left.
    pub(crate) fn choose_columns(&mut self, choose: impl FnOnce(&mut Picker)) {
        let Some(picker) = self.picker() else { return };
        choose(picker);
        let (name, columns) = (picker.name.clone(), picker.columns_chosen());
        self.choices.entry(name).or_default().columns = columns;
        self.forget_defaults();
    }

    /// Sorts the table under the cursor, or shows these columns of it, as a command says.
    pub(crate) fn ask(&mut self, query: Query) {
        let file = self.file.as_ref().map(|file| &file.opened);
        let asked = self
            .with_table(|table| (name_of(&table.name, file), query.check(&[table.all_columns().to_vec()])));
        match asked {
            None => self.message = Some(Message::Remark("nothing was read yet".to_owned())),
            Some((_, Err(refused))) => {
                let why = format!("{}: {}", refused.part.word(), refused.error);
                self.message = Some(Message::Error(why));
            }
            Some((name, Ok(()))) => {
                let filled = |typed: String| Some(typed).filter(|typed| !typed.trim().is_empty());
                if let Some(sort) = query.sort {
                    self.sort(name, filled(sort));
                } else if let Some(columns) = query.columns {
                    self.choices.entry(name).or_default().columns = filled(columns);
                    self.forget_defaults();
                }
            }
        }
    }

    /// What is as it would be anyway needs not be kept.
    fn forget_defaults(&mut self) {
        self.choices.retain(|_, chosen| chosen.sort.is_some() || chosen.columns.is_some());
        let pane = self.pane();
        pane.columns.clear();
        pane.first_column = 0;
    }

    /// Changes what is shown of the same rows; the cursor stays on its row while that is shown.
    pub(crate) fn keeping_row(&mut self, change: impl FnOnce(&mut Self)) {
        let Some(snapshot) = self.snapshot.clone() else { return change(self) };
        let cursor = self.pane().cursor;
        let place = self.tables(&snapshot).get(cursor.table).and_then(|table| table.place_of_row(cursor.row));
        change(self);
        if !self.pane().follows {
            return;
        }
        let tables = self.tables(&snapshot);
        let row = place.zip(tables.get(cursor.table)).and_then(|(place, table)| table.row_of_place(place));
        if let Some(row) = row {
            self.pane().cursor.row = row;
        }
    }

    /// Changes which rows there are; the cursor goes to the row that has the same key, if there is one.
    pub(crate) fn following_row(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.snapshot.clone().map(|snapshot| (self.prepared(&snapshot), snapshot));
        change(self);
        let pane = self.pane();
        let (follows, cursor) = (pane.follows, pane.cursor);
        let Some(((prepared, before), now)) = before.zip(self.snapshot.clone()).filter(|_| follows) else {
            return;
        };
        let (old, tables) = (prepared.tables(&before), self.tables(&now));
        let Some(old) = old.get(cursor.table) else { return };
        let found = (0..).zip(&tables).find(|(_, table)| table.name == old.name);
        let row = found.and_then(|(at, table)| Some((at, same_row(old, cursor.row, table)?)));
        if let Some((table, row)) = row {
            self.pane().cursor = Cursor { table, row };
        }
    }
}

/// A column to sort by, as it is typed.
pub(crate) fn sort_word(name: &str, descending: bool) -> String {
    format!("{name}{}", if descending { ":desc" } else { "" })
}

/// The letters before the cursor that may be the beginning of a column's name.
pub(crate) fn name_before(text: &str) -> &str {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    &text[text.trim_end_matches(is_letter).len()..]
}

/// The word before the end that none of these letters is in.
pub(crate) fn word_before<'a>(text: &'a str, ends: &[char]) -> &'a str {
    text.rfind(ends).map_or(text, |at| &text[at + 1..])
}

/// Whether a word may begin behind it.
fn is_before_word(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '(' | '!')
}

/// The row that has the same key as a row of the same table at another time: of several the nearest one.
fn same_row(old: &TableView<'_>, row: usize, new: &TableView<'_>) -> Option<usize> {
    let mut keys: Vec<(usize, Value<'_>)> = Vec::new();
    for (place, column) in old.all_columns().iter().enumerate().filter(|(_, column)| column.kind == Kind::Key)
    {
        let new_place = new.all_columns().iter().position(|other| other.name == column.name)?;
        keys.push((new_place, old.any_cell(row, place)));
    }
    if keys.is_empty() || row >= old.len() {
        return None;
    }
    // What tells rows apart tends to stand behind what they have in common.
    let is_it = |row: &usize| keys.iter().rev().all(|(place, key)| new.any_cell(*row, *place) == *key);
    let last = new.len().checked_sub(1)?;
    let start = row.min(last);
    let below = |distance: usize| start.checked_sub(distance);
    let above = |distance: usize| Some(start + distance).filter(|row| *row <= last);
    let outward = (0..=last).flat_map(|distance| [below(distance), above(distance)]);
    outward.flatten().find(is_it)
}
