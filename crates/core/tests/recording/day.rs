//! Ticks of a process in which something happens all the time, the same ones each time.

use netmonitor_core::record::{Head, VERSION};
use netmonitor_core::sample::{Machine, Moment, Origin, Part, Reading, Sample, Status};
use netmonitor_core::scope::Scope;

pub(crate) const PID: u32 = 7;
pub(crate) const SECOND: u64 = 1_000_000_000;

/// When the process began, in nanoseconds.
const START: u64 = 5 * SECOND;

/// Numbers in a row that looks like chance.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// The head of a recording of such a machine: of one process, or of all.
pub(crate) fn head(pid: Option<u32>, scope: Scope) -> Head {
    let machine = Machine {
        kernel: "6.18.0".into(),
        arch: "x86_64".into(),
        boot_id: "1b2c".into(),
        boot_time: 1_700_000_000,
        ..Machine::default()
    };
    let (writer, scope) = ("netmonitor test".into(), scope.word().into());
    Head { format: VERSION, writer, machine, scope, pid, interval: SECOND }
}

/// So many ticks.
pub(crate) fn of(ticks: u64) -> Vec<Sample> {
    let mut dice = Dice(1);
    let mut day = Day::default();
    (0..ticks).map(|seq| day.tick(seq, &mut dice)).collect()
}

#[derive(Default)]
struct Day {
    segments: u64,
    bytes: u64,
    netns: u64,
    /// Sockets: cookie, bytes.
    sockets: Vec<(u64, u64)>,
    last: u64,
    name: &'static str,
}

impl Day {
    fn tick(&mut self, seq: u64, dice: &mut Dice) -> Sample {
        let moment = Moment {
            wall: 1_700_000_000_000_000_000 + (seq * SECOND) as i64,
            boottime: 100 * SECOND + seq * SECOND,
            seq,
        };
        let mut sample = Sample { moment, parts: Vec::new() };
        if seq.is_multiple_of(90) {
            self.netns = 40 + seq / 90;
        }
        self.name = if (seq / 50).is_multiple_of(2) { "web" } else { "worker" };
        self.identity(&mut sample);
        self.counters(&mut sample, dice);
        // What is read seldom.
        if seq.is_multiple_of(37) {
            sample.push(Origin::net("arp"), format!("IP address HW type Flags HW address Mask Device\n192.0.2.{seq} 0x1 0x2 02:00:00:00:00:01 * eth0\n"));
            sample.push(Origin::Sysctl("net/ipv4/tcp_max_tw_buckets".into()), seq.to_string());
            sample.push(Origin::Users, *b"root:x:0:0::/:\nweb:x:1000:1000::/:\n");
        }
        self.move_on(dice);
        self.tables(&mut sample);
        self.counted(&mut sample, seq, dice);
        sample
    }

    fn identity(&self, sample: &mut Sample) {
        let stack = 1000 + self.name.len();
        sample.push(Origin::process("stat"), format!(
            "{PID} ({}) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 500 0 0 0 0 0 {stack} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
            self.name
        ));
        sample.push(Origin::process("status"), *b"Name:\tweb\nUid:\t1000\t1000\t1000\t1000\n");
        sample.push(Origin::process("cmdline"), *b"web\0--serve\0");
        sample.push(Origin::process("ns/net"), format!("net:[{}]", self.netns));
    }

    fn counters(&mut self, sample: &mut Sample, dice: &mut Dice) {
        self.segments += dice.below(1000);
        let line = |name: &str, values: [u64; 3]| {
            format!("{name}: InSegs OutSegs InErrs\n{name}: {} {} {}\n", values[0], values[1], values[2])
        };
        sample.push(Origin::net("snmp"), line("Tcp", [self.segments, self.segments / 2, 3]));
        sample.push(Origin::net("netstat"), line("TcpExt", [self.segments / 7, 5, 0]));
        sample.push(
            Origin::net("dev"),
            format!(
                "Inter-| Receive\n face |bytes packets\n lo: {0} {1} 0 0 0 0 0 0 {0} {1} 0 0 0 0 0 0\n",
                self.segments * 99,
                self.segments
            ),
        );
    }

    fn move_on(&mut self, dice: &mut Dice) {
        if dice.below(3) == 0 {
            self.last += 1;
            self.sockets.push((self.last, 0));
        }
        for (_, bytes) in &mut self.sockets {
            *bytes += dice.below(5000);
        }
    }

