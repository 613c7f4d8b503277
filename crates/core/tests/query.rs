//! Expressions on a table: which rows match, where errors are, in what order rows come.

use std::net::IpAddr;

use netmonitor_core::query::columns::pick;
use netmonitor_core::query::{DEEPEST, Error, ErrorKind, Filter, LONGEST, Parsed, Query, Sort};
use netmonitor_core::views;
use procnet::{Column, Kind, Unit, Value};
use proptest::prelude::*;

const CLK_TCK: u64 = 100;

const fn column(name: &'static str, unit: Unit, kind: Kind) -> Column {
    Column { name, title: name, unit, kind, doc: "" }
}

const COLUMNS: &[Column] = &[
    column("state", Unit::None, Kind::Info),
    column("local_address", Unit::None, Kind::Key),
    column("local_port", Unit::None, Kind::Key),
    column("remote_address", Unit::None, Kind::Key),
    column("remote_port", Unit::None, Kind::Key),
    column("owners", Unit::None, Kind::Info),
    column("rtt_us", Unit::Microseconds, Kind::Gauge),
    column("bytes_sent", Unit::Bytes, Kind::Counter),
    column("bytes_sent_rate", Unit::Bytes, Kind::Rate),
    column("pacing", Unit::BytesPerSecond, Kind::Gauge),
    column("rto", Unit::Ticks, Kind::Gauge),
    column("retrans_percent", Unit::Percent, Kind::Gauge),
    column("flags", Unit::None, Kind::Info),
    column("route", Unit::None, Kind::Info),
    column("protocol", Unit::None, Kind::Key),
    column("path", Unit::None, Kind::Info),
    column("offset", Unit::Count, Kind::Gauge),
    column("seen", Unit::None, Kind::Info),
];

const FLAGS: &[(u32, &str)] = &[(1, "UP"), (2, "BROADCAST"), (12, "LOW"), (8, "HIGH")];
const LETTERS: &[(u32, &str)] = &[(1, "U"), (2, "G"), (4, "M"), (8, "m"), (16, "!")];
const SECOND: i64 = 1_000_000_000;

fn ip(text: &str) -> Value<'static> {
    Value::Ip(text.parse::<IpAddr>().unwrap())
}

const NO: Value<'static> = Value::Absent("");

/// Four rows; the last is absent but for its names.
fn rows() -> [Row; 4] {
    [listening(), established(), mapped(), absent()]
}

