//! `replay`: a session on what was recorded, in a real pseudo-terminal.

#[path = "../../../core/tests/recording/day.rs"]
pub(crate) mod day;

use std::fs;
use std::path::{Path, PathBuf};

use netmonitor_core::plan::Plan;
use netmonitor_core::record::{Head, Recorder};
use netmonitor_core::sample::{Origin, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_sys::{HostCollector, ProcTree};
use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::pty::Pty;
use netmonitor_testkit::{need_root, need_tool};

pub(crate) use day::head;

use crate::{HOLDER, captured, netmonitor, run, stderr, stdout};

const ENTER: &str = "\r";

/// The first moment of a day: 2023-11-14 22:13:20 UTC.
const FIRST: &str = "2023-11-14 22:13:20 UTC";

/// The bytes of a recording of these samples.
pub(crate) fn bytes(head: Head, samples: &[Sample]) -> Vec<u8> {
    let scope = head.scope.parse().unwrap();
    let mut recorder = Recorder::new(head, &Plan::recording(scope));
    let mut bytes = recorder.begin();
    for sample in samples {
        bytes.extend(recorder.tick(sample.clone()).unwrap());
    }
    bytes.extend(recorder.close().unwrap());
    bytes
}

pub(crate) fn written(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("day.nmr");
    fs::write(&path, bytes).unwrap();
    path
}

/// A recording of a process, so many seconds long.
fn of_day(folder: &Path, ticks: u64) -> PathBuf {
    written(folder, &bytes(head(Some(day::PID), Scope::Process), &day::of(ticks)))
}

fn opened(path: &Path, words: &[&str]) -> Pty {
    let mut command = netmonitor();
    command.arg("replay").arg(path).args(words).arg("--skip-intro").env("TZ", "UTC");
    Pty::spawn(command, 30, 120)
}

/// What stands in the time line.
fn at(second: &str) -> impl Fn(&str) -> bool {
    let shown = format!("22:{second} UTC");
    move |screen| screen.lines().any(|line| (line.contains('●')) && line.trim_end().ends_with(&shown))
}

#[test]
fn moment_by_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = of_day(folder.path(), 300);
    let mut pty = opened(&path, &[]);
    let screen = pty.wait("the first moment", at("13:20"));
    for word in ["RECORDED", FIRST, "‖ 1×", "every 1 s", "process 7 web", "22:18:19", "tcp · process"] {
        assert!(screen.contains(word), "{word} in\n{screen}");
    }
    assert!(screen.contains("recorded by netmonitor test on 6.18.0 x86_64"), "{screen}");
    pty.send("]]");
    pty.wait("two moments on", at("13:22"));
    pty.send("[");
    pty.wait("one back", at("13:21"));
    pty.send("[[");
    pty.wait_for("this is the first moment of the recording");
    pty.send("}");
    pty.wait("a minute on", at("14:20"));
    pty.send("}{");
    pty.wait("a minute on, and back", at("14:20"));
    for (typed, shown) in [(":at 22:15", "15:00"), (":at 22:15:07", "15:07"), (":at -60", "17:19")] {
        pty.send(&format!("{typed}{ENTER}"));
        pty.wait(typed, at(shown));
    }
    pty.send(&format!(":at 10:00{ENTER}"));
    pty.wait_for("10:00 is not in the recording, which goes from 2023-11-14 22:13:20 UTC");
    pty.send("L");
    pty.wait("the last moment", at("18:19"));
    pty.send("]");
    pty.wait_for("this is the last moment of the recording");
    // All that a session can do it can do here.
    pty.send("5");
    pty.wait_for("TcpExt");
    pty.send(&format!("1/local_port:2001{ENTER}"));
    pty.wait_for("0 of 23 rows match");
    pty.send(&format!(":set 2{ENTER}"));
    pty.wait_for("a recording has the interval it was recorded with");
    pty.send("\x04");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn graphs_after_a_jump_are_those_of_moments_that_were_played_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let path = of_day(folder.path(), 300);
    let mut in_turn = opened(&path, &[]);
    in_turn.wait("the first moment", at("13:20"));
    for second in 1..=70 {
        in_turn.send("]");
        in_turn
            .wait("the next moment", at(&format!("{}:{:02}", 13 + (20 + second) / 60, (20 + second) % 60)));
    }
    let mut jumped = opened(&path, &["--at", "+70s"]);
    jumped.wait("that moment", at("14:30"));
    let graph = |screen: &str| -> Vec<String> {
        let marks = |line: &&str| line.contains('┤') || line.contains("ESTABLISHED");
        screen.lines().filter(marks).map(|line| line.trim_end().to_owned()).collect()
    };
    let expected = graph(&in_turn.contents());
    assert!(expected.len() >= 8, "{}", in_turn.contents());
    jumped.wait("the same graphs", |screen| graph(screen) == expected);
    // The same at an earlier moment.
    for pty in [&mut in_turn, &mut jumped] {
        pty.send(":at +40s\r");
        pty.wait("another moment", at("14:00"));
    }
    in_turn.settled();
    let expected = graph(&in_turn.contents());
    jumped.wait("the same graphs there", |screen| graph(screen) == expected);
    for mut pty in [in_turn, jumped] {
        pty.send("q");
        assert_eq!(pty.exit().code(), Some(0));
    }
}

