//! The files under `/proc/PID/net`: one module for each, and the list of them.
//!
//! To add a file: write its module, with its kernel function in the documentation, and name it in [`FILES`].

pub mod anycast6;
pub mod arp;
pub mod connector;
pub mod counter;
mod cpu_stat;
pub mod dev;
pub mod dev_mcast;
pub mod dev_snmp6;
pub mod fib_trie;
pub mod fib_triestat;
pub mod hashlimit;
pub mod icmp;
pub mod if_inet6;
pub mod igmp;
pub mod igmp6;
pub mod inet;
pub mod ip6_flowlabel;
pub mod ip6_mr_vif;
pub mod ip_mr_cache;
pub mod ip_mr_vif;
pub mod ip_vs;
pub mod ip_vs_conn;
pub mod ip_vs_stats;
pub mod ipv6_route;
pub mod line;
pub mod mcfilter;
pub mod mcfilter6;
pub mod neigh_stat;
pub mod netlink;
pub mod netstat;
pub mod nf_conntrack;
pub mod nf_conntrack_expect;
pub mod nf_conntrack_stat;
pub mod nf_flowtable_stat;
pub mod nf_log;
pub mod nfnetlink_log;
pub mod nfnetlink_queue;
pub mod ntp_servers;
pub mod packet;
pub mod pnp;
pub mod protocols;
pub mod psched;
pub mod ptype;
pub mod raw;
pub mod raw_only;
pub mod route;
pub mod rt6_stats;
pub mod rt_acct;
pub mod rt_cache;
pub mod rt_cache_stat;
pub mod sctp;
pub mod snmp;
pub mod snmp6;
pub mod sockstat;
pub mod softnet_stat;
pub mod synproxy_stat;
pub mod tcp;
pub mod tls_stat;
pub mod udp;
pub mod unix;
pub mod vlan_config;
pub mod wireless;
pub mod xfrm_stat;
pub mod xt_names;
pub mod xt_recent;

