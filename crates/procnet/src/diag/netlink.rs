//! Netlink sockets. `net/netlink/diag.c` `sk_diag_fill` (`include/uapi/linux/netlink_diag.h`
//! `struct netlink_diag_msg`).
//!
//! The kernel walks its sockets first and those that listen to a multicast group after that, and sends the latter
//! twice: they are rows once.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::attribute::{Attribute, Attributes, Numbers};
use super::inet::SOCK_DIAG;
use super::memory::Memory;
use super::message::{Message, Messages};
use crate::proc::netlink::NetlinkProtocol;
use crate::proc::packet::SocketType;
use crate::row::row;
use crate::table::{Span, Table, Texts};
use crate::word::meaning;
use crate::{Endian, dictionary};

/// Messages of netlink sockets.
pub static NETLINK: Messages =
    Messages::new::<Sockets>("netlink", "netlink sockets", "net/netlink/diag.c sk_diag_fill");

row! {
    /// One socket.
    pub struct NetlinkSocket {
        key protocol: NetlinkProtocol, None, "protocol", "Protocol that the socket was opened with: what it can talk about.";
        key portid: u32, None, "port ID", "Address of the socket; 0 is the kernel's, the first one of a process is mostly its PID.";
        info dst_portid: u32, None, "to port ID", "Address that it is connected to; 0 is the kernel.";
        info dst_group: u32, None, "to group", "Multicast group that it is connected to; 0 for none.";
        info r#type: SocketType, None, "type", "Type of the socket: raw or dgram, which are the same here.";
        info state: NetlinkState, None, "state", "CONNECTED or UNCONNECTED once it has been connected, CLOSE where it never was.";
        key inode: u32, None, "inode", "Inode of the socket; the kernel's own sockets have one too.";
        key cookie: u64, None, "cookie", "Number of the socket that is never given again while the machine runs.";
        info groups: Option<Span>, None, "groups", "Numbers of the multicast groups that it listens to, all of them.";
        info flags: Option<NetlinkFlags>, None, "flags", "What holds of the socket: CB_RUNNING while a dump is under way, NO_ENOBUFS, …";
        amount rmem: Option<u32>, Bytes, "rmem", "Memory that received messages hold.";
        info rcvbuf: Option<u32>, Bytes, "rcvbuf", "Limit of it.";
        amount wmem: Option<u32>, Bytes, "wmem", "Memory that messages being sent hold.";
        info sndbuf: Option<u32>, Bytes, "sndbuf", "Limit of it.";
        counter drops: Option<u32>, Packets, "drops", "Messages lost because the socket's memory was full.";
    }
}

meaning! {
    /// Whether a netlink socket is connected.
    pub struct NetlinkState, named dictionary::NETLINK_STATE
}

meaning! {
    /// The `NDIAG_FLAG_*` of a socket.
    pub struct NetlinkFlags, flags dictionary::NDIAG_FLAGS
}

/// The messages, and which sockets that listen to a group there were.
#[derive(Default)]
pub struct Sockets(BTreeSet<u64>);

/// Bytes of `struct netlink_diag_msg`.
const HEADER: usize = 28;

impl Message for Sockets {
    type Row = NetlinkSocket;
    const TYPE: u16 = SOCK_DIAG;

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<NetlinkSocket>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) = payload.split_at_checked(HEADER).ok_or("shorter than netlink_diag_msg")?;
        let [_, kind, protocol, state, ..] = *header else { return Err("shorter than netlink_diag_msg") };
        let message = Numbers::new(header, endian);
        let number = |place| message.u32(place).unwrap_or_default();
        let mut row = NetlinkSocket {
            protocol: NetlinkProtocol(protocol.into()),
            portid: number(4),
            dst_portid: number(8),
            dst_group: number(12),
            r#type: SocketType(kind.into()),
            state: NetlinkState(state.into()),
            inode: number(16),
            cookie: message.low_high(20).unwrap_or_default(),
            groups: None,
            flags: None,
            rmem: None,
            rcvbuf: None,
            wmem: None,
            sndbuf: None,
            drops: None,
        };
        for attribute in Attributes::new(attributes, endian) {
            row.take(attribute, &mut table.texts);
        }
        if row.groups.is_none() || self.0.insert(row.cookie) {
            table.push(row);
        }
        Ok(())
    }
}

impl NetlinkSocket {
    /// Takes an attribute (`NETLINK_DIAG_*`).
    fn take(&mut self, attribute: Attribute<'_>, texts: &mut Texts) {
        match attribute.kind {
            0 => {
                let memory = Memory(attribute.numbers());
                (self.rmem, self.rcvbuf) = (memory.rmem(), memory.rcvbuf());
                (self.wmem, self.sndbuf) = (memory.wmem(), memory.sndbuf());
                self.drops = memory.drops();
            }
            1 => self.groups = Some(groups(attribute.numbers(), texts)),
            4 => self.flags = attribute.u32().map(NetlinkFlags),
            _ => {}
        }
    }
}

/// The groups of a bitmap, which is made of the kernel's `unsigned long`: of 64 bits, unless there are no more
/// than 32 groups.
fn groups(bits: Numbers<'_>, texts: &mut Texts) -> Span {
    let mut text = String::new();
    let wide = bits.bytes().len().is_multiple_of(8);
    let size = if wide { 8 } else { 4 };
    for place in (0..bits.bytes().len()).step_by(size) {
        let word = if wide { bits.u64(place) } else { bits.u32(place).map(Into::into) };
        let mut left = word.unwrap_or_default();
        while left != 0 {
            let group = place * 8 + left.trailing_zeros() as usize + 1;
            // Writing to a string cannot fail.
            let _ = write!(text, "{}{group}", if text.is_empty() { "" } else { " " });
            left &= left - 1;
        }
    }
    texts.keep(text.as_bytes())
}
