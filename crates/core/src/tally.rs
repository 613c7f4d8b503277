//! What the process's TCP connections have moved, those that are no more included.
//!
//! The kernel forgets the figures of a connection with its socket. So what was last seen of each is kept while it
//! lives, by its cookie; when it is gone, that counts on, and when the kernel has told its last figures, those do.
//! A connection that the process has closed lives on without it until the other side has acknowledged: its last
//! figures come later. One that began and ended between two readings was never seen to be the process's.

use std::collections::{HashMap, VecDeque};

use procnet::diag::tcp_info::TcpInfo;
use procnet::diag::{Detail, DiagSocket};
use procnet::{AnyTable, Table};
use serde::{Deserialize, Serialize};

use crate::rates;

/// The most connections whose last figures are waited for.
const MOST: usize = 1 << 16;

/// Figures of connections: of one, or their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    numbers: [u64; Figure::ALL.len()],
    /// Which are told: an older kernel has fewer.
    told: u8,
}

/// One of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Bytes acknowledged by the other side; the FIN counts one, and the SYN of the side that connected.
    BytesAcked,
    /// Bytes received; the FIN counts one, unless the socket was closed before it came.
    BytesReceived,
    /// Bytes sent, retransmitted ones too.
    BytesSent,
    /// Bytes retransmitted.
    BytesRetrans,
    /// Segments received.
    SegsIn,
    /// Segments sent.
    SegsOut,
}

impl Figure {
    const ALL: [Self; 6] = [
        Self::BytesAcked,
        Self::BytesReceived,
        Self::BytesSent,
        Self::BytesRetrans,
        Self::SegsIn,
        Self::SegsOut,
    ];
}

impl Default for Figures {
    /// Of no connections: all are told, and 0.
    fn default() -> Self {
        Self { numbers: [0; Figure::ALL.len()], told: u8::MAX }
    }
}

impl Figures {
    /// What TCP tells of a connection.
    pub fn of(info: TcpInfo<'_>) -> Self {
        Self::from_numbers([
            info.bytes_acked(),
            info.bytes_received(),
            info.bytes_sent(),
            info.bytes_retrans(),
            info.segs_in().map(Into::into),
            info.segs_out().map(Into::into),
        ])
    }

    /// What TCP, or Multipath TCP, tells of a socket that can have a connection.
    pub fn of_socket(detail: &Detail<'_>) -> Option<Self> {
        if let Some(info) = detail.connection() {
            return Some(Self::of(info));
        }
        let info = detail.mptcp_info().filter(|_| !detail.is_listening())?;
        let numbers =
            [info.bytes_acked(), info.bytes_received(), info.bytes_sent(), info.bytes_retrans(), None, None];
        Some(Self::from_numbers(numbers))
    }

    fn from_numbers(numbers: [Option<u64>; Figure::ALL.len()]) -> Self {
        let mut figures = Self::default();
        for (place, number) in numbers.into_iter().enumerate() {
            match number {
                Some(number) => figures.numbers[place] = number,
                None => figures.told &= !(1 << place),
            }
        }
        figures
    }

    /// A figure; `None` where it is not told.
    pub fn get(&self, figure: Figure) -> Option<u64> {
        let place = figure as usize;
        (self.told & 1 << place != 0).then_some(self.numbers[place])
    }

    /// Adds those of another connection.
    pub fn add(&mut self, other: &Self) {
        self.numbers
            .iter_mut()
            .zip(&other.numbers)
            .for_each(|(sum, number)| *sum = sum.saturating_add(*number));
        self.told &= other.told;
    }

    fn subtract(&mut self, other: &Self) {
        self.numbers
            .iter_mut()
            .zip(&other.numbers)
            .for_each(|(sum, number)| *sum = sum.saturating_sub(*number));
    }
}

/// Connections that are no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dead {
    /// Their figures.
    pub figures: Figures,
    /// How many.
    pub sockets: u64,
    /// Of these, those whose figures are as they were last seen: the kernel has not told their last ones, or not
    /// yet.
    pub as_last_seen: u64,
}

