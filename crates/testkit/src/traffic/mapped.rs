//! Bytes that lie in memory shared with the kernel: TCP_ZEROCOPY_RECEIVE, and rings of packet sockets.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::mm::{MapFlags, ProtFlags, mmap};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType};

use super::bulk::{self, TOTAL};
use super::raw::{ETHERTYPE, packets};
use super::role::{received, sent};
use super::streams::{LINK, PORT, accept, connect};

/// `struct tcp_zerocopy_receive`, up to the length of what is copied.
#[repr(C)]
#[derive(Default)]
struct Zerocopy {
    address: u64,
    length: u32,
    recv_skip_hint: u32,
    inq: u32,
    err: i32,
    copybuf_address: u64,
    copybuf_len: i32,
    flags: u32,
}

/// Has segments carry 4,096 bytes each: headers of 52 bytes come with them.
fn fill_pages() {
    let mut ip = std::process::Command::new("ip");
    let status = ip.args(["link", "set", "veth0", "mtu", "4148"]).status().unwrap();
    assert!(status.success(), "ip link set: {status}");
}

/// Has the link carry segments as a wire would: the kernel cuts packets before they get to it.
pub(super) fn cut_before_the_link() {
    const SIOCETHTOOL: libc::Ioctl = 0x8946;
    const ETHTOOL_STSO: u32 = 0x1f;
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None).unwrap();
    let mut off = [ETHTOOL_STSO, 0];
    // SAFETY: a structure of numbers and pointers that may be null.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(*b"veth0") {
        *place = byte.cast_signed();
    }
    request.ifr_ifru.ifru_data = off.as_mut_ptr().cast();
    // SAFETY: the request names an interface and points to what the command takes.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), SIOCETHTOOL, &raw mut request) };
    assert_eq!(done, 0, "tso off: {}", std::io::Error::last_os_error());
}

/// Sends whole pages.
pub(super) fn pages_server() {
    fill_pages();
    bulk::splice_pages(accept((LINK, PORT)));
}

/// Receives without a copy where pages allow it. In turn the kernel may copy what does not fill a page, and may not.
pub(super) fn zerocopy_client() {
    fill_pages();
    let socket = &connect((LINK, PORT));
    const MAPPED: usize = 1 << 18;
    const WITHOUT_COPIES: libc::socklen_t = 24;
    let mut copies = vec![0_u8; 1 << 14];
    // SAFETY: the memory lies wherever there is room, and is used by the kernel only.
    let place =
        unsafe { mmap(std::ptr::null_mut(), MAPPED, ProtFlags::READ, MapFlags::SHARED, socket, 0).unwrap() };
    let (mut left, mut mapped, mut copied, mut number) = (TOTAL, 0, 0, 0);
    while left > 0 {
        poll(&mut [PollFd::new(&socket, PollFlags::IN)], None).unwrap();
        number += 1;
        let mut told = Zerocopy { address: place as u64, length: MAPPED as u32, ..Zerocopy::default() };
        let mut length = WITHOUT_COPIES;
        if number % 2 == 0 {
            (told.copybuf_address, told.copybuf_len) = (copies.as_mut_ptr() as u64, copies.len() as i32);
            length = size_of_val(&told) as libc::socklen_t;
        }
        let (fd, value) = (socket.as_fd().as_raw_fd(), (&raw mut told).cast());
        // SAFETY: the value is at least of this length, and names memory that is there.
        let got = unsafe {
            libc::getsockopt(fd, libc::IPPROTO_TCP, libc::TCP_ZEROCOPY_RECEIVE, value, &raw mut length)
        };
        assert_eq!(got, 0, "TCP_ZEROCOPY_RECEIVE: {}", std::io::Error::last_os_error());
        let copy = if number % 2 == 0 { usize::try_from(told.copybuf_len).unwrap() } else { 0 };
        (mapped, copied) = (mapped + told.length as usize, copied + copy);
        left -= received(told.length as usize + copy);
        // What it could not, it says how much that is.
        let skipped = (told.recv_skip_hint as usize).min(copies.len()).min(left);
        if skipped > 0 {
            let read = rustix::net::recv(socket, &mut copies[..skipped], RecvFlags::empty()).unwrap().1;
            left -= received(read);
        }
    }
    assert!(mapped > 0 && copied > 0, "{mapped} mapped and {copied} copied");
}

