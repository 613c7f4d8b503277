//! What was found in a session: the badge on every screen, the way from a finding to the row that it is about, and what was
//! acknowledged.

use std::collections::BTreeMap;

use netmonitor_core::detect::{Detector, Finding, Jump, Severity, find, tell};
use netmonitor_core::record::Sought;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{self, TableView};
use procnet::Value;

use crate::app::{App, Message};
use crate::document::Cursor;
use crate::event::{Effect, Go};
use crate::overlay::{Content, Meaning, Overlay};

/// Findings that were acknowledged: by number, how bad they were then. What gets worse is told again.
pub(crate) type Acknowledged = BTreeMap<u64, Severity>;

/// A row that is to be selected once it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    to: Jump,
    /// How often it is still looked for.
    left: u8,
}

/// In so many snapshots: the tab's sources must be read first.
const LOOKS: u8 = 3;

impl App {
    fn is_quiet(&self, finding: &Finding) -> bool {
        self.acknowledged.get(&finding.id).is_some_and(|then| finding.severity <= *then)
    }

    /// What is wrong now and was not acknowledged, in words, and the worst of it.
    pub(crate) fn badge(&self) -> Option<(Severity, String)> {
        let findings = self.snapshot.as_ref()?.findings.as_ref()?;
        let count =
            |severity| findings.open().filter(|it| it.severity == severity && !self.is_quiet(it)).count();
        let counts = [Severity::Critical, Severity::Warning].map(|severity| (severity, count(severity)));
        let told = counts.iter().filter(|(_, count)| *count > 0);
        let words: Vec<String> =
            told.clone().map(|(severity, count)| format!("{count} {}", severity.word())).collect();
        let (worst, _) = told.clone().next()?;
        Some((*worst, format!("! {}", words.join(", "))))
    }

    /// The finding whose row is selected.
    fn selected_finding<'a>(&self, snapshot: &'a Snapshot, tables: &[TableView<'_>]) -> Option<&'a Finding> {
        let cursor = self.panes[self.place()].cursor;
        let table = tables.get(cursor.table).filter(|table| table.name == views::FINDINGS)?;
        let id = table.named(cursor.row, "id")?.count()?;
        snapshot.findings.as_ref()?.all.iter().find(|finding| finding.id == id)
    }

    /// Goes to the row that the selected finding is about; `false` where none is selected, or it is about no row.
    pub(crate) fn jump(&mut self) -> bool {
        let Some(snapshot) = self.snapshot.clone() else { return false };
        let tables = self.tables(&snapshot);
        let Some(finding) = self.selected_finding(&snapshot, &tables) else { return false };
        let (jump, name) = (finding.subject.jump(), finding.detector.name);
        drop(tables);
        let Some(to) = jump else { return false };
        self.select(views::place(to.tab));
        self.message = Some(Message::Remark(format!("{name}: F leads back")));
        self.sought = Some(Wanted { to, left: LOOKS });
        self.seek_row();
        true
    }

    /// Selects the row that is sought, if it is there.
    pub(crate) fn seek_row(&mut self) {
        let Some(mut sought) = self.sought.take() else { return };
        let Some(snapshot) = self.snapshot.clone() else { return };
        if self.view().name != sought.to.tab {
            return;
        }
        let tables = self.tables(&snapshot);
        let row = tables.iter().enumerate().filter(|(_, table)| table.name == sought.to.table).find_map(
            |(at, table)| {
                let is_it = |row: &usize| sought.to.is_about(table, *row);
                (0..table.len()).find(is_it).map(|row| Cursor { table: at, row })
            },
        );
        drop(tables);
        if let Some(cursor) = row {
            let pane = self.pane();
            (pane.cursor, pane.follows) = (cursor, true);
        } else {
            sought.left -= 1;
            self.sought = Some(sought).filter(|sought| sought.left > 0);
        }
    }

    /// Acknowledges the selected finding, or takes that back.
    pub(crate) fn acknowledge(&mut self) {
        let Some(snapshot) = self.snapshot.clone() else { return };
        let tables = self.tables(&snapshot);
        let found =
            self.selected_finding(&snapshot, &tables).map(|it| (it.id, it.severity, it.detector.name));
        drop(tables);
        let words = match found {
            None => "select a finding to acknowledge it: F shows them".to_owned(),
            Some((id, _, name)) if self.acknowledged.remove(&id).is_some() => {
                format!("{name} is told of again")
            }
            Some((id, severity, name)) => {
                self.acknowledged.insert(id, severity);
                format!("{name} is quiet unless it gets worse; the same key takes that back")
            }
        };
        self.message = Some(Message::Remark(words));
    }

    /// Tells all of the detector that a row is of, of a table of findings or of detectors; `false`: it is of none.
    pub(crate) fn explain_detector(&mut self) -> bool {
        let Some(snapshot) = self.snapshot.clone() else { return false };
        let cursor = self.pane().cursor;
        let tables = self.tables(&snapshot);
        let table = tables
            .get(cursor.table)
            .filter(|table| [views::FINDINGS, views::DETECTORS].contains(&&*table.name));
        let found = table.and_then(|table| match table.named(cursor.row, "name")? {
            Value::Label(name) => find(name).ok(),
            _ => None,
        });
        drop(tables);
        found.is_some_and(|detector| {
            self.show_detector(detector);
            true
        })
    }

    fn show_detector(&mut self, detector: &'static Detector) {
        let detector = Some((detector, self.settings.thresholds.clone()));
        let title = tell::PREFIX.trim_end_matches(':').to_owned();
        self.overlay =
            Some(Overlay::new(Content::Meaning(Meaning { title, detector, ..Meaning::default() })));
    }

    /// Tells what finds something, by a word `finding:NAME`; `false`: it is no such word.
    pub(crate) fn explain_finding(&mut self, word: &str) -> bool {
        match tell::named(word) {
            None => return false,
            Some(Ok(detectors)) => match detectors.as_slice() {
                [one] => self.show_detector(one),
                all => {
                    let said = all.iter().map(|detector| tell::line(detector)).collect();
                    let meaning = Meaning { title: "findings".to_owned(), said, ..Meaning::default() };
                    self.overlay = Some(Overlay::new(Content::Meaning(meaning)));
                }
            },
            Some(Err(near)) => {
                let hint =
                    if near.is_empty() { String::new() } else { format!("; nearest: {}", near.join(", ")) };
                self.message = Some(Message::Error(format!("no finding is called {word:?}{hint}")));
            }
        }
        true
    }

    /// Goes on to where something begins to be wrong; or back to where it began.
    pub(crate) fn go_to_finding(&mut self, forward: bool, effects: &mut Vec<Effect>) {
        if forward {
            return self.go_in_time(Go::NextFinding(self.asked_scope()), effects);
        }
        let now = self.snapshot.as_ref().map(|snapshot| snapshot.moment.wall);
        let findings = self.snapshot.as_ref().and_then(|snapshot| snapshot.findings.as_ref());
        let begun = findings.iter().flat_map(|findings| findings.all.iter()).map(|finding| finding.since);
        match begun.filter(|since| Some(*since) < now).max() {
            Some(since) => self.go_in_time(Go::To(Sought::Wall(since)), effects),
            None => self.message = Some(Message::Remark("nothing was found before this moment".to_owned())),
        }
    }
}
