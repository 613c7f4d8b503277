//! A table as it is looked at: rows, and what is to be said about them.

use std::borrow::Cow;
use std::sync::Arc;

use procnet::{Column, Value};

use super::arrangement::{Arrangement, Look};
use super::counter_mode::CounterMode;
use super::counts::Counts;
use super::host_rows::{self, HostRows};
use super::readings::{beside, readings};
use super::remote_columns::with_names;
use super::{By, Rows, TableDef, Totals, View};
use crate::files::NetPath;
use crate::plan::Needs;
use crate::query::{Query, Refused};
use crate::sample::{Origin, Reading, Status};
use crate::scope::Scope;
use crate::snapshot::Snapshot;

/// A table as it is looked at.
pub struct TableView<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// The columns that are shown.
    pub columns: Vec<Column>,
    /// Whose state it shows.
    pub scope: Scope,
    /// The user chooses the scope.
    pub is_scope_chosen: bool,
    /// Who tells the rows, where it can be one or another: `getsockopt`, `bpf`, `sock_diag`,
    /// `rtnetlink`, `proc`.
    pub source: Option<&'static str>,
    /// How its sources were read.
    pub state: TableState,
    /// Nanoseconds since its oldest source was read.
    pub age: u64,
    /// How many sockets the process holds, of any family and in any namespace, where the table shows its own.
    pub held: Option<usize>,
    /// It has one row, which people read as a list of facts.
    pub is_record: bool,
    /// What is to be said while it is empty and everything was read.
    pub words_when_empty: Option<&'static str>,
    /// There is nothing to be said while it is empty.
    optional: bool,
    /// A list that the kernel does not give has nothing to tell.
    takes_what_is_there: bool,
    rows: Box<dyn Rows + 'a>,
    /// All of its columns.
    all: Vec<Column>,
    /// Names of those that are shown on a screen.
    defaults: Option<Vec<&'static str>>,
    clk_tck: u64,
    arrangement: Arc<Arrangement>,
}

/// How the sources of a table were read: a word and, where it is not `ok`, the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// `ok`, `not-read`, `missing`, `denied`, `partial`, `interrupted` or `error`.
    pub word: &'static str,
    /// What is to be said; empty when there is nothing.
    pub reason: String,
}

/// No rows.
struct Nothing;

impl Rows for Nothing {
    fn len(&self) -> usize {
        0
    }
    fn cell(&self, _: usize, _: usize) -> Value<'_> {
        Value::Absent("")
    }
}

impl TableDef {
    /// The table on a snapshot.
    pub fn view<'a>(&'static self, snapshot: &'a Snapshot, asked: Scope) -> TableView<'a> {
        if let (Scope::Host, None, Some(namespaces)) = (asked, self.scope, &snapshot.namespaces)
            && !self.content.is_of_the_machine()
        {
            return self.on_host(snapshot, namespaces);
        }
        let (scope, restricted) = match self.scope {
            Some(fixed) => (fixed, None),
            None if self.content.is_of_the_machine() => (asked, None),
            None => snapshot.scope(asked),
        };
        let rows = self.content.rows(snapshot, scope);
        let is_read = rows.is_some();
        let mut view = TableView::new(self.name, self.content.columns(), scope, rows);
        view.is_scope_chosen = self.scope.is_none();
        view.optional = self.content.is_optional();
        view.defaults = self.shown(snapshot);
        view.is_record = self.content.is_record();
        view.words_when_empty = self.content.words_when_empty();
        view.takes_what_is_there = self.content.takes_what_is_there();
        match self.content.tells_what_is_missing() {
            true => view.clk_tck = snapshot.machine.clk_tck,
            false => view.tell_sources(snapshot, &self.content.needs()),
        }
        if !is_read && view.state.word == "ok" {
            view.state.add("not-read", not_read(snapshot, &format!("in scope {scope}"), true));
        }
        if let Some(remark) = view.rows.remark() {
            view.state.add("partial", remark);
        }
        if let Some(reason) = restricted {
            view.state.add("partial", reason);
        }
        if !self.content.is_of_the_machine() {
            view.tell_owners(snapshot);
        }
        view.held = view.held.filter(|_| self.content.lists_sockets());
        view
    }
}

