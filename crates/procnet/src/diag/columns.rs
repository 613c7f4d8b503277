//! The columns that a socket gets from diagnostics, beside those of the text file. Names are those of
//! `struct tcp_info`, `INET_DIAG_*` and `SK_MEMINFO_*`.
//!
//! What the kernel gives a number for without having one is absent: an infinite slow start threshold, a pacing rate
//! without limit, a round trip that was not measured, and all that a listening socket leaves 0. `wscale` says
//! whether windows are scaled, `snd_wscale` and `rcv_wscale` by how much.

use super::detail::Detail;
use super::inet::NO_SSTHRESH;
use super::other_info::MptcpInfo;
use super::tcp_info::{self, TcpInfo};
use crate::cell::{Column, Unit, Value};
use crate::dictionary as names;
use crate::row::Field;

/// A column, and how its value is had.
#[derive(Clone, Copy)]
pub struct DetailColumn {
    /// The column itself.
    pub column: Column,
    /// Name of the column that holds its rate, for a counter.
    pub rate: Option<&'static str>,
    /// The value.
    pub get: for<'a> fn(&Detail<'a>) -> Value<'a>,
}

impl DetailColumn {
    /// The column as a row declares it.
    pub(super) const fn field(&self) -> Field {
        Field { column: self.column, rate: self.rate, form: None }
    }
}

macro_rules! columns {
    ($($kind:ident $name:ident $title:literal $unit:ident $doc:literal $get:expr;)*) => {
        &[$(DetailColumn {
            column: Column {
                name: stringify!($name),
                title: $title,
                unit: Unit::$unit,
                kind: crate::row::kind!($kind),
                doc: $doc,
            },
            rate: crate::row::rate!($kind $name),
            get: $get,
        },)*]
    };
}

