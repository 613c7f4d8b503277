//! Opening a recording and going to a moment of it: `cargo bench -p netmonitor-core --bench replay`.

use std::io::{Cursor, Write};
use std::sync::LazyLock;

use divan::Bencher;
use netmonitor_core::plan::Plan;
use netmonitor_core::record::{Head, Player, Recorder, Recording, VERSION};
use netmonitor_core::sample::{Machine, Moment, Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::views;

const SECOND: u64 = 1_000_000_000;
const SOCKETS: usize = 10_000;

fn main() {
    divan::main();
}

fn recorder() -> Recorder {
    let machine = Machine { kernel: "6.18.0".into(), arch: "x86_64".into(), ..Machine::default() };
    let head = Head {
        format: VERSION,
        writer: "netmonitor bench".into(),
        machine,
        scope: Scope::Namespace.word().into(),
        pid: Some(42),
        interval: SECOND,
    };
    Recorder::new(head, &Plan::recording(Scope::Namespace))
}

fn moment(seq: u64) -> Moment {
    Moment { wall: (seq * SECOND).cast_signed(), boottime: seq * SECOND, seq }
}

fn tick(seq: u64) -> Sample {
    let mut sample = Sample { moment: moment(seq), parts: Vec::new() };
    sample.push(
        Origin::process("stat"),
        *b"42 (web) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 987654 1 1 1 1 1 5000 0 0",
    );
    sample.push(Origin::process("ns/net"), *b"net:[77]");
    sample
}

/// A connection as sock_diag tells of it, with `tcp_info`.
fn socket(number: u32, bytes: u64, age: u32) -> Vec<u8> {
    const INFO: usize = 248;
    let mut message = vec![0; 16 + 72 + 4 + INFO];
    let length = message.len() as u32;
    message[..4].copy_from_slice(&length.to_le_bytes());
    message[4..6].copy_from_slice(&20_u16.to_le_bytes());
    message[16..18].copy_from_slice(&[2, 1]);
    message[20..22].copy_from_slice(&(number as u16).to_be_bytes());
    message[22..24].copy_from_slice(&443_u16.to_be_bytes());
    message[24..28].copy_from_slice(&[10, 0, (number >> 16) as u8, 1]);
    message[40..44].copy_from_slice(&[192, 0, 2, 7]);
    message[60..64].copy_from_slice(&number.to_le_bytes());
    message[84..88].copy_from_slice(&(100_000 + number).to_le_bytes());
    message[88..90].copy_from_slice(&(4 + INFO as u16).to_le_bytes());
    message[90..92].copy_from_slice(&2_u16.to_le_bytes());
    let info = &mut message[92..];
    info[44..48].copy_from_slice(&age.to_le_bytes());
    info[120..128].copy_from_slice(&bytes.to_le_bytes());
    info[200..208].copy_from_slice(&bytes.to_le_bytes());
    message
}

/// 10,000 sockets for 300 seconds, of which 5 % change in each.
static SOCKETS_OF_A_DAY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut recorder = recorder();
    let mut file = recorder.begin();
    let mut moved = vec![0_u64; SOCKETS];
    for seq in 0..300 {
        let mut dump = Vec::new();
        for (number, moved) in moved.iter_mut().enumerate() {
            if (number as u64 * 7919 + seq * 104_729).is_multiple_of(20) {
                *moved += 1000 + seq;
            }
            dump.extend(socket(number as u32, *moved, (seq * 1000) as u32));
        }
        let mut sample = tick(seq);
        sample.push(Origin::Dump("sock_diag/tcp".into()), dump);
        file.extend(recorder.tick(sample).unwrap());
    }
    file.extend(recorder.close().unwrap());
    file
});

/// A file of 1 GB, of bytes that cannot be compressed.
static GIGABYTE: LazyLock<tempfile::NamedTempFile> = LazyLock::new(|| {
    let mut recorder = recorder();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&recorder.begin()).unwrap();
    let mut state = 1_u64;
    for seq in 0.. {
        let mut bytes = vec![0; 1 << 20];
        for chunk in bytes.as_chunks_mut::<8>().0 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *chunk = (state ^ state >> 31).to_le_bytes();
        }
        let mut sample = tick(seq);
        sample.push(Origin::net("nf_conntrack"), bytes);
        file.write_all(&recorder.tick(sample).unwrap()).unwrap();
        if recorder.length() > 1 << 30 {
            break;
        }
    }
    file.write_all(&recorder.close().unwrap()).unwrap();
    file
});

fn tcp() -> Plan {
    Plan::of(views::find("tcp"), Scope::Namespace)
}

#[divan::bench(max_time = 3)]
fn open_1_gb(bencher: Bencher<'_, '_>) {
    LazyLock::force(&GIGABYTE);
    bencher.bench_local(|| Recording::open([GIGABYTE.reopen().unwrap()]).unwrap().ticks());
}

#[divan::bench(max_time = 3)]
fn jump_in_1_gb(bencher: Bencher<'_, '_>) {
    let mut player = Player::new(Recording::open([GIGABYTE.reopen().unwrap()]).unwrap(), tcp());
    let ticks = player.recording().ticks();
    let mut number = 0;
    bencher.bench_local(|| {
        number = (number + 617) % ticks;
        assert!(player.to(number));
    });
}

#[divan::bench(max_time = 5)]
fn jump_among_10000_sockets(bencher: Bencher<'_, '_>) {
    let mut player = Player::new(Recording::open([Cursor::new(&*SOCKETS_OF_A_DAY)]).unwrap(), tcp());
    let mut number = 0;
    bencher.bench_local(|| {
        number = (number + 163) % 300;
        assert!(player.to(number));
    });
}

#[divan::bench(max_time = 5)]
fn step_among_10000_sockets(bencher: Bencher<'_, '_>) {
    let mut player = Player::new(Recording::open([Cursor::new(&*SOCKETS_OF_A_DAY)]).unwrap(), tcp());
    bencher.bench_local(|| {
        if !player.step() {
            assert!(player.to(0));
        }
    });
}
