//! `outbound-scan`.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::detect::contacts::is_public;
use crate::detect::memory::MOST;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static PUBLIC: Threshold = Threshold {
    name: "outbound-scan-public",
    usual: 25.0,
    unit: "ends",
    doc: "To how many addresses and ports on the internet connections fail when it is a scan.",
    source: "simple-scan of Zeek: 25 failed attempts of a remote machine in 15 minutes",
};

static LOCAL: Threshold = Threshold {
    name: "outbound-scan-local",
    usual: 250.0,
    unit: "ends",
    doc: "To how many addresses and ports in private networks or on this machine connections fail when it is a scan.",
    source: "simple-scan of Zeek: 250 failed attempts of a local machine in 15 minutes",
};

static SECONDS: Threshold = Threshold {
    name: "outbound-scan-seconds",
    usual: 900.0,
    unit: "seconds",
    doc: "In which time that many make a scan.",
    source: "simple-scan of Zeek: 15 minutes",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "outbound-scan",
    title: "the process tries many addresses and ports in vain",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Likely,
    needs: || Needs { dumps: vec![&dumps::TCP], events: true, ..Needs::default() },
    thresholds: &[&PUBLIC, &LOCAL, &SECONDS],
    rule: Rule::Look(|| Box::<Scan>::default()),
    why: "A program that fails to connect to many different addresses or ports looks for what is open there: a scanner, or malware that spreads. One that cannot reach a single service fails at the same address and port again and again, and is not meant.",
    next: "See whom it tries in tab events (event refused or timed_out), and who started it. Unless scanning is what it is for, stop it and see how it came here.",
    references: "ATT&CK T1046; ATT&CK T1595",
};

/// Where connections failed, and when last.
#[derive(Default, Serialize, Deserialize)]
struct Scan(HashMap<(IpAddr, u16), u64>);

impl Look for Scan {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let at = scene.at();
        let mut fails = false;
        for contact in scene.contacts().iter().filter(|it| it.failed > 0 || it.unanswered > 0) {
            fails = true;
            let key = (contact.address, contact.port);
            if self.0.len() < MOST || self.0.contains_key(&key) {
                self.0.insert(key, at);
            }
        }
        let length = (scene.limit(&SECONDS) * 1e9) as u64;
        self.0.retain(|_, last| at.saturating_sub(*last) < length);
        if !fails {
            return;
        }
        let public = self.0.keys().filter(|(address, _)| is_public(*address)).count();
        let local = self.0.len() - public;
        if (public as f64) < scene.limit(&PUBLIC) && (local as f64) < scene.limit(&LOCAL) {
            return;
        }
        let addresses = self.0.keys().map(|(address, _)| address).collect::<HashSet<_>>().len();
        let ports = self.0.keys().map(|(_, port)| port).collect::<HashSet<_>>().len();
        let minutes = scene.limit(&SECONDS) / 60.0;
        let count = |count: usize| Amount::Count(count as u64);
        let what = format!(
            "connections to {} ends failed in the last {minutes:.0} minutes: {addresses} addresses, {ports} ports",
            self.0.len()
        );
        found
            .report(Subject::Process, what)
            .strength(self.0.len() as f64)
            .shows("ends on the internet", count(public), "bpf/events, sock_diag/tcp")
            .shows("ends in private networks", count(local), "bpf/events, sock_diag/tcp")
            .shows("addresses", count(addresses), "bpf/events, sock_diag/tcp")
            .shows("ports", count(ports), "bpf/events, sock_diag/tcp")
            .done();
    }
}
