//! Which processes there are, whether or not they send or receive anything.
//!
//! It arrives as records of the layout of `struct present` in `crates/sys/bpf/abi.h`: as `bpf/roll`, where a program in the
//! kernel lists them, else read out of the tree. Kernel threads are not among them.

use std::collections::VecDeque;
use std::sync::Arc;

use procnet::Endian;
use serde::{Deserialize, Serialize};

use crate::sample::{Reading, Status};
use crate::traffic::ProcessId;
use crate::traffic::record::Numbers;

/// Bytes of a record.
pub const PRESENT: usize = 56;

/// A number that is not known.
pub const UNKNOWN: u32 = u32::MAX;

/// Processes that have ended and are still told of.
const ENDED: usize = 2000;

/// A process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Which.
    pub id: ProcessId,
    /// Number of its control group; 0: not known.
    pub cgroup: u64,
    /// Its parent.
    pub ppid: u32,
    /// Its user, where that is known.
    pub uid: Option<u32>,
    /// Inode of its network namespace; 0: not known.
    pub netns: u32,
    /// How many of its descriptors are sockets, where somebody has looked.
    pub sockets: Option<u32>,
    /// It is there no more.
    pub has_ended: bool,
    name: [u8; 16],
}

impl Present {
    /// Reads a record.
    pub fn read(bytes: &[u8; PRESENT], endian: Endian) -> Self {
        let numbers = Numbers(bytes, endian);
        let known = |number: u32| Some(number).filter(|number| *number != UNKNOWN);
        let mut name = [0; 16];
        name.copy_from_slice(&bytes[PRESENT - 16..]);
        Self {
            id: ProcessId { start: numbers.u64(0), pid: numbers.u32(16) },
            cgroup: numbers.u64(8),
            ppid: numbers.u32(20),
            uid: known(numbers.u32(24)),
            netns: numbers.u32(28),
            sockets: known(numbers.u32(32)),
            has_ended: false,
            name,
        }
    }

    /// Its name.
    pub fn name(&self) -> &[u8] {
        &self.name[..self.name.iter().position(|&byte| byte == 0).unwrap_or(self.name.len())]
    }
}

/// Who is there at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roll {
    /// How reading it went.
    pub reading: Reading,
    /// Those that live, by number and start.
    pub living: Arc<[Present]>,
    /// Of those that were there and are no more, the newest: all, or those of this tick.
    pub ended: Arc<[Present]>,
}

/// Keeps who was there.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RollBook {
    /// Records of the tick under way.
    #[serde(skip)]
    records: Vec<Present>,
    /// The kernel has told the last ones.
    by_kernel: bool,
    ended: VecDeque<Present>,
    pub(crate) roll: Option<Arc<Roll>>,
}

impl RollBook {
    /// Takes what was read. `once`: that a process has ended is told in one tick.
    pub(crate) fn take(
        &mut self,
        bytes: &[u8],
        endian: Endian,
        reading: Reading,
        (by_kernel, once): (bool, bool),
    ) {
        let records = bytes.as_chunks::<PRESENT>().0.iter().map(|record| Present::read(record, endian));
        self.records.clear();
        self.records.extend(records);
        self.records.sort_unstable_by_key(|present| present.id);
        // The one may see processes, and number them, that the other does not.
        let is_same = std::mem::replace(&mut self.by_kernel, by_kernel) == by_kernel;
        let before = self.roll.as_ref().filter(|_| is_same && reading.status == Status::Ok);
        let mut new = 0;
        for gone in before.iter().flat_map(|roll| gone(&roll.living, &self.records)) {
            self.ended.push_back(Present { has_ended: true, ..*gone });
            new += 1;
        }
        self.ended.drain(..self.ended.len().saturating_sub(ENDED));
        let told = if once { self.ended.len().saturating_sub(new) } else { 0 };
        self.roll = Some(Arc::new(Roll {
            reading,
            living: self.records.as_slice().into(),
            ended: self.ended.iter().skip(told).copied().collect(),
        }));
    }

