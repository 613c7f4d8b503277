//! Network namespaces: every counter of each, its interfaces, its sockets by state. So many stand alone, the others are
//! one sum, which never goes down: it grows by what each of them has grown.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use netmonitor_core::format::harmless_text;
use netmonitor_core::snapshot::Snapshot;
use procnet::proc::counter::{self, Counter};
use procnet::proc::dev::{DEV, Dev};
use procnet::row::Row;
use procnet::{AnyTable, Table};

use crate::exposition::{Exposition, Family, Kind, Labels, NO_WORDS, Number, Sample, Word};
use crate::families;
use crate::groups::{ByState, PROTOCOLS, STATES, for_each_socket, state};
use crate::kernel::{self, Families, Known, PER_CPU};

/// Interfaces of one namespace that stand alone: hosts of containers have one for each of them.
const INTERFACES: usize = 256;

/// What stands for all others.
const OTHER: &str = "other";

/// The namespaces.
pub(crate) struct Namespaces {
    most: usize,
    alone: BTreeSet<u64>,
    families: Families,
    /// What each of the others had counted, and what they have counted in sum.
    before: HashMap<u64, Vec<u64>>,
    sums: Vec<u64>,
    interfaces: Interfaces,
    /// Kinds and states of which there ever was a socket.
    seen: HashMap<Option<u64>, ByState>,
}

/// Columns of an interface as metrics, and what the others have counted.
struct Interfaces {
    families: Vec<(usize, Arc<Family>)>,
    alone: HashMap<u64, BTreeSet<String>>,
    before: HashMap<(u64, String), Vec<u64>>,
    sums: HashMap<Option<u64>, Vec<u64>>,
}

/// One reading of a namespace.
struct Now<'s> {
    inode: u64,
    snapshot: &'s Snapshot,
    labels: Labels,
    is_alone: bool,
    sockets: ByState,
}

impl Namespaces {
    pub(crate) fn new(most: usize) -> Self {
        let counters = Dev::FIELDS.iter().enumerate().filter(|(_, field)| field.rate.is_some());
        let families = counters.map(|(place, field)| (place, kernel::of_column("interface", &field.column)));
        Self {
            most,
            alone: BTreeSet::new(),
            families: Families::default(),
            before: HashMap::new(),
            sums: Vec::new(),
            interfaces: Interfaces {
                families: families.collect(),
                alone: HashMap::new(),
                before: HashMap::new(),
                sums: HashMap::new(),
            },
            seen: HashMap::new(),
        }
    }

    /// Takes over a reading and tells of it.
    pub(crate) fn tell(&mut self, snapshot: &Snapshot, out: &mut Exposition) {
        let all: Vec<(u64, &Arc<Snapshot>)> = snapshot
            .namespaces
            .iter()
            .flat_map(|namespaces| namespaces.iter())
            .filter_map(|namespace| Some((namespace.netns.inode?, namespace)))
            .collect();
        self.choose(&all);
        let mut now: Vec<Now<'_>> = all.iter().map(|(inode, snapshot)| self.now(*inode, snapshot)).collect();
        now.sort_by_key(|now| (!now.is_alone, now.inode));
        self.info(&now, snapshot, out);
        self.sockets(&now, out);
        self.counters(&now, out);
        self.interfaces.tell(&now, out);
        per_cpu(&now, out);
    }

    /// The largest come to stand alone while there is room.
    fn choose(&mut self, all: &[(u64, &Arc<Snapshot>)]) {
        self.alone.retain(|inode| all.iter().any(|(there, _)| there == inode));
        let mut new: Vec<_> = all.iter().filter(|(inode, _)| !self.alone.contains(inode)).collect();
        let sockets = |namespace: &Snapshot| {
            let mut count = 0_u64;
            for_each_socket(namespace, &mut |_, _, _| count += 1);
            count
        };
        new.sort_by_cached_key(|(inode, namespace)| (std::cmp::Reverse(sockets(namespace)), *inode));
        let room = self.most.saturating_sub(self.alone.len());
        self.alone.extend(new.into_iter().take(room).map(|(inode, _)| *inode));
        for (inode, _) in all {
            if self.alone.contains(inode) {
                self.before.remove(inode);
            }
        }
        self.before.retain(|inode, _| all.iter().any(|(there, _)| there == inode));
    }