/// What all connections of the process have moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Of those that live: as far back as each goes.
    pub living: Figures,
    /// Of those that ended while they were watched.
    pub dead: Dead,
    /// What the sum was in the tick before, and how many nanoseconds that is ago.
    before: Option<(Figures, u64)>,
    /// What the sum was first.
    first: Figures,
    /// Messages about ends were lost.
    pub lost: bool,
}

impl Totals {
    /// The sum of all.
    pub fn all(&self) -> Figures {
        let mut all = self.living;
        all.add(&self.dead.figures);
        all
    }

    /// Change of a figure a second, in the last tick.
    pub fn rate(&self, figure: Figure) -> Option<f64> {
        let (before, elapsed) = self.before?;
        rates::per_second(before.get(figure)?, self.all().get(figure)?, elapsed)
    }

    /// Share of the bytes sent that were retransmitted, in hundredths: in the last tick.
    pub fn retrans_now(&self) -> Option<f64> {
        retrans(&self.before?.0, &self.all())
    }

    /// The same since the process is watched.
    pub fn retrans_since_start(&self) -> Option<f64> {
        retrans(&self.first, &self.all())
    }
}

/// Share of what was sent between two sums that was sent again; `None` where nothing was sent.
fn retrans(before: &Figures, now: &Figures) -> Option<f64> {
    let grown = |figure| rates::growth(before.get(figure)?, now.get(figure)?);
    let sent = grown(Figure::BytesSent).filter(|sent| *sent > 0)?;
    Some(grown(Figure::BytesRetrans)? as f64 * 100.0 / sent as f64)
}

/// One reading of the process's connections.
pub(crate) struct Seen {
    /// Each with its cookie.
    pub(crate) living: Vec<(u64, Figures)>,
    /// They are all: one that is missing is not the process's any more.
    pub(crate) all: bool,
    /// When it was read.
    pub(crate) at: u64,
    /// In which tick, of those that read files.
    pub(crate) tick: u64,
}

/// What is kept of the connections from tick to tick.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tally {
    /// By cookie.
    #[serde(with = "by_cookie")]
    living: Vec<(u64, Figures)>,
    dead: Dead,
    /// Those that are gone and whose last figures have not come, oldest first.
    waiting: HashMap<u64, Figures>,
    order: VecDeque<u64>,
    /// The last sum: figures, when, in which tick.
    last: Option<(Figures, u64, u64)>,
    first: Option<Figures>,
    /// Messages about ends were lost.
    pub(crate) lost: bool,
    /// Last figures that came since the last reading.
    ended: Vec<(u64, Figures)>,
}

impl Tally {
    /// Takes over what the kernel told of ends. Of sockets that are none of TCP it tells no figures.
    pub(crate) fn take_ends(&mut self, table: &dyn AnyTable) {
        let Some(table) = table.as_any().downcast_ref::<Table<DiagSocket>>() else { return };
        let figures = |row: &DiagSocket| row.detail(&table.texts).connection().map(Figures::of);
        // Whoever is not known may turn out to be the process's in the reading of this same tick.
        let ends = table.iter().filter_map(|row| Some((row.cookie, figures(row)?)));
        self.ended.extend(ends.take(MOST.saturating_sub(self.ended.len())));
        self.lost |= self.ended.len() == MOST;
    }

    /// Takes over a reading of the connections, and gives the totals.
    pub(crate) fn tick(&mut self, mut seen: Seen) -> Totals {
        let by_cookie = |living: &mut Vec<(u64, Figures)>| {
            living.sort_unstable_by_key(|(cookie, _)| *cookie);
            living.dedup_by_key(|(cookie, _)| *cookie);
        };
        by_cookie(&mut seen.living);
        if !self.waiting.is_empty() {
            seen.living.iter().for_each(|(cookie, _)| self.came_back(*cookie));
        }
        let mut gone = std::mem::take(&mut self.living);
        // Both are in the same order.
        let mut now = seen.living.iter().peekable();
        gone.retain(|(cookie, _)| {
            while now.next_if(|(later, _)| later < cookie).is_some() {}
            now.peek().is_none_or(|(same, _)| same != cookie)
        });
        match seen.all {
            true => gone.into_iter().for_each(|(cookie, figures)| self.bury(cookie, figures)),
            false => {
                seen.living.extend(gone);
                by_cookie(&mut seen.living);
            }
        }
        self.living = seen.living;
        self.end();
        self.forget();
        let mut living = Figures::default();
        self.living.iter().for_each(|(_, figures)| living.add(figures));
        let mut totals =
            Totals { living, dead: self.dead, before: None, first: Figures::default(), lost: self.lost };
        let all = totals.all();
        totals.first = *self.first.get_or_insert(all);
        let last = self.last.replace((all, seen.at, seen.tick));
        // A rate is that of the last tick: over a time in which nobody looked it would be an average.
        let before = last.filter(|(_, _, tick)| tick + 1 == seen.tick);
        totals.before = before.map(|(figures, at, _)| (figures, seen.at.saturating_sub(at)));
        totals
    }

