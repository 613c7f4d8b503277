//! Cost of decoding, by row: `cargo bench -p procnet`.

use std::fmt::Write;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use procnet::{Endian, proc};

const ROWS: usize = 10_000;

fn main() {
    divan::main();
}

fn tcp() -> Vec<u8> {
    let mut text = String::from(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n",
    );
    for row in 0..ROWS {
        let line = format!(
            "{row:4}: 0100007F:{:04X} 0100007F:1F90 01 00000000:00000000 02:000004A1 00000000  1000        0 {} 2 0000000000000000 20 4 30 10 -1",
            row % 0xffff,
            1_000_000 + row,
        );
        // The kernel pads each line to 149 characters.
        writeln!(text, "{line:<149}").unwrap();
    }
    text.into_bytes()
}

fn udp6() -> Vec<u8> {
    let mut text = String::from(
        "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n",
    );
    for row in 0..ROWS {
        writeln!(
            text,
            "{row:5}: 00000000000000000000000001000000:{:04X} 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 {} 2 0000000000000000 17",
            row % 0xffff,
            1_000_000 + row,
        )
        .unwrap();
    }
    text.into_bytes()
}

fn decode(bencher: Bencher<'_, '_>, path: &str, bytes: &[u8], rows: usize) {
    let file = proc::find(path).unwrap();
    bencher.counter(ItemsCount::new(rows)).counter(BytesCount::of_slice(bytes)).bench(|| {
        let mut decoder = file.decoder(Endian::NATIVE);
        // As in every tick but the first.
        decoder.expect(rows, 0);
        // As the kernel hands it out: a page a read.
        for piece in black_box(bytes).chunks(4096) {
            decoder.feed(piece);
        }
        let table = decoder.finish();
        assert_eq!(table.len(), rows);
        table
    });
}

#[divan::bench]
fn tcp_rows(bencher: Bencher<'_, '_>) {
    decode(bencher, "tcp", &tcp(), ROWS);
}

#[divan::bench]
fn udp6_rows(bencher: Bencher<'_, '_>) {
    decode(bencher, "udp6", &udp6(), ROWS);
}

#[divan::bench]
fn netstat_counters(bencher: Bencher<'_, '_>) {
    let (mut names, mut values) = (String::from("TcpExt:"), String::from("TcpExt:"));
    for number in 0..250 {
        write!(names, " TCPSomeCounter{number}").unwrap();
        write!(values, " {}", number * 12_345).unwrap();
    }
    decode(bencher, "netstat", format!("{names}\n{values}\n").as_bytes(), 250);
}
