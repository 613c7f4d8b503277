//! Below the transport protocols: ICMP, raw IP, frames, and netlink.

use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, Protocol, RecvFlags, SendFlags, SocketType};

use super::datagrams::{CLIENT, Calls, Datagrams};
use super::role::{ready, received, sent};
use super::streams::LINK;

const ECHOES: u16 = 100;

/// Asks the kernel at the other end for echoes; replies come with their IP header over a raw socket.
pub(super) fn echo(kind: SocketType) {
    if kind == SocketType::DGRAM {
        // Of this namespace: which groups may ask so.
        std::fs::write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647").unwrap();
    }
    let socket = rustix::net::socket(AddressFamily::INET, kind, Some(rustix::net::ipproto::ICMP)).unwrap();
    rustix::net::connect(&socket, &SocketAddr::from((LINK, 0))).unwrap();
    let mut answer = [0; 2048];
    for number in 0..ECHOES {
        let length = 8 + usize::from(number) * 37 % 1400;
        let mut request = vec![0x5a; length];
        request[..8].copy_from_slice(&[8, 0, 0, 0, 0x12, 0x34, 0, 0]);
        request[6..8].copy_from_slice(&number.to_be_bytes());
        let sum = checksum(&request);
        request[2..4].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(rustix::net::send(&socket, &request, SendFlags::empty()), Ok(length));
        sent(length);
        let header = if kind == SocketType::RAW { 20 } else { 0 };
        let (_, got) = rustix::net::recv(&socket, &mut answer, RecvFlags::empty()).unwrap();
        received(got);
        assert_eq!((got, answer[header]), (header + length, 0), "an echo reply");
    }
}

fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u64::from(pair[0]) << 8 | u64::from(*pair.get(1).unwrap_or(&0)));
    let mut sum = words.sum::<u64>();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).expect("folded")
}

/// A raw IP socket of a protocol for experiments.
fn experiment(own: impl Into<IpAddr>, peer: impl Into<IpAddr>) -> Datagrams {
    const EXPERIMENT: u32 = 253;
    let protocol = Protocol::from_raw(EXPERIMENT.try_into().expect("not 0"));
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::RAW, Some(protocol)).unwrap();
    rustix::net::bind(&socket, &SocketAddr::new(own.into(), 0)).unwrap();
    rustix::net::connect(&socket, &SocketAddr::new(peer.into(), 0)).unwrap();
    Datagrams { socket, peer: None, calls: Calls::Plain }
}

pub(super) fn experiment_server() -> Datagrams {
    let datagrams = experiment(LINK, CLIENT);
    ready();
    datagrams
}

pub(super) fn experiment_client() -> Datagrams {
    experiment(CLIENT, LINK)
}

/// An Ethernet protocol for experiments.
pub(super) const ETHERTYPE: u16 = 0x88b5;
const FRAMES: usize = 200;

/// A packet socket on an interface. Without a protocol it receives nothing.
pub(super) fn packets(interface: &str, protocol: u16) -> OwnedFd {
    let socket = rustix::net::socket(AddressFamily::PACKET, SocketType::RAW, None).unwrap();
    let index = rustix::net::netdevice::name_to_index(&socket, interface).unwrap();
    // SAFETY: a structure of numbers.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET.try_into().unwrap();
    address.sll_protocol = protocol.to_be();
    address.sll_ifindex = index.try_into().unwrap();
    let length = size_of_val(&address).try_into().unwrap();
    // SAFETY: the address is of this length.
    let bound = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) };
    assert_eq!(bound, 0, "bind: {}", std::io::Error::last_os_error());
    socket
}

pub(super) fn frames_server() {
    let socket = packets("veth0", ETHERTYPE);
    // All of them may come before the first is read.
    rustix::net::sockopt::set_socket_recv_buffer_size_force(&socket, 4 << 20).unwrap();
    ready();
    for _ in 0..FRAMES {
        received(rustix::net::recv(&socket, &mut [0; 2048], RecvFlags::empty()).unwrap().1);
    }
}

pub(super) fn frames_client() {
    let socket = packets("veth0", 0);
    for number in 0..FRAMES {
        let length = 60 + number * 37 % 1455;
        let mut frame = vec![0x5a; length];
        frame[..6].fill(0xff);
        frame[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
        frame[12..14].copy_from_slice(&ETHERTYPE.to_be_bytes());
        assert_eq!(sent(rustix::net::send(&socket, &frame, SendFlags::empty()).unwrap()), length);
    }
}

/// Sends frames that no protocol takes.
pub(crate) fn unknown_frames(interface: &str, count: usize) {
    let socket = packets(interface, 0);
    let mut frame = [0x5a; 60];
    frame[..6].fill(0xff);
    frame[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
    frame[12..14].copy_from_slice(&ETHERTYPE.to_be_bytes());
    for _ in 0..count {
        rustix::net::send(&socket, &frame, SendFlags::empty()).unwrap();
    }
}

/// Asks the kernel for its links, addresses and routes, twenty times.
pub(super) fn netlink() {
    const DUMPS: [u16; 3] = [18, 22, 26];
    const REQUEST_DUMP: u16 = 0x301;
    const DONE: u16 = 3;
    let socket = rustix::net::socket(AddressFamily::NETLINK, SocketType::RAW, None).unwrap();
    let kernel = SocketAddrNetlink::new(0, 0);
    let mut bytes = vec![0; 1 << 16];
    for (number, dump) in (1_u32..).zip(DUMPS.repeat(20)) {
        // A header of 16 bytes, and 16 of which each request reads what it needs.
        let mut request = [0; 32];
        request[..4].copy_from_slice(&32_u32.to_ne_bytes());
        request[4..6].copy_from_slice(&dump.to_ne_bytes());
        request[6..8].copy_from_slice(&REQUEST_DUMP.to_ne_bytes());
        request[8..12].copy_from_slice(&number.to_ne_bytes());
        sent(rustix::net::sendto(&socket, &request, SendFlags::empty(), &kernel).unwrap());
        let mut done = false;
        while !done {
            let (_, length) = rustix::net::recv(&socket, &mut bytes, RecvFlags::empty()).unwrap();
            let mut rest = &bytes[..received(length)];
            while let [a, b, c, d, kind, kind2, ..] = *rest {
                done |= u16::from_ne_bytes([kind, kind2]) == DONE;
                let length = u32::from_ne_bytes([a, b, c, d]).next_multiple_of(4) as usize;
                rest = rest.get(length.max(16)..).unwrap_or_default();
            }
        }
    }
}
