/* What TCP tells of a connection, as net/ipv4/tcp.c, tcp_get_info, tells it: struct tcp_info of include/uapi/linux/tcp.h. */
#ifndef NETMONITOR_FIGURES_H
#define NETMONITOR_FIGURES_H

#include "abi.h"
#include "kernel.h"

/* Units of the kernel's clock, as the reader sets them before it loads: ticks a second, and a tick's whole milliseconds and
 * microseconds. */
volatile const u32 ticks_a_second = 250;
volatile const u32 ms_a_tick = 4;
volatile const u32 us_a_tick = 4000;

#define TCP_LISTEN 10

#define TCP_ECN_OK 0x1
#define TCP_ECN_SEEN 0x8
#define TCP_ACCURATE_ECN 0x10

/* Options of tcp_info. */
#define OPTION_TIMESTAMPS 0x01
#define OPTION_SACK 0x02
#define OPTION_WSCALE 0x04
#define OPTION_ECN 0x08
#define OPTION_ECN_SEEN 0x10
#define OPTION_SYN_DATA 0x20
#define OPTION_USEC_TS 0x40
#define OPTION_TFO_CHILD 0x80

/* Metrics of a route (include/uapi/linux/rtnetlink.h RTAX_*), by their place. */
#define METRIC_LOCK 0
#define METRIC_RTO_MIN 12
/* The lowest bits of the place of the metrics are flags. */
#define METRICS_FLAGS 3

static ALWAYS_INLINE u32 milliseconds(u32 ticks)
{
	if (ms_a_tick * ticks_a_second == 1000)
		return ticks * ms_a_tick;
	return ((u64)ticks * 1000 + ticks_a_second - 1) / ticks_a_second;
}

static ALWAYS_INLINE u32 microseconds(u32 ticks)
{
	if (us_a_tick * ticks_a_second == 1000000)
		return ticks * us_a_tick;
	return (u64)ticks * 1000000 / ticks_a_second;
}

/* How much of it this kernel knows. What came after Linux 6.18 is left out. */
static ALWAYS_INLINE u32 figures_length(void)
{
	u32 size = SIZE_OF(struct tcp_info);

	return size < sizeof(struct figures) ? size : sizeof(struct figures);
}

/* Number of the kernel's type; 0 where it makes no pointers to it. */
volatile const u32 type_of_dst_metrics;

static ALWAYS_INLINE u32 metric(u64 metrics, u32 place)
{
	const struct dst_metrics *all;
	u32 value = 0;

	if (type_of_dst_metrics) {
		all = pointer_to((const void *)metrics, type_of_dst_metrics);
		return all->metrics[place];
	}
	read_kernel(&value, sizeof(value), (const u32 *)metrics + place);
	return value;
}

/* The longest that an acknowledgement is delayed, in ticks. */
static ALWAYS_INLINE u32 longest_delay(struct tcp_sock *tp)
{
	struct inet_connection_sock *connection = &tp->inet_conn;
	struct dst_entry *route = connection->icsk_inet.sk.sk_dst_cache;
	u32 least = connection->icsk_rto_min, delay;

	if (route) {
		u64 metrics = route->_metrics & ~(u64)METRICS_FLAGS;

		/* Metrics of time are milliseconds. */
		if (metric(metrics, METRIC_LOCK) & 1 << (METRIC_RTO_MIN + 1))
			least = ((u64)metric(metrics, METRIC_RTO_MIN) * ticks_a_second + 999) / 1000;
	}
	delay = (least > 2 ? least : 2) - 1;
	return delay < connection->icsk_delack_max ? delay : connection->icsk_delack_max;
}

