//! `show --from`: tables of what was recorded.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use netmonitor_core::detect;
use netmonitor_core::export::Selection;
use netmonitor_core::interval::Interval;
use netmonitor_core::plan::{Counting, Ended, Plan, Watch};
use netmonitor_core::record::{LACKS, Player, Recording, When};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views;

use super::output::Output;
use super::show::{Show, tell_problems};
use super::show_host::is_of_all;
use super::{Refused, recording, tell};

/// A recording, and the moment of it.
pub(crate) struct From {
    pub(crate) file: PathBuf,
    /// The moment; else its last one, or of several its first.
    pub(crate) at: Option<When>,
    /// The time between two moments of several; else each of them.
    pub(crate) apart: Option<Interval>,
    pub(crate) asked: Asked,
}

/// What was asked for, beside tables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// One process out of a recording of all.
    pub(crate) pid: Option<u32>,
    /// The scope was asked for; else it is as recorded.
    pub(crate) is_scope_chosen: bool,
    /// Tabs were named; else they are the usual ones.
    pub(crate) has_tabs: bool,
}

impl Show {
    /// Prints one moment of a recording, or several.
    pub(super) fn run_from(mut self, from: From) -> anyhow::Result<ExitCode> {
        let mut recording = recording::open(&from.file)?;
        let picked = fit(&mut self.selection, &recording, from.asked)?;
        let is_repeated = self.interval.is_some() && self.count != Some(1);
        let span = recording.span();
        let at = from.at.map(|at| at.within(&span, &recording::zone())).transpose().map_err(Refused)?;
        let begin = match at {
            Some(sought) => recording.seek(sought),
            None if is_repeated => 0,
            None => recording.ticks().saturating_sub(1),
        };
        let mut player =
            Player::new(recording, Plan { own: self.naming.own, ..plan(&self.selection, is_repeated) })
                .judging_by(self.thresholds.clone());
        if let Some(pid) = picked {
            pick(&mut player, pid, (begin, is_repeated && at.is_none()))?;
        }
        let begin = player.now().map_or(begin, |(number, _)| number);
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
            let now = player.now().filter(|(_, snapshot)| snapshot.moment.boottime >= next);
            if let Some((_, snapshot)) = now.filter(|_| player.is_there()) {
                out.print(|out| export.write(out, &snapshot, &self.selection))?;
                tell_problems(&snapshot, (&self.selection, self.format), &mut told);
                printed += 1;
                next = snapshot.moment.boottime + apart;
            }
            is_there = player.step();
        }
        if printed == 0 {
            return Err(Refused(DAMAGED.into()).into());
        }
        Ok(())
    }
}

/// Nothing can be read at or after a moment.
const DAMAGED: &str = "nothing of the recording can be read from there on: it is damaged";

/// Watches the process out of all that has this number at a tick or, if that is wanted, at the first one after it that has
/// one.
pub(super) fn pick(
    player: &mut Player<File>,
    pid: u32,
    (number, searches): (u64, bool),
) -> anyhow::Result<()> {
    let mut is_there = player.to(number);
    while is_there {
        if player.pick(pid) {
            tell(&format!("note: {LACKS}"));
            return Ok(());
        }
        is_there = searches && player.step();
    }
    Err(not_there(player, Some(pid)))
}

/// What a tick shows of all, or of the process that was picked out of them.
pub(super) fn shown(
    player: &mut Player<File>,
    number: u64,
    picked: Option<u32>,
) -> anyhow::Result<Arc<Snapshot>> {
    let stands = player.to(number);
    match player.now().filter(|_| stands && player.is_there()) {
        Some((_, snapshot)) => Ok(snapshot),
        None => Err(not_there(player, picked.filter(|_| stands))),
    }
}

/// Nothing can be read, or the process is not there at the tick that the player stands at.
fn not_there(player: &Player<File>, pid: Option<u32>) -> anyhow::Error {
    let why = pid.zip(player.now()).map(|(pid, (_, snapshot))| {
        let moment = recording::zone().moment(snapshot.moment.wall);
        format!("process {pid} was not there at {moment}: give a time at which it was")
    });
    Refused(why.unwrap_or_else(|| DAMAGED.to_owned())).into()
}

/// What is shown as it was recorded, where nothing else was asked for. Gives the process that is to be picked out of all.
pub(super) fn fit(
    selection: &mut Selection,
    recording: &Recording<File>,
    asked: Asked,
) -> anyhow::Result<Option<u32>> {
    let head = recording.head();
    let refused = |why: String| Err(Refused(why).into());
    match (head.pid, asked.pid) {
        (Some(pid), Some(other)) if pid != other => {
            return refused(format!("the recording is of process {pid} alone"));
        }
        (Some(pid), _) => {
            if selection.scope == Scope::Host {
                return refused(format!("the recording is of process {pid} alone"));
            }
            if !asked.is_scope_chosen {
                selection.scope = head.scope.parse().unwrap_or_default();
            }
            return Ok(None);
        }
        (None, Some(pid)) => {
            if selection.scope == Scope::Host {
                return refused(format!(
                    "all processes are asked for, and {pid} alone: leave one of them out"
                ));
            }
            return Ok(Some(pid));
        }
        (None, None) => {}
    }
    if asked.is_scope_chosen && selection.scope != Scope::Host {
        return refused("the recording is of all processes: its scope is host, unless a PID is given".into());
    }
    if !asked.has_tabs {
        let processes = Selection::parse(&[views::PROCESSES], Scope::Host).map_err(Refused)?;
        selection.views = processes.views;
    }
    selection.scope = Scope::Host;
    is_of_all(selection)?;
    Ok(None)
}

/// What tables need of a recording.
pub(super) fn plan(selection: &Selection, is_repeated: bool) -> Plan {
    let watch = if is_repeated { Watch::Lately } else { Watch::Kept };
    let mut plan = Plan { counting: Counting::On, watch, ..Plan::in_scope(selection.scope) };
    for (view, table) in selection.tables() {
        plan.add(table.needs(), selection.scope);
        plan.tell_owners(view, selection.scope);
    }
    // What is recorded is there: it costs little to look for what is wrong, also where nobody would read anything for it.
    if selection.tables().any(|(_, table)| table.name() == views::FINDINGS) {
        plan.add(detect::needs(true), selection.scope);
    }
    plan.ended = if is_repeated { Ended::Once } else { Ended::Kept };
    plan
}
