//! Sockets as a program in the kernel lists them, compared field by field with what dumps and the sockets themselves tell.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use netmonitor_core::plan::{Ask, Counting, Plan};
use netmonitor_core::sample::{Origin, Sample, Status};
use netmonitor_sys::bpf::{Counter, Lister, Record, Told, descriptor_of, records};
use netmonitor_sys::netlink::*;
use netmonitor_sys::own_sockets::{ASK_CONGESTION, ATTR_TIMER, Depth, OTHER_SOCKET, OwnSockets};
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool};
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};
use rustix::process::{Pid, PidfdFlags, getpid, pidfd_open};

use crate::child::Role;
use crate::message::{INET, Message, descriptor, inet_sockets, messages, u32_at};
use crate::{EVERYBODY, FAMILY, collector, part, plan, text, tick};

const V4: AddressFamily = AddressFamily::INET;
const V6: AddressFamily = AddressFamily::INET6;
const ADDRESSES: [&str; 2] = ["127.0.0.1:0", "[::1]:0"];

/// `INET_DIAG_*`.
pub(crate) const SKMEMINFO: u16 = 7;
const INFO: u16 = 2;
const CONG: u16 = 4;
const BBRINFO: u16 = 16;

/// One for all tests: one listing is gone through at a time.
fn counter() -> MutexGuard<'static, Counter> {
    static COUNTER: LazyLock<Mutex<Counter>> =
        LazyLock::new(|| Mutex::new(Counter::start().unwrap_or_else(|why| panic!("{why}\n{}", why.log))));
    COUNTER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The bytes of a listing of one process, or of all.
fn listed(pid: Option<Pid>, told: Told) -> Vec<u8> {
    let mut counter = counter();
    let lister = counter.lister().unwrap_or_else(|why| panic!("{why}\n{}", why.log));
    let pidfd = pid.map(|pid| pidfd_open(pid, PidfdFlags::empty()).unwrap());
    let listing = lister.listing(pidfd.as_ref().map(AsFd::as_fd), told).unwrap();
    let mut all = Vec::new();
    lister.read(&listing, &mut |bytes| all.extend_from_slice(bytes)).unwrap();
    let whole: usize = records(&all).map(|record| record.length()).sum();
    assert_eq!(whole, all.len(), "nothing but records");
    all
}

/// What is listed of one of this process's sockets: its message, and the flags of it.
fn told(socket: impl AsFd) -> (Message, u16) {
    let descriptor = descriptor(socket);
    let listing = listed(Some(getpid()), Told::Whole);
    let found: Vec<_> = records(&listing).filter(|record| record.inode() == descriptor.inode).collect();
    let [record] = found[..] else { panic!("{} records of {descriptor:?}", found.len()) };
    let (bytes, flags) = match record {
        Record::Inet(bytes, flags) => (bytes, flags),
        Record::Other(bytes) => (bytes, 0),
        Record::Table { .. } | Record::Counted(_) => unreachable!("it has no inode"),
    };
    assert_eq!(descriptor_of(bytes), descriptor.fd);
    let message = messages(bytes, |kind| if kind == OTHER_SOCKET { 32 } else { INET }).remove(0);
    (message, flags)
}

/// Places in `struct tcp_info` of what a clock moves, and how many bytes it has: since data were sent and received and an
/// acknowledgement was, busy and limited times, time in timeouts.
const CLOCKS: [(usize, usize); 7] = [(44, 4), (52, 4), (56, 4), (168, 8), (176, 8), (184, 8), (244, 4)];

/// What differs by what it is: names without what pads them, figures as far as all tell them, and neither the time that
/// a clock counts nor when a timer ends.
pub(crate) fn comparable(message: &Message) -> Message {
    let mut message = message.clone();
    message.body[52..56].fill(0);
    if let Some(info) = message.attributes.get_mut(&INFO).filter(|info| info.len() >= 104) {
        info.truncate(276);
        for (place, wide) in CLOCKS {
            if let Some(time) = info.get_mut(place..place + wide) {
                time.fill(0);
            }
        }
    }
    if let Some(name) = message.attributes.get_mut(&CONG) {
        let end = name.iter().position(|&byte| byte == 0).unwrap();
        name.truncate(end);
    }
    message
}

