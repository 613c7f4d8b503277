//! `sockstat`: how many sockets there are, and their memory, beside the limits that the kernel holds them to.

use procnet::{Column, Kind, Unit, Value};

use super::conntrack::percent;
use super::counters::{CounterTable, Groups};
use super::{Content, Rows, TableDef, View};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::settings::{
    IP6FRAG_HIGH_THRESH, IPFRAG_HIGH_THRESH, Setting, TCP_MAX_ORPHANS, TCP_MAX_TW_BUCKETS, TCP_MEM, UDP_MEM,
};
use crate::snapshot::Snapshot;

pub(super) static VIEW: View = View {
    name: "sockstat",
    help: "numbers of sockets of the namespace by protocol, and the memory they hold on the machine, beside the limits",
    owners: false,
    tables: &[&SOCKSTAT, &SOCKSTAT6],
};

static SOCKSTAT: TableDef = TableDef {
    name: "sockstat",
    doc: "sockets of IPv4 and in all; memory and orphans are the machine's",
    scope: Some(Scope::Namespace),
    content: &Limited {
        counters: CounterTable { path: "sockstat", groups: Groups::AllBut(&[]) },
        settings: &[&TCP_MAX_ORPHANS, &TCP_MAX_TW_BUCKETS, &TCP_MEM, &UDP_MEM, &IPFRAG_HIGH_THRESH],
    },
};

static SOCKSTAT6: TableDef = TableDef {
    name: "sockstat6",
    doc: "sockets of IPv6",
    scope: Some(Scope::Namespace),
    content: &Limited {
        counters: CounterTable { path: "sockstat6", groups: Groups::AllBut(&[]) },
        settings: &[&IP6FRAG_HIGH_THRESH],
    },
};

/// Which setting limits a figure, by group and name.
static LIMITS: &[(&str, &str, &Setting)] = &[
    ("TCP", "orphan", &TCP_MAX_ORPHANS),
    ("TCP", "tw", &TCP_MAX_TW_BUCKETS),
    ("TCP", "mem", &TCP_MEM),
    ("UDP", "mem", &UDP_MEM),
    ("FRAG", "memory", &IPFRAG_HIGH_THRESH),
    ("FRAG6", "memory", &IP6FRAG_HIGH_THRESH),
];

/// Figures with their limits.
struct Limited {
    counters: CounterTable,
    settings: &'static [&'static Setting],
}

const fn column(
    name: &'static str,
    title: &'static str,
    unit: Unit,
    kind: Kind,
    doc: &'static str,
) -> Column {
    Column { name, title, unit, kind, doc }
}

/// These stand behind group, name and value.
const PLACE: usize = 3;

const COLUMNS: [Column; 4] = [
    column(
        "pressure",
        "pressure",
        Unit::Count,
        Kind::Gauge,
        "From here on the kernel saves memory, in the unit of the value: pages.",
    ),
    column(
        "limit",
        "limit",
        Unit::Count,
        Kind::Gauge,
        "The most that the kernel allows, in the unit of the value.",
    ),
    column("used_percent", "used", Unit::Percent, Kind::Gauge, "The value, of the limit."),
    column(
        "limit_source",
        "limit from",
        Unit::None,
        Kind::Info,
        "The setting that says so, below /proc/sys.",
    ),
];

impl Content for Limited {
    fn needs(&self) -> Needs {
        Needs { settings: self.settings.to_vec(), ..self.counters.needs() }
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns = self.counters.columns();
        columns.splice(PLACE..PLACE, COLUMNS);
        columns
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, scope: Scope) -> Option<Box<dyn Rows + 'a>> {
        let counters = self.counters.rows(snapshot, scope)?;
        Some(Box::new(LimitedRows { counters, snapshot }))
    }
}

struct LimitedRows<'a> {
    counters: Box<dyn Rows + 'a>,
    snapshot: &'a Snapshot,
}

impl LimitedRows<'_> {
    fn setting(&self, row: usize) -> Option<&'static Setting> {
        let (Value::Text(group), Value::Text(name)) =
            (self.counters.cell(row, 0), self.counters.cell(row, 1))
        else {
            return None;
        };
        let is_it = |limit: &&(&str, &str, _)| (limit.0.as_bytes(), limit.1.as_bytes()) == (group, name);
        LIMITS.iter().find(is_it).map(|(.., setting)| *setting)
    }

    /// The column of the counter table in the place of one of this table.
    fn column(column: usize) -> usize {
        if column < PLACE { column } else { column - COLUMNS.len() }
    }
}

impl Rows for LimitedRows<'_> {
    fn len(&self) -> usize {
        self.counters.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some(place) = column.checked_sub(PLACE).filter(|place| *place < COLUMNS.len()) else {
            return self.counters.cell(row, Self::column(column));
        };
        let Some(setting) = self.setting(row) else { return Value::Absent("") };
        let set = self.snapshot.setting(setting);
        let number = |number: Option<u64>| number.map_or(Value::Absent("not known"), Value::Unsigned);
        match COLUMNS[place].name {
            "pressure" => match set.and_then(|set| set.number(2)) {
                Some(_) => number(set.and_then(|set| set.number(1))),
                None => Value::Absent(""),
            },
            "limit" => number(set.and_then(|set| set.limit())),
            "used_percent" => percent(self.counters.cell(row, 2).count(), set.and_then(|set| set.limit())),
            _ => Value::Label(setting.path),
        }
    }

    fn are_counted(&self) -> bool {
        self.counters.are_counted()
    }

    fn since_start(&self, row: usize, column: usize) -> Option<u64> {
        self.counters.since_start(row, Self::column(column))
    }

    fn has_moved(&self, row: usize) -> Option<bool> {
        self.counters.has_moved(row)
    }
}
