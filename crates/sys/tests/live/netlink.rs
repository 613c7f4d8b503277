//! The kernel's lists over netlink, compared with what the test itself has made.

use std::collections::{HashMap, HashSet};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use netmonitor_sys::netlink::*;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::sockopt::socket_cookie;
use rustix::net::{AddressFamily, SocketType};
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::message::{collect, inet_sockets, inode, messages, u16_at, u32_at};
use crate::{is_root, skip};

const V4: AddressFamily = AddressFamily::INET;
const V6: AddressFamily = AddressFamily::INET6;

fn diag() -> Netlink {
    Netlink::open(Subsystem::SockDiag).unwrap()
}

fn tcp(family: AddressFamily) -> Request {
    inet(family, Protocol::TCP, ALL_STATES, Extensions::INFO | Extensions::SKMEMINFO | Extensions::CONG)
}

/// The bytes of a list, if this kernel has it.
fn listed(netlink: &mut Netlink, request: &Request) -> Option<Vec<u8>> {
    let (dump, bytes) = collect(netlink, request);
    match dump.outcome {
        Outcome::Done => Some(bytes),
        Outcome::Unsupported => {
            println!("not offered here: {request:?}");
            None
        }
        _ => panic!("{dump:?} {request:?}"),
    }
}

/// Whether a message has this number somewhere in its structure.
fn holds(messages: &[crate::message::Message], number: u32) -> bool {
    messages.iter().any(|message| message.body.chunks(4).any(|word| word == number.to_ne_bytes()))
}

#[test]
fn both_families_of_tcp_come_in_one_pass() {
    let listeners = ["127.0.0.1:0", "[::1]:0"].map(|address| TcpListener::bind(address).unwrap());
    let mut netlink = diag();
    let bytes = listed(&mut netlink, &tcp_of_both(ALL_STATES, Extensions::SKMEMINFO)).unwrap();
    let mut decoder = procnet::diag::inet::TCP.decoder(procnet::Endian::NATIVE);
    decoder.feed(&bytes);
    let table = decoder.finish();
    let table: &procnet::Table<procnet::diag::DiagSocket> = table.as_any().downcast_ref().unwrap();
    for listener in &listeners {
        let inode = inode(listener);
        let found: Vec<_> = table.iter().filter(|row| row.socket.inode == inode).collect();
        let [row] = found[..] else { panic!("{} rows of {inode}", found.len()) };
        let address = listener.local_addr().unwrap();
        assert_eq!((row.socket.local_address, row.socket.local_port), (address.ip(), address.port()));
        // What it dropped came with it, and what TCP tells did not.
        assert_eq!(row.socket.drops, Some(0));
        assert!(row.detail(&table.texts).connection().is_none());
    }
}

#[test]
fn every_family_of_sockets_is_listed() {
    let mut netlink = diag();
    for (family, address) in [(V4, "127.0.0.1:0"), (V6, "[::1]:0")] {
        let (listener, datagrams) = (TcpListener::bind(address).unwrap(), UdpSocket::bind(address).unwrap());
        let udp = inet(family, Protocol::UDP, ALL_STATES, Extensions::NONE);
        for (request, inode) in [(tcp(family), inode(&listener)), (udp, inode(&datagrams))] {
            let sockets = inet_sockets(&mut netlink, &request);
            assert_eq!(sockets.iter().filter(|socket| socket.inode() == inode).count(), 1);
            assert!(
                sockets
                    .iter()
                    .all(|socket| socket.kind == 20 && u16::from(socket.body[0]) == family.as_raw())
            );
        }
    }
    let pair = UnixStream::pair().unwrap();
    let sockets = messages(&listed(&mut netlink, &unix(ALL_STATES, UnixShow::ALL)).unwrap(), |_| 16);
    let peers: HashMap<_, _> = sockets
        .iter()
        .map(|socket| (u32_at(&socket.body, 4), socket.attributes.get(&2).map(|peer| u32_at(peer, 0))))
        .collect();
    let [one, other] = [inode(&pair.0), inode(&pair.1)].map(|inode| inode as u32);
    assert_eq!((peers[&one], peers[&other]), (Some(other), Some(one)));
    if let Some(bytes) = listed(&mut netlink, &netlink_sockets(NetlinkShow::ALL)) {
        let sockets = messages(&bytes, |_| 28);
        assert!(sockets.iter().any(|socket| u16::from(socket.body[0]) == AddressFamily::NETLINK.as_raw()));
    }
    for request in [vsock(ALL_STATES), xdp(XdpShow::ALL)] {
        listed(&mut netlink, &request);
    }
    if is_root() {
        let socket = rustix::net::socket(AddressFamily::PACKET, SocketType::DGRAM, None).unwrap();
        if let Some(bytes) = listed(&mut netlink, &packet(PacketShow::ALL)) {
            assert!(holds(&messages(&bytes, |_| 16), inode(&socket) as u32));
        }
    } else {
        skip("packet sockets need root");
    }
}

