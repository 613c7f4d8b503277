//! Detectors of health: each finds what it is for within two looks after its threshold, and is silent where all is well.

use netmonitor_core::detect::{Finding, Looked, Severity};
use netmonitor_core::sample::Origin;

use crate::kernel::default_route;
use crate::told::Tcp;
use crate::world::{World, open};

/// Lets seconds pass, telling what is to be read in each; the first finding of this name, and in which second it came.
fn first(
    world: &mut World,
    name: &str,
    seconds: u64,
    mut tell: impl FnMut(&mut World, u64),
) -> Option<(u64, Finding)> {
    (0..seconds).find_map(|second| {
        tell(world, second);
        let found = world.found();
        open(&found, name).first().map(|finding| (second, (*finding).clone()))
    })
}

/// The same with one connection of the process whose figures change.
fn of_connection(name: &str, seconds: u64, mut change: impl FnMut(&mut Tcp, u64)) -> Option<(u64, Finding)> {
    first(&mut World::new(), name, seconds, |world, second| {
        let mut tcp = Tcp::new(7);
        change(&mut tcp, second);
        world.own(&[tcp]);
    })
}

fn assert_found(found: Option<(u64, Finding)>, second: u64, severity: Severity, words: &str) {
    let (when, finding) = found.expect("it is found");
    assert!(when <= second, "in second {when}");
    assert_eq!(finding.severity, severity, "{}", finding.what);
    assert!(finding.what.contains(words), "{}", finding.what);
    assert!(!finding.evidence.is_empty());
}

fn count(world: &mut World, path: &'static str, group: &str, counters: &[(&str, u64)]) {
    world.counters(path, &[(group, counters)]);
}

#[test]
fn half_open_connections_pile_up() {
    let name = "half-open-pile-up";
    let pile = |number: u32| {
        move |world: &mut World, _: u64| {
            world.setting("net/ipv4/tcp_max_syn_backlog", "100");
            let mut sockets = vec![Tcp { ports: (80, 0), ..Tcp::in_state(10, 1) }];
            sockets
                .extend((0..number).map(|it| Tcp { ports: (80, 1000 + it as u16), ..Tcp::in_state(3, 0) }));
            world.all(&sockets);
        }
    };
    let found = first(&mut World::new(), name, 9, pile(60));
    assert_found(found.clone(), 3, Severity::Warning, "60 connections to port 80");
    assert_eq!(found.unwrap().1.subject.jump().unwrap().tab, "tcp");
    assert!(first(&mut World::new(), name, 9, pile(40)).is_none());
    // Where the process's own sockets alone are told of it cannot know.
    let mut world = World::new();
    world.setting("net/ipv4/tcp_max_syn_backlog", "100");
    world.own(&[Tcp::new(7)]);
    let findings = world.pass(1).findings.clone().unwrap();
    let place = netmonitor_core::detect::ALL.iter().position(|it| it.name == name).unwrap();
    assert!(matches!(&findings.looked[place], Looked::Elsewhere(why) if why.contains("scope namespace")));
}

#[test]
fn much_is_sent_again() {
    let sends = |again: u64| {
        move |tcp: &mut Tcp, second: u64| {
            tcp.tell("bytes_sent", second * 100_000).tell("bytes_retrans", second * again);
            tcp.tell("data_segs_out", second * 100);
        }
    };
    assert_found(of_connection("retransmissions", 9, sends(4000)), 2, Severity::Warning, "4.0 %");
    assert_found(of_connection("retransmissions", 9, sends(30_000)), 2, Severity::Critical, "30.0 %");
    assert!(of_connection("retransmissions", 60, sends(2000)).is_none());
    // Of a few segments one is a large part.
    let few = |tcp: &mut Tcp, second: u64| {
        tcp.tell("bytes_sent", second * 200)
            .tell("bytes_retrans", second / 3 * 100)
            .tell("data_segs_out", second * 2);
    };
    assert!(of_connection("retransmissions", 60, few).is_none());

    let segments = |again: u64| {
        move |world: &mut World, second: u64| {
            count(world, "snmp", "Tcp", &[("OutSegs", second * 100), ("RetransSegs", second * again)]);
        }
    };
    let name = "namespace-retransmissions";
    assert_found(first(&mut World::new(), name, 9, segments(10)), 2, Severity::Warning, "9.1 %");
    assert!(first(&mut World::new(), name, 60, segments(2)).is_none());
}

