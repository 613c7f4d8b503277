//! A recording of each format that was ever released: it lies in `fixtures/recordings` and must read.

use std::path::Path;

use super::*;

/// Two segments.
const TICKS: u64 = 140;

#[test]
fn one_of_format_1_reads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/recordings/format-1.nmr");
    let mut player = open(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!((player.recording().ticks(), player.recording().head()), (TICKS, &head()));
    // What was recorded is the day that tests make; what this version makes of it is what it makes of that.
    let live = live(&day::of(TICKS));
    // First into the second segment, by what stands at its beginning alone.
    for number in [139, 0, 1, 60, 127, 128, 139] {
        assert!(player.to(number));
        let replayed = everything(&player.now().unwrap().1);
        let live = &live[number as usize];
        assert!(replayed == *live, "tick {number}: {}", difference(live, &replayed));
    }
    assert!(player.recording().damage().is_none());
}
