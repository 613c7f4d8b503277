//! Any bytes are welcome: no decoder panics, and how bytes are cut into pieces changes nothing.

mod common;

use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;

use procnet::proc::inet::Inet;
use procnet::{AnyTable, Endian, Table, proc};
use proptest::prelude::*;

fn decode(path: &str, pieces: &[&[u8]], endian: Endian) -> Arc<dyn AnyTable> {
    let mut decoder = proc::find(path).unwrap().decoder(endian);
    pieces.iter().for_each(|piece| decoder.feed(piece));
    decoder.finish()
}

fn shown(table: &dyn AnyTable) -> String {
    let mut text = format!("{} {:?}\n", table.faults(), table.first_fault());
    for row in 0..table.len() {
        for field in 0..table.fields().len() {
            write!(text, "{:?} ", table.cell(row, field)).unwrap();
        }
    }
    text
}

/// Bytes that look like what a kernel prints, more often than chance would have it.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        "[0-9A-F]{1,9}",
        "[0-9A-F]{8}:[0-9A-F]{4}",
        "[0-9A-F]{32}:[0-9A-F]{4}",
        "[0-9]{1,22}",
        "-?[0-9]{1,20}",
        "[A-Za-z]{1,12}6?:",
        "0x[0-9a-f]{1,9}",
        "[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}",
        Just("\n".to_owned()),
        Just("\t".to_owned()),
    ];
    prop_oneof![
        proptest::collection::vec(word, 0..120).prop_map(|words| words.join(" ").into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..600),
    ]
}

/// What a fixture becomes when bytes of it change or go.
fn damaged() -> impl Strategy<Value = (String, Vec<u8>)> {
    let damage = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..20);
    prop::sample::select(common::files(&common::root()))
        .prop_flat_map(move |path| (Just(path), damage.clone()))
        .prop_map(|(path, damage)| {
            let mut bytes = common::read(&path);
            for (place, byte, remove) in damage {
                if bytes.is_empty() {
                    break;
                }
                let place = place.index(bytes.len());
                if remove {
                    bytes.truncate(place.max(1));
                } else {
                    bytes[place] = byte;
                }
            }
            (path, bytes)
        })
}

proptest! {
    #[test]
    fn no_bytes_panic_a_decoder(bytes in bytes(), big in any::<bool>()) {
        let endian = if big { Endian::Big } else { Endian::Little };
        for file in proc::FILES {
            shown(&*decode(file.path, &[&bytes], endian));
        }
    }

    #[test]
    fn damaged_files_keep_what_can_be_read((path, bytes) in damaged()) {
        let table = decode(&path, &[&bytes], Endian::Little);
        shown(&*table);
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
        // One more where the end is missing something.
        prop_assert!(table.faults() <= lines as u64 + 1);
    }

    #[test]
    fn pieces_of_any_size_decode_alike((path, bytes) in damaged(), size in 1..300usize) {
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        let whole = decode(&path, &[&bytes], Endian::Little);
        prop_assert_eq!(shown(&*decode(&path, &pieces, Endian::Little)), shown(&*whole));
    }

    #[test]
    fn what_the_kernel_prints_is_what_is_decoded(rows in proptest::collection::vec(inet(), 0..20), big in any::<bool>()) {
        let endian = if big { Endian::Big } else { Endian::Little };
        for (path, v6, tcp) in [("tcp", false, true), ("tcp6", true, true), ("udp", false, false), ("raw6", true, false)] {
            let rows: Vec<Inet> = rows.iter().map(|row| fit(row, v6, tcp)).collect();
            let mut text = String::from("header\n");
            rows.iter().for_each(|row| print(row, endian, &mut text));
            let table = decode(path, &[text.as_bytes()], endian);
            prop_assert_eq!(table.faults(), 0, "{:?}", table.first_fault());
            let table = table.as_any().downcast_ref::<Table<Inet>>().unwrap();
            prop_assert_eq!(&table[..], &rows[..]);
        }
    }
}

prop_compose! {
    fn inet()(
        addresses in any::<[[u8; 16]; 2]>(),
        ports in any::<[u16; 2]>(),
        bytes in any::<[u8; 2]>(),
        numbers in any::<[u32; 6]>(),
        timer_expires in any::<u64>(),
        inode in any::<u64>(),
        tcp in any::<[u32; 4]>(),
        last in any::<i32>(),
    ) -> Inet {
        Inet {
            local_address: addresses[0].into(),
            local_port: ports[0],
            remote_address: addresses[1].into(),
            remote_port: ports[1],
            st: bytes[0],
            tx_queue: numbers[0],
            rx_queue: numbers[1],
            tr: bytes[1],
            timer_expires,
            retransmits: numbers[2],
            uid: numbers[3],
            probes_out: numbers[4],
            inode,
            ref_count: numbers[5],
            rto: Some(tcp[0]),
            ato: Some(tcp[1]),
            quick_ack: Some(tcp[2]),
            snd_cwnd: Some(tcp[3]),
            last: Some(last),
            drops: Some(tcp[0]),
        }
    }
}

/// The row as a file of this kind can hold it.
fn fit(row: &Inet, v6: bool, tcp: bool) -> Inet {
    let narrow = |address: IpAddr| match address {
        IpAddr::V6(long) if !v6 => <[u8; 4]>::try_from(&long.octets()[..4]).unwrap().into(),
        address => address,
    };
    let mut row = row.clone();
    (row.local_address, row.remote_address) = (narrow(row.local_address), narrow(row.remote_address));
    if tcp {
        row.drops = None;
    } else {
        (row.rto, row.ato, row.quick_ack, row.snd_cwnd, row.last) = (None, None, None, None, None);
    }
    row
}

/// Prints a row by the kernel's format strings.
fn print(row: &Inet, endian: Endian, text: &mut String) {
    let address = |address: IpAddr| {
        let octets = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        let words = octets.chunks(4).map(|word| {
            let word = word.try_into().unwrap();
            let number =
                if endian == Endian::Big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) };
            format!("{number:08X}")
        });
        words.collect::<String>()
    };
    write!(
        text,
        "{:4}: {}:{:04X} {}:{:04X} {:02X} {:08X}:{:08X} {:02X}:{:08X} {:08X} {:5} {:8} {} {} {:016x}",
        7,
        address(row.local_address),
        row.local_port,
        address(row.remote_address),
        row.remote_port,
        row.st,
        row.tx_queue,
        row.rx_queue,
        row.tr,
        row.timer_expires,
        row.retransmits,
        row.uid,
        row.probes_out,
        row.inode,
        row.ref_count,
        0xdead_beefu64,
    )
    .unwrap();
    if let (Some(rto), Some(ato), Some(quick), Some(cwnd), Some(last)) =
        (row.rto, row.ato, row.quick_ack, row.snd_cwnd, row.last)
    {
        write!(text, " {rto} {ato} {quick} {cwnd} {last}").unwrap();
    }
    if let Some(drops) = row.drops {
        write!(text, " {drops}").unwrap();
    }
    text.push_str("   \n");
}
