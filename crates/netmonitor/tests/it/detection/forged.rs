//! Packets that no honest program sends, made byte by byte.

use super::world::{ACK, SYN, Segment, World, checksum, hexadecimal, world};
use super::{Scenario, scenarios};
use netmonitor_testkit::need_tool;

scenarios! {
    FLOOD "is sent more requests of connections than there is room for, none of which is completed" ["syn-flood"];
    COOKIES "is sent acknowledgements of requests that nobody made, after such a flood" ["bad-syn-cookies"];
    OVERLAPS "is sent fragments of which each covers a part of the one before" ["overlapping-fragments"];
    OLD "is sent segments with timestamps of long ago on a connection" ["old-timestamps"];
    SIGNED "is sent a request that is signed with a key which nobody has agreed on" ["tcp-signature-failures"];
    UNSIGNED "listens for signed connections, and is sent requests without a signature" ["tcp-signature-failures"];
    BLOCKED "is in a namespace whose policy of IPsec blocks what is sent to it" ["ipsec-errors"];
}

/// Has the process here listen with room for four connections, and fills that with requests that are never completed.
fn flood(world: &mut World) {
    world.netns.run("sysctl -qw net.core.somaxconn=4");
    world.here(&["listen 4433"]);
    for port in 2000..2020 {
        world.there(&[&Segment::bare((port, 4433), SYN).step()]);
    }
}

/// The other machine says nothing by itself of what it has not asked for.
fn is_mute(world: &World) {
    world
        .peer
        .run("nft add table inet t && nft add chain inet t in '{ type filter hook input priority 0; }'");
    world.peer.run("nft add rule inet t in tcp sport 4433 drop");
}

#[test]
fn requests_that_are_never_completed() {
    let Some(mut world) = world().filter(|_| need_tool("nft")) else { return };
    is_mute(&world);
    let mut looking = world.looking(&FLOOD);
    flood(&mut world);
    let found = looking.find();
    assert!(found[0]["evidence"].as_str().unwrap().contains("TcpExt.TCPReqQFull"), "{found:?}");
}

#[test]
fn acknowledgements_of_what_was_not_asked() {
    let Some(mut world) = world().filter(|_| need_tool("nft")) else { return };
    is_mute(&world);
    flood(&mut world);
    let mut looking = world.looking(&COOKIES);
    world.there(&[&Segment { acknowledged: 77_777, ..Segment::bare((3000, 4433), ACK) }.step()]);
    let found = looking.find();
    assert!(found[0]["evidence"].as_str().unwrap().contains("SyncookiesFailed 1 (before: 0)"), "{found:?}");
}

#[test]
fn fragments_that_overlap() {
    let Some(mut world) = world() else { return };
    let mut looking = world.looking(&OVERLAPS);
    let (here, there) = (World::hardware(&world.netns), World::hardware(&world.peer));
    // Places in units of 8 bytes, and whether more comes: 32 bytes each.
    for (place, more) in [(0_u8, 0x20_u8), (1, 0x20), (3, 0)] {
        let mut packet =
            vec![0x45, 0, 0, 52, 0x42, 0x42, more, place, 64, 17, 0, 0, 192, 0, 2, 2, 192, 0, 2, 1];
        let sum = checksum(&[&packet]);
        packet[10..12].copy_from_slice(&sum);
        packet.extend([0; 32]);
        let frame = [&here[..], &there, &[8, 0], &packet].concat();
        world.there(&[&format!("frame veth0 {}", hexadecimal(&frame))]);
    }
    assert_eq!(looking.find()[0]["about"], "IpExt.ReasmOverlaps");
}

#[test]
fn segments_of_long_ago() {
    let Some(mut world) = world() else { return };
    world.here(&["listen 4433"]);
    world.there(&["connect 192.0.2.1 4433"]);
    world.here(&["accept"]);
    let mut looking = world.looking(&OLD);
    let ports = (world.peer_port(4433), 4433);
    // Clocks begin anywhere: of these, some are before what was seen last, whatever that is.
    for time in [0_u32, 1 << 30, 2 << 30, 3 << 30] {
        let options = [&[1, 1, 8, 10][..], &time.to_be_bytes(), &[0; 4]].concat();
        let segment =
            Segment { sequence: 1, acknowledged: 1, options: &options, ..Segment::bare(ports, ACK) };
        world.there(&[&segment.step()]);
    }
    let found = looking.find();
    assert_eq!((&found[0]["severity"], &found[0]["of"]), (&"info".into(), &"namespace".into()));
}

#[test]
fn signatures_of_others_and_missing_ones() {
    let Some(mut world) = world() else { return };
    world.here(&["listen 4433"]);
    let mut looking = world.looking(&SIGNED);
    let options = [&[19, 18][..], &[0; 16], &[1, 1]].concat();
    world.there(&[&Segment { options: &options, ..Segment::bare((3000, 4433), SYN) }.step()]);
    assert_eq!(looking.find()[0]["about"], "TcpExt.TCPMD5Unexpected");
    world.here(&["sign 192.0.2.2"]);
    let mut looking = world.looking(&UNSIGNED);
    world.there(&[&Segment::bare((3001, 4433), SYN).step()]);
    assert_eq!(looking.find()[0]["about"], "TcpExt.TCPMD5NotFound");
}

#[test]
fn a_policy_that_blocks() {
    let Some(mut world) = world() else { return };
    world.netns.ip("xfrm policy add dir in src 192.0.2.2/32 dst 192.0.2.1/32 proto udp action block");
    let mut looking = world.looking(&BLOCKED);
    world.there(&["datagrams 192.0.2.1 4433 1"]);
    assert_eq!(looking.find()[0]["about"], "Xfrm.XfrmInPolBlock");
}
