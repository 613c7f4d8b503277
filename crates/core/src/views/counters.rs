//! Tables of the counters of one group, as `snmp`, `snmp6` and `netstat` print them.

use procnet::dictionary::{self, CounterKind};
use procnet::proc::counter::Counter;
use procnet::{Column, Kind, Table, Unit, Value};

use super::{Content, Rows};
use crate::rates;
use crate::sample::Status;
use crate::scope::Scope;
use crate::snapshot::{Snapshot, Source};

/// A group of counters as a table.
pub(super) struct CounterTable {
    /// The file that prints it.
    pub(super) path: &'static str,
    /// The group's name.
    pub(super) group: &'static str,
}

/// Field of [`Counter`] that holds the value.
const VALUE: usize = 2;

const COLUMNS: [Column; 6] = [
    column("name", "name", Kind::Key, "The kernel's name of the counter."),
    column("value", "value", Kind::Counter, "Value since the namespace exists."),
    column(
        "kind",
        "kind",
        Kind::Info,
        "counter: only grows; gauge: a level or a setting; constant: never changes.",
    ),
    column("rate", "/s", Kind::Rate, "Change a second; gauges and constants have none."),
    column(
        "since_start",
        "since start",
        Kind::Gauge,
        "Change since this was first read; gauges and constants have none.",
    ),
    column("type_name", "type", Kind::Info, "The ICMP type that the name stands for."),
];

const fn column(name: &'static str, title: &'static str, kind: Kind, doc: &'static str) -> Column {
    Column { name, title, unit: Unit::Count, kind, doc }
}

impl CounterTable {
    /// Groups that hold counters by ICMP type have a column for its name.
    fn has_types(&self) -> bool {
        matches!(self.group, "IcmpMsg" | "Icmp6")
    }
}

impl Content for CounterTable {
    fn files(&self) -> Vec<&'static str> {
        vec![self.path]
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS[..if self.has_types() { 6 } else { 5 }].to_vec()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        let source = snapshot.source(self.path)?;
        let table: &Table<Counter> = source.table.as_any().downcast_ref()?;
        let group = self.group.as_bytes();
        let rows = (0..table.len()).filter(|row| table.texts.get(table[*row].group) == group).collect();
        Some(Box::new(CounterRows { source, table, group, rows }))
    }
}

struct CounterRows<'a> {
    source: &'a Source,
    table: &'a Table<Counter>,
    group: &'a [u8],
    rows: Vec<usize>,
}

impl Rows for CounterRows<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some(&row) = self.rows.get(row) else { return Value::Absent("") };
        let name = self.table.texts.get(self.table[row].name);
        let kind = dictionary::counter_kind(self.group, name);
        match column {
            0 => Value::Text(name),
            1 => self.value(row, name),
            2 => Value::Label(kind.word()),
            3 if kind == CounterKind::Counter => self.rate(row, name),
            4 if kind == CounterKind::Counter => self.since_start(row, name),
            5 => dictionary::type_of_counter(self.group, name).map_or(Value::Absent(""), Value::Label),
            _ => Value::Absent(""),
        }
    }
}

impl CounterRows<'_> {
    fn value(&self, row: usize, name: &[u8]) -> Value<'_> {
        let value = source_cell(self.source, row);
        match value {
            Value::Unsigned(number) if (self.group, name) == (b"Tcp", b"RtoAlgorithm") => {
                dictionary::named(dictionary::RTO_ALGORITHM, number)
            }
            value => value,
        }
    }

    /// What the counter was; one that the kernel leaves out while it is zero was zero.
    fn then(&self, earlier: &rates::Earlier, row: usize, name: &[u8]) -> Option<u64> {
        let zero = dictionary::omitted_when_zero(self.group, name).then_some(0);
        earlier.count(row, VALUE).or(zero)
    }

    fn rate(&self, row: usize, name: &[u8]) -> Value<'_> {
        let before = self.source.before.as_ref().and_then(|before| self.then(before, row, name));
        let now = source_cell(self.source, row).count();
        let rate =
            before.zip(now).and_then(|(before, now)| rates::per_second(before, now, self.source.elapsed()));
        rate.map_or(Value::Absent(""), Value::Float)
    }

    fn since_start(&self, row: usize, name: &[u8]) -> Value<'_> {
        let now = source_cell(self.source, row).count();
        let base = match &self.source.base {
            Some(base) => self.then(base, row, name),
            // This is the first whole reading.
            None => now.filter(|_| self.source.reading.status == Status::Ok),
        };
        let grown = base.zip(now).and_then(|(base, now)| rates::growth(base, now));
        grown.map_or(Value::Absent(""), Value::Unsigned)
    }
}

fn source_cell(source: &Source, row: usize) -> Value<'_> {
    source.table.cell(row, VALUE)
}
