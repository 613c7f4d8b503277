//! Detectors of what costs service.

mod failing;
mod interfaces;

detectors! {
    abort_on_timeout
    accept_queue
    accept_queue_near
    backlog_drop
    bufferbloat
    checksum_errors
    close_wait_leak
    congestion_marks
    connections_refused
    connections_unanswered
    conntrack_drops
    conntrack_full
    descriptors_near_limit
    ephemeral_ports
    fin_wait2
    fragment_failures
    fragmentation_failures
    half_open
    interface_drops
    interface_errors
    interface_saturated
    memory_pressure
    mptcp_fallback
    mtu_black_hole
    mtu_probe_failures
    namespace_retransmissions
    neighbour_table
    neighbour_unreachable
    netlink_drops
    no_route
    orphans
    peer_window_closed
    receive_queue_drop
    reordering
    retransmission_timeouts
    retransmissions
    sender_limited
    slow_reader
    socket_leak
    softnet_drops
    softnet_squeezes
    spurious_retransmissions
    syn_retries
    time_wait_near
    time_wait_overflow
    timeout_storm
    udp_drops
    udp_errors
    udp_memory
    udp_send_drops
    unix_accept_queue
    window_closed
}
