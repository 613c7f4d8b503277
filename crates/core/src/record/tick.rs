//! One tick in a recording: when, and each part as what differs from its last reading.
//!
//! First comes all that is small (which part, how it was read, how it is told), then the bytes of the parts: what is
//! alike stands together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use procnet::Endian;

use super::bytes::{Rest, put, put_piece, put_signed};
use super::delta::{self, Cut};
use super::origin::{name, of_name, put_status, take_status};
use super::{LARGEST_PART, LARGEST_TICK};
use crate::roll::PRESENT;
use crate::sample::{Moment, Origin, Part, Reading, Sample};
use crate::traffic::record::{PROCESS, SOCKET};

/// The same bytes as before.
const SAME: u8 = 0;
/// All bytes.
const WHOLE: u8 = 1;
/// What differs from before.
const CHANGED: u8 = 2;

/// Which part: of a machine, parts are of one network namespace.
pub(super) type Place = (Option<u64>, Origin);

/// The last reading of each part, as far as it is kept for the next one to be compared with.
#[derive(Debug, Default)]
pub(super) struct Memory {
    parts: HashMap<Place, Vec<u8>>,
    names: Names,
    last: Moment,
}

/// Names of origins have numbers, from where they first stand in a segment.
#[derive(Debug, Default)]
struct Names {
    numbers: HashMap<String, u64>,
    origins: Vec<Option<Origin>>,
}

impl Names {
    fn put(&mut self, out: &mut Vec<u8>, origin: &Origin) {
        let next = self.numbers.len() as u64;
        match self.numbers.entry(name(origin)) {
            Entry::Occupied(known) => put(out, 1 + known.get()),
            Entry::Vacant(new) => {
                put(out, 0);
                put_piece(out, new.key().as_bytes());
                new.insert(next);
            }
        }
    }

    /// `Some(None)`: an origin that is not known here.
    fn take(&mut self, rest: &mut Rest<'_>) -> Option<Option<Origin>> {
        match rest.number()?.checked_sub(1) {
            Some(number) => self.origins.get(usize::try_from(number).ok()?).cloned(),
            None => {
                let origin = str::from_utf8(rest.piece()?).ok().and_then(of_name);
                self.origins.push(origin.clone());
                Some(origin)
            }
        }
    }
}

/// How the bytes of an origin are cut to be compared; `None`: they are text, which compression compares.
fn cut(origin: &Origin, endian: Endian) -> Option<Cut> {
    match origin {
        Origin::Own | Origin::Dump(_) => Some(Cut::Messages(endian)),
        Origin::Bpf(name) if name == "sockets" => Some(Cut::Pieces(SOCKET)),
        Origin::Bpf(name) if name == "processes" => Some(Cut::Pieces(PROCESS)),
        Origin::Bpf(name) if name == "roll" => Some(Cut::Pieces(PRESENT)),
        Origin::Roll => Some(Cut::Pieces(PRESENT)),
        _ => None,
    }
}

/// Whether a later reading is compared with this one: not where each has only what is new.
fn is_kept(origin: &Origin, bytes: &[u8]) -> bool {
    let is_news =
        matches!(origin, Origin::Destroyed) || matches!(origin, Origin::Bpf(name) if name == "events");
    !is_news && bytes.len() <= LARGEST_PART
}

impl Memory {
    /// Appends a tick.
    pub(super) fn encode(&mut self, sample: &Sample, endian: Endian, out: &mut Vec<u8>) {
        let Moment { wall, boottime, seq } = sample.moment;
        put_signed(out, wall.wrapping_sub(self.last.wall));
        put_signed(out, boottime.wrapping_sub(self.last.boottime).cast_signed());
        put_signed(out, seq.wrapping_sub(self.last.seq).cast_signed());
        self.last = sample.moment;
        put(out, sample.parts.len() as u64);
        let (mut netns, mut expected, mut bodies) = (None, boottime, Vec::new());
        for part in &sample.parts {
            if let Origin::Netns(inode) = part.origin {
                netns = Some(inode);
            }
            self.names.put(out, &part.origin);
            put_status(out, part.reading.status);
            put_signed(out, part.reading.at.wrapping_sub(expected).cast_signed());
            put(out, part.reading.took);
            expected = part.reading.at.wrapping_add(part.reading.took);
            out.push(self.body((netns, part.origin.clone()), &part.bytes, endian, &mut bodies));
        }
        out.extend_from_slice(&bodies);
    }

    /// Appends the bytes of a part, and says how they are told.
    fn body(&mut self, place: Place, bytes: &[u8], endian: Endian, out: &mut Vec<u8>) -> u8 {
        let cut = cut(&place.1, endian);
        if !is_kept(&place.1, bytes) {
            self.parts.remove(&place);
            put_piece(out, bytes);
            return WHOLE;
        }
        let before = match self.parts.entry(place) {
            Entry::Vacant(new) => {
                new.insert(bytes.to_vec());
                put_piece(out, bytes);
                return WHOLE;
            }
            Entry::Occupied(before) => before.into_mut(),
        };
        if before == bytes {
            return SAME;
        }
        let how = match cut {
            None => {
                put_piece(out, bytes);
                WHOLE
            }
            Some(cut) => {
                let mut told = Vec::new();
                delta::encode(cut, before, bytes, &mut told);
                put_piece(out, &told);
                CHANGED
            }
        };
        before.clear();
        before.extend_from_slice(bytes);
        how
    }

