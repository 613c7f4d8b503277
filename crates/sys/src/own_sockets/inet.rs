//! A socket of IPv4 or IPv6 as `net/ipv4/inet_diag.c`, `inet_sk_diag_fill`, prints it: `struct inet_diag_msg`
//! and attributes.

use std::os::fd::BorrowedFd;

use libc::{IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, SOL_SOCKET, c_int};

use super::{ATTR_NETNS, ATTR_PROTOCOL, ATTR_TYPE, Asking, Depth, Socket};
use crate::netlink::message::{Writer, attribute};
use crate::netlink::{Extensions, SOCK_DIAG_BY_FAMILY, SocketId};
use crate::sockopt::{
    NAME, SIOCINQ, SIOCOUTQ, SO_BINDTOIFINDEX, SO_MEMINFO, SO_PEERNAME, local_name, option, option_u32,
    queued,
};

/// Attributes (`include/uapi/linux/inet_diag.h`).
const INET_DIAG_MEMINFO: u16 = 1;
const INET_DIAG_INFO: u16 = 2;
const INET_DIAG_VEGASINFO: u16 = 3;
const INET_DIAG_CONG: u16 = 4;
const INET_DIAG_TOS: u16 = 5;
const INET_DIAG_TCLASS: u16 = 6;
const INET_DIAG_SKMEMINFO: u16 = 7;
const INET_DIAG_DCTCPINFO: u16 = 9;
const INET_DIAG_PROTOCOL: u16 = 10;
const INET_DIAG_SKV6ONLY: u16 = 11;
const INET_DIAG_MARK: u16 = 15;
const INET_DIAG_BBRINFO: u16 = 16;
const INET_DIAG_ULP_INFO: u16 = 19;
const INET_ULP_INFO_NAME: u16 = 1;

/// `MPTCP_INFO` of the level `SOL_MPTCP` (`include/uapi/linux/mptcp.h`).
const SOL_MPTCP: c_int = 284;
const MPTCP_INFO: c_int = 1;

/// States (`include/net/tcp_states.h`).
const ESTABLISHED: u8 = 1;
const SYN_SENT: u8 = 2;
const CLOSE: u8 = 7;
const CLOSE_WAIT: u8 = 8;
const LAST_ACK: u8 = 9;
const LISTEN: u8 = 10;
const CLOSING: u8 = 11;

/// More than any kernel's `struct tcp_info` or `struct mptcp_info`.
const INFO: usize = 512;

/// Longest name of a congestion control or of a protocol above TCP (`TCP_CA_NAME_MAX`, `TCP_ULP_NAME_MAX`).
const TCP_NAME: usize = 16;

/// Longest name of a peer: `struct sockaddr_in6`.
const PEER: usize = 28;

/// `SO_MEMINFO`: `SK_MEMINFO_*` of `include/uapi/linux/sock_diag.h`.
const MEMINFO: usize = 9 * 4;
type Memory = [u8; MEMINFO];
const RMEM_ALLOC: usize = 0;
const WMEM_ALLOC: usize = 2;
const FWD_ALLOC: usize = 4;
const WMEM_QUEUED: usize = 5;

/// How a socket is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tcp,
    Mptcp,
    /// UDP, UDP-Lite, ping, raw.
    Datagrams,
}

/// `struct tcp_info`, as far as the kernel knows it.
struct TcpInfo {
    bytes: [u8; INFO],
    len: usize,
}

