//! What a message of sock_diag says about a socket beside its row, read when it is asked for.
//! `net/ipv4/inet_diag.c` `inet_diag_msg_attrs_fill`, `net/ipv4/tcp_diag.c` `tcp_diag_get_aux`,
//! `net/tls/tls_main.c` `tls_get_info`, `net/mptcp/diag.c` `subflow_get_info`.

use std::net::IpAddr;

use super::attribute::{Attribute, Attributes, Numbers};
use super::inet::{DiagSocket, Transport, addresses};
use super::memory::Memory;
use super::other_info::{BbrInfo, DctcpInfo, MptcpInfo, SctpInfo, VegasInfo};
use super::tcp_info::TcpInfo;
use crate::Endian;
use crate::proc::inet::LISTEN;

/// Types of the attributes (`INET_DIAG_*`).
const MEMINFO: u16 = 1;
pub(super) const INFO: u16 = 2;
const VEGASINFO: u16 = 3;
const CONG: u16 = 4;
const TOS: u16 = 5;
const TCLASS: u16 = 6;
pub(super) const SKMEMINFO: u16 = 7;
const SHUTDOWN: u16 = 8;
const DCTCPINFO: u16 = 9;
pub(super) const PROTOCOL: u16 = 10;
const SKV6ONLY: u16 = 11;
const LOCALS: u16 = 12;
const PEERS: u16 = 13;
const MARK: u16 = 15;
const BBRINFO: u16 = 16;
const CLASS_ID: u16 = 17;
const MD5SIG: u16 = 18;
const ULP_INFO: u16 = 19;
const CGROUP_ID: u16 = 21;
const SOCKOPT: u16 = 22;

/// The attributes of one socket.
#[derive(Clone, Copy)]
pub struct Detail<'a> {
    /// The socket.
    pub socket: &'a DiagSocket,
    attributes: &'a [u8],
    info: &'a [u8],
}

impl<'a> Detail<'a> {
    pub(super) fn new(socket: &'a DiagSocket, attributes: &'a [u8], info: &'a [u8]) -> Self {
        Self { socket, attributes, info }
    }

    /// All of them.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::new(self.attributes, self.socket.endian)
    }

    fn find(&self, kind: u16) -> Option<Attribute<'a>> {
        self.attributes().find(kind)
    }

    fn info(&self, transport: Transport) -> Option<Numbers<'a>> {
        let is_told = self.socket.transport == transport && !self.info.is_empty();
        is_told.then(|| Numbers::new(self.info, self.socket.endian))
    }

    /// What TCP tells. In TIME_WAIT and before the handshake has ended there is none.
    pub fn tcp_info(&self) -> Option<TcpInfo<'a>> {
        self.info(Transport::Tcp).map(TcpInfo)
    }

    /// What TCP tells of a socket that can have a connection: of a listening one it fills next to nothing, and
    /// two fields with something else.
    pub fn connection(&self) -> Option<TcpInfo<'a>> {
        if self.is_listening() { None } else { self.tcp_info() }
    }

    /// What Multipath TCP tells.
    pub fn mptcp_info(&self) -> Option<MptcpInfo<'a>> {
        self.info(Transport::Mptcp).map(MptcpInfo)
    }

    /// What SCTP tells.
    pub fn sctp_info(&self) -> Option<SctpInfo<'a>> {
        self.info(Transport::Sctp).map(SctpInfo)
    }

    /// The socket takes connections.
    pub fn is_listening(&self) -> bool {
        self.socket.socket.st == LISTEN
    }

    /// Memory of the socket (`INET_DIAG_SKMEMINFO`).
    pub fn memory(&self) -> Option<Memory<'a>> {
        self.find(SKMEMINFO).map(|attribute| Memory(attribute.numbers()))
    }

    /// Memory of the socket, the older form of four numbers (`INET_DIAG_MEMINFO`): received packets, written and
    /// not acknowledged, set aside, on their way out.
    pub fn old_memory(&self) -> Option<[u32; 4]> {
        let numbers = self.find(MEMINFO)?.numbers();
        Some([numbers.u32(0)?, numbers.u32(4)?, numbers.u32(8)?, numbers.u32(12)?])
    }

    /// Name of the congestion control.
    pub fn congestion(&self) -> Option<&'a [u8]> {
        self.find(CONG).map(|attribute| attribute.text())
    }

    /// Type of service of IPv4 packets.
    pub fn tos(&self) -> Option<u8> {
        self.find(TOS)?.u8()
    }

    /// Traffic class of IPv6 packets.
    pub fn tclass(&self) -> Option<u8> {
        self.find(TCLASS)?.u8()
    }

    /// Directions that are closed: 1 receiving, 2 sending.
    pub fn shutdown(&self) -> Option<u8> {
        self.find(SHUTDOWN)?.u8()
    }

    /// 1 where a socket of IPv6 does not take IPv4.
    pub fn v6only(&self) -> Option<u8> {
        self.find(SKV6ONLY)?.u8()
    }

    /// Mark of the socket's packets; told to those alone who may set it (`CAP_NET_ADMIN`).
    pub fn mark(&self) -> Option<u32> {
        self.find(MARK)?.u32()
    }

    /// Number of the control group that the socket was made in.
    pub fn cgroup_id(&self) -> Option<u64> {
        self.find(CGROUP_ID)?.u64()
    }

    /// Class of the socket's packets for traffic control, or their priority.
    pub fn class_id(&self) -> Option<u32> {
        self.find(CLASS_ID)?.u32()
    }

    /// Options of the socket, as bits of `dictionary::SOCKOPT`.
    pub fn sockopt(&self) -> Option<u32> {
        let [first, second] = *self.find(SOCKOPT)?.bytes().first_chunk()?;
        // Bit fields: compilers lay the first one into the high bit where bytes begin with the high one.
        let byte = |byte: u8| if self.socket.endian == Endian::Big { byte.reverse_bits() } else { byte };
        Some(u16::from_le_bytes([byte(first), byte(second)]).into())
    }

    /// Keys of TCP-MD5 that the socket has; told to those alone who may set them.
    pub fn md5_keys(&self) -> Option<u32> {
        const TCP_DIAG_MD5SIG: usize = 100;
        let bytes = self.find(MD5SIG)?.bytes();
        u32::try_from(bytes.len() / TCP_DIAG_MD5SIG).ok()
    }

    /// The model of BBR.
    pub fn bbr_info(&self) -> Option<BbrInfo<'a>> {
        self.find(BBRINFO).map(|attribute| BbrInfo(attribute.numbers()))
    }

    /// The measure of Vegas and its kin.
    pub fn vegas_info(&self) -> Option<VegasInfo<'a>> {
        self.find(VEGASINFO).map(|attribute| VegasInfo(attribute.numbers()))
    }

    /// The measure of DCTCP.
    pub fn dctcp_info(&self) -> Option<DctcpInfo<'a>> {
        self.find(DCTCPINFO).map(|attribute| DctcpInfo(attribute.numbers()))
    }

    /// Addresses that an SCTP socket is bound to.
    pub fn locals(&self) -> impl Iterator<Item = (IpAddr, u16)> + 'a {
        self.find(LOCALS).into_iter().flat_map(|attribute| addresses(attribute.numbers()))
    }

    /// Addresses of the other side of an SCTP association.
    pub fn peers(&self) -> impl Iterator<Item = (IpAddr, u16)> + 'a {
        self.find(PEERS).into_iter().flat_map(|attribute| addresses(attribute.numbers()))
    }

    /// What works on top of TCP; told to those alone who may administer the network.
    pub fn ulp(&self) -> Option<Ulp<'a>> {
        self.find(ULP_INFO).map(|attribute| Ulp(attribute.nested()))
    }
}

