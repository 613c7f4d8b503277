//! Processes by the local port that they hold.
//!
//! The sockets come from the text files of the network namespaces: that of this program first, then those of
//! the other processes, each read through one process that is in it. Who holds them is told by descriptors.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::ops::ControlFlow;

use netmonitor_core::sample::{Endian, Moment, Origin, Reading, Sink, Status};
use procnet::number::decimal;
use procnet::proc::inet::{Inet, LISTEN};
use procnet::{Table, proc};
use rustix::fs::fstat;
use rustix::io::Errno;

use super::entries::{Entry, each};
use super::{Candidate, Found, Nothing, found, nearest};
use crate::dir::{Dir, File};
use crate::links::{LinkReader, Process};
use crate::target::TargetError;
use crate::tree::ProcTree;

/// The files whose rows have a local port, and what their sockets are called.
const FILES: &[(&str, &str)] = &[
    ("tcp", "TCP"),
    ("tcp6", "TCP"),
    ("udp", "UDP"),
    ("udp6", "UDP"),
    ("udplite", "UDP-Lite"),
    ("udplite6", "UDP-Lite"),
];

/// Bytes that are read at once.
const ROOM: usize = 64 * 1024;

/// Longer than the text of a namespace's link.
const LINK: usize = 64;

/// What a socket does with the port: who listens is meant before who has bound it, and who only talks from
/// it is meant last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Listens,
    Bound,
    Talks,
}

/// A socket that has the port.
#[derive(Debug, Clone)]
struct Socket {
    inode: u64,
    uid: u32,
    does: Use,
    protocol: &'static str,
    local: SocketAddr,
    remote: SocketAddr,
    /// It is in another namespace than this program.
    elsewhere: bool,
}

/// What the files of the namespaces say.
#[derive(Debug)]
struct Sockets {
    endian: Endian,
    sockets: Vec<Socket>,
    /// Sockets with the port that belong to nobody: in TIME_WAIT, half-open, not yet accepted.
    ownerless: bool,
    /// Ports on which somebody listens or that are bound, for whoever mistyped one.
    ports: BTreeSet<u16>,
    /// Namespaces that were read, by what tells them apart.
    seen: HashSet<Vec<u8>>,
}

/// The port of a text.
pub(super) fn parse(text: &str) -> Result<u16, &'static str> {
    let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    number.filter(|&port| port != 0).ok_or("names no port: give a number from 1 to 65535 behind the colon")
}

/// Searches who holds the port.
pub(super) fn find(tree: &ProcTree, port: u16) -> Result<Found, TargetError> {
    let mut all = Sockets::new(tree.machine().endian);
    if tree.is_ours()
        && let Ok(own) = tree.dir().subdir(&std::process::id().to_string())
    {
        all.read(&own, port, false);
    }
    // Who listens here is meant; else it may be that somebody listens elsewhere.
    if !all.sockets.iter().any(|socket| socket.does == Use::Listens) {
        each(tree, |entry| all.read(entry.dir, port, tree.is_ours()))?;
    }
    let first = all.sockets.iter().map(|socket| (socket.does, socket.elsewhere)).min();
    all.sockets.retain(|socket| Some((socket.does, socket.elsewhere)) == first);
    let wanted = all.sockets.iter().map(|socket| (socket.inode, socket)).collect();
    let mut owners = Owners { wanted, links: LinkReader::default(), denied: 0, candidates: Vec::new() };
    // Without a socket nobody has to be asked for descriptors, and all the same it is told how many there are.
    let searched = each(tree, |entry| owners.look(tree, entry))?;
    let Owners { denied, candidates, .. } = owners;
    Ok(found(candidates, || all.nothing(tree, port, (searched, denied))))
}

impl Sockets {
    fn new(endian: Endian) -> Self {
        let (ports, seen) = (BTreeSet::new(), HashSet::new());
        Self { endian, sockets: Vec::new(), ownerless: false, ports, seen }
    }

    /// Reads the files of a process's namespace, unless that was read already.
    fn read(&mut self, dir: &Dir, port: u16, elsewhere: bool) {
        let Some(key) = namespace(dir) else { return };
        if !self.seen.insert(key) {
            return;
        }
        for (path, protocol) in FILES {
            let Ok(table) = rows(dir, path, self.endian) else { continue };
            for row in table.iter() {
                let does = match (row.st, row.remote_port) {
                    (LISTEN, _) if *protocol == "TCP" => Use::Listens,
                    _ if *protocol != "TCP" => Use::Bound,
                    _ => Use::Talks,
                };
                if row.local_port != port {
                    if does != Use::Talks && row.local_port != 0 {
                        self.ports.insert(row.local_port);
                    }
                } else if row.inode == 0 {
                    self.ownerless = true;
                } else {
                    self.sockets.push(Socket::new(row, does, protocol, elsewhere));
                }
            }
        }
    }

