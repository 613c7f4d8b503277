//! `metadata-service`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::peer_ports::report;
use crate::detect::{Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

/// Where clouds tell their machines about themselves: most of them, Amazon over IPv6, Alibaba.
const SERVICES: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
];

pub(super) static DETECTOR: Detector = Detector {
    name: "metadata-service",
    title: "the process connects to the address of the metadata service of clouds",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP], events: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Metadata)),
    why: "In a cloud a service at this address tells a machine about itself, and gives passwords of its role to whoever asks from there: a program that was broken into, or that fetches any address it is told to, gives them away. Agents and libraries of the cloud ask there for good reasons.",
    next: "Is this program meant to use the machine's role? If not, block 169.254.169.254 for it (by user or control group), and require session tokens (IMDSv2).",
    references: "ATT&CK T1552.005; RFC 3927",
};

#[derive(Serialize, Deserialize)]
struct Metadata;

impl Look for Metadata {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        for contact in scene.contacts().iter().filter(|it| it.protocol == "tcp" && SERVICES.contains(&it.address)) {
            let what = format!("connected to {}, where clouds have their metadata service", contact.address);
            report(contact, what, found).done();
        }
    }
}
