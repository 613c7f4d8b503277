//! Processes in groups: what all those of a control group, of a user, of a name, of a network namespace have moved.

use std::collections::HashMap;

use procnet::{Column, Value};

use super::figures::FIGURES;
use super::{By, Order, counted, lost};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::traffic::{Process, Sums, Traffic};
use crate::views::{Content, Rows};

/// Processes that have something in common.
pub(crate) struct Group {
    /// One of them, by its place among all.
    place: u32,
    sums: Sums,
    processes: u64,
    ended: u64,
}

/// What they have in common.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Number(u64),
    Text(&'a [u8]),
    /// It was not told, or is of those that are known in sum only.
    Unknown,
}

impl Group {
    /// All groups, those first that moved most.
    pub(crate) fn all(traffic: &Traffic, by: By) -> Vec<Self> {
        let mut places: HashMap<Key<'_>, usize> = HashMap::new();
        let mut groups: Vec<Self> = Vec::new();
        for (place, process) in (0..).zip(&*traffic.processes) {
            let next = groups.len();
            let at = *places.entry(Key::of(process, traffic, by)).or_insert(next);
            if at == next {
                groups.push(Self { place, sums: Sums::default(), processes: 0, ended: 0 });
            }
            if let Some(group) = groups.get_mut(at) {
                group.sums += process.sums;
                group.processes += 1;
                group.ended += u64::from(process.seen.ended);
            }
        }
        groups.sort_by_key(|group| Order::of(&group.sums));
        groups
    }
}

impl<'a> Key<'a> {
    fn of(process: &'a Process, traffic: &'a Traffic, by: By) -> Self {
        let seen = &process.seen;
        match by {
            By::Name => Self::Text(&seen.name),
            _ if seen.id.pid == 0 => Self::Unknown,
            By::Process => Self::Number(seen.id.start ^ u64::from(seen.id.pid) << 40),
            By::User => Self::Number(seen.uid.into()),
            By::Netns => Self::Number(seen.netns.into()),
            // One that was made anew under the same name is the same to people.
            By::Cgroup => match traffic.cgroups.get(&seen.cgroup) {
                Some(path) => Self::Text(path),
                None => Self::Number(seen.cgroup),
            },
        }
    }
}

/// A table of groups.
pub(super) struct Groups {
    pub(super) by: By,
    /// The columns that tell a group.
    pub(super) keys: &'static [(Column, super::Of)],
    pub(super) shown: &'static [&'static str],
}

impl Content for Groups {
    fn needs(&self) -> Needs {
        Needs { traffic: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        let keys = self.keys.iter().map(|(column, _)| *column);
        keys.chain(COUNTS.iter().map(|(column, _)| *column))
            .chain(FIGURES.iter().map(|(column, _)| *column))
            .collect()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        Some(self.shown)
    }

    fn by(&self) -> Option<By> {
        Some(self.by)
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        Some(match counted(snapshot) {
            Ok(traffic) => {
                Box::new(GroupRows { snapshot, traffic, groups: snapshot.groups(self.by), of: self })
            }
            Err(why) => Box::new(why),
        })
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("nothing was counted so far")
    }
}

struct GroupRows<'a> {
    snapshot: &'a Snapshot,
    traffic: &'a Traffic,
    groups: &'a [Group],
    of: &'a Groups,
}

impl Rows for GroupRows<'_> {
    fn len(&self) -> usize {
        self.groups.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some(group) = self.groups.get(row) else { return Value::Absent("") };
        if let Some((_, get)) = self.of.keys.get(column) {
            let process = self.traffic.processes.get(group.place as usize);
            return process.map_or(Value::Absent(""), |process| get(process, self.snapshot, self.traffic));
        }
        let column = column - self.of.keys.len();
        match (COUNTS.get(column), FIGURES.get(column.wrapping_sub(COUNTS.len()))) {
            (Some((_, get)), _) => Value::Unsigned(get(group)),
            (None, Some((_, figure))) => figure.value(&group.sums, self.traffic),
            (None, None) => Value::Absent(""),
        }
    }

    fn remark(&self) -> Option<String> {
        lost(self.traffic)
    }
}

type Count = fn(&Group) -> u64;

static COUNTS: &[(Column, Count)] = described! {
    "processes" "processes" Gauge Count "Its processes that sent or received something since it is counted, ended ones included." |group| group.processes;
    "ended" "ended" Gauge Count "Of these, those that have ended." |group| group.ended;
};