type Row = [Value<'static>; 18];

fn listening() -> Row {
    use Value::{Flags, Float, Label, Letters, Named, Pids, Signed, Text, Time, Unsigned};
    [
        Label("LISTEN"),
        ip("::"),
        Unsigned(443),
        ip("::"),
        Unsigned(0),
        Pids(&[1234, 77]),
        NO,
        Unsigned(0),
        Float(0.0),
        Unsigned(0),
        Unsigned(0),
        Float(0.0),
        Flags(1, FLAGS),
        Letters(3, LETTERS),
        Named(6, "tcp"),
        Text(b""),
        Signed(-5),
        Time(1_000_000_000 * SECOND),
    ]
}

fn established() -> Row {
    use Value::{Flags, Float, Label, Letters, Named, Pids, Signed, Text, Time, Unsigned};
    [
        Label("ESTABLISHED"),
        ip("10.1.2.3"),
        Unsigned(8080),
        ip("10.0.0.9"),
        Unsigned(443),
        Pids(&[99]),
        Unsigned(50_001),
        Unsigned(1_572_865),
        Float(10_000_000.5),
        Unsigned(10_000_000),
        Unsigned(20),
        Float(1.5),
        Flags(0x23, FLAGS),
        Letters(9, LETTERS),
        Named(17, "udp"),
        Text(b"/run/My Socket.sock"),
        Signed(0),
        Time(1_700_000_000 * SECOND),
    ]
}

fn mapped() -> Row {
    use Value::{Flags, Float, Label, Letters, Pids, Signed, Text, Unsigned};
    [
        Label("ESTABLISHED"),
        ip("fe80::1"),
        Unsigned(22),
        ip("::ffff:10.0.0.8"),
        Unsigned(50_000),
        Pids(&[]),
        Unsigned(50_000),
        Unsigned(1_572_864),
        NO,
        Unsigned(9_999_999),
        Unsigned(21),
        Float(f64::NAN),
        Flags(8, FLAGS),
        Letters(0, LETTERS),
        Unsigned(255),
        Text(b"x\x1b[2J\xff"),
        Signed(7),
        NO,
    ]
}

fn absent() -> Row {
    use Value::{Absent, Label, Text};
    [
        Label("none"),
        NO,
        NO,
        ip("2001:db8::1"),
        NO,
        Absent("not visible"),
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        NO,
        Text("/tmp/caf\u{e9},(1)*".as_bytes()),
        NO,
        NO,
    ]
}

fn matching(text: &str) -> Result<Vec<u32>, Error> {
    let rows = rows();
    let filter = Filter::parse(text, COLUMNS, CLK_TCK)?;
    Ok(filter.rows(rows.len(), |row, column| rows[row][column]))
}

fn check(table: &[(&str, &[u32])]) {
    for (text, rows) in table {
        assert_eq!(matching(text).as_deref(), Ok(*rows), "{text}");
    }
}

#[test]
fn free_text() {
    check(&[
        ("", &[0, 1, 2, 3]),
        ("  ", &[0, 1, 2, 3]),
        ("listen", &[0]),
        ("ESTAB", &[1, 2]),
        ("\"my socket\"", &[1]),
        ("'My Socket'", &[1]),
        ("my\\ socket", &[1]),
        ("visible", &[3]),
        ("1234 listen", &[0]),
        ("udp", &[1]),
        ("10.0.0", &[1, 2]),
        ("fe80::1", &[2]),
        ("::ffff", &[2]),
        ("2001:db8::1", &[3]),
        ("50.0ms", &[1, 2]),
        ("UP", &[0, 1]),
        ("0x20", &[1]),
        ("u{1b}", &[2]),
        ("2001-09", &[0]),
        ("café", &[3]),
        ("CAFÉ", &[]),
        (",", &[3]),
        ("*", &[3]),
        ("-5", &[0]),
        ("don't", &[]),
        ("10.0.0.1:443", &[]),
        ("--a=b", &[]),
        ("Tcp:80", &[]),
        ("de:ad:be", &[]),
        ("andy", &[]),
        ("\"and\"", &[]),
    ]);
}

#[test]
fn texts_and_labels() {
    check(&[
        ("state:listen", &[0]),
        ("STATE:listen", &[0]),
        ("state=LISTEN", &[0]),
        ("state==LISTEN", &[0]),
        ("state!=LISTEN", &[1, 2, 3]),
        ("state:list", &[]),
        ("state:*S*", &[0, 1, 2]),
        ("state:LISTEN,est*", &[0, 1, 2]),
        ("state:LISTEN, est*", &[0, 1, 2]),
        ("state!=LISTEN,est*", &[3]),
        ("state~st", &[0, 1, 2]),
        ("state!~st", &[3]),
        ("state~l*n,none", &[0, 3]),
        ("state:'*S*'", &[]),
        ("path:\"/run/my socket.sock\"", &[1]),
        ("path:\"/run/\"*", &[1]),
        ("path~'my '", &[1]),
        ("path:*\\*", &[3]),
        ("path~\\*", &[3]),
        ("path~\"(1)\"", &[3]),
        ("path:'x\\\\u{1b}[2J\\\\xff'", &[2]),
        ("path~caf\u{e9}\\,", &[3]),
        ("path>/s", &[2, 3]),
        ("path<=/RUN/z", &[0, 1]),
        ("state<F", &[1, 2]),
    ]);
}

#[test]
fn numbers_and_units() {
    check(&[
        ("remote_port:443", &[1]),
        ("remote_port : 443", &[1]),
        ("remote_port :443", &[1]),
        ("remote_port: 443", &[1]),
        ("remote_port != 443", &[0, 2]),
        ("local_port:22..443", &[0, 2]),
        ("local_port:444..", &[1]),
        ("local_port:..443", &[0, 2]),
        ("local_port:22,8000..9000", &[1, 2]),
        ("local_port!=22,8000..9000", &[0]),
        ("local_port>=443", &[0, 1]),
        ("local_port>443", &[1]),
        ("local_port:0x16", &[2]),
        ("local_port:4*", &[0]),
        ("local_port~4", &[0]),
        ("local_port:'443'", &[0]),
        ("local_port:ssh", &[]),
        ("rtt_us>50ms", &[1]),
        ("rtt_us > 50ms", &[1]),
        ("rtt_us>=50ms", &[1, 2]),
        ("rtt_us=50ms", &[2]),
        ("rtt_us:49ms..50ms", &[2]),
        ("rtt_us<0.0500005s", &[2]),
        ("rtt_us:50000", &[2]),
        ("rtt_us~50", &[1, 2]),
        ("rtt_us!=50ms", &[1]),
        ("not rtt_us>50ms", &[0, 2, 3]),
        ("rtt_us:*", &[1, 2]),
        ("bytes_sent>1.5MiB", &[1]),
        ("bytes_sent:1.5MiB", &[2]),
        ("bytes_sent<1k", &[0]),
        ("bytes_sent_rate>80Mbit/s", &[1]),
        ("bytes_sent_rate>10MB/s", &[1]),
        ("pacing>=80Mbit/s", &[1]),
        ("pacing<10MB", &[0, 2]),
        ("rto:200ms", &[1]),
        ("rto>200ms", &[2]),
        ("rto>205ms", &[2]),
        ("retrans_percent>1%", &[1]),
        ("retrans_percent:1.5", &[1]),
        ("retrans_percent!=1", &[0, 1]),
        ("offset<0", &[0]),
        ("offset:-5..0", &[0, 1]),
        ("offset:-5", &[0]),
        ("bytes_sent<99999999999999999999999999", &[0, 1, 2]),
        ("protocol:6", &[0]),
        ("protocol:UDP", &[1]),
        ("protocol:tcp,255", &[0, 2]),
        ("protocol>6", &[1, 2]),
        ("protocol!=tcp", &[1, 2]),
        ("protocol:t*", &[0]),
    ]);
}

#[test]
fn addresses() {
    check(&[
        ("remote_address:10.0.0.0/8", &[1, 2]),
        ("remote_address=10.0.0.8", &[2]),
        ("remote_address:::ffff:10.0.0.9", &[1]),
        ("remote_address!=10.0.0.0/8", &[0, 3]),
        ("remote_address:2001:db8::1", &[3]),
        ("remote_address:2001:db8::/32", &[3]),
        ("remote_address : 2001:db8::/32", &[3]),
        ("remote_address :::", &[0]),
        ("local_address:fe80::1", &[2]),
        ("local_address > fe80::", &[2]),
        ("local_address=::", &[0]),
        ("local_address:::", &[0]),
        ("local_address=::1", &[]),
        ("local_address:[fe80::1]", &[2]),
        ("remote_address:10.0.0.8..10.0.0.9", &[1, 2]),
        ("remote_address>10.0.0.8", &[1]),
        ("remote_address:10.*", &[1]),
        ("remote_address~10.0", &[1, 2]),
        ("remote_address:10.0.0.9,2001:db8::1", &[1, 3]),
        ("(remote_address:2001:db8::1)", &[3]),
        ("remote_address:'10.0.0.0/8'", &[1, 2]),
        ("local_address:none", &[3]),
    ]);
}

#[test]
fn flags_lists_and_moments() {
    check(&[
        ("flags:up", &[0, 1]),
        ("flags:UP flags:broadcast", &[1]),
        ("flags:b*", &[1]),
        ("flags:low", &[]),
        ("flags:high", &[2]),
        ("flags:0x20", &[1]),
        ("flags:3", &[1]),
        ("flags!=UP", &[2]),
        ("flags~broad", &[1]),
        ("flags>8", &[1]),
        ("route:U", &[0, 1]),
        ("route:GU", &[0]),
        ("route:m", &[1]),
        ("route:M", &[]),
        ("route:0", &[2]),
        ("route:none", &[2, 3]),
        ("owners:1234", &[0]),
        ("owners:77,99", &[0, 1]),
        ("owners:1000..2000", &[0]),
        ("owners!=1234", &[1, 2]),
        ("owners>98", &[0, 1]),
        ("owners:12*", &[0]),
        ("owners:none", &[2, 3]),
        ("seen:2001", &[0]),
        ("seen:2001-09-09T01:46", &[0]),
        ("seen:2001-09-09T03:46:40+02:00", &[0]),
        ("seen>2001-09-10", &[1]),
        ("seen:2001-09-09..2001-09-10", &[0]),
        ("seen<2023-11-15T00:00:00Z", &[0, 1]),
        ("seen:*-09-*", &[0]),
        ("seen:*x*", &[]),
    ]);
}

#[test]
fn what_is_absent() {
    check(&[
        ("rtt_us:\"\"", &[0, 3]),
        ("rtt_us:''", &[0, 3]),
        ("rtt_us:null", &[0, 3]),
        ("rtt_us=none", &[0, 3]),
        ("rtt_us:-", &[0, 3]),
        ("rtt_us!=null", &[1, 2]),
        ("rtt_us:null,50ms", &[0, 2, 3]),
        ("rtt_us!=null,50ms", &[1]),
        ("path:\"\"", &[0]),
        ("path!=\"\"", &[1, 2, 3]),
        ("state:none", &[3]),
        ("state:'none'", &[3]),
        ("retrans_percent:null", &[2, 3]),
        ("owners~visible", &[]),
        ("owners!~visible", &[0, 1, 2]),
        ("seen:''", &[2, 3]),
    ]);
}

#[test]
fn joined_parts() {
    check(&[
        ("state:ESTABLISHED remote_port:443", &[1]),
        ("state:ESTABLISHED and remote_port:443", &[1]),
        ("state:ESTABLISHED && remote_port:443", &[1]),
        ("state:LISTEN&&local_port:443", &[0]),
        ("state:LISTEN||state:none", &[0, 3]),
        ("state:LISTEN OR state:none", &[0, 3]),
        ("state:none or state:LISTEN local_port:443", &[0, 3]),
        ("state:none or state:LISTEN and not local_port:443", &[3]),
        ("(state:none or state:LISTEN) local_port:443", &[0]),
        ("local_port:443(state:LISTEN)", &[0]),
        ("not (state:none or state:LISTEN)", &[1, 2]),
        ("not(state:none)and not state:LISTEN", &[1, 2]),
        ("!state:LISTEN", &[1, 2, 3]),
        ("! listen", &[1, 2, 3]),
        ("!!listen", &[0]),
        ("not not listen", &[0]),
        ("NOT listen AND NOT visible", &[1, 2]),
        ("not listen visible", &[3]),
        ("listen or visible or udp", &[0, 1, 3]),
        ("((listen))", &[0]),
    ]);
}

#[test]
fn errors_point_at_their_place() {
    for (text, place, message) in [
        ("foo:1", 0..3, "no column `foo`; there are state,"),
        ("stat:1", 0..4, "no column `stat`; nearest: state; in quotes"),
        ("listen and rtt>5", 11..14, "nearest: rtt_us"),
        ("localhost:80", 0..9, "in quotes it is text"),
        ("state:", 6..6, "no value after `:`"),
        ("state: ", 6..6, "no value after `:`"),
        ("(state=)", 7..7, "no value after `=`"),
        ("rtt_us > and x", 8..8, "no value after `>`"),
        ("state: local_port:443", 6..6, "no value after `:`"),
        ("local_port:80,", 14..14, "no value before or after a comma"),
        ("local_port:,80", 11..11, "no value before or after a comma"),
        ("local_port:80, and x", 15..15, "no value after a comma"),
        ("(listen", 0..1, "not closed"),
        ("a (b (c)", 2..3, "not closed"),
        ("listen)", 6..7, "no parenthesis is open"),
        ("()", 1..2, "missing here"),
        ("listen or", 9..9, "missing here"),
        ("not", 3..3, "missing here"),
        ("and listen", 0..3, "nothing before `and`"),
        ("a or or b", 5..7, "nothing before `or`"),
        ("a && || b", 5..7, "nothing before `||`"),
        ("\"abc", 0..1, "no \" ends this text"),
        ("path:'abc", 5..6, "no ' ends this text"),
        ("abc\\", 3..4, "no letter after the backslash"),
        ("> 5", 0..1, "no column before `>`"),
        ("=5", 0..1, "no column before `=`"),
        ("10.0.0.1>5", 0..8, "is no name of a column"),
        ("rtt-us>50ms", 0..6, "is no name of a column"),
        ("rtt_us>>5", 7..8, "must stand in quotes"),
        ("rtt_us>abc", 7..10, "`abc` is not a number; a number may have ns, us"),
        ("rtt_us>5MB", 8..10, "unit `MB` does not fit"),
        ("rtt_us:1ms..2kg", 13..15, "unit `kg` does not fit"),
        ("rtt_us:x..2", 7..8, "not a number"),
        ("rtt_us:9..2", 7..11, "ends before it begins"),
        ("bytes_sent>5ms", 12..14, "and B"),
        ("local_port>50ms", 13..15, "unit `ms` does not fit"),
        ("rtt_us>1,2", 7..10, "a list has no order"),
        ("local_port>1..2", 11..15, "many values"),
        ("rtt_us>null", 7..11, "what is absent has no order"),
        ("remote_address>10.0.0.0/8", 15..25, "many values"),
        ("remote_address:10.0.0.0/33", 24..26, "0 to 32"),
        ("remote_address:10.0.0.300", 15..25, "not an address"),
        ("remote_address:1::2::3", 15..22, "not an address"),
        ("remote_address:10.0.0.1,::1/200", 28..31, "0 to 128"),
        ("bytes_sent>'5 x'", 11..16, "not a number"),
    ] {
        let error = matching(text).expect_err(text);
        assert_eq!(error.at, place, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    }
    let error = matching("é rtt_us>5kg").unwrap_err();
    assert_eq!(error.render("é rtt_us>5kg"), "é rtt_us>5kg\n          ^^");
}

#[test]
fn one_expression_for_several_tables() {
    let parsed = Parsed::parse("rtt_us>50ms or listen").unwrap();
    assert!(parsed.bind(COLUMNS, CLK_TCK).is_ok());
    let other = [column("state", Unit::None, Kind::Info), column("rtt", Unit::None, Kind::Info)];
    let error = parsed.bind(&other, CLK_TCK).unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::Column, 0..6));
    let error = Parsed::parse("rtt_us>5kg").unwrap().bind(COLUMNS, CLK_TCK).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Value);
    assert_eq!(Parsed::parse("(").unwrap_err().kind, ErrorKind::Syntax);
}

