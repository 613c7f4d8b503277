//! `process`: the target in one row.

use procnet::{Column, Kind, Unit, Value};

use super::column;
use crate::cgroup;
use crate::plan::Needs;
use crate::process::Limit;
use crate::sample::Status;
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::views::conntrack::percent;
use crate::views::{Content, Rows};

/// The process.
pub(super) struct Process;

impl Content for Process {
    fn needs(&self) -> Needs {
        Needs { process: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        let arguments = snapshot.process.cmdline.strip_suffix(b"\0").unwrap_or(&snapshot.process.cmdline);
        let command_line = arguments.iter().map(|&byte| if byte == 0 { b' ' } else { byte }).collect();
        Some(Box::new(Fact { snapshot, command_line }))
    }

    fn is_record(&self) -> bool {
        true
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("only tables of a network namespace were captured, none of a process")
    }
}

/// The process as it is shown.
struct Fact<'a> {
    snapshot: &'a Snapshot,
    /// Its arguments, with blanks between them.
    command_line: Vec<u8>,
}

impl Rows for Fact<'_> {
    fn len(&self) -> usize {
        usize::from(self.snapshot.process.is_known())
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        match (row, COLUMNS.get(column)) {
            (0, Some((_, get))) => get(self),
            _ => Value::Absent(""),
        }
    }
}

impl Fact<'_> {
    /// Why what only the process's user may see is not there.
    fn refused(&self) -> Value<'_> {
        match self.snapshot.owners.target_status {
            Some(Status::Denied) => Value::Absent(self.snapshot.owners.refusal()),
            _ => Value::Absent(""),
        }
    }

    fn cgroup(&self) -> Option<&[u8]> {
        cgroup::path(self.snapshot.process.cgroup.as_deref()?)
    }

    /// When it began, nanoseconds since the epoch, and how long ago that is.
    fn began(&self) -> Option<(i64, u64)> {
        /// The kernel tells the second in which it started, and clocks are set.
        const NEAR: i64 = 5_000_000_000;
        let (machine, moment) = (&self.snapshot.machine, self.snapshot.moment);
        let ticks = Some(self.snapshot.process.start_time).filter(|ticks| *ticks > 0)?;
        let after_boot = ticks.checked_mul(1_000_000_000 / machine.clk_tck.max(1))?;
        let from_boot = machine.boot_time.checked_mul(1_000_000_000)?.checked_add_unsigned(after_boot)?;
        let exact = moment.boottime.checked_sub(after_boot).map(|age| (self.snapshot.wall(after_boot), age));
        // A copy was made on another machine, or at another time.
        let exact = exact.filter(|(wall, _)| machine.boot_time == 0 || (wall - from_boot).abs() < NEAR);
        exact.or_else(|| Some((from_boot, u64::try_from(moment.wall.checked_sub(from_boot)?).ok()?)))
    }
}

type Get = for<'a> fn(&'a Fact<'_>) -> Value<'a>;

fn number<'a>(number: Option<u64>) -> Value<'a> {
    number.map_or(Value::Absent(""), Value::Unsigned)
}

fn text(text: Option<&[u8]>) -> Value<'_> {
    text.map_or(Value::Absent(""), Value::Text)
}

