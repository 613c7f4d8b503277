//! `raw` and `raw6`: raw sockets; the local port is the protocol number. `net/ipv4/raw.c` `raw_seq_show`,
//! `net/ipv6/raw.c` `raw6_seq_show`.

use super::inet::{Datagram4, Datagram6, Sockets};
use super::{File, FileScope};

/// `net/raw`.
pub static RAW: File = File::new::<Sockets<Datagram4>>(
    "raw",
    "raw sockets over IPv4",
    "net/ipv4/raw.c raw_seq_show",
    FileScope::Namespace,
);

/// `net/raw6`.
pub static RAW6: File = File::new::<Sockets<Datagram6>>(
    "raw6",
    "raw sockets over IPv6",
    "net/ipv6/raw.c raw6_seq_show",
    FileScope::Namespace,
);
