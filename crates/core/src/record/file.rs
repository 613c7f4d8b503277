//! One file of a recording: its head, and where its segments are.

use std::io::{self, Read, Seek, SeekFrom};

use procnet::Endian;

use super::bytes::{Rest, put, put_signed};
use super::segment;
use super::{Head, VERSION, frame};
use crate::sample::Moment;

/// Bytes that are looked through at once for a segment, from behind.
const STRIDE: usize = 1 << 20;

/// The most segments that are believed.
const MOST: usize = 1 << 24;

/// Why a file cannot be read as a recording at all.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It is something else.
    #[error("this is no recording of netmonitor")]
    NotOne,
    /// It needs a newer version.
    #[error(
        "it was written by {writer} in format {format}; this version reads formats up to {VERSION}: use a newer netmonitor"
    )]
    Newer {
        /// What wrote it.
        writer: String,
        /// In which format.
        format: u32,
    },
    /// There is not one whole tick in it.
    #[error("it holds no whole moment: it was cut or damaged before the first one ended")]
    Empty,
    /// Files that do not belong together.
    #[error("its files are of different machines or targets: replay each of them alone")]
    Mixed,
    /// Reading failed.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
}

/// What is missing of a recording, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Damage {
    /// It has no end: it was cut, or is still being written.
    pub open: bool,
    /// Segments of which something could not be read.
    pub segments: u64,
}

impl Damage {
    /// What is to be said of it, after a name of the recording; `None`: all is there.
    pub fn words(&self) -> Option<String> {
        let open = self.open.then(|| "has no end: it was cut, or is still being written".to_owned());
        let segments = match self.segments {
            0 => None,
            1 => Some("is damaged in one place: what stood there is missing".to_owned()),
            more => Some(format!("is damaged in {more} places: what stood there is missing")),
        };
        let words: Vec<String> = [open, segments].into_iter().flatten().collect();
        (!words.is_empty()).then(|| words.join(", and "))
    }

    /// Whether all is there.
    pub fn is_none(&self) -> bool {
        !self.open && self.segments == 0
    }
}

/// A segment in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where its head begins.
    pub(super) place: u64,
    /// Ticks before it in its file.
    pub(super) number: u64,
    /// Its first tick.
    pub(super) first: Moment,
}

/// An index: where it begins, how many ticks there are, and the segments.
struct Index {
    place: u64,
    ticks: u64,
    segments: Vec<Entry>,
}

/// A file whose head was read and whose segments were found.
pub(super) struct File<R> {
    source: R,
    pub(super) head: Head,
    /// In the order of their places.
    pub(super) segments: Vec<Entry>,
    /// Ticks in all of it; `None`: it has no index.
    pub(super) ticks: Option<u64>,
    /// Where the last segment ends at the latest.
    end: u64,
}

/// The frames that close a file.
pub(super) fn closing(segments: &[Entry], ticks: u64, place: u64) -> Vec<u8> {
    let mut content = Vec::new();
    put(&mut content, ticks);
    put(&mut content, segments.len() as u64);
    let mut last = Entry { place: 0, number: 0, first: Moment::default() };
    for entry in segments {
        put(&mut content, entry.place.wrapping_sub(last.place));
        put(&mut content, entry.number.wrapping_sub(last.number));
        put_signed(&mut content, entry.first.wall.wrapping_sub(last.first.wall));
        put_signed(&mut content, entry.first.boottime.wrapping_sub(last.first.boottime).cast_signed());
        put_signed(&mut content, entry.first.seq.wrapping_sub(last.first.seq).cast_signed());
        last = *entry;
    }
    let mut out = Vec::new();
    frame::put(&mut out, frame::INDEX, &content);
    frame::put(&mut out, frame::END, &place.to_le_bytes());
    out
}

fn index(content: &[u8]) -> Option<(u64, Vec<Entry>)> {
    let mut rest = Rest(content);
    let ticks = rest.number()?;
    let count = usize::try_from(rest.number()?).ok().filter(|count| *count <= MOST)?;
    let mut last = Entry { place: 0, number: 0, first: Moment::default() };
    let mut segments = Vec::new();
    for _ in 0..count {
        last.place = last.place.checked_add(rest.number()?)?;
        last.number = last.number.checked_add(rest.number()?)?;
        last.first.wall = last.first.wall.wrapping_add(rest.signed()?);
        last.first.boottime = last.first.boottime.wrapping_add_signed(rest.signed()?);
        last.first.seq = last.first.seq.wrapping_add_signed(rest.signed()?);
        segments.push(last);
    }
    let is_whole = segments.last().is_none_or(|last| last.number < ticks);
    is_whole.then_some((ticks, segments))
}

impl<R: Read + Seek> File<R> {
    /// Reads a file's head and finds its segments.
    pub(super) fn open(mut source: R) -> Result<Self, Problem> {
        let length = source.seek(SeekFrom::End(0))?;
        let (head, begin) = head(&mut source)?;
        let mut file = Self { source, head, segments: Vec::new(), ticks: None, end: length };
        match file.index(length)? {
            Some(Index { place, ticks, segments }) => {
                (file.segments, file.ticks, file.end) = (segments, Some(ticks), place);
            }
            None => file.search(begin, length)?,
        }
        Ok(file)
    }

