//! Detectors of what an attack does or leaves behind.

mod gateways;
mod packet_sockets;
mod peer_ports;

detectors! {
    bad_cookies
    baseline_listener
    beaconing
    cleartext
    deleted_executable
    destination_drift
    dns_tunnel
    forged_segments
    fragment_attack
    gateway_changed
    gateway_shared
    hidden_listener
    icmp_redirects
    icmp_tunnel
    inbound_scan
    interpreter
    ipsec_errors
    long_connection
    metadata
    miner_port
    neighbour_changed
    neighbour_sweep
    new_listener
    outbound_scan
    packet_filter
    packet_socket
    paws
    promiscuous
    raw_socket
    router_advertisement
    shell
    signature_failures
    spoofed_sources
    ssh_port
    syn_flood
    unexpected_udp
    unusual_port
    upload_imbalance
}