#[test]
fn every_column_of_every_tab_can_be_asked_for() {
    for table in views::ALL.iter().flat_map(|view| view.tables) {
        let columns = table.content.columns();
        for (place, column) in columns.iter().enumerate() {
            let name = column.name;
            for text in [format!("{name}:null"), format!("not {name} != '1'"), format!("{name}~x")] {
                let filter = Filter::parse(&text, &columns, CLK_TCK);
                assert!(filter.is_ok_and(|filter| !filter.is_empty()), "{}: {text}", table.name);
            }
            assert_eq!(Sort::parse(name, &columns), Ok(Sort::by(place, false)), "{}.{name}", table.name);
            assert_eq!(pick(name, &columns, &[]), Ok(vec![place]), "{}.{name}", table.name);
            let error = Filter::parse(&format!("x_{name}_x:1"), &columns, CLK_TCK).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Column, "{}.{name}", table.name);
        }
    }
    // Descriptions of counters are texts, whatever the counters count.
    let counters = views::find("stats").unwrap().tables[0].content.columns();
    assert!(Filter::parse("name:ListenDrops meaning~drop", &counters, CLK_TCK).is_ok());
    assert!(Filter::parse("value:many", &counters, CLK_TCK).is_err());
}

#[test]
fn hostile_expressions_are_refused() {
    for part in ["(", "not ", "!", "( not "] {
        let error = Parsed::parse(&part.repeat(LONGEST / part.len())).unwrap_err();
        assert!(error.message.contains("within each other"), "{error}");
    }
    let error = Parsed::parse(&"a ".repeat(LONGEST)).unwrap_err();
    assert_eq!(error.at, LONGEST..2 * LONGEST);
    let deepest = format!("{}a{}", "(".repeat(DEEPEST), ")".repeat(DEEPEST));
    assert!(Parsed::parse(&deepest).is_ok());
    assert!(Parsed::parse(&format!("({deepest})")).is_err());
    // Parts beside each other are not within each other.
    assert!(Parsed::parse(&"(a) ".repeat(1000)).is_ok());
    assert!(Parsed::parse(&"!a ".repeat(1000)).is_ok());
}

