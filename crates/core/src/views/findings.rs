//! `findings`: what is wrong here, with the numbers that show it; and how each detector fared.

use procnet::{Column, Value};

use super::{Content, Rows, TableDef, View};
use crate::detect::{ALL, Detector, Finding, Findings, Looked, needs};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;

pub(super) static VIEW: View = View {
    name: "findings",
    help: "what is wrong here: since when, how bad, how sure, the numbers that show it, and what to do",
    owners: true,
    tables: &[&FINDINGS, &DETECTORS],
};

pub(super) static FINDINGS: TableDef = TableDef {
    name: "findings",
    doc: "what detectors have found, the worst first; what is over is kept for an hour",
    scope: None,
    content: &Found,
};

/// What is wrong now, beside what a process is and does.
pub(super) static OPEN: TableDef = TableDef {
    name: "findings",
    doc: "the 5 worst things that are wrong now; tab findings tells all, what is over, and what could not be looked at",
    scope: None,
    content: &Open,
};

static DETECTORS: TableDef = TableDef {
    name: super::DETECTORS,
    doc: "what is looked for, and what could not be looked at and why",
    scope: None,
    content: &Looking,
};

/// So many are shown of what is wrong now.
const WORST: usize = 5;

struct Found;

impl Content for Found {
    fn needs(&self) -> Needs {
        needs(true)
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        Some(DEFAULT)
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        Some(Box::new(FoundRows(snapshot.findings.as_ref()?)))
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn tells_what_is_missing(&self) -> bool {
        true
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("nothing was found so far")
    }
}

struct FoundRows<'a>(&'a Findings);

impl Rows for FoundRows<'_> {
    fn len(&self) -> usize {
        self.0.all.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        cell(&self.0.all, row, column)
    }

    fn remark(&self) -> Option<String> {
        let blind = self.0.looked.iter().filter(|looked| matches!(looked, Looked::No(_))).count();
        let mut said = Vec::new();
        if blind > 0 {
            said.push(format!("{blind} of {} detectors could not look: see detectors", ALL.len()));
        }
        if self.0.left_out > 0 {
            said.push(format!("{} more were found than are kept", self.0.left_out));
        }
        (!said.is_empty()).then(|| said.join("; "))
    }
}

/// What is found anyway: nothing is read for it.
struct Open;

impl Content for Open {
    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn columns(&self) -> Vec<Column> {
        Found.columns()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        Some(DEFAULT)
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        Some(Box::new(OpenRows(snapshot.findings.as_ref())))
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("nothing was found: tab findings and check look for what is wrong")
    }
}

struct OpenRows<'a>(Option<&'a Findings>);

impl Rows for OpenRows<'_> {
    fn len(&self) -> usize {
        self.0.map_or(0, |findings| findings.open().take(WORST).count())
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        // What is open stands first.
        self.0.map_or(Value::Absent(""), |findings| cell(&findings.all, row, column))
    }
}

fn cell(all: &[Finding], row: usize, column: usize) -> Value<'_> {
    match (all.get(row), COLUMNS.get(column)) {
        (Some(finding), Some((_, get))) => get(finding),
        _ => Value::Absent(""),
    }
}

static DEFAULT: &[&str] = &["severity", "life", "since", "about", "what"];

type Get = for<'a> fn(&'a Finding) -> Value<'a>;

fn text(text: &str) -> Value<'_> {
    Value::Text(text.as_bytes())
}

static COLUMNS: &[(Column, Get)] = described! {
    "id" "id" Key None "Number of the finding; what was over and began again has the same." |it| Value::Unsigned(it.id);
    "name" "name" Info None "Name of the detector: explain finding:NAME tells of it." |it| Value::Label(it.detector.name);
    "severity" "severity" Info None "info: worth knowing; warning: it costs service, or is what an attack leaves behind; critical: service is lost now." |it| Value::Label(it.severity.word());
    "life" "is" Info None "open, worse, better, or over." |it| Value::Label(it.life.word());
    "of" "scope" Info None "Whose state it is: process, tree, cgroup, namespace, host." |it| Value::Label(it.scope.word());
    "sure" "sure" Info None "certain: the kernel says so; likely; hint: it may be something else as well." |it| Value::Label(it.detector.sure.word());
    "since" "since" Info None "When it began, last." |it| Value::Time(it.since);
    "seen" "seen" Info None "When it was last seen." |it| Value::Time(it.seen);
    "times" "times" Info Count "How often it has begun." |it| Value::Unsigned(it.times);
    "about" "about" Info None "The socket, interface, counter, address or process that it is about." |it| text(&it.words[0]);
    "what" "what" Info None "What is to be seen." |it| text(&it.what);
    "evidence" "evidence" Info None "The numbers that show it, of when it was last seen, with those before." |it| text(it.evidence_text());
    "why" "why it matters" Info None "Why it matters." |it| Value::Label(it.detector.why);
    "next" "what to do next" Info None "What to do next." |it| Value::Label(it.detector.next);
    "reference" "reference" Info None "Where more is said of it." |it| Value::Label(it.detector.references);
};

struct Looking;

impl Content for Looking {
    fn needs(&self) -> Needs {
        needs(true)
    }

    fn columns(&self) -> Vec<Column> {
        LOOKING.iter().map(|(column, _)| *column).collect()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        Some(&["name", "title", "usual_severity", "could_not_look"])
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        Some(Box::new(LookingRows(snapshot.findings.as_ref()?)))
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn tells_what_is_missing(&self) -> bool {
        true
    }
}

struct LookingRows<'a>(&'a Findings);

impl Rows for LookingRows<'_> {
    fn len(&self) -> usize {
        self.0.looked.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        match (ALL.get(row).zip(self.0.looked.get(row)), LOOKING.get(column)) {
            (Some((detector, looked)), Some((_, get))) => get(detector, looked),
            _ => Value::Absent(""),
        }
    }
}

type Tell = for<'a> fn(&'static Detector, &'a Looked) -> Value<'a>;

static LOOKING: &[(Column, Tell)] = described! {
    "name" "name" Key None "Name of the detector: explain finding:NAME tells of it." |it, _| Value::Label(it.name);
    "title" "looks for" Info None "What it finds." |it, _| Value::Label(it.title);
    "usual_severity" "severity" Info None "How bad that is, usually." |it, _| Value::Label(it.severity.word());
    "of" "scope" Info None "Whose state it judges." |it, _| Value::Label(it.scope.word());
    "could_not_look" "could not look" Info None "What it could not read, and why; absent where it could." |_, looked| match looked {
        Looked::Yes => Value::Absent(""),
        Looked::No(why) | Looked::Elsewhere(why) => Value::Text(why.as_bytes()),
    };
};
