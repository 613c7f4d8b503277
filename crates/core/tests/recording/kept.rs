//! What a session keeps of its own past plays as a file does, and takes no more memory than it may.

use netmonitor_core::record::{EACH_ITS_OWN, Ring};
use netmonitor_core::sample::{Moment, Origin};

use super::*;
use crate::same::DAY;

fn ring(most: usize) -> Ring {
    Ring::new(Head { scope: EACH_ITS_OWN.into(), ..head() }, most)
}

fn player(ring: &Ring) -> Player<netmonitor_core::record::InMemory> {
    Player::new(ring.recording().unwrap(), plan())
}

#[test]
fn every_table_of_every_moment_is_as_it_was() {
    let (samples, _, live) = &*DAY;
    let mut ring = ring(usize::MAX);
    samples.iter().for_each(|sample| ring.tick(sample.clone()).unwrap());
    assert_eq!((ring.ticks(), ring.dropped()), (samples.len() as u64, 0));
    let mut player = player(&ring);
    for number in [299, 298, 297, 128, 127, 126, 200, 201, 0, 1, 2, 299] {
        assert!(player.to(number));
        let replayed = everything(&player.now().unwrap().1);
        let live = &live[number as usize];
        assert!(replayed == *live, "tick {number}: {}", difference(live, &replayed));
    }
    assert!(!player.step());
    assert!(player.recording().damage().is_none(), "that it goes on is no damage");
}

#[test]
fn the_oldest_is_dropped_and_what_is_left_is_as_it_was() {
    let (samples, _, live) = &*DAY;
    const MOST: usize = 90_000;
    let mut ring = ring(MOST);
    for sample in samples {
        ring.tick(sample.clone()).unwrap();
        assert!(ring.bytes() <= MOST, "{}", ring.bytes());
    }
    let dropped = ring.dropped();
    assert!(dropped > 0 && ring.ticks() > 10, "{dropped} {}", ring.ticks());
    assert_eq!(dropped + ring.ticks(), samples.len() as u64);
    let mut player = player(&ring);
    assert_eq!(player.recording().ticks(), ring.ticks());
    assert_eq!(player.recording().first(), samples[dropped as usize].moment);
    assert_eq!(player.recording().last(), ring.last());
    for number in [0, 1, ring.ticks() / 2, ring.ticks() - 1] {
        assert!(player.to(number));
        let (replayed, live) = (everything(&player.now().unwrap().1), &live[(dropped + number) as usize]);
        assert!(replayed == *live, "tick {number}: {}", difference(live, &replayed));
    }
}

#[test]
fn who_looks_back_stays_where_he_is_while_it_goes_on() {
    let (samples, _, live) = &*DAY;
    let mut ring = ring(40_000);
    let (before, after) = samples.split_at(100);
    before.iter().for_each(|sample| ring.tick(sample.clone()).unwrap());
    let dropped = ring.dropped();
    let mut player = player(&ring);
    assert!(player.to(99 - dropped));
    for sample in after {
        ring.tick(sample.clone()).unwrap();
        let (number, snapshot) = player.now().unwrap();
        if sample.moment.seq.is_multiple_of(20) && ring.dropped() <= 99 {
            let left_out = 99 - number;
            assert!(player.renew(ring.recording().unwrap(), ring.dropped() - left_out));
            assert_eq!(player.now().unwrap().1.moment, samples[99].moment);
            assert!(player.step());
            assert!(everything(&player.now().unwrap().1) == live[100]);
            assert!(player.to(99 - ring.dropped()));
        }
        assert_eq!(snapshot.moment, samples[99].moment);
    }
    // What it stood at is not kept any more.
    assert!(ring.dropped() > 99);
    let left_out = 99 - player.now().unwrap().0;
    assert!(!player.renew(ring.recording().unwrap(), ring.dropped() - left_out));
    assert!(player.to(0));
    assert!(everything(&player.now().unwrap().1) == live[ring.dropped() as usize]);
}

#[test]
fn each_moment_is_of_those_whom_it_was_read_for() {
    let mut ring = ring(1 << 20);
    let scopes = [Scope::Process, Scope::Process, Scope::Tree, Scope::Tree, Scope::Cgroup, Scope::Process];
    for (mut sample, scope) in day::of(scopes.len() as u64).into_iter().zip(scopes) {
        if scope != Scope::Process {
            sample.push(Origin::Members, format!("{} 7 8 9", scope.word()));
        }
        ring.tick(sample).unwrap();
    }
    let mut player = player(&ring);
    for number in [0, 2, 5, 4, 3, 1, 2] {
        assert!(player.to(number));
        let owners = player.now().unwrap().1.owners.clone();
        assert_eq!(owners.group_scope, scopes[number as usize], "{number}");
        assert_eq!(owners.group_size, if owners.group_scope == Scope::Process { 1 } else { 3 });
    }
}

#[test]
fn memory_stays_bounded() {
    const MOST: usize = 200_000;
    let mut ring = ring(MOST);
    let mut most = 0;
    for seq in 0..100_000 {
        let boottime = (1 + seq) * day::SECOND;
        let mut sample = Sample { moment: Moment { wall: 0, boottime, seq }, parts: Vec::new() };
        sample.push(Origin::process("stat"), *b"7 (web) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 1 1");
        sample.push(Origin::net("dev"), format!("a\nb\n  eth0: {seq} {}", seq.wrapping_mul(0x9e37_79b9)));
        ring.tick(sample).unwrap();
        most = most.max(ring.bytes());
    }
    assert!(most <= MOST, "{most}");
    assert_eq!(ring.ticks() + ring.dropped(), 100_000);
    let mut player = player(&ring);
    assert!(ring.ticks() > 100 && player.to(0) && player.to(ring.ticks() - 1));
    assert_eq!(player.now().unwrap().1.moment.seq, 99_999);
}