#[test]
fn nothing_is_acknowledged() {
    let storm = |timeouts: u64| {
        move |tcp: &mut Tcp, _: u64| {
            tcp.tell("retransmits", timeouts).tell("rto", 1_600_000).tell("unacked", 3);
        }
    };
    assert_found(
        of_connection("timeout-storm", 3, storm(3)),
        0,
        Severity::Warning,
        "3 retransmission timeouts",
    );
    assert!(of_connection("timeout-storm", 3, storm(2)).is_none());
}

#[test]
fn nobody_answers() {
    let asked = |tries: u64| {
        move |world: &mut World, _: u64| {
            let mut tcp = Tcp { timer: 1, ..Tcp::in_state(2, 7) };
            tcp.tell("retransmits", tries);
            world.own(&[tcp]);
        }
    };
    let name = "syn-retries";
    assert_found(first(&mut World::new(), name, 3, asked(1)), 0, Severity::Info, "asked 2 times");
    assert_found(first(&mut World::new(), name, 3, asked(2)), 0, Severity::Warning, "192.0.2.9 port 443");
    assert!(first(&mut World::new(), name, 3, asked(0)).is_none());
}

#[test]
fn connections_fail() {
    let (closed, established) = (7, 1);
    let refused = |world: &mut World, _: u64| world.attempts(2, closed, 111);
    let found = first(&mut World::new(), "connections-refused", 9, refused);
    assert_found(found, 3, Severity::Warning, "192.0.2.9 port 80 were refused");
    let once = |world: &mut World, second: u64| world.attempts(u8::from(second % 30 == 1), closed, 111);
    assert!(first(&mut World::new(), "connections-refused", 200, once).is_none());
    // Another address of the same name accepts.
    let tries = |world: &mut World, second: u64| match second % 2 {
        0 => world.attempts(3, closed, 111),
        _ => world.attempts(3, established, 0),
    };
    assert_found(first(&mut World::new(), "connections-refused", 9, tries), 3, Severity::Info, "refused");

    let lost = |world: &mut World, _: u64| world.attempts(1, closed, 110);
    assert_found(
        first(&mut World::new(), "connections-unanswered", 9, lost),
        1,
        Severity::Warning,
        "given up",
    );
    let opened = |world: &mut World, _: u64| world.attempts(9, established, 0);
    for name in ["connections-unanswered", "connections-refused"] {
        assert!(first(&mut World::new(), name, 60, opened).is_none());
    }
}

#[test]
fn the_other_end_takes_nothing() {
    let window = |closed_for: u64| {
        move |tcp: &mut Tcp, second: u64| {
            let is_closed = second % 10 < closed_for;
            tcp.queues = (0, 50_000);
            tcp.tell("snd_wnd", if is_closed { 0 } else { 9000 }).tell("notsent_bytes", 50_000);
        }
    };
    assert_found(
        of_connection("peer-window-closed", 10, window(10)),
        4,
        Severity::Warning,
        "has taken nothing",
    );
    assert!(of_connection("peer-window-closed", 60, window(2)).is_none());
    // Nothing waits to be sent.
    let idle = |tcp: &mut Tcp, _: u64| _ = tcp.tell("snd_wnd", 0);
    assert!(of_connection("peer-window-closed", 60, idle).is_none());
}

