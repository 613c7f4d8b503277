//! `explain`: what counters mean.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
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
}

impl Explain {
    /// Prints it.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (entries, whole) = match (&self.name, &self.search) {
            (Some(name), _) => match explain::named(name) {
                Ok(entries) => (entries, true),
                Err(nearest) => return Ok(unknown(name, &nearest)),
            },
            (None, Some(words)) => (explain::search(words), false),
            (None, None) => (explain::all(), false),
        };
        if entries.is_empty() {
            tell(&format!("no counter's name or meaning holds {:?}", self.search.unwrap_or_default()));
            return Ok(ExitCode::from(UNKNOWN));
        }
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            explain::write_json(&mut out, &entries)
        } else {
            write_text(&mut out, &entries, whole)
        }
        .and_then(|()| out.flush())
        .context("writing")?;
        Ok(ExitCode::SUCCESS)
    }
}

fn unknown(name: &str, nearest: &[&Entry]) -> ExitCode {
    let names: Vec<_> = nearest.iter().map(|entry| format!("{}.{}", entry.group, entry.name)).collect();
    let nearest = match names.as_slice() {
        [] => "search with: netmonitor explain --search WORDS".to_owned(),
        names => format!("the nearest: {}", names.join(", ")),
    };
    tell(&format!("no counter is called {name:?}; {nearest}"));
    ExitCode::from(UNKNOWN)
}

fn write_text(out: &mut impl Write, entries: &[&Entry], whole: bool) -> io::Result<()> {
    for (place, entry) in entries.iter().enumerate() {
        if !whole {
            writeln!(out, "{}", explain::line(entry))?;
            continue;
        }
        if place > 0 {
            writeln!(out)?;
        }
        for line in explain::text(entry, WIDTH) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
