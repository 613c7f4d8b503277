//! A process that holds sockets of every kind, for as long as a test wants it.
//!
//! The process is the test program itself, started again in a role: a test file that wants one has a test
//! that calls [`run_if_asked`], and starts it with [`Holder::start`].

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdin, Command, Stdio};

use rustix::net::{AddressFamily, Protocol, SocketType};

use crate::netns::Netns;

const ROLE: &str = "NETMONITOR_TEST_HOLD";
const READY: &str = "holding";

/// A process that holds sockets.
pub struct Holder {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Holder {
    /// Starts one in the namespace, by running the test of this name of the same test program; returns when
    /// the sockets are there. `what` names sockets: `tcp`, `udp`, `raw`, `ping`, each of both families.
    pub fn start(netns: Option<&Netns>, test: &str, what: &str) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut command = netns.map_or_else(|| Command::new(&program), |netns| netns.command(&program));
        command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(ROLE, what);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let ready =
            BufReader::new(child.stdout.take().unwrap()).lines().any(|line| line.unwrap().contains(READY));
        assert!(ready, "the process ended before it held {what}");
        Self { child, stdin }
    }

    /// Its PID.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it with SIGKILL and waits for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // Killed while it still waits, it prints nothing more.
        self.kill();
        drop(self.stdin.take());
    }
}

/// Holds sockets until standard input ends, if this process was started for that; else returns at once.
pub fn run_if_asked() {
    let Ok(what) = std::env::var(ROLE) else { return };
    let mut kept = Kept::default();
    for word in what.split(' ') {
        match word {
            "tcp" => kept.tcp(),
            "udp" => kept.udp(),
            "raw" => kept.raw(),
            "ping" => kept.ping(),
            number => kept.many(number.parse().expect("a kind of socket or a number of connections")),
        }
    }
    println!("{READY} {what}");
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

#[derive(Default)]
struct Kept {
    listeners: Vec<TcpListener>,
    streams: Vec<TcpStream>,
    datagrams: Vec<UdpSocket>,
    sockets: Vec<OwnedFd>,
}

impl Kept {
    /// For each family: a listening socket, a connection with unread data, one closed by its other end, one
    /// that waits to be accepted, and one in TIME_WAIT.
    fn tcp(&mut self) {
        for address in addresses() {
            let listener = TcpListener::bind(address).unwrap();
            let address = listener.local_addr().unwrap();
            let connect = || TcpStream::connect(address).unwrap();
            let (client, server) = (connect(), listener.accept().unwrap().0);
            (&client).write_all(b"unread").unwrap();
            self.streams.extend([client, server]);
            let (half, closed) = (connect(), listener.accept().unwrap().0);
            drop(closed);
            // Zero bytes: the end has come, so the socket is in CLOSE_WAIT.
            assert_eq!((&half).read(&mut [0; 1]).unwrap(), 0);
            self.streams.push(half);
            let (first, mut second) = (connect(), listener.accept().unwrap().0);
            drop(first);
            assert_eq!(second.read(&mut [0; 1]).unwrap(), 0);
            self.streams.push(connect());
            self.listeners.push(listener);
        }
    }

    /// For each family: a bound socket that dropped datagrams, and one connected to it.
    fn udp(&mut self) {
        for address in addresses() {
            let bound = UdpSocket::bind(address).unwrap();
            rustix::net::sockopt::set_socket_recv_buffer_size(&bound, 2304).unwrap();
            let connected = UdpSocket::bind(address).unwrap();
            connected.connect(bound.local_addr().unwrap()).unwrap();
            for _ in 0..30 {
                connected.send(&[0; 500]).unwrap();
            }
            self.datagrams.extend([bound, connected]);
        }
    }

    /// For each family: a raw socket of a protocol for experiments; needs CAP_NET_RAW.
    fn raw(&mut self) {
        const EXPERIMENT: u32 = 253;
        self.datagram_like(SocketType::RAW, [EXPERIMENT, EXPERIMENT]);
    }

    /// For each family: a ping socket; needs `ping_group_range`.
    fn ping(&mut self) {
        const ICMP: u32 = 1;
        const ICMPV6: u32 = 58;
        self.datagram_like(SocketType::DGRAM, [ICMP, ICMPV6]);
    }

    fn datagram_like(&mut self, kind: SocketType, protocols: [u32; 2]) {
        let families = [AddressFamily::INET, AddressFamily::INET6];
        for ((family, protocol), address) in families.into_iter().zip(protocols).zip(addresses()) {
            let protocol = Protocol::from_raw(protocol.try_into().unwrap());
            let socket = rustix::net::socket(family, kind, Some(protocol)).unwrap();
            rustix::net::bind(&socket, &address).unwrap();
            self.sockets.push(socket);
        }
    }

    /// So many connections over loopback, both ends of each.
    fn many(&mut self, connections: usize) {
        let mut listener = None;
        for number in 0..connections {
            // One port has some 28,000 connections to give.
            if number % 20_000 == 0 {
                listener = Some(TcpListener::bind(addresses()[0]).unwrap());
            }
            let listening = listener.as_ref().expect("made for the first connection");
            let client = TcpStream::connect(listening.local_addr().unwrap()).unwrap();
            self.streams.extend([client, listening.accept().unwrap().0]);
            if number % 20_000 == 19_999 {
                self.listeners.extend(listener.take());
            }
        }
        self.listeners.extend(listener);
    }
}

fn addresses() -> [SocketAddr; 2] {
    [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()]
}
