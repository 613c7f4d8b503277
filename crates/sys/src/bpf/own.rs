//! What one process has moved, read without going through what everybody did: most of its sockets are told of where they are
//! listed, and the others looked up one by one. The programs' side is `bpf/own.h`.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::io::Errno;

use super::abi::{
    self, COUNTS, ENDED, OWN_LOST, OWN_PROCESS, OWN_TGID, PROCESS_KEY, PROCESS_SEEN, SOCKET_KEY, SOCKET_SEEN,
};
use super::maps::{Entries, delete, lookup, update};
use super::{Counter, GATHER, hand_on_all, is_closed};
use crate::clock::boottime;
use crate::listed_sockets::Counted;
use crate::reader::{end, whole};

/// After so many nanoseconds everything is read all the same: what is over is made room of then.
const REST: u64 = 10_000_000_000;

/// So many sockets that were not listed are looked up one by one; with more, everything is read.
const MOST: usize = 1024;

/// So many of the process's sockets may end before everything is read: what was seen of them keeps its room until then.
const MOST_ENDED: usize = 8192;

/// Bytes of a record of a socket.
const SOCKET: usize = netmonitor_core::traffic::record::SOCKET;

/// A process, and through which sockets it has moved something.
pub(super) struct Own {
    /// Its number; 0: there is none.
    pid: u32,
    /// When it began, in nanoseconds; 0 as long as it has moved nothing.
    start: u64,
    /// Its sockets that may be used still, by cookie, and in which reading each was told of last.
    sockets: HashMap<u64, u32, BuildHasherDefault<Cookies>>,
    reading: u32,
    /// How many had not been kept apart when everything was read last.
    lost: u32,
    /// When that was; none if it must be read now.
    whole: Option<u64>,
    /// How many have ended since.
    ended: usize,
    process: Entries,
    begun: Entries,
}

/// Numbers that the kernel counts up, in the place of their hash.
#[derive(Default)]
struct Cookies(u64);

impl Hasher for Cookies {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0 << 8 | u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        // The highest bits matter as well as the lowest.
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Default for Own {
    fn default() -> Self {
        Self {
            pid: 0,
            start: 0,
            sockets: HashMap::default(),
            reading: 0,
            lost: 0,
            whole: None,
            ended: 0,
            process: Entries::new(4, OWN_PROCESS),
            begun: Entries::new(SOCKET_KEY, 4),
        }
    }
}

impl Own {
    /// There is an entry of a socket, while everything is read.
    pub(super) fn saw(&mut self, key: &[u8], is_over: bool) {
        if self.pid == 0 || abi::number32(&key[16..]) != self.pid {
            return;
        }
        self.is_of(abi::number(key));
        if abi::number(key) == self.start && !is_over {
            self.sockets.insert(abi::cookie_of(key), self.reading);
        }
    }

    /// A process of its number began then: the one that began last is meant.
    fn is_of(&mut self, start: u64) {
        if start > self.start {
            self.start = start;
            self.sockets.clear();
        }
    }

    fn key_of(&self, cookie: u64) -> [u8; SOCKET_KEY] {
        let mut key = [0; SOCKET_KEY];
        key[..8].copy_from_slice(&self.start.to_ne_bytes());
        key[8..16].copy_from_slice(&cookie.to_ne_bytes());
        key[16..20].copy_from_slice(&self.pid.to_ne_bytes());
        key
    }

    fn process_key(&self) -> [u8; PROCESS_KEY] {
        abi::process_of(&self.key_of(0))
    }

    /// Leaves out of what was listed what is there twice, and what is of another process of the same number. Takes those that
    /// have ended out, and gives their keys, one after another.
    fn take_listed(&mut self, records: &mut Vec<u8>) -> Vec<u8> {
        let (mut ended, mut kept) = (Vec::new(), 0);
        for at in (0..records.len() / SOCKET).map(|place| place * SOCKET) {
            let record = &records[at..][..SOCKET];
            let cookie = abi::cookie_of(record);
            self.is_of(abi::number(record));
            if abi::number(record) != self.start
                || self.sockets.insert(cookie, self.reading) == Some(self.reading)
            {
                continue;
            }
            if is_closed(record[SOCKET_KEY + COUNTS..].first_chunk().unwrap_or(&[0; SOCKET_SEEN])) {
                ended.extend_from_slice(&record[..SOCKET_KEY]);
            }
            if kept != at {
                records.copy_within(at..at + SOCKET, kept);
            }
            kept += SOCKET;
        }
        records.truncate(kept);
        ended
    }

    /// Those that were not told of in this reading.
    fn untold(&self) -> Vec<u64> {
        let untold = self.sockets.iter().filter(|(_, reading)| **reading != self.reading);
        untold.map(|(cookie, _)| *cookie).collect()
    }
}

impl Counter {
    /// Hands on what one process has moved and, now and then, what everybody has. `listed`: what was told of its sockets where
    /// they were listed.
    pub(super) fn tick_own(&mut self, pid: u32, listed: Option<&mut Counted>, sink: &mut dyn Sink) {
        let now = boottime();
        let own = &self.own;
        let is_fresh =
            own.whole.is_some_and(|then| now < then.saturating_add(REST)) && own.ended < MOST_ENDED;
        if own.pid == pid && is_fresh && self.hand_on_own(listed, sink) == Ok(true) {
            return;
        }
        let begun = self.begin_whole(pid);
        let read = self.tick_whole(true, sink);
        self.own.whole = begun.and(read).ok().map(|()| now);
    }

