//! `snmp`: the counters Ip, Icmp, IcmpMsg, Tcp, Udp and UdpLite. `net/ipv4/proc.c` `snmp_seq_show`.

use super::counter::Pairs;
use super::{File, FileScope};

/// `net/snmp`.
pub static SNMP: File = File::new::<Pairs>(
    "snmp",
    "counters of the standard MIBs, IPv4 and transports",
    "net/ipv4/proc.c snmp_seq_show",
    FileScope::Namespace,
);
