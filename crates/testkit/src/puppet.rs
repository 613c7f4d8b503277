//! A process that does with sockets what a test tells it, a step at a time.
//!
//! It is the test program itself, started again: a test file that wants one has a test that calls [`run_if_asked`], and starts
//! it with [`Puppet::start`].

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size, set_tcp_user_timeout};
use rustix::net::{AddressFamily, SocketType};

use crate::netns::Netns;

const ROLE: &str = "NETMONITOR_TEST_PUPPET";
const ANSWER: &str = "puppet:";

/// A process that does what it is told.
pub struct Puppet {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Puppet {
    /// Starts one in a namespace, by running the test of this name of the same test program.
    pub fn start(netns: &Netns, test: &str) -> Self {
        let mut command = netns.command(std::env::current_exe().unwrap());
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
    /// `listen PORT`, `listen6 PORT` (over IPv6), `unlisten`, `accept`, `connect ADDRESS PORT [MILLISECONDS]` (of `TCP_USER_TIMEOUT`), `send BYTES`,
    /// `receive BYTES`, `end` (receives the other end's), `finish` (sends its own), `close`, `abort`, `bind PORT` (of UDP, with the smallest buffer),
    /// `datagrams ADDRESS PORT COUNT`, `run COMMAND`, `die`.
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

/// A socket that sends what follows the header of IP.
fn raw_socket(protocol: libc::c_int) -> std::io::Result<OwnedFd> {
    let protocol = u32::try_from(protocol).ok().and_then(std::num::NonZeroU32::new);
    let protocol = protocol.map(rustix::net::Protocol::from_raw);
    Ok(rustix::net::socket(AddressFamily::INET, SocketType::RAW, protocol)?)
}

#[derive(Default)]
struct Limbs {
    listener: Option<TcpListener>,
    stream: Option<TcpStream>,
    bound: Option<UdpSocket>,
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
            "connect" => {
                let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
                if let Some(timeout) = words.get(3) {
                    set_tcp_user_timeout(&socket, timeout.parse().unwrap())?;
                }
                rustix::net::connect(&socket, &address())?;
                self.stream = Some(socket.into());
            }
            "send" => self.stream().write_all(&vec![b'x'; number(1)])?,
            "receive" => self.stream().read_exact(&mut vec![0; number(1)])?,
            "splice" => {
                let (from, to) = rustix::pipe::pipe()?;
                let flags = rustix::pipe::SpliceFlags::empty();
                let moved = rustix::pipe::splice(self.stream(), None, &to, None, number(1), flags)?;
                assert_eq!(moved, number(1), "all of it had come");
                drop(from);
            }
            "inject" => {
                let socket = raw_socket(number(2) as libc::c_int)?;
                let address = SocketAddrV4::new(words[1].parse().unwrap(), 0);
                let digits = words[3].as_bytes().chunks(2).map(|two| str::from_utf8(two).unwrap());
                let bytes: Vec<u8> = digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect();
                rustix::net::sendto(&socket, &bytes, rustix::net::SendFlags::empty(), &address)?;
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
            other => panic!("no such step: {other}"),
        }
        Ok(())
    }

    fn stream(&mut self) -> &mut TcpStream {
        self.stream.as_mut().expect("a connection")
    }
}
