//! Interfaces, addresses, neighbours, routes and rules as rtnetlink tells them: decoders of its answers, and the
//! list of them.
//!
//! They are messages of the same form as those of [`diag`](crate::diag). To add a kind: write its module, and name
//! it in [`MESSAGES`].

pub mod addr;
pub mod link;
pub mod neigh;
pub mod route;
pub mod rule;

use std::fmt::Write;

use crate::diag::Messages;
use crate::dictionary;
use crate::table::{Span, Texts};
use crate::word::meaning;

/// Every answer that this version decodes.
pub static MESSAGES: &[&Messages] = &[&link::LINK, &addr::ADDR, &neigh::NEIGH, &route::ROUTE, &rule::RULE];

/// The answer of this name.
pub fn find(name: &str) -> Option<&'static Messages> {
    MESSAGES.iter().copied().find(|messages| messages.name == name)
}

meaning! {
    /// An address family.
    pub struct Family, label dictionary::FAMILY
}

meaning! {
    /// An `RTPROT_*` number: who made a route, a rule or a neighbour.
    pub struct RouteProtocol, label dictionary::RTPROT
}

meaning! {
    /// An `RT_SCOPE_*` number: how far a route or an address reaches.
    pub struct Reach, label dictionary::RT_SCOPE
}

meaning! {
    /// An `RTN_*` number: what a route or the address of a neighbour is.
    pub struct RouteType, label dictionary::RTN
}

impl RouteType {
    /// `RTN_UNICAST`: packets are sent on.
    pub const UNICAST: Self = Self(1);
}

/// A hardware address, its bytes with colons between them; none where it has no bytes.
fn hardware_address(bytes: &[u8], texts: &mut Texts) -> Option<Span> {
    let mut text = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        let colon = if text.is_empty() { "" } else { ":" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{colon}{byte:02x}");
    }
    (!text.is_empty()).then(|| texts.keep(text.as_bytes()))
}

/// The family that addresses of a routing family have: those of multicast routing are IP's.
fn of_addresses(family: u8) -> u8 {
    match family {
        128 => crate::diag::attribute::INET,
        129 => crate::diag::attribute::INET6,
        family => family,
    }
}
