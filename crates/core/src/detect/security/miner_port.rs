//! `miner-pool-port`.

use serde::{Deserialize, Serialize};

use super::peer_ports::report;
use crate::detect::{Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

/// Ports of TCP at which pools of miners take part in work, but for those that much else uses (25, 8000, 8080, 8888).
const PORTS: [u16; 22] = [
    3333, 3334, 3335, 3336, 3357, 4444, 5555, 5556, 5588, 5730, 6099, 6666, 7777, 7778, 8333, 8899, 9332, 9999,
    14433, 14444, 45560, 45700,
];

pub(super) static DETECTOR: Detector = Detector {
    name: "miner-pool-port",
    title: "a connection to a port of pools that mine coins",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP], events: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Ports)),
    why: "Who breaks into a machine often has it mine coins, for a pool at one of these ports. Others use most of these ports, too, so that it is only a hint.",
    next: "See whether the process takes all of a processor (top); look up the address among known pools.",
    references: "ATT&CK T1496; list miner_ports of the rules of Falco",
};

#[derive(Serialize, Deserialize)]
struct Ports;

impl Look for Ports {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let contacts = PORTS.iter().flat_map(|port| scene.contacts_at("tcp", *port));
        for contact in contacts.filter(|contact| contact.is_public()) {
            let what = format!("connected to {} at port {}, which pools of miners use among others", contact.address, contact.port);
            report(contact, what, found).done();
        }
    }
}