#[test]
fn all_numbers_of_64_bits_are_compared_exactly() {
    let columns = [column("n", Unit::Bytes, Kind::Counter)];
    let is = |text: &str, value: Value<'_>| {
        Filter::parse(text, &columns, CLK_TCK).unwrap().matches(&|_| value, &mut String::new())
    };
    assert!(is("n:18446744073709551615", Value::Unsigned(u64::MAX)));
    assert!(!is("n:18446744073709551614", Value::Unsigned(u64::MAX)));
    assert!(is("n>18446744073709551614.5", Value::Unsigned(u64::MAX)));
    assert!(is("n:-9223372036854775808", Value::Signed(i64::MIN)));
    assert!(is("n<16Ei", Value::Unsigned(u64::MAX)));
    assert!(is("n>9007199254740992", Value::Unsigned(9_007_199_254_740_993)));
}

#[test]
fn a_query_arranges_a_table() {
    let rows = rows();
    let arrange = |filter: &str, sort: &str, columns: &str| {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let query = Query { filter: some(filter), sort: some(sort), columns: some(columns) };
        let arranged = query.bind(COLUMNS, CLK_TCK)?.arrange(rows.len(), |row, column| rows[row][column]);
        Ok((arranged.rows, arranged.columns))
    };
    assert_eq!(arrange("", "", ""), Ok::<_, netmonitor_core::query::Refused>((None, None)));
    assert_eq!(arrange("established", "", ""), Ok((Some(vec![1, 2]), None)));
    assert_eq!(arrange("", "rtt_us", "state"), Ok((Some(vec![2, 1, 0, 3]), Some(vec![0]))));
    assert_eq!(arrange("not none", "local_port:desc", ""), Ok((Some(vec![1, 0, 2]), None)));
    assert_eq!(arrange("established", "rtt_us", ""), Ok((Some(vec![2, 1]), None)));
    let refused = arrange("", "rtt_us:up", "").unwrap_err();
    assert_eq!(refused.to_string(), "sort: `up` is no order: asc or desc\n  rtt_us:up\n         ^^");
    let blank = Query { filter: Some(String::new()), ..Query::default() }.bind(COLUMNS, CLK_TCK).unwrap();
    assert_eq!(blank.arrange(4, |_, _| Value::Absent("")).rows, None);
}

