//! `sockstat` and `sockstat6`: how many sockets there are. `net/ipv4/proc.c` `sockstat_seq_show`,
//! `net/ipv6/proc.c` `sockstat6_seq_show`.
//!
//! Nothing here is a counter. What is in use or in TIME_WAIT is the namespace's; orphan, alloc and mem of
//! TCP and mem of UDP are the machine's. Memory is in pages, but in bytes for fragments.

use super::counter::Levels;
use super::{File, FileScope};

/// `net/sockstat`.
pub static SOCKSTAT: File = File::new::<Levels>(
    "sockstat",
    "numbers of sockets, and memory, IPv4",
    "net/ipv4/proc.c sockstat_seq_show",
    FileScope::Namespace,
);

/// `net/sockstat6`.
pub static SOCKSTAT6: File = File::new::<Levels>(
    "sockstat6",
    "numbers of sockets, IPv6",
    "net/ipv6/proc.c sockstat6_seq_show",
    FileScope::Namespace,
);
