//! What becomes of what was seen: findings with a life.
//!
//! ```text
//! seen ──▶ open ──▶ worse, better ──▶ over ──▶ forgotten
//!            ▲                          │
//!            └────────── seen again ────┘
//! ```
//!
//! What was not seen for a while is over, and not before: counters grow in bursts. What begins again soon is the same
//! finding, one more time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::connections::Known;
use super::contacts::Contacts;
use super::finding::{Finding, Life, Subject};
use super::scene::{Found, Scene, Sighting, scope_of};
use super::threshold::Thresholds;
use super::{ALL, Detector, Look, Rule};
use crate::dumps::{Dump, OWN_INET, OWN_OTHER};
use crate::plan::Needs;
use crate::sample::Status;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::views::explain;

/// What was not seen for so long is over, in nanoseconds.
const QUIET: u64 = 10_000_000_000;

/// What is over is told of for so long.
const KEPT: u64 = 3_600_000_000_000;

/// The most findings that are kept.
pub(super) const MOST: usize = 1024;

/// How much more there must be of it to be worse, and how much less to be better.
const WORSE: f64 = 2.0;
const BETTER: f64 = 0.5;

/// Why a detector that needs to know all processes does not look.
const ELSEWHERE: &str = "who holds the sockets of others is looked at in scope namespace";

/// How long it stays worse or better after it has become so.
const CHANGED: u64 = 10_000_000_000;

/// What detectors need, in the order of [`ALL`]: there may be many watches.
static NEEDS: LazyLock<Vec<(&'static Detector, Needs)>> =
    LazyLock::new(|| ALL.iter().map(|detector| (*detector, (detector.needs)())).collect());

/// All that was found up to one moment.
#[derive(Clone, Default)]
pub struct Findings {
    /// What was found: what is open first, the worst first, then the newest.
    pub all: Arc<[Finding]>,
    /// How each detector fared in the last look, in the order of [`ALL`]; where only some look, those.
    pub looked: Arc<[Looked]>,
    /// More was found than is kept.
    pub left_out: u64,
}

/// How a detector fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// It has looked.
    Yes,
    /// It could not look, or not at all of it.
    No(Arc<str>),
    /// It looks in another scope only, or where there is a baseline, or there is nothing here that it could judge.
    Elsewhere(Arc<str>),
}

impl Findings {
    /// What is so now.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.all.iter().filter(|finding| finding.is_open())
    }
}

/// A finding, and what it is judged by from look to look.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) finding: Finding,
    /// When it was last seen, `CLOCK_BOOTTIME`.
    at: u64,
    /// How much there was of it when it opened, or was last told to have changed; and when that was.
    strength: f64,
    changed: u64,
}

/// Detectors with what they remember, and what they have found.
pub struct Watch {
    pub(super) thresholds: Thresholds,
    pub(super) rules: Vec<State>,
    /// One of them looks at more than lists of sockets.
    is_close: bool,
    pub(super) connections: Known,
    pub(super) found: BTreeMap<(usize, Subject), Kept>,
    /// What is over is told of for so long.
    keeps: u64,
    pub(super) count: Count,
    pub(super) contacts: Contacts,
    sightings: Vec<Sighting>,
    reasons: HashMap<String, Arc<str>>,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Count {
    /// When the last look was.
    last: u64,
    last_event: u64,
    ids: u64,
    left_out: u64,
}

pub(super) struct State {
    pub(super) detector: &'static Detector,
    needs: &'static Needs,
    pub(super) look: Option<Box<dyn Look>>,
}

impl Default for Watch {
    fn default() -> Self {
        Self::new(Thresholds::default())
    }
}

impl Watch {
    /// A watch that has seen nothing yet.
    pub fn new(thresholds: Thresholds) -> Self {
        Self::of(thresholds, |_, _| true)
    }

    /// The same with those detectors alone that are wanted.
    pub(super) fn of(thresholds: Thresholds, is_wanted: impl Fn(&Detector, &Needs) -> bool) -> Self {
        let state = |(detector, needs): &'static (&'static Detector, Needs)| State {
            detector,
            needs,
            look: detector.rule.look(),
        };
        let rules: Vec<State> =
            NEEDS.iter().filter(|(detector, needs)| is_wanted(detector, needs)).map(state).collect();
        Self {
            thresholds,
            is_close: rules.iter().any(|rule| rule.needs.looks_closely()),
            rules,
            connections: Known::default(),
            found: BTreeMap::new(),
            keeps: KEPT,
            count: Count::default(),
            contacts: Contacts::default(),
            sightings: Vec::new(),
            reasons: HashMap::new(),
        }
    }

    /// The same, where nobody asks for what is over: there may be very many watches.
    pub(super) fn forgetful(self) -> Self {
        Self { keeps: QUIET, ..self }
    }

