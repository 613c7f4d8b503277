//! JSON Schemas (2020-12) of what is printed as JSON, made of the views' declarations.
//!
//! A column is of one form in every table of its name. Which columns a row has is left to the user (`--columns`,
//! `--counters`), so none is required; columns that only a newer kernel has are `column_17`.

use procnet::proc;
use procnet::{Column, Form, Kind, Unit};
use serde_json::{Map, Value as Json, json};

use super::SCHEMA;
use crate::scope::Scope;
use crate::views::{self, FILES, Opened, TableDef};

/// Columns whose values are whole numbers, of those that have no unit and no typed field behind them.
const INTEGERS: &[&str] = &[
    "cgroup_id",
    "class_id",
    "cookie",
    "delivery_rate_app_limited",
    "fd_limit",
    "inode",
    "local_port",
    "mark",
    "netns",
    "netns_inode",
    "peer_pid",
    "pid",
    "port",
    "ppid",
    "rcv_wscale",
    "remote_port",
    "sack",
    "seq",
    "snd_wscale",
    "socket_netns",
    "st",
    "timestamps",
    "tos",
    "uid",
    "usec_ts",
    "wscale",
];

/// Those that are words, texts, addresses.
const TEXTS: &[&str] = &[
    "bytes_from",
    "command_line",
    "congestion",
    "decoded",
    "exe",
    "family",
    "file_scope",
    "group",
    "kind",
    "last_read",
    "local_address",
    "meaning",
    "name",
    "read_status",
    "remote_address",
    "source",
    "time",
    "type_name",
    "user",
    "what",
];

/// Those that are lists.
const LISTS: &[&str] = &["mptcp_flags", "owners", "peer_owners", "shutdown", "sockopt"];

/// All schemas: the name of each, and the schema.
pub fn documents() -> [(&'static str, Json); 8] {
    [
        ("rows", rows()),
        ("show", show()),
        ("jsonl", lines()),
        ("diff", diff()),
        ("run", run()),
        ("doctor", doctor()),
        ("explain", explain()),
        ("check", crate::check::schema()),
    ]
}

/// A schema with what every one has.
pub(crate) fn document(title: &str, what: &str, mut rest: Json) -> Json {
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": format!("{what}. Version {SCHEMA}. Made by cargo xtask docs."),
    });
    if let (Some(rest), Json::Object(head)) = (rest.as_object_mut(), head) {
        rest.extend(head);
    }
    rest
}

/// An object that has these properties, all of them and no others.
pub(crate) fn object(properties: Json) -> Json {
    let names: Vec<&String> = properties.as_object().map(|known| known.keys().collect()).unwrap_or_default();
    let required = json!(names);
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

pub(crate) fn or_null(schema: Json) -> Json {
    json!({"anyOf": [schema, {"type": "null"}]})
}

pub(crate) fn nullable(kind: &str) -> Json {
    json!({"type": [kind, "null"]})
}

pub(crate) fn time() -> Json {
    json!({"type": "string", "format": "date-time"})
}

pub(crate) fn text() -> Json {
    json!({"type": "string"})
}

pub(crate) fn list(items: Json) -> Json {
    json!({"type": "array", "items": items})
}

pub(crate) fn version() -> Json {
    json!({"const": SCHEMA})
}

pub(crate) fn scopes() -> Json {
    let all = Scope::CHOICES.into_iter().chain([Scope::Host]);
    json!({"enum": all.map(Scope::word).collect::<Vec<_>>()})
}

/// All tables of a name are of the same columns. Names of files may be those of tables: they stand by themselves.
fn tables() -> Vec<&'static TableDef> {
    let mut known: Vec<&TableDef> = Vec::new();
    for table in views::ALL.iter().flat_map(|view| view.tables) {
        if !known.iter().any(|other| other.name == table.name) {
            known.push(table);
        }
    }
    known
}

fn rows() -> Json {
    let mut definitions = Map::new();
    for table in tables() {
        let fields = table.content.fields();
        let row = row(table.doc, &table.content.columns(), |column| {
            let fields = fields.iter().copied().flatten();
            fields.filter(|field| field.column.name == column.name).find_map(|field| field.form)
        });
        definitions.insert(table.name.to_owned(), row);
    }
    for file in proc::FILES {
        let opened = Opened { path: file.path.into(), text: false };
        let row = row(file.what, &opened.columns(), |column| {
            file.fields.iter().find(|field| field.column.name == column.name)?.form
        });
        definitions.insert(of_file(file.path), row);
    }
    let what = "Rows of all tables; those of the tables of single files are called files/PATH, with : for /";
    document("netmonitor: rows", what, json!({"$defs": definitions}))
}

/// The name of the definition of a file's rows; a slash in it would have to be escaped by whoever refers to it.
fn of_file(path: &str) -> String {
    format!("files:{}", path.replace('/', ":"))
}

