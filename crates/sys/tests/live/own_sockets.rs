//! Sockets asked through duplicates of descriptors, compared with what a dump tells of them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use netmonitor_sys::Target;
use netmonitor_sys::netlink::*;
use netmonitor_sys::own_sockets::{self, *};
use rustix::io::Errno;
use rustix::net::sockopt::{self, socket_cookie};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::process::{Pid, PidfdFlags, getpid, pidfd_open};
use rustix::thread::gettid;

use crate::child::Role;
use crate::message::{INET, Message, descriptor, inet_sockets, inode, messages, u32_at};
use crate::{is_root, proc, skip};

const V4: AddressFamily = AddressFamily::INET;
const V6: AddressFamily = AddressFamily::INET6;
const ADDRESSES: [&str; 2] = ["127.0.0.1:0", "[::1]:0"];

/// `INET_DIAG_*`.
const INFO: u16 = 2;
const CONG: u16 = 4;
const SKMEMINFO: u16 = 7;

fn all() -> Extensions {
    Extensions(0xff)
}

fn own() -> OwnedFd {
    pidfd_open(getpid(), PidfdFlags::empty()).unwrap()
}

fn ask(
    sockets: &mut OwnSockets,
    process: BorrowedFd<'_>,
    descriptors: &[Descriptor],
    depth: Depth,
) -> (Asked, Vec<Message>) {
    let mut bytes = Vec::new();
    let asked =
        sockets.ask(process, descriptors, all(), depth, &mut |messages| bytes.extend_from_slice(messages));
    assert_eq!(asked.bytes, bytes.len() as u64);
    let messages = messages(&bytes, |kind| if kind == OTHER_SOCKET { 32 } else { INET });
    assert_eq!(asked.messages, messages.len() as u64);
    (asked, messages)
}

/// What this process's own descriptors tell, asked for the first time; all must be there.
fn asked_anew(descriptors: &[Descriptor]) -> Vec<Message> {
    let (asked, messages) = ask(&mut OwnSockets::default(), own().as_fd(), descriptors, Depth::Whole);
    assert_eq!((asked.outcome, asked.gone, asked.refused), (own_sockets::Outcome::Done, 0, 0));
    messages
}

fn asked_once(socket: impl AsFd) -> Message {
    let [message] = &asked_anew(&[descriptor(socket)])[..] else { panic!("one message") };
    message.clone()
}

/// Without what cannot be known by asking: the timer; and what a clock moves: milliseconds since the last
/// data and acknowledgement.
fn comparable(message: &Message) -> Message {
    let mut message = message.clone();
    message.body[2] = 0;
    message.body[52..56].fill(0);
    if let Some(info) = message.attributes.get_mut(&INFO).filter(|info| info.len() > 60) {
        info[44..60].fill(0);
    }
    message
}

/// Asks and dumps until nothing has moved between two askings, and compares what both tell: the structure
/// and every attribute that both have.
fn same_as_dumped(socket: impl AsFd, family: AddressFamily, protocol: Protocol) -> Message {
    let descriptor = descriptor(socket);
    let mut netlink = Netlink::open(Subsystem::SockDiag).unwrap();
    for _ in 0..100 {
        let ask = || comparable(&asked_anew(&[descriptor])[0]);
        let before = ask();
        let dumped = inet_sockets(&mut netlink, &inet(family, protocol, ALL_STATES, all()));
        let asked = ask();
        let Some(dumped) = dumped.iter().find(|message| message.inode() == descriptor.inode).map(comparable)
        else {
            panic!("not listed: {asked:?}");
        };
        if before != asked {
            continue;
        }
        assert_eq!((asked.kind, &asked.body), (dumped.kind, &dumped.body), "state {}", dumped.state());
        for (attribute, value) in &asked.attributes {
            if let Some(dumped) = dumped.attributes.get(attribute) {
                assert_eq!(value, dumped, "attribute {attribute}, state {}", asked.state());
            }
        }
        let both = |attribute: &u16| {
            asked.attributes.contains_key(attribute) && dumped.attributes.contains_key(attribute)
        };
        assert!(both(&SKMEMINFO));
        assert_eq!(both(&INFO) && both(&CONG), protocol == Protocol::TCP);
        return asked;
    }
    panic!("the socket does not come to rest");
}

