//! A list of records told by what has changed since the list before.
//!
//! A list is cut into records: netlink messages, or pieces of one length. Each is either found again among those
//! before, and then told by the 32-bit words that differ, as differences; or it is told whole. Ages of sockets (when
//! something was last sent) grow by the same in all idle sockets, so that what is told of those is the same a thousand
//! times over, which compression takes away.

use std::collections::HashMap;

use procnet::Endian;

use super::bytes::{Rest, put, put_piece, put_signed};

/// How a list is cut into records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Netlink messages, whose first word is their length.
    Messages(Endian),
    /// Pieces of so many bytes.
    Pieces(usize),
}

/// Bytes of `struct nlmsghdr`.
const HEADER: usize = 16;

/// What tells a message from others of its list: what follows the first word of its payload, as far as it identifies a
/// socket of IP (`struct inet_diag_sockid`); other lists have nothing there that changes often.
const MESSAGE_KEY: std::ops::Range<usize> = 20..68;

/// What tells a piece from others: process and socket.
const PIECE_KEY: usize = 16;

impl Cut {
    /// The next record, and what follows it.
    fn next(self, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
        let length = match self {
            Self::Pieces(length) => length,
            Self::Messages(endian) => {
                let length = word(bytes.first_chunk()?, endian) as usize;
                if length < HEADER {
                    return None;
                }
                // The last one may end without its padding.
                length.checked_next_multiple_of(4)?.min(bytes.len()).max(length)
            }
        };
        bytes.split_at_checked(length).filter(|(record, _)| !record.is_empty())
    }

    fn key(self, record: &[u8]) -> &[u8] {
        match self {
            Self::Pieces(_) => &record[..record.len().min(PIECE_KEY)],
            Self::Messages(_) => record.get(MESSAGE_KEY).or_else(|| record.get(HEADER..)).unwrap_or_default(),
        }
    }

    fn records(self, bytes: &[u8]) -> (Vec<&[u8]>, &[u8]) {
        let (mut records, mut rest) = (Vec::new(), bytes);
        while let Some((record, after)) = self.next(rest) {
            records.push(record);
            rest = after;
        }
        (records, rest)
    }
}

fn word(bytes: &[u8; 4], endian: Endian) -> u32 {
    match endian {
        Endian::Little => u32::from_le_bytes(*bytes),
        Endian::Big => u32::from_be_bytes(*bytes),
    }
}

/// Tells a list by what differs from the one before.
pub(super) fn encode(cut: Cut, before: &[u8], now: &[u8], out: &mut Vec<u8>) {
    put(
        out,
        match cut {
            Cut::Messages(_) => 0,
            Cut::Pieces(length) => length as u64,
        },
    );
    let ((before, _), (records, rest)) = (cut.records(before), cut.records(now));
    let mut places: Option<HashMap<&[u8], usize>> = None;
    let mut expected = 0;
    for record in records {
        let fits = |place: usize| {
            before.get(place).is_some_and(|old| old.len() == record.len() && cut.key(old) == cut.key(record))
        };
        let found = match fits(expected) {
            true => Some(expected),
            false => {
                let all = || before.iter().enumerate().map(|(place, old)| (cut.key(old), place)).collect();
                places.get_or_insert_with(all).get(cut.key(record)).copied().filter(|place| fits(*place))
            }
        };
        match found {
            Some(place) => {
                let far = place as i64 - expected as i64;
                put(out, 1 + ((far << 1) ^ (far >> 63)).cast_unsigned());
                differences(before[place], record, out);
                expected = place + 1;
            }
            None => {
                put(out, 0);
                put_piece(out, record);
            }
        }
    }
    if !rest.is_empty() {
        put(out, 0);
        put_piece(out, rest);
    }
}

/// The words that differ: how many do not, how many do, by how much, and so on to the end. What is left of a word is told
/// as it is.
fn differences(before: &[u8], now: &[u8], out: &mut Vec<u8>) {
    let ((before, _), (now, tail)) = (before.as_chunks::<4>(), now.as_chunks::<4>());
    let differs = |place: &usize| before[*place] != now[*place];
    let mut place = 0;
    while place < now.len() {
        let first = (place..now.len()).find(differs).unwrap_or(now.len());
        put(out, (first - place) as u64);
        if first == now.len() {
            break;
        }
        let end = (first..now.len()).find(|place| !differs(place)).unwrap_or(now.len());
        put(out, (end - first) as u64);
        for (old, new) in before[first..end].iter().zip(&now[first..end]) {
            let difference = u32::from_le_bytes(*new).wrapping_sub(u32::from_le_bytes(*old));
            put_signed(out, difference.cast_signed().into());
        }
        place = end;
    }
    out.extend_from_slice(tail);
}

