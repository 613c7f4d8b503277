//! Sockets of the target and of its namespace, and what rtnetlink tells of it: asked in the cheapest way that
//! this kernel and these permissions allow.
//!
//! A list over netlink costs by the sockets of the namespace, the process's own sockets cost by their number, and
//! files cost most and tell least. Lists are asked for through sockets that were opened in the target's
//! namespace and are kept as long as it stays there.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd};

use netmonitor_core::dumps::Dump;
use netmonitor_core::plan::{Ask, Plan};
use netmonitor_core::sample::{Origin, Sink, Status};
use netmonitor_core::{dumps, source};
use procnet::Endian;
use rustix::io::Errno;
use rustix::net::AddressFamily;

use crate::clock::boottime;
use crate::descriptors::Descriptors;
use crate::dir::Dir;
use crate::netlink::{
    self, ALL_STATES, Extensions, Netlink, NetlinkShow, Outcome, PacketShow, Protocol, Request, Subsystem,
    UnixShow,
};
use crate::netns::Namespace;
use crate::own_sockets::{self, Depth, OwnSockets, would_reclassify};
use crate::reader::{end, status_of};

/// How often a list is asked for again that changed while it was given.
const RETRIES: u32 = 2;

/// A namespace with so many sockets is asked for all of them: a list tells of timers, too.
const FEW: u64 = 1000;

/// What a socket costs, in tenths of a microsecond: in a list, and when it is asked itself.
const LISTED: u64 = 16;
const ASKED: u64 = 40;

/// A list that is read seldom is left alone for so many times as long as reading it took.
const REST: u64 = 100;

/// Longer than a `cgroup` file.
const CGROUP: usize = 64 * 1024;

/// The target, as far as its sockets are concerned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'t> {
    pub(crate) dir: &'t Dir,
    pub(crate) pidfd: Option<BorrowedFd<'t>>,
    /// A live thread, where the leader has exited.
    pub(crate) thread: Option<u32>,
    /// What the link of its namespace says.
    pub(crate) namespace: &'t [u8],
    /// Which descriptors it has could be read; else it may have sockets that nobody knows of.
    pub(crate) is_listed: bool,
}

/// Asks for sockets, and keeps what asking takes.
#[derive(Debug, Default)]
pub(crate) struct SocketSource {
    sockets: Sockets,
    own: OwnSockets,
    /// From when on each list that is read seldom may be read again.
    due: HashMap<&'static str, u64>,
    /// What reading `cgroup` files takes.
    cgroups: [Vec<u8>; 2],
}

/// Netlink sockets, opened in the namespace of this name.
#[derive(Debug, Default)]
struct Sockets {
    namespace: Vec<u8>,
    diag: Option<Result<Netlink, Errno>>,
    route: Option<Result<Netlink, Errno>>,
    generic: Option<Result<Netlink, Errno>>,
}

impl SocketSource {
    /// How many sockets it has opened to ask.
    pub(crate) fn opened(&self) -> usize {
        [&self.sockets.diag, &self.sockets.route]
            .into_iter()
            .filter(|socket| matches!(socket, Some(Ok(_))))
            .count()
    }

