//! `diff`, as typed.

use std::path::PathBuf;

use clap::Args;
use netmonitor_core::export::{CHANGE_FORMATS, Selection};
use netmonitor_core::record::When;

use super::{Chosen, Meant, not_before_the_command, refuse};
use crate::run::diff::Diff;
use crate::run::show_from::Asked;

#[derive(Debug, Args)]
pub(super) struct Typed {
    /// The recording; FILE.1, FILE.2 and so on beside it, which were written before it, belong to it
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What to compare: a tab, or one table of a tab [default: the nine tabs]; before them, of a recording of all
    /// processes, the PID of one
    #[arg(value_name = "PID | TAB | TAB.TABLE")]
    words: Vec<String>,

    /// The earlier moment: 03:12 or 03:12:07 of the last day, 2026-11-30T03:12:07Z, -5m before the end, +5m after the
    /// beginning [default: the first]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from_time: Option<When>,

    /// The later moment [default: the last]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to_time: Option<When>,

    /// Output format: text, json or csv (of exactly one table)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = CHANGE_FORMATS)]
    format: String,
}

impl Typed {
    pub(super) fn meant(self, before: Option<String>, chosen: &Chosen) -> anyhow::Result<Meant> {
        not_before_the_command(before, "diff")?;
        let pid = self.words.first().and_then(|word| super::pid(word));
        let tabs = &self.words[usize::from(pid.is_some())..];
        let selection = Selection::parse(tabs, chosen.scope).map_err(refuse)?.grouped(chosen.by);
        if self.format == "csv" && selection.tables().count() != 1 {
            return Err(refuse("csv takes exactly one table, as tcp.tcp".to_owned()));
        }
        Ok(Meant::Diff(Diff {
            file: self.file,
            moments: [self.from_time, self.to_time],
            asked: Asked { pid, is_scope_chosen: chosen.has_scope, has_tabs: !tabs.is_empty() },
            selection,
            format: self.format,
            thresholds: chosen.thresholds.clone(),
        }))
    }
}
