//! Detectors of what an attack does or leaves behind: each finds it, and is silent about what is like it and harmless.

use netmonitor_core::detect::{Finding, Severity};
use netmonitor_core::sample::Origin;
use netmonitor_core::scope::Scope;

use crate::kernel::*;
use crate::world::{World, open};

/// What is open of one name, and how bad it is.
fn found(world: &mut World, name: &str) -> Vec<(Severity, String)> {
    told(&world.found(), name)
}

fn told(all: &[Finding], name: &str) -> Vec<(Severity, String)> {
    open(all, name).into_iter().map(|it| (it.severity, it.what.clone())).collect()
}

/// A world where the process has these connections of TCP.
fn connected(exe: &str, remotes: &[&str]) -> World {
    let mut world = World::new();
    process(&mut world, exe, 1);
    connect(&mut world, remotes);
    world
}

fn connect(world: &mut World, remotes: &[&str]) {
    let sockets: Vec<Socket> =
        (100..).zip(remotes).map(|(inode, remote)| Socket::new("10.0.0.5:40000", remote, inode)).collect();
    hold(world, "tcp", &sockets);
}

fn hold(world: &mut World, file: &'static str, sockets: &[Socket]) {
    let inodes: Vec<u64> = sockets.iter().map(|socket| socket.inode).collect();
    world.links(&inodes);
    world.file(file, if file == "tcp" { tcp(sockets) } else { datagrams(sockets) });
}

#[test]
fn ends_that_are_tried_in_vain() {
    let mut world = World::new();
    process(&mut world, "/usr/bin/x", 1);
    let fail = |world: &mut World, network: [u8; 3], host: u8| {
        let remote = format!("{}.{}.{}.{host}:22", network[0], network[1], network[2]).parse().unwrap();
        events(world, &[(u64::from(host) * 1_000_000, remote, Attempt::Refused)]);
        told(&world.found(), "outbound-scan")
    };
    for host in 1..25 {
        assert!(fail(&mut world, [192, 0, 2], host).is_empty(), "{host}");
    }
    let said = fail(&mut world, [192, 0, 2], 25);
    assert_eq!(said[0].0, Severity::Warning);
    assert!(
        said[0].1.contains("connections to 25 ends failed") && said[0].1.contains("25 addresses, 1 ports")
    );
    // The same one again and again is a service that is down; in one's own network there may be many.
    let mut world = World::new();
    process(&mut world, "/usr/bin/x", 1);
    for _ in 0..100 {
        assert!(fail(&mut world, [192, 0, 2], 1).is_empty());
    }
    for host in 1..100 {
        assert!(fail(&mut world, [10, 0, 0], host).is_empty());
    }
}

#[test]
fn ends_that_do_not_answer_are_seen_without_events() {
    let mut world = World::new();
    process(&mut world, "/usr/bin/x", 1);
    let waiting = |retransmits| -> Vec<Socket> {
        let one = |host: u64| Socket {
            state: SYN_SENT,
            retransmits,
            ..Socket::new("10.0.0.5:40000", &format!("192.0.2.{host}:22"), host)
        };
        (1..30).map(one).collect()
    };
    hold(&mut world, "tcp", &waiting(0));
    assert!(found(&mut world, "outbound-scan").is_empty(), "they have just begun");
    hold(&mut world, "tcp", &waiting(1));
    assert_eq!(found(&mut world, "outbound-scan").len(), 1);
}

#[test]
fn a_sweep_over_neighbours() {
    let mut world = World::new();
    let list = |world: &mut World, failed: u8| {
        let hosts = (1..=failed).flat_map(|host| neighbour(&format!("192.0.2.{host}"), None, FAILED));
        let known = (100..200).flat_map(|host| neighbour(&format!("192.0.2.{host}"), Some(host), REACHABLE));
        world.set(Origin::Dump("rtnetlink/neigh".into()), hosts.chain(known).collect::<Vec<u8>>());
        world.set(Origin::Dump("rtnetlink/link".into()), link(2, "eth0", 0, None));
        told(&world.found(), "neighbour-sweep")
    };
    assert!(list(&mut world, 24).is_empty());
    assert_eq!(list(&mut world, 25)[0].1, "25 addresses behind eth0 do not answer");
}

