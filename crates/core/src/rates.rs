//! Rates and growth: the only place that compares a table with an earlier one.
//!
//! A counter that went back (a reset, another namespace) has no rate and no growth: never a spike.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use procnet::{AnyTable, Kind, Row, Table, Value};

/// Change a second.
pub fn per_second(before: u64, now: u64, nanoseconds: u64) -> Option<f64> {
    let grown = growth(before, now)?;
    (nanoseconds > 0).then(|| grown as f64 * 1e9 / nanoseconds as f64)
}

/// Change since an earlier reading.
pub fn growth(before: u64, now: u64) -> Option<u64> {
    now.checked_sub(before)
}

/// A row that has no counterpart.
const NOWHERE: u32 = u32::MAX;

/// An earlier reading of a table, and where each row of the present one stands in it.
#[derive(Clone)]
pub struct Earlier {
    table: Arc<dyn AnyTable>,
    at: u64,
    places: Arc<[u32]>,
}

impl Earlier {
    /// Relates `now` to an earlier reading, taken at `at`, by the key columns.
    pub fn relate(now: &dyn AnyTable, earlier: Arc<dyn AnyTable>, at: u64) -> Self {
        let places = places(now, &*earlier).into();
        Self { table: earlier, at, places }
    }

    /// When it was read.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The table of that time.
    pub fn table(&self) -> &Arc<dyn AnyTable> {
        &self.table
    }

    /// The row as it was then, and the table that it stood in; `None` where it was not there.
    pub fn row<R: Row>(&self, row: usize) -> Option<(&R, &Table<R>)> {
        let place = *self.places.get(row).filter(|place| **place != NOWHERE)?;
        let table = self.table.as_any().downcast_ref::<Table<R>>()?;
        Some((table.get(place as usize)?, table))
    }

    /// What a counter was then; `None` where the row was not there.
    pub fn count(&self, row: usize, field: usize) -> Option<u64> {
        let place = *self.places.get(row).filter(|place| **place != NOWHERE)?;
        self.table.cell(place as usize, field).count()
    }
}

fn places(now: &dyn AnyTable, earlier: &dyn AnyTable) -> Vec<u32> {
    let keys: Vec<usize> =
        (0..now.fields().len()).filter(|field| now.fields()[*field].column.kind == Kind::Key).collect();
    let same = |row, place| match (now.identity(row), earlier.identity(place)) {
        (Some(now), Some(earlier)) => now == earlier,
        _ => keys.iter().all(|field| now.cell(row, *field) == earlier.cell(place, *field)),
    };
    let mut by_key: Option<HashMap<u64, u32>> = None;
    // Rows rarely change their order: the one behind the last match is nearly always the right one.
    let mut expected = 0;
    (0..now.len())
        .map(|row| {
            if expected < earlier.len() && same(row, expected) {
                expected += 1;
                return expected as u32 - 1;
            }
            let by_key = by_key.get_or_insert_with(|| {
                (0..earlier.len()).map(|place| (key_hash(earlier, &keys, place), place as u32)).collect()
            });
            match by_key.get(&key_hash(now, &keys, row)) {
                Some(&place) if same(row, place as usize) => {
                    expected = place as usize + 1;
                    place
                }
                _ => NOWHERE,
            }
        })
        .collect()
}

fn key_hash(table: &dyn AnyTable, keys: &[usize], row: usize) -> u64 {
    if let Some(identity) = table.identity(row) {
        return identity;
    }
    let mut hasher = DefaultHasher::new();
    for &field in keys {
        match table.cell(row, field) {
            Value::Text(text) => text.hash(&mut hasher),
            Value::Ip(address) => address.hash(&mut hasher),
            value => value.count().hash(&mut hasher),
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use procnet::{Endian, proc};

    fn dev(lines: &[&str]) -> Arc<dyn AnyTable> {
        let mut decoder = proc::find("dev").unwrap().decoder(Endian::NATIVE);
        decoder.feed(b"Inter-|\n face |\n");
        for line in lines {
            decoder.feed(line.as_bytes());
            decoder.feed(b" 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
        }
        decoder.finish()
    }

    #[test]
    fn a_counter_that_went_back_has_no_rate() {
        assert_eq!(per_second(10, 30, 2_000_000_000), Some(10.0));
        assert_eq!(per_second(30, 10, 1_000_000_000), None);
        assert_eq!(per_second(10, 30, 0), None);
        assert_eq!(growth(10, 10), Some(0));
    }

    #[test]
    fn rows_are_found_by_their_key_wherever_they_stand() {
        let before = dev(&["lo: 1", "eth0: 2", "eth1: 3", "wlan0: 4"]);
        let now = dev(&["eth1: 30", "lo: 10", "new: 1", "wlan0: 40"]);
        let earlier = Earlier::relate(&*now, before, 7);
        let counts: Vec<_> = (0..4).map(|row| earlier.count(row, 1)).collect();
        assert_eq!(counts, [Some(3), Some(1), None, Some(4)]);
        assert_eq!(earlier.count(4, 1), None);
        assert_eq!(earlier.at(), 7);
    }
}
