//! `icmp-tunnel`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Since;
use crate::detect::{Amount, Counter, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold, snmp, snmp6};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::{PING, RAW};

static RATE: Threshold = Threshold {
    name: "icmp-tunnel-rate",
    usual: 10.0,
    unit: "messages a second",
    doc: "How many echo requests and answers a second are more than somebody who pings makes.",
    source: "ours; ping makes 2 a second",
};

static SECONDS: Threshold = Threshold {
    name: "icmp-tunnel-seconds",
    usual: 10.0,
    unit: "seconds",
    doc: "For how long it must be so.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "icmp-tunnel",
    title: "the process speaks ICMP, and many echo messages come and go",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::PING, &dumps::RAW], ..Needs::files(&["snmp", "snmp6"]) },
    thresholds: &[&RATE, &SECONDS],
    rule: Rule::Look(|| Box::<Tunnel>::default()),
    why: "Data can be carried in echo requests and answers, which many firewalls let through. The messages are counted for the whole namespace: that they are this process's is likely, not certain. Programs that measure the network send many, too.",
    next: "See with a capture (icmp) how large the messages are and whether they carry other content than a pattern; see to whom they go.",
    references: "ATT&CK T1095; RFC 792; net/ipv4/ping.c; icmp(7)",
};

const ICMP: u16 = 1;
const ICMPV6: u16 = 58;

const COUNTERS: [Counter; 8] = [
    snmp("Icmp", "InEchos"),
    snmp("Icmp", "InEchoReps"),
    snmp("Icmp", "OutEchos"),
    snmp("Icmp", "OutEchoReps"),
    snmp6("Icmp6", "InEchos"),
    snmp6("Icmp6", "InEchoReplies"),
    snmp6("Icmp6", "OutEchos"),
    snmp6("Icmp6", "OutEchoReplies"),
];

#[derive(Default, Serialize, Deserialize)]
struct Tunnel {
    since: Since<()>,
}

impl Look for Tunnel {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.source("snmp").is_none() {
            return;
        }
        let raw = scene.held(&RAW).filter(|socket| matches!(socket.inet.local_port, ICMP | ICMPV6)).count();
        let sockets = raw + scene.held(&PING).count();
        let counted = COUNTERS.iter().filter_map(|counter| scene.counter(*counter));
        let rate: f64 = counted.map(|counted| counted.per_second()).sum();
        self.since.begin();
        if sockets > 0 && rate >= scene.limit(&RATE) {
            let seconds = self.since.is_so((), scene.at()) as f64 / 1e9;
            if seconds >= scene.limit(&SECONDS) {
                found
                    .report(Subject::Process, format!("{rate:.0} echo messages a second for {seconds:.0} s, and the process holds sockets for ICMP"))
                    .strength(rate)
                    .shows("echo requests and answers", Amount::Rate(rate), "snmp, snmp6")
                    .shows("sockets for ICMP", Amount::Count(sockets as u64), "sock_diag/raw, net/icmp")
                    .done();
            }
        }
        self.since.end();
    }
}