impl TableDef {
    /// The columns that are shown on a screen.
    fn shown(&self, snapshot: &Snapshot) -> Option<Vec<&'static str>> {
        self.content.default_columns().map(|shown| with_names(shown, &snapshot.naming))
    }

    /// The table of all namespaces of a machine, one after another.
    fn on_host<'a>(&'static self, snapshot: &'a Snapshot, namespaces: &'a [Arc<Snapshot>]) -> TableView<'a> {
        let rows = HostRows::of(self.content, namespaces);
        let mut columns = self.content.columns();
        columns.insert(0, host_rows::NETNS);
        let mut view = TableView::new(self.name, columns, Scope::Host, Some(Box::new(rows)));
        view.defaults = self.shown(snapshot);
        view.optional = self.content.is_optional();
        for namespace in namespaces {
            let inode = namespace.netns.inode.unwrap_or_default();
            let entered = namespace.netns.entered.and_then(|status| explain(status).map(|(_, why)| why));
            match entered {
                Some(why) => view.state.add("partial", format!("{}: {why}", Origin::Netns(inode))),
                None => view.tell_sources(namespace, &self.content.needs()),
            }
        }
        if snapshot.owners.denied > 0 {
            view.state.add(
                "partial",
                format!("owners among processes that may not be looked at: {}", snapshot.owners.refusal()),
            );
        }
        view
    }
}

impl View {
    /// The tables that there is something to be said of.
    pub fn tables_on<'a>(&self, snapshot: &'a Snapshot, asked: Scope, by: By) -> Vec<TableView<'a>> {
        let tables = self.tables_by(by).map(|table| table.view(snapshot, asked));
        tables.filter(TableView::is_worth_showing).collect()
    }
}

impl<'a> TableView<'a> {
    /// A table of these rows; `None`: nothing was read.
    pub(super) fn new(
        name: impl Into<Cow<'a, str>>,
        mut columns: Vec<Column>,
        scope: Scope,
        rows: Option<Box<dyn Rows + 'a>>,
    ) -> Self {
        let rows = rows.unwrap_or_else(|| Box::new(Nothing));
        columns.extend(rows.more_columns());
        let source = rows.source();
        Self {
            source,
            name: name.into(),
            all: columns.clone(),
            columns,
            scope,
            is_scope_chosen: false,
            state: TableState { word: "ok", reason: String::new() },
            age: 0,
            held: None,
            is_record: false,
            words_when_empty: None,
            optional: false,
            takes_what_is_there: false,
            rows,
            defaults: None,
            clk_tck: 1,
            arrangement: Arc::default(),
        }
    }

    /// Says how what it is made of was read, and how long ago.
    pub(super) fn tell_sources(&mut self, snapshot: &Snapshot, needs: &Needs) {
        self.clk_tck = snapshot.machine.clk_tck;
        let readings = readings(snapshot, needs, self.source);
        self.age =
            readings.iter().filter_map(|(_, reading)| *reading).map(|it| snapshot.age(it)).max().unwrap_or(0);
        let is_read = |reading: &Reading| reading.status == Status::Ok;
        let some_read = readings.iter().any(|(_, reading)| reading.as_ref().is_some_and(is_read));
        for (origin, reading) in readings.into_iter().chain(beside(snapshot, needs)) {
            match reading {
                None => self.state.add("not-read", not_read(snapshot, &origin.to_string(), false)),
                Some(Reading { status: Status::Missing, .. }) if self.takes_what_is_there => {}
                Some(reading) => {
                    if let Some((word, why)) = explain_of(&origin, reading.status) {
                        self.state.add(if some_read { "partial" } else { word }, format!("{origin} {why}"));
                    }
                }
            }
        }
        let files = needs.dumps.iter().flat_map(|dump| dump.files).map(|path| (*path).into());
        let dumps = needs.dumps.iter().map(|dump| dump.name.into());
        for name in needs.net.iter().cloned().chain(dumps).chain(files) {
            self.state.tell_faults(snapshot, &name);
        }
    }

