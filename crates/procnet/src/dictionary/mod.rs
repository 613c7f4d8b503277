//! What the kernel's numbers are called: states, timers, flags, types. Sources are the kernel's uapi headers
//! and the registries of IANA. And what each counter means: [`lookup`] finds its [`Entry`]; they are written as
//! tables, a file for each group or part of one, from the places where the kernel counts.

pub mod lookup;

mod conntrack;
mod counters;
mod diag_names;
mod entry;
mod icmp;
mod icmp6;
mod interface;
mod ip;
mod ip6;
mod ip_ext;
mod make;
mod mptcp_ext_connect;
mod mptcp_ext_data;
mod mptcp_ext_join;
mod mptcp_ext_path;
mod names;
mod neighbour;
mod route_cache;
mod route_names;
mod sctp;
mod sockets;
mod sockstat;
mod softnet;
mod tcp;
mod tcp_ext_ack;
mod tcp_ext_check;
mod tcp_ext_close;
mod tcp_ext_listen;
mod tcp_ext_loss;
mod tcp_ext_receive;
mod tcp_ext_sack;
mod tcp_ext_send;
mod tls;
mod udp;
mod xfrm;

pub use counters::{CounterKind, counter_kind, icmp_type, icmpv6_type, omitted_when_zero, type_of_counter};
pub use names::{ARPHRD, ATF, IP_PROTOCOL, RTF, RTF_NAMES, RTO_ALGORITHM, TCP_STATE, TIMER};
pub use names::{
    ETHERTYPE, FLOWLABEL_SHARE, IFA_FLAGS, IPV6_ADDR_SCOPE, MAF, MIFF, NETLINK_PROTOCOL, PROTO_METHODS,
    SCTP_PATH_STATE, SCTP_SOCKET_STATE, SCTP_STATE, SCTP_STYLE, SOCKET_TYPE, UNIX_FLAGS, UNIX_STATE, VIFF,
};

pub use names::{
    CT_EXPECT_FLAGS, CT_FLAGS, CT_L3PROTO, CT_L4PROTO, FIB_TABLE, NF_COPY_MODE, NFPROTO, RT_SCOPE, RTN,
};

pub use diag_names::{
    MPTCP_FLAGS, MPTCP_SUBFLOW_FLAGS, NDIAG_FLAGS, NETLINK_STATE, PACKET_FANOUT, PACKET_MEMBERSHIP,
    PDI_FLAGS, SHUTDOWN, SOCKOPT, TCP_CA_STATE, TCP_FASTOPEN_FAIL, TLS_CIPHER, TLS_CONF, TLS_VERSION,
    TPACKET_VERSION, VMADDR_CID,
};

pub use route_names::{
    AUTONEG, DUPLEX, FAMILY, FIB_RULE, FR_ACT, IF_OPER, IFA_FLAGS_INET, IFA_FLAGS_INET6, IFAPROT, IFF, NTF,
    NUD, ROUTER_PREF, RTAX_FEATURES, RTM_FLAGS, RTPROT,
};

pub use entry::{Entry, Growth};

use crate::cell::Value;

/// A list of numbers with their names.
pub type Names = &'static [(u32, &'static str)];

/// The number of a name.
pub fn number(names: Names, name: &[u8]) -> Option<u32> {
    names.iter().find(|(_, known)| known.as_bytes() == name).map(|(number, _)| *number)
}

/// The name of a number.
pub fn name(names: Names, number: u64) -> Option<&'static str> {
    names.iter().find(|(known, _)| u64::from(*known) == number).map(|(_, name)| *name)
}

/// A number with its name where it has one.
pub fn named(names: Names, number: u64) -> Value<'static> {
    name(names, number).map_or(Value::Unsigned(number), |name| Value::Named(number, name))
}

/// The name alone; a number that has none stays a number.
pub fn label(names: Names, number: u64) -> Value<'static> {
    name(names, number).map_or(Value::Unsigned(number), Value::Label)
}