    /// The tick that some bytes tell; `None` where they tell none.
    pub(super) fn decode(&mut self, bytes: &[u8], endian: Endian) -> Option<Sample> {
        let mut rest = Rest(bytes);
        let wall = self.last.wall.wrapping_add(rest.signed()?);
        let boottime = self.last.boottime.wrapping_add_signed(rest.signed()?);
        let seq = self.last.seq.wrapping_add_signed(rest.signed()?);
        let moment = Moment { wall, boottime, seq };
        self.last = moment;
        let (mut heads, mut expected) = (Vec::new(), boottime);
        for _ in 0..rest.number()? {
            let origin = self.names.take(&mut rest)?;
            let status = take_status(&mut rest)?;
            let at = expected.wrapping_add_signed(rest.signed()?);
            let took = rest.number()?;
            expected = at.wrapping_add(took);
            heads.push((origin, Reading { status, at, took }, rest.byte()?));
        }
        let mut sample = Sample { moment, parts: Vec::with_capacity(heads.len()) };
        let (mut netns, mut room) = (None, LARGEST_TICK);
        for (origin, reading, how) in heads {
            if let Some(Origin::Netns(inode)) = origin {
                netns = Some(inode);
            }
            let told = if how == SAME { &[] } else { rest.piece()? };
            // What a newer version records beside is left out.
            let Some(origin) = origin else { continue };
            let bytes = self.told((netns, origin.clone()), (how, told), endian)?;
            room = room.checked_sub(bytes.len())?;
            sample.parts.push(Part { origin, reading, bytes });
        }
        Some(sample)
    }

    fn told(&mut self, place: Place, (how, told): (u8, &[u8]), endian: Endian) -> Option<Vec<u8>> {
        let bytes = match how {
            SAME => return self.parts.get(&place).cloned(),
            WHOLE => told.to_vec(),
            CHANGED => delta::decode(endian, self.parts.get(&place)?, told, LARGEST_PART)?,
            _ => return None,
        };
        if is_kept(&place.1, &bytes) {
            self.parts.insert(place, bytes.clone());
        } else {
            self.parts.remove(&place);
        }
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Status;
    use proptest::prelude::*;

    fn sample(seq: u64, parts: &[(Origin, &[u8])]) -> Sample {
        let boottime = 1_000_000_000 * seq;
        let mut sample =
            Sample { moment: Moment { wall: -5 + seq as i64, boottime, seq }, parts: Vec::new() };
        for (place, (origin, bytes)) in parts.iter().enumerate() {
            let status = if place == 1 { Status::Partial(1, 2) } else { Status::Ok };
            let reading = Reading { status, at: boottime + 10 * place as u64, took: 7 };
            sample.parts.push(Part { origin: origin.clone(), reading, bytes: bytes.to_vec() });
        }
        sample
    }

    fn there_and_back(samples: &[Sample]) -> Vec<usize> {
        let (mut writer, mut reader) = (Memory::default(), Memory::default());
        let tell = |sample: &Sample| {
            let mut out = Vec::new();
            writer.encode(sample, Endian::Little, &mut out);
            assert_eq!(reader.decode(&out, Endian::Little).as_ref(), Some(sample));
            out.len()
        };
        samples.iter().map(tell).collect()
    }

    #[test]
    fn ticks_come_back_as_they_were() {
        let long = [b'x'; 5000];
        let lengths = there_and_back(&[
            sample(1, &[(Origin::net("tcp"), &long), (Origin::Links(5), b"fd"), (Origin::Own, b"messages")]),
            sample(2, &[(Origin::net("tcp"), &long), (Origin::Own, b"other messages")]),
            sample(3, &[(Origin::Bpf("events".into()), &long), (Origin::net("tcp"), b"")]),
            sample(9, &[(Origin::Bpf("events".into()), &long), (Origin::net("tcp"), &long)]),
        ]);
        assert!(lengths[1] < 100, "{lengths:?}");
    }

    #[test]
    fn the_same_file_of_two_namespaces_is_two_files() {
        let parts = |first: &'static [u8], second: &'static [u8]| {
            sample(
                1,
                &[
                    (Origin::Netns(1), b""),
                    (Origin::net("tcp"), first),
                    (Origin::Netns(2), b""),
                    (Origin::net("tcp"), second),
                ],
            )
        };
        there_and_back(&[parts(b"one", b"two"), parts(b"one", b"three"), parts(b"two", b"three")]);
    }

    #[test]
    fn what_a_newer_version_has_beside_is_left_out() {
        let (mut writer, mut reader) = (Memory::default(), Memory::default());
        let told = sample(1, &[(Origin::net("tcp"), b"rows"), (Origin::net("udp"), b"more")]);
        let mut out = Vec::new();
        writer.encode(&told, Endian::Little, &mut out);
        let place = out.windows(7).position(|bytes| bytes == b"net:tcp").unwrap();
        out[place..place + 7].copy_from_slice(b"new:tcp");
        let read = reader.decode(&out, Endian::Little).unwrap();
        assert_eq!(read.parts, told.parts[1..]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>) {
            let _ = Memory::default().decode(&bytes, Endian::Little);
        }

        #[test]
        fn damaged_ticks_are_taken(place: usize, byte: u8) {
            let (mut writer, mut reader) = (Memory::default(), Memory::default());
            let mut out = Vec::new();
            writer.encode(&sample(1, &[(Origin::Own, b"messages"), (Origin::Walk, b"walk")]), Endian::Little, &mut out);
            let length = out.len();
            out[place % length] ^= byte;
            let _ = reader.decode(&out, Endian::Little);
        }
    }
}
