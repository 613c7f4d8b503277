//! Live and replayed are the same, to the byte.

use std::sync::LazyLock;

use super::*;

/// Three segments, with changes of namespace, programs that are exchanged, and what is read seldom.
const TICKS: u64 = 300;

/// Samples, a file of them, and what an engine makes of each as it comes: the same for all tests.
pub(crate) static DAY: LazyLock<(Vec<Sample>, Vec<u8>, Vec<String>)> = LazyLock::new(|| {
    let samples = day::of(TICKS);
    let (file, live) = (file(&samples), live(&samples));
    (samples, file, live)
});

#[test]
fn played_from_the_beginning_all_is_as_it_was() {
    let (_, file, live) = &*DAY;
    let mut player = open(file).unwrap();
    assert_eq!(player.recording().ticks(), TICKS);
    for (number, live) in live.iter().enumerate() {
        assert!(player.step());
        let (at, snapshot) = player.now().unwrap();
        assert_eq!(at, number as u64);
        let replayed = everything(&snapshot);
        assert!(replayed == *live, "tick {number}: {}", difference(live, &replayed));
    }
    assert!(!player.step());
    assert!(player.recording().damage().is_none());
}

#[test]
fn from_any_moment_all_is_as_it_was() {
    let (_, file, live) = &*DAY;
    for number in [0, 1, 126, 127, 128, 129, 130, 180, 181, 200, 254, 255, 256, 257, 299] {
        let mut player = open(file).unwrap();
        assert!(player.to(number));
        let replayed = everything(&player.now().unwrap().1);
        let live = &live[number as usize];
        assert!(replayed == *live, "tick {number}: {}", difference(live, &replayed));
    }
    // One player, back and forth.
    let mut player = open(file).unwrap();
    for number in [250, 3, 4, 128, 255, 256, 127, 0, 299] {
        assert!(player.to(number));
        assert!(everything(&player.now().unwrap().1) == live[number as usize], "tick {number}");
    }
}

#[test]
fn moments_are_found_by_the_clock() {
    let (samples, file, _) = &*DAY;
    let mut player = open(file).unwrap();
    let recording = player.recording();
    for number in [0, 1, 127, 128, 200, 299] {
        let wall = samples[number].moment.wall;
        assert_eq!(recording.find(wall), number as u64);
        assert_eq!(recording.find(wall + 1), number as u64);
    }
    assert_eq!(recording.find(0), 0);
    assert_eq!(recording.find(i64::MAX), TICKS - 1);
    assert_eq!((recording.first(), recording.last()), (samples[0].moment, samples[299].moment));
}

#[test]
fn files_that_follow_each_other_are_one_row() {
    let (samples, _, live) = &*DAY;
    let mut recorder = recorder();
    let mut files = vec![recorder.begin()];
    for sample in samples {
        if sample.moment.seq.is_multiple_of(100) && sample.moment.seq > 0 {
            let end = recorder.close().unwrap();
            files.last_mut().unwrap().extend(end);
            files.push(recorder.begin());
        }
        let bytes = recorder.tick(sample.clone()).unwrap();
        files.last_mut().unwrap().extend(bytes);
    }
    files.last_mut().unwrap().extend(recorder.close().unwrap());
    let recording = Recording::open(files.iter().map(|file| Cursor::new(file.clone()))).unwrap();
    assert_eq!(recording.ticks(), TICKS);
    let mut player = Player::new(recording, plan());
    for number in [299, 250, 5, 150] {
        assert!(player.to(number));
        assert!(everything(&player.now().unwrap().1) == live[number as usize], "tick {number}");
    }
    // Each is whole by itself.
    let mut last = open(&files[2]).unwrap();
    assert!(last.to(60));
    let replayed = everything(&last.now().unwrap().1);
    assert!(replayed == live[260], "{}", difference(&live[260], &replayed));
}

#[test]
fn what_does_not_change_costs_next_to_nothing() {
    let samples = day::of(1);
    let many: Vec<Sample> = (0..100)
        .map(|seq| Sample {
            moment: netmonitor_core::sample::Moment { seq, ..samples[0].moment },
            ..samples[0].clone()
        })
        .collect();
    let (one, all) = (file(&samples).len(), file(&many).len());
    assert!(all - one < 100 * 60, "{one} {all}");
}
