//! Packet sockets. `net/packet/diag.c` `sk_diag_fill` (`include/uapi/linux/packet_diag.h`
//! `struct packet_diag_msg`).

use std::fmt::Write;

use super::attribute::{Attribute, Attributes, Numbers};
use super::inet::SOCK_DIAG;
use super::memory::Memory;
use super::message::{Message, Messages};
use crate::proc::packet::{EtherType, SocketType};
use crate::row::row;
use crate::table::{Span, Table, Texts};
use crate::word::meaning;
use crate::{Endian, dictionary};

/// Messages of packet sockets.
pub static PACKET: Messages =
    Messages::new::<Sockets>("packet", "packet sockets", "net/packet/diag.c sk_diag_fill");

row! {
    /// One socket.
    pub struct PacketSocket {
        info r#type: SocketType, None, "type", "Type of the socket: raw with link header, dgram without.";
        info proto: EtherType, None, "proto", "Protocol of the frames that it takes; ALL also takes those being sent.";
        key inode: u32, None, "inode", "Inode of the socket.";
        key cookie: u64, None, "cookie", "Number of the socket that is never given again while the machine runs.";
        info ifindex: Option<u32>, None, "ifindex", "Number of the interface that it is bound to; 0 for all.";
        info version: Option<RingVersion>, None, "version", "Form of the frames in its rings.";
        info reserve: Option<u32>, Bytes, "reserve", "Room that is left before each frame in a ring.";
        info copy_thresh: Option<u32>, Bytes, "copy thresh", "Frames longer than this are kept whole beside the ring.";
        info tstamp: Option<u32>, None, "tstamp", "Where the timestamps of the ring come from (SOF_TIMESTAMPING_*); 0 for the moment of copying.";
        info flags: Option<PacketFlags>, None, "flags", "What holds of the socket: RUNNING while it takes frames, AUXDATA, …";
        info memberships: Option<Span>, None, "memberships", "What the socket asked of interfaces, each as number of the interface, kind and address: 2:promisc.";
        info rx_ring_bytes: Option<u64>, Bytes, "rx ring", "Memory of the ring for frames received; absent where there is none.";
        info rx_ring_frames: Option<u32>, Packets, "rx frames", "Frames that fit into it.";
        info tx_ring_bytes: Option<u64>, Bytes, "tx ring", "Memory of the ring for frames to send; absent where there is none.";
        info tx_ring_frames: Option<u32>, Packets, "tx frames", "Frames that fit into it.";
        info fanout_id: Option<u32>, None, "fanout", "Number of the group of sockets that share the frames; absent where it is in none.";
        info fanout_type: Option<Fanout>, None, "fanout type", "How they share them.";
        info uid: Option<u32>, None, "uid", "User that the socket belongs to.";
        info filter_instructions: Option<u32>, Count, "filter", "Instructions of its filter; told with CAP_NET_ADMIN.";
        amount rmem: Option<u32>, Bytes, "rmem", "Memory that received frames hold.";
        info rcvbuf: Option<u32>, Bytes, "rcvbuf", "Limit of it.";
        amount wmem: Option<u32>, Bytes, "wmem", "Memory that frames being sent hold.";
        info sndbuf: Option<u32>, Bytes, "sndbuf", "Limit of it.";
        counter drops: Option<u32>, Packets, "drops", "Frames that the socket dropped, mostly for want of room.";
    }
}

meaning! {
    /// A `TPACKET_V*` version.
    pub struct RingVersion, named dictionary::TPACKET_VERSION
}

meaning! {
    /// The `PDI_*` flags of a socket.
    pub struct PacketFlags, flags dictionary::PDI_FLAGS
}

meaning! {
    /// A `PACKET_FANOUT_*` type.
    pub struct Fanout, named dictionary::PACKET_FANOUT
}

/// The messages.
#[derive(Default)]
pub struct Sockets;

/// Bytes of `struct packet_diag_msg`.
const HEADER: usize = 16;

impl Message for Sockets {
    type Row = PacketSocket;
    const TYPE: u16 = SOCK_DIAG;

