//! `inbound-scan`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Lately;
use crate::detect::{Counter, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold, snmp};
use crate::plan::Needs;
use crate::scope::Scope;

static ATTEMPTS: Threshold = Threshold {
    name: "inbound-scan-attempts",
    usual: 25.0,
    unit: "packets",
    doc: "How many packets to closed ports are a scan.",
    source: "simple-scan of Zeek: 25 failed attempts in 15 minutes",
};

static SECONDS: Threshold = Threshold {
    name: "inbound-scan-seconds",
    usual: 900.0,
    unit: "seconds",
    doc: "In which time that many make a scan.",
    source: "simple-scan of Zeek: 15 minutes",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "inbound-scan",
    title: "many packets arrive that are answered as those to closed ports are",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Hint,
    needs: || Needs::files(&["snmp"]),
    thresholds: &[&ATTEMPTS, &SECONDS],
    rule: Rule::Look(|| Box::<Scan>::default()),
    why: "Somebody tries ports one after the other to find out what is open here; or a service that is used is not running. Resets (RST) are counted, and some are sent for other reasons: by programs that break connections off, too.",
    next: "See who sends: a capture of RST and ICMP port unreachable tells their addresses, events the refused connections. One address and many ports is a scan; one port and many addresses a missing service.",
    references: "ATT&CK T1046; RFC 4022, tcpOutRsts; RFC 4113, udpNoPorts",
};

const COUNTERS: [Counter; 2] = [snmp("Tcp", "OutRsts"), snmp("Udp", "NoPorts")];

#[derive(Default, Serialize, Deserialize)]
struct Scan(Option<Lately>);

impl Look for Scan {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.source("snmp").is_none() {
            return;
        }
        let grown: u64 = COUNTERS.iter().map(|counter| scene.grown(*counter)).sum();
        let lately = self.0.get_or_insert_with(|| Lately::seconds(scene.limit(&SECONDS)));
        let sum = lately.add(grown, scene.at());
        // It is so while they come; what came once is not told of for a quarter of an hour.
        if grown == 0 || (sum as f64) < scene.limit(&ATTEMPTS) {
            return;
        }
        let minutes = scene.limit(&SECONDS) / 60.0;
        found
            .report(Subject::Namespace, format!("{sum} packets were answered as those to closed ports are in the last {minutes:.0} minutes"))
            .strength(sum as f64)
            .counters(scene, &COUNTERS)
            .done();
    }
}
