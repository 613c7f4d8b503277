//! Cost of filtering and sorting a table of 200,000 rows: `cargo bench -p netmonitor-core --bench query`.

use std::net::{IpAddr, Ipv4Addr};

use divan::Bencher;
use divan::counter::ItemsCount;
use netmonitor_core::query::{Filter, Sort};
use procnet::{Column, Kind, Unit, Value};

const ROWS: usize = 200_000;
const CLK_TCK: u64 = 100;

fn main() {
    divan::main();
}

const fn column(name: &'static str, unit: Unit, kind: Kind) -> Column {
    Column { name, title: name, unit, kind, doc: "" }
}

const COLUMNS: &[Column] = &[
    column("state", Unit::None, Kind::Info),
    column("local_address", Unit::None, Kind::Key),
    column("local_port", Unit::None, Kind::Key),
    column("remote_address", Unit::None, Kind::Key),
    column("remote_port", Unit::None, Kind::Key),
    column("tx_queue", Unit::Bytes, Kind::Gauge),
    column("rx_queue", Unit::Bytes, Kind::Gauge),
    column("rtt_us", Unit::Microseconds, Kind::Gauge),
    column("inode", Unit::None, Kind::Key),
    column("owners", Unit::None, Kind::Info),
    column("path", Unit::None, Kind::Info),
];

/// A table without memory behind it but for its texts: what a row holds is computed from its number.
struct Table {
    paths: Vec<String>,
}

impl Table {
    fn new() -> Self {
        let paths = (0..ROWS).map(|row| format!("/run/user/1000/session-{}.socket", mix(row) % 5000));
        Self { paths: paths.collect() }
    }

    fn cell(&self, row: usize, column: usize) -> Value<'_> {
        const STATES: [&str; 4] = ["ESTABLISHED", "LISTEN", "TIME_WAIT", "CLOSE_WAIT"];
        const PIDS: [u32; 3] = [1234, 4321, 77];
        let number = mix(row);
        match column {
            0 => Value::Label(STATES[number as usize % 4]),
            1 => Value::Ip(Ipv4Addr::LOCALHOST.into()),
            2 => Value::Unsigned(number % 4),
            3 => Value::Ip(IpAddr::V4(Ipv4Addr::from_bits(number as u32))),
            4 => Value::Unsigned(number % 65_536),
            5 => Value::Unsigned(0),
            6 => Value::Unsigned(number % 3),
            7 if number.is_multiple_of(5) => Value::Absent(""),
            7 => Value::Unsigned(number % 100_000),
            8 => Value::Unsigned(row as u64),
            9 => Value::Pids(&PIDS[..row % 4]),
            _ => Value::Text(self.paths[row].as_bytes()),
        }
    }
}

/// Numbers without an order.
fn mix(row: usize) -> u64 {
    (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

#[divan::bench(max_time = 3, args = [
    "remote_port:443",
    "state:ESTABLISHED rtt_us>50ms",
    "remote_address:10.0.0.0/8 or owners:1234",
    "path:*session-12*",
    "rtt_us~12",
    "nginx",
    "443",
])]
fn filter(bencher: Bencher<'_, '_>, text: &str) {
    let table = Table::new();
    let filter = Filter::parse(text, COLUMNS, CLK_TCK).expect("a filter");
    bencher
        .counter(ItemsCount::new(ROWS))
        .bench_local(|| filter.rows(ROWS, |row, column| table.cell(row, column)));
}

#[divan::bench(max_time = 3, args = [
    "inode",
    "rtt_us:desc",
    "remote_address",
    "state,rtt_us:desc",
    "path",
    "rx_queue,path:desc",
    "local_port,state,owners",
])]
fn sort(bencher: Bencher<'_, '_>, text: &str) {
    let table = Table::new();
    let sort = Sort::parse(text, COLUMNS).expect("a sort");
    bencher
        .counter(ItemsCount::new(ROWS))
        .bench_local(|| sort.order(ROWS, |row, column| table.cell(row, column)));
}
