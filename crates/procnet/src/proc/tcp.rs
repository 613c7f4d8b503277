//! `tcp` and `tcp6`: TCP sockets. `net/ipv4/tcp_ipv4.c` `tcp4_seq_show`, `net/ipv6/tcp_ipv6.c`
//! `tcp6_seq_show`.
//!
//! Sockets in TIME_WAIT, half-open requests and orphans have 12 words, all others 17.

use super::inet::{Sockets, Tcp4, Tcp6};
use super::{File, FileScope};

/// `net/tcp`.
pub static TCP: File = File::new::<Sockets<Tcp4>>(
    "tcp",
    "TCP sockets over IPv4",
    "net/ipv4/tcp_ipv4.c tcp4_seq_show",
    FileScope::Namespace,
)
.uncounted();

/// `net/tcp6`.
pub static TCP6: File = File::new::<Sockets<Tcp6>>(
    "tcp6",
    "TCP sockets over IPv6",
    "net/ipv6/tcp_ipv6.c tcp6_seq_show",
    FileScope::Namespace,
)
.uncounted();
