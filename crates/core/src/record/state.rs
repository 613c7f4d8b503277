//! What has to stand at the beginning of a segment beside sums: readings of earlier ticks that are still shown, and those
//! that later ones are compared with.

use std::collections::{HashMap, HashSet, VecDeque};

use super::tick::Place;
use crate::dumps::{OWN_INET, OWN_OTHER};
use crate::sample::{Moment, Origin, Part, Sample, Status};
use crate::source::is_counted;

/// A larger first reading is not kept: as many rows as growth is told of have less.
const LARGEST_BASE: usize = 2 << 20;

/// As much is kept of what has happened, which is more than is shown of it.
const PAST: usize = 4 << 20;

/// No more parts are kept.
const MOST: usize = 1 << 16;

/// Readings of ticks so far.
#[derive(Default)]
pub(super) struct State {
    last: HashMap<Place, Part>,
    base: HashMap<Place, Part>,
    past: VecDeque<Sample>,
    past_bytes: usize,
    /// The link of the target's network namespace.
    namespace: Option<Vec<u8>>,
}

/// What a segment begins with, beside sums and the tick before its first one.
#[derive(Debug, Default)]
pub(super) struct Beginning {
    pub(super) base: Sample,
    pub(super) old: Sample,
    pub(super) past: Vec<Sample>,
}

/// Whether a reading is shown until there is a newer one, and is not summed up. What identifies the target and whose
/// descriptors are which is summed up.
fn stays(origin: &Origin) -> bool {
    match origin {
        Origin::Net(_)
        | Origin::NetList
        | Origin::Dump(_)
        | Origin::Own
        | Origin::Sysctl(_)
        | Origin::Users
        | Origin::Services
        | Origin::HostNames
        | Origin::Networks
        | Origin::Capabilities
        | Origin::Reader => true,
        Origin::Bpf(name) => name == "reasons",
        Origin::Destroyed
        | Origin::Process(_)
        | Origin::Links(_)
        | Origin::Netns(_)
        | Origin::Members
        | Origin::LeftOut
        | Origin::Roll
        | Origin::Walk => false,
    }
}

/// Whether later readings are compared with the first one.
fn has_base(origin: &Origin) -> bool {
    match origin {
        Origin::Net(name) | Origin::Dump(name) => is_counted(name),
        Origin::Own => is_counted(OWN_INET) || is_counted(OWN_OTHER),
        _ => false,
    }
}

/// Whether it is of a network namespace.
fn is_of_namespace(origin: &Origin) -> bool {
    matches!(origin, Origin::Net(_) | Origin::NetList | Origin::Dump(_) | Origin::Own | Origin::Sysctl(_))
}

/// The parts of a sample, each with its place.
fn places(sample: &Sample) -> impl Iterator<Item = (Place, &Part)> {
    let mut netns = None;
    sample.parts.iter().map(move |part| {
        if let Origin::Netns(inode) = part.origin {
            netns = Some(inode);
        }
        ((netns, part.origin.clone()), part)
    })
}

impl State {
    /// What a segment begins with whose first tick follows this one.
    pub(super) fn before(&self, primer: &Sample) -> Beginning {
        let read: HashSet<Place> = places(primer).map(|(place, _)| place).collect();
        let moment = primer.moment;
        // What has happened is named by reasons that were told before.
        let is_needed = |place: &Place| !read.contains(place) || place.1 == Origin::Bpf("reasons".into());
        Beginning {
            base: sample(moment, self.base.iter()),
            old: sample(moment, self.last.iter().filter(|(place, _)| is_needed(place))),
            past: self.past.iter().cloned().collect(),
        }
    }

    /// Takes over a tick.
    pub(super) fn take(&mut self, sample: Sample) {
        let link = sample.parts.iter().find(|part| part.origin == Origin::process("ns/net"));
        let namespace = link.filter(|part| part.reading.status == Status::Ok).map(|part| part.bytes.clone());
        if link.is_some() && namespace != self.namespace {
            // Another namespace has other counters: nothing is compared across the change.
            [&mut self.last, &mut self.base]
                .into_iter()
                .for_each(|parts| parts.retain(|(_, origin), _| !is_of_namespace(origin)));
            self.namespace = namespace;
        }
        self.leave(&sample);
        let moment = sample.moment;
        let mut netns = None;
        for part in sample.parts {
            if let Origin::Netns(inode) = part.origin {
                netns = Some(inode);
            }
            let place = (netns, part.origin.clone());
            if matches!(&part.origin, Origin::Bpf(name) if name == "events") {
                self.happened(moment, part);
                continue;
            }
            let is_first = has_base(&part.origin) && part.reading.status == Status::Ok;
            if is_first && part.bytes.len() <= LARGEST_BASE && !self.base.contains_key(&place) {
                self.base.insert(place.clone(), part.clone());
            }
            if stays(&part.origin) && (self.last.len() < MOST || self.last.contains_key(&place)) {
                self.last.insert(place, part);
            }
        }
    }

    /// Leaves out network namespaces that are no more.
    fn leave(&mut self, sample: &Sample) {
        let living: HashSet<u64> = places(sample).filter_map(|((netns, _), _)| netns).collect();
        if !living.is_empty() {
            let lives = |(netns, _): &Place| netns.is_none_or(|netns| living.contains(&netns));
            self.last.retain(|place, _| lives(place));
            self.base.retain(|place, _| lives(place));
        }
    }

    fn happened(&mut self, moment: Moment, part: Part) {
        if part.bytes.is_empty() {
            return;
        }
        self.past_bytes += part.bytes.len();
        self.past.push_back(Sample { moment, parts: vec![part] });
        while self.past_bytes > PAST {
            let Some(oldest) = self.past.pop_front() else { break };
            self.past_bytes -= oldest.parts.iter().map(|part| part.bytes.len()).sum::<usize>();
        }
    }
}

/// Parts in an order of their own, those of each namespace behind its mark.
fn sample<'p>(moment: Moment, parts: impl Iterator<Item = (&'p Place, &'p Part)>) -> Sample {
    let mut parts: Vec<_> = parts.collect();
    parts.sort_by_key(|(place, part)| ((place.0, part.reading.at), &place.1));
    let mut sample = Sample { moment, parts: Vec::with_capacity(parts.len()) };
    let mut current = None;
    for ((netns, _), part) in parts {
        if let Some(inode) = netns.filter(|_| *netns != current) {
            current = *netns;
            sample.push(Origin::Netns(inode), Vec::new());
        }
        sample.parts.push(part.clone());
    }
    sample
}
