//! Tables with a query: which rows and columns are left, together with the ways to show counters, and what is
//! said of them.

use std::sync::Arc;

use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection, problems};
use netmonitor_core::query::{ErrorKind, Query, Refused};
use netmonitor_core::sample::{Machine, Moment, Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views::{self, CounterMode, Look, TableView};
use procnet::Value;
use serde_json::Value as Json;

const SECOND: u64 = 1_000_000_000;

/// The bytes that each interface has received, at the first tick and at the second.
const RECEIVED: [(&str, u64, u64); 4] =
    [("lo", 5000, 5000), ("eth0", 900, 2900), ("eth1", 8000, 8010), ("eth2", 70, 70)];

const TCP: &str = "header
0: 0100007F:1F90 00000000:0000 0A 00000000:00000002 00:00000000 00000000 1000 0 10 1 0 100 0 0 10 16
1: 0100007F:1F90 0100007F:C350 01 00000005:00000003 01:00000014 00000002 1000 1 11 1 0 20 4 30 10 7
2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 0 0 12 1 0 20 4 30 10 -1
";

fn snapshots() -> [Arc<Snapshot>; 2] {
    let machine = Machine { kernel: "6.18.0".into(), arch: "x86_64".into(), ..Machine::default() };
    let mut engine = Engine::new(machine);
    [0, 1].map(|seq: u64| {
        let moment = Moment { wall: (seq * SECOND) as i64, boottime: (seq + 1) * SECOND, seq };
        let mut sample = Sample { moment, parts: Vec::new() };
        let mut dev = String::from("Inter-|   Receive\n face |bytes\n");
        for (name, first, second) in RECEIVED {
            let bytes = if seq == 0 { first } else { second };
            dev.push_str(&format!("{name}: {bytes} 1 0 0 0 0 0 0 2 3 0 0 0 0 0 0\n"));
        }
        sample.push(Origin::net("dev"), dev);
        sample.push(Origin::net("tcp"), TCP);
        sample.push(Origin::net("tcp6"), *b"header\n");
        engine.advance(&sample)
    })
}

fn query(filter: &str, sort: &str, columns: &str) -> Query {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Query { filter: some(filter), sort: some(sort), columns: some(columns) }
}

fn table<'a>(snapshot: &'a Snapshot, name: &str, counters: CounterMode, query: &Query) -> TableView<'a> {
    let view = views::find(name).unwrap();
    let look = Look { counters, query, brief: false };
    view.tables[0].view(snapshot, Scope::Namespace).looked_at(look)
}

