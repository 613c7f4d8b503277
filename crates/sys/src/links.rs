//! The links of one process that say which network namespace and which sockets it has.
//!
//! The part's lines are `PATH TARGET`: first `ns/net`, then one `fd/N` for each descriptor that is a
//! socket, then `task/TID/fd/N` for threads that have a table of descriptors of their own. Where the leader
//! has exited, `ns/net` and `fd` are those of a thread that lives.

use std::fmt::Write;
use std::mem::MaybeUninit;
use std::ops::ControlFlow;

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::io::Errno;

use crate::bpf::Lister;
use crate::clock::boottime;
use crate::dir::{Dir, denied, gone, number};
use crate::kcmp::compare_tables;
use crate::listed_links::{ListedLinks, list_one};
use crate::reader::{end, status_of};
use crate::stat::Stat;
use crate::threads::live_thread;
use crate::tree::ProcTree;

/// Bytes that are gathered before they are handed on.
const GATHER: usize = 64 * 1024;

/// Longer than any line: `task/TID/fd/N socket:[INODE]`.
const LINE: usize = 128;

/// Room for one round of `getdents64`: some 500 descriptors.
const DENTS: usize = 16 * 1024;

/// Whose links are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process<'d> {
    /// Its directory.
    pub(crate) dir: &'d Dir,
    /// Its PID.
    pub(crate) pid: u32,
    /// A live thread, where the leader is known to have exited.
    pub(crate) thread: Option<u32>,
    /// How many threads it has, if their tables are to be looked at too.
    pub(crate) threads: u32,
    /// When it began, in clock ticks since boot, if its `stat` could be read.
    pub(crate) began: Option<u64>,
}

impl<'d> Process<'d> {
    /// A process of a tree, by what its `stat` says if that could be read.
    pub(crate) fn new(tree: &ProcTree, dir: &'d Dir, pid: u32, stat: Option<Stat>) -> Self {
        // Threads can be compared only where their numbers are ours.
        let threads = stat.filter(|_| tree.is_ours()).map_or(1, |stat| stat.num_threads);
        Self { dir, pid, thread: None, threads, began: stat.map(|stat| stat.start_time) }
    }
}

/// Reads links through buffers that are kept: nothing is allocated for a descriptor or a thread.
#[derive(Debug, Default)]
pub(crate) struct LinkReader {
    out: Vec<u8>,
    /// Lines of this part have been handed on already.
    handed: bool,
    path: String,
    /// Lines that were listed.
    lines: Vec<u8>,
    /// A thread of each table of descriptors, in the order of [`compare_tables`].
    tables: Vec<u32>,
    /// What is known of the links of all processes, while they are gone through.
    pub(crate) listed: Option<ListedLinks>,
}

impl LinkReader {
    /// Reads one part, or has it listed where something can, and says how that went.
    pub(crate) fn part(
        &mut self,
        process: Process<'_>,
        lister: Option<&mut Lister>,
        sink: &mut dyn Sink,
    ) -> Status {
        if let Some(lines) = self.listed.as_mut().and_then(|listed| listed.take(process)) {
            let status = self.listed_part(process, &lines, sink);
            if let Some(listed) = &mut self.listed {
                listed.put(process.pid, lines);
            }
            return status;
        }
        self.lines.clear();
        if lister.is_some_and(|lister| list_one(lister, process.pid, &mut self.lines).is_ok()) {
            let lines = std::mem::take(&mut self.lines);
            let status = self.listed_part(process, &lines, sink);
            self.lines = lines;
            return status;
        }
        let at = boottime();
        let origin = Origin::Links(process.pid);
        self.handed = false;
        let mut status = self.attempt(process, &origin, sink);
        if status == Status::Interrupted && !self.handed {
            // A leader that exits takes its directories with it while the process lives on in its threads.
            status = self.attempt(process, &origin, sink);
        }
        if !self.out.is_empty() {
            let _ = sink.chunk(&origin, &self.out);
        }
        end(sink, &origin, status, at);
        status
    }

    /// Reads which network namespace a process is in, and nothing else of it.
    pub(crate) fn namespace_part(&mut self, process: Process<'_>, sink: &mut dyn Sink) -> Status {
        let at = boottime();
        let origin = Origin::Links(process.pid);
        self.out.clear();
        let status = match self.find_namespace(process) {
            Ok((_, Ok(()))) => Status::NotAsked,
            Ok((_, Err(errno))) => status_of(errno, 0),
            Err(status) => status,
        };
        if !self.out.is_empty() {
            let _ = sink.chunk(&origin, &self.out);
        }
        end(sink, &origin, status, at);
        status
    }

    /// Reads which network namespace a process is in, and hands it on with lines that are known.
    pub(crate) fn listed_part(&mut self, process: Process<'_>, lines: &[u8], sink: &mut dyn Sink) -> Status {
        let at = boottime();
        let origin = Origin::Links(process.pid);
        self.out.clear();
        let status = self.find_namespace(process).map_or_else(|status| status, |_| Status::Ok);
        for bytes in [&*self.out, lines] {
            if !bytes.is_empty() {
                let _ = sink.chunk(&origin, bytes);
            }
        }
        end(sink, &origin, status, at);
        status
    }

