//! Figures over time: what is drawn, moment after moment, with a bound on memory.
//!
//! [`Figures`] are those of one moment, made of its snapshot, live or recorded. [`Series`] keeps them in the order of
//! their moments and gives what is drawn as [buckets](Series::buckets) of equal length. What was not read at a moment
//! is a gap there, and so is a time in which nobody looked.

mod figures;
mod key;

use std::collections::VecDeque;
use std::sync::Arc;

pub use figures::{Drawn, Figures, Quantity, RATE, TrackId};
pub use key::RowKey;

/// No more moments are kept.
const MOMENTS: usize = 4096;

/// No more bytes of rows are kept: of older moments only what is told of the process is left.
const BYTES: usize = 16 << 20;

/// So many times the usual time between two moments, and a second more, nobody looked.
const GAP: u64 = 3;
const SECOND: u64 = 1_000_000_000;

/// Figures of moments, oldest first.
#[derive(Debug)]
pub struct Series {
    moments: VecDeque<Arc<Figures>>,
    /// Bytes of the rows in them.
    bytes: usize,
    /// Moments at the beginning that have no rows any more.
    without_rows: usize,
    /// Nanoseconds between two moments, as it was asked for.
    usual: u64,
}

impl Default for Series {
    fn default() -> Self {
        Self { moments: VecDeque::new(), bytes: 0, without_rows: 0, usual: SECOND }
    }
}

/// Which time is drawn, in nanoseconds since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its end.
    pub until: u64,
    /// Length of a bucket.
    pub step: u64,
}

impl Series {
    /// How long it usually is from one moment to the next, in nanoseconds.
    pub fn expect(&mut self, usual: u64) {
        self.usual = usual.max(1);
    }

    /// The same as it was told last.
    pub fn usual(&self) -> u64 {
        self.usual
    }

    /// Adds a moment in its place. One that is there already is replaced.
    pub fn add(&mut self, figures: Arc<Figures>) {
        let at = figures.moment.boottime;
        self.bytes += figures.bytes();
        let place = match self.moments.back() {
            Some(last) if last.moment.boottime >= at => {
                self.moments.partition_point(|known| known.moment.boottime < at)
            }
            _ => self.moments.len(),
        };
        match self.moments.get_mut(place).filter(|known| known.moment.boottime == at) {
            Some(known) => {
                self.bytes -= known.bytes();
                *known = figures;
            }
            None => self.moments.insert(place, figures),
        }
        self.without_rows = self.without_rows.min(place);
        self.bound();
    }

    /// Adds a moment to what is known of it already, which goes before.
    pub fn fill_in(&mut self, figures: Arc<Figures>) {
        let at = figures.moment.boottime;
        let known = self.behind(at).checked_sub(1).map(|place| &self.moments[place]);
        match known.filter(|known| known.moment.boottime == at) {
            Some(known) => self.add(Arc::new(known.with(&figures))),
            None => self.add(figures),
        }
    }

    fn bound(&mut self) {
        if self.moments.len() > MOMENTS
            && let Some(first) = self.moments.pop_front()
        {
            self.bytes -= first.bytes();
            self.without_rows = self.without_rows.saturating_sub(1);
        }
        while self.bytes > BYTES
            && let Some(oldest) = self.moments.get_mut(self.without_rows)
        {
            self.bytes -= oldest.bytes();
            *oldest = Arc::new(oldest.without_rows());
            self.without_rows += 1;
        }
    }

    /// Forgets all: what comes is of somebody else.
    pub fn clear(&mut self) {
        self.moments.clear();
        (self.bytes, self.without_rows) = (0, 0);
    }

    /// The last moment that is not later than a time since boot.
    pub fn at(&self, boottime: u64) -> Option<&Figures> {
        self.moments.get(self.behind(boottime).checked_sub(1)?).map(|figures| &**figures)
    }

    /// The first of them, in time since boot.
    pub fn first(&self) -> Option<u64> {
        Some(self.moments.front()?.moment.boottime)
    }

    /// Whether somebody has told the rates of the process at any of them.
    pub fn is_told(&self) -> bool {
        self.moments.iter().rev().any(|figures| figures.told_by.is_some())
    }

    /// How many moments there are.
    pub fn len(&self) -> usize {
        self.moments.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.bytes + self.moments.len() * size_of::<Figures>()
    }

