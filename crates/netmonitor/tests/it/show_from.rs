//! `show --from`: what was recorded is printed as it was live, and whatever happens to the file.

use std::fs;
use std::path::Path;
use std::process::Output;

use netmonitor_core::engine::Engine;
use netmonitor_core::export::{self, Selection};
use netmonitor_core::host::HostEngine;
use netmonitor_core::plan::Plan;
use netmonitor_core::record::{Head, Recorder, VERSION};
use netmonitor_core::sample::{Machine, Sample};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;
use netmonitor_core::views;
use netmonitor_sys::{Collector, HostCollector, ProcTree, Target};
use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool};
use serde_json::Value as Json;

use crate::replay::{bytes, day, head, written};
use crate::{HOLDER, netmonitor, rows, stderr, stdout};

fn show(path: &Path, words: &[&str]) -> Output {
    let mut command = netmonitor();
    command.args(["show", "--from"]).arg(path).args(words).env("TZ", "UTC");
    command.output().unwrap()
}

fn json(path: &Path, words: &[&str]) -> Json {
    let output = show(path, &[&["--format", "json"], words].concat());
    assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a format makes of a snapshot.
fn printed(snapshot: &Snapshot, (format, word, scope): (&str, &str, Scope)) -> String {
    let selection = Selection::parse(&[word], scope).unwrap();
    let mut out = Vec::new();
    (export::find(format).unwrap().export)().write(&mut out, snapshot, &selection).unwrap();
    String::from_utf8(out).unwrap()
}

fn file(machine: Machine, (pid, scope): (Option<u32>, Scope), plan: &Plan, samples: &[Sample]) -> Vec<u8> {
    let head = Head {
        format: VERSION,
        writer: "netmonitor test".into(),
        machine,
        scope: scope.word().into(),
        pid,
        interval: day::SECOND,
    };
    let mut recorder = Recorder::new(head, plan);
    let mut bytes = recorder.begin();
    for sample in samples {
        bytes.extend(recorder.tick(sample.clone()).unwrap());
    }
    bytes.extend(recorder.close().unwrap());
    bytes
}

/// All views in all formats: each moment of a recording, beside what an engine made of it as it came.
fn compare(path: &Path, live: &[std::sync::Arc<Snapshot>], scope: Scope, views: &[&str]) {
    for (number, snapshot) in live.iter().enumerate() {
        let at = netmonitor_core::format::rfc3339(snapshot.moment.wall);
        for view in views {
            for format in ["text", "json", "jsonl"] {
                let live = printed(snapshot, (format, view, scope));
                let output = show(path, &["--at", &at, "--format", format, "--scope", scope.word(), view]);
                assert_eq!(output.status.code(), Some(0), "{view}: {}", stderr(&output));
                assert!(
                    stdout(&output) == live,
                    "{view} {format} {scope} at {number}: {live}\n---\n{}",
                    stdout(&output)
                );
            }
        }
    }
}

#[test]
fn it_prints_what_was_printed_live() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "tcp udp raw unix netlink packet");
    let tree = ProcTree::open(Path::new("/proc")).unwrap();
    let machine = tree.machine();
    let target = Target::find(&tree, &holder.pid().to_string()).unwrap();
    let plan = Plan::recording(Scope::Process);
    let mut collector = Collector::new(tree, target);
    let samples: Vec<Sample> = (0..2)
        .map(|_| {
            let mut sample = Sample::default();
            collector.collect(&plan, &mut sample).unwrap();
            sample
        })
        .collect();
    let mut engine = Engine::watching(machine.clone(), holder.pid()).recorded();
    engine.follow(&plan);
    let live: Vec<_> = samples.iter().map(|sample| engine.advance(sample)).collect();
    let folder = tempfile::tempdir().unwrap();
    let bytes = file(machine, (Some(holder.pid()), Scope::Process), &plan, &samples);
    let path = written(folder.path(), &bytes);
    let names: Vec<&str> = views::ALL.iter().map(|view| view.name).collect();
    compare(&path, &live, Scope::Process, &names);
    // The last one, if nothing else is said; one table as CSV.
    let output = show(&path, &["tcp.tcp", "--format", "csv"]);
    assert_eq!(stdout(&output), printed(&live[1], ("csv", "tcp.tcp", Scope::Process)));
    assert!(stdout(&output).lines().count() > 2 && stderr(&output).is_empty(), "{}", stderr(&output));
}