fn row(doc: &str, columns: &[Column], typed: impl Fn(&Column) -> Option<Form>) -> Json {
    let properties: Map<String, Json> = columns
        .iter()
        .map(|column| {
            let form = if column.kind == Kind::Rate { None } else { typed(column) };
            let mut schema = schema_of(form.unwrap_or_else(|| form_of(column)));
            schema["description"] = json!(described(column));
            (column.name.to_owned(), schema)
        })
        .collect();
    json!({
        "type": "object",
        "description": doc,
        "properties": properties,
        "patternProperties": {"^column_[0-9]+$": nullable("string")},
    })
}

fn described(column: &Column) -> String {
    match column.unit {
        Unit::None | Unit::Count => column.doc.to_owned(),
        unit => format!("{} In {}.", column.doc, format!("{unit:?}").to_lowercase()),
    }
}

/// The form of a column that no typed field tells.
fn form_of(column: &Column) -> Form {
    let is_in = |names: &[&str]| names.contains(&column.name);
    match (column.kind, column.unit) {
        (Kind::Rate, _) | (_, Unit::Percent) => Form::Number,
        (Kind::Counter | Kind::Growth, _) => Form::Integer,
        (Kind::Gauge | Kind::Amount, _) => Form::Number,
        (Kind::Key | Kind::Info, Unit::None | Unit::Count) if is_in(INTEGERS) => Form::Integer,
        (Kind::Key | Kind::Info, Unit::None | Unit::Count) if is_in(TEXTS) => Form::Text,
        (Kind::Key | Kind::Info, Unit::None | Unit::Count) if is_in(LISTS) => Form::List,
        (Kind::Key | Kind::Info, Unit::None | Unit::Count) => Form::Label,
        (Kind::Key | Kind::Info, _) => Form::Integer,
    }
}

fn schema_of(form: Form) -> Json {
    match form {
        Form::Integer => nullable("integer"),
        Form::Number => nullable("number"),
        Form::Text => nullable("string"),
        Form::Label => json!({"type": ["string", "integer", "null"]}),
        Form::List => json!({"type": ["array", "null"], "items": {"type": ["string", "integer"]}}),
    }
}

/// What is to be done where a property has a value.
fn when(property: &str, value: &str, then: Json) -> Json {
    json!({"if": {"properties": {property: {"const": value}}, "required": [property]}, "then": then})
}

/// For each table by its name, in the property `name`: what `of` makes of its rows; of single files by theirs.
fn by_table(name: &str, of: impl Fn(Json) -> Json) -> (Vec<Json>, Vec<Json>) {
    let row = |definition: &str| of(json!({"$ref": format!("rows.json#/$defs/{definition}")}));
    let tables = tables().into_iter().map(|table| when(name, table.name, row(table.name))).collect();
    let mut files: Vec<Json> =
        proc::FILES.iter().map(|file| when(name, file.path, row(&of_file(file.path)))).collect();
    files.push(when(name, FILES, row(FILES)));
    (tables, files)
}

fn show() -> Json {
    let rows = |row: Json| {
        let mut row = row;
        row["unevaluatedProperties"] = json!(false);
        json!({"properties": {"rows": {"items": row}}})
    };
    let (tables, files) = by_table("name", rows);
    let table = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "scope": scopes(),
            "netns": nullable("integer"),
            "sockets_held": {"type": "integer"},
            "source": {"type": "string"},
            "status": {"enum": ["ok", "not-read", "missing", "denied", "partial", "interrupted", "error"]},
            "reason": {"type": "string"},
            "remark": {"type": "string"},
            "rows": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["name", "scope", "netns", "status", "rows"],
        "additionalProperties": false,
    });
    let of = |of: &str| json!({"properties": {"tables": {"items": {"$ref": of}}}});
    let files_of = json!({"properties": {"view": {"const": FILES}}});
    let view = json!({
        "type": "object",
        "properties": {
            "view": {"type": "string"},
            "tables": {"type": "array", "items": {"$ref": "#/$defs/table"}},
        },
        "required": ["view", "tables"],
        "additionalProperties": false,
        "if": files_of,
        "then": of("#/$defs/files"),
        "else": of("#/$defs/tables"),
    });
    let mut whole = object(json!({
        "schema": version(),
        "at": time(),
        "target": or_null(object(json!({
            "pid": {"type": "integer"},
            "name": {"type": "string"},
            "start_time": {"type": "integer"},
            "netns": nullable("integer"),
        }))),
        "views": {"type": "array", "items": view},
    }));
    whole["$defs"] = json!({"table": table, "tables": {"allOf": tables}, "files": {"allOf": files}});
    document(
        "netmonitor show --format json",
        "One reading; with --interval one document after another",
        whole,
    )
}

fn lines() -> Json {
    let (tables, files) = by_table("table", |row| row);
    let line = json!({
        "type": "object",
        "properties": {
            "at": time(),
            "view": {"type": "string"},
            "table": {"type": "string"},
            "scope": scopes(),
            "netns": nullable("integer"),
        },
        "required": ["at", "view", "table", "scope"],
        "if": {"properties": {"view": {"const": FILES}}},
        "then": {"allOf": files},
        "else": {"allOf": tables},
        "unevaluatedProperties": false,
    });
    document("netmonitor show --format jsonl", "A line: one row of one table in one reading", line)
}

