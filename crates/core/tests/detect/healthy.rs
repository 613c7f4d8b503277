//! What is busy and healthy is no finding: an hour of each workload at a tick a second, with all detectors on.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use netmonitor_core::detect::Severity;
use netmonitor_core::sample::Origin;

use crate::hours::HOURS;
use crate::kernel::*;
use crate::world::World;

const SECOND: u64 = 1_000_000_000;
const HOUR: u64 = 3600;

/// A process and its network for an hour.
struct Hour {
    world: World,
    second: u64,
    /// For chance that is the same each time.
    seed: u64,
    /// Sockets, and until which second each is there.
    tcp: Vec<(Socket, u64)>,
    udp: Vec<(Socket, u64)>,
    begun: Vec<(u64, SocketAddr, Attempt)>,
    counters: BTreeMap<(&'static str, &'static str), u64>,
    sockets: u64,
}

/// Groups and counters of `snmp` and `netstat` that move on a healthy machine.
const SNMP: &[(&str, &[&str])] = &[
    ("Ip", &["InReceives", "InDelivers", "OutRequests"]),
    ("Icmp", &["InMsgs", "InDestUnreachs", "InEchos", "OutEchoReps", "InRedirects"]),
    (
        "Tcp",
        &[
            "ActiveOpens",
            "PassiveOpens",
            "AttemptFails",
            "EstabResets",
            "InSegs",
            "OutSegs",
            "RetransSegs",
            "OutRsts",
        ],
    ),
    ("Udp", &["InDatagrams", "NoPorts", "OutDatagrams", "RcvbufErrors"]),
];
const NETSTAT: &[(&str, &[&str])] = &[
    (
        "TcpExt",
        &[
            "TW",
            "DelayedACKs",
            "TCPTimeouts",
            "TCPLossProbes",
            "TCPDSACKRecv",
            "TCPChallengeACK",
            "PAWSEstab",
            "ListenOverflows",
        ],
    ),
    ("IpExt", &["InOctets", "OutOctets", "InNoECTPkts"]),
];

impl Hour {
    fn of(exe: &str) -> Self {
        let mut world = World::new();
        process(&mut world, exe, 1);
        let routers = [default_route("10.0.0.1", 3), default_route("fe80::1", 9)].concat();
        world.set(Origin::Dump("rtnetlink/route".into()), routers);
        let links = [link(1, "lo", 0, None), link(2, "eth0", 0, None), link(3, "veth1", 1, Some(4))].concat();
        world.set(Origin::Dump("rtnetlink/link".into()), links);
        world.set(Origin::Dump("ethtool/linkmodes".into()), link_mode(2, "eth0", 1000, 1));
        let (tcp, udp, begun) = Default::default();
        Self { world, second: 0, seed: 1, tcp, udp, begun, counters: BTreeMap::new(), sockets: 100 }
    }

