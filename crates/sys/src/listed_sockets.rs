//! The target's own sockets, as a program in the kernel lists them: which descriptors are sockets and, of those of IP, what
//! their messages say. What it does not tell is asked of the sockets themselves.

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::io::Errno;

use crate::bpf::{Lister, Listing, Record, Told, descriptor_of, records};
use crate::clock::boottime;
use crate::descriptors::Descriptors;
use crate::own_sockets::{ASK_CONGESTION, Descriptor};
use crate::reader::end;
use crate::socket_source::{SocketSource, Subject};

/// Reads listings of one process, and keeps what reading takes.
#[derive(Debug, Default)]
pub(crate) struct ListedSockets {
    /// Made once for the target, and for how much it tells.
    listing: Option<(Listing, Told)>,
    /// Tables that were gone through, by number, and the thread that has each.
    tables: Vec<(u64, u32)>,
    /// The descriptors, with the thread that has each if it is not the process's, and those of the listing before.
    held: Vec<(Option<u32>, Descriptor)>,
    before: Vec<(Option<u32>, Descriptor)>,
    /// Lines of links to sockets: mostly they are the same as before.
    links: Vec<u8>,
    to_ask: ToAsk,
    counted: Counted,
}

/// What the process has moved through sockets that were listed, as far as that was told with them.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// When the listing began, `CLOCK_BOOTTIME`.
    pub(crate) at: u64,
    /// [Records](netmonitor_core::traffic::record::SOCKET), of each descriptor one.
    pub(crate) records: Vec<u8>,
}

/// Sockets that are to be asked.
#[derive(Debug, Default)]
struct ToAsk {
    descriptors: Descriptors,
    /// Their messages, as far as they were listed.
    bare: Vec<u8>,
    /// One of them is a socket of IP of which next to nothing was listed.
    has_ip: bool,
}

/// Whose the descriptors are that are listed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Process,
    /// A thread has a table of its own.
    Thread(u32),
    /// They were listed already.
    Twice,
}

impl ListedSockets {
    /// Hands on what the target's sockets say, and says how that went. Fails where they cannot be listed.
    pub(crate) fn tell(
        &mut self,
        lister: &mut Lister,
        subject: Subject<'_>,
        source: &mut SocketSource,
        sink: &mut dyn Sink,
    ) -> Result<Status, Errno> {
        let at = boottime();
        let listed = self.list(lister, subject, Told::Whole, &mut |messages| hand_on(messages, sink));
        let status = match listed {
            Ok(()) => self.ask(subject, source, sink),
            Err(_) => Status::Interrupted,
        };
        end(sink, &Origin::Own, status, at);
        listed.map(|()| status)
    }

    /// Lists the target's links to its sockets, and what it has moved through these.
    pub(crate) fn list_links(&mut self, lister: &mut Lister, subject: Subject<'_>) -> Result<(), Errno> {
        self.list(lister, subject, Told::Descriptors, &mut |_| {})
    }

    /// What the target has moved through the sockets that were listed last.
    pub(crate) fn counted(&mut self) -> &mut Counted {
        &mut self.counted
    }

    /// The lines of links to the sockets that were listed last.
    pub(crate) fn links(&self) -> &[u8] {
        &self.links
    }

