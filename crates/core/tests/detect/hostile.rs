//! What detectors remember comes from recordings, too: whatever stands there, they go on.

use netmonitor_core::detect::Carried;

use crate::told::Tcp;
use crate::world::World;

/// A number in a row that looks like chance.
fn dice(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// A second in which about everything goes wrong.
fn trouble(world: &mut World, second: u64) {
    let connection = |number: u32| {
        let mut tcp = Tcp::in_state([1, 1, 2, 5, 8, 10][number as usize % 6], number + 1);
        tcp.ports = (40_000 + number as u16, 443);
        tcp.queues = (60_000, 50_000);
        tcp.memory = (120_000, 131_072);
        tcp.tell("retransmits", 4).tell("snd_wnd", 0).tell("notsent_bytes", 1);
        tcp.tell("bytes_sent", 100_000 * second).tell("bytes_retrans", 20_000 * second);
        tcp.tell("busy_time", 900_000 * second).tell("rwnd_limited", 800_000 * second);
        tcp
    };
    world.own(&(0..12 + second as u32).map(connection).collect::<Vec<_>>());
    world.neighbours(&[(second as u8, 0x20), (7, 0x02), (8, 0x02)]);
    world.attempts(30 + second as u8, 7, 111);
    world.interface(second * 1000, second * 100, second * 300);
    world.softnet(second as u32 * 10, second as u32 * 1000);
}

/// Numbers become others that are as long: small and large ones, and what is no number.
fn spoil(carried: &mut Carried, chance: &mut u64) {
    let place = dice(chance) as usize % carried.len();
    let bytes = &mut carried[place].1;
    for at in 0..bytes.len() {
        let length = match bytes[at] {
            0xcc => 1,
            0xcd => 2,
            0xce => 4,
            0xcb | 0xcf => 8,
            0..0x80 if dice(chance).is_multiple_of(64) => {
                bytes[at] = [0, 1, 0x7f][dice(chance) as usize % 3];
                continue;
            }
            _ => continue,
        };
        if dice(chance).is_multiple_of(4) && at + length < bytes.len() {
            bytes[at + 1..=at + length].fill([0, 0xff, 0x7f, dice(chance) as u8][dice(chance) as usize % 4]);
        }
    }
}

#[test]
fn whatever_is_remembered_they_go_on() {
    let mut world = World::new();
    for second in 1..20 {
        trouble(&mut world, second);
        world.pass(1);
    }
    let carried = world.findings();
    let open = world.found().len();
    assert!(open > 8, "{open}");
    let mut chance = 1;
    for turn in 0..1000 {
        let mut spoiled = carried.clone();
        (0..=dice(&mut chance) % 8).for_each(|_| spoil(&mut spoiled, &mut chance));
        world.resume(&spoiled);
        trouble(&mut world, 20 + turn % 30);
        world.pass(1);
    }
    // All as it was is gone on with.
    world.resume(&carried);
    assert!(world.found().len() >= open);
}
