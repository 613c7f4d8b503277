//! Who holds which socket: tables of threads, relatives, everybody else.

use std::collections::HashSet;

use netmonitor_core::sample::{Origin, Sample, Status, Walk};

use crate::child::Role;
use crate::{BACKGROUND, EVERYBODY, FAMILY, NAMESPACES, NOBODY, collector, part, plan, status, text, tick};

/// The processes whose links are in a sample, each once.
fn readers(sample: &Sample) -> HashSet<u32> {
    let mut pids = HashSet::new();
    for part in &sample.parts {
        if let Origin::Links(pid) = part.origin {
            assert!(pids.insert(pid), "{pid} was read twice");
        }
    }
    pids
}

fn holds(sample: &Sample, pid: u32, inode: u64) -> bool {
    text(sample, &Origin::Links(pid)).lines().any(|line| line.ends_with(&format!(" socket:[{inode}]")))
}

/// Those of whom there was something to read: neither a zombie nor a relative that has just ended.
fn present(sample: &Sample) -> HashSet<u32> {
    let present = |&pid: &u32| status(sample, &Origin::Links(pid)) != Status::Missing;
    readers(sample).into_iter().filter(present).collect()
}

fn walk(sample: &Sample) -> Walk {
    Walk::parse(&part(sample, &Origin::Walk).bytes)
}

#[test]
fn a_table_that_is_a_threads_own_is_read_once() {
    let mut child = Role::start("unshared-table", "");
    let [shared, own, first, second] = child.numbers();
    let sample = tick(&mut collector(child.pid()), &plan(&[], FAMILY)).unwrap();
    let links = text(&sample, &Origin::Links(child.pid()));
    assert_eq!(status(&sample, &Origin::Links(child.pid())), Status::Ok);
    let of = |inode: u64| -> Vec<&str> {
        let target = format!(" socket:[{inode}]");
        links.lines().filter_map(|line| line.strip_suffix(&target)).collect()
    };
    let [owner] = of(own)[..] else { panic!("{links}") };
    let thread = owner.split('/').nth(1).unwrap().parse::<u64>().unwrap();
    assert!(owner.starts_with("task/") && (thread == first || thread == second), "{links}");
    // The thread took a copy of the table with it.
    let [leaders, threads] = of(shared)[..] else { panic!("{links}") };
    assert!(leaders.starts_with("fd/"), "{links}");
    assert_eq!(threads, format!("task/{thread}/{leaders}"));
}

#[test]
fn threads_that_cannot_be_compared_make_the_part_partial() {
    let mut child = Role::start("no-kcmp", "");
    assert_eq!(child.line(), "Partial(1, 2)");
    assert_eq!(child.line(), "true");
}

#[test]
fn relatives_are_read_with_the_target() {
    let mut child = Role::start("fork", "");
    let mut sibling = Role::start("listen", "");
    let [inode, grandchild] = child.numbers();
    let [other] = sibling.numbers();
    let mut collector = collector(child.pid());
    let sample = tick(&mut collector, &plan(&[], FAMILY)).unwrap();
    let read = readers(&sample);
    assert!(read.contains(&std::process::id()) && read.contains(&1), "ancestors: {read:?}");
    assert!(holds(&sample, child.pid(), inode), "the target");
    assert!(holds(&sample, grandchild as u32, inode), "a child of a thread that is not the leader");
    assert!(holds(&sample, sibling.pid(), other), "a sibling");
    let next = tick(&mut collector, &plan(&[], FAMILY)).unwrap();
    assert_eq!(readers(&next), HashSet::from([child.pid()]), "relatives are not read again so soon");
    assert!(sample.parts.iter().all(|part| part.origin != Origin::Walk));
}

/// A process that has no relative but init, for the walk to be what reads others.
fn loner() -> (Role, u32) {
    let mut parent = Role::start("orphan", "");
    let [_, orphan] = parent.numbers();
    parent.await_zombie();
    (parent, orphan as u32)
}

#[test]
fn the_walk_reads_a_process_whose_leader_has_exited() {
    let mut child = Role::start("leader-exits", "");
    let [inode] = child.numbers();
    let (_parent, target) = loner();
    let sample = tick(&mut collector(target), &plan(&[], EVERYBODY)).unwrap();
    assert!(holds(&sample, child.pid(), inode));
    let sample = tick(&mut collector(target), &plan(&[], NAMESPACES)).unwrap();
    let (origin, own) = (Origin::Links(child.pid()), std::fs::read_link("/proc/self/ns/net").unwrap());
    assert_eq!(text(&sample, &origin), format!("ns/net {}\n", own.display()));
    assert_eq!(status(&sample, &origin), Status::NotAsked);
}