    /// By what it judges.
    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// Looks at a snapshot.
    pub fn look(&mut self, now: &Snapshot) -> Findings {
        let mut looked = Vec::with_capacity(self.rules.len());
        let mut scene = Scene::new(now, &self.thresholds, (self.count.last, self.count.last_event));
        if self.is_close {
            scene.compare(&mut self.connections);
            self.contacts.look(&scene);
            scene.contacts = Some(&self.contacts);
        } else {
            scene = scene.afar();
        }
        let mut sightings = std::mem::take(&mut self.sightings);
        let mut seen = Vec::new();
        for (place, rule) in self.rules.iter_mut().enumerate() {
            let (detector, blind, elsewhere) = (rule.detector, None, None);
            let mut found = Found { detector, sightings: &mut sightings, blind, elsewhere };
            match (&mut rule.look, &rule.detector.rule) {
                (Some(look), _) => look.look(&scene, &mut found),
                (None, Rule::Grows(counters, least)) => grows(&scene, counters, *least, &mut found),
                (None, Rule::Look(_)) => {}
            }
            let mut share = |reason| share(&mut self.reasons, reason);
            let unlearned = rule.needs.baseline && self.thresholds.baseline.is_none();
            looked.push(match missing(rule.needs, now).or(found.blind) {
                _ if unlearned => Looked::Elsewhere(share(UNLEARNED.to_owned())),
                _ if rule.needs.everybody && !now.owners.sought => {
                    Looked::Elsewhere(share(ELSEWHERE.to_owned()))
                }
                Some(reason) => Looked::No(share(reason)),
                None => found.elsewhere.map_or(Looked::Yes, |reason| Looked::Elsewhere(share(reason))),
            });
            seen.extend(sightings.drain(..).map(|sighting| (place, sighting)));
        }
        self.sightings = sightings;
        for (place, sighting) in seen {
            self.see(place, sighting, now);
        }
        self.pass(now);
        self.count.last = now.moment.boottime;
        let events = now.events.as_ref().and_then(|events| events.as_ref().ok());
        let newest = events.and_then(|events| events.all.last());
        self.count.last_event = newest.map_or(self.count.last_event, |event| event.seq);
        self.findings(looked)
    }

    fn see(&mut self, place: usize, sighting: Sighting, now: &Snapshot) {
        let Sighting { subject, severity, strength, what, evidence } = sighting;
        let (at, wall) = (now.moment.boottime, now.moment.wall);
        let key = (place, subject);
        if !self.found.contains_key(&key) && self.found.len() >= MOST && !self.forget() {
            self.count.left_out = self.count.left_out.saturating_add(1);
            return;
        }
        let Self { rules, found, count, .. } = self;
        let detector = rules[place].detector;
        let subject = key.1.clone();
        let kept = found.entry(key).or_insert_with(|| {
            count.ids = count.ids.wrapping_add(1);
            let scope = scope_of(detector, now);
            let (what, evidence) = (String::new(), Vec::new());
            let life = Life::Over;
            let finding = Finding {
                words: Default::default(),
                id: count.ids,
                detector,
                subject,
                severity,
                scope,
                life,
                since: wall,
                seen: wall,
                times: 0,
                what,
                evidence,
            };
            Kept { finding, at, strength, changed: at }
        });
        let finding = &mut kept.finding;
        if finding.life == Life::Over {
            (finding.life, finding.since, finding.times) =
                (Life::Open, wall, finding.times.saturating_add(1));
            (kept.strength, kept.changed) = (strength, at);
        } else if severity > finding.severity || strength >= kept.strength * WORSE {
            (finding.life, kept.strength, kept.changed) = (Life::Worse, strength, at);
        } else if severity < finding.severity || strength <= kept.strength * BETTER {
            (finding.life, kept.strength, kept.changed) = (Life::Better, strength, at);
        } else if at.saturating_sub(kept.changed) >= CHANGED {
            finding.life = Life::Open;
        }
        (finding.severity, finding.what, finding.evidence, finding.seen) = (severity, what, evidence, wall);
        finding.tell();
        kept.at = at;
    }

    /// Time passes: what was not seen for long is over, and forgotten after long.
    fn pass(&mut self, now: &Snapshot) {
        let at = now.moment.boottime;
        let keeps = self.keeps;
        self.found.retain(|_, kept| {
            let ago = at.saturating_sub(kept.at);
            if ago >= QUIET {
                kept.finding.life = Life::Over;
            }
            ago < keeps
        });
    }

    /// Makes room: the one that is over for longest.
    fn forget(&mut self) -> bool {
        let over = self.found.iter().filter(|(_, kept)| kept.finding.life == Life::Over);
        let oldest = over.min_by_key(|(_, kept)| kept.at).map(|(key, _)| key.clone());
        oldest.is_some_and(|key| self.found.remove(&key).is_some())
    }

