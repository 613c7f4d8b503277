//! Counters of the sender's loss recovery: timeouts, fast recovery, retransmissions, and what was undone.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const TCP_EXT: Group = Group::new("TcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TCP_EXT
        .watch("TCPTimeouts", "TCP retransmission timeouts")
        .meaning(
            "A retransmission timer ran out: data, a SYN or a SYN-ACK was not acknowledged in time. Each \
             further timeout of the same data counts again.",
        )
        .next(
            "Look at sockets with retransmissions or a backed-off timer (ss -tio: backoff, retrans), by \
             peer; compare with Tcp.RetransSegs and TCPSynRetrans.",
        )
        .source("net/ipv4/tcp_timer.c tcp_retransmit_timer, tcp_syn_ack_timeout; RFC 6298")
        .related(&[
            "Tcp.RetransSegs",
            "TcpExt.TCPSynRetrans",
            "TcpExt.TCPLossProbes",
            "TcpExt.TCPSpuriousRTOs",
        ]),
    TCP_EXT
        .watch("TCPRenoRecovery", "Fast recoveries without SACK")
        .meaning("A sender entered fast recovery after duplicate ACKs, on a connection without SACK.")
        .next(
            "See whether SACK is off here (net.ipv4.tcp_sack) or at the peers; look at retransmissions by \
             peer.",
        )
        .source("net/ipv4/tcp_input.c tcp_enter_recovery; RFC 6582")
        .related(&["TcpExt.TCPSackRecovery", "TcpExt.TCPFastRetrans", "TcpExt.TCPRenoRecoveryFail"]),
    TCP_EXT
        .watch("TCPSackRecovery", "Fast recoveries with SACK")
        .meaning(
            "A sender entered fast recovery because SACK showed lost segments. One recovery may repair many \
             segments.",
        )
        .next(
            "Compare with TCPOrigDataSent and TCPFastRetrans; look for the peers or the interface where \
             losses gather.",
        )
        .source("net/ipv4/tcp_input.c tcp_enter_recovery; RFC 6675, RFC 8985")
        .related(&["TcpExt.TCPFastRetrans", "TcpExt.TCPSackRecoveryFail", "TcpExt.TCPFullUndo"]),
    TCP_EXT
        .warning("TCPSACKReneging", "SACK reneging")
        .meaning(
            "On a timeout the first unacknowledged segment was one that the peer had already SACKed. The \
             receiver seems to have thrown away data after reporting it; all is sent again.",
        )
        .next("Find the peer: a receiver short of memory, or a middlebox that tampers with SACK.")
        .source("net/ipv4/tcp_input.c tcp_timeout_mark_lost; RFC 2018")
        .related(&["TcpExt.TCPTimeouts", "TcpExt.OfoPruned"]),
    TCP_EXT
        .watch("TCPSACKReorder", "reordering found by SACK")
        .meaning(
            "A segment was acknowledged after later ones although it was never sent twice: the path \
             reorders.",
        )
        .next(
            "See the reordering figure of the socket (ss -ti) and the path: several links, several queues, a \
             bonded interface.",
        )
        .source("net/ipv4/tcp_input.c tcp_check_sack_reordering; RFC 8985")
        .related(&["TcpExt.TCPTSReorder", "TcpExt.TCPRenoReorder", "TcpExt.TCPDSACKUndo"]),
    TCP_EXT
        .watch("TCPRenoReorder", "reordering found by duplicate ACKs")
        .meaning(
            "More duplicate ACKs came than segments can be missing, on a connection without SACK: the path \
             reorders.",
        )
        .next("See TCPSACKReorder; the path has several links or queues.")
        .source("net/ipv4/tcp_input.c tcp_check_reno_reordering")
        .related(&["TcpExt.TCPSACKReorder", "TcpExt.TCPTSReorder"]),
    TCP_EXT
        .watch("TCPTSReorder", "reordering found by timestamps")
        .meaning(
            "In a recovery a partial ACK's timestamp proved that the original segment had come, only late.",
        )
        .next("See TCPSACKReorder and the path.")
        .source("net/ipv4/tcp_input.c tcp_check_sack_reordering; RFC 7323")
        .related(&["TcpExt.TCPSACKReorder", "TcpExt.TCPPartialUndo"]),
    TCP_EXT
        .watch("TCPFullUndo", "fully undone fast recoveries")
        .meaning(
            "A fast recovery proved needless once all its data was acknowledged; the congestion window was \
             restored.",
        )
        .next("The loss was none: the path reorders or delays. See TCPSACKReorder.")
        .source("net/ipv4/tcp_input.c tcp_try_undo_recovery")
        .related(&[
            "TcpExt.TCPPartialUndo",
            "TcpExt.TCPDSACKUndo",
            "TcpExt.TCPLossUndo",
            "TcpExt.TCPSACKReorder",
        ]),
    TCP_EXT
        .watch("TCPPartialUndo", "recoveries undone on a partial ACK")
        .meaning(
            "A partial ACK in a fast recovery proved that a segment came late, not lost; the window was \
             restored.",
        )
        .next("The path reorders or delays. See TCPTSReorder.")
        .source("net/ipv4/tcp_input.c tcp_try_undo_partial")
        .related(&["TcpExt.TCPFullUndo", "TcpExt.TCPTSReorder"]),
    TCP_EXT
        .watch("TCPDSACKUndo", "recoveries undone by DSACK")
        .meaning(
            "The peer reported by DSACK that every retransmission was a duplicate; the window was restored.",
        )
        .next("Needless retransmissions: see TCPSACKReorder and TCPDSACKRecv.")
        .source("net/ipv4/tcp_input.c tcp_try_undo_dsack; RFC 2883")
        .related(&["TcpExt.TCPDSACKRecv", "TcpExt.TCPFullUndo"]),
    TCP_EXT
        .watch("TCPLossUndo", "undone timeout recoveries")
        .meaning(
            "The recovery after a retransmission timeout proved needless; the congestion window was \
             restored.",
        )
        .next(
            "The round trip jumps: look at rtt and rttvar of the sockets (ss -ti), deep queues, wireless or \
             mobile links.",
        )
        .source("net/ipv4/tcp_input.c tcp_try_undo_recovery, tcp_try_undo_loss")
        .related(&["TcpExt.TCPSpuriousRTOs", "TcpExt.TCPTimeouts"]),
    TCP_EXT
        .watch("TCPLostRetransmit", "lost retransmissions")
        .meaning("Segments that had been retransmitted were found lost again.")
        .next(
            "Heavy loss or a policer: look at the losses of the path, the interface's drops, the sockets \
             with many retransmissions.",
        )
        .source("net/ipv4/tcp_input.c tcp_mark_skb_lost; RFC 8985")
        .related(&["TcpExt.TCPFastRetrans", "Tcp.RetransSegs"]),
    TCP_EXT
        .watch("TCPRenoFailures", "timeouts on duplicate ACKs without SACK")
        .meaning(
            "A timer ran out after first duplicate ACKs but before fast recovery began, on a connection \
             without SACK.",
        )
        .next("See TCPTimeouts; SACK (net.ipv4.tcp_sack) would help.")
        .source("net/ipv4/tcp_timer.c tcp_retransmit_timer")
        .related(&["TcpExt.TCPTimeouts", "TcpExt.TCPSackFailures"]),
    TCP_EXT
        .watch("TCPSackFailures", "timeouts on SACKed data before recovery")
        .meaning("A timer ran out while SACK already reported gaps but before fast recovery began.")
        .next("See TCPTimeouts; short flights with loss at their end do this.")
        .source("net/ipv4/tcp_timer.c tcp_retransmit_timer")
        .related(&["TcpExt.TCPTimeouts", "TcpExt.TCPRenoFailures", "TcpExt.TCPSackRecoveryFail"]),
    TCP_EXT
        .watch("TCPLossFailures", "timeouts during timeout recovery")
        .meaning(
            "A timer ran out anew while a connection was still recovering from an earlier timeout. Only the \
             first timeout after some progress counts, not its repetitions.",
        )
        .next("The path loses heavily: see TCPLostRetransmit and the sockets with many retransmissions.")
        .source("net/ipv4/tcp_timer.c tcp_retransmit_timer")
        .related(&["TcpExt.TCPTimeouts", "TcpExt.TCPLostRetransmit"]),
    TCP_EXT
        .watch("TCPFastRetrans", "Fast retransmissions")
        .meaning("Segments marked as lost were sent again without waiting for a timeout.")
        .next(
            "Compare with TCPOrigDataSent for the share of loss; look at the interface's drops and the peers \
             with retransmissions.",
        )
        .source("net/ipv4/tcp_output.c tcp_xmit_retransmit_queue; RFC 5681, RFC 8985")
        .related(&["Tcp.RetransSegs", "TcpExt.TCPSlowStartRetrans", "TcpExt.TCPOrigDataSent"]),
    TCP_EXT
        .watch("TCPSlowStartRetrans", "retransmissions in slow start after a timeout")
        .meaning(
            "Segments marked as lost were sent again in the recovery after a timeout, while the window grows \
             anew.",
        )
        .next("See TCPTimeouts.")
        .source("net/ipv4/tcp_output.c tcp_xmit_retransmit_queue; RFC 5681")
        .related(&["Tcp.RetransSegs", "TcpExt.TCPTimeouts", "TcpExt.TCPFastRetrans"]),
    TCP_EXT
        .watch("TCPLossProbes", "tail loss probes sent")
        .meaning(
            "A sender whose last segments stayed unacknowledged sent a probe before the timeout would come.",
        )
        .next(
            "Compare with TCPLossProbeRecovery: probes that repaired a loss. Many others mean a jumping \
             round trip or late ACKs.",
        )
        .source("net/ipv4/tcp_output.c tcp_send_loss_probe; RFC 8985")
        .related(&["TcpExt.TCPLossProbeRecovery", "TcpExt.TCPTimeouts"]),
    TCP_EXT
        .watch("TCPLossProbeRecovery", "losses repaired by a tail loss probe")
        .meaning("A tail loss probe was acknowledged in a way that shows it replaced a lost segment.")
        .next("Loss at the end of bursts: look at the queues and policers of the path.")
        .source("net/ipv4/tcp_input.c tcp_process_tlp_ack; RFC 8985")
        .related(&["TcpExt.TCPLossProbes"]),
    TCP_EXT
        .watch("TCPRenoRecoveryFail", "timeouts in fast recovery without SACK")
        .meaning("A timer ran out in a fast recovery on a connection without SACK: the recovery failed.")
        .next("Compare with TCPRenoRecovery; SACK would help (net.ipv4.tcp_sack).")
        .source("net/ipv4/tcp_timer.c tcp_retransmit_timer")
        .related(&["TcpExt.TCPRenoRecovery", "TcpExt.TCPTimeouts"]),
    TCP_EXT
        .watch("TCPSackRecoveryFail", "timeouts in fast recovery with SACK")
        .meaning("A timer ran out in a fast recovery on a connection with SACK: the recovery failed.")
        .next("Compare with TCPSackRecovery; retransmissions get lost too, see TCPLostRetransmit.")
        .source("net/ipv4/tcp_timer.c tcp_retransmit_timer")
        .related(&["TcpExt.TCPSackRecovery", "TcpExt.TCPLostRetransmit", "TcpExt.TCPTimeouts"]),
    TCP_EXT
        .watch("TCPSpuriousRTOs", "spurious retransmission timeouts (F-RTO)")
        .meaning("F-RTO found that a retransmission timeout had been needless: the originals were only late.")
        .next(
            "The round trip jumps: look at rtt and rttvar of the sockets (ss -ti) and at deep queues on the \
             path.",
        )
        .source("net/ipv4/tcp_input.c tcp_try_undo_loss; RFC 5682")
        .related(&["TcpExt.TCPLossUndo", "TcpExt.TCPTimeouts"]),
];
