//! Sctp: the counters of SCTP, as `net/sctp/snmp` prints them; the file is there when SCTP is loaded.
//! `net/sctp/proc.c` `sctp_snmp_list`. The file's names begin with the group.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// SCTP of the namespace.
const SCTP: Group = Group::new("Sctp", FileScope::Namespace, Unit::Packets);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    SCTP.gauge("SctpCurrEstab", "currently established")
        .unit(Unit::Count)
        .meaning("SCTP associations that are established now, those in shutdown included.")
        .source("net/sctp/sm_statefuns.c; RFC 3873 sctpCurrEstab")
        .related(&["Sctp.SctpActiveEstabs", "Sctp.SctpPassiveEstabs"]),
    SCTP.normal("SctpActiveEstabs", "active establishments")
        .unit(Unit::Count)
        .meaning("Associations that this host began and the peer confirmed.")
        .source("net/sctp/sm_statefuns.c sctp_sf_do_5_1E_ca; RFC 3873 sctpActiveEstabs")
        .related(&["Sctp.SctpPassiveEstabs"]),
    SCTP.normal("SctpPassiveEstabs", "passive establishments")
        .unit(Unit::Count)
        .meaning("Associations that a peer began and this host accepted.")
        .source("net/sctp/sm_statefuns.c sctp_sf_do_5_1D_ce; RFC 3873 sctpPassiveEstabs")
        .related(&["Sctp.SctpActiveEstabs"]),
    SCTP.watch("SctpAborteds", "aborted associations")
        .unit(Unit::Count)
        .meaning("An association ended by ABORT of either end, or because the peer did not answer any more.")
        .next("Look for programs that abort, and for paths that fail (SctpT3RtxExpireds).")
        .source("net/sctp/sm_statefuns.c __sctp_sf_do_9_1_abort, sctp_sf_do_6_3_3_rtx; RFC 3873 sctpAborteds")
        .related(&["Sctp.SctpShutdowns", "Sctp.SctpT3RtxExpireds"]),
    SCTP.normal("SctpShutdowns", "shut down associations")
        .unit(Unit::Count)
        .meaning("Associations that ended in order, by SHUTDOWN.")
        .source("net/sctp/sm_statefuns.c sctp_sf_do_9_2_final, sctp_sf_do_4_C; RFC 3873 sctpShutdowns")
        .related(&["Sctp.SctpAborteds"]),
    SCTP.watch("SctpOutOfBlues", "out of the blue packets")
        .meaning("A sound packet arrived that belongs to no association here.")
        .next("After a restart of this host normal; else a scan or a peer that missed the end.")
        .source("net/sctp/input.c sctp_rcv; RFC 3873 sctpOutOfBlues")
        .related(&["Sctp.SctpInSCTPPacks"]),
    SCTP.warning("SctpChecksumErrors", "checksum errors")
        .meaning("The CRC32c of a received SCTP packet was wrong.")
        .next("Suspect hardware, or a peer whose checksum offload does not work.")
        .source("net/sctp/input.c sctp_rcv_checksum; RFC 3873 sctpChecksumErrors")
        .related(&["Sctp.SctpInPktDiscards"]),
    SCTP.normal("SctpOutCtrlChunks", "output control chunks")
        .unit(Unit::Count)
        .meaning("Control chunks sent: everything but data.")
        .source("net/sctp/sm_statefuns.c; net/sctp/outqueue.c; RFC 3873 sctpOutCtrlChunks")
        .related(&["Sctp.SctpInCtrlChunks"]),
    SCTP.normal("SctpOutOrderChunks", "output ordered chunks")
        .unit(Unit::Count)
        .meaning("Ordered data chunks queued to be sent; retransmissions are left out.")
        .source("net/sctp/outqueue.c sctp_outq_tail; RFC 3873 sctpOutOrderChunks")
        .related(&["Sctp.SctpOutUnorderChunks"]),
    SCTP.normal("SctpOutUnorderChunks", "output unordered chunks")
        .unit(Unit::Count)
        .meaning("Unordered data chunks queued to be sent; retransmissions are left out.")
        .source("net/sctp/outqueue.c sctp_outq_tail; RFC 3873 sctpOutUnorderChunks")
        .related(&["Sctp.SctpOutOrderChunks"]),
    SCTP.normal("SctpInCtrlChunks", "input control chunks")
        .unit(Unit::Count)
        .meaning("Control chunks received: everything but data.")
        .source(
            "net/sctp/associola.c sctp_assoc_bh_rcv; net/sctp/endpointola.c sctp_endpoint_bh_rcv; RFC 3873 \
             sctpInCtrlChunks",
        )
        .related(&["Sctp.SctpOutCtrlChunks"]),
    SCTP.normal("SctpInOrderChunks", "input ordered chunks")
        .unit(Unit::Count)
        .meaning("Ordered data chunks received and accepted; doubles are left out.")
        .source("net/sctp/sm_statefuns.c sctp_eat_data; RFC 3873 sctpInOrderChunks")
        .related(&["Sctp.SctpInUnorderChunks", "Sctp.SctpInDataChunkDiscards"]),
    SCTP.normal("SctpInUnorderChunks", "input unordered chunks")
        .unit(Unit::Count)
        .meaning("Unordered data chunks received and accepted; doubles are left out.")
        .source("net/sctp/sm_statefuns.c sctp_eat_data; RFC 3873 sctpInUnorderChunks")
        .related(&["Sctp.SctpInOrderChunks", "Sctp.SctpInDataChunkDiscards"]),
    SCTP.normal("SctpFragUsrMsgs", "fragmented user messages")
        .unit(Unit::Count)
        .meaning("Messages of programs that were too large for one packet and were cut into chunks.")
        .source("net/sctp/chunk.c sctp_datamsg_from_user; RFC 3873 sctpFragUsrMsgs")
        .related(&["Sctp.SctpReasmUsrMsgs"]),
    SCTP.normal("SctpReasmUsrMsgs", "reassembled user messages")
        .unit(Unit::Count)
        .meaning("Messages that were put together from several chunks received.")
        .source("net/sctp/ulpqueue.c sctp_make_reassembled_event; RFC 3873 sctpReasmUsrMsgs")
        .related(&["Sctp.SctpFragUsrMsgs"]),
    SCTP.normal("SctpOutSCTPPacks", "output SCTP packets")
        .meaning("SCTP packets sent, retransmissions included. A packet that is cut later (GSO) counts once.")
        .source("net/sctp/protocol.c sctp_v4_xmit; net/sctp/ipv6.c sctp_v6_xmit; RFC 3873 sctpOutSCTPPacks")
        .related(&["Sctp.SctpInSCTPPacks"]),
    SCTP.normal("SctpInSCTPPacks", "input SCTP packets")
        .meaning("SCTP packets received, faulty ones included.")
        .source("net/sctp/input.c sctp_rcv; RFC 3873 sctpInSCTPPacks")
        .related(&["Sctp.SctpOutSCTPPacks", "Sctp.SctpInPktDiscards"]),
    SCTP.watch("SctpT1InitExpireds", "T1-init timer expirations")
        .unit(Unit::Count)
        .meaning("The peer did not answer INIT in time, so it is sent again or given up.")
        .next("Is the peer there, and does every firewall between pass SCTP?")
        .source("net/sctp/sm_statefuns.c sctp_sf_t1_init_timer_expire")
        .related(&["Sctp.SctpT1CookieExpireds"]),
    SCTP.watch("SctpT1CookieExpireds", "T1-cookie timer expirations")
        .unit(Unit::Count)
        .meaning("The peer did not answer COOKIE ECHO in time, so it is sent again or given up.")
        .next("Look for loss on the path.")
        .source("net/sctp/sm_statefuns.c sctp_sf_t1_cookie_timer_expire")
        .related(&["Sctp.SctpT1InitExpireds"]),
    SCTP.watch("SctpT2ShutdownExpireds", "T2-shutdown timer expirations")
        .unit(Unit::Count)
        .meaning("The peer did not answer SHUTDOWN in time, so it is sent again or given up.")
        .next("Look for loss, or for peers that vanish without an end.")
        .source("net/sctp/sm_statefuns.c sctp_sf_t2_timer_expire")
        .related(&["Sctp.SctpT5ShutdownGuardExpireds"]),
    SCTP.watch("SctpT3RtxExpireds", "T3-rtx timer expirations")
        .unit(Unit::Count)
        .meaning("Data sent was not acknowledged in time; it is retransmitted and the path is slowed down.")
        .next("Look for loss on the path; compare SctpFastRetransmits.")
        .source("net/sctp/sm_statefuns.c sctp_sf_do_6_3_3_rtx")
        .related(&["Sctp.SctpT3Retransmits", "Sctp.SctpFastRetransmits"]),
    SCTP.watch("SctpT4RtoExpireds", "T4-rto timer expirations")
        .unit(Unit::Count)
        .meaning("The peer did not acknowledge a change of addresses (ASCONF) in time.")
        .next("Look whether the peer takes part in dynamic addresses, and for loss.")
        .source("net/sctp/sm_statefuns.c sctp_sf_t4_timer_expire; RFC 5061")
        .related(&["Sctp.SctpT3RtxExpireds"]),
    SCTP.watch("SctpT5ShutdownGuardExpireds", "T5-shutdown-guard timer expirations")
        .unit(Unit::Count)
        .meaning("A shutdown took too long as a whole, so the association was aborted.")
        .next("Look for peers that do not read or vanish.")
        .source("net/sctp/sm_statefuns.c sctp_sf_t5_timer_expire")
        .related(&["Sctp.SctpT2ShutdownExpireds", "Sctp.SctpAborteds"]),
    SCTP.normal("SctpDelaySackExpireds", "delayed SACK timer expirations")
        .unit(Unit::Count)
        .meaning("An acknowledgement that was held back was sent because no second packet came in time.")
        .source("net/sctp/sm_statefuns.c sctp_sf_do_6_2_sack")
        .related(&["Sctp.SctpInOrderChunks"]),
    SCTP.normal("SctpAutocloseExpireds", "autoclose timer expirations")
        .unit(Unit::Count)
        .meaning("An idle association was closed because its socket asked for that (SCTP_AUTOCLOSE).")
        .source("net/sctp/sm_statefuns.c sctp_sf_autoclose_timer_expire")
        .related(&["Sctp.SctpShutdowns"]),
    SCTP.watch("SctpT3Retransmits", "T3 retransmissions")
        .unit(Unit::Count)
        .meaning("Rounds of retransmission that the T3-rtx timer began, not chunks.")
        .next("Look for loss on the path.")
        .source("net/sctp/outqueue.c sctp_retransmit")
        .related(&["Sctp.SctpT3RtxExpireds", "Sctp.SctpFastRetransmits"]),
    SCTP.watch("SctpPmtudRetransmits", "path MTU retransmissions")
        .unit(Unit::Count)
        .meaning("Rounds of retransmission that a smaller path MTU made necessary.")
        .next("Normal in small numbers; look for a path that changes.")
        .source("net/sctp/outqueue.c sctp_retransmit")
        .related(&["Sctp.SctpT3Retransmits", "Icmp.InDestUnreachs"]),
    SCTP.watch("SctpFastRetransmits", "fast retransmissions")
        .unit(Unit::Count)
        .meaning("Rounds of retransmission begun because later data had been acknowledged.")
        .next("Look for loss or reordering on the path.")
        .source("net/sctp/outqueue.c sctp_retransmit")
        .related(&["Sctp.SctpT3Retransmits"]),
    SCTP.normal("SctpInPktSoftirq", "input packets processed at once")
        .meaning("Packets that were processed when they arrived, since no program held the socket.")
        .source("net/sctp/input.c sctp_rcv")
        .related(&["Sctp.SctpInPktBacklog"]),
    SCTP.normal("SctpInPktBacklog", "input packets put off")
        .meaning("Packets that waited in the socket's backlog, since a program held the socket.")
        .source("net/sctp/input.c sctp_rcv")
        .related(&["Sctp.SctpInPktSoftirq"]),
    SCTP.warning("SctpInPktDiscards", "input packets discarded")
        .meaning(
            "A packet, or a chunk in it, was dropped: malformed, for no socket, forged tag or against \
             policy.",
        )
        .next("Compare SctpChecksumErrors and SctpOutOfBlues; capture the rest.")
        .source("net/sctp/input.c sctp_rcv; net/sctp/sm_statefuns.c sctp_sf_pdiscard")
        .related(&["Sctp.SctpChecksumErrors", "Sctp.SctpOutOfBlues"]),
    SCTP.watch("SctpInDataChunkDiscards", "input data chunks discarded")
        .unit(Unit::Count)
        .meaning(
            "A data chunk was dropped: received before, too far ahead, for an unknown stream, or no room \
             left.",
        )
        .next("Doubles come from retransmission; if not, the program reads too slowly.")
        .source("net/sctp/sm_statefuns.c sctp_sf_eat_data_6_2")
        .related(&["Sctp.SctpInOrderChunks", "Sctp.SctpInPktDiscards"]),
];
