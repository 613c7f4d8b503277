//! What rules remember, bounded: since when something is so, and how much came in a while.
//!
//! It is carried on in recordings, so that any number may stand in it: sums do not overflow.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use serde::{Deserialize, Serialize};

/// The most that is kept of any kind. What comes beyond it is not remembered: it is found later, or not at all, and memory
/// stays what it is.
pub(super) const MOST: usize = 4096;

/// Since when something is so, of each of several.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "K: Hash + Eq + Deserialize<'de>"))]
pub(super) struct Since<K> {
    known: HashMap<K, (u64, u64)>,
    look: u64,
}

impl<K> Default for Since<K> {
    fn default() -> Self {
        Self { known: HashMap::new(), look: 0 }
    }
}

impl<K: Hash + Eq> Since<K> {
    /// A look begins.
    pub(super) fn begin(&mut self) {
        self.look = self.look.wrapping_add(1);
    }

    /// It is so of this one at this time: for how long now, in nanoseconds.
    pub(super) fn is_so(&mut self, key: K, at: u64) -> u64 {
        let look = self.look;
        if self.known.len() >= MOST && !self.known.contains_key(&key) {
            return 0;
        }
        let (since, seen) = self.known.entry(key).or_insert((at, look));
        *seen = look;
        at.saturating_sub(*since)
    }

    /// The look ends: of whom nothing was said it is not so any more.
    pub(super) fn end(&mut self) {
        let look = self.look;
        self.known.retain(|_, (_, seen)| *seen == look);
    }
}

/// How much came in the last while, in pieces of a 32nd of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Lately {
    length: u64,
    pieces: VecDeque<(u64, u64)>,
}

/// Pieces of a while.
const PIECES: u64 = 32;

impl Lately {
    /// A while of this many seconds.
    pub(super) fn seconds(seconds: f64) -> Self {
        Self { length: (seconds * 1e9) as u64, pieces: VecDeque::new() }
    }

    /// So many came at this time; how many that makes in the last while.
    pub(super) fn add(&mut self, count: u64, at: u64) -> u64 {
        let piece = at / (self.length / PIECES).max(1);
        match self.pieces.back_mut() {
            Some((last, sum)) if *last == piece => *sum = sum.saturating_add(count),
            _ if count > 0 => self.pieces.push_back((piece, count)),
            _ => {}
        }
        while self.pieces.front().is_some_and(|(first, _)| first.saturating_add(PIECES) <= piece) {
            self.pieces.pop_front();
        }
        self.pieces.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// What part of a whole came in the last while.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Share {
    part: Lately,
    whole: Lately,
}

impl Share {
    /// In a while of this many seconds.
    pub(super) fn seconds(seconds: f64) -> Self {
        Self { part: Lately::seconds(seconds), whole: Lately::seconds(seconds) }
    }

    /// So many of so many came at this time; how many of how many that makes in the last while.
    pub(super) fn add(&mut self, (part, whole): (u64, u64), at: u64) -> (u64, u64) {
        (self.part.add(part, at), self.whole.add(whole, at))
    }
}

/// How much came of each of several in the last while, in quarters of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "K: Hash + Eq + Deserialize<'de>"))]
pub(super) struct Counts<K> {
    quarter: u64,
    /// The newest quarter in which something came, and how much came in it and in the three before.
    known: HashMap<K, (u64, [u32; 4])>,
}

impl<K: Hash + Eq> Counts<K> {
    /// In a while of this many seconds.
    pub(super) fn seconds(seconds: f64) -> Self {
        Self { quarter: ((seconds * 1e9) as u64 / 4).max(1), known: HashMap::new() }
    }

    /// So many came of this one at this time; how many that makes in the last while.
    pub(super) fn add(&mut self, key: K, count: u32, at: u64) -> u32 {
        let quarter = at / self.quarter.max(1);
        if self.known.len() >= MOST && !self.known.contains_key(&key) {
            self.known.retain(|_, (newest, _)| newest.saturating_add(4) > quarter);
            if self.known.len() >= MOST {
                return 0;
            }
        }
        let (newest, counts) = self.known.entry(key).or_insert((quarter, [0; 4]));
        let passed = quarter.saturating_sub(*newest).min(4) as usize;
        counts.rotate_right(passed % 4);
        counts[..passed].fill(0);
        *newest = quarter.max(*newest);
        counts[0] = counts[0].saturating_add(count);
        counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many came of this one in the last while.
    pub(super) fn of(&mut self, key: K, at: u64) -> u32 {
        if self.known.contains_key(&key) { self.add(key, 0, at) } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_so_no_more_is_forgotten() {
        let mut since = Since::default();
        since.begin();
        assert_eq!(since.is_so("a", 10), 0);
        since.end();
        since.begin();
        assert_eq!((since.is_so("a", 25), since.is_so("b", 25)), (15, 0));
        since.end();
        since.begin();
        assert_eq!(since.is_so("b", 30), 5);
        since.end();
        since.begin();
        assert_eq!(since.is_so("a", 40), 0, "it was not so in between");
    }

    #[test]
    fn nobody_is_kept_beyond_the_bound() {
        let mut since = Since::default();
        since.begin();
        (0..2 * MOST).for_each(|key| _ = since.is_so(key, 1));
        assert_eq!(since.known.len(), MOST);
        let mut lately = Lately::seconds(60.0);
        for second in 0..100_000 {
            lately.add(1, second * 1_000_000_000);
        }
        assert!(lately.pieces.len() <= PIECES as usize);
    }

    #[test]
    fn a_while_passes() {
        let mut lately = Lately::seconds(60.0);
        let second = 1_000_000_000;
        assert_eq!(lately.add(3, 0), 3);
        assert_eq!(lately.add(4, 30 * second), 7);
        assert_eq!(lately.add(0, 61 * second), 4);
        assert_eq!(lately.add(0, 200 * second), 0);
    }

    #[test]
    fn counts_of_several_pass_in_quarters() {
        let mut counts = Counts::seconds(60.0);
        let second = 1_000_000_000;
        assert_eq!((counts.add("a", 2, 0), counts.add("b", 1, second)), (2, 1));
        assert_eq!(counts.add("a", 3, 30 * second), 5);
        assert_eq!(counts.of("a", 59 * second), 5);
        assert_eq!(counts.of("a", 61 * second), 3, "the first quarter is over");
        assert_eq!((counts.of("a", 400 * second), counts.of("c", 400 * second)), (0, 0));
        let mut many = Counts::seconds(60.0);
        (0..2 * MOST).for_each(|key| _ = many.add(key, 1, second));
        assert_eq!(many.known.len(), MOST);
        assert_eq!(many.add(usize::MAX, 1, 100 * second), 1, "those of long ago make room");
    }
}
