//! What can be asked: one function for each kind of list, that builds the bytes of its request.

use std::ops::BitOr;

use rustix::net::AddressFamily;

use super::Subsystem;
use super::message::{NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, Writer, attribute};

/// `SOCK_DIAG_BY_FAMILY` (`include/uapi/linux/sock_diag.h`).
pub(crate) const SOCK_DIAG_BY_FAMILY: u16 = 20;

/// `SOCK_DESTROY` (`include/uapi/linux/sock_diag.h`).
const SOCK_DESTROY: u16 = 21;

/// `TCPDIAG_GETSOCK` (`include/uapi/linux/inet_diag.h`).
const TCPDIAG_GETSOCK: u16 = 18;

/// `include/uapi/linux/rtnetlink.h`.
const RTM_GETLINK: u16 = 18;
const RTM_GETADDR: u16 = 22;
const RTM_GETROUTE: u16 = 26;
const RTM_GETNEIGH: u16 = 30;
const RTM_GETRULE: u16 = 34;
const RTM_GETNEXTHOP: u16 = 106;

/// `include/uapi/linux/genetlink.h`: the family that knows the numbers of all.
const GENL_ID_CTRL: u16 = 0x10;
const CTRL_CMD_GETFAMILY: u8 = 3;
const CTRL_VERSION: u8 = 2;
const CTRL_ATTR_FAMILY_NAME: u16 = 2;

/// `include/uapi/linux/ethtool_netlink_generated.h`.
const ETHTOOL_GENL_VERSION: u8 = 1;
const ETHTOOL_MSG_LINKMODES_GET: u8 = 4;
const ETHTOOL_A_LINKMODES_HEADER: u16 = 1;
const ETHTOOL_A_HEADER_FLAGS: u16 = 3;
const ETHTOOL_FLAG_COMPACT_BITSETS: u32 = 1;

/// `include/uapi/linux/netlink.h`: the value is attributes.
const NLA_F_NESTED: u16 = 0x8000;

/// `INET_DIAG_REQ_PROTOCOL` (`include/uapi/linux/inet_diag.h`).
const INET_DIAG_REQ_PROTOCOL: u16 = 3;

/// `NDIAG_PROTO_ALL` (`include/uapi/linux/netlink_diag.h`).
const NDIAG_PROTO_ALL: u8 = 255;

/// No cookie is asked for (`INET_DIAG_NOCOOKIE`, twice).
const NO_COOKIE: [u8; 8] = [0xff; 8];

/// Every state, as a mask of bits by the state's number; bit 13 is that of sockets which are bound and
/// neither listen nor are connected.
pub const ALL_STATES: u32 = 0x3fff;

/// A protocol over IPv4 and IPv6, by its number (`IPPROTO_*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Protocol(pub u16);

impl Protocol {
    /// TCP.
    pub const TCP: Self = Self(6);
    /// UDP.
    pub const UDP: Self = Self(17);
    /// SCTP.
    pub const SCTP: Self = Self(132);
    /// UDP-Lite.
    pub const UDPLITE: Self = Self(136);
    /// Raw sockets, whatever their protocol.
    pub const RAW: Self = Self(255);
    /// Multipath TCP: the connections, not their subflows.
    pub const MPTCP: Self = Self(262);
}

