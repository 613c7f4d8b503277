//! Captured trees as bundles for support carry them: directories and archives that have a proc tree somewhere below.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::Path;

use netmonitor_core::sample::{Endian, Origin, Part, Reading, Sample, Status};
use netmonitor_sys::{Collector, Kind, ProcTree, Target};
use tar::{EntryType, Header};
use tempfile::TempDir;

use crate::{EVERYBODY, NOBODY, part, plan, status, text, tick, write};

const STAT: &str = "4242 (captured) S 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0\n";
const TCP: &str = "  sl  local_address\n   0: 0100007F:1F90 00000000:0000 0A\n";

/// A bundle whose `net` is a link to that of the process that made it, and one more process.
fn bundle() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let proc = root.path().join("report-host-2026/proc");
    write(proc.join("77/net/tcp"), TCP);
    write(proc.join("77/net/stat/arp_cache"), "entries\n");
    symlink("self/net", proc.join("net")).unwrap();
    symlink("77", proc.join("self")).unwrap();
    write(proc.join("stat"), "cpu 1 2\nbtime 1700000000\n");
    write(proc.join("version"), "Linux version 5.14.0-1 (gcc) #1 SMP\n");
    write(proc.join("cmdline"), "BOOT_IMAGE=/vmlinuz ro\n");
    write(proc.join("4242/stat"), STAT);
    write(proc.join("4242/net/tcp"), TCP);
    for (link, target) in [("ns/net", "net:[4026532000]"), ("fd/3", "socket:[1000]"), ("exe", "/usr/bin/x")] {
        let link = proc.join("4242").join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(target, link).unwrap();
    }
    write(root.path().join("report-host-2026/etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    write(root.path().join("report-host-2026/sys/class/net/eth0/mtu"), "1500\n");
    root
}

/// The bytes of a tar of a directory.
fn packed(root: &Path) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    tar.follow_symlinks(false);
    tar.append_dir_all(".", root).unwrap();
    tar.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    liblzma::read::XzEncoder::new(bytes, 1).read_to_end(&mut packed).unwrap();
    packed
}