/// Lists and dumps until nothing has moved between two listings, and compares all that a dump tells. Gives what was
/// listed.
fn same_as_dumped(netlink: &mut Netlink, socket: impl AsFd, request: &Request) -> Message {
    let inode = descriptor(&socket).inode;
    for _ in 0..200 {
        let list = || told(&socket).0;
        let before = list();
        let dumped = inet_sockets(netlink, request);
        let listed = list();
        let Some(dumped) = dumped.iter().find(|message| message.inode() == inode) else {
            panic!("not dumped: {listed:?}");
        };
        if comparable(&before) != comparable(&listed) {
            continue;
        }
        near(&before, dumped, &listed);
        let (listed, dumped) = (comparable(&listed), comparable(dumped));
        assert_eq!((listed.kind, &listed.body), (dumped.kind, &dumped.body), "state {}", dumped.state());
        for (attribute, value) in &dumped.attributes {
            let told = listed.attributes.get(attribute);
            assert_eq!(told, Some(value), "attribute {attribute}, state {}", dumped.state());
        }
        assert_eq!(listed.attributes[&ATTR_TIMER], [1]);
        return listed;
    }
    panic!("the socket does not come to rest");
}

/// What a clock moves lies between what was listed before and after: the end of the timer comes nearer, all else moves on.
fn near(before: &Message, dumped: &Message, after: &Message) {
    let expires = |message: &Message| u32_at(&message.body, 52);
    assert!((expires(after)..=expires(before)).contains(&expires(dumped)), "the end of the timer");
    if dumped.state() == 10 {
        return;
    }
    for (place, wide) in CLOCKS {
        let time = |message: &Message| {
            let mut bytes = [0; 8];
            bytes[..wide].copy_from_slice(&message.attributes.get(&INFO)?[place..place + wide]);
            Some(u64::from_ne_bytes(bytes))
        };
        assert!((time(before)..=time(after)).contains(&time(dumped)), "time at {place}");
    }
}

fn tcp(family: AddressFamily) -> Request {
    inet(family, Protocol::TCP, ALL_STATES, Extensions(!Extensions::MEMINFO.0))
}

fn netlink() -> Netlink {
    Netlink::open(Subsystem::SockDiag).unwrap()
}

#[test]
fn tcp_is_listed_as_in_a_dump() {
    if !need_root() {
        return;
    }
    for (family, address) in [V4, V6].into_iter().zip(ADDRESSES) {
        let mut netlink = netlink();
        let mut same = |socket: &dyn AsFd| same_as_dumped(&mut netlink, socket.as_fd(), &tcp(family));
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (mut client, mut server) = (TcpStream::connect(address).unwrap(), listener.accept().unwrap().0);
        let waiting = TcpStream::connect(address).unwrap();
        let listening = same(&listener);
        assert_eq!((listening.state(), listening.queues().0), (10, 1), "one waits");
        for round in 0..50 {
            client.write_all(&vec![7; 1 + 2000 * round]).unwrap();
            server.read_exact(&mut vec![0; 1 + 2000 * round]).unwrap();
        }
        client.write_all(b"unread").unwrap();
        let unread = same(&server);
        assert_eq!((unread.state(), unread.queues()), (1, (6, 0)));
        assert!(u32_at(&unread.attributes[&INFO], 128) > 2_450_000, "bytes_received");
        same(&client);
        same(&waiting);
        // The end counts as a byte until it is read.
        client.shutdown(std::net::Shutdown::Write).unwrap();
        await_state(&server, 8);
        assert_eq!(same(&server).queues().0, 7);
        await_state(&client, 5);
        same(&client);
    }
}

#[test]
fn options_and_marks_are_listed_as_in_a_dump() {
    if !need_root() {
        return;
    }
    let listener = rustix::net::socket(V6, SocketType::STREAM, None).unwrap();
    sockopt::set_ipv6_v6only(&listener, true).unwrap();
    sockopt::set_socket_keepalive(&listener, true).unwrap();
    sockopt::set_ip_freebind(&listener, true).unwrap();
    set(&listener, libc::SOL_SOCKET, libc::SO_MARK, 77);
    set(&listener, libc::SOL_SOCKET, libc::SO_PRIORITY, 5);
    set(&listener, libc::IPPROTO_IPV6, libc::IPV6_TCLASS, 32);
    set(&listener, libc::IPPROTO_IP, libc::IP_TOS, 16);
    rustix::net::bind(&listener, &"[::1]:0".parse::<SocketAddr>().unwrap()).unwrap();
    rustix::net::listen(&listener, 9).unwrap();
    let address = SocketAddr::try_from(rustix::net::getsockname(&listener).unwrap()).unwrap();
    let client = TcpStream::connect(address).unwrap();
    let server = rustix::net::accept(&listener).unwrap();
    let mut netlink = netlink();
    let listening = same_as_dumped(&mut netlink, &listener, &tcp(V6));
    assert_eq!(listening.queues(), (0, 9));
    assert_eq!(
        (&*listening.attributes[&11], &*listening.attributes[&15]),
        (&[1][..], &77_u32.to_ne_bytes()[..])
    );
    // It runs on the side that accepted, which has it from the listening socket.
    let kept = same_as_dumped(&mut netlink, &server, &tcp(V6));
    assert_eq!(kept.body[2], 2, "the timer of keepalive");
    same_as_dumped(&mut netlink, &client, &tcp(V6));
}