    /// The control groups that are told of.
    pub(crate) fn cgroups(&self) -> impl Iterator<Item = u64> {
        let living = self.roll.iter().flat_map(|roll| roll.living.iter());
        living.chain(&self.ended).chain(&self.records).map(|present| present.cgroup)
    }
}

/// Those of the first that are not among the second; both are in order.
fn gone<'p>(before: &'p [Present], now: &[Present]) -> impl Iterator<Item = &'p Present> {
    let mut now = now.iter().peekable();
    before.iter().filter(move |present| {
        while now.next_if(|other| other.id < present.id).is_some() {}
        now.peek().is_none_or(|other| other.id != present.id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(pid: u32, start: u64) -> Vec<u8> {
        let mut bytes: Vec<u8> = [start, 33].into_iter().flat_map(u64::to_le_bytes).collect();
        bytes.extend([pid, 1, UNKNOWN, 50, 3, 0].into_iter().flat_map(u32::to_le_bytes));
        bytes.extend(*b"web\0garbage\0\0\0\0\0");
        bytes
    }

    fn take(book: &mut RollBook, pids: &[u32], by_kernel: bool, once: bool) -> Arc<Roll> {
        let bytes: Vec<u8> = pids.iter().flat_map(|pid| record(*pid, 7)).collect();
        let reading = Reading { status: Status::Ok, at: 1, took: 1 };
        book.take(&bytes, Endian::Little, reading, (by_kernel, once));
        book.roll.clone().unwrap()
    }

    fn pids(presents: &[Present]) -> Vec<u32> {
        presents.iter().map(|present| present.id.pid).collect()
    }

    #[test]
    fn a_record_is_read() {
        let roll = take(&mut RollBook::default(), &[9], true, true);
        let Present { id, cgroup, ppid, uid, netns, sockets, has_ended, .. } = roll.living[0];
        assert_eq!((id, cgroup, ppid), (ProcessId { pid: 9, start: 7 }, 33, 1));
        assert_eq!((uid, netns, sockets, has_ended), (None, 50, Some(3), false));
        assert_eq!(roll.living[0].name(), b"web");
    }

    #[test]
    fn who_is_gone_has_ended_and_is_told_once_or_always() {
        let mut book = RollBook::default();
        assert_eq!(pids(&take(&mut book, &[9, 3, 5], true, true).living), [3, 5, 9]);
        let roll = take(&mut book, &[9, 5], true, true);
        assert_eq!((pids(&roll.living), pids(&roll.ended)), (vec![5, 9], vec![3]));
        assert!(roll.ended[0].has_ended);
        assert_eq!(pids(&take(&mut book, &[9], true, true).ended), [5]);
        assert_eq!(pids(&take(&mut book, &[9], true, false).ended), [3, 5]);
    }

    #[test]
    fn who_is_told_of_by_another_source_has_not_ended() {
        let mut book = RollBook::default();
        take(&mut book, &[1, 2], false, true);
        assert_eq!(pids(&take(&mut book, &[70], true, true).ended), [0; 0]);
    }

    #[test]
    fn the_newest_of_very_many_are_kept() {
        let mut book = RollBook::default();
        let many: Vec<u32> = (1..=ENDED as u32 + 5).collect();
        take(&mut book, &many, true, false);
        let roll = take(&mut book, &[], true, false);
        assert_eq!((roll.ended.len(), roll.ended[0].id.pid), (ENDED, 6));
    }

    #[test]
    fn any_bytes_are_taken() {
        let mut book = RollBook::default();
        let reading = Reading { status: Status::Ok, at: 1, took: 0 };
        for length in [0, 1, PRESENT - 1, PRESENT + 1, 3 * PRESENT] {
            book.take(&vec![0xff; length], Endian::Big, reading, (true, false));
            assert_eq!(book.roll.clone().unwrap().living.len(), length / PRESENT);
        }
    }
}
