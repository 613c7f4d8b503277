//! Any bytes are welcome from netlink too: no decoder panics, and how bytes are cut into pieces changes nothing.

mod common;

use std::fmt::Write;
use std::sync::Arc;

use procnet::diag::Messages;
use procnet::diag::attribute::{Attribute, Attributes};
use procnet::diag::tcp_info::TcpInfo;
use procnet::diag::{COLUMNS, DiagSocket};
use procnet::{AnyTable, Endian, Table};
use proptest::prelude::*;

fn decode(messages: &Messages, pieces: &[&[u8]], endian: Endian) -> Arc<dyn AnyTable> {
    let mut decoder = messages.decoder(endian);
    pieces.iter().for_each(|piece| decoder.feed(piece));
    decoder.finish()
}

/// All that can be read of a table.
fn shown(table: &dyn AnyTable) -> String {
    let mut text = format!("{} {:?} {:?}\n", table.faults(), table.first_fault(), table.ending());
    for row in 0..table.len() {
        for field in 0..table.fields().len() {
            write!(text, "{:?} ", table.cell(row, field)).unwrap();
        }
    }
    if let Some(table) = table.as_any().downcast_ref::<Table<DiagSocket>>() {
        for row in table.iter() {
            let detail = row.detail(&table.texts);
            for column in COLUMNS {
                write!(text, "{:?} ", (column.get)(&detail)).unwrap();
            }
            write!(text, "{:?} {:?} ", detail.locals().count(), detail.peers().collect::<Vec<_>>()).unwrap();
            write!(text, "{:?} ", detail.sctp_info().map(|info| (info.tag(), info.p_flight_size()))).unwrap();
            write!(text, "{:?} ", detail.vegas_info().and_then(|info| info.rtt_us())).unwrap();
        }
    }
    text
}

fn both() -> impl Strategy<Value = Endian> {
    prop_oneof![Just(Endian::Little), Just(Endian::Big)]
}

/// Type, bytes, and a number that is 0 where the length is to be wrong.
type AnyAttribute = (u16, Vec<u8>, u16);

/// Bytes of messages with attributes, more often than chance would have it.
fn messages() -> impl Strategy<Value = Vec<u8>> {
    let attribute = (0..40u16, proptest::collection::vec(any::<u8>(), 0..140), 0..40u16);
    let message = (
        prop_oneof![4 => prop::sample::select(vec![16u16, 20, 24, 28, 32]), 1 => 0..40u16],
        prop::sample::select(vec![0usize, 4, 8, 12, 16, 28, 32, 72]),
        prop::sample::select(vec![0u8, 1, 2, 7, 10, 16, 17, 40]),
        proptest::collection::vec(attribute, 0..6),
        any::<u16>(),
    );
    let bytes = |(kind, head, family, attributes, flags): (u16, usize, u8, Vec<AnyAttribute>, u16)| {
        let mut body = vec![0; head];
        if let Some(first) = body.first_mut() {
            *first = family;
        }
        for (kind, bytes, wrong) in attributes {
            // A length that is wrong now and then.
            let wrong = if wrong == 0 { 7 } else { 0 };
            body.extend((4 + bytes.len() as u16 + wrong).to_le_bytes());
            body.extend(kind.to_le_bytes());
            body.extend(bytes);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        let mut message = (16 + body.len() as u32).to_le_bytes().to_vec();
        message.extend(kind.to_le_bytes());
        message.extend(flags.to_le_bytes());
        message.extend([0; 8]);
        message.extend(body);
        message
    };
    prop_oneof![
        3 => proptest::collection::vec(message.prop_map(bytes), 0..5).prop_map(|messages| messages.concat()),
        1 => proptest::collection::vec(any::<u8>(), 0..600),
    ]
}

/// What an answer becomes when bytes of it change or go.
fn damaged() -> impl Strategy<Value = (&'static Messages, Vec<u8>)> {
    let damage = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..8u8), 0..20);
    prop::sample::select(common::answers().collect::<Vec<_>>())
        .prop_flat_map(move |messages| (Just(messages), damage.clone()))
        .prop_map(|(messages, damage)| {
            let mut bytes = common::netlink(messages.name);
            for (place, byte, what) in damage {
                let place = place.index(bytes.len());
                match what {
                    0 => bytes.truncate(place.max(1)),
                    _ => bytes[place] = byte,
                }
            }
            (messages, bytes)
        })
}

proptest! {
    #[test]
    fn no_bytes_panic_a_decoder(bytes in messages(), endian in both()) {
        for messages in common::answers() {
            shown(&*decode(messages, &[&bytes], endian));
        }
    }

    #[test]
    fn damaged_answers_keep_what_can_be_read((messages, bytes) in damaged(), endian in both()) {
        let table = decode(messages, &[&bytes], endian);
        shown(&*table);
        // Sixteen bytes are the shortest message; one fault more for what was cut short.
        prop_assert!(table.faults() <= bytes.len() as u64 / 16 + 1);
    }

    #[test]
    fn pieces_of_any_size_decode_alike((messages, bytes) in damaged(), size in 1..300usize, endian in both()) {
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        let whole = decode(messages, &[&bytes], endian);
        prop_assert_eq!(shown(&*decode(messages, &pieces, endian)), shown(&*whole));
    }

    #[test]
    fn attributes_come_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..400), endian in both()) {
        fn walk(attributes: Attributes<'_>, depth: usize) -> usize {
            let one = |attribute: Attribute<'_>| {
                let _ = (attribute.u8(), attribute.u16(), attribute.u32(), attribute.u64(), attribute.ip());
                assert!(attribute.text().len() <= attribute.bytes().len());
                1 + if depth == 0 { 0 } else { walk(attribute.nested(), depth - 1) }
            };
            attributes.map(one).sum()
        }
        // Each takes four bytes at least.
        prop_assert!(walk(Attributes::new(&bytes, endian), 0) <= bytes.len() / 4);
        walk(Attributes::new(&bytes, endian), 4);
    }

    #[test]
    fn information_of_any_length_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..320), endian in both()) {
        let numbers = procnet::diag::attribute::Numbers::new(&bytes, endian);
        let info = TcpInfo(numbers);
        prop_assert_eq!(info.rtt_us().is_some(), bytes.len() >= 72);
        prop_assert_eq!(info.received_ce_bytes().is_some(), bytes.len() >= 276);
        prop_assert!(info.snd_wscale().is_none_or(|shift| shift < 16));
        prop_assert!(info.fastopen_client_fail().is_none_or(|reason| reason < 4));
    }
}

#[test]
fn every_answer_has_a_fixture_that_is_read_without_fault() {
    for messages in common::answers() {
        let table = decode(messages, &[&common::netlink(messages.name)], Endian::Little);
        assert_eq!(table.first_fault(), None, "{}", messages.name);
        // What a process's sockets say for themselves has no end of its own.
        if messages.name.starts_with("own_") {
            assert!(!table.is_empty(), "{}", messages.name);
            continue;
        }
        assert!(
            table.ending().unwrap().done.or(table.ending().unwrap().error).is_some(),
            "{}",
            messages.name
        );
    }
}
