//! The answer for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Check, Format};
use crate::detect::{Finding, Severity};
use crate::explain::wrap;
use crate::format::harmless_text;
use crate::scope::Scope;

pub(super) static FORMAT: Format =
    Format { name: "text", doc: "for people: what, since when, the numbers that show it, what to do", write };

/// Characters in a line.
const WIDTH: usize = 100;

fn write(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", head(check))?;
    for finding in check.told() {
        writeln!(out)?;
        lines(check, finding)
            .iter()
            .try_for_each(|line| writeln!(out, "{}", harmless_text(line.as_bytes())))?;
    }
    let mut blind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    check.blind().for_each(|(detector, why)| blind.entry(why).or_default().push(detector.name));
    if !blind.is_empty() {
        writeln!(out, "\ncould not look")?;
        let mut lines = Vec::new();
        for (why, names) in &blind {
            wrap(&format!("{why}: {}", names.join(", ")), "  ", WIDTH, &mut lines);
        }
        lines.iter().try_for_each(|line| writeln!(out, "{}", harmless_text(line.as_bytes())))?;
    }
    writeln!(out, "\n{}", sum(check))
}

/// Whose readings they are.
fn head(check: &Check) -> String {
    let Some(last) = &check.last else { return "nothing was read".to_owned() };
    let process = &last.process;
    let whom = if process.is_known() { process.title() } else { "the network namespace".to_owned() };
    let readings = if check.readings == 1 { "reading" } else { "readings" };
    let when = check.asked.zone.moment(last.moment.wall);
    format!("{whom}: {} {readings} in {:.1} s, the last at {when}", check.readings, check.seconds())
}

fn lines(check: &Check, finding: &Finding) -> Vec<String> {
    let detector = finding.detector;
    let mut lines = Vec::new();
    wrap(&finding.what, &format!("{:10}", finding.severity.word()), WIDTH, &mut lines);
    let apart = if check.counts(finding) { "" } else { " · counts with --scope host alone" };
    let times = match finding.times {
        0 | 1 => String::new(),
        times => format!(", {times} times"),
    };
    let zone = &check.asked.zone;
    lines.push(format!(
        "{:10}{} · {} · {} · {}{times} since {}{apart}",
        "",
        detector.name,
        finding.scope,
        finding.detector.sure.word(),
        finding.life.word(),
        zone.day_and_time(finding.since)
    ));
    wrap(&finding.subject.to_string(), &format!("{:10}", "about"), WIDTH, &mut lines);
    for evidence in &finding.evidence {
        wrap(
            &format!("{evidence}, by {}", evidence.source),
            &format!("{:10}", "evidence"),
            WIDTH,
            &mut lines,
        );
    }
    for (title, said) in [("why", detector.why), ("next", detector.next), ("more", detector.references)] {
        wrap(said, &format!("{title:10}"), WIDTH, &mut lines);
    }
    lines
}

/// What it comes to.
fn sum(check: &Check) -> String {
    let told = check.told();
    let counted = |severity: Severity| {
        let count = told.iter().filter(|it| it.severity == severity && check.counts(it)).count();
        (count > 0).then(|| format!("{count} {}", severity.word()))
    };
    let counts: Vec<String> = Severity::ALL.into_iter().rev().filter_map(counted).collect();
    let mut said = vec![match counts.as_slice() {
        [] => format!("nothing was found that counts: {} or worse", check.asked.severity.word()),
        counts => format!("found: {}", counts.join(", ")),
    }];
    let apart = told.iter().filter(|it| !check.counts(it) && it.scope == Scope::Host).count();
    if apart > 0 {
        said.push(format!("{apart} of the whole machine"));
    }
    if check.milder() > 0 {
        said.push(format!("{} milder: --severity info tells them", check.milder()));
    }
    if check.left_out > 0 {
        said.push("more was found than is kept".to_owned());
    }
    said.join("; ")
}
