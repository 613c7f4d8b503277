//! UNIX sockets of every type, with names in the abstract namespace, which is the network namespace's own.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketAddrUnix, SocketFlags, SocketType,
};

use super::datagrams::{self, Datagrams, PLAN};
use super::role::{fork, ready, received, sent, wait};
use super::streams::{self, Calls, LOOPBACK, PORT};

fn name(part: &str) -> SocketAddrUnix {
    SocketAddrUnix::new_abstract_name(format!("netmonitor traffic {part}").as_bytes()).unwrap()
}

fn bound(kind: SocketType, part: &str) -> OwnedFd {
    let socket = rustix::net::socket(AddressFamily::UNIX, kind, None).unwrap();
    rustix::net::bind(&socket, &name(part)).unwrap();
    socket
}

fn pair(kind: SocketType) -> (OwnedFd, OwnedFd) {
    rustix::net::socketpair(AddressFamily::UNIX, kind, SocketFlags::CLOEXEC, None).unwrap()
}

/// The first connection, after readiness was told.
pub(super) fn accept() -> OwnedFd {
    let socket = bound(SocketType::STREAM, "server");
    rustix::net::listen(&socket, 1).unwrap();
    ready();
    rustix::net::accept(&socket).unwrap()
}

pub(super) fn connect() -> OwnedFd {
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
    rustix::net::connect(&socket, &name("server")).unwrap();
    socket
}

pub(super) fn datagram_server() {
    let socket = bound(SocketType::DGRAM, "server");
    ready();
    Datagrams { socket, peer: None, calls: datagrams::Calls::To }.answer(&PLAN);
}

pub(super) fn datagram_client() {
    let socket = bound(SocketType::DGRAM, "client");
    Datagrams { socket, peer: Some(name("server").into()), calls: datagrams::Calls::To }.ask(&PLAN);
}

/// A pair, one end for a child.
pub(super) fn packets() {
    let (here, there) = pair(SocketType::SEQPACKET);
    let datagrams = |socket| Datagrams { socket, peer: None, calls: datagrams::Calls::Messages };
    let child = fork(|| datagrams(there).answer(&PLAN));
    datagrams(here).ask(&PLAN);
    wait(Some(child));
}

const BEFORE: usize = 300_007;
const AFTER: usize = 400_009;
const ANSWER: usize = 200_003;

pub(super) fn passed_server() {
    let stream = streams::accept((LOOPBACK, PORT));
    streams::receive(&stream, BEFORE + AFTER, Calls::Plain);
    streams::send(&stream, ANSWER, Calls::Plain);
}

/// Sends over a connection and gives it to a child, which goes on with it.
pub(super) fn passed_client() {
    let (here, there) = pair(SocketType::STREAM);
    let child = fork(|| {
        let stream = take(there);
        streams::send(&stream, AFTER, Calls::Plain);
        streams::receive(&stream, ANSWER, Calls::Plain);
    });
    let stream = streams::connect((LOOPBACK, PORT));
    streams::send(&stream, BEFORE, Calls::Plain);
    give(here, stream);
    wait(Some(child));
}

fn give(socket: OwnedFd, stream: TcpStream) {
    let (fds, mut space) = ([stream.as_fd()], [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))]);
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&fds)));
    sent(rustix::net::sendmsg(&socket, &[IoSlice::new(b"x")], &mut control, SendFlags::empty()).unwrap());
    drop((socket, stream));
}

fn take(socket: OwnedFd) -> OwnedFd {
    let (mut space, mut byte) = ([MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))], [0; 1]);
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let got =
        rustix::net::recvmsg(&socket, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::empty());
    received(got.unwrap().bytes);
    let passed = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
        _ => None,
    });
    passed.expect("a descriptor was passed")
}
