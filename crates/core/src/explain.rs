//! What a counter means: the dictionary's entries as text and as JSON.

use std::io::{self, Write};

use procnet::Unit;
pub use procnet::dictionary::Entry;
use procnet::dictionary::{Growth, lookup};
use procnet::proc::FileScope;
use serde::Serialize;

use crate::detect::tell::Told;
use crate::detect::{Detector, Thresholds};
use crate::export::SCHEMA;
use crate::scope::Scope;

/// The entries that words ask for.
///
/// # Errors
///
/// The nearest entries, where a name is not known.
pub fn named(name: &str) -> Result<Vec<&'static Entry>, Vec<&'static Entry>> {
    match lookup::named(name) {
        found if !found.is_empty() => Ok(found),
        _ => Err(lookup::nearest(name, 5)),
    }
}

/// All entries.
pub fn all() -> Vec<&'static Entry> {
    lookup::entries().collect()
}

/// The entry of a counter.
pub fn of(group: &str, name: &str) -> Option<&'static Entry> {
    lookup::find(group, name)
}

/// All entries of a group.
pub fn group(group: &str) -> Vec<&'static Entry> {
    lookup::entries().filter(|entry| entry.group == group).collect()
}

/// The entries that hold these words, those that have them in their name first.
pub fn search(words: &str) -> Vec<&'static Entry> {
    lookup::search(words)
}

/// The whole entry for people, in lines of at most `width` characters.
pub fn text(entry: &Entry, width: usize) -> Vec<String> {
    let Entry { group, name, full_name, kind, .. } = entry;
    let mut lines = vec![format!("{group}.{name}: {full_name}")];
    let unit = unit(entry.unit);
    lines.push(format!(
        "{} of {unit} · scope {} · growth {}",
        kind.word(),
        scope(entry.scope),
        growth(entry)
    ));
    lines.push(String::new());
    wrap(entry.meaning, "", width, &mut lines);
    let related = entry.related.join(", ");
    let rest = [
        ("next", entry.next),
        ("related", &related),
        ("source", entry.source),
        ("since", entry.since.unwrap_or_default()),
    ];
    lines.push(String::new());
    for (title, said) in rest.into_iter().filter(|(_, said)| !said.is_empty()) {
        wrap(said, &format!("{title:9}"), width, &mut lines);
    }
    lines
}

/// One line of a list.
pub fn line(entry: &Entry) -> String {
    format!("{}.{}  {}", entry.group, entry.name, first_sentence(entry.meaning))
}

/// The first sentence of a meaning, which stands by itself.
pub fn first_sentence(meaning: &'static str) -> &'static str {
    meaning.split_once(". ").map_or(meaning, |(first, _)| first)
}

fn growth(entry: &Entry) -> &'static str {
    match entry.growth {
        Growth::Normal => "is normal",
        Growth::Watch => "is worth a look when it is fast",
        Growth::Warning => "is a warning",
        Growth::None => "means nothing: it goes up and down or never changes",
    }
}

fn scope(scope: FileScope) -> &'static str {
    match scope {
        FileScope::Namespace => Scope::Namespace.word(),
        FileScope::Host | FileScope::InitialNamespace => Scope::Host.word(),
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "a number",
        Unit::Count => "events",
        Unit::Bytes => "bytes",
        Unit::Packets => "packets",
        Unit::Ticks => "clock ticks",
        Unit::Milliseconds => "milliseconds",
        Unit::Microseconds => "microseconds",
        Unit::Nanoseconds => "nanoseconds",
        Unit::BytesPerSecond => "bytes a second",
        Unit::Percent => "percent",
        Unit::Segments => "segments",
    }
}

/// Breaks a text at blanks; the first line begins with `title`, the others are indented as far.
pub(crate) fn wrap(text: &str, title: &str, width: usize, lines: &mut Vec<String>) {
    let mut line = title.to_owned();
    let mut bare = true;
    for word in text.split(' ') {
        if !bare && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(title.len())));
            bare = true;
        }
        if !std::mem::take(&mut bare) {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    counters: Vec<Json<'a>>,
    findings: Vec<Told>,
}

#[derive(Serialize)]
struct Json<'a> {
    group: &'a str,
    name: &'a str,
    full_name: &'a str,
    kind: &'a str,
    scope: &'a str,
    unit: &'a str,
    meaning: &'a str,
    growth: &'a str,
    next: &'a str,
    source: &'a str,
    related: &'a [&'a str],
    since: Option<&'a str>,
}

/// Writes entries, and detectors with their thresholds, as one JSON document.
///
/// # Errors
///
/// What writing says.
pub fn write_json(
    out: &mut dyn Write,
    entries: &[&Entry],
    detectors: &[&'static Detector],
    thresholds: &Thresholds,
) -> io::Result<()> {
    let counters = entries.iter().map(|entry| Json {
        group: entry.group,
        name: entry.name,
        full_name: entry.full_name,
        kind: entry.kind.word(),
        scope: scope(entry.scope),
        unit: unit(entry.unit),
        meaning: entry.meaning,
        growth: entry.growth.word(),
        next: entry.next,
        source: entry.source,
        related: entry.related,
        since: entry.since,
    });
    let findings = detectors.iter().map(|detector| Told::of(detector, thresholds)).collect();
    let document = Document { schema: SCHEMA, counters: counters.collect(), findings };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_told_in_lines_that_fit() {
        for entry in lookup::entries() {
            let lines = text(entry, 60);
            assert!(lines[0].starts_with(&format!("{}.{}", entry.group, entry.name)));
            let long =
                lines.iter().skip(2).find(|line| line.chars().count() > 60 && line.trim().contains(' '));
            assert_eq!(long.filter(|line| !line.contains("://")), None);
        }
    }

    #[test]
    fn an_unknown_name_gets_its_neighbours() {
        let nearest = named("TCPTimeout").unwrap_err();
        assert_eq!(nearest[0].name, "TCPTimeouts");
        assert_eq!(named("udp.inerrors").unwrap().len(), 1);
        assert!(named("InErrors").unwrap().len() > 1);
    }
}
