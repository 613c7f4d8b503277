//! The files under `/proc/PID/net`: one module for each, and the list of them.
//!
//! To add a file: write its module, with its kernel function in the documentation, and name it in [`FILES`].

pub mod arp;
pub mod counter;
pub mod dev;
pub mod icmp;
pub mod inet;
pub mod ipv6_route;
pub mod neigh_stat;
pub mod netstat;
pub mod raw;
pub mod route;
pub mod snmp;
pub mod snmp6;
pub mod softnet_stat;
pub mod tcp;
pub mod udp;

use crate::Endian;
use crate::row::{Field, Row};
use crate::shape::{Decoder, Format, Lines};

/// Whose state a file shows, whichever process it is read through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileScope {
    /// The network namespace of the process.
    Namespace,
    /// The whole machine.
    Host,
    /// The whole machine, and the file exists in the initial network namespace only.
    InitialNamespace,
}

/// One file under `/proc/PID/net`.
pub struct File {
    /// Path below `net`.
    pub path: &'static str,
    /// What it lists.
    pub what: &'static str,
    /// Kernel source file and function that print it.
    pub source: &'static str,
    /// Whose state it shows.
    pub scope: FileScope,
    /// Columns of its rows.
    pub fields: &'static [Field],
    /// Whether its counters are followed from row to row; a table of sockets that has none is not matched.
    pub counted: bool,
    decoder: fn(Endian) -> Box<dyn Decoder>,
}

impl File {
    /// A file whose lines are of this format.
    pub const fn new<F: Format>(
        path: &'static str,
        what: &'static str,
        source: &'static str,
        scope: FileScope,
    ) -> Self {
        let fields = F::Row::FIELDS;
        let mut counted = false;
        let mut at = 0;
        while at < fields.len() {
            counted |= fields[at].rate.is_some();
            at += 1;
        }
        Self {
            path,
            what,
            source,
            scope,
            fields,
            counted,
            decoder: |endian| Box::new(Lines::<F>::new(endian)),
        }
    }

    /// The same file with no counter worth following.
    const fn uncounted(mut self) -> Self {
        self.counted = false;
        self
    }

    /// A decoder for what a machine of this byte order prints.
    pub fn decoder(&self, endian: Endian) -> Box<dyn Decoder> {
        (self.decoder)(endian)
    }
}

/// Every file that this version decodes.
pub static FILES: &[&File] = &[
    &tcp::TCP,
    &tcp::TCP6,
    &udp::UDP,
    &udp::UDP6,
    &udp::UDPLITE,
    &udp::UDPLITE6,
    &raw::RAW,
    &raw::RAW6,
    &icmp::ICMP,
    &icmp::ICMP6,
    &arp::ARP,
    &neigh_stat::ARP_CACHE,
    &dev::DEV,
    &netstat::NETSTAT,
    &snmp::SNMP,
    &snmp6::SNMP6,
    &route::ROUTE,
    &ipv6_route::IPV6_ROUTE,
    &softnet_stat::SOFTNET_STAT,
];

/// The file of this path.
pub fn find(path: &str) -> Option<&'static File> {
    FILES.iter().copied().find(|file| file.path == path)
}
