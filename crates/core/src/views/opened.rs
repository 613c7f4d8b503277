//! One file under `net`, whichever it is: as a decoded table, or as its text.

use procnet::proc::counter::Counter;
use procnet::{AnyTable, Column, Field, Row, proc};

use super::counters::{self, CounterRows};
use super::file_table::{FileRows, columns_of};
use super::{Rows, TableView};
use crate::files::NetPath;
use crate::plan::{Needs, Plan};
use crate::scope::Scope;
use crate::snapshot::{Snapshot, Source};

/// A file that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its path below `net`.
    pub path: NetPath,
    /// Its text is shown as it is, and not its rows.
    pub text: bool,
}

impl Opened {
    /// What it is made of.
    pub fn needs(&self) -> Needs {
        Needs::file(self.path.clone())
    }

    /// What reading it takes, and nothing else.
    pub fn plan(&self) -> Plan {
        let text = self.text.then(|| self.path.clone());
        Plan { net: vec![self.path.clone()], text, walk: crate::plan::Pace::Background, ..Plan::default() }
    }

    /// The name under which counters of the file stand in the dictionary: that of the table of a view.
    pub fn group(&self) -> &str {
        let is_it = |def: &&&super::TableDef| def.content.needs().net == [self.path.clone()];
        let table = super::ALL.iter().flat_map(|view| view.tables).find(is_it);
        table.map_or(&self.path, |table| table.name)
    }

    /// The columns, as far as they are known before it was read.
    pub fn columns(&self) -> Vec<Column> {
        if self.text {
            return columns_of(proc::line::FIELDS);
        }
        let fields = proc::find(&self.path).map_or(proc::line::FIELDS, |file| file.fields);
        let names = |fields: &'static [Field]| fields.iter().map(|field| field.column.name);
        match names(fields).eq(names(Counter::FIELDS)) {
            true => counters::columns_of_all(),
            false => columns_of(fields),
        }
    }

    /// The table on a snapshot.
    pub fn view<'a>(&self, snapshot: &'a Snapshot) -> TableView<'a> {
        let scope = match proc::find(&self.path).map(|file| file.scope) {
            Some(proc::FileScope::Host | proc::FileScope::InitialNamespace) => Scope::Host,
            Some(proc::FileScope::Namespace) | None => Scope::Namespace,
        };
        let (columns, rows) = self.rows(snapshot.source(&self.path));
        let mut view = TableView::new(self.path.to_string(), columns, scope, rows);
        view.tell_sources(snapshot, &self.needs());
        view
    }

    fn rows<'a>(&self, source: Option<&'a Source>) -> (Vec<Column>, Option<Box<dyn Rows + 'a>>) {
        if self.text {
            let columns = columns_of(proc::line::FIELDS);
            let table = source.and_then(|source| source.text.as_ref());
            return (columns, table.map(|table| Box::new(TextRows(&**table)) as Box<dyn Rows>));
        }
        // A counter is shown with all that is known of it, in whichever file it stands.
        if let Some(rows) = source.and_then(CounterRows::all_of) {
            return (counters::columns_of_all(), Some(Box::new(rows)));
        }
        let fields = proc::find(&self.path).map_or(proc::line::FIELDS, |file| file.fields);
        let rows = source.map(|source| Box::new(FileRows::plain(source, fields)) as Box<dyn Rows>);
        (columns_of(fields), rows)
    }
}

/// The lines of a file.
struct TextRows<'a>(&'a dyn AnyTable);

impl Rows for TextRows<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn cell(&self, row: usize, column: usize) -> procnet::Value<'_> {
        self.0.cell(row, column)
    }
}