    /// Reads what the plan asks for, but for the process's own sockets where these were told already. Gives the files
    /// that are to be read in the stead of lists that the kernel does not give.
    pub(crate) fn tick(
        &mut self,
        plan: &Plan,
        subject: Subject<'_>,
        (is_told, descriptors): (bool, &Descriptors),
        sink: &mut dyn Sink,
    ) -> Vec<&'static str> {
        let mut files = Vec::new();
        if subject.dir.is_copy() {
            // Of processes that do not live here this kernel knows nothing.
            for dump in plan.dumps.iter().chain(&plan.seldom) {
                files.extend(dump.files);
                if dump.files.is_empty() {
                    end(sink, &Origin::Dump(dump.name.into()), Status::NotAsked, boottime());
                }
            }
            return files;
        }
        if self.sockets.namespace != subject.namespace {
            // Of another one nothing is known yet.
            self.due.clear();
        }
        let own = is_told
            || self.is_worth_asking(plan, subject, descriptors) && self.ask_all(subject, descriptors, sink);
        for dump in plan.dumps.iter().filter(|dump| !(own && dump.is_own)) {
            if !self.list((dump, plan.slim), subject, sink) {
                files.extend(dump.files);
            }
        }
        for dump in plan.seldom.iter().filter(|dump| !plan.dumps.contains(dump)) {
            self.list_seldom(dump, subject, sink);
        }
        files
    }

    /// Asks for a list unless it was asked for just now: all routes of the internet are as many as a million.
    fn list_seldom(&mut self, dump: &'static Dump, subject: Subject<'_>, sink: &mut dyn Sink) {
        let begun = boottime();
        let is_due = self.due.get(dump.name).is_none_or(|due| *due <= begun);
        if is_due {
            self.list((dump, false), subject, sink);
            let ended = boottime();
            self.due.insert(dump.name, ended + (ended - begun) * REST);
        }
    }

    /// Whether the process's own sockets are asked.
    fn is_worth_asking(&self, plan: &Plan, subject: Subject<'_>, descriptors: &Descriptors) -> bool {
        let all = match plan.ask {
            Ask::Never => return false,
            Ask::Always => return true,
            // Asking none costs nothing, and tells nothing.
            Ask::IfCheaper if !subject.is_listed => return false,
            Ask::IfCheaper => match plan.dumps.iter().any(|dump| dump.is_own) {
                true => in_use(subject.dir, subject.thread),
                false => return false,
            },
        };
        all > FEW && descriptors.len() as u64 * ASKED < all * LISTED
    }

    /// Asks the process's own sockets; `false` if that is refused.
    fn ask_all(&mut self, subject: Subject<'_>, descriptors: &Descriptors, sink: &mut dyn Sink) -> bool {
        let at = boottime();
        let status = if subject.is_listed { self.ask(subject, descriptors, sink) } else { Status::Denied };
        end(sink, &Origin::Own, status, at);
        status == Status::Ok
    }

    /// Asks some of them. The part is not ended here.
    pub(crate) fn ask(
        &mut self,
        subject: Subject<'_>,
        descriptors: &Descriptors,
        sink: &mut dyn Sink,
    ) -> Status {
        if self.changes_classes(subject) {
            return Status::Denied;
        }
        let mut asked =
            descriptors.tables().map(|(thread, table)| self.ask_table(subject, thread, table, sink));
        asked.find(|status| *status != Status::Ok).unwrap_or(Status::Ok)
    }

    fn ask_table(
        &mut self,
        subject: Subject<'_>,
        thread: Option<u32>,
        sockets: &[own_sockets::Descriptor],
        sink: &mut dyn Sink,
    ) -> Status {
        let opened = match (thread.or(subject.thread), subject.pidfd) {
            (Some(thread), _) => own_sockets::open_thread(thread).map(Some),
            (None, Some(_)) => Ok(None),
            (None, None) => Err(Errno::NOSYS),
        };
        let process = match &opened {
            Ok(Some(thread)) => thread.as_fd(),
            Ok(None) => match subject.pidfd {
                Some(pidfd) => pidfd,
                None => return Status::Missing,
            },
            Err(errno) => return status_of(*errno, 0),
        };
        let mut each = |bytes: &[u8]| {
            let _ = sink.chunk(&Origin::Own, bytes);
        };
        let asked = self.own.ask(process, sockets, EXTENSIONS, Depth::Moving, &mut each);
        match asked.outcome {
            own_sockets::Outcome::Done if asked.refused > 0 => {
                Status::Partial(asked.messages as u32, (asked.messages + asked.refused) as u32)
            }
            own_sockets::Outcome::Done => Status::Ok,
            own_sockets::Outcome::Denied => Status::Denied,
            own_sockets::Outcome::Ended => Status::Interrupted,
            own_sockets::Outcome::Unsupported => Status::Missing,
            own_sockets::Outcome::Error(errno) => status_of(errno, 0),
        }
    }

    /// Asking would mark the process's sockets with this one's class of traffic.
    fn changes_classes(&mut self, subject: Subject<'_>) -> bool {
        let [theirs, own] = &mut self.cgroups;
        let read = subject.dir.small("cgroup", CGROUP, theirs);
        match (read, std::fs::read("/proc/thread-self/cgroup")) {
            (Ok(()), Ok(bytes)) => {
                *own = bytes;
                would_reclassify(theirs, own)
            }
            _ => true,
        }
    }

    /// The number by which the kernel tells the target's network namespace from others.
    pub(crate) fn netns(&mut self, subject: Subject<'_>) -> Result<u64, Errno> {
        let socket = self.sockets.of(Subsystem::SockDiag, subject).map_err(|errno| *errno)?;
        socket.netns_cookie().ok_or(Errno::NOPROTOOPT)
    }

    /// Asks for a list, a slim one if so wanted; `false` if the kernel does not give it.
    fn list(
        &mut self,
        (dump, slim): (&'static Dump, bool),
        subject: Subject<'_>,
        sink: &mut dyn Sink,
    ) -> bool {
        let Some(requests) = requests(dump, if slim { SLIM } else { EXTENSIONS }) else { return false };
        let (at, origin) = (boottime(), Origin::Dump(dump.name.into()));
        let status = match self.sockets.of(requests.0, subject) {
            Ok(socket) => give(socket, &requests.1, &origin, at, sink),
            Err(errno) => status_of(*errno, 0),
        };
        end(sink, &origin, status, at);
        !matches!(status, Status::Missing | Status::Denied | Status::Error(_))
    }
}

