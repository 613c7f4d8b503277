//! `unusual-port`.

use serde::{Deserialize, Serialize};

use super::peer_ports::report;
use crate::detect::{Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

/// Ports of TCP at which malware was seen to be controlled, and few services are.
const PORTS: [u16; 10] = [888, 999, 2200, 2222, 4000, 4444, 6789, 8531, 50501, 51820];

pub(super) static DETECTOR: Detector = Detector {
    name: "unusual-port",
    title: "a connection to a port that malware is known to use",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP], events: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Ports)),
    why: "Malware is often controlled over a port of its own, and some are seen again and again (888, 999, 2200, 2222, 4000, 4444, 6789, 8531, 50501, 51820). Services use them, too: SSH is sometimes moved to 2222.",
    next: "Find out whose the address is and what answers there; ask who started this program and why it connects there.",
    references: "ATT&CK T1571; Sigma rule dbfc7c98-04ab-4ab7-aa94-c74d22aa7376",
};

#[derive(Serialize, Deserialize)]
struct Ports;

impl Look for Ports {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let contacts = PORTS.iter().flat_map(|port| scene.contacts_at("tcp", *port));
        for contact in contacts.filter(|contact| contact.is_public()) {
            let what = format!("connected to {} at port {}, which malware is known to use", contact.address, contact.port);
            report(contact, what, found).done();
        }
    }
}
