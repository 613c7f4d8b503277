//! The packet sockets that the process holds, from the list or from the file.

use procnet::diag::packet::PacketSocket;
use procnet::dictionary;
use procnet::proc::packet::Packet;

use crate::detect::Scene;
use crate::dumps;

/// One.
pub(super) struct Held {
    pub(super) inode: u64,
    /// 0 for all.
    pub(super) ifindex: u32,
    /// Which frames, in a word.
    pub(super) protocol: String,
    /// Instructions of its filter, where they are told.
    pub(super) filter: Option<u32>,
    /// Where it is told of.
    pub(super) source: &'static str,
}

/// All, of what was read since the look before.
pub(super) fn held(scene: &Scene<'_>) -> Vec<Held> {
    const FILE: &str = "packet";
    let list = scene.held_rows::<PacketSocket>(dumps::PACKET.name).map(|socket| Held {
        inode: socket.inode.into(),
        ifindex: socket.ifindex.unwrap_or(0),
        protocol: word(socket.proto.0),
        filter: socket.filter_instructions,
        source: dumps::PACKET.name,
    });
    let file = scene.held_rows::<Packet>(FILE).map(|socket| Held {
        inode: socket.inode,
        ifindex: socket.iface,
        protocol: word(socket.proto.0),
        filter: None,
        source: FILE,
    });
    let mut all: Vec<Held> = list.collect();
    if all.is_empty() {
        all.extend(file);
    }
    all
}

fn word(protocol: u32) -> String {
    if protocol == 0 {
        return "sending alone".to_owned();
    }
    match dictionary::name(dictionary::ETHERTYPE, protocol.into()) {
        Some("ALL") => "all frames".to_owned(),
        Some(name) => name.to_owned(),
        None => format!("frames of type {protocol:#06x}"),
    }
}