fn set(socket: impl AsFd, level: i32, name: i32, value: i32) {
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: the kernel reads four bytes of the value.
    let done = unsafe { libc::setsockopt(fd, level, name, (&raw const value).cast(), 4) };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
}

/// Returns when a socket has a state: what the kernel does by itself takes its time.
fn await_state(socket: impl AsFd, state: u8) {
    let end = Instant::now() + Duration::from_secs(20);
    while told(&socket).0.state() != state {
        assert!(Instant::now() < end, "state {state} is not reached");
        std::thread::yield_now();
    }
}

#[test]
fn a_connection_that_loses_segments_is_listed_as_in_a_dump() {
    if !need_root() || !need_tool("ip") || !need_tool("nft") {
        return;
    }
    let netns = Netns::new();
    let (rules, place) =
        ("nft add table ip t; nft 'add chain ip t i { type filter hook input priority 0; }'", netns.path());
    // Sockets stay of the namespace in which they were opened.
    std::thread::scope(|scope| {
        let inside = scope.spawn(|| {
            let file = std::fs::File::open(place).unwrap();
            rustix::thread::move_into_link_name_space(
                file.as_fd(),
                Some(rustix::thread::LinkNameSpaceType::Network),
            )
            .unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            (client, listener.accept().unwrap().0, netlink())
        });
        let (mut client, mut server, mut netlink) = inside.join().unwrap();
        netns.run(rules);
        let port = client.local_addr().unwrap().port();
        netns.run(&format!("nft 'add rule ip t i tcp sport {port} numgen random mod 100 < 7 drop'"));
        let reader = scope.spawn(move || {
            let mut sum = 0;
            let mut room = vec![0; 1 << 16];
            while sum < 8 << 20 {
                sum += server.read(&mut room).unwrap();
            }
            server
        });
        client.write_all(&vec![1; 8 << 20]).unwrap();
        let server = reader.join().unwrap();
        let sent = same_as_dumped(&mut netlink, &client, &tcp(V4));
        let info = &sent.attributes[&INFO];
        assert!(u32_at(info, 100) > 0 && u32_at(info, 208) > 0, "segments and bytes were sent again");
        assert!(
            u32_at(&same_as_dumped(&mut netlink, &server, &tcp(V4)).attributes[&INFO], 224) > 0,
            "out of order"
        );
        // Nothing comes through any more: a timer runs, and the timeout grows.
        netns.run(&format!("nft 'add rule ip t i tcp sport {port} drop'"));
        client.write_all(b"lost").unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while told(&client).0.body[3] == 0 {
            assert!(Instant::now() < end, "nothing is sent again");
            std::thread::yield_now();
        }
        let stuck = same_as_dumped(&mut netlink, &client, &tcp(V4));
        assert_eq!((stuck.body[2], stuck.queues().1), (1, 4));
    });
}

#[test]
fn a_connection_that_is_not_answered_is_listed_as_in_a_dump() {
    if !need_root() {
        return;
    }
    let listener = rustix::net::socket(V4, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&listener, &"127.0.0.1:0".parse::<SocketAddr>().unwrap()).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let address = SocketAddr::try_from(rustix::net::getsockname(&listener).unwrap()).unwrap();
    let connect = |_| {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = rustix::net::socket_with(V4, SocketType::STREAM, flags, None).unwrap();
        let _ = rustix::net::connect(&socket, &address);
        socket
    };
    // The queue has room for one.
    let sockets: Vec<_> = (0..3).map(connect).collect();
    let waiting = same_as_dumped(&mut netlink(), &sockets[2], &tcp(V4));
    assert_eq!((waiting.state(), waiting.queues(), waiting.body[2]), (2, (0, 1), 1));
}