fn sorted(text: &str) -> Vec<u32> {
    let rows = rows();
    Sort::parse(text, COLUMNS).unwrap().order(rows.len(), |row, column| rows[row][column])
}

#[test]
fn rows_in_order() {
    for (text, rows) in [
        ("", [0, 1, 2, 3]),
        ("state", [1, 2, 0, 3]),
        ("state:desc", [3, 0, 1, 2]),
        ("state,local_port", [2, 1, 0, 3]),
        ("state:ASC, local_port : desc", [1, 2, 0, 3]),
        ("rtt_us", [2, 1, 0, 3]),
        ("rtt_us:desc", [1, 2, 0, 3]),
        ("offset:desc", [2, 1, 0, 3]),
        ("remote_address", [2, 1, 0, 3]),
        ("remote_address:desc", [3, 0, 1, 2]),
        ("owners", [2, 1, 0, 3]),
        ("owners:desc", [0, 1, 2, 3]),
        ("flags", [0, 2, 1, 3]),
        ("path", [0, 1, 3, 2]),
        ("retrans_percent:desc", [1, 0, 2, 3]),
        ("protocol:desc", [2, 1, 0, 3]),
        ("seen:desc", [1, 0, 2, 3]),
    ] {
        assert_eq!(sorted(text), rows, "{text}");
    }
    let wrong = |text: &str| Sort::parse(text, COLUMNS).unwrap_err();
    assert_eq!(wrong("state,rtt").at, 6..9);
    assert_eq!(wrong("rtt_us:up").at, 7..9);
    assert_eq!(wrong("rtt_us:").at, 7..7);
    assert_eq!(wrong("state,").at, 6..6);
    assert_eq!(wrong(":desc").at, 0..0);
    assert_eq!(wrong("state, state:desc").at, 7..12);
    assert_eq!(wrong(&",".repeat(5000)).at, LONGEST..5000);
    assert!(wrong("rtt").message.contains("nearest: rtt_us"));
}

