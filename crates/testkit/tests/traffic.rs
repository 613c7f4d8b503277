//! The generators of traffic: what one side sent, the other received.

use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::traffic::{Moved, Over, SCENARIOS, Scenario, run, run_if_asked, scenario};
use netmonitor_testkit::{need_root, need_tool};

const ROLE: &str = "a_role";

/// Not a test but what the processes of the others are.
#[test]
fn a_role() {
    run_if_asked();
}

#[test]
fn traffic_over_the_link() {
    check_all(Over::Link);
}

#[test]
fn traffic_in_one_namespace() {
    check_all(Over::Loopback);
}

fn check_all(over: Over) {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let here = Netns::new();
    let there = here.peer();
    for scenario in SCENARIOS.iter().filter(|scenario| scenario.over == over) {
        let began = std::time::Instant::now();
        let moved = run(scenario, ROLE, &here, &there);
        let refused = moved.is_empty() && ["mptcp", "io-uring", "io-uring-zc"].contains(&scenario.name);
        if !refused {
            let (rx, tx) = totals(&moved);
            println!("{}: {rx} {tx} by {} in {:?}", scenario.name, moved.len(), began.elapsed());
            check(scenario, &moved);
        }
    }
}

fn totals(moved: &[Moved]) -> (u64, u64) {
    let sum = |number: fn(&Moved) -> u64| moved.iter().map(number).sum();
    (sum(|one| one.rx_bytes), sum(|one| one.tx_bytes))
}

fn check(scenario: &Scenario, moved: &[Moved]) {
    let (rx, tx) = totals(moved);
    assert!(rx > 0 && tx > 0, "{}: {moved:?}", scenario.name);
    assert!(moved.iter().all(|one| !one.name.is_empty()), "{}: {moved:?}", scenario.name);
    let expected = match scenario.name {
        // The kernel at the other end does not count.
        "icmp-raw" => tx + 100 * 20,
        // Each is received with an IP header.
        "raw-253" => tx + 2 * 48 * 8 * 20,
        // Half of those longer than 100 bytes came as 100.
        "trunc" => tx - (0..300).step_by(2).map(|number| number * 3).sum::<u64>(),
        "netlink" => rx,
        _ => tx,
    };
    assert_eq!(rx, expected, "{}: {moved:?}", scenario.name);
    let processes = match scenario.name {
        "icmp-raw" | "icmp-ping" | "netlink" => 1,
        "processes" => 1001,
        "forked" => 5,
        "passed" => 3,
        _ => 2,
    };
    assert_eq!(moved.len(), processes, "{}", scenario.name);
    let mut pids = Vec::from_iter(moved.iter().map(|one| one.pid));
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), processes, "{}: each has a PID of its own", scenario.name);
}

#[test]
fn known_totals() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let here = Netns::new();
    let there = here.peer();
    let sorted = |name| {
        let moved = run(scenario(name), ROLE, &here, &there);
        let mut moved = Vec::from_iter(moved.into_iter().map(|one| (one.rx_bytes, one.tx_bytes)));
        moved.sort_unstable();
        moved
    };
    assert_eq!(sorted("tcp-down"), [(0, 20_000_003), (20_000_003, 0)]);
    assert_eq!(sorted("slow-drip"), [(0, 100), (100, 0)]);
    let forked = [4, 8, 12, 16, 40].map(|connections| (connections * 10_007, connections * 30_011));
    assert_eq!(sorted("forked")[..4], forked[..4]);
    assert_eq!(sorted("forked")[4], (forked[4].1, forked[4].0));
    assert_eq!(sorted("passed"), [(0, 300_008), (200_004, 400_009), (700_016, 200_003)]);
    assert_eq!(sorted("thread"), [(400_009, 1_000_022), (1_000_022, 400_009)]);
    let expected = Vec::from_iter((1..=1000).map(|length| (0, length)).chain([(500_500, 0)]));
    assert_eq!(sorted("processes"), expected);
}