    fn now<'s>(&self, inode: u64, snapshot: &'s Snapshot) -> Now<'s> {
        let is_alone = self.alone.contains(&inode);
        let mut sockets = ByState::default();
        for_each_socket(snapshot, &mut |kind, _, socket| sockets[kind][state(&socket)] += 1);
        let name = if is_alone { inode.to_string() } else { OTHER.to_owned() };
        Now { inode, snapshot, labels: [("netns", name)].into(), is_alone, sockets }
    }

    fn info(&self, now: &[Now<'_>], host: &Snapshot, out: &mut Exposition) {
        let info = |now: &Now<'_>| {
            let mut living = host.roll.iter().flat_map(|roll| roll.living.iter());
            let first = living.find(|present| u64::from(present.netns) == now.inode)?;
            let labels = [
                ("netns", now.inode.to_string()),
                ("name", harmless_text(first.name())),
                ("cgroup", host.cgroups.get(first.cgroup).map_or_else(String::new, harmless_text)),
            ];
            Some(Sample::new(&labels.into(), Number::Unsigned(1)))
        };
        let infos = now.iter().filter(|now| now.is_alone).filter_map(info).collect();
        out.push(&families::NETNS_INFO, infos);
        let others = now.len() - self.alone.len();
        let count = |word, count: usize| {
            Sample::with(&[].into(), [("shown", word), NO_WORDS[1]], Number::Unsigned(count as u64))
        };
        let counts = vec![count("alone", self.alone.len()), count(OTHER, others)];
        out.push(&families::NAMESPACES, counts);
    }

    fn sockets(&mut self, now: &[Now<'_>], out: &mut Exposition) {
        let mut samples = Vec::new();
        let key = |now: &Now<'_>| now.is_alone.then_some(now.inode);
        self.seen.retain(|inode, _| inode.is_none_or(|inode| self.alone.contains(&inode)));
        for same in now.chunk_by(|one, other| key(one) == key(other)) {
            let Some(first) = same.first() else { continue };
            let mut sums = ByState::default();
            for now in same {
                let counts = sums.iter_mut().flatten().zip(now.sockets.iter().flatten());
                counts.for_each(|(sum, more)| *sum += more);
            }
            let seen = self.seen.entry(key(first)).or_default();
            seen.iter_mut().flatten().zip(sums.iter().flatten()).for_each(|(seen, now)| *seen |= *now);
            by_state(&first.labels, &sums, |kind, state| seen[kind][state] > 0, &mut samples);
        }
        out.push(&families::NETNS_SOCKETS, samples);
    }

    /// Every counter of every namespace.
    fn counters(&mut self, now: &[Now<'_>], out: &mut Exposition) {
        let (mut told, nobody) = (Told::default(), Labels::from([]));
        for (number, namespace) in now.iter().enumerate() {
            let mut counted = (!namespace.is_alone).then(Vec::new);
            self.families.each(namespace.snapshot, |place, known, figure| {
                if known.is_of_host {
                    if number == 0 {
                        told.alone(place, &nobody, figure);
                    }
                    return;
                }
                match (&mut counted, known.family.kind, figure) {
                    (None, ..) => told.alone(place, &namespace.labels, figure),
                    (Some(counted), Kind::Counter, Number::Unsigned(value)) => {
                        counted.resize(counted.len().max(place + 1), 0);
                        counted[place] = value;
                    }
                    (Some(_), _, figure) => *told.levels.entry(place).or_default() += figure.as_f64(),
                }
            });
            if let Some(counted) = counted {
                add_grown(&mut self.sums, self.before.get(&namespace.inode), &counted);
                self.before.insert(namespace.inode, counted);
            }
        }
        // The sum stays when all that it is of stand alone or have ended.
        let other: Labels = [("netns", OTHER.to_owned())].into();
        for place in 0..self.families.len() {
            let Some(known) = self.families.get(place) else { continue };
            let mut samples = told.samples.get_mut(place).map(std::mem::take).unwrap_or_default();
            if !self.sums.is_empty() && !known.is_of_host {
                let sum = match known.family.kind {
                    Kind::Counter => Number::Unsigned(self.sums.get(place).copied().unwrap_or(0)),
                    Kind::Gauge => Number::Float(told.levels.get(&place).copied().unwrap_or(0.0)),
                };
                samples.push(Sample::new(&other, sum));
            }
            out.push(&known.family, samples);
        }
    }
}

/// What is told of counters, by their places.
#[derive(Default)]
struct Told {
    samples: Vec<Vec<Sample>>,
    /// Levels of namespaces that do not stand alone, in sum.
    levels: HashMap<usize, f64>,
}

impl Told {
    fn alone(&mut self, place: usize, labels: &Labels, figure: Number) {
        self.samples.resize_with(self.samples.len().max(place + 1), Vec::new);
        self.samples[place].push(Sample::new(labels, figure));
    }
}

impl Families {
    /// Gives each counter that was read of a namespace, with its place among all.
    fn each(&mut self, namespace: &Snapshot, mut give: impl FnMut(usize, &Known, Number)) {
        let mut take = |families: &Self, place: Option<usize>, figure: Number| {
            if let Some((place, known)) = place.and_then(|place| Some((place, families.get(place)?))) {
                give(place, known, figure);
            }
        };
        for file in kernel::counter_files() {
            let Some(table) = table::<Counter>(namespace, file.path) else { continue };
            for row in table.iter() {
                let (group, name) = (table.texts.get(row.group), table.texts.get(row.name));
                let place = self.place(file, group, name);
                take(self, place, number_of(row.value));
            }
        }
        for file in kernel::SUMMED {
            let Some(source) = namespace.source(file.path).filter(|source| !source.table.is_empty()) else {
                continue;
            };
            let counters = file.fields.iter().enumerate().filter(|(_, field)| field.rate.is_some());
            for (number, field) in counters {
                let figures =
                    (0..source.table.len()).filter_map(|row| source.table.cell(row, number).count());
                let place = self.place_of_sum(file, &field.column);
                take(self, place, Number::Unsigned(figures.sum()));
            }
        }
    }
}

impl Interfaces {
    fn tell(&mut self, now: &[Now<'_>], out: &mut Exposition) {
        let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); self.families.len()];
        let mut before = HashMap::new();
        self.alone.retain(|inode, _| now.iter().any(|now| now.inode == *inode && now.is_alone));
        self.sums.retain(|inode, _| inode.is_none_or(|inode| self.alone.contains_key(&inode)));
        for namespace in now {
            let Some(table) = table::<Dev>(namespace.snapshot, DEV.path) else { continue };
            let mut names: Vec<String> =
                table.iter().map(|row| harmless_text(table.texts.get(row.interface))).collect();
            let netns = namespace.is_alone.then_some(namespace.inode);
            if namespace.is_alone {
                let alone = self.alone.entry(namespace.inode).or_default();
                alone.retain(|name| names.contains(name));
                let room = INTERFACES.saturating_sub(alone.len());
                let new: Vec<_> = names.iter().filter(|name| !alone.contains(*name)).take(room).collect();
                alone.extend(new.into_iter().cloned());
            }
            for (row, name) in names.drain(..).enumerate() {
                let figures: Vec<u64> = self
                    .families
                    .iter()
                    .map(|(field, _)| AnyTable::cell(table, row, *field).count().unwrap_or(0))
                    .collect();
                let stands = |inode| self.alone.get(&inode).is_some_and(|alone| alone.contains(&name));
                if netns.is_some_and(stands) {
                    let netns = namespace.labels.iter().cloned();
                    let labels: Labels = netns.chain([("interface", name)]).collect();
                    for (samples, figure) in samples.iter_mut().zip(figures) {
                        samples.push(Sample::new(&labels, Number::Unsigned(figure)));
                    }
                    continue;
                }
                let key = (namespace.inode, name);
                add_grown(self.sums.entry(netns).or_default(), self.before.get(&key), &figures);
                before.insert(key, figures);
            }
        }
        self.before = before;
        for (netns, sums) in &self.sums {
            let netns = netns.map_or(OTHER.to_owned(), |inode| inode.to_string());
            let labels: Labels = [("netns", netns), ("interface", OTHER.to_owned())].into();
            for (samples, sum) in samples.iter_mut().zip(sums) {
                samples.push(Sample::new(&labels, Number::Unsigned(*sum)));
            }
        }
        for ((_, family), samples) in self.families.iter().zip(samples) {
            out.push(family, samples);
        }
    }
}