    fn findings(&self, looked: Vec<Looked>) -> Findings {
        let mut all: Vec<Finding> = self.found.values().map(|kept| kept.finding.clone()).collect();
        all.sort_by_key(|it| (!it.is_open(), std::cmp::Reverse((it.severity, it.since, it.id))));
        Findings { all: all.into(), looked: looked.into(), left_out: self.count.left_out }
    }
}

/// Each reason is said of several detectors, tick after tick: it is kept once.
fn share(reasons: &mut HashMap<String, Arc<str>>, reason: String) -> Arc<str> {
    match reasons.get(&reason) {
        Some(known) => known.clone(),
        None => reasons.entry(reason.clone()).or_insert_with(|| reason.into()).clone(),
    }
}

/// A counter has grown.
fn grows(
    scene: &Scene<'_>,
    counters: &'static [super::Counter],
    least: Option<&super::Threshold>,
    found: &mut Found<'_>,
) {
    let grown: Vec<_> = counters
        .iter()
        .filter_map(|counter| Some((counter, scene.counter(*counter)?)))
        .filter(|(_, counted)| counted.grown() > 0)
        .collect();
    let sum: u64 = grown.iter().map(|(_, counted)| counted.grown()).sum();
    let least = least.map_or(1.0, |least| scene.limit(least));
    let Some((first, _)) = grown.first().filter(|_| sum as f64 >= least) else { return };
    let words: Vec<String> = grown
        .iter()
        .map(|(counter, counted)| format!("{}.{} +{}", counter.group, counter.name, counted.grown()))
        .collect();
    let subject = Subject::Counter(first.group, first.name);
    let told: Vec<super::Counter> = grown.iter().map(|(counter, _)| **counter).collect();
    found
        .report(subject, format!("{}: {}", found.detector.title, words.join(", ")))
        .strength(sum as f64)
        .counters(scene, &told)
        .done();
}

/// Why what is normal is not known.
const UNLEARNED: &str = "there is no baseline: netmonitor learn makes one, --baseline gives it";

/// What of its sources could not be read, in words.
fn missing(needs: &Needs, now: &Snapshot) -> Option<String> {
    let files = needs.net.iter().find_map(|path| unread(now, path).map(|why| format!("net/{path} {why}")));
    let dumps = || needs.dumps.iter().chain(&needs.seldom).find_map(|dump| unread_dump(now, dump));
    let settings = || {
        needs.settings.iter().find_map(|setting| match now.setting(setting) {
            None => Some(format!("{} was not read yet", setting.path)),
            Some(set) if set.reading.status != Status::Ok => {
                Some(format!("{} {}", setting.path, words(set.reading.status)))
            }
            Some(_) => None,
        })
    };
    let traffic = || {
        needs.traffic.then_some(())?;
        match &now.traffic {
            None => Some("what is sent and received was not counted yet".to_owned()),
            Some(Err(reason)) => Some(format!("counting: {}", reason.words)),
            Some(Ok(_)) => None,
        }
    };
    let events = || {
        needs.events.then_some(())?;
        match &now.events {
            None => Some(
                "connections are not watched: they are once findings or events were looked at".to_owned(),
            ),
            Some(Err(reason)) => Some(format!("events: {}", reason.words)),
            Some(Ok(_)) => None,
        }
    };
    let process = || {
        let is_told = !needs.process || now.process.fds.is_some();
        (!is_told).then(|| "the descriptors of the process were not counted".to_owned())
    };
    let everybody = || {
        let (owners, denied) = (&now.owners, now.owners.denied);
        (needs.everybody && !owners.sees_all())
            .then(|| format!("{denied} processes may not be looked at: {}", owners.refusal()))
    };
    let process = || process().or_else(everybody);
    files.or_else(dumps).or_else(settings).or_else(traffic).or_else(events).or_else(process)
}

fn words(status: Status) -> String {
    explain(status).map_or_else(String::new, |(_, why)| why)
}

fn unread(now: &Snapshot, name: &str) -> Option<String> {
    match now.source(name).map(|source| source.reading.status) {
        None => Some("was not read yet".to_owned()),
        Some(Status::Ok | Status::Partial(..)) => None,
        Some(status) => Some(words(status)),
    }
}

/// A list may be told by the sockets themselves, or by files.
fn unread_dump(now: &Snapshot, dump: &Dump) -> Option<String> {
    let is_told = |name: &str| unread(now, name).is_none();
    if dump.is_own {
        if let (_, Some(why)) = now.scope(Scope::Process) {
            return Some(format!("{}: {why}", dump.name));
        }
        if is_told(OWN_INET) || is_told(OWN_OTHER) {
            return None;
        }
    }
    let files = !dump.files.is_empty() && dump.files.iter().any(|file| is_told(file));
    if is_told(dump.name) || files {
        None
    } else {
        unread(now, dump.name).map(|why| format!("{} {why}", dump.name))
    }
}
