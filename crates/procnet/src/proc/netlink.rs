//! `netlink`: netlink sockets. `net/netlink/af_netlink.c` `netlink_native_seq_show`.
//!
//! The column that the header calls Eth is the protocol, Locks the count of references. The address of the
//! socket in the kernel's memory is left out.

use super::{File, FileScope};
use crate::dictionary;
use crate::number;
use crate::row::words;
use crate::word::{Hex, meaning};

/// `net/netlink`.
pub static NETLINK: File = File::new::<Lines>(
    "netlink",
    "netlink sockets",
    "net/netlink/af_netlink.c netlink_native_seq_show",
    FileScope::Namespace,
);

words! {
    /// One socket.
    pub struct Netlink,
    /// The lines of the file.
    Lines, header 1, skip 1 {
        key protocol: NetlinkProtocol, None, "protocol", "Protocol that the socket was opened with: what it can talk about.";
        key portid: u32, None, "port ID", "Address of the socket; 0 is the kernel's, the first one of a process is mostly its PID.";
        info groups: NetlinkGroups, None, "groups", "The first 32 multicast groups that the socket listens to, as bits.";
        amount rmem: i32, Bytes, "rmem", "Memory that received messages hold.";
        amount wmem: i32, Bytes, "wmem", "Memory that messages being sent hold.";
        info dump: Hex<u64>, None, "dump", "1 while a dump is under way; kernels before 3.12 print where its state is in memory.";
        gauge locks: u32, Count, "locks", "References to the socket.";
        counter drops: Option<u32>, Packets, "drops", "Messages lost because the socket's memory was full.";
        key inode: Option<u64>, None, "inode", "Inode of the socket.";
    }
}

meaning! {
    /// A `NETLINK_*` protocol.
    pub struct NetlinkProtocol by number::decimal, named dictionary::NETLINK_PROTOCOL
}

meaning! {
    /// Groups of a protocol, whose names each protocol gives itself.
    pub struct NetlinkGroups by number::hex, flags &[]
}
