//! Processes in groups: what all those of a control group, of a user, of a name, of a network namespace have moved.

use std::cmp::Reverse;
use std::collections::HashMap;

use procnet::{Column, Value};

use super::figures::FIGURES;
use super::{By, Order, Place, Who, needs, remark, traffic};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::traffic::Sums;
use crate::views::{Content, Rows};

/// Processes that have something in common.
pub(crate) struct Group {
    /// One of them.
    place: Place,
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
    /// All groups, those first that moved most, and of those that moved as much the largest.
    pub(crate) fn all(snapshot: &Snapshot, by: By) -> Vec<Self> {
        let mut places: HashMap<Key<'_>, usize> = HashMap::new();
        let mut groups: Vec<Self> = Vec::new();
        for place in super::who::all(snapshot) {
            let who = Who::of(snapshot, place);
            let next = groups.len();
            let at = *places.entry(Key::of(&who, snapshot, by)).or_insert(next);
            if at == next {
                groups.push(Self { place, sums: Sums::default(), processes: 0, ended: 0 });
            }
            if let Some(group) = groups.get_mut(at) {
                who.sums.into_iter().for_each(|sums| group.sums += *sums);
                group.processes += 1;
                group.ended += u64::from(who.has_ended());
            }
        }
        groups.sort_by_key(|group| (Order::of(&group.sums), Reverse(group.processes)));
        groups
    }
}

impl<'a> Key<'a> {
    fn of(who: &Who<'a>, snapshot: &'a Snapshot, by: By) -> Self {
        let number = |number: Option<u64>| number.map_or(Self::Unknown, Self::Number);
        match by {
            By::Name => Self::Text(who.name()),
            By::Process => Self::Number(who.id().start ^ u64::from(who.id().pid) << 40),
            By::User => number(who.uid().map(u64::from)),
            By::Netns => number(who.netns().map(u64::from)),
            // One that was made anew under the same name is the same to people.
            By::Cgroup => match who.cgroup().and_then(|number| snapshot.cgroups.get(number)) {
                Some(path) => Self::Text(path),
                None => number(who.cgroup()),
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
        needs()
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
        Some(Box::new(GroupRows { snapshot, groups: snapshot.groups(self.by), of: self }))
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("no process was told of so far")
    }
}

struct GroupRows<'a> {
    snapshot: &'a Snapshot,
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
            return get(&Who::of(self.snapshot, group.place), self.snapshot);
        }
        let column = column - self.of.keys.len();
        match (COUNTS.get(column), FIGURES.get(column.wrapping_sub(COUNTS.len()))) {
            (Some((_, get)), _) => Value::Unsigned(get(group)),
            (None, Some((_, figure))) => figure.value(Some(&group.sums), traffic(self.snapshot)),
            (None, None) => Value::Absent(""),
        }
    }

    fn remark(&self) -> Option<String> {
        remark(self.snapshot)
    }
}

type Count = fn(&Group) -> u64;

static COUNTS: &[(Column, Count)] = described! {
    "processes" "processes" Amount Count "Its processes, those included that have ended and are told of." |group| group.processes;
    "ended" "ended" Amount Count "Of these, those that have ended." |group| group.ended;
};
