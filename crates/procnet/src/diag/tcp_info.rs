//! What TCP tells of a connection. `net/ipv4/tcp.c` `tcp_get_info`, `include/uapi/linux/tcp.h` `struct tcp_info`.
//!
//! The structure has grown with the kernel, from 104 bytes (Linux 2.6) by 192 (4.10) and 232 (5.4) to 280 (6.18):
//! a field is there if it was sent. The last four bytes are left out, because Linux 7.0 gave them another meaning
//! (how accurate ECN went: two numbers, then five bit fields) and the message does not tell which.
//!
//! Of a listening socket the kernel fills state, pacing rates, reordering and window, puts the accept queue into
//! `unacked` and its limit into `sacked`, and leaves all else 0.

use super::attribute::Numbers;

/// `tcp_info` as far as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct TcpInfo<'a>(pub Numbers<'a>);

/// `TCPI_OPT_TIMESTAMPS`.
pub const TIMESTAMPS: u8 = 0x01;
/// `TCPI_OPT_SACK`.
pub const SACK: u8 = 0x02;
/// `TCPI_OPT_WSCALE`.
pub const WSCALE: u8 = 0x04;
/// `TCPI_OPT_ECN`: agreed on at the handshake.
pub const ECN: u8 = 0x08;
/// `TCPI_OPT_ECN_SEEN`: at least one packet came with it.
pub const ECN_SEEN: u8 = 0x10;
/// `TCPI_OPT_SYN_DATA`: data in the SYN were acknowledged.
pub const SYN_DATA: u8 = 0x20;
/// `TCPI_OPT_USEC_TS`: timestamps count microseconds.
pub const USEC_TS: u8 = 0x40;
/// `TCPI_OPT_TFO_CHILD`: accepted by Fast Open.
pub const TFO_CHILD: u8 = 0x80;

macro_rules! places {
    ($($name:ident $number:ident $place:literal $doc:literal;)*) => {
        impl TcpInfo<'_> {
            $(#[doc = $doc]
            pub fn $name(&self) -> Option<$number> {
                self.0.$number($place)
            })*
        }
    };
}