#[test]
fn tcp_is_told_as_in_a_dump() {
    for (family, address) in [V4, V6].into_iter().zip(ADDRESSES) {
        let same = |socket: BorrowedFd<'_>| same_as_dumped(socket, family, Protocol::TCP);
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (mut client, server) = (TcpStream::connect(address).unwrap(), listener.accept().unwrap().0);
        let waiting = TcpStream::connect(address).unwrap();
        client.write_all(b"unread").unwrap();
        let told = same(listener.as_fd());
        assert_eq!((told.state(), told.queues().0), (10, 1));
        assert!(told.queues().1 >= 128);
        let told = same(server.as_fd());
        assert_eq!((told.state(), told.queues()), (1, (6, 0)));
        assert_eq!(told.body[4..6], address.port().to_be_bytes());
        same(client.as_fd());

        // The end counts as a byte until it is read.
        let mut ended = listener.accept().unwrap().0;
        for (client, server, unread) in [(&client, &server, 7), (&waiting, &ended, 1)] {
            client.shutdown(std::net::Shutdown::Write).unwrap();
            await_state(server, 8);
            assert_eq!(same(server.as_fd()).queues().0, unread);
            await_state(client, 5);
            same(client.as_fd());
        }
        assert_eq!(ended.read(&mut [0; 1]).unwrap(), 0);
        assert_eq!(same(ended.as_fd()).queues().0, 0);
    }
}

/// Returns when a socket has a state: what the kernel does by itself takes its time.
fn await_state(socket: impl AsFd, state: u8) {
    let end = Instant::now() + Duration::from_secs(20);
    while asked_once(socket.as_fd()).state() != state {
        assert!(Instant::now() < end, "state {state} is not reached");
        std::thread::yield_now();
    }
}

#[test]
fn a_connection_that_is_not_answered_has_a_peer() {
    let listener = rustix::net::socket(V4, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&listener, &"127.0.0.1:0".parse::<SocketAddr>().unwrap()).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let address = SocketAddr::try_from(rustix::net::getsockname(&listener).unwrap()).unwrap();
    let connect = |_| {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = rustix::net::socket_with(V4, SocketType::STREAM, flags, None).unwrap();
        assert_eq!(rustix::net::connect(&socket, &address), Err(Errno::INPROGRESS));
        socket
    };
    // The queue has room for one.
    let sockets: Vec<_> = (0..3).map(connect).collect();
    let last = &sockets[2];
    let told = asked_once(last);
    assert_eq!((told.state(), told.queues()), (2, (0, 1)), "SYN_SENT");
    assert_eq!(told.body[6..8], address.port().to_be_bytes());
    same_as_dumped_but_for_retransmissions(last);
}

/// The timer runs, so that everything else is compared.
fn same_as_dumped_but_for_retransmissions(socket: &OwnedFd) {
    let mut netlink = Netlink::open(Subsystem::SockDiag).unwrap();
    let dumped = inet_sockets(&mut netlink, &inet(V4, Protocol::TCP, ALL_STATES, all()));
    let dumped = dumped.iter().find(|message| message.inode() == inode(socket)).unwrap();
    let (mut asked, mut dumped) = (comparable(&asked_once(socket)), comparable(dumped));
    (asked.body[3], dumped.body[3]) = (0, 0);
    assert_eq!(asked.body, dumped.body);
}

#[test]
fn udp_is_told_as_in_a_dump() {
    for (family, address) in [V4, V6].into_iter().zip(ADDRESSES) {
        let same = |socket: &UdpSocket| same_as_dumped(socket, family, Protocol::UDP);
        let bound = UdpSocket::bind(address).unwrap();
        let connected = UdpSocket::bind(address).unwrap();
        connected.connect(bound.local_addr().unwrap()).unwrap();
        connected.send(&[0; 100]).unwrap();
        let told = same(&bound);
        assert_eq!(told.state(), 7);
        assert!(told.queues().0 >= 100);
        let told = same(&connected);
        assert_eq!(told.state(), 1);
        assert_eq!(told.body[6..8], bound.local_addr().unwrap().port().to_be_bytes());
        assert_eq!(told.attributes[&ATTR_TYPE], 2u32.to_ne_bytes());
        assert_eq!(told.attributes[&ATTR_PROTOCOL], 17u32.to_ne_bytes());
    }
}

