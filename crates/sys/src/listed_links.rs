//! The links of all processes to their sockets, listed in one pass by a program in the kernel: to read those of one after
//! another takes longer by their number.

use std::collections::HashMap;
use std::os::fd::AsFd;

use netmonitor_core::roll::{PRESENT, Present};
use netmonitor_core::sample::{Origin, Sink, Status};
use procnet::Endian;
use procnet::number::decimal;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::bpf::{Counters, Lister, Record, Told, descriptor_of, records};
use crate::clock::boottime;
use crate::links::Process;
use crate::listed_sockets::line;
use crate::own_sockets::Descriptor;
use crate::reader::end;
use crate::tree::ProcTree;

/// With so many open files, to load the programs and to list takes less time than to read links.
pub(crate) const MANY: u64 = 20_000;

/// What was listed.
#[derive(Debug)]
pub(crate) struct ListedLinks {
    /// When the listing began, in clock ticks after boot as `stat` tells them.
    at: u64,
    /// Lines as [`crate::links`] writes them, by process.
    lines: HashMap<u32, Vec<u8>>,
    /// Whoever is not among them has none.
    are_all: bool,
}

impl ListedLinks {
    /// Lists the links of all processes, if that is cheaper than to read them.
    pub(crate) fn of_all(tree: &ProcTree, counters: &mut Counters) -> Option<Self> {
        // Processes are listed by their numbers here.
        if !tree.is_ours() {
            return None;
        }
        match counters.lister() {
            Some(lister) => Self::list(lister).ok(),
            None if open_files() > MANY => Self::list(&mut Lister::of_descriptors().ok()?).ok(),
            None => None,
        }
    }

    fn list(lister: &mut Lister) -> Result<Self, Errno> {
        let at = ticks(boottime());
        let listing = lister.listing(None, Told::Descriptors)?;
        let mut lines: HashMap<u32, Vec<u8>> = HashMap::new();
        let mut tables = Tables::default();
        lister.read(&listing, &mut |bytes| {
            let mut out = lines.entry(tables.process).or_default();
            for record in records(bytes) {
                match record {
                    Record::Table { table, process, thread } => {
                        tables.begin(table, process, thread);
                        out = lines.entry(process).or_default();
                    }
                    Record::Other(message) | Record::Inet(message, _) if !tables.is_twice => {
                        let descriptor = Descriptor { fd: descriptor_of(message), inode: record.inode() };
                        line(tables.thread, descriptor, out);
                    }
                    Record::Counted(_) | Record::Other(_) | Record::Inet(..) => {}
                }
            }
        })?;
        Ok(Self { at, lines, are_all: true })
    }

    /// Those of some processes, which were listed at this time.
    pub(crate) fn of_some(at: u64, lines: HashMap<u32, Vec<u8>>) -> Self {
        Self { at: ticks(at), lines, are_all: false }
    }

    /// Lists them and hands them on as those of the processes of a list that is older: nothing is read of any of them. Gives how
    /// many there were; `None` where some of it cannot be told so, and nothing was handed on then.
    pub(crate) fn of_present(
        tree: &ProcTree,
        present: &[u8],
        counters: &mut Counters,
        sink: &mut dyn Sink,
    ) -> Option<u64> {
        let records = present.as_chunks::<PRESENT>().0.iter();
        let records: Vec<_> = records.map(|record| Present::read(record, Endian::NATIVE)).collect();
        // The namespace of one whose first thread has ended is known of its others only.
        if !tree.is_ours() || records.is_empty() || records.iter().any(|present| present.netns == 0) {
            return None;
        }
        let at = boottime();
        let mut listed = Self::list(counters.lister()?).ok()?;
        for Present { id, netns, .. } in &records {
            let origin = Origin::Links(id.pid);
            let _ = sink.chunk(&origin, format!("ns/net net:[{netns}]\n").as_bytes());
            if let Some(lines) = listed.lines.remove(&id.pid).filter(|lines| !lines.is_empty()) {
                let _ = sink.chunk(&origin, &lines);
            }
            end(sink, &origin, Status::Ok, at);
        }
        Some(records.len() as u64)
    }

    /// Takes the lines of a process out, to be put back. None if it may have begun since the listing.
    pub(crate) fn take(&mut self, process: Process<'_>) -> Option<Vec<u8>> {
        let was_there = process.began.is_some_and(|began| began + 1 < self.at);
        match self.lines.get_mut(&process.pid).filter(|_| was_there) {
            Some(lines) => Some(std::mem::take(lines)),
            None => (was_there && self.are_all).then(Vec::new),
        }
    }

    /// Puts them back.
    pub(crate) fn put(&mut self, pid: u32, lines: Vec<u8>) {
        self.lines.insert(pid, lines);
    }
}

/// The lines of one process.
pub(crate) fn list_one(lister: &mut Lister, pid: u32, out: &mut Vec<u8>) -> Result<(), Errno> {
    let pid = Pid::from_raw(pid.cast_signed()).ok_or(Errno::SRCH)?;
    let pidfd = pidfd_open(pid, PidfdFlags::empty())?;
    let listing = lister.listing(Some(pidfd.as_fd()), Told::Descriptors)?;
    let mut tables = Tables::default();
    lister.read(&listing, &mut |bytes| {
        for record in records(bytes) {
            match record {
                Record::Table { table, process, thread } => tables.begin(table, process, thread),
                Record::Other(message) if !tables.is_twice => {
                    line(
                        tables.thread,
                        Descriptor { fd: descriptor_of(message), inode: record.inode() },
                        out,
                    );
                }
                Record::Counted(_) | Record::Other(_) | Record::Inet(..) => {}
            }
        }
    })
}

/// Nanoseconds in clock ticks.
fn ticks(ns: u64) -> u64 {
    ns / (1_000_000_000 / rustix::param::clock_ticks_per_second().max(1))
}

/// Whose descriptors are listed now.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) process: u32,
    /// A thread with a table of its own.
    pub(crate) thread: Option<u32>,
    /// Those of the process that were listed already, and the thread that has each.
    known: Vec<(u64, u32)>,
    /// This is one of them.
    pub(crate) is_twice: bool,
}

impl Tables {
    pub(crate) fn begin(&mut self, table: u64, process: u32, thread: u32) {
        if process != self.process {
            self.known.clear();
        }
        // Its beginning is written anew with what did not fit.
        if self.known.last() == Some(&(table, thread)) {
            return;
        }
        self.process = process;
        self.thread = (thread != process).then_some(thread);
        self.is_twice = self.known.iter().any(|known| known.0 == table);
        self.known.push((table, thread));
    }
}

/// How many files are open on the machine.
pub(crate) fn open_files() -> u64 {
    let text = std::fs::read("/proc/sys/fs/file-nr").unwrap_or_default();
    text.split(u8::is_ascii_whitespace).next().and_then(decimal).unwrap_or(0)
}
