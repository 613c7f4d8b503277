//! Snapshots in print: text, JSON, JSON lines, CSV. An output format is one small file; to add one, name
//! it in [`FORMATS`].

mod cells;
mod changes;
mod csv;
mod json;
mod jsonl;
pub mod schema;
mod text;

use std::io::{self, Write};

use procnet::Column;
use procnet::table::unknown_column;

use crate::plan::Needs;
use crate::query::{self, Query};
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::views::{self, By, CounterMode, Look, Opened, TableDef, TableView, View};

pub(crate) use cells::write_harmless;
pub use changes::{Between, CHANGE_FORMATS, print_changes};
pub use csv::write_csv;

/// Version of the machine-readable output.
pub const SCHEMA: u32 = 1;

/// What is printed: views, and of each all tables or those named.
#[derive(Clone)]
pub struct Selection {
    /// Views with their tables.
    pub views: Vec<(&'static View, Vec<Printed>)>,
    /// The scope of tables that leave the choice.
    pub scope: Scope,
    /// How counters are shown.
    pub counters: CounterMode,
    /// Which rows and columns are printed, and in what order.
    pub query: Query,
}

/// A table that is printed.
#[derive(Clone)]
pub enum Printed {
    /// A table of a view.
    Table(&'static TableDef),
    /// A file under `net`, decoded: a table of the view that lists the files.
    File(Opened),
}

impl Printed {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Table(table) => table.name,
            Self::File(file) => &file.path,
        }
    }

    /// Whose state it shows; `None` where the user chooses.
    pub fn scope(&self) -> Option<Scope> {
        match self {
            Self::Table(table) => table.scope,
            Self::File(_) => Some(Scope::Namespace),
        }
    }

    /// What it is made of.
    pub fn needs(&self) -> Needs {
        match self {
            Self::Table(table) => table.content.needs(),
            Self::File(file) => file.needs(),
        }
    }

    /// The columns that are known before anything was read: those of a file that nobody has declared are
    /// known only then.
    fn columns(&self) -> Vec<Column> {
        let mut columns = match self {
            Self::Table(table) => table.content.columns(),
            Self::File(file) => file.columns(),
        };
        columns.extend((1..).map_while(unknown_column));
        columns
    }

    /// Whether its rows can be looked at in pieces.
    fn is_in_pieces(&self) -> bool {
        match self {
            Self::Table(table) => table.content.is_in_pieces(),
            Self::File(_) => false,
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Table(one), Self::Table(other)) => std::ptr::eq(*one, *other),
            (Self::File(one), Self::File(other)) => one == other,
            _ => false,
        }
    }
}

impl Selection {
    /// Reads words `VIEW` and `VIEW.TABLE`; no words mean all views. The view of files has a table for each
    /// file, too, by its path: `files.stat/nf_conntrack`.
    ///
    /// # Errors
    ///
    /// Says which word names nothing, and what there is.
    pub fn parse<S: AsRef<str>>(words: &[S], scope: Scope) -> Result<Self, String> {
        let mut selection =
            Self { views: Vec::new(), scope, counters: CounterMode::default(), query: Query::default() };
        if words.is_empty() {
            selection.views = views::nine().iter().map(|view| (*view, all_of(view))).collect();
        }
        for word in words {
            selection.add(word.as_ref())?;
        }
        Ok(selection)
    }

    fn add(&mut self, word: &str) -> Result<(), String> {
        let (name, table) = word.split_once('.').map_or((word, None), |(view, table)| (view, Some(table)));
        let view = views::find(name).ok_or_else(|| {
            let names: Vec<_> = views::ALL.iter().map(|view| view.name).collect();
            format!("no tab {name:?}; there are {}", names.join(", "))
        })?;
        let tables = match table {
            None => all_of(view),
            Some(table) => vec![one_of(view, table)?],
        };
        match self.views.iter_mut().find(|(known, _)| std::ptr::eq(*known, view)) {
            Some((_, known)) => {
                for table in tables {
                    if !known.iter().any(|other| other.is(&table)) {
                        known.push(table);
                    }
                }
            }
            None => self.views.push((view, tables)),
        }
        Ok(())
    }

    /// The same with processes grouped so, where no group was named.
    #[must_use]
    pub fn grouped(mut self, by: By) -> Self {
        for (view, tables) in &mut self.views {
            for table in tables.iter_mut() {
                let Printed::Table(one) = table else { continue };
                let mut grouped = view.tables.iter().filter(|other| other.content.by() == Some(by));
                if let (Some(By::Process), Some(other)) = (one.content.by(), grouped.next()) {
                    *table = Printed::Table(other);
                }
            }
            let mut seen: Vec<Printed> = Vec::new();
            tables.retain(|table| {
                let is_new = !seen.iter().any(|other| other.is(table));
                seen.push(table.clone());
                is_new
            });
        }
        self
    }

    /// Of its tables those that are counted while somebody looks, and those of what happens meanwhile.
    #[must_use]
    pub fn counted(&self) -> Self {
        self.only(|table| {
            let is_whole = match table {
                Printed::Table(table) => {
                    table.content.is_of_the_machine() || table.scope == Some(Scope::Host)
                }
                Printed::File(_) => false,
            };
            is_whole && table.needs().traffic || table.needs().events
        })
    }

    /// Of its tables those of what happens while somebody looks.
    #[must_use]
    pub fn happened(&self) -> Self {
        self.only(|table| table.needs().events)
    }

    fn only(&self, is_meant: impl Fn(&Printed) -> bool) -> Self {
        let meant =
            |tables: &[Printed]| tables.iter().filter(|table| is_meant(table)).cloned().collect::<Vec<_>>();
        let views = self.views.iter().map(|(view, tables)| (*view, meant(tables)));
        Self { views: views.filter(|(_, tables)| !tables.is_empty()).collect(), ..self.clone() }
    }

