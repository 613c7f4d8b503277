//! `interface-errors`.

use serde::{Deserialize, Serialize};

use super::interfaces::{Interfaces, Kind};
use crate::detect::{Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::plan::Needs;
use crate::scope::Scope;

static PERCENT: Threshold = Threshold {
    name: "interface-errors-percent",
    usual: 1.0,
    unit: "percent",
    doc: "Part of the packets of an interface from which errors are many.",
    source: "node-mixin, NodeNetworkReceiveErrs and NodeNetworkTransmitErrs: 1 %",
};

static LEAST: Threshold = Threshold {
    name: "interface-errors-packets",
    usual: 10.0,
    unit: "packets",
    doc: "How many errors there must have been.",
    source: "ours",
};

static SECONDS: Threshold = Threshold {
    name: "interface-errors-seconds",
    usual: 120.0,
    unit: "seconds",
    doc: "In which time.",
    source: "node-mixin: two minutes",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "interface-errors",
    title: "an interface has many errors",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["dev"]),
    thresholds: &[&PERCENT, &LEAST, &SECONDS],
    rule: Rule::Look(|| Box::<Errors>::default()),
    why: "Packets arrive damaged or cannot be sent: a cable, a port, a driver or a wrong setting is at fault, or the other end of a tunnel cannot be reached. TCP has to send again, datagrams are lost.",
    next: "See which kind of error it is (tab traffic, links: CRC, frame, fifo, carrier; ethtool -S); change cable and port; compare speed and duplex of both ends (tab traffic). Of a tunnel: see whether there is a route to its other end.",
    references: "Documentation/networking/statistics.rst; net/core/net-procfs.c dev_seq_printf_stats",
};

#[derive(Default, Serialize, Deserialize)]
struct Errors(Interfaces);

const KIND: Kind = Kind {
    columns: ["rx_errs", "tx_errs"],
    words: "had errors",
    of: |dev| [(dev.rx_errs, dev.rx_packets), (dev.tx_errs, dev.tx_packets)],
    percent: &PERCENT,
    least: &LEAST,
    seconds: &SECONDS,
};

impl Look for Errors {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        self.0.look(&KIND, scene, found);
    }
}
