//! Detectors of the process's own sockets.

use netmonitor_core::detect::Severity;

use crate::world::{World, open};

/// A line of `net/tcp`.
fn tcp(port: u16, remote: u16, state: u8, queue: u32, inode: u64) -> String {
    format!(
        " 0: 0100007F:{port:04X} 0100007F:{remote:04X} {state:02X} 00000000:{queue:08X} 00:00000000 00000000 0 0 {inode} 1 0 20 4 30 10 -1\n"
    )
}

#[test]
fn connections_that_nobody_closes() {
    let mut world = World::new();
    world.links(&[10, 11, 12, 13]);
    let lines: String = (10..14).map(|inode| tcp(8080, 40000 + inode as u16, 8, 0, inode)).collect();
    world.file("tcp", format!("header\n{lines}"));
    world.pass(60);
    assert!(open(&world.pass(1).findings.clone().unwrap().all, "close-wait-leak").len() == 1);
    // Those of others are not the process's.
    let mut world = World::new();
    world.file("tcp", format!("header\n{lines}"));
    assert!(world.pass(100).findings.clone().unwrap().all.is_empty());
}

#[test]
fn connections_that_are_closed_in_time() {
    let mut world = World::new();
    for second in 0..200_u64 {
        // Each waits for half a minute.
        let inodes: Vec<u64> = (0..5).map(|at| 100 + second / 30 * 10 + at).collect();
        world.links(&inodes);
        let lines: String = inodes.iter().map(|inode| tcp(8080, *inode as u16, 8, 0, *inode)).collect();
        world.file("tcp", format!("header\n{lines}"));
        assert!(world.found().is_empty(), "{second}");
    }
}

#[test]
fn many_packets_to_closed_ports() {
    let mut world = World::new();
    let snmp = |world: &mut World, resets: u64| {
        world.counters("snmp", &[("Tcp", &[("OutRsts", resets)]), ("Udp", &[("NoPorts", 0)])]);
    };
    snmp(&mut world, 0);
    world.pass(2);
    for resets in 1..25 {
        snmp(&mut world, resets);
        assert!(world.found().is_empty(), "{resets}");
    }
    snmp(&mut world, 25);
    let found = world.found();
    assert_eq!(open(&found, "inbound-scan")[0].severity, Severity::Warning);
    // A few in an hour are none.
    let mut world = World::with(&[("inbound-scan-attempts", 5.0)]);
    for resets in 0..20 {
        snmp(&mut world, resets);
        assert!(world.pass(300).findings.clone().unwrap().all.is_empty(), "{resets}");
    }
}