places! {
    state u8 0 "State of the connection.";
    ca_state u8 1 "State of congestion control (`TCP_CA_*`).";
    retransmits u8 2 "Retransmission timeouts since the last acknowledgement.";
    probes u8 3 "Unanswered probes of a closed window or of an idle connection.";
    backoff u8 4 "How often the retransmission timeout was doubled.";
    options u8 5 "What was agreed on, as bits.";
    rto_us u32 8 "Retransmission timeout.";
    ato_us u32 12 "Delayed acknowledgement timeout.";
    snd_mss u32 16 "Largest segment that is sent.";
    rcv_mss u32 20 "Largest segment that is received, as the kernel guesses it.";
    unacked u32 24 "Segments sent and not acknowledged; of a listening socket: its accept queue.";
    sacked u32 28 "Segments acknowledged out of order; of a listening socket: limit of its accept queue.";
    lost u32 32 "Segments thought to be lost.";
    retrans u32 36 "Segments retransmitted and not acknowledged.";
    fackets u32 40 "Forward acknowledgements; 0 since Linux 4.15.";
    last_data_sent_ms u32 44 "Time since data were sent.";
    last_data_recv_ms u32 52 "Time since data were received.";
    last_ack_recv_ms u32 56 "Time since an acknowledgement was received.";
    pmtu u32 60 "Largest packet that the path carries.";
    rcv_ssthresh u32 64 "Window that may be offered at most for now.";
    rtt_us u32 68 "Smoothed round-trip time.";
    rttvar_us u32 72 "Deviation of the round-trip time.";
    snd_ssthresh u32 76 "Slow start threshold, in segments.";
    snd_cwnd u32 80 "Congestion window, in segments.";
    advmss u32 84 "Largest segment that the other side was told to send.";
    reordering u32 88 "Segments that may overtake each other before one counts as lost.";
    rcv_rtt_us u32 92 "Round-trip time as the receiver sees it.";
    rcv_space u32 96 "Room that the receiver thinks that it needs.";
    total_retrans u32 100 "Segments retransmitted, ever.";
    pacing_rate u64 104 "Rate at which data are sent.";
    max_pacing_rate u64 112 "Limit of it (`SO_MAX_PACING_RATE`).";
    bytes_acked u64 120 "Bytes acknowledged by the other side, with SYN and FIN.";
    bytes_received u64 128 "Bytes received, with the FIN.";
    segs_out u32 136 "Segments sent.";
    segs_in u32 140 "Segments received.";
    notsent_bytes u32 144 "Bytes written and not sent once.";
    min_rtt_us u32 148 "Smallest round-trip time of the last minutes.";
    data_segs_in u32 152 "Segments with data received.";
    data_segs_out u32 156 "Segments with data sent.";
    delivery_rate u64 160 "Rate at which data arrived, as last measured.";
    busy_time_us u64 168 "Time in which there was something to send.";
    rwnd_limited_us u64 176 "Part of it in which the other side's window was full.";
    sndbuf_limited_us u64 184 "Part of it in which the send buffer was too small.";
    delivered u32 192 "Segments that arrived, retransmitted ones too.";
    delivered_ce u32 196 "Those of them that met congestion (ECN).";
    bytes_sent u64 200 "Bytes sent, retransmitted ones too.";
    bytes_retrans u64 208 "Bytes retransmitted.";
    dsack_dups u32 216 "Segments that the other side reports to have received twice.";
    reord_seen u32 220 "Times that segments overtook each other.";
    rcv_ooopack u32 224 "Segments received out of order.";
    snd_wnd u32 228 "Window that the other side offers.";
    rcv_wnd u32 232 "Window that this side offers.";
    rehash u32 236 "Times that another path was tried.";
    total_rto u16 240 "Retransmission timeouts, ever.";
    total_rto_recoveries u16 242 "Times that one began.";
    total_rto_time_ms u32 244 "Time spent in them.";
    received_ce u32 248 "Segments received that met congestion (accurate ECN).";
    delivered_e1_bytes u32 252 "Bytes that arrived marked ECT(1).";
    delivered_e0_bytes u32 256 "Bytes that arrived marked ECT(0).";
    delivered_ce_bytes u32 260 "Bytes that arrived marked CE.";
    received_e1_bytes u32 264 "Bytes received marked ECT(1).";
    received_e0_bytes u32 268 "Bytes received marked ECT(0).";
    received_ce_bytes u32 272 "Bytes received marked CE.";
}

impl TcpInfo<'_> {
    /// Whether this was agreed on; one of the constants here.
    pub fn option(&self, bit: u8) -> Option<bool> {
        self.options().map(|options| options & bit != 0)
    }

    /// Shift of the window that the other side offers.
    pub fn snd_wscale(&self) -> Option<u8> {
        self.bits(6, 0, 4)
    }

    /// Shift of the window that this side offers.
    pub fn rcv_wscale(&self) -> Option<u8> {
        self.bits(6, 4, 4)
    }

    /// Whether the delivery rate is what the program sent rather than what the path carries.
    pub fn delivery_rate_app_limited(&self) -> Option<bool> {
        self.bits(7, 0, 1).map(|bit| bit != 0)
    }

    /// Why Fast Open failed on the side that connects (`TFO_*`); 0 for none or unknown.
    pub fn fastopen_client_fail(&self) -> Option<u8> {
        self.bits(7, 1, 2)
    }

    /// A bit field of a byte. Compilers lay the first field of it into the low bits where bytes begin with the
    /// low one, and into the high bits where not.
    fn bits(&self, place: usize, first: u32, width: u32) -> Option<u8> {
        let byte = self.0.u8(place)?;
        let shift = match self.0.endian() {
            crate::Endian::Little => first,
            crate::Endian::Big => 8 - width - first,
        };
        Some(byte >> shift & ((1u8 << width) - 1))
    }
}
