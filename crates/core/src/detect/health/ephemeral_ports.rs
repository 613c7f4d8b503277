//! `ephemeral-ports-running-out`.

use std::collections::HashMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::settings::IP_LOCAL_PORT_RANGE;
use crate::sockets::{Socket, TCP};

static SHARE: Threshold = Threshold {
    name: "ephemeral-ports-percent",
    usual: 80.0,
    unit: "percent",
    doc: "Part of the range of ports from which those to one remote address and port run out.",
    source: "ours; Documentation/networking/ip-sysctl.rst, ip_local_port_range: 28,232 ports",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "ephemeral-ports-running-out",
    title: "ports for new connections run out",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], settings: vec![&IP_LOCAL_PORT_RANGE], ..Needs::default() },
    thresholds: &[&SHARE],
    rule: Rule::Look(|| Box::new(Ports)),
    why: "Each connection to the same remote address and port needs a local port of its own, also for a minute after it has ended (TIME_WAIT). When none is left, connecting fails with EADDRNOTAVAIL.",
    next: "Keep connections open and use them again (keep-alive, a pool); widen net.ipv4.ip_local_port_range; connect from or to several addresses; see net.ipv4.tcp_tw_reuse.",
    references: "Documentation/networking/ip-sysctl.rst, ip_local_port_range; ip(7)",
};

#[derive(Serialize, Deserialize)]
struct Ports;

/// Own address, and the other end: connections with the same need different ports.
type Pair = (IpAddr, IpAddr, u16);

impl Look for Ports {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let range = scene.now.setting(&IP_LOCAL_PORT_RANGE).and_then(|set| set.number(0).zip(set.number(1)));
        let Some((first, last)) = range.filter(|(first, last)| first <= last) else { return };
        let least = (last - first + 1) as f64 * scene.limit(&SHARE) / 100.0;
        match scene.all(&TCP) {
            Some(_) => judge(|| scene.all(&TCP).into_iter().flatten(), (first, last), least, found),
            None => {
                found.looks_elsewhere("connections in TIME_WAIT and those of others, which take ports, too, are looked at in scope namespace");
                judge(|| scene.held(&TCP), (first, last), least, found);
            }
        }
    }
}

/// Counts ports of each pair, if there are enough of them at all.
fn judge<'a, S: Iterator<Item = Socket<'a>>>(
    sockets: impl Fn() -> S,
    (first, last): (u64, u64),
    least: f64,
    found: &mut Found<'_>,
) {
    let is_one = |socket: &Socket<'_>| {
        (first..=last).contains(&socket.inet.local_port.into()) && socket.inet.remote_port != 0
    };
    let count = sockets().filter(is_one).count();
    if (count as f64) < least || count == 0 {
        return;
    }
    let mut pairs: HashMap<Pair, u64> = HashMap::new();
    for socket in sockets().filter(is_one) {
        let inet = socket.inet;
        *pairs.entry((inet.local_address, inet.remote_address, inet.remote_port)).or_default() += 1;
    }
    let range = last - first + 1;
    let mut many: Vec<(Pair, u64)> = pairs.into_iter().filter(|(_, used)| *used as f64 >= least).collect();
    many.sort_unstable();
    for ((local, remote, port), used) in many {
        let severity = if used >= range { Severity::Critical } else { Severity::Warning };
        found
            .report(Subject::Peer("tcp", remote, port), format!("{used} of {range} ports are used for connections from {local} to {remote} port {port}"))
            .severity(severity)
            .strength(used as f64)
            .shows("ports used", Amount::Count(used), "sock_diag/tcp")
            .shows("ip_local_port_range", Amount::Text(format!("{first} to {last}")), "net/ipv4/ip_local_port_range")
            .done();
    }
}
