//! The figures of one moment: the rates of the process, and of each row of the tables that are looked at what is drawn.
//!
//! Most rows of large tables move nothing. Only those are kept that do, or of which it is not known.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::size_of_val;
use std::sync::Arc;

use procnet::{Kind, Value};

use super::RowKey;
use crate::sample::{Moment, Reading};
use crate::scope::Scope;
use crate::snapshot::Snapshot;
use crate::sockets::TCP;
use crate::tally::Figure;
use crate::traffic::Traffic;
use crate::views::{self, By, TableView};

/// Of tables with more rows only rates are kept.
const GAUGE_ROWS: usize = 1000;

/// The name of what a row moves a second, beside names of columns.
pub const RATE: &str = "";

/// Columns that are kept beside rates, of tables that have them.
const GAUGES: &[&str] = &["rtt_us", "rx_queue", "tx_queue", "retrans_percent", "accept_queue_percent"];

/// What a row moves a second is the sum of the first of these whose figures are told; of other tables it is their first rate.
const SUMS: [[&str; 2]; 3] = [
    ["tx_bytes_rate", "rx_bytes_rate"],
    ["bytes_acked_rate", "bytes_received_rate"],
    ["out_octets_rate", "in_octets_rate"],
];

/// What is looked at, and so drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// Name of the tab whose rows are drawn; `None`: the process alone.
    pub view: Option<&'static str>,
    /// The scope that is asked for.
    pub scope: Scope,
    /// What processes are grouped by.
    pub by: By,
}

/// A figure of the processes that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Bytes sent a second.
    Sent,
    /// Bytes received a second.
    Received,
    /// Of the bytes that TCP sent, those sent again, in hundredths.
    Retransmitted,
}

impl Quantity {
    const COUNT: usize = 3;
}

/// What is kept of the rows of a table: the name of the table, and of the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackId(u64);

