//! Findings open, get worse, get better, end, begin again.

use netmonitor_core::detect::{Amount, Life, Severity};

use crate::world::{World, open};

const NAME: &str = "accept-queue-overflow";

fn overflows(world: &mut World, count: u64) {
    world.counters("netstat", &[("TcpExt", &[("ListenOverflows", count), ("ListenDrops", 0)])]);
}

#[test]
fn a_finding_has_a_life() {
    let mut world = World::new();
    overflows(&mut world, 100);
    assert!(open(&world.found(), NAME).is_empty(), "what was before anybody looked is no finding");
    assert!(open(&world.found(), NAME).is_empty());
    overflows(&mut world, 104);
    let found = world.found();
    let finding = open(&found, NAME)[0];
    assert_eq!((finding.life, finding.severity, finding.times), (Life::Open, Severity::Critical, 1));
    assert_eq!(finding.what, "connections were dropped at a full accept queue: TcpExt.ListenOverflows +4");
    assert_eq!(
        (&finding.evidence[0].before, &finding.evidence[0].now),
        (&Some(Amount::Count(100)), &Amount::Count(104))
    );
    assert_eq!(finding.subject.to_string(), "TcpExt.ListenOverflows");
    assert_eq!(finding.subject.jump().unwrap().tab, "stats");
    let (id, since) = (finding.id, finding.since);

    overflows(&mut world, 124);
    let found = world.found();
    assert_eq!(open(&found, NAME)[0].life, Life::Worse);
    overflows(&mut world, 125);
    let found = world.found();
    assert_eq!((open(&found, NAME)[0].life, open(&found, NAME)[0].since), (Life::Better, since));

    // It is not over as soon as nothing is to be seen for a moment.
    let found = world.pass(9).findings.clone().unwrap();
    assert_eq!(open(&found.all, NAME).len(), 1);
    let found = world.found();
    assert!(open(&found, NAME).is_empty());
    assert_eq!((found[0].id, found[0].life), (id, Life::Over));

    overflows(&mut world, 126);
    let found = world.found();
    assert_eq!((open(&found, NAME)[0].id, open(&found, NAME)[0].times), (id, 2));
    assert!(open(&found, NAME)[0].since > since);

    let later = world.pass(3700).findings.clone().unwrap();
    assert!(later.all.is_empty(), "after an hour it is forgotten");
}

#[test]
fn counters_of_another_namespace_are_no_finding() {
    let mut world = World::new();
    overflows(&mut world, 5);
    world.pass(2);
    overflows(&mut world, 2);
    assert!(world.found().is_empty(), "it went back");
}
