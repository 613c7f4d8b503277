//! A sample of one process out of one of all: so a recording of a machine opens as that of each process that was there.

use crate::owners::namespace_inode;
use crate::roll::{PRESENT, Present};
use crate::sample::{Machine, Origin, Part, Reading, Sample, Status};
use crate::snapshot::Snapshot;
use crate::traffic::ProcessId;
use crate::traffic::record::{PROCESS, ProcessRecord};

/// What a recording of all processes does not have of one.
pub const LACKS: &str = "of a single process a recording of the machine has no command line, limits and relatives, and its sockets are told of by lists alone";

/// Picks out one process.
#[derive(Debug, Clone)]
pub struct OfProcess {
    machine: Machine,
    pid: u32,
    /// When it began, in clock ticks since boot.
    start_time: u64,
    /// Its network namespace, as it was last told.
    netns: Option<u64>,
    /// It was told of in the last sample.
    is_there: bool,
}

/// What is known of a process without its files.
struct Known {
    name: Vec<u8>,
    ppid: u32,
    uid: Option<u32>,
    netns: u32,
}

impl OfProcess {
    /// Picks out the process of this number that began then, in clock ticks since boot.
    pub fn new(machine: Machine, (pid, start_time): (u32, u64)) -> Self {
        Self { machine, pid, start_time, netns: None, is_there: false }
    }

