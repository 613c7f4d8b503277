//! What the kernel drops, or cannot do, on the way of packets.

use std::io::Write;

use netmonitor_testkit::need_tool;

use super::health::Shell;
use super::world::{ACK, Segment, World, world};
use super::{Scenario, scenarios};

scenarios! {
    SHRUNK "makes its receive buffer smaller than what the other end may send" ["receive-queue-drops"];
    STALLED "is held up in the middle of receiving while much arrives" ["backlog-drops"];
    FORWARDS "forwards packets to a link that they are too large for" ["fragmentation-failures"];
    TUNNEL "sends through a tunnel whose other end has no route" ["interface-errors"];
    ORPHANS "ends connections to a host that went away, with something left to send" ["orphans-near-limit"];
    LATE "sends over a path that suddenly takes much longer" ["spurious-retransmissions"];
    TRANSLATED "has its connections translated to fewer ports than there are connections" ["conntrack-drops"];
}

/// A connection that the process here has accepted at port 4433.
fn accepted(world: &mut World) {
    world.here(&["listen 4433"]);
    world.there(&["connect 192.0.2.1 4433"]);
    world.here(&["accept"]);
}

#[test]
fn a_receive_buffer_that_becomes_smaller() {
    let Some(mut world) = world() else { return };
    accepted(&mut world);
    let mut looking = world.looking(&SHRUNK);
    world.here(&["shrink"]);
    world.there.tell("send 1000000");
    let found = looking.find();
    assert!(found[0]["evidence"].as_str().unwrap().contains("TcpExt.TCPRcvQDrop"), "{found:?}");
}

#[test]
fn a_program_that_is_held_up_while_it_receives() {
    let Some(mut world) = world() else { return };
    accepted(&mut world);
    let ports = (world.peer_port(4433), 4433);
    let mut looking = world.looking(&STALLED);
    world.there(&["send 1"]);
    world.here(&["stall"]);
    // Where they belong is not looked at before they wait. So does whoever asks for figures of the socket.
    let step = Segment { data: &[0; 1400], ..Segment::bare(ports, ACK) }.step();
    (0..1000).for_each(|_| world.there(&[&step]));
    world.here(&["go-on"]);
    assert_eq!(looking.find()[0]["about"], "TcpExt.TCPBacklogDrop");
}

#[test]
fn packets_that_are_too_large_for_the_next_link() {
    let Some(mut world) = world() else { return };
    for words in [
        "link add veth1 type veth peer name veth2",
        "link set veth2 up",
        "link set veth1 mtu 80 up",
        "route add 198.51.100.0/24 dev veth1",
        "neigh add 198.51.100.1 lladdr 02:00:00:00:00:01 dev veth1",
    ] {
        world.netns.ip(words);
    }
    world.netns.run("sysctl -qw net.ipv4.ip_forward=1");
    world.peer.ip("route add 198.51.100.0/24 via 192.0.2.1");
    let mut looking = world.looking(&FORWARDS);
    world.there(&["datagrams 198.51.100.1 9 1"]);
    assert_eq!(looking.find()[0]["about"], "Ip.FragFails");
}

#[test]
fn a_tunnel_whose_end_cannot_be_reached() {
    let Some(mut world) = world() else { return };
    for words in [
        "link add vxlan0 type vxlan id 5 remote 203.0.113.9 dstport 4789",
        "addr add 10.5.0.1/24 dev vxlan0",
        "link set vxlan0 up",
        "neigh add 10.5.0.2 lladdr 02:00:00:00:00:05 dev vxlan0",
    ] {
        world.netns.ip(words);
    }
    let mut looking = world.looking(&TUNNEL);
    world.here(&["datagrams 10.5.0.2 9 20"]);
    let found = looking.find();
    assert_eq!((&found[0]["about"], &found[0]["severity"]), (&"interface vxlan0".into(), &"warning".into()));
}

#[test]
fn connections_that_belong_to_nobody() {
    let Some(mut world) = world().filter(|_| need_tool("nft")) else { return };
    world.there(&["listen 4434"]);
    let script = "for i in {1..30}; do exec {fd}<>/dev/tcp/192.0.2.2/4434; all+=($fd); done; echo; read; \
                  for fd in ${all[@]}; do echo x >&$fd; done; for fd in ${all[@]}; do exec {fd}>&-; done";
    let mut shell = Shell::start(&world.netns, script);
    shell.wait_for_line();
    // The limit is the machine's, and so is the number of those that there are.
    let limit = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_max_orphans").unwrap();
    let percent = 25.0 * 100.0 / limit.trim().parse::<f64>().unwrap();
    let mut looking = world.judging(&[("orphans-percent", percent)], &ORPHANS);
    world
        .peer
        .run("nft add table inet t && nft add chain inet t in '{ type filter hook input priority 0; }'");
    world.peer.run("nft add rule inet t in tcp dport 4434 drop");
    shell.0.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    assert_eq!(looking.find()[0]["of"], "host");
}

#[test]
fn a_path_that_takes_much_longer() {
    let Some(mut world) = world().filter(|_| need_tool("tc")) else { return };
    world.there(&["listen 4435"]);
    world.here(&["connect 192.0.2.2 4435"]);
    world.there(&["accept"]);
    let thresholds = [("spurious-retransmission-segments", 1.0)];
    let mut looking = world.judging(&thresholds, &LATE);
    // The time that it takes is learned.
    for _ in 0..20 {
        world.here(&["send 100"]);
        world.there(&["receive 100"]);
    }
    // What comes waits for a second and more, and not a packet is lost.
    super::health::detour(&world.peer, "match u32 0 0", "rate 16kbit burst 1600 limit 1000kb");
    world.there.tell("receive 3000");
    world.here.tell("send 3000");
    assert_eq!(looking.find()[0]["severity"], "info");
}

#[test]
fn more_connections_than_ports_to_translate_to() {
    let Some(mut world) = world().filter(|_| need_tool("nft")) else { return };
    world
        .netns
        .run("nft add table ip t && nft add chain ip t out '{ type nat hook postrouting priority 100; }'");
    world.netns.run("nft add rule ip t out tcp dport 4436 snat to 192.0.2.1:5000");
    world.there(&["listen 4436"]);
    world.here(&["connect 192.0.2.2 4436"]);
    let mut looking = world.looking(&TRANSLATED);
    let mut second = netmonitor_testkit::puppet::Puppet::start(&world.netns, crate::events::ROLE);
    second.tell("connect 192.0.2.2 4436");
    let found = looking.find();
    assert_eq!(found[0]["severity"], "critical", "{found:?}");
}
