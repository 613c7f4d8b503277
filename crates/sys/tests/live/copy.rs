//! A copied tree: ordinary files, of processes that do not live here.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use netmonitor_core::dumps;
use netmonitor_core::plan::Plan;
use netmonitor_core::sample::{Endian, Origin, Status, Walk};
use netmonitor_sys::{Collector, Kind, ProcTree, Target, TargetError};
use tempfile::TempDir;

use crate::child::Role;
use crate::{EVERYBODY, FAMILY, NOBODY, part, plan, status, text, tick, write};

const TAIL: &str = "0 0 0 0 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0";

/// A process with one socket, on descriptor 3.
fn process(root: &Path, pid: u32, ppid: u32, inode: u32) {
    write(root.join(format!("{pid}/stat")), &format!("{pid} (a (b) c) S {ppid} {TAIL}\n"));
    write(root.join(format!("{pid}/status")), &format!("Name:\tx\nTgid:\t{pid}\nPid:\t{pid}\n"));
    fs::create_dir_all(root.join(format!("{pid}/fd"))).unwrap();
    symlink(format!("socket:[{inode}]"), root.join(format!("{pid}/fd/3"))).unwrap();
    symlink("/dev/null", root.join(format!("{pid}/fd/0"))).unwrap();
}

fn copy() -> (TempDir, ProcTree) {
    let root = tempfile::tempdir().unwrap();
    process(root.path(), 100, 50, 1000);
    process(root.path(), 50, 100, 2000);
    process(root.path(), 200, 100, 3000);
    process(root.path(), 900, 0, 4000);
    write(root.path().join("100/net/tcp"), "  sl  local_address\n");
    write(root.path().join("100/cmdline"), &"x".repeat(10_000));
    fs::create_dir_all(root.path().join("100/ns")).unwrap();
    symlink("net:[4026531840]", root.path().join("100/ns/net")).unwrap();
    let tree = ProcTree::open(root.path()).unwrap();
    (root, tree)
}

fn collector(tree: ProcTree, pid: &str) -> Collector {
    let target = Target::find(&tree, pid).unwrap();
    assert!(target.pidfd().is_none(), "the running kernel is not asked");
    Collector::new(tree, target)
}

#[test]
fn a_copy_is_read_as_it_is() {
    let (_root, tree) = copy();
    assert_eq!(tree.kind(), Kind::Copy);
    let mut collector = collector(tree, "100");
    assert_eq!(collector.target().start_time(), 4711);
    let sample = tick(&mut collector, &plan(&["tcp", "udp"], EVERYBODY)).unwrap();
    assert_eq!(text(&sample, &Origin::net("tcp")), "  sl  local_address\n");
    assert_eq!(status(&sample, &Origin::net("udp")), Status::Missing);
    assert_eq!(status(&sample, &Origin::process("exe")), Status::Missing);
    assert_eq!(part(&sample, &Origin::process("cmdline")).bytes.len(), 4096);
    assert_eq!(text(&sample, &Origin::Links(100)), "ns/net net:[4026531840]\nfd/3 socket:[1000]\n");
    assert_eq!(status(&sample, &Origin::Links(100)), Status::Ok);
    // 50 and 100 are each other's parents, which no kernel says and a file can.
    for (pid, inode) in [(50, 2000), (200, 3000), (900, 4000)] {
        assert_eq!(text(&sample, &Origin::Links(pid)), format!("fd/3 socket:[{inode}]\n"));
    }
    let walk = Walk::parse(&part(&sample, &Origin::Walk).bytes);
    assert_eq!(
        walk,
        Walk { pass: 1, visited: 4, denied: 0, descriptors: true, hiding: true, complete: true }
    );
    assert_eq!(status(&sample, &Origin::Users), Status::NotAsked);
    let dumps = vec![&dumps::LINK, &dumps::PACKET];
    let next = tick(&mut collector, &Plan { dumps, ..plan(&[], NOBODY) }).unwrap();
    assert!(next.parts.iter().all(|part| part.origin != Origin::Users));
    // What no file tells of is not asked of the kernel that runs here.
    assert_eq!(status(&next, &Origin::Dump("rtnetlink/link".into())), Status::NotAsked);
    assert!(next.parts.iter().all(|part| part.origin != Origin::Dump("sock_diag/packet".into())));
    assert_eq!(status(&next, &Origin::net("packet")), Status::Missing);
}

