//! `packet-socket`.

use serde::{Deserialize, Serialize};

use super::packet_sockets::held;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "packet-socket",
    title: "the process holds a packet socket",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::PACKET], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Packets)),
    why: "With a packet socket a program sees all frames that come and go, those of other programs too, and can send forged ones. Captures and DHCP clients do so, and so does who listens for passwords or forges ARP.",
    next: "Is that what this program is for? If not, find out who started it; see in tab packet which frames it takes and whether it asked for promiscuous mode.",
    references: "packet(7); ATT&CK T1040; ATT&CK T1557.002",
};

#[derive(Serialize, Deserialize)]
struct Packets;

impl Look for Packets {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        for socket in held(scene) {
            let place = match socket.ifindex {
                0 => "all interfaces".to_owned(),
                number => scene.interface(number),
            };
            found
                .report(Subject::Other("packet", socket.inode), format!("a packet socket on {place} for {}", socket.protocol))
                .shows("protocol", Amount::Text(socket.protocol), socket.source)
                .shows("interface", Amount::Text(place), socket.source)
                .shows("inode", Amount::Count(socket.inode), socket.source)
                .done();
        }
    }
}
