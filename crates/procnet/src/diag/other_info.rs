//! What the protocols beside TCP tell of a socket, and what congestion control does.
//! `net/mptcp/sockopt.c` `mptcp_diag_fill_info`, `net/sctp/socket.c` `sctp_get_sctp_info`,
//! `net/ipv4/tcp_bbr.c` `bbr_get_info`, `tcp_vegas.c` `tcp_vegas_get_info`, `tcp_dctcp.c` `dctcp_get_info`.

use super::attribute::Numbers;

macro_rules! structure {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $($field:ident $number:ident $place:literal $doc:literal;)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'a>(pub Numbers<'a>);

        impl $name<'_> {
            $(#[doc = $doc]
            pub fn $field(&self) -> Option<$number> {
                self.0.$number($place)
            })*
        }
    };
}

structure! {
    /// `struct mptcp_info`, which has grown to 96 bytes (Linux 6.18).
    pub struct MptcpInfo {
        subflows u8 0 "Subflows beside the first one.";
        add_addr_signal u8 1 "Addresses announced.";
        add_addr_accepted u8 2 "Addresses of the other side accepted.";
        subflows_max u8 3 "Limit of the subflows.";
        add_addr_signal_max u8 4 "Limit of the addresses announced.";
        add_addr_accepted_max u8 5 "Limit of the addresses accepted.";
        flags u32 8 "1: fell back to TCP, 2: the other side's key came.";
        token u32 12 "Token of the connection, by which subflows join it.";
        write_seq u64 16 "Sequence number of the next byte written.";
        snd_una u64 24 "Sequence number of the first byte not acknowledged.";
        rcv_nxt u64 32 "Sequence number of the next byte expected.";
        local_addr_used u8 40 "Local addresses in use.";
        local_addr_max u8 41 "Limit of the local addresses.";
        csum_enabled u8 42 "1 where data are protected by a checksum.";
        retransmits u32 44 "Retransmissions at the level of the connection.";
        bytes_retrans u64 48 "Bytes retransmitted.";
        bytes_sent u64 56 "Bytes sent, retransmitted ones not.";
        bytes_received u64 64 "Bytes received.";
        bytes_acked u64 72 "Bytes acknowledged by the other side.";
        subflows_total u8 80 "Subflows, with the first one.";
        last_data_sent_ms u32 84 "Time since data were sent.";
        last_data_recv_ms u32 88 "Time since data were received.";
        last_ack_recv_ms u32 92 "Time since an acknowledgement was received.";
    }
}

structure! {
    /// `struct sctp_info`.
    pub struct SctpInfo {
        tag u32 0 "Verification tag of this side.";
        state u32 4 "State of the association.";
        rwnd u32 8 "Window that this side offers.";
        unackdata u16 12 "Chunks sent and not acknowledged.";
        penddata u16 14 "Chunks received and not read.";
        instrms u16 16 "Streams in.";
        outstrms u16 18 "Streams out.";
        fragmentation_point u32 20 "Largest message that is not cut.";
        inqueue u32 24 "Chunks that wait to be taken in.";
        outqueue u32 28 "Chunks that wait to be sent.";
        overall_error u32 32 "Errors since the other side was last heard.";
        peer_rwnd u32 44 "Window that the other side offers.";
        peer_tag u32 48 "Verification tag of the other side.";
        osacks u64 64 "Acknowledgements sent.";
        opackets u64 72 "Packets sent.";
        ipackets u64 80 "Packets received.";
        rtxchunks u64 88 "Chunks retransmitted.";
        outofseqtsns u64 96 "Chunks received out of order.";
        idupchunks u64 104 "Chunks received twice.";
        p_state u32 296 "State of the path in use.";
        p_cwnd u32 300 "Congestion window of it, in bytes.";
        p_srtt u32 304 "Round-trip time of it, in milliseconds.";
        p_rto u32 308 "Retransmission timeout of it, in milliseconds.";
        p_ssthresh u32 328 "Slow start threshold of it, in bytes.";
        p_flight_size u32 336 "Bytes on their way on it.";
    }
}

structure! {
    /// `struct tcp_bbr_info`.
    pub struct BbrInfo {
        min_rtt_us u32 8 "Smallest round-trip time that the model goes by.";
        pacing_gain u32 12 "Gain of the pacing rate, in 1/256.";
        cwnd_gain u32 16 "Gain of the window, in 1/256.";
    }
}

impl BbrInfo<'_> {
    /// Bandwidth that the model goes by, in bytes a second.
    pub fn bandwidth(&self) -> Option<u64> {
        self.0.low_high(0)
    }
}

structure! {
    /// `struct tcpvegas_info`, of which `illinois`, `nv` and `westwood` fill their own parts.
    pub struct VegasInfo {
        enabled u32 0 "1 while the algorithm is at work.";
        rttcnt u32 4 "Round-trip times measured.";
        rtt_us u32 8 "Round-trip time.";
        min_rtt_us u32 12 "Smallest round-trip time.";
    }
}

structure! {
    /// `struct tcp_dctcp_info`.
    pub struct DctcpInfo {
        enabled u16 0 "1 where both sides speak it.";
        ce_state u16 2 "1 while the last packet received met congestion.";
        alpha u32 4 "Share of marked packets, in 1/1024.";
        ab_ecn u32 8 "Bytes acknowledged that met congestion, of this round.";
        ab_tot u32 12 "Bytes acknowledged, of this round.";
    }
}
