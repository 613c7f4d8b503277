//! `icmp` and `icmp6`: ping sockets, not packets; the local port is the ICMP identifier.
//! `net/ipv4/ping.c` `ping_v4_seq_show`, `net/ipv6/ping.c` `ping_v6_seq_show`.

use super::inet::{Datagram4, Datagram6, Sockets};
use super::{File, FileScope};

/// `net/icmp`.
pub static ICMP: File = File::new::<Sockets<Datagram4>>(
    "icmp",
    "ping sockets over IPv4",
    "net/ipv4/ping.c ping_v4_seq_show",
    FileScope::Namespace,
);

/// `net/icmp6`.
pub static ICMP6: File = File::new::<Sockets<Datagram6>>(
    "icmp6",
    "ping sockets over IPv6",
    "net/ipv6/ping.c ping_v6_seq_show",
    FileScope::Namespace,
);