    fn tell_owners(&mut self, snapshot: &Snapshot) {
        let owners = &snapshot.owners;
        let tells_owners = self.columns.iter().any(|column| column.name == "owners");
        let is_refused = owners.sought && owners.denied > 0 && !owners.may_trace;
        if tells_owners && self.scope == Scope::Namespace && is_refused {
            self.state
                .add("partial", "owners among processes of other users not visible: needs CAP_SYS_PTRACE");
        }
        let is_group = self.is_scope_chosen && self.scope == owners.group_scope;
        if is_group && owners.group_refused > 0 {
            let (refused, all) = (owners.group_refused, owners.group_size);
            self.state.add(
                "partial",
                format!("descriptors of {refused} of {all} processes not readable: {}", owners.refusal()),
            );
        }
        if is_group && tells_owners && owners.unread_relatives > 0 {
            let unread = owners.unread_relatives;
            self.state.add("partial", format!("owners so far: {unread} related processes not looked at yet"));
        }
        let own = is_group && owners.target_status.is_some();
        self.held = own.then(|| owners.group_sockets());
    }

    /// How it is arranged when it is looked at so.
    pub fn arrangement(&self, look: Look<'_>) -> Arrangement {
        Arrangement::new(look, &self.all, self.defaults.as_deref(), &*self.rows, self.clk_tck)
    }

    /// The same table with rows and columns as they are arranged: for the same table on the same snapshot.
    pub fn arranged(mut self, arrangement: Arc<Arrangement>) -> Self {
        self.columns = arrangement.columns(&self.all);
        self.arrangement = arrangement;
        self
    }

    /// The same table looked at in some way.
    pub fn looked_at(self, look: Look<'_>) -> Self {
        let arrangement = Arc::new(self.arrangement(look));
        self.arranged(arrangement)
    }

    /// It has counters, which can be shown in several ways.
    pub fn has_counters(&self) -> bool {
        Arrangement::has_counters(&self.all, &*self.rows)
    }

    /// How its counters are shown, where that is not all of each.
    pub fn counter_mode(&self) -> Option<CounterMode> {
        self.arrangement.mode()
    }

    /// Something is to be said of it.
    pub fn is_worth_showing(&self) -> bool {
        !self.rows.is_empty() || !self.optional
    }

    /// Number of rows that are shown.
    pub fn len(&self) -> usize {
        self.arrangement.len(self.rows.len())
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows that are not shown because nothing in them has moved.
    pub fn unmoved(&self) -> usize {
        self.rows.len() - self.arrangement.before_filter(self.rows.len())
    }

    /// Rows that are not shown because they do not match.
    pub fn unmatched(&self) -> usize {
        self.arrangement.before_filter(self.rows.len()) - self.len()
    }

    /// Why no row is shown although there may be some: the query does not fit this table.
    pub fn remark(&self) -> Option<String> {
        self.arrangement.refused().map(Refused::short)
    }

    /// Why a query would not fit this table.
    pub fn misfit(&self, query: &Query) -> Option<String> {
        let shown: Vec<usize> = (0..self.all.len()).collect();
        query.bind_known(&self.all, &shown, self.clk_tck).err().map(|refused| refused.short())
    }

    /// All columns, also those that are not shown.
    pub fn all_columns(&self) -> &[Column] {
        &self.all
    }

    /// Where a column that is shown stands among all of them.
    pub fn place_of(&self, column: usize) -> Option<usize> {
        self.arrangement.column(column)
    }

    /// Where the columns stand that are shown on a screen when none are asked for.
    pub fn default_places(&self) -> Vec<usize> {
        let counters = self.counter_mode().unwrap_or_default();
        let arrangement = self.arrangement(Look { counters, query: &Query::default(), brief: true });
        (0..self.all.len()).map_while(|column| arrangement.column(column)).collect()
    }

    /// Where a row that is shown stands among all of them.
    pub fn place_of_row(&self, row: usize) -> Option<usize> {
        self.arrangement.row(row).filter(|place| *place < self.rows.len())
    }

    /// Which row is shown of this place among all of them; `None` where it is not.
    pub fn row_of_place(&self, place: usize) -> Option<usize> {
        self.arrangement.row_of_place(place, self.rows.len())
    }

    /// Columns were asked for by name.
    pub fn names_columns(&self) -> bool {
        self.arrangement.names_columns()
    }

    /// The columns that rows are sorted by, by their places among all, and whether each is descending.
    pub fn sort(&self) -> &[(usize, bool)] {
        self.arrangement.sort()
    }

    /// One cell of what is shown.
    pub fn cell(&self, row: usize, column: usize) -> Value<'_> {
        self.arrangement.cell(&*self.rows, row, column)
    }