#[test]
fn what_congestion_control_tells_is_listed_or_to_be_asked() {
    if !need_root() {
        return;
    }
    let available = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_available_congestion_control").unwrap();
    for name in available.split_whitespace() {
        let listener = TcpListener::bind(ADDRESSES[0]).unwrap();
        sockopt::set_tcp_congestion(&listener, name).unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        sockopt::set_tcp_congestion(&client, name).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        client.write_all(&[1; 50_000]).unwrap();
        server.read_exact(&mut [0; 50_000]).unwrap();
        let flags = told(&client).1;
        let asked = OwnSockets::default().ask(
            pidfd_open(getpid(), PidfdFlags::empty()).unwrap().as_fd(),
            &[descriptor(&client)],
            Extensions(!0),
            Depth::Whole,
            &mut |_| {},
        );
        assert_eq!(asked.messages, 1);
        let own = same_as_dumped_or_asked(&client, flags);
        assert_eq!(own.attributes[&CONG], name.as_bytes());
        assert_eq!(own.attributes.contains_key(&BBRINFO), name == "bbr", "{name}");
    }
}

fn same_as_dumped_or_asked(client: &TcpStream, flags: u16) -> Message {
    if flags & ASK_CONGESTION != 0 {
        return comparable(&told(client).0);
    }
    same_as_dumped(&mut netlink(), client, &tcp(V4))
}

#[test]
fn datagram_sockets_are_listed_as_in_a_dump() {
    if !need_root() {
        return;
    }
    for (family, address) in [V4, V6].into_iter().zip(ADDRESSES) {
        let request = inet(family, Protocol::UDP, ALL_STATES, Extensions(!Extensions::MEMINFO.0));
        let mut netlink = netlink();
        let mut same = |socket: &UdpSocket| same_as_dumped(&mut netlink, socket, &request);
        let bound = UdpSocket::bind(address).unwrap();
        let connected = UdpSocket::bind(address).unwrap();
        connected.connect(bound.local_addr().unwrap()).unwrap();
        for _ in 0..5 {
            connected.send(&[0; 100]).unwrap();
        }
        bound.recv(&mut [0; 100]).unwrap();
        let receiving = same(&bound);
        assert!(receiving.state() == 7 && receiving.queues().0 >= 400);
        set(&bound, libc::SOL_SOCKET, libc::SO_RCVBUF, 2000);
        for _ in 0..50 {
            connected.send(&[0; 100]).unwrap();
        }
        let dropped = u32_at(&same(&bound).attributes[&7], 32);
        assert!(dropped > 0, "packets were dropped");
        let sending = same(&connected);
        assert_eq!(
            (sending.state(), &sending.body[6..8]),
            (1, &bound.local_addr().unwrap().port().to_be_bytes()[..])
        );
    }
}

#[test]
fn what_no_dump_has_is_listed_as_it_tells_itself() {
    if !need_root() {
        return;
    }
    let protocol = |number: u32| Some(rustix::net::Protocol::from_raw(number.try_into().unwrap()));
    let open = |family, kind, protocol| rustix::net::socket(family, kind, protocol).unwrap();
    let raw = open(V4, SocketType::RAW, protocol(253));
    let peer = open(V6, SocketType::RAW, protocol(58));
    let never_bound = open(V6, SocketType::STREAM, None);
    let lite = open(V4, SocketType::DGRAM, protocol(136));
    let sockets = [raw.as_fd(), peer.as_fd(), never_bound.as_fd(), lite.as_fd()];
    let (pidfd, mut bytes) = (pidfd_open(getpid(), PidfdFlags::empty()).unwrap(), Vec::new());
    let asked = sockets.map(descriptor);
    let extensions = Extensions(!Extensions::MEMINFO.0);
    let mut own = OwnSockets::default();
    let _ =
        own.ask(pidfd.as_fd(), &asked, extensions, Depth::Whole, &mut |more| bytes.extend_from_slice(more));
    for (asked, socket) in messages(&bytes, |_| INET).iter().zip(sockets) {
        let (listed, asked) = (comparable(&told(socket).0), comparable(asked));
        assert_eq!(listed.body, asked.body);
        for (attribute, value) in &asked.attributes {
            assert_eq!(listed.attributes.get(attribute), Some(value), "attribute {attribute}");
        }
    }
}