#[test]
fn rtnetlink_lists_what_the_namespace_has() {
    let mut netlink = Netlink::open(Subsystem::Route).unwrap();
    let lo = std::fs::read_to_string("/sys/class/net/lo/ifindex").unwrap().trim().parse::<u32>().unwrap();
    let interfaces = messages(&listed(&mut netlink, &links()).unwrap(), |_| 16);
    let name =
        |index| interfaces.iter().find(|link| u32_at(&link.body, 4) == index).unwrap().attributes[&3].clone();
    assert_eq!(name(lo), b"lo\0");
    assert!(interfaces.iter().all(|link| link.kind == 16 && link.attributes.contains_key(&23)), "statistics");
    let of_lo = messages(&listed(&mut netlink, &addresses(V4)).unwrap(), |_| 8);
    assert!(
        of_lo.iter().any(|address| address.attributes.get(&1).is_some_and(|bytes| bytes == &[127, 0, 0, 1]))
    );
    let all = messages(&listed(&mut netlink, &addresses(AddressFamily::UNSPEC)).unwrap(), |_| 8);
    assert!(all.len() >= of_lo.len() && all.iter().all(|address| address.kind == 20));
    // The table `local` is not the main one.
    let tables: HashSet<_> = messages(&listed(&mut netlink, &routes(V4)).unwrap(), |_| 12)
        .iter()
        .map(|route| u32_at(&route.attributes[&15], 0))
        .collect();
    assert!(tables.contains(&255), "{tables:?}");
    let rules = messages(&listed(&mut netlink, &rules(V4)).unwrap(), |_| 12);
    assert!(rules.len() >= 3 && rules.iter().all(|rule| rule.kind == 32));
    for request in [
        neighbours(AddressFamily::UNSPEC),
        neighbours(AddressFamily::BRIDGE),
        routes(AddressFamily::UNSPEC),
        super::netlink::rules(V6),
        nexthops(),
    ] {
        listed(&mut netlink, &request);
    }
}

#[test]
fn what_a_kernel_does_not_have_is_unsupported() {
    let mut netlink = diag();
    let (dump, _) = collect(&mut netlink, &inet(V4, Protocol::RAW, ALL_STATES, Extensions::NONE));
    assert!(matches!(dump.outcome, Outcome::Done | Outcome::Unsupported), "{dump:?}");
    for (family, protocol) in
        [(V4, 200), (V4, 300), (AddressFamily::from_raw(31), 6), (AddressFamily::from_raw(200), 6)]
    {
        let (dump, bytes) =
            collect(&mut netlink, &inet(family, Protocol(protocol), ALL_STATES, Extensions::NONE));
        assert_eq!((dump.outcome, bytes.len()), (Outcome::Unsupported, 0), "{family:?} {protocol}");
        assert!(!netlink.has_rest());
    }
    inet_sockets(&mut netlink, &tcp(V4));
}