    fn tables(&self, sample: &mut Sample) {
        let mut tcp = "  sl  local_address rem_address\n".to_owned();
        let mut links = format!("ns/net net:[{}]\n", self.netns);
        for (place, (cookie, bytes)) in self.sockets.iter().enumerate() {
            let inode = 1000 + cookie;
            tcp += &format!(
                "{place:4}: 0100007F:{:04X} 0200007F:0050 01 {:08X}:00000000 00:00000000 00000000  1000        0 {inode} 1 0 20 4 30 10 -1\n",
                2000 + cookie,
                bytes % 4096
            );
            links += &format!("fd/{} socket:[{inode}]\n", place + 3);
        }
        sample.push(Origin::net("tcp"), tcp);
        sample.push(Origin::net("tcp6"), *b"head\n");
        sample.push(Origin::Links(PID), links);
        let reading = Reading { status: Status::NotAsked, at: sample.moment.boottime, took: 5 };
        if sample.moment.seq % 10 == 3 {
            let bytes = format!("ns/net net:[{}]\n", self.netns).into_bytes();
            sample.parts.push(Part { origin: Origin::Links(9), reading, bytes });
        }
        sample.push(
            Origin::Walk,
            format!(
                "pass={} visited=9 denied=0 descriptors=0 hiding=0 complete={}",
                sample.moment.seq / 20,
                u8::from(sample.moment.seq > 20)
            ),
        );
    }

    fn counted(&mut self, sample: &mut Sample, seq: u64, dice: &mut Dice) {
        let closed = (dice.below(4) == 0 && !self.sockets.is_empty()).then(|| self.sockets[0].0);
        let sockets: Vec<u8> = self
            .sockets
            .iter()
            .flat_map(|(cookie, bytes)| socket(*cookie, *bytes, closed == Some(*cookie)))
            .collect();
        let mut processes = process(PID, START, self.bytes, false);
        if seq.is_multiple_of(5) {
            // One that lived for a moment.
            processes.extend(process(1000 + seq as u32, seq, 10, true));
        }
        sample.push(Origin::Bpf("processes".into()), processes);
        sample.push(Origin::Bpf("sockets".into()), sockets);
        if seq == 2 {
            sample.push(Origin::Bpf("cgroups".into()), *b"33 /system.slice/web.service\n");
        }
        sample.push(
            Origin::Bpf("state".into()),
            *b"since=99 splice=1 release=1 retrans=1 rx_bytes=0 tx_bytes=0 rx_calls=0 tx_calls=0",
        );
        let events: Vec<u8> = (0..dice.below(4))
            .flat_map(|kind| event(kind as u8 + 1, sample.moment.boottime + kind, 1 + dice.below(9)))
            .collect();
        if matches!(seq, 0 | 127) {
            sample.push(
                Origin::Bpf("reasons".into()),
                *b"drop 6 SOCKET_RCVBUFF\nreset 11 TCP_ABORT_ON_CLOSE\n",
            );
        }
        sample.push(Origin::Bpf("events".into()), events);
        sample.push(
            Origin::Bpf("events_state".into()),
            *b"since=99 lost_connections=0 lost_packets=0 missing=",
        );
        if let Some(cookie) = closed {
            self.sockets.retain(|socket| socket.0 != cookie);
        }
    }
}

fn counts(bytes: u64) -> Vec<u8> {
    [bytes, bytes / 2, bytes.min(1), bytes.min(1)].into_iter().flat_map(u64::to_le_bytes).collect()
}

fn process(pid: u32, start: u64, rest: u64, ended: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(start.to_le_bytes());
    bytes.extend(u64::from(pid).to_le_bytes());
    bytes.extend(counts(rest));
    bytes.extend(33_u64.to_le_bytes());
    for number in [1, 1000, 40, u32::from(ended)] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(*b"web\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes
}

fn socket(cookie: u64, moved: u64, closed: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [START, cookie, u64::from(PID)] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(counts(moved));
    bytes.extend([127, 0, 0, 1].into_iter().chain([0; 12]).chain([192, 0, 2, cookie as u8]).chain([0; 12]));
    bytes.extend(40_u32.to_le_bytes());
    for number in [2000 + cookie as u16, 80, 2, 1, 6, u16::from(closed)] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(2_u64.to_le_bytes());
    bytes
}

fn event(kind: u8, time: u64, cookie: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [time, cookie, START, 33, time - 30, time - 20, time - 10, 1000, 2000, 30] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([127, 0, 0, 1].into_iter().chain([0; 12]).chain([192, 0, 2, 1]).chain([0; 12]));
    for number in [PID, 1, 1000, 50, 60, 6, 3] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [80_u16, 4000, 2, 1, 6, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([kind, 5, 7, 0, 0, 0, 0, 0]);
    bytes.extend(*b"web\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes
}
