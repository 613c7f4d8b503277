//! A process that does with sockets what a test tells it, a step at a time.
//!
//! It is the test program itself, started again: a test file that wants one has a test that calls [`run_if_asked`], and starts
//! it with [`Puppet::start`].

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{
    set_socket_linger, set_socket_recv_buffer_size, set_tcp_user_timeout, socket_acceptconn,
};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};

use crate::intruder::{self, Intruder};
use crate::netns::Netns;
use crate::ring::{Request, Ring};

const ROLE: &str = "NETMONITOR_TEST_PUPPET";
const ANSWER: &str = "puppet:";

/// Operations of `io_uring`.
const ACCEPT: u8 = 13;
const CLOSE: u8 = 19;
/// Of the first of them: whatever comes.
const ACCEPT_ALL: u16 = 1;

/// A process that does what it is told.
pub struct Puppet {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Puppet {
    /// Starts one in a namespace, by running the test of this name of the same test program.
    pub fn start(netns: &Netns, test: &str) -> Self {
        Self::start_as(netns, test, &std::env::current_exe().unwrap())
    }

    /// The same, where the test program is in this file.
    pub fn start_as(netns: &Netns, test: &str, program: &Path) -> Self {
        let mut command = netns.command(program);
        command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(ROLE, "1");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut puppet = Self { child, stdin, stdout: BufReader::new(stdout) };
        assert_eq!(puppet.answer(), "ready");
        puppet
    }

    /// Its PID.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Has it take a step; its answer: `ok`, or the name of an error.
    ///
    /// `listen PORT`, `listen6 PORT` (over IPv6), `unlisten`, `accept`, `connect ADDRESS PORT [MILLISECONDS]` (of `TCP_USER_TIMEOUT`), `connect-multipath` the same over MPTCP, `send BYTES`,
    /// `receive BYTES`, `end` (receives the other end's), `finish` (sends its own), `close`, `abort`, `bind PORT` (of UDP, with the smallest buffer),
    /// `datagrams ADDRESS PORT COUNT`, `run COMMAND`, `die`. By `io_uring`: `ring` and `ring polled` make a ring, `ring-accept` is one request,
    /// `ring-accepts COUNT` one for all of them, of which the first is used, `ring-keep` accepts to a place in the ring, and `ring-drop` closes that.
    /// `take PID` takes the listening socket of a process. `unix BACKLOG CLIENTS` listens on a UNIX socket, connects to it so often and accepts nobody;
    /// `netlink` listens to changes of addresses with the smallest buffer, and never reads; `frames INTERFACE COUNT` sends frames that nobody knows.
    /// `shrink` makes the receive buffer the smallest, `stall` receives and is held up in the middle of it until `go-on`, `sign ADDRESS` listens for signed requests
    /// of an address alone (TCP-MD5), `tap INTERFACE MBIT` makes an interface that carries so much, and takes what is sent over it.
    /// What intruders do: `scan ADDRESS FIRST LAST` tries ports one after the other, `sweep NETWORK FIRST LAST`
    /// sends a datagram to each host of a network, `0` being the last byte, `call ADDRESS PORT MILLISECONDS…` connects, again after each of these times, `associate ADDRESS PORT` connects
    /// UDP, `ask COUNT BYTES` sends datagrams over that, `packet INTERFACE` opens a packet socket, `promiscuous INTERFACE` has it take all frames, `filter` gives it a filter,
    /// `frame INTERFACE HEX` sends a frame, `echo ADDRESS COUNT MILLISECONDS` sends echo requests and keeps the socket, `inject ADDRESS PROTOCOL HEX` sends what follows the header of IP.
    pub fn act(&mut self, step: &str) -> String {
        self.tell(step);
        self.answer()
    }

    /// Has it begin a step that [`answer`](Self::answer) waits for.
    pub fn tell(&mut self, step: &str) {
        writeln!(self.stdin, "{step}").unwrap();
    }

