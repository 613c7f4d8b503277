//! Whatever happens to a file: what was whole is read, and nothing panics.

use netmonitor_core::record::Damage;

use super::*;

/// How far a file can be read: the numbers of its ticks that are as they were.
fn readable(file: &[u8], samples: &[Sample]) -> Result<(Vec<u64>, Damage), Problem> {
    let mut player = open(file)?;
    let mut numbers = Vec::new();
    while player.step() {
        let (number, snapshot) = player.now().unwrap();
        assert_eq!(snapshot.moment, samples[number as usize].moment);
        numbers.push(number);
    }
    let damage = player.recording().damage();
    Ok((numbers, damage))
}

#[test]
fn cut_anywhere_it_reads_up_to_the_cut() {
    let samples = day::of(140);
    let mut recorder = recorder();
    let mut file = recorder.begin();
    let head = file.len();
    // Where each tick ends.
    let mut ends = Vec::new();
    for sample in &samples {
        file.extend(recorder.tick(sample.clone()).unwrap());
        ends.push(file.len());
    }
    file.extend(recorder.close().unwrap());
    let places = (0..head + 3)
        .step_by(11)
        .chain((head..file.len()).step_by(1797))
        .chain((ends[126] - 20..file.len()).step_by(29));
    for place in places {
        let whole = ends.iter().filter(|end| **end <= place).count() as u64;
        match readable(&file[..place], &samples) {
            Ok((numbers, damage)) => {
                assert!(numbers.iter().copied().eq(0..numbers.len() as u64), "{place}");
                // The last flush may lie before the end of what is told of a tick, never behind it.
                assert!(numbers.len() as u64 >= whole, "{place}: {} of {whole}", numbers.len());
                assert_eq!(damage.open, place < file.len());
            }
            Err(Problem::Empty) => assert_eq!(whole, 0, "{place}"),
            Err(problem) => assert!(place < head && matches!(problem, Problem::NotOne), "{place}: {problem}"),
        }
    }
}

#[test]
fn a_flipped_byte_costs_no_more_than_the_rest_of_its_segment() {
    let samples = day::of(300);
    let file = file(&samples);
    let mut least = usize::MAX;
    for place in (0..file.len()).step_by(4031).chain((file.len() - 60..file.len()).step_by(7)) {
        let mut damaged = file.clone();
        damaged[place] ^= 0x10;
        match readable(&damaged, &samples) {
            Ok((numbers, _)) => {
                least = least.min(numbers.len());
                assert!(numbers.len() >= 300 - 128, "{place}: {}", numbers.len());
                assert!(numbers.is_sorted());
            }
            // The head of the file says what the rest means.
            Err(problem) => assert!(place < 400 && matches!(problem, Problem::NotOne), "{place}: {problem}"),
        }
    }
    assert!(least < 300, "nothing was damaged");
}

#[test]
fn what_is_no_recording_says_so() {
    for file in [&b""[..], b"PK\x03\x04", &[0; 5000], b"{\"format\":1}"] {
        assert!(matches!(readable(file, &[]), Err(Problem::NotOne)));
    }
}

#[test]
fn a_newer_format_says_what_is_needed() {
    let newer = Head { format: VERSION + 1, writer: "netmonitor 9.0\x1b[31m".into(), ..head() };
    let mut recorder = Recorder::new(newer, &plan());
    let problem = open(&recorder.begin()).err().unwrap().to_string();
    assert!(problem.contains("netmonitor 9.0") && problem.contains("newer"), "{problem}");
    assert!(!problem.contains('\x1b'));
}

#[test]
fn a_disk_that_was_full_leaves_a_gap_and_no_more() {
    let samples = day::of(200);
    let mut recorder = recorder();
    let mut file = recorder.begin();
    for sample in &samples {
        let seq = sample.moment.seq;
        if (60..80).contains(&seq) {
            continue;
        }
        let (length, ticks) = (recorder.length(), recorder.ticks());
        let bytes = recorder.tick(sample.clone()).unwrap();
        if seq == 59 {
            // Only a part of it could be written, and was taken back.
            recorder.resume_at(length, ticks);
            continue;
        }
        file.extend(bytes);
    }
    file.extend(recorder.close().unwrap());
    let mut player = open(&file).unwrap();
    let mut seen = Vec::new();
    while player.step() {
        seen.push(player.now().unwrap().1.moment.seq);
    }
    assert!(seen.iter().copied().eq((0..59).chain(80..200)), "{seen:?}");
    assert_eq!(player.recording().ticks(), 179);
}
