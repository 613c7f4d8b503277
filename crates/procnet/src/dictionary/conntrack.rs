//! Columns of `net/stat/nf_conntrack` and `net/stat/synproxy`: connection tracking by CPU.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// Connection tracking of the namespace, by CPU.
const CONNTRACK: Group = Group::new("nf_conntrack_stat", FileScope::Namespace, Unit::Count);
/// SYNPROXY of the namespace, by CPU.
const SYNPROXY: Group = Group::new("synproxy_stat", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    CONNTRACK
        .gauge("entries", "entries")
        .meaning(
            "Connections that the namespace tracks now. It is one total that the file repeats for each CPU: \
             do not add.",
        )
        .next("Compare net.netfilter.nf_conntrack_max; above 80 % raise it or find who opens so many.")
        .source("net/netfilter/nf_conntrack_standalone.c ct_cpu_seq_show")
        .related(&["nf_conntrack_stat.drop", "nf_conntrack_stat.early_drop"]),
    CONNTRACK
        .watch("clashres", "clash resolutions")
        .meaning(
            "Two packets of one new flow were tracked at the same time, and the double was merged instead of \
             dropped.",
        )
        .next("Normal with UDP senders that fire several packets at once (DNS); compare insert_failed.")
        .source("net/netfilter/nf_conntrack_core.c nf_ct_resolve_clash")
        .related(&["nf_conntrack_stat.insert_failed"]),
    CONNTRACK
        .normal("found", "found")
        .meaning("A pair of addresses and ports that NAT wanted to use was taken, so it tries another.")
        .next("If it grows very fast, NAT runs out of free ports: add addresses.")
        .source("net/netfilter/nf_conntrack_core.c nf_conntrack_tuple_taken")
        .related(&["nf_conntrack_stat.insert_failed"]),
    CONNTRACK
        .normal("searched", "searched")
        .meaning("Entries that look-ups compared, in older kernels.")
        .source("net/netfilter/nf_conntrack_standalone.c ct_cpu_seq_show")
        .related(&["nf_conntrack_stat.found"]),
    CONNTRACK
        .normal("delete_list", "delete list")
        .meaning("Entries put on the list of those that end, in older kernels.")
        .source("net/netfilter/nf_conntrack_standalone.c ct_cpu_seq_show")
        .related(&["nf_conntrack_stat.delete"]),
    CONNTRACK
        .normal("new", "new")
        .meaning("Stays 0: today's kernels do not count it.")
        .source("net/netfilter/nf_conntrack_standalone.c ct_cpu_seq_show")
        .related(&["nf_conntrack_stat.entries"]),
    CONNTRACK
        .watch("invalid", "invalid")
        .unit(Unit::Packets)
        .meaning(
            "A packet fits no connection and cannot begin one. It is an unexpected TCP segment, has a bad \
             checksum, or cannot be read.",
        )
        .next(
            "Set net.netfilter.nf_conntrack_log_invalid to see them; asymmetric routes and late segments are \
             the usual causes.",
        )
        .source("net/netfilter/nf_conntrack_core.c nf_conntrack_in")
        .related(&["nf_conntrack_stat.icmp_error", "TcpExt.PAWSEstab"]),
    CONNTRACK
        .normal("ignore", "ignore")
        .unit(Unit::Packets)
        .meaning(
            "Stays 0: today's kernels do not count it. Older ones counted packets that need no tracking.",
        )
        .source("net/netfilter/nf_conntrack_standalone.c ct_cpu_seq_show")
        .related(&["nf_conntrack_stat.invalid"]),
    CONNTRACK
        .normal("delete", "delete")
        .meaning("Stays 0: today's kernels do not count it.")
        .source("net/netfilter/nf_conntrack_standalone.c ct_cpu_seq_show")
        .related(&["nf_conntrack_stat.entries"]),
    CONNTRACK
        .warning("chainlength", "chain length")
        .meaning("A new connection was refused because the hash chain it belongs to is too long.")
        .next("Enlarge net.netfilter.nf_conntrack_buckets.")
        .source("net/netfilter/nf_conntrack_core.c __nf_conntrack_confirm, nf_conntrack_hash_check_insert")
        .related(&["nf_conntrack_stat.insert_failed", "nf_conntrack_stat.entries"]),
    CONNTRACK
        .normal("insert", "insert")
        .meaning(
            "Connections that a program put into the table (conntrack -I, state synchronisation). Those that \
             packets make are not counted.",
        )
        .source("net/netfilter/nf_conntrack_core.c nf_conntrack_hash_check_insert")
        .related(&["nf_conntrack_stat.entries"]),
    CONNTRACK
        .warning("insert_failed", "insert failed")
        .meaning(
            "A new connection could not be entered because another took its place meanwhile; the packet was \
             dropped.",
        )
        .next(
            "Typical: two DNS queries at once from one socket behind NAT; use random source ports in NAT \
             rules.",
        )
        .source("net/netfilter/nf_conntrack_core.c __nf_conntrack_confirm, nf_ct_resolve_clash")
        .related(&["nf_conntrack_stat.clashres", "nf_conntrack_stat.drop", "nf_conntrack_stat.found"]),
    CONNTRACK
        .warning("drop", "drop")
        .unit(Unit::Packets)
        .meaning(
            "A packet was dropped because its connection could not be tracked. The table is full, memory is \
             short, or it lost a clash.",
        )
        .next(
            "Compare entries with net.netfilter.nf_conntrack_max; look for \"table full\" in the kernel log.",
        )
        .source(
            "net/netfilter/nf_conntrack_core.c nf_conntrack_in, nf_ct_resolve_clash, __nf_conntrack_confirm",
        )
        .related(&[
            "nf_conntrack_stat.early_drop",
            "nf_conntrack_stat.entries",
            "nf_conntrack_stat.insert_failed",
        ]),
    CONNTRACK
        .warning("early_drop", "early drop")
        .meaning(
            "The table was full, and a connection that was not yet assured was thrown out to make room for a \
             new one.",
        )
        .next("Raise net.netfilter.nf_conntrack_max or lower the timeouts; look for a SYN flood or a scan.")
        .source("net/netfilter/nf_conntrack_core.c early_drop")
        .related(&["nf_conntrack_stat.drop", "nf_conntrack_stat.entries"]),
    CONNTRACK
        .watch("icmp_error", "ICMP errors")
        .unit(Unit::Packets)
        .meaning(
            "An ICMP message could not be matched: bad checksum, or about a connection that is not tracked.",
        )
        .next("Harmless in small numbers; many may be forged errors or asymmetric routing.")
        .source("net/netfilter/nf_conntrack_core.c nf_conntrack_handle_icmp")
        .related(&["nf_conntrack_stat.invalid", "Icmp.InErrors"]),
    CONNTRACK
        .normal("expect_new", "expected connections begun")
        .meaning("A new connection was one that a helper expected, such as the data connection of FTP.")
        .source("net/netfilter/nf_conntrack_core.c init_conntrack")
        .related(&["nf_conntrack_stat.expect_create", "nf_conntrack_stat.expect_delete"]),
    CONNTRACK
        .normal("expect_create", "expectations created")
        .meaning("A helper (FTP, SIP, H.323) or a program noted that a connection is to come.")
        .source("net/netfilter/nf_conntrack_expect.c nf_ct_expect_insert")
        .related(&["nf_conntrack_stat.expect_new", "nf_conntrack_stat.expect_delete"]),
    CONNTRACK
        .normal("expect_delete", "expectations deleted")
        .meaning(
            "An expected connection was removed from the list: it came, its time ran out, or its master \
             ended.",
        )
        .source("net/netfilter/nf_conntrack_expect.c nf_ct_unlink_expect_report")
        .related(&["nf_conntrack_stat.expect_create"]),
    CONNTRACK
        .normal("search_restart", "search restarts")
        .meaning("A look-up in the table had to begin again because entries moved under it.")
        .next(
            "If it grows fast: the table is too small for its entries; enlarge \
             net.netfilter.nf_conntrack_buckets.",
        )
        .source("net/netfilter/nf_conntrack_core.c ____nf_conntrack_find, nf_conntrack_tuple_taken")
        .related(&["nf_conntrack_stat.entries"]),
    SYNPROXY
        .constant("entries", "entries")
        .meaning("Always 0: the column is there for tools that expect it.")
        .source("net/netfilter/nf_synproxy_core.c synproxy_cpu_seq_show"),
    SYNPROXY
        .normal("syn_received", "SYNs received")
        .unit(Unit::Packets)
        .meaning("First SYNs of clients that a SYNPROXY rule answered in the server's place.")
        .next("Far more than cookie_valid: a SYN flood, which does not reach the server.")
        .source("net/ipv4/netfilter/ipt_SYNPROXY.c synproxy_tg4; net/netfilter/nft_synproxy.c")
        .related(&["synproxy_stat.cookie_valid", "synproxy_stat.cookie_invalid"]),
    SYNPROXY
        .watch("cookie_invalid", "cookies invalid")
        .unit(Unit::Packets)
        .meaning(
            "A client's ACK did not carry a valid cookie: it is forged, too late, or belongs to no handshake \
             here.",
        )
        .next("Many: an ACK flood, or clients slower than the cookie's lifetime.")
        .source("net/netfilter/nf_synproxy_core.c synproxy_recv_client_ack")
        .related(&["synproxy_stat.cookie_valid", "TcpExt.SyncookiesFailed"]),
    SYNPROXY
        .normal("cookie_valid", "cookies valid")
        .unit(Unit::Packets)
        .meaning("A client's ACK carried a valid cookie, so the connection to the server was begun.")
        .source("net/netfilter/nf_synproxy_core.c synproxy_recv_client_ack")
        .related(&["synproxy_stat.syn_received", "synproxy_stat.cookie_retrans"]),
    SYNPROXY
        .watch("cookie_retrans", "cookies retransmitted")
        .unit(Unit::Packets)
        .meaning(
            "A client sent its valid ACK again while the server had not answered, so the SYN to the server \
             was sent again.",
        )
        .next("The server is slow or does not answer: look at its accept queue.")
        .source("net/netfilter/nf_synproxy_core.c ipv4_synproxy_hook, ipv6_synproxy_hook")
        .related(&["synproxy_stat.cookie_valid", "TcpExt.ListenOverflows"]),
    SYNPROXY
        .normal("conn_reopened", "connections reopened")
        .meaning("A client began a connection anew on ports whose old connection was closed.")
        .source("net/netfilter/nf_synproxy_core.c ipv4_synproxy_hook, ipv6_synproxy_hook")
        .related(&["synproxy_stat.syn_received"]),
];