/// Any cell, many of them alike.
fn any_cell() -> impl Strategy<Value = Owned> {
    prop_oneof![
        Just(Owned::Absent),
        prop_oneof![0_u64..4, Just(u64::MAX), Just(u64::MAX - 1), any::<u64>()].prop_map(Owned::Unsigned),
        prop_oneof![-3_i64..3, any::<i64>()].prop_map(Owned::Signed),
        prop_oneof![Just(-0.0), Just(f64::NAN), Just(f64::INFINITY), -2.0..2.0, any::<f64>()]
            .prop_map(Owned::Float),
        "[aA\0]{0,3}(abcdefghijklmnop)?[aB\0]{0,2}".prop_map(|text| Owned::Text(text.into_bytes())),
        proptest::collection::vec(0_u8.., 0..40).prop_map(Owned::Text),
        any::<IpAddr>().prop_map(Owned::Ip),
        (0_u8..3).prop_map(|low| Owned::Ip(format!("::ffff:10.0.0.{low}").parse().unwrap())),
        proptest::collection::vec(1_u32..4, 0..7).prop_map(Owned::Pids),
        any::<u32>().prop_map(Owned::Flags),
        any::<i64>().prop_map(Owned::Time),
    ]
}

#[derive(Debug, Clone)]
enum Owned {
    Absent,
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Vec<u8>),
    Ip(IpAddr),
    Pids(Vec<u32>),
    Flags(u32),
    Time(i64),
}

