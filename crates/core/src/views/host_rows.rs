//! Rows of all network namespaces of a machine, one namespace after another.

use std::sync::Arc;

use procnet::{Column, Kind, Unit, Value};

use super::{Content, Rows};
use crate::scope::Scope;
use crate::snapshot::Snapshot;

/// The column that says which namespace a row is of.
pub(super) const NETNS: Column = Column {
    name: "netns",
    title: "netns",
    unit: Unit::None,
    kind: Kind::Key,
    doc: "Inode of the network namespace.",
};

/// The rows of each namespace, with the place of their first one among all.
pub(super) struct HostRows<'a> {
    parts: Vec<(usize, u64, Box<dyn Rows + 'a>)>,
    len: usize,
}

impl<'a> HostRows<'a> {
    pub(super) fn of(content: &'a dyn Content, namespaces: &'a [Arc<Snapshot>]) -> Self {
        let mut all = Self { parts: Vec::new(), len: 0 };
        for namespace in namespaces {
            let inode = namespace.netns.inode.unwrap_or_default();
            if let Some(rows) = content.rows(namespace, Scope::Namespace) {
                let first = all.len;
                all.len += rows.len();
                all.parts.push((first, inode, rows));
            }
        }
        all
    }

    fn part(&self, row: usize) -> Option<(usize, u64, &dyn Rows)> {
        let after = self.parts.partition_point(|(first, ..)| *first <= row);
        let (first, inode, rows) = self.parts.get(after.checked_sub(1)?)?;
        Some((row - first, *inode, &**rows))
    }
}

impl Rows for HostRows<'_> {
    fn len(&self) -> usize {
        self.len
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        match (self.part(row), column.checked_sub(1)) {
            (Some((_, inode, _)), None) => Value::Unsigned(inode),
            (Some((row, _, rows)), Some(column)) => rows.cell(row, column),
            (None, _) => Value::Absent(""),
        }
    }

    fn source(&self) -> Option<&'static str> {
        self.parts.iter().find_map(|(.., rows)| rows.source())
    }
}
