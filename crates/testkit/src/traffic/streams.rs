//! Streams: TCP, and Multipath TCP.

use std::io::{IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::net::{
    AddressFamily, Protocol, RecvAncillaryBuffer, RecvFlags, SendAncillaryBuffer, SendFlags, SocketType,
};

use super::role::{ready, received, sent};

/// Of the server over a link.
pub(super) const LINK: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
/// Of the server over a link.
pub(super) const LINK6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
pub(super) const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// Of the server.
pub(super) const PORT: u16 = 4800;

const LARGEST: usize = 65_536;

/// The system calls with which bytes are moved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Calls {
    /// `send` and `recv`.
    Plain,
    /// `write` and `read`.
    Files,
    /// `writev` and `readv`, with two buffers.
    Vectors,
    /// `sendmsg` and `recvmsg`.
    Messages,
    /// `recv` with MSG_PEEK before the real `recv`.
    Peek,
}

/// Sends so many bytes in parts of odd sizes.
pub(super) fn send(socket: impl AsFd, total: usize, calls: Calls) {
    let bytes = vec![0x5a; LARGEST];
    let (mut left, mut number) = (total, 0);
    while left > 0 {
        number += 1;
        let part = &bytes[..left.min(1 + number * 7919 % (LARGEST - 1))];
        let (first, second) = part.split_at(part.len() / 3);
        let moved = match calls {
            Calls::Plain | Calls::Peek => rustix::net::send(&socket, part, SendFlags::empty()),
            Calls::Files => rustix::io::write(&socket, part),
            Calls::Vectors => rustix::io::writev(&socket, &[IoSlice::new(first), IoSlice::new(second)]),
            Calls::Messages => {
                let parts = [IoSlice::new(first), IoSlice::new(second)];
                rustix::net::sendmsg(&socket, &parts, &mut SendAncillaryBuffer::default(), SendFlags::empty())
            }
        };
        left -= sent(moved.unwrap());
    }
}

/// Receives so many bytes.
pub(super) fn receive(socket: impl AsFd, total: usize, calls: Calls) {
    let mut bytes = vec![0; LARGEST];
    let mut left = total;
    while left > 0 {
        let part = &mut bytes[..left.min(LARGEST)];
        if calls == Calls::Peek {
            let peeked = rustix::net::recv(&socket, &mut *part, RecvFlags::PEEK).unwrap().1;
            assert!(peeked > 0, "ended with {left} bytes to come");
        }
        let (first, second) = part.split_at_mut(left.min(LARGEST) / 3);
        let mut parts = [IoSliceMut::new(first), IoSliceMut::new(second)];
        let moved = match calls {
            Calls::Plain | Calls::Peek => {
                rustix::net::recv(&socket, part, RecvFlags::empty()).map(|(_, length)| length)
            }
            Calls::Files => rustix::io::read(&socket, part),
            Calls::Vectors => rustix::io::readv(&socket, &mut parts),
            Calls::Messages => {
                let mut control = RecvAncillaryBuffer::default();
                rustix::net::recvmsg(&socket, &mut parts, &mut control, RecvFlags::empty())
                    .map(|got| got.bytes)
            }
        };
        let moved = moved.unwrap();
        assert!(moved > 0, "ended with {left} bytes to come");
        left -= received(moved);
    }
}

/// Sends and receives at the same time, in two threads.
pub(super) fn both(socket: impl AsFd + Sync, tx: usize, rx: usize, calls: Calls) {
    std::thread::scope(|threads| {
        threads.spawn(|| send(&socket, tx, calls));
        receive(&socket, rx, calls);
    });
}

/// The same, until the other end closes.
pub(super) fn both_to_the_end(stream: TcpStream, tx: usize, rx: usize) {
    both(&stream, tx, rx, Calls::Plain);
    assert_eq!(rustix::io::read(&stream, &mut [0; 1]), Ok(0));
}

/// The first connection to this address, after readiness was told.
pub(super) fn accept(address: impl Into<SocketAddr>) -> TcpStream {
    let listener = TcpListener::bind(address.into()).unwrap();
    ready();
    listener.accept().unwrap().0
}

