//! `unread`: what could not be read, and what would help.

use procnet::{Column, Kind, Unit, Value};

use super::column;
use crate::plan::Needs;
use crate::sample::{Origin, Reading, Status};
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::source;
use crate::views::{Content, Rows, explain};

/// What could not be read.
pub(super) struct Unread;

impl Content for Unread {
    fn needs(&self) -> Needs {
        Needs { process: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.to_vec()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        Some(Box::new(UnreadRows(gaps(snapshot))))
    }

    fn words_when_empty(&self) -> Option<&'static str> {
        Some("everything was read that was looked at")
    }
}

const COLUMNS: [Column; 3] = [
    column("what", "what", Unit::None, Kind::Key, "What could not be read."),
    column("why", "why", Unit::None, Kind::Info, "Why."),
    column(
        "command",
        "command that helps",
        Unit::None,
        Kind::Info,
        "A command that would read it; absent where none is known.",
    ),
];

/// One thing that could not be read.
struct Gap {
    what: String,
    why: String,
    command: Option<String>,
}

struct UnreadRows(Vec<Gap>);

impl Rows for UnreadRows {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some(gap) = self.0.get(row) else { return Value::Absent("") };
        match column {
            0 => Value::Text(gap.what.as_bytes()),
            1 => Value::Text(gap.why.as_bytes()),
            2 => gap.command.as_ref().map_or(Value::Absent(""), |command| Value::Text(command.as_bytes())),
            _ => Value::Absent(""),
        }
    }
}

/// All that could not be read, what hides most first.
fn gaps(snapshot: &Snapshot) -> Vec<Gap> {
    let owners = &snapshot.owners;
    let mut gaps = Vec::new();
    let lacks = !owners.may_trace;
    let mut add = |what: &str, why: String, helps: bool| {
        // Whoever is root already is held back by something else.
        let command = (helps && lacks).then(|| format!("sudo netmonitor {}", snapshot.process.pid));
        gaps.push(Gap { what: what.to_owned(), why, command });
    };
    match owners.target_status {
        Some(Status::Denied) => {
            add("which sockets are the process's own: its descriptors", owners.refusal().to_owned(), true)
        }
        Some(status) => {
            if let Some((_, why)) = explain(status).filter(|_| snapshot.process.is_known()) {
                add("descriptors of the process", why, false);
            }
        }
        None => {}
    }
    if snapshot.netns.refused {
        add("which network namespace the process is in", owners.refusal().to_owned(), true);
    }
    let is_refused = owners.target_status == Some(Status::Denied);
    // The process itself is one of those that may not be looked at.
    if owners.denied > u64::from(is_refused) && lacks {
        add(
            "descriptors of other users' processes: owners of sockets, and who shares the namespace",
            owners.refusal().to_owned(),
            true,
        );
    }
    // To ask the sockets needs what to list them needs: that was said.
    for (origin, reading) in readings(snapshot).filter(|(origin, _)| !is_refused || *origin != Origin::Own) {
        if let Some((why, helps)) = reason(reading.status) {
            add(&origin.to_string(), why, helps);
        }
    }
    gaps
}

/// Every source that was read, with how that went.
fn readings(snapshot: &Snapshot) -> impl Iterator<Item = (Origin, Reading)> + '_ {
    let sources = snapshot.sources.iter().map(|(name, source)| (source::origin(name), source.reading));
    let settings = snapshot.settings.iter().map(|(path, set)| (Origin::Sysctl((*path).into()), set.reading));
    let ends = snapshot.ends.map(|reading| (Origin::Destroyed, reading));
    let mut known = Vec::new();
    sources.chain(settings).chain(ends).filter(move |(origin, _)| {
        // The process's own sockets are two sources of one reading.
        let is_new = !known.contains(origin);
        if is_new {
            known.push(origin.clone());
        }
        is_new
    })
}

/// Why, and whether permission is what lacks. What a kernel does not offer cannot be read by anybody; what
/// changed while it was read comes with the next tick.
fn reason(status: Status) -> Option<(String, bool)> {
    match status {
        Status::Ok | Status::Missing | Status::NotAsked | Status::Interrupted => None,
        Status::Denied => Some(("permission denied".to_owned(), true)),
        other => explain(other).map(|(_, why)| (why, false)),
    }
}
