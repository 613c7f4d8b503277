//! `beaconing`.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::detect::word::{self, Word};
use crate::detect::contacts::is_public;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static CONNECTIONS: Threshold = Threshold {
    name: "beacon-connections",
    usual: 16.0,
    unit: "connections",
    doc: "From how many connections to one address and port on their times are judged.",
    source: "ours; RITA takes 4 in a day, and so few are often alike by chance",
};

static SCORE: Threshold = Threshold {
    name: "beacon-score",
    usual: 75.0,
    unit: "percent",
    doc: "How regular the times between connections must be, 100 being a clock.",
    source: "the score of RITA for times, of which 50 is the least and 100 high; the value is ours",
};

static SPREAD: Threshold = Threshold {
    name: "beacon-spread",
    usual: 15.0,
    unit: "percent",
    doc: "How far the times between connections may be from their median, in the median.",
    source: "ours: a fifth of jitter to both sides is within it",
};

static SECONDS: Threshold = Threshold {
    name: "beacon-seconds",
    usual: 5.0,
    unit: "seconds",
    doc: "The shortest time between two connections that is judged.",
    source: "ours: who connects more often is at work; also, times are as exact as ticks where connections are not watched",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "beaconing",
    title: "connections to the same place at regular times",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP, &dumps::UDP], events: true, ..Needs::default() },
    thresholds: &[&CONNECTIONS, &SCORE, &SPREAD, &SECONDS],
    rule: Rule::Look(|| Box::<Beacons>::default()),
    why: "Malware calls home at regular times, often with some jitter, to fetch its orders. Programs that poll a service do the same. To private addresses it is info, for there it mostly is polling; clocks that are set over the network (UDP port 123) are not judged.",
    next: "Find out whose the address is, and whether this program is meant to ask there so often. If nobody knows, capture a few of the connections and look at what is asked and answered.",
    references: "ATT&CK T1071; ATT&CK T1029; A. Bowley, Elements of Statistics (1901), for the skewness",
};

/// The most others whose times are remembered, and the most times of each.
const PEERS: usize = 512;
const TIMES: usize = 64;

/// What is older is forgotten, in nanoseconds: a day.
const OLD: u64 = 86_400_000_000_000;

/// UDP, port 123.
const NTP: (&str, u16) = ("udp", 123);

/// What is spoken, with whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Peer(#[serde(deserialize_with = "word::known")] Word, IpAddr, u16);

#[derive(Default, Serialize, Deserialize)]
struct Beacons(BTreeMap<Peer, Times>);

/// When connections were begun, and how regular that is.
#[derive(Default, Serialize, Deserialize)]
struct Times {
    starts: VecDeque<u64>,
    rhythm: Option<Rhythm>,
}

/// How regular times are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Rhythm {
    /// The median of the times between two, nanoseconds.
    median: f64,
    /// How far half of them are from it at most: the median absolute deviation, nanoseconds.
    deviation: f64,
    /// How regular, 1 being a clock.
    score: f64,
}

impl Rhythm {
    /// That of these times; `spread` is the part of the median below which quartiles lie so close that it says nothing
    /// which way they lean.
    fn of(starts: &VecDeque<u64>, spread: f64) -> Option<Self> {
        let mut between: Vec<f64> =
            starts.iter().zip(starts.iter().skip(1)).map(|(one, next)| next.saturating_sub(*one) as f64).collect();
        between.sort_by(f64::total_cmp);
        let [low, median, high] = [0.25, 0.5, 0.75].map(|part| quantile(&between, part));
        if median <= 0.0 {
            return None;
        }
        let mut apart: Vec<f64> = between.iter().map(|time| (time - median).abs()).collect();
        apart.sort_by(f64::total_cmp);
        let deviation = quantile(&apart, 0.5);
        let width = high - low;
        let skew = if width <= 2.0 * spread * median { 0.0 } else { ((low + high - 2.0 * median) / width).abs() };
        let score = f64::midpoint(1.0 - skew, (1.0 - deviation / median).max(0.0));
        Some(Self { median, deviation, score })
    }
}

