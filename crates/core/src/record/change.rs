//! What is told apart where the next change of a recording is sought: sockets and their states, events, notes, and of a
//! machine which processes there are.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{set_between, set_words};
use crate::census::{Census, Entry, field};
use crate::detect::Severity;
use crate::dumps::OWN_OTHER;
use crate::plan::Plan;
use crate::sample::Moment;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::views;

/// The tabs in which changes are seen.
const VIEWS: &[&str] = &["sockets", "events", views::FINDINGS];

/// The same of a machine, whose sockets are counted by processes.
const VIEWS_OF_ALL: &[&str] = &[views::PROCESSES, "events"];

/// What one moment has of what changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marked {
    moment: Moment,
    /// Sockets with their states, each as one number: several may be alike.
    sockets: HashMap<u64, u32>,
    /// Number of the last event.
    event: u64,
    /// Wall clock of the last note.
    note: Option<i64>,
    /// Processes that have not ended.
    processes: HashMap<u64, u32>,
    /// How often something that is worth a warning has begun.
    findings: u64,
}

/// What has to be decoded to see changes in a scope.
pub fn plan(scope: Scope) -> Plan {
    let names = if scope == Scope::Host { VIEWS_OF_ALL } else { VIEWS };
    Plan::of(names.iter().filter_map(|name| views::find(name)), scope)
}

impl Marked {
    /// What a snapshot has in a scope.
    pub fn of(snapshot: &Snapshot, scope: Scope) -> Self {
        let (got, _) = snapshot.scope(scope);
        let mut marked = Self {
            moment: snapshot.moment,
            note: snapshot.notes.last().map(|note| note.wall),
            ..Self::default()
        };
        let findings = snapshot.findings.iter().flat_map(|findings| findings.all.iter());
        let bad = findings.filter(|finding| finding.severity >= Severity::Warning);
        marked.findings = bad.map(|finding| finding.times).sum();
        if let Some(Ok(events)) = &snapshot.events {
            let mut own = events.own.iter().filter_map(|place| events.all.get(*place as usize));
            let newest = match got.is_held() {
                true => own.next_back(),
                false => events.all.last(),
            };
            marked.event = newest.map_or(0, |event| event.seq);
        }
        if let Some(census) = snapshot.census(got).filter(|_| snapshot.namespaces.is_none()) {
            for entry in census.entries() {
                *marked.sockets.entry(socket(snapshot, census, *entry)).or_default() += 1;
            }
        }
        for process in snapshot.roll.iter().flat_map(|roll| roll.living.iter()) {
            *marked.processes.entry(hash(&process.id)).or_default() += 1;
        }
        marked
    }

    /// Something has begun to be wrong at a later moment.
    pub fn finds(&self, later: &Self) -> bool {
        later.findings > self.findings
    }

    /// What is another at a later moment, in words; `None` where nothing is.
    pub fn differs(&self, later: &Self) -> Option<String> {
        let mut words = Vec::new();
        match changed(&self.sockets, &later.sockets) {
            0 => {}
            1 => words.push("a socket or its state".to_owned()),
            more => words.push(format!("{more} sockets or their states")),
        }
        match changed(&self.processes, &later.processes) {
            0 => {}
            1 => words.push("a process came or went".to_owned()),
            more => words.push(format!("{more} processes came or went")),
        }
        match later.event.saturating_sub(self.event) {
            0 => {}
            1 => words.push("an event".to_owned()),
            more => words.push(format!("{more} events")),
        }
        if self.note != later.note {
            words.push("a note on the process".to_owned());
        }
        words.extend(set_between(self.moment, later.moment).map(set_words));
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// How many are not in both: one that has only another state is one.
fn changed(before: &HashMap<u64, u32>, after: &HashMap<u64, u32>) -> u32 {
    let missing = |one: &HashMap<u64, u32>, other: &HashMap<u64, u32>| -> u32 {
        one.iter().map(|(key, count)| count.saturating_sub(other.get(key).copied().unwrap_or(0))).sum()
    };
    missing(before, after).max(missing(after, before))
}

fn socket(snapshot: &Snapshot, census: &Census, entry: Entry) -> u64 {
    match entry {
        Entry::Inet(kind, place) => census.inet(kind, place).map_or(0, |socket| {
            let inet = socket.inet;
            let cookie = socket.diag().map(|diag| diag.cookie);
            let ends = (inet.local_address, inet.local_port, inet.remote_address, inet.remote_port);
            hash(&(kind, cookie, ends, inet.inode, inet.st))
        }),
        Entry::Other(other) => {
            let cell = |name: Option<&str>, row: Option<u32>, column: &str| {
                let table = &snapshot.source(name?)?.table;
                Some(format!("{:?}", table.cell(row? as usize, field(&**table, column)?)))
            };
            let states = ["state", "st"].map(|column| {
                let own = cell(Some(OWN_OTHER), other.own, column);
                own.or_else(|| cell(census.list(other.family), other.list, column))
            });
            hash(&(other.family, census.inode(snapshot, entry), states))
        }
        Entry::Unknown(inode) => hash(&inode),
    }
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[u64]) -> HashMap<u64, u32> {
        let mut counts = HashMap::new();
        numbers.iter().for_each(|number| *counts.entry(*number).or_default() += 1);
        counts
    }

    #[test]
    fn what_is_another_is_said() {
        let before = Marked { sockets: of(&[1, 2, 2]), event: 4, ..Marked::default() };
        let differs = |later: &Marked| before.differs(later);
        assert_eq!(differs(&before.clone()), None);
        // One of two that are alike, in another state; one more, and events.
        assert_eq!(
            differs(&Marked { sockets: of(&[1, 2, 3]), ..before.clone() }).as_deref(),
            Some("a socket or its state")
        );
        assert_eq!(
            differs(&Marked { sockets: of(&[1, 2, 2, 3, 4]), event: 7, ..before.clone() }).as_deref(),
            Some("2 sockets or their states, 3 events")
        );
        let moment = Moment { wall: -3_600_000_000_000, boottime: 1_000_000_000, seq: 1 };
        assert_eq!(
            differs(&Marked { moment, ..before.clone() }).as_deref(),
            Some("the wall clock was set back by 3601 s")
        );
        let later = Marked { processes: of(&[9]), note: Some(5), ..before.clone() };
        assert_eq!(differs(&later).as_deref(), Some("a process came or went, a note on the process"));
    }
}