#[test]
fn the_walk_passes_over_what_has_ended() {
    let zombie = Role::start("exit", "");
    zombie.await_zombie();
    let (_parent, target) = loner();
    for whose in [EVERYBODY, NAMESPACES] {
        let sample = tick(&mut collector(target), &plan(&[], whose)).unwrap();
        assert!(!readers(&sample).contains(&zombie.pid()));
    }
}

#[test]
fn tables_that_are_a_threads_own_are_read_of_others_too() {
    let mut child = Role::start("unshared-table", "");
    let [_, own, _, _] = child.numbers();
    let mut relative = Role::start("listen", "");
    relative.numbers::<1>();
    let (_parent, loner) = loner();
    for (target, whose) in [(relative.pid(), FAMILY), (loner, EVERYBODY)] {
        let sample = tick(&mut collector(target), &plan(&[], whose)).unwrap();
        assert!(holds(&sample, child.pid(), own), "{whose:?}");
        assert_eq!(status(&sample, &Origin::Links(child.pid())), Status::Ok, "{whose:?}");
    }
}

#[test]
fn nobodys_links_are_read_unless_they_are_asked_for() {
    let sample = tick(&mut collector(std::process::id()), &plan(&[], NOBODY)).unwrap();
    assert!(readers(&sample).is_empty());
}

#[test]
fn one_tick_reads_everybody_where_everybody_is_asked_for() {
    let mut parent = Role::start("orphan", "");
    let [inode, orphan] = parent.numbers();
    parent.await_zombie();
    let mut target = Role::start("listen", "");
    target.numbers::<1>();
    let mut collector = collector(target.pid());
    for pass in 1..=2 {
        let sample = tick(&mut collector, &plan(&[], EVERYBODY)).unwrap();
        assert!(holds(&sample, orphan as u32, inode));
        assert!(readers(&sample).contains(&std::process::id()), "the own process is read like any other");
        let walk = walk(&sample);
        assert_eq!((walk.pass, walk.complete), (pass, true));
        let bounds = present(&sample).len() as u64..=readers(&sample).len() as u64;
        assert!(bounds.contains(&walk.visited), "{walk} {bounds:?}");
    }
}

#[test]
fn the_walk_comes_to_everybody_in_the_end() {
    let mut parent = Role::start("orphan", "");
    let [inode, orphan] = parent.numbers();
    parent.await_zombie();
    let mut target = Role::start("listen", "");
    target.numbers::<1>();
    let mut collector = collector(target.pid());
    let (mut found, mut there, mut read) = (0, HashSet::new(), HashSet::new());
    for _ in 0..100_000 {
        let sample = tick(&mut collector, &plan(&[], BACKGROUND)).unwrap();
        let now = readers(&sample);
        if now.contains(&(orphan as u32)) {
            found += usize::from(holds(&sample, orphan as u32, inode));
        }
        read.extend(now);
        there.extend(present(&sample));
        let walk = walk(&sample);
        assert_eq!(walk.pass, 1);
        if walk.complete {
            assert_eq!(found, 1, "the orphan is come to once in a pass");
            let bounds = there.len() as u64..=read.len() as u64;
            assert!(bounds.contains(&walk.visited), "{walk} {bounds:?}");
            return;
        }
    }
    panic!("the pass has not ended");
}

#[test]
fn the_walk_over_namespaces_reads_no_descriptors() {
    let mut target = Role::start("listen", "");
    target.numbers::<1>();
    let mut collector = collector(target.pid());
    let sample = tick(&mut collector, &plan(&[], NAMESPACES)).unwrap();
    let own = std::fs::read_link("/proc/self/ns/net").unwrap();
    for pid in [std::process::id(), target.pid()] {
        let origin = Origin::Links(pid);
        assert_eq!(text(&sample, &origin), format!("ns/net {}\n", own.display()));
        assert_eq!(status(&sample, &origin), Status::NotAsked);
    }
    let first = walk(&sample);
    assert!(first.complete && !first.descriptors);
    let kernel_threads = readers(&sample).into_iter().filter(|pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let flags = stat.rsplit(')').next().unwrap().split(' ').nth(7);
        flags.is_some_and(|flags| flags.parse::<u32>().unwrap() & 0x0020_0000 != 0)
    });
    assert_eq!(kernel_threads.collect::<Vec<_>>(), [0; 0], "kernel threads are left out");
    // The other kind of walk answers another question, so it begins anew.
    let second = walk(&tick(&mut collector, &plan(&[], BACKGROUND)).unwrap());
    assert_eq!((second.pass, second.descriptors), (first.pass + 1, true));
}
