//! The list of files, files that are measured, files that are left in the middle, and settings.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;

use netmonitor_core::plan::{Measure, Plan};
use netmonitor_core::sample::{Moment, Origin, Reading, Sample, Sink, Status};
use netmonitor_core::settings;
use netmonitor_sys::ProcTree;

use crate::child::Role;
use crate::{collector, is_root, part, skip, status, text, tick};

/// Wants no more than so many chunks of the large file.
struct Impatient {
    sample: Sample,
    chunks: usize,
}

impl Sink for Impatient {
    fn begin(&mut self, moment: Moment) {
        self.sample.begin(moment);
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        let _ = self.sample.chunk(origin, bytes);
        if *origin != Origin::net("nf_conntrack") {
            return ControlFlow::Continue(());
        }
        self.chunks -= 1;
        if self.chunks == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        self.sample.end(origin, reading);
    }
}

fn listed(sample: &Sample) -> BTreeSet<String> {
    let bytes = text(sample, &Origin::NetList);
    bytes.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn the_list_has_all_files_and_no_directories() {
    let plan = Plan { list: true, ..Plan::default() };
    let sample = tick(&mut collector(std::process::id()), &plan).unwrap();
    assert_eq!(status(&sample, &Origin::NetList), Status::Ok);
    let names = listed(&sample);
    for path in ["tcp", "stat/rt_cache", "dev_snmp6/lo", "netfilter/nf_log"] {
        assert!(names.contains(path), "{path}: {names:?}");
    }
    assert!(!names.contains("stat") && !names.contains("netfilter"));
    assert!(sample.parts.iter().all(|part| !matches!(part.origin, Origin::Net(_))), "nothing is read for it");
}

#[test]
fn what_is_listed_is_measured_but_for_what_reading_would_change() {
    let root = tempfile::tempdir().unwrap();
    let net = root.path().join("100/net");
    fs::create_dir_all(net.join("can")).unwrap();
    fs::create_dir_all(net.join("rpc/nfs")).unwrap();
    for path in ["tcp", "new\nname", "can/reset_stats", "can/stats", "rpc/nfs/channel"] {
        fs::write(net.join(path), "x\n").unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", net.join("leads_out")).unwrap();
    let tree = ProcTree::open(root.path()).unwrap();
    let target = netmonitor_sys::Target::find(&tree, "100").unwrap();
    let mut collector = netmonitor_sys::Collector::new(tree, target);
    let plan = Plan { list: true, measure: Measure::All, ..Plan::default() };
    let sample = tick(&mut collector, &plan).unwrap();
    let all = ["can/reset_stats", "can/stats", "leads_out", "new\nname", "rpc/nfs/channel", "tcp"];
    assert_eq!(listed(&sample), all.map(str::to_owned).into());
    let read: BTreeSet<String> = sample
        .parts
        .iter()
        .filter_map(|part| match &part.origin {
            Origin::Net(path) if !part.bytes.is_empty() => Some(path.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(read, ["can/stats", "new\nname", "tcp"].map(str::to_owned).into());
    assert_ne!(status(&sample, &Origin::net("leads_out")), Status::Ok);
    let one = Plan { measure: Measure::One("tcp".into()), ..Plan::default() };
    let sample = tick(&mut collector, &one).unwrap();
    assert_eq!(text(&sample, &Origin::net("tcp")), "x\n");
}

#[test]
fn the_rest_of_a_file_is_left_and_the_next_one_is_read() {
    let root = tempfile::tempdir().unwrap();
    let net = root.path().join("100/net");
    fs::create_dir_all(&net).unwrap();
    fs::write(net.join("nf_conntrack"), "x".repeat(1 << 20)).unwrap();
    fs::write(net.join("tcp"), "header\n").unwrap();
    let tree = ProcTree::open(root.path()).unwrap();
    let target = netmonitor_sys::Target::find(&tree, "100").unwrap();
    let mut collector = netmonitor_sys::Collector::new(tree, target);
    let net = vec!["nf_conntrack".into(), "tcp".into()];
    let plan = Plan { net, ..Plan::default() };
    let mut sink = Impatient { sample: Sample::default(), chunks: 2 };
    collector.collect(&plan, &mut sink).unwrap();
    let cut = part(&sink.sample, &Origin::net("nf_conntrack"));
    assert_eq!(cut.reading.status, Status::Cut);
    assert!(cut.bytes.len() < 1 << 18, "{}", cut.bytes.len());
    assert!(sink.sample.parts.iter().any(|part| part.origin == Origin::net("tcp")));
}

#[test]
fn settings_are_those_of_the_targets_namespace() {
    let plan = Plan { settings: settings::ALL.to_vec(), ..Plan::default() };
    let own = tick(&mut collector(std::process::id()), &plan).unwrap();
    let tw = Origin::Sysctl(settings::TCP_MAX_TW_BUCKETS.path.into());
    assert_eq!(text(&own, &tw), fs::read_to_string("/proc/sys/net/ipv4/tcp_max_tw_buckets").unwrap());
    if !is_root() {
        return skip("needs root, for a process in another namespace");
    }
    // The child makes a namespace of its own, where the setting has another value.
    let mut child = Role::start("own-namespace-with-setting", "4321");
    assert_eq!(child.line(), "ready");
    let other = tick(&mut collector(child.pid()), &plan).unwrap();
    assert_eq!(text(&other, &tw).trim(), "4321");
    let mem = Origin::Sysctl(settings::TCP_MEM.path.into());
    assert_eq!(text(&other, &mem), text(&own, &mem), "what the machine has once is told from here");
    assert_eq!(text(&tick(&mut collector(std::process::id()), &plan).unwrap(), &tw), text(&own, &tw));
}
