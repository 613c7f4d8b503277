//! What a session keeps of its own past: a recording in memory, whose oldest segments are dropped.

use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::file::{self, Entry};
use super::{Head, Problem, Recorder, Recording, group_of};
use crate::detect::Thresholds;
use crate::plan::Plan;
use crate::sample::{Moment, Sample};
use crate::scope::Scope;

/// No segment takes more than this part of what may be kept, so that little is lost with the oldest one.
const PART: usize = 4;

/// What keeping a piece takes beside its bytes.
const BESIDE: usize = 64;

/// Keeps the newest ticks, within a bound.
pub struct Ring {
    recorder: Recorder,
    plan: Plan,
    /// The head of the file that it would be.
    head: Arc<[u8]>,
    segments: VecDeque<Kept>,
    /// Bytes of the segments, and the most that are kept.
    bytes: usize,
    most: usize,
    /// Ticks of segments that were dropped.
    dropped: u64,
    last: Moment,
}

/// A segment with its head, as it came.
struct Kept {
    first: Moment,
    pieces: Vec<Arc<[u8]>>,
    bytes: usize,
    ticks: u64,
}

impl Ring {
    /// Keeps ticks of the target that the head tells, in no more than so many bytes.
    pub fn new(head: Head, most: usize) -> Self {
        let plan = Plan::recording(Scope::default());
        let mut recorder = Recorder::new(head, &plan);
        let head = recorder.begin().into();
        Self {
            recorder,
            plan,
            head,
            segments: VecDeque::new(),
            bytes: 0,
            most,
            dropped: 0,
            last: Moment::default(),
        }
    }

    /// The same, judging by these thresholds what is wrong.
    #[must_use]
    pub fn judging_by(mut self, thresholds: Thresholds) -> Self {
        self.recorder.judge_by(thresholds);
        self
    }

    /// Those thresholds.
    pub fn judges_by(&self) -> &Thresholds {
        self.recorder.judges_by()
    }

    /// Keeps a tick.
    pub fn tick(&mut self, sample: Sample) -> io::Result<()> {
        let group = group_of(&sample);
        if self.plan.group != group {
            self.plan.group = group;
            self.recorder.follow(&self.plan);
        }
        let begins = self.recorder.is_between().then_some(sample.moment);
        let last = self.segments.back().filter(|_| begins.is_none());
        let is_large = last.is_some_and(|segment| segment.bytes > self.most / PART);
        self.last = sample.moment;
        let bytes = self.recorder.tick_in_segment(sample, is_large)?;
        drop(self.recorder.summed());
        self.add(bytes, begins);
        if let Some(segment) = self.segments.back_mut() {
            segment.ticks += 1;
        }
        self.drop_oldest();
        Ok(())
    }

    fn add(&mut self, bytes: Vec<u8>, begins: Option<Moment>) {
        if let Some(first) = begins {
            self.segments.push_back(Kept { first, pieces: Vec::new(), bytes: 0, ticks: 0 });
            self.recorder.forget_older();
        }
        if let Some(segment) = self.segments.back_mut().filter(|_| !bytes.is_empty()) {
            segment.bytes += bytes.len() + BESIDE;
            self.bytes += bytes.len() + BESIDE;
            segment.pieces.push(bytes.into());
        }
    }

    fn drop_oldest(&mut self) {
        while self.bytes > self.most && self.segments.len() > 1 {
            let Some(oldest) = self.segments.pop_front() else { return };
            self.bytes -= oldest.bytes;
            self.dropped += oldest.ticks;
        }
    }

    /// Bytes that the ticks take. What is needed to add another one takes some more: the last reading of everything, twice.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Ticks that are kept.
    pub fn ticks(&self) -> u64 {
        self.segments.iter().map(|segment| segment.ticks).sum()
    }

    /// Ticks that were kept once, and are not any more.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The last tick.
    pub fn last(&self) -> Moment {
        self.last
    }

    /// All that is kept at the moment, to be played. It stays as it is while the ring goes on.
    pub fn recording(&self) -> Result<Recording<InMemory>, Problem> {
        let mut file = InMemory::default();
        file.push(&self.head);
        let (mut entries, mut number) = (Vec::new(), 0);
        for segment in &self.segments {
            entries.push(Entry { place: file.length, number, first: segment.first });
            segment.pieces.iter().for_each(|piece| file.push(piece));
            number += segment.ticks;
        }
        file.push(&file::closing(&entries, number, file.length).into());
        Recording::open_growing(file)
    }
}

/// A file that is in memory, piece by piece.
#[derive(Debug, Clone, Default)]
pub struct InMemory {
    /// Each with the place at which it begins.
    pieces: Vec<(u64, Arc<[u8]>)>,
    length: u64,
    place: u64,
}

impl InMemory {
    fn push(&mut self, piece: &Arc<[u8]>) {
        self.pieces.push((self.length, piece.clone()));
        self.length += piece.len() as u64;
    }
}

impl Read for InMemory {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let behind = self.pieces.partition_point(|(begin, _)| *begin <= self.place);
        let Some((begin, piece)) = behind.checked_sub(1).map(|place| &self.pieces[place]) else {
            return Ok(0);
        };
        let rest = usize::try_from(self.place - begin).ok().and_then(|skipped| piece.get(skipped..));
        let rest = rest.unwrap_or_default();
        let length = rest.len().min(out.len());
        out[..length].copy_from_slice(&rest[..length]);
        self.place += length as u64;
        Ok(length)
    }
}

impl Seek for InMemory {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(far) => self.length.checked_add_signed(far),
            SeekFrom::Current(far) => self.place.checked_add_signed(far),
        };
        self.place = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.place)
    }
}