/// Connections at these times, in milliseconds; whether they are a beacon, and how bad.
fn beacon(remote: &str, times: impl Iterator<Item = u64>) -> Option<Severity> {
    let mut world = World::new();
    process(&mut world, "/usr/bin/x", 1);
    let remote = remote.parse().unwrap();
    let mut worst = None;
    for time in times {
        events(&mut world, &[(time * 1_000_000, remote, Attempt::Opened)]);
        worst = worst.max(told(&world.found(), "beaconing").first().map(|(severity, _)| *severity));
        // What happened is told once.
        events(&mut world, &[]);
    }
    worst
}

#[test]
fn calls_home_are_told_from_work() {
    let jitter = [0, 700, -500, 300, -900, 800, -200, 100];
    let call = |count: u64| {
        (1..=count).map(move |number| (number * 10_000).saturating_add_signed(jitter[number as usize % 8]))
    };
    assert_eq!(beacon("192.0.2.9:443", call(16)), Some(Severity::Warning));
    assert_eq!(beacon("192.0.2.9:443", call(15)), None, "too few to say");
    assert_eq!(beacon("10.0.0.9:443", call(20)), Some(Severity::Info), "in one's own network it is polling");
    let busy = (1..=40).map(|number| number * 1000);
    assert_eq!(beacon("192.0.2.9:443", busy), None, "who connects every second is at work");
    let work =
        [1, 2, 9, 40, 41, 43, 100, 101, 160, 161, 162, 230, 231, 290, 291, 400, 401, 402, 403, 480, 500];
    assert_eq!(beacon("192.0.2.9:443", work.into_iter().map(|second| second * 1000)), None);
}

#[test]
fn a_beacon_is_found_without_events_too_and_is_over_when_it_ends() {
    let mut world = World::with(&[("beacon-connections", 6.0)]);
    process(&mut world, "/usr/bin/x", 1);
    connect(&mut world, &[]);
    world.pass(5);
    let mut last = Vec::new();
    for call in 0..7 {
        let socket = Socket::new("10.0.0.5:40000", "192.0.2.9:443", 500 + call);
        hold(&mut world, "tcp", &[socket]);
        last = found(&mut world, "beaconing");
        connect(&mut world, &[]);
        world.pass(9);
    }
    assert_eq!(last.len(), 1, "{last:?}");
    assert!(last[0].1.contains("one every 10.0 s"), "{last:?}");
    assert!(told(&world.pass(60).findings.clone().unwrap().all, "beaconing").is_empty());
}

#[test]
fn long_connections() {
    let mut world = connected("/usr/bin/x", &["192.0.2.9:443", "10.0.0.9:5432"]);
    world.pass(3600);
    let said = found(&mut world, "long-connection");
    assert_eq!((said.len(), said[0].0), (1, Severity::Info));
    assert!(said[0].1.contains("192.0.2.9 port 443 for at least 1.0 hours"), "{said:?}");
}

#[test]
fn ports_of_others() {
    let remotes = ["192.0.2.9:4444", "10.0.0.9:4444", "192.0.2.9:443", "127.0.0.1:80", "10.0.0.9:80"];
    let all = connected("/usr/bin/x", &remotes).found();
    let about = |name| open(&all, name).iter().map(|it| it.subject.to_string()).collect::<Vec<_>>();
    assert_eq!(about("unusual-port"), ["tcp 192.0.2.9:4444"]);
    assert_eq!(about("miner-pool-port"), ["tcp 192.0.2.9:4444"]);
    assert_eq!(about("cleartext-protocol"), ["tcp 10.0.0.9:80"]);
    assert!(about("ssh-to-other-port").is_empty() && about("metadata-service").is_empty());
    // What was accepted is not one's own choice.
    let mut world = World::new();
    let listening = Socket::new("10.0.0.5:4000", "0.0.0.0:0", 1);
    let accepted = Socket::new("10.0.0.5:4000", "192.0.2.9:2222", 2);
    hold(&mut world, "tcp", &[listening, accepted]);
    assert!(found(&mut world, "unusual-port").is_empty());
}