#[test]
fn the_process_reads_slowly() {
    let reads = |tcp: &mut Tcp, second: u64, each_second: u64| {
        tcp.queues = (60_000, 0);
        tcp.memory = (120_000, 131_072);
        tcp.tell("bytes_received", 60_000 + second * each_second);
    };
    let slow = of_connection("slow-reader", 99, |tcp, second| reads(tcp, second, 1000));
    assert_found(slow, 4, Severity::Info, "has filled the receive buffer");
    let mut world = World::new();
    let mut severity = Vec::new();
    for second in 0..33 {
        let mut tcp = Tcp::new(7);
        reads(&mut tcp, second, 0);
        world.own(&[tcp]);
        let found = world.found();
        severity.extend(open(&found, "slow-reader").first().map(|finding| finding.severity));
    }
    assert_eq!((severity[0], *severity.last().unwrap()), (Severity::Info, Severity::Warning));
    let well = |tcp: &mut Tcp, second: u64| {
        let (unread, held) = if second.is_multiple_of(3) { (60_000, 120_000) } else { (500, 2000) };
        (tcp.queues, tcp.memory) = ((unread, 0), (held, 131_072));
        tcp.tell("bytes_received", second * 1_000_000);
    };
    assert!(of_connection("slow-reader", 60, well).is_none());
}

#[test]
fn sending_is_limited() {
    let sends = |window: u64, buffer: u64, busy: u64| {
        move |tcp: &mut Tcp, second: u64| {
            tcp.tell("busy_time", second * busy * 10_000);
            tcp.tell("rwnd_limited", second * window * 10_000)
                .tell("sndbuf_limited", second * buffer * 10_000);
        }
    };
    let found = |window, buffer, busy| of_connection("sender-limited", 20, sends(window, buffer, busy));
    assert_found(found(80, 0, 95), 5, Severity::Info, "by the other end's receive window");
    assert_found(found(10, 70, 95), 5, Severity::Info, "by the send buffer");
    assert!(found(20, 20, 95).is_none());
    assert!(found(20, 0, 30).is_none(), "it is idle most of the time");
}

#[test]
fn packets_wait_in_queues() {
    let sends = |rtt: u64, busy: u64| {
        move |tcp: &mut Tcp, second: u64| {
            tcp.tell("busy_time", second * busy * 10_000).tell("rtt", rtt * 1000).tell("min_rtt", 20_000);
        }
    };
    let found = |rtt, busy| of_connection("bufferbloat", 20, sends(rtt, busy));
    assert_found(found(250, 95), 5, Severity::Info, "230 ms longer");
    assert_found(found(600, 95), 5, Severity::Warning, "580 ms longer");
    assert!(found(120, 95).is_none());
    assert!(found(600, 5).is_none(), "without load it is no queue of its own making");
}

#[test]
fn segments_overtake_each_other_or_come_twice() {
    let grows = |field: &'static str, each: u64| {
        move |tcp: &mut Tcp, second: u64| {
            tcp.tell("data_segs_out", second * 500).tell(field, second * each);
        }
    };
    assert_found(of_connection("reordering", 9, grows("reord_seen", 10)), 3, Severity::Info, "overtook");
    assert!(of_connection("reordering", 9, grows("reord_seen", 1)).is_none());
    let name = "spurious-retransmissions";
    assert_found(of_connection(name, 9, grows("dsack_dups", 10)), 3, Severity::Info, "arrived twice");
    assert!(of_connection(name, 60, grows("dsack_dups", 1)).is_none());
}

#[test]
fn orphans_and_time_wait_near_their_limits() {
    let counts = |orphans: u64, waiting: u64| {
        move |world: &mut World, _: u64| {
            world.setting("net/ipv4/tcp_max_orphans", "1000");
            world.setting("net/ipv4/tcp_max_tw_buckets", "1000");
            let line = format!("TCP: inuse 3 orphan {orphans} tw {waiting} alloc 4 mem 1\n");
            world.file("sockstat", line);
        }
    };
    for (name, counts) in [
        ("orphans-near-limit", [counts(800, 0), counts(700, 0)]),
        ("time-wait-near-limit", [counts(0, 800), counts(0, 700)]),
    ] {
        let [near, well] = counts;
        assert_found(first(&mut World::new(), name, 3, near), 0, Severity::Warning, "800 connections");
        assert!(first(&mut World::new(), name, 3, well).is_none());
    }
    let full = first(&mut World::new(), "orphans-near-limit", 3, counts(1000, 0));
    assert_found(full, 0, Severity::Critical, "1000 connections");
}