#[test]
fn other_sockets_are_listed_to_be_asked() {
    if !need_root() {
        return;
    }
    let (one, _other) = UnixStream::pair().unwrap();
    let listening = rustix::net::socket(AddressFamily::UNIX, SocketType::SEQPACKET, None).unwrap();
    rustix::net::bind(&listening, &rustix::net::SocketAddrUnix::new_unnamed()).unwrap();
    rustix::net::listen(&listening, 1).unwrap();
    let netlink = rustix::net::socket(AddressFamily::NETLINK, SocketType::RAW, None).unwrap();
    let multipath = rustix::net::socket(V4, SocketType::STREAM, Some(rustix::net::ipproto::MPTCP)).ok();
    let sockets = [
        Some(one.as_fd()),
        Some(listening.as_fd()),
        Some(netlink.as_fd()),
        multipath.as_ref().map(AsFd::as_fd),
    ];
    for (socket, (family, kind)) in sockets.into_iter().zip([(1, 1), (1, 5), (16, 3), (2, 1)]) {
        let Some(socket) = socket else { continue };
        let (told, _) = told(socket);
        assert_eq!((told.kind, u32_at(&told.body, 0)), (OTHER_SOCKET, family | kind << 16));
        assert_eq!(told.body[16..24], descriptor(socket).inode.to_ne_bytes());
        assert_eq!(told.body[24..32], sockopt::socket_cookie(socket).unwrap().to_ne_bytes());
        assert_eq!(u32_at(&told.body, 12), u32::from(kind == 5), "accepts");
    }
}

/// The descriptors that are listed, with the thread whose table has them.
fn descriptors(pid: Option<Pid>, told: Told) -> BTreeSet<(u32, u32, i32, u64)> {
    let listing = listed(pid, told);
    let mut whose = None;
    let of = |record: Record<'_>| match record {
        Record::Table { process, thread, .. } => {
            whose = Some((process, thread));
            None
        }
        Record::Counted(_) => None,
        Record::Inet(bytes, _) | Record::Other(bytes) => {
            let (process, thread) = whose.expect("a table comes first");
            Some((process, thread, descriptor_of(bytes), record.inode()))
        }
    };
    records(&listing).filter_map(of).collect()
}

#[test]
fn every_descriptor_is_listed_once_in_all_listings() {
    if !need_root() {
        return;
    }
    let _socket = UdpSocket::bind(ADDRESSES[0]).unwrap();
    let mut child = Role::start("unshared-table", "");
    let [shared, own, first, _] = child.numbers();
    let pid = Pid::from_raw(child.pid().cast_signed()).unwrap();
    let whole = descriptors(Some(pid), Told::Whole);
    assert_eq!(whole, descriptors(Some(pid), Told::Descriptors));
    let all = descriptors(None, Told::Descriptors);
    assert!(whole.is_subset(&all));
    let of = |inode: u64| -> Vec<u32> {
        let found = whole.iter().filter(|(.., listed)| *listed == inode);
        found.map(|(_, thread, ..)| *thread).collect()
    };
    // Two threads share the table that one of them made: it is told once.
    assert!(of(shared).contains(&child.pid()) && of(shared).contains(&(first as u32)));
    assert!(of(own).contains(&(first as u32)) && !of(own).contains(&child.pid()));
    assert!(all.iter().any(|(process, ..)| *process == std::process::id()));
}