#[test]
fn ssh_to_another_port() {
    assert_eq!(found(&mut connected("/usr/bin/ssh", &["192.0.2.9:8443"]), "ssh-to-other-port").len(), 1);
    assert!(found(&mut connected("/usr/bin/ssh", &["192.0.2.9:22"]), "ssh-to-other-port").is_empty());
    assert!(found(&mut connected("/usr/bin/curl", &["192.0.2.9:8443"]), "ssh-to-other-port").is_empty());
}

#[test]
fn a_connection_that_was_over_between_two_looks() {
    let mut world = World::new();
    process(&mut world, "/usr/bin/x", 1);
    events(&mut world, &[(5_000_000, "169.254.169.254:80".parse().unwrap(), Attempt::Opened)]);
    let said = found(&mut world, "metadata-service");
    assert_eq!(said[0].0, Severity::Warning);
}

#[test]
fn udp_that_few_use() {
    let mut world = World::new();
    let socket = |remote: &str, inode| Socket::new("10.0.0.5:50000", remote, inode);
    hold(
        &mut world,
        "udp",
        &[socket("192.0.2.9:9999", 1), socket("192.0.2.9:443", 2), socket("10.0.0.9:9999", 3)],
    );
    let all = world.found();
    let about: Vec<_> = open(&all, "unexpected-udp").iter().map(|it| it.subject.to_string()).collect();
    assert_eq!(about, ["udp 192.0.2.9:9999"]);
}

/// How bad it is that a program has a connection, and its standard streams are these.
fn shell(exe: &str, remote: &str, links: &str) -> Option<Severity> {
    let mut world = connected(exe, &[remote]);
    world.set(Origin::Links(42), format!("ns/net net:[77]\n{links}"));
    told(&world.found(), "shell-on-network").first().map(|(severity, _)| *severity)
}

#[test]
fn shells_on_the_network() {
    let on_streams = "fd/0 socket:[100]\nfd/1 socket:[100]\nfd/2 socket:[100]\n";
    assert_eq!(shell("/usr/bin/dash", "192.0.2.9:4000", on_streams), Some(Severity::Critical));
    assert_eq!(shell("/usr/bin/dash", "127.0.0.1:4000", on_streams), Some(Severity::Critical));
    assert_eq!(shell("/usr/bin/bash", "192.0.2.9:4000", "fd/7 socket:[100]\n"), Some(Severity::Warning));
    assert_eq!(shell("/usr/bin/bash", "127.0.0.1:4000", "fd/7 socket:[100]\n"), None);
    assert_eq!(shell("/usr/bin/python3", "192.0.2.9:4000", "fd/7 socket:[100]\n"), None);
    assert_eq!(shell("/usr/sbin/ftpd", "192.0.2.9:4000", "fd/0 socket:[100]\n"), Some(Severity::Info));
    // Standard streams of services are sockets of UNIX, as journals are.
    assert_eq!(shell("/usr/bin/bash", "192.0.2.9:4000", "fd/1 socket:[7]\nfd/2 socket:[7]\n"), None);
}

#[test]
fn scripts_that_listen() {
    let listen = |exe: &str, local: &str| {
        let mut world = World::new();
        process(&mut world, exe, 1);
        hold(&mut world, "tcp", &[Socket::new(local, "0.0.0.0:0", 1)]);
        found(&mut world, "interpreter-listening")
    };
    assert_eq!(listen("/usr/bin/python3.11", "0.0.0.0:8000")[0].0, Severity::Info);
    assert!(listen("/usr/bin/python3.11", "127.0.0.1:8000").is_empty());
    assert!(listen("/usr/sbin/nginx", "0.0.0.0:80").is_empty());
}