#[test]
fn what_no_dump_has_is_told_too() {
    let never_bound = rustix::net::socket(V6, SocketType::STREAM, None).unwrap();
    let told = asked_once(&never_bound);
    assert_eq!((told.state(), told.inode(), told.body[0]), (7, inode(&never_bound), 10));
    assert_eq!(told.attributes[&10], [6]);
    let netns = Netlink::open(Subsystem::SockDiag).unwrap().netns_cookie();
    assert_eq!(told.attributes.get(&ATTR_NETNS).cloned(), netns.map(|cookie| cookie.to_ne_bytes().to_vec()));
    if !is_root() {
        return skip("raw sockets need root");
    }
    let protocol = rustix::net::Protocol::from_raw(253.try_into().unwrap());
    let raw = rustix::net::socket(V4, SocketType::RAW, Some(protocol)).unwrap();
    let told = asked_once(&raw);
    assert_eq!((told.state(), told.body[4..6].to_vec()), (7, 253u16.to_be_bytes().to_vec()));
    assert_eq!(told.attributes[&ATTR_TYPE], 3u32.to_ne_bytes());
}

#[test]
fn multipath_tcp_is_told_by_its_long_number() {
    let mptcp = Some(rustix::net::ipproto::MPTCP);
    let Ok(socket) = rustix::net::socket(V4, SocketType::STREAM, mptcp) else {
        return skip("no MPTCP");
    };
    rustix::net::bind(&socket, &"127.0.0.1:0".parse::<SocketAddr>().unwrap()).unwrap();
    rustix::net::listen(&socket, 5).unwrap();
    let address = SocketAddr::try_from(rustix::net::getsockname(&socket).unwrap()).unwrap();
    let client = rustix::net::socket(V4, SocketType::STREAM, mptcp).unwrap();
    rustix::net::connect(&client, &address).unwrap();
    let [listening, connected] = &asked_anew(&[descriptor(&socket), descriptor(&client)])[..] else {
        panic!("two messages")
    };
    assert_eq!((listening.state(), listening.queues()), (10, (1, 5)));
    assert_eq!((connected.state(), &connected.body[6..8]), (1, &address.port().to_be_bytes()[..]));
    for told in [listening, connected] {
        assert_eq!(told.attributes[&ATTR_PROTOCOL], 262u32.to_ne_bytes());
        assert!(!told.attributes.contains_key(&10), "which has one byte");
    }
}

#[test]
fn other_families_give_a_message_of_our_own() {
    let (one, mut other) = UnixStream::pair().unwrap();
    other.write_all(b"12345").unwrap();
    let address = rustix::net::SocketAddrUnix::new_abstract_name(
        format!("netmonitor test {}", std::process::id()).as_bytes(),
    )
    .unwrap();
    let listening = rustix::net::socket(AddressFamily::UNIX, SocketType::SEQPACKET, None).unwrap();
    rustix::net::bind(&listening, &address).unwrap();
    rustix::net::listen(&listening, 1).unwrap();
    let netlink = rustix::net::socket(AddressFamily::NETLINK, SocketType::RAW, None).unwrap();
    rustix::net::bind(&netlink, &rustix::net::netlink::SocketAddrNetlink::new(0, 0)).unwrap();
    let sockets = [one.as_fd(), listening.as_fd(), netlink.as_fd()];
    let told = asked_anew(&sockets.map(descriptor));
    for (told, socket) in told.iter().zip(sockets) {
        assert_eq!(told.kind, OTHER_SOCKET);
        assert_eq!(told.body[16..24], inode(socket).to_ne_bytes());
        assert_eq!(told.body[24..32], socket_cookie(socket).unwrap().to_ne_bytes());
        assert_eq!(u32_at(&told.body, 8), rustix::process::geteuid().as_raw());
        assert!(told.attributes[&ATTR_SKMEMINFO].len() >= 36);
    }
    let [unix, listening, netlink] = &told[..] else { panic!("three messages") };
    let heads = [unix, listening, netlink].map(|told| u32_at(&told.body, 0));
    assert_eq!(heads, [1 | 1 << 16, 1 | 5 << 16, 16 | 3 << 16]);
    assert_eq!([unix, listening].map(|told| u32_at(&told.body, 12)), [0, 1]);
    assert_eq!(u32_at(&unix.attributes[&ATTR_QUEUES], 0), 5);
    assert_eq!(u32_at(&unix.attributes[&ATTR_PEER_CREDENTIALS], 0), std::process::id());
    assert_eq!(unix.attributes[&ATTR_PEER], 1u16.to_ne_bytes());
    let name = &listening.attributes[&ATTR_LOCAL];
    assert_eq!(name[2..], [b"\0", address.abstract_name().unwrap()].concat());
    assert_eq!(u32_at(&netlink.attributes[&ATTR_LOCAL], 0), 16);
}