#[test]
fn multipath_tcp_is_asked_by_its_long_number() {
    let mptcp = rustix::net::ipproto::MPTCP;
    let Ok(socket) = rustix::net::socket(V4, SocketType::STREAM, Some(mptcp)) else {
        return skip("no MPTCP");
    };
    rustix::net::listen(&socket, 1).unwrap();
    let mut netlink = diag();
    let request = |protocol| inet(V4, protocol, ALL_STATES, Extensions::INFO);
    let (dump, bytes) = collect(&mut netlink, &request(Protocol::MPTCP));
    if dump.outcome == Outcome::Unsupported {
        return skip("MPTCP cannot be listed");
    }
    let sockets = messages(&bytes, |_| 72);
    assert!(sockets.iter().any(|listed| listed.inode() == inode(&socket) && listed.state() == 10));
    let cookies: HashSet<_> = sockets.iter().map(|socket| socket.id()[40..].to_vec()).collect();
    let subflows = inet_sockets(&mut netlink, &request(Protocol::TCP));
    assert!(subflows.iter().all(|subflow| !cookies.contains(&subflow.id()[40..])));
}

#[test]
fn one_socket_is_found_by_its_identity() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut netlink = diag();
    let all = inet_sockets(&mut netlink, &tcp(V4));
    let mut id = all.iter().find(|listed| listed.inode() == inode(&socket)).unwrap().id();
    assert_eq!(id[40..48], socket_cookie(&socket).unwrap().to_ne_bytes());
    let exact = |id: &SocketId| inet_exact(V4, Protocol::TCP, Extensions::INFO, id);
    let [found] = &inet_sockets(&mut netlink, &exact(&id))[..] else { panic!("not found") };
    assert_eq!(found.inode(), inode(&socket));
    id[40] ^= 1;
    assert_eq!(inet_sockets(&mut netlink, &exact(&id)), []);
    id[40..].fill(0xff);
    assert_eq!(inet_sockets(&mut netlink, &exact(&id)).len(), 1);
}

#[test]
fn a_request_for_the_other_subsystem_is_not_sent() {
    for (subsystem, request) in [(Subsystem::Route, tcp(V4)), (Subsystem::SockDiag, links())] {
        let (dump, _) = collect(&mut Netlink::open(subsystem).unwrap(), &request);
        assert_eq!(dump.outcome, Outcome::Error(Errno::PROTOTYPE));
    }
}

/// So many connections over loopback, both ends of each, and a reset at their end: nothing stays behind in
/// TIME_WAIT.
fn connections(many: usize) -> Option<Vec<TcpStream>> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.maximum.is_some_and(|maximum| maximum < 2 * many as u64 + 1000) {
        skip(&format!("{} descriptors are needed", 2 * many));
        return None;
    }
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut sockets = Vec::new();
    for _ in 0..many {
        sockets.push(TcpStream::connect(address).unwrap());
        sockets.push(listener.accept().unwrap().0);
    }
    for socket in &sockets {
        rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO)).unwrap();
    }
    Some(sockets)
}

/// Held by a test that ends many sockets, or that must not miss an end.
static ENDS: Mutex<()> = Mutex::new(());

/// Calls until it says that it is enough, each time that something has come.
fn until(destroyed: &mut Destroyed, mut enough: impl FnMut(&mut Destroyed) -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !enough(destroyed) {
        assert!(Instant::now() < end, "the messages have not come");
        let mut fds = [PollFd::new(destroyed, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec { tv_sec: 1, tv_nsec: 0 })).unwrap();
    }
}

