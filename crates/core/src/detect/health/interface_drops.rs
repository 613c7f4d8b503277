//! `interface-drops`.

use serde::{Deserialize, Serialize};

use super::interfaces::{Interfaces, Kind};
use crate::detect::{Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::plan::Needs;
use crate::scope::Scope;

static PERCENT: Threshold = Threshold {
    name: "interface-drops-percent",
    usual: 1.0,
    unit: "percent",
    doc: "Part of the packets of an interface from which dropped ones are many.",
    source: "as of errors: node-mixin, 1 %",
};

static LEAST: Threshold = Threshold {
    name: "interface-drops-packets",
    usual: 600.0,
    unit: "packets",
    doc: "How many must have been dropped: a few are on every network that has protocols which this machine does not speak.",
    source: "ours",
};

static SECONDS: Threshold = Threshold {
    name: "interface-drops-seconds",
    usual: 120.0,
    unit: "seconds",
    doc: "In which time.",
    source: "as of errors: node-mixin, two minutes",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "interface-drops",
    title: "an interface drops many packets",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs::files(&["dev"]),
    thresholds: &[&PERCENT, &LEAST, &SECONDS],
    rule: Rule::Look(|| Box::<Drops>::default()),
    why: "Packets arrive faster than they are taken from the interface, or are to be sent faster than it can: they are lost. Received ones may also have been dropped because nobody here speaks their protocol.",
    next: "Received: raise the ring (ethtool -G), spread over more CPUs (RSS, RPS), see findings softnet-drops and softnet-squeezes. Sent: the link is full, or its queue too short (tc -s qdisc).",
    references: "Documentation/networking/statistics.rst; Documentation/networking/scaling.rst",
};

#[derive(Default, Serialize, Deserialize)]
struct Drops(Interfaces);

const KIND: Kind = Kind {
    columns: ["rx_drop", "tx_drop"],
    words: "were dropped",
    of: |dev| [(dev.rx_drop, dev.rx_packets), (dev.tx_drop, dev.tx_packets)],
    percent: &PERCENT,
    least: &LEAST,
    seconds: &SECONDS,
};

impl Look for Drops {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        self.0.look(&KIND, scene, found);
    }
}