/* The figures of a socket that can have a connection. */
static ALWAYS_INLINE void fill_connection(struct figures *figures, struct tcp_sock *tp)
{
	struct inet_connection_sock *connection = &tp->inet_conn;
	struct tcp_options_received *received = &tp->rx_opt;
	u32 now = jiffies64(), ato;

	figures->ca_state = BITS(connection, icsk_ca_state);
	figures->retransmits = connection->icsk_retransmits;
	figures->probes = connection->icsk_probes_out;
	figures->backoff = connection->icsk_backoff;
	if (BITS(received, tstamp_ok))
		figures->options |= OPTION_TIMESTAMPS;
	if (BITS(received, sack_ok))
		figures->options |= OPTION_SACK;
	if (BITS(received, wscale_ok)) {
		figures->options |= OPTION_WSCALE;
		figures->snd_wscale = BITS(received, snd_wscale);
		figures->rcv_wscale = BITS(received, rcv_wscale);
	}
	if (tp->ecn_flags & (TCP_ECN_OK | TCP_ACCURATE_ECN))
		figures->options |= OPTION_ECN;
	if (tp->ecn_flags & TCP_ECN_SEEN)
		figures->options |= OPTION_ECN_SEEN;
	if (BITS(tp, syn_data_acked))
		figures->options |= OPTION_SYN_DATA;
	if (FIELD_EXISTS(tp, tcp_usec_ts) && BITS(tp, tcp_usec_ts))
		figures->options |= OPTION_USEC_TS;
	if (FIELD_EXISTS(tp, syn_fastopen_child) && BITS(tp, syn_fastopen_child))
		figures->options |= OPTION_TFO_CHILD;
	figures->fastopen_client_fail = BITS(tp, fastopen_client_fail);
	figures->rto = microseconds(connection->icsk_rto);
	ato = BITS(connection, icsk_ack.ato);
	/* It is bounded since this field came, with Linux 6.7. */
	if (ato && FIELD_EXISTS(tp, total_rto)) {
		u32 longest = longest_delay(tp);

		ato = ato < longest ? ato : longest;
	}
	figures->ato = microseconds(ato);
	figures->snd_mss = tp->mss_cache;
	figures->rcv_mss = connection->icsk_ack.rcv_mss;
	figures->unacked = tp->packets_out;
	figures->sacked = tp->sacked_out;
	figures->lost = tp->lost_out;
	figures->retrans = tp->retrans_out;
	figures->last_data_sent = milliseconds(now - tp->lsndtime);
	figures->last_data_recv = milliseconds(now - connection->icsk_ack.lrcvtime);
	figures->last_ack_recv = milliseconds(now - tp->rcv_tstamp);
	figures->pmtu = connection->icsk_pmtu_cookie;
}

static ALWAYS_INLINE void fill_windows(struct figures *figures, struct tcp_sock *tp)
{
	int notsent = tp->write_seq - tp->snd_nxt;

	figures->rcv_ssthresh = tp->rcv_ssthresh;
	figures->rtt = tp->srtt_us >> 3;
	figures->rttvar = tp->mdev_us >> 2;
	figures->snd_ssthresh = tp->snd_ssthresh;
	figures->advmss = tp->advmss;
	figures->rcv_rtt = tp->rcv_rtt_est.rtt_us >> 3;
	figures->rcv_space = tp->rcvq_space.space;
	figures->total_retrans = tp->total_retrans;
	figures->bytes_acked = tp->bytes_acked;
	figures->bytes_received = tp->bytes_received;
	figures->segs_out = tp->segs_out;
	figures->segs_in = tp->segs_in;
	figures->notsent_bytes = notsent > 0 ? notsent : 0;
	figures->min_rtt = tp->rtt_min.s[0].v;
	figures->data_segs_in = tp->data_segs_in;
	figures->data_segs_out = tp->data_segs_out;
	figures->delivered = tp->delivered;
	figures->delivered_ce = tp->delivered_ce;
	figures->bytes_sent = tp->bytes_sent;
	figures->bytes_retrans = tp->bytes_retrans;
	figures->dsack_dups = tp->dsack_dups;
	figures->reord_seen = tp->reord_seen;
	figures->rcv_ooopack = tp->rcv_ooopack;
	figures->snd_wnd = tp->snd_wnd;
	figures->rcv_wnd = tp->rcv_wnd;
	figures->rehash = tp->timeout_rehash;
	if (FIELD_EXISTS(tp, plb_rehash))
		figures->rehash += tp->plb_rehash;
}

