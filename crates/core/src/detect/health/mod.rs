//! Detectors of what costs service.

detectors! {
    abort_on_timeout
    accept_queue
    accept_queue_near
    backlog_drop
    checksum_errors
    close_wait_leak
    fragment_failures
    fragmentation_failures
    memory_pressure
    mptcp_fallback
    no_route
    receive_queue_drop
    retransmission_timeouts
    time_wait_overflow
    udp_drops
}