    fn list(
        &mut self,
        lister: &mut Lister,
        subject: Subject<'_>,
        told: Told,
        hand_on: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Errno> {
        let Self { tables, held, before, links, to_ask, counted, .. } = self;
        tables.clear();
        std::mem::swap(held, before);
        held.clear();
        to_ask.clear();
        counted.records.clear();
        counted.at = boottime();
        let listing = match &mut self.listing {
            Some((listing, of)) if *of == told => listing,
            other => {
                let process = subject.pidfd.ok_or(Errno::NOSYS)?;
                &mut other.insert((lister.listing(Some(process), told)?, told)).0
            }
        };
        let mut place = Place::Process;
        let read = lister.read(listing, &mut |bytes| {
            // Messages that follow each other are handed on together.
            let (mut first, mut at) = (0, 0);
            for record in records(bytes) {
                let next = at + record.length();
                if let Record::Counted(counts) = record {
                    if place != Place::Twice {
                        counted.records.extend_from_slice(counts);
                    }
                } else if !take(record, &mut place, (tables, subject.thread), held, to_ask) {
                    hand_on(&bytes[first..at]);
                    first = next;
                }
                at = next;
            }
            hand_on(&bytes[first..at]);
        });
        if held != before {
            links.clear();
            held.iter().for_each(|(thread, descriptor)| line(*thread, *descriptor, links));
        }
        read
    }

    /// Asks the sockets that tell nothing otherwise. Where that is refused, what was listed of them is told, if that is
    /// enough to know what they are.
    fn ask(&mut self, subject: Subject<'_>, source: &mut SocketSource, sink: &mut dyn Sink) -> Status {
        let ToAsk { descriptors, bare, has_ip } = &self.to_ask;
        if descriptors.len() == 0 {
            return Status::Ok;
        }
        match source.ask(subject, descriptors, sink) {
            Status::Denied | Status::Missing if !has_ip => {
                hand_on(bare, sink);
                Status::Ok
            }
            status => status,
        }
    }
}

fn hand_on(messages: &[u8], sink: &mut dyn Sink) {
    if !messages.is_empty() {
        // All of them are wanted.
        let _ = sink.chunk(&Origin::Own, messages);
    }
}

/// Takes the descriptor of a record, and says whether the record is a message that is to be handed on as it is.
fn take(
    record: Record<'_>,
    place: &mut Place,
    (tables, leads): (&mut Vec<(u64, u32)>, Option<u32>),
    held: &mut Vec<(Option<u32>, Descriptor)>,
    to_ask: &mut ToAsk,
) -> bool {
    let (message, asks) = match record {
        Record::Table { table, process, thread } => {
            // Its beginning is written anew with what did not fit.
            if tables.last() == Some(&(table, thread)) {
                return false;
            }
            // Where the leader has exited, the first table is taken for the process's.
            *place = match (
                tables.iter().any(|known| known.0 == table),
                process == thread || leads.is_some() && tables.is_empty(),
            ) {
                (true, _) => Place::Twice,
                (false, true) => Place::Process,
                (false, false) => Place::Thread(thread),
            };
            tables.push((table, thread));
            return false;
        }
        // It is passed over, and does not part those beside it.
        Record::Counted(_) => return true,
        Record::Inet(message, flags) => (message, flags & ASK_CONGESTION != 0),
        Record::Other(message) => (message, true),
    };
    let thread = match *place {
        Place::Process => None,
        Place::Thread(thread) => Some(thread),
        Place::Twice => return false,
    };
    let descriptor = Descriptor { fd: descriptor_of(message), inode: record.inode() };
    held.push((thread, descriptor));
    if asks {
        to_ask.descriptors.push(thread, descriptor);
        to_ask.bare.extend_from_slice(message);
        to_ask.has_ip |= record.is_bare_ip();
    }
    !asks
}

impl ToAsk {
    fn clear(&mut self) {
        self.descriptors.clear();
        self.bare.clear();
        self.has_ip = false;
    }
}

/// Writes a line as [`crate::links`] does.
pub(crate) fn line(thread: Option<u32>, descriptor: Descriptor, out: &mut Vec<u8>) {
    if let Some(thread) = thread {
        out.extend_from_slice(b"task/");
        decimal(thread.into(), out);
        out.push(b'/');
    }
    out.extend_from_slice(b"fd/");
    decimal(u64::from(descriptor.fd.cast_unsigned()), out);
    out.extend_from_slice(b" socket:[");
    decimal(descriptor.inode, out);
    out.extend_from_slice(b"]\n");
}

fn decimal(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return out.extend_from_slice(&digits[first..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, flags: u16, fd: u32, rest: &[u8]) -> Vec<u8> {
        let mut bytes = (16 + rest.len() as u32).to_ne_bytes().to_vec();
        bytes.extend([kind, flags].iter().flat_map(|number| number.to_ne_bytes()));
        bytes.extend([fd, 0].iter().flat_map(|number| number.to_ne_bytes()));
        bytes.extend_from_slice(rest);
        bytes
    }

    fn table(number: u64, process: u32, thread: u32) -> Vec<u8> {
        let numbers = [process, thread].map(u32::to_ne_bytes).concat();
        message(0xff02, 0, 0, &[&number.to_ne_bytes()[..], &numbers].concat())
    }

    fn inet(fd: u32, inode: u32, flags: u16) -> Vec<u8> {
        let mut rest = vec![0; 72];
        rest[68..].copy_from_slice(&inode.to_ne_bytes());
        message(20, flags, fd, &rest)
    }

    fn other(fd: u32, inode: u64, family: u16) -> Vec<u8> {
        let mut rest = vec![0; 32];
        rest[..2].copy_from_slice(&family.to_ne_bytes());
        rest[16..24].copy_from_slice(&inode.to_ne_bytes());
        message(crate::own_sockets::OTHER_SOCKET, 0, fd, &rest)
    }

    /// Takes a listing, and gives the lines of links, what is to be asked, and how many messages are handed on.
    fn taken(listing: &[Vec<u8>], leads: Option<u32>) -> (String, Vec<(Option<u32>, i32)>, usize, bool) {
        let (mut place, mut tables, mut held) = (Place::Process, Vec::new(), Vec::new());
        let mut to_ask = ToAsk::default();
        let bytes = listing.concat();
        let kept = records(&bytes)
            .filter(|record| take(*record, &mut place, (&mut tables, leads), &mut held, &mut to_ask))
            .count();
        let tables = to_ask.descriptors.tables();
        let asked = tables.flat_map(|(thread, table)| table.iter().map(move |it| (thread, it.fd))).collect();
        let mut links = Vec::new();
        held.iter().for_each(|(thread, descriptor)| line(*thread, *descriptor, &mut links));
        (String::from_utf8(links).unwrap(), asked, kept, to_ask.has_ip)
    }

    #[test]
    fn sockets_are_told_once_and_some_are_asked() {
        let listing =
            [table(1, 7, 7), inet(3, 30, 0), other(4, 31, 1), inet(1000, 4_000_000_000, ASK_CONGESTION)];
        let (links, asked, kept, has_ip) = taken(&listing, None);
        assert_eq!(links, "fd/3 socket:[30]\nfd/4 socket:[31]\nfd/1000 socket:[4000000000]\n");
        assert_eq!((asked, kept, has_ip), (vec![(None, 4), (None, 1000)], 1, false));
        assert!(taken(&[table(1, 7, 7), other(4, 31, 10)], None).3, "MPTCP must be asked");
    }

    #[test]
    fn a_table_that_is_gone_on_with_is_no_other() {
        let listing = [
            [table(1, 7, 7), inet(3, 30, 0)].concat(),
            [table(1, 7, 7), inet(4, 31, 0)].concat(),
            [table(2, 7, 71), inet(3, 40, 0)].concat(),
            [table(2, 7, 71), inet(4, 41, 0)].concat(),
            [table(1, 7, 72), inet(3, 30, 0)].concat(),
            [table(1, 7, 72), inet(4, 31, 0)].concat(),
        ];
        let (links, _, kept, _) = taken(&listing, None);
        let own = "fd/3 socket:[30]\nfd/4 socket:[31]\n";
        assert_eq!(links, format!("{own}task/71/fd/3 socket:[40]\ntask/71/fd/4 socket:[41]\n"));
        assert_eq!(kept, 4);
    }

    #[test]
    fn tables_of_threads_are_told_once() {
        let of = |thread, number| {
            [table(number, 7, thread), inet(3, 30 + number as u32, 0), other(4, 40, 1)].concat()
        };
        let listing = [of(7, 1), of(71, 2), of(72, 2), of(73, 1), of(74, 3)];
        let (links, asked, kept, _) = taken(&listing, None);
        let lines =
            ["fd/3 socket:[31]", "fd/4 socket:[40]", "task/71/fd/3 socket:[32]", "task/71/fd/4 socket:[40]"];
        assert!(links.starts_with(&lines.join("\n")), "{links}");
        assert!(links.ends_with("task/74/fd/3 socket:[33]\ntask/74/fd/4 socket:[40]\n"));
        assert_eq!((asked, kept), (vec![(None, 4), (Some(71), 4), (Some(74), 4)], 3));
        let (links, ..) = taken(&[of(71, 2), of(72, 2), of(74, 3)], Some(71));
        assert_eq!(
            links,
            "fd/3 socket:[32]\nfd/4 socket:[40]\ntask/74/fd/3 socket:[33]\ntask/74/fd/4 socket:[40]\n"
        );
    }
}
