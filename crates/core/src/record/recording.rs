//! Reads recordings: one file, or several that follow each other, as one row of ticks.

use std::io::{Cursor as Bytes, Read, Seek};

pub(super) mod clock;

use clock::Span;

use super::file::{Damage, File, Problem};
use super::segment::{Kind, Record, SegmentReader, Stop};
use super::{Head, LARGEST_RECORD};
use crate::engine::Resume;
use crate::sample::{Moment, Sample};

/// Recorded ticks, in the order in which they were read.
pub struct Recording<R> {
    files: Vec<File<R>>,
    segments: Vec<Segment>,
    /// Ticks in all.
    ticks: u64,
    last: Moment,
    /// What times there are, where that was asked for.
    span: Option<Span>,
    cursor: Option<Cursor>,
    /// The tick that comes next, where it was looked at already.
    ahead: Option<Next>,
    damage: Damage,
    /// Segments that were found to be damaged.
    damaged: Vec<usize>,
    /// The last segment is not over: where it ends is no damage.
    grows: bool,
}

/// A segment of one of the files.
#[derive(Debug, Clone, Copy)]
struct Segment {
    file: usize,
    number_in_file: usize,
    /// Ticks before it in all files.
    before: u64,
    first: Moment,
}

/// A segment that is being read.
struct Cursor {
    segment: usize,
    reader: SegmentReader<'static>,
    /// Its first tick, which was read with what stands before it.
    first: Option<Sample>,
    /// Number of the tick that comes next.
    next: u64,
}

/// A tick with its number, and what stands before it where it does not follow the one before.
pub(super) type Next = (u64, Sample, Option<Opening>);

/// What stands before the first tick of a segment.
#[derive(Debug, Default)]
pub(super) struct Opening {
    pub(super) resume: Resume,
    pub(super) primer: Option<Sample>,
    /// What was found up to the primer, as [`Sums::found`](super::sums::Sums::found) writes it.
    pub(super) found: Vec<u8>,
}

impl<R: Read + Seek> Recording<R> {
    /// Opens what is still being added to; what there was when it was opened can be read.
    pub(super) fn open_growing(source: R) -> Result<Self, Problem> {
        Ok(Self { damage: Damage::default(), damaged: Vec::new(), grows: true, ..Self::open([source])? })
    }

    /// Opens files that follow each other, oldest first. Files in which there is not one whole tick are left out.
    pub fn open(sources: impl IntoIterator<Item = R>) -> Result<Self, Problem> {
        let mut recording = Self {
            files: Vec::new(),
            segments: Vec::new(),
            ticks: 0,
            last: Moment::default(),
            span: None,
            cursor: None,
            ahead: None,
            damage: Damage::default(),
            damaged: Vec::new(),
            grows: false,
        };
        for source in sources {
            recording.add(File::open(source)?)?;
        }
        while recording.count_last() == Some(0) {}
        if recording.segments.is_empty() { Err(Problem::Empty) } else { Ok(recording) }
    }

    fn add(&mut self, file: File<R>) -> Result<(), Problem> {
        let same = |head: &Head| {
            let Head { machine, pid, scope, .. } = &file.head;
            (&head.machine.boot_id, head.machine.endian, &head.pid, &head.scope)
                == (&machine.boot_id, machine.endian, pid, scope)
        };
        if self.files.first().is_some_and(|first| !same(&first.head)) {
            return Err(Problem::Mixed);
        }
        // How many ticks a file without an index has is known once its last segment was read.
        if !self.files.is_empty() {
            while self.count_last() == Some(0) {}
        }
        self.damage.open |= file.ticks.is_none();
        let (number, before) = (self.files.len(), self.ticks);
        let of = |(place, entry): (usize, &super::file::Entry)| Segment {
            file: number,
            number_in_file: place,
            before: before + entry.number,
            first: entry.first,
        };
        self.segments.extend(file.segments.iter().enumerate().map(of));
        self.files.push(file);
        Ok(())
    }

    /// Counts the ticks of the last segment, and leaves it out where there are none. `None`: there is no segment.
    fn count_last(&mut self) -> Option<u64> {
        let segment = self.segments.len().checked_sub(1)?;
        let before = self.segments[segment].before;
        let mut count = 0;
        let mut last = self.last;
        if let Some((mut cursor, _)) = self.open_segment(segment) {
            while let Some(sample) = self.next_in(&mut cursor) {
                (last, count) = (sample.moment, count + 1);
            }
        }
        match count {
            0 => _ = self.segments.pop(),
            _ => (self.ticks, self.last) = (before + count, last),
        }
        Some(count)
    }

    /// Of which machine and target it is.
    pub fn head(&self) -> &Head {
        // Whoever has a recording has a file.
        &self.files[0].head
    }

    /// How many ticks there are. Of damaged segments some are missing.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// The first tick.
    pub fn first(&self) -> Moment {
        self.segments.first().map_or(Moment::default(), |segment| segment.first)
    }

    /// The last whole tick.
    pub fn last(&self) -> Moment {
        self.last
    }

    /// What was found to be missing so far.
    pub fn damage(&self) -> Damage {
        self.damage.clone()
    }

    /// The moments of the first ticks of segments, each with its number: enough to draw a line of time.
    pub fn marks(&self) -> impl Iterator<Item = (u64, Moment)> {
        self.segments.iter().map(|segment| (segment.before, segment.first))
    }

