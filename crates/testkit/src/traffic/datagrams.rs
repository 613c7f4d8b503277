//! Datagrams: rounds of so many questions and so many answers. A round ends before the next begins, and fits into
//! a receive buffer, so none is lost.

use std::io::{IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::net::{RecvAncillaryBuffer, RecvFlags, SendAncillaryBuffer, SendFlags, SocketAddrAny};

use super::role::{ready, received, sent};
use super::streams::{LINK, PORT};

/// Of the client over a link.
pub(super) const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// Of the client over a link.
pub(super) const CLIENT6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
const CLIENT_PORT: u16 = 4799;

const LARGEST: usize = 65_536;
/// Of the buffer that is too short for what comes.
const SHORT: usize = 100;

/// The system calls with which datagrams are moved.
#[derive(Clone, Copy)]
pub(super) enum Calls {
    /// `sendto` and `recvfrom`; the socket is not connected.
    To,
    /// `send` and `recv`.
    Plain,
    /// `write` and `read`.
    Files,
    /// `sendmsg` and `recvmsg`, with two buffers.
    Messages,
    /// `sendmmsg` and `recvmmsg`.
    Many,
    /// `recv` with MSG_PEEK before the real `recv`.
    Peek,
    /// `recv` into a buffer that is too short, with MSG_TRUNC every other time.
    Short,
}

/// What is asked and answered.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub(super) rounds: usize,
    /// Datagrams of the client in a round.
    pub(super) asked: usize,
    /// Length of one, by its number.
    pub(super) ask_length: fn(usize) -> usize,
    /// Datagrams of the server in a round.
    pub(super) answered: usize,
    /// Length of one, by its number.
    pub(super) answer_length: fn(usize) -> usize,
}

/// 48 rounds of 8 and 8, some longer than a frame.
pub(super) const PLAN: Plan = Plan {
    rounds: 48,
    asked: 8,
    ask_length: |number| 1 + number * 797 % 5000,
    answered: 8,
    answer_length: |number| 1 + number * 401 % 1500,
};

/// 10,000 small ones.
pub(super) const SMALL: Plan = Plan {
    rounds: 200,
    asked: 50,
    ask_length: |number| 1 + number % 64,
    answered: 1,
    answer_length: |number| 1 + number % 64,
};

/// 300 of which all but the first are longer than the buffer of 100 bytes.
pub(super) const CUT: Plan = Plan {
    rounds: 30,
    asked: 10,
    ask_length: |number| 100 + number * 3,
    answered: 1,
    answer_length: |number| 1 + number % 50,
};

/// A socket for datagrams, and where they go.
pub(super) struct Datagrams {
    pub(super) socket: OwnedFd,
    pub(super) peer: Option<SocketAddrAny>,
    pub(super) calls: Calls,
}

impl Datagrams {
    /// Sends what the plan has for a client and receives the answers.
    pub(super) fn ask(&mut self, plan: &Plan) {
        for round in 0..plan.rounds {
            self.send(round * plan.asked, plan.asked, plan.ask_length);
            self.receive(round * plan.answered, plan.answered);
        }
    }

    /// Receives what the plan has for a client and sends the answers.
    pub(super) fn answer(&mut self, plan: &Plan) {
        for round in 0..plan.rounds {
            self.receive(round * plan.asked, plan.asked);
            self.send(round * plan.answered, plan.answered, plan.answer_length);
        }
    }

    fn send(&self, first: usize, count: usize, length: fn(usize) -> usize) {
        let bytes = vec![0x5a; LARGEST];
        if matches!(self.calls, Calls::Many) {
            let lengths = (first..first + count).map(length).collect::<Vec<_>>();
            return self.send_many(&lengths, bytes);
        }
        let flags = SendFlags::empty();
        for number in first..first + count {
            let part = &bytes[..length(number)];
            let moved = match self.calls {
                Calls::To => {
                    rustix::net::sendto(&self.socket, part, flags, self.peer.as_ref().expect("a peer"))
                }
                Calls::Files => rustix::io::write(&self.socket, part),
                Calls::Messages => {
                    let (one, other) = part.split_at(part.len() / 3);
                    let parts = [IoSlice::new(one), IoSlice::new(other)];
                    rustix::net::sendmsg(&self.socket, &parts, &mut SendAncillaryBuffer::default(), flags)
                }
                Calls::Plain | Calls::Many | Calls::Peek | Calls::Short => {
                    rustix::net::send(&self.socket, part, flags)
                }
            };
            assert_eq!(sent(moved.unwrap()), part.len());
        }
    }