#[test]
fn other_ends_never_close() {
    let pile = |number: u32, idle: u64| {
        move |world: &mut World, second: u64| {
            let sockets = (1..=number).map(|it| {
                let mut tcp = Tcp::in_state(5, it);
                tcp.tell("last_data_recv", idle.min(second) * 1000);
                tcp
            });
            world.own(&sockets.collect::<Vec<_>>());
        }
    };
    let name = "fin-wait2-pile-up";
    assert_found(first(&mut World::new(), name, 70, pile(20, 1000)), 61, Severity::Warning, "20 connections");
    assert!(first(&mut World::new(), name, 70, pile(19, 1000)).is_none());
    assert!(first(&mut World::new(), name, 70, pile(20, 3)).is_none(), "data still come");
}

#[test]
fn ports_run_out() {
    let name = "ephemeral-ports-running-out";
    let uses = |number: u16, peers: u16| {
        move |world: &mut World, _: u64| {
            world.setting("net/ipv4/ip_local_port_range", "40000\t40099");
            let socket = |it: u16| Tcp { ports: (40_000 + it, 443 + it % peers), ..Tcp::in_state(6, 0) };
            world.all(&(0..number).map(socket).collect::<Vec<_>>());
        }
    };
    assert_found(first(&mut World::new(), name, 3, uses(85, 1)), 0, Severity::Warning, "85 of 100 ports");
    assert_found(first(&mut World::new(), name, 3, uses(100, 1)), 0, Severity::Critical, "100 of 100");
    assert!(first(&mut World::new(), name, 3, uses(70, 1)).is_none());
    assert!(first(&mut World::new(), name, 3, uses(100, 2)).is_none(), "each peer has the whole range");
    // A server has the same port for all.
    let server = |world: &mut World, _: u64| {
        world.setting("net/ipv4/ip_local_port_range", "40000\t40099");
        world.all(&(0..500).map(|it| Tcp { ports: (40_001, 1000 + it), ..Tcp::new(9) }).collect::<Vec<_>>());
    };
    assert!(first(&mut World::new(), name, 3, server).is_none());
}

#[test]
fn udp_is_short_of_memory() {
    let holds = |pages: u64, errors: u64| {
        move |world: &mut World, second: u64| {
            world.setting("net/ipv4/udp_mem", "600\t800\t1000");
            world.file("sockstat", format!("UDP: inuse 3 mem {pages}\n"));
            world.file("snmp6", "Udp6MemErrors\t0\n");
            count(world, "snmp", "Udp", &[("MemErrors", second * errors)]);
        }
    };
    let name = "udp-memory-pressure";
    assert_found(first(&mut World::new(), name, 3, holds(950, 0)), 0, Severity::Warning, "95 %");
    assert_found(first(&mut World::new(), name, 3, holds(500, 4)), 1, Severity::Critical, "4 datagrams");
    assert!(first(&mut World::new(), name, 3, holds(800, 0)).is_none());
}

#[test]
fn descriptors_are_used_up() {
    use netmonitor_core::sample::Origin;
    let open = |number: u64, limit: &'static str| {
        move |world: &mut World, _: u64| {
            world.set(Origin::process("fd"), number.to_string());
            world.set(Origin::process("limits"), format!("Max open files  {limit}  4096  files\n"));
        }
    };
    let name = "descriptors-near-limit";
    assert_found(first(&mut World::new(), name, 3, open(95, "100")), 0, Severity::Warning, "95 descriptors");
    assert_found(first(&mut World::new(), name, 3, open(100, "100")), 0, Severity::Critical, "of 100");
    assert!(first(&mut World::new(), name, 3, open(80, "100")).is_none());
    assert!(first(&mut World::new(), name, 3, open(100_000, "unlimited")).is_none());

    let name = "socket-leak";
    let holds = |number: fn(u64) -> u64| {
        move |world: &mut World, second: u64| world.links(&(0..number(second)).collect::<Vec<_>>())
    };
    let found = first(&mut World::new(), name, 700, holds(|second| 10 + second / 5));
    assert_found(found, 602, Severity::Warning, "sockets more than 10 minutes ago");
    for healthy in [|second| 10 + second % 300, |second: u64| 10 + second.min(200), |second| 10 + second / 50]
    {
        assert!(first(&mut World::new(), name, 1500, holds(healthy)).is_none());
    }
}