    /// What it says at the end of a step.
    pub fn answer(&mut self) -> String {
        let mut line = String::new();
        while self.stdout.read_line(&mut line).unwrap() > 0 {
            // What the test harness prints may stand before it.
            if let Some((_, answer)) = line.split_once(ANSWER) {
                return answer.trim().to_owned();
            }
            line.clear();
        }
        "dead".to_owned()
    }
}

impl Drop for Puppet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes steps until standard input ends, if this process was started for that; else returns at once.
pub fn run_if_asked() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    println!("{ANSWER}ready");
    let mut limbs = Limbs::default();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let answer = match limbs.act(&words) {
            Ok(()) => "ok".to_owned(),
            Err(error) => format!("{:?}", error.kind()),
        };
        println!("{ANSWER}{answer}");
    }
    std::process::exit(0);
}

/// The connection of a descriptor that was just made.
fn stream_of(fd: usize) -> TcpStream {
    // SAFETY: the kernel just gave it to us.
    unsafe { TcpStream::from_raw_fd(fd.try_into().unwrap()) }
}

/// A connection, with the time limit that may stand behind the address.
fn connect(words: &[&str], address: &SocketAddrV4) -> std::io::Result<TcpStream> {
    let protocol = (words[0] != "connect").then_some(rustix::net::ipproto::MPTCP);
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, protocol)?;
    if let Some(timeout) = words.get(3) {
        set_tcp_user_timeout(&socket, timeout.parse().unwrap())?;
    }
    rustix::net::connect(&socket, address)?;
    Ok(socket.into())
}

/// The first socket of a process that listens.
fn listener_of(pid: i32) -> std::io::Result<TcpListener> {
    let process = pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty())?;
    // They have low numbers.
    let sockets = (0..100).filter_map(|fd| pidfd_getfd(&process, fd, PidfdGetfdFlags::empty()).ok());
    let mut listeners = sockets.filter(|socket| socket_acceptconn(socket).unwrap_or(false));
    listeners.next().map(Into::into).ok_or_else(|| std::io::ErrorKind::NotFound.into())
}

/// A listening UNIX socket, and connections to it that nobody accepts.
fn waiting(backlog: i32, clients: usize) -> std::io::Result<Vec<OwnedFd>> {
    let socket = || rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None);
    let address = SocketAddrUnix::new_abstract_name(format!("waiting-{}", std::process::id()).as_bytes())?;
    let listener = socket()?;
    rustix::net::bind(&listener, &address)?;
    rustix::net::listen(&listener, backlog)?;
    let mut all = vec![listener];
    for _ in 0..clients {
        all.push(socket()?);
        rustix::net::connect(all.last().unwrap(), &address)?;
    }
    Ok(all)
}

/// A socket that is told of changes of addresses and has hardly any room.
fn deaf_listener() -> std::io::Result<OwnedFd> {
    const RTMGRP_IPV4_IFADDR: u32 = 0x10;
    let socket = rustix::net::socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    set_socket_recv_buffer_size(&socket, 1)?;
    rustix::net::bind(&socket, &SocketAddrNetlink::new(0, RTMGRP_IPV4_IFADDR))?;
    Ok(socket)
}

#[derive(Default)]
struct Limbs {
    listener: Option<TcpListener>,
    stream: Option<TcpStream>,
    bound: Option<UdpSocket>,
    ring: Option<Ring>,
    /// Connections that are only held.
    held: Vec<TcpStream>,
    others: Vec<OwnedFd>,
    /// What holds it up while it receives.
    stalled: Option<OwnedFd>,
    intruder: Intruder,
}

