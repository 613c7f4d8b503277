//! What is known at one moment: immutable, shared, the same for every way of looking.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use procnet::AnyTable;
use serde::{Deserialize, Serialize};

use crate::census::Census;
use crate::cgroup_paths::CgroupPaths;
use crate::derived::Derived;
use crate::detect::Findings;
use crate::events::Events;
use crate::files::{Files, NetPath};
use crate::interfaces::Interfaces;
use crate::names::Names;
use crate::naming::Naming;
use crate::owners::Owners;
use crate::process::Process;
use crate::rates::Earlier;
use crate::roll::Roll;
use crate::sample::{Machine, Moment, Reading, Status};
use crate::scope::Scope;
use crate::series::{Drawn, Figures};
use crate::settings::{Set, Setting};
use crate::sockets::{SocketKind, Sockets};
use crate::tally::Totals;
use crate::traffic::{Peers, Reason, Traffic};
use crate::views::{By, Place, ProcessGroup, Summary};

/// One moment of a process and its network namespace.
#[derive(Clone)]
pub struct Snapshot {
    /// When.
    pub moment: Moment,
    /// It comes from a recording: what is not in it was not recorded, and will not be read.
    pub is_recorded: bool,
    /// Where.
    pub machine: Arc<Machine>,
    /// The process.
    pub process: Arc<Process>,
    /// Its network namespace.
    pub netns: Netns,
    /// Who holds which socket.
    pub owners: Arc<Owners>,
    /// Names that do not come from the kernel.
    pub naming: Naming,
    /// Of the whole machine: a snapshot of each network namespace. `None`: this is one process's.
    pub namespaces: Option<Arc<[Arc<Snapshot>]>>,
    /// What happened to the process while it was watched, oldest first.
    pub notes: Arc<[Note]>,
    /// The files under `net`: their names, and what reading them took.
    pub files: Files,
    /// Names of the namespace's interfaces, as far as their list was read.
    pub interfaces: Arc<Interfaces>,
    pub(crate) settings: BTreeMap<&'static str, Set>,
    pub(crate) sources: BTreeMap<NetPath, Source>,
    pub(crate) sockets: Vec<Arc<Sockets>>,
    /// What the process's TCP connections have moved, those included that are no more; `None` where no figures
    /// are told.
    pub totals: Option<Totals>,
    /// How listening to the ends of sockets went; `None` where nobody did.
    pub ends: Option<Reading>,
    /// What was counted of what processes send and receive, or why nothing was; `None` before it was tried.
    pub traffic: Option<Result<Arc<Traffic>, Arc<Reason>>>,
    /// What happened to connections, or why that is not known; `None` before anybody looked.
    pub events: Option<Result<Arc<Events>, Arc<Reason>>>,
    /// What detectors have found; `None` where none has looked.
    pub findings: Option<Findings>,
    /// Who is there; `None` before anybody looked.
    pub roll: Option<Arc<Roll>>,
    /// What control groups are called.
    pub cgroups: CgroupPaths,
    /// The process that is left out among all of the machine: the one that reads.
    pub left_out: Option<u32>,
    pub(crate) derived: Arc<Derived>,
}

/// The network namespace of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Netns {
    /// Inode of the namespace; `None` where it cannot be seen.
    pub inode: Option<u64>,
    /// Because permission was refused.
    pub refused: bool,
    /// How entering it went, of one among all of a machine.
    pub entered: Option<Status>,
}

/// Something that happened to the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Wall clock of the tick that noticed it, nanoseconds since the epoch.
    pub wall: i64,
    /// What.
    pub event: NoteEvent,
}

/// What can happen to a target that lives on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoteEvent {
    /// It runs another program now: the names before and after.
    Exec {
        /// Name before.
        from: Vec<u8>,
        /// Name after.
        to: Vec<u8>,
    },
    /// It is in another network namespace now: figures began anew.
    NetnsChanged {
        /// Inode before.
        from: u64,
        /// Inode after.
        to: u64,
    },
}

/// One file under `net` as it was last read.
#[derive(Clone)]
pub struct Source {
    /// How the last reading went.
    pub reading: Reading,
    /// What it said; that of the reading before where the last one failed is not kept.
    pub table: Arc<dyn AnyTable>,
    /// Its text as it is, line by line, where that was asked for.
    pub text: Option<Arc<dyn AnyTable>>,
    /// The reading of the tick before, if there was one.
    pub before: Option<Earlier>,
    /// The first reading.
    pub base: Option<Earlier>,
    /// Rows in the order in which they are to be shown, where it is not the kernel's.
    pub order: Option<Arc<[u32]>>,
    /// Rows of sockets that the target holds, where the file tells inodes.
    pub owned: Option<Arc<[u32]>>,
}

impl Source {
    /// The rows that are to be shown, in order.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        let order = self.order.as_deref();
        let count = order.map_or(self.table.len(), <[u32]>::len);
        (0..count).map(move |place| order.map_or(place, |order| order[place] as usize))
    }

    /// Nanoseconds between this reading and the one before.
    pub fn elapsed(&self) -> u64 {
        self.before.as_ref().map_or(0, |before| self.reading.at.saturating_sub(before.at()))
    }
}

