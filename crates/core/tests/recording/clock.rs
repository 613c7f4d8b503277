//! The wall clock is set while it is recorded: every moment is found by the time that it had, and nothing is lost.

use netmonitor_core::record::{Sought, Span, When, Zone, set_between, set_words};

use super::*;

const SECOND: i64 = 1_000_000_000;
const TICKS: u64 = 300;

/// The ticks of a day, before some of which the clock is set by so many seconds.
fn set(jumps: &[(u64, i64)]) -> Vec<Sample> {
    let mut samples = day::of(TICKS);
    for sample in &mut samples {
        let before = jumps.iter().filter(|(tick, _)| *tick <= sample.moment.seq);
        sample.moment.wall += before.map(|(_, seconds)| seconds * SECOND).sum::<i64>();
    }
    samples
}

fn found(player: &mut Player<Cursor<Vec<u8>>>, typed: &str) -> Result<u64, String> {
    let span = player.recording().span();
    let sought = typed.parse::<When>().unwrap().within(&span, &Zone::default())?;
    Ok(player.recording().seek(sought))
}

/// Each tick is found by its time, unless that came again later; and all of them are as they were live.
fn all_are_found(samples: &[Sample]) {
    const SEEN: [u64; 5] = [0, 99, 100, 128, 299];
    let mut engine = engine();
    let live = |sample: &Sample| {
        let snapshot = engine.advance(sample);
        SEEN.contains(&sample.moment.seq).then(|| everything(&snapshot))
    };
    let live: Vec<String> = samples.iter().filter_map(live).collect();
    let mut player = open(&file(samples)).unwrap();
    assert_eq!(player.recording().ticks(), TICKS);
    for (number, sample) in samples.iter().enumerate() {
        let wall = sample.moment.wall;
        let again = samples.iter().rposition(|other| other.moment.wall == wall).unwrap();
        let later = (number % 3) as i64 * (SECOND / 2 - 1);
        assert_eq!(player.recording().find(wall + later), again as u64, "{number} + {later} ns");
        assert_eq!(player.recording().seek(Sought::Boottime(sample.moment.boottime)), number as u64);
    }
    for (number, live) in SEEN.into_iter().zip(&live) {
        assert!(player.to(number));
        let (_, snapshot) = player.now().unwrap();
        assert_eq!(snapshot.moment, samples[number as usize].moment);
        let replayed = everything(&snapshot);
        assert!(replayed == *live, "tick {number}: {}", difference(live, &replayed));
    }
    assert!(player.recording().damage().is_none());
}

#[test]
fn set_back_in_the_middle_of_a_segment() {
    let samples = set(&[(100, -3600)]);
    all_are_found(&samples);
    let mut player = open(&file(&samples)).unwrap();
    let wall = |number: usize| samples[number].moment.wall;
    let boottimes = (samples[0].moment.boottime, samples[299].moment.boottime);
    assert_eq!(player.recording().span(), Span { walls: (wall(100), wall(99)), boottimes });
    // 22:13:20 is the first moment, 21:15:00 the 101st.
    for (typed, number) in [
        ("22:13:20", 0),
        ("22:14:59", 99),
        ("21:15:00", 100),
        ("21:18:19", 299),
        ("22:14:10", 50),
        ("-10s", 289),
        ("+99s", 99),
        ("+101s", 101),
    ] {
        assert_eq!(found(&mut player, typed), Ok(number), "{typed}");
    }
    for typed in ["21:14:59", "22:15:00"] {
        let why = found(&mut player, typed).unwrap_err();
        assert!(why.contains("goes from 2023-11-14 21:15:00 UTC to 2023-11-14 22:14:59 UTC"), "{why}");
    }
}

#[test]
fn set_forward_where_a_segment_begins_and_back_by_little_within_one() {
    let samples = set(&[(128, 7200), (201, -30)]);
    all_are_found(&samples);
    let mut player = open(&file(&samples)).unwrap();
    // What was there last before a time that never came.
    assert_eq!(found(&mut player, "23:00:00"), Ok(127));
    assert_eq!(found(&mut player, "+128s"), Ok(128));
    // A time that came twice.
    assert_eq!(samples[180].moment.wall, samples[210].moment.wall);
    assert_eq!(player.recording().find(samples[180].moment.wall), 210);
}

#[test]
fn a_clock_that_is_set_again_and_again() {
    all_are_found(&set(&[(3, -86_400), (40, 172_800), (41, -10), (127, -86_400), (128, 60), (299, -5)]));
}

#[test]
fn that_the_clock_was_set_is_told_in_words() {
    let samples = set(&[(100, -3600), (200, 2)]);
    let between = |number: usize| set_between(samples[number - 1].moment, samples[number].moment);
    assert_eq!([99, 100, 101, 200].map(between), [None, Some(-3600 * SECOND), None, Some(2 * SECOND)]);
    assert_eq!(set_words(-3600 * SECOND), "the wall clock was set back by 3600 s");
    assert_eq!(set_words(1_500_000_000), "the wall clock was set forward by 1.5 s");
}