/// All of them.
pub const COLUMNS: &[DetailColumn] = columns! {
    gauge rtt_us "rtt" Microseconds "Smoothed round-trip time; absent before it was measured."
        |s| of(s, |i| i.rtt_us().filter(|time| *time > 0));
    gauge rttvar_us "rttvar" Microseconds "Deviation of the round-trip time; absent before one was measured."
        |s| of(s, |i| i.rtt_us().filter(|time| *time > 0).and(i.rttvar_us()));
    gauge min_rtt_us "min rtt" Microseconds "Smallest round-trip time of the last minutes."
        |s| of(s, |i| i.min_rtt_us().filter(|time| *time != u32::MAX));
    gauge rcv_rtt_us "rcv rtt" Microseconds "Round-trip time as the receiving side sees it."
        |s| of(s, |i| i.rcv_rtt_us().filter(|time| *time > 0));
    gauge rto_us "rto" Microseconds "Retransmission timeout: how long an acknowledgement is waited for."
        |s| of(s, TcpInfo::rto_us);
    gauge ato_us "ato" Microseconds "Delayed acknowledgement timeout." |s| of(s, TcpInfo::ato_us);
    gauge snd_cwnd "cwnd" Segments "Congestion window: segments that may be on their way." |s| of(s, TcpInfo::snd_cwnd);
    gauge snd_ssthresh "ssthresh" Segments "Slow start threshold; absent before there is one."
        |s| of(s, |i| i.snd_ssthresh().filter(|segments| *segments < NO_SSTHRESH));
    gauge rcv_ssthresh "rcv ssthresh" Bytes "Window that may be offered at most for now." |s| of(s, TcpInfo::rcv_ssthresh);
    info snd_mss "mss" Bytes "Largest segment that is sent." |s| of(s, TcpInfo::snd_mss);
    info rcv_mss "rcv mss" Bytes "Largest segment that is received, as the kernel guesses it." |s| of(s, TcpInfo::rcv_mss);
    info advmss "advmss" Bytes "Largest segment that the other side was told to send." |s| of(s, TcpInfo::advmss);
    info pmtu "pmtu" Bytes "Largest packet that the path carries, as far as is known." |s| of(s, TcpInfo::pmtu);
    info congestion "cong" None "Name of the congestion control." |s| s.congestion().map_or(ABSENT, Value::Text);
    info ca_state "ca state" None "State of congestion control: Open, Disorder, CWR, Recovery or Loss."
        |s| s.connection().and_then(|i| i.ca_state()).map_or(ABSENT, |state| names::label(names::TCP_CA_STATE, state.into()));
    gauge delivery_rate "delivery" BytesPerSecond "Rate at which data arrived on the other side, as last measured."
        |s| of(s, |i| i.delivery_rate().filter(|rate| *rate > 0));
    info delivery_rate_app_limited "app limited" None "1 where the delivery rate is what the program had to send, 0 where it is what the path carried."
        |s| of(s, |i| i.delivery_rate().filter(|rate| *rate > 0).and(i.delivery_rate_app_limited()));
    gauge pacing_rate "pacing" BytesPerSecond "Rate at which data are sent; absent where nothing limits it."
        |s| of(s, |i| i.pacing_rate().filter(limited));
    info max_pacing_rate "max pacing" BytesPerSecond "Limit of the pacing rate that the program set; absent where there is none."
        |s| of(s, |i| i.max_pacing_rate().filter(limited));
    counter bytes_sent "bytes sent" Bytes "Bytes sent, retransmitted ones too."
        |s| either(s, TcpInfo::bytes_sent, multipath(s).and_then(|i| i.bytes_sent()));
    counter bytes_acked "bytes acked" Bytes "Bytes acknowledged by the other side; SYN and FIN count one each."
        |s| either(s, TcpInfo::bytes_acked, multipath(s).and_then(|i| i.bytes_acked()));
    counter bytes_received "bytes recv" Bytes "Bytes received, unread ones too; the FIN counts one."
        |s| either(s, TcpInfo::bytes_received, multipath(s).and_then(|i| i.bytes_received()));
    counter bytes_retrans "bytes retrans" Bytes "Bytes retransmitted."
        |s| either(s, TcpInfo::bytes_retrans, multipath(s).and_then(|i| i.bytes_retrans()));
    counter total_retrans "retrans" Count "Segments retransmitted since the connection began." |s| of(s, TcpInfo::total_retrans);
    gauge retrans "retrans now" Segments "Segments retransmitted and not acknowledged." |s| of(s, TcpInfo::retrans);
    gauge retrans_percent "retrans %" Percent "Share of retransmitted bytes in all bytes sent; absent before anything was."
        |s| percent(s, TcpInfo::bytes_retrans, TcpInfo::bytes_sent);
    gauge lost "lost" Segments "Segments thought to be lost." |s| of(s, TcpInfo::lost);
    gauge reordering "reordering" Segments "Segments that may overtake each other before one counts as lost." |s| of(s, TcpInfo::reordering);
    counter reord_seen "reord seen" Count "Times that segments overtook each other." |s| of(s, TcpInfo::reord_seen);
    counter dsack_dups "dsack dups" Count "Segments that the other side reports to have received twice." |s| of(s, TcpInfo::dsack_dups);
    gauge unacked "unacked" Segments "Segments sent and not acknowledged." |s| of(s, TcpInfo::unacked);
    gauge sacked "sacked" Segments "Segments acknowledged out of order." |s| of(s, TcpInfo::sacked);
    gauge fackets "fackets" Segments "Forward acknowledgements; always 0 since Linux 4.15." |s| of(s, TcpInfo::fackets);
    gauge backoff "backoff" Count "How often the retransmission timeout was doubled." |s| of(s, TcpInfo::backoff);
    amount notsent_bytes "notsent" Bytes "Bytes written and not sent once." |s| of(s, TcpInfo::notsent_bytes);
    counter segs_in "segs in" Packets "Segments received." |s| of(s, TcpInfo::segs_in);
    counter segs_out "segs out" Packets "Segments sent." |s| of(s, TcpInfo::segs_out);
    counter data_segs_in "data in" Packets "Segments with data received." |s| of(s, TcpInfo::data_segs_in);
    counter data_segs_out "data out" Packets "Segments with data sent." |s| of(s, TcpInfo::data_segs_out);
    counter delivered "delivered" Packets "Segments that arrived on the other side, retransmitted ones too." |s| of(s, TcpInfo::delivered);
    counter delivered_ce "delivered ce" Packets "Those of them that met congestion and were marked (ECN)." |s| of(s, TcpInfo::delivered_ce);
    counter busy_time_us "busy" Microseconds "Time in which there was something to send." |s| of(s, TcpInfo::busy_time_us);
    counter rwnd_limited_us "rwnd lim" Microseconds "Part of the busy time in which the other side's window was full." |s| of(s, TcpInfo::rwnd_limited_us);
    gauge rwnd_limited_percent "rwnd lim %" Percent "The same as a share of the busy time."
        |s| percent(s, TcpInfo::rwnd_limited_us, TcpInfo::busy_time_us);
    counter sndbuf_limited_us "sndbuf lim" Microseconds "Part of the busy time in which the send buffer was too small." |s| of(s, TcpInfo::sndbuf_limited_us);
    gauge sndbuf_limited_percent "sndbuf lim %" Percent "The same as a share of the busy time."
        |s| percent(s, TcpInfo::sndbuf_limited_us, TcpInfo::busy_time_us);
    gauge last_data_sent_ms "last sent" Milliseconds "Time since data were sent."
        |s| either(s, |i| i.last_data_sent_ms().filter(|_| i.state() != Some(SYN_SENT)), multipath(s).and_then(|i| i.last_data_sent_ms()));
    gauge last_data_recv_ms "last recv" Milliseconds "Time since data were received."
        |s| either(s, |i| i.last_data_recv_ms().filter(|_| i.state() != Some(SYN_SENT)), multipath(s).and_then(|i| i.last_data_recv_ms()));
    gauge last_ack_recv_ms "last ack" Milliseconds "Time since an acknowledgement was received."
        |s| either(s, |i| i.last_ack_recv_ms().filter(|_| i.state() != Some(SYN_SENT)), multipath(s).and_then(|i| i.last_ack_recv_ms()));
    gauge rcv_space "rcv space" Bytes "Room that the receiving side thinks that it needs." |s| of(s, TcpInfo::rcv_space);
    gauge rcv_wnd "rcv wnd" Bytes "Window that this side offers." |s| of(s, TcpInfo::rcv_wnd);
    gauge snd_wnd "snd wnd" Bytes "Window that the other side offers." |s| of(s, TcpInfo::snd_wnd);
    counter rcv_ooopack "ooo" Packets "Segments received out of order." |s| of(s, TcpInfo::rcv_ooopack);
    counter rehash "rehash" Count "Times that the kernel tried another path for the connection." |s| of(s, TcpInfo::rehash);
    counter total_rto "rtos" Count "Retransmission timeouts since the connection began." |s| of(s, TcpInfo::total_rto);
    counter total_rto_recoveries "rto recov" Count "Times that the connection went into recovery by a timeout." |s| of(s, TcpInfo::total_rto_recoveries);
    counter total_rto_time_ms "rto time" Milliseconds "Time that the connection spent in such recovery." |s| of(s, TcpInfo::total_rto_time_ms);
    info ecn "ecn" None "Explicit congestion notification: off, negotiated, or seen where a packet came with it." ecn;
    info timestamps "tstamps" None "1 where segments carry timestamps." |s| option(s, tcp_info::TIMESTAMPS);
    info sack "sack" None "1 where segments are acknowledged selectively." |s| option(s, tcp_info::SACK);
    info wscale "wscale" None "1 where windows are scaled; by how much is in snd_wscale and rcv_wscale." |s| option(s, tcp_info::WSCALE);
    info snd_wscale "snd wscale" None "Bits by which the window of the other side is shifted; absent where none is."
        |s| of(s, |i| i.snd_wscale().filter(|_| i.option(tcp_info::WSCALE) == Some(true)));
    info rcv_wscale "rcv wscale" None "Bits by which the window of this side is shifted; absent where none is."
        |s| of(s, |i| i.rcv_wscale().filter(|_| i.option(tcp_info::WSCALE) == Some(true)));
    info fastopen "fastopen" None "Fast Open: syn-data-acked, accepted, or why it failed; absent where it was not used." fastopen;
    info usec_ts "usec ts" None "1 where timestamps count microseconds." |s| option(s, tcp_info::USEC_TS);
    info tcp_ulp "ulp" None "What works on top of TCP: tls, mptcp, smc; told with CAP_NET_ADMIN."
        |s| s.ulp().and_then(|ulp| ulp.name()).map_or(ABSENT, Value::Text);
    info tls_version "tls" None "Version of TLS that the kernel speaks for the program."
        |s| s.ulp().and_then(|ulp| ulp.tls()?.version()).map_or(ABSENT, |version| names::label(names::TLS_VERSION, version.into()));
    info tls_cipher "cipher" None "Cipher of it."
        |s| s.ulp().and_then(|ulp| ulp.tls()?.cipher()).map_or(ABSENT, |cipher| names::label(names::TLS_CIPHER, cipher.into()));
    key cookie "cookie" None "Number of the socket that is never given again while the machine runs." |s| Value::Unsigned(s.socket.cookie);
    info cgroup "cgroup" None "Number of the control group that the socket was made in." |s| number(s.cgroup_id());
    info mark "mark" None "Mark of the socket's packets; told with CAP_NET_ADMIN." |s| number(s.mark());
    info tos "tos" None "Type of service of IPv4 packets." |s| number(s.tos());
    info tclass "tclass" None "Traffic class of IPv6 packets." |s| number(s.tclass());
    info class_id "class id" None "Class of the packets for traffic control, or their priority." |s| number(s.class_id());
    amount rmem "rmem" Bytes "Memory that received packets hold." |s| memory(s, |m| m.rmem(), 0);
    info rcvbuf "rcvbuf" Bytes "Limit of the memory of received packets." |s| number(s.memory().and_then(|m| m.rcvbuf()));
    amount wmem "wmem" Bytes "Memory of packets that are on their way out." |s| memory(s, |m| m.wmem(), 3);
    info sndbuf "sndbuf" Bytes "Limit of the memory of what waits to be sent." |s| number(s.memory().and_then(|m| m.sndbuf()));
    amount fwd_alloc "fwd alloc" Bytes "Memory set aside for the socket and not used; below zero for a moment in debt." fwd_alloc;
    amount wmem_queued "wmem queued" Bytes "Memory of what was written and has not been acknowledged." |s| memory(s, |m| m.wmem_queued(), 1);
    amount optmem "optmem" Bytes "Memory of the socket's options and filters." |s| number(s.memory().and_then(|m| m.optmem()));
    amount backlog "backlog" Bytes "Memory of packets that came while the process held the socket." |s| number(s.memory().and_then(|m| m.backlog()));
    counter drops "drops" Packets "Packets that this socket dropped." |s| number(s.memory().and_then(|m| m.drops()));
    info accept_backlog "backlog limit" Count "Limit of the accept queue, of a listening socket." |s| number(s.socket.accept_backlog);
    info shutdown "shutdown" None "Directions that are closed: receive, send."
        |s| s.shutdown().map_or(ABSENT, |bits| Value::Flags(bits.into(), names::SHUTDOWN));
    info v6only "v6only" None "1 where a socket of IPv6 does not take IPv4." |s| number(s.v6only());
    info sockopt "options" None "Options of the socket that are on."
        |s| s.sockopt().map_or(ABSENT, |bits| Value::Flags(bits, names::SOCKOPT));
    info md5_keys "md5 keys" Count "Keys of TCP-MD5 that the socket has; told with CAP_NET_ADMIN." |s| number(s.md5_keys());
    counter received_ce "received ce" Packets "Segments received that met congestion and were marked (accurate ECN)." |s| of(s, TcpInfo::received_ce);
    gauge bbr_bandwidth "bbr bw" BytesPerSecond "Bandwidth that the model of BBR goes by." |s| number(s.bbr_info().and_then(|i| i.bandwidth()));
    gauge bbr_min_rtt_us "bbr rtt" Microseconds "Round-trip time that the model of BBR goes by." |s| number(s.bbr_info().and_then(|i| i.min_rtt_us()));
    gauge dctcp_alpha "dctcp alpha" None "Share of marked packets as DCTCP sees it, in 1/1024." |s| number(s.dctcp_info().and_then(|i| i.alpha()));
    gauge subflows "subflows" Count "Subflows of a Multipath TCP connection, with the first one."
        |s| number(multipath(s).and_then(|i| i.subflows_total()));
    info mptcp_flags "mptcp" None "What holds of a Multipath TCP connection: FALLBACK where it is TCP after all."
        |s| multipath(s).and_then(|i| i.flags()).map_or(ABSENT, |bits| Value::Flags(bits, names::MPTCP_FLAGS));
    info mptcp_token "token" None "Token of a Multipath TCP connection on this side; its subflows have the same."
        |s| number(multipath(s).and_then(|i| i.token()).or_else(|| s.ulp()?.subflow()?.token_loc()));
};

