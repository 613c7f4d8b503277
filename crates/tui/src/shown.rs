//! Which tables are shown, and how each is looked at: filter, order, columns, counters.
//!
//! Arranging a large table takes longer than drawing it. It is done once for a snapshot, and where it can be,
//! beside it: the thread that reads is told what is shown ([`Effect::Arrange`](crate::Effect::Arrange)) and
//! hands over how it is arranged ([`Prepared`]) before the snapshot itself.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, Weak};

use netmonitor_core::query::Query;
use netmonitor_core::scope::Scope;
use netmonitor_core::series::RowKey;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{self, Arrangement, By, CounterMode, Look, Opened, TableView, Totals};

/// Order and columns of a table, as they would be typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// What rows are sorted by.
    pub(crate) sort: Option<String>,
    /// Which columns are shown.
    pub(crate) columns: Option<String>,
}

/// Order and columns of tables, by their names.
pub(crate) type Choices = BTreeMap<String, Chosen>;

/// Which tables are shown, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Number of the tab.
    pub(crate) tab: usize,
    /// The file that lies over it.
    pub(crate) file: Option<Opened>,
    /// The scope that is asked for.
    pub(crate) scope: Scope,
    /// How counters are shown.
    pub(crate) counters: CounterMode,
    /// What processes are grouped by.
    pub(crate) by: By,
    /// Which rows.
    pub(crate) filter: String,
    /// In what order, and which columns.
    pub(crate) choices: Choices,
    /// Whether sums are shown.
    pub(crate) totals: bool,
    /// There are so many rows that telling them apart takes long.
    pub(crate) large: bool,
}

impl Shown {
    /// Nothing is filtered, sorted or added up: there is no work in arranging it.
    pub fn is_plain(&self) -> bool {
        let sorts = self.choices.values().any(|chosen| chosen.sort.is_some());
        let moved_only = self.counters == CounterMode::Moved;
        self.filter.trim().is_empty() && !sorts && !moved_only && !self.totals && !self.large
    }

    /// The tables on a snapshot as they are.
    pub(crate) fn plain_tables<'a>(&self, snapshot: &'a Snapshot) -> Vec<TableView<'a>> {
        match (&self.file, views::ALL.get(self.tab)) {
            (Some(file), _) => vec![file.view(snapshot)],
            (None, Some(view)) => view.tables_on(snapshot, self.scope, self.by),
            (None, None) => Vec::new(),
        }
    }

    /// Arranges the tables on a snapshot, and tells their rows apart where that takes long: for whoever does it beside.
    pub fn arrange(&self, snapshot: &Arc<Snapshot>) -> Prepared {
        let prepared = self.arrange_as(snapshot, None);
        if self.large {
            prepared.identities(snapshot);
        }
        prepared
    }

    /// Arranges the tables on a snapshot. Which rows there are is the same as in an earlier arrangement of the same
    /// tables on it, whatever was filtered there.
    pub(crate) fn arrange_as(&self, snapshot: &Arc<Snapshot>, earlier: Option<&Prepared>) -> Prepared {
        let tables = self.plain_tables(snapshot);
        let arrange = |table: &TableView<'_>| {
            let chosen = self.choices.get(&name_of(&table.name, self.file.as_ref()));
            let query = Query {
                filter: Some(self.filter.clone()),
                sort: chosen.and_then(|chosen| chosen.sort.clone()),
                columns: chosen.and_then(|chosen| chosen.columns.clone()),
            };
            Arc::new(table.arrangement(Look { counters: self.counters, query: &query, brief: true }))
        };
        let arrangements: Vec<Arc<Arrangement>> = tables.iter().map(arrange).collect();
        let sum = |(table, arrangement): (TableView<'_>, &Arc<Arrangement>)| {
            let table = table.arranged(arrangement.clone());
            // Of a single row everybody sees the sums.
            if self.totals && table.len() > 1 { table.totals() } else { None }
        };
        let totals = tables.into_iter().zip(&arrangements).map(sum).collect();
        let (shown, of) = (self.clone(), Arc::downgrade(snapshot));
        let earlier = earlier.filter(|earlier| earlier.is_of(snapshot) && earlier.shown.has_rows_of(self));
        let identities = earlier.map(|earlier| earlier.identities.clone()).unwrap_or_default();
        Prepared { shown, of, arrangements, totals, identities }
    }

    /// Whether it shows the same tables, in whatever way.
    fn has_rows_of(&self, other: &Self) -> bool {
        self.tab == other.tab && self.file == other.file && self.scope == other.scope && self.by == other.by
    }
}

/// The name under which order and columns of a table are kept. A file may be called like a table of a tab,
/// and has other columns.
pub(crate) fn name_of(table: &str, file: Option<&Opened>) -> String {
    match file {
        None => table.to_owned(),
        Some(file) if file.text => "text".to_owned(),
        Some(_) => format!("net/{table}"),
    }
}

/// What tells the rows of a table apart, in order, each once.
fn keys_of(table: &TableView<'_>) -> Option<Vec<RowKey>> {
    let columns = RowKey::columns(table);
    let mut keys: Vec<RowKey> = (0..table.len()).map(|row| RowKey::of(table, &columns, row)).collect();
    keys.sort_unstable();
    keys.dedup();
    (!columns.is_empty()).then_some(keys)
}

/// How the tables on one snapshot are arranged.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Which tables, and how they are looked at.
    pub(crate) shown: Shown,
    /// On which snapshot.
    of: Weak<Snapshot>,
    arrangements: Vec<Arc<Arrangement>>,
    /// The sums of each table that are shown.
    pub(crate) totals: Vec<Option<Totals>>,
    identities: Arc<OnceLock<Vec<Option<Vec<RowKey>>>>>,
}

impl Prepared {
    /// Whether it is for this snapshot. While it lives, no other snapshot has the same place.
    pub(crate) fn is_of(&self, snapshot: &Arc<Snapshot>) -> bool {
        std::ptr::eq(self.of.as_ptr(), Arc::as_ptr(snapshot))
    }

    /// What tells the rows of each table apart, shown or not, in order; `None` where nothing does.
    pub(crate) fn identities(&self, snapshot: &Snapshot) -> &[Option<Vec<RowKey>>] {
        self.identities.get_or_init(|| {
            let tables = self.shown.plain_tables(snapshot);
            tables.iter().map(keys_of).collect()
        })
    }

    /// Whether rows have been told apart already.
    pub(crate) fn has_identities(&self) -> bool {
        self.identities.get().is_some()
    }

    /// The tables as they are arranged.
    pub(crate) fn tables<'a>(&self, snapshot: &'a Snapshot) -> Vec<TableView<'a>> {
        let tables = self.shown.plain_tables(snapshot).into_iter().zip(&self.arrangements);
        tables.map(|(table, arrangement)| table.arranged(arrangement.clone())).collect()
    }
}
