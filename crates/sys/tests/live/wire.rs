//! Packets as they go over the wire, by socket, beside what the interface counts.

use std::collections::BTreeMap;

use netmonitor_core::sample::{Endian, Origin, Sample, Status};
use netmonitor_core::traffic::record::{SOCKET, SocketRecord, WIRE, WireRecord};
use netmonitor_sys::bpf::Counter;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool, traffic};

const ROLE: &str = "bpf::a_role";

/// Bytes of a frame before its packet.
const ETHERNET: u64 = 14;

/// Bytes and packets, received and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sum {
    bytes: [u64; 2],
    packets: [u64; 2],
}

/// The interface of the link.
fn interface(netns: &Netns) -> Sum {
    let read = |name: &str| -> u64 {
        let path = format!("cat /sys/class/net/veth0/statistics/{name}");
        netns.run(&path).trim().parse().unwrap()
    };
    Sum { bytes: [read("rx_bytes"), read("tx_bytes")], packets: [read("rx_packets"), read("tx_packets")] }
}

fn records<const N: usize>(sample: &Sample, name: &'static str) -> Vec<[u8; N]> {
    let part = sample.parts.iter().find(|part| part.origin == Origin::Bpf(name.into())).unwrap();
    assert_eq!(part.reading.status, Status::Ok, "{name}");
    let (records, rest) = part.bytes.as_chunks::<N>();
    assert!(rest.is_empty());
    records.to_vec()
}

fn read(counter: &mut Counter) -> (Vec<SocketRecord>, BTreeMap<u64, WireRecord>) {
    let mut sample = Sample::default();
    counter.tick(&mut sample);
    let sockets = records::<SOCKET>(&sample, "sockets");
    let wire = records::<WIRE>(&sample, "wire");
    let wire = wire.iter().map(|bytes| WireRecord::read(bytes, Endian::NATIVE));
    (
        sockets.iter().map(|bytes| SocketRecord::read(bytes, Endian::NATIVE)).collect(),
        wire.map(|record| (record.cookie, record)).collect(),
    )
}

/// Two namespaces whose link carries nothing but what sockets send.
fn quiet_link() -> (Netns, Netns) {
    let here = Netns::new();
    let there = here.peer();
    // The kernel says who listens to which group, and asks for routers.
    for netns in [&here, &there] {
        netns.run("nft add table ip6 quiet");
        netns.run("nft 'add chain ip6 quiet output { type filter hook output priority 0; }'");
        netns.run("nft add rule ip6 quiet output meta l4proto ipv6-icmp drop");
    }
    for (netns, other, host) in [(&here, &there, 2), (&there, &here, 1)] {
        let address = other.run("cat /sys/class/net/veth0/address");
        for ip in [format!("192.0.2.{host}"), format!("2001:db8::{host}")] {
            netns.ip(&format!("neigh replace {ip} lladdr {} dev veth0 nud permanent", address.trim()));
        }
    }
    (here, there)
}

/// What the client of a scenario has on the wire, and what its interface counts meanwhile.
fn compare(name: &str, counter: &mut Counter, (here, there): (&Netns, &Netns)) {
    read(counter);
    let before = interface(here);
    let told = traffic::run(traffic::scenario(name), ROLE, here, there);
    let pids: Vec<u32> = told.iter().map(|moved| moved.pid).collect();
    let (sockets, wire) = read(counter);
    let (link, mut sum) = (netns_of(here), Sum::default());
    let is_here = |socket: &&SocketRecord| pids.contains(&socket.id.pid) && socket.seen.netns == link;
    for socket in sockets.iter().filter(is_here) {
        let counts = wire[&socket.cookie].counts;
        sum.bytes[0] += counts.rx_bytes;
        sum.bytes[1] += counts.tx_bytes;
        sum.packets[0] += counts.rx_calls;
        sum.packets[1] += counts.tx_calls;
    }
    let after = interface(here);
    for (way, word) in ["received", "sent"].iter().enumerate() {
        let packets = after.packets[way] - before.packets[way];
        assert_eq!(sum.packets[way], packets, "{name}: packets {word}");
        let bytes = after.bytes[way] - before.bytes[way];
        assert_eq!(sum.bytes[way] + ETHERNET * packets, bytes, "{name}: bytes {word}");
    }
}

/// Number of a namespace.
fn netns_of(netns: &Netns) -> u32 {
    let link = netns.run("readlink /proc/self/ns/net");
    link.trim().trim_start_matches("net:[").trim_end_matches(']').parse().unwrap()
}

#[test]
fn what_sockets_have_on_the_wire_is_what_the_interface_carries() {
    if !need_root() || !need_tool("ip") || !need_tool("nft") {
        return;
    }
    let mut counter = Counter::with_wire(65_536).unwrap_or_else(|why| panic!("{why}\n{}", why.log));
    let (here, there) = quiet_link();
    for name in ["tcp-segments", "udp-small", "tcp6-segments"] {
        compare(name, &mut counter, (&here, &there));
    }
}

#[test]
fn what_is_sent_again_is_counted_again() {
    if !need_root() || !need_tool("ip") || !need_tool("nft") {
        return;
    }
    let mut counter = Counter::with_wire(65_536).unwrap_or_else(|why| panic!("{why}\n{}", why.log));
    let (here, there) = quiet_link();
    there.run("nft add table ip loss");
    there.run("nft 'add chain ip loss input { type filter hook input priority 0; }'");
    there.run("nft add rule ip loss input numgen random mod 100 == 0 drop");
    compare("tcp-segments", &mut counter, (&here, &there));
    let text = here.run("cat /proc/net/snmp");
    let tcp: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("Tcp: ")).collect();
    let place = tcp[0].split(' ').position(|name| name == "RetransSegs").unwrap();
    assert_ne!(tcp[1].split(' ').nth(place), Some("0"), "something was sent again");
}

#[test]
fn sockets_without_room_are_counted_in_sum() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let mut counter = Counter::with_wire(1).unwrap_or_else(|why| panic!("{why}\n{}", why.log));
    let here = Netns::new();
    let there = here.peer();
    let told = traffic::run(traffic::scenario("udp-small"), ROLE, &here, &there);
    let (_, wire) = read(&mut counter);
    let sum: u64 = wire.values().map(|record| record.counts.tx_bytes).sum();
    assert!(sum > told.iter().map(|moved| moved.tx_bytes).sum(), "{wire:?}");
    assert!(wire[&0].counts.tx_bytes > 0 && wire.len() <= 2, "{wire:?}");
}

#[test]
fn what_has_ended_is_told_once_more_and_makes_room() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let mut counter = Counter::with_wire(65_536).unwrap_or_else(|why| panic!("{why}\n{}", why.log));
    let here = Netns::new();
    let there = here.peer();
    let told = traffic::run(traffic::scenario("forked"), ROLE, &here, &there);
    let pids: Vec<u32> = told.iter().map(|moved| moved.pid).collect();
    let (sockets, wire) = read(&mut counter);
    let cookies: Vec<u64> =
        sockets.iter().filter(|socket| pids.contains(&socket.id.pid)).map(|socket| socket.cookie).collect();
    assert!(cookies.len() >= 80 && cookies.iter().all(|cookie| wire.contains_key(cookie)), "{cookies:?}");
    let (_, wire) = read(&mut counter);
    assert!(cookies.iter().all(|cookie| !wire.contains_key(cookie)));
}