    /// One that lives was only away for a while.
    fn came_back(&mut self, cookie: u64) {
        if let Some(figures) = self.waiting.remove(&cookie) {
            self.dead.figures.subtract(&figures);
            self.dead.sockets -= 1;
            self.dead.as_last_seen -= 1;
        }
    }

    /// Takes the last figures that have come for those.
    fn end(&mut self) {
        let mut ended = std::mem::take(&mut self.ended);
        if ended.is_empty() {
            return;
        }
        ended.sort_by_key(|(cookie, _)| *cookie);
        let has_ended = |cookie: &u64| ended.binary_search_by_key(cookie, |(ended, _)| *ended).is_ok();
        // They ended after they were read.
        let dead: Vec<(u64, Figures)> = self.living.extract_if(.., |(cookie, _)| has_ended(cookie)).collect();
        dead.into_iter().for_each(|(cookie, figures)| self.bury(cookie, figures));
        for (cookie, figures) in ended {
            if let Some(last) = self.waiting.remove(&cookie) {
                self.dead.figures.subtract(&last);
                self.dead.figures.add(&figures);
                self.dead.as_last_seen -= 1;
            }
        }
    }

    fn bury(&mut self, cookie: u64, figures: Figures) {
        self.dead.figures.add(&figures);
        self.dead.sockets += 1;
        self.dead.as_last_seen += 1;
        self.waiting.insert(cookie, figures);
        self.order.push_back(cookie);
    }

    /// Waits for no more than so many; and drops from the order who is not waited for.
    fn forget(&mut self) {
        while self.waiting.len() > MOST {
            let Some(oldest) = self.order.pop_front() else { break };
            self.waiting.remove(&oldest);
        }
        if self.order.len() > 2 * self.waiting.len() {
            let waiting = &self.waiting;
            self.order.retain(|cookie| waiting.contains_key(cookie));
        }
    }
}

/// Connections in the order of their cookies, recorded as a map.
mod by_cookie {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::Figures;