#[test]
fn another_process_is_asked_through_its_pidfd() {
    let mut child = Role::start("listen", "");
    let [inode] = child.numbers();
    let target = Target::find(&proc(), &child.pid().to_string()).unwrap();
    let descriptors = sockets_of(child.pid());
    assert!(descriptors.iter().any(|descriptor| descriptor.inode == inode));
    let (asked, told) = ask(&mut OwnSockets::default(), target.pidfd().unwrap(), &descriptors, Depth::Whole);
    assert_eq!(asked.outcome, own_sockets::Outcome::Done);
    let told = told.iter().find(|message| message.kind != OTHER_SOCKET && message.inode() == inode).unwrap();
    let mut netlink = Netlink::open(Subsystem::SockDiag).unwrap();
    let dumped = inet_sockets(&mut netlink, &inet(V4, Protocol::TCP, ALL_STATES, all()));
    let dumped = dumped.iter().find(|message| message.inode() == inode).unwrap();
    assert_eq!(comparable(told).body, comparable(dumped).body);
    child.kill_to_zombie();
    let (asked, _) = ask(&mut OwnSockets::default(), target.pidfd().unwrap(), &descriptors, Depth::Whole);
    assert_eq!((asked.outcome, asked.messages), (own_sockets::Outcome::Ended, 0));
}

/// Descriptors of a process that are sockets, as its links tell.
fn sockets_of(pid: u32) -> Vec<Descriptor> {
    let of = |entry: std::fs::DirEntry| {
        let link = std::fs::read_link(entry.path()).ok()?;
        let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()?;
        Some(Descriptor { fd: entry.file_name().to_str()?.parse().ok()?, inode })
    };
    std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().filter_map(|entry| of(entry.unwrap())).collect()
}

#[test]
fn a_process_whose_leader_has_exited_is_asked_through_a_thread() {
    let mut child = Role::start("leader-exits", "");
    let [inode] = child.numbers();
    let pid = child.pid();
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let numbers = threads.map(|entry| entry.unwrap().file_name().to_str().unwrap().parse::<u32>().unwrap());
    let tid = numbers.filter(|&tid| tid != pid).max().unwrap();
    let descriptors: Vec<_> = (0..64).map(|fd| Descriptor { fd, inode }).collect();
    let process = pidfd_open(Pid::from_raw(pid.cast_signed()).unwrap(), PidfdFlags::empty()).unwrap();
    let (asked, _) = ask(&mut OwnSockets::default(), process.as_fd(), &descriptors, Depth::Whole);
    assert_eq!(asked.outcome, own_sockets::Outcome::Ended);
    let thread = match open_thread(tid) {
        Ok(thread) => thread,
        Err(Errno::INVAL) => return skip("threads have no pidfd before Linux 6.9"),
        Err(errno) => panic!("{errno}"),
    };
    let (asked, told) = ask(&mut OwnSockets::default(), thread.as_fd(), &descriptors, Depth::Whole);
    assert_eq!((asked.outcome, asked.messages, asked.gone), (own_sockets::Outcome::Done, 1, 63));
    assert_eq!((told[0].inode(), told[0].state()), (inode, 10));
    assert!(open_thread(0).is_err());
    open_thread(Pid::as_raw(Some(gettid())).cast_unsigned()).unwrap();
}

#[test]
fn who_may_not_trace_a_process_is_denied() {
    if !is_root() {
        return skip("becoming another user needs root");
    }
    let mut child = Role::start("ask-as-nobody", &std::process::id().to_string());
    assert_eq!(child.line(), "Denied 0");
}