/// The list that differs so from the one before; `None` where it cannot, or would be longer than `most`.
pub(super) fn decode(endian: Endian, before: &[u8], told: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut told = Rest(told);
    let cut = match told.number()? {
        0 => Cut::Messages(endian),
        length => Cut::Pieces(usize::try_from(length).ok()?),
    };
    let (before, _) = cut.records(before);
    let mut now = Vec::new();
    let mut expected = 0_usize;
    while !told.is_empty() {
        match told.number()?.checked_sub(1) {
            None => now.extend_from_slice(told.piece()?),
            Some(far) => {
                let far = (far >> 1).cast_signed() ^ -(far & 1).cast_signed();
                let place = expected.checked_add_signed(isize::try_from(far).ok()?)?;
                apply(before.get(place)?, &mut told, &mut now)?;
                expected = place + 1;
            }
        }
        if now.len() > most {
            return None;
        }
    }
    Some(now)
}

fn apply(before: &[u8], told: &mut Rest<'_>, now: &mut Vec<u8>) -> Option<()> {
    let (before, tail) = before.as_chunks::<4>();
    let mut place = 0;
    while place < before.len() {
        let first = place.checked_add(usize::try_from(told.number()?).ok()?)?;
        now.extend_from_slice(before.get(place..first)?.as_flattened());
        place = first;
        if place == before.len() {
            break;
        }
        let end = first.checked_add(usize::try_from(told.number()?).ok()?)?;
        for old in before.get(first..end)? {
            let difference = u32::try_from(told.signed()? & 0xffff_ffff).ok()?;
            now.extend_from_slice(&u32::from_le_bytes(*old).wrapping_add(difference).to_le_bytes());
        }
        place = end;
    }
    now.extend_from_slice(told.take(tail.len())?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MESSAGES: Cut = Cut::Messages(Endian::Little);

    fn message(key: u8, words: &[u32]) -> Vec<u8> {
        let mut message = vec![0; HEADER];
        message.extend([key; 4]);
        message.extend([key; 48]);
        words.iter().for_each(|word| message.extend(word.to_le_bytes()));
        let length = message.len() as u32;
        message[..4].copy_from_slice(&length.to_le_bytes());
        message
    }

    fn there_and_back(cut: Cut, before: &[u8], now: &[u8]) -> usize {
        let mut told = Vec::new();
        encode(cut, before, now, &mut told);
        assert_eq!(decode(Endian::Little, before, &told, usize::MAX).as_deref(), Some(now));
        told.len()
    }

    #[test]
    fn what_has_not_changed_costs_a_few_bytes() {
        let list = |age: u32| (0..100).flat_map(|key| message(key, &[age, 7, 9, age])).collect::<Vec<u8>>();
        assert!(there_and_back(MESSAGES, &list(5), &list(5)) < 210);
        assert!(there_and_back(MESSAGES, &list(5), &list(1005)) < 1000);
    }

    #[test]
    fn records_come_go_and_change_places() {
        let list = |keys: &[u8]| keys.iter().flat_map(|key| message(*key, &[1, 2, 3])).collect::<Vec<u8>>();
        let before = list(&[1, 2, 3, 4, 5]);
        for keys in [&[5, 4, 3, 2, 1][..], &[2, 9, 3, 5], &[], &[1, 1, 1], &[7]] {
            let length = there_and_back(MESSAGES, &before, &list(keys));
            let new = keys.iter().filter(|key| !(1..=5).contains(*key)).count();
            assert!(length <= 1 + 4 * keys.len() + new * 90, "{keys:?}: {length}");
        }
    }

    #[test]
    fn pieces_are_found_by_their_beginning() {
        let list = |keys: &[u8], count: u8| {
            keys.iter().flat_map(|key| [[*key; 16], [count; 16]]).flatten().collect::<Vec<u8>>()
        };
        there_and_back(Cut::Pieces(32), &list(&[1, 2, 3], 4), &list(&[2, 3, 4], 9));
        there_and_back(Cut::Pieces(32), &list(&[1], 4), &list(&[1], 9)[..31]);
    }

    #[test]
    fn nothing_grows_beyond_what_is_allowed() {
        let before = message(1, &[0; 100]);
        let mut told = vec![0];
        for _ in 0..100 {
            put_signed(&mut told, 0);
            told[1..].fill(0);
        }
        let mut told = Vec::new();
        encode(MESSAGES, &before, &before.repeat(100), &mut told);
        assert!(decode(Endian::Little, &before, &told, before.len() * 99).is_none());
        assert!(decode(Endian::Little, &before, &told, before.len() * 100).is_some());
    }

    proptest! {
        #[test]
        fn any_lists_come_back(before: Vec<u8>, now: Vec<u8>, length in 1_usize..40) {
            there_and_back(MESSAGES, &before, &now);
            there_and_back(Cut::Pieces(length), &before, &now);
        }

        #[test]
        fn any_bytes_are_taken(before: Vec<u8>, told: Vec<u8>) {
            let _ = decode(Endian::Big, &before, &told, 1 << 16);
        }

        #[test]
        fn damaged_lists_are_taken(keys: Vec<u8>, place: usize, byte: u8) {
            let list: Vec<u8> = keys.iter().flat_map(|key| message(*key % 8, &[u32::from(*key), 2])).collect();
            let mut told = Vec::new();
            encode(MESSAGES, &list, &list[..list.len() / 2], &mut told);
            let length = told.len();
            told[place % length] ^= byte;
            let _ = decode(Endian::Little, &list, &told, 1 << 16);
        }
    }
}
