//! What a process's own sockets say when they are asked through its descriptors: messages in the form of
//! sock_diag's answers, with what an answer leaves to its request.
//!
//! An IP socket is a message of `struct inet_diag_msg` whose attributes name the protocol; of any other socket
//! there is a message of type [`OTHER_SOCKET`] with a structure of its own. Both kinds come in one stream: each
//! decoder here takes one of them and leaves the other out. No timer is known of a socket that was asked.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::attribute::{Attribute, Attributes, Numbers};
use super::inet::{self, DiagSocket, SOCK_DIAG, Transport};
use super::memory::Memory;
use super::message::{Message, Messages};
use super::unix::SocketState;
use crate::cell::Form;
use crate::dictionary::{self, NETLINK_PROTOCOL};
use crate::proc::inet::UNKNOWN_TIMER;
use crate::proc::packet::SocketType;
use crate::row::{Cell, row};
use crate::table::{Span, Table, Texts};
use crate::{Endian, Value};

/// Type of the message of a socket that has no `inet_diag_msg`.
pub const OTHER_SOCKET: u16 = 0xff00;

/// The socket's type, its protocol, its network namespace by cookie.
const ATTR_TYPE: u16 = 0x3f01;
const ATTR_PROTOCOL: u16 = 0x3f02;
const ATTR_NETNS: u16 = 0x3f03;
/// Own name and the peer's, as `struct sockaddr`.
const ATTR_LOCAL: u16 = 0x3f04;
const ATTR_PEER: u16 = 0x3f05;
/// PID, user and group of the peer of a UNIX socket when it connected.
const ATTR_PEER_CREDENTIALS: u16 = 0x3f06;
/// Bytes that wait to be read, and bytes that the peer has not read.
const ATTR_QUEUES: u16 = 0x3f07;
const ATTR_SKMEMINFO: u16 = 0x3f08;
const ATTR_MARK: u16 = 0x3f09;
/// 1: the fields of the timer in the structure are true.
const ATTR_TIMER: u16 = 0x3f0a;

const SOCK_STREAM: u32 = 1;
const SOCK_RAW: u32 = 3;

const AF_UNIX: u16 = 1;
const AF_NETLINK: u16 = 16;
const AF_PACKET: u16 = 17;
const AF_VSOCK: u16 = 40;

/// IP sockets of a process.
pub static INET: Messages =
    Messages::new::<OwnInet>("own_inet", "IP sockets of one process", "getsockopt of each socket");

/// Sockets of a process that are of other families.
pub static OTHER: Messages = Messages::new::<OwnOther>(
    "own_other",
    "sockets of one process of other families",
    "getsockopt of each socket",
);

/// Messages of IP sockets.
#[derive(Default)]
pub struct OwnInet;

impl Message for OwnInet {
    type Row = DiagSocket;
    const TYPE: u16 = SOCK_DIAG;
    const LEFT_OUT: Option<u16> = Some(OTHER_SOCKET);

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<DiagSocket>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let attributes = Attributes::new(payload.get(inet::HEADER..).unwrap_or_default(), endian);
        let number = |kind| attributes.find(kind).and_then(|attribute| attribute.u32());
        let transport = transport(number(ATTR_TYPE), number(ATTR_PROTOCOL)).ok_or("protocol not told")?;
        let mut has_timer = false;
        inet::push((payload, endian), transport, table, &mut |attribute| {
            has_timer |= attribute.kind == ATTR_TIMER && attribute.u8() == Some(1);
        })?;
        if let Some(row) = table.last_mut().filter(|_| !has_timer) {
            row.socket.tr = UNKNOWN_TIMER;
        }
        Ok(())
    }
}

fn transport(kind: Option<u32>, protocol: Option<u32>) -> Option<Transport> {
    Some(match (kind, protocol?) {
        (Some(SOCK_RAW), _) => Transport::Raw,
        (_, 6) => Transport::Tcp,
        (_, 17) => Transport::Udp,
        (_, 136) => Transport::UdpLite,
        (_, 132) => Transport::Sctp,
        (_, 262) => Transport::Mptcp,
        (_, 1 | 58) => Transport::Ping,
        _ => return None,
    })
}