pub(super) fn connect(address: impl Into<SocketAddr>) -> TcpStream {
    TcpStream::connect(address.into()).unwrap()
}

const STREAMS: usize = 16;
const STREAM_UP: usize = 700_001;
const STREAM_DOWN: usize = 300_007;

pub(super) fn streams_server() {
    let listener = TcpListener::bind((LINK, PORT)).unwrap();
    ready();
    std::thread::scope(|threads| {
        for _ in 0..STREAMS {
            let stream = listener.accept().unwrap().0;
            threads.spawn(move || both(stream, STREAM_DOWN, STREAM_UP, Calls::Plain));
        }
    });
}

pub(super) fn streams_client() {
    std::thread::scope(|threads| {
        for _ in 0..STREAMS {
            threads.spawn(|| both(connect((LINK, PORT)), STREAM_UP, STREAM_DOWN, Calls::Plain));
        }
    });
}

/// Ports of the server that short connections go to, one thread each: a port has some 28,000 connections to give,
/// with those in TIME_WAIT.
const SHORT_PORTS: u16 = 8;
const SHORT_EACH: usize = 2_500;

/// Lengths of the request and the answer of a connection.
fn short(number: usize) -> (usize, usize) {
    (1 + number % 100, 1 + number % 300)
}

pub(super) fn short_server() {
    let bind = |number| TcpListener::bind((LINK, PORT + number)).unwrap();
    let listeners: Vec<_> = (0..SHORT_PORTS).map(bind).collect();
    ready();
    let answer = |listener: TcpListener| {
        for number in 0..SHORT_EACH {
            let (stream, (request, answer)) = (listener.accept().unwrap().0, short(number));
            receive(&stream, request, Calls::Plain);
            send(&stream, answer, Calls::Plain);
            // The client closes first, so TIME_WAIT is on its side.
            assert_eq!(rustix::io::read(&stream, &mut [0; 1]), Ok(0));
        }
    };
    std::thread::scope(|threads| {
        for listener in listeners {
            threads.spawn(move || answer(listener));
        }
    });
}

pub(super) fn short_client() {
    let ask = |port| {
        for (request, answer) in (0..SHORT_EACH).map(short) {
            let stream = connect((LINK, port));
            send(&stream, request, Calls::Plain);
            receive(&stream, answer, Calls::Plain);
        }
    };
    std::thread::scope(|threads| {
        for number in 0..SHORT_PORTS {
            threads.spawn(move || ask(PORT + number));
        }
    });
}

pub(super) const DRIPS: usize = 100;

/// One byte every 10 ms for a second.
pub(super) fn drip(stream: &TcpStream) {
    stream.set_nodelay(true).unwrap();
    for _ in 0..DRIPS {
        send(stream, 1, Calls::Plain);
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(super) fn mptcp_server() {
    let socket = mptcp_socket().unwrap();
    rustix::net::sockopt::set_socket_reuseaddr(&socket, true).unwrap();
    rustix::net::bind(&socket, &SocketAddr::from((LINK, PORT))).unwrap();
    rustix::net::listen(&socket, 5).unwrap();
    ready();
    both(rustix::net::accept(&socket).unwrap(), 3_000_017, 5_000_011, Calls::Plain);
}

pub(super) fn mptcp_client() {
    let socket = mptcp_socket().unwrap();
    rustix::net::connect(&socket, &SocketAddr::from((LINK, PORT))).unwrap();
    both(socket, 5_000_011, 3_000_017, Calls::Plain);
}

pub(super) fn mptcp_refused() -> Option<String> {
    mptcp_socket().err().map(|error| format!("no Multipath TCP: {error}"))
}

fn mptcp_socket() -> rustix::io::Result<OwnedFd> {
    const IPPROTO_MPTCP: u32 = 262;
    let protocol = Protocol::from_raw(IPPROTO_MPTCP.try_into().expect("not 0"));
    rustix::net::socket(AddressFamily::INET, SocketType::STREAM, Some(protocol))
}
