//! What detectors remember is bounded: a day in which connections, peers, neighbours and interfaces come and go.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::net::Ipv4Addr;

use netmonitor_core::detect::{Thresholds, Watch};

use crate::told::Tcp;
use crate::world::World;

/// Counts what each thread has in use: tests run side by side.
struct Counting;

thread_local! {
    static IN_USE: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let _ = IN_USE.try_with(|in_use| in_use.set(in_use.get() + bytes));
}

// SAFETY: all is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MOST: isize = 8 << 20;

/// A number in a row that looks like chance.
fn dice(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// A connection that has some trouble, or none.
fn connection(number: u32, chance: &mut u64) -> Tcp {
    let mut tcp = Tcp::in_state([1, 1, 1, 2, 5, 8][(dice(chance) % 6) as usize], number);
    tcp.remote = Ipv4Addr::from(dice(chance) as u32);
    tcp.ports = (dice(chance) as u16, dice(chance) as u16);
    tcp.queues = (60_000, 50_000);
    tcp.memory = (120_000, 131_072);
    tcp.tell("retransmits", dice(chance) % 5).tell("snd_wnd", dice(chance) % 2).tell("notsent_bytes", 1);
    tcp
}

#[test]
fn a_day_of_churn_is_remembered_within_bounds() {
    let mut world = World::without_findings();
    let mut watch = Watch::new(Thresholds::default());
    let (mut held, mut most, mut chance, mut number) = (0_isize, 0, 7, 0_u32);
    let day = 24 * 60;
    for minute in (0..day).step_by(3) {
        // At times very many at once, and the same ones for some looks.
        let count = if minute % 480 == 0 { 14_000 } else { 100 };
        let sockets: Vec<Tcp> = (0..count).map(|at| connection(number + at, &mut chance)).collect();
        number += count;
        world.own(&sockets);
        let hosts: Vec<(u8, u16)> = (0..20).map(|_| (dice(&mut chance) as u8, 0x20)).collect();
        world.neighbours(&hosts);
        world.attempts(100, 7, 111);
        world.interface_named(&format!("veth{minute}"), minute * 1000, minute * 100, minute * 100);
        world.softnet(minute as u32 * 10, minute as u32 * 1000);
        world.wait(3 * 60 - 3);
        for _ in 0..3 {
            let snapshot = world.pass(1);
            let before = IN_USE.get();
            drop(watch.look(&snapshot));
            held += IN_USE.get() - before;
            most = most.max(held);
        }
    }
    assert!(most < MOST, "{most} bytes");
    assert!(most > 100_000, "{most} bytes: something is remembered");
    println!("{most} bytes at most, {held} at the end");
}
