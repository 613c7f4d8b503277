//! Counters of acknowledgements: delayed, fast path, compressed, challenge, skipped by rate limit.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const TCP_EXT: Group = Group::new("TcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TCP_EXT
        .normal("DelayedACKs", "delayed acknowledgements sent")
        .meaning("The delayed-ACK timer ran out and its ACK was sent.")
        .source("net/ipv4/tcp_timer.c tcp_delack_timer_handler; RFC 1122")
        .related(&["TcpExt.DelayedACKLocked", "TcpExt.DelayedACKLost"]),
    TCP_EXT
        .normal("DelayedACKLocked", "delayed acknowledgements met a locked socket")
        .meaning(
            "The delayed-ACK timer ran out while a process held the socket; the ACK waits for its release.",
        )
        .next("If it grows fast, programs spend long in calls on the same socket.")
        .source("net/ipv4/tcp_timer.c tcp_delack_timer")
        .related(&["TcpExt.DelayedACKs"]),
    TCP_EXT
        .watch("DelayedACKLost", "duplicate data, our acknowledgement may be lost")
        .meaning(
            "Data arrived that we already had, so our ACK may have been lost or late; we now acknowledge at \
             once.",
        )
        .next(
            "Losses on the way back, or a peer that retransmits too early: see TCPDSACKOldSent, and the \
             peers of such sockets.",
        )
        .source("net/ipv4/tcp_input.c tcp_data_queue, tcp_send_dupack")
        .related(&["TcpExt.TCPDSACKOldSent", "TcpExt.DelayedACKs"]),
    TCP_EXT
        .normal("TCPHPHits", "header prediction hits (data)")
        .meaning("A segment with data came as predicted and took the receiver's fast path.")
        .source("net/ipv4/tcp_input.c tcp_rcv_established")
        .related(&["TcpExt.TCPHPAcks", "TcpExt.TCPPureAcks"]),
    TCP_EXT
        .normal("TCPPureAcks", "pure acknowledgements off the fast path")
        .meaning("An ACK without data was handled off the fast path.")
        .source("net/ipv4/tcp_input.c tcp_ack")
        .related(&["TcpExt.TCPHPAcks"]),
    TCP_EXT
        .normal("TCPHPAcks", "header prediction acknowledgements")
        .meaning("An ACK that only moved the acknowledged data forward took the fast path.")
        .source("net/ipv4/tcp_input.c tcp_ack")
        .related(&["TcpExt.TCPPureAcks", "TcpExt.TCPHPHits"]),
    TCP_EXT
        .normal("TCPAckCompressed", "compressed acknowledgements")
        .meaning("ACKs for out-of-order data were held back and saved, as one later ACK spoke for all.")
        .next(
            "Many mean much out-of-order data: see TCPOFOQueue. net.ipv4.tcp_comp_sack_nr and \
             tcp_comp_sack_delay_ns set the limits.",
        )
        .source("net/ipv4/tcp_output.c tcp_event_ack_sent; net/ipv4/tcp_timer.c tcp_compressed_ack_kick")
        .related(&["TcpExt.TCPOFOQueue"]),
    TCP_EXT
        .watch("TCPChallengeACK", "challenge acknowledgements sent")
        .meaning("A challenge ACK was sent in answer to a suspect SYN, RST or ACK.")
        .next(
            "Look for peers that lost their state (restarts, NAT timeouts), or blind attacks on connections; \
             see TCPSYNChallenge.",
        )
        .source("net/ipv4/tcp_input.c tcp_send_challenge_ack; RFC 5961")
        .related(&["TcpExt.TCPSYNChallenge", "TcpExt.TCPACKSkippedChallenge"]),
    TCP_EXT
        .watch("TCPSYNChallenge", "SYNs on existing connections")
        .meaning("A SYN came in for a connection that already exists; it is dropped and challenged.")
        .next(
            "A peer reuses a port while we still hold its old connection (restart, NAT, load balancer), or \
             someone attacks blindly.",
        )
        .source("net/ipv4/tcp_input.c tcp_validate_incoming; RFC 5961")
        .related(&["TcpExt.TCPChallengeACK", "Tcp.InErrs"]),
    TCP_EXT
        .watch("TCPACKSkippedSynRecv", "skipped answers in SYN_RECV")
        .meaning(
            "A repeated SYN or unfit segment for a half-open connection got no answer: the last one was too \
             recent.",
        )
        .next(
            "Usually harmless. net.ipv4.tcp_invalid_ratelimit (ms) is the shortest distance of two answers.",
        )
        .source("net/ipv4/tcp_minisocks.c tcp_check_req")
        .related(&["TcpExt.TCPChallengeACK", "TcpExt.TSEcrRejected"]),
    TCP_EXT
        .watch("TCPACKSkippedPAWS", "skipped duplicate ACKs for old timestamps")
        .meaning(
            "A segment with too old a timestamp got no duplicate ACK, as the last such ACK was too recent.",
        )
        .next("See PAWSEstab; net.ipv4.tcp_invalid_ratelimit (ms) sets the limit.")
        .source("net/ipv4/tcp_input.c tcp_validate_incoming; RFC 7323")
        .related(&["TcpExt.PAWSEstab"]),
    TCP_EXT
        .watch("TCPACKSkippedSeq", "skipped duplicate ACKs for sequence numbers out of window")
        .meaning(
            "A segment outside the receive window got no duplicate ACK, as the last such ACK was too recent.",
        )
        .next(
            "See BeyondWindow; an ACK loop between two confused peers is stopped here. \
             net.ipv4.tcp_invalid_ratelimit (ms) sets the limit.",
        )
        .source("net/ipv4/tcp_input.c tcp_validate_incoming")
        .related(&["TcpExt.BeyondWindow", "TcpExt.TCPACKSkippedPAWS"]),
    TCP_EXT
        .watch("TCPACKSkippedFinWait2", "skipped duplicate ACKs in FIN_WAIT2")
        .meaning(
            "An unfit segment for a connection shrunk to its FIN_WAIT2 remains got no ACK: the last was too \
             recent.",
        )
        .next("Usually harmless; net.ipv4.tcp_invalid_ratelimit (ms) sets the limit.")
        .source("net/ipv4/tcp_minisocks.c tcp_timewait_state_process")
        .related(&["TcpExt.TCPACKSkippedTimeWait"]),
    TCP_EXT
        .watch("TCPACKSkippedTimeWait", "skipped duplicate ACKs in TIME_WAIT")
        .meaning(
            "An unfit segment for a TIME_WAIT connection got no ACK, as the last such ACK was too recent.",
        )
        .next("Usually harmless; net.ipv4.tcp_invalid_ratelimit (ms) sets the limit.")
        .source("net/ipv4/tcp_minisocks.c tcp_timewait_state_process")
        .related(&["TcpExt.TCPACKSkippedFinWait2", "TcpExt.PAWSTimewait"]),
    TCP_EXT
        .watch("TCPACKSkippedChallenge", "skipped challenge acknowledgements")
        .meaning("A challenge ACK was due but not sent, as the last such ACK was too recent.")
        .next("See TCPChallengeACK for what causes them; net.ipv4.tcp_invalid_ratelimit (ms) sets the limit.")
        .source("net/ipv4/tcp_input.c tcp_send_challenge_ack; RFC 5961")
        .related(&["TcpExt.TCPChallengeACK"]),
];