/// The machine's figures that have a row for each processor.
fn per_cpu(now: &[Now<'_>], out: &mut Exposition) {
    for file in PER_CPU {
        // They are the same in each namespace that has them.
        let Some(source) = now.iter().find_map(|now| {
            let source = now.snapshot.source(file.path)?;
            (!source.table.is_empty()).then_some(source)
        }) else {
            continue;
        };
        let table = &source.table;
        let key = file.fields.iter().position(|field| field.column.kind == procnet::Kind::Key);
        for (place, field) in file.fields.iter().enumerate().filter(|(_, field)| field.rate.is_some()) {
            let sample = |row: usize| {
                let figure = table.cell(row, place).count()?;
                let cpu = key.and_then(|key| table.cell(row, key).count()).unwrap_or(row as u64);
                Some(Sample::new(&[("cpu", cpu.to_string())].into(), Number::Unsigned(figure)))
            };
            let family = kernel::of_column(&format!("host_{}", kernel::stem(file)), &field.column);
            out.push(&family, (0..table.len()).filter_map(sample).collect());
        }
    }
}

/// Sockets by kind and state, as far as they are to be told of.
pub(crate) fn by_state(
    labels: &Labels,
    counts: &ByState,
    is_told: impl Fn(usize, usize) -> bool,
    out: &mut Vec<Sample>,
) {
    for (kind, protocol) in PROTOCOLS.into_iter().enumerate() {
        for (state, name) in STATES.into_iter().enumerate().filter(|(state, _)| is_told(kind, *state)) {
            let words: [Word; 2] = [("protocol", protocol), ("state", name)];
            out.push(Sample::with(labels, words, Number::Unsigned(counts[kind][state].into())));
        }
    }
}

/// Adds what figures have grown by. One that is seen for the first time has not grown.
fn add_grown(sums: &mut Vec<u64>, before: Option<&Vec<u64>>, now: &[u64]) {
    sums.resize(sums.len().max(now.len()), 0);
    let Some(before) = before else { return };
    for ((sum, now), before) in sums.iter_mut().zip(now).zip(before) {
        *sum += now.saturating_sub(*before);
    }
}

fn table<'s, R: Row>(snapshot: &'s Snapshot, path: &str) -> Option<&'s Table<R>> {
    snapshot.source(path)?.table.as_any().downcast_ref()
}

fn number_of(number: counter::Number) -> Number {
    match number {
        counter::Number::Unsigned(number) => Number::Unsigned(number),
        counter::Number::Negative(number) => Number::Signed(number),
    }
}
