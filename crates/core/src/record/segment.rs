//! A segment: ticks that are told one by what differs from the other, in one frame of zstd, with all that is needed to
//! read them without what came before.
//!
//! What is compressed is a row of records: length, kind, content, checksum. Each is flushed, so that a file that ends
//! in the middle of a segment gives all whole records before.

use std::io::{self, Read, Write};

use procnet::Endian;
use zstd::stream::raw::CParameter;
use zstd::stream::{read, write};

use super::bytes::{Rest, put};
use super::frame;
use super::tick::Memory;
use super::{LARGEST_RECORD, SEGMENT_BYTES, SEGMENT_TICKS};
use crate::sample::{Moment, Sample};

/// How hard it is compressed: more takes several times the time for a few hundredths of the size.
const LEVEL: i32 = 3;

/// How far back compression looks, as a power of two: what a text was in the tick before must lie within.
const WINDOW: u32 = 23;

/// The largest window that is believed, memory for the reader.
const LARGEST_WINDOW: u32 = 27;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// A tick.
    Tick = 0,
    /// What was summed up before the primer: see [`Resume`](crate::engine::Resume).
    Carry = 1,
    /// First readings of counters.
    Base = 2,
    /// Last readings of what the primer does not have.
    Old = 3,
    /// The tick before the first one.
    Primer = 4,
    /// What had happened in a tick that was.
    Past = 5,
    /// What was found up to the primer, and what detectors remember.
    Found = 6,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Tick, Self::Carry, Self::Base, Self::Old, Self::Primer, Self::Past, Self::Found];
}

/// What stands before a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Where it begins, in bytes from the beginning of the file.
    pub(super) place: u64,
    /// Where the one before begins; itself for the first.
    pub(super) before: u64,
    /// Ticks before it in the file.
    pub(super) number: u64,
    /// Its first tick.
    pub(super) first: Moment,
}

/// Bytes of a head's content.
const HEAD: usize = 6 * 8;

/// Bytes of a head with its frame.
pub(super) const HEAD_LENGTH: usize = frame::length(HEAD);

impl Head {
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let Self { place, before, number, first: Moment { wall, boottime, seq } } = *self;
        let content = [place, before, number, wall.cast_unsigned(), boottime, seq].map(u64::to_le_bytes);
        frame::put(out, frame::SEGMENT, content.as_flattened());
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = Rest(frame::content(bytes, frame::SEGMENT)?);
        let (place, before, number) = (rest.fixed()?, rest.fixed()?, rest.fixed()?);
        let (wall, boottime, seq) = (rest.fixed()?.cast_signed(), rest.fixed()?, rest.fixed()?);
        Some(Self { place, before, number, first: Moment { wall, boottime, seq } })
    }
}

/// Writes a segment into memory, from where its bytes are taken piece by piece.
pub(super) struct SegmentWriter {
    encoder: write::Encoder<'static, Vec<u8>>,
    memory: Memory,
    endian: Endian,
    told: Vec<u8>,
    /// Ticks so far, and the bytes that they have when they are read.
    pub(super) ticks: u64,
    bytes: usize,
}

impl SegmentWriter {
    pub(super) fn new(endian: Endian) -> io::Result<Self> {
        let mut encoder = write::Encoder::new(Vec::new(), LEVEL)?;
        encoder.set_parameter(CParameter::WindowLog(WINDOW))?;
        encoder.include_checksum(true)?;
        Ok(Self { encoder, memory: Memory::default(), endian, told: Vec::new(), ticks: 0, bytes: 0 })
    }

    /// Whether the tick to come should be the last one: whoever looks at it reads all before it.
    pub(super) fn is_full(&self) -> bool {
        self.ticks + 1 >= SEGMENT_TICKS || self.bytes >= SEGMENT_BYTES
    }

    /// What is no sample.
    pub(super) fn carry(&mut self, kind: Kind, carry: &[u8]) -> io::Result<()> {
        self.told.clear();
        self.told.extend_from_slice(carry);
        self.record(kind)
    }

