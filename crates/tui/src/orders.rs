//! What commands do.

use netmonitor_core::explain;
use netmonitor_core::query::Query;
use netmonitor_core::query::nearest::nearest;
use netmonitor_core::views::{self, TableView};

use crate::app::{App, Message};
use crate::command::{self, Order};
use crate::document::Cursor;
use crate::event::{Effect, Go};
use crate::memory::Memo;
use crate::offers;
use crate::overlay::{Content, Meaning, Overlay};
use crate::theme::{Marks, Theme};

impl App {
    /// Completes the command that is typed.
    pub(crate) fn complete_command(&mut self, forward: bool) {
        let offers = offers::offers(self, self.completion.typed(&self.line));
        self.completion.advance(&mut self.line, &offers, forward);
    }

    /// Takes what a command can become into the line.
    pub(crate) fn take_command(&mut self, number: usize) {
        let offers = offers::offers(self, self.completion.typed(&self.line));
        if let Some(offer) = offers.get(number) {
            self.completion.reset();
            self.line.set(&offer.line);
        }
    }

    /// Does what the command line says.
    pub(crate) fn run_command(&mut self, effects: &mut Vec<Effect>) {
        let line = self.line.take();
        if self.settings.remembers && !line.trim().is_empty() {
            effects.push(Effect::Remember(Memo::Command(line.clone())));
        }
        self.close_command_line();
        match command::parse(&line) {
            Ok(None) => {}
            Ok(Some(Order::Tab(tab))) => self.select(tab),
            Ok(Some(Order::Interval(_))) if self.time.is_some() && self.back.is_none() => {
                self.remark(
                    "a recording has the interval it was recorded with: :speed plays it faster or slower",
                );
            }
            Ok(Some(Order::Interval(interval))) => {
                self.settings.interval = interval;
                effects.push(Effect::Interval(interval));
            }
            Ok(Some(Order::At(when))) => self.go_at(&when, effects),
            Ok(Some(Order::Speed(speed))) => self.go_in_time(Go::Speed(speed), effects),
            Ok(Some(Order::Next)) => self.go_to_next_change(effects),
            Ok(Some(Order::Filter(text))) => self.set_filter(&text),
            Ok(Some(Order::Sort(sort))) => self.ask(Query { sort: Some(sort), ..Query::default() }),
            Ok(Some(Order::Columns(columns))) => {
                self.ask(Query { columns: Some(columns), ..Query::default() });
            }
            Ok(Some(Order::Explain(name))) => self.explain_name(&name),
            Ok(Some(Order::Goto(place))) => self.goto(&place),
            Ok(Some(Order::Theme(theme))) => self.look(theme.with_marks(self.theme.marks)),
            Ok(Some(Order::Marks(marks))) => self.look(self.theme.with_marks(marks)),
            Ok(Some(Order::Record(file))) => self.record(file, effects),
            Ok(Some(Order::Save(file))) => self.save(file, effects),
            Ok(Some(Order::Help)) => self.open_help(),
            Ok(Some(Order::Quit)) => self.quit(),
            Err(error) => self.message = Some(Message::Error(error)),
        }
    }

    /// Tells what a counter of any table or a column of what is shown means.
    fn explain_name(&mut self, name: &str) {
        if self.explain_finding(name) {
            return;
        }
        let columns = self.columns_of_tables();
        let column = columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)).copied();
        let entries = explain::named(name).unwrap_or_default();
        if column.is_none() && entries.is_empty() {
            let known = explain::all().into_iter().map(|entry| entry.name);
            let near = nearest(name, columns.iter().map(|column| column.name).chain(known), 3);
            let hint =
                if near.is_empty() { String::new() } else { format!("; nearest: {}", near.join(", ")) };
            self.message = Some(Message::Error(format!("neither a counter nor a column here: {name}{hint}")));
            return;
        }
        let meaning = Meaning {
            title: name.to_owned(),
            entries,
            columns: column.into_iter().collect(),
            ..Meaning::default()
        };
        self.overlay = Some(Overlay::new(Content::Meaning(meaning)));
    }

    /// Goes to a tab, to a table of it, or to a row of the table under the cursor.
    fn goto(&mut self, place: &str) {
        if let Ok(row) = place.parse::<usize>() {
            return self.goto_row(row);
        }
        let (tab, table) = place.split_once('.').map_or((place, None), |(tab, table)| (tab, Some(table)));
        let Some(found) = views::ALL.iter().position(|view| view.name == tab) else {
            let near = nearest(tab, views::ALL.iter().map(|view| view.name), 3);
            let hint =
                if near.is_empty() { String::new() } else { format!("; nearest: {}", near.join(", ")) };
            self.message = Some(Message::Error(format!("no tab {tab:?}{hint}")));
            return;
        };
        self.select(found);
        let Some(table) = table else { return };
        match self.place_of_table(table) {
            Some(table) => {
                self.pane().cursor = Cursor { table, row: 0 };
                self.pane().follows = true;
            }
            None => self.message = Some(Message::Error(format!("{tab} has no table {table:?}"))),
        }
    }

    fn goto_row(&mut self, row: usize) {
        let table = self.pane().cursor.table;
        let rows =
            self.snapshot.clone().and_then(|snapshot| self.tables(&snapshot).get(table).map(TableView::len));
        match rows {
            Some(rows) if (1..=rows).contains(&row) => {
                self.pane().cursor = Cursor { table, row: row - 1 };
                self.pane().follows = true;
            }
            _ => self.message = Some(Message::Error(format!("there are rows 1 to {}", rows.unwrap_or(0)))),
        }
    }

    fn place_of_table(&self, name: &str) -> Option<usize> {
        let snapshot = self.snapshot.clone()?;
        self.tables(&snapshot).iter().position(|table| table.name == name)
    }

    fn look(&mut self, theme: Theme) {
        self.theme = theme;
        self.message = Some(Message::Remark(match theme.marks {
            Marks::Braille => format!("theme {theme}"),
            marks => format!("theme {theme}, marks {marks}"),
        }));
    }
}
