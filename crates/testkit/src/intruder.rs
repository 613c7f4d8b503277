//! What intruders do with sockets, as steps of a [puppet](crate::puppet).

use std::io::{Error, Result};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

/// The steps.
const STEPS: [&str; 10] =
    ["scan", "sweep", "call", "associate", "ask", "packet", "promiscuous", "filter", "frame", "echo"];

/// `ETH_P_ALL`, as the kernel takes it.
const ALL_FRAMES: u16 = 0x0003_u16.to_be();

/// Whether there is such a step.
pub(crate) fn has(step: &str) -> bool {
    STEPS.contains(&step) || step == "inject"
}

/// The sockets that it keeps.
#[derive(Default)]
pub(crate) struct Intruder {
    datagrams: Option<UdpSocket>,
    packet: Option<OwnedFd>,
    raw: Option<OwnedFd>,
}

impl Intruder {
    pub(crate) fn act(&mut self, words: &[&str]) -> Result<()> {
        let number = |place: usize| words[place].parse::<u64>().unwrap();
        let port = |place: usize| words[place].parse::<u16>().unwrap();
        let address = || words[1].parse::<Ipv4Addr>().unwrap();
        let milliseconds = |word: &str| std::thread::sleep(Duration::from_millis(word.parse().unwrap()));
        match words[0] {
            "scan" => (port(2)..=port(3)).for_each(|port| drop(TcpStream::connect((address(), port)))),
            "sweep" => {
                let [first, second, third, _] = address().octets();
                let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
                for host in number(2)..=number(3) {
                    // What is not known yet waits for an answer.
                    let _ = socket.send_to(b"x", (Ipv4Addr::new(first, second, third, host as u8), 9));
                }
            }
            "call" => {
                for pause in &words[3..] {
                    drop(TcpStream::connect((address(), port(2)))?);
                    milliseconds(pause);
                }
            }
            "associate" => {
                let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
                socket.connect((address(), port(2)))?;
                self.datagrams = Some(socket);
            }
            "ask" => {
                let socket = self.datagrams.as_ref().expect("it is associated");
                for _ in 0..number(1) {
                    // Nobody need be there.
                    let _ = socket.send(&vec![b'x'; number(2) as usize]);
                }
            }
            "packet" => self.packet = Some(packet_socket(words[1])?),
            "promiscuous" => join_promiscuous(self.packet.as_ref().expect("a packet socket"), words[1])?,
            "filter" => filter(self.packet.as_ref().expect("a packet socket"))?,
            "frame" => {
                rustix::io::write(packet_socket(words[1])?, &bytes(words[2]))?;
            }
            "echo" => {
                const ICMP: i32 = 1;
                let socket = raw_socket(ICMP)?;
                for _ in 0..number(2) {
                    // Type 8; the checksum of a message that has nothing else is the complement of that.
                    send(&socket, &[8, 0, 0xf7, 0xff, 0, 0, 0, 0], address())?;
                    milliseconds(words[3]);
                }
                self.raw = Some(socket);
            }
            _ => send(&raw_socket(number(2) as i32)?, &bytes(words[3]), address())?,
        }
        Ok(())
    }
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().chunks(2).map(|two| str::from_utf8(two).unwrap());
    digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect()
}

/// A socket that sends what follows the header of IP.
fn raw_socket(protocol: libc::c_int) -> Result<OwnedFd> {
    // SAFETY: a new socket.
    owned(unsafe { libc::socket(libc::AF_INET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, protocol) })
}

fn owned(fd: libc::c_int) -> Result<OwnedFd> {
    match fd {
        // SAFETY: the kernel just gave it to us.
        0.. => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(Error::last_os_error()),
    }
}

fn send(socket: &OwnedFd, bytes: &[u8], address: Ipv4Addr) -> Result<()> {
    rustix::net::sendto(socket, bytes, rustix::net::SendFlags::empty(), &SocketAddrV4::new(address, 0))?;
    Ok(())
}

fn number_of(interface: &str) -> Result<libc::c_int> {
    let name = std::ffi::CString::new(interface).unwrap();
    // SAFETY: a text that ends.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(Error::last_os_error()),
        number => Ok(number as libc::c_int),
    }
}

/// A socket that sees all frames of an interface.
fn packet_socket(interface: &str) -> Result<OwnedFd> {
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
    // SAFETY: a new socket.
    let socket = owned(unsafe { libc::socket(libc::AF_PACKET, kind, ALL_FRAMES.into()) })?;
    // SAFETY: all zeros are an address of no interface.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = ALL_FRAMES;
    address.sll_ifindex = number_of(interface)?;
    let length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: an address of this length.
    match unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) } {
        0 => Ok(socket),
        _ => Err(Error::last_os_error()),
    }
}

/// `struct tcp_md5sig` (`include/uapi/linux/tcp.h`).
#[repr(C)]
struct Signature {
    address: libc::sockaddr_storage,
    flags: u8,
    prefix_length: u8,
    key_length: u16,
    ifindex: libc::c_int,
    key: [u8; 80],
}

/// Takes requests of an address only if they are signed.
pub(crate) fn sign(listener: &impl AsRawFd, address: Ipv4Addr) -> Result<()> {
    // SAFETY: all zeros are an address of no family, and no key.
    let mut signature: Signature = unsafe { std::mem::zeroed() };
    // SAFETY: any address fits into this.
    let place = unsafe { &mut *(&raw mut signature.address).cast::<libc::sockaddr_in>() };
    place.sin_family = libc::AF_INET as u16;
    place.sin_addr.s_addr = u32::from(address).to_be();
    (signature.key_length, signature.key[0]) = (1, b'k');
    set(listener, libc::IPPROTO_TCP, libc::TCP_MD5SIG, &signature)
}

fn set<T>(socket: &impl AsRawFd, level: libc::c_int, option: libc::c_int, value: &T) -> Result<()> {
    let length = size_of::<T>() as libc::socklen_t;
    // SAFETY: a value of this length.
    match unsafe { libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const *value).cast(), length) } {
        0 => Ok(()),
        _ => Err(Error::last_os_error()),
    }
}

fn join_promiscuous(socket: &OwnedFd, interface: &str) -> Result<()> {
    // SAFETY: all zeros are a request for no interface.
    let mut request: libc::packet_mreq = unsafe { std::mem::zeroed() };
    request.mr_ifindex = number_of(interface)?;
    request.mr_type = libc::PACKET_MR_PROMISC as u16;
    set(socket, libc::SOL_PACKET, libc::PACKET_ADD_MEMBERSHIP, &request)
}

/// Lets only frames through whose bytes 30 to 33 are a secret.
fn filter(socket: &OwnedFd) -> Result<()> {
    let instruction = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    // Load a word, compare it, take all or nothing.
    let mut program = [
        instruction(0x20, 0, 0, 30),
        instruction(0x15, 0, 1, 0x5552_1234),
        instruction(0x06, 0, 0, 0x0004_0000),
        instruction(0x06, 0, 0, 0),
    ];
    let filter = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    set(socket, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &filter)
}