impl Owned {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Absent => Value::Absent("why"),
            Self::Unsigned(number) => Value::Unsigned(*number),
            Self::Signed(number) => Value::Signed(*number),
            Self::Float(number) => Value::Float(*number),
            Self::Text(bytes) => Value::Text(bytes),
            Self::Ip(address) => Value::Ip(*address),
            Self::Pids(pids) => Value::Pids(pids),
            Self::Flags(bits) => Value::Flags(*bits, FLAGS),
            Self::Time(wall) => Value::Time(*wall),
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent) || matches!(self, Self::Float(number) if number.is_nan())
    }

    /// Which of two cells of one kind is first, told in the plainest way.
    fn is_after(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unsigned(one), Self::Unsigned(other)) => one > other,
            (Self::Signed(one), Self::Signed(other)) | (Self::Time(one), Self::Time(other)) => one > other,
            (Self::Unsigned(one), Self::Signed(other)) => i128::from(*one) > i128::from(*other),
            (Self::Signed(one), Self::Unsigned(other)) => i128::from(*one) > i128::from(*other),
            (Self::Float(one), Self::Float(other)) => one > other,
            (Self::Text(one), Self::Text(other)) => one.to_ascii_lowercase() > other.to_ascii_lowercase(),
            (Self::Ip(one), Self::Ip(other)) => one.to_canonical() > other.to_canonical(),
            (Self::Pids(one), Self::Pids(other)) => one > other,
            (Self::Flags(one), Self::Flags(other)) => one > other,
            _ => false,
        }
    }
}

const WORDS: &[&str] = &[
    "state",
    "rtt_us",
    "remote_address",
    "owners",
    "flags",
    "path",
    "seen",
    "foo",
    "and",
    "or",
    "not",
    "(",
    ")",
    " ",
    "  ",
    ":",
    "=",
    "!=",
    "<",
    ">=",
    "~",
    "!~",
    "!",
    "*",
    ",",
    "..",
    "-",
    "\"",
    "'",
    "\\",
    "&&",
    "||",
    "50ms",
    "1.5MiB",
    "10.0.0.0/8",
    "::1",
    "2001:db8::/32",
    "443",
    "0x1f",
    "null",
    "é",
    "\u{1b}",
    "99999999999999999999",
    "2024-05-01",
    "%",
    "/s",
    "LISTEN",
];