    /// The number of the last tick that is not later than a time since boot; that of the first one where all are.
    pub fn find_boottime(&mut self, boottime: u64) -> u64 {
        let fits = |moment: &Moment| moment.boottime <= boottime;
        let Some(place) = self.segments.iter().rposition(|segment| fits(&segment.first)) else { return 0 };
        let found = self.moments(place).iter().rposition(fits).unwrap_or(0);
        self.segments[place].before + found as u64
    }

    /// Opens the segment that has a tick, or the next one that can be opened; what was read before is left.
    pub(super) fn jump(&mut self, number: u64) -> Option<Opening> {
        self.ahead = None;
        let place = self.segments.partition_point(|segment| segment.before <= number).checked_sub(1)?;
        (place..self.segments.len()).find_map(|place| self.open_at(place))
    }

    fn open_at(&mut self, place: usize) -> Option<Opening> {
        let (cursor, opening) = self.open_segment(place)?;
        self.cursor = Some(cursor);
        Some(opening)
    }

    /// Whether a tick stands in the segment that is open, or at the beginning of the one that follows.
    pub(super) fn is_open_with(&self, number: u64) -> bool {
        let Some(cursor) = &self.cursor else { return false };
        let next = self.segments.get(cursor.segment + 1).map_or(u64::MAX, |segment| segment.before);
        number <= next
    }

    /// The number of the tick that comes next in the segment that is open.
    pub(super) fn next_number(&self) -> Option<u64> {
        self.ahead.as_ref().map(|(number, ..)| *number).or(self.cursor.as_ref().map(|cursor| cursor.next))
    }

    /// When the next tick was read; `None`: there is none.
    pub(super) fn peek(&mut self) -> Option<Moment> {
        self.ahead = self.ahead.take().or_else(|| self.read_next());
        self.ahead.as_ref().map(|(_, sample, _)| sample.moment)
    }

    /// The next tick, if it was looked at.
    pub(super) fn ahead(&self) -> Option<&Sample> {
        self.ahead.as_ref().map(|(_, sample, _)| sample)
    }

    /// The next tick with its number. What stands before it is told where it does not follow the one before: because that
    /// is missing.
    pub(super) fn next(&mut self) -> Option<Next> {
        self.ahead.take().or_else(|| self.read_next())
    }

    fn read_next(&mut self) -> Option<Next> {
        let mut gap = None;
        loop {
            let mut cursor = self.cursor.take()?;
            let number = cursor.next;
            if let Some(sample) = self.next_in(&mut cursor) {
                self.cursor = Some(cursor);
                return Some((number, sample, gap));
            }
            let is_damaged = self.damaged.contains(&cursor.segment);
            let mut next = cursor.segment + 1;
            // One that cannot be opened is left out.
            let opening = loop {
                if next >= self.segments.len() {
                    return None;
                }
                match self.open_at(next) {
                    Some(opening) => break opening,
                    None => next += 1,
                }
            };
            let is_next = next == cursor.segment + 1 && !is_damaged;
            gap = (!is_next).then_some(opening).or(gap);
        }
    }

    fn open_segment(&mut self, place: usize) -> Option<(Cursor, Opening)> {
        let Segment { file, number_in_file, before, .. } = *self.segments.get(place)?;
        let file = self.files.get_mut(file)?;
        let compressed = file.segment(number_in_file, LARGEST_RECORD as u64).ok();
        let reader = compressed.and_then(|bytes| SegmentReader::new(Bytes::new(bytes), file.endian()).ok());
        let Some(mut reader) = reader else {
            self.is_damaged(place);
            return None;
        };
        let mut opening = Opening::default();
        loop {
            match reader.next() {
                Ok(Record::Carry(carry)) => opening.resume.carry = carry,
                Ok(Record::Found(found)) => opening.found = found,
                Ok(Record::Sample(Kind::Base, sample)) => opening.resume.base = sample,
                Ok(Record::Sample(Kind::Old, sample)) => opening.resume.old = sample,
                Ok(Record::Sample(Kind::Past, sample)) => opening.resume.past.push(sample),
                Ok(Record::Sample(Kind::Primer, sample)) => opening.primer = Some(sample),
                Ok(Record::Sample(_, sample)) => {
                    let cursor = Cursor { segment: place, reader, first: Some(sample), next: before };
                    return Some((cursor, opening));
                }
                Err(_) => {
                    self.is_damaged(place);
                    return None;
                }
            }
        }
    }

    /// The next tick of a segment.
    fn next_in(&mut self, cursor: &mut Cursor) -> Option<Sample> {
        let sample = cursor.first.take().or_else(|| {
            loop {
                match cursor.reader.next() {
                    Ok(Record::Sample(Kind::Tick, sample)) => break Some(sample),
                    Ok(_) => {}
                    Err(Stop::End) => break None,
                    Err(Stop::Damage) => {
                        self.is_damaged(cursor.segment);
                        break None;
                    }
                }
            }
        });
        cursor.next += u64::from(sample.is_some());
        sample
    }

    fn is_damaged(&mut self, place: usize) {
        let is_last_of_open = self.segments.get(place).is_some_and(|segment| {
            let file = &self.files[segment.file];
            file.ticks.is_none() && segment.number_in_file + 1 == file.segments.len()
        });
        // That the last segment of an open file ends anywhere is no other news.
        let is_last_of_open = is_last_of_open || self.grows && place + 1 == self.segments.len();
        if !is_last_of_open && !self.damaged.contains(&place) {
            self.damage.segments += 1;
        }
        if !self.damaged.contains(&place) {
            self.damaged.push(place);
        }
    }
}