    /// The cell of a row that is shown in any column, by its place among all.
    pub fn any_cell(&self, row: usize, place: usize) -> Value<'_> {
        self.arrangement.row(row).map_or(Value::Absent(""), |row| self.rows.cell(row, place))
    }

    /// The cell of a row that is shown in the column of this name, which may be one that is not.
    pub fn named(&self, row: usize, column: &str) -> Option<Value<'_>> {
        let place = self.all.iter().position(|known| known.name == column)?;
        Some(self.any_cell(row, place))
    }

    /// The sums over the rows that are shown, of the columns that are shown; `None` where nothing can be added up.
    pub fn totals(&self) -> Option<Totals> {
        Totals::of(self)
    }

    /// How many rows are shown, and of how many.
    pub fn counts(&self) -> Counts {
        Counts {
            shown: self.len(),
            moved: self.rows.len() - self.unmoved(),
            all: self.rows.len(),
            is_filtered: self.arrangement.is_filtered(),
            is_refused: self.remark().is_some(),
            held: self.held,
        }
    }

    /// The scope in words: `process`, `namespace net:[4026531840] · shared by 12 processes`, `host`.
    pub fn scope_title(&self, snapshot: &Snapshot) -> String {
        match self.scope {
            Scope::Namespace => snapshot.namespace_title(),
            scope if self.is_scope_chosen && scope == snapshot.owners.group_scope => snapshot.group_title(),
            scope => scope.word().to_owned(),
        }
    }
}

impl TableState {
    /// Adds a reason; the first word that is not `ok` stays.
    fn add(&mut self, word: &'static str, reason: impl Into<Cow<'static, str>>) {
        if self.word == "ok" {
            self.word = word;
        }
        if !self.reason.is_empty() {
            self.reason.push_str("; ");
        }
        self.reason.push_str(&reason.into());
    }

    fn tell_faults(&mut self, snapshot: &Snapshot, path: &NetPath) {
        let Some(source) = snapshot.source(path) else { return };
        let faults = source.table.faults();
        if let (1.., Some(first)) = (faults, source.table.first_fault()) {
            let lines = if faults == 1 { "line" } else { "lines" };
            let (line, what) = (first.line, first.what);
            let path = match crate::dumps::find(path) {
                Some(dump) => Origin::Dump(dump.name.into()),
                None => Origin::Net(path.clone()),
            };
            self.add("partial", format!("{path}: {faults} {lines} unreadable, line {line}: {what}"));
        }
    }
}

/// What is said of what was not read: it will be, unless it comes from a recording.
fn not_read(snapshot: &Snapshot, what: &str, is_behind: bool) -> String {
    let words = if snapshot.is_recorded { "not recorded" } else { "not read yet" };
    if is_behind { format!("{words} {what}") } else { format!("{what} {words}") }
}

/// The same of a source: a list is refused where its namespace may not be entered.
fn explain_of(origin: &Origin, status: Status) -> Option<(&'static str, String)> {
    let (word, why) = explain(status)?;
    let why = match (origin, status) {
        (Origin::Dump(_), Status::Denied) => {
            "may not be asked: entering another network namespace needs CAP_SYS_ADMIN".to_owned()
        }
        (Origin::Dump(_), Status::Missing) => "is not offered by this kernel".to_owned(),
        _ => why,
    };
    Some((word, why))
}

/// A word and a sentence for a status that is not `Ok`.
pub fn explain(status: Status) -> Option<(&'static str, String)> {
    Some(match status {
        Status::Ok => return None,
        Status::Missing => ("missing", "does not exist here".to_owned()),
        Status::Denied => ("denied", "may not be read: permission denied".to_owned()),
        Status::NotAsked => ("not-read", "is not asked of a copied tree".to_owned()),
        Status::Partial(read, of) => ("partial", format!("could be read in part: {read} of {of}")),
        Status::Cut => ("partial", "was read in part: only its beginning is here".to_owned()),
        Status::Interrupted => ("interrupted", "changed while it was read".to_owned()),
        Status::Error(errno) => {
            ("error", format!("could not be read: {}", std::io::Error::from_raw_os_error(errno)))
        }
    })
}