    fn message(
        &mut self,
        payload: &[u8],
        table: &mut Table<PacketSocket>,
        endian: Endian,
    ) -> Result<(), &'static str> {
        let (header, attributes) = payload.split_at_checked(HEADER).ok_or("shorter than packet_diag_msg")?;
        let [_, kind, ..] = *header else { return Err("shorter than packet_diag_msg") };
        let message = Numbers::new(header, endian);
        let mut row = PacketSocket {
            r#type: SocketType(kind.into()),
            proto: EtherType(message.u16(2).unwrap_or_default().into()),
            inode: message.u32(4).unwrap_or_default(),
            cookie: message.low_high(8).unwrap_or_default(),
            ifindex: None,
            version: None,
            reserve: None,
            copy_thresh: None,
            tstamp: None,
            flags: None,
            memberships: None,
            rx_ring_bytes: None,
            rx_ring_frames: None,
            tx_ring_bytes: None,
            tx_ring_frames: None,
            fanout_id: None,
            fanout_type: None,
            uid: None,
            filter_instructions: None,
            rmem: None,
            rcvbuf: None,
            wmem: None,
            sndbuf: None,
            drops: None,
        };
        for attribute in Attributes::new(attributes, endian) {
            row.take(attribute, &mut table.texts);
        }
        table.push(row);
        Ok(())
    }
}

impl PacketSocket {
    /// Takes an attribute (`PACKET_DIAG_*`).
    fn take(&mut self, attribute: Attribute<'_>, texts: &mut Texts) {
        /// `struct sock_filter`.
        const INSTRUCTION: usize = 8;
        let numbers = attribute.numbers();
        match attribute.kind {
            0 => {
                (self.ifindex, self.version) = (numbers.u32(0), numbers.u32(4).map(RingVersion));
                (self.reserve, self.copy_thresh) = (numbers.u32(8), numbers.u32(12));
                (self.tstamp, self.flags) = (numbers.u32(16), numbers.u32(20).map(PacketFlags));
            }
            1 => self.memberships = Some(memberships(numbers, texts)),
            2 => (self.rx_ring_bytes, self.rx_ring_frames) = ring(numbers),
            3 => (self.tx_ring_bytes, self.tx_ring_frames) = ring(numbers),
            4 => {
                // The number in the low half, then the type, then flags.
                let group = numbers.u32(0);
                self.fanout_id = group.map(|group| group & 0xffff);
                self.fanout_type = group.map(|group| Fanout(group >> 16 & 0xff));
            }
            5 => self.uid = attribute.u32(),
            6 => {
                let memory = Memory(numbers);
                (self.rmem, self.rcvbuf) = (memory.rmem(), memory.rcvbuf());
                (self.wmem, self.sndbuf) = (memory.wmem(), memory.sndbuf());
                self.drops = memory.drops();
            }
            7 => self.filter_instructions = (attribute.bytes().len() / INSTRUCTION).try_into().ok(),
            _ => {}
        }
    }
}

/// Memory of a ring, and how many frames it has (`struct packet_diag_ring`).
fn ring(ring: Numbers<'_>) -> (Option<u64>, Option<u32>) {
    let bytes = ring.u32(0).zip(ring.u32(4)).map(|(size, blocks)| u64::from(size) * u64::from(blocks));
    (bytes, ring.u32(12))
}

/// What a socket asked of interfaces (`struct packet_diag_mclist`).
fn memberships(list: Numbers<'_>, texts: &mut Texts) -> Span {
    const MEMBERSHIP: usize = 44;
    let mut text = String::new();
    for bytes in list.bytes().chunks_exact(MEMBERSHIP) {
        let one = Numbers::new(bytes, list.endian());
        let (ifindex, kind) = (one.u32(0).unwrap_or_default(), one.u16(8).unwrap_or_default());
        let blank = if text.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = match dictionary::name(dictionary::PACKET_MEMBERSHIP, kind.into()) {
            Some(name) => write!(text, "{blank}{ifindex}:{name}"),
            None => write!(text, "{blank}{ifindex}:{kind}"),
        };
        let length = usize::from(one.u16(10).unwrap_or_default());
        for byte in bytes[12..].iter().take(length) {
            let _ = write!(text, ":{byte:02x}");
        }
    }
    texts.keep(text.as_bytes())
}