#[test]
fn interfaces_lose_packets() {
    let errors =
        |each: u64| move |world: &mut World, second: u64| world.interface(second * 1000, second * each, 0);
    let drops =
        |each: u64| move |world: &mut World, second: u64| world.interface(second * 1000, 0, second * each);
    assert_found(
        first(&mut World::new(), "interface-errors", 9, errors(15)),
        2,
        Severity::Warning,
        "had errors",
    );
    assert!(first(&mut World::new(), "interface-errors", 60, errors(5)).is_none());
    assert_found(
        first(&mut World::new(), "interface-drops", 9, drops(300)),
        3,
        Severity::Warning,
        "were dropped",
    );
    // Protocols that nobody speaks, on a quiet network.
    let noise = |world: &mut World, second: u64| world.interface(second * 3, 0, second / 2);
    assert!(first(&mut World::new(), "interface-drops", 300, noise).is_none());
    assert!(first(&mut World::new(), "interface-errors", 60, drops(60)).is_none());
}

#[test]
fn cpus_lose_packets() {
    let drops = |world: &mut World, second: u64| world.softnet(second as u32 * 4, 0);
    let squeezes = |each: u32| move |world: &mut World, second: u64| world.softnet(9, second as u32 * each);
    let found = first(&mut World::new(), "softnet-drops", 9, drops);
    assert_found(found.clone(), 1, Severity::Warning, "CPU 3 dropped 4");
    assert_eq!(found.unwrap().1.subject.jump().unwrap().cells, [("cpu", "3".to_owned())]);
    assert_found(
        first(&mut World::new(), "softnet-squeezes", 9, squeezes(100)),
        4,
        Severity::Info,
        "CPU 3 left",
    );
    assert!(first(&mut World::new(), "softnet-squeezes", 99, squeezes(2)).is_none());
    assert!(first(&mut World::new(), "softnet-drops", 99, squeezes(2)).is_none());
}

#[test]
fn connection_tracking_is_full() {
    let tracks = |number: u64| {
        move |world: &mut World, _: u64| {
            world.setting("net/netfilter/nf_conntrack_max", "1000");
            world.setting("net/netfilter/nf_conntrack_count", &number.to_string());
        }
    };
    let name = "conntrack-nearly-full";
    assert_found(first(&mut World::new(), name, 3, tracks(800)), 0, Severity::Warning, "800 connections");
    assert_found(first(&mut World::new(), name, 3, tracks(990)), 0, Severity::Critical, "of 1000");
    assert!(first(&mut World::new(), name, 3, tracks(700)).is_none());

    let drops = |drop: u64, early: u64| {
        move |world: &mut World, second: u64| {
            let line = |times: u64| format!("00000010 {:08x} {:08x} 00000007\n", drop * times, early * times);
            let text =
                format!("entries  drop early_drop  insert_failed\n{}{}", line(second), line(second * 2));
            world.file("stat/nf_conntrack", text);
        }
    };
    let name = "conntrack-drops";
    assert_found(first(&mut World::new(), name, 3, drops(2, 0)), 1, Severity::Critical, "6 packets");
    assert_found(first(&mut World::new(), name, 3, drops(0, 1)), 1, Severity::Warning, "3 connections");
    assert!(first(&mut World::new(), name, 30, drops(0, 0)).is_none());
}

