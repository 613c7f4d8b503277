//! Links that are full, by what their drivers say that they carry.

use netmonitor_core::detect::{ALL, Finding, Looked};
use netmonitor_core::sample::Origin;

use crate::kernel::{link_mode, message};
use crate::world::{World, open};

const NAME: &str = "interface-saturated";

/// Full and half duplex.
const FULL: u8 = 1;
const HALF: u8 = 0;

/// An interface that is up, of this kind where it is a virtual one, and what its driver tells of its link.
fn link(world: &mut World, kind: Option<&str>, mode: Option<(u32, u8)>) {
    let mut header = [0; 16];
    (header[4], header[8]) = (2, 1);
    // IFLA_INFO_KIND.
    let kind = kind.map(|kind| [&[5 + kind.len() as u8, 0, 1, 0], kind.as_bytes(), b"\0"].concat());
    let mut attributes: Vec<(u16, &[u8])> = vec![(3, b"eth0\0")];
    attributes.extend(kind.iter().map(|kind| (18, kind.as_slice())));
    world.set(Origin::Dump("rtnetlink/link".into()), message(16, &header, &attributes));
    let message = mode.map(|(speed, duplex)| link_mode(2, "eth0", speed, duplex));
    world.set(Origin::Dump("ethtool/linkmodes".into()), message.unwrap_or_default());
}

/// What moves in a second: bytes and packets, received and sent.
type Moves = [(u64, u64); 2];

/// The second of ten in which it is found that a link is full over which so much goes.
fn found(kind: Option<&str>, mode: (u32, u8), [received, sent]: Moves) -> Option<(u64, Finding)> {
    let mut world = World::new();
    link(&mut world, kind, Some(mode));
    (0..10).find_map(|second| {
        let (rx, tx) = ((received.0 * second, received.1 * second), (sent.0 * second, sent.1 * second));
        let line = format!(" eth0: {} {} 0 0 0 0 0 0 {} {} 0 0 0 0 0 0\n", rx.0, rx.1, tx.0, tx.1);
        world.file("dev", format!("Inter-|\n face |\n{line}"));
        let found = world.found();
        open(&found, NAME).first().map(|finding| (second, (*finding).clone()))
    })
}

#[test]
fn a_link_is_full_one_way_or_the_other() {
    let idle = (100, 1);
    for (moves, words) in
        [([(11_700_000, 7800), idle], "received at 95 %"), ([idle, (11_700_000, 7800)], "sent at 95 %")]
    {
        let (second, finding) = found(None, (100, FULL), moves).expect("it is found");
        assert!(second <= 6, "in second {second}");
        assert!(finding.what.contains(words) && finding.what.contains("100 Mbit/s"), "{}", finding.what);
        let evidence = finding.evidence_text();
        assert!(evidence.contains("speed 100 Mbit/s, full duplex"), "{evidence}");
        assert_eq!(finding.subject.to_string(), "interface eth0");
    }
    assert!(found(None, (100, FULL), [(6_000_000, 4000); 2]).is_none(), "each way has the whole speed");
    assert!(found(None, (100, FULL), [(10_000_000, 6700); 2]).is_none());
    assert!(found(None, (1000, FULL), [(11_700_000, 7800); 2]).is_none());
}

#[test]
fn ends_that_take_turns_share_the_speed() {
    let (second, finding) = found(None, (100, HALF), [(6_000_000, 4000); 2]).expect("it is found");
    assert!(second <= 6 && finding.what.contains("received and sent at 98 %"), "{second} {}", finding.what);
}

#[test]
fn what_the_wire_carries_beside_packets_counts() {
    // 140,000 packets of 60 bytes: 67 % of the speed by their bytes alone.
    assert!(found(None, (100, FULL), [(8_400_000, 140_000), (0, 0)]).is_some_and(|(second, _)| second <= 6));
}

#[test]
fn a_second_is_not_for_long() {
    let mut world = World::new();
    link(&mut world, None, Some((100, FULL)));
    let mut bytes = 0;
    for second in 0..20 {
        bytes += if second % 5 == 0 { 12_400_000 } else { 1000 };
        world.file("dev", format!("Inter-|\n face |\n eth0: {bytes} 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"));
        assert!(open(&world.found(), NAME).is_empty(), "second {second}");
    }
}

#[test]
fn a_number_that_limits_nothing_is_not_believed() {
    let much = [(1_300_000_000, 900_000); 2];
    assert!(found(None, (10_000, FULL), much).is_some());
    assert!(found(Some("veth"), (10_000, FULL), much).is_none());
    assert!(found(Some("tun"), (10, FULL), [(1_300_000, 900); 2]).is_none());
    assert!(found(Some("tun"), (100, FULL), [(13_000_000, 900); 2]).is_some(), "somebody has set it");
}

#[test]
fn where_no_speed_is_told_that_is_said() {
    let looked = |kind: Option<&str>, mode: Option<(u32, u8)>| {
        let mut world = World::new();
        link(&mut world, kind, mode);
        world.file("dev", "Inter-|\n face |\n eth0: 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
        let place = ALL.iter().position(|it| it.name == NAME).unwrap();
        world.pass(1).findings.as_ref().unwrap().looked[place].clone()
    };
    assert_eq!(looked(None, Some((1000, FULL))), Looked::Yes);
    for mode in [None, Some((u32::MAX, 0xff)), Some((0, FULL))] {
        let Looked::No(why) = looked(None, mode) else { panic!("{mode:?}") };
        assert_eq!(&*why, "the driver of eth0 does not tell its speed");
    }
    for (kind, mode) in [("veth", Some((10_000, FULL))), ("wireguard", None)] {
        let Looked::Elsewhere(why) = looked(Some(kind), mode) else { panic!("{kind}") };
        assert!(why.contains("virtual"), "{why}");
    }
}
