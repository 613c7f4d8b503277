//! Tables of counters by name: of one group, as `snmp`, `snmp6` and `netstat` print them, or of all groups of a
//! file.

use procnet::dictionary::{self, CounterKind};
use procnet::proc::counter::Counter;
use procnet::{Column, Kind, Table, Unit, Value};

use super::{Content, Rows};
use crate::explain::first_sentence;
use crate::plan::Needs;
use crate::rates;
use crate::sample::Status;
use crate::scope::Scope;
use crate::snapshot::{Snapshot, Source};

/// Counters of a file as a table.
pub(super) struct CounterTable {
    /// The file that prints them.
    pub(super) path: &'static str,
    /// Which of its groups.
    pub(super) groups: Groups,
}

/// Which groups of a file a table shows.
pub(super) enum Groups {
    /// This one.
    One(&'static str),
    /// All but these, with a column that names the group: those of a newer kernel. Without them there is
    /// nothing to show.
    AllBut(&'static [&'static str]),
}

/// Field of [`Counter`] that holds the value.
const VALUE: usize = 2;

/// What a column holds.
#[derive(Clone, Copy)]
enum What {
    Group,
    Name,
    Value,
    Kind,
    Rate,
    SinceStart,
    TypeName,
    Meaning,
}

const GROUP: (What, Column) = (What::Group, column("group", "group", Kind::Key, "Group of the counter."));

const COLUMNS: [(What, Column); 5] = [
    (What::Name, column("name", "name", Kind::Key, "The kernel's name of the counter.")),
    (What::Value, column("value", "value", Kind::Counter, "Value since the namespace exists.")),
    (
        What::Kind,
        column(
            "kind",
            "kind",
            Kind::Info,
            "counter: only grows; gauge: a level or a setting; constant: never changes.",
        ),
    ),
    (What::Rate, column("rate", "/s", Kind::Rate, "Change a second; gauges and constants have none.")),
    (
        What::SinceStart,
        column(
            "since_start",
            "since start",
            Kind::Growth,
            "Change since this was first read; gauges and constants have none.",
        ),
    ),
];

const TYPE_NAME: (What, Column) =
    (What::TypeName, column("type_name", "type", Kind::Info, "The ICMP type that the name stands for."));

const MEANING: (What, Column) =
    (What::Meaning, column("meaning", "meaning", Kind::Info, "What makes it move, in a sentence."));

/// Each row counts something else, in a unit of its own.
const fn column(name: &'static str, title: &'static str, kind: Kind, doc: &'static str) -> Column {
    Column { name, title, unit: Unit::None, kind, doc }
}

impl CounterTable {
    fn all_columns(&self) -> impl Iterator<Item = (What, Column)> {
        // Groups that hold counters by ICMP type have a column for its name.
        all_columns(
            matches!(self.groups, Groups::AllBut(_)),
            matches!(self.groups, Groups::One("IcmpMsg" | "Icmp6")),
        )
    }
}

fn all_columns(group: bool, type_name: bool) -> impl Iterator<Item = (What, Column)> {
    let (group, type_name) = (group.then_some(GROUP), type_name.then_some(TYPE_NAME));
    group.into_iter().chain(COLUMNS).chain(type_name).chain([MEANING])
}

/// The columns of [`CounterRows::all_of`].
pub(super) fn columns_of_all() -> Vec<Column> {
    all_columns(true, false).map(|(_, column)| column).collect()
}

impl Content for CounterTable {
    fn needs(&self) -> Needs {
        Needs::file(self.path)
    }

    fn is_optional(&self) -> bool {
        matches!(self.groups, Groups::AllBut([_, ..]))
    }

    fn columns(&self) -> Vec<Column> {
        self.all_columns().map(|(_, column)| column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        let source = snapshot.source(self.path)?;
        let table: &Table<Counter> = source.table.as_any().downcast_ref()?;
        let wanted = |group: &[u8]| match self.groups {
            Groups::One(wanted) => wanted.as_bytes() == group,
            Groups::AllBut(others) => !others.iter().any(|other| other.as_bytes() == group),
        };
        let rows = (0..table.len()).filter(|row| wanted(table.texts.get(table[*row].group))).collect();
        let columns = self.all_columns().map(|(what, _)| what).collect();
        Some(Box::new(CounterRows { source, table, columns, rows }))
    }
}

/// Counters of a file.
pub(super) struct CounterRows<'a> {
    source: &'a Source,
    table: &'a Table<Counter>,
    columns: Vec<What>,
    rows: Vec<usize>,
}