#[test]
fn packet_sockets_and_their_filters() {
    let packet = |exe: &str, filter: usize, held: u64| {
        let mut world = World::new();
        process(&mut world, exe, 1);
        world.links(&[held]);
        world.set(Origin::Dump("sock_diag/packet".into()), packet_socket(9, filter));
        let all = world.found();
        ["packet-socket", "packet-filter-backdoor"]
            .map(|name| told(&all, name).first().map(|(severity, _)| *severity))
    };
    assert_eq!(packet("/tmp/x", 0, 9), [Some(Severity::Warning), None]);
    assert_eq!(packet("/tmp/x", 30, 9), [Some(Severity::Warning), Some(Severity::Critical)]);
    assert_eq!(packet("/usr/bin/tcpdump", 30, 9), [Some(Severity::Warning), None]);
    assert_eq!(packet("/tmp/x", 30, 10), [None, None], "it is somebody else's");
}

#[test]
fn a_packet_socket_in_the_file() {
    let mut world = World::new();
    world.links(&[9]);
    world.file("packet", "header\n0000000000000000 3      3    0003   2     1 0      0      9\n");
    assert_eq!(found(&mut world, "packet-socket").len(), 1);
}

#[test]
fn interfaces_that_become_promiscuous() {
    let mut world = World::new();
    let list = |world: &mut World, promiscuity: u32, master: Option<u32>| {
        let links = [link(2, "eth0", promiscuity, master), link(3, "old0", 1, None)].concat();
        world.set(Origin::Dump("rtnetlink/link".into()), links);
        told(&world.found(), "promiscuous-interface")
    };
    let usual = (Severity::Info, "old0 is in promiscuous mode".to_owned());
    assert_eq!(list(&mut world, 0, None), std::slice::from_ref(&usual));
    let said = list(&mut world, 1, None);
    assert!(
        said.contains(&(Severity::Warning, "eth0 is in promiscuous mode".into())) && said.contains(&usual)
    );
    let mut world = World::new();
    list(&mut world, 0, None);
    assert_eq!(list(&mut world, 1, Some(5)), [usual], "a part of a bridge");
}

/// A world with these neighbours and default routes.
fn link_layer(world: &mut World, neighbours: &[(&str, u8)], gateways: &[(&str, u8)]) {
    let neighbours =
        neighbours.iter().flat_map(|(address, hardware)| neighbour(address, Some(*hardware), REACHABLE));
    let routes = gateways.iter().flat_map(|(address, protocol)| default_route(address, *protocol));
    world.set(Origin::Dump("rtnetlink/link".into()), link(2, "eth0", 0, None));
    world.set(Origin::Dump("rtnetlink/neigh".into()), neighbours.collect::<Vec<u8>>());
    world.set(Origin::Dump("rtnetlink/route".into()), routes.collect::<Vec<u8>>());
}

#[test]
fn neighbours_that_change() {
    let mut world = World::new();
    link_layer(&mut world, &[("192.0.2.7", 7)], &[]);
    assert!(found(&mut world, "neighbour-address-changed").is_empty());
    // It was forgotten in between.
    link_layer(&mut world, &[], &[]);
    world.pass(5);
    link_layer(&mut world, &[("192.0.2.7", 66)], &[]);
    let said = found(&mut world, "neighbour-address-changed");
    assert_eq!(
        said,
        [(
            Severity::Warning,
            "192.0.2.7 on eth0 is at 02:00:00:00:00:42 now, and was at 02:00:00:00:00:07".into()
        )]
    );
    assert!(told(&world.pass(80).findings.clone().unwrap().all, "neighbour-address-changed").is_empty());
    let mut world = World::new();
    for second in 0..20_u8 {
        let present: &[(&str, u8)] =
            if second % 3 == 0 { &[] } else { &[("192.0.2.7", 7), ("192.0.2.8", 8)] };
        link_layer(&mut world, present, &[]);
        assert!(found(&mut world, "neighbour-address-changed").is_empty());
    }
}