proptest! {
    #[test]
    fn any_text_is_read_or_refused_at_a_place(text in "\\PC{0,60}") {
        any_text(&text)?;
    }

    #[test]
    fn any_words_are_read_or_refused_at_a_place(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..30)) {
        any_text(&words.concat())?;
    }

    #[test]
    fn any_cell_can_be_compared(
        words in proptest::collection::vec(proptest::sample::select(WORDS), 0..6),
        cells in proptest::collection::vec(any_cell(), COLUMNS.len()),
        name in proptest::sample::select(COLUMNS),
        operator in proptest::sample::select(&[":", "!=", "<", ">=", "~", "!~"][..]),
    ) {
        let text = format!("{}{operator}{}", name.name, words.concat());
        let cell = |column: usize| cells[column].value();
        let mut scratch = String::new();
        if let Ok(filter) = Filter::parse(&text, COLUMNS, CLK_TCK) {
            let matches = filter.matches(&cell, &mut scratch);
            let not = Filter::parse(&format!("not ({text})"), COLUMNS, CLK_TCK).unwrap();
            prop_assert_eq!(not.matches(&cell, &mut scratch), !matches);
        }
    }

    #[test]
    fn free_text_is_what_is_shown(
        cell in any_cell(),
        unit in proptest::sample::select(&[Unit::None, Unit::Bytes, Unit::Ticks, Unit::Microseconds, Unit::Percent][..]),
        word in "[0-9a-fA-Fmsx:.{}-]{1,3}",
    ) {
        let columns = [column("x", unit, Kind::Gauge)];
        let mut shown = String::new();
        netmonitor_core::format::text(cell.value(), &columns[0], CLK_TCK, &mut shown);
        let filter = Filter::parse(&format!("\"{word}\""), &columns, CLK_TCK).unwrap();
        let shown = if cell.is_absent() { shown.replace("NaN", "-") } else { shown };
        let holds = shown.to_ascii_lowercase().contains(&word.to_ascii_lowercase());
        prop_assert_eq!(filter.matches(&|_| cell.value(), &mut String::new()), holds, "{}", shown);
    }

    #[test]
    fn orders_are_stable_and_absent_cells_last(
        cells in proptest::collection::vec((any_cell(), any_cell()), 0..60),
        first in any::<bool>(),
        second in any::<bool>(),
    ) {
        let word = |descending| if descending { ":desc" } else { "" };
        let text = format!("state{},owners{}", word(first), word(second));
        let cell = |row: usize, column: usize| if column == 0 { cells[row].0.value() } else { cells[row].1.value() };
        let sort = Sort::parse(&text, COLUMNS).unwrap();
        let rows = sort.order(cells.len(), cell);
        let mut all = rows.clone();
        all.sort_unstable();
        prop_assert!(all.into_iter().eq(0..cells.len() as u32));
        for pair in rows.windows(2) {
            let (before, after) = (&cells[pair[0] as usize].0, &cells[pair[1] as usize].0);
            prop_assert!(!before.is_absent() || after.is_absent());
            let wrong = if first { after.is_after(before) } else { before.is_after(after) };
            prop_assert!(!wrong || before.is_absent() || after.is_absent(), "{:?} {:?}", before, after);
        }
        // By the second column and then, stably, by the first is the same as by both.
        let mut by_steps = Sort::by(5, second).order(cells.len(), cell);
        Sort::by(0, first).sort(&mut by_steps, cell);
        prop_assert_eq!(rows, by_steps);
    }
}

fn any_text(text: &str) -> Result<(), TestCaseError> {
    let rows = rows();
    match Filter::parse(text, COLUMNS, CLK_TCK) {
        Ok(filter) => {
            filter.rows(rows.len(), |row, column| rows[row][column]);
        }
        Err(error) => {
            prop_assert!(error.at.start <= error.at.end && error.at.end <= text.len(), "{:?}", error);
            let rendered = error.render(text);
            prop_assert_eq!(rendered.lines().count(), 2);
            prop_assert!(!rendered.chars().any(|letter| letter.is_control() && letter != '\n'));
            prop_assert!(!error.message.chars().any(char::is_control));
        }
    }
    Ok(())
}