/// An archive with these bytes.
fn archive(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn open(path: &Path) -> Result<ProcTree, String> {
    ProcTree::open(path).map_err(|error| error.to_string())
}

/// All that a tick gives, without times and in an order that is the same whoever lists directories.
fn parts(sample: Sample) -> Vec<(Origin, Status, Vec<u8>)> {
    let told = |Part { origin, reading: Reading { status, .. }, mut bytes }| {
        if origin == Origin::NetList {
            let mut names: Vec<_> = bytes.split_inclusive(|byte| *byte == 0).collect();
            names.sort_unstable();
            bytes = names.concat();
        }
        (origin, status, bytes)
    };
    let mut parts: Vec<_> = sample.parts.into_iter().map(told).collect();
    parts.sort_by(|one, other| one.0.cmp(&other.0));
    parts
}

fn read(path: &Path, pid: Option<&str>) -> Vec<(Origin, Status, Vec<u8>)> {
    let tree = open(path).unwrap();
    let target = match pid {
        Some(pid) => Target::find(&tree, pid).unwrap(),
        None => Target::tables_of(&tree).unwrap(),
    };
    let mut plan = plan(&["tcp", "udp", "stat/arp_cache"], EVERYBODY);
    (plan.list, plan.process) = (true, true);
    parts(tick(&mut Collector::new(tree, target), &plan).unwrap())
}

#[test]
fn an_archive_is_read_like_the_directory_that_it_was_made_of() {
    let root = bundle();
    let tar = packed(root.path());
    let archives = [tar.clone(), gzip(&tar), zstd::encode_all(&*tar, 1).unwrap(), xz(&tar)];
    for pid in [None, Some("4242"), Some("77")] {
        let expected = read(root.path(), pid);
        assert!(
            expected
                .iter()
                .any(|(origin, _, bytes)| *origin == Origin::net("tcp") && bytes == TCP.as_bytes())
        );
        for bytes in &archives {
            assert_eq!(read(archive(bytes).path(), pid), expected, "{pid:?} {:?}", &bytes[..4]);
        }
        // Of the tree itself the same is told as of what holds it.
        assert_eq!(read(&root.path().join("report-host-2026/proc"), pid), expected);
    }
}

#[test]
fn tables_without_a_process_are_read_as_those_of_nobody() {
    let root = bundle();
    let tree = open(root.path()).unwrap();
    assert_eq!((tree.kind(), tree.has_tables(), tree.remarks()), (Kind::Copy, true, Vec::new()));
    let machine = tree.machine();
    assert_eq!((machine.kernel.as_str(), machine.boot_time), ("5.14.0-1", 1_700_000_000));
    let target = Target::tables_of(&tree).unwrap();
    assert_eq!((target.pid(), target.is_nobody()), (0, true));
    let sample = tick(&mut Collector::new(tree, target), &plan(&["tcp", "udp"], EVERYBODY)).unwrap();
    assert_eq!(text(&sample, &Origin::net("tcp")), TCP);
    assert_eq!(status(&sample, &Origin::net("udp")), Status::Missing);
    // The machine's own stat and cmdline are of no process.
    for name in ["stat", "status", "cmdline", "exe", "ns/net"] {
        let part = part(&sample, &Origin::process(name));
        assert_eq!((part.reading.status, &*part.bytes), (Status::Missing, b"".as_slice()), "{name}");
    }
    assert_eq!(text(&sample, &Origin::Links(4242)), "ns/net net:[4026532000]\nfd/3 socket:[1000]\n");
}

#[test]
fn a_byte_order_is_told_by_an_address_or_assumed_with_a_word() {
    let root = tempfile::tempdir().unwrap();
    let order = || {
        let tree = open(root.path()).unwrap();
        (tree.machine().endian, tree.remarks().len())
    };
    write(root.path().join("proc/net/tcp"), TCP);
    assert_eq!(order(), (Endian::Little, 0));
    write(root.path().join("proc/net/tcp"), &TCP.replace("0100007F", "7F000001"));
    assert_eq!(order(), (Endian::Big, 0));
    write(root.path().join("proc/net/tcp"), &TCP.replace("0100007F", "00000000"));
    let here = if cfg!(target_endian = "big") { Endian::Big } else { Endian::Little };
    assert_eq!(order(), (here, 1));
    write(root.path().join("proc/sys/kernel/arch"), "s390x\n");
    assert_eq!(order(), (Endian::Big, 0));
}

#[test]
fn what_holds_no_tree_or_several_is_refused_with_a_word() {
    let root = tempfile::tempdir().unwrap();
    write(root.path().join("a/b/etc/passwd"), "x");
    write(root.path().join("2024/notes"), "x");
    let refused = |path: &Path| open(path).unwrap_err();
    assert!(refused(root.path()).contains("holds no proc tree, neither proc/net nor proc/PID: give"));
    assert!(refused(archive(&packed(root.path())).path()).contains("holds no proc tree"));
    write(root.path().join("a/host1/proc/net/tcp"), TCP);
    write(root.path().join("a/host2/proc/1/net/tcp"), TCP);
    let several = refused(root.path());
    assert!(
        several.ends_with("holds 2 proc trees: a/host1/proc, a/host2/proc: give the directory of one"),
        "{several}"
    );
    assert!(refused(archive(&packed(root.path())).path()).ends_with("give the directory of one, unpacked"));
    let tree = open(&root.path().join("a/host2")).unwrap();
    let error = Target::tables_of(&tree).unwrap_err().to_string();
    assert!(error.ends_with("a/host2 has no net of its own, only of processes: name one of 1"), "{error}");
    for (bytes, why) in [
        (&b""[..], "holds no proc tree"),
        (b"BZh91AY&SY", "bzip2 is not unpacked here: unpack it before"),
        (b"PK\x03\x04", "zip is not unpacked here"),
        (b"\x1f\x8b\x08\0garbage", "cannot open"),
        (b"\x28\xb5\x2f\xfdgarbage", "cannot open"),
        (b"\xfd7zXZ\0garbage", "cannot open"),
        (&[b'x'; 5000], "cannot open"),
    ] {
        let error = refused(archive(bytes).path());
        assert!(error.contains(why) && !error.contains('\n'), "{error}");
    }
    rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("fifo"), rustix::fs::Mode::RUSR).unwrap();
    assert!(refused(&root.path().join("fifo")).contains("Not a directory"));
}