#[test]
fn a_gateway_that_has_the_address_of_another() {
    let mut world = World::new();
    let gateway = [("192.0.2.1", 3)];
    link_layer(&mut world, &[("192.0.2.1", 1), ("192.0.2.66", 66)], &gateway);
    assert!(found(&mut world, "gateway-address-shared").is_empty());
    link_layer(&mut world, &[("192.0.2.1", 66), ("192.0.2.66", 66)], &gateway);
    let said = found(&mut world, "gateway-address-shared");
    assert_eq!(said[0].0, Severity::Warning);
    assert!(
        said[0].1.contains("the gateway 192.0.2.1 on eth0 has the hardware address of 192.0.2.66, too"),
        "{said:?}"
    );
    // A router that answers for all from the beginning, and others that share one that is no gateway's.
    let mut world = World::new();
    link_layer(
        &mut world,
        &[("192.0.2.1", 1), ("192.0.2.7", 1), ("192.0.2.8", 8), ("192.0.2.9", 8)],
        &gateway,
    );
    assert_eq!(found(&mut world, "gateway-address-shared")[0].0, Severity::Info);
    let mut world = World::new();
    link_layer(&mut world, &[("fe80::1", 1), ("2001:db8::1", 1)], &[("fe80::1", 9)]);
    assert!(found(&mut world, "gateway-address-shared").is_empty());
}

#[test]
fn gateways_that_change() {
    let mut world = World::new();
    link_layer(&mut world, &[], &[]);
    world.pass(2);
    link_layer(&mut world, &[], &[("192.0.2.1", 3)]);
    assert!(found(&mut world, "gateway-changed").is_empty(), "there was none before");
    link_layer(&mut world, &[], &[("192.0.2.66", 3)]);
    let said = found(&mut world, "gateway-changed");
    assert_eq!(
        said,
        [(
            Severity::Warning,
            "the default route leads over 192.0.2.66 on eth0, and led over 192.0.2.1".into()
        )]
    );
    link_layer(&mut world, &[], &[("192.0.2.1", 3)]);
    assert!(
        told(&world.pass(12).findings.clone().unwrap().all, "gateway-changed").is_empty(),
        "it is as it was"
    );
    link_layer(&mut world, &[], &[("192.0.2.1", 3), ("fe80::1", 9)]);
    assert!(found(&mut world, "gateway-changed").is_empty(), "of the other family");
}

#[test]
fn routers_that_come_along() {
    let mut world = World::new();
    world.file("snmp6", "Icmp6InRouterAdvertisements 5\n");
    link_layer(&mut world, &[], &[("fe80::1", 9)]);
    assert!(told(&world.pass(3).findings.clone().unwrap().all, "rogue-router-advertisement").is_empty());
    link_layer(&mut world, &[], &[("fe80::1", 9), ("fe80::66", 9)]);
    world.file("snmp6", "Icmp6InRouterAdvertisements 6\n");
    let all = world.found();
    let finding = open(&all, "rogue-router-advertisement")[0];
    assert_eq!(
        (finding.severity, finding.subject.to_string()),
        (Severity::Warning, "fe80::66 on eth0".into())
    );
    assert!(finding.evidence_text().contains("6 (before: 5)"), "{}", finding.evidence_text());
}

#[test]
fn echo_messages() {
    let ping = |each_second: u64, holds: bool| {
        let mut world = World::new();
        if holds {
            hold(&mut world, "icmp", &[Socket { state: CLOSE, ..Socket::new("0.0.0.0:7", "0.0.0.0:0", 5) }]);
        }
        let mut worst = Vec::new();
        for second in 0..13 {
            let count = second * each_second;
            world.counters("snmp", &[("Icmp", &[("InEchoReps", count), ("OutEchos", count)])]);
            worst = found(&mut world, "icmp-tunnel");
        }
        worst
    };
    assert_eq!(ping(20, true)[0].0, Severity::Warning);
    assert!(ping(1, true).is_empty(), "somebody pings");
    assert!(ping(20, false).is_empty(), "others do");
}

