//! `packet`: packet sockets, which see whole frames. `net/packet/af_packet.c` `packet_seq_show`.
//!
//! The address of the socket in the kernel's memory is left out.

use super::{File, FileScope};
use crate::dictionary;
use crate::number;
use crate::row::words;
use crate::word::meaning;

/// `net/packet`.
pub static PACKET: File = File::new::<Lines>(
    "packet",
    "packet sockets",
    "net/packet/af_packet.c packet_seq_show",
    FileScope::Namespace,
);

words! {
    /// One socket.
    pub struct Packet,
    /// The lines of the file.
    Lines, header 1, skip 1 {
        gauge ref_cnt: u32, Count, "refs", "References to the socket.";
        info r#type: SocketType, None, "type", "Type of the socket: raw with link header, dgram without.";
        info proto: EtherType, None, "proto", "Protocol of the frames that it takes; ALL also takes those being sent.";
        info iface: u32, None, "iface", "Number of the interface that it is bound to; 0 for all.";
        info running: u8, None, "running", "1 while it takes frames.";
        amount rmem: u32, Bytes, "rmem", "Memory that received frames hold.";
        info uid: u32, None, "uid", "User that the socket belongs to.";
        key inode: u64, None, "inode", "Inode of the socket.";
    }
}

meaning! {
    /// A `SOCK_*` type.
    pub struct SocketType by number::decimal, named dictionary::SOCKET_TYPE
}

meaning! {
    /// An `ETH_P_*` protocol.
    pub struct EtherType by number::hex, named dictionary::ETHERTYPE
}
