//! What is wrong with a row: the findings that are about it.

use super::{Group, Row};
use crate::detect::{Finding, Subject};
use crate::format::{harmless_text, rfc3339};

impl Row<'_> {
    /// The findings that are so now, with their numbers, why they matter and what to do.
    pub(super) fn wrong(&self) -> Group {
        let mut group = Group::new("What is wrong with it");
        let findings = self.snapshot.findings.iter().flat_map(|findings| findings.open());
        for finding in findings.filter(|finding| self.is_meant(finding)) {
            let Finding { detector, severity, since, what, .. } = finding;
            let (severity, what) = (severity.word(), harmless_text(what.as_bytes()));
            group.said.push(format!("{severity}: {what} ({}, since {})", detector.name, rfc3339(*since)));
            group.said.push(format!("Numbers: {}.", finding.evidence_text()));
            group.said.push(detector.why.to_owned());
            group.said.push(format!("Next: {}", detector.next));
        }
        group
    }

    /// A finding is about this row of its table, or of another one that tells of the same socket.
    fn is_meant(&self, finding: &Finding) -> bool {
        let Some(jump) = finding.subject.jump() else { return false };
        if self.table.name == jump.table {
            return jump.is_about(self.table, self.row);
        }
        match finding.subject {
            Subject::Socket { number: inode, .. } | Subject::Other(_, inode) if inode > 0 => {
                self.value("inode").and_then(|cell| cell.count()) == Some(inode)
            }
            _ => false,
        }
    }
}
