//! Names that the kernel does not know, for whatever is shown: whether addresses are looked up, and where.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use netmonitor_core::plan::Plan;
use netmonitor_core::sample::Sink;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::wanted_names;
use netmonitor_names::{Names, Teller};
use netmonitor_sys::boottime;

use super::{Refused, tell};

/// One reading waits no longer for names.
const LONGEST: Duration = Duration::from_secs(6);

/// How names are had.
#[derive(Debug, Clone, Default)]
pub(crate) struct Naming {
    pub(crate) names: Names,
    /// Names of remote addresses are looked up.
    pub(crate) resolve: bool,
    /// This program is told of among all of the machine.
    pub(crate) own: bool,
}

impl Naming {
    pub(crate) fn of(
        (resolve, own): (Option<bool>, Option<bool>),
        geoip: &[PathBuf],
    ) -> anyhow::Result<Self> {
        let names = Names::with_files(geoip).map_err(|why| Refused(why.to_string()))?;
        Ok(Self { names, resolve: resolve.unwrap_or(false), own: own.unwrap_or(false) })
    }

    /// Nothing is known of addresses, and nothing is to be.
    pub(crate) fn is_off(&self) -> bool {
        !self.resolve && !self.names.has_files()
    }

    /// The same plan with what is wanted of names.
    pub(crate) fn plan(&self, plan: Plan) -> Plan {
        Plan { resolve: self.resolve, own: self.own, ..plan }
    }

    /// The snapshot of a tick that was read, with names of the addresses in it, which are waited for.
    pub(super) fn complete<E: Sink>(
        &self,
        (engine, plan): (&mut E, &Plan),
        teller: &mut Teller,
        snapshot: impl Fn(&mut E) -> Arc<Snapshot>,
    ) -> Arc<Snapshot> {
        if !self.is_off() {
            let read = snapshot(engine);
            want(teller, plan, &read);
            if plan.resolve {
                teller.names().wait(LONGEST);
            }
        }
        teller.tick(plan.resolve, boottime(), engine);
        snapshot(engine)
    }
}

/// Has names of the addresses of a snapshot looked up.
pub(super) fn want(teller: &Teller, plan: &Plan, snapshot: &Snapshot) {
    if plan.resolve || teller.names().has_files() {
        teller.names().want(&wanted_names::addresses(snapshot, plan), plan.resolve);
    }
}

/// Tells whose names are shown, where they may not be those that the process has.
pub(super) fn tell_otherwise(snapshot: &Snapshot) {
    if let Some(why) =
        snapshot.naming.otherwise(snapshot.netns.inode).filter(|_| snapshot.naming.hosts.is_on())
    {
        tell(&format!("note: {why}"));
    }
}
