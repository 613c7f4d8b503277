//! The collector against real processes: the test's own, children made for the purpose, and copied trees.

mod child;
mod collect;
mod copy;
mod end;
mod links;
mod roles;
mod suspend;
mod target;

use netmonitor_core::plan::{Owners, Plan};
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

fn plan(net: &[&'static str], owners: Owners) -> Plan {
    Plan { net: net.to_vec(), owners }
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

/// A test that cannot run here says why; where skips are forbidden that is a failure.
fn skip(why: &str) {
    assert!(std::env::var_os("NETMONITOR_STRICT").is_none_or(|value| value != "1"), "cannot run: {why}");
    println!("skipped: {why}");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