/// A set of bits with names.
macro_rules! bits {
    ($(#[$doc:meta])* $name:ident($bits:ty) { $($(#[$bit_doc:meta])* $bit:ident = $value:expr;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name(pub $bits);

        impl $name {
            $($(#[$bit_doc])* pub const $bit: Self = Self($value);)*
            /// None of them.
            pub const NONE: Self = Self(0);

            /// Whether all of `other` are in it.
            pub const fn has(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
        }

        impl BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }
    };
}

bits! {
    /// What is told of an Internet socket beside its message (`idiag_ext`: bit N - 1 asks for attribute N).
    Extensions(u8) {
        /// `INET_DIAG_MEMINFO`.
        MEMINFO = 1 << 0;
        /// `INET_DIAG_INFO`: `struct tcp_info`, `struct mptcp_info`, `struct sctp_info`; brings
        /// `INET_DIAG_ULP_INFO` too.
        INFO = 1 << 1;
        /// `INET_DIAG_VEGASINFO`, `INET_DIAG_DCTCPINFO` or `INET_DIAG_BBRINFO`.
        CONGESTION_INFO = 1 << 2;
        /// `INET_DIAG_CONG`: the name of the congestion control.
        CONG = 1 << 3;
        /// `INET_DIAG_TOS`.
        TOS = 1 << 4;
        /// `INET_DIAG_TCLASS`; brings `INET_DIAG_CLASS_ID` too.
        TCLASS = 1 << 5;
        /// `INET_DIAG_SKMEMINFO`.
        SKMEMINFO = 1 << 6;
        /// `INET_DIAG_SHUTDOWN`, which comes unasked.
        SHUTDOWN = 1 << 7;
    }
}

bits! {
    /// What is told of a UNIX socket (`UDIAG_SHOW_*`).
    UnixShow(u32) {
        /// Its name.
        NAME = 1 << 0;
        /// The device and inode of the file it is bound to.
        VFS = 1 << 1;
        /// The peer's inode.
        PEER = 1 << 2;
        /// Inodes of sockets that wait to be accepted.
        ICONS = 1 << 3;
        /// Lengths of the queues.
        RQLEN = 1 << 4;
        /// `UNIX_DIAG_MEMINFO`.
        MEMINFO = 1 << 5;
        /// The owner.
        UID = 1 << 6;
        /// All of them.
        ALL = 0x7f;
    }
}

bits! {
    /// What is told of a netlink socket (`NDIAG_SHOW_*`).
    NetlinkShow(u32) {
        /// `NETLINK_DIAG_MEMINFO`.
        MEMINFO = 1 << 0;
        /// The groups that it listens to.
        GROUPS = 1 << 1;
        /// Flags.
        FLAGS = 1 << 3;
        /// All of them.
        ALL = 0xb;
    }
}

bits! {
    /// What is told of a packet socket (`PACKET_SHOW_*`).
    PacketShow(u32) {
        /// Interface, version and flags.
        INFO = 1 << 0;
        /// Groups that it listens to.
        MCLIST = 1 << 1;
        /// The rings' sizes.
        RING_CFG = 1 << 2;
        /// The fanout group.
        FANOUT = 1 << 3;
        /// `PACKET_DIAG_MEMINFO`.
        MEMINFO = 1 << 4;
        /// The filter's instructions.
        FILTER = 1 << 5;
        /// All of them: the filter is left out where it is not permitted.
        ALL = 0x3f;
    }
}

bits! {
    /// What is told of an XDP socket (`XDP_SHOW_*`).
    XdpShow(u32) {
        /// Interface and queue.
        INFO = 1 << 0;
        /// The rings' sizes.
        RING_CFG = 1 << 1;
        /// The memory that it shares.
        UMEM = 1 << 2;
        /// `XDP_DIAG_MEMINFO`.
        MEMINFO = 1 << 3;
        /// Counters.
        STATS = 1 << 4;
        /// All of them.
        ALL = 0x1f;
    }
}

/// Which socket, as `struct inet_diag_sockid` of its message: ports (2 bytes each, network order), source
/// and destination (16 each), interface (4), cookie (8).
pub type SocketId = [u8; 48];

/// A request: for a list, or for one socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub(super) subsystem: Subsystem,
    pub(super) message: Vec<u8>,
    /// It asks for one thing, and that this does not exist is an answer.
    pub(super) exact: bool,
    /// The family of generic netlink whose number is to be its type.
    pub(super) family: Option<&'static str>,
}

impl Request {
    /// A request whose structure is made of these parts, with these attributes.
    fn new(
        (subsystem, kind, flags): (Subsystem, u16, u16),
        parts: &[&[u8]],
        attributes: &[(u16, &[u8])],
    ) -> Self {
        let mut message = Vec::with_capacity(96);
        let mut writer = Writer::new(&mut message, kind, NLM_F_REQUEST | flags);
        parts.iter().for_each(|part| writer.bytes(part));
        attributes.iter().for_each(|(attribute, value)| writer.attribute(*attribute, value));
        writer.end();
        Self { subsystem, message, exact: flags & NLM_F_DUMP == 0, family: None }
    }

    fn sockets(parts: &[&[u8]]) -> Self {
        Self::new((Subsystem::SockDiag, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP), parts, &[])
    }

    fn route(kind: u16, header: &[u8]) -> Self {
        Self::new((Subsystem::Route, kind, NLM_F_DUMP), &[header], &[])
    }
}

/// Internet sockets of one family and protocol (`struct inet_diag_req_v2`). A dump of IPv6 has IPv6 sockets
/// only, also those that talk over IPv4. States are a mask, see [`ALL_STATES`].
pub fn inet(family: AddressFamily, protocol: Protocol, states: u32, extensions: Extensions) -> Request {
    inet_request(NLM_F_DUMP, family, protocol, states, extensions, &[0; 48])
}

/// TCP sockets of both families (`struct inet_diag_req`): the older request has one pass over the kernel's table for what
/// the newer one needs two for. That table has many buckets, most of them empty.
pub fn tcp_of_both(states: u32, extensions: Extensions) -> Request {
    let head = [short_family(AddressFamily::UNSPEC), 0, 0, extensions.0];
    let kind = (Subsystem::SockDiag, TCPDIAG_GETSOCK, NLM_F_DUMP);
    Request::new(kind, &[&head, &[0; 48], &states.to_ne_bytes(), &[0; 4]], &[])
}

/// One Internet socket, by the identity that an earlier message of it had: ports, addresses and interface
/// must be its own, and the cookie too unless all its bytes are 0xff. That there is none such gives `Done`
/// without a message.
pub fn inet_exact(
    family: AddressFamily,
    protocol: Protocol,
    extensions: Extensions,
    id: &SocketId,
) -> Request {
    inet_request(NLM_F_ACK, family, protocol, ALL_STATES, extensions, id)
}

fn inet_request(
    flags: u16,
    family: AddressFamily,
    protocol: Protocol,
    states: u32,
    extensions: Extensions,
    id: &SocketId,
) -> Request {
    let head = |short| [short_family(family), short, extensions.0, 0];
    let send = |head: [u8; 4], attributes: &[(u16, &[u8])]| {
        let kind = (Subsystem::SockDiag, SOCK_DIAG_BY_FAMILY, flags);
        Request::new(kind, &[&head, &states.to_ne_bytes(), id], attributes)
    };
    match u8::try_from(protocol.0) {
        Ok(short) => send(head(short), &[]),
        // What does not fit goes into an attribute. A kernel that does not know it finds no protocol 0.
        Err(_) => send(head(0), &[(INET_DIAG_REQ_PROTOCOL, &u32::from(protocol.0).to_ne_bytes())]),
    }
}

/// Closes one TCP socket (`SOCK_DESTROY`), by the identity that a message of it had. That there is none such gives `Done`, too.
pub fn destroy_tcp(family: AddressFamily, id: &SocketId) -> Request {
    let head = [short_family(family), Protocol::TCP.0 as u8, 0, 0];
    let kind = (Subsystem::SockDiag, SOCK_DESTROY, NLM_F_ACK);
    Request::new(kind, &[&head, &ALL_STATES.to_ne_bytes(), id], &[])
}

/// UNIX sockets (`struct unix_diag_req`).
pub fn unix(states: u32, show: UnixShow) -> Request {
    let head = [short_family(AddressFamily::UNIX), 0, 0, 0];
    Request::sockets(&[&head, &states.to_ne_bytes(), &[0; 4], &show.0.to_ne_bytes(), &NO_COOKIE])
}

/// Netlink sockets of every protocol (`struct netlink_diag_req`).
pub fn netlink_sockets(show: NetlinkShow) -> Request {
    let head = [short_family(AddressFamily::NETLINK), NDIAG_PROTO_ALL, 0, 0];
    Request::sockets(&[&head, &[0; 4], &show.0.to_ne_bytes(), &NO_COOKIE])
}

/// Packet sockets (`struct packet_diag_req`).
pub fn packet(show: PacketShow) -> Request {
    let head = [short_family(AddressFamily::PACKET), 0, 0, 0];
    Request::sockets(&[&head, &[0; 4], &show.0.to_ne_bytes(), &NO_COOKIE])
}

/// VSOCK sockets (`struct vsock_diag_req`).
pub fn vsock(states: u32) -> Request {
    let head = [short_family(AddressFamily::VSOCK), 0, 0, 0];
    Request::sockets(&[&head, &states.to_ne_bytes(), &[0; 8], &NO_COOKIE])
}

/// XDP sockets (`struct xdp_diag_req`).
pub fn xdp(show: XdpShow) -> Request {
    let head = [short_family(AddressFamily::XDP), 0, 0, 0];
    Request::sockets(&[&head, &[0; 4], &show.0.to_ne_bytes(), &NO_COOKIE])
}

/// Interfaces with their counters (`struct ifinfomsg`).
pub fn links() -> Request {
    Request::route(RTM_GETLINK, &[0; 16])
}

/// Addresses (`struct ifaddrmsg`); UNSPEC is every family.
pub fn addresses(family: AddressFamily) -> Request {
    route_of(RTM_GETADDR, family, [0; 8])
}

/// Neighbours (`struct ndmsg`); UNSPEC is IPv4 and IPv6, BRIDGE the forwarding tables of bridges.
pub fn neighbours(family: AddressFamily) -> Request {
    route_of(RTM_GETNEIGH, family, [0; 12])
}

/// Routes of every table (`struct rtmsg`); UNSPEC is every family.
pub fn routes(family: AddressFamily) -> Request {
    route_of(RTM_GETROUTE, family, [0; 12])
}

/// Rules by which a table of routes is chosen (`struct fib_rule_hdr`); UNSPEC is every family.
pub fn rules(family: AddressFamily) -> Request {
    route_of(RTM_GETRULE, family, [0; 12])
}

/// Nexthop objects (`struct nhmsg`), Linux ≥ 5.3.
pub fn nexthops() -> Request {
    Request::route(RTM_GETNEXTHOP, &[0; 8])
}

/// Speed and duplex of the links whose drivers tell them (`ETHTOOL_MSG_LINKMODES_GET`), Linux ≥ 5.6.
pub fn link_modes() -> Request {
    // What both ends could do is told as bits, not as a list of names.
    let flags: &[u8] = &nested(ETHTOOL_A_HEADER_FLAGS, &ETHTOOL_FLAG_COMPACT_BITSETS.to_ne_bytes());
    let header = &[(NLA_F_NESTED | ETHTOOL_A_LINKMODES_HEADER, flags)];
    // Its type is not known yet.
    let kind = (Subsystem::Generic, 0, NLM_F_DUMP);
    let request = Request::new(kind, &[&[ETHTOOL_MSG_LINKMODES_GET, ETHTOOL_GENL_VERSION, 0, 0]], header);
    Request { family: Some("ethtool"), ..request }
}

/// The number of a family of generic netlink (`CTRL_CMD_GETFAMILY`).
pub(super) fn family(name: &str) -> Request {
    let name = [name.as_bytes(), b"\0"].concat();
    let kind = (Subsystem::Generic, GENL_ID_CTRL, NLM_F_ACK);
    Request::new(kind, &[&[CTRL_CMD_GETFAMILY, CTRL_VERSION, 0, 0]], &[(CTRL_ATTR_FAMILY_NAME, &name)])
}

/// An attribute, to be the value of another.
fn nested(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    attribute(&mut out, kind, value);
    out
}

/// A list of rtnetlink whose structure begins with the family and is 0 beyond it, as strict checking asks.
fn route_of<const N: usize>(kind: u16, family: AddressFamily, mut header: [u8; N]) -> Request {
    header[0] = short_family(family);
    Request::route(kind, &header)
}

/// All families of the kernel fit; one that does not is one that no kernel knows.
fn short_family(family: AddressFamily) -> u8 {
    u8::try_from(family.as_raw()).unwrap_or(u8::MAX)
}