impl Sockets {
    /// The socket for requests of a kind, opened in the target's namespace.
    fn of(&mut self, subsystem: Subsystem, subject: Subject<'_>) -> Result<&mut Netlink, &Errno> {
        if self.namespace != subject.namespace {
            *self = Self { namespace: subject.namespace.to_vec(), ..Self::default() };
        }
        let socket = match subsystem {
            Subsystem::SockDiag => &mut self.diag,
            Subsystem::Route => &mut self.route,
            Subsystem::Generic => &mut self.generic,
        };
        let open = || Namespace::open(subject.dir, subject.thread)?.run(|| Netlink::open(subsystem))?;
        if socket.as_ref().is_none_or(Result::is_err) {
            *socket = Some(open());
        }
        socket.get_or_insert(Err(Errno::AGAIN)).as_mut().map_err(|errno| &*errno)
    }
}

/// What is told of each socket.
const EXTENSIONS: Extensions = Extensions(!Extensions::MEMINFO.0);

/// The same in slim lists: what it dropped.
const SLIM: Extensions = Extensions::SKMEMINFO;

/// Asks for the lists of a dump, one after another; all of them again if one changed while it was given.
fn give(socket: &mut Netlink, requests: &[Request], origin: &Origin, at: u64, sink: &mut dyn Sink) -> Status {
    for left in (0..=RETRIES).rev() {
        let status = give_once(socket, requests, &mut |bytes| sink.chunk(origin, bytes));
        if status != Status::Interrupted || left == 0 {
            return status;
        }
        // The part begins anew.
        end(sink, origin, status, at);
    }
    Status::Interrupted
}

fn give_once(
    socket: &mut Netlink,
    requests: &[Request],
    each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Status {
    let mut status = Status::Ok;
    for request in requests {
        let answer = socket.dump(request, each);
        match answer.outcome {
            Outcome::Done if answer.is_settled() => {}
            Outcome::Done => status = Status::Interrupted,
            Outcome::Stopped => return Status::Cut,
            Outcome::Unsupported => return Status::Missing,
            Outcome::Denied => return Status::Denied,
            Outcome::Error(errno) => return Status::Error(errno.raw_os_error()),
        }
    }
    status
}

/// The requests for a list; none where there is no such request.
fn requests(dump: &Dump, extensions: Extensions) -> Option<(Subsystem, Vec<Request>)> {
    let inet = |protocol| {
        let families = [AddressFamily::INET, AddressFamily::INET6];
        let requests = families.map(|family| netlink::inet(family, protocol, ALL_STATES, extensions));
        Some((Subsystem::SockDiag, requests.to_vec()))
    };
    let diag = |request| Some((Subsystem::SockDiag, vec![request]));
    let route = |request| Some((Subsystem::Route, vec![request]));
    match dump {
        // One pass for both families.
        dump if *dump == dumps::TCP => diag(netlink::tcp_of_both(ALL_STATES, extensions)),
        dump if *dump == dumps::UDP => inet(Protocol::UDP),
        dump if *dump == dumps::UDPLITE => inet(Protocol::UDPLITE),
        dump if *dump == dumps::RAW => inet(Protocol::RAW),
        dump if *dump == dumps::MPTCP => inet(Protocol::MPTCP),
        dump if *dump == dumps::SCTP => inet(Protocol::SCTP),
        dump if *dump == dumps::UNIX => diag(netlink::unix(u32::MAX, UnixShow::ALL)),
        dump if *dump == dumps::NETLINK => diag(netlink::netlink_sockets(NetlinkShow::ALL)),
        dump if *dump == dumps::PACKET => diag(netlink::packet(PacketShow::ALL)),
        dump if *dump == dumps::VSOCK => diag(netlink::vsock(u32::MAX)),
        dump if *dump == dumps::LINK => route(netlink::links()),
        dump if *dump == dumps::ADDR => route(netlink::addresses(AddressFamily::UNSPEC)),
        dump if *dump == dumps::NEIGH => route(netlink::neighbours(AddressFamily::UNSPEC)),
        dump if *dump == dumps::ROUTE => route(netlink::routes(AddressFamily::UNSPEC)),
        dump if *dump == dumps::RULE => route(netlink::rules(AddressFamily::UNSPEC)),
        dump if *dump == dumps::LINK_MODES => Some((Subsystem::Generic, vec![netlink::link_modes()])),
        _ => None,
    }
}

/// About how many sockets of IP the namespace has, by what `sockstat` says: it costs nothing beside any list.
pub(crate) fn in_use(dir: &Dir, thread: Option<u32>) -> u64 {
    let mut bytes = Vec::new();
    let mut sum = 0;
    for file in ["sockstat", "sockstat6"] {
        let path = match thread {
            Some(tid) => format!("task/{tid}/net/{file}"),
            None => format!("net/{file}"),
        };
        if dir.small(&path, 4096, &mut bytes).is_err() {
            continue;
        }
        let mut decoder = source::decoder(file, Endian::NATIVE);
        decoder.feed(&bytes);
        let table = decoder.finish();
        for row in 0..table.len() {
            if let (procnet::Value::Text(b"inuse" | b"tw"), Some(count)) =
                (table.cell(row, 1), table.cell(row, 2).count())
            {
                sum += count;
            }
        }
    }
    sum
}
