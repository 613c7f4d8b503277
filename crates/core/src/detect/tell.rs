//! What a detector declares, in words and as JSON: what `explain finding:NAME` tells, and the documents.

use serde::Serialize;

use super::{ALL, Detector, Threshold, Thresholds, find};
use crate::explain::wrap;

/// What stands before the name of a detector where names of counters stand, too.
pub const PREFIX: &str = "finding:";

/// The detectors that a word `finding:NAME` asks for: `finding:` alone for all of them. `None`: it is no such word.
///
/// # Errors
///
/// The nearest names, where there is none of this name.
#[allow(clippy::type_complexity)]
pub fn named(word: &str) -> Option<Result<Vec<&'static Detector>, Vec<&'static str>>> {
    let name = word.strip_prefix(PREFIX)?;
    Some(if name.is_empty() { Ok(ALL.clone()) } else { find(name).map(|detector| vec![detector]) })
}

/// The detectors whose name or texts hold these words, those that have them in their name first.
pub fn search(words: &str) -> Vec<&'static Detector> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let holds = |text: &str| words.iter().all(|word| text.to_lowercase().contains(word));
    let is_named = |it: &&&Detector| holds(it.name);
    let tells = |it: &&&Detector| holds(&[it.name, it.title, it.why, it.next, it.references].join(" "));
    let names = ALL.iter().filter(is_named);
    let others = ALL.iter().filter(|it| !is_named(it) && tells(it));
    names.chain(others).copied().collect()
}

/// One line of a list.
pub fn line(detector: &Detector) -> String {
    format!("{PREFIX}{}  {} ({})", detector.name, detector.title, detector.severity.word())
}

/// What it reads, each as it is told elsewhere.
pub fn sources(detector: &Detector) -> Vec<String> {
    let needs = (detector.needs)();
    let mut all: Vec<String> = needs.net.iter().map(|path| format!("net/{path}")).collect();
    all.extend(needs.dumps.iter().chain(&needs.seldom).map(|dump| dump.name.to_owned()));
    all.extend(needs.settings.iter().map(|setting| format!("sys/{}", setting.path)));
    let others = [
        (needs.process, "the process (limits, cgroup)"),
        (needs.traffic, "what is sent and received, counted in the kernel"),
        (needs.events, "connections as they come and go, told by the kernel"),
        (needs.roll, "which processes there are"),
        (needs.everybody, "the descriptors of all processes"),
        (needs.baseline, "a baseline that was learned"),
    ];
    all.extend(others.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, what)| what.to_owned()));
    all
}

/// All that is to be said of a detector, in lines of at most `width` characters.
pub fn text(detector: &Detector, width: usize, thresholds: &Thresholds) -> Vec<String> {
    let Detector { name, title, severity, scope, sure, why, next, references, .. } = detector;
    let mut lines = vec![format!("{PREFIX}{name}: {title}")];
    lines.push(format!("{} · scope {scope} · {}", severity.word(), sure.word()));
    lines.push(String::new());
    let sources = sources(detector).join(", ");
    for (title, said) in [("why", *why), ("next", next), ("reads", &sources), ("more", references)] {
        if !said.is_empty() {
            wrap(said, &format!("{title:10}"), width, &mut lines);
        }
    }
    if !detector.thresholds.is_empty() {
        lines.extend([
            String::new(),
            "thresholds, set in the configuration file under [thresholds]".to_owned(),
        ]);
    }
    for threshold in detector.thresholds {
        let Threshold { name, usual, unit, doc, source } = threshold;
        let set = match thresholds.is_set(threshold) {
            true => format!("{} {unit} as set; {usual} unless it is", thresholds.get(threshold)),
            false => format!("{usual} {unit}"),
        };
        lines.push(format!("  {name} = {set}"));
        wrap(&format!("{doc} From: {source}."), "    ", width, &mut lines);
    }
    lines
}

/// A detector as JSON.
#[derive(Serialize)]
pub(crate) struct Told {
    name: &'static str,
    title: &'static str,
    severity: &'static str,
    scope: &'static str,
    sure: &'static str,
    sources: Vec<String>,
    thresholds: Vec<ToldThreshold>,
    why: &'static str,
    next: &'static str,
    references: Vec<&'static str>,
}

#[derive(Serialize)]
struct ToldThreshold {
    name: &'static str,
    value: f64,
    default: f64,
    unit: &'static str,
    doc: &'static str,
    source: &'static str,
}

impl Told {
    pub(crate) fn of(detector: &'static Detector, set: &Thresholds) -> Self {
        let threshold = |it: &&'static Threshold| ToldThreshold {
            name: it.name,
            value: set.get(it),
            default: it.usual,
            unit: it.unit,
            doc: it.doc,
            source: it.source,
        };
        Self {
            name: detector.name,
            title: detector.title,
            severity: detector.severity.word(),
            scope: detector.scope.word(),
            sure: detector.sure.word(),
            sources: sources(detector),
            thresholds: detector.thresholds.iter().map(threshold).collect(),
            why: detector.why,
            next: detector.next,
            references: detector.references.split("; ").collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detectors_are_found_by_name_and_by_words() {
        assert!(named("TCPTimeouts").is_none());
        assert_eq!(named("finding:").unwrap().unwrap().len(), ALL.len());
        assert_eq!(named("finding:close-wait-leak").unwrap().unwrap()[0].name, "close-wait-leak");
        assert!(named("finding:close-wait-leek").unwrap().err().unwrap().contains(&"close-wait-leak"));
        assert!(named("finding:zzzzzzzzzzzz").unwrap().is_err());
        let titles: Vec<_> = search("accept queue full").iter().map(|it| it.title).collect();
        assert!(titles.contains(&"connections were dropped at a full accept queue"), "{titles:?}");
        assert_eq!(search("QUEUE-near")[0].name, "accept-queue-near-full");
        assert!(search("zzzzz").is_empty());
    }

    #[test]
    fn everything_is_told_in_lines_that_fit() {
        for detector in ALL.iter() {
            let lines = text(detector, 60, &Thresholds::default());
            let long =
                lines.iter().skip(1).find(|line| line.chars().count() > 60 && line.trim().contains(' '));
            let is_one = |line: &&String| line.contains(" = ") || line.starts_with("thresholds, set");
            assert_eq!(long.filter(|line| !is_one(line)), None);
            assert!(!sources(detector).is_empty(), "{} reads nothing", detector.name);
        }
    }

    #[test]
    fn what_was_set_is_told() {
        let detector = find("close-wait-leak").ok().unwrap();
        let set = Thresholds::of([("close-wait-sockets", 9.0)]).unwrap();
        let lines = text(detector, 100, &set).join("\n");
        assert!(lines.contains("close-wait-sockets = 9 sockets as set; 3 unless it is"), "{lines}");
        assert!(lines.contains("close-wait-seconds = 60 seconds"), "{lines}");
    }
}
