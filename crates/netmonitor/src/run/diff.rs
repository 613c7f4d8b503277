//! `diff`: what has changed between two moments of a recording.

use std::path::PathBuf;
use std::process::ExitCode;

use netmonitor_core::diff;
use netmonitor_core::export::{Between, Selection, print_changes};
use netmonitor_core::record::{Player, When};

use super::output::Output;
use super::show_from::{fit, plan};
use super::{Refused, recording};

/// What to compare.
pub(crate) struct Diff {
    pub(crate) file: PathBuf,
    /// The earlier moment and the later one; else the first and the last.
    pub(crate) moments: [Option<When>; 2],
    pub(crate) selection: Selection,
    /// Tabs were named; else they are the usual ones.
    pub(crate) has_tabs: bool,
    /// The scope was asked for; else it is as recorded.
    pub(crate) is_scope_chosen: bool,
    pub(crate) format: String,
}

impl Diff {
    /// Prints it.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let Self { file, moments, mut selection, has_tabs, is_scope_chosen, format } = self;
        let mut recording = recording::open(&file)?;
        fit(&mut selection, &recording, (is_scope_chosen, has_tabs))?;
        let span @ (first, last) = (recording.first().wall, recording.last().wall);
        let zone = recording::zone();
        let [from, to] = moments.map(|moment| moment.map(|moment| moment.within(span, &zone)).transpose());
        let (from, to) = (from.map_err(Refused)?.unwrap_or(first), to.map_err(Refused)?.unwrap_or(last));
        if to < from {
            let why = format!("{} is after {}", zone.moment(from), zone.moment(to));
            return Err(Refused(format!("--from-time is the earlier moment: {why}")).into());
        }
        let numbers = [recording.find(from), recording.find(to)];
        let mut player = Player::new(recording, plan(&selection, false));
        let mut snapshots = numbers.into_iter().filter_map(|number| {
            let is_there = player.to(number);
            player.now().filter(|_| is_there).map(|(_, snapshot)| snapshot)
        });
        let (Some(before), Some(after)) = (snapshots.next(), snapshots.next()) else {
            let why = "nothing of the recording can be read from there on: it is damaged";
            return Err(Refused(why.into()).into());
        };
        let tables = diff::compare(&selection, &before, &after);
        let between = Between { before: &before, after: &after };
        let mut out = Output::open(None)?;
        out.print(|out| print_changes(&format, between, &tables, out).unwrap_or(Ok(())))?;
        recording::tell_damage(&file, player.recording());
        Ok(ExitCode::SUCCESS)
    }
}