const ABSENT: Value<'static> = Value::Absent("");

/// `TCP_SYN_SENT`: nothing came or went, and the kernel counts the times since then from its start.
const SYN_SENT: u8 = 2;

/// What Multipath TCP tells of a connection; of a listening socket it leaves all of it 0.
fn multipath<'a>(socket: &Detail<'a>) -> Option<MptcpInfo<'a>> {
    if socket.is_listening() { None } else { socket.mptcp_info() }
}

/// A number that not every socket has.
fn number<'a>(number: Option<impl Into<u64>>) -> Value<'a> {
    number.map_or(ABSENT, |number| Value::Unsigned(number.into()))
}

/// A number that TCP tells of a connection.
fn of<'a, N: Into<u64>>(socket: &Detail<'a>, get: impl FnOnce(&TcpInfo<'a>) -> Option<N>) -> Value<'a> {
    number(socket.connection().and_then(|info| get(&info)))
}

/// A number that TCP tells of a connection, or that Multipath TCP does.
fn either<'a, N: Into<u64>>(
    socket: &Detail<'a>,
    tcp: impl FnOnce(&TcpInfo<'a>) -> Option<N>,
    mptcp: Option<N>,
) -> Value<'a> {
    number(socket.connection().and_then(|info| tcp(&info)).or(mptcp))
}

