//! What processes send and receive, counted in the kernel, to the byte what they say themselves.

use std::collections::{BTreeMap, BTreeSet};

use netmonitor_core::sample::{Endian, Origin, Sample, Status};
use netmonitor_core::traffic::Counts;
use netmonitor_core::traffic::record::{PROCESS, ProcessRecord, SOCKET, SocketRecord};
use netmonitor_sys::bpf::Counter;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::traffic::{self, Moved, SCENARIOS, Scenario};
use netmonitor_testkit::{need_root, need_tool};

use crate::child::Role;

const ROLE: &str = "bpf::a_role";

#[test]
fn a_role() {
    traffic::run_if_asked();
}

/// What one reading tells.
struct Counted {
    processes: Vec<ProcessRecord>,
    sockets: Vec<SocketRecord>,
    state: String,
}

impl Counted {
    fn read(counter: &mut Counter) -> Self {
        let mut sample = Sample::default();
        counter.tick(&mut sample);
        let part = |name: &'static str| {
            let part = sample.parts.iter().find(|part| part.origin == Origin::Bpf(name.into())).unwrap();
            assert_eq!(part.reading.status, Status::Ok, "{name}");
            &*part.bytes
        };
        let (processes, rest) = part("processes").as_chunks::<PROCESS>();
        assert!(rest.is_empty());
        let (sockets, rest) = part("sockets").as_chunks::<SOCKET>();
        assert!(rest.is_empty());
        Self {
            processes: processes.iter().map(|it| ProcessRecord::read(it, Endian::NATIVE)).collect(),
            sockets: sockets.iter().map(|it| SocketRecord::read(it, Endian::NATIVE)).collect(),
            state: String::from_utf8(part("state").to_vec()).unwrap(),
        }
    }

    /// What each process moved, by its number.
    fn by_process(&self) -> BTreeMap<u32, Counts> {
        let mut sums: BTreeMap<u32, Counts> = BTreeMap::new();
        for process in &self.processes {
            *sums.entry(process.id.pid).or_default() += process.rest;
        }
        for socket in &self.sockets {
            *sums.entry(socket.id.pid).or_default() += socket.counts;
        }
        sums
    }
}

fn start() -> Counter {
    Counter::start().unwrap_or_else(|why| panic!("{why}\n{}", why.log))
}

fn run(scenario: &Scenario) -> Vec<Moved> {
    let here = Netns::new();
    let there = here.peer();
    here.run("sysctl -qw net.ipv4.ping_group_range='0 2147483647'");
    traffic::run(scenario, ROLE, &here, &there)
}

#[test]
fn every_kind_of_traffic_is_counted_to_the_byte() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let mut counter = start();
    assert_eq!(counter.parts(), (true, true), "splice and the ends of sockets are noticed here");
    let mut wrong = Vec::new();
    for scenario in SCENARIOS {
        // What an earlier process of the same number has moved is handed on before.
        Counted::read(&mut counter);
        let told = run(scenario);
        let counted = Counted::read(&mut counter);
        let sums = counted.by_process();
        for Moved { pid, name, rx_bytes, tx_bytes } in &told {
            let sum = sums.get(pid).copied().unwrap_or_default();
            if (sum.rx_bytes, sum.tx_bytes) != (*rx_bytes, *tx_bytes) {
                wrong.push(format!(
                    "{}: {pid} {name} moved {rx_bytes} and {tx_bytes}, counted {} and {}",
                    scenario.name, sum.rx_bytes, sum.tx_bytes
                ));
            }
            let process = counted.processes.iter().find(|process| process.id.pid == *pid);
            let seen = process.map(|process| String::from_utf8_lossy(&process.name).into_owned());
            if seen.as_ref() != Some(name) {
                wrong.push(format!("{}: {pid} is called {name}, seen {seen:?}", scenario.name));
            }
            assert!(process.is_none_or(|process| process.ended), "{}: {pid} has ended", scenario.name);
        }
        assert!(counted.state.ends_with("rx_bytes=0 tx_bytes=0 rx_calls=0 tx_calls=0"), "{}", counted.state);
        assert!(!told.is_empty(), "{}", scenario.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(traffic::sctp_is_refused(), Some(rustix::io::Errno::PROTONOSUPPORT.raw_os_error()));
}

#[test]
fn what_is_over_is_told_once_more_and_makes_room() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let mut counter = start();
    let told = run(traffic::scenario("tcp-short"));
    let counted = Counted::read(&mut counter);
    let pids: Vec<u32> = told.iter().map(|moved| moved.pid).collect();
    let of_them = |counted: &Counted| {
        let sockets = counted.sockets.iter().filter(|socket| pids.contains(&socket.id.pid)).count();
        let processes = counted.processes.iter().filter(|process| pids.contains(&process.id.pid)).count();
        (sockets, processes)
    };
    // Both ends of 20,000 connections, each with its ports.
    assert_eq!(of_them(&counted), (40_000, 2));
    let sockets = counted.sockets.iter().filter(|socket| pids.contains(&socket.id.pid));
    assert!(sockets.clone().all(|socket| socket.seen.speaks() == "tcp" && socket.seen.remote_port > 0));
    assert_eq!(of_them(&Counted::read(&mut counter)), (0, 0));
}

