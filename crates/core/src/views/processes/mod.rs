//! `processes`: all processes of the machine by what they send and receive, as the kernel counts it, one by one or in groups.

mod by;
mod figures;
mod groups;

use std::cmp::Reverse;

use procnet::{Column, Value};

use super::not_counted::counted;
use super::{Content, Rows, TableDef, View};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::traffic::{Counts, Moved, Process, Sums, Traffic};

pub use by::By;
use figures::FIGURES;
pub(crate) use groups::Group;
use groups::Groups;

pub(super) static VIEW: View = View {
    name: super::PROCESSES,
    help: "all processes of the machine by what they send and receive, those that have ended included",
    owners: false,
    tables: &[&TABLE, &BY_CGROUP, &BY_USER, &BY_NAME, &BY_NETNS],
};

static TABLE: TableDef = TableDef {
    name: "processes",
    doc: "processes that sent or received something since netmonitor began to count, those first that moved most over IP to and from elsewhere in the last tick, then those that moved most otherwise",
    scope: Some(Scope::Host),
    content: &Processes,
};

static BY_CGROUP: TableDef = TableDef {
    name: "by_cgroup",
    doc: "the same by the control group that a process was in when it first moved something",
    scope: Some(Scope::Host),
    content: &Groups {
        by: By::Cgroup,
        keys: described! {
            "cgroup" "cgroup" Key None "Path of the control group of version 2." cgroup;
            "cgroup_id" "cgroup id" Info None "Number of the group: the inode of its directory; of a group made anew, one of its numbers." cgroup_id;
        },
        shown: shown!("cgroup"),
    },
};

static BY_USER: TableDef = TableDef {
    name: "by_user",
    doc: "the same by user",
    scope: Some(Scope::Host),
    content: &Groups {
        by: By::User,
        keys: described! {
            "uid" "uid" Key None "The user." uid;
            "user" "user" Info None "Name of the user on this machine." user;
        },
        shown: shown!("uid", "user"),
    },
};

static BY_NAME: TableDef = TableDef {
    name: "by_name",
    doc: "the same by the name that a process had when it first moved something",
    scope: Some(Scope::Host),
    content: &Groups {
        by: By::Name,
        keys: described! {
            "name" "name" Key None "Name of the processes." |process, _, _| Value::Text(&process.seen.name);
        },
        shown: shown!("name"),
    },
};

static BY_NETNS: TableDef = TableDef {
    name: "by_netns",
    doc: "the same by network namespace",
    scope: Some(Scope::Host),
    content: &Groups {
        by: By::Netns,
        keys: described! {
            "netns" "netns" Key None "Inode of the network namespace." netns;
        },
        shown: shown!("netns"),
    },
};

/// What was counted with nobody.
fn lost(traffic: &Traffic) -> Option<String> {
    let lost = traffic.unattributed;
    (lost != Counts::default()).then(|| {
        let Counts { rx_bytes, tx_bytes, .. } = lost;
        format!("{rx_bytes} bytes received and {tx_bytes} sent by processes that there was no room for")
    })
}

/// Who moved more stands first: what leaves the machine counts more than what stays on it, and what was moved in the last
/// tick more than all before.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Order([Reverse<u64>; 3]);

impl Order {
    fn of(sums: &Sums) -> Self {
        let lately = |moved: Moved| moved.lately.rx_bytes.saturating_add(moved.lately.tx_bytes);
        let all = |moved: Moved| moved.counts.rx_bytes.saturating_add(moved.counts.tx_bytes);
        Self([lately(sums.remote), lately(sums.moved), all(sums.moved)].map(Reverse))
    }
}

/// The processes that are listed, by their places among all, in order.
pub(crate) fn listed(traffic: &Traffic) -> Vec<u32> {
    let is_told = |place: &u32| {
        traffic.tells_over || traffic.processes.get(*place as usize).is_none_or(|process| !process.is_over)
    };
    let mut order: Vec<u32> = (0..traffic.processes.len() as u32).filter(is_told).collect();
    order.sort_by_cached_key(|place| {
        traffic.processes.get(*place as usize).map(|process| Order::of(&process.sums))
    });
    order
}

struct Processes;

impl Content for Processes {
    fn needs(&self) -> Needs {
        Needs { traffic: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        let own = COLUMNS.iter().map(|(column, _)| *column);
        own.chain(FIGURES.iter().map(|(column, _)| *column)).collect()
    }

    fn default_columns(&self) -> Option<&'static [&'static str]> {
        Some(SHOWN)
    }