#[test]
fn it_prints_of_a_machine_what_was_printed_live() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "tcp udp");
    let tree = ProcTree::open(Path::new("/proc")).unwrap();
    let machine = tree.machine();
    let plan = Plan::recording(Scope::Host);
    let mut collector = HostCollector::new(tree);
    let mut sample = Sample::default();
    collector.collect(&plan, &mut sample);
    let mut engine = HostEngine::new(machine.clone()).recorded();
    engine.follow(&plan);
    sample.replay(&mut engine);
    let live = [engine.snapshot()];
    let folder = tempfile::tempdir().unwrap();
    let bytes = file(machine, (None, Scope::Host), &plan, &[sample]);
    let path = written(folder.path(), &bytes);
    compare(&path, &live, Scope::Host, &["tcp", "udp", "processes"]);
    // Without a tab it is who is there.
    let document = json(&path, &[]);
    let pid = u64::from(holder.pid());
    assert!(rows(&document, "processes").iter().any(|row| row["pid"] == pid), "{document}");
    let output = show(&path, &["--scope", "process", "tcp"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("its scope is host"), "{}", stderr(&output));
    let output = show(&path, &["arp"]);
    assert!(stderr(&output).contains("is of one namespace"), "{}", stderr(&output));
}

#[test]
fn one_process_out_of_a_recording_of_all_is_printed() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "tcp udp");
    let pid = holder.pid().to_string();
    let tree = ProcTree::open(Path::new("/proc")).unwrap();
    let machine = tree.machine();
    let plan = Plan::recording(Scope::Host);
    let mut collector = HostCollector::new(tree);
    let mut collect = || {
        let mut sample = Sample::default();
        collector.collect(&plan, &mut sample);
        sample
    };
    let mut samples = vec![collect(), collect()];
    drop(holder);
    samples.push(collect());
    for (second, sample) in (0..).zip(&mut samples) {
        sample.moment.wall = 1_700_000_000_000_000_000 + second * day::SECOND as i64;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &file(machine, (None, Scope::Host), &plan, &samples));
    let document = json(&path, &[&pid, "tcp", "--at", "22:13:21"]);
    // Its sockets are those that the recording of all tells it to own.
    let mine = rows(&document, "tcp");
    let all = json(&path, &["tcp", "--at", "22:13:21"]);
    let owners = Json::from(vec![pid.parse::<u64>().unwrap()]);
    let owned = rows(&all, "tcp").iter().filter(|row| row["owners"] == owners);
    let cookies = |row: &Json| row["cookie"].clone();
    assert_eq!(mine.iter().map(cookies).collect::<Vec<_>>(), owned.map(cookies).collect::<Vec<_>>());
    assert!(mine.len() > 3, "{document}");
    // The moments at which it was there.
    let output = show(&path, &[&pid, "udp", "--count", "9", "--format", "jsonl"]);
    let mut moments: Vec<Json> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap()["at"].clone())
        .collect();
    moments.dedup();
    assert_eq!(moments.len(), 2, "{}", stderr(&output));
    let output = netmonitor()
        .arg("diff")
        .arg(&path)
        .args([&pid, "tcp", "--to-time", "2023-11-14T22:13:21Z"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("tcp · process · 0 came"), "{}", stdout(&output));
    for (words, why) in [
        (&[&pid, "tcp"][..], "was not there at 2023-11-14 22:13:22"),
        (&["4194305", "tcp", "--at", "+0s"], "process 4194305 was not there at"),
        (&["4194305", "tcp", "--count", "2"], "process 4194305 was not there at"),
        (&[&pid, "--scope", "host", "tcp"], "all processes are asked for"),
    ] {
        let output = show(&path, words);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{words:?}");
        assert!(stderr(&output).contains(why), "{words:?}: {}", stderr(&output));
    }
    // Of a recording of one process it may be told, too.
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &day::of(3)));
    assert_eq!(json(&path, &[&day::PID.to_string(), "tcp"]), json(&path, &["tcp"]));
}

#[test]
fn several_moments_are_printed_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &day::of(200)));
    let times = |words: &[&str]| {
        let output = show(&path, &[&["traffic.interfaces", "--format", "jsonl"], words].concat());
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
        let time = |line: &str| {
            let row: Json = serde_json::from_str(line).unwrap();
            row["at"].as_str().unwrap()[14..19].to_owned()
        };
        stdout(&output).lines().map(time).collect::<Vec<_>>()
    };
    assert_eq!(times(&[]), ["16:39"]);
    assert_eq!(times(&["--at", "22:14"]), ["14:00"]);
    assert_eq!(times(&["--count", "3"]), ["13:20", "13:21", "13:22"]);
    assert_eq!(times(&["--at", "-2s", "--count", "9"]), ["16:37", "16:38", "16:39"]);
    assert_eq!(times(&["--interval", "1m"]), ["13:20", "14:20", "15:20", "16:20"]);
    assert_eq!(times(&["--at", "22:15:07", "--interval", "30s", "--count", "2"]), ["15:07", "15:37"]);
}