    /// What is begun from now on is kept apart; the rest is told when everything is read.
    fn begin_whole(&mut self, pid: u32) -> Result<(), Errno> {
        if self.own.pid != pid {
            self.watch_own(pid)?;
        }
        let mut begun = Vec::new();
        self.own.begun.read(&self.programs.begun_sockets, |key, _| begun.extend_from_slice(key))?;
        delete(&self.programs.begun_sockets, SOCKET_KEY, &begun)?;
        let (start, lost) = self.own_process()?;
        let own = &mut self.own;
        (own.lost, own.ended) = (lost, 0);
        own.sockets.clear();
        own.is_of(start);
        Ok(())
    }

    /// Keeps the sockets of one process apart from now on; 0: of none.
    pub(super) fn watch_own(&mut self, pid: u32) -> Result<(), Errno> {
        if self.own.pid == pid {
            return Ok(());
        }
        let mut process = [0; OWN_PROCESS];
        process[OWN_TGID..][..4].copy_from_slice(&pid.to_ne_bytes());
        update(&self.programs.own_process, &[0; 4], &process)?;
        self.own = Own { pid, ..Own::default() };
        Ok(())
    }

    /// When the process began, and how many of its sockets were not kept apart.
    fn own_process(&mut self) -> Result<(u64, u32), Errno> {
        let mut told = (0, 0);
        self.own.process.read(&self.programs.own_process, |_, process| {
            told = (abi::number(process), abi::number32(&process[OWN_LOST..]));
        })?;
        Ok(told)
    }

    /// Hands on what the process has moved. `false`: everything is to be read, and nothing was handed on.
    fn hand_on_own(&mut self, listed: Option<&mut Counted>, sink: &mut dyn Sink) -> Result<bool, Errno> {
        let (start, lost) = self.own_process()?;
        let mut begun = Vec::new();
        self.own.begun.read(&self.programs.begun_sockets, |key, _| begun.extend_from_slice(key))?;
        delete(&self.programs.begun_sockets, SOCKET_KEY, &begun)?;
        if lost != self.own.lost {
            return Ok(false);
        }
        self.own.is_of(start);
        begun.chunks_exact(SOCKET_KEY).for_each(|key| self.own.saw(key, false));
        self.own.reading = self.own.reading.wrapping_add(1);
        let mut none = Counted { at: boottime(), records: Vec::new() };
        let listed = listed.unwrap_or(&mut none);
        let mut over = self.own.take_listed(&mut listed.records);
        let untold = self.own.untold();
        if untold.len() > MOST {
            return Ok(false);
        }
        self.look_up(&untold, &mut listed.records, &mut over)?;
        let mut process = [0; PROCESS_SEEN];
        let key = self.own.process_key();
        let is_seen = lookup(&self.programs.processes, &key, &mut process)?;
        // What an ended process has moved is told for the last time, and freed.
        if process[ENDED..][..2] != [0; 2] {
            return Ok(false);
        }
        if is_seen {
            whole(sink, &Origin::Bpf("processes".into()), &[&key[..], &process].concat(), listed.at);
        }
        let origin = Origin::Bpf("sockets".into());
        for records in listed.records.chunks(GATHER / SOCKET * SOCKET) {
            hand_on_all(records, &origin, sink);
        }
        end(sink, &origin, Status::Ok, listed.at);
        self.hand_on_state(Ok(()), (listed.at, true, true), sink);
        // What was seen of them may be of other processes, too: it stays until everything is read.
        self.freed = delete(&self.programs.sockets, SOCKET_KEY, &over);
        for key in over.chunks_exact(SOCKET_KEY) {
            self.own.sockets.remove(&abi::cookie_of(key));
            self.own.ended += 1;
        }
        Ok(true)
    }

    /// Adds records of sockets that were not listed, and to `over` the keys of those that have ended.
    fn look_up(&mut self, cookies: &[u64], records: &mut Vec<u8>, over: &mut Vec<u8>) -> Result<(), Errno> {
        for &cookie in cookies {
            let key = self.own.key_of(cookie);
            let (mut seen, mut counts) = ([0; SOCKET_SEEN], [0; COUNTS]);
            // In this order: what is over has its last counts by then.
            lookup(&self.programs.seen_sockets, &cookie.to_ne_bytes(), &mut seen)?;
            if !lookup(&self.programs.sockets, &key, &mut counts)? {
                self.own.sockets.remove(&cookie);
                continue;
            }
            records.extend([&key[..], &counts, &seen].into_iter().flatten());
            if is_closed(&seen) {
                over.extend_from_slice(&key);
            }
        }
        Ok(())
    }
}
