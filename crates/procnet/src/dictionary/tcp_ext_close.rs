//! Counters of connections that end: TIME_WAIT and aborts.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const TCP_EXT: Group = Group::new("TcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TCP_EXT
        .normal("TW", "connections that entered TIME_WAIT")
        .meaning(
            "A closed connection was replaced by a small TIME_WAIT or FIN_WAIT2 entry with a timer above 4 \
             seconds. It counts at the start of the timer, not at its end.",
        )
        .next(
            "Many TIME_WAIT entries use up ports of clients: see the connections by state, keep connections \
             open longer, net.ipv4.tcp_tw_reuse.",
        )
        .source("net/ipv4/inet_timewait_sock.c __inet_twsk_schedule")
        .related(&["TcpExt.TWKilled", "TcpExt.TWRecycled", "TcpExt.TCPTimeWaitOverflow"]),
    TCP_EXT
        .normal("TWRecycled", "TIME_WAIT connections reused")
        .meaning("An outgoing connection took over the addresses and ports that a TIME_WAIT entry held.")
        .next(
            "See net.ipv4.tcp_tw_reuse; if it grows fast, clients run short of ports \
             (net.ipv4.ip_local_port_range).",
        )
        .source("net/ipv4/inet_hashtables.c __inet_check_established; RFC 6191")
        .related(&["TcpExt.TW"]),
    TCP_EXT
        .normal("TWKilled", "TIME_WAIT connections on a short timer")
        .meaning(
            "A closed connection was replaced by a small TIME_WAIT or FIN_WAIT2 entry with a timer up to 4 \
             seconds. Nothing is killed: the word is that of the timer.",
        )
        .next("Grows with a small net.ipv4.tcp_fin_timeout or TCP_LINGER2.")
        .source("net/ipv4/inet_timewait_sock.c __inet_twsk_schedule")
        .related(&["TcpExt.TW"]),
    TCP_EXT
        .warning("TCPTimeWaitOverflow", "no room for TIME_WAIT")
        .meaning(
            "A connection was closed without TIME_WAIT because its entry could not be created. Either there \
             were tcp_max_tw_buckets already, or memory was short.",
        )
        .next("Compare the number of TIME_WAIT entries with net.ipv4.tcp_max_tw_buckets, and raise it.")
        .source("net/ipv4/tcp_minisocks.c tcp_time_wait")
        .related(&["TcpExt.TW"]),
    TCP_EXT
        .watch("TCPAbortOnData", "connections aborted as data came or linger was zero")
        .meaning(
            "We reset a connection: data came after its program closed it, or it closed with SO_LINGER 0. A \
             FIN_WAIT1 connection with a negative TCP_LINGER2 counts as well.",
        )
        .next(
            "The peer still sends after our program closed: look at the protocol between them; or the \
             program sets SO_LINGER 0.",
        )
        .source("net/ipv4/tcp_input.c tcp_rcv_state_process; net/ipv4/tcp.c __tcp_close; RFC 2525")
        .related(&["TcpExt.TCPAbortOnClose", "TcpExt.TCPAbortOnLinger", "Tcp.OutRsts"]),
    TCP_EXT
        .watch("TCPAbortOnClose", "connections aborted with unread data")
        .meaning(
            "A program closed a socket with received data left unread; the peer gets an RST instead of a \
             FIN.",
        )
        .next("The program drops data: it should read to the end or shut down first.")
        .source("net/ipv4/tcp.c __tcp_close; RFC 2525")
        .related(&["TcpExt.TCPAbortOnData", "Tcp.OutRsts"]),
    TCP_EXT
        .warning("TCPAbortOnMemory", "connections aborted for lack of memory")
        .meaning(
            "A connection without an owner was dropped: too many such orphans, or TCP used too much memory.",
        )
        .next(
            "See orphan and mem in sockstat against net.ipv4.tcp_max_orphans and net.ipv4.tcp_mem; the \
             kernel log says which.",
        )
        .source("net/ipv4/tcp_timer.c tcp_out_of_resources; net/ipv4/tcp.c __tcp_close")
        .related(&["TcpExt.TCPMemoryPressures", "Tcp.OutRsts"]),
    TCP_EXT
        .watch("TCPAbortOnTimeout", "connections aborted on timeout")
        .meaning(
            "A connection was given up: retransmissions, probes or keepalives stayed unanswered to the end.",
        )
        .next(
            "Look for peers or paths that went away; the limits are net.ipv4.tcp_retries2, tcp_syn_retries, \
             the keepalive settings and TCP_USER_TIMEOUT.",
        )
        .source("net/ipv4/tcp_timer.c tcp_write_err")
        .related(&["TcpExt.TCPTimeouts", "TcpExt.TCPKeepAlive", "TcpExt.TCPWinProbe"]),
    TCP_EXT
        .watch("TCPAbortOnLinger", "connections aborted by negative TCP_LINGER2")
        .meaning("A closed connection in FIN_WAIT2 was reset at once because its TCP_LINGER2 is negative.")
        .next("A wish of the program; look for TCP_LINGER2 in it.")
        .source("net/ipv4/tcp.c __tcp_close")
        .related(&["TcpExt.TCPAbortOnData", "Tcp.OutRsts"]),
    TCP_EXT
        .warning("TCPAbortFailed", "resets that could not be sent")
        .meaning(
            "An RST to abort a connection could not be built or sent: no memory, or an error of the lower \
             layers.",
        )
        .next("Look for lack of memory, a missing route or a local firewall rule.")
        .source("net/ipv4/tcp_output.c tcp_send_active_reset")
        .related(&["Tcp.OutRsts", "TcpExt.TCPAbortOnMemory"]),
];
