//! Counters of selective acknowledgements: duplicates reported (DSACK), blocks refused, queue merging.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const TCP_EXT: Group = Group::new("TcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TCP_EXT
        .watch("TCPDSACKOldSent", "duplicate SACKs (DSACK) made for old data")
        .meaning("Data came again that had already been received in order; a DSACK will tell the peer.")
        .next(
            "The peer retransmits needlessly: our ACKs are lost or late, or its timeout is too short. See \
             DelayedACKLost.",
        )
        .source("net/ipv4/tcp_input.c tcp_dsack_set; RFC 2883")
        .related(&["TcpExt.TCPDSACKOfoSent", "TcpExt.DelayedACKLost"]),
    TCP_EXT
        .watch("TCPDSACKOfoSent", "duplicate SACKs (DSACK) made for out-of-order data")
        .meaning("Data came again that already waits in the out-of-order queue; a DSACK will tell the peer.")
        .next("The peer retransmits needlessly: SACKs are lost, or the path duplicates packets.")
        .source("net/ipv4/tcp_input.c tcp_dsack_set; RFC 2883")
        .related(&["TcpExt.TCPDSACKOldSent", "TcpExt.TCPOFOMerge"]),
    TCP_EXT
        .watch("TCPDSACKRecv", "duplicate SACKs (DSACK) received")
        .meaning("The peer reported by DSACK that data it had already acknowledged reached it twice.")
        .next("We retransmit needlessly: see TCPSACKReorder, TCPSpuriousRTOs and TCPLossProbes.")
        .source("net/ipv4/tcp_input.c tcp_check_dsack; RFC 2883")
        .related(&["TcpExt.TCPDSACKRecvSegs", "TcpExt.TCPDSACKUndo", "TcpExt.TCPDSACKOfoRecv"]),
    TCP_EXT
        .watch("TCPDSACKOfoRecv", "duplicate SACKs (DSACK) received for out-of-order data")
        .meaning("The peer reported by DSACK that data not yet acknowledged in order reached it twice.")
        .next("As for TCPDSACKRecv; the path may also duplicate packets.")
        .source("net/ipv4/tcp_input.c tcp_check_dsack; RFC 2883")
        .related(&["TcpExt.TCPDSACKRecv", "TcpExt.TCPDSACKRecvSegs"]),
    TCP_EXT
        .watch("TCPDSACKRecvSegs", "segments reported as duplicate by duplicate SACKs (DSACK)")
        .meaning(
            "Segments that received DSACKs report as duplicate are added here. One DSACK may report several.",
        )
        .next("Divide by Tcp.RetransSegs for the share of needless retransmissions.")
        .source("net/ipv4/tcp_input.c tcp_check_dsack; RFC 2883")
        .related(&["TcpExt.TCPDSACKRecv", "Tcp.RetransSegs"]),
    TCP_EXT
        .normal("TCPDSACKIgnoredOld", "duplicate SACKs (DSACK) ignored as old or out of range")
        .meaning("A DSACK came that does not fit the data of the recovery which it could help to undo.")
        .source("net/ipv4/tcp_input.c tcp_sacktag_write_queue; RFC 2883")
        .related(&["TcpExt.TCPDSACKIgnoredNoUndo", "TcpExt.TCPDSACKRecv"]),
    TCP_EXT
        .normal("TCPDSACKIgnoredNoUndo", "duplicate SACKs (DSACK) ignored, nothing to undo")
        .meaning("A DSACK came that matches no current data, while there was no recovery to undo.")
        .source("net/ipv4/tcp_input.c tcp_sacktag_write_queue; RFC 2883")
        .related(&["TcpExt.TCPDSACKIgnoredOld", "TcpExt.TCPDSACKUndo"]),
    TCP_EXT
        .watch("TCPDSACKIgnoredDubious", "duplicate SACKs (DSACK) ignored as dubious")
        .meaning("A DSACK came that would report more duplicates than were ever retransmitted.")
        .next("The path or a middlebox duplicates packets, or the peer's DSACKs are wrong.")
        .source("net/ipv4/tcp_input.c tcp_check_dsack; RFC 2883")
        .related(&["TcpExt.TCPDSACKRecv"]),
    TCP_EXT
        .watch("TCPSACKDiscard", "invalid SACK blocks discarded")
        .meaning("A SACK block came that lies outside the data we sent, and was thrown away.")
        .next("Look for a middlebox that rewrites sequence numbers but not the SACK option.")
        .source("net/ipv4/tcp_input.c tcp_sacktag_write_queue; RFC 2018")
        .related(&["TcpExt.TCPDSACKIgnoredOld"]),
    TCP_EXT
        .normal("TCPSackShifted", "SACKed data shifted")
        .meaning("The SACKed part of a segment in the send queue was moved into the SACKed buffer before it.")
        .source("net/ipv4/tcp_input.c tcp_shifted_skb")
        .related(&["TcpExt.TCPSackMerged", "TcpExt.TCPSackShiftFallback"]),
    TCP_EXT
        .normal("TCPSackMerged", "SACKed buffers merged")
        .meaning("A whole SACKed buffer of the send queue was merged into the SACKed buffer before it.")
        .source("net/ipv4/tcp_input.c tcp_shifted_skb")
        .related(&["TcpExt.TCPSackShifted", "TcpExt.TCPSackShiftFallback"]),
    TCP_EXT
        .normal("TCPSackShiftFallback", "SACK merging not possible")
        .meaning("SACKed data could not be merged with the buffer before it, so the slower way was taken.")
        .next("It costs some CPU, no data.")
        .source("net/ipv4/tcp_input.c tcp_shift_skb_data")
        .related(&["TcpExt.TCPSackShifted", "TcpExt.TCPSackMerged"]),
];
