//! `processes`: all processes of the machine by what they send and receive, as the kernel counts it, one by one or in groups.

mod by;
mod figures;
mod groups;
mod who;

use std::cmp::Reverse;

use procnet::{Column, Value};

use super::not_counted::counted;
use super::{Content, Rows, TableDef, View};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::traffic::{Counts, Moved, Sums, Traffic};

pub use by::By;
use figures::FIGURES;
pub(crate) use groups::Group;
use groups::Groups;
pub(crate) use who::Place;
use who::{NOTHING, Who, number, traffic};

pub(super) static VIEW: View = View {
    name: super::PROCESSES,
    help: "all processes of the machine by what they send and receive, those that have ended included",
    owners: false,
    tables: &[&TABLE, &BY_CGROUP, &BY_USER, &BY_NAME, &BY_NETNS],
};

static TABLE: TableDef = TableDef {
    name: "processes",
    doc: "all processes, those first that moved most over IP to and from elsewhere in the last tick, then those that moved most otherwise; those that have ended as well, of which something was counted or that have ended lately",
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
            "name" "name" Key None "Name of the processes." |who, _| Value::Text(who.name());
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

/// The processes that are listed, in order.
pub(crate) fn listed(snapshot: &Snapshot) -> Vec<Place> {
    let tells_over = traffic(snapshot).is_none_or(|traffic| traffic.tells_over);
    let mut order = who::all(snapshot);
    order.retain(|place| tells_over || !Who::of(snapshot, *place).is_over());
    order.sort_by_cached_key(|place| {
        let who = Who::of(snapshot, *place);
        // Of whom nothing is known any more stands last.
        (Order::of(who.sums.unwrap_or(&NOTHING)), who.is_idle() && who.has_ended())
    });
    order
}

/// What both kinds of tables are made of.
fn needs() -> Needs {
    Needs { traffic: true, roll: true, ..Needs::default() }
}

/// What is to be said beside the rows: why nothing is counted, or what was counted with nobody.
fn remark(snapshot: &Snapshot) -> Option<String> {
    counted(snapshot, Scope::Host).map_or_else(|why| why.remark(), lost)
}

struct Processes;

impl Content for Processes {
    fn needs(&self) -> Needs {
        needs()
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
        Some(Box::new(ProcessRows { snapshot, order: snapshot.listed_processes() }))
    }

    fn lists_sockets(&self) -> bool {
        false
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("no process was told of so far")
    }
}

struct ProcessRows<'a> {
    snapshot: &'a Snapshot,
    order: &'a [Place],
}

impl Rows for ProcessRows<'_> {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some(place) = self.order.get(row) else { return Value::Absent("") };
        let who = Who::of(self.snapshot, *place);
        match (COLUMNS.get(column), FIGURES.get(column.wrapping_sub(COLUMNS.len()))) {
            (Some((_, get)), _) => get(&who, self.snapshot),
            (None, Some((_, figure))) => figure.value(who.sums, traffic(self.snapshot)),
            (None, None) => Value::Absent(""),
        }
    }

    fn remark(&self) -> Option<String> {
        remark(self.snapshot)
    }
}

/// How the value of a column is had that tells who a process is.
type Of = for<'a> fn(&Who<'a>, &'a Snapshot) -> Value<'a>;

fn cgroup<'a>(who: &Who<'a>, snapshot: &'a Snapshot) -> Value<'a> {
    who.cgroup().and_then(|number| snapshot.cgroups.get(number)).map_or(Value::Absent(""), Value::Text)
}

fn cgroup_id<'a>(who: &Who<'a>, _: &'a Snapshot) -> Value<'a> {
    number(who.cgroup())
}

fn uid<'a>(who: &Who<'a>, _: &'a Snapshot) -> Value<'a> {
    number(who.uid())
}

fn user<'a>(who: &Who<'a>, snapshot: &'a Snapshot) -> Value<'a> {
    let name = who.uid().and_then(|uid| snapshot.naming.users.name(uid));
    name.map_or_else(|| number(who.uid()), Value::Text)
}

fn netns<'a>(who: &Who<'a>, _: &'a Snapshot) -> Value<'a> {
    number(who.netns())
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
        |who, _| Value::Unsigned(who.id().pid.into());
    "start_time" "start time" Key None "When it began, in clock ticks since boot."
        |who, snapshot| {
            let tick = 1_000_000_000 / snapshot.machine.clk_tck.max(1);
            Value::Unsigned(who.id().start / tick)
        };
    "ppid" "ppid" Info None "Its parent, when it first moved something if it has." |who, _| number(who.ppid());
    "name" "name" Info None "Its name, when it first moved something if it has." |who, _| Value::Text(who.name());
    "user" "user" Info None "Name of its user on this machine." user;
    "uid" "uid" Info None "Its user." uid;
    "cgroup" "cgroup" Info None "Path of its control group of version 2, looked up while the group is there." cgroup;
    "cgroup_id" "cgroup id" Info None "Number of its control group of version 2: the inode of the group's directory." cgroup_id;
    "netns" "netns" Info None "Inode of its network namespace." netns;
    "sockets_held" "held" Amount Count "How many of its descriptors are sockets, where that was looked at: while nothing is counted, and as far as they may be read."
        |who, _| number(who.sockets_held());
    "ended" "ended" Info None "ended where the process has ended."
        |who, _| if who.has_ended() { Value::Label("ended") } else { Value::Absent("") };
};
