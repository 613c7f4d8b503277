//! `raw-socket`.

use serde::{Deserialize, Serialize};

use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::RAW;

pub(super) static DETECTOR: Detector = Detector {
    name: "raw-socket",
    title: "the process holds a raw socket",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::RAW], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Raw)),
    why: "With a raw socket a program makes and reads packets of any protocol by itself, past TCP and UDP: ping, routing daemons and scanners do so, and so does what hides its traffic.",
    next: "Is that what this program is for? If not, find out who started it, and what it sends (tab events, a capture of the protocol).",
    references: "raw(7); ATT&CK T1095",
};

#[derive(Serialize, Deserialize)]
struct Raw;

impl Look for Raw {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        for socket in scene.held(&RAW) {
            // The port of a raw socket is its protocol.
            let protocol = socket.inet.local_port;
            let name = procnet::dictionary::name(procnet::dictionary::IP_PROTOCOL, protocol.into());
            let word = name.map_or_else(|| format!("protocol {protocol}"), str::to_owned);
            found
                .report(subject(&socket), format!("a raw socket for {word}"))
                .shows("protocol", Amount::Text(word), "sock_diag/raw")
                .shows("inode", Amount::Count(socket.inet.inode), "sock_diag/raw")
                .done();
        }
    }
}