impl TcpInfo {
    fn read(fd: BorrowedFd<'_>) -> Self {
        let mut bytes = [0; INFO];
        let len = option(fd, IPPROTO_TCP, libc::TCP_INFO, &mut bytes).unwrap_or(0);
        Self { bytes, len }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// `tcpi_state`.
    fn state(&self) -> u8 {
        self.bytes[0]
    }

    /// `tcpi_retransmits` or, without any, `tcpi_probes`.
    fn retrans(&self) -> u8 {
        if self.bytes[2] > 0 { self.bytes[2] } else { self.bytes[3] }
    }

    /// `tcpi_unacked` and `tcpi_sacked` of a listening socket: connections that wait to be accepted, and
    /// how many may.
    fn backlog(&self) -> (u32, u32) {
        (u32_at(&self.bytes, 24), u32_at(&self.bytes, 28))
    }

    /// Nothing waits to be sent or acknowledged: `tcpi_unacked` and `tcpi_notsent_bytes`.
    fn has_sent_all(&self) -> bool {
        self.len >= 148 && u32_at(&self.bytes, 24) == 0 && u32_at(&self.bytes, 144) == 0
    }

    /// `tcpi_segs_out` and `tcpi_segs_in`.
    fn segments(&self) -> (u32, u32) {
        (u32_at(&self.bytes, 136), u32_at(&self.bytes, 140))
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// A name with the NUL at its end, as the kernel puts strings into attributes; none where there is none.
#[derive(Debug, Clone, Copy, Default)]
struct Name {
    bytes: [u8; TCP_NAME],
    len: usize,
}

impl Name {
    fn read(fd: BorrowedFd<'_>, name: c_int) -> Self {
        let mut bytes = [0; TCP_NAME];
        let len = option(fd, IPPROTO_TCP, name, &mut bytes).unwrap_or(0);
        let end = bytes[..len].iter().position(|&byte| byte == 0).filter(|&end| end > 0);
        Self { bytes, len: end.map_or(0, |end| end + 1) }
    }

    fn get(&self) -> Option<&[u8]> {
        (self.len > 0).then(|| &self.bytes[..self.len])
    }
}

/// What hardly ever changes of a TCP connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connection {
    id: SocketId,
    mark: Option<u32>,
    /// `TCP_CONGESTION`, if it was asked for.
    congestion: Option<Name>,
    /// `TCP_ULP`, if it was asked for.
    above: Option<Name>,
    segments: (u32, u32),
}

impl Connection {
    fn read(socket: &Socket<'_>, state: u8) -> Self {
        let mut peer = [0; PEER];
        let peer = if state == LISTEN { &[] } else { peer_of(socket, &mut peer) };
        let (congestion, above) = (None, None);
        Self { id: id(socket, peer), mark: mark(socket), congestion, above, segments: (0, 0) }
    }

    /// Whether what was told of the connection is told of the same one: a socket can be disconnected and
    /// connected anew, and counts from 0 then.
    fn lasts(&self, info: &TcpInfo) -> bool {
        let (out, into) = info.segments();
        let newer = |now: u32, before: u32| now.wrapping_sub(before) < u32::MAX / 2;
        is_connected(info.state()) && newer(out, self.segments.0) && newer(into, self.segments.1)
    }
}

/// It has a peer and will not get another without being closed first.
fn is_connected(state: u8) -> bool {
    !matches!(state, SYN_SENT | CLOSE | LISTEN) && state > 0
}

/// The fields of `struct inet_diag_msg` that are not the same for a socket's whole life.
struct Fields {
    id: SocketId,
    state: u8,
    retrans: u8,
    rqueue: u32,
    wqueue: u32,
    mark: Option<u32>,
}

/// Writes the message, if it is a socket that has one.
pub(super) fn write(socket: &mut Socket<'_>, asking: Asking, out: &mut Vec<u8>) -> bool {
    match kind_of(socket) {
        Some(Kind::Tcp) => tcp(socket, asking, out),
        Some(Kind::Mptcp) => mptcp(socket, asking.extensions, out),
        Some(Kind::Datagrams) => datagrams(socket, asking.extensions, out),
        None => return false,
    }
    true
}

fn kind_of(socket: &Socket<'_>) -> Option<Kind> {
    let known = &socket.known;
    if !matches!(known.family, libc::AF_INET | libc::AF_INET6) {
        return None;
    }
    let protocol = known.protocol.cast_signed();
    match (known.kind, protocol) {
        (libc::SOCK_RAW, _) => Some(Kind::Datagrams),
        (libc::SOCK_STREAM, libc::IPPROTO_TCP) => Some(Kind::Tcp),
        (libc::SOCK_STREAM, libc::IPPROTO_MPTCP) => Some(Kind::Mptcp),
        (
            libc::SOCK_DGRAM,
            libc::IPPROTO_UDP | libc::IPPROTO_UDPLITE | libc::IPPROTO_ICMP | libc::IPPROTO_ICMPV6,
        ) => Some(Kind::Datagrams),
        _ => None,
    }
}

fn tcp(socket: &mut Socket<'_>, Asking { extensions, depth }: Asking, out: &mut Vec<u8>) {
    let fd = socket.fd;
    let info = TcpInfo::read(fd);
    let state = info.state();
    let kept = socket.known.connection.filter(|kept| depth == Depth::Moving && kept.lasts(&info));
    let mut connection = kept.unwrap_or_else(|| Connection::read(socket, state));
    connection.segments = info.segments();
    let memory = memory(fd);
    let (rqueue, wqueue) = if state == LISTEN { info.backlog() } else { queues(fd, &info, memory.as_ref()) };
    let Connection { id, mark, .. } = connection;
    let fields = Fields { id, state, retrans: info.retrans(), rqueue, wqueue, mark };
    let mut message = begin(socket, &fields, out);
    attributes(socket, memory.as_ref(), extensions, &mut message);
    let ask = |kept: &mut Option<Name>, name| *kept.get_or_insert_with(|| Name::read(fd, name));
    if extensions.0 & (Extensions::CONG | Extensions::CONGESTION_INFO).0 != 0 {
        let name = ask(&mut connection.congestion, libc::TCP_CONGESTION);
        congestion(fd, name, extensions, &mut message);
    }
    if extensions.has(Extensions::INFO) {
        let name = ask(&mut connection.above, libc::TCP_ULP);
        transport(info.bytes(), name, &mut message);
    }
    message.end();
    socket.known.connection = is_connected(state).then_some(connection);
}

/// A connection of MPTCP: what TCP tells is about its first subflow and says no more than whether it
/// listens.
fn mptcp(socket: &Socket<'_>, extensions: Extensions, out: &mut Vec<u8>) {
    let fd = socket.fd;
    let first = TcpInfo::read(fd);
    let memory = memory(fd);
    let mut fields = unspecific(socket, memory.as_ref());
    if first.state() == LISTEN {
        fields.state = LISTEN;
        (fields.rqueue, fields.wqueue) = first.backlog();
    }
    let mut message = begin(socket, &fields, out);
    attributes(socket, memory.as_ref(), extensions, &mut message);
    if extensions.has(Extensions::CONG) {
        congestion(fd, Name::read(fd, libc::TCP_CONGESTION), Extensions::CONG, &mut message);
    }
    let mut info = [0; INFO];
    if extensions.has(Extensions::INFO)
        && let Ok(len) = option(fd, SOL_MPTCP, MPTCP_INFO, &mut info)
    {
        transport(&info[..len], Name::default(), &mut message);
    }
    message.end();
}

fn datagrams(socket: &Socket<'_>, extensions: Extensions, out: &mut Vec<u8>) {
    let memory = memory(socket.fd);
    let mut message = begin(socket, &unspecific(socket, memory.as_ref()), out);
    attributes(socket, memory.as_ref(), extensions, &mut message);
    message.end();
}

/// What can be known of any socket, whatever its protocol.
fn unspecific(socket: &Socket<'_>, memory: Option<&Memory>) -> Fields {
    let mut peer = [0; PEER];
    let peer = peer_of(socket, &mut peer);
    let word = |field| memory.map_or(0, |memory| word(memory, field));
    Fields {
        id: id(socket, peer),
        state: if peer.is_empty() { CLOSE } else { ESTABLISHED },
        retrans: 0,
        rqueue: word(RMEM_ALLOC),
        wqueue: word(WMEM_ALLOC),
        mark: mark(socket),
    }
}

/// The peer's name. Unlike `getpeername`, this option tells that of a connection which is not yet, or no
/// longer, established; and it refuses a buffer that is longer than the name.
fn peer_of<'b>(socket: &Socket<'_>, into: &'b mut [u8; PEER]) -> &'b [u8] {
    let len = if socket.known.family == libc::AF_INET { 16 } else { PEER };
    match option(socket.fd, SOL_SOCKET, SO_PEERNAME, &mut into[..len]) {
        Ok(len) => &into[..len],
        Err(_) => &[],
    }
}

fn mark(socket: &Socket<'_>) -> Option<u32> {
    option_u32(socket.fd, SOL_SOCKET, libc::SO_MARK).ok()
}

/// `struct inet_diag_sockid`.
fn id(socket: &Socket<'_>, peer: &[u8]) -> SocketId {
    let mut id = [0; 48];
    let mut local = [0; NAME];
    let local = local_name(socket.fd, &mut local).unwrap_or_default();
    for (name, port, address) in [(local, 0, 4), (peer, 2, 20)] {
        // `sockaddr_in`: family, port, address. `sockaddr_in6`: family, port, flow, address.
        let (from, len) = if socket.known.family == libc::AF_INET { (4, 4) } else { (8, 16) };
        if let (Some(number), Some(bytes)) = (name.get(2..4), name.get(from..from + len)) {
            id[port..port + 2].copy_from_slice(number);
            id[address..address + len].copy_from_slice(bytes);
        }
    }
    let interface = option_u32(socket.fd, SOL_SOCKET, SO_BINDTOIFINDEX).unwrap_or(0);
    id[36..40].copy_from_slice(&interface.to_ne_bytes());
    // In two halves of 32 bits, the lower first.
    let cookie = socket.known.cookie.unwrap_or(0);
    id[40..44].copy_from_slice(&(cookie as u32).to_ne_bytes());
    id[44..48].copy_from_slice(&((cookie >> 32) as u32).to_ne_bytes());
    id
}

fn memory(fd: BorrowedFd<'_>) -> Option<Memory> {
    let mut memory = [0; MEMINFO];
    option(fd, SOL_SOCKET, SO_MEMINFO, &mut memory).ok().map(|_| memory)
}

fn word(memory: &Memory, nth: usize) -> u32 {
    u32_at(memory, nth * 4)
}

/// What waits to be read and to be acknowledged on a TCP connection, as a dump counts it: the other side's
/// FIN is a byte until it has been read, and the own SYN one until it is acknowledged; `SIOCINQ` and
/// `SIOCOUTQ` leave both out, and take the socket's lock. What has not been read, a FIN too, takes memory.
fn queues(fd: BorrowedFd<'_>, info: &TcpInfo, memory: Option<&Memory>) -> (u32, u32) {
    let state = info.state();
    let rqueue = if memory.is_some_and(|memory| word(memory, RMEM_ALLOC) == 0) {
        0
    } else {
        let ended = matches!(state, CLOSE_WAIT | LAST_ACK | CLOSING);
        queued(fd, SIOCINQ).unwrap_or(0) + u32::from(ended)
    };
    let wqueue = match state {
        SYN_SENT => 1,
        _ if info.has_sent_all() => 0,
        _ => queued(fd, SIOCOUTQ).unwrap_or(0),
    };
    (rqueue, wqueue)
}

/// Begins the message: its structure, and what tells which socket it is.
fn begin<'b>(socket: &Socket<'_>, fields: &Fields, out: &'b mut Vec<u8>) -> Writer<'b> {
    let known = &socket.known;
    let mut message = Writer::new(out, SOCK_DIAG_BY_FAMILY, 0);
    message.bytes(&[known.family as u8, fields.state, 0, fields.retrans]);
    message.bytes(&fields.id);
    let numbers = [0, fields.rqueue, fields.wqueue, known.uid, known.inode as u32];
    numbers.iter().for_each(|number| message.bytes(&number.to_ne_bytes()));
    if known.family == libc::AF_INET6
        && matches!(fields.state, LISTEN | CLOSE)
        && let Ok(only) = option_u32(socket.fd, IPPROTO_IPV6, libc::IPV6_V6ONLY)
    {
        message.attribute(INET_DIAG_SKV6ONLY, &[u8::from(only != 0)]);
    }
    if let Some(mark) = fields.mark {
        message.attribute(INET_DIAG_MARK, &mark.to_ne_bytes());
    }
    if let Ok(short) = u8::try_from(known.protocol) {
        message.attribute(INET_DIAG_PROTOCOL, &[short]);
    }
    message.attribute(ATTR_TYPE, &known.kind.to_ne_bytes());
    message.attribute(ATTR_PROTOCOL, &known.protocol.to_ne_bytes());
    if let Some(netns) = known.netns {
        message.attribute(ATTR_NETNS, &netns.to_ne_bytes());
    }
    message
}

/// What any Internet socket tells if it is asked for.
fn attributes(
    socket: &Socket<'_>,
    memory: Option<&Memory>,
    extensions: Extensions,
    message: &mut Writer<'_>,
) {
    if let Some(memory) = memory.filter(|_| extensions.has(Extensions::MEMINFO)) {
        // `struct inet_diag_meminfo`.
        let mut meminfo = [0; 16];
        for (nth, field) in [RMEM_ALLOC, WMEM_QUEUED, FWD_ALLOC, WMEM_ALLOC].into_iter().enumerate() {
            meminfo[nth * 4..nth * 4 + 4].copy_from_slice(&word(memory, field).to_ne_bytes());
        }
        message.attribute(INET_DIAG_MEMINFO, &meminfo);
    }
    if let Some(memory) = memory.filter(|_| extensions.has(Extensions::SKMEMINFO)) {
        message.attribute(INET_DIAG_SKMEMINFO, memory);
    }
    if extensions.has(Extensions::TOS)
        && let Ok(tos) = option_u32(socket.fd, IPPROTO_IP, libc::IP_TOS)
    {
        message.attribute(INET_DIAG_TOS, &[tos as u8]);
    }
    if extensions.has(Extensions::TCLASS)
        && socket.known.family == libc::AF_INET6
        && let Ok(class) = option_u32(socket.fd, IPPROTO_IPV6, libc::IPV6_TCLASS)
    {
        message.attribute(INET_DIAG_TCLASS, &[class as u8]);
    }
}

/// The congestion control: its name, and what it tells of itself.
fn congestion(fd: BorrowedFd<'_>, name: Name, extensions: Extensions, message: &mut Writer<'_>) {
    if let Some(name) = name.get().filter(|_| extensions.has(Extensions::CONG)) {
        message.attribute(INET_DIAG_CONG, name);
    }
    if !extensions.has(Extensions::CONGESTION_INFO) {
        return;
    }
    let mut told = [0; INFO];
    let len = option(fd, IPPROTO_TCP, libc::TCP_CC_INFO, &mut told).unwrap_or(0);
    // Those that tell anything fill one of three structures.
    let attribute = match &name.bytes {
        [b'b', b'b', b'r', ..] => INET_DIAG_BBRINFO,
        [b'd', b'c', b't', b'c', b'p', ..] => INET_DIAG_DCTCPINFO,
        _ => INET_DIAG_VEGASINFO,
    };
    if len > 0 {
        message.attribute(attribute, &told[..len]);
    }
}

/// What a connection tells of itself, and the name of the protocol above it.
fn transport(info: &[u8], above: Name, message: &mut Writer<'_>) {
    if !info.is_empty() {
        message.attribute(INET_DIAG_INFO, info);
    }
    if let Some(above) = above.get() {
        let mut nested = Vec::with_capacity(4 + TCP_NAME);
        attribute(&mut nested, INET_ULP_INFO_NAME, above);
        message.attribute(INET_DIAG_ULP_INFO, &nested);
    }
}
