//! `unexpected-udp`.

use serde::{Deserialize, Serialize};

use super::peer_ports::report;
use crate::detect::{Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

/// Ports of UDP that much uses: DNS, DHCP, HTTP/3, NTP, SNMP, IKE and IPsec, syslog, STUN, WireGuard, mDNS.
const USUAL: [u16; 17] = [53, 67, 68, 80, 123, 161, 162, 443, 500, 514, 546, 547, 853, 3478, 4500, 5353, 51820];

pub(super) static DETECTOR: Detector = Detector {
    name: "unexpected-udp",
    title: "UDP to a port that few services use",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::UDP], closely: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Unexpected)),
    why: "Few programs speak UDP with the internet beside DNS, time, HTTP/3, calls, games and tunnels: what leaves that way may be a tunnel, too. Only sockets that are connected to one address are seen.",
    next: "Find out whose the address is, and what this program uses UDP for.",
    references: "ATT&CK T1095; rule Unexpected UDP Traffic of Falco",
};

#[derive(Serialize, Deserialize)]
struct Unexpected;

impl Look for Unexpected {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let is_usual = |port| USUAL.binary_search(&port).is_ok();
        for contact in scene.contacts().iter().filter(|it| it.protocol == "udp" && !is_usual(it.port) && it.is_public()) {
            let what = format!("UDP to {} at port {}, which few services use", contact.address, contact.port);
            report(contact, what, found).done();
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn ports_are_in_order() {
        assert!(super::USUAL.is_sorted());
    }
}