#[test]
fn relatives_in_a_copy_are_found_by_their_parents_or_by_lists_of_children() {
    for lists in [false, true] {
        let (root, tree) = copy();
        if lists {
            write(root.path().join("100/task/100/children"), "");
            write(root.path().join("100/task/101/children"), "200 \n");
            fs::remove_file(root.path().join("200/stat")).unwrap();
        }
        let sample = tick(&mut collector(tree, "100"), &plan(&[], FAMILY)).unwrap();
        for pid in [100, 50, 200] {
            assert_eq!(status(&sample, &Origin::Links(pid)), Status::Ok, "{pid}");
        }
        assert!(sample.parts.iter().all(|part| part.origin != Origin::Links(900)));
    }
}

#[test]
fn the_machine_of_a_copy_is_what_its_files_say() {
    let (root, tree) = copy();
    let machine = tree.machine();
    assert_eq!((machine.kernel.as_str(), machine.arch.as_str()), ("unknown", "unknown"));
    assert_eq!((machine.endian, machine.clk_tck), (Endian::Little, 100));
    write(root.path().join("version"), "Linux version 5.4.0 (gcc) #1 SMP\n");
    write(root.path().join("stat"), "cpu 1 2\nbtime 1700000000\n");
    assert_eq!((tree.machine().kernel.as_str(), tree.machine().boot_time), ("5.4.0", 1_700_000_000));
    write(root.path().join("sys/kernel/osrelease"), "6.6.6\n");
    write(root.path().join("sys/kernel/arch"), "s390x\n");
    write(root.path().join("sys/kernel/random/boot_id"), "id\n");
    let machine = tree.machine();
    assert_eq!((machine.kernel.as_str(), machine.arch.as_str()), ("6.6.6", "s390x"));
    assert_eq!((machine.endian, machine.boot_id.as_str()), (Endian::Big, "id"));
}

#[test]
fn targets_of_a_copy_are_judged_by_its_files_alone() {
    let (root, tree) = copy();
    let refused = |text: &str| Target::find(&tree, text).unwrap_err();
    // This process lives, but not there.
    let own = std::process::id().to_string();
    if !["50", "100", "200", "900"].contains(&own.as_str()) {
        assert!(matches!(refused(&own), TargetError::NotInTree { .. }));
    }
    assert!(matches!(refused("4194305"), TargetError::AbovePidMax { pid_max: 4_194_304, .. }));
    write(root.path().join("sys/kernel/pid_max"), "500\n");
    assert!(matches!(refused("501"), TargetError::AbovePidMax { pid_max: 500, .. }));
    // It was above pid_max already when the tree was copied.
    assert_eq!(Target::find(&tree, "900").unwrap().pid(), 900);
    write(root.path().join("200/status"), "Name:\tx\nTgid:\t100\nPid:\t200\n");
    assert!(matches!(refused("200"), TargetError::Thread { tid: 200, tgid: 100 }));
    write(root.path().join("50/stat"), &format!("50 (x) Z 1 {TAIL}\n"));
    assert!(matches!(refused("50"), TargetError::Exited { pid: 50 }));
    write(root.path().join("50/task/51/stat"), &format!("51 (x) S 1 {TAIL}\n"));
    assert_eq!(Target::find(&tree, "50").unwrap().pid(), 50);
    write(root.path().join("50/stat"), "nonsense");
    let error = refused("50").to_string();
    assert!(error.contains("50/stat: "), "{error}");
}