    pub(super) fn sample(&mut self, kind: Kind, sample: &Sample) -> io::Result<()> {
        self.told.clear();
        self.memory.encode(sample, self.endian, &mut self.told);
        self.bytes += sample.parts.iter().map(|part| part.bytes.len()).sum::<usize>();
        self.ticks += u64::from(kind == Kind::Tick);
        self.record(kind)
    }

    fn record(&mut self, kind: Kind) -> io::Result<()> {
        let mut head = Vec::with_capacity(16);
        put(&mut head, self.told.len() as u64);
        head.push(kind as u8);
        let mut sum = crc32fast::Hasher::new();
        [&head, &self.told].into_iter().for_each(|bytes| sum.update(bytes));
        self.encoder.write_all(&head)?;
        self.encoder.write_all(&self.told)?;
        self.encoder.write_all(&sum.finalize().to_le_bytes())?;
        self.encoder.flush()
    }

    /// What has been compressed since it was taken last.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.encoder.get_mut())
    }

    /// The end of the frame.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        self.encoder.finish()
    }
}

/// A record that was read.
pub(super) enum Record {
    Carry(Vec<u8>),
    Found(Vec<u8>),
    Sample(Kind, Sample),
}

/// Reads a segment, record by record.
pub(super) struct SegmentReader<'r> {
    decoder: read::Decoder<'static, io::BufReader<Box<dyn Read + Send + 'r>>>,
    memory: Memory,
    endian: Endian,
    told: Vec<u8>,
}

/// Why there are no more records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The segment is over.
    End,
    /// It is cut here, or what follows is damaged.
    Damage,
}

impl<'r> SegmentReader<'r> {
    /// Reads what is compressed.
    pub(super) fn new(compressed: impl Read + Send + 'r, endian: Endian) -> io::Result<Self> {
        let compressed: Box<dyn Read + Send + 'r> = Box::new(compressed);
        let mut decoder = read::Decoder::new(compressed)?.single_frame();
        decoder.window_log_max(LARGEST_WINDOW)?;
        Ok(Self { decoder, memory: Memory::default(), endian, told: Vec::new() })
    }

    pub(super) fn next(&mut self) -> Result<Record, Stop> {
        loop {
            let (kind, length) = self.head()?;
            let sample = match kind {
                Some(Kind::Carry) => return Ok(Record::Carry(self.told[..length].to_vec())),
                Some(Kind::Found) => return Ok(Record::Found(self.told[..length].to_vec())),
                Some(kind) => self.memory.decode(&self.told[..length], self.endian).map(|it| (kind, it)),
                // A newer version has such.
                None => continue,
            };
            let (kind, sample) = sample.ok_or(Stop::Damage)?;
            return Ok(Record::Sample(kind, sample));
        }
    }

    /// Reads the next record into `told`: its kind, and how long it is.
    fn head(&mut self) -> Result<(Option<Kind>, usize), Stop> {
        let mut head = Vec::with_capacity(16);
        while head.last().is_none_or(|byte| byte & 0x80 != 0) {
            match self.byte() {
                Ok(Some(byte)) if head.len() < 10 => head.push(byte),
                Ok(None) if head.is_empty() => return Err(Stop::End),
                _ => return Err(Stop::Damage),
            }
        }
        let length = Rest(&head).number().and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length <= LARGEST_RECORD).ok_or(Stop::Damage)?;
        let kind = self.byte().ok().flatten().ok_or(Stop::Damage)?;
        head.push(kind);
        // Room is made for what comes, not for what is said to come.
        self.told.clear();
        let mut content = self.decoder.by_ref().take(length as u64 + 4);
        content.read_to_end(&mut self.told).map_err(|_| Stop::Damage)?;
        let (content, sum) = self.told.split_at_checked(length).ok_or(Stop::Damage)?;
        let mut right = crc32fast::Hasher::new();
        [&head[..], content].into_iter().for_each(|bytes| right.update(bytes));
        if sum != right.finalize().to_le_bytes() {
            return Err(Stop::Damage);
        }
        Ok((Kind::ALL.into_iter().find(|known| *known as u8 == kind), length))
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        Ok((self.decoder.read(&mut byte)? == 1).then_some(byte[0]))
    }
}
