//! Messages of sockets, taken apart.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, AsRawFd};

use netmonitor_sys::netlink::{Dump, Netlink, Outcome, Request};
use netmonitor_sys::own_sockets::Descriptor;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: u16,
    /// The structure that follows the header.
    pub(crate) body: Vec<u8>,
    pub(crate) attributes: BTreeMap<u16, Vec<u8>>,
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_ne_bytes(bytes[at..at + 2].try_into().unwrap())
}

/// All messages, whose structures have so many bytes. They must fill the bytes.
pub(crate) fn messages(mut bytes: &[u8], body: impl Fn(u16) -> usize) -> Vec<Message> {
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let (len, kind) = (u32_at(bytes, 0) as usize, u16_at(bytes, 4));
        let from = 16 + body(kind);
        let mut attributes = BTreeMap::new();
        let mut at = from;
        while at < len {
            let value = at + 4..at + u16_at(bytes, at) as usize;
            attributes.insert(u16_at(bytes, at + 2), bytes[value.clone()].to_vec());
            at = value.end.next_multiple_of(4);
        }
        assert_eq!(at.min(len), len, "attributes fill the message");
        messages.push(Message { kind, body: bytes[16..from].to_vec(), attributes });
        bytes = &bytes[len.next_multiple_of(4)..];
    }
    messages
}

/// `struct inet_diag_msg`.
pub(crate) const INET: usize = 72;

impl Message {
    pub(crate) fn inode(&self) -> u64 {
        u32_at(&self.body, 68).into()
    }

    pub(crate) fn state(&self) -> u8 {
        self.body[1]
    }

    /// The receive queue and the send queue.
    pub(crate) fn queues(&self) -> (u32, u32) {
        (u32_at(&self.body, 56), u32_at(&self.body, 60))
    }

    /// `struct inet_diag_sockid`.
    pub(crate) fn id(&self) -> [u8; 48] {
        self.body[4..52].try_into().unwrap()
    }
}

/// A reply, kept whole.
pub(crate) fn collect(netlink: &mut Netlink, request: &Request) -> (Dump, Vec<u8>) {
    let mut all = Vec::new();
    let dump = netlink.dump(request, &mut |messages| {
        all.extend_from_slice(messages);
        ControlFlow::Continue(())
    });
    assert_eq!(dump.bytes, all.len() as u64);
    (dump, all)
}

/// The Internet sockets of a reply that must come to its end.
pub(crate) fn inet_sockets(netlink: &mut Netlink, request: &Request) -> Vec<Message> {
    let (dump, bytes) = collect(netlink, request);
    assert_eq!(dump.outcome, Outcome::Done, "{dump:?}");
    let messages = messages(&bytes, |_| INET);
    assert_eq!(dump.messages, messages.len() as u64);
    messages
}

pub(crate) fn descriptor(socket: impl AsFd) -> Descriptor {
    let fd = socket.as_fd();
    Descriptor { fd: fd.as_raw_fd(), inode: rustix::fs::fstat(fd).unwrap().st_ino }
}

pub(crate) fn inode(socket: impl AsFd) -> u64 {
    descriptor(socket).inode
}