#[test]
fn a_process_of_a_copy_never_ends() {
    let (root, tree) = copy();
    let target = Target::find(&tree, "100").unwrap();
    let watch = target.end_watch().unwrap();
    let mut collector = Collector::new(tree, target);
    fs::remove_dir_all(root.path().join("100")).unwrap();
    let sample = tick(&mut collector, &plan(&["tcp"], FAMILY)).unwrap();
    assert_eq!(status(&sample, &Origin::process("stat")), Status::Missing);
    assert_eq!(status(&sample, &Origin::net("tcp")), Status::Missing);
    assert_eq!(status(&sample, &Origin::Links(100)), Status::Missing);
    watch.stop();
    assert!(!watch.wait());
}

#[test]
fn a_copy_that_points_out_of_itself_or_would_block_is_not_followed() {
    let (root, tree) = copy();
    let net = root.path().join("100/net");
    symlink("/proc/self/net/udp", net.join("udp")).unwrap();
    symlink("../../../../../../../../etc/passwd", net.join("raw")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, net.join("icmp"), rustix::fs::Mode::RUSR).unwrap();
    let sample = tick(&mut collector(tree, "100"), &plan(&["udp", "raw", "icmp"], NOBODY)).unwrap();
    for path in ["udp", "raw", "icmp"] {
        assert!(part(&sample, &Origin::net(path)).bytes.is_empty(), "{path}");
    }
    for path in ["udp", "raw"] {
        assert_eq!(status(&sample, &Origin::net(path)), Status::Error(libc::EXDEV), "{path}");
    }
}

/// What a tick gives of process 100 of a copy, a line for each part.
pub(crate) fn looked_at(root: &str) -> Vec<String> {
    let tree = ProcTree::open(root.as_ref()).unwrap();
    let sample = tick(&mut collector(tree, "100"), &plan(&["tcp"], FAMILY)).unwrap();
    let origins = [Origin::process("exe"), Origin::process("ns/net"), Origin::net("tcp"), Origin::Links(100)];
    let line = |origin| format!("{origin}: {:?} {:?}", status(&sample, origin), text(&sample, origin));
    origins.iter().map(line).collect()
}

#[test]
fn a_directory_of_a_copy_that_points_out_of_it_is_not_followed() {
    let (root, _tree) = copy();
    let path = root.path().to_str().unwrap();
    symlink("/usr/bin/x", root.path().join("100/exe")).unwrap();
    let with_old_kernel = || {
        let mut child = Role::start("no-openat2", path);
        std::iter::from_fn(|| Some(child.line()).filter(|line| !line.is_empty())).collect::<Vec<_>>()
    };
    let inside = [
        r#"exe: Ok "/usr/bin/x""#,
        r#"ns/net: Ok "net:[4026531840]""#,
        r#"net/tcp: Ok "  sl  local_address\n""#,
        r#"descriptors of 100: Ok "ns/net net:[4026531840]\nfd/3 socket:[1000]\n""#,
    ];
    assert_eq!(looked_at(path), inside);
    assert_eq!(with_old_kernel(), inside);
    for name in ["ns", "net"] {
        fs::rename(root.path().join("100").join(name), root.path().join(name)).unwrap();
        symlink(format!("/proc/self/{name}"), root.path().join("100").join(name)).unwrap();
    }
    let outside = |errno| {
        [
            inside[0].to_owned(),
            format!("ns/net: Error({errno}) \"\""),
            format!("net/tcp: Error({errno}) \"\""),
            r#"descriptors of 100: Ok "fd/3 socket:[1000]\n""#.to_owned(),
        ]
    };
    assert_eq!(looked_at(path), outside(libc::EXDEV));
    assert_eq!(with_old_kernel(), outside(libc::ENOTDIR));
    fs::remove_file(root.path().join("100/exe")).unwrap();
    write(root.path().join("100/exe"), "no link");
    assert_eq!(looked_at(path)[0], format!("exe: Error({}) \"\"", libc::EINVAL));
}