    pub(super) fn endian(&self) -> Endian {
        self.head.machine.endian
    }

    fn read_at(&mut self, place: u64, length: usize) -> io::Result<Vec<u8>> {
        self.source.seek(SeekFrom::Start(place))?;
        let mut bytes = Vec::new();
        self.source.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The index of a file that was closed, and where it begins.
    fn index(&mut self, length: u64) -> io::Result<Option<Index>> {
        let end = frame::length(8);
        let Some(begin) = length.checked_sub(end as u64) else { return Ok(None) };
        let last = self.read_at(begin, end)?;
        let place = frame::content(&last, frame::END).and_then(|content| content.try_into().ok());
        let Some(place) = place.map(u64::from_le_bytes).filter(|place| *place < begin) else {
            return Ok(None);
        };
        let head = self.read_at(place, frame::HEAD_LENGTH)?;
        let length = frame::length_of(&head, frame::INDEX).filter(|it| place + *it as u64 <= begin);
        let Some(length) = length else { return Ok(None) };
        let frame = self.read_at(place, length)?;
        let entries = frame::content(&frame, frame::INDEX).and_then(index);
        let entries = entries.filter(|(_, all)| all.iter().all(|it| it.place < place));
        Ok(entries.map(|(ticks, segments)| Index { place, ticks, segments }))
    }

    /// Finds the segments from behind: each tells where the one before is.
    fn search(&mut self, begin: u64, length: u64) -> io::Result<()> {
        let mut found: Vec<Entry> = Vec::new();
        let mut before = length;
        let mut told = None;
        while before > begin && found.len() < MOST {
            let head = match told.take() {
                Some(place) => self.head_at(place)?,
                None => None,
            };
            // Where the chain is broken the next one is looked for.
            let head = match head {
                Some(head) => head,
                None => match self.last_head(begin, before)? {
                    Some(head) => head,
                    None => break,
                },
            };
            found.push(Entry { place: head.place, number: head.number, first: head.first });
            before = head.place;
            told = Some(head.before).filter(|place| *place < before && *place >= begin);
        }
        found.reverse();
        self.segments = found;
        Ok(())
    }

    fn head_at(&mut self, place: u64) -> io::Result<Option<segment::Head>> {
        let bytes = self.read_at(place, segment::HEAD_LENGTH)?;
        Ok(segment::Head::read(&bytes).filter(|head| head.place == place))
    }

    /// The last head that begins before a place.
    fn last_head(&mut self, begin: u64, before: u64) -> io::Result<Option<segment::Head>> {
        let mut end = before;
        while end > begin {
            let from = end.saturating_sub(STRIDE as u64).max(begin);
            // One may begin in this piece and end behind it.
            let bytes = self.read_at(from, (end - from) as usize + segment::HEAD_LENGTH - 1)?;
            let begins = |at: &usize| {
                let head = bytes.get(*at..*at + segment::HEAD_LENGTH).and_then(segment::Head::read);
                head.filter(|head| head.place == from + *at as u64 && head.place < before)
            };
            let places = (0..(end - from) as usize).rev();
            let is_likely = |at: &usize| bytes.get(at + 8..at + 16) == Some(&frame::SEGMENT[..]);
            if let Some(head) = places.filter(is_likely).find_map(|at| begins(&at)) {
                return Ok(Some(head));
            }
            end = from;
        }
        Ok(None)
    }

    /// The compressed bytes of a segment, no more than so many.
    pub(super) fn segment(&mut self, number: usize, most: u64) -> io::Result<Vec<u8>> {
        let entry = *self.segments.get(number).ok_or(io::ErrorKind::NotFound)?;
        let end = self.segments.get(number + 1).map_or(self.end, |next| next.place);
        let begin = entry.place + segment::HEAD_LENGTH as u64;
        let length = end.saturating_sub(begin).min(most);
        self.read_at(begin, usize::try_from(length).unwrap_or(usize::MAX))
    }
}

/// The head of a file, and where what follows it begins.
fn head<R: Read + Seek>(source: &mut R) -> Result<(Head, u64), Problem> {
    source.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    source.by_ref().take(frame::HEAD_LENGTH as u64).read_to_end(&mut bytes)?;
    let length = frame::length_of(&bytes, frame::FILE).ok_or(Problem::NotOne)?;
    let rest = length.saturating_sub(bytes.len());
    source.by_ref().take(rest as u64).read_to_end(&mut bytes)?;
    let content = frame::content(&bytes, frame::FILE).ok_or(Problem::NotOne)?;
    // A newer one may say other things than this one understands, but says that it is newer.
    let value: serde_json::Value = serde_json::from_slice(content).map_err(|_| Problem::NotOne)?;
    let format = value["format"].as_u64().and_then(|format| u32::try_from(format).ok());
    let format = format.ok_or(Problem::NotOne)?;
    if format > VERSION {
        let writer = value["writer"].as_str().unwrap_or("a newer version").chars();
        return Err(Problem::Newer {
            writer: crate::format::harmless_text(writer.take(100).collect::<String>().as_bytes()),
            format,
        });
    }
    let mut head: Head = serde_json::from_value(value).map_err(|_| Problem::NotOne)?;
    // It is divided by.
    head.machine.clk_tck = head.machine.clk_tck.clamp(1, 1_000_000);
    Ok((head, length as u64))
}
