//! Packets as they go over the wire, by socket, and how many came in the last tick.

use std::sync::Arc;

use procnet::Endian;

use super::record::{WIRE, WireRecord};
use super::{Counts, Figure, Moved, Reason};
use crate::rates;
use crate::sample::{Reading, Status};
use crate::views::explain;

/// What was counted up to one moment. Counts of packets stand in the place of those of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// Nanoseconds of the last tick; 0 where there was none before.
    elapsed: u64,
    /// By cookie. Those that are over are here once more.
    sockets: Vec<(u64, Moved)>,
}

impl Wire {
    /// What went over the wire for a socket. What is not listed has sent and received nothing.
    pub fn socket(&self, cookie: u64) -> Moved {
        let place = self.sockets.binary_search_by_key(&cookie, |(cookie, _)| *cookie);
        place.map_or(Moved::default(), |place| self.sockets[place].1)
    }

    /// What there was no room for.
    pub fn unattributed(&self) -> Counts {
        self.socket(0).counts
    }

    /// A figure in a second of the last tick.
    pub fn rate(&self, moved: &Moved, figure: Figure) -> Option<f64> {
        rates::per_second(0, figure(&moved.lately), self.elapsed)
    }
}

/// What is kept from tick to tick.
#[derive(Default)]
pub(super) struct Wires {
    /// Records of the tick under way.
    records: Vec<WireRecord>,
    /// When it was last read, and in which tick.
    last: Option<(u64, u64)>,
    pub(super) now: Option<Result<Arc<Wire>, Arc<Reason>>>,
}

impl Wires {
    /// The records have all come, or the reason why there are none.
    pub(super) fn take(&mut self, bytes: &[u8], endian: Endian, reading: Reading, tick: u64) {
        if reading.status != Status::Ok {
            let said = String::from_utf8_lossy(bytes).into_owned();
            let words = match reading.status {
                Status::Missing | Status::Denied | Status::Error(_) if !said.is_empty() => said,
                status => explain(status).map_or(String::new(), |(_, why)| why),
            };
            self.now = Some(Err(Arc::new(Reason { status: reading.status, words })));
            return;
        }
        self.records.extend(bytes.as_chunks::<WIRE>().0.iter().map(|it| WireRecord::read(it, endian)));
        self.records.sort_unstable_by_key(|record| record.cookie);
        let before = self.last.filter(|(_, then)| then + 1 == tick);
        let elapsed = before.map_or(0, |(at, _)| reading.at.saturating_sub(at));
        self.last = Some((reading.at, tick));
        let earlier = match &self.now {
            Some(Ok(wire)) if elapsed > 0 => wire.clone(),
            _ => Arc::new(Wire { elapsed: 0, sockets: Vec::new() }),
        };
        // Both are in the same order.
        let mut earlier = earlier.sockets.iter().peekable();
        let with_lately = |WireRecord { cookie, counts }| {
            while earlier.next_if(|before| before.0 < cookie).is_some() {}
            let before = earlier.peek().filter(|before| before.0 == cookie);
            let before = before.map_or(Counts::default(), |before| before.1.counts);
            let lately = if elapsed > 0 { counts - before } else { Counts::default() };
            (cookie, Moved { counts, lately })
        };
        let sockets = self.records.drain(..).map(with_lately).collect();
        self.now = Some(Ok(Arc::new(Wire { elapsed, sockets })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const READING: Reading = Reading { status: Status::Ok, at: 0, took: 0 };

    fn record(cookie: u64, rx_bytes: u64) -> Vec<u8> {
        [cookie, rx_bytes, 2, 3, 4, 0].into_iter().flat_map(u64::to_le_bytes).collect()
    }

    fn take(wires: &mut Wires, bytes: &[u8], tick: u64) -> Arc<Wire> {
        let reading = Reading { at: tick * SECOND, ..READING };
        wires.take(bytes, Endian::Little, reading, tick);
        wires.now.clone().unwrap().unwrap()
    }

    #[test]
    fn sockets_have_their_packets_and_what_came_in_the_last_tick() {
        let mut wires = Wires::default();
        let wire = take(&mut wires, &[record(9, 100), record(0, 7), record(5, 50)].concat(), 1);
        let counts = Counts { rx_bytes: 50, tx_bytes: 2, rx_calls: 3, tx_calls: 4 };
        assert_eq!((wire.socket(5).counts, wire.socket(6)), (counts, Moved::default()));
        assert_eq!(wire.unattributed().rx_bytes, 7);
        assert_eq!(wire.rate(&wire.socket(5), |counts| counts.rx_bytes), None);
        let wire = take(&mut wires, &[record(5, 80), record(8, 10)].concat(), 2);
        let rate = |cookie| wire.rate(&wire.socket(cookie), |counts| counts.rx_bytes);
        assert_eq!((rate(5), rate(8), rate(9)), (Some(30.0), Some(10.0), Some(0.0)));
        // Nobody looked in between.
        let wire = take(&mut wires, &record(5, 90), 4);
        assert_eq!(wire.rate(&wire.socket(5), |counts| counts.rx_bytes), None);
    }

    #[test]
    fn why_there_are_none_is_kept_and_any_bytes_are_harmless() {
        let mut wires = Wires::default();
        let reading = Reading { status: Status::Denied, ..READING };
        wires.take(b"needs CAP_NET_ADMIN", Endian::Little, reading, 1);
        let why = wires.now.clone().unwrap().unwrap_err();
        assert_eq!((&*why.words, why.status), ("needs CAP_NET_ADMIN", Status::Denied));
        for length in 0..100 {
            take(&mut wires, &vec![0xff; length], 5);
        }
    }
}