    /// A number below this one.
    fn chance(&mut self, below: u64) -> u64 {
        // Knuth, The Art of Computer Programming, 3.3.4.
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    fn add(&mut self, group: &'static str, name: &'static str, count: u64) {
        *self.counters.entry((group, name)).or_default() += count;
    }

    fn socket(&mut self, local: &str, remote: &str) -> Socket {
        self.sockets += 1;
        Socket::new(local, remote, self.sockets)
    }

    fn listen(&mut self, port: u16) {
        let socket = self.socket(&format!("0.0.0.0:{port}"), "0.0.0.0:0");
        self.tcp.push((socket, HOUR));
    }

    /// A connection that the process makes, for so many seconds; one of 0 is over before it is looked at.
    fn connect(&mut self, remote: &str, seconds: u64) {
        let at = self.second * SECOND + self.chance(SECOND);
        self.begun.push((at, remote.parse().unwrap(), Attempt::Opened));
        self.add("Tcp", "ActiveOpens", 1);
        self.exchange(20);
        if seconds > 0 {
            let local = if remote.starts_with("127.") { "127.0.0.1" } else { "10.0.0.5" };
            let socket = self.socket(&format!("{local}:{}", 32_768 + self.sockets % 28_000), remote);
            self.tcp.push((socket, self.second + seconds));
        }
    }

    fn refused(&mut self, remote: &str) {
        let at = self.second * SECOND + self.chance(SECOND);
        self.begun.push((at, remote.parse().unwrap(), Attempt::Refused));
        self.add("Tcp", "AttemptFails", 1);
    }

    /// A connection that it accepts.
    fn accept(&mut self, port: u16, remote: &str, seconds: u64) {
        self.add("Tcp", "PassiveOpens", 1);
        self.exchange(20);
        let socket = self.socket(&format!("10.0.0.5:{port}"), remote);
        self.tcp.push((socket, self.second + seconds));
    }

    /// A socket of UDP that is connected.
    fn ask(&mut self, remote: &str, seconds: u64) {
        self.add("Udp", "OutDatagrams", 1);
        self.add("Udp", "InDatagrams", 1);
        let socket = self.socket(&format!("10.0.0.5:{}", 32_768 + self.sockets % 28_000), remote);
        self.udp.push((socket, self.second + seconds.max(1)));
    }

    /// Segments to and fro, of which one in a thousand is lost.
    fn exchange(&mut self, segments: u64) {
        for (group, name) in
            [("Tcp", "InSegs"), ("Tcp", "OutSegs"), ("Ip", "InReceives"), ("Ip", "OutRequests")]
        {
            self.add(group, name, segments);
        }
        self.add("IpExt", "InOctets", segments * 1400);
        let lost = (0..segments.min(100)).filter(|_| self.chance(1000) == 0).count() as u64;
        self.add("Tcp", "RetransSegs", lost);
        self.add("TcpExt", "TCPLossProbes", lost);
    }

    /// What happens on any machine in an hour.
    fn live(&mut self) {
        for (one_in, group, name) in [
            (90, "Tcp", "OutRsts"),
            (120, "Tcp", "EstabResets"),
            (300, "Udp", "NoPorts"),
            (10, "Icmp", "InEchos"),
            (10, "Icmp", "OutEchoReps"),
            (600, "TcpExt", "TCPChallengeACK"),
            (200, "TcpExt", "TCPTimeouts"),
            (400, "TcpExt", "PAWSEstab"),
            (60, "Icmp", "InDestUnreachs"),
        ] {
            let count = u64::from(self.chance(one_in) == 0);
            self.add(group, name, count);
        }
        let mut neighbours =
            [neighbour("10.0.0.1", Some(1), REACHABLE), neighbour("fe80::1", Some(1), REACHABLE)].concat();
        for host in 2..20_u8 {
            // They come and go, and some are switched off.
            let is_there = self.chance(10) > 0;
            let (hardware, state) = if host % 6 == 5 { (None, FAILED) } else { (Some(host), REACHABLE) };
            if is_there {
                neighbours.extend(neighbour(&format!("10.0.0.{host}"), hardware, state));
            }
        }
        self.world.set(Origin::Dump("rtnetlink/neigh".into()), neighbours);
        let advertisements = self.second / 200;
        self.world
            .file("snmp6", format!("Icmp6InRouterAdvertisements {advertisements}\nIcmp6InRedirects 0\n"));
    }

    /// Lets the second pass; fails where something is found that is a warning or worse.
    fn pass(&mut self) {
        let second = self.second;
        for sockets in [&mut self.tcp, &mut self.udp] {
            sockets.retain(|(_, until)| *until > second);
        }
        let sorted =
            |sockets: &[(Socket, u64)]| sockets.iter().map(|(socket, _)| *socket).collect::<Vec<_>>();
        let (streams, asked) = (sorted(&self.tcp), sorted(&self.udp));
        self.world.links(&streams.iter().chain(&asked).map(|socket| socket.inode).collect::<Vec<_>>());
        self.world.file("tcp", tcp(&streams));
        self.world.file("udp", datagrams(&asked));
        for (path, groups) in [("snmp", SNMP), ("netstat", NETSTAT)] {
            let of = |group: &'static str, names: &'static [&'static str]| -> Vec<(&str, u64)> {
                names
                    .iter()
                    .map(|name| (*name, self.counters.get(&(group, *name)).copied().unwrap_or(0)))
                    .collect()
            };
            let values: Vec<_> = groups.iter().map(|(group, names)| (*group, of(group, names))).collect();
            let groups: Vec<(&str, &[(&str, u64)])> =
                values.iter().map(|(group, values)| (*group, &values[..])).collect();
            self.world.counters(path, &groups);
        }
        let packets = |name| self.counters.get(&("Ip", name)).copied().unwrap_or(0);
        let (received, sent) = (packets("InReceives"), packets("OutRequests"));
        let line =
            format!(" eth0: {} {received} 0 0 0 0 0 0 {} {sent} 0 0 0 0 0 0\n", received * 1400, sent * 1400);
        self.world.file("dev", format!("Inter-|\n face |\n{line}"));
        self.begun.sort_by_key(|(at, ..)| *at);
        events(&mut self.world, &self.begun);
        self.begun.clear();
        let snapshot = self.world.pass(1);
        let findings = snapshot.findings.as_ref().unwrap();
        let bad: Vec<_> = findings.open().filter(|finding| finding.severity >= Severity::Warning).collect();
        let told = |finding: &&netmonitor_core::detect::Finding| {
            format!("{}: {} ({})", finding.detector.name, finding.what, finding.evidence_text())
        };
        assert!(bad.is_empty(), "second {second}: {:?}", bad.iter().map(told).collect::<Vec<_>>());
        self.second += 1;
    }

    /// Does this every second of an hour.
    fn run(mut self, mut each: impl FnMut(&mut Self)) {
        while self.second < HOUR {
            self.live();
            each(&mut self);
            self.pass();
        }
        assert!(self.counters[&("Tcp", "OutRsts")] > 0, "something has happened");
    }
}

#[test]
fn each_hour_is_listed() {
    let tests = include_str!("healthy.rs").matches("\n#[test]\nfn a").count();
    assert_eq!(tests, HOURS.len());
    for (name, _) in HOURS {
        assert!(include_str!("healthy.rs").contains(&format!("\n#[test]\nfn {name}() {{")), "{name}");
    }
}

#[test]
fn a_busy_web_server_and_a_busy_client() {
    let mut hour = Hour::of("/usr/sbin/nginx");
    hour.listen(443);
    hour.run(|hour| {
        for _ in 0..hour.chance(12) {
            let client = format!("198.51.100.{}:{}", 1 + hour.chance(250), 1024 + hour.chance(60_000));
            let seconds = 1 + hour.chance(6);
            hour.accept(443, &client, seconds);
        }
        // It asks services of its own, and one on the internet, as its clients want it.
        for _ in 0..hour.chance(4) {
            let (service, seconds) = (hour.chance(3), hour.chance(3));
            hour.connect(&format!("10.0.1.{service}:8443"), seconds);
        }
        if hour.chance(9) == 0 {
            let seconds = hour.chance(5);
            hour.connect("203.0.113.10:443", seconds);
        }
    });
}

#[test]
fn a_database_with_long_connections() {
    let mut hour = Hour::of("/usr/lib/postgresql/16/bin/postgres");
    hour.listen(5432);
    for client in 0..30 {
        hour.accept(5432, &format!("10.0.2.{}:{}", client % 5, 40_000 + client), HOUR);
    }
    hour.connect("10.0.0.6:5432", HOUR);
    hour.run(|hour| hour.exchange(2000));
}

#[test]
fn a_download_of_packages() {
    Hour::of("/usr/lib/apt/methods/http").run(|hour| {
        // Every ten minutes for two.
        if hour.second % 600 < 120 {
            hour.exchange(30_000);
            // The mirror closes a connection after some hundred files.
            if hour.chance(12) == 0 {
                let seconds = 1 + hour.chance(20);
                for mirror in ["203.0.113.20:80", "203.0.113.21:443"] {
                    hour.connect(mirror, seconds);
                }
            }
        }
    });
}

#[test]
fn an_upload_of_a_backup() {
    let mut hour = Hour::of("/usr/bin/restic");
    for _ in 0..5 {
        hour.connect("203.0.113.30:443", HOUR);
    }
    hour.run(|hour| hour.exchange(60_000));
}

#[test]
fn a_clock_that_is_set_over_the_network() {
    Hour::of("/usr/sbin/chronyd").run(|hour| {
        for server in 0..4 {
            if (hour.second + server * 13).is_multiple_of(64) {
                hour.ask(&format!("203.0.113.{}:123", 40 + server), 1);
            }
        }
    });
}

#[test]
fn a_browser_that_opens_pages() {
    Hour::of("/usr/lib/firefox/firefox").run(|hour| {
        if hour.chance(45) == 0 {
            for _ in 0..40 {
                let (host, seconds) = (hour.chance(200), hour.chance(60));
                hour.connect(&format!("203.0.113.{host}:443"), seconds);
            }
            for _ in 0..8 {
                let (host, seconds) = (hour.chance(200), hour.chance(60));
                hour.ask(&format!("203.0.113.{host}:443"), seconds);
            }
            // Some trackers are not reached.
            let host = 1 + hour.chance(4);
            hour.refused(&format!("198.51.100.{host}:443"));
        }
    });
}

#[test]
fn a_resolver_of_dns() {
    let mut hour = Hour::of("/usr/sbin/unbound");
    hour.listen(53);
    let socket = Socket { state: CLOSE, ..hour.socket("10.0.0.5:53", "0.0.0.0:0") };
    hour.udp.push((socket, HOUR));
    hour.run(|hour| {
        for _ in 0..hour.chance(20) {
            let server = hour.chance(250);
            hour.ask(&format!("203.0.113.{server}:53"), 1);
        }
        if hour.chance(10) == 0 {
            let server = hour.chance(250);
            hour.connect(&format!("203.0.113.{server}:53"), 1);
        }
    });
}

#[test]
fn a_scraper_of_metrics() {
    Hour::of("/usr/bin/prometheus").run(|hour| {
        if hour.second.is_multiple_of(15) {
            for target in 0..40 {
                // Some are down, and asked again each time.
                match target % 8 {
                    0 => hour.refused(&format!("10.0.3.{target}:9100")),
                    _ => hour.connect(&format!("10.0.3.{target}:9100"), target % 2),
                }
            }
        }
    });
}

#[test]
fn a_session_of_ssh_that_idles() {
    let mut hour = Hour::of("/usr/bin/ssh");
    hour.connect("203.0.113.50:22", HOUR);
    hour.run(|hour| {
        if hour.second.is_multiple_of(60) {
            hour.exchange(1);
        }
    });
}

#[test]
fn a_load_generator_on_loopback() {
    Hour::of("/usr/bin/wrk").run(|hour| {
        for _ in 0..20 {
            let seconds = hour.chance(2);
            hour.connect("127.0.0.1:8080", seconds);
        }
        if hour.chance(300) == 0 {
            hour.refused("127.0.0.1:8080");
        }
    });
}
