//! Sockets as sock_diag tells them: decoders of its answers, and the list of them.
//!
//! It tells more than the text files, and answers for the network namespace that its own socket was opened in.
//! Bytes are what `recv` hands out, messages one after another; the [`Ending`](crate::Ending) of a table says
//! whether they are all. To add a kind: write its module, and name it in [`MESSAGES`].

pub mod attribute;
pub mod columns;
pub mod detail;
pub mod inet;
pub mod memory;
pub mod message;
pub mod netlink;
pub mod other_info;
pub mod own;
pub mod packet;
pub mod tcp_info;
pub mod unix;
pub mod vsock;

pub use columns::{COLUMNS, DetailColumn};
pub use detail::Detail;
pub use inet::{DiagSocket, Transport};
pub use message::Messages;

/// Every answer that this version decodes.
pub static MESSAGES: &[&Messages] = &[
    &inet::TCP,
    &inet::UDP,
    &inet::UDPLITE,
    &inet::RAW,
    &inet::MPTCP,
    &inet::SCTP,
    &unix::UNIX,
    &netlink::NETLINK,
    &packet::PACKET,
    &vsock::VSOCK,
    &own::INET,
    &own::OTHER,
];

/// The answer of this name.
pub fn find(name: &str) -> Option<&'static Messages> {
    MESSAGES.iter().copied().find(|messages| messages.name == name)
}
