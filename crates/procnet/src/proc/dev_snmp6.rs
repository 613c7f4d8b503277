//! `dev_snmp6/*`: the counters Ip6 and Icmp6 of one interface, which the file is named after.
//! `net/ipv6/proc.c` `snmp6_dev_seq_show`.
//!
//! The first line is the number of the interface, which is of no group. The kernel counts fewer things for an
//! interface than for the namespace; what it does not count stays 0.

use super::counter::Names;
use super::{File, FileScope};

/// `net/dev_snmp6/*`.
pub static DEV_SNMP6: File = File::new::<Names>(
    "dev_snmp6/*",
    "counters of the standard MIBs, IPv6, of one interface",
    "net/ipv6/proc.c snmp6_dev_seq_show",
    FileScope::Namespace,
);
