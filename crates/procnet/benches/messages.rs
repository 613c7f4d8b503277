//! Cost of decoding netlink messages, by row: `cargo bench -p procnet --bench messages`.

use std::sync::Arc;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use procnet::diag::{self, COLUMNS, DiagSocket};
use procnet::{AnyTable, Endian, Table};

/// A table of the smaller size lies in memory that was used before; one of the larger is 60 MB that the kernel
/// hands out anew each time, which costs more than decoding.
const ROWS: [u32; 2] = [1000, 100_000];

fn main() {
    divan::main();
}

/// Sockets as a kernel tells them with `tcp_info`, memory and congestion control.
fn sockets(rows: u32) -> Vec<u8> {
    let attributes: [(u16, usize); 9] =
        [(8, 1), (5, 1), (15, 4), (17, 4), (21, 8), (22, 2), (7, 36), (4, 6), (2, 280)];
    let mut bytes = Vec::new();
    for number in 0..rows {
        let mut body = vec![2, 1, 0, 0];
        body.extend((number as u16).to_be_bytes());
        body.extend(80u16.to_be_bytes());
        body.extend([127, 0, 0, 1]);
        body.extend([0; 12]);
        body.extend([127, 0, 0, 1]);
        body.extend([0; 16]);
        body.extend(u64::from(number).to_le_bytes());
        body.extend([0; 16]);
        body.extend(number.to_le_bytes());
        for (kind, length) in attributes {
            body.extend((4 + length as u16).to_le_bytes());
            body.extend(kind.to_le_bytes());
            body.extend((0..length).map(|place| place as u8));
            body.resize(body.len().next_multiple_of(4), 0);
        }
        bytes.extend((16 + body.len() as u32).to_le_bytes());
        bytes.extend([20, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(body);
    }
    bytes
}

fn decode(bytes: &[u8], rows: u32) -> Arc<dyn AnyTable> {
    let mut decoder = diag::find("inet_tcp").unwrap().decoder(Endian::Little);
    // As in every tick but the first.
    decoder.expect(rows as usize, 0);
    for piece in black_box(bytes).chunks(32 << 10) {
        decoder.feed(piece);
    }
    let table = decoder.finish();
    assert_eq!((table.len(), table.faults()), (rows as usize, 0));
    table
}

#[divan::bench(args = ROWS, sample_count = 20)]
fn rows(bencher: Bencher<'_, '_>, rows: u32) {
    let bytes = sockets(rows);
    let counter = (ItemsCount::new(rows), BytesCount::of_slice(&bytes));
    bencher.counter(counter.0).counter(counter.1).bench(|| decode(&bytes, rows));
}

#[divan::bench(args = ROWS, sample_count = 20)]
fn one_column_of_every_row(bencher: Bencher<'_, '_>, rows: u32) {
    let table = decode(&sockets(rows), rows);
    let table = table.as_any().downcast_ref::<Table<DiagSocket>>().unwrap();
    let rtt = COLUMNS.iter().find(|column| column.column.name == "rtt_us").unwrap();
    bencher.counter(ItemsCount::new(rows)).bench(|| {
        let numbers = table.iter().filter_map(|row| (rtt.get)(&row.detail(&table.texts)).count());
        numbers.sum::<u64>()
    });
}