/// A packet socket on the loopback interface that receives frames in a ring, and a socket of AF_XDP.
pub fn sockets_with_rings() -> [OwnedFd; 2] {
    let packet = packets("lo", ETHERTYPE);
    set(&packet, libc::PACKET_RX_RING, &[4096, 4, 2048, 8]);
    let xdp = rustix::net::socket(AddressFamily::XDP, SocketType::RAW, None).unwrap();
    [packet, xdp]
}

/// Sends a frame to such a packet socket, and receives it with another one that has no ring.
pub fn send_a_frame() -> OwnedFd {
    let socket = packets("lo", ETHERTYPE);
    let mut frame = [0x5a; 60];
    frame[..12].fill(0);
    frame[12..14].copy_from_slice(&ETHERTYPE.to_be_bytes());
    assert_eq!(rustix::net::send(&socket, &frame, SendFlags::empty()), Ok(frame.len()));
    let (_, length) = rustix::net::recv(&socket, &mut [0; 2048], RecvFlags::empty()).unwrap();
    assert_eq!(length, frame.len());
    socket
}

/// Sets an option of a packet socket.
fn set(socket: &OwnedFd, name: libc::c_int, value: &[u32]) {
    let (fd, length) = (socket.as_raw_fd(), size_of_val(value) as libc::socklen_t);
    // SAFETY: the value is of this length.
    let set = unsafe { libc::setsockopt(fd, libc::SOL_PACKET, name, value.as_ptr().cast(), length) };
    assert_eq!(set, 0, "{name}: {}", std::io::Error::last_os_error());
}

/// Sends frames that lie in a ring.
pub(super) fn ring_client() {
    const FRAMES: usize = 200;
    /// Frames in the ring, each with its header.
    const ROOM: usize = 16;
    const FRAME: usize = 2048;
    /// `struct tpacket2_hdr`.
    const HEADER: usize = 32;
    const SEND_REQUEST: u32 = 1;
    let socket = packets("veth0", 0);
    set(&socket, libc::PACKET_VERSION, &[1]);
    set(&socket, libc::PACKET_TX_RING, &[FRAME as u32 * 2, ROOM as u32 / 2, FRAME as u32, ROOM as u32]);
    // SAFETY: the memory lies wherever there is room.
    let ring = unsafe {
        let both = ProtFlags::READ | ProtFlags::WRITE;
        mmap(std::ptr::null_mut(), ROOM * FRAME, both, MapFlags::SHARED, &socket, 0).unwrap()
    };
    for number in 0..FRAMES {
        let length = 60 + number * 37 % 1455;
        let mut frame = vec![0x5a; length];
        frame[..6].fill(0xff);
        frame[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
        frame[12..14].copy_from_slice(&ETHERTYPE.to_be_bytes());
        let place = ring.cast::<u8>().wrapping_add(number % ROOM * FRAME);
        // SAFETY: the place is one of the ring's, which nobody uses now: what was in it has been sent.
        unsafe {
            std::ptr::copy_nonoverlapping(frame.as_ptr(), place.add(HEADER), length);
            place.cast::<u32>().add(1).write_volatile(length as u32);
            place.cast::<u32>().write_volatile(SEND_REQUEST);
        }
        // What the call is given is nothing; it sends what the ring has, and says how much that was.
        let moved = rustix::net::send(&socket, &[], SendFlags::empty()).unwrap();
        assert_eq!(sent(moved), length);
    }
}
