//! What a tick holds, of processes that live and of such as may not be read.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use netmonitor_core::owners::may_trace;
use netmonitor_core::plan::Plan;
use netmonitor_core::sample::{Moment, Origin, Reading, Sample, Sink, Status};
use netmonitor_sys::Ended;

use crate::child::Role;
use crate::{EVERYBODY, FAMILY, NOBODY, collector, is_root, part, plan, skip, status, text, tick};

/// Keeps a tick, and has something done as soon as a part has ended.
struct Watched<'s, F> {
    sample: Sample,
    sizes: &'s mut Vec<usize>,
    ended: F,
}

impl<F: FnMut(&Origin)> Sink for Watched<'_, F> {
    fn begin(&mut self, moment: Moment) {
        self.sample.begin(moment);
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        self.sizes.push(bytes.len());
        self.sample.chunk(origin, bytes)
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        self.sample.end(origin, reading);
        (self.ended)(origin);
    }
}

#[test]
fn a_tick_identifies_the_process_and_reads_the_plan_in_its_order() {
    let own = std::process::id();
    let sample = tick(&mut collector(own), &plan(&["tcp6", "tcp", "no_such_file"], NOBODY)).unwrap();
    let origins: Vec<_> = sample.parts.iter().map(|part| part.origin.to_string()).collect();
    let identity = ["stat", "status", "cmdline", "exe", "ns/net"];
    assert_eq!(origins[..5], identity);
    assert_eq!(origins[5..9], ["/etc/passwd", "/etc/services", "who reads", "own capabilities"]);
    assert_eq!(origins[9..], ["net/tcp6", "net/tcp", "net/no_such_file"]);
    assert!(text(&sample, &Origin::process("stat")).starts_with(&format!("{own} (")));
    assert!(text(&sample, &Origin::process("ns/net")).starts_with("net:["));
    assert!(text(&sample, &Origin::net("tcp")).starts_with("  sl  local_address"));
    let exe = std::env::current_exe().unwrap();
    assert_eq!(text(&sample, &Origin::process("exe")), exe.to_str().unwrap());
    assert_eq!(status(&sample, &Origin::net("no_such_file")), Status::Missing);
}

#[test]
fn every_part_says_when_it_was_read() {
    let sample = tick(&mut collector(std::process::id()), &plan(&["tcp"], FAMILY)).unwrap();
    let mut before = sample.moment.boottime;
    for part in &sample.parts {
        assert!(part.reading.at >= before, "{}", part.origin);
        before = part.reading.at + part.reading.took;
    }
    assert!(part(&sample, &Origin::net("tcp")).reading.took > 0);
    assert!(sample.moment.wall > 1_600_000_000_000_000_000);
}

#[test]
fn the_ends_of_sockets_are_heard_while_somebody_wants_to_know() {
    let mut collector = collector(std::process::id());
    let listening = Plan { ends: true, ..plan(&[], NOBODY) };
    let heard = |sample: &Sample| {
        let ended = sample.parts.iter().find(|part| part.origin == Origin::Destroyed);
        ended.map(|part| (part.reading.status, part.bytes.len()))
    };
    assert_eq!(heard(&tick(&mut collector, &plan(&[], NOBODY)).unwrap()), None);
    assert_eq!(heard(&tick(&mut collector, &listening).unwrap()).map(|(status, _)| status), Some(Status::Ok));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let cookie = rustix::net::sockopt::socket_cookie(&listener).unwrap();
    drop(listener);
    // The kernel tells it a little later.
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let sample = tick(&mut collector, &listening).unwrap();
        let bytes = &part(&sample, &Origin::Destroyed).bytes;
        if bytes.windows(4).any(|window| window == (cookie as u32).to_ne_bytes()) {
            break;
        }
        assert!(Instant::now() < end, "nothing is heard of it");
    }
    assert_eq!(heard(&tick(&mut collector, &plan(&[], NOBODY)).unwrap()), None, "nobody listens any more");
}

#[test]
fn a_path_that_leads_out_of_net_is_missing() {
    let paths = &["../status", "/etc/passwd", "stat/../../stat", ""];
    let sample = tick(&mut collector(std::process::id()), &plan(paths, NOBODY)).unwrap();
    for path in paths {
        let part = part(&sample, &Origin::net(path));
        assert_eq!((part.reading.status, part.bytes.len()), (Status::Missing, 0), "{path:?}");
    }
}