row! {
    /// A socket that is none of IP.
    pub struct OtherSocket {
        key family: Family, None, "family", "Address family.";
        info r#type: SocketType, None, "type", "Type of the socket: stream, dgram, raw, seqpacket.";
        key protocol: Protocol, None, "protocol", "Protocol that the socket was opened with.";
        info state: Option<SocketState>, None, "state", "LISTEN where it accepts connections, ESTABLISHED where it has a peer.";
        info local: Option<Span>, None, "local", "Own name.";
        info remote: Option<Span>, None, "remote", "Name of the peer.";
        info peer_pid: Option<u32>, None, "peer pid", "Process that was on the other end when a UNIX socket was connected.";
        amount rx_queue: Option<u32>, Bytes, "rx queue", "Bytes received and not read.";
        amount tx_queue: Option<u32>, Bytes, "tx queue", "Bytes sent and not read by the peer.";
        amount rmem: Option<u32>, Bytes, "rmem", "Memory that received messages hold.";
        amount wmem: Option<u32>, Bytes, "wmem", "Memory that messages being sent hold.";
        counter drops: Option<u32>, Packets, "drops", "Messages that the socket dropped.";
        info mark: Option<u32>, None, "mark", "Mark of the socket's packets.";
        info uid: u32, None, "uid", "User that the socket belongs to.";
        key inode: u64, None, "inode", "Inode of the socket.";
        key cookie: u64, None, "cookie", "Number of the socket that is never given again while the machine runs.";
        info netns_cookie: Option<u64>, None, "netns cookie", "Number of its network namespace that is never given again while the machine runs.";
    }
}

/// An `AF_*` number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family(pub u16);

impl Cell for Family {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        dictionary::named(dictionary::FAMILY, self.0.into())
    }
}

/// The protocol of a socket, which means something else in each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protocol {
    family: u16,
    number: u32,
}

impl Cell for Protocol {
    const FORM: Form = Form::Integer;

    fn value<'a>(&'a self, _: &'a Texts) -> Value<'a> {
        let number = u64::from(self.number);
        match self.family {
            AF_NETLINK => dictionary::named(NETLINK_PROTOCOL, number),
            // In network byte order, as it was given.
            AF_PACKET => dictionary::named(dictionary::ETHERTYPE, u16::from_be(self.number as u16).into()),
            _ => Value::Unsigned(number),
        }
    }
}

/// Messages of other sockets.
#[derive(Default)]
pub struct OwnOther;

/// Bytes of the structure.
const HEADER: usize = 32;

impl Message for OwnOther {
    type Row = OtherSocket;
    const TYPE: u16 = OTHER_SOCKET;
    const LEFT_OUT: Option<u16> = Some(SOCK_DIAG);

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<OtherSocket>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) = payload.split_at_checked(HEADER).ok_or("shorter than its structure")?;
        let message = Numbers::new(header, endian);
        let number = |place| message.u32(place).unwrap_or_default();
        let family = message.u16(0).unwrap_or_default();
        let accepts = number(12) != 0;
        let mut row = OtherSocket {
            family: Family(family),
            r#type: SocketType(message.u16(2).unwrap_or_default().into()),
            protocol: Protocol { family, number: number(4) },
            state: accepts.then_some(SocketState(LISTEN)),
            local: None,
            remote: None,
            peer_pid: None,
            rx_queue: None,
            tx_queue: None,
            rmem: None,
            wmem: None,
            drops: None,
            mark: None,
            uid: number(8),
            inode: message.u64(16).unwrap_or_default(),
            cookie: message.u64(24).unwrap_or_default(),
            netns_cookie: None,
        };
        for attribute in Attributes::new(attributes, endian) {
            row.take(attribute, &mut table.texts);
        }
        // A connected socket without a name of its peer is one that has a pair.
        let paired = row.peer_pid.is_some() && row.r#type.0 == SOCK_STREAM;
        if row.state.is_none() && (row.remote.is_some() || paired) {
            row.state = Some(SocketState(ESTABLISHED));
        }
        table.push(row);
        Ok(())
    }
}

/// States that every kind of socket uses.
const ESTABLISHED: u32 = 1;
const LISTEN: u32 = 10;

impl OtherSocket {
    fn take(&mut self, attribute: Attribute<'_>, texts: &mut Texts) {
        let numbers = attribute.numbers();
        match attribute.kind {
            ATTR_LOCAL => self.local = name(numbers, texts),
            ATTR_PEER => self.remote = name(numbers, texts),
            ATTR_PEER_CREDENTIALS => self.peer_pid = numbers.u32(0).filter(|pid| *pid != 0),
            ATTR_QUEUES => (self.rx_queue, self.tx_queue) = (numbers.u32(0), numbers.u32(4)),
            ATTR_SKMEMINFO => {
                let memory = Memory(numbers);
                (self.rmem, self.wmem, self.drops) = (memory.rmem(), memory.wmem(), memory.drops());
            }
            ATTR_MARK => self.mark = attribute.u32().filter(|mark| *mark != 0),
            ATTR_NETNS => self.netns_cookie = attribute.u64(),
            _ => {}
        }
    }
}

