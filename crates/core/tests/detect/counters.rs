//! Every detector of counters finds each of its counters, and nothing else does.

use netmonitor_core::detect::{ALL, Counter, Rule};

use crate::world::{World, open};

fn set(world: &mut World, counter: Counter, value: u64) {
    let Counter { path, group, name } = counter;
    match path {
        "netstat" | "snmp" => world.counters(path, &[(group, &[(name, value)])]),
        "snmp6" => world.file(path, format!("{group}{name}\t{value}\n")),
        "xfrm_stat" => world.file(path, format!("{name}\t{value}\n")),
        other => panic!("how does {other} print counters?"),
    }
}

#[test]
fn each_counter_is_found_by_its_detector() {
    for detector in ALL.iter() {
        let Rule::Grows(counters, _) = detector.rule else { continue };
        for counter in counters {
            let mut world = World::new();
            set(&mut world, *counter, 7);
            assert!(world.found().is_empty());
            assert!(world.found().is_empty(), "{}: it stands still", counter.name);
            set(&mut world, *counter, 1007);
            let found = world.found();
            let one = open(&found, detector.name);
            assert_eq!(one.len(), 1, "{}: {}", detector.name, counter.name);
            assert!(
                one[0].what.contains(counter.name) && one[0].evidence_text().contains("1007 (before: 7)")
            );
        }
    }
}
