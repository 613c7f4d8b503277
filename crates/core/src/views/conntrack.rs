//! `conntrack`: connections that netfilter tracks, how many there may be, and what tracking did.

use procnet::proc::nf_conntrack_stat::NfConntrackStat;
use procnet::{Column, Kind, Table, Unit, Value};

use super::file_table::FileTable;
use super::{Content, Rows, TableDef, View};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::settings::{CONNTRACK_BUCKETS, CONNTRACK_COUNT, CONNTRACK_EXPECT_MAX, CONNTRACK_MAX, Setting};
use crate::snapshot::Snapshot;

pub(super) static VIEW: View = View {
    name: "conntrack",
    help: "connections that netfilter tracks in the namespace, expected ones, and what tracking did by CPU",
    owners: false,
    tables: &[&CONNTRACK_USAGE, &NF_CONNTRACK_STAT, &NF_CONNTRACK_EXPECT, &NF_CONNTRACK],
};

static CONNTRACK_USAGE: TableDef = TableDef {
    name: "conntrack_usage",
    doc: "how many connections are tracked, and how many can be: beyond that packets of new ones are dropped",
    scope: Some(Scope::Namespace),
    content: &Usage,
};

static NF_CONNTRACK: TableDef = TableDef {
    name: "nf_conntrack",
    doc: "tracked connections",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("nf_conntrack"),
};

static NF_CONNTRACK_EXPECT: TableDef = TableDef {
    name: "nf_conntrack_expect",
    doc: "connections that helpers expect",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain("nf_conntrack_expect"),
};

static NF_CONNTRACK_STAT: TableDef = TableDef {
    name: "nf_conntrack_stat",
    doc: "what tracking did, by CPU; entries is one total, repeated",
    scope: Some(Scope::Namespace),
    content: &FileTable::plain(STAT),
};

const STAT: &str = "stat/nf_conntrack";

/// The count beside its maximum.
struct Usage;

impl Content for Usage {
    fn needs(&self) -> Needs {
        const SETTINGS: &[&Setting] =
            &[&CONNTRACK_COUNT, &CONNTRACK_MAX, &CONNTRACK_BUCKETS, &CONNTRACK_EXPECT_MAX];
        Needs { settings: SETTINGS.to_vec(), ..Needs::file(STAT) }
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.to_vec()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        let limit = |setting| snapshot.setting(setting).and_then(|set| set.limit());
        // The total stands in each line of the file, too, and needs no entry into the namespace.
        let stat = snapshot.source(STAT).and_then(|source| {
            let table: &Table<NfConntrackStat> = source.table.as_any().downcast_ref()?;
            table.first()?.entries
        });
        let count = limit(&CONNTRACK_COUNT).or(stat);
        let max = limit(&CONNTRACK_MAX);
        let limits = [limit(&CONNTRACK_BUCKETS), limit(&CONNTRACK_EXPECT_MAX)];
        count.or(max).map(|_| Box::new(UsageRow { count, max, limits }) as Box<dyn Rows>)
    }
}

const fn column(name: &'static str, title: &'static str, unit: Unit, doc: &'static str) -> Column {
    Column { name, title, unit, kind: Kind::Gauge, doc }
}

const COLUMNS: [Column; 5] = [
    column("count", "count", Unit::Count, "Connections that are tracked."),
    column("max", "max", Unit::Count, "The most that are tracked (nf_conntrack_max)."),
    column("used_percent", "used", Unit::Percent, "Count, of the most."),
    column("buckets", "buckets", Unit::Count, "Buckets of the hash table, which all namespaces share."),
    column("expect_max", "expect max", Unit::Count, "The most connections that helpers may expect."),
];

struct UsageRow {
    count: Option<u64>,
    max: Option<u64>,
    limits: [Option<u64>; 2],
}

impl Rows for UsageRow {
    fn len(&self) -> usize {
        1
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let number = |number: Option<u64>| number.map_or(Value::Absent(""), Value::Unsigned);
        match (row, column) {
            (0, 0) => number(self.count),
            (0, 1) => number(self.max),
            (0, 2) => percent(self.count, self.max),
            (0, 3) => number(self.limits[0]),
            (0, 4) => number(self.limits[1]),
            _ => Value::Absent(""),
        }
    }
}

/// A share of a limit; a limit of 0 is none.
pub(super) fn percent<'a>(count: Option<u64>, of: Option<u64>) -> Value<'a> {
    match count.zip(of.filter(|of| *of > 0)) {
        Some((count, of)) => Value::Float(count as f64 * 100.0 / of as f64),
        None => Value::Absent(""),
    }
}
