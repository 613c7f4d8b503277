//! What the kernel prints and sends, for worlds that tests make.

use std::net::{IpAddr, SocketAddr};

use netmonitor_core::sample::Origin;

use crate::world::World;

/// States of TCP.
pub(crate) const ESTABLISHED: u8 = 1;
pub(crate) const SYN_SENT: u8 = 2;
pub(crate) const LISTEN: u8 = 10;
/// A socket of UDP that is not connected.
pub(crate) const CLOSE: u8 = 7;

/// A socket of IPv4.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Socket {
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    pub(crate) state: u8,
    pub(crate) inode: u64,
    pub(crate) retransmits: u32,
}

impl Socket {
    /// Both ends as they are typed; without another end it listens.
    pub(crate) fn new(local: &str, remote: &str, inode: u64) -> Self {
        let state = if remote == "0.0.0.0:0" { LISTEN } else { ESTABLISHED };
        Self { local: local.parse().unwrap(), remote: remote.parse().unwrap(), state, inode, retransmits: 0 }
    }

    fn line(&self) -> String {
        let end = |end: SocketAddr| {
            let IpAddr::V4(address) = end.ip() else { panic!("of IPv4") };
            format!("{:08X}:{:04X}", u32::from_le_bytes(address.octets()), end.port())
        };
        let Self { state, inode, retransmits, .. } = *self;
        let ends = format!("{} {}", end(self.local), end(self.remote));
        format!(" 0: {ends} {state:02X} 00000000:00000000 00:00000000 {retransmits:08X} 0 0 {inode} 1 0 ")
    }
}

/// `net/tcp`.
pub(crate) fn tcp(sockets: &[Socket]) -> String {
    let line = |socket: &Socket| format!("{}20 4 30 10 -1\n", socket.line());
    format!("header\n{}", sockets.iter().map(line).collect::<String>())
}

/// `net/udp`, `net/raw`, `net/icmp`.
pub(crate) fn datagrams(sockets: &[Socket]) -> String {
    let line = |socket: &Socket| format!("{}0\n", socket.line());
    format!("header\n{}", sockets.iter().map(line).collect::<String>())
}

/// A process that began at this second, and executes this file.
pub(crate) fn process(world: &mut World, exe: &str, began: u64) {
    let name = exe.rsplit('/').next().unwrap();
    let stat =
        format!("42 ({name}) S 1 42 42 0 -1 0 1 2 3 4 5 6 7 8 20 0 3 0 {} 1 1 1 1 1 5000 0 0", began * 100);
    world.set(Origin::process("stat"), stat);
    world.set(Origin::process("exe"), exe);
}

/// What has become of an attempt to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    Opened,
    Refused,
}

/// The events of one tick: connections that process 42, which began at second 1, has begun then.
pub(crate) fn events(world: &mut World, begun: &[(u64, SocketAddr, Attempt)]) {
    let mut bytes = Vec::new();
    for (cookie, (time, remote, attempt)) in (1_u64..).zip(begun) {
        let mut record = [0_u8; 176];
        let mut put =
            |place: usize, number: &[u8]| record[place..place + number.len()].copy_from_slice(number);
        put(0, &time.to_le_bytes());
        put(8, &(time + cookie).to_le_bytes());
        put(16, &1_000_000_000_u64.to_le_bytes());
        put(32, &time.to_le_bytes());
        put(112, &42_u32.to_le_bytes());
        put(80, &[10, 0, 0, 5]);
        let IpAddr::V4(address) = remote.ip() else { panic!("of IPv4") };
        put(96, &address.octets());
        put(140, &40_000_u16.to_le_bytes());
        put(142, &remote.port().to_le_bytes());
        // Family, kind, protocol; then the error, what is told, and states.
        for (place, number) in [(144, 2_u16), (146, 1), (148, 6)] {
            put(place, &number.to_le_bytes());
        }
        match attempt {
            Attempt::Opened => {
                put(40, &time.to_le_bytes());
                put(152, &[1, SYN_SENT, ESTABLISHED, 0]);
            }
            Attempt::Refused => {
                put(150, &111_u16.to_le_bytes());
                put(152, &[1, SYN_SENT, CLOSE, 0]);
            }
        }
        bytes.extend(record);
    }
    world.set(Origin::Bpf("events".into()), bytes);
    world.set(Origin::Bpf("events_state".into()), *b"since=1 lost_connections=0 lost_packets=0");
}