static COLUMNS: &[(Column, Get)] = &[
    (column("pid", "pid", Unit::None, Kind::Key, "Process identifier."), |it| {
        Value::Unsigned(it.snapshot.process.pid.into())
    }),
    (column("name", "name", Unit::None, Kind::Info, "Name of its first thread."), |it| {
        Value::Text(&it.snapshot.process.name)
    }),
    (column("user", "user", Unit::None, Kind::Info, "Name of the user that it runs as."), |it| {
        text(it.snapshot.process.uid.and_then(|uid| it.snapshot.naming.users.name(uid)))
    }),
    (column("uid", "uid", Unit::None, Kind::Info, "User that it runs as."), |it| {
        number(it.snapshot.process.uid.map(Into::into))
    }),
    (column("threads", "threads", Unit::Count, Kind::Gauge, "Threads."), |it| {
        number(Some(it.snapshot.process.threads).filter(|threads| *threads > 0))
    }),
    (
        column(
            "sockets",
            "sockets",
            Unit::Count,
            Kind::Gauge,
            "Sockets that it holds, of any family and namespace.",
        ),
        |it| match it.snapshot.owners.target_status {
            Some(Status::Ok | Status::Partial(..) | Status::Interrupted) => {
                Value::Unsigned(it.snapshot.owners.target_sockets as u64)
            }
            _ => it.refused(),
        },
    ),
    (column("fds", "fds", Unit::Count, Kind::Gauge, "Descriptors that it has open, of files too."), |it| {
        match it.snapshot.process.fds {
            None => it.refused(),
            fds => number(fds),
        }
    }),
    (
        column(
            "fd_limit",
            "fd limit",
            Unit::Count,
            Kind::Info,
            "Descriptors that it may have open: the soft limit.",
        ),
        |it| match it.snapshot.process.fd_limit {
            Some(Limit::Of(limit)) => Value::Unsigned(limit),
            Some(Limit::Unlimited) => Value::Label("unlimited"),
            None => Value::Absent(""),
        },
    ),
    (
        column("fds_percent", "fds used", Unit::Percent, Kind::Gauge, "Descriptors open, of the limit."),
        |it| {
            let limit = match it.snapshot.process.fd_limit {
                Some(Limit::Of(limit)) => Some(limit),
                _ => None,
            };
            percent(it.snapshot.process.fds, limit)
        },
    ),
    (column("age_ms", "age", Unit::Milliseconds, Kind::Gauge, "How long ago it was started."), |it| {
        number(it.began().map(|(_, age)| age / 1_000_000))
    }),
    (column("start_time", "started", Unit::None, Kind::Info, "When it was started."), |it| {
        it.began().map_or(Value::Absent(""), |(wall, _)| Value::Time(wall))
    }),
    (column("netns_inode", "namespace", Unit::None, Kind::Info, "Inode of its network namespace."), |it| {
        match it.snapshot.netns.inode {
            None if it.snapshot.netns.refused => Value::Absent(it.snapshot.owners.refusal()),
            inode => number(inode),
        }
    }),
    (
        column(
            "netns_counted",
            "shared by",
            Unit::None,
            Kind::Info,
            "Whether these are all: exactly; or at least, where some could not be looked at, or have not been yet.",
        ),
        |it| Value::Label(if it.snapshot.owners.all_counted { "exactly" } else { "at least" }),
    ),
    (
        column(
            "netns_processes",
            "processes",
            Unit::Count,
            Kind::Gauge,
            "Processes known to be in that namespace, this one included.",
        ),
        |it| number(Some(it.snapshot.owners.sharing).filter(|sharing| *sharing > 0)),
    ),
    (
        column(
            "unit",
            "unit",
            Unit::None,
            Kind::Info,
            "Unit of systemd that its control group is named after.",
        ),
        |it| text(it.cgroup().and_then(cgroup::unit)),
    ),
    (
        column(
            "container_engine",
            "container by",
            Unit::None,
            Kind::Info,
            "Who made the container that its control group is named after; container: not told.",
        ),
        |it| {
            let container = it.cgroup().and_then(cgroup::container);
            container.map_or(Value::Absent(""), |(engine, _)| Value::Label(engine))
        },
    ),
    (
        column("container", "container", Unit::None, Kind::Info, "Identifier or name of that container."),
        |it| text(it.cgroup().and_then(cgroup::container).map(|(_, id)| id)),
    ),
    (
        column(
            "command_line",
            "command",
            Unit::None,
            Kind::Info,
            "Command line, its arguments with blanks between them.",
        ),
        |it| text(Some(&*it.command_line).filter(|line| !line.is_empty())),
    ),
    (column("exe", "exe", Unit::None, Kind::Info, "File that it executes."), |it| {
        match &it.snapshot.process.exe {
            None => it.refused(),
            exe => text(exe.as_deref()),
        }
    }),
    (column("cgroup", "cgroup", Unit::None, Kind::Info, "Path of its control group."), |it| {
        text(it.cgroup())
    }),
];