/// The value below which a part of sorted values lies; 0 of none.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = part * last as f64;
    let (below, above) = (sorted[place as usize], sorted[(place as usize + 1).min(last)]);
    below + (above - below) * place.fract()
}

impl Beacons {
    fn take(&mut self, to: Peer, at: u64) -> Option<&mut Times> {
        if self.0.len() >= PEERS && !self.0.contains_key(&to) {
            let oldest = self.0.iter().min_by_key(|(_, times)| times.starts.back().copied());
            let oldest = oldest.map(|(peer, _)| *peer)?;
            self.0.remove(&oldest);
        }
        let times = self.0.entry(to).or_default();
        // Several at once are one call; those of events come in order, but for attempts that took longer to fail.
        if times.starts.back().is_some_and(|last| at <= *last) {
            return None;
        }
        times.starts.push_back(at);
        while times.starts.len() > TIMES || times.starts.front().is_some_and(|first| at.saturating_sub(*first) > OLD) {
            times.starts.pop_front();
        }
        Some(times)
    }
}

impl Look for Beacons {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let (spread, shortest) = (scene.limit(&SPREAD) / 100.0, scene.limit(&SECONDS) * 1e9);
        for begun in scene.begun().iter().filter(|begun| (begun.to.0, begun.to.2) != NTP) {
            let (protocol, address, port) = begun.to;
            let Some(times) = self.take(Peer(protocol, address, port), begun.at) else { continue };
            let are_enough = times.starts.len() as f64 >= scene.limit(&CONNECTIONS);
            times.rhythm = are_enough.then(|| Rhythm::of(&times.starts, spread)).flatten();
        }
        let at = scene.at();
        for (Peer(protocol, address, port), Times { starts, rhythm }) in &self.0 {
            let Some(Rhythm { median, deviation, score }) = *rhythm else { continue };
            let is_regular = score >= scene.limit(&SCORE) / 100.0 && deviation <= spread * median;
            // It is so until the next one is overdue.
            let since = starts.back().map_or(0, |last| at.saturating_sub(*last)) as f64;
            if !is_regular || median < shortest || since > 3.0 * median {
                continue;
            }
            let severity = if is_public(*address) { Severity::Warning } else { Severity::Info };
            let subject = Subject::Peer(protocol, *address, *port);
            let what = format!("{} connections to {address} port {port}, one every {:.1} s", starts.len(), median / 1e9);
            found
                .report(subject, what)
                .severity(severity)
                .strength(score)
                .shows("connections", Amount::Count(starts.len() as u64), "bpf/events, sock_diag")
                .shows("median between two", Amount::Seconds(median / 1e9), "computed of their times")
                .shows("median deviation from it", Amount::Seconds(deviation / 1e9), "computed of their times")
                .shows("score", Amount::Share(score), "computed of their times")
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rhythm(between: &[u64]) -> Rhythm {
        let starts = between.iter().scan(0, |at, time| {
            *at += time;
            Some(*at)
        });
        Rhythm::of(&std::iter::once(0).chain(starts).collect(), 0.15).unwrap()
    }

    #[test]
    fn a_clock_is_regular_and_jitter_costs_some_of_it() {
        assert_eq!(rhythm(&[60; 10]), Rhythm { median: 60.0, deviation: 0.0, score: 1.0 });
        let jitter = rhythm(&[50, 70, 60, 55, 65, 48, 72, 61, 59, 60]);
        assert!(jitter.score > 0.9 && jitter.deviation < 9.0, "{jitter:?}");
        let work = rhythm(&[1, 200, 3, 90, 10, 44, 2, 300, 20, 7]);
        assert!(work.score < 0.5, "{work:?}");
        assert!(Rhythm::of(&VecDeque::from([5, 5, 5]), 0.15).is_none());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut beacons = Beacons::default();
        for at in 1..100_000_u64 {
            let address = IpAddr::from((at as u32).to_be_bytes());
            beacons.take(Peer("tcp", address, 443), at);
            beacons.take(Peer("tcp", IpAddr::from([192, 0, 2, 1]), 443), at);
        }
        assert_eq!(beacons.0.len(), PEERS);
        assert!(beacons.0.values().all(|times| times.starts.len() <= TIMES));
    }
}