#[test]
fn a_file_that_was_cut_anywhere_is_printed_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let whole = bytes(head(Some(day::PID), Scope::Process), &day::of(140));
    let mut printed = 0;
    for part in 0..40 {
        let length = whole.len() * part / 40;
        let path = written(folder.path(), &whole[..length]);
        let output = show(&path, &["tcp"]);
        match output.status.code() {
            Some(0) => {
                assert!(stdout(&output).contains("tcp · process"), "{length}");
                let told = stderr(&output);
                assert!(
                    told.contains("has no end: it was cut, or is still being written"),
                    "{length}: {told}"
                );
                assert_eq!(told.lines().count(), 1, "{told}");
                printed += 1;
            }
            status => {
                assert_eq!((status, stdout(&output)), (Some(2), ""), "{length}");
                assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
            }
        }
    }
    assert!(printed > 30, "{printed}");
}

#[test]
fn a_byte_that_was_flipped_costs_what_stands_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let samples = day::of(140);
    let whole = bytes(head(Some(day::PID), Scope::Process), &samples);
    let mut damaged = 0;
    for part in 1..20 {
        let mut bytes = whole.clone();
        let place = whole.len() * part / 20;
        bytes[place] ^= 0x10;
        let path = written(folder.path(), &bytes);
        let output = show(&path, &["--interval", "1s", "tcp", "--format", "jsonl"]);
        assert_eq!(output.status.code(), Some(0), "{place}: {}", stderr(&output));
        assert!(!output.stdout.is_empty());
        damaged += usize::from(stderr(&output).contains("damaged in one place"));
    }
    assert!(damaged > 10, "{damaged}");
}

#[test]
fn the_pieces_of_a_series_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let samples = day::of(30);
    let mut recorder = Recorder::new(head(Some(day::PID), Scope::Process), &Plan::recording(Scope::Process));
    for (number, samples) in samples.chunks(10).enumerate() {
        let mut bytes = recorder.begin();
        for sample in samples {
            bytes.extend(recorder.tick(sample.clone()).unwrap());
        }
        bytes.extend(recorder.close().unwrap());
        let name = if number < 2 { format!("day.nmr.{}", number + 9) } else { "day.nmr".to_owned() };
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let path = folder.path().join("day.nmr");
    let count = |words: &[&str]| {
        let output =
            show(&path, &[&["--interval", "1s", "traffic.interfaces", "--format", "jsonl"], words].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        (stdout(&output).lines().count(), stderr(&output).to_owned())
    };
    assert_eq!(count(&[]), (30, String::new()));
    // One that is something else is left out, and so is what comes before it.
    fs::write(folder.path().join("day.nmr.9"), "something else").unwrap();
    let (rows, told) = count(&[]);
    assert_eq!(rows, 20);
    assert!(told.contains("an older piece of another recording left out"), "{told}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &bytes(head(Some(day::PID), Scope::Process), &day::of(3)));
    for (words, why) in [
        (&["8", "tcp"][..], "is of process 7 alone"),
        (&["seven", "tcp"], "no tab \"seven\""),
        (&["tcp", "--at", "10:00"], "10:00 is not in the recording, which goes from 2023-11-14 22:13:20 UTC"),
        (&["tcp", "--at", "never"], "not a time"),
        (&["tcp", "--scope", "host"], "is of process 7 alone"),
        (&["tcp", "--owners", "all"], "cannot be used with"),
    ] {
        let output = show(&path, words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}{}", stdout(&output), stderr(&output));
        assert!(stderr(&output).contains(why), "{words:?}: {}", stderr(&output));
    }
    let document = json(&path, &["softnet", "tcp", "--scope", "namespace"]);
    let state = |view: usize| &document["views"][view]["tables"][0];
    assert_eq!((&state(0)["status"], &state(1)["scope"]), (&"not-read".into(), &"namespace".into()));
    assert!(state(0)["reason"].as_str().unwrap().contains("not recorded"), "{document}");
}