#[test]
fn doubtful_segments() {
    let mut world = World::new();
    let challenge = |world: &mut World, count: u64| {
        world.counters(
            "netstat",
            &[("TcpExt", &[("TCPChallengeACK", count), ("TCPSYNChallenge", count / 2)])],
        );
        found(world, "forged-segments")
    };
    challenge(&mut world, 0);
    assert!(challenge(&mut world, 19).is_empty());
    assert_eq!(challenge(&mut world, 20)[0].0, Severity::Warning);
    let mut world = World::new();
    for minute in 0..60 {
        assert!(challenge(&mut world, minute * 3).is_empty());
        world.pass(59);
    }
}

#[test]
fn listeners_that_come_later() {
    let listening = |port: u16| Socket::new(&format!("0.0.0.0:{port}"), "0.0.0.0:0", port.into());
    let mut world = World::new();
    process(&mut world, "/usr/bin/x", 1);
    hold(&mut world, "tcp", &[listening(80)]);
    assert!(told(&world.pass(100).findings.clone().unwrap().all, "listener-on-all-addresses").is_empty());
    let local = Socket::new("127.0.0.1:5555", "0.0.0.0:0", 7);
    hold(&mut world, "tcp", &[listening(80), listening(4444), local]);
    let said = found(&mut world, "listener-on-all-addresses");
    assert_eq!((said.len(), said[0].0), (1, Severity::Warning));
    assert!(said[0].1.contains("port 4444"));
    // Opened anew it is the same port.
    hold(&mut world, "tcp", &[]);
    world.pass(3);
    hold(&mut world, "tcp", &[Socket { inode: 81, ..listening(80) }]);
    world.pass(12);
    assert!(found(&mut world, "listener-on-all-addresses").is_empty());
    // While it starts.
    let mut world = World::new();
    process(&mut world, "/usr/bin/x", 1);
    world.pass(10);
    hold(&mut world, "tcp", &[listening(80)]);
    assert!(told(&world.pass(200).findings.clone().unwrap().all, "listener-on-all-addresses").is_empty());
}

#[test]
fn a_listener_that_nobody_holds() {
    let walk = |pass: u64, denied: u64| {
        format!("pass={pass} visited=10 denied={denied} descriptors=1 hiding=0 complete=1")
    };
    let looks = |denied: u64, held: &[u64], capabilities: &str| {
        let mut world = World::in_scope(Scope::Namespace, &[]);
        world.links(held);
        world.set(Origin::Capabilities, format!("CapEff:\t{capabilities}"));
        world.file("tcp", tcp(&[Socket::new("0.0.0.0:31337", "0.0.0.0:0", 5)]));
        for pass in 1..5 {
            world.set(Origin::Walk, walk(pass, denied));
            world.pass(1);
        }
        found(&mut world, "hidden-listener")
    };
    let (none, trace) = ("0", "0000000000080000");
    let said = looks(0, &[], none);
    assert_eq!((said.len(), said[0].0), (1, Severity::Warning));
    assert!(looks(0, &[5], none).is_empty() && looks(1, &[], none).is_empty());
    assert_eq!(looks(1, &[], trace)[0].0, Severity::Info, "it may be of the one that nobody may look at");
}

#[test]
fn executables_that_were_deleted() {
    let deleted = |exe: &str, remotes: &[&str]| {
        let mut world = World::new();
        process(&mut world, "/usr/bin/x", 1);
        connect(&mut world, remotes);
        world.set(Origin::process("exe"), exe);
        told(&world.found(), "deleted-executable").first().map(|(severity, _)| *severity)
    };
    assert_eq!(deleted("/tmp/x (deleted)", &["192.0.2.9:443"]), Some(Severity::Warning));
    assert_eq!(deleted("/memfd:x (deleted)", &["192.0.2.9:443"]), Some(Severity::Critical));
    assert_eq!(deleted("/usr/sbin/nginx (deleted)", &["192.0.2.9:443"]), Some(Severity::Info));
    assert_eq!(deleted("/tmp/x (deleted)", &[]), None);
    assert_eq!(deleted("/usr/sbin/nginx", &["192.0.2.9:443"]), None);
}