impl Limbs {
    fn act(&mut self, words: &[&str]) -> std::io::Result<()> {
        let port = |place: usize| words[place].parse::<u16>().unwrap();
        let number = |place: usize| words[place].parse::<usize>().unwrap();
        let address = || SocketAddrV4::new(words[1].parse().unwrap(), port(2));
        match words[0] {
            "listen" => self.listener = Some(TcpListener::bind((Ipv4Addr::UNSPECIFIED, port(1)))?),
            "listen6" => self.listener = Some(TcpListener::bind((Ipv6Addr::UNSPECIFIED, port(1)))?),
            "unlisten" => self.listener = None,
            "accept" => self.stream = Some(self.listener.as_ref().unwrap().accept()?.0),
            "connect" | "connect-multipath" => self.stream = Some(connect(words, &address())?),
            "take" => self.listener = Some(listener_of(words[1].parse().unwrap())?),
            step if step.starts_with("ring") => self.act_by_ring(words)?,
            "unix" => self.others.extend(waiting(number(1) as i32, number(2))?),
            "shrink" => set_socket_recv_buffer_size(self.stream(), 1)?,
            "stall" => self.stalled = Some(crate::faults::stall(self.stream())?),
            "go-on" => self.stalled = None,
            "sign" => intruder::sign(self.listener.as_ref().unwrap(), words[1].parse().unwrap())?,
            "tap" => self.others.push(crate::tap::open(words[1], number(2) as u32)?),
            "netlink" => self.others.push(deaf_listener()?),
            "frames" => crate::traffic::unknown_frames(words[1], number(2)),
            "send" => self.stream().write_all(&vec![b'x'; number(1)])?,
            "receive" => self.stream().read_exact(&mut vec![0; number(1)])?,
            "splice" => {
                let (from, to) = rustix::pipe::pipe()?;
                let flags = rustix::pipe::SpliceFlags::empty();
                let moved = rustix::pipe::splice(self.stream(), None, &to, None, number(1), flags)?;
                assert_eq!(moved, number(1), "all of it had come");
                drop(from);
            }
            "end" => drop(self.stream().read(&mut [0])?),
            "finish" => self.stream().shutdown(Shutdown::Write)?,
            "close" => self.stream = None,
            "abort" => set_socket_linger(self.stream.take().unwrap(), Some(Duration::ZERO))?,
            "bind" => {
                let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port(1)))?;
                set_socket_recv_buffer_size(&socket, 1)?;
                self.bound = Some(socket);
            }
            "datagrams" => {
                let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
                for _ in 0..number(3) {
                    socket.send_to(&[b'x'; 100], address())?;
                }
            }
            "run" => {
                let done = Command::new("bash").args(["-c", &words[1..].join(" ")]).status()?;
                assert!(done.success(), "{words:?}");
            }
            "die" => std::process::abort(),
            step if intruder::has(step) => self.intruder.act(words)?,
            other => panic!("no such step: {other}"),
        }
        Ok(())
    }

    fn act_by_ring(&mut self, words: &[&str]) -> std::io::Result<()> {
        match words[0] {
            "ring" => self.ring = Some(if words.len() > 1 { Ring::polled()? } else { Ring::new()? }),
            "ring-accept" => self.stream = Some(stream_of(self.ring().run(self.accept(0, 0))?)),
            "ring-accepts" => {
                let first = self.ring().begin(self.accept(ACCEPT_ALL, 0)).result()?;
                let others = (1..words[1].parse::<usize>().unwrap())
                    .map(|_| self.ring().result().result().map(stream_of));
                self.held = others.collect::<Result<_, _>>()?;
                self.stream = Some(stream_of(first));
            }
            "ring-keep" => {
                self.ring().make_room(1)?;
                self.ring().run(self.accept(0, 1))?;
            }
            "ring-drop" => {
                self.ring().run(Request { opcode: CLOSE, place: 1, ..Request::default() })?;
            }
            other => panic!("no such step: {other}"),
        }
        Ok(())
    }

    fn ring(&self) -> &Ring {
        self.ring.as_ref().expect("a ring")
    }

    /// To accept, once or again and again, to a descriptor or to a place in the ring.
    fn accept(&self, priority: u16, place: u32) -> Request {
        let fd = self.listener.as_ref().unwrap().as_raw_fd();
        Request { opcode: ACCEPT, fd, priority, place, ..Request::default() }
    }

    fn stream(&mut self) -> &mut TcpStream {
        self.stream.as_mut().expect("a connection")
    }
}
