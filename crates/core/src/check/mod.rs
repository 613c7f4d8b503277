//! What detectors have found in some readings, as one answer: what counts, and what could not be looked at.
//!
//! A [`Check`] takes one snapshot after another. What was found in any of them is part of the answer, also what is over by
//! now. A form of the answer is one small file; to add one, name it in [`FORMATS`].

mod json;
mod sarif;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use crate::detect::{ALL, Detector, Finding, Looked, Rule, Severity, Subject};
use crate::plan::{Counting, Pace, Plan, Watch};
use crate::record::Zone;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::views;

/// The most findings that are told. They are counted beyond it.
const MOST: usize = 4096;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What is milder is not told.
    pub severity: Severity,
    /// Whose sockets are looked at; with [`Scope::Host`] what is found of the whole machine counts, too.
    pub scope: Scope,
    /// The time zone of whoever reads the answer.
    pub zone: Zone,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing was found that counts.
    Nothing,
    /// Something was.
    Found,
    /// Nothing was found, and that says nothing: why nobody could look.
    Blind(String),
}

/// Readings that are looked at.
pub struct Check {
    asked: Asked,
    /// The last one, of which it is told whose it is.
    last: Option<Arc<Snapshot>>,
    /// When the first one was, `CLOCK_BOOTTIME`.
    begun: u64,
    readings: u64,
    /// By who has found it and what it is about: their numbers begin anew behind a gap of a recording.
    found: BTreeMap<(&'static str, Subject), Finding>,
    left_out: u64,
    looked: Vec<Looked>,
}

impl Check {
    /// Nothing was looked at yet.
    pub fn new(asked: Asked) -> Self {
        let (found, looked) = (BTreeMap::new(), Vec::new());
        Self { asked, last: None, begun: 0, readings: 0, found, left_out: 0, looked }
    }

    /// What is to be read for it.
    pub fn plan(&self) -> Plan {
        let plan = Plan::of(views::find(views::FINDINGS), self.scope());
        // One process is asked about: its relatives are looked at as far as its sockets need it, at once.
        Plan { walk: Pace::None, watch: Watch::Lately, counting: plan.counting.max(Counting::On), ..plan }
    }

    /// Takes what was found up to a moment.
    pub fn take(&mut self, now: &Arc<Snapshot>) {
        let Some(findings) = &now.findings else { return };
        if self.readings == 0 {
            self.begun = now.moment.boottime;
        }
        self.readings += 1;
        for finding in findings.all.iter() {
            let key = (finding.detector.name, finding.subject.clone());
            if !self.found.contains_key(&key) && self.found.len() == MOST {
                self.left_out += 1;
                continue;
            }
            let kept = self.found.entry(key).or_insert_with(|| finding.clone());
            if finding.severity >= kept.severity {
                *kept = finding.clone();
            } else {
                // The numbers stay those of when it was worst.
                (kept.life, kept.seen, kept.times) = (finding.life, finding.seen, finding.times);
            }
        }
        self.left_out = self.left_out.max(findings.left_out);
        self.looked.resize(findings.looked.len(), Looked::No("was not looked at".into()));
        for (kept, looked) in self.looked.iter_mut().zip(findings.looked.iter()) {
            if *kept != Looked::Yes {
                *kept = looked.clone();
            }
        }
        self.last = Some(now.clone());
    }

    /// Whether a finding makes the answer.
    pub fn counts(&self, finding: &Finding) -> bool {
        let is_asked = finding.scope != Scope::Host || self.asked.scope == Scope::Host;
        is_asked && finding.severity >= self.asked.severity
    }

    /// What is told, the worst first: what counts, and what would if the whole machine did.
    pub fn told(&self) -> Vec<&Finding> {
        let mut told: Vec<&Finding> = self.asked_of().collect();
        told.sort_by_key(|it| {
            (!self.counts(it), std::cmp::Reverse(it.severity), !it.is_open(), it.since, it.id)
        });
        told
    }

    fn asked_of(&self) -> impl Iterator<Item = &Finding> {
        self.found.values().filter(|finding| finding.severity >= self.asked.severity)
    }

    /// How many findings are milder than what is asked for.
    pub fn milder(&self) -> usize {
        self.found.len() - self.asked_of().count()
    }

    /// Who could not look in any reading, and why.
    pub fn blind(&self) -> impl Iterator<Item = (&'static Detector, &str)> {
        let alone = self.readings < 2;
        ALL.iter().zip(&self.looked).filter_map(move |(detector, looked)| match looked {
            Looked::No(why) | Looked::Elsewhere(why) => Some((*detector, &**why)),
            Looked::Yes if alone && matches!(detector.rule, Rule::Grows(..)) => Some((*detector, ALONE)),
            Looked::Yes => None,
        })
    }

    /// The answer.
    pub fn answer(&self) -> Answer {
        if self.found.values().any(|finding| self.counts(finding)) {
            return Answer::Found;
        }
        let Some(last) = &self.last else { return Answer::Blind("nothing could be read".to_owned()) };
        // What the namespace has does not tell what the process does.
        let (told, why) = last.scope(self.scope());
        let own = why.filter(|_| told != self.scope());
        let blind = self.looked.iter().all(|looked| *looked != Looked::Yes);
        match own
            .map(String::from)
            .or_else(|| self.blind().next().filter(|_| blind).map(|it| it.1.to_owned()))
        {
            Some(why) => Answer::Blind(why),
            None => Answer::Nothing,
        }
    }

    /// Whose sockets are looked at.
    fn scope(&self) -> Scope {
        if self.asked.scope == Scope::Host { Scope::Process } else { self.asked.scope }
    }

    /// Seconds between the first reading and the last.
    fn seconds(&self) -> f64 {
        let last = self.last.as_ref().map_or(self.begun, |last| last.moment.boottime);
        last.saturating_sub(self.begun) as f64 / 1e9
    }
}

/// Why counters that have to grow tell nothing.
const ALONE: &str = "there is one reading: nothing has grown since";

/// A form in which the answer is told.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Writes it.
    pub write: fn(&Check, &mut dyn Write) -> io::Result<()>,
}

/// All forms.
pub static FORMATS: &[&Format] = &[&text::FORMAT, &json::FORMAT, &sarif::FORMAT];

pub(crate) use json::schema;