impl TrackId {
    /// The track of a column of a table, or of [`RATE`].
    pub fn of(table: &str, column: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (table, column).hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// One column of the rows of a table.
#[derive(Debug, Clone)]
struct Track {
    id: TrackId,
    /// In order, each with its value. What is not listed is 0.
    keys: Box<[u64]>,
    values: Box<[f32]>,
}

/// Figures of one moment.
#[derive(Debug, Clone)]
pub struct Figures {
    /// When.
    pub moment: Moment,
    /// Who told the rates of the process: `bpf` of all that it moves, `tcp_info` of its connections over TCP.
    pub told_by: Option<&'static str>,
    process: [f32; Quantity::COUNT],
    tracks: Box<[Track]>,
}

impl Figures {
    /// Those of a snapshot.
    pub fn of(snapshot: &Snapshot, drawn: Drawn) -> Self {
        let mut figures = Self::of_process(snapshot.moment, [f32::NAN; Quantity::COUNT]);
        figures.tell_process(snapshot, drawn.scope);
        let mut tracks = Vec::new();
        if let Some(view) = drawn.view.and_then(views::find) {
            for table in view.tables_on(snapshot, drawn.scope, drawn.by) {
                // Rows that were read at another moment are of that.
                if table.age == 0 && !table.is_record {
                    tell_rows(&table, &mut tracks);
                }
            }
        }
        figures.tracks = tracks.into();
        figures
    }

    pub(super) fn of_process(moment: Moment, process: [f32; Quantity::COUNT]) -> Self {
        Self { moment, told_by: None, process, tracks: Box::default() }
    }

    pub(super) fn without_rows(&self) -> Self {
        Self { tracks: Box::default(), ..*self }
    }

    /// The same, with what others know of the same moment and it does not.
    pub(super) fn with(&self, others: &Self) -> Self {
        let told = if self.told_by.is_some() { self } else { others };
        let more = others.tracks.iter().filter(|track| !self.has(track.id));
        let tracks = self.tracks.iter().chain(more).cloned().collect();
        Self { moment: self.moment, told_by: told.told_by, process: told.process, tracks }
    }

    /// Bytes of its rows.
    pub(super) fn bytes(&self) -> usize {
        let rows = |track: &Track| size_of_val(&*track.keys) + size_of_val(&*track.values);
        size_of_val(&*self.tracks) + self.tracks.iter().map(rows).sum::<usize>()
    }

    /// A figure of the processes; NaN where it is not known.
    pub fn get(&self, quantity: Quantity) -> f32 {
        self.process[quantity as usize]
    }

    /// What a row had; NaN where it is not known.
    pub fn row(&self, track: TrackId, key: RowKey) -> f32 {
        let Some(track) = self.tracks.iter().find(|known| known.id == track) else { return f32::NAN };
        track.keys.binary_search(&key.number()).map_or(0.0, |place| track.values[place])
    }

    /// Whether something is known of the rows of a table.
    pub fn has(&self, track: TrackId) -> bool {
        self.tracks.iter().any(|known| known.id == track)
    }

    #[cfg(test)]
    pub(super) fn push_rows(&mut self, id: TrackId, rows: impl Iterator<Item = (u64, f32)>) {
        let track = Filling { id, rows: rows.collect(), is_known: true };
        self.tracks = track.finish().into_iter().collect();
    }

    /// The rates of the processes that are asked for, from whoever tells them exactly.
    fn tell_process(&mut self, snapshot: &Snapshot, scope: Scope) {
        let is_new = |reading: Reading| reading.at >= snapshot.moment.boottime;
        let tcp = snapshot.sockets(&TCP).into_iter().flat_map(|sockets| sockets.lists());
        let mut readings = tcp.filter_map(|list| Some(snapshot.source(list.source)?.reading));
        let totals = snapshot.totals.filter(|_| readings.any(is_new));
        let known = |rate: Option<f64>| rate.map_or(f32::NAN, |rate| rate as f32);
        let retransmitted = known(totals.and_then(|totals| totals.retrans_now()));
        if let Some(Ok(traffic)) = &snapshot.traffic {
            if is_new(traffic.reading) && !(traffic.is_own && scope == Scope::Host) {
                self.told_by = Some("bpf");
                let [sent, received] = moved(traffic, scope);
                self.process = [known(sent), known(received), retransmitted];
            }
        } else if let Some(totals) = totals {
            let rate = |figure| known(totals.rate(figure));
            self.process = [rate(Figure::BytesAcked), rate(Figure::BytesReceived), retransmitted];
            self.told_by = self.process.iter().any(|figure| !figure.is_nan()).then_some("tcp_info");
        }
    }
}

/// Bytes sent and received a second by the processes that are asked for.
fn moved(traffic: &Arc<Traffic>, scope: Scope) -> [Option<f64>; 2] {
    let meant = traffic.processes.iter().filter(|process| process.is_own || scope == Scope::Host);
    let (sent, received) = meant.fold((0, 0), |(sent, received), process| {
        let lately = process.sums.moved.lately;
        (lately.tx_bytes + sent, lately.rx_bytes + received)
    });
    [sent, received].map(|bytes| traffic.per_second(bytes))
}

/// A track that is being filled.
struct Filling {
    id: TrackId,
    rows: Vec<(u64, f32)>,
    /// Of some row at least.
    is_known: bool,
}

impl Filling {
    /// Of which nothing is known, there is nothing.
    fn finish(mut self) -> Option<Track> {
        if !self.is_known {
            return None;
        }
        self.rows.sort_unstable_by_key(|(key, _)| *key);
        // Rows that nothing tells apart are drawn together.
        self.rows.dedup_by(|(later, value), (first, sum)| {
            let is_same = later == first;
            *sum += if is_same { *value } else { 0.0 };
            is_same
        });
        let (keys, values): (Vec<u64>, Vec<f32>) = self.rows.into_iter().unzip();
        Some(Track { id: self.id, keys: keys.into(), values: values.into() })
    }
}

/// Adds what is drawn of the rows of a table.
fn tell_rows(table: &TableView<'_>, tracks: &mut Vec<Track>) {
    let place = |name: &str| table.all_columns().iter().position(|column| column.name == name);
    let mut sums: Vec<Vec<usize>> = SUMS
        .iter()
        .map(|names| names.iter().filter_map(|name| place(name)).collect())
        .filter(|places: &Vec<usize>| !places.is_empty())
        .collect();
    if sums.is_empty() {
        sums.extend(
            table.all_columns().iter().position(|column| column.kind == Kind::Rate).map(|it| vec![it]),
        );
    }
    let gauges = GAUGES.iter().filter(|_| table.len() <= GAUGE_ROWS);
    let gauges: Vec<(&str, usize)> = gauges.filter_map(|name| Some((*name, place(name)?))).collect();
    let filling =
        |name: &str| Filling { id: TrackId::of(&table.name, name), rows: Vec::new(), is_known: false };
    let names = (!sums.is_empty()).then_some(RATE).into_iter().chain(gauges.iter().map(|(name, _)| *name));
    let mut filled: Vec<Filling> = names.map(filling).collect();
    if filled.is_empty() {
        return;
    }
    let keys = RowKey::columns(table);
    for row in 0..table.len() {
        let rate = (!sums.is_empty()).then(|| rate_of(table, row, &sums));
        let values =
            rate.into_iter().chain(gauges.iter().map(|(_, place)| number(&table.any_cell(row, *place))));
        let mut key = None;
        for (track, value) in filled.iter_mut().zip(values) {
            track.is_known |= !value.is_nan();
            if value != 0.0 {
                let key = *key.get_or_insert_with(|| RowKey::of(table, &keys, row).number());
                track.rows.push((key, value));
            }
        }
    }
    tracks.extend(filled.into_iter().filter_map(Filling::finish));
}

/// What a row moves a second.
fn rate_of(table: &TableView<'_>, row: usize, sums: &[Vec<usize>]) -> f32 {
    let told = |places: &Vec<usize>| {
        let values = places.iter().map(|place| number(&table.any_cell(row, *place)));
        values.filter(|value| !value.is_nan()).reduce(|one, other| one + other)
    };
    sums.iter().find_map(told).unwrap_or(f32::NAN)
}

fn number(value: &Value<'_>) -> f32 {
    match value {
        Value::Float(number) => *number as f32,
        value => value.count().map_or(f32::NAN, |number| number as f32),
    }
}