/// The name in a `struct sockaddr`; `None` where it has none.
fn name(address: Numbers<'_>, texts: &mut Texts) -> Option<Span> {
    let bytes = address.bytes();
    let mut text = Vec::new();
    match address.u16(0)? {
        AF_UNIX => match bytes.get(2..)? {
            [] => return None,
            // An abstract name may hold any bytes; zero ones are shown as the text file shows them.
            [0, name @ ..] => {
                text.push(b'@');
                text.extend(name.iter().map(|&byte| if byte == 0 { b'@' } else { byte }));
            }
            path => text.extend_from_slice(super::attribute::until_zero(path)),
        },
        AF_NETLINK => write!(text, "port {} groups {:#x}", address.u32(4)?, address.u32(8)?).ok()?,
        AF_PACKET => write!(text, "ifindex {}", address.u32(4)?).ok()?,
        // Bound to nothing: any machine, any port.
        AF_VSOCK if (address.u32(8)?, address.u32(4)?) == (u32::MAX, u32::MAX) => return None,
        AF_VSOCK => write!(text, "cid {} port {}", address.u32(8)?, address.u32(4)?).ok()?,
        2 => text = ip(Ipv4Addr::from(*bytes.get(4..)?.first_chunk::<4>()?).into(), address.port(2)?),
        10 => text = ip(Ipv6Addr::from(*bytes.get(8..)?.first_chunk::<16>()?).into(), address.port(2)?),
        _ => bytes.get(2..)?.iter().try_for_each(|byte| write!(text, "{byte:02x}")).ok()?,
    }
    (!text.is_empty()).then(|| texts.keep(&text))
}

fn ip(address: IpAddr, port: u16) -> Vec<u8> {
    std::net::SocketAddr::new(address, port).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::message::Dump;

    fn message(kind: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = (16 + payload.len() as u32).to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend([0; 10]);
        bytes.extend_from_slice(payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = (4 + value.len() as u16).to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend_from_slice(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn other(family: u16, kind: u16, protocol: u32, accepts: u32, attributes: &[Vec<u8>]) -> Vec<u8> {
        let mut payload = [family.to_le_bytes(), kind.to_le_bytes()].concat();
        [protocol, 1000, accepts].iter().for_each(|number| payload.extend(number.to_le_bytes()));
        [77u64, 88].iter().for_each(|number| payload.extend(number.to_le_bytes()));
        attributes.iter().for_each(|attribute| payload.extend(attribute));
        message(OTHER_SOCKET, &payload)
    }

    fn inet(protocol: u32) -> Vec<u8> {
        let mut payload = vec![0; inet::HEADER];
        (payload[0], payload[1]) = (2, 1);
        payload.extend(attribute(ATTR_TYPE, &1u32.to_le_bytes()));
        payload.extend(attribute(ATTR_PROTOCOL, &protocol.to_le_bytes()));
        message(SOCK_DIAG, &payload)
    }

    #[test]
    fn each_decoder_takes_its_kind_of_the_stream() {
        let stream = [inet(6), other(1, 1, 0, 0, &[]), inet(262), inet(17), inet(99)].concat();
        let ip = Dump::<OwnInet>::decode(&stream, Endian::Little);
        let transports: Vec<_> = ip.iter().map(|row| row.transport).collect();
        assert_eq!(transports, [Transport::Tcp, Transport::Mptcp, Transport::Udp]);
        assert_eq!(crate::AnyTable::faults(&ip), 1, "protocol 99 is unknown");
        let others = Dump::<OwnOther>::decode(&stream, Endian::Little);
        assert_eq!((others.len(), crate::AnyTable::faults(&others)), (1, 0));
        assert_eq!((others[0].inode, others[0].cookie, others[0].uid), (77, 88, 1000));
    }

    #[test]
    fn names_of_all_families() {
        let name = |bytes: &[u8]| {
            let mut texts = Texts::default();
            let span = name(Numbers::new(bytes, Endian::Little), &mut texts);
            span.map(|span| String::from_utf8_lossy(texts.get(span)).into_owned())
        };
        assert_eq!(name(b"\x01\0/run/a b.sock\0\0").as_deref(), Some("/run/a b.sock"));
        assert_eq!(name(b"\x01\0\0ab\0c").as_deref(), Some("@ab@c"));
        assert_eq!(name(b"\x01\0"), None);
        assert_eq!(name(b"\x10\0\0\0\x07\0\0\0\x11\0\0\0").as_deref(), Some("port 7 groups 0x11"));
        assert_eq!(name(b"\x02\0\x01\xbb\x7f\0\0\x01").as_deref(), Some("127.0.0.1:443"));
        assert_eq!(name(b"\x28\0\0\0\x09\0\0\0\x03\0\0\0").as_deref(), Some("cid 3 port 9"));
        assert_eq!(name(b"\x2c\0\xff\x01").as_deref(), Some("ff01"));
        assert_eq!((name(b""), name(b"\x02"), name(b"\x02\0\x01")), (None, None, None));
    }

    #[test]
    fn a_listening_socket_and_a_connected_one_have_states() {
        let peer = attribute(ATTR_PEER, b"\x01\0/x");
        let stream = [other(1, 1, 0, 1, &[]), other(1, 1, 0, 0, &[peer]), other(1, 2, 0, 0, &[])].concat();
        let states: Vec<_> = Dump::<OwnOther>::decode(&stream, Endian::Little)
            .iter()
            .map(|row| row.state.map(|state| state.0))
            .collect();
        assert_eq!(states, [Some(10), Some(1), None]);
    }
}