fn diff() -> Json {
    let rows = |row: Json| json!({"properties": {"came": {"items": row.clone()}, "went": {"items": row}}});
    let (tables, files) = by_table("name", rows);
    let any = json!({});
    let cell = object(json!({
        "column": {"type": "string"},
        "before": any.clone(),
        "after": any,
        "growth": nullable("integer"),
        "per_second": nullable("number"),
    }));
    let mut table = object(json!({
        "view": {"type": "string"},
        "name": {"type": "string"},
        "scope": scopes(),
        "reason": nullable("string"),
        "came": list(json!({"type": "object"})),
        "went": list(json!({"type": "object"})),
        "changed": list(object(json!({"key": {"type": "object"}, "columns": list(cell)}))),
    }));
    table["if"] = json!({"properties": {"view": {"const": FILES}}});
    table["then"] = json!({"allOf": files});
    table["else"] = json!({"allOf": tables});
    let whole = object(json!({
        "schema": version(),
        "from": time(),
        "to": time(),
        "seconds": {"type": "number"},
        "tables": list(table),
    }));
    document("netmonitor diff --format json", "What has changed between two moments of a recording", whole)
}

fn run() -> Json {
    let integer = || json!({"type": "integer"});
    let whole = object(json!({
        "schema": version(),
        "command": {"type": "array", "items": {"type": "string"}},
        "pid": integer(),
        "exit_status": nullable("integer"),
        "signal": nullable("integer"),
        "seconds": {"type": "number"},
        "not_counted": nullable("string"),
        "totals": or_null(object(json!({
            "rx_bytes": integer(),
            "tx_bytes": integer(),
            "total_retrans": integer(),
            "conns": integer(),
            "processes": integer(),
            "unfollowed": integer(),
        }))),
        "report": or_null(json!({"$ref": "show.json"})),
    }));
    document("netmonitor run --format json", "What a command sent and received", whole)
}

fn doctor() -> Json {
    let check = object(json!({
        "name": {"type": "string"},
        "status": {"enum": ["ok", "partly", "missing", "note"]},
        "reason": {"type": "string"},
        "fix": nullable("string"),
    }));
    let whole = object(json!({"schema": version(), "checks": {"type": "array", "items": check}}));
    document("netmonitor doctor --format json", "What works and what does not", whole)
}

fn explain() -> Json {
    let counter = object(json!({
        "group": text(),
        "name": text(),
        "full_name": nullable("string"),
        "kind": text(),
        "scope": text(),
        "unit": text(),
        "meaning": text(),
        "growth": text(),
        "next": nullable("string"),
        "source": text(),
        "related": {"type": "array", "items": text()},
        "since": nullable("string"),
    }));
    let number = || json!({"type": "number"});
    let threshold = object(json!({
        "name": text(),
        "value": number(),
        "default": number(),
        "unit": text(),
        "doc": text(),
        "source": text(),
    }));
    let finding = object(json!({
        "name": text(),
        "title": text(),
        "severity": text(),
        "scope": scopes(),
        "sure": text(),
        "sources": list(text()),
        "thresholds": list(threshold),
        "why": text(),
        "next": text(),
        "references": list(text()),
    }));
    let whole = object(json!({"schema": version(), "counters": list(counter), "findings": list(finding)}));
    document("netmonitor explain --format json", "What counters and findings mean", whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference of a schema leads to a definition.
    fn references<'j>(schema: &'j Json, found: &mut Vec<&'j str>) {
        match schema {
            Json::Object(map) => {
                found.extend(map.get("$ref").and_then(Json::as_str));
                map.values().for_each(|value| references(value, found));
            }
            Json::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn references_lead_somewhere() {
        let documents = documents();
        let find = |name: &str| &documents.iter().find(|(known, _)| *known == name).unwrap().1;
        for (name, document) in &documents {
            let mut found = Vec::new();
            references(document, &mut found);
            for reference in found {
                let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
                let there = if file.is_empty() { document } else { find(file.trim_end_matches(".json")) };
                assert!(there.pointer(pointer).is_some(), "{name}: {reference}");
            }
        }
    }

    #[test]
    fn every_table_and_file_has_its_columns() {
        let rows = rows();
        for table in views::ALL.iter().flat_map(|view| view.tables) {
            for column in table.content.columns() {
                let schema = &rows["$defs"][table.name]["properties"][column.name];
                assert!(schema["type"].is_array(), "{}.{}", table.name, column.name);
            }
        }
        assert_eq!(rows["$defs"]["tcp"]["properties"]["local_port"]["type"], json!(["integer", "null"]));
        assert_eq!(
            rows["$defs"]["files:tcp"]["properties"]["local_address"]["type"],
            json!(["string", "null"])
        );
        assert_eq!(rows["$defs"]["TcpExt"]["properties"]["rate"]["type"], json!(["number", "null"]));
    }
}