    fn by(&self) -> Option<By> {
        Some(By::Process)
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        Some(match counted(snapshot) {
            Ok(traffic) => Box::new(ProcessRows { snapshot, traffic, order: snapshot.listed_processes() }),
            Err(why) => Box::new(why),
        })
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("nothing was counted so far")
    }
}

struct ProcessRows<'a> {
    snapshot: &'a Snapshot,
    traffic: &'a Traffic,
    order: &'a [u32],
}

impl Rows for ProcessRows<'_> {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let process = self.order.get(row).and_then(|place| self.traffic.processes.get(*place as usize));
        let Some(process) = process else { return Value::Absent("") };
        match (COLUMNS.get(column), FIGURES.get(column.wrapping_sub(COLUMNS.len()))) {
            (Some((_, get)), _) => get(process, self.snapshot, self.traffic),
            (None, Some((_, figure))) => figure.value(&process.sums, self.traffic),
            (None, None) => Value::Absent(""),
        }
    }

    fn remark(&self) -> Option<String> {
        lost(self.traffic)
    }
}

/// How the value of a column is had that tells who a process is.
type Of = for<'a> fn(&'a Process, &'a Snapshot, &'a Traffic) -> Value<'a>;

/// Of processes that are known in sum only nothing can be said.
fn known<'a>(process: &Process, value: Value<'a>) -> Value<'a> {
    if process.seen.id.pid == 0 { Value::Absent("") } else { value }
}

fn cgroup<'a>(process: &'a Process, _: &'a Snapshot, traffic: &'a Traffic) -> Value<'a> {
    let path = traffic.cgroups.get(&process.seen.cgroup);
    known(process, path.map_or(Value::Absent(""), |path| Value::Text(path)))
}

fn cgroup_id<'a>(process: &'a Process, _: &'a Snapshot, _: &'a Traffic) -> Value<'a> {
    known(process, Value::Unsigned(process.seen.cgroup))
}

fn uid<'a>(process: &'a Process, _: &'a Snapshot, _: &'a Traffic) -> Value<'a> {
    known(process, Value::Unsigned(process.seen.uid.into()))
}

fn user<'a>(process: &'a Process, snapshot: &'a Snapshot, _: &'a Traffic) -> Value<'a> {
    let uid = process.seen.uid;
    known(process, snapshot.users.name(uid).map_or(Value::Unsigned(uid.into()), Value::Text))
}

fn netns<'a>(process: &'a Process, _: &'a Snapshot, _: &'a Traffic) -> Value<'a> {
    known(process, Value::Unsigned(process.seen.netns.into()))
}

/// What fits on a screen of 120 columns.
const SHOWN: &[&str] = &[
    "pid",
    "name",
    "user",
    "remote_rx_bytes_rate",
    "remote_tx_bytes_rate",
    "rx_bytes",
    "tx_bytes",
    "loopback_bytes_rate",
    "unix_bytes_rate",
    "total_retrans",
    "conns",
    "ended",
];

static COLUMNS: &[(Column, Of)] = described! {
    "pid" "pid" Key None "Number of the process, as the first PID namespace has it; 0 for the oldest of very many that have ended, in sum."
        |process, _, _| Value::Unsigned(process.seen.id.pid.into());
    "start_time" "start time" Key None "When it began, in clock ticks since boot."
        |process, snapshot, _| {
            let tick = 1_000_000_000 / snapshot.machine.clk_tck.max(1);
            Value::Unsigned(process.seen.id.start / tick)
        };
    "ppid" "ppid" Info None "Its parent when it first moved something." |process, _, _| known(process, Value::Unsigned(process.seen.ppid.into()));
    "name" "name" Info None "Its name when it first moved something." |process, _, _| Value::Text(&process.seen.name);
    "user" "user" Info None "Name of its user on this machine." user;
    "uid" "uid" Info None "Its user." uid;
    "cgroup" "cgroup" Info None "Path of its control group of version 2, looked up while the group is there." cgroup;
    "cgroup_id" "cgroup id" Info None "Number of its control group of version 2: the inode of the group's directory." cgroup_id;
    "netns" "netns" Info None "Inode of its network namespace." netns;
    "ended" "ended" Info None "ended where the process has ended."
        |process, _, _| if process.seen.ended { Value::Label("ended") } else { Value::Absent("") };
};
