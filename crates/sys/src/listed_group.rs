//! The sockets of a group of processes with their links, as a program in the kernel lists them: of one process after another or,
//! where the group has many, of all in one pass.

use std::collections::{HashMap, HashSet};
use std::os::fd::{AsFd, BorrowedFd};

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::bpf::{Lister, Record, Told, descriptor_of, records};
use crate::clock::boottime;
use crate::descriptors::Descriptors;
use crate::listed_links::{ListedLinks, Tables, open_files};
use crate::own_sockets::{ASK_CONGESTION, Descriptor};
use crate::reader::end;
use crate::socket_source::{SocketSource, Subject};
use crate::tree::ProcTree;

/// To begin with one process takes as long as to go through so many descriptors of anybody.
const BEGIN: u64 = 40;

/// A listing under way.
struct Telling<'s> {
    /// The namespace whose sockets are told of: as in a list of its own.
    netns: u64,
    sink: &'s mut dyn Sink,
    tables: Tables,
    /// Lines of links, by process.
    lines: HashMap<u32, Vec<u8>>,
    /// Inodes of those that have been told of: a socket can be of many.
    told: HashSet<u64>,
    /// Sockets of IP that are to be asked, by process.
    to_ask: Vec<(u32, Descriptors)>,
}

/// Hands on what the sockets of IP say that these processes hold in the target's namespace, and says how that went. Gives the
/// links of each, too. Fails where they cannot be listed.
pub(crate) fn tell(
    lister: &mut Lister,
    (tree, subject): (&ProcTree, Subject<'_>),
    (target, others): (u32, &HashSet<u32>),
    source: &mut SocketSource,
    sink: &mut dyn Sink,
) -> Result<(Status, ListedLinks), Errno> {
    let group: Vec<u32> =
        std::iter::once(target).chain(others.iter().copied().filter(|pid| *pid != target)).collect();
    let is_in = |pid| pid == target || others.contains(&pid);
    let at = boottime();
    let netns = source.netns(subject)?;
    let (tables, lines, told) = (Tables::default(), HashMap::new(), HashSet::new());
    let mut telling = Telling { netns, sink, tables, lines, told, to_ask: Vec::new() };
    let listed = match group.len() as u64 * BEGIN > open_files() {
        true => telling.list(lister, None, &is_in),
        false => group.iter().try_for_each(|pid| telling.list_one(lister, *pid)),
    };
    let Telling { lines, to_ask, .. } = telling;
    let status = match listed {
        Ok(()) => ask(tree, subject, &to_ask, source, sink),
        Err(_) => Status::Interrupted,
    };
    end(sink, &Origin::Own, status, at);
    listed.map(|()| (status, ListedLinks::of_some(at, lines)))
}

impl Telling<'_> {
    /// Lists one process; one that has ended has none.
    fn list_one(&mut self, lister: &mut Lister, pid: u32) -> Result<(), Errno> {
        let Some(number) = Pid::from_raw(pid.cast_signed()) else { return Ok(()) };
        let pidfd = match pidfd_open(number, PidfdFlags::empty()) {
            Err(Errno::SRCH) => return Ok(()),
            opened => opened?,
        };
        self.lines.entry(pid).or_default();
        self.list(lister, Some(pidfd.as_fd()), &|_| true)
    }

    fn list(
        &mut self,
        lister: &mut Lister,
        process: Option<BorrowedFd<'_>>,
        is_meant: &dyn Fn(u32) -> bool,
    ) -> Result<(), Errno> {
        let listing = lister.listing(process, Told::Whole)?;
        let mut is_in = false;
        lister.read(&listing, &mut |bytes| {
            // Messages that follow each other are handed on together.
            let (mut first, mut at) = (0, 0);
            for record in records(bytes) {
                let next = at + record.length();
                if let Record::Table { table, process, thread } = record {
                    self.tables.begin(table, process, thread);
                    is_in = is_meant(process);
                }
                if !is_in || self.tables.is_twice || !self.take(record) {
                    self.hand_on(&bytes[first..at]);
                    first = next;
                }
                at = next;
            }
            self.hand_on(&bytes[first..at]);
        })
    }

    fn hand_on(&mut self, messages: &[u8]) {
        if !messages.is_empty() {
            // All of them are wanted.
            let _ = self.sink.chunk(&Origin::Own, messages);
        }
    }

    /// Takes the descriptor of a record, and says whether the record is a message that is to be handed on as it is.
    fn take(&mut self, record: Record<'_>) -> bool {
        let (message, asks, is_meant) = match record {
            Record::Table { .. } | Record::Counted(_) => return false,
            Record::Inet(message, flags) => {
                (message, flags & ASK_CONGESTION != 0, record.netns() == Some(self.netns))
            }
            Record::Other(message) => (message, true, record.is_bare_ip()),
        };
        let Tables { process, thread, .. } = self.tables;
        let descriptor = Descriptor { fd: descriptor_of(message), inode: record.inode() };
        crate::listed_sockets::line(thread, descriptor, self.lines.entry(process).or_default());
        if !is_meant || !self.told.insert(descriptor.inode) {
            return false;
        }
        if asks {
            match self.to_ask.last_mut() {
                Some((last, descriptors)) if *last == process => descriptors.push(thread, descriptor),
                _ => {
                    let mut descriptors = Descriptors::default();
                    descriptors.push(thread, descriptor);
                    self.to_ask.push((process, descriptors));
                }
            }
        }
        !asks
    }
}

/// Asks the sockets that tell not all otherwise, through the processes that hold them.
fn ask(
    tree: &ProcTree,
    subject: Subject<'_>,
    to_ask: &[(u32, Descriptors)],
    source: &mut SocketSource,
    sink: &mut dyn Sink,
) -> Status {
    for (pid, descriptors) in to_ask {
        let opened = Pid::from_raw(pid.cast_signed()).map(|pid| pidfd_open(pid, PidfdFlags::empty()));
        let (Some(Ok(pidfd)), Ok(dir)) = (opened, tree.dir().subdir(&pid.to_string())) else {
            // It has ended, and somebody else may hold them.
            return Status::Interrupted;
        };
        let process = Subject { dir: &dir, pidfd: Some(pidfd.as_fd()), thread: None, ..subject };
        let status = source.ask(process, descriptors, sink);
        if status != Status::Ok {
            return status;
        }
    }
    Status::Ok
}
