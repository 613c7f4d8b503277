//! `show --from`: tables of what was recorded.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use netmonitor_core::export::Selection;
use netmonitor_core::interval::Interval;
use netmonitor_core::plan::{Counting, Ended, Plan, Watch};
use netmonitor_core::record::{Player, Recording, When};
use netmonitor_core::scope::Scope;
use netmonitor_core::views;

use super::output::Output;
use super::show::{Show, tell_problems};
use super::show_host::is_of_all;
use super::{Refused, recording};

/// A recording, and the moment of it.
pub(crate) struct From {
    pub(crate) file: PathBuf,
    /// The moment; else its last one, or of several its first.
    pub(crate) at: Option<When>,
    /// The time between two moments of several; else each of them.
    pub(crate) apart: Option<Interval>,
    /// The scope was asked for; else it is as recorded.
    pub(crate) is_scope_chosen: bool,
    /// Tabs were named; else they are the usual ones.
    pub(crate) has_tabs: bool,
}

impl Show {
    /// Prints one moment of a recording, or several.
    pub(super) fn run_from(mut self, from: From) -> anyhow::Result<ExitCode> {
        let mut recording = recording::open(&from.file)?;
        fit(&mut self.selection, &recording, (from.is_scope_chosen, from.has_tabs))?;
        let is_repeated = self.interval.is_some() && self.count != Some(1);
        let (first, last) = (recording.first().wall, recording.last().wall);
        let at = from.at.map(|at| at.within((first, last), &recording::zone())).transpose();
        let begin = match at.map_err(Refused)? {
            Some(wall) => recording.find(wall),
            None if is_repeated => 0,
            None => recording.ticks().saturating_sub(1),
        };
        let mut player = Player::new(recording, plan(&self.selection, is_repeated));
        let apart = from.apart.map_or(0, |apart| apart.duration().as_nanos() as u64);
        let printed = self.print(&mut player, begin, apart);
        recording::tell_damage(&from.file, player.recording());
        printed.map(|()| ExitCode::SUCCESS)
    }

    /// Prints moments from one on, so many nanoseconds apart.
    fn print(&self, player: &mut Player<File>, begin: u64, apart: u64) -> anyhow::Result<()> {
        let mut export = (self.format.export)();
        let mut out = Output::open(self.output.as_deref())?;
        let mut told = Vec::new();
        let (mut is_there, mut printed, mut next) = (player.to(begin), 0, 0);
        while is_there && self.count.is_none_or(|count| printed < count) && !out.is_closed() {
            if let Some((_, snapshot)) = player.now().filter(|(_, snapshot)| snapshot.moment.boottime >= next)
            {
                out.print(|out| export.write(out, &snapshot, &self.selection))?;
                tell_problems(&snapshot, (&self.selection, self.format), &mut told);
                printed += 1;
                next = snapshot.moment.boottime + apart;
            }
            is_there = player.step();
        }
        if printed == 0 {
            let why = "nothing of the recording can be read from there on: it is damaged";
            return Err(Refused(why.into()).into());
        }
        Ok(())
    }
}

/// What is shown as it was recorded, where nothing else was asked for.
pub(super) fn fit(
    selection: &mut Selection,
    recording: &Recording<File>,
    (is_scope_chosen, has_tabs): (bool, bool),
) -> anyhow::Result<()> {
    let head = recording.head();
    let is_of_machine = head.pid.is_none();
    if is_of_machine && is_scope_chosen && selection.scope != Scope::Host {
        return Err(Refused("the recording is of all processes: its scope is host".into()).into());
    }
    if let Some(pid) = head.pid.filter(|_| selection.scope == Scope::Host) {
        return Err(Refused(format!("the recording is of process {pid} alone")).into());
    }
    if is_of_machine && !has_tabs {
        let processes = Selection::parse(&[views::PROCESSES], Scope::Host).map_err(Refused)?;
        selection.views = processes.views;
    }
    if is_of_machine {
        selection.scope = Scope::Host;
        is_of_all(selection)?;
    } else if !is_scope_chosen {
        selection.scope = head.scope.parse().unwrap_or_default();
    }
    Ok(())
}

/// What tables need of a recording.
pub(super) fn plan(selection: &Selection, is_repeated: bool) -> Plan {
    let watch = if is_repeated { Watch::Lately } else { Watch::Kept };
    let mut plan = Plan { counting: Counting::On, watch, ..Plan::in_scope(selection.scope) };
    for (view, table) in selection.tables() {
        plan.add(table.needs(), selection.scope);
        plan.tell_owners(view, selection.scope);
    }
    plan.ended = if is_repeated { Ended::Once } else { Ended::Kept };
    plan
}
