//! `udp`, `udp6`, `udplite`, `udplite6`: datagram sockets. `net/ipv4/udp.c` `udp4_seq_show`,
//! `net/ipv6/udp.c` `udp6_seq_show`; UDP-Lite prints by the same functions.

use super::inet::{Datagram4, Datagram6, Sockets};
use super::{File, FileScope};

/// `net/udp`.
pub static UDP: File = File::new::<Sockets<Datagram4>>(
    "udp",
    "UDP sockets over IPv4",
    "net/ipv4/udp.c udp4_seq_show",
    FileScope::Namespace,
);

/// `net/udp6`.
pub static UDP6: File = File::new::<Sockets<Datagram6>>(
    "udp6",
    "UDP sockets over IPv6",
    "net/ipv6/udp.c udp6_seq_show",
    FileScope::Namespace,
);

/// `net/udplite`.
pub static UDPLITE: File = File::new::<Sockets<Datagram4>>(
    "udplite",
    "UDP-Lite sockets over IPv4",
    "net/ipv4/udp.c udp4_seq_show",
    FileScope::Namespace,
);

/// `net/udplite6`.
pub static UDPLITE6: File = File::new::<Sockets<Datagram6>>(
    "udplite6",
    "UDP-Lite sockets over IPv6",
    "net/ipv6/udp.c udp6_seq_show",
    FileScope::Namespace,
);