/// A share of one number in another, where there is any of the other.
fn percent<'a>(
    socket: &Detail<'a>,
    part: impl FnOnce(&TcpInfo<'a>) -> Option<u64>,
    whole: impl FnOnce(&TcpInfo<'a>) -> Option<u64>,
) -> Value<'a> {
    let share = |info: TcpInfo<'a>| {
        let whole = whole(&info).filter(|whole| *whole > 0)?;
        Some(part(&info)? as f64 / whole as f64 * 100.0)
    };
    socket.connection().and_then(share).map_or(ABSENT, Value::Float)
}

/// A rate that is a limit: all bits set stand for none, of 32 on older kernels.
fn limited(rate: &u64) -> bool {
    !matches!(*rate, u64::MAX | 0xffff_ffff)
}

fn option<'a>(socket: &Detail<'a>, bit: u8) -> Value<'a> {
    of(socket, |info| info.option(bit))
}

fn ecn<'a>(socket: &Detail<'a>) -> Value<'a> {
    let Some(options) = socket.connection().and_then(|info| info.options()) else { return ABSENT };
    Value::Label(match options {
        bits if bits & tcp_info::ECN_SEEN != 0 => "seen",
        bits if bits & tcp_info::ECN != 0 => "negotiated",
        _ => "off",
    })
}