#[test]
fn a_descriptor_that_was_replaced_is_not_taken_for_the_old_one() {
    let (first, second) = (UdpSocket::bind(ADDRESSES[0]).unwrap(), UdpSocket::bind(ADDRESSES[0]).unwrap());
    let seen = descriptor(&first);
    let pidfd = own();
    let mut sockets = OwnSockets::default();
    let mut counts = |descriptors: &[Descriptor]| {
        let (asked, _) = ask(&mut sockets, pidfd.as_fd(), descriptors, Depth::Whole);
        assert_eq!(asked.outcome, own_sockets::Outcome::Done);
        (asked.messages, asked.gone)
    };
    assert_eq!(counts(&[seen]), (1, 0));
    let mut first = OwnedFd::from(first);
    rustix::io::dup2(&second, &mut first).unwrap();
    assert_eq!(counts(&[seen]), (0, 1), "another socket");
    assert_eq!(counts(&[Descriptor { inode: inode(&second), ..seen }]), (1, 0));
    let file = std::fs::File::open("/dev/null").unwrap();
    rustix::io::dup2(&file, &mut first).unwrap();
    assert_eq!(counts(&[seen, descriptor(&second)]), (1, 1), "no socket");
    assert_eq!(
        counts(&[Descriptor { inode: inode(&file), ..seen }]),
        (0, 1),
        "of the right inode, but no socket"
    );
    assert_eq!(counts(&[Descriptor { fd: 1_000_000, inode: 1 }]), (0, 1), "closed");
}

#[test]
fn a_pending_error_stays_pending() {
    let address = TcpListener::bind(ADDRESSES[0]).unwrap().local_addr().unwrap();
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(V4, SocketType::STREAM, flags, None).unwrap();
    let refused = rustix::net::connect(&socket, &address);
    assert!(matches!(refused, Err(Errno::INPROGRESS | Errno::CONNREFUSED)));
    if refused == Err(Errno::INPROGRESS) {
        asked_once(&socket);
        assert_eq!(sockopt::socket_error(&socket).unwrap(), Err(Errno::CONNREFUSED));
    }
    let datagrams = UdpSocket::bind(ADDRESSES[0]).unwrap();
    datagrams.connect(address).unwrap();
    datagrams.send(b"to nobody").unwrap();
    asked_once(&datagrams);
    assert_eq!(sockopt::socket_error(&datagrams).unwrap(), Err(Errno::CONNREFUSED));
}

#[test]
fn what_moves_is_told_with_what_is_remembered() {
    let listener = TcpListener::bind(ADDRESSES[0]).unwrap();
    let address = listener.local_addr().unwrap();
    let (mut client, server) = (TcpStream::connect(address).unwrap(), listener.accept().unwrap().0);
    let descriptors = [descriptor(&client), descriptor(&server), descriptor(&listener)];
    let (pidfd, mut sockets) = (own(), OwnSockets::default());
    let mut told = |depth| {
        let (asked, messages) = ask(&mut sockets, pidfd.as_fd(), &descriptors, depth);
        assert_eq!((asked.messages, asked.gone), (3, 0));
        messages.iter().map(comparable).collect::<Vec<_>>()
    };
    let first = told(Depth::Moving);
    assert_eq!(first[0].body, told(Depth::Whole)[0].body);
    client.write_all(b"more").unwrap();
    let [moving, whole] = [told(Depth::Moving), told(Depth::Whole)];
    for (moving, whole) in moving.iter().zip(&whole) {
        assert_eq!(moving.body, whole.body);
        assert!(moving.attributes.keys().eq(whole.attributes.keys()));
    }
    assert_eq!(moving[1].queues().0, 4);

    // The same socket, connected elsewhere.
    let other = TcpListener::bind(ADDRESSES[0]).unwrap();
    disconnect(&client);
    rustix::net::connect(&client, &other.local_addr().unwrap()).unwrap();
    let moving = told(Depth::Moving);
    assert_eq!(moving[0].body[6..8], other.local_addr().unwrap().port().to_be_bytes());
    assert_eq!(moving[0].body[40..48], first[0].body[40..48], "the cookie stays");
}

/// Takes a socket's peer away.
fn disconnect(socket: impl AsFd) {
    rustix::net::connect_unspec(socket).unwrap();
}