    fn attempt(&mut self, process: Process<'_>, origin: &Origin, sink: &mut dyn Sink) -> Status {
        self.out.clear();
        let dir = process.dir;
        let (thread, namespace) = match self.find_namespace(process) {
            Ok(found) => found,
            Err(status) => return status,
        };
        place(&mut self.path, thread, "fd");
        if let Err(errno) = self.table(dir, None, origin, sink) {
            return match status_of(errno, 1) {
                Status::Interrupted if dir.is_copy() => Status::Missing,
                status => status,
            };
        }
        let mut status = Status::Ok;
        if process.threads > 1 {
            let base = thread.unwrap_or(process.pid);
            status = self.thread_tables(dir, base, process.threads, origin, sink);
        }
        // A table that is given up while it is listed ends early and without an error.
        if !dir.is_copy() && namespace.is_ok() && !self.still_there(dir, thread) {
            return Status::Interrupted;
        }
        status
    }

    /// Writes the line of the network namespace, through a live thread where the leader has exited. Gives
    /// that thread and how the writing went; the status if there is nothing to be read.
    fn find_namespace(
        &mut self,
        Process { dir, thread, .. }: Process<'_>,
    ) -> Result<(Option<u32>, Result<(), Errno>), Status> {
        let namespace = self.namespace(dir, thread);
        if dir.is_copy() || !namespace.is_err_and(gone) {
            return Ok((thread, namespace));
        }
        match live_thread(dir, thread) {
            Ok(Some(tid)) => Ok((Some(tid), self.namespace(dir, Some(tid)))),
            Ok(None) => Err(Status::Missing),
            Err(errno) if denied(errno) => Err(Status::Denied),
            Err(_) => Err(Status::Interrupted),
        }
    }

    /// Writes the line of the network namespace, once.
    fn namespace(&mut self, dir: &Dir, thread: Option<u32>) -> Result<(), Errno> {
        let mut target = [MaybeUninit::uninit(); LINE];
        place(&mut self.path, thread, "ns/net");
        let target = dir.link(&self.path, &mut target)?;
        self.out.extend_from_slice(b"ns/net ");
        self.out.extend_from_slice(target);
        self.out.push(b'\n');
        Ok(())
    }

    fn still_there(&mut self, dir: &Dir, thread: Option<u32>) -> bool {
        place(&mut self.path, thread, "ns/net");
        !dir.link(&self.path, &mut [MaybeUninit::uninit(); LINE]).is_err_and(gone)
    }

    /// Writes the lines of the table at `self.path`, named as the process's or as a thread's.
    fn table(
        &mut self,
        dir: &Dir,
        thread: Option<u32>,
        origin: &Origin,
        sink: &mut dyn Sink,
    ) -> Result<(), Errno> {
        let table = dir.listing(&self.path)?;
        place(&mut self.path, thread, "fd/");
        let mut target = [MaybeUninit::uninit(); LINE];
        let mut failed = Ok(());
        table.each::<DENTS>(0, |entry| {
            if number(entry.name).is_none() {
                return ControlFlow::Continue(());
            }
            let target = match table.link(entry.name, &mut target) {
                Ok(target) if target.starts_with(b"socket:[") => target,
                // Of a copy: a descriptor that was captured as something other than a link.
                Ok(_) | Err(Errno::INVAL) => return ControlFlow::Continue(()),
                // It was closed since it was listed.
                Err(errno) if gone(errno) => return ControlFlow::Continue(()),
                Err(errno) => {
                    failed = Err(errno);
                    return ControlFlow::Break(());
                }
            };
            let words: [&[u8]; 5] = [self.path.as_bytes(), entry.name, b" ", target, b"\n"];
            words.iter().for_each(|word| self.out.extend_from_slice(word));
            if self.out.len() > GATHER - LINE {
                let _ = sink.chunk(origin, &self.out);
                self.out.clear();
                self.handed = true;
            }
            ControlFlow::Continue(())
        })?;
        failed
    }

    /// Writes the lines of every table of descriptors that is not `base`'s. Where the kernel does not tell
    /// which threads share one, they are taken to share, as nearly all do, and the status says so.
    fn thread_tables(
        &mut self,
        dir: &Dir,
        base: u32,
        threads: u32,
        origin: &Origin,
        sink: &mut dyn Sink,
    ) -> Status {
        let Ok(task) = dir.listing("task") else { return Status::Ok };
        self.tables.clear();
        self.tables.push(base);
        let mut status = Status::Ok;
        let listed = task.numbers(|tid| {
            match self.place_of(tid) {
                Ok(Ok(_)) => {}
                Ok(Err(new)) => {
                    self.tables.insert(new, tid);
                    place(&mut self.path, Some(tid), "fd");
                    if self.table(dir, Some(tid), origin, sink).is_err_and(denied) {
                        status = Status::Denied;
                    }
                }
                // The thread has ended.
                Err(Errno::SRCH) => {}
                Err(_) => {
                    status = Status::Partial(self.tables.len() as u32, threads);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        if listed.is_err() && status == Status::Ok { Status::Interrupted } else { status }
    }

    /// Where a thread's table stands among those seen, or where it belongs.
    fn place_of(&self, tid: u32) -> Result<Result<usize, usize>, Errno> {
        let mut failed = None;
        let found = self.tables.binary_search_by(|&seen| {
            if seen == tid {
                return std::cmp::Ordering::Equal;
            }
            compare_tables(seen, tid).unwrap_or_else(|errno| {
                failed = Some(errno);
                std::cmp::Ordering::Equal
            })
        });
        failed.map_or(Ok(found), Err)
    }
}

/// A path below the process's directory, or below one of its threads'.
fn place(path: &mut String, thread: Option<u32>, rest: &str) {
    path.clear();
    if let Some(tid) = thread {
        let _ = write!(path, "task/{tid}/");
    }
    path.push_str(rest);
}
