//! `syn-retries`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

const SYN_SENT: u8 = 2;

static RETRIES: Threshold = Threshold {
    name: "syn-retries-tries",
    usual: 1.0,
    unit: "tries",
    doc: "How often a connection was asked for again without an answer, to be told of.",
    source: "Documentation/networking/snmp_counter.rst, TcpExtTCPSynRetrans; the first comes after 1 s (RFC 6298)",
};

static BAD: Threshold = Threshold {
    name: "syn-retries-warning-tries",
    usual: 2.0,
    unit: "tries",
    doc: "How often it was, to be a warning: one packet may get lost.",
    source: "ours; the second comes after 3 s",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "syn-retries",
    title: "connections are asked for and nobody answers",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], ..Needs::default() },
    thresholds: &[&RETRIES, &BAD],
    rule: Rule::Look(|| Box::new(Unanswered)),
    why: "The process waits for a connection and the other host says neither yes nor no: it is down, a firewall drops the request, or its accept queue is full. It takes about two minutes until the program gets an error.",
    next: "See whether the address is right and the host reachable; a firewall that drops on the way looks the same as a host that is off. Programs do well to set a time limit of their own.",
    references: "RFC 9293; Documentation/networking/ip-sysctl.rst, tcp_syn_retries",
};

#[derive(Serialize, Deserialize)]
struct Unanswered;

impl Look for Unanswered {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let mut peers = BTreeMap::new();
        for socket in scene.held(&TCP).filter(|socket| socket.inet.st == SYN_SENT) {
            let inet = socket.inet;
            let (sockets, most) = peers.entry((inet.remote_address, inet.remote_port)).or_insert((0_u64, 0));
            *sockets += 1;
            *most = inet.retransmits.max(*most);
        }
        for ((address, port), (sockets, tries)) in peers {
            if f64::from(tries) < scene.limit(&RETRIES) {
                continue;
            }
            let is_bad = f64::from(tries) >= scene.limit(&BAD);
            found
                .report(Subject::Peer("tcp", address, port), format!("{address} port {port} does not answer: asked {} times", tries + 1))
                .severity(if is_bad { Severity::Warning } else { Severity::Info })
                .strength(sockets as f64)
                .shows("retransmits", Amount::Count(tries.into()), "sock_diag/tcp")
                .shows("sockets in SYN_SENT", Amount::Count(sockets), "sock_diag/tcp")
                .done();
        }
    }
}