fn fastopen<'a>(socket: &Detail<'a>) -> Value<'a> {
    let Some(info) = socket.connection() else { return ABSENT };
    if info.option(tcp_info::SYN_DATA) == Some(true) {
        return Value::Label("syn-data-acked");
    }
    if info.option(tcp_info::TFO_CHILD) == Some(true) {
        return Value::Label("accepted");
    }
    let reason =
        info.fastopen_client_fail().and_then(|why| names::name(names::TCP_FASTOPEN_FAIL, why.into()));
    reason.map_or(ABSENT, Value::Label)
}

/// A number of the socket's memory; `old` is its place in the older form.
fn memory<'a>(
    socket: &Detail<'a>,
    get: impl FnOnce(super::memory::Memory<'a>) -> Option<u32>,
    old: usize,
) -> Value<'a> {
    number(socket.memory().and_then(get).or_else(|| socket.old_memory().map(|numbers| numbers[old])))
}

fn fwd_alloc<'a>(socket: &Detail<'a>) -> Value<'a> {
    let new = socket.memory().and_then(|memory| memory.fwd_alloc());
    let bytes = new.or_else(|| socket.old_memory().map(|numbers| numbers[2].cast_signed()));
    bytes.map_or(ABSENT, |bytes| Value::Signed(bytes.into()))
}
