//! Going through the descriptors of processes that are sockets, by an iterator of the kernel (`iter/task_file`, Linux 5.8;
//! limited to one process, Linux 6.1). The programs are in `bpf/sockets.h`.

use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::io::{Errno, retry_on_intr};
use rustix::time::{ClockId, clock_getres};

use super::abi::{self, COUNTED_RECORD, DESCRIPTOR_RECORD, INET_NETNS, MESSAGE, TABLE_RECORD};
use super::btf::Types;
use super::load;
use super::object::Object;
use super::syscall;
use super::why::Why;

/// The kernel gathers so much before it hands it over.
const ROOM: usize = 32 * 1024;

/// The kernel's clock of ticks, whose times the programs tell in other units.
pub(super) struct Clock([(&'static str, u32); 3]);

impl Clock {
    /// The kernel's own: its coarse clocks move once a tick.
    pub(super) fn of_kernel() -> Self {
        const SECOND: u64 = 1_000_000_000;
        let tick = clock_getres(ClockId::MonotonicCoarse).tv_nsec.max(1).unsigned_abs();
        let ticks = (SECOND + tick / 2) / tick;
        let globals =
            [("ticks_a_second", ticks), ("ms_a_tick", 1000 / ticks), ("us_a_tick", 1_000_000 / ticks)];
        Self(globals.map(|(name, value)| (name, value as u32)))
    }

    /// What the programs are to be told.
    pub(super) fn globals(&self) -> &[(&'static str, u32)] {
        &self.0
    }
}

/// How much is told of each socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// All that can be told.
    Whole,
    /// Only that it is there.
    Descriptors,
}

/// One record of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record<'b> {
    /// What follows are descriptors of a table, which a thread of a process has: the same number, the same table.
    Table {
        /// Number of the table.
        table: u64,
        /// The process.
        process: u32,
        /// The thread, which has the number of the process where it is its leader.
        thread: u32,
    },
    /// What the process has moved through the socket that follows, as a [record](netmonitor_core::traffic::record::SOCKET).
    /// The message that it stands in is one that whoever wants sockets passes over.
    Counted(&'b [u8]),
    /// A socket that nothing more is told of, as a message of
    /// [`OTHER_SOCKET`](crate::own_sockets::OTHER_SOCKET) without attributes.
    Other(&'b [u8]),
    /// A socket of IP, as the message of a dump, and the message's flags.
    Inet(&'b [u8], u16),
}

impl Record<'_> {
    /// How many bytes it has.
    pub fn length(&self) -> usize {
        match self {
            Self::Table { .. } => TABLE_RECORD,
            Self::Counted(_) => COUNTED_RECORD,
            Self::Other(message) | Self::Inet(message, _) => message.len(),
        }
    }

    /// The socket's inode.
    pub fn inode(&self) -> u64 {
        match self {
            Self::Table { .. } | Self::Counted(_) => 0,
            Self::Other(message) => message.get(MESSAGE + 16..).map_or(0, abi::number),
            Self::Inet(message, _) => message.get(MESSAGE + 68..).map_or(0, abi::number32).into(),
        }
    }

    /// The number of a socket's network namespace, where it is told.
    pub(crate) fn netns(&self) -> Option<u64> {
        let Self::Inet(message, _) = self else { return None };
        message.get(INET_NETNS..).map(abi::number)
    }

    /// It is a socket of IP whose message is not known here.
    pub(crate) fn is_bare_ip(&self) -> bool {
        let Self::Other(message) = self else { return false };
        let family = i32::from(message.get(MESSAGE..).map_or(0, abi::number16));
        matches!(family, libc::AF_INET | libc::AF_INET6)
    }
}

/// What is to be gone through.
#[derive(Debug)]
pub struct Listing(OwnedFd);

/// The loaded programs.
#[derive(Debug)]
pub struct Lister {
    /// Where that was wanted.
    whole: Option<OwnedFd>,
    descriptors: OwnedFd,
    room: Vec<u8>,
}

impl Lister {
    /// Loads the programs.
    pub(super) fn load(object: &Object, types: &Types) -> Result<Self, Why> {
        let kind = kind(types)?;
        let whole = Some(object.load("list_sockets", kind)?);
        Ok(Self { whole, ..Self::load_descriptors(object, types)? })
    }

    /// Loads what lists descriptors, and nothing else.
    pub(super) fn load_descriptors(object: &Object, types: &Types) -> Result<Self, Why> {
        let descriptors = object.load("list_descriptors", kind(types)?)?;
        Ok(Self { whole: None, descriptors, room: Vec::new() })
    }

    /// What lists descriptors and tells nothing of sockets, by itself: it is loaded in a fifth of the time.
    pub fn of_descriptors() -> Result<Self, Why> {
        load::lister()
    }

    /// The sockets of one process, named by its pidfd, or of all.
    pub fn listing(&self, process: Option<BorrowedFd<'_>>, told: Told) -> Result<Listing, Errno> {
        let program = match told {
            Told::Whole => self.whole.as_ref().ok_or(Errno::NOSYS)?,
            Told::Descriptors => &self.descriptors,
        };
        syscall::attach_iterator(program, process).map(Listing)
    }

    /// Goes through it once, and hands on bytes that are whole records. Only one is gone through at a time.
    pub fn read(&mut self, listing: &Listing, each: &mut dyn FnMut(&[u8])) -> Result<(), Errno> {
        let reading = syscall::iterate(&listing.0)?;
        self.room.resize(ROOM, 0);
        loop {
            match retry_on_intr(|| rustix::io::read(&reading, &mut self.room[..])) {
                Ok(0) => return Ok(()),
                Ok(length) => each(&self.room[..length]),
                // It has gone through very many descriptors that are no sockets, and wants to be asked again.
                Err(Errno::AGAIN) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
}

/// The number of what the programs are attached to.
fn kind(types: &Types) -> Result<u32, Why> {
    types
        .iterator("task_file")
        .ok_or_else(|| Why::missing("this kernel cannot go through descriptors: Linux 5.8 can"))
}

/// The records in bytes that were handed on.
pub fn records(mut bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let length = abi::number32(bytes) as usize;
        let (record, rest) = bytes.split_at_checked(length).filter(|_| length >= MESSAGE)?;
        bytes = rest;
        match abi::number16(&record[4..]) {
            abi::TABLE if length == TABLE_RECORD => Some(Record::Table {
                table: abi::number(&record[MESSAGE..]),
                process: abi::number32(&record[MESSAGE + 8..]),
                thread: abi::number32(&record[MESSAGE + 12..]),
            }),
            abi::NOOP if length == COUNTED_RECORD => Some(Record::Counted(&record[MESSAGE..])),
            abi::OTHER_SOCKET if length == DESCRIPTOR_RECORD => Some(Record::Other(record)),
            abi::SOCK_DIAG_BY_FAMILY => Some(Record::Inet(record, abi::number16(&record[6..]))),
            _ => None,
        }
    })
}

/// The number of the descriptor that a record is of.
pub fn descriptor_of(record: &[u8]) -> i32 {
    record.get(8..).map_or(0, abi::number32).cast_signed()
}