impl Snapshot {
    /// A file under `net`; `None` when it was never read.
    pub fn source(&self, path: &str) -> Option<&Source> {
        self.sources.get(path)
    }

    /// A setting of the kernel; `None` when it was never read.
    pub fn setting(&self, setting: &Setting) -> Option<&Set> {
        self.settings.get(setting.path)
    }

    /// The sockets of a kind; `None` when they were never read.
    pub fn sockets(&self, kind: &SocketKind) -> Option<&Arc<Sockets>> {
        self.sockets.iter().find(|sockets| sockets.kind == kind)
    }

    /// All sockets of a scope, of every family; `None` when none were read.
    pub fn census(&self, scope: Scope) -> Option<&Census> {
        self.derived.census(self, scope)
    }

    /// The sums of the sockets of a scope.
    pub(crate) fn summary(&self, scope: Scope) -> Option<&Summary> {
        self.derived.summary(self, scope)
    }

    /// All processes in the order in which they are listed.
    pub(crate) fn listed_processes(&self) -> &[Place] {
        self.derived.processes(self)
    }

    /// The same in groups.
    pub(crate) fn groups(&self, by: By) -> &[ProcessGroup] {
        self.derived.groups(self, by)
    }

    /// Remote addresses and ports of the processes of a scope.
    pub(crate) fn peers(&self, scope: Scope) -> &Peers {
        self.derived.peers(self, scope)
    }

    /// What of it is drawn over time.
    pub fn figures(&self, drawn: Drawn) -> Arc<Figures> {
        self.derived.figures(self, drawn)
    }

    /// The same as it was made first, of whatever was looked at then; `None` where nobody has made it.
    pub fn made_figures(&self) -> Option<Arc<Figures>> {
        self.derived.made_figures()
    }

    /// The same with nothing of what was counted but that of the processes that are asked for.
    pub(crate) fn of_own_traffic(&self) -> Self {
        let traffic = self
            .traffic
            .as_ref()
            .map(|traffic| traffic.as_ref().map(|traffic| Arc::new(traffic.of_own())).map_err(Arc::clone));
        Self { traffic, derived: Arc::default(), ..self.clone() }
    }

    /// What the sockets of a scope are called.
    pub fn names(&self, scope: Scope) -> Option<&Names> {
        self.derived.names(self, scope)
    }

    /// The scope that can be had when `asked` is: without the target's descriptors nobody can tell which
    /// sockets are its own, and the namespace is shown instead. With it the reason.
    pub fn scope(&self, asked: Scope) -> (Scope, Option<Cow<'static, str>>) {
        let status = self.owners.target_status.filter(|_| asked.is_held());
        match (asked, status) {
            (_, Some(Status::Denied)) => (
                Scope::Namespace,
                Some(format!("descriptors not readable: {}", self.owners.refusal()).into()),
            ),
            (_, Some(Status::Missing)) => {
                let why = match self.process.is_known() {
                    true => "the tree holds no descriptors of the process",
                    false => "the tree tells of no process",
                };
                (Scope::Namespace, Some(why.into()))
            }
            (_, Some(Status::Error(_))) => (Scope::Namespace, Some("descriptors not readable".into())),
            (asked, Some(Status::Interrupted)) => {
                (asked, Some("descriptors changed while they were read".into()))
            }
            (asked, Some(Status::Partial(..))) => {
                (asked, Some("descriptors of some threads not readable".into()))
            }
            (scope, _) => (scope, None),
        }
    }

    /// `tree · 3 processes`: the processes whose sockets are picked out.
    pub fn group_title(&self) -> String {
        let word = self.owners.group_scope.word();
        match self.owners.group_size {
            0 | 1 => word.to_owned(),
            more => format!("{word} · {more} processes"),
        }
    }

    /// Whether an exec and a change of namespace would be seen.
    pub fn shows_changes(&self) -> bool {
        self.process.shows_exec() && self.netns.inode.is_some()
    }

    /// Age of a reading at the moment of the snapshot, nanoseconds.
    pub fn age(&self, reading: Reading) -> u64 {
        self.moment.boottime.saturating_sub(reading.at)
    }

    /// Wall clock of a moment that was told in boot time, nanoseconds since the epoch.
    pub fn wall(&self, boottime: u64) -> i64 {
        let ago = self.moment.boottime.saturating_sub(boottime);
        self.moment.wall.saturating_sub_unsigned(ago)
    }

    /// `namespace net:[4026531840] · shared by 12 processes`, as far as it is known.
    pub fn namespace_title(&self) -> String {
        let Some(inode) = self.netns.inode else {
            return match self.netns.refused {
                true => format!("namespace (which: {})", self.owners.refusal()),
                false => "namespace (not known which)".to_owned(),
            };
        };
        let Owners { all_counted, sharing, .. } = *self.owners;
        let at_least = if all_counted { "" } else { "at least " };
        match sharing {
            0 | 1 if !at_least.is_empty() => format!("namespace net:[{inode}]"),
            0 | 1 => format!("namespace net:[{inode}] · of this process alone"),
            more => format!("namespace net:[{inode}] · shared by {at_least}{more} processes"),
        }
    }
}