/// What works on top of TCP (`INET_ULP_INFO_*`).
#[derive(Clone, Copy)]
pub struct Ulp<'a>(Attributes<'a>);

impl<'a> Ulp<'a> {
    /// Its name: `tls`, `mptcp`, `smc`, `espintcp`.
    pub fn name(&self) -> Option<&'a [u8]> {
        self.0.find(1).map(|attribute| attribute.text())
    }

    /// What TLS tells.
    pub fn tls(&self) -> Option<Tls<'a>> {
        self.0.find(2).map(|attribute| Tls(attribute.nested()))
    }

    /// What Multipath TCP tells of a connection that is a part of one of its own.
    pub fn subflow(&self) -> Option<Subflow<'a>> {
        self.0.find(3).map(|attribute| Subflow(attribute.nested()))
    }
}

/// Declares a nest of attributes that are numbers.
macro_rules! nest {
    ($(#[$meta:meta])* pub struct $name:ident { $($field:ident $number:ident $kind:literal $doc:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub struct $name<'a>(Attributes<'a>);

        impl $name<'_> {
            $(#[doc = $doc]
            pub fn $field(&self) -> Option<$number> {
                self.0.find($kind)?.$number()
            })*
        }
    };
}

nest! {
    /// What TLS tells (`TLS_INFO_*`).
    pub struct Tls {
        version u16 1 "Version: 0x0303 is TLS 1.2, 0x0304 TLS 1.3.";
        cipher u16 2 "Cipher (`TLS_CIPHER_*`).";
        txconf u16 3 "Who encrypts: 1 the program, 2 the kernel, 3 the network card.";
        rxconf u16 4 "Who decrypts.";
    }
}

nest! {
    /// What Multipath TCP tells of a subflow (`MPTCP_SUBFLOW_ATTR_*`).
    pub struct Subflow {
        token_rem u32 1 "Token of the connection on the other side.";
        token_loc u32 2 "Token of the connection on this side.";
        relwrite_seq u32 3 "Bytes written to the subflow.";
        map_seq u64 4 "Sequence number of the connection that the last mapping began with.";
        map_sfseq u32 5 "That of the subflow.";
        ssn_offset u32 6 "Sequence number that the subflow began with.";
        map_datalen u16 7 "Bytes of the last mapping.";
        flags u32 8 "What holds of the subflow (`MPTCP_SUBFLOW_FLAG_*`).";
        id_rem u8 9 "Number of the other side's address.";
        id_loc u8 10 "Number of this side's address.";
    }
}