#[test]
fn where_there_is_no_room_sums_stay_exact() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    // Sockets of other tests take some of the room.
    let mut counter = Counter::with_room(64, 1000).unwrap();
    let told = run(traffic::scenario("tcp-streams"));
    let told = [told, run(traffic::scenario("tcp-short"))].concat();
    let counted = Counted::read(&mut counter);
    let sums = counted.by_process();
    for Moved { pid, rx_bytes, tx_bytes, .. } in &told {
        let sum = sums[pid];
        assert_eq!((sum.rx_bytes, sum.tx_bytes), (*rx_bytes, *tx_bytes), "{pid}");
    }
    assert!(counted.processes.iter().any(|process| process.rest.rx_calls > 1000), "most are not split");
    // A process that there is no room for has no sum of its own.
    let mut counter = Counter::with_room(1, 1).unwrap();
    let told = run(traffic::scenario("unix-stream"));
    let counted = Counted::read(&mut counter);
    let word = |name: &str| -> u64 {
        let found = counted.state.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        found.unwrap().parse().unwrap()
    };
    let all = counted.by_process().values().map(|counts| counts.rx_bytes).sum::<u64>() + word("rx_bytes");
    assert!(all >= told.iter().map(|moved| moved.rx_bytes).sum(), "{}", counted.state);
    assert!(word("rx_calls") > 0, "{}", counted.state);
}

#[test]
fn what_tcp_sends_again_is_counted_as_the_kernel_counts_it() {
    if !need_root() || !need_tool("ip") || !need_tool("nft") {
        return;
    }
    let mut counter = start();
    let here = Netns::new();
    let there = here.peer();
    // Only full segments are lost: what is sent again of handshakes is of listeners, too.
    there.run("nft add table ip t");
    there.run("nft add chain ip t in '{ type filter hook input priority 0; }'");
    there.run("nft add rule ip t in meta length gt 1000 numgen random mod 20 == 0 drop");
    let told = traffic::run(traffic::scenario("tcp-both"), ROLE, &here, &there);
    let counted = Counted::read(&mut counter);
    let retrans = |netns: &Netns| -> u64 {
        let snmp = netns.run("grep ^Tcp: /proc/net/snmp");
        let mut lines = snmp.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let (names, values) = (lines.next().unwrap(), lines.next().unwrap());
        values[names.iter().position(|name| *name == "RetransSegs").unwrap()].parse().unwrap()
    };
    let is_told = |pid: u32| told.iter().any(|moved| moved.pid == pid);
    let sockets = counted.sockets.iter().filter(|socket| is_told(socket.id.pid));
    let sum: u64 = sockets.map(|socket| u64::from(socket.seen.retrans)).sum();
    assert_eq!(sum, retrans(&here) + retrans(&there));
    assert!(sum > 0, "some were lost");
}

#[test]
fn connections_that_never_are_leave_nothing_behind() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let mut counter = start();
    let here = Netns::new();
    here.ip("link add veth0 type veth peer name veth1");
    here.ip("addr add 192.0.2.1/24 dev veth0");
    here.ip("link set veth0 up");
    here.ip("link set veth1 up");
    here.ip("neigh add 192.0.2.9 lladdr 02:00:00:00:00:01 dev veth0");
    // The request is sent again after a second, and nobody answers.
    let connect = "timeout 2 bash -c 'exec 3<>/dev/tcp/192.0.2.9/80' 2>/dev/null; true";
    here.run(connect);
    let left = counter.closed_and_unused();
    assert!(left >= 1, "the socket was seen when it sent again");
    // Other tests have connections of their own.
    let is_free = |_| {
        Counted::read(&mut counter);
        counter.closed_and_unused() == 0
    };
    assert!((0..50).any(is_free));
}

