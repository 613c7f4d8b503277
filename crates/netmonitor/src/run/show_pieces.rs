//! `show` of one large table, once: a thread reads, and rows are printed while others come. Nothing holds all of them.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc;

use anyhow::{Context, anyhow};
use netmonitor_core::engine::Engine;
use netmonitor_core::pieces::Pieces;
use netmonitor_core::plan::Plan;
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_sys::{Collector, Ended};

use super::Refused;
use super::show::{Print, Show, tell_problems};

/// How far printing came.
enum Printed {
    /// All that was handed on.
    All {
        /// Something was.
        begun: bool,
    },
    /// Nothing: another scope is shown than the plan was made for.
    Nothing(Scope),
}

impl Show {
    /// Prints one reading while it is made.
    pub(super) fn pieces(
        &self,
        collector: &mut Collector,
        engine: &mut Engine,
        print: &mut Print,
    ) -> anyhow::Result<()> {
        let mut scope = self.selection.scope;
        let (last, begun) = loop {
            let printed = self.pieces_in(scope, collector, engine, print)?;
            let last = engine.snapshot();
            // Without the process's own descriptors the namespace's sockets are shown, and other owners sought.
            scope = match printed {
                Printed::Nothing(shown) => shown,
                Printed::All { begun: false } if last.scope(self.selection.scope).0 != scope => {
                    last.scope(self.selection.scope).0
                }
                Printed::All { begun } => break (last, begun),
            };
        };
        let Print { export, out, .. } = print;
        out.print(|out| match begun {
            true => export.write_piece(out, &last, &self.selection, true),
            false => export.write(out, &last, &self.selection),
        })?;
        tell_problems(&last, (&self.selection, self.format), &mut print.told);
        Ok(())
    }

    fn pieces_in(
        &self,
        scope: Scope,
        collector: &mut Collector,
        engine: &mut Engine,
        print: &mut Print,
    ) -> anyhow::Result<Printed> {
        let plan = Plan { pieces: true, ..self.plan(scope) };
        engine.follow(&plan);
        // One piece is read while another is printed.
        let (sender, receiver) = mpsc::sync_channel::<Arc<Snapshot>>(1);
        let read = move || {
            let mut each = |snapshot| match sender.send(snapshot) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            };
            let mut pieces = Pieces::new(engine, &mut each);
            (collector.collect(&plan, &mut pieces), pieces.has_moved())
        };
        let Print { export, out, .. } = print;
        let (read, printed) = std::thread::scope(|threads| {
            let reader = std::thread::Builder::new()
                .name("reader".into())
                .spawn_scoped(threads, read)
                .context("starting a thread")?;
            let mut printed = Ok(Printed::All { begun: false });
            for snapshot in receiver {
                let (shown, _) = snapshot.scope(self.selection.scope);
                if shown != scope {
                    printed = Ok(Printed::Nothing(shown));
                    break;
                }
                printed = out
                    .print(|out| export.write_piece(out, &snapshot, &self.selection, false))
                    .map(|()| Printed::All { begun: true });
                if printed.is_err() {
                    break;
                }
            }
            let read = reader.join().map_err(|_| anyhow!("the reading thread has failed"))?;
            anyhow::Ok((read, printed))
        })?;
        match read {
            (Err(Ended), _) => Err(Refused("the process ended while it was read".into()).into()),
            (Ok(()), true) => {
                Err(Refused("the process changed its network namespace while it was read".into()).into())
            }
            (Ok(()), false) => printed,
        }
    }
}
