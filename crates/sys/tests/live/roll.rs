//! Who is there: what a program in the kernel tells is what the tree tells.

use std::net::UdpSocket;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use netmonitor_core::plan::Plan;
use netmonitor_core::roll::{PRESENT, Present};
use netmonitor_core::sample::{Endian, Origin, Sample, Status};
use netmonitor_sys::HostCollector;
use netmonitor_sys::bpf::Counter;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool};

use crate::{part, proc};

fn presents(sample: &Sample, origin: &Origin) -> Vec<Present> {
    let part = part(sample, origin);
    assert_eq!(part.reading.status, Status::Ok);
    let (records, rest) = part.bytes.as_chunks::<PRESENT>();
    assert!(rest.is_empty());
    records.iter().map(|record| Present::read(record, Endian::NATIVE)).collect()
}

fn by_tree() -> Sample {
    let mut sample = Sample::default();
    HostCollector::new(proc()).collect(&Plan { roll: true, ..Plan::default() }, &mut sample);
    sample
}

fn of(presents: &[Present], pid: u32) -> Option<Present> {
    let mut found = presents.iter().filter(|present| present.id.pid == pid);
    let first = found.next().copied();
    assert!(found.next().is_none(), "{pid} twice");
    first
}

#[test]
fn the_kernel_and_the_tree_tell_the_same() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let spawn = |command: &mut Command| command.stdin(Stdio::null()).spawn().unwrap();
    let mut idle = spawn(Command::new("sleep").arg("60").uid(12345).gid(12345));
    let mut elsewhere = spawn(netns.command("sleep").arg("60"));
    // One that has ended and was not waited for, and one that has threads.
    let mut over = spawn(Command::new("true").stdout(Stdio::null()));
    while proc_state(over.id()) != Some('Z') {
        std::thread::yield_now();
    }
    while comm(elsewhere.id()) != "sleep" || comm(idle.id()) != "sleep" {
        std::thread::yield_now();
    }
    let _sockets: Vec<UdpSocket> = (0..3).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    let mut kernels = Sample::default();
    Counter::start().unwrap().roll(&mut kernels).unwrap_or_else(|why| panic!("{why}\n{}", why.log));
    let (kernels, trees) =
        (presents(&kernels, &Origin::Bpf("roll".into())), presents(&by_tree(), &Origin::Roll));
    let tick = 1_000_000_000 / rustix::param::clock_ticks_per_second();
    for pid in [idle.id(), elsewhere.id(), std::process::id()] {
        let (kernel, tree) = (of(&kernels, pid).unwrap(), of(&trees, pid).unwrap());
        assert_eq!(kernel.id.start / tick, tree.id.start / tick, "{pid}");
        assert_eq!((kernel.ppid, kernel.uid, kernel.netns), (tree.ppid, tree.uid, tree.netns), "{pid}");
        assert_eq!((kernel.cgroup, kernel.name()), (tree.cgroup, tree.name()), "{pid}");
        assert!(kernel.netns > 0 && kernel.uid.is_some(), "{kernel:?}");
        assert_eq!(kernel.sockets, None);
    }
    assert_eq!(of(&trees, idle.id()).unwrap().uid, Some(12345));
    assert_ne!(of(&trees, idle.id()).unwrap().netns, of(&trees, elsewhere.id()).unwrap().netns);
    assert_eq!(of(&trees, idle.id()).unwrap().sockets, Some(0));
    assert!(of(&trees, std::process::id()).unwrap().sockets >= Some(3));
    let thread_of_kernel = (comm(2) == "kthreadd").then_some(2);
    for pid in [over.id()].into_iter().chain(thread_of_kernel) {
        assert_eq!((of(&kernels, pid), of(&trees, pid)), (None, None), "{pid}");
    }
    for child in [&mut idle, &mut elsewhere, &mut over] {
        let _ = child.kill();
        child.wait().unwrap();
    }
}

fn comm(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned()
}

fn proc_state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.trim().chars().next()
}
