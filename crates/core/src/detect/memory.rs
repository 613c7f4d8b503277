//! What rules remember, bounded: since when something is so, and how much came in a while.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// The most that is kept of any kind. What comes beyond it is not remembered: it is found later, or not at all, and memory
/// stays what it is.
pub(super) const MOST: usize = 4096;

/// Since when something is so, of each of several.
#[derive(Debug)]
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
        self.look += 1;
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
#[derive(Debug)]
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
            Some((last, sum)) if *last == piece => *sum += count,
            _ if count > 0 => self.pieces.push_back((piece, count)),
            _ => {}
        }
        while self.pieces.front().is_some_and(|(first, _)| first + PIECES <= piece) {
            self.pieces.pop_front();
        }
        self.pieces.iter().map(|(_, count)| count).sum()
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
}
