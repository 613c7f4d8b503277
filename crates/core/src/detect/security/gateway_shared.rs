//! `gateway-address-shared`.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use procnet::rtnl::neigh::Neigh;
use serde::{Deserialize, Serialize};

use super::gateways::{Gateway, gateways};
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "gateway-address-shared",
    title: "the gateway has the hardware address of another machine",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Hint,
    needs: || Needs { seldom: vec![&dumps::ROUTE, &dumps::NEIGH, &dumps::LINK], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::<Shared>::default()),
    why: "Who forges ARP answers for the gateway has its packets sent to his own machine, which has an address of its own beside it. A router with several addresses, or one that answers for others (proxy ARP, networks of clouds), looks the same: what was so when it was first looked at is info.",
    next: "Compare the gateway's hardware address with what its label or the network's people say; see at the switch behind which port it is.",
    references: "ATT&CK T1557.002; RFC 826; RFC 1027",
};

#[derive(Default, Serialize, Deserialize)]
struct Shared {
    gateways: BTreeSet<Gateway>,
    /// What was so at the first look: gateways whose address others had, too.
    usual: Option<BTreeSet<(u32, IpAddr)>>,
    /// What is so: the gateway, its hardware address, and who else has it.
    now: Vec<(Gateway, String, Vec<IpAddr>)>,
}

/// Addresses that a machine has one of: those of IPv4, and the link-local ones of IPv6.
fn is_compared(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(address) => address.segments()[0] & 0xffc0 == 0xfe80,
    }
}

impl Shared {
    fn read(&mut self, scene: &Scene<'_>) {
        if let Some(gateways) = gateways(scene) {
            self.gateways = gateways;
        }
        let Some(neighbours) = scene.table::<Neigh>(dumps::NEIGH.name) else { return };
        let hardware = |it: &Neigh| it.lladdr.map(|span| neighbours.texts.get(span));
        // Whose hardware address is looked for, by interface.
        let mut wanted: HashMap<(u32, &[u8]), Gateway> = HashMap::new();
        for neighbour in neighbours.iter() {
            let is_it = |it: &&Gateway| Some(it.address) == neighbour.dst && it.ifindex == neighbour.ifindex;
            if let (Some(gateway), Some(hardware)) = (self.gateways.iter().find(is_it), hardware(neighbour)) {
                wanted.insert((gateway.ifindex, hardware), *gateway);
            }
        }
        self.now.clear();
        for neighbour in neighbours.iter() {
            let Some((address, hardware)) = neighbour.dst.zip(hardware(neighbour)) else { continue };
            let Some(gateway) = wanted.get(&(neighbour.ifindex, hardware)) else { continue };
            let is_other = address != gateway.address && address.is_ipv4() == gateway.address.is_ipv4();
            if !is_other || !is_compared(address) {
                continue;
            }
            match self.now.iter_mut().find(|(known, ..)| known == gateway) {
                Some((.., others)) => others.push(address),
                None => self.now.push((*gateway, String::from_utf8_lossy(hardware).into_owned(), vec![address])),
            }
        }
        if self.usual.is_none() && !wanted.is_empty() {
            self.usual = Some(self.now.iter().map(|(gateway, ..)| (gateway.ifindex, gateway.address)).collect());
        }
    }
}

impl Look for Shared {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        self.read(scene);
        for (gateway, hardware, others) in &self.now {
            let is_usual = self.usual.iter().any(|usual| usual.contains(&(gateway.ifindex, gateway.address)));
            let severity = if is_usual { Severity::Info } else { Severity::Warning };
            let (name, address, first) = (scene.interface(gateway.ifindex), gateway.address, others[0]);
            let what = format!("the gateway {address} on {name} has the hardware address of {first}, too: {hardware}");
            found
                .report(Subject::Neighbour(address, name), what)
                .severity(severity)
                .strength(others.len() as f64)
                .shows("lladdr", Amount::Text(hardware.clone()), "rtnetlink/neigh")
                .shows("other addresses with it", Amount::Count(others.len() as u64), "rtnetlink/neigh")
                .done();
        }
    }
}