#[test]
fn an_archive_that_is_cut_is_read_as_far_as_it_goes() {
    let root = bundle();
    let whole = packed(root.path());
    let (mut with_word, mut with_rows) = (0, 0);
    for bytes in [whole.clone(), gzip(&whole), zstd::encode_all(&*whole, 1).unwrap(), xz(&whole)] {
        let file = archive(&bytes);
        let step = (bytes.len() / 200).max(1);
        for cut in (0..bytes.len()).rev().step_by(step) {
            File::options().write(true).open(file.path()).unwrap().set_len(cut as u64).unwrap();
            let Ok(tree) = open(file.path()) else { continue };
            // Blocks of zeros at the end may be missing without anything being lost.
            with_word += tree.remarks().len();
            let Ok(target) = Target::tables_of(&tree) else { continue };
            let sample = tick(&mut Collector::new(tree, target), &plan(&["tcp"], NOBODY)).unwrap();
            let bytes = &part(&sample, &Origin::net("tcp")).bytes;
            assert!(bytes.is_empty() || bytes == TCP.as_bytes(), "a file is whole or not there");
            with_rows += usize::from(!bytes.is_empty());
        }
    }
    assert!(with_word > 10 && with_rows > 10, "{with_word} {with_rows}");
}

#[test]
fn an_archive_leads_nowhere_but_into_itself() {
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |path: &str, kind: EntryType, target: &str, bytes: &str| {
        let mut header = Header::new_gnu();
        // The builder would refuse what a hostile archive has.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        tar.append(&header, bytes.as_bytes()).unwrap();
    };
    add("proc/net/dev", EntryType::Regular, "", "  lo:\n");
    add("proc/net/tcp", EntryType::Symlink, "/proc/self/net/tcp", "");
    add("proc/net/udp", EntryType::Symlink, "../../../../../../proc/self/net/udp", "");
    add("proc/net/raw", EntryType::Link, "/etc/passwd", "");
    add("proc/net/icmp", EntryType::Fifo, "", "");
    add("proc/net/snmp", EntryType::Char, "", "");
    add("proc/net/unix", EntryType::Link, "proc/net/dev", "");
    add("proc/net/arp", EntryType::Symlink, "arp", "");
    add("proc/net/../../../tmp/escaped", EntryType::Regular, "", "x");
    add("/proc/net/route", EntryType::Regular, "", "x");
    add("proc/7", EntryType::Symlink, "/proc/self", "");
    add("proc/7/net/tcp", EntryType::Regular, "", "x");
    add("proc/net/\u{1b}[31m", EntryType::Regular, "", "x");
    let file = archive(&tar.into_inner().unwrap());
    let tree = open(file.path()).unwrap();
    let seven = Target::find(&tree, "7").unwrap();
    let sample =
        tick(&mut Collector::new(open(file.path()).unwrap(), seven), &plan(&["tcp"], NOBODY)).unwrap();
    assert_eq!(
        text(&sample, &Origin::net("tcp")),
        "x",
        "what the archive has, not what a link of it means here"
    );
    let target = Target::tables_of(&tree).unwrap();
    let files = ["dev", "tcp", "udp", "raw", "icmp", "snmp", "unix", "arp", "route"];
    let sample = tick(&mut Collector::new(tree, target), &plan(&files, NOBODY)).unwrap();
    let told = files.map(|file| {
        let part = part(&sample, &Origin::net(file));
        (part.reading.status, part.bytes.len())
    });
    let error = |errno| (Status::Error(errno), 0);
    let missing = (Status::Missing, 0);
    let whole = (Status::Ok, 6);
    let (out, again) = (error(libc::EXDEV), error(libc::ELOOP));
    assert_eq!(told, [whole, out, out, missing, missing, missing, whole, again, missing]);
    assert!(!Path::new("/tmp/escaped").exists());
}