    /// Whether the last sample has told of it.
    pub fn is_there(&self) -> bool {
        self.is_there
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The same sample with what is of the process, of its network namespace, and of all.
    pub fn pick(&mut self, sample: &Sample) -> Sample {
        let known = self.known(sample);
        let links = sample.parts.iter().find(|part| part.origin == Origin::Links(self.pid));
        // Its number may have been another's.
        let links = links.filter(|_| known.is_some() || !tells_who_is_there(sample));
        let told = links.and_then(|part| netns_of(&part.bytes));
        let told = told.or(known.as_ref().map(|known| u64::from(known.netns)).filter(|netns| *netns > 0));
        self.is_there = known.is_some() || told.is_some();
        self.netns = told.or(self.netns);
        let mut picked = Sample { moment: sample.moment, parts: Vec::new() };
        self.identity(known, &mut picked);
        self.parts(sample, &mut picked);
        if links.is_none() && tells_of_links(sample) {
            let reading = Reading { status: Status::Missing, at: sample.moment.boottime, took: 0 };
            picked.parts.push(Part { origin: Origin::Links(self.pid), reading, bytes: Vec::new() });
        }
        picked
    }

    /// The same of a sample that tells of no processes: readings that were kept.
    pub(super) fn pick_kept(&self, sample: &Sample) -> Sample {
        let mut picked = Sample { moment: sample.moment, parts: Vec::new() };
        self.identity(None, &mut picked);
        self.parts(sample, &mut picked);
        picked
    }

    /// Looks ahead for the namespace, so that what was kept of it can be picked out before.
    pub(super) fn expect(&mut self, sample: &Sample) {
        let links = sample.parts.iter().find(|part| part.origin == Origin::Links(self.pid));
        self.netns = links.and_then(|part| netns_of(&part.bytes)).or(self.netns);
    }

    /// The parts that are not of another namespace.
    fn parts(&self, sample: &Sample, picked: &mut Sample) {
        let mut netns = None;
        for part in &sample.parts {
            match part.origin {
                Origin::Netns(inode) => netns = Some(inode),
                _ if netns.is_some() && netns != self.netns && !part.origin.is_of_machine() => {}
                _ => picked.parts.push(part.clone()),
            }
        }
    }

    /// What identifies the process, in the form in which its files have it.
    fn identity(&self, known: Option<Known>, picked: &mut Sample) {
        if let Some(Known { name, ppid, uid, .. }) = known {
            let mut stat = format!("{} (", self.pid).into_bytes();
            stat.extend(name);
            stat.extend(format!(") ? {ppid}{} {}\n", " 0".repeat(17), self.start_time).bytes());
            picked.push(Origin::process("stat"), stat);
            if let Some(uid) = uid {
                picked.push(Origin::process("status"), format!("Uid:\t{uid}\t{uid}\t{uid}\t{uid}\n"));
            }
        }
        if let Some(netns) = self.netns {
            picked.push(Origin::process("ns/net"), format!("net:[{netns}]"));
        }
    }

    /// What the list of processes, or else what was counted, says of it.
    fn known(&self, sample: &Sample) -> Option<Known> {
        let endian = self.machine.endian;
        let is_it = |id: &ProcessId| id.pid == self.pid && ticks(*id, &self.machine) == self.start_time;
        let listed = sample.parts.iter().filter(|part| is_roll(&part.origin)).find_map(|part| {
            let mut records = part.bytes.as_chunks::<PRESENT>().0.iter();
            let present = records.find_map(|record| {
                let present = Present::read(record, endian);
                is_it(&present.id).then_some(present)
            })?;
            let (ppid, uid, netns) = (present.ppid, present.uid, present.netns);
            Some(Known { name: present.name().to_vec(), ppid, uid, netns })
        });
        listed.or_else(|| {
            let counted = |part: &&Part| matches!(&part.origin, Origin::Bpf(name) if name == "processes");
            sample.parts.iter().filter(counted).find_map(|part| {
                let mut records = part.bytes.as_chunks::<PROCESS>().0.iter();
                let seen = records.find_map(|record| {
                    let seen = ProcessRecord::read(record, endian);
                    (is_it(&seen.id) && !seen.ended).then_some(seen)
                })?;
                Some(Known { name: seen.name, ppid: seen.ppid, uid: Some(seen.uid), netns: seen.netns })
            })
        })
    }
}

/// When a process began, in clock ticks since boot.
fn ticks(id: ProcessId, machine: &Machine) -> u64 {
    let ticks = u128::from(id.start) * u128::from(machine.clk_tck) / 1_000_000_000;
    ticks.try_into().unwrap_or(u64::MAX)
}

/// The process that has this number in a snapshot of all: its number, and when it began in clock ticks since boot.
pub(super) fn find(snapshot: &Snapshot, pid: u32) -> Option<(u32, u64)> {
    let listed = snapshot.roll.iter().flat_map(|roll| &*roll.living).map(|present| present.id);
    let traffic = snapshot.traffic.iter().flat_map(|traffic| traffic.iter());
    let counted = traffic.flat_map(|traffic| &*traffic.processes);
    let living = counted.filter(|process| !process.seen.ended && !process.is_over);
    let mut known = listed.chain(living.map(|process| process.seen.id));
    known.find(|id| id.pid == pid).map(|id| (pid, ticks(id, &snapshot.machine)))
}

fn is_roll(origin: &Origin) -> bool {
    matches!(origin, Origin::Roll) || matches!(origin, Origin::Bpf(name) if name == "roll")
}

fn tells_who_is_there(sample: &Sample) -> bool {
    sample.parts.iter().any(|part| is_roll(&part.origin) && part.reading.status == Status::Ok)
}

fn tells_of_links(sample: &Sample) -> bool {
    sample.parts.iter().any(|part| matches!(part.origin, Origin::Links(_)))
}

/// The namespace in the first line of a process's links.
fn netns_of(links: &[u8]) -> Option<u64> {
    let line = links.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"ns/net "))?;
    namespace_inode(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Moment;

    fn machine() -> Machine {
        Machine::default()
    }

    fn present(pid: u32, start: u64, netns: u32) -> Vec<u8> {
        let mut record = Vec::new();
        record.extend(start.to_le_bytes());
        record.extend(5_u64.to_le_bytes());
        for number in [pid, 1, 1000, netns, 2, 0] {
            record.extend(number.to_le_bytes());
        }
        record.extend(*b"web) S 1\0\0\0\0\0\0\0\0");
        record
    }

    /// Two processes in two namespaces.
    fn sample() -> Sample {
        let mut sample = Sample { moment: Moment { wall: 5, boottime: 7, seq: 1 }, parts: Vec::new() };
        let roll = [present(7, 50_000_000_000, 40), present(8, 60_000_000_000, 50)].concat();
        sample.push(Origin::Bpf("roll".into()), roll);
        sample.push(Origin::Links(7), *b"ns/net net:[40]\nfd/3 socket:[10]\n");
        sample.push(Origin::Links(8), *b"ns/net net:[50]\n");
        for netns in [40, 50] {
            sample.push(Origin::Netns(netns), *b"");
            sample.push(Origin::net("tcp"), format!("of {netns}"));
        }
        sample
    }

    #[test]
    fn what_is_of_another_namespace_is_left_out() {
        let mut process = OfProcess::new(machine(), (8, 6000));
        let picked = process.pick(&sample());
        assert!(process.is_there());
        let bytes = |origin: &Origin| {
            picked
                .parts
                .iter()
                .filter(|part| part.origin == *origin)
                .map(|part| &*part.bytes)
                .collect::<Vec<_>>()
        };
        assert_eq!(bytes(&Origin::net("tcp")), [b"of 50"]);
        assert_eq!(bytes(&Origin::process("ns/net")), [b"net:[50]"]);
        assert_eq!(bytes(&Origin::Links(7)).len(), 1, "who else holds a socket stays known");
        let mut known = crate::process::Process::default();
        known.read_stat(bytes(&Origin::process("stat"))[0]);
        known.read_status(bytes(&Origin::process("status"))[0]);
        assert_eq!((known.pid, known.start_time, known.uid), (8, 6000, Some(1000)));
        assert_eq!(known.name, b"web) S 1");
    }

    #[test]
    fn a_number_that_was_given_again_is_another_process() {
        let mut process = OfProcess::new(machine(), (8, 1234));
        let picked = process.pick(&sample());
        assert!(!process.is_there());
        let links = picked.parts.iter().rfind(|part| part.origin == Origin::Links(8)).unwrap();
        assert_eq!(links.reading.status, Status::Missing);
        assert!(!picked.parts.iter().any(|part| part.origin == Origin::net("tcp")));
    }
}