/// A message of netlink.
pub(crate) fn message(kind: u16, header: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut payload = header.to_vec();
    for (kind, bytes) in attributes {
        payload.extend(u16::try_from(4 + bytes.len()).unwrap().to_le_bytes());
        payload.extend(kind.to_le_bytes());
        payload.extend_from_slice(bytes);
        payload.resize(payload.len().next_multiple_of(4), 0);
    }
    let mut message = u32::try_from(16 + payload.len()).unwrap().to_le_bytes().to_vec();
    message.extend(kind.to_le_bytes());
    message.extend([0; 10]);
    message.extend(payload);
    message
}

/// An interface of rtnetlink's list.
pub(crate) fn link(ifindex: u32, name: &str, promiscuity: u32, master: Option<u32>) -> Vec<u8> {
    let mut header = [0; 16];
    header[4..8].copy_from_slice(&ifindex.to_le_bytes());
    // IFF_UP, and IFF_LOOPBACK.
    header[8] = if name == "lo" { 9 } else { 1 };
    let (promiscuity, master) = (promiscuity.to_le_bytes(), master.map(u32::to_le_bytes));
    let name = [name.as_bytes(), b"\0"].concat();
    let mut attributes: Vec<(u16, &[u8])> = vec![(3, &name), (30, &promiscuity)];
    attributes.extend(master.iter().map(|master| (10, master.as_slice())));
    message(16, &header, &attributes)
}

/// Speed and duplex of the link of an interface.
pub(crate) fn link_mode(ifindex: u32, name: &str, speed: u32, duplex: u8) -> Vec<u8> {
    let name = [name.as_bytes(), b"\0"].concat();
    let mut interface = Vec::new();
    for (kind, value) in [(1_u16, &ifindex.to_le_bytes()[..]), (2, &name)] {
        interface.extend(u16::try_from(4 + value.len()).unwrap().to_le_bytes());
        interface.extend(kind.to_le_bytes());
        interface.extend(value);
        interface.resize(interface.len().next_multiple_of(4), 0);
    }
    message(21, &[4, 1, 0, 0], &[(0x8001, &interface), (5, &speed.to_le_bytes()), (6, &[duplex])])
}

fn octets(address: &str) -> (u8, Vec<u8>) {
    match address.parse().unwrap() {
        IpAddr::V4(address) => (2, address.octets().to_vec()),
        IpAddr::V6(address) => (10, address.octets().to_vec()),
    }
}

pub(crate) const REACHABLE: u16 = 0x02;
pub(crate) const FAILED: u16 = 0x20;

/// A neighbour on interface 2 whose hardware address ends in this byte.
pub(crate) fn neighbour(address: &str, hardware: Option<u8>, state: u16) -> Vec<u8> {
    let (family, octets) = octets(address);
    let mut header = [0; 12];
    header[0] = family;
    header[4] = 2;
    header[8..10].copy_from_slice(&state.to_le_bytes());
    let hardware = hardware.map(|last| [2, 0, 0, 0, 0, last]);
    let mut attributes: Vec<(u16, &[u8])> = vec![(1, &octets)];
    attributes.extend(hardware.iter().map(|hardware| (2, hardware.as_slice())));
    message(28, &header, &attributes)
}

/// A default route over interface 2, made by this protocol: 3 by hand, 9 by a router's advertisement.
pub(crate) fn default_route(gateway: &str, protocol: u8) -> Vec<u8> {
    let (family, octets) = octets(gateway);
    message(
        24,
        &[family, 0, 0, 0, 254, protocol, 0, 1, 0, 0, 0, 0],
        &[(5, &octets), (4, &2_u32.to_le_bytes())],
    )
}

/// A packet socket for all frames, with a filter of so many instructions.
pub(crate) fn packet_socket(inode: u32, filter: usize) -> Vec<u8> {
    let mut header = [0; 16];
    header[..4].copy_from_slice(&[17, 3, 3, 0]);
    header[4..8].copy_from_slice(&inode.to_le_bytes());
    let filter = vec![0; filter * 8];
    let mut attributes: Vec<(u16, &[u8])> = vec![(0, &[0; 24])];
    if !filter.is_empty() {
        attributes.push((7, &filter));
    }
    message(20, &header, &attributes)
}