fn column(table: &TableView<'_>, name: &str) -> Vec<String> {
    let text = |row| match table.named(row, name).unwrap() {
        Value::Text(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        Value::Unsigned(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    (0..table.len()).map(text).collect()
}

fn names(table: &TableView<'_>) -> Vec<&'static str> {
    table.columns.iter().map(|column| column.name).collect()
}

#[test]
fn rows_are_filtered_and_sorted_and_columns_chosen() {
    let [_, snapshot] = snapshots();
    let asked = query("rx_bytes>100", "rx_bytes:desc", "interface,rx_bytes");
    let table = table(&snapshot, "traffic", CounterMode::All, &asked);
    assert_eq!(column(&table, "interface"), ["eth1", "lo", "eth0"]);
    assert_eq!(names(&table), ["interface", "rx_bytes"]);
    assert_eq!(table.cell(2, 1), Value::Unsigned(2900));
    assert_eq!(table.named(2, "tx_packets"), Some(Value::Unsigned(3)), "what is not shown is there");
    assert_eq!(table.cell(3, 0), Value::Absent(""));
    assert_eq!(table.counts().to_string(), "3 of 4 rows match");
    assert_eq!((table.unmatched(), table.unmoved()), (1, 0));
    assert_eq!(table.sort(), [(table.place_of(1).unwrap(), true)]);
}

#[test]
fn a_filter_sees_columns_that_are_not_shown() {
    let [_, snapshot] = snapshots();
    let asked = query("eth tx_bytes:2", "", "rx_bytes");
    let found = table(&snapshot, "traffic", CounterMode::All, &asked);
    assert_eq!(column(&found, "interface"), ["eth0", "eth1", "eth2"]);
    // In rates there are no totals.
    let asked = query("rx_bytes>3000", "rx_bytes", "");
    let rates = table(&snapshot, "traffic", CounterMode::Rate, &asked);
    assert_eq!(column(&rates, "interface"), ["lo", "eth1"]);
    assert!(!names(&rates).contains(&"rx_bytes") && names(&rates).contains(&"rx_bytes_rate"));
}

#[test]
fn counters_come_first_and_a_query_sees_what_they_show() {
    let [_, snapshot] = snapshots();
    let asked = query("rx_bytes>0", "rx_bytes:desc", "");
    let grown = table(&snapshot, "traffic", CounterMode::SinceStart, &asked);
    assert_eq!(column(&grown, "interface"), ["eth0", "eth1"]);
    let place = names(&grown).iter().position(|name| *name == "rx_bytes").unwrap();
    assert_eq!([0, 1].map(|row| grown.cell(row, place)), [2000, 10].map(Value::Unsigned));

    let moved = table(&snapshot, "traffic", CounterMode::Moved, &query("", "rx_bytes:desc", ""));
    assert_eq!(column(&moved, "interface"), ["eth1", "eth0"]);
    assert_eq!(moved.counts().to_string(), "2 of 4 rows have moved");
    let moved = table(&snapshot, "traffic", CounterMode::Moved, &query("interface:eth0,lo", "", ""));
    assert_eq!(column(&moved, "interface"), ["eth0"]);
    assert_eq!(moved.counts().to_string(), "1 of 2 rows match, 2 of 4 have moved");
    assert_eq!((moved.unmatched(), moved.unmoved()), (1, 2));
    // Columns that the mode leaves out can be asked for.
    let asked = query("", "", "interface,rx_bytes_rate,rx_bytes");
    let rates = table(&snapshot, "traffic", CounterMode::Rate, &asked);
    assert_eq!(names(&rates), ["interface", "rx_bytes_rate", "rx_bytes"]);
    let fewer = table(&snapshot, "traffic", CounterMode::Rate, &query("", "", "-interface"));
    assert!(!names(&fewer).contains(&"rx_bytes"), "the others are those of the mode");
}

#[test]
fn an_empty_query_leaves_a_table_as_it_is() {
    let [_, snapshot] = snapshots();
    let plain = table(&snapshot, "traffic", CounterMode::All, &Query::default());
    let blank = table(&snapshot, "traffic", CounterMode::All, &query(" ", " ", " "));
    assert_eq!((column(&plain, "interface"), names(&plain)), (column(&blank, "interface"), names(&blank)));
    assert_eq!((blank.counts().to_string(), blank.names_columns()), ("4 rows".to_owned(), false));
}

#[test]
fn a_table_has_columns_for_a_screen_and_more() {
    let [_, snapshot] = snapshots();
    let tcp = views::find("tcp").unwrap().tables[0];
    let look = |columns: &str, brief| {
        let query = query("inode:11", "", columns);
        let view = tcp.view(&snapshot, Scope::Namespace);
        let view = view.looked_at(Look { counters: CounterMode::All, query: &query, brief });
        assert_eq!(column(&view, "inode"), ["11"], "filtered by a column that is not shown");
        names(&view)
    };
    let defaults = tcp.content.default_columns().unwrap();
    assert_eq!(look("", true), defaults);
    assert_eq!(look("+inode", true), [defaults, &["inode"]].concat());
    assert_eq!(look("", false).len(), tcp.content.columns().len());
    assert_eq!(look("*", true), look("", false));
    assert_eq!(look("inode,state", true), ["inode", "state"]);
}

fn printed(words: &[&str], query: Query, format: &str) -> Result<String, Refused> {
    let [_, snapshot] = snapshots();
    let selection = Selection::parse(words, Scope::Namespace).unwrap().asked(query)?;
    let mut out = Vec::new();
    (export::find(format).unwrap().export)().write(&mut out, &snapshot, &selection).unwrap();
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn of_several_tables_those_that_lack_the_column_show_no_rows_and_say_so() {
    let query = query("state:ESTABLISHED", "rx_bytes:desc,local_port:desc", "interface,local_port");
    let document: Json =
        serde_json::from_str(&printed(&["tcp", "traffic"], query.clone(), "json").unwrap()).unwrap();
    let tables = [0, 1].map(|view: usize| &document["views"][view]["tables"][0]);
    assert_eq!(tables[0]["rows"], serde_json::json!([{"local_port": 50000}, {"local_port": 8080}]));
    assert_eq!((&tables[1]["rows"], &tables[1]["status"]), (&serde_json::json!([]), &"ok".into()));
    assert_eq!(tables[1]["remark"], "no column `state`");
    assert!(tables[0].get("remark").is_none());
    let text = printed(&["tcp", "traffic"], query.clone(), "text").unwrap();
    assert!(
        text.contains("interfaces · namespace") && text.contains("0 of 4 rows · no column `state`"),
        "{text}"
    );
    let [_, snapshot] = snapshots();
    let selection = Selection::parse(&["tcp", "traffic"], Scope::Namespace).unwrap().asked(query).unwrap();
    assert!(problems(&snapshot, &selection).contains(&"traffic.interfaces: no column `state`".to_owned()));
}

#[test]
fn each_table_is_sorted_and_shown_by_the_columns_that_it_has() {
    let query = query("", "rx_bytes,local_port", "interface,local_port,rx_packets");
    let lines = printed(&["tcp", "traffic"], query, "jsonl").unwrap();
    let rows: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str| rows.iter().filter_map(|row| row.get(name)).cloned().collect::<Vec<_>>();
    assert_eq!(of("local_port"), [8080, 8080, 50000].map(Json::from));
    assert_eq!(of("interface"), ["eth2", "eth0", "lo", "eth1"].map(Json::from));
    assert_eq!(of("rx_packets").len(), 4);
}

#[test]
fn a_query_that_fits_no_table_is_refused_with_its_place() {
    let refused = |filter: &str, sort: &str, columns: &str| {
        let error = printed(&["tcp", "traffic"], query(filter, sort, columns), "text").unwrap_err();
        (error.error.at.clone(), error.error.kind, error.to_string())
    };
    let (at, kind, told) = refused("state:LISTEN interfac:lo", "", "");
    assert_eq!((at, kind), (13..21, ErrorKind::Column));
    assert!(told.starts_with("filter: no column `interfac`; nearest: interface"), "{told}");
    assert!(told.ends_with("\n  state:LISTEN interfac:lo\n               ^^^^^^^^"), "{told}");
    // Each of the columns is somewhere, but not both in one table.
    let (at, kind, _) = refused("state:LISTEN interface:lo", "", "");
    assert_eq!((at, kind), (13..22, ErrorKind::Column));
    let (at, kind, _) = refused("rx_bytes>many", "", "");
    assert_eq!((at, kind), (9..13, ErrorKind::Value));
    assert_eq!(refused("(state:LISTEN", "", "").1, ErrorKind::Syntax);
    assert_eq!(refused("", "state,stat", "").0, 6..10);
    assert_eq!(refused("", "state:up", "").1, ErrorKind::Syntax);
    assert_eq!(refused("", "", "state,stat").0, 6..10);
    assert!(printed(&["tcp"], query("column_17:5", "", ""), "text").is_ok(), "a newer kernel's column");
}

#[test]
fn a_file_is_queried_like_a_table() {
    let asked = |filter: &str| printed(&["files.dev"], query(filter, "rx_bytes", "interface"), "csv");
    assert_eq!(asked("rx_bytes<3000").unwrap().lines().count(), 3);
    assert!(asked("foo:1").is_err());
    let counters = printed(&["files.netstat"], query("group:TcpExt", "value", "name,since_start"), "csv");
    assert!(counters.is_ok(), "columns of counters are known before they were read: {counters:?}");
}
