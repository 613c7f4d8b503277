//! Makes a recording: samples go in, bytes to be appended to a file come out.

use std::io;
use std::sync::Arc;

use super::file::{self, Entry};
use super::segment::{self, Kind, SegmentWriter};
use super::state::{Beginning, State};
use super::sums::Sums;
use super::{Head, frame};
use crate::detect::Thresholds;
use crate::plan::Plan;
use crate::sample::{Moment, Sample};
use crate::snapshot::Snapshot;

/// Makes the bytes of a recording. It writes nothing itself: whoever does may lose a file, a disk or the patience of its
/// user, and goes on by [`Recorder::begin`] or [`Recorder::resume_at`].
pub struct Recorder {
    head: Head,
    /// Sums up what later segments have to begin with.
    sums: Sums,
    summed: Option<Arc<Snapshot>>,
    /// There were ticks, and the last one.
    is_begun: bool,
    moment: Moment,
    state: State,
    segment: Option<SegmentWriter>,
    /// What the next segment begins with.
    next: Option<Next>,
    /// Bytes of the file so far, and its segments.
    place: u64,
    segments: Vec<Entry>,
    ticks: u64,
    /// All segments of the file are known.
    has_index: bool,
}

/// What a segment begins with.
struct Next {
    carry: Vec<u8>,
    beginning: Beginning,
    primer: Option<Sample>,
    found: Vec<u8>,
}

impl Recorder {
    /// A recorder of one process, or of a machine; `plan` is what is read for it.
    pub fn new(head: Head, plan: &Plan) -> Self {
        let sums = Sums::new(head.machine.clone(), head.pid, plan);
        Self {
            is_begun: false,
            moment: Moment::default(),
            head,
            sums,
            summed: None,
            state: State::default(),
            segment: None,
            next: None,
            place: 0,
            segments: Vec::new(),
            ticks: 0,
            has_index: true,
        }
    }

    /// By which thresholds it is judged what is wrong: what was found before a segment is carried on into it.
    pub fn judge_by(&mut self, thresholds: Thresholds) {
        self.sums.judge_by(thresholds);
    }

    /// The same: those thresholds.
    pub fn judges_by(&self) -> &Thresholds {
        self.sums.judges_by()
    }

    /// The first bytes of a new file. What was not closed of the one before is left as it is; the new one can be read without
    /// it.
    pub fn begin(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let head = serde_json::to_vec(&self.head).unwrap_or_default();
        frame::put(&mut out, frame::FILE, &head);
        self.segment = None;
        self.segments.clear();
        self.has_index = true;
        (self.place, self.ticks) = (out.len() as u64, 0);
        out
    }

    /// The file was cut after so many bytes, and so many ticks, because no more could be written: what comes begins with a new
    /// segment.
    pub fn resume_at(&mut self, place: u64, ticks: u64) {
        self.segment = None;
        self.next = None;
        // Of a file that was given up, and is gone on with, not all segments are known.
        self.has_index &= !self.segments.is_empty() || ticks == 0;
        self.segments.retain(|segment| segment.place < place);
        (self.place, self.ticks) = (place, ticks);
    }

    /// Whose sockets are picked out from now on.
    pub(super) fn follow(&mut self, plan: &Plan) {
        self.sums.follow(plan);
    }

    /// Of a row of segments from which older ones are taken away only the last one is known: there is no index.
    pub(super) fn forget_older(&mut self) {
        self.segments.drain(..self.segments.len().saturating_sub(1));
        self.has_index = false;
    }

    /// Takes a tick over into its sums, and writes nothing of it: what comes begins with a new segment.
    pub fn leave(&mut self, sample: Sample) {
        self.segment = None;
        self.next = None;
        self.sum_up(&sample);
        self.state.take(sample);
        self.is_begun = true;
    }

    /// What was summed up with the last tick, of lists those alone that are. It is given once.
    pub fn summed(&mut self) -> Option<Arc<Snapshot>> {
        self.summed.take()
    }

    /// Ticks in the file so far.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Bytes of the file so far.
    pub fn length(&self) -> u64 {
        self.place
    }

    /// The bytes of a tick.
    pub fn tick(&mut self, sample: Sample) -> io::Result<Vec<u8>> {
        self.tick_in_segment(sample, false)
    }

    /// The bytes of a tick, which may be the last one of its segment in any case.
    pub fn tick_in_segment(&mut self, sample: Sample, is_last: bool) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut segment = match self.segment.take() {
            Some(segment) => segment,
            None => self.open(&sample, &mut out)?,
        };
        let is_last = is_last || segment.is_full();
        segment.sample(Kind::Tick, &sample)?;
        out.extend(segment.take());
        self.ticks += 1;
        let before = is_last.then(|| (self.sums.carry(), self.state.before(&sample)));
        self.sum_up(&sample);
        match before {
            None => {
                self.state.take(sample);
                self.segment = Some(segment);
            }
            Some((carry, beginning)) => {
                out.extend(segment.finish()?);
                self.state.take(sample.clone());
                self.next = Some(Next { carry, beginning, primer: Some(sample), found: self.sums.found() });
            }
        }
        self.is_begun = true;
        self.place += out.len() as u64;
        Ok(out)
    }

    /// Whether the next tick begins a segment: a good place to go on in another file.
    pub fn is_between(&self) -> bool {
        self.segment.is_none()
    }

    /// The last bytes of the file: with them it is found through at once.
    pub fn close(&mut self) -> io::Result<Vec<u8>> {
        let mut out = match self.segment.take() {
            Some(segment) => segment.finish()?,
            None => Vec::new(),
        };
        let place = self.place + out.len() as u64;
        if self.has_index {
            out.extend(file::closing(&self.segments, self.ticks, place));
        }
        self.place += out.len() as u64;
        Ok(out)
    }

    /// Begins a segment with all that is needed to read it alone.
    fn open(&mut self, first: &Sample, out: &mut Vec<u8>) -> io::Result<SegmentWriter> {
        let before = self.segments.last().map_or(self.place, |segment| segment.place);
        let head = segment::Head { place: self.place, before, number: self.ticks, first: first.moment };
        head.put(out);
        self.segments.push(Entry { place: self.place, number: self.ticks, first: first.moment });
        let mut segment = SegmentWriter::new(self.head.machine.endian)?;
        let next = match self.next.take() {
            None if self.is_begun => {
                let nothing = Sample { moment: self.moment, ..Sample::default() };
                let (carry, beginning) = (self.sums.carry(), self.state.before(&nothing));
                Next { carry, beginning, primer: None, found: self.sums.found() }
            }
            None => return Ok(segment),
            Some(next) => next,
        };
        segment.carry(Kind::Carry, &next.carry)?;
        segment.sample(Kind::Base, &next.beginning.base)?;
        segment.sample(Kind::Old, &next.beginning.old)?;
        for past in &next.beginning.past {
            segment.sample(Kind::Past, past)?;
        }
        if let Some(primer) = &next.primer {
            segment.sample(Kind::Primer, primer)?;
        }
        segment.carry(Kind::Found, &next.found)?;
        Ok(segment)
    }

    /// Hands on what is summed up.
    fn sum_up(&mut self, sample: &Sample) {
        self.moment = sample.moment;
        self.summed = None;
        self.summed = Some(self.sums.add(sample));
    }
}
