//! Counters of the sender outside loss recovery: data sent, probes, path MTU, slow start, paths.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

const TCP_EXT: Group = Group::new("TcpExt", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TCP_EXT
        .normal("TCPOrigDataSent", "original data segments sent")
        .meaning(
            "Segments with data were sent for the first time. Retransmissions and pure ACKs are not in it, \
             so it is the right base for a rate of loss.",
        )
        .next("Divide Tcp.RetransSegs by it for the share of retransmissions.")
        .source("net/ipv4/tcp_output.c tcp_event_new_data_sent, tcp_send_syn_data")
        .related(&["Tcp.OutSegs", "Tcp.RetransSegs", "TcpExt.TCPDelivered"]),
    TCP_EXT
        .normal("TCPDelivered", "segments delivered")
        .meaning("Segments became known to have reached the peer: acknowledged, or reported by SACK.")
        .next("Compare with TCPOrigDataSent.")
        .source("net/ipv4/tcp_input.c tcp_newly_delivered")
        .related(&["TcpExt.TCPOrigDataSent", "TcpExt.TCPDeliveredCE"]),
    TCP_EXT
        .watch("TCPDeliveredCE", "segments delivered with congestion experienced")
        .meaning("Segments were delivered, and their ACK echoed an ECN congestion mark.")
        .next("Compare with TCPDelivered: the share that met a congested queue.")
        .source("net/ipv4/tcp_input.c tcp_newly_delivered; RFC 3168")
        .related(&["TcpExt.TCPDelivered", "IpExt.InCEPkts"]),
    TCP_EXT
        .normal("TCPAutoCorking", "automatic corking")
        .meaning(
            "A small write was held back to be sent together with the next, as earlier packets still wait in \
             the host.",
        )
        .next("Larger writes by the program avoid the many small ones; net.ipv4.tcp_autocorking switches it.")
        .source("net/ipv4/tcp.c tcp_push")
        .related(&["TcpExt.TCPOrigDataSent"]),
    TCP_EXT
        .watch("TCPWinProbe", "zero window probes sent")
        .meaning("A probe was sent because the peer's receive window is closed.")
        .next(
            "Find sockets with a full send queue and the probe timer (ss -to: persist): their peer's program \
             does not read.",
        )
        .source("net/ipv4/tcp_output.c tcp_send_probe0, tcp_send_window_probe; RFC 9293")
        .related(&["TcpExt.TCPToZeroWindowAdv", "TcpExt.TCPKeepAlive"]),
    TCP_EXT
        .normal("TCPKeepAlive", "keepalive probes sent")
        .meaning("A keepalive probe was sent on an idle connection.")
        .next(
            "Sockets with SO_KEEPALIVE: net.ipv4.tcp_keepalive_time, tcp_keepalive_intvl and \
             tcp_keepalive_probes.",
        )
        .source("net/ipv4/tcp_timer.c tcp_keepalive_timer; RFC 9293")
        .related(&["TcpExt.TCPWinProbe", "TcpExt.TCPAbortOnTimeout"]),
    TCP_EXT
        .warning("TCPRetransFail", "retransmissions that could not be sent")
        .meaning(
            "Segments to be retransmitted could not be handed to the lower layers, which returned an error.",
        )
        .next(
            "Look for a missing route or an interface that is down, a local firewall rule, drops of the \
             queueing discipline (tc -s qdisc).",
        )
        .source("net/ipv4/tcp_output.c __tcp_retransmit_skb")
        .related(&["Tcp.RetransSegs", "Ip.OutDiscards", "Ip.OutNoRoutes"]),
    TCP_EXT
        .watch("TCPSpuriousRtxHostQueues", "retransmissions skipped, original still in host queues")
        .meaning(
            "A retransmission was skipped because the original still sat in this host's queues or driver.",
        )
        .next(
            "The local queue is slow: see the backlog of the interface's queueing discipline (tc -s qdisc) \
             and its transmit completions.",
        )
        .source("net/ipv4/tcp_output.c skb_still_in_host_queue")
        .related(&["TcpExt.TCPTimeouts", "TcpExt.TCPFastRetrans"]),
    TCP_EXT
        .warning("TCPWqueueTooBig", "write queue too big to split")
        .meaning(
            "A segment was not split because the send queue already holds far more than its limit. It guards \
             against the memory attacks of 2019 that use tiny segments and SACK.",
        )
        .next(
            "Look for a peer with a tiny MSS, see net.ipv4.tcp_min_snd_mss; a very small SO_SNDBUF does it \
             too.",
        )
        .source("net/ipv4/tcp_output.c tcp_fragment"),
    TCP_EXT
        .watch("TCPMTUPFail", "failed path MTU probes")
        .meaning("A larger segment sent to probe the path's MTU was found lost.")
        .next(
            "Some fail by design. If it grows fast, see net.ipv4.tcp_mtu_probing and the path's MTU \
             (tracepath).",
        )
        .source("net/ipv4/tcp_input.c tcp_mtup_probe_failed; RFC 4821")
        .related(&["TcpExt.TCPMTUPSuccess"]),
    TCP_EXT
        .normal("TCPMTUPSuccess", "successful path MTU probes")
        .meaning("A larger segment sent to probe the path's MTU was acknowledged, and the MSS was raised.")
        .source("net/ipv4/tcp_input.c tcp_mtup_probe_success; RFC 4821")
        .related(&["TcpExt.TCPMTUPFail"]),
    TCP_EXT
        .normal("TCPHystartTrainDetect", "HyStart exits by ACK train")
        .meaning(
            "Slow start ended because a train of closely spaced ACKs had become long against the smallest \
             round trip.",
        )
        .source("net/ipv4/tcp_cubic.c hystart_update; net/ipv4/tcp_cdg.c tcp_cdg_hystart_update")
        .related(&["TcpExt.TCPHystartTrainCwnd", "TcpExt.TCPHystartDelayDetect"]),
    TCP_EXT
        .normal("TCPHystartTrainCwnd", "sum of windows at HyStart exits by ACK train")
        .unit(Unit::Segments)
        .meaning(
            "The congestion window was added here when an ACK train ended slow start: a sum, not a count.",
        )
        .next("Divide by TCPHystartTrainDetect for the mean window at the end of slow start.")
        .source("net/ipv4/tcp_cubic.c hystart_update; net/ipv4/tcp_cdg.c tcp_cdg_hystart_update")
        .related(&["TcpExt.TCPHystartTrainDetect"]),
    TCP_EXT
        .normal("TCPHystartDelayDetect", "HyStart exits by delay")
        .meaning(
            "Slow start ended because the round trip had become clearly longer than the smallest one seen.",
        )
        .source("net/ipv4/tcp_cubic.c hystart_update; net/ipv4/tcp_cdg.c tcp_cdg_hystart_update")
        .related(&["TcpExt.TCPHystartDelayCwnd", "TcpExt.TCPHystartTrainDetect"]),
    TCP_EXT
        .normal("TCPHystartDelayCwnd", "sum of windows at HyStart exits by delay")
        .unit(Unit::Segments)
        .meaning(
            "The congestion window was added here when a longer round trip ended slow start: a sum, not a \
             count.",
        )
        .next("Divide by TCPHystartDelayDetect for the mean window at the end of slow start.")
        .source("net/ipv4/tcp_cubic.c hystart_update; net/ipv4/tcp_cdg.c tcp_cdg_hystart_update")
        .related(&["TcpExt.TCPHystartDelayDetect"]),
    TCP_EXT
        .watch("TcpTimeoutRehash", "transmit hashes changed after a timeout")
        .meaning("After a retransmission timeout the socket took a new transmit hash, to try another path.")
        .next("Follow TCPTimeouts; net.core.txrehash and SO_TXREHASH decide whether this is done.")
        .source("net/ipv4/tcp_timer.c tcp_write_timeout")
        .related(&["TcpExt.TCPTimeouts", "TcpExt.TcpDuplicateDataRehash"]),
    TCP_EXT
        .watch("TcpDuplicateDataRehash", "transmit hashes changed after duplicate data")
        .meaning(
            "The peer sent the same data again with a new IPv6 flow label, so our ACKs took another path \
             too. Older kernels look for repeated duplicates instead of the flow label.",
        )
        .next("ACKs seem lost on the way: look at the path towards that peer.")
        .source("net/ipv4/tcp_input.c tcp_rcv_spurious_retrans")
        .related(&["TcpExt.TcpTimeoutRehash", "TcpExt.TCPDSACKOldSent"]),
    TCP_EXT
        .watch("TCPPLBRehash", "transmit hashes changed by protective load balancing (PLB)")
        .meaning("A socket that met lasting congestion took a new transmit hash, to try another path.")
        .next("See net.ipv4.tcp_plb_enabled and its thresholds (tcp_plb_*), and the share of TCPDeliveredCE.")
        .source("net/ipv4/tcp_plb.c tcp_plb_check_rehash")
        .related(&["TcpExt.TCPDeliveredCE", "TcpExt.TcpTimeoutRehash"])
        .since("6.2"),
];