    /// All tables with their views, in order.
    pub fn tables(&self) -> impl Iterator<Item = (&'static View, &Printed)> + '_ {
        self.views.iter().flat_map(|(view, tables)| tables.iter().map(move |table| (*view, table)))
    }

    /// The same with a query.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the query, and where: a column that no table has, a value that fits none.
    pub fn asked(self, query: Query) -> Result<Self, query::Refused> {
        let columns: Vec<_> = self.tables().map(|(_, table)| table.columns()).collect();
        query.check(&columns)?;
        Ok(Self { query, ..self })
    }

    /// Whether it can be printed in pieces, while it is read: one table whose rows are not put in an order.
    pub fn is_in_pieces(&self) -> bool {
        let mut tables = self.tables();
        let (first, second) = (tables.next(), tables.next());
        let one = first.filter(|_| second.is_none());
        one.is_some_and(|(_, table)| table.is_in_pieces())
            && self.query.sort.is_none()
            && self.counters == CounterMode::default()
    }

    /// A table of it on a snapshot, with all columns where no others were asked for.
    pub fn view<'a>(&self, table: &'a Printed, snapshot: &'a Snapshot) -> TableView<'a> {
        self.look(table, snapshot, false)
    }

    /// The same with the columns that are shown on a screen where no others were asked for.
    pub fn brief_view<'a>(&self, table: &'a Printed, snapshot: &'a Snapshot) -> TableView<'a> {
        self.look(table, snapshot, true)
    }

    fn look<'a>(&self, table: &'a Printed, snapshot: &'a Snapshot, brief: bool) -> TableView<'a> {
        let view = match table {
            Printed::Table(table) => table.view(snapshot, self.scope),
            Printed::File(file) => file.view(snapshot),
        };
        view.looked_at(Look { counters: self.counters, query: &self.query, brief })
    }
}

fn all_of(view: &View) -> Vec<Printed> {
    view.tables_by(By::default()).map(Printed::Table).collect()
}

fn one_of(view: &'static View, name: &str) -> Result<Printed, String> {
    if let Some(known) = view.tables.iter().copied().find(|known| known.name == name) {
        return Ok(Printed::Table(known));
    }
    if view.name == views::FILES && !name.is_empty() {
        return Ok(Printed::File(Opened { path: name.to_owned().into(), text: false }));
    }
    let names: Vec<_> = view.tables.iter().map(|table| table.name).collect();
    Err(format!("no table {name:?} in {}; there are {}", view.name, names.join(", ")))
}

/// Prints snapshots, one after another.
pub trait Export {
    /// Prints one snapshot.
    ///
    /// # Errors
    ///
    /// What writing to `out` says.
    fn write(&mut self, out: &mut dyn Write, snapshot: &Snapshot, selection: &Selection) -> io::Result<()>;

    /// Prints a piece of the one table of a selection, and what is to be said of the whole with the last.
    ///
    /// # Errors
    ///
    /// What writing to `out` says.
    fn write_piece(
        &mut self,
        out: &mut dyn Write,
        snapshot: &Snapshot,
        selection: &Selection,
        _is_last: bool,
    ) -> io::Result<()> {
        self.write(out, snapshot, selection)
    }
}

/// An output format.
pub struct Format {
    /// Name, as typed.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// Whether it takes exactly one table.
    pub one_table: bool,
    /// Whether tables have titles that say how many processes share the namespace.
    pub titles: bool,
    /// Whether rows can be printed before the last of them is known.
    pub in_pieces: bool,
    /// Whether problems of a table are part of what is printed; else they are for the caller to tell.
    pub tells_problems: bool,
    /// Makes a printer.
    pub export: fn() -> Box<dyn Export>,
}

/// All formats, the default first.
pub static FORMATS: &[&Format] = &[&text::FORMAT, &json::FORMAT, &jsonl::FORMAT, &csv::FORMAT];

/// The format of this name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}

/// What is to be told of tables that are not whole or do not fit the query, by formats that do not tell it
/// themselves.
pub fn problems(snapshot: &Snapshot, selection: &Selection) -> Vec<String> {
    // Rows are not asked for: they need not be filtered and sorted once more.
    let whole = Selection { query: Query::default(), ..selection.clone() };
    let mut told = Vec::new();
    for (view, table) in whole.tables() {
        let table = whole.view(table, snapshot);
        let reason = (table.state.word != "ok").then(|| table.state.reason.clone());
        for what in [reason, table.misfit(&selection.query)].into_iter().flatten() {
            told.push(format!("{}.{}: {what}", view.name, table.name));
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections() {
        let names = |words: &[&str]| {
            let selection = Selection::parse(words, Scope::Process)?;
            Ok(selection.tables().map(|(_, table)| table.name().to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(
            names(&["stats.IpExt", "tcp", "stats.TcpExt", "tcp"]),
            Ok(["IpExt", "TcpExt", "tcp"].map(str::to_owned).to_vec())
        );
        assert_eq!(names(&["files.stat/nf_conntrack"]), Ok(vec!["stat/nf_conntrack".to_owned()]));
        assert!(names(&[]).is_ok_and(|tables: Vec<_>| tables.len() > 20));
        let unknown: Result<Vec<String>, String> = names(&["foo"]);
        assert!(unknown.unwrap_err().starts_with(r#"no tab "foo"; there are overview, tcp"#));
        assert!(names(&["stats.foo"]).unwrap_err().contains("TcpExt, IpExt"));
    }
}