    /// Number of the first moment that is later.
    fn behind(&self, boottime: u64) -> usize {
        self.moments.partition_point(|known| known.moment.boottime <= boottime)
    }

    /// What a figure was on average in each of the buckets of a window, of which the last one holds its end; NaN where it
    /// is not known for half of it. Buckets begin at whole multiples of their length, so that a picture moves by whole
    /// buckets.
    ///
    /// A value stands for the time since the moment before. Where that is long ago, it stands for the usual time.
    pub fn buckets(&self, window: Window, out: &mut [f32], get: impl Fn(&Figures) -> f32) {
        out.fill(f32::NAN);
        let step = window.step.max(1);
        let last = window.until.saturating_sub(1) / step;
        let count = out.len();
        let begin = (last + 1).saturating_sub(count as u64) * step;
        let mut bucket = Bucket { number: last, sum: 0.0, known: 0 };
        let mut close = |bucket: &Bucket| {
            let length = step.min(window.until.saturating_sub(bucket.number * step));
            if bucket.known > 0 && bucket.known * 2 >= length {
                out[count - 1 - (last - bucket.number) as usize] = (bucket.sum / bucket.known as f64) as f32;
            }
        };
        for place in (0..self.behind(window.until)).rev() {
            let figures = &self.moments[place];
            let to = figures.moment.boottime;
            if to <= begin {
                break;
            }
            let value = get(figures);
            if value.is_nan() {
                continue;
            }
            let mut to = to;
            let from = self.since(place).max(begin);
            // From right to left, as the moments come.
            while to > from {
                let number = (to - 1) / step;
                if number != bucket.number {
                    close(&bucket);
                    bucket = Bucket { number, sum: 0.0, known: 0 };
                }
                let left = from.max(number * step);
                bucket.sum += f64::from(value) * (to - left) as f64;
                bucket.known += to - left;
                to = left;
            }
        }
        close(&bucket);
    }

    /// Since when the values of a moment stand for.
    fn since(&self, place: usize) -> u64 {
        let to = self.moments[place].moment.boottime;
        let before = place.checked_sub(1).map(|before| self.moments[before].moment.boottime);
        let near = self.usual.saturating_mul(GAP).saturating_add(SECOND);
        match before.filter(|before| to - before <= near) {
            Some(before) => before,
            None => to.saturating_sub(self.usual),
        }
    }
}

/// A bucket that is being filled.
struct Bucket {
    number: u64,
    sum: f64,
    known: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Moment;
    use proptest::prelude::*;

    fn moment(tenths: u64, sent: f32) -> Arc<Figures> {
        let moment = Moment { boottime: tenths * SECOND / 10, ..Moment::default() };
        Arc::new(Figures::of_process(moment, [sent, f32::NAN, f32::NAN]))
    }

    fn sent(series: &Series, until: u64, count: usize) -> Vec<Option<f32>> {
        let mut out = vec![0.0; count];
        let window = Window { until: until * SECOND / 10, step: SECOND };
        series.buckets(window, &mut out, |figures| figures.get(Quantity::Sent));
        out.into_iter().map(|value| Some(value).filter(|value| !value.is_nan())).collect()
    }

    #[test]
    fn a_value_stands_for_the_time_since_the_moment_before() {
        let mut series = Series::default();
        [(10, 1.0), (20, 2.0), (30, 3.0)].into_iter().for_each(|(at, value)| series.add(moment(at, value)));
        assert_eq!(sent(&series, 30, 4), [None, Some(1.0), Some(2.0), Some(3.0)]);
        // Moments that are not quite on time make neither gaps nor double values.
        let mut series = Series::default();
        for second in 1..20 {
            series.add(moment(second * 10 + second % 3, 7.0));
        }
        assert!(sent(&series, 192, 18).iter().all(|value| *value == Some(7.0)));
        // What was before is seen, too.
        assert_eq!(sent(&series, 90, 2), [Some(7.0); 2]);
    }

    #[test]
    fn what_is_not_known_and_when_nobody_looked_are_gaps() {
        let mut series = Series::default();
        for (at, value) in [(10, 1.0), (20, f32::NAN), (30, 0.0), (130, 5.0)] {
            series.add(moment(at, value));
        }
        let seen = sent(&series, 130, 13);
        assert_eq!(seen[..3], [Some(1.0), None, Some(0.0)]);
        assert!(seen[3..12].iter().all(Option::is_none), "{seen:?}");
        assert_eq!(seen[12], Some(5.0));
        // A longer time between moments that was asked for is none.
        series.expect(10 * SECOND);
        assert!(sent(&series, 130, 10).iter().all(|value| *value == Some(5.0)));
    }

