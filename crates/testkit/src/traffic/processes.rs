//! Many processes, processes that share a socket, and threads.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

use rustix::net::RecvFlags;

use super::role::{end, fork, ready, received, report, sent, wait};
use super::streams::{Calls, LOOPBACK, PORT, accept, connect, receive, send};

const PROCESSES: usize = 1_000;
const AT_ONCE: usize = 16;

pub(super) fn short_lived_server() {
    let socket = UdpSocket::bind((LOOPBACK, PORT)).unwrap();
    // All datagrams may come before the first is read.
    rustix::net::sockopt::set_socket_recv_buffer_size_force(&socket, 8 << 20).unwrap();
    ready();
    for _ in 0..PROCESSES {
        received(rustix::net::recv(&socket, &mut [0; 2048], RecvFlags::empty()).unwrap().1);
    }
}

/// Processes that send one datagram each, all of different lengths.
pub(super) fn short_lived_client() {
    for number in 0..PROCESSES {
        if number >= AT_ONCE {
            wait(None);
        }
        fork(|| {
            let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
            let server = SocketAddr::from((LOOPBACK, PORT));
            sent(socket.send_to(&vec![0x5a; number + 1], server).unwrap());
            // So long it lives on.
            std::thread::sleep(Duration::from_millis(2));
        });
    }
    for _ in 0..AT_ONCE {
        wait(None);
    }
}

/// How many connections each child accepts.
const WORKERS: [usize; 4] = [4, 8, 12, 16];
const REQUEST: usize = 10_007;
const ANSWER: usize = 30_011;

/// Children accept on one listening socket, so that which is served by whom is up to the kernel.
pub(super) fn forked_server() {
    let listener = TcpListener::bind((LOOPBACK, PORT)).unwrap();
    let worker = |connections| {
        for _ in 0..connections {
            let stream = listener.accept().unwrap().0;
            receive(&stream, REQUEST, Calls::Files);
            send(&stream, ANSWER, Calls::Files);
        }
    };
    let children = WORKERS.map(|connections| fork(|| worker(connections)));
    ready();
    for child in children {
        wait(Some(child));
    }
}

pub(super) fn forked_client() {
    for _ in 0..WORKERS.iter().sum() {
        let stream = connect((LOOPBACK, PORT));
        send(&stream, REQUEST, Calls::Files);
        receive(&stream, ANSWER, Calls::Files);
    }
}

const BY_LEADER: usize = 100_003;
const BY_SECOND: usize = 200_003;
const AFTER_LEADER: usize = 300_007;
const ANEW: usize = 400_009;

pub(super) fn thread_server() {
    let listener = TcpListener::bind((LOOPBACK, PORT)).unwrap();
    ready();
    receive(listener.accept().unwrap().0, BY_LEADER + BY_SECOND + AFTER_LEADER, Calls::Plain);
    let stream = listener.accept().unwrap().0;
    receive(&stream, ANEW, Calls::Plain);
    send(&stream, ANEW, Calls::Plain);
}

/// The first thread of a process sends, then a second one, then one that outlives the first, over the same
/// connection and over one of its own.
pub(super) fn thread_client() {
    // The first thread of this process is the test harness's.
    wait(Some(fork(|| {
        let stream = connect((LOOPBACK, PORT));
        send(&stream, BY_LEADER, Calls::Plain);
        std::thread::scope(|threads| {
            threads.spawn(|| send(&stream, BY_SECOND, Calls::Plain));
        });
        std::thread::spawn(move || {
            while !leader_has_ended() {
                std::thread::yield_now();
            }
            send(stream, AFTER_LEADER, Calls::Plain);
            let stream = connect((LOOPBACK, PORT));
            send(&stream, ANEW, Calls::Plain);
            receive(&stream, ANEW, Calls::Plain);
            drop(stream);
            report();
            end(0);
        });
        // SAFETY: ends this thread alone; what it owns is not used by the other.
        unsafe { libc::syscall(libc::SYS_exit, 0) };
    })));
}

fn leader_has_ended() -> bool {
    let stat = std::fs::read_to_string(format!("/proc/self/task/{}/stat", std::process::id())).unwrap();
    stat.rsplit_once(')').expect("a name in brackets").1.starts_with(" Z")
}

const RING: usize = 2_000_003;

pub(super) fn ring_server() {
    let stream = accept((LOOPBACK, PORT));
    receive(&stream, RING, Calls::Plain);
    send(&stream, RING, Calls::Plain);
}

/// The connection over which a ring sends and receives so many bytes.
pub(super) fn ring_client() -> (std::net::TcpStream, usize) {
    (connect((LOOPBACK, PORT)), RING)
}
