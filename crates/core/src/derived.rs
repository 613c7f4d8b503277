//! What is computed of a snapshot once: by the thread that reads, where it is known to be looked at, else by who
//! looks first.

use std::sync::{Arc, OnceLock};

use crate::census::Census;
use crate::names::Names;
use crate::plan::{Ask, Plan};
use crate::scope::Scope;
use crate::series::{Drawn, Figures};
use crate::snapshot::Snapshot;
use crate::traffic::Peers;
use crate::views::{By, Place, ProcessGroup, Summary, listed_processes};

/// What is computed of a snapshot.
#[derive(Default)]
pub(crate) struct Derived {
    /// Of those that hold sockets, of which a snapshot knows one scope, and of the namespace.
    scopes: [Scoped; 2],
    /// Processes by what they moved.
    processes: OnceLock<Vec<Place>>,
    groups: [OnceLock<Vec<ProcessGroup>>; By::ALL.len()],
    /// Of those that are asked for, of the namespace, of the machine.
    peers: [OnceLock<Peers>; 3],
    /// What is drawn over time of what is looked at.
    figures: OnceLock<(Drawn, Arc<Figures>)>,
}

#[derive(Default)]
struct Scoped {
    census: OnceLock<Option<Census>>,
    names: OnceLock<Option<Names>>,
    summary: OnceLock<Option<Summary>>,
}

impl Derived {
    /// Computes what a plan wants to have of a snapshot.
    pub(crate) fn prepare(snapshot: &Snapshot, plan: &Plan) {
        let asked = match plan.group {
            Scope::Process if plan.ask == Ask::Never => Scope::Namespace,
            group => group,
        };
        let (scope, _) = snapshot.scope(asked);
        if plan.derive.names {
            snapshot.names(scope);
        }
        if plan.derive.summary {
            snapshot.summary(scope);
        }
        if let Some(drawn) = plan.drawn {
            snapshot.figures(drawn);
        }
    }

    fn scoped(&self, scope: Scope) -> &Scoped {
        &self.scopes[usize::from(!scope.is_held())]
    }

    pub(crate) fn census(&self, snapshot: &Snapshot, scope: Scope) -> Option<&Census> {
        self.scoped(scope).census.get_or_init(|| Census::of(snapshot, scope)).as_ref()
    }

    pub(crate) fn summary(&self, snapshot: &Snapshot, scope: Scope) -> Option<&Summary> {
        let make = || snapshot.census(scope).map(|census| Summary::of(snapshot, census));
        self.scoped(scope).summary.get_or_init(make).as_ref()
    }

    pub(crate) fn processes(&self, snapshot: &Snapshot) -> &[Place] {
        self.processes.get_or_init(|| listed_processes(snapshot))
    }

    pub(crate) fn groups(&self, snapshot: &Snapshot, by: By) -> &[ProcessGroup] {
        self.groups[by as usize].get_or_init(|| ProcessGroup::all(snapshot, by))
    }

    pub(crate) fn peers(&self, snapshot: &Snapshot, scope: Scope) -> &Peers {
        let netns = snapshot.netns.inode;
        let place = match scope {
            Scope::Process | Scope::Tree | Scope::Cgroup => 0,
            Scope::Namespace => 1,
            Scope::Host => 2,
        };
        self.peers[place].get_or_init(|| match &snapshot.traffic {
            Some(Ok(traffic)) => Peers::of(traffic, |process| match place {
                0 => process.is_own,
                1 => netns == Some(process.seen.netns.into()),
                _ => snapshot.left_out != Some(process.seen.id.pid),
            }),
            _ => Peers { hosts: Vec::new(), ports: Vec::new() },
        })
    }

    pub(crate) fn figures(&self, snapshot: &Snapshot, drawn: Drawn) -> Arc<Figures> {
        let make = || Arc::new(Figures::of(snapshot, drawn));
        let (of, figures) = self.figures.get_or_init(|| (drawn, make()));
        if *of == drawn { figures.clone() } else { make() }
    }

    pub(crate) fn made_figures(&self) -> Option<Arc<Figures>> {
        self.figures.get().map(|(_, figures)| figures.clone())
    }

    pub(crate) fn names(&self, snapshot: &Snapshot, scope: Scope) -> Option<&Names> {
        let make = || snapshot.census(scope).map(|census| Names::of(census, snapshot));
        self.scoped(scope).names.get_or_init(make).as_ref()
    }
}