    pub(super) fn serialize<S: Serializer>(living: &[(u64, Figures)], to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(living.iter().map(|(cookie, figures)| (cookie, figures)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(u64, Figures)>, D::Error> {
        BTreeMap::deserialize(from).map(|living| living.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// Figures of which bytes sent and acknowledged are so many.
    fn moved(bytes: u64) -> Figures {
        Figures::from_numbers([Some(bytes), Some(0), Some(bytes), Some(0), Some(1), Some(1)])
    }

    fn seen(tick: u64, all: bool, sockets: &[(u64, u64)]) -> Seen {
        let living = sockets.iter().map(|(cookie, bytes)| (*cookie, moved(*bytes))).collect();
        Seen { living, all, at: tick * SECOND, tick }
    }

    fn acked(totals: &Totals) -> (Option<u64>, u64, u64) {
        (totals.all().get(Figure::BytesAcked), totals.dead.sockets, totals.dead.as_last_seen)
    }

    #[test]
    fn what_is_gone_counts_as_last_seen_until_its_last_figures_come() {
        let mut tally = Tally::default();
        let totals = tally.tick(seen(0, true, &[(1, 100), (2, 50)]));
        assert_eq!((acked(&totals), totals.rate(Figure::BytesAcked)), ((Some(150), 0, 0), None));
        let totals = tally.tick(seen(1, true, &[(2, 60)]));
        assert_eq!(acked(&totals), (Some(160), 1, 1));
        tally.ended.extend([(1, moved(130)), (99, moved(1_000_000))]);
        let totals = tally.tick(seen(2, true, &[(2, 60)]));
        assert_eq!(acked(&totals), (Some(190), 1, 0), "sockets of others do not count");
        assert_eq!(totals.rate(Figure::BytesAcked), Some(30.0));
        assert_eq!(totals.living.get(Figure::BytesAcked), Some(60));
    }

    #[test]
    fn a_socket_that_ended_after_it_was_read_is_dead() {
        let mut tally = Tally::default();
        tally.ended.push((1, moved(130)));
        let totals = tally.tick(seen(0, true, &[(1, 100)]));
        assert_eq!(acked(&totals), (Some(130), 1, 0));
        assert_eq!(acked(&tally.tick(seen(1, true, &[]))), (Some(130), 1, 0), "and dies no second time");
    }

    #[test]
    fn what_was_away_for_a_while_lives() {
        let mut tally = Tally::default();
        tally.tick(seen(0, true, &[(1, 100)]));
        assert_eq!(acked(&tally.tick(seen(1, true, &[]))), (Some(100), 1, 1));
        assert_eq!(acked(&tally.tick(seen(2, true, &[(1, 120)]))), (Some(120), 0, 0));
        // Where not all could be read, nobody is missing.
        assert_eq!(acked(&tally.tick(seen(3, false, &[]))), (Some(120), 0, 0));
        assert_eq!(acked(&tally.tick(seen(4, true, &[]))), (Some(120), 1, 1));
    }

    #[test]
    fn a_rate_is_that_of_the_last_tick_and_never_one_across_a_gap() {
        let mut tally = Tally::default();
        tally.tick(seen(0, true, &[(1, 100)]));
        assert_eq!(tally.tick(seen(5, true, &[(1, 900)])).rate(Figure::BytesAcked), None);
        assert_eq!(tally.tick(seen(6, true, &[(1, 950)])).rate(Figure::BytesAcked), Some(50.0));
        assert_eq!(tally.tick(seen(7, true, &[(1, 10)])).rate(Figure::BytesAcked), None, "it went back");
    }

    #[test]
    fn the_share_of_what_is_sent_again() {
        let figures =
            |sent, again| Figures::from_numbers([Some(0), Some(0), Some(sent), Some(again), None, None]);
        let mut tally = Tally::default();
        let mut tick = |tick: u64, sent, again| {
            let living = vec![(1, figures(sent, again))];
            let totals = tally.tick(Seen { living, all: true, at: tick * SECOND, tick });
            (totals.retrans_now(), totals.retrans_since_start())
        };
        assert_eq!(tick(0, 1_000, 500), (None, None), "what was before is nobody's");
        assert_eq!(tick(1, 1_100, 510), (Some(10.0), Some(10.0)));
        assert_eq!(tick(2, 1_200, 510), (Some(0.0), Some(5.0)));
        assert_eq!(tick(3, 1_200, 510), (None, Some(5.0)), "nothing was sent");
    }

    #[test]
    fn what_one_does_not_tell_the_sum_does_not() {
        let mut sum = moved(5);
        sum.add(&Figures::from_numbers([Some(1), Some(1), None, None, Some(1), Some(1)]));
        assert_eq!((sum.get(Figure::BytesAcked), sum.get(Figure::BytesSent)), (Some(6), None));
    }

    #[test]
    fn no_more_are_waited_for_than_there_is_room_for() {
        let mut tally = Tally::default();
        let many: Vec<_> = (1..=MOST as u64 + 10).map(|cookie| (cookie, 1)).collect();
        tally.tick(seen(0, true, &many));
        let totals = tally.tick(seen(1, true, &[]));
        assert_eq!(acked(&totals), (Some(MOST as u64 + 10), MOST as u64 + 10, MOST as u64 + 10));
        assert_eq!((tally.waiting.len(), tally.order.len()), (MOST, MOST));
    }
}