/// A tick in which the target's sockets come from a listing, and one in which they were asked.
fn ticks(pid: u32) -> [Sample; 2] {
    let mut collector = collector(pid);
    let plan = Plan { ask: Ask::Always, counting: Counting::On, ..plan(&[], FAMILY) };
    let asked = tick(&mut collector, &plan).unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let sample = tick(&mut collector, &plan).unwrap();
        let place = |origin: &Origin| sample.parts.iter().position(|part| part.origin == *origin).unwrap();
        // What is listed tells the sockets first.
        if place(&Origin::Own) < place(&Origin::Links(pid)) {
            return [asked, sample];
        }
        assert!(Instant::now() < end, "the programs are not loaded");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What both ticks tell must be the same, but for what only one of both can know. Gives how many sockets there are.
fn same_ticks(pid: u32) -> usize {
    let [asked, listed] = ticks(pid);
    let links = Origin::Links(pid);
    assert_eq!(text(&listed, &links), text(&asked, &links));
    let own = |sample: &Sample| {
        let part = part(sample, &Origin::Own);
        assert_eq!(part.reading.status, Status::Ok);
        let mut all = messages(&part.bytes, |kind| if kind == OTHER_SOCKET { 32 } else { INET });
        all.sort_by_key(|message| {
            if message.kind == OTHER_SOCKET { u32_at(&message.body, 16).into() } else { message.inode() }
        });
        all
    };
    let (asked, listed) = (own(&asked), own(&listed));
    assert_eq!(asked.len(), listed.len());
    for (asked, listed) in asked.iter().zip(&listed) {
        if asked.kind == OTHER_SOCKET {
            assert_eq!(asked, listed);
            continue;
        }
        let (mut asked, mut listed) = (comparable(asked), comparable(listed));
        // Whoever watches connections meanwhile keeps something with each, in its optional memory.
        for message in [&mut asked, &mut listed] {
            message.attributes.entry(SKMEMINFO).and_modify(|memory| memory[24..28].fill(0));
        }
        // The timer is not told by those who are asked.
        [&mut asked, &mut listed].into_iter().for_each(|message| message.body[2..4].fill(0));
        assert_eq!(asked.body, listed.body);
        for (attribute, value) in &asked.attributes {
            assert_eq!(listed.attributes.get(attribute), Some(value), "attribute {attribute}");
        }
    }
    listed.len()
}

#[test]
fn a_tick_tells_the_same_by_listing_as_by_asking() {
    if !need_root() {
        return;
    }
    let mut shared = Role::start("unshared-table", "");
    let [_, _, _, _] = shared.numbers();
    assert!(same_ticks(shared.pid()) >= 3);
    let mut many = Role::start("many", "");
    let [count] = many.numbers();
    assert!(same_ticks(many.pid()) as u64 >= count);
    let mut headless = Role::start("leader-exits", "");
    let [inode] = headless.numbers();
    assert!(same_ticks(headless.pid()) >= 1);
    let [_, listed] = ticks(headless.pid());
    assert_eq!(text(&listed, &Origin::Links(headless.pid())).matches(&format!("[{inode}]")).count(), 1);
}

/// Inodes of the sockets in lines of links.
pub(crate) fn inodes(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.split_once(" socket:")).map(|(_, inode)| inode).collect()
}

#[test]
fn the_links_of_all_processes_are_the_same_by_listing_as_by_reading() {
    if !need_root() {
        return;
    }
    let mut children = ["unshared-table", "leader-exits", "listen", "many"].map(|role| Role::start(role, ""));
    let [shared, headless, listening, many] = &mut children;
    let [_] = many.numbers();
    let [_, _, _, _] = shared.numbers();
    let [_] = headless.numbers();
    let [_] = listening.numbers();
    let end = Instant::now() + Duration::from_secs(60);
    let mut collector = collector(listening.pid());
    let plan = Plan { counting: Counting::On, ..plan(&[], EVERYBODY) };
    let read = tick(&mut collector, &plan).unwrap();
    let listed = loop {
        // Nothing is said of counting that has begun and is not looked at.
        let sample = tick(&mut collector, &plan).unwrap();
        let state = sample.parts.iter().find(|part| part.origin == Origin::Bpf("state".into()));
        if state.is_none() {
            break tick(&mut collector, &plan).unwrap();
        }
        assert!(Instant::now() < end, "the programs are not loaded");
        std::thread::sleep(Duration::from_millis(20));
    };
    for child in &children {
        let links = Origin::Links(child.pid());
        assert_eq!(part(&listed, &links).reading.status, Status::Ok);
        let (listed, read) = (text(&listed, &links), text(&read, &links));
        assert_eq!(inodes(&listed), inodes(&read));
        assert!(!inodes(&listed).is_empty() && listed.starts_with("ns/net net:["));
    }
    // A listing names the thread; who reads takes the first one's table for the process's.
    assert!(text(&listed, &Origin::Links(children[1].pid())).contains("task/"));
}

#[test]
fn what_lists_descriptors_is_loaded_by_itself() {
    if !need_root() {
        return;
    }
    let socket = UdpSocket::bind(ADDRESSES[0]).unwrap();
    let mut lister = Lister::of_descriptors().unwrap_or_else(|why| panic!("{why}\n{}", why.log));
    assert!(lister.listing(None, Told::Whole).is_err(), "it was not loaded");
    let listing = lister.listing(None, Told::Descriptors).unwrap();
    let mut found = false;
    let wanted = descriptor(&socket);
    lister
        .read(&listing, &mut |bytes| found |= records(bytes).any(|record| record.inode() == wanted.inode))
        .unwrap();
    assert!(found);
}