#[test]
fn ten_thousand_sockets_arrive_complete_and_their_ends_are_told() {
    let _alone = ENDS.lock();
    let Some(sockets) = connections(5_000) else { return };
    let mut left: HashSet<u64> = sockets.iter().map(inode).collect();
    let cookies: HashSet<u64> = sockets.iter().map(|socket| socket_cookie(socket).unwrap()).collect();
    let mut netlink = diag();

    // Stopped in the first, in a later datagram; then all that is there.
    for stop in [1, 5] {
        let mut datagrams = 0;
        let dump = netlink.dump(&tcp(V4), &mut |_| {
            datagrams += 1;
            if datagrams == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((dump.outcome, datagrams), (Outcome::Stopped, stop));
        assert!(netlink.has_rest());
    }
    let listed = inet_sockets(&mut netlink, &tcp(V4));
    assert!(!netlink.has_rest());
    let file = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let printed: HashSet<u64> =
        file.lines().skip(1).filter_map(|line| line.split_whitespace().nth(9)?.parse().ok()).collect();
    for socket in listed.iter().filter(|socket| left.remove(&socket.inode())) {
        assert!(printed.contains(&socket.inode()));
        assert_eq!(socket.state(), 1);
        assert!([2, 4, 7].iter().all(|attribute| socket.attributes.contains_key(attribute)));
    }
    assert!(left.is_empty(), "{} are missing", left.len());

    let mut destroyed = Destroyed::open().unwrap();
    let (mut gone, mut lost) = (HashSet::new(), false);
    drop(sockets);
    until(&mut destroyed, |destroyed| {
        let drained = destroyed.drain(&mut |bytes| {
            for message in messages(bytes, |_| 72) {
                gone.insert(u64::from_ne_bytes(message.id()[40..].try_into().unwrap()));
            }
        });
        assert_eq!(drained.error, None);
        lost |= drained.lost;
        lost || cookies.is_subset(&gone)
    });
}

#[test]
fn the_end_of_a_connection_is_told_once() {
    let _alone = ENDS.lock();
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let mut destroyed = Destroyed::open().unwrap();
        let listener = TcpListener::bind(address).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let server = listener.accept().unwrap().0;
        let datagrams = UdpSocket::bind(address).unwrap();
        let tcp = [&client, &server].map(|socket| socket_cookie(socket).unwrap());
        let udp = socket_cookie(&datagrams).unwrap();
        drop((client, server, datagrams));
        let mut told = Vec::new();
        until(&mut destroyed, |destroyed| {
            let drained = destroyed.drain(&mut |bytes| {
                for message in messages(bytes, |_| 72) {
                    let cookie = u64::from_ne_bytes(message.id()[40..].try_into().unwrap());
                    told.push((cookie, message.attributes.contains_key(&2)));
                }
            });
            assert!(!drained.lost && !drained.more && drained.error.is_none());
            tcp.iter().chain([&udp]).all(|cookie| told.iter().any(|(told, _)| told == cookie))
        });
        let of = |cookie| told.iter().filter(|(told, _)| *told == cookie).collect::<Vec<_>>();
        assert!(tcp.iter().all(|&cookie| of(cookie) == [&(cookie, true)]), "{told:?}");
        assert_eq!(of(udp), [&(udp, false)]);
    }
}

#[test]
fn the_receiver_is_told_to_begin() {
    struct Sockets(u32, u64);
    impl Receiver for Sockets {
        fn begin(&mut self) {
            (self.0, self.1) = (self.0 + 1, 0);
        }

        fn messages(&mut self, bytes: &[u8]) -> ControlFlow<()> {
            assert_eq!(u16_at(bytes, 4), 20);
            self.1 += bytes.len() as u64;
            ControlFlow::Continue(())
        }
    }
    let _socket: OwnedFd = TcpListener::bind("127.0.0.1:0").unwrap().into();
    let mut sockets = Sockets(0, 0);
    let dump = diag().dump_settled(&tcp(V4), 3, &mut sockets);
    assert_eq!((dump.outcome, dump.is_settled()), (Outcome::Done, true));
    assert!(sockets.0 >= 1 && sockets.1 == dump.bytes && dump.bytes > 0);
}
