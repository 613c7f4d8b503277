//! The sockets of a group of processes, as a program in the kernel lists them, compared field by field with a dump.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use netmonitor_core::dumps::{TCP, UDP};
use netmonitor_core::plan::{Counting, Plan};
use netmonitor_core::sample::{Origin, Sample, Status};
use netmonitor_core::scope::Scope;
use netmonitor_sys::own_sockets::OTHER_SOCKET;
use netmonitor_testkit::need_root;

use crate::child::Role;
use crate::listing::{SKMEMINFO, comparable, inodes};
use crate::message::{INET, Message, messages};
use crate::{FAMILY, collector, part, plan, text, tick};

/// A tick in which the sockets of a group come from dumps, and one in which they were listed.
fn ticks(pid: u32, group: Scope) -> [Sample; 2] {
    let mut collector = collector(pid);
    let plan = Plan { group, dumps: vec![&TCP, &UDP], counting: Counting::On, ..plan(&[], FAMILY) };
    let dumped = tick(&mut collector, &plan).unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let sample = tick(&mut collector, &plan).unwrap();
        if sample.parts.iter().any(|part| part.origin == Origin::Own) {
            return [dumped, sample];
        }
        assert!(Instant::now() < end, "the programs are not loaded");
        std::thread::sleep(Duration::from_millis(1000));
    }
}

/// Types of messages of sockets of IP: of one family, of TCP in both.
fn is_inet(kind: u16) -> bool {
    matches!(kind, 18 | 20)
}

/// What is told of sockets, in the order of their inodes.
fn rows(sample: &Sample, origins: &[Origin]) -> Vec<Message> {
    let mut rows = Vec::new();
    for origin in origins {
        let part = part(sample, origin);
        assert_eq!(part.reading.status, Status::Ok, "{origin}");
        // Some messages are of several dumps, each with its end.
        rows.extend(messages(&part.bytes, |kind| if is_inet(kind) { INET } else { 4 }));
    }
    rows.retain(|message| is_inet(message.kind));
    rows.sort_by_key(Message::inode);
    rows
}

/// All that a dump tells of these sockets is listed, each of them once, and nothing else.
fn same(dumped: &[Message], listed: &[Message]) {
    let inodes = |rows: &[Message]| -> Vec<u64> { rows.iter().map(Message::inode).collect() };
    assert_eq!(inodes(dumped), inodes(listed));
    for (dumped, listed) in dumped.iter().zip(listed) {
        let [dumped, listed] = [dumped, listed].map(|message| {
            let mut message = comparable(message);
            // Whoever watches connections meanwhile keeps something with each, in its optional memory.
            message.attributes.entry(SKMEMINFO).and_modify(|memory| memory[24..28].fill(0));
            message
        });
        assert_eq!(dumped.body, listed.body);
        for (attribute, value) in &dumped.attributes {
            assert_eq!(listed.attributes.get(attribute), Some(value), "attribute {attribute}");
        }
    }
}

#[test]
fn the_sockets_of_a_group_are_the_same_by_listing_as_by_dumps() {
    if !need_root() {
        return;
    }
    let mut parent = Role::start("group", "");
    let [shared, passed, own, child] = parent.numbers();
    let pids = [parent.pid(), child as u32];
    for scope in [Scope::Tree, Scope::Cgroup] {
        let [dumped, listed] = ticks(parent.pid(), scope);
        let mut held = BTreeSet::new();
        for pid in pids {
            let [before, now] = [&dumped, &listed].map(|sample| text(sample, &Origin::Links(pid)));
            assert_eq!(inodes(&before), inodes(&now), "links of {pid}");
            held.extend(
                inodes(&now)
                    .iter()
                    .map(|inode| inode.trim_start_matches('[').trim_end_matches(']').parse::<u64>().unwrap()),
            );
        }
        assert!([shared, passed, own].iter().all(|inode| held.contains(inode)));
        assert!(!inodes(&text(&listed, &Origin::Links(pids[0]))).contains(&*format!("[{passed}]")));
        let [dumped, mut now] = [
            (&dumped, vec![Origin::Dump(TCP.name.into()), Origin::Dump(UDP.name.into())]),
            (&listed, vec![Origin::Own]),
        ]
        .map(|(sample, origins)| rows(sample, &origins));
        let dumped: Vec<Message> = dumped.into_iter().filter(|row| held.contains(&row.inode())).collect();
        // Of sockets in another namespace no dump tells, nor of those of other families.
        assert!(held.len() > dumped.len() && dumped.len() >= 4);
        assert!(now.iter().all(|message| message.kind != OTHER_SOCKET));
        if scope == Scope::Cgroup {
            now.retain(|row| held.contains(&row.inode()));
        }
        same(&dumped, &now);
    }
}
