//! Layouts that the programs and their reader share: `bpf/abi.h`, which asserts the same sizes.

/// `struct process_key`.
pub(super) const PROCESS_KEY: usize = 16;
/// `struct socket_key`.
pub(super) const SOCKET_KEY: usize = 24;
/// `struct counts`.
pub(super) const COUNTS: usize = 32;
/// `struct process_seen`.
pub(super) const PROCESS_SEEN: usize = 72;
/// `struct socket_seen`.
pub(super) const SOCKET_SEEN: usize = 56;
/// `struct wire_seen`.
pub(super) const WIRE_SEEN: usize = 40;
/// `struct message`.
pub(super) const MESSAGE: usize = 16;
/// `struct table_record`.
pub(super) const TABLE_RECORD: usize = 32;
/// `struct descriptor_record`.
pub(super) const DESCRIPTOR_RECORD: usize = 48;
/// `struct own_process`.
pub(super) const OWN_PROCESS: usize = 16;
/// `struct counted_record`.
pub(super) const COUNTED_RECORD: usize = MESSAGE + SOCKET_KEY + COUNTS + SOCKET_SEEN;
/// Types of messages.
pub(super) const SOCK_DIAG_BY_FAMILY: u16 = crate::netlink::SOCK_DIAG_BY_FAMILY;
pub(super) const OTHER_SOCKET: u16 = crate::own_sockets::OTHER_SOCKET;
pub(super) const TABLE: u16 = 0xff02;
/// `struct present`.
pub(super) const PRESENT: usize = 56;
/// `NLMSG_NOOP`: whoever wants sockets passes over it.
pub(super) const NOOP: u16 = 1;
/// `struct event`.
pub(super) const EVENT: usize = 176;
/// `struct lost`.
pub(super) const LOST: usize = 16;
/// The key of a socket by itself: its cookie.
pub(super) const COOKIE: usize = 8;

/// Where `struct inet_record` has the number of the namespace.
pub(super) const INET_NETNS: usize = 164;
/// Where `struct event` has `cgroup`.
pub(super) const EVENT_CGROUP: usize = 24;
/// Where `struct present` has `cgroup`.
pub(super) const PRESENT_CGROUP: usize = 8;
/// Where `struct own_process` has `tgid` and `lost`.
pub(super) const OWN_TGID: usize = 8;
pub(super) const OWN_LOST: usize = 12;
/// Where `struct process_seen` has `cgroup`.
pub(super) const CGROUP: usize = COUNTS;
/// Where `struct process_seen` has `ended`.
pub(super) const ENDED: usize = COUNTS + 8 + 12;
/// Where `struct socket_seen` has `closed`.
pub(super) const CLOSED: usize = 46;
/// Where `struct wire_seen` has `ended`.
pub(super) const WIRE_ENDED: usize = COUNTS;
/// Where `struct socket_key` has the cookie.
pub(super) const KEY_COOKIE: usize = 8;

/// The process of a socket's key.
pub(super) fn process_of(key: &[u8]) -> [u8; PROCESS_KEY] {
    let mut process = [0; PROCESS_KEY];
    process[..8].copy_from_slice(&key[..8]);
    process[8..12].copy_from_slice(&key[16..20]);
    process
}

/// The cookie of a socket's key.
pub(super) fn cookie_of(key: &[u8]) -> u64 {
    number(&key[KEY_COOKIE..])
}

/// The number that bytes begin with.
pub(super) fn number(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes))
}

/// The number of 32 bits that bytes begin with.
pub(super) fn number32(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}

/// The number of 16 bits that bytes begin with.
pub(super) fn number16(bytes: &[u8]) -> u16 {
    bytes.first_chunk().map_or(0, |bytes| u16::from_ne_bytes(*bytes))
}

// The decoders of what is handed on as it is have the same sizes.
const _: () = {
    use netmonitor_core::events::record as events;
    use netmonitor_core::traffic::record as traffic;
    assert!(EVENT == events::EVENT);
    assert!(PRESENT == netmonitor_core::roll::PRESENT);
    assert!(PROCESS_KEY + PROCESS_SEEN == traffic::PROCESS);
    assert!(SOCKET_KEY + COUNTS + SOCKET_SEEN == traffic::SOCKET);
};