#[test]
fn descendants_are_followed_whether_or_not_their_parents_live() {
    if !need_root() || !need_tool("ip") || !need_tool("bash") {
        return;
    }
    let here = Netns::new();
    let (reader, writer) = std::io::pipe().unwrap();
    let mut shell = here.command("bash");
    // Children whose parent, a subshell, has ended before they send; and one that is replaced by another program.
    let script = "read -r _; for i in 1 2 3; do ( ( sleep 0.05; ip link >/dev/null ) & ); done; ip link >/dev/null; sleep 0.5";
    let mut shell = shell.args(["-c", script]).stdin(reader).spawn().unwrap();
    let mut counter = Counter::following(shell.id()).unwrap_or_else(|why| panic!("{why}\n{}", why.log));
    // One of somebody else.
    here.ip("addr");
    std::io::Write::write_all(&mut &writer, b"go\n").unwrap();
    assert!(shell.wait().unwrap().success());
    let counted = Counted::read(&mut counter);
    let followed: Vec<_> = counted.processes.iter().filter(|process| process.followed).collect();
    let names: Vec<_> = followed.iter().map(|process| String::from_utf8_lossy(&process.name)).collect();
    assert_eq!(names, ["ip"; 4], "{followed:?}");
    assert!(counted.processes.iter().any(|process| process.name == b"ip" && !process.followed));
    assert!(counted.state.contains(" unfollowed=0 "), "{}", counted.state);
}

#[test]
fn nothing_stays_in_the_kernel_after_a_kill() {
    if !need_root() {
        return;
    }
    let mut child = Role::start("count", "");
    child.numbers::<1>();
    let descriptors = std::fs::read_dir(format!("/proc/{}/fdinfo", child.pid())).unwrap();
    let texts = descriptors.filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok());
    let lines: Vec<String> =
        texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let numbers = |name: &str| -> BTreeSet<u32> {
        let found = lines.iter().filter_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        found.collect()
    };
    // Those of splice are held by events, that do not tell them: they hold a map, too.
    let (programs, maps) = (numbers("prog_id:"), numbers("map_id:"));
    assert!(programs.len() >= 12 && maps.len() >= 8, "{programs:?} {maps:?}");
    let left = || {
        let loaded = aya::programs::loaded_programs().filter_map(Result::ok);
        let made = aya::maps::loaded_maps().filter_map(Result::ok);
        loaded.filter(|program| programs.contains(&program.id())).count()
            + made.filter(|map| maps.contains(&map.id())).count()
    };
    let all = programs.len() + maps.len();
    assert_eq!(left(), all);
    child.kill_to_zombie();
    // The kernel takes programs out a moment after their last descriptor is closed.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while left() > 0 {
        assert!(std::time::Instant::now() < until, "{} of {all} are left", left());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn several_count_beside_each_other() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let (mut one, mut other) = (start(), start());
    let told = run(traffic::scenario("unix-stream"));
    for counter in [&mut one, &mut other] {
        let sums = Counted::read(counter).by_process();
        assert!(told.iter().all(|moved| sums[&moved.pid].rx_bytes == moved.rx_bytes), "{told:?}");
    }
}

#[test]
fn what_was_moved_in_a_namespace_that_is_gone_is_told() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let mut counter = start();
    let here = Netns::new();
    let there = here.peer();
    let numbers = [&here, &there].map(|netns| {
        let link = netns.run("readlink /proc/self/ns/net");
        link.trim().trim_start_matches("net:[").trim_end_matches(']').parse::<u32>().unwrap()
    });
    let told = traffic::run(traffic::scenario("tcp-streams"), ROLE, &here, &there);
    drop((here, there));
    // Nobody is left who could be asked: what was kept when it was moved is all that there is.
    let counted = Counted::read(&mut counter);
    let sums = counted.by_process();
    for Moved { pid, rx_bytes, tx_bytes, .. } in &told {
        assert_eq!((sums[pid].rx_bytes, sums[pid].tx_bytes), (*rx_bytes, *tx_bytes));
    }
    let theirs = counted.sockets.iter().filter(|socket| told.iter().any(|moved| moved.pid == socket.id.pid));
    let netns: BTreeSet<u32> = theirs.map(|socket| socket.seen.netns).collect();
    assert_eq!(netns, BTreeSet::from(numbers));
    let counted = Counted::read(&mut counter);
    assert!(!counted.sockets.iter().any(|socket| told.iter().any(|moved| moved.pid == socket.id.pid)));
}
