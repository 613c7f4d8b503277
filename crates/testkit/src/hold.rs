//! A process that holds sockets of every kind, for as long as a test wants it.
//!
//! The process is the test program itself, started again in a role: a test file that wants one has a test
//! that calls [`run_if_asked`], and starts it with [`Holder::start`].

use std::io::{BufRead, BufReader, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, ChildStdin, Command, Stdio};

use rustix::net::{
    AddressFamily, Protocol, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketType,
};

use crate::hostile;
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
    /// the sockets are there. `what` names sockets: `tcp`, `udp`, `raw`, `ping`, each of both families, `busy` for
    /// connections with traffic, `lossy` for one to port 4700 that a test may make lose packets, `shared` for a
    /// listening socket that a child holds too, `passes` for one to port 4702 that a child was given, `calls` for datagram
    /// sockets connected to 192.0.2.1 to 192.0.2.9, `mptcp`, `unix`, `netlink`, `packet`, `hostile` for UNIX sockets
    /// with names as in [`hostile`], by one of which the process is called then.
    pub fn start(netns: Option<&Netns>, test: &str, what: &str) -> Self {
        let program = std::env::current_exe().unwrap();
        let command = netns.map_or_else(|| Command::new(&program), |netns| netns.command(&program));
        Self::start_by(command, test, what)
    }

    /// Starts one as a container is run: in PID, mount and network namespaces of its own, with its own `/proc`. Its
    /// PID is that of the process that made them, and whose only child it is. Needs root, `unshare` and `ip`.
    pub fn start_contained(test: &str, what: &str) -> Self {
        let mut command = Command::new("unshare");
        command.args(["--pid", "--mount", "--net", "--fork", "--mount-proc", "--kill-child"]);
        command.args(["sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]);
        command.arg(std::env::current_exe().unwrap());
        Self::start_by(command, test, what)
    }

    /// The first child that one of its threads has.
    pub fn child(&self) -> u32 {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        let children = |thread: std::io::Result<std::fs::DirEntry>| {
            std::fs::read_to_string(thread.unwrap().path().join("children")).unwrap_or_default()
        };
        let children = threads.map(children).collect::<Vec<_>>().join(" ");
        children.split_whitespace().next().expect("it has a child").parse().unwrap()
    }

    /// Starts one by a command that runs this test program.
    pub fn start_by(mut command: Command, test: &str, what: &str) -> Self {
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
            "busy" => kept.busy(),
            "lossy" => kept.lossy(),
            "shared" => kept.shared(),
            "passes" => kept.passes(),
            "calls" => kept.calls(),
            "receives" => kept.receives(),
            "mptcp" => kept.mptcp(),
            "unix" => kept.unix(),
            "hostile" => kept.hostile(),
            "netlink" => kept.link_layer(AddressFamily::NETLINK, 0),
            "packet" => kept.link_layer(AddressFamily::PACKET, ETH_P_ALL),
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
    children: Vec<Child>,
}

/// `ETH_P_ALL` in network byte order.
const ETH_P_ALL: u32 = 0x0300;

impl Kept {
    /// Datagram sockets that are connected to port 443 of 192.0.2.1 to 192.0.2.9, and send nothing.
    fn calls(&mut self) {
        for host in 1..=9 {
            let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
            socket.connect((Ipv4Addr::new(192, 0, 2, host), 443)).unwrap();
            self.datagrams.push(socket);
        }
    }

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

    /// For each family: a transfer that was read, one that nobody reads, with little room, and a listening socket
    /// whose accept queue is full.
    fn busy(&mut self) {
        const MEGABYTE: usize = 1 << 20;
        for address in addresses() {
            let listener = TcpListener::bind(address).unwrap();
            let connect = || TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (client, server) = (connect(), listener.accept().unwrap().0);
            let (mut sender, mut reader) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let reading = std::thread::spawn(move || reader.read_exact(&mut vec![0; MEGABYTE]).unwrap());
            sender.write_all(&vec![1; MEGABYTE]).unwrap();
            reading.join().unwrap();
            (&server).write_all(b"answer").unwrap();
            let (writing, stalled) = (connect(), listener.accept().unwrap().0);
            rustix::net::sockopt::set_socket_recv_buffer_size(&stalled, 4096).unwrap();
            writing.set_nonblocking(true).unwrap();
            while (&writing).write(&[2; 65536]).is_ok() {}
            self.streams.extend([client, server, writing, stalled]);
            let full = rustix::net::socket(family_of(address), SocketType::STREAM, None).unwrap();
            rustix::net::bind(&full, &address).unwrap();
            rustix::net::listen(&full, 1).unwrap();
            let full = TcpListener::from(full);
            for _ in 0..2 {
                self.streams.push(TcpStream::connect(full.local_addr().unwrap()).unwrap());
            }
            self.listeners.extend([listener, full]);
        }
    }

    /// A transfer to port 4700.
    fn lossy(&mut self) {
        let listener = TcpListener::bind("127.0.0.1:4700").unwrap();
        let (client, server) = (TcpStream::connect("127.0.0.1:4700").unwrap(), listener.accept().unwrap().0);
        let (mut sender, mut reader) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let reading = std::thread::spawn(move || reader.read_exact(&mut [0; 300_000]).unwrap());
        sender.write_all(&[3; 300_000]).unwrap();
        reading.join().unwrap();
        self.streams.extend([client, server]);
        self.listeners.push(listener);
    }

    /// A listening socket that a child holds as its standard output.
    fn shared(&mut self) {
        let listener = TcpListener::bind("127.0.0.1:4701").unwrap();
        let copy: OwnedFd = listener.try_clone().unwrap().into();
        // It ends with this process, when its input does.
        let mut child = Command::new("cat");
        child.stdin(Stdio::piped()).stdout(copy).stderr(Stdio::null());
        self.children.push(child.spawn().unwrap());
        self.listeners.push(listener);
    }

    /// A listening socket that is given to a child over a UNIX socket, and not kept.
    fn passes(&mut self) {
        let listener = TcpListener::bind("127.0.0.1:4702").unwrap();
        let (here, there) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(std::env::args_os().skip(1)).env(ROLE, "receives");
        child.stdin(OwnedFd::from(there)).stdout(Stdio::null());
        self.children.push(child.spawn().unwrap());
        let (fds, mut space) =
            ([listener.as_fd()], [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))]);
        let mut control = SendAncillaryBuffer::new(&mut space);
        assert!(control.push(SendAncillaryMessage::ScmRights(&fds)));
        rustix::net::sendmsg(&here, &[IoSlice::new(b"x")], &mut control, SendFlags::empty()).unwrap();
        (&here).read_exact(&mut [0; 1]).unwrap();
        // The child ends when its input does.
        self.sockets.push(here.into());
    }

    /// What another process gives over standard input.
    fn receives(&mut self) {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let (input, mut byte) = (std::io::stdin(), [0; 1]);
        rustix::net::recvmsg(&input, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::empty())
            .unwrap();
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(fds) = message {
                self.sockets.extend(fds);
            }
        }
        assert_eq!(self.sockets.len(), 1);
        rustix::io::write(&input, &byte).unwrap();
    }

    /// A Multipath TCP connection with its listening socket.
    fn mptcp(&mut self) {
        const IPPROTO_MPTCP: u32 = 262;
        let socket = || {
            let protocol = Protocol::from_raw(IPPROTO_MPTCP.try_into().unwrap());
            rustix::net::socket(AddressFamily::INET, SocketType::STREAM, Some(protocol)).unwrap()
        };
        let (listening, client) = (socket(), socket());
        rustix::net::bind(&listening, &addresses()[0]).unwrap();
        rustix::net::listen(&listening, 5).unwrap();
        let address = rustix::net::getsockname(&listening).unwrap();
        rustix::net::connect(&client, &address).unwrap();
        let server = rustix::net::accept(&listening).unwrap();
        rustix::io::write(&client, b"hello").unwrap();
        rustix::io::read(&server, &mut [0; 5]).unwrap();
        self.sockets.extend([listening, client, server]);
    }

    /// A pair, a listening socket with a connection in its queue, an abstract datagram socket.
    fn unix(&mut self) {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
        let (one, other) = UnixStream::pair().unwrap();
        (&one).write_all(b"unread").unwrap();
        let name = |kind: &str| {
            SocketAddr::from_abstract_name(format!("netmonitor {kind} {}", std::process::id())).unwrap()
        };
        let listener = UnixListener::bind_addr(&name("stream")).unwrap();
        let waiting = UnixStream::connect_addr(&name("stream")).unwrap();
        let datagram = UnixDatagram::bind_addr(&name("datagram")).unwrap();
        self.sockets.extend([one.into(), other.into(), listener.into(), waiting.into(), datagram.into()]);
    }

    /// UNIX sockets with hostile names, in the file system below the temporary folder and beside it.
    fn hostile(&mut self) {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::{SocketAddr, UnixListener};
        // The name of the process is that of its first thread.
        std::fs::write("/proc/self/comm", hostile::SHORT).unwrap();
        // A name beside the file system may have any bytes.
        let with_bytes = [hostile::NAME.as_bytes(), b"\n\0\xff\x9b31m"].concat();
        for name in [hostile::NAME.as_bytes(), &with_bytes] {
            let address = SocketAddr::from_abstract_name(name).unwrap();
            self.sockets.push(UnixListener::bind_addr(&address).unwrap().into());
        }
        let file = std::env::temp_dir().join(hostile::NAME);
        self.sockets.push(UnixListener::bind(file).unwrap().into());
    }

    fn link_layer(&mut self, family: AddressFamily, protocol: u32) {
        let protocol = protocol.try_into().ok().map(Protocol::from_raw);
        let socket = rustix::net::socket(family, SocketType::RAW, protocol).unwrap();
        if family == AddressFamily::NETLINK {
            // One that was never bound is in no list.
            rustix::net::bind(&socket, &rustix::net::netlink::SocketAddrNetlink::new(0, 0)).unwrap();
        }
        self.sockets.push(socket);
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

impl Drop for Kept {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn family_of(address: SocketAddr) -> AddressFamily {
    if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 }
}

fn addresses() -> [SocketAddr; 2] {
    [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()]
}