#[test]
fn users_come_once_and_again_only_when_they_have_changed() {
    let mut collector = collector(std::process::id());
    let plan = plan(&[], NOBODY);
    let first = tick(&mut collector, &plan).unwrap();
    let (bytes, stated) = (&part(&first, &Origin::Users).bytes, status(&first, &Origin::Users));
    match std::fs::read("/etc/passwd") {
        Ok(passwd) => assert_eq!((bytes, stated), (&passwd, Status::Ok)),
        Err(_) => assert_ne!(stated, Status::Ok),
    }
    let second = tick(&mut collector, &plan).unwrap();
    assert!(second.parts.iter().all(|part| part.origin != Origin::Users));
}

#[test]
fn a_process_whose_leader_has_exited_is_read_through_a_live_thread() {
    let mut child = Role::start("leader-exits", "");
    let [inode] = child.numbers();
    let mut collector = collector(child.pid());
    let plan = Plan { process: true, ..plan(&["tcp", "no_such_file"], FAMILY) };
    for first_thread_lives in [true, false] {
        let sample = tick(&mut collector, &plan).unwrap();
        let descriptors = text(&sample, &Origin::process("fd")).parse::<u32>();
        assert!(descriptors.is_ok_and(|count| count > 3), "the leader has none any more");
        assert!(text(&sample, &Origin::process("limits")).contains("Max open files"));
        assert!(text(&sample, &Origin::process("cgroup")).contains(":/"));
        assert!(text(&sample, &Origin::process("stat")).contains(") Z "));
        assert!(text(&sample, &Origin::process("ns/net")).starts_with("net:["));
        assert!(text(&sample, &Origin::net("tcp")).contains(&inode.to_string()));
        assert_eq!(status(&sample, &Origin::net("no_such_file")), Status::Missing);
        assert!(!text(&sample, &Origin::process("exe")).is_empty());
        assert!(!text(&sample, &Origin::process("cmdline")).is_empty());
        let links = text(&sample, &Origin::Links(child.pid()));
        let lines: Vec<_> = links.lines().collect();
        assert!(lines[0].starts_with("ns/net net:["), "{links}");
        assert!(lines[1].starts_with("fd/") && lines[1].ends_with(&format!(" socket:[{inode}]")), "{links}");
        assert_eq!(lines.len(), 2, "{links}");
        if first_thread_lives {
            child.say("end the first thread");
            child.numbers::<1>();
        }
    }
}

#[test]
fn what_may_not_be_read_is_denied_and_the_rest_is_read() {
    let mut lines = Vec::new();
    if is_root() {
        let mut child = Role::start("nobody", &std::process::id().to_string());
        lines.extend(std::iter::from_fn(|| Some(child.line()).filter(|line| !line.is_empty())));
    } else {
        let sample = tick(&mut collector(1), &plan(&["tcp"], EVERYBODY)).unwrap();
        for part in &sample.parts {
            lines.push(format!("{}: {:?}", part.origin, part.reading.status));
        }
        lines.push(text(&sample, &Origin::Walk));
        lines.push(format!(
            "ptrace: {}",
            may_trace(&part(&sample, &Origin::Capabilities).bytes) == Some(true)
        ));
    }
    let pid = if is_root() { std::process::id() } else { 1 };
    for expected in ["stat: Ok", "exe: Denied", "ns/net: Denied", "net/tcp: Ok", "ptrace: false"] {
        assert!(lines.iter().any(|line| line == expected), "{expected} is not among {lines:?}");
    }
    assert!(lines.contains(&format!("descriptors of {pid}: Denied")), "{lines:?}");
    let walk = lines.iter().find(|line| line.starts_with("pass=1 ")).expect("a walk");
    assert!(walk.contains(" complete=1") && !walk.contains(" denied=0 "), "{walk}");
}