#[test]
fn time_goes_on_and_stands_still() {
    let folder = tempfile::tempdir().unwrap();
    let path = of_day(folder.path(), 200);
    let mut pty = opened(&path, &["--at", "+10s"]);
    pty.wait("where it begins", at("13:30"));
    pty.send(&format!(":speed 100{ENTER}"));
    pty.wait_for("‖ 100×");
    pty.send(" ");
    // Keys are taken while it plays.
    pty.send("2");
    pty.wait_for("udp · process");
    pty.wait_for("this is the end of the recording");
    pty.wait("the end", at("16:39"));
    pty.wait_for("‖ 100×");
    // From the end it begins anew.
    pty.send(&format!(":speed 0.1{ENTER}"));
    pty.wait_for("‖ 0.1×");
    pty.send(" ");
    pty.wait_for("▶ 0.1×");
    pty.wait("the beginning", at("13:20"));
    pty.send(" ");
    pty.wait_for("‖ 0.1×");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

/// A process in which nothing changes but for one tick, in which it gets a socket.
pub(crate) fn quiet(ticks: u64, changes: u64) -> Vec<Sample> {
    let day = day::of(1);
    let of = |seq: u64| {
        let mut sample = day[0].clone();
        sample.moment.seq = seq;
        sample.moment.wall += (seq * day::SECOND) as i64;
        sample.moment.boottime += seq * day::SECOND;
        sample.parts.retain(|part| !matches!(part.origin, Origin::Bpf(_)));
        if seq >= changes {
            for part in &mut sample.parts {
                match &part.origin {
                    Origin::Net(name) if name == "tcp" => part.bytes.extend(b"   9: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 77 1 0 100 0 0 10 0\n"),
                    Origin::Links(_) => part.bytes.extend(b"fd/9 socket:[77]\n"),
                    _ => {}
                }
            }
        }
        sample
    };
    (0..ticks).map(of).collect()
}

#[test]
fn the_next_change_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &quiet(400, 250)));
    let mut pty = opened(&path, &[]);
    pty.wait("the first moment", at("13:20"));
    // Also where the tab that is shown tells nothing of it.
    pty.send("5");
    pty.wait_for("TcpExt");
    pty.send("N");
    let screen = pty.wait("the change", at("17:30"));
    assert!(screen.contains("changed here: a socket or its state"), "{screen}");
    assert!(screen.contains("TcpExt"), "{screen}");
    pty.send("1");
    pty.wait_for("LISTEN");
    pty.send("[");
    pty.wait("before it", |screen| !screen.contains("LISTEN") && screen.contains('▲'));
    pty.send(&format!(":next{ENTER}"));
    pty.wait_for("LISTEN");
    pty.send(&format!(":next{ENTER}"));
    pty.wait_for("no change up to the end of the recording");
    pty.wait("where it was", at("17:30"));
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn that_the_clock_was_set_is_said_and_no_moment_is_lost_by_it() {
    const SET: &str = "the wall clock was set back by 3600 s";
    let folder = tempfile::tempdir().unwrap();
    let mut samples = quiet(20, 99);
    samples[10..].iter_mut().for_each(|sample| sample.moment.wall -= 3600 * day::SECOND as i64);
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &samples));
    let mut pty = opened(&path, &[]);
    pty.wait("the first moment", at("13:20"));
    pty.send("N");
    let screen = pty.wait("the change", |screen| screen.contains("2023-11-14 21:13:30 UTC"));
    assert!(screen.contains(&format!("changed here: {SET}")), "{screen}");
    pty.send("[[");
    pty.wait("two before it", at("13:28"));
    pty.send("]");
    pty.wait("one before it", at("13:29"));
    pty.send("]");
    pty.wait("its words", |screen| screen.contains("21:13:30 UTC") && screen.contains(SET));
    // Times of both clocks, and how long it was.
    for (command, second) in [
        ("at 22:13:25", "22:13:25"),
        ("at 21:13:35", "21:13:35"),
        ("at +5s", "22:13:25"),
        ("at -5s", "21:13:34"),
    ] {
        pty.send(&format!(":{command}{ENTER}"));
        pty.wait(command, |screen| screen.contains(&format!("2023-11-14 {second} UTC")));
    }
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
    let path = path.to_str().unwrap();
    let output = netmonitor()
        .args(["show", "--from", path, "--at", "22:13:22", "tcp"])
        .env("TZ", "UTC")
        .output()
        .unwrap();
    assert!(stdout(&output).contains("2023-11-14T22:13:22.000Z"), "{}", stdout(&output));
    let words = ["diff", path, "--from-time", "22:13:22", "--to-time", "21:13:32", "stats.TcpExt"];
    let output = netmonitor().args(words).env("TZ", "UTC").output().unwrap();
    let told = "from 2023-11-14T22:13:22.000Z to 2023-11-14T21:13:32.000Z";
    assert!(stdout(&output).contains(told), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn what_was_not_recorded_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = of_day(folder.path(), 5);
    let mut pty = opened(&path, &[]);
    pty.wait_for("tcp · process");
    pty.send(&format!(":softnet{ENTER}"));
    pty.wait_for("net/softnet_stat not recorded");
    // Its tree was not told.
    pty.send("1n");
    pty.wait_for("not recorded in scope tree");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn damage_is_told_and_the_rest_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let whole = bytes(head(Some(day::PID), Scope::Process), &day::of(300));
    let path = written(folder.path(), &whole[..whole.len() * 2 / 3]);
    let mut pty = opened(&path, &[]);
    pty.wait_for("the recording has no end: it was cut, or is still being written");
    pty.send("L");
    pty.wait("an end", |screen| screen.contains("‖ 1×") && !at("13:20")(screen));
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn what_cannot_be_replayed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let whole = bytes(head(Some(day::PID), Scope::Process), &day::of(3));
    for (bytes, why) in [
        (&b"something else"[..], "this is no recording of netmonitor"),
        (&whole[..whole.len() / 20], "recording"),
        (&[], "this is no recording of netmonitor"),
    ] {
        let path = written(folder.path(), bytes);
        let output = run(&["replay", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
    let path = written(folder.path(), &whole);
    for (words, why) in [
        (&["replay", "/nonexistent"][..], "No such file"),
        (&["replay", folder.path().to_str().unwrap()], "irectory"),
        (&["replay", path.to_str().unwrap()], "replay needs a terminal"),
        (&["replay", path.to_str().unwrap(), "--at", "x"], "not a time"),
        (&["7", "replay", path.to_str().unwrap()], "stands before the command"),
    ] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(why), "{words:?}: {}", stderr(&output));
    }
}

#[test]
fn nothing_that_was_recorded_reaches_the_terminal_as_it_is() {
    const EVIL: &[u8] = b"\x1b]0;evil\x07\x1b[2J\x9b31m";
    let folder = tempfile::tempdir().unwrap();
    let mut samples = day::of(3);
    for sample in &mut samples {
        for part in &mut sample.parts {
            match &part.origin {
                Origin::Process(name) if name == "stat" => {
                    let text = String::from_utf8(part.bytes.clone()).unwrap();
                    let (before, after) = text.split_once("web").unwrap();
                    part.bytes = [before.as_bytes(), EVIL, after.as_bytes()].concat();
                }
                Origin::Process(name) if name == "cmdline" => part.bytes = EVIL.to_vec(),
                _ => {}
            }
        }
        let mut unix = b"Num RefCount Protocol Flags Type St Inode Path\n0: 00000002 00000000 00010000 0001 01 5000 /run/".to_vec();
        unix.extend(EVIL);
        unix.push(b'\n');
        sample.push(Origin::net("unix"), unix);
    }
    let mut head = head(Some(day::PID), Scope::Process);
    head.writer = "\x1b]0;evil\x07netmonitor".into();
    head.machine.kernel = "\x1b[2J6.18".into();
    let path = written(folder.path(), &bytes(head, &samples));
    let mut pty = opened(&path, &["--scope", "namespace"]);
    pty.wait("the first moment", at("13:20"));
    pty.send(&format!(":unix{ENTER}"));
    pty.wait_for("/run/");
    pty.send("0");
    pty.wait_for("totals · namespace");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
    let raw = pty.raw();
    for evil in [&b"\x1b]0;evil"[..], b"\x9b31m", b"\x07"] {
        assert!(!raw.windows(evil.len()).any(|bytes| bytes == evil), "{evil:?} was printed");
    }
}

#[test]
fn a_recording_of_the_machine_opens_as_that_of_each_process() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "tcp udp");
    let pid = holder.pid();
    let tree = ProcTree::open(Path::new("/proc")).unwrap();
    let machine = tree.machine();
    let plan = Plan::recording(Scope::Host);
    let mut collector = HostCollector::new(tree);
    let mut collect = |samples: &mut Vec<Sample>| {
        let mut sample = Sample::default();
        collector.collect(&plan, &mut sample);
        samples.push(sample);
    };
    // Three segments: what is opened in a later one goes on from what stands at its beginning.
    let mut samples = Vec::new();
    (0..3).for_each(|_| collect(&mut samples));
    let middle = samples[2].clone();
    for number in 1..280_u64 {
        let mut sample = middle.clone();
        sample.moment.seq += number;
        sample.moment.wall += (number * day::SECOND) as i64;
        sample.moment.boottime += number * day::SECOND;
        sample.parts.iter_mut().for_each(|part| part.reading.at += number * day::SECOND);
        samples.push(sample);
    }
    drop(holder);
    collect(&mut samples);
    let late = 300 * day::SECOND;
    let last = samples.last_mut().unwrap();
    last.moment.wall = middle.moment.wall + late as i64;
    last.moment.boottime = middle.moment.boottime + late;
    let folder = tempfile::tempdir().unwrap();
    let head = Head { machine, ..head(None, Scope::Host) };
    let path = written(folder.path(), &bytes(head, &samples));
    let mut pty = opened(&path, &[]);
    pty.wait_for("all processes of the machine");
    pty.send(&format!("/pid:{pid}{ENTER}"));
    pty.wait("its row", |screen| {
        screen.lines().any(|line| line.split_whitespace().next() == Some(&pid.to_string()))
    });
    pty.send(ENTER);
    let screen = pty.wait_for(&format!("process {pid}"));
    assert!(!screen.contains("tcp · process · 0"), "{screen}");
    pty.wait_for("LISTEN");
    pty.wait_for("has no command line, limits and relatives");
    pty.send("2");
    pty.wait_for("udp · process");
    // In the middle of a later segment, and there where it has ended.
    pty.send(&format!("1:at +200s{ENTER}"));
    pty.wait_for("LISTEN");
    pty.send("5");
    pty.wait_for("TcpExt");
    pty.send("1L");
    pty.wait_for(&format!("process {pid} was not there at this moment"));
    pty.send("[");
    pty.wait_for("LISTEN");
    pty.send("p");
    pty.wait_for("all processes of the machine");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn a_captured_tree_is_one_moment() {
    if !need_tool("tar") {
        return;
    }
    let (_folder, bundle) = captured::bundle();
    let archive = captured::packed(&bundle, ".gz");
    for path in [&bundle, &archive] {
        let mut pty = opened(path, &[]);
        pty.wait_for("tcp · namespace");
        pty.send("q");
        assert_eq!(pty.exit().code(), Some(0));
    }
    let output = run(&["replay", archive.to_str().unwrap(), "--at", "10:00"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("a captured tree is one moment"), "{}", stderr(&output));
    std::fs::remove_file(archive).unwrap();
}
