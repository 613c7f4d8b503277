//! What detectors of remote ports share: each other end of a connection is one finding.

use crate::detect::scene::Report;
use crate::detect::{Amount, Contact, Found, Subject};

/// Begins a report about the other end of connections.
pub(super) fn report<'f>(contact: &Contact, what: String, found: &'f mut Found<'_>) -> Report<'f> {
    let Contact { protocol, address, port, open, begun, .. } = *contact;
    let sockets = open.max(begun);
    found
        .report(Subject::Peer(protocol, address, port), what)
        .strength(sockets as f64)
        .shows("remote port", Amount::Count(port.into()), contact.source())
        .shows("connections", Amount::Count(sockets), contact.source())
}
