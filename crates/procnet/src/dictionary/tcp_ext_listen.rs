//! Counters of listeners and handshakes: SYN queue, accept queue, SYN cookies, Fast Open.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const TCP_EXT: Group = Group::new("TcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TCP_EXT
        .watch("SyncookiesSent", "SYN cookies sent")
        .meaning(
            "A listener answered a SYN with a SYN cookie instead of keeping a half-open request. It does so \
             when its SYN queue is full, or for every SYN with tcp_syncookies=2.",
        )
        .next(
            "Look for a SYN flood (many SYN_RECV sockets, many sources) or a listen() backlog and \
             net.core.somaxconn too small for the rate of connections.",
        )
        .source("include/net/tcp.h cookie_init_sequence; RFC 4987")
        .related(&["TcpExt.SyncookiesRecv", "TcpExt.SyncookiesFailed", "TcpExt.TCPReqQFullDoCookies"]),
    TCP_EXT
        .normal("SyncookiesRecv", "SYN cookies received")
        .meaning("The last ACK of a handshake carried a valid SYN cookie.")
        .next("Compare with SyncookiesSent: the share that comes back tells real clients from a flood.")
        .source("net/ipv4/syncookies.c cookie_tcp_check; RFC 4987")
        .related(&["TcpExt.SyncookiesSent", "TcpExt.SyncookiesFailed"]),
    TCP_EXT
        .watch("SyncookiesFailed", "SYN cookies that failed validation")
        .meaning(
            "An ACK for no known request reached a listener that sent cookies lately, and its cookie was \
             wrong.",
        )
        .next("Compare with SyncookiesRecv; a fast rise is an ACK flood, or clients that answer too late.")
        .source("net/ipv4/syncookies.c cookie_tcp_check; RFC 4987")
        .related(&["TcpExt.SyncookiesSent", "TcpExt.SyncookiesRecv"]),
    TCP_EXT
        .watch("EmbryonicRsts", "resets of embryonic (half-open) connections")
        .meaning(
            "A half-open connection (SYN_RECV) was dropped because an RST or a second SYN came inside its \
             window. A full accept queue counts too, with tcp_abort_on_overflow=1.",
        )
        .next(
            "Scanners and clients that give up do this; if ListenOverflows grows along, the accept queue is \
             full.",
        )
        .source("net/ipv4/tcp_minisocks.c tcp_check_req")
        .related(&["Tcp.AttemptFails", "TcpExt.ListenOverflows"]),
    TCP_EXT
        .warning("ListenOverflows", "listener accept queue overflows")
        .meaning(
            "A SYN or the last ACK of a handshake came while the listener's accept queue was full. Each one \
             also counts as ListenDrops: do not add the two.",
        )
        .next(
            "Compare Recv-Q with Send-Q of the listeners (ss -lnt): let the program accept faster, or raise \
             its listen() backlog and net.core.somaxconn.",
        )
        .source("net/ipv4/tcp_ipv4.c tcp_v4_syn_recv_sock; net/ipv4/tcp_input.c tcp_conn_request")
        .related(&["TcpExt.ListenDrops", "TcpExt.TCPReqQFullDrop"]),
    TCP_EXT
        .warning("ListenDrops", "packets dropped by listeners")
        .meaning(
            "A listener dropped a SYN or the last ACK of a handshake, for whatever reason. Overflows of the \
             accept queue are included; a full SYN queue, lack of memory and lack of a route count as well.",
        )
        .next(
            "If ListenOverflows grows alike, the accept queue is full; else look at TCPReqQFullDrop. The \
             socket's own drops column names the listener.",
        )
        .source("include/net/tcp.h tcp_listendrop")
        .related(&["TcpExt.ListenOverflows", "TcpExt.TCPReqQFullDrop"]),
    TCP_EXT
        .normal("TCPDeferAcceptDrop", "bare ACKs put aside by TCP_DEFER_ACCEPT")
        .meaning(
            "The bare last ACK of a handshake was ignored because the listener waits for data \
             (TCP_DEFER_ACCEPT). The connection stays half-open until its first data comes: nothing is lost.",
        )
        .source("net/ipv4/tcp_minisocks.c tcp_check_req"),
    TCP_EXT
        .watch("TCPReqQFullDoCookies", "SYN queue full, SYN cookie chosen")
        .meaning(
            "A SYN found the listener's SYN queue full, so the kernel chose to answer it with a SYN cookie. \
             With tcp_syncookies=2 every SYN counts.",
        )
        .next(
            "Look for a SYN flood (SYN_RECV sockets by source); the queue is as long as the listen() \
             backlog, capped by net.core.somaxconn.",
        )
        .source("net/ipv4/tcp_input.c tcp_syn_flood_action")
        .related(&["TcpExt.SyncookiesSent", "TcpExt.TCPReqQFullDrop"]),
    TCP_EXT
        .warning("TCPReqQFullDrop", "SYN queue full, SYN dropped")
        .meaning(
            "A SYN was dropped because the listener's SYN queue was full and SYN cookies are switched off.",
        )
        .next(
            "Set net.ipv4.tcp_syncookies=1, raise the listen() backlog and net.core.somaxconn, look for a \
             SYN flood.",
        )
        .source("net/ipv4/tcp_input.c tcp_syn_flood_action")
        .related(&["TcpExt.ListenDrops", "TcpExt.TCPReqQFullDoCookies"]),
    TCP_EXT
        .watch("TCPSynRetrans", "SYN and SYN-ACK retransmissions")
        .meaning(
            "A SYN or a SYN-ACK was sent again. The answer did not come in time, or the peer repeated its \
             SYN.",
        )
        .next(
            "Look at the SYN_SENT sockets: their peers do not answer (down, filtered, or dropping at a full \
             listener). For SYN_RECV, the clients or the way back.",
        )
        .source("net/ipv4/tcp_output.c __tcp_retransmit_skb, tcp_rtx_synack")
        .related(&["Tcp.RetransSegs", "TcpExt.TCPTimeouts", "Tcp.AttemptFails"]),
    TCP_EXT
        .watch("TSEcrRejected", "rejected echoed timestamps (TSecr)")
        .meaning(
            "A segment for a half-open connection echoed a timestamp that none of our SYN-ACKs had carried. \
             It is dropped, and answered with an ACK (rate-limited) unless it is an RST.",
        )
        .next("Look for forged ACKs, or a middlebox that rewrites TCP timestamps.")
        .source("net/ipv4/tcp_minisocks.c tcp_check_req; RFC 7323")
        .related(&["TcpExt.PAWSEstab", "TcpExt.TCPACKSkippedSynRecv"])
        .since("6.15"),
    TCP_EXT
        .normal("TCPMigrateReqSuccess", "requests migrated between reuseport listeners")
        .meaning(
            "A connection not yet accepted moved to another listener of its SO_REUSEPORT group as its own \
             closed.",
        )
        .source(
            "net/ipv4/inet_connection_sock.c inet_csk_listen_stop, reqsk_timer_handler, \
             inet_csk_complete_hashdance",
        )
        .related(&["TcpExt.TCPMigrateReqFailure"])
        .since("5.14"),
    TCP_EXT
        .warning("TCPMigrateReqFailure", "failed migrations between reuseport listeners")
        .meaning(
            "A connection not yet accepted could not be moved to another listener of its SO_REUSEPORT group. \
             It is lost with the listener that closed.",
        )
        .next(
            "Look whether another listener of the group is left and has room in its accept queue; \
             net.ipv4.tcp_migrate_req or a BPF program decides on migration.",
        )
        .source(
            "net/ipv4/inet_connection_sock.c inet_csk_listen_stop; net/core/sock_reuseport.c \
             reuseport_migrate_sock",
        )
        .related(&["TcpExt.TCPMigrateReqSuccess", "TcpExt.ListenOverflows"])
        .since("5.14"),
    TCP_EXT
        .normal("TCPFastOpenActive", "Fast Open connections opened (client)")
        .meaning("A SYN-ACK acknowledged the data that our SYN had carried: an outgoing Fast Open worked.")
        .next("Compare with TCPFastOpenActiveFail.")
        .source("net/ipv4/tcp_input.c tcp_rcv_fastopen_synack; RFC 7413")
        .related(&["TcpExt.TCPFastOpenActiveFail", "TcpExt.TCPFastOpenPassive"]),
    TCP_EXT
        .watch("TCPFastOpenActiveFail", "failed Fast Open attempts (client)")
        .meaning(
            "A SYN-ACK did not acknowledge the data of our SYN, or a Fast Open connection kept timing out.",
        )
        .next(
            "See whether TCPFastOpenBlackhole grows; the peer may have dropped its cookie key, or a \
             middlebox removes SYN data.",
        )
        .source(
            "net/ipv4/tcp_input.c tcp_rcv_fastopen_synack; net/ipv4/tcp_fastopen.c \
             tcp_fastopen_active_detect_blackhole; RFC 7413",
        )
        .related(&["TcpExt.TCPFastOpenActive", "TcpExt.TCPFastOpenBlackhole"]),
    TCP_EXT
        .normal("TCPFastOpenPassive", "Fast Open connections accepted (server)")
        .meaning("A listener created a connection right from a Fast Open SYN, before the handshake ended.")
        .source("net/ipv4/tcp_fastopen.c tcp_try_fastopen; RFC 7413")
        .related(&["TcpExt.TCPFastOpenPassiveFail", "TcpExt.TCPFastOpenActive"]),
    TCP_EXT
        .watch("TCPFastOpenPassiveFail", "failed Fast Open attempts (server)")
        .meaning(
            "A Fast Open SYN came in with a wrong cookie, or its connection could not be created. The \
             handshake goes on without Fast Open.",
        )
        .next(
            "After a change of net.ipv4.tcp_fastopen_key this is expected for a while; servers behind one \
             address must share the key.",
        )
        .source("net/ipv4/tcp_fastopen.c tcp_try_fastopen; RFC 7413")
        .related(&["TcpExt.TCPFastOpenPassive", "TcpExt.TCPFastOpenPassiveAltKey"]),
    TCP_EXT
        .watch("TCPFastOpenListenOverflow", "Fast Open queue overflows")
        .meaning(
            "A Fast Open SYN got a plain handshake because too many Fast Open connections were unfinished.",
        )
        .next(
            "Raise the queue length that the server sets with the TCP_FASTOPEN socket option; look for a \
             flood of Fast Open SYNs.",
        )
        .source("net/ipv4/tcp_fastopen.c tcp_fastopen_queue_check; RFC 7413")
        .related(&["TcpExt.TCPFastOpenPassive"]),
    TCP_EXT
        .normal("TCPFastOpenCookieReqd", "Fast Open cookies requested")
        .meaning(
            "A SYN came in that asks for a Fast Open cookie. It counts even where the server side of Fast \
             Open is off.",
        )
        .next("To serve them, net.ipv4.tcp_fastopen needs the flag 2 (server side).")
        .source("net/ipv4/tcp_fastopen.c tcp_try_fastopen; RFC 7413")
        .related(&["TcpExt.TCPFastOpenPassive"]),
    TCP_EXT
        .watch("TCPFastOpenBlackhole", "Fast Open switched off after a suspected blackhole")
        .meaning(
            "Outgoing Fast Open was switched off for a while because a middlebox seems to swallow its \
             packets.",
        )
        .next(
            "See net.ipv4.tcp_fastopen_blackhole_timeout_sec (0 turns this detection off), and the path to \
             the peers of TCPFastOpenActiveFail.",
        )
        .source("net/ipv4/tcp_fastopen.c tcp_fastopen_active_disable; RFC 7413")
        .related(&["TcpExt.TCPFastOpenActiveFail"]),
    TCP_EXT
        .normal("TCPFastOpenPassiveAltKey", "Fast Open cookies of the backup key")
        .meaning(
            "A Fast Open SYN came in with a cookie made by the backup key; the client is sent a fresh one.",
        )
        .next("Expected while a key is being changed; when it stays still, the backup key can go.")
        .source("net/ipv4/tcp_fastopen.c tcp_try_fastopen; RFC 7413")
        .related(&["TcpExt.TCPFastOpenPassive"]),
];
