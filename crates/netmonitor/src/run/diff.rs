//! `diff`: what has changed between two moments of a recording.

use std::path::PathBuf;
use std::process::ExitCode;

use netmonitor_core::diff;
use netmonitor_core::export::{Between, Selection, print_changes};
use netmonitor_core::record::{Player, When};

use super::output::Output;
use super::show_from::{Asked, fit, pick, plan, shown};
use super::{Refused, recording};

/// What to compare.
pub(crate) struct Diff {
    pub(crate) file: PathBuf,
    /// The earlier moment and the later one; else the first and the last.
    pub(crate) moments: [Option<When>; 2],
    pub(crate) selection: Selection,
    pub(crate) asked: Asked,
    pub(crate) format: String,
}

impl Diff {
    /// Prints it.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let Self { file, moments, mut selection, asked, format } = self;
        let mut recording = recording::open(&file)?;
        let picked = fit(&mut selection, &recording, asked)?;
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
        if let Some(pid) = picked {
            pick(&mut player, pid, (numbers[1], false))?;
        }
        let before = shown(&mut player, numbers[0], picked)?;
        let after = shown(&mut player, numbers[1], picked)?;
        let tables = diff::compare(&selection, &before, &after);
        let between = Between { before: &before, after: &after };
        let mut out = Output::open(None)?;
        out.print(|out| print_changes(&format, between, &tables, out).unwrap_or(Ok(())))?;
        recording::tell_damage(&file, player.recording());
        Ok(ExitCode::SUCCESS)
    }
}