/* What is computed of several fields. */
static ALWAYS_INLINE void fill_rates(struct figures *figures, struct tcp_sock *tp)
{
	u32 rate = tp->rate_delivered, interval = tp->rate_interval_us;
	u8 chrono = BITS(tp, chrono_type);
	u64 busy = tp->chrono_stat[0], window = tp->chrono_stat[1], buffer = tp->chrono_stat[2];
	u32 lately = 0;

	if (chrono)
		lately = (u32)jiffies64() - tp->chrono_start;
	if (chrono == 2)
		window += lately;
	else if (chrono == 3)
		buffer += lately;
	else
		busy += lately;
	figures->busy_time = (busy + window + buffer) * us_a_tick;
	figures->rwnd_limited = window * us_a_tick;
	figures->sndbuf_limited = buffer * us_a_tick;
	figures->rate_app_limited = BITS(tp, rate_app_limited);
	if (rate && interval)
		figures->delivery_rate = (u64)rate * tp->mss_cache * 1000000 / interval;
}

/* What younger kernels have. */
static ALWAYS_INLINE void fill_younger(struct figures *figures, struct tcp_sock *tp)
{
	if (FIELD_EXISTS(tp, total_rto)) {
		u32 began = tp->rto_stamp;

		figures->total_rto = tp->total_rto;
		figures->total_rto_recoveries = tp->total_rto_recoveries;
		figures->total_rto_time = tp->total_rto_time;
		if (began)
			figures->total_rto_time += (u32)(clock_ns() / 1000000) - began;
	}
	if (FIELD_EXISTS(tp, received_ecn_bytes)) {
		figures->received_ce = tp->received_ce;
		/* The kernel keeps ECT(1), ECT(0) and CE in this order. */
		figures->delivered_e1_bytes = tp->delivered_ecn_bytes[0];
		figures->delivered_e0_bytes = tp->delivered_ecn_bytes[1];
		figures->delivered_ce_bytes = tp->delivered_ecn_bytes[2];
		figures->received_e1_bytes = tp->received_ecn_bytes[0];
		figures->received_e0_bytes = tp->received_ecn_bytes[1];
		figures->received_ce_bytes = tp->received_ecn_bytes[2];
	}
}

static ALWAYS_INLINE void fill_figures(struct figures *figures, struct tcp_sock *tp, u8 state)
{
	struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	__builtin_memset(figures, 0, sizeof(*figures));
	figures->state = state;
	figures->pacing_rate = sk->sk_pacing_rate;
	figures->max_pacing_rate = sk->sk_max_pacing_rate;
	figures->reordering = tp->reordering;
	figures->snd_cwnd = tp->snd_cwnd;
	if (state == TCP_LISTEN) {
		figures->unacked = sk->sk_ack_backlog;
		figures->sacked = sk->sk_max_ack_backlog;
		return;
	}
	fill_connection(figures, tp);
	fill_windows(figures, tp);
	fill_rates(figures, tp);
	fill_younger(figures, tp);
}

/* What congestion control by BBR tells of itself (net/ipv4/tcp_bbr.c, bbr_get_info). */
static ALWAYS_INLINE void fill_bbr(struct bbr_record *record, struct tcp_sock *tp)
{
	struct bbr *bbr = (struct bbr *)tp->inet_conn.icsk_ca_priv;
	u64 bandwidth;

	record->attribute.length = sizeof(*record);
	record->attribute.type = INET_DIAG_BBRINFO;
	bandwidth = READ_BITS(bbr, lt_use_bw) ? READ(bbr, lt_bw) : READ(bbr, bw.s[0].v);
	/* Segments in a microsecond, shifted. */
	bandwidth = bandwidth * tp->mss_cache * 1000000 >> 24;
	record->bandwidth[0] = bandwidth;
	record->bandwidth[1] = bandwidth >> 32;
	record->min_rtt = READ(bbr, min_rtt_us);
	record->pacing_gain = READ_BITS(bbr, pacing_gain);
	record->cwnd_gain = READ_BITS(bbr, cwnd_gain);
}

#endif