#[test]
fn a_large_file_comes_in_pieces_that_make_up_the_whole() {
    let sockets: Vec<_> = (0..1000).map(|_| std::net::UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    let mut sizes = Vec::new();
    let mut sink = Watched { sample: Sample::default(), sizes: &mut sizes, ended: |_: &Origin| {} };
    collector(std::process::id()).collect(&plan(&["udp"], FAMILY), &mut sink).unwrap();
    let sample = sink.sample;
    assert!(sizes.iter().all(|&size| size > 0 && size <= 256 * 1024), "{sizes:?}");
    let udp = text(&sample, &Origin::net("udp"));
    let links = text(&sample, &Origin::Links(std::process::id()));
    assert!(udp.len() > 64 * 1024);
    // The kernel pads each row. It may print one twice or leave one out when other sockets come and go
    // between two pages, so that rows cannot be counted.
    assert!(udp.lines().all(|line| line.len() == 127), "a piece is cut or lost");
    for socket in &sockets {
        let inode = rustix::fs::fstat(socket).unwrap().st_ino;
        assert_eq!(links.matches(&format!("socket:[{inode}]\n")).count(), 1);
    }
}

#[test]
fn a_process_that_ends_while_it_is_read_is_told_to_have_ended() {
    for after in [Origin::process("ns/net"), Origin::net("tcp")] {
        let mut child = Role::start("listen", "");
        child.numbers::<1>();
        let kill = |origin: &Origin| {
            if *origin == after {
                child.kill_to_zombie();
            }
        };
        let mut sink = Watched { sample: Sample::default(), sizes: &mut Vec::new(), ended: kill };
        let ended = collector(child.pid()).collect(&plan(&["tcp"], FAMILY), &mut sink);
        assert_eq!(ended, Err(Ended), "after {after}");
    }
}

#[test]
fn a_leader_that_exits_while_it_is_read_takes_nothing_with_it() {
    for after in [Origin::process("ns/net"), Origin::net("tcp")] {
        let mut child = Role::start("leader-exits", "later");
        let [inode] = child.numbers();
        let pid = child.pid();
        let mut collector = collector(pid);
        let exit = |origin: &Origin| {
            if *origin == after {
                child.say("the leader may exit");
                child.numbers::<1>();
            }
        };
        let mut sink = Watched { sample: Sample::default(), sizes: &mut Vec::new(), ended: exit };
        collector.collect(&plan(&["tcp"], FAMILY), &mut sink).unwrap();
        assert_eq!(status(&sink.sample, &Origin::net("tcp")), Status::Ok, "after {after}");
        let links = text(&sink.sample, &Origin::Links(pid));
        assert_eq!(links.matches(&format!("socket:[{inode}]\n")).count(), 1, "after {after}: {links}");
    }
}

#[test]
fn a_process_that_changes_its_namespace_while_it_is_read_is_read_again_once() {
    let (namespace, tcp) = (Origin::process("ns/net"), Origin::net("tcp"));
    for moves in [1, 2] {
        let mut child = Role::start("moves", "");
        let [inode] = child.numbers();
        let pid = child.pid();
        let mut collector = collector(pid);
        let (mut begun, mut moved, mut cannot) = (0, 0, None);
        let ended = |origin: &Origin| {
            begun += usize::from(*origin == Origin::process("stat"));
            if *origin == tcp && moved < moves {
                moved += 1;
                child.say("move");
                cannot = Some(child.line()).filter(|line| !line.is_empty());
            }
        };
        let mut sink = Watched { sample: Sample::default(), sizes: &mut Vec::new(), ended };
        let plan = plan(&["tcp"], FAMILY);
        collector.collect(&plan, &mut sink).unwrap();
        let sample = sink.sample;
        if let Some(why) = cannot {
            return skip(&why);
        }
        assert_eq!((begun, moved, sample.moment.seq), (2, moves, 0));
        assert!(!text(&sample, &tcp).contains(&inode.to_string()), "the file is of the first namespace");
        let now = std::fs::read_link(format!("/proc/{pid}/ns/net")).unwrap();
        assert_eq!(text(&sample, &namespace) == now.to_str().unwrap(), moves == 1);
        let next = tick(&mut collector, &plan).unwrap();
        assert_eq!(text(&next, &namespace), now.to_str().unwrap());
        assert_eq!(next.moment.seq, 1);
    }
}