    fn receive(&mut self, first: usize, count: usize) {
        if matches!(self.calls, Calls::Many) {
            return self.receive_many(count);
        }
        let mut bytes = vec![0; LARGEST];
        let flags = RecvFlags::empty();
        for number in first..first + count {
            let moved = match self.calls {
                Calls::To => {
                    let (_, length, peer) = rustix::net::recvfrom(&self.socket, &mut bytes, flags).unwrap();
                    self.peer = peer;
                    length
                }
                Calls::Files => rustix::io::read(&self.socket, &mut bytes).unwrap(),
                Calls::Messages => {
                    let (one, other) = bytes.split_at_mut(7);
                    let mut parts = [IoSliceMut::new(one), IoSliceMut::new(other)];
                    let mut control = RecvAncillaryBuffer::default();
                    rustix::net::recvmsg(&self.socket, &mut parts, &mut control, flags).unwrap().bytes
                }
                Calls::Peek => {
                    let peeked = rustix::net::recv(&self.socket, &mut bytes, RecvFlags::PEEK).unwrap().1;
                    let length = rustix::net::recv(&self.socket, &mut bytes, flags).unwrap().1;
                    assert_eq!(peeked, length);
                    length
                }
                Calls::Short => {
                    let flags = if number % 2 == 1 { RecvFlags::TRUNC } else { flags };
                    rustix::net::recv(&self.socket, &mut bytes[..SHORT], flags).unwrap().1
                }
                Calls::Plain | Calls::Many => rustix::net::recv(&self.socket, &mut bytes, flags).unwrap().1,
            };
            received(moved);
        }
    }

    fn send_many(&self, lengths: &[usize], mut bytes: Vec<u8>) {
        let mut buffers = Vec::from_iter(
            lengths.iter().map(|&iov_len| libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len }),
        );
        let mut messages = Vec::from_iter(buffers.iter_mut().map(message));
        let mut done = 0;
        while done < messages.len() {
            let rest = &mut messages[done..];
            let count = rest.len().try_into().unwrap();
            // SAFETY: so many messages are there, whose buffers live as long, and are no longer than `bytes`.
            let now = unsafe { libc::sendmmsg(self.socket.as_raw_fd(), rest.as_mut_ptr(), count, 0) };
            let now = usize::try_from(now).unwrap_or_else(|_| panic!("{}", std::io::Error::last_os_error()));
            rest[..now].iter().for_each(|message| _ = sent(message.msg_len as usize));
            done += now;
        }
    }

    fn receive_many(&self, count: usize) {
        let mut bytes = vec![[0_u8; 8192]; count];
        let mut buffers = Vec::from_iter(
            bytes.iter_mut().map(|one| libc::iovec { iov_base: one.as_mut_ptr().cast(), iov_len: one.len() }),
        );
        let mut messages = Vec::from_iter(buffers.iter_mut().map(message));
        let mut done = 0;
        while done < count {
            let rest = &mut messages[done..];
            let (length, socket) = (rest.len().try_into().unwrap(), self.socket.as_raw_fd());
            let (flags, forever) = (libc::MSG_WAITFORONE, std::ptr::null_mut());
            // SAFETY: so many messages are there, whose buffers live as long.
            let now = unsafe { libc::recvmmsg(socket, rest.as_mut_ptr(), length, flags, forever) };
            let now = usize::try_from(now).unwrap_or_else(|_| panic!("{}", std::io::Error::last_os_error()));
            rest[..now].iter().for_each(|message| _ = received(message.msg_len as usize));
            done += now;
        }
    }
}

fn message(buffer: &mut libc::iovec) -> libc::mmsghdr {
    // SAFETY: a structure of numbers and pointers that may be null.
    let mut message: libc::mmsghdr = unsafe { std::mem::zeroed() };
    message.msg_hdr.msg_iov = buffer;
    message.msg_hdr.msg_iovlen = 1;
    message
}

/// The socket of a UDP server, after readiness was told.
pub(super) fn server(
    server: impl Into<IpAddr>,
    port: u16,
    client: impl Into<IpAddr>,
    calls: Calls,
) -> Datagrams {
    let datagrams = udp((server.into(), port).into(), (client.into(), CLIENT_PORT).into(), calls);
    ready();
    datagrams
}

/// The socket of a UDP client.
pub(super) fn client(
    server: impl Into<IpAddr>,
    port: u16,
    client: impl Into<IpAddr>,
    calls: Calls,
) -> Datagrams {
    udp((client.into(), CLIENT_PORT).into(), (server.into(), port).into(), calls)
}

fn udp(own: SocketAddr, peer: SocketAddr, calls: Calls) -> Datagrams {
    let socket = UdpSocket::bind(own).unwrap();
    if !matches!(calls, Calls::To) {
        socket.connect(peer).unwrap();
    }
    Datagrams { socket: socket.into(), peer: Some(peer.into()), calls }
}

/// Over the link, between the usual ports.
pub(super) fn link_server(plan: &Plan, calls: Calls) {
    server(LINK, PORT, CLIENT, calls).answer(plan);
}

/// Over the link, between the usual ports.
pub(super) fn link_client(plan: &Plan, calls: Calls) {
    client(LINK, PORT, CLIENT, calls).ask(plan);
}