    fn nothing(self, tree: &ProcTree, port: u16, (searched, denied): (u64, u64)) -> Nothing {
        let (what, hint) = match self.sockets.first() {
            None if self.ownerless => (
                format!(
                    "no process holds the local port {port}: all sockets that have it are closing or not yet accepted"
                ),
                None,
            ),
            None => (format!("no process holds the local port {port}"), None),
            Some(socket) => (
                format!(
                    "it cannot be told who holds the local port {port} ({socket}, of user {})",
                    socket.uid
                ),
                Some(match denied {
                    0 => {
                        "no process has a descriptor of it: the kernel itself may hold it, or a process that is not seen from here"
                    }
                    _ => {
                        "to look at the descriptors of other users' processes, run it as root or give it CAP_SYS_PTRACE: netmonitor doctor says how"
                    }
                }),
            ),
        };
        let known: Vec<String> = self.ports.iter().map(|port| format!(":{port}")).collect();
        let typed = format!(":{port}");
        let nearest = match self.sockets.is_empty() && !self.ownerless {
            true => nearest(&typed, known.iter().map(String::as_str)),
            false => Vec::new(),
        };
        let compared = match self.sockets.is_empty() {
            true => "the sockets of their network namespaces",
            false => "descriptors",
        };
        Nothing {
            what,
            compared,
            searched,
            unread: denied,
            hiding: tree.is_hiding(),
            hint: hint.map(str::to_owned),
            nearest,
        }
    }
}

impl Socket {
    fn new(row: &Inet, does: Use, protocol: &'static str, elsewhere: bool) -> Self {
        Self {
            inode: row.inode,
            uid: row.uid,
            does,
            protocol,
            local: (row.local_address, row.local_port).into(),
            remote: (row.remote_address, row.remote_port).into(),
            elsewhere,
        }
    }
}

impl std::fmt::Display for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { protocol, local, remote, .. } = self;
        match self.does {
            Use::Listens => write!(f, "{protocol} {local} listens"),
            _ if remote.port() == 0 => write!(f, "{protocol} {local}"),
            _ => write!(f, "{protocol} {local} to {remote}"),
        }?;
        if self.elsewhere { f.write_str(", in another namespace") } else { Ok(()) }
    }
}

/// What tells the namespace of a process from others. In a live tree it is the inode of a file below `net`:
/// everybody may see it, unlike the link of the namespace itself.
fn namespace(dir: &Dir) -> Option<Vec<u8>> {
    if !dir.is_copy() {
        return Some(
            fstat(dir.file("net/dev").and_then(File::into_fd).ok()?).ok()?.st_ino.to_ne_bytes().to_vec(),
        );
    }
    let mut link = [MaybeUninit::uninit(); LINK];
    match dir.link("ns/net", &mut link) {
        Ok(link) => Some(link.to_vec()),
        // Its files are its own as far as anybody knows.
        Err(_) => Some(dir.listing("net").ok()?.inode().ok()?.to_ne_bytes().to_vec()),
    }
}

/// The rows of one file.
fn rows(dir: &Dir, path: &str, endian: Endian) -> Result<std::sync::Arc<Table<Inet>>, Errno> {
    let known = proc::find(path).ok_or(Errno::NOENT)?;
    let mut file = dir.file(&format!("net/{path}"))?;
    let mut decoder = known.decoder(endian);
    let mut room = vec![0; ROOM];
    loop {
        match file.read(&mut room)? {
            0 => break,
            read => decoder.feed(&room[..read]),
        }
    }
    decoder.finish().into_any().downcast().map_err(|_| Errno::INVAL)
}

/// Searches descriptors for sockets.
struct Owners<'s> {
    wanted: HashMap<u64, &'s Socket>,
    links: LinkReader,
    denied: u64,
    candidates: Vec<Candidate>,
}

impl Owners<'_> {
    fn look(&mut self, tree: &ProcTree, entry: &Entry<'_>) {
        if self.wanted.is_empty() || entry.stat.is_some_and(|stat| stat.is_kernel_thread()) {
            return;
        }
        let mut held = Held { wanted: &self.wanted, found: None };
        let process = Process::new(tree, entry.dir, entry.pid, entry.stat);
        self.denied += u64::from(self.links.part(process, None, &mut held) == Status::Denied);
        if let Some(inode) = held.found {
            let by = self.wanted.get(&inode).map(ToString::to_string);
            self.candidates.push(Candidate { by, ..Candidate::new(tree, entry) });
        }
    }
}

/// The first wanted socket among the links of a process.
struct Held<'s> {
    wanted: &'s HashMap<u64, &'s Socket>,
    found: Option<u64>,
}

impl Sink for Held<'_> {
    fn begin(&mut self, _: Moment) {}

    fn chunk(&mut self, _: &Origin, lines: &[u8]) -> ControlFlow<()> {
        let inodes = lines.split(|&byte| byte == b'\n').filter_map(inode);
        self.found = self.found.or_else(|| inodes.into_iter().find(|inode| self.wanted.contains_key(inode)));
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &Origin, _: Reading) {}
}

/// The socket of a line `fd/N socket:[INODE]`.
fn inode(line: &[u8]) -> Option<u64> {
    let target = line.split(|&byte| byte == b' ').nth(1)?;
    decimal(target.strip_prefix(b"socket:[")?.strip_suffix(b"]")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_of_lines() {
        assert_eq!(inode(b"fd/3 socket:[214209]"), Some(214209));
        assert_eq!(inode(b"task/7/fd/3 socket:[1]"), Some(1));
        for line in [&b"ns/net net:[4026531840]"[..], b"fd/3 socket:[", b"fd/3 socket:[x]", b"fd/3", b""] {
            assert_eq!(inode(line), None);
        }
    }

    #[test]
    fn who_listens_comes_first() {
        assert!(Use::Listens < Use::Bound && Use::Bound < Use::Talks);
        assert!((Use::Listens, true) < (Use::Bound, false), "also in another namespace");
    }

    #[test]
    fn ports_are_digits() {
        assert_eq!((parse("80"), parse("0080"), parse("65535")), (Ok(80), Ok(80), Ok(65535)));
        for text in ["", "0", "65536", "+80", "-1", "80 ", "http"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