    #[test]
    fn moments_stand_in_their_order_however_they_come() {
        let mut series = Series::default();
        [30, 10, 40, 20, 30].into_iter().for_each(|at| series.add(moment(at, at as f32)));
        assert_eq!(series.len(), 4);
        assert_eq!(sent(&series, 40, 4), [Some(10.0), Some(20.0), Some(30.0), Some(40.0)]);
        assert_eq!(series.at(25 * SECOND / 10).map(|it| it.moment.boottime), Some(2 * SECOND));
        assert!(series.at(1).is_none());
    }

    #[test]
    fn what_is_filled_in_goes_behind_what_is_known() {
        let mut series = Series::default();
        let [known, other] = ["known", "other"].map(|table| TrackId::of(table, RATE));
        let at = |sent: Option<f32>, track: TrackId, value: f32| {
            let mut figures =
                Figures::of_process(Moment { boottime: SECOND, ..Moment::default() }, [f32::NAN; 3]);
            if let Some(sent) = sent {
                figures = Figures::of_process(figures.moment, [sent, f32::NAN, f32::NAN]);
                figures.told_by = Some("bpf");
            }
            figures.push_rows(track, [(1, value)].into_iter());
            Arc::new(figures)
        };
        series.fill_in(at(Some(3.0), known, 1.0));
        series.fill_in(at(None, other, 2.0));
        series.fill_in(at(Some(4.0), known, 5.0));
        let figures = series.at(SECOND).unwrap();
        let row = |track| figures.row(track, RowKey::of_number(1));
        assert_eq!((figures.get(Quantity::Sent), row(known), row(other)), (3.0, 1.0, 2.0));
        let mut series = Series::default();
        series.fill_in(at(None, other, 2.0));
        series.fill_in(at(Some(4.0), known, 5.0));
        assert_eq!(series.at(SECOND).unwrap().get(Quantity::Sent), 4.0);
        assert!(series.is_told() && series.len() == 1);
    }

    #[test]
    fn memory_stays_bounded() {
        let mut series = Series::default();
        let mut most = 0;
        for tick in 0..100_000 {
            let rows = if tick % 10 == 0 { 5_000 } else { 100 };
            let mut figures = Figures::of_process(
                Moment { boottime: tick * SECOND, ..Moment::default() },
                [1.0, 2.0, f32::NAN],
            );
            figures.push_rows(TrackId::of("table", RATE), (0..rows).map(|row| (row, 1.0)));
            series.add(Arc::new(figures));
            most = most.max(series.bytes());
        }
        assert!(most <= BYTES + MOMENTS * size_of::<Figures>() + 100_000, "{most}");
        assert_eq!(series.len(), MOMENTS);
        let newest = series.at(u64::MAX).unwrap();
        assert_eq!(newest.row(TrackId::of("table", RATE), RowKey::of_number(5)), 1.0);
        assert!(series.moments[0].row(TrackId::of("table", RATE), RowKey::of_number(5)).is_nan());
        assert_eq!(series.moments[0].get(Quantity::Sent), 1.0);
    }

    proptest! {
        #[test]
        fn no_bucket_is_outside_of_what_was_seen(
            ticks in prop::collection::vec((1_u64..60, -1.0_f32..100.0), 1..80),
            until in 0_u64..4000,
            count in 0_usize..300,
            step in 1_u64..90,
        ) {
            let mut series = Series::default();
            let mut at = 0;
            for (after, value) in &ticks {
                at += after;
                series.add(moment(at, if *value < 0.0 { f32::NAN } else { *value }));
            }
            let mut out = vec![0.0; count];
            let window = Window { until: until * SECOND / 10, step: step * SECOND / 10 };
            series.buckets(window, &mut out, |figures| figures.get(Quantity::Sent));
            let known = || ticks.iter().map(|(_, value)| *value).filter(|value| *value >= 0.0);
            let (least, most) = (known().fold(f32::MAX, f32::min), known().fold(f32::MIN, f32::max));
            for value in out.into_iter().filter(|value| !value.is_nan()) {
                prop_assert!(value >= least - 0.01 && value <= most + 0.01, "{value} {least} {most}");
            }
        }
    }
}
