//! `neighbour-unreachable`.

use std::collections::HashSet;
use std::net::IpAddr;

use procnet::rtnl::neigh::Neigh;
use procnet::rtnl::route::Route;
use serde::{Deserialize, Serialize};

use crate::detect::memory::Since;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

/// `NUD_INCOMPLETE`: it is asked for. `NUD_FAILED`: nobody answered.
const INCOMPLETE: u32 = 0x01;
const FAILED: u32 = 0x20;

static SECONDS: Threshold = Threshold {
    name: "neighbour-unreachable-seconds",
    usual: 3.0,
    unit: "seconds",
    doc: "How long a neighbour must have given no answer.",
    source: "RFC 4861, 10: three questions, a second each",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "neighbour-unreachable",
    title: "a host on the same link does not answer",
    severity: Severity::Info,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs {
        dumps: vec![&dumps::TCP],
        seldom: vec![&dumps::NEIGH, &dumps::ROUTE],
        ..Needs::default()
    },
    thresholds: &[&SECONDS],
    rule: Rule::Look(|| Box::<Silent>::default()),
    why: "Somebody wanted to send to this address, and nobody on the link says that it is theirs: what is sent there is dropped. If it is a gateway, or an address that this process has a connection to, that is a warning.",
    next: "See whether the host is on, its address and the prefix are right, and both are on the same link (VLAN, bridge, Wi-Fi isolation).",
    references: "RFC 826; RFC 4861, 7.2; include/uapi/linux/neighbour.h NUD_FAILED",
};

#[derive(Default, Serialize, Deserialize)]
struct Silent {
    since: Since<(IpAddr, u32)>,
    /// Of all routes, as they were last read.
    gateways: HashSet<IpAddr>,
}

/// The most gateways that are told from other hosts.
const MOST_GATEWAYS: usize = 4096;

impl Look for Silent {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if let Some(routes) = scene.table::<Route>(dumps::ROUTE.name) {
            self.gateways.clear();
            let gateways = routes.iter().filter_map(|route| route.gateway);
            for gateway in gateways {
                if self.gateways.len() < MOST_GATEWAYS {
                    self.gateways.insert(gateway);
                }
            }
        }
        let Some(neighbours) = scene.table::<Neigh>(dumps::NEIGH.name) else { return };
        self.since.begin();
        let mut silent = Vec::new();
        for neighbour in neighbours.iter().filter(|it| it.state.0 & (INCOMPLETE | FAILED) != 0) {
            let Some(address) = neighbour.dst else { continue };
            let since = self.since.is_so((address, neighbour.ifindex), scene.at());
            if since as f64 >= scene.limit(&SECONDS) * 1e9 {
                silent.push((address, neighbour, since));
            }
        }
        self.since.end();
        if silent.is_empty() {
            return;
        }
        let peers: HashSet<IpAddr> = scene.held(&TCP).map(|socket| socket.inet.remote_address).collect();
        let part = |address: &IpAddr| match (self.gateways.contains(address), peers.contains(address)) {
            (true, _) => "gateway",
            (false, true) => "host that the process has a connection to",
            (false, false) => "host",
        };
        // Of very many the first are told of: those that matter.
        silent.sort_by_key(|(address, ..)| part(address) == "host");
        for (address, neighbour, since) in silent {
            let part = part(&address);
            let severity = if part == "host" { Severity::Info } else { Severity::Warning };
            let name = scene.interface(neighbour.ifindex);
            let state = if neighbour.state.0 & FAILED != 0 { "FAILED" } else { "INCOMPLETE" };
            let seconds = since as f64 / 1e9;
            found
                .report(Subject::Neighbour(address, name), format!("{part} {address} does not say its hardware address"))
                .severity(severity)
                .shows("state", Amount::Text(state.to_owned()), dumps::NEIGH.name)
                .shows("for at least", Amount::Seconds(seconds), "seen since then")
                .done();
        }
    }
}
