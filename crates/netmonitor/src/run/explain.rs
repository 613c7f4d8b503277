//! `explain`: what counters and findings mean.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use netmonitor_core::detect::{ALL, Detector, Thresholds, tell as findings};
use netmonitor_core::explain::{self, Entry};

use super::tell;

/// Exit status 1: a negative answer.
const UNKNOWN: u8 = 1;

/// Characters in a line.
const WIDTH: usize = 100;

/// What is to be explained, and how.
pub(crate) struct Explain {
    /// One counter, or all groups that have the name.
    pub(crate) name: Option<String>,
    /// Words to search for.
    pub(crate) search: Option<String>,
    /// As JSON.
    pub(crate) json: bool,
    /// Thresholds as they are set.
    pub(crate) thresholds: Thresholds,
}

impl Explain {
    /// Prints it.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let Some((told, whole)) = self.told() else { return Ok(ExitCode::from(UNKNOWN)) };
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            explain::write_json(&mut out, &told.entries, &told.detectors, &self.thresholds)
        } else {
            write_text(&mut out, &told.lines(whole, &self.thresholds), whole)
        }
        .and_then(|()| out.flush())
        .context("writing")?;
        Ok(ExitCode::SUCCESS)
    }

    /// What is told, and whether it is wholly; `None` if there is nothing, which was said.
    fn told(&self) -> Option<(Told, bool)> {
        let counters = |entries| Told { entries, ..Told::default() };
        let (told, whole) = match (&self.name, &self.search) {
            (Some(name), _) => match findings::named(name) {
                Some(Ok(detectors)) => {
                    let whole = name != findings::PREFIX;
                    return Some((Told { detectors, ..Told::default() }, whole));
                }
                Some(Err(nearest)) => {
                    let list = "netmonitor explain finding:";
                    unknown(
                        &format!("no finding is called {name:?}"),
                        &nearest,
                        &format!("list all with: {list}"),
                    );
                    return None;
                }
                None => match explain::named(name) {
                    Ok(entries) => (counters(entries), true),
                    Err(nearest) => {
                        let names: Vec<_> =
                            nearest.iter().map(|entry| format!("{}.{}", entry.group, entry.name)).collect();
                        let search = "search with: netmonitor explain --search WORDS";
                        unknown(&format!("no counter is called {name:?}"), &names, search);
                        return None;
                    }
                },
            },
            (None, Some(words)) => {
                (Told { entries: explain::search(words), detectors: findings::search(words) }, false)
            }
            (None, None) => (Told { entries: explain::all(), detectors: ALL.clone() }, false),
        };
        if told.entries.is_empty() && told.detectors.is_empty() {
            let words = self.search.as_deref().unwrap_or_default();
            tell(&format!("the name or meaning of no counter and of no finding holds {words:?}"));
            return None;
        }
        Some((told, whole))
    }
}

/// Counters and findings.
#[derive(Default)]
struct Told {
    entries: Vec<&'static Entry>,
    detectors: Vec<&'static Detector>,
}

impl Told {
    /// Each in lines: one, or as many as it takes.
    fn lines(&self, whole: bool, thresholds: &Thresholds) -> Vec<Vec<String>> {
        let entry = |entry: &&Entry| match whole {
            true => explain::text(entry, WIDTH),
            false => vec![explain::line(entry)],
        };
        let detector = |detector: &&'static Detector| match whole {
            true => findings::text(detector, WIDTH, thresholds),
            false => vec![findings::line(detector)],
        };
        self.entries.iter().map(entry).chain(self.detectors.iter().map(detector)).collect()
    }
}

fn unknown<S: std::borrow::Borrow<str>>(what: &str, nearest: &[S], otherwise: &str) {
    match nearest {
        [] => tell(&format!("{what}; {otherwise}")),
        names => tell(&format!("{what}; the nearest: {}", names.join(", "))),
    }
}

fn write_text(out: &mut impl Write, told: &[Vec<String>], whole: bool) -> io::Result<()> {
    for (place, lines) in told.iter().enumerate() {
        if whole && place > 0 {
            writeln!(out)?;
        }
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    Ok(())
}
