//! `show --scope host`: tables of all processes in all network namespaces of the machine.

use std::process::ExitCode;
use std::time::Instant;

use netmonitor_core::export::Selection;
use netmonitor_core::host::HostEngine;
use netmonitor_core::plan::{Ask, Counting, Ended, Plan, Watch};
use netmonitor_core::scope::Scope;
use netmonitor_sys::{HostCollector, Kind, ProcTree};

use super::Refused;
use super::output::Output;
use super::show::{Show, Stop, Woken, tell_problems};

impl Show {
    /// Prints tables of the machine until there is nothing more to print.
    pub(super) fn run_on_host(self, tree: ProcTree) -> anyhow::Result<ExitCode> {
        if tree.kind() == Kind::Copy {
            return Err(Refused(
                "--scope host looks at a running machine; of a captured copy name a process".into(),
            )
            .into());
        }
        is_of_all(&self.selection)?;
        let mut engine = HostEngine::new(tree.machine());
        let stop = self.interval.map(|_| Stop::new(self.output.is_none())).transpose()?;
        let mut collector = HostCollector::new(tree);
        let mut export = (self.format.export)();
        let mut out = Output::open(self.output.as_deref())?;
        let plan = Plan { ask: Ask::Never, wire: self.wire, ..Plan::in_scope(Scope::Host) };
        let (mut plan, mut teller) = (self.naming.plan(plan), self.naming.names.teller());
        let is_repeated = self.interval.is_some() && self.count != Some(1);
        if is_repeated {
            (plan.counting, plan.watch) = (Counting::On, Watch::Lately);
        }
        for (_, table) in self.selection.tables() {
            plan.add(table.needs(), Scope::Host);
        }
        let (mut told, mut next) = (Vec::new(), Instant::now());
        let (mut selection, mut is_last) = (self.selection.clone(), false);
        for reading in 1.. {
            is_last |= self.count == Some(reading);
            plan.ended = if is_repeated && !is_last { Ended::Once } else { Ended::Kept };
            engine.follow(&plan);
            collector.collect(&plan, &mut engine);
            let snapshot = self.naming.complete((&mut engine, &plan), &mut teller, HostEngine::snapshot);
            out.print(|out| export.write(out, &snapshot, &selection))?;
            tell_problems(&snapshot, (&selection, self.format), &mut told);
            let (Some(interval), Some(stop)) = (self.interval, &stop) else { break };
            if is_last {
                break;
            }
            next = (next + interval.duration()).max(Instant::now());
            if stop.wait(next, None) != Woken::Due {
                // What was counted up to the end is told once more, and as a whole.
                (selection, is_last) = (self.selection.counted(), true);
                if selection.views.is_empty() || out.is_closed() {
                    break;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Whether tables can be those of all processes.
pub(super) fn is_of_all(selection: &Selection) -> anyhow::Result<()> {
    let is_narrower = |scope: Scope| scope != Scope::Host;
    match selection.tables().find(|(_, table)| table.scope().is_some_and(is_narrower)) {
        None => Ok(()),
        Some((view, table)) => {
            let (view, table) = (view.name, table.name());
            let why = format!(
                "{view}.{table} is of one namespace: name a process; --scope host is for tables of sockets"
            );
            Err(Refused(why).into())
        }
    }
}