use crate::Endian;
use crate::row::{Field, Row};
use crate::shape::{Decoder, Format, Lines, Record, Records};

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
    /// Path below `net`; a `*` stands for a part of one name, and not an empty one: `dev_snmp6/*`, `rpc/*/*`.
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
    /// Why the file has no decoder and is shown as it is; `None` for one that has.
    pub raw_only: Option<&'static str>,
    /// What reading it does beside telling; such a file is read only when it is asked for by its name.
    pub side_effect: Option<&'static str>,
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
        Self::of(path, what, source, scope, F::Row::FIELDS, |endian| Box::new(Lines::<F>::new(endian)))
    }

    /// A binary file of records of one size.
    pub const fn records<R: Record>(
        path: &'static str,
        what: &'static str,
        source: &'static str,
        scope: FileScope,
    ) -> Self {
        Self::of(path, what, source, scope, R::Row::FIELDS, |endian| Box::new(Records::<R>::new(endian)))
    }

    const fn of(
        path: &'static str,
        what: &'static str,
        source: &'static str,
        scope: FileScope,
        fields: &'static [Field],
        decoder: fn(Endian) -> Box<dyn Decoder>,
    ) -> Self {
        let mut counted = false;
        let mut at = 0;
        while at < fields.len() {
            counted |= fields[at].rate.is_some();
            at += 1;
        }
        Self { path, what, source, scope, fields, counted, raw_only: None, side_effect: None, decoder }
    }

    /// A file that is shown as it is, line by line, and why.
    pub const fn raw(
        path: &'static str,
        what: &'static str,
        source: &'static str,
        scope: FileScope,
        reason: &'static str,
    ) -> Self {
        let file = Self::new::<line::Text>(path, what, source, scope);
        Self { raw_only: Some(reason), ..file }
    }

    /// The same file, which is changed by reading it, and how.
    const fn with_side_effect(mut self, what: &'static str) -> Self {
        self.side_effect = Some(what);
        self
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
    &dev_mcast::DEV_MCAST,
    &netstat::NETSTAT,
    &snmp::SNMP,
    &snmp6::SNMP6,
    &route::ROUTE,
    &ipv6_route::IPV6_ROUTE,
    &softnet_stat::SOFTNET_STAT,
    &unix::UNIX,
    &netlink::NETLINK,
    &packet::PACKET,
    &dev_snmp6::DEV_SNMP6,
    &if_inet6::IF_INET6,
    &igmp::IGMP,
    &igmp6::IGMP6,
    &mcfilter::MCFILTER,
    &mcfilter6::MCFILTER6,
    &anycast6::ANYCAST6,
    &ip_mr_vif::IP_MR_VIF,
    &ip_mr_cache::IP_MR_CACHE,
    &ip6_mr_vif::IP6_MR_VIF,
    &ip_mr_cache::IP6_MR_CACHE,
    &ip6_flowlabel::IP6_FLOWLABEL,
    &protocols::PROTOCOLS,
    &ptype::PTYPE,
    &psched::PSCHED,
    &pnp::PNP,
    &connector::CONNECTOR,
    &sockstat::SOCKSTAT,
    &sockstat::SOCKSTAT6,
    &xfrm_stat::XFRM_STAT,
    &tls_stat::TLS_STAT,
    &wireless::WIRELESS,
    &sctp::SNMP,
    &sctp::EPS,
    &sctp::ASSOCS,
    &sctp::REMADDR,
    &neigh_stat::NDISC_CACHE,
    &rt_acct::RT_ACCT,
    &rt_cache::RT_CACHE,
    &rt_cache_stat::RT_CACHE_STAT,
    &rt6_stats::RT6_STATS,
    &fib_trie::FIB_TRIE,
    &fib_triestat::FIB_TRIESTAT,
    &nf_conntrack::NF_CONNTRACK,
    &nf_conntrack_expect::NF_CONNTRACK_EXPECT,
    &nf_conntrack_stat::NF_CONNTRACK_STAT,
    &nf_flowtable_stat::NF_FLOWTABLE_STAT,
    &synproxy_stat::SYNPROXY_STAT,
    &nf_log::NF_LOG,
    &nfnetlink_log::NFNETLINK_LOG,
    &nfnetlink_queue::NFNETLINK_QUEUE,
    &xt_names::IP_TABLES_NAMES,
    &xt_names::IP_TABLES_MATCHES,
    &xt_names::IP_TABLES_TARGETS,
    &xt_names::IP6_TABLES_NAMES,
    &xt_names::IP6_TABLES_MATCHES,
    &xt_names::IP6_TABLES_TARGETS,
    &xt_names::ARP_TABLES_NAMES,
    &xt_names::ARP_TABLES_MATCHES,
    &xt_names::ARP_TABLES_TARGETS,
    &hashlimit::IPT_HASHLIMIT,
    &hashlimit::IP6T_HASHLIMIT,
    &xt_recent::XT_RECENT,
    &ntp_servers::NTP_SERVERS,
    &vlan_config::VLAN_CONFIG,
    &ip_vs::IP_VS,
    &ip_vs_conn::IP_VS_CONN,
    &ip_vs_stats::IP_VS_STATS,
    &raw_only::CAN_RESET_STATS,
    &raw_only::RPC_CHANNEL,
    &raw_only::AFS,
    &raw_only::AFS_CELL,
    &raw_only::ATM,
    &raw_only::BNEP,
    &raw_only::BONDING,
    &raw_only::CAN,
    &raw_only::CAN_BCM,
    &raw_only::CLUSTERIP,
    &raw_only::CMTP,
    &raw_only::HCI,
    &raw_only::HIDP,
    &raw_only::IP_CONNTRACK,
    &raw_only::IP_CONNTRACK_EXPECT,
    &raw_only::IP_CONNTRACK_STAT,
    &raw_only::IP_VS_APP,
    &raw_only::IP_VS_CONN_SYNC,
    &raw_only::IP_VS_STATS_PERCPU,
    &raw_only::ISO,
    &raw_only::KCM,
    &raw_only::KCM_STATS,
    &raw_only::L2CAP,
    &raw_only::LLC,
    &raw_only::NFSFS,
    &raw_only::PFKEY,
    &raw_only::PKTGEN,
    &raw_only::PPPOE,
    &raw_only::PPPOL2TP,
    &raw_only::RFCOMM,
    &raw_only::RPC,
    &raw_only::RPC_CACHE,
    &raw_only::RXRPC,
    &raw_only::SCO,
    &raw_only::VLAN,
];

/// A decoder for a file that no declaration knows: its lines as they are.
pub fn unknown(endian: Endian) -> Box<dyn Decoder> {
    Box::new(Lines::<line::Text>::new(endian))
}

/// The file of this path.
pub fn find(path: &str) -> Option<&'static File> {
    FILES.iter().copied().find(|file| matches(file.path, path))
}

/// Whether a path is meant by a pattern.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut names) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), names.next()) {
            (None, None) => return true,
            (Some(pattern), Some(name)) if matches_name(pattern, name) => {}
            _ => return false,
        }
    }
}

fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|name| !name.is_empty()),
    }
}
