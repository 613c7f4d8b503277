//! `diff`: what has changed between two moments of a recording.

use std::path::PathBuf;
use std::process::ExitCode;

use netmonitor_core::detect::Thresholds;
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
    /// From when on something is wrong.
    pub(crate) thresholds: Thresholds,
}

impl Diff {
    /// Prints it.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let Self { file, moments, mut selection, asked, format, thresholds } = self;
        let mut recording = recording::open(&file)?;
        let picked = fit(&mut selection, &recording, asked)?;
        let (span, zone) = (recording.span(), recording::zone());
        let [from, to] = moments.map(|moment| moment.map(|moment| moment.within(&span, &zone)).transpose());
        let from = from.map_err(Refused)?.map_or(0, |from| recording.seek(from));
        let last = recording.ticks().saturating_sub(1);
        let to = to.map_err(Refused)?.map_or(last, |to| recording.seek(to));
        if to < from {
            return Err(Refused("--from-time is the earlier moment, --to-time the later one".into()).into());
        }
        let mut player = Player::new(recording, plan(&selection, false)).judging_by(thresholds);
        if let Some(pid) = picked {
            pick(&mut player, pid, (to, false))?;
        }
        let before = shown(&mut player, from, picked)?;
        let after = shown(&mut player, to, picked)?;
        let tables = diff::compare(&selection, &before, &after);
        let between = Between { before: &before, after: &after };
        let mut out = Output::open(None)?;
        out.print(|out| print_changes(&format, between, &tables, out).unwrap_or(Ok(())))?;
        recording::tell_damage(&file, player.recording());
        Ok(ExitCode::SUCCESS)
    }
}
