//! `snmp6`: the counters Ip6, Icmp6, Udp6 and UdpLite6. `net/ipv6/proc.c` `snmp6_seq_show`.

use super::counter::Names;
use super::{File, FileScope};

/// `net/snmp6`.
pub static SNMP6: File = File::new::<Names>(
    "snmp6",
    "counters of the standard MIBs, IPv6",
    "net/ipv6/proc.c snmp6_seq_show",
    FileScope::Namespace,
);