#[test]
fn neighbours_do_not_answer_or_are_too_many() {
    let knows = |entries: u64, refused: u64| {
        move |world: &mut World, second: u64| {
            for (path, limit) in [
                ("stat/arp_cache", "net/ipv4/neigh/default/gc_thresh3"),
                ("stat/ndisc_cache", "net/ipv6/neigh/default/gc_thresh3"),
            ] {
                world.setting(limit, "1000");
                world.file(path, format!("entries  table_fulls\n{entries:08x} {:08x}\n", refused * second));
            }
        }
    };
    let name = "neighbour-table-overflow";
    assert_found(first(&mut World::new(), name, 3, knows(950, 0)), 0, Severity::Warning, "950 neighbours");
    assert_found(first(&mut World::new(), name, 3, knows(500, 3)), 1, Severity::Critical, "3 neighbours");
    assert!(first(&mut World::new(), name, 3, knows(800, 0)).is_none());

    let name = "neighbour-unreachable";
    let (reachable, failed) = (0x02, 0x20);
    let asks = |host: u8, state: u16| {
        move |world: &mut World, _: u64| {
            world.set(Origin::Dump("rtnetlink/route".into()), default_route("192.0.2.1", 3));
            world.own(&[Tcp::new(7)]);
            world.neighbours(&[(host, state), (77, reachable)]);
        }
    };
    assert_found(first(&mut World::new(), name, 9, asks(5, failed)), 4, Severity::Info, "host 192.0.2.5");
    assert_found(
        first(&mut World::new(), name, 9, asks(1, failed)),
        4,
        Severity::Warning,
        "gateway 192.0.2.1",
    );
    assert_found(
        first(&mut World::new(), name, 9, asks(9, failed)),
        4,
        Severity::Warning,
        "has a connection to",
    );
    assert!(first(&mut World::new(), name, 9, asks(1, reachable)).is_none());
}

#[test]
fn large_packets_do_not_get_through() {
    let hole = |acked: u64, flying: u32| {
        move |tcp: &mut Tcp, _: u64| {
            tcp.queues = (0, flying);
            tcp.tell("retransmits", 2).tell("bytes_acked", acked).tell("pmtu", 1500);
        }
    };
    assert_found(of_connection("mtu-black-hole", 3, hole(200, 5000)), 0, Severity::Warning, "1448 bytes");
    assert!(
        of_connection("mtu-black-hole", 3, hole(900_000, 5000)).is_none(),
        "large ones were acknowledged"
    );
    assert!(of_connection("mtu-black-hole", 3, hole(200, 300)).is_none(), "a small one was lost");
}

#[test]
fn unix_connections_wait() {
    let waits = |waiting: u32| move |world: &mut World, _: u64| world.unix(50, (waiting, 10));
    let name = "unix-accept-queue-near-full";
    assert_found(first(&mut World::new(), name, 3, waits(8)), 0, Severity::Warning, "8 wait");
    assert_found(first(&mut World::new(), name, 3, waits(11)), 0, Severity::Critical, "11 wait");
    assert!(first(&mut World::new(), name, 3, waits(5)).is_none());
}

#[test]
fn messages_of_the_kernel_are_lost() {
    let name = "netlink-drops";
    let drops = |world: &mut World, second: u64| world.netlink(60, second as u32 * 2);
    assert_found(first(&mut World::new(), name, 3, drops), 1, Severity::Warning, "2 messages");
    assert!(first(&mut World::new(), name, 9, |world, _| world.netlink(60, 100)).is_none());
}

#[test]
fn packets_met_congestion() {
    let marks = |each: u64| {
        move |world: &mut World, second: u64| {
            let counters = [("InCEPkts", second * each), ("InECT0Pkts", second * 900), ("InECT1Pkts", 0)];
            count(world, "netstat", "IpExt", &counters);
        }
    };
    assert_found(first(&mut World::new(), "congestion-marks", 9, marks(100)), 2, Severity::Info, "10 %");
    assert!(first(&mut World::new(), "congestion-marks", 60, marks(9)).is_none());
}
