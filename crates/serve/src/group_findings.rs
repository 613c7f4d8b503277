//! What detectors have found of groups of processes. A group is looked at by itself in each network namespace where it holds
//! sockets, by what lists tell of these: that is read for other metrics anyway.

use std::collections::{BTreeMap, HashMap};

use netmonitor_core::detect::groups::{self as looks, Ground, Held};
use netmonitor_core::detect::{Severity, Thresholds, Watch};
use netmonitor_core::plan::Plan;
use netmonitor_core::snapshot::Snapshot;

use crate::exposition::{Exposition, Number, Sample};
use crate::families;
use crate::groups::{Group, Key, Tick};

/// The most groups that are looked at, those in each namespace by themselves: each remembers something.
const MOST: usize = 1024;

/// How many were found, by name and how bad it is.
pub(crate) type Found = BTreeMap<(&'static str, Severity), u64>;

/// Tells what was found of each.
pub(crate) fn tell(groups: &[&Group], out: &mut Exposition) {
    let of = |group: &&Group| -> Vec<Sample> {
        let sample = |(&(finding, severity), count): (&(&'static str, Severity), &u64)| {
            let words = [("finding", finding), ("severity", severity.word())];
            Sample::with(&group.labels, words, Number::Unsigned(*count))
        };
        group.found.iter().map(sample).collect()
    };
    out.push(&families::PROCESS_FINDINGS, groups.iter().flat_map(of).collect());
}

/// What is remembered of each group, by namespace.
pub(crate) struct Watches {
    plan: Plan,
    thresholds: Thresholds,
    known: HashMap<u64, HashMap<Key, Known>>,
    count: usize,
    tick: u64,
}

struct Known {
    watch: Watch,
    /// In which reading it was last looked at.
    tick: u64,
}

/// What each group holds in a namespace, by its place among groups.
#[derive(Default)]
pub(crate) struct ByGroup(Vec<Option<Box<Held>>>);

impl ByGroup {
    /// What a group holds.
    pub(crate) fn of(&mut self, group: usize) -> &mut Held {
        if self.0.len() <= group {
            self.0.resize_with(group + 1, || None);
        }
        self.0[group].get_or_insert_default()
    }
}

impl Watches {
    /// Nobody was looked at so far; so much is read of all.
    pub(crate) fn new(plan: Plan, thresholds: Thresholds) -> Self {
        Self { plan, thresholds, known: HashMap::new(), count: 0, tick: 0 }
    }

    /// All that can be found, and nothing of it.
    pub(crate) fn nothing(&self) -> Found {
        looks::detectors(&self.plan).map(|detector| ((detector.name, detector.severity), 0)).collect()
    }

    /// A reading begins.
    pub(crate) fn begin(&mut self) {
        self.tick += 1;
    }

    /// Looks at the groups that hold something in a namespace.
    pub(crate) fn look(&mut self, namespace: &Snapshot, mut held: ByGroup, tick: &mut Tick) {
        let Some(inode) = namespace.netns.inode else { return };
        let mut ground = Ground::of(namespace);
        let others: Vec<_> = ground.others().collect();
        for (place, inode) in others {
            if let Some(group) = tick.holder(namespace.owners.of(inode)) {
                held.of(group).take_other(place);
            }
        }
        for (place, held) in held.0.into_iter().enumerate() {
            let Some((held, (key, lately))) = held.zip(tick.groups.get_mut(place)) else { continue };
            let Some(watch) = self.watch(inode, key) else { continue };
            let streams = tick.streams.get(&place).map_or(&[][..], Vec::as_slice);
            let group = looks::Group { name: key.name.as_bytes(), began: lately.began, streams };
            for finding in ground.look(watch, group, *held).open() {
                *lately.found.entry((finding.detector.name, finding.severity)).or_default() += 1;
            }
        }
    }

    /// What is remembered of a group; none where there are too many.
    fn watch(&mut self, inode: u64, key: &Key) -> Option<&mut Watch> {
        let known = self.known.entry(inode).or_default();
        if !known.contains_key(key) {
            if self.count >= MOST {
                return None;
            }
            self.count += 1;
            let watch = looks::watch(&self.plan, self.thresholds.clone());
            known.insert(key.clone(), Known { watch, tick: self.tick });
        }
        let known = known.get_mut(key)?;
        known.tick = self.tick;
        Some(&mut known.watch)
    }

    /// The reading ends: whoever holds nothing any more is forgotten.
    pub(crate) fn end(&mut self) {
        let tick = self.tick;
        self.known.retain(|_, groups| {
            groups.retain(|_, known| known.tick == tick);
            !groups.is_empty()
        });
        self.count = self.known.values().map(HashMap::len).sum();
    }
}