/// One counter in its file.
#[derive(Clone, Copy)]
struct Place<'a> {
    row: usize,
    group: &'a [u8],
    name: &'a [u8],
}

impl<'a> CounterRows<'a> {
    /// All counters of a file; `None` if it is not a file of counters.
    pub(super) fn all_of(source: &'a Source) -> Option<Self> {
        let table: &Table<Counter> = source.table.as_any().downcast_ref()?;
        let columns = all_columns(true, false).map(|(what, _)| what).collect();
        Some(Self { source, table, columns, rows: (0..table.len()).collect() })
    }
}

impl Rows for CounterRows<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn are_counted(&self) -> bool {
        true
    }

    fn has_moved(&self, row: usize) -> Option<bool> {
        let place = self.place(*self.rows.get(row)?);
        let now = source_cell(self.source, place.row);
        match &self.source.base {
            Some(base) => Some(now.count() != Self::then(base, place)),
            // This is the first reading.
            None => Some(false),
        }
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some((&row, what)) = self.rows.get(row).zip(self.columns.get(column)) else {
            return Value::Absent("");
        };
        let place @ Place { group, name, .. } = self.place(row);
        let counts = || dictionary::counter_kind(group, name) == CounterKind::Counter;
        match what {
            What::Group => Value::Text(group),
            What::Name => Value::Text(name),
            What::Value => self.value(place),
            What::Kind => Value::Label(dictionary::counter_kind(group, name).word()),
            What::Rate if counts() => self.rate(place),
            What::SinceStart if counts() => self.since_start(place),
            What::Rate | What::SinceStart => Value::Absent(""),
            What::TypeName => {
                dictionary::type_of_counter(group, name).map_or(Value::Absent(""), Value::Label)
            }
            What::Meaning => meaning(group, name),
        }
    }
}

impl CounterRows<'_> {
    fn place(&self, row: usize) -> Place<'_> {
        let texts = &self.table.texts;
        let (group, name) = (texts.get(self.table[row].group), texts.get(self.table[row].name));
        Place { row, group, name }
    }

    fn value(&self, place: Place<'_>) -> Value<'_> {
        let value = source_cell(self.source, place.row);
        match value {
            Value::Unsigned(number) if (place.group, place.name) == (b"Tcp", b"RtoAlgorithm") => {
                dictionary::named(dictionary::RTO_ALGORITHM, number)
            }
            value => value,
        }
    }

    /// What the counter was; one that the kernel leaves out while it is zero was zero.
    fn then(earlier: &rates::Earlier, place: Place<'_>) -> Option<u64> {
        let zero = dictionary::omitted_when_zero(place.group, place.name).then_some(0);
        earlier.count(place.row, VALUE).or(zero)
    }

    fn rate(&self, place: Place<'_>) -> Value<'_> {
        let before = self.source.before.as_ref().and_then(|before| Self::then(before, place));
        let now = source_cell(self.source, place.row).count();
        let rate =
            before.zip(now).and_then(|(before, now)| rates::per_second(before, now, self.source.elapsed()));
        rate.map_or(Value::Absent(""), Value::Float)
    }

    fn since_start(&self, place: Place<'_>) -> Value<'_> {
        let now = source_cell(self.source, place.row).count();
        let base = match &self.source.base {
            Some(base) => Self::then(base, place),
            // This is the first whole reading.
            None => now.filter(|_| self.source.reading.status == Status::Ok),
        };
        let grown = base.zip(now).and_then(|(base, now)| rates::growth(base, now));
        grown.map_or(Value::Absent(""), Value::Unsigned)
    }
}

fn meaning(group: &[u8], name: &[u8]) -> Value<'static> {
    let names = std::str::from_utf8(group).ok().zip(std::str::from_utf8(name).ok());
    let entry = names.and_then(|(group, name)| dictionary::lookup::find(group, name));
    entry.map_or(Value::Absent(""), |entry| Value::Label(first_sentence(entry.meaning)))
}

fn source_cell(source: &Source, row: usize) -> Value<'_> {
    source.table.cell(row, VALUE)
}
