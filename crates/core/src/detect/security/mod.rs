//! Detectors of what an attack does or leaves behind.

detectors! {
    bad_cookies
    fragment_attack
    inbound_scan
    ipsec_errors
    paws
    raw_socket
    signature_failures
    spoofed_sources
    syn_flood
}
