//! `files`: every file under `net`, known or not, and what reading it took.

use procnet::proc::{self, File, FileScope};
use procnet::{Column, Kind, Unit, Value};

use super::{Content, Rows, TableDef, View, explain};
use crate::files::{self, Files, Measured};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::snapshot::Snapshot;

pub(super) static VIEW: View = View {
    name: super::FILES,
    help: "every file under /proc/PID/net: what it lists, whose state it shows, its size; Enter opens one",
    owners: false,
    tables: &[&TABLE],
};

static TABLE: TableDef = TableDef {
    name: "files",
    doc: "files under net, each measured when it is read",
    scope: Some(Scope::Namespace),
    content: &FileList,
};

struct FileList;

impl Content for FileList {
    fn needs(&self) -> Needs {
        Needs { list: true, ..Needs::default() }
    }

    fn columns(&self) -> Vec<Column> {
        COLUMNS.iter().map(|(column, _)| *column).collect()
    }

    fn rows<'a>(&'a self, snapshot: &'a Snapshot, _: Scope) -> Option<Box<dyn Rows + 'a>> {
        snapshot.files.listed?;
        Some(Box::new(FileRows { snapshot, files: &snapshot.files }))
    }
}

struct FileRows<'a> {
    snapshot: &'a Snapshot,
    files: &'a Files,
}

/// One file in its surroundings.
struct Place<'a> {
    path: &'a str,
    file: Option<&'static File>,
    measured: Option<&'a Measured>,
    snapshot: &'a Snapshot,
}

impl Rows for FileRows<'_> {
    fn len(&self) -> usize {
        self.files.paths().len()
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        let Some((path, (_, get))) = self.files.paths().get(row).zip(COLUMNS.get(column)) else {
            return Value::Absent("");
        };
        let measured = self.files.measured(path);
        get(&Place { path, file: proc::find(path), measured, snapshot: self.snapshot })
    }
}

type Get = for<'a> fn(&Place<'a>) -> Value<'a>;

const fn column(
    name: &'static str,
    title: &'static str,
    unit: Unit,
    kind: Kind,
    doc: &'static str,
) -> Column {
    Column { name, title, unit, kind, doc }
}

static COLUMNS: &[(Column, Get)] = &[
    (column("name", "name", Unit::None, Kind::Key, "Path below net."), |place| {
        Value::Text(place.path.as_bytes())
    }),
    (
        column(
            "decoded",
            "decoded",
            Unit::None,
            Kind::Info,
            "yes; raw-only: shown as it is, the note says why; unknown: this version does not know the file.",
        ),
        |place| Value::Label(files::decoding(place.file)),
    ),
    (column("rows", "rows", Unit::Count, Kind::Amount, "Rows that were decoded, or lines."), |place| {
        measure(place, |measured| measured.rows)
    }),
    (column("bytes", "bytes", Unit::Bytes, Kind::Amount, "Bytes that were read."), |place| {
        measure(place, |measured| measured.bytes)
    }),
    (
        column("took_us", "took", Unit::Microseconds, Kind::Gauge, "How long reading and decoding took."),
        |place| measure(place, |measured| measured.reading.took / 1000),
    ),
    (column("last_read", "last read", Unit::None, Kind::Info, "When it was last read."), |place| {
        let at = place.measured.map(|measured| place.snapshot.wall(measured.reading.at));
        at.map_or(Value::Absent(""), Value::Time)
    }),
    (
        column(
            "read_status",
            "status",
            Unit::None,
            Kind::Info,
            "How reading went: ok, partial, denied and so on; absent before it was read.",
        ),
        |place| {
            let status = place.measured.map(|measured| measured.reading.status);
            status.map_or(Value::Absent(""), |status| {
                Value::Label(explain(status).map_or("ok", |(word, _)| word))
            })
        },
    ),
    (
        column(
            "file_scope",
            "scope",
            Unit::None,
            Kind::Info,
            "Whose state it shows: the namespace's, the host's, or the host's in the initial namespace only.",
        ),
        |place| place.file.map_or(Value::Absent("not known"), |file| Value::Label(scope(file.scope))),
    ),
    (column("what", "what it lists", Unit::None, Kind::Info, "What it lists."), |place| {
        place
            .file
            .map_or(Value::Absent("a file of another kernel or of a module: Enter shows its text"), |file| {
                Value::Label(file.what)
            })
    }),
    (
        column("note", "note", Unit::None, Kind::Info, "Why it is shown as it is, or what reading it does."),
        |place| {
            let note = place.file.and_then(|file| file.side_effect.or(file.raw_only));
            note.map_or(Value::Absent(""), Value::Label)
        },
    ),
    (
        column(
            "source",
            "printed by",
            Unit::None,
            Kind::Info,
            "Kernel source file and function that print it.",
        ),
        |place| place.file.map_or(Value::Absent(""), |file| Value::Label(file.source)),
    ),
];

fn measure<'a>(place: &Place<'a>, of: fn(&Measured) -> u64) -> Value<'a> {
    place.measured.map_or(Value::Absent(""), |measured| Value::Unsigned(of(measured)))
}

/// Whose state a file shows, in words.
fn scope(scope: FileScope) -> &'static str {
    match scope {
        FileScope::Namespace => "namespace",
        FileScope::Host => "host",
        FileScope::InitialNamespace => "initial namespace only",
    }
}
