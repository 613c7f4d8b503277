//! Everything that is known about one row, in groups with plain explanations: its cells by what they tell, what its state means,
//! what is wrong with it, who is at its other end, what has happened to it, and what belongs to it in other tables.

mod ends;
mod groups;
mod meaning;
mod related;
mod wrong;

use procnet::{Column, Kind, Value};

use crate::explain::Entry;
use crate::format;
use crate::snapshot::Snapshot;
use crate::views::TableView;

pub use related::views as related_views;

/// Facts that belong together.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// What they are about.
    pub title: String,
    /// The facts.
    pub facts: Vec<Fact>,
    /// What is said of them in sentences.
    pub said: Vec<String>,
    /// Entries of the dictionary.
    pub entries: Vec<&'static Entry>,
}

/// One fact: harmless texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// How it is now.
    pub value: String,
    /// What that says.
    pub doc: &'static str,
}

impl Group {
    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.said.is_empty() && self.entries.is_empty()
    }

    fn fact(&mut self, name: impl Into<String>, value: impl Into<String>, doc: &'static str) {
        self.facts.push(Fact { name: name.into(), value: value.into(), doc });
    }
}

/// All that is known about a row that is shown of a table.
pub fn of(table: &TableView<'_>, row: usize, snapshot: &Snapshot) -> Vec<Group> {
    let row = Row { table, row, snapshot };
    let mut groups = vec![row.wrong(), row.meaning()];
    groups.extend(row.cells());
    let state =
        groups.iter().position(|group| group.title == groups::STATE).map_or(groups.len(), |at| at + 1);
    groups.splice(state..state, [row.life(), row.other_end()]);
    groups.extend(row.related());
    groups.push(row.unreported());
    groups.retain(|group| !group.is_empty());
    groups
}

/// A row in its table.
struct Row<'a> {
    table: &'a TableView<'a>,
    row: usize,
    snapshot: &'a Snapshot,
}

impl Row<'_> {
    fn value(&self, column: &str) -> Option<Value<'_>> {
        self.table.named(self.row, column)
    }

    /// The cell as people read it; `None`: the kernel does not report it.
    fn text(&self, place: usize, column: &Column) -> Option<String> {
        let value = self.table.any_cell(self.row, place);
        if matches!(value, Value::Absent("")) {
            return None;
        }
        let mut text = String::new();
        format::cell(value, column, self.snapshot, &mut text);
        Some(text)
    }

    /// The text of a column that is told.
    fn word(&self, name: &str) -> Option<String> {
        let place = self.table.all_columns().iter().position(|column| column.name == name)?;
        let is_told = !matches!(self.table.any_cell(self.row, place), Value::Absent(_));
        self.text(place, &self.table.all_columns()[place]).filter(|_| is_told)
    }

    /// The cells, each in the group that it belongs to; a counter with its rate.
    fn cells(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = groups::TITLES.iter().map(|title| Group::new(*title)).collect();
        let columns = self.table.all_columns();
        for (place, column) in columns.iter().enumerate() {
            let has_counter = |rate: &str| {
                let counter = rate.strip_suffix("_rate").unwrap_or(rate);
                columns.iter().any(|other| other.name == counter && other.kind == Kind::Counter)
            };
            if column.kind == Kind::Rate && has_counter(column.name) {
                continue;
            }
            let Some(mut value) = self.text(place, column) else { continue };
            if column.kind == Kind::Counter {
                let rate = format!("{}_rate", column.name);
                if let Some(rate) = self.word(&rate) {
                    value.push_str(&format!("  {rate}/s"));
                }
            }
            groups[groups::place(column)].fact(column.name, value, column.doc);
        }
        groups
    }

    /// What the kernel reports of others and not of this row.
    fn unreported(&self) -> Group {
        let columns = self.table.all_columns().iter().enumerate();
        let names: Vec<&str> = columns
            .filter(|(place, column)| {
                column.kind != Kind::Rate && self.table.any_cell(self.row, *place) == Value::Absent("")
            })
            .map(|(_, column)| column.name)
            .collect();
        let mut group = Group::new("Not reported of it");
        if !names.is_empty() {
            group.said.push(names.join(" "));
        }
        group
    }
}
