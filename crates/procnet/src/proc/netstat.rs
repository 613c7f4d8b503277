//! `netstat`: the counters TcpExt, IpExt and MPTcpExt. `net/ipv4/proc.c` `netstat_seq_show`,
//! `net/mptcp/mib.c` `mptcp_seq_show`.

use super::counter::Pairs;
use super::{File, FileScope};

/// `net/netstat`.
pub static NETSTAT: File = File::new::<Pairs>(
    "netstat",
    "counters of TCP, IP and MPTCP beyond the standard MIBs",
    "net/ipv4/proc.c netstat_seq_show",
    FileScope::Namespace,
);
