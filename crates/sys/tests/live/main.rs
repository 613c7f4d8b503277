//! The collector against real processes: the test's own, children made for the purpose, and copied trees.

mod bpf;
mod captured;
mod child;
mod collect;
mod copy;
mod end;
mod events;
mod files;
mod group;
mod links;
mod listing;
mod message;
mod netlink;
mod own_counts;
mod own_sockets;
mod recorded;
mod roles;
mod roll;
mod suspend;
mod target;
mod wire;

use std::fs;
use std::path::PathBuf;

use netmonitor_core::plan::{Owners, Pace, Plan};
use netmonitor_core::sample::{Origin, Part, Sample, Status};
use netmonitor_sys::{Collector, Ended, ProcTree, Target};

/// `/proc`.
fn proc() -> ProcTree {
    ProcTree::open("/proc".as_ref()).expect("/proc is a proc tree")
}

/// A collector of a live process.
fn collector(pid: u32) -> Collector {
    let tree = proc();
    let target = Target::find(&tree, &pid.to_string()).expect("the process can be watched");
    Collector::new(tree, target)
}

/// Whose descriptors are read, and how the others are walked over.
type Whose = (Owners, Pace);
const NOBODY: Whose = (Owners::None, Pace::None);
const FAMILY: Whose = (Owners::Family, Pace::None);
const BACKGROUND: Whose = (Owners::Everybody, Pace::Background);
const EVERYBODY: Whose = (Owners::Everybody, Pace::Whole);
const NAMESPACES: Whose = (Owners::None, Pace::Whole);

fn plan(net: &[&'static str], (owners, walk): Whose) -> Plan {
    Plan { net: net.iter().map(|path| (*path).into()).collect(), owners, walk, ..Plan::default() }
}

/// One tick, kept whole.
fn tick(collector: &mut Collector, plan: &Plan) -> Result<Sample, Ended> {
    let mut sample = Sample::default();
    collector.collect(plan, &mut sample).map(|()| sample)
}

/// The part of an origin; there must be one.
fn part<'s>(sample: &'s Sample, origin: &Origin) -> &'s Part {
    let mut parts = sample.parts.iter().filter(|part| part.origin == *origin);
    let first = parts.next().unwrap_or_else(|| panic!("no part {origin}"));
    assert!(parts.next().is_none(), "two parts {origin}");
    first
}

fn status(sample: &Sample, origin: &Origin) -> Status {
    part(sample, origin).reading.status
}

fn text(sample: &Sample, origin: &Origin) -> String {
    String::from_utf8(part(sample, origin).bytes.clone()).expect("text")
}

/// A file of a copied tree, in directories that are made for it.
fn write(path: PathBuf, bytes: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A test that cannot run here says why; where skips are forbidden that is a failure.
fn skip(why: &str) {
    assert!(std::env::var_os("NETMONITOR_STRICT").is_none_or(|value| value != "1"), "cannot run: {why}");
    println!("skipped: {why}");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
