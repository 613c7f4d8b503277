//! What is wrong here: detectors look at a snapshot and the one before, and say what they see, with its evidence.
//!
//! A [`Detector`] is a static value in a file of its own: what it is called, what it needs, its thresholds, its rule, and
//! what people are told. A rule sees a [`Scene`] and reports what is to be seen now; it knows no clock but the sample's,
//! and what it remembers is bounded. What becomes of what was seen (since when it is so, whether it gets worse, when it is
//! over) is kept in one place, [`Watch`].
//!
//! To add a detector: a file under `health/` or `security/`, and a line in that folder's list.

/// Declares the modules of a folder, and lists their detectors.
macro_rules! detectors {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// All of them, in the order in which they are listed.
        pub(super) static ALL: &[&crate::detect::Detector] = &[$(&$module::DETECTOR,)*];
    };
}

mod baseline;
mod carry;
mod connections;
mod contacts;
mod finding;
pub mod groups;
mod health;
mod memory;
mod scene;
mod security;
pub mod tell;
mod threshold;
mod watch;
mod word;

use std::sync::LazyLock;

pub use baseline::{Baseline, Learner, Listener, Peer};
pub use carry::{Carried, Remember};
pub use connections::{Connection, Grown};
pub use contacts::{Begun, Contact};
pub use finding::{Amount, Evidence, Finding, Jump, Life, Severity, Subject, Sure};
pub use scene::{Counted, Found, Scene};
pub use threshold::{Threshold, Thresholds};
pub use watch::{Findings, Looked, Watch};

use crate::plan::Needs;
use crate::query::nearest::nearest;
use crate::scope::Scope;

/// A detector as it is declared.
#[derive(Debug)]
pub struct Detector {
    /// Its name, as it is typed and printed: a slug.
    pub name: &'static str,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// How bad that is, where it says nothing else.
    pub severity: Severity,
    /// Whose state it judges.
    pub scope: Scope,
    /// How sure it is.
    pub sure: Sure,
    /// What it needs.
    pub needs: fn() -> Needs,
    /// Its thresholds.
    pub thresholds: &'static [&'static Threshold],
    /// How it looks.
    pub rule: Rule,
    /// Why it matters.
    pub why: &'static str,
    /// What to do next.
    pub next: &'static str,
    /// Where more is said of it, parted by `; `: RFCs, the kernel's documents and sources, ATT&CK techniques.
    pub references: &'static str,
}

/// How a detector looks.
#[derive(Debug)]
pub enum Rule {
    /// One of these counters has grown by at least one, or by this threshold, since the last look.
    Grows(&'static [Counter], Option<&'static Threshold>),
    /// By what it remembers.
    Look(fn() -> Box<dyn Look>),
}

impl Rule {
    /// One that remembers nothing yet.
    fn look(&self) -> Option<Box<dyn Look>> {
        match self {
            Self::Look(make) => Some(make()),
            Self::Grows(..) => None,
        }
    }
}

/// A counter in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// The file under `net`.
    pub path: &'static str,
    /// The group in it.
    pub group: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// A counter of `net/netstat`.
const fn ext(name: &'static str) -> Counter {
    Counter { path: "netstat", group: "TcpExt", name }
}

/// A counter of IP in `net/netstat`.
const fn ip_ext(name: &'static str) -> Counter {
    Counter { path: "netstat", group: "IpExt", name }
}

/// A counter of `net/snmp`.
const fn snmp(group: &'static str, name: &'static str) -> Counter {
    Counter { path: "snmp", group, name }
}

/// A counter of `net/snmp6`: its name as it is shown, without the group that the file prints before it.
const fn snmp6(group: &'static str, name: &'static str) -> Counter {
    Counter { path: "snmp6", group, name }
}

/// A rule that remembers.
pub trait Look: Remember + Send {
    /// Looks once, and reports what is to be seen now.
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>);
}

/// All detectors: those of health, then those of security.
pub static ALL: LazyLock<Vec<&'static Detector>> =
    LazyLock::new(|| health::ALL.iter().chain(security::ALL).copied().collect());

/// The detector of this name, or the names that are most like it.
///
/// # Errors
///
/// There is none; the nearest names.
pub fn find(name: &str) -> Result<&'static Detector, Vec<&'static str>> {
    let found = ALL.iter().find(|detector| detector.name == name);
    found.copied().ok_or_else(|| nearest(name, ALL.iter().map(|detector| detector.name), 3))
}

/// What all of them need. That connections are watched as they come and go, and that what is moved is read, costs the whole
/// machine something: it is wanted where somebody looks at what was found.
pub fn needs(watches: bool) -> Needs {
    let mut all = Needs { findings: true, ..Needs::default() };
    for detector in ALL.iter() {
        all.add((detector.needs)());
    }
    all.events = watches;
    all.traffic &= watches;
    all
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::explain;

    #[test]
    fn names_are_slugs_and_unique_and_everything_is_said() {
        let mut names = HashSet::new();
        let mut thresholds = HashSet::new();
        for detector in ALL.iter() {
            let is_slug = |name: &str| {
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            };
            assert!(is_slug(detector.name) && names.insert(detector.name), "{}", detector.name);
            for text in [detector.why, detector.next] {
                assert!(text.ends_with('.') && text.len() > 20, "{}: {text}", detector.name);
            }
            assert!(!detector.title.ends_with('.') && !detector.references.is_empty(), "{}", detector.name);
            for threshold in detector.thresholds {
                assert!(is_slug(threshold.name) && thresholds.insert(threshold.name), "{}", threshold.name);
                assert!(!threshold.source.is_empty() && threshold.doc.ends_with('.'), "{}", threshold.name);
            }
        }
    }

    #[test]
    fn counters_are_in_files_that_are_needed() {
        for detector in ALL.iter() {
            let Rule::Grows(counters, _) = detector.rule else { continue };
            let needs = (detector.needs)();
            for counter in counters {
                let is_read = needs.net.iter().any(|path| path == counter.path);
                assert!(is_read, "{} {}", detector.name, counter.path);
                let is_known = explain::of(counter.group, counter.name).is_some();
                assert!(is_known, "{}: {}.{}", detector.name, counter.group, counter.name);
            }
        }
    }
}
